"""What the HTTP server bears."""

import socket
from collections.abc import Callable, Iterable
from typing import Any

from bot.server import http_server


def nothing(_environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
    return []


def test_a_connection_that_says_nothing_is_closed_and_many_may_be_open() -> None:
    server = http_server(nothing, "127.0.0.1", 0, 1, map={})
    try:
        with socket.create_connection(("127.0.0.1", server.effective_port)) as silent:
            silent.sendall(b"GET / HTTP/1.1\r\nX-")
            server.handle_accept()
            (channel,) = server.active_channels.values()
            # It looks through its connections by a clock that is given to it.
            server.maintenance(channel.last_activity + 19)
            before = channel.will_close
            server.maintenance(channel.last_activity + 21)
        assert (before, channel.will_close) == (False, True)
        # More than select can look at would end the server.
        assert 100 < server.adj.connection_limit < 1000
    finally:
        server.close()
        server.task_dispatcher.shutdown()
