"""Ways in which one call to the fake Slack goes wrong, or stands still."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call.

    `status` 0 closes the connection without an answer; a `body` of None lets the true answer
    through. With `accepted` the method does its work before things go wrong. `seconds` is a delay
    before the answer.
    """

    status: int = 200
    body: bytes | None = b""
    headers: tuple[tuple[str, str], ...] = ()
    accepted: bool = False
    seconds: float = 0.0


def _refusal(code: str) -> bytes:
    return json.dumps({"ok": False, "error": code}).encode()


def rate_limited(retry_after: int = 1) -> Fault:
    """HTTP 429 with Retry-After in whole seconds."""
    return Fault(429, _refusal("ratelimited"), (("Retry-After", str(retry_after)),))


def server_error(status: int = 500) -> Fault:
    """HTTP 500 or 503; the call had no effect."""
    return Fault(status, b"<html>Server Error</html>", (("Content-Type", "text/html"),))


def error(code: str) -> Fault:
    """A refusal by Slack, such as missing_scope, unknown_method or channel_not_found."""
    return Fault(body=_refusal(code))


def slow(seconds: float) -> Fault:
    """The true answer, that many seconds late."""
    return Fault(body=None, accepted=True, seconds=seconds)


def garbage() -> Fault:
    """HTTP 200 with a page of HTML, as a proxy or a captive portal gives; no effect."""
    return Fault(
        body=b"<html><body>Sign in</body></html>", headers=(("Content-Type", "text/html"),)
    )


def drop() -> Fault:
    """The connection closes without an answer; the call had no effect."""
    return Fault(status=0)


def accepted_then_dropped() -> Fault:
    """The call took effect, but the connection closes without an answer."""
    return Fault(status=0, accepted=True)


def accepted_then_500() -> Fault:
    """The call took effect, but the caller is told HTTP 500."""
    return Fault(500, b"<html>Server Error</html>", accepted=True)


class Hold:
    """One call of a method, stopped on its way: see `FakeSlack.hold`."""

    def __init__(self, accepted: bool) -> None:
        self.accepted = accepted
        self.abandoned = False
        self._reached = threading.Event()
        self._released = threading.Event()

    def wait_until_reached(self, timeout: float = 10.0) -> None:
        """Return when a call stands still here; TimeoutError after `timeout` seconds."""
        if not self._reached.wait(timeout):
            raise TimeoutError("no call reached the hold")

    def release(self) -> None:
        """Let the call go on."""
        self._released.set()

    def abandon(self) -> None:
        """End the call without an answer; if it was held before it took effect, it never will."""
        self.abandoned = True
        self._released.set()

    def stop_here(self) -> None:
        """Keep the thread of the call until `release` or `abandon`."""
        self._reached.set()
        self._released.wait()
