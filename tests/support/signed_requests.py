"""The other direction: what Slack sends to the app's own HTTP endpoint."""

from __future__ import annotations

import json
import threading
import time
from http.client import HTTPConnection, RemoteDisconnected
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from slack_sdk.signature import SignatureVerifier

if TYPE_CHECKING:
    from tests.support.fake_slack import FakeSlack

Json = dict[str, Any]


class Answer(NamedTuple):
    """What the app answered; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: str


class SignedRequests:
    """Posts payloads to the app's HTTP endpoint as Slack does, signed; for use by many threads.

    Every call takes the options `timestamp` (Unix seconds to sign; now by default), `forge` (sign
    with another secret) and `retry_num` (the headers of a repeated delivery). With `slack`, the
    messages are put in its channels too. Connections are kept, one a thread. OSError if the app
    cannot be reached or does not answer within `timeout` seconds.
    """

    def __init__(
        self,
        base_url: str,
        signing_secret: str,
        *,
        path: str = "/slack/events",
        slack: FakeSlack | None = None,
        timeout: float = 10.0,
    ) -> None:
        self._address = urlsplit(base_url)
        self._path = path
        self._slack = slack
        self._timeout = timeout
        self._signer = SignatureVerifier(signing_secret)
        self._forger = SignatureVerifier("not-" + signing_secret)
        self._mine = threading.local()
        self._all: list[HTTPConnection] = []

    def __enter__(self) -> SignedRequests:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in self._all:
            connection.close()

    def event(self, payload: Json, **options: Any) -> Answer:
        """Send an event_callback or a url_verification."""
        if self._slack:
            self._slack.hear(payload)
        return self._post(json.dumps(payload), "application/json", **options)

    def interaction(self, payload: Json, **options: Any) -> Answer:
        """Send an action, a view submission or a shortcut."""
        return self.command({"payload": json.dumps(payload)}, **options)

    def command(self, form: dict[str, str], **options: Any) -> Answer:
        """Send a slash command."""
        return self._post(urlencode(form), "application/x-www-form-urlencoded", **options)

    def _post(
        self,
        body: str,
        content_type: str,
        *,
        timestamp: int | None = None,
        forge: bool = False,
        retry_num: int | None = None,
    ) -> Answer:
        stamp = str(int(time.time()) if timestamp is None else timestamp)
        signer = self._forger if forge else self._signer
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signer.generate_signature(timestamp=stamp, body=body) or "",
        }
        if retry_num is not None:
            headers |= {"X-Slack-Retry-Num": str(retry_num), "X-Slack-Retry-Reason": "http_timeout"}
        connection = self._connection()
        kept = connection.sock is not None
        try:
            return self._exchange(connection, body.encode(), headers)
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            connection.close()
            if not kept:
                raise
            # The app may close an idle connection at any time; only a fresh one tells of the app.
            return self._exchange(connection, body.encode(), headers)

    def _exchange(self, connection: HTTPConnection, body: bytes, headers: dict[str, str]) -> Answer:
        connection.request("POST", self._path, body, headers)
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, received, response.read().decode())

    def _connection(self) -> HTTPConnection:
        connection: HTTPConnection | None = getattr(self._mine, "connection", None)
        if connection is None:
            host, port = self._address.hostname or "127.0.0.1", self._address.port
            connection = self._mine.connection = HTTPConnection(host, port, timeout=self._timeout)
            self._all.append(connection)
        return connection
