"""The one door for what comes from Slack: what cannot be read is refused before anybody tries.

Bolt reads a request before it looks at its signature, and takes it to be as Slack would send it.
"""

import logging
import time
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.adapter.wsgi.http_request import WsgiHttpRequest

from bot import metrics
from bot.slack.shapes import wrong_in

_NOT_SIGNED = 401
# Anybody may knock, as often as they like: the log says so no more often than this.
_QUIET_SECONDS = 60.0
_log = logging.getLogger(__name__)


class CheckedApp(App):
    """Bolt's app, which is given only what is shaped as Slack shapes it."""

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        wrong = wrong_in(req.body)
        if wrong is not None:
            return _refused(wrong)
        return super().dispatch(req)


class Door(SlackRequestHandler):
    """Bolt's WSGI application, for which nothing is too broken to be answered."""

    _quiet_until = 0.0

    def dispatch(self, request: WsgiHttpRequest) -> BoltResponse:
        answer = self._answer(request)
        if answer.status == _NOT_SIGNED:
            metrics.REFUSED.labels("signature").inc()
            if time.monotonic() >= self._quiet_until:
                self._quiet_until = time.monotonic() + _QUIET_SECONDS
                _log.warning(
                    "A request was refused: Slack has not signed it just now. If Slack reaches "
                    "nobody here, check SLACK_SIGNING_SECRET and the machine's clock."
                )
        return answer

    def _answer(self, request: WsgiHttpRequest) -> BoltResponse:
        headers: dict[str, Any] = request.get_headers()
        if not _may_be_signed(headers):
            return BoltResponse(status=_NOT_SIGNED, body="")
        try:
            read = BoltRequest(body=request.get_body(), query=request.query_string, headers=headers)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            # No UTF-8, no JSON, or JSON in which Bolt does not find its way.
            return _refused("body")
        return self.app.dispatch(read)


def _may_be_signed(headers: dict[str, Any]) -> bool:
    """Whether Bolt can compare the signature: it stumbles over one that is not even alike."""
    stamp, signature = (
        str(headers.get(f"x-slack-{name}", "")) for name in ("request-timestamp", "signature")
    )
    return stamp.isascii() and stamp.isdigit() and len(stamp) < 20 and signature.isascii()


def _refused(where: str) -> BoltResponse:
    metrics.REFUSED.labels("shape").inc()
    _log.warning("A request was refused: its %s is not as Slack sends it.", where)
    return BoltResponse(status=400, body="")
