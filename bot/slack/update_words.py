"""News of an action in a person's own words, shown back to them before anything is kept.

It is taken for that in the thread of a reminder, where an action of theirs is named, and outside
any thread from someone who has a reminder to answer and plainly answers it. All else begins or goes
on with an interview.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement
from sqlmodel import Session

from bot.coaching.checking import is_level
from bot.coaching.draft import Setting
from bot.coaching.phrases import in_words
from bot.coaching.rag_words import is_small_talk, sounds_like_a_plan, standing
from bot.coaching.replies import Command, Oddity, command, oddity, tells_of_risk
from bot.coaching.update_reading import (
    MOST_NOTE,
    Candidate,
    UpdateRead,
    opens_with_reference,
    read_update,
    references,
)
from bot.coaching.wording import OPEN_RAGS, RAG_WORDS, SAY
from bot.conversation import Conversation
from bot.engine import TryAgain
from bot.rights import READERS, Deed, may, may_write, refusal
from bot.slack.incoming import Incoming, Kind
from bot.slack.inputs import told_formatted
from bot.slack.pieces import BUTTON_TEXT, as_dicts, do_button, escape, sections, short
from storage import actions, conversations, reminders
from storage.actions import StoredAction
from storage.models import Person
from storage.vocabulary import Rag

# How long a reminder waits for words that stand outside its thread.
_WAITS = timedelta(days=7)
# Whoever has said something in an interview so lately is still in it.
_TALKS = timedelta(days=1)
_SENDING_SECONDS = 1.0
_MOST_CHOICES = 10
# What is longer than so many words is a story that an interview can make something of.
_LONGEST_PROGRESS = 60
_VALUE = 1900  # characters; Slack takes 2,000 in a button
_QUOTED, _NAMED, _MEASURED = 300, 80, 60

_WELCOME = (
    "You are welcome. Tell me here how an action goes, in your own words: I show it back to you "
    "before I note it."
)
_PRESS = (
    "Nothing is noted until you press a button above. Or tell me in your own words how it goes."
)
_HELP = (
    "Say in your own words how an action goes, such as “86% last week, on track”. I show it back "
    "to you before I note it."
)
_OVER = "None of these actions waits for an update any more."


@dataclass(frozen=True)
class Shown:
    """A message of ours, its text already escaped."""

    text: str
    blocks: list[dict[str, Any]]

    def as_modal(self) -> dict[str, Any]:
        """The same as a modal, for where no message can be changed."""
        return {**told_formatted("So What", self.text), "blocks": self.blocks}


def message(says: str, buttons: Sequence[ButtonElement] = ()) -> Shown:
    """Words of ours, not escaped yet, with what can be pressed under them."""
    text = escape(says)
    blocks: list[Block] = [*sections(text)]
    if buttons:
        blocks.append(ActionsBlock(elements=[*buttons]))
    return Shown(text, as_dicts(blocks))


def key_of(incoming: Incoming) -> str | None:
    """The key in the outbox of the answer to words outside any thread; None for others.

    Found again by the thread that this answer stands in, in which more may be said.
    """
    return None if incoming.is_reply else f"words:{incoming.channel}:{incoming.ts}"


def answer(
    session: Session, loaded: Conversation, incoming: Incoming, now: datetime
) -> Shown | None:
    """What to say to words that tell how an action goes; None where they are no such words.

    Raises TryAgain where the thread may be that of a reminder which is just being sent.
    """
    if incoming.kind is not Kind.MESSAGE or loaded.record is not None:
        return None
    if incoming.is_reply:
        asked = _asked_in(session, loaded.person, incoming)
        return None if asked is None else _in_thread(session, loaded, incoming.text, asked)
    if not may_write(loaded.person) or tells_of_risk(incoming.text):
        return None
    named = references(incoming.text)
    if named:
        return _of_named(session, loaded, incoming.text, named)
    return _unasked(session, loaded, incoming, now)


# --- in the thread of a reminder, or of our answer to earlier words -----------------------------


def _asked_in(session: Session, person: Person, incoming: Incoming) -> list[StoredAction] | None:
    """The actions that a thread is about, in order; None for any other thread."""
    workspace = incoming.workspace
    reminder = reminders.at(session, person, incoming.thread)
    if reminder is not None:
        return actions.some(session, workspace, reminder.actions)
    assert person.id is not None
    key = f"words:{incoming.channel}:{incoming.thread}"
    if conversations.is_queued(session, workspace, key):
        return actions.live_of(session, workspace, [person.id]).get(person.id, [])
    if reminders.is_being_sent(session, workspace, incoming.user):
        raise TryAgain(_SENDING_SECONDS)
    return None


def _in_thread(
    session: Session, loaded: Conversation, text: str, asked: list[StoredAction]
) -> Shown | None:
    person, order = loaded.person, command(text)
    if order in (Command.NEW, Command.CARRY_ON):
        return None
    if not may_write(person):
        return message(READERS)
    if tells_of_risk(text):
        return message(SAY["at_risk"][0])
    named = references(text)
    if named:
        asked = actions.numbered(session, person.workspace, _numbers(named))
        if not asked:
            return message(f"I find no {named[0]} in your plan.")
    live = [stored for stored in asked if may(person, Deed.UPDATE, stored)]
    if not live:
        return message((refusal(person, Deed.UPDATE, asked[0]) if asked else None) or _OVER)
    read = read_update(text, [candidate(stored) for stored in live], loaded.setting.today)
    if not read.says_anything:
        if order in (Command.YES, Command.NO):
            return message(_PRESS)
        if is_small_talk(text):
            return message(_WELCOME)
        if order is not None or oddity(text) in (Oddity.EMPTY, Oddity.SYMBOLS, Oddity.ORDER):
            return message(_HELP)
    return _asked_back(live, read, loaded.setting)


# --- outside any thread -------------------------------------------------------------------------


def _of_named(
    session: Session, loaded: Conversation, text: str, named: Sequence[str]
) -> Shown | None:
    """Words that name actions of the person's own and say how these go."""
    if sounds_like_a_plan(text) and not opens_with_reference(text):
        return None
    person = loaded.person
    found = actions.numbered(session, person.workspace, _numbers(named))
    own = [stored for stored in found if stored.action.owner_id == person.id]
    read = read_update(text, [candidate(stored) for stored in own], loaded.setting.today)
    if len(read.about) == 1 and not read.says_anything:
        return None
    live = [stored for stored in own if may(person, Deed.UPDATE, stored)]
    if own and not live:
        return message(refusal(person, Deed.UPDATE, own[0]) or _OVER)
    return _asked_back(live, read, loaded.setting) if live else None


def _unasked(
    session: Session, loaded: Conversation, incoming: Incoming, now: datetime
) -> Shown | None:
    """Words that plainly answer a reminder, from someone who is in no conversation."""
    text, person = incoming.text, loaded.person
    # What can be seen in the text comes first: most messages need no look into the database.
    if not _may_be_progress(text):
        return None
    reminder = reminders.unanswered(session, person, now - _WAITS)
    if reminder is None or _waits_for_words(session, person, incoming.user, now):
        return None
    asked = actions.some(session, person.workspace, reminder.actions)
    live = [stored for stored in asked if may(person, Deed.UPDATE, stored)]
    read = read_update(text, [candidate(stored) for stored in live], loaded.setting.today)
    return _asked_back(live, read, loaded.setting) if live and read.says_anything else None


_A_FIGURE = re.compile(r"\d|\bper ?cent\b|\b(?:down|up) to\b", re.IGNORECASE)


def _may_be_progress(text: str) -> bool:
    is_long = len(text) > MOST_NOTE or len(text.split()) > _LONGEST_PROGRESS
    if is_long or sounds_like_a_plan(text):
        return False
    return _A_FIGURE.search(text) is not None or any(standing(text))


def _waits_for_words(session: Session, person: Person, user: str, now: datetime) -> bool:
    """Whether a conversation is open, or about to be, that the person may mean."""
    assert person.id is not None
    workspace = person.workspace
    return (
        conversations.waits_to_open(session, workspace, user)
        or conversations.begun_interview(session, workspace, person.id) is not None
        or conversations.is_talking(session, workspace, person.id, now - _TALKS)
    )


def _numbers(named: Sequence[str]) -> list[int]:
    return [int(reference.removeprefix("A-")) for reference in named]


# --- what is shown back -------------------------------------------------------------------------


def candidate(stored: StoredAction) -> Candidate:
    """An action as the reader of updates looks at it."""
    action = stored.action
    readings = [update.reading for update in stored.updates if update.reading]
    return Candidate(
        action.reference,
        action.action or "",
        action.measure,
        action.unit,
        action.baseline,
        action.target,
        readings[-1] if readings else None,
    )


def _asked_back(live: Sequence[StoredAction], read: UpdateRead, setting: Setting) -> Shown:
    meant = [stored for stored in live if stored.action.reference in read.about]
    if len(meant) == 1:
        return confirmation(meant[0], read, setting)
    return _which(meant or live, read, setting)


def _which(meant: Sequence[StoredAction], read: UpdateRead, setting: Setting) -> Shown:
    """Ask which action the words are about."""
    buttons = []
    for stored in meant[:_MOST_CHOICES]:
        action = stored.action
        value = {
            "action": action.id,
            "note": read.note,
            "day": setting.today.isoformat(),
            # Where they are about several, what they say may be of another one than is chosen.
            "several": read.is_named,
        }
        label = short(f"{action.reference} {action.action or ''}".strip(), BUTTON_TEXT)
        buttons.append(do_button(label, "note_which", _fitted(value), only=action.id or ""))
    buttons.append(_leave_it())
    return message(f"Which of these is it about? “{_quoted(read.note)}”", buttons)


def confirmation(stored: StoredAction, read: UpdateRead, setting: Setting) -> Shown:
    """Show what was understood of an action, to be noted with a press."""
    action = stored.action
    reading = read.reading if read.reading and is_level(read.reading, setting) else None
    parts = [understood(stored, reading, read.day)] if reading else []
    if read.rag in OPEN_RAGS:
        parts.append(RAG_WORDS[read.rag])
    elif read.no_change:
        parts.append("no change")
    parts.append(f"“{_quoted(read.note)}”")
    named = f" ({short(action.action, _NAMED)})" if action.action else ""
    says = f"Shall I note for {action.reference}{named}: {', '.join(parts)}?"
    value = {
        "action": action.id,
        "reading": reading,
        "note": read.note,
        "day": read.day.isoformat() if read.day and reading else None,
    }

    def noting(label: str, rag: Rag, style: str | None = None) -> ButtonElement:
        carried = _fitted({**value, "rag": rag.value})
        spoken = f"{label}: {action.reference}"
        return do_button(label, "note", carried, spoken=spoken, only=rag.value, style=style)

    if read.rag in OPEN_RAGS:
        buttons = [noting("Yes, note it", read.rag, "primary")]
    else:
        says += " If so, how does it stand?"
        buttons = [
            noting("On track", Rag.GREEN),
            noting("At risk", Rag.AMBER),
            noting("Off track", Rag.RED),
        ]
    if read.is_done:
        says += " If it is finished, complete it instead."
        spoken = f"Complete {action.reference}"
        buttons.append(do_button("Complete it", "complete", {"action": action.id}, spoken=spoken))
    return message(says, [*buttons, _leave_it()])


def understood(stored: StoredAction, reading: str, day: date | None) -> str:
    """A reading with what it is of, and its day where that was said: "attendance 86%"."""
    measure = short(stored.action.measure or "", _MEASURED)
    on = f" on {in_words(day)}" if day else ""
    return f"{measure} {reading}{on}".strip()


def _leave_it() -> ButtonElement:
    return do_button("No, leave it", "note_not", {})


def _quoted(note: str) -> str:
    return short(" ".join(note.split()), _QUOTED)


def _fitted(value: dict[str, Any]) -> dict[str, Any]:
    """What a button carries, its note cut until Slack takes it."""
    while len(json.dumps(value)) > _VALUE and len(value["note"]) > 1:
        note = value["note"]
        value = {**value, "note": f"{note[: len(note) * 9 // 10].rstrip()}…"}
    return value
