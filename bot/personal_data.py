"""What is kept about one person, in words, and forgetting them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlmodel import Session

from bot.changes import NotAllowed, is_only_lead, only_lead
from bot.coaching.moments import zone_of
from bot.coaching.phrases import in_words, start_upper
from bot.coaching.viewing import counted
from bot.history import by_the_clock, in_sentences
from storage import personal_data, providers
from storage.models import Person
from storage.personal_data import Forgotten, Held, Rows
from storage.vocabulary import Speaker


def person_called(session: Session, workspace: str, who: str) -> Person | None:
    """The person of this Slack id, or else the only one of this name; None where there is none."""
    found = providers.person(session, workspace, who)
    return found or providers.person_named(session, workspace, who)


def forget(session: Session, person: Person, by: Person | None, at: datetime) -> Forgotten:
    """Erase someone's messages, name and Slack id; `by` is None for the operator.

    Raises NotAllowed where nobody would be left to lead the plan: whoever writes next would then
    become its lead.
    """
    if is_only_lead(session, person):
        raise NotAllowed(only_lead(person))
    return personal_data.forget(session, person, by, at)


def said_of(gone: Forgotten) -> list[str]:
    """What came of forgetting somebody, in sentences."""
    messages, talks = counted(gone.messages, "message"), counted(gone.conversations, "conversation")
    says = [f"Erased: name, Slack id, and {messages} in {talks}."]
    if gone.unowned:
        says.append(f"Without an owner now: {', '.join(gone.unowned)}.")
    if gone.themes:
        says.append(f"Without a sponsor now: {', '.join(gone.themes)}.")
    if gone.still:
        where = ", ".join(f"{reference} ({what})" for reference, what in gone.still)
        says.append(f"The name still stands in what is written in the plan: {where}.")
    return says


def as_json(held: Held) -> dict[str, Any]:
    """Everything kept about a person, as plain values for `json.dumps`."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(held), default=_plain))
    return plain


def _plain(value: Any) -> str:
    """A day, time or instant in ISO 8601; an instant is in UTC."""
    return str(value.isoformat())


def in_full(session: Session, person: Person, at: datetime) -> str:
    """Everything kept about a person, to be read, by the clock where they are."""
    held, zone = personal_data.held(session, person), zone_of(person.timezone)

    def when(row: Mapping[str, Any]) -> str:
        return by_the_clock(row["at"], zone)

    def said(rows: Rows, *names: str) -> list[str]:
        return [f"{when(row)}: {', '.join(_values(row, names))}" for row in rows]

    talk = []
    for row in held.conversations:
        who = "You" if row["speaker"] is Speaker.PERSON else "So What"
        talk.append(f"{when(row)} ({_of_action(row)}). {who}: {row['text']}")
    others = [
        f"{start_upper(row['what'])}: "
        + ", ".join([*([when(row)] if "at" in row else []), *_values(row, _OTHER)])
        for row in held.others
    ]
    own = [f"A-{r['action']} ({r['as']}): {r['text'] or 'no words yet'}" for r in held.actions]
    updates = [
        f"{when(row)} ({_of_action(row)}): {', '.join(_values(row, _UPDATE))}"
        for row in held.updates
    ]
    parts = [
        f"What So What keeps about {person.name}, {in_words(at.astimezone(zone).date())}",
        _section("You", _about(held.person, zone)),
        _section("Your conversations with So What", talk),
        _section("What So What wrote to you beside them", said(held.messages, "text")),
        _section("Actions that you have to do with", own),
        _section("Themes that you sponsor", [f"{t['rank']}. {t['name']}" for t in held.themes]),
        _section("Progress updates that you gave", updates),
        _section(
            "What you changed in actions",
            in_sentences(session, person.workspace, held.changes, zone),
        ),
        _section("Reminders that you were sent", said(held.reminders, "kind", "week")),
        _section("Files that you gave", said(held.files, "name", "outcome")),
        _section("What else is noted", others),
    ]
    return "\n\n".join(parts) + "\n"


_UPDATE = ("rag", "note", "reading", "evidence_link")
_OTHER = ("reference", "waiting_note", "view", "about", "channel", "is_helpful")
# What is kept of a person, as they would call it, in the order of telling.
_ABOUT = {
    "name": "Name",
    "slack_user_id": "Slack id",
    "role": "Role",
    "timezone": "Time zone",
    "direct_channel": "Direct message with So What",
    "created_at": "Known since",
    "welcomed_at": "Welcomed",
    "home_opened_at": "Home tab last opened",
    "profile_at": "Name and zone last asked of Slack",
    "left_at": "Not in Slack since",
    "reminder_day": "Day of reminders, 0 for Monday",
    "reminder_time": "Time of reminders",
    "only_overdue": "Reminded only of what is overdue",
    "remind_at": "Reminders are looked at next",
    "overview_at": "Overviews are looked at next",
    "reminded_week": "Last week settled for reminders",
    "overview_week": "Last week settled for overviews",
}


def _about(person: Mapping[str, Any], zone: tzinfo) -> list[str]:
    return [
        f"{name}: {_value(person[column], zone)}"
        for column, name in _ABOUT.items()
        if person[column] is not None
    ]


def _value(value: Any, zone: tzinfo = UTC) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return by_the_clock(value, zone)
    return str(value)


def _values(row: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    return [_value(row[name]) for name in names if row.get(name) not in (None, "")]


def _of_action(row: Mapping[str, Any]) -> str:
    return f"A-{row['action']}" if row["action"] is not None else "no action yet"


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, "-" * len(title), *(lines or ["Nothing."])])
