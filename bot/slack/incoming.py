"""What Slack sends, reduced to what an answer needs: the rest is neither used nor kept."""

import html
import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from bot.conversation import storable


class Kind(StrEnum):
    MESSAGE = "message"
    PRESS = "press"
    EDITED = "edited"
    DELETED = "deleted"
    MENTION = "mention"


class FileGiven(NamedTuple):
    """A file that came with a message: its name, and where its content is."""

    name: str
    url: str


@dataclass(frozen=True)
class Incoming:
    """One thing a person did in a direct message with the bot, or a mention of it elsewhere.

    `thread` is the root of the thread it stands in (a message outside any thread is its own root);
    `number` is that of the coach's message whose button was pressed; `text` is then the reply that
    the button stands for.
    """

    kind: Kind
    workspace: str
    event_id: str
    user: str
    channel: str
    thread: str
    ts: str
    text: str = ""
    number: int | None = None
    files: tuple[FileGiven, ...] = ()

    @property
    def conversation(self) -> str:
        """The messages of one conversation are answered in order."""
        return f"{self.channel}:{self.thread}"

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread that something else began."""
        return self.thread != self.ts

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Incoming":
        # What was kept by an earlier version has no files.
        files = tuple(FileGiven(*file) for file in data.get("files", ()))
        return cls(**{**data, "kind": Kind(data["kind"]), "files": files})


ANSWER = "answer"  # action_id prefix of the buttons that stand for a reply


def incoming(body: dict[str, Any]) -> Incoming | None:
    """Read a Slack payload; None for everything the conversation does not concern.

    That is anything outside a direct message but a mention, and what a bot or Slack itself wrote.
    """
    if body.get("type") == "event_callback":
        return _event(body)
    if body.get("type") == "block_actions":
        return _press(body)
    return None


def _event(body: dict[str, Any]) -> Incoming | None:
    event = body.get("event") or {}
    if event.get("type") == "app_mention":
        return _mention(body, event)
    if event.get("type") != "message" or event.get("channel_type") != "im":
        return None
    subtype = event.get("subtype")
    kind, message = Kind.MESSAGE, event
    if subtype == "message_changed":
        kind, message = Kind.EDITED, event.get("message") or {}
        if message.get("text") == (event.get("previous_message") or {}).get("text"):
            return None  # a link was unfolded or a thread grew: nobody changed a word
    elif subtype == "message_deleted":
        kind, message = Kind.DELETED, event.get("previous_message") or {}
    elif subtype not in (None, "file_share", "thread_broadcast"):
        return None
    user = message.get("user")
    if not user or message.get("bot_id") or message.get("subtype") == "bot_message":
        return None
    ts = message.get("ts") or event.get("deleted_ts")
    if not ts:
        return None
    return Incoming(
        kind=kind,
        workspace=body.get("team_id") or event.get("team") or "",
        event_id=body["event_id"],
        user=user,
        channel=event["channel"],
        thread=message.get("thread_ts") or ts,
        ts=ts,
        text=plain(message.get("text") or ""),
        files=_files(message) if kind is Kind.MESSAGE else (),
    )


def _files(message: dict[str, Any]) -> tuple[FileGiven, ...]:
    """The files of a message that are there to be read; those of other places are only linked."""
    given = message.get("files") or ()
    found = ((f.get("name"), f.get("url_private_download") or f.get("url_private")) for f in given)
    return tuple(FileGiven(storable(str(name)), str(url)) for name, url in found if name and url)


def _mention(body: dict[str, Any], event: dict[str, Any]) -> Incoming | None:
    user, ts = event.get("user"), event.get("ts")
    channel = event.get("channel", "")
    # In a direct message it comes as a message too.
    if not (user and ts and channel) or event.get("bot_id") or channel.startswith("D"):
        return None
    return Incoming(
        kind=Kind.MENTION,
        workspace=body.get("team_id") or event.get("team") or "",
        event_id=body["event_id"],
        user=user,
        channel=channel,
        thread=event.get("thread_ts") or ts,
        ts=ts,
        text=plain(_OURSELVES.sub("", event.get("text") or "", count=1)).strip(),
    )


# A mention of the bot stands first where it is addressed.
_OURSELVES = re.compile(r"^\s*<@[UW][A-Z0-9]+(?:\|[^>]*)?>[\s,:]*")


def workspace_of(body: dict[str, Any]) -> str:
    """The workspace in which a button, form or shortcut was used; "" where none is named."""
    view = body.get("view") or {}
    team = (body.get("team") or {}).get("id") or body["user"].get("team_id")
    return str(team or view.get("team_id", ""))


def _press(body: dict[str, Any]) -> Incoming | None:
    pressed = (body.get("actions") or [{}])[0]
    if not str(pressed.get("action_id", "")).startswith(ANSWER):
        return None
    try:
        value = json.loads(pressed["value"])
        reply, number = str(value["reply"]), int(value["number"])
    except (KeyError, TypeError, ValueError):
        return None
    message = body.get("message") or {}
    user, ts = body["user"]["id"], message.get("ts")
    channel = (body.get("channel") or {}).get("id")
    if not (channel and ts):
        return None  # those that stand for a reply are on messages
    return Incoming(
        kind=Kind.PRESS,
        workspace=workspace_of(body),
        # Slack gives a press no event id: who pressed what when is as good as one.
        event_id=f"press:{user}:{ts}:{pressed['action_id']}:{pressed.get('action_ts', '')}",
        user=user,
        channel=channel,
        thread=message.get("thread_ts") or ts,
        ts=ts,
        text=reply,
        number=number,
    )


def plain(text: str) -> str:
    """Slack's message text as the person typed it; only mentions of people stay as "<@U…>".

    What was typed to look like a mention is broken up, so that it can never become one.
    """
    text = re.sub(r"&lt;(?=[@!#])", "‹", text)
    text = re.sub(r"<!(?:subteam\^[A-Z0-9]+\|)?@?([^>|]+)(?:\|[^>]*)?>", r"@\1", text)
    text = re.sub(r"<#[A-Z0-9]+\|?([^>]*)>", r"#\1", text)
    text = re.sub(r"<(?:mailto:|tel:)?[^>|@]*[^>|]*\|([^>]+)>", r"\1", text)
    text = re.sub(r"<(https?://[^>]+)>", r"\1", text)
    return storable(html.unescape(text))
