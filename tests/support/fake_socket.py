"""Slack's end of Socket Mode, served over a real websocket."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.support.slack_payloads import APP_ID, next_id

if TYPE_CHECKING:
    from tests.support.fake_slack import FakeSlack

Json = dict[str, Any]
ACK_SECONDS = 10.0


class FakeSocket:
    """Slack's end of Socket Mode. An envelope goes to the client that connected last.

    `acks` are the answers of the app in order, each with its envelope_id and perhaps a payload;
    `connections` is the number of clients that ever connected.
    """

    def __init__(self, slack: FakeSlack) -> None:
        self.acks: list[Json] = []
        self.connections = 0
        self._slack = slack
        self._clients: list[ServerConnection] = []
        self._server = serve(
            self._serve,
            "127.0.0.1",
            0,
            compression=None,
            # Slack's client waits for a frame before it can close, up to 3 s: pings spare us that.
            ping_interval=0.2,
            ping_timeout=None,
            close_timeout=1,
        )
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/link?app_id={APP_ID}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def send(
        self,
        envelope_type: str,
        payload: Json,
        retry: int = 0,
        *,
        envelope_id: str | None = None,
        wait: bool = True,
        timeout: float = ACK_SECONDS,
    ) -> Json | None:
        """Send an envelope: events_api, interactive or slash_commands; return its ack.

        Waits for a client if there is none. With `wait` off it returns None at once. TimeoutError
        without an ack in `timeout` seconds: Bolt sends none when no listener takes the payload or
        when it refuses it.
        """
        client = self.wait_for_client(timeout)
        self._slack.hear(payload)
        envelope: Json = {
            "envelope_id": envelope_id or next_id("envelope-"),
            "type": envelope_type,
            "payload": payload,
            "accepts_response_payload": envelope_type != "events_api",
        }
        if envelope_type == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        already = len(self.acks)  # an id that is sent again has an older ack
        client.send(json.dumps(envelope))
        return self._ack(envelope["envelope_id"], already, timeout) if wait else None

    def _ack(self, envelope_id: str, after: int, timeout: float) -> Json:
        def answer() -> Json | None:
            fresh = self.acks[after:]
            return next((ack for ack in fresh if ack["envelope_id"] == envelope_id), None)

        ack = self._slack.wait_for(answer, timeout)
        assert ack is not None
        return ack

    def wait_for_client(self, timeout: float = 10.0, *, nth: int = 1) -> ServerConnection:
        """Wait until a client is connected and, counting all there ever were, is the nth or later.

        TimeoutError after `timeout` seconds.
        """

        def latest() -> ServerConnection | None:
            return self._clients[-1] if self._clients and self.connections >= nth else None

        client = self._slack.wait_for(latest, timeout)
        assert client is not None
        return client

    def refresh(self) -> None:
        """Ask the client to move to a new connection, as Slack does every few hours."""
        self.wait_for_client().send(
            json.dumps({"type": "disconnect", "reason": "refresh_requested"})
        )

    def drop(self) -> None:
        """Close all connections, unannounced; returns when they are gone.

        Slack's built-in client only notices at its next ping, up to its `ping_interval` later
        (10 s in SocketModeHandler unless given).
        """
        with self._slack.changed:
            clients = list(self._clients)
        for client in clients:
            client.close(1001, "going away")
        self._slack.wait_for(lambda: not set(clients) & set(self._clients))

    def _serve(self, client: ServerConnection) -> None:
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP_ID}}
        with contextlib.suppress(ConnectionClosed):
            client.send(json.dumps(hello))
            with self._slack.changed:
                self._clients.append(client)
                self.connections += 1
                self._slack.changed.notify_all()
            for frame in client:
                with self._slack.changed:
                    self.acks.append(json.loads(frame))
                    self._slack.changed.notify_all()
        with self._slack.changed:
            if client in self._clients:
                self._clients.remove(client)
            self._slack.changed.notify_all()

    def close(self) -> None:
        """Close all connections and stop."""
        self._server.shutdown()
