"""The outbox: each message reaches Slack once, in order within its conversation."""

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.engine import TryAgain
from bot.slack.answering import Turns
from storage import conversations
from storage.database import Database
from storage.models import OutgoingMessage
from storage.vocabulary import Delivery

# The name under which a message carries its key, so that it can be found again in Slack.
METADATA_TYPE = "so_what_message"
_RETRY_SECONDS = 1.0
# Slack may or may not have taken the message: look before sending it again.
_UNCERTAIN = frozenset(
    {"fatal_error", "internal_error", "service_unavailable", "request_timeout", "accesslimited"}
)
# Slack's own words for a refusal; anything else came from something between Slack and us.
_CODE = re.compile(r"[a-z][a-z0-9_]+")
_log = logging.getLogger(__name__)


@dataclass
class Sending:
    """Sends what waits. `client` gives the Web API client of a workspace.

    Its clients must not retry lost connections by themselves: that would send twice.
    """

    database: Database
    client: Callable[[str], WebClient]
    turns: Turns
    clock: Callable[[], datetime]
    # Keys refused for certain, or queued by this process and never tried: no need to look first.
    # A restart forgets them, and then every waiting message is looked for.
    _untried: set[str] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def fresh(self, workspace: str, key: str) -> None:
        """Note that this message was queued just now and no send of it has been tried."""
        with self._guard:
            self._untried.add(f"{workspace}:{key}")

    def send(self, workspace: str, conversation: str) -> None:
        """Send every waiting message of a conversation, the oldest first.

        Raises TryAgain when Slack is busy, away or asks for patience; nothing is lost by it.
        """
        with self.turns.of(f"send:{workspace}:{conversation}"):
            with self.database.reading() as session:
                waiting = conversations.waiting_messages(session, workspace, conversation)
            for message in waiting:
                self._send_one(message)

    def _send_one(self, message: OutgoingMessage) -> None:
        client = self.client(message.workspace)
        mark = f"{message.workspace}:{message.key}"
        with self._guard:
            untried = mark in self._untried
            self._untried.discard(mark)
        try:
            ts = None if untried else _already_there(client, message)
            if ts is None:
                ts = _post(client, message)
        except SlackApiError as error:
            self._refused(message, mark, error)
            return
        except (OSError, HTTPException, SlackClientError, ValueError) as error:
            raise TryAgain(_RETRY_SECONDS) from error
        self._settle(message, Delivery.SENT, ts=ts)

    def _refused(self, message: OutgoingMessage, mark: str, error: SlackApiError) -> None:
        code = str(error.response.get("error") or "") if error.response else ""
        status = getattr(error.response, "status_code", 200)
        if code == "ratelimited" or status == 429:
            with self._guard:
                self._untried.add(mark)
            raise TryAgain(_retry_after(error)) from error
        if status >= 500 or code in _UNCERTAIN or not _CODE.fullmatch(code):
            raise TryAgain(_RETRY_SECONDS) from error
        _log.warning("Slack refused message %s for good: %s", message.id, code)
        self._settle(message, Delivery.FAILED, error=code)

    def _settle(
        self,
        message: OutgoingMessage,
        delivery: Delivery,
        *,
        ts: str | None = None,
        error: str | None = None,
    ) -> None:
        assert message.id is not None
        with self.database.writing() as session:
            conversations.settle_message(
                session, message.workspace, message.id, delivery, self.clock(), ts=ts, error=error
            )


def _post(client: WebClient, message: OutgoingMessage) -> str:
    answer = client.chat_postMessage(
        channel=message.channel,
        thread_ts=message.thread,
        text=message.text,
        blocks=message.blocks,
        metadata={"event_type": METADATA_TYPE, "event_payload": {"key": message.key}},
        unfurl_links=False,
        unfurl_media=False,
    )
    return str(answer["ts"])


def _already_there(client: WebClient, message: OutgoingMessage) -> str | None:
    """The timestamp of this message if a cut-short send did reach Slack after all."""
    cursor: str | None = None
    while True:
        page = client.conversations_replies(
            channel=message.channel,
            ts=message.thread or "",
            include_all_metadata=True,
            limit=200,
            cursor=cursor,
        )
        found: list[dict[str, Any]] = page.get("messages") or []
        for posted in found:
            payload = (posted.get("metadata") or {}).get("event_payload") or {}
            if payload.get("key") == message.key:
                return str(posted["ts"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None


def _retry_after(error: SlackApiError) -> float:
    headers = {k.lower(): v for k, v in (getattr(error.response, "headers", None) or {}).items()}
    asked = headers.get("retry-after", "1")
    asked = asked[0] if isinstance(asked, list) else asked
    try:
        return max(float(asked), 0.1)
    except ValueError:
        return _RETRY_SECONDS
