"""The outbox: each message reaches Slack once, in order within its conversation."""

import logging
import re
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from typing import Any, NamedTuple

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot import metrics
from bot.engine import TryAgain
from bot.logs import bound
from bot.slack.answering import Turns
from bot.slack.refusals import code_of, is_not_offered, is_rate_limited, status_of
from bot.slack.screens import after_words
from bot.slack.workspaces import NotInstalled
from storage import conversations, providers
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
# A direct message that was kept and is not there any more.
_NO_CHANNEL = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
# Slack will not take it in this form: as plain text and shorter it will.
_TOO_MUCH = frozenset(
    {"msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"}
)
_PLAIN_TEXT = 3_500
# The person is gone, or no app may write to them.
_GONE_PERSON = frozenset(
    "user_disabled user_not_found users_not_found user_not_visible cannot_dm_bot".split()
)
# The token is no good for anything any more.
_NO_TOKEN = frozenset({"account_inactive", "token_revoked"})
# A begun message that somebody has deleted.
_GONE = ("message_not_found",)
# Slack's own words for a refusal; anything else came from something between Slack and us.
_CODE = re.compile(r"[a-z][a-z0-9_]+")
_log = logging.getLogger(__name__)


class NotSent(Exception):
    """Slack is away or has said nothing clear, or another process is to send something first.

    Unlike TryAgain it leaves the waits to the engine, which doubles them: tries a second apart
    would be used up within any bad spell of Slack's.
    """


class _Unclear(Exception):
    """What all read and nobody waits for may stand in a channel already, and Slack does not say."""


class _There(NamedTuple):
    """Where a message stands in Slack already, by its ts: as a whole, or begun as a stream."""

    whole: str | None = None
    begun: str | None = None


@dataclass
class Sending:
    """Sends what waits. `client` gives the Web API client of a workspace.

    Its clients must not retry lost connections by themselves: that would send twice. Of several
    processes each sends only what is noted as its own, so that no two try the same message.
    """

    database: Database
    client: Callable[[str], WebClient]
    turns: Turns
    clock: Callable[[], datetime]
    executor: str
    # Told of a workspace whose token Slack takes no more.
    forget: Callable[[str], None]
    # Keys refused for certain, or queued by this process and never tried: no need to look first.
    # A restart forgets them, and then every waiting message is looked for.
    _untried: set[str] = field(default_factory=set)
    # What was unanswered as this process began: its answer is looked for even if queued just now.
    _doubted: set[str] = field(default_factory=set)
    # Direct messages that Slack has named to this process: what it does not know of them is so.
    _opened: set[str] = field(default_factory=set)
    # Workspaces whose Slack has said that it offers no streams.
    _without_streams: set[str] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def fresh(self, workspace: str, key: str) -> None:
        """Note that this message was queued just now and no send of it has been tried."""
        with self._guard:
            if not any(answered in key for answered in self._doubted):
                self._untried.add(f"{workspace}:{key}")

    def doubt(self, unanswered: Iterable[str]) -> None:
        """Look in Slack for the answers to these, events and their conversations by id.

        Nothing says that they were answered. But in a database that was put back from a copy that
        is so where they were answered after the copy was taken.
        """
        self._doubted.update(unanswered)

    def send(self, workspace: str, conversation: str) -> None:
        """Send every waiting message of a conversation, the oldest first.

        Raises TryAgain when Slack asks for patience, NotSent when it is busy or away, or another
        process sends one of them; nothing is lost by it.
        """
        with self.turns.of(f"send:{workspace}:{conversation}"):
            with self.database.reading() as session:
                waiting = conversations.waiting_messages(session, workspace, conversation)
            for message in waiting:
                with bound(workspace=workspace, outgoing=str(message.id)):
                    self._send_one(message)

    def give_up(self, workspace: str, conversation: str, why: str) -> None:
        """Send nothing more of what waits in a conversation, for a reason in one word."""
        with self.turns.of(f"send:{workspace}:{conversation}"):
            with self.database.reading() as session:
                waiting = conversations.waiting_messages(session, workspace, conversation)
            for message in waiting:
                self._settle(message, Delivery.FAILED, error=why)

    def leave(self, workspace: str, conversation: str) -> None:
        """Have whichever process comes first send what this one has not in a conversation."""
        # While the conversation is held nothing of it is being tried here.
        with self.turns.of(f"send:{workspace}:{conversation}"), self.database.writing() as session:
            conversations.leave_conversation(session, workspace, conversation, self.executor)

    def _send_one(self, message: OutgoingMessage) -> None:
        mark = f"{message.workspace}:{message.key}"
        with self._guard:
            untried = mark in self._untried
            self._untried.discard(mark)
        if message.sender != self.executor:
            self._claim(message)
            untried = message.sender is None
        try:
            ts = self._deliver(self.client(message.workspace), message, untried)
        except NotInstalled:
            _log.warning("Message %s has nowhere to go: the bot was taken out.", message.id)
            self._settle(message, Delivery.FAILED, error="not_installed")
            return
        except _Unclear:
            _log.warning("Message %s may stand in its channel: it is not sent again.", message.id)
            self._settle(message, Delivery.FAILED, error=conversations.UNCLEAR)
            return
        except SlackApiError as error:
            self._refused(message, mark if untried else None, error)
            return
        except (OSError, HTTPException, SlackClientError, ValueError) as error:
            metrics.SEND_RETRIES.labels("away").inc()
            raise NotSent from error
        self._settle(message, Delivery.SENT, ts=ts)

    def _claim(self, message: OutgoingMessage) -> None:
        """Note that this process sends a message that is to be sent by whoever comes first.

        Raises NotSent where another process sends it.
        """
        assert message.id is not None
        if message.sender not in (None, conversations.LEFT):
            raise NotSent
        with self.database.writing() as session:
            is_ours = conversations.claim_message(
                session, message.workspace, message.id, message.sender, self.executor
            )
        if not is_ours:
            raise NotSent

    def _deliver(self, client: WebClient, message: OutgoingMessage, untried: bool) -> str:
        """Have the message stand in Slack once, whatever an earlier attempt came to; its ts."""
        if message.channel.startswith(("U", "W")):
            message.channel = self._direct(client, message)
        begun = message.ts
        if not untried:
            there = self._look(client, message)
            if there.whole is not None:
                return there.whole
            begun = begun or there.begun
        streams = message.markdown is not None and message.workspace not in self._without_streams
        if begun is None and streams:
            begun = self._begin(client, message)
        if begun is not None and _finish(client, message, begun):
            return begun
        try:
            return _post(client, message)
        except SlackApiError as error:
            if code_of(error) not in _TOO_MUCH:
                raise
            _log.warning("Message %s goes out as plain text: %s", message.id, code_of(error))
            return _post(client, _shortened(message))

    def _direct(self, client: WebClient, message: OutgoingMessage) -> str:
        """The direct message with a person, which Slack is asked for once."""
        workspace, user = message.workspace, message.channel
        with self.database.reading() as session:
            known = providers.person(session, workspace, user)
        if known is not None and known.direct_channel is not None:
            return known.direct_channel
        channel = str(client.conversations_open(users=user)["channel"]["id"])
        self._opened.add(channel)
        with self.database.writing() as session:
            providers.note_direct_channel(session, workspace, user, channel)
        return channel

    def _look(self, client: WebClient, message: OutgoingMessage) -> _There:
        """Where this message is in Slack if a send that was cut short got there after all."""
        with self.database.reading() as session:
            newest = conversations.newest_before(session, message)
        there, cursor = _There(), None
        while True:
            try:
                page = _page(client, message, cursor)
            except SlackApiError as error:
                if is_rate_limited(error) or _may_have_been_taken(error):
                    raise
                if message.is_paced and not message.channel.startswith("D"):
                    raise _Unclear from None
                # Rather said twice than not at all: somebody waits for it.
                _log.warning("Slack does not let us look for a message: %s", code_of(error))
                return there
            found: list[dict[str, Any]] = page.get("messages") or []
            for posted in found:
                payload = (posted.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == message.key:
                    return _There(whole=str(posted["ts"]))
                # A stream gets its key only as it ends, and every other message of ours has one.
                # One that is older than the last message before this is what is left of another.
                keyless = message.markdown is not None and posted.get("bot_id") and not payload
                if keyless and str(posted["ts"]) > newest:
                    there = _There(begun=str(posted["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return there

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

    def _refused(self, message: OutgoingMessage, untried: str | None, error: SlackApiError) -> None:
        """Wait, look or give up. `untried` is the mark of a message that no attempt had been made
        of before: a refusal to look for an earlier attempt tells nothing of that one."""
        if is_rate_limited(error):
            if untried is not None:
                with self._guard:
                    self._untried.add(untried)
            metrics.SEND_RETRIES.labels("rate_limited").inc()
            raise TryAgain(_retry_after(error)) from error
        if _may_have_been_taken(error):
            metrics.SEND_RETRIES.labels("uncertain").inc()
            raise NotSent from error
        code = code_of(error)
        if code in _NO_CHANNEL and self._forget_direct(message):
            raise TryAgain(_RETRY_SECONDS) from error
        if code in _NO_TOKEN:
            self.forget(message.workspace)
        if code in _GONE_PERSON:
            with self.database.writing() as session:
                providers.has_left(session, message.workspace, message.channel, self.clock())
        _log.warning("Slack refused message %s for good: %s", message.id, code)
        self._settle(message, Delivery.FAILED, error=code)

    def _forget_direct(self, message: OutgoingMessage) -> bool:
        """Have Slack be asked anew for a direct message that it does not know; False where it has
        named that itself just now.
        """
        # An answer goes to where the person has written, which is as Slack names it.
        is_answer = message.conversation.startswith(f"{message.channel}:")
        if is_answer or message.channel in self._opened:
            return False
        with self.database.writing() as session:
            return providers.forget_direct_channel(session, message.workspace, message.channel)

    def _settle(
        self,
        message: OutgoingMessage,
        delivery: Delivery,
        *,
        ts: str | None = None,
        error: str | None = None,
    ) -> None:
        assert message.id is not None
        now = self.clock()
        with self.database.writing() as session:
            conversations.settle_message(
                session,
                message.workspace,
                message.id,
                delivery,
                now,
                ts=ts,
                channel=message.channel,
                error=error,
            )
            if message.opens is not None and ts is not None:
                conversations.open_interview(session, message, message.channel, ts, now)
        metrics.SENDS.labels(delivery.value).inc()
        _log.info("The message is %s.", delivery.value)


def _page(client: WebClient, message: OutgoingMessage, cursor: str | None) -> SlackResponse:
    """What stands in the message's thread, or in a direct message outside any."""
    if message.thread is None:
        return client.conversations_history(
            channel=message.channel, include_all_metadata=True, limit=200, cursor=cursor
        )
    return client.conversations_replies(
        channel=message.channel,
        ts=message.thread,
        include_all_metadata=True,
        limit=200,
        cursor=cursor,
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


def _shortened(message: OutgoingMessage) -> OutgoingMessage:
    """The message as plain text, cut to what Slack takes in any case."""
    text = message.text
    if len(text) > _PLAIN_TEXT:
        text = f"{text[:_PLAIN_TEXT].rsplit(' ', 1)[0]}…\nThe rest is on your Home tab."
    return OutgoingMessage(**{**message.model_dump(), "text": text, "blocks": []})


def _finish(client: WebClient, message: OutgoingMessage, ts: str) -> bool:
    """Have the stream that was begun at `ts` end as the whole message; False where it is gone.

    While a stream is open Slack lets nobody update it, and once it is closed nobody stop it.
    """
    channel, metadata = message.channel, _metadata(message)
    try:
        try:
            client.chat_stopStream(
                channel=channel, ts=ts, blocks=after_words(message.blocks), metadata=metadata
            )
        except SlackApiError as error:
            if code_of(error) != "message_not_in_streaming_state":
                raise
            client.chat_update(
                channel=channel,
                ts=ts,
                text=message.text,
                blocks=message.blocks,
                metadata=metadata,
            )
    except SlackApiError as error:
        if code_of(error) in _GONE:
            return False
        if not is_rate_limited(error) and not _may_have_been_taken(error):
            # The words stand there. What may not follow them must not leave the stream open.
            with suppress(SlackApiError):
                client.chat_stopStream(channel=channel, ts=ts)
        raise
    return True


def _metadata(message: OutgoingMessage) -> dict[str, Any]:
    return {"event_type": METADATA_TYPE, "event_payload": {"key": message.key}}


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
