"""What the fake servers have in common: threads on loopback, requests read by hand, a quick end."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import sys
import threading
from typing import IO, Any, NamedTuple


class Request(NamedTuple):
    """One HTTP request; the names of the headers are in small letters."""

    verb: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def stays(self) -> bool:
        """Whether the connection is to be kept for another."""
        return self.headers.get("connection", "").lower() != "close"


def read_request(stream: IO[bytes]) -> Request | None:
    """The next request of a connection; None when the caller went away before it was whole."""
    if not (first := stream.readline()).endswith(b"\n"):
        return None
    verb, target, _version = first.decode("latin-1").split()
    headers: dict[str, str] = {}
    while (line := stream.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    body = stream.read(length)
    whole = line and len(body) == length
    return Request(verb, target, headers, body) if whole else None


class LoopbackServer(socketserver.ThreadingTCPServer):
    """Serves on a free port of 127.0.0.1 from construction to `stop`.

    Its handlers put their connections into `open_sockets` while they are open.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024  # the default of 5 refuses callers in a burst

    def __init__(self, handler: type[socketserver.BaseRequestHandler]) -> None:
        self.open_sockets: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), handler)

    def start(self) -> str:
        """Serve on a thread of its own; the base URL."""
        # The poll interval, in seconds, bounds how long stopping takes.
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        """Serve no more, and end the connections there are."""
        self.shutdown()
        self.server_close()
        for connection in list(self.open_sockets):
            with contextlib.suppress(OSError):  # the other side was faster
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A caller that went away (one that was killed, or ran out of time, is a thing we test) is
        # no fault of ours.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)
