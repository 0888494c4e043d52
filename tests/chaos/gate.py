"""A gate on the way to a server. Shut, it lets nobody in and throws everybody out."""

import socket
import struct
import threading
from contextlib import suppress
from urllib.parse import urlsplit

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


class Gate:
    """Passes on all that comes to `url`, from construction to `close`, unless it is shut."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._to = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._guard = threading.Lock()
        self._through: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._port = int(self._door.getsockname()[1])
        self.url = f"http://127.0.0.1:{self._port}"
        self._watch(self._door)

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.shut()

    def shut(self) -> None:
        """Refuse everybody, and reset the connections there are."""
        # Only a listener that is shut down leaves its wait.
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.reset()

    def reset(self) -> None:
        """Reset the connections there are."""
        with self._guard:
            ends, self._through = self._through, set()
        for end in ends:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.shutdown(socket.SHUT_RD)
            end.close()

    def open(self) -> None:
        """Let everybody in again, where it was."""
        self._door = socket.create_server(("127.0.0.1", self._port), backlog=256)
        self._watch(self._door)

    def _watch(self, door: socket.socket) -> None:
        threading.Thread(target=self._let_in, args=(door,), daemon=True).start()

    def _let_in(self, door: socket.socket) -> None:
        while True:
            try:
                caller, _ = door.accept()
            except OSError:
                return
            try:
                callee = socket.create_connection(self._to)
            except OSError:
                caller.close()
                continue
            with self._guard:
                self._through |= {caller, callee}
            for one, other in ((caller, callee), (callee, caller)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                other.sendall(piece)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            with self._guard:
                self._through.discard(end)
            end.close()
