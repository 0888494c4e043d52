"""The outbox: each message reaches Slack once, in order within its conversation."""

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from typing import Any, NamedTuple

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.engine import TryAgain
from bot.slack.answering import Turns
from bot.slack.refusals import code_of, is_not_offered, is_rate_limited, status_of
from bot.slack.screens import after_words
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
    # A stream that somebody else is still ending.
    | {"streaming_state_conflict"}
)
# A begun message that somebody has deleted.
_GONE = ("message_not_found",)
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
    # Workspaces whose Slack has said that it offers no streams.
    _without_streams: set[str] = field(default_factory=set)
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
            ts = self._deliver(client, message, untried)
        except SlackApiError as error:
            self._refused(message, mark, error)
            return
        except (OSError, HTTPException, SlackClientError, ValueError) as error:
            raise TryAgain(_RETRY_SECONDS) from error
        self._settle(message, Delivery.SENT, ts=ts)

    def _deliver(self, client: WebClient, message: OutgoingMessage, untried: bool) -> str:
        """Have the message stand in Slack once, whatever an earlier attempt came to; its ts."""
        if message.ts is not None:
            return _finish(client, message, message.ts)
        if not untried:
            found = _already_there(client, message)
            if found is not None:
                return found.ts if found.whole else _finish(client, message, found.ts)
        if message.markdown is not None and message.workspace not in self._without_streams:
            ts = self._begin(client, message)
            if ts is not None:
                return _finish(client, message, ts)
        return _post(client, message)

    def _begin(self, client: WebClient, message: OutgoingMessage) -> str | None:
        """Begin to stream the message; None where Slack does not take streams, here or just now.

        It is ended at once, so a stream lives for two calls. Where it stands is noted between
        them: whoever goes on after a crash ends it, and begins no other.
        """
        try:
            begun = client.chat_startStream(
                channel=message.channel,
                thread_ts=message.thread or "",
                markdown_text=message.markdown,
            )
        except SlackApiError as error:
            if is_not_offered(error):
                self._without_streams.add(message.workspace)
                _log.info("This workspace does not offer streams: messages are posted whole.")
            elif _may_have_been_taken(error):
                raise
            return None
        ts = str(begun["ts"])
        assert message.id is not None
        with self.database.writing() as session:
            conversations.begun_message(session, message.workspace, message.id, ts)
        return ts

    def _refused(self, message: OutgoingMessage, mark: str, error: SlackApiError) -> None:
        if is_rate_limited(error):
            with self._guard:
                self._untried.add(mark)
            raise TryAgain(_retry_after(error)) from error
        if _may_have_been_taken(error):
            raise TryAgain(_RETRY_SECONDS) from error
        code = code_of(error)
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
        metadata=_metadata(message),
        unfurl_links=False,
        unfurl_media=False,
    )
    return str(answer["ts"])


def _finish(client: WebClient, message: OutgoingMessage, ts: str) -> str:
    """Have the stream that was begun here end as the whole message; where it stands then.

    While a stream is open Slack lets nobody update it, and once it is closed nobody stop it.
    """
    try:
        client.chat_stopStream(
            channel=message.channel,
            ts=ts,
            blocks=after_words(message.blocks),
            metadata=_metadata(message),
        )
        return ts
    except SlackApiError as error:
        code = code_of(error)
        if code in _GONE:
            return _post(client, message)
        if code != "message_not_in_streaming_state":
            raise
    client.chat_update(
        channel=message.channel,
        ts=ts,
        text=message.text,
        blocks=message.blocks,
        metadata=_metadata(message),
    )
    return ts


def _metadata(message: OutgoingMessage) -> dict[str, Any]:
    return {"event_type": METADATA_TYPE, "event_payload": {"key": message.key}}


class _There(NamedTuple):
    ts: str
    whole: bool


def _already_there(client: WebClient, message: OutgoingMessage) -> _There | None:
    """Where this message is in Slack if a cut-short send got there after all, whole or begun."""
    cursor: str | None = None
    begun: _There | None = None
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
                return _There(str(posted["ts"]), whole=True)
            # A stream gets its key only as it ends, and every other message of ours has one.
            if message.markdown is not None and posted.get("bot_id") and not payload:
                begun = _There(str(posted["ts"]), whole=False)
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return begun


def _may_have_been_taken(error: SlackApiError) -> bool:
    """Whether an answer leaves open what became of the call."""
    code, status = code_of(error), status_of(error)
    return status >= 500 or code in _UNCERTAIN or not _CODE.fullmatch(code)


def _retry_after(error: SlackApiError) -> float:
    headers = {k.lower(): v for k, v in (getattr(error.response, "headers", None) or {}).items()}
    asked = headers.get("retry-after", "1")
    asked = asked[0] if isinstance(asked, list) else asked
    try:
        return max(float(asked), 0.1)
    except ValueError:
        return _RETRY_SECONDS
