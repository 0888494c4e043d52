"""What is kept about one person, and erasing it. Every query names its workspace."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from storage import actions, audit
from storage.audit import Entry
from storage.models import (
    ERASED,
    Action,
    Audit,
    ChannelSummary,
    Feedback,
    ImportFile,
    InterviewRecord,
    Invitation,
    OutgoingMessage,
    Person,
    ProgressUpdate,
    ReceivedEvent,
    Reminder,
    SarItem,
    SummarySeen,
    Theme,
    Turn,
)
from storage.rows import table_of
from storage.vocabulary import Delivery, Role, Speaker

# What somebody whose name was erased is called wherever they have done something.
SOMEBODY = "Somebody"
Rows = list[dict[str, Any]]


_turn, _interview, _event = table_of(Turn), table_of(InterviewRecord), table_of(ReceivedEvent)
_message, _action, _audit = table_of(OutgoingMessage), table_of(Action), table_of(Audit)
_person = table_of(Person)


# --- what is kept ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """All that is kept about a person: a list of rows for each kind, as plain values."""

    person: dict[str, Any]
    # Each message of their conversations: at, action (its number or None), speaker, text.
    conversations: Rows
    # What the bot wrote to them outside conversations, or has yet to send: at, text.
    messages: Rows
    # Number and wording of the actions that they have to do with, whether they own it, and as what.
    actions: Rows
    themes: Rows
    updates: Rows
    # What they changed in actions, the newest first.
    changes: list[Entry]
    reminders: Rows
    files: Rows
    # What else: ratings of questions, invitations, views looked at, posts in channels, SAR items.
    others: Rows


def held(session: Session, person: Person) -> Held:
    """What is kept about a person."""
    place, me, rows = person.workspace, person.id, partial(_rows, session)
    about = _person.c
    mine = rows(
        sa.select(*(c for c in about if c.name not in ("id", "workspace"))).where(
            about.workspace == place, about.id == me
        )
    )
    return Held(
        person=mine[0],
        conversations=rows(
            sa.select(_turn.c.at, _action.c.number.label("action"), _turn.c.speaker, _turn.c.text)
            .join(_interview, _interview.c.id == _turn.c.interview_id)
            .outerjoin(_action, _action.c.id == _interview.c.action_id)
            .where(_turn.c.workspace == place, _interview.c.person_id == me)
            .order_by(_turn.c.id)
        ),
        messages=rows(
            sa.select(_message.c.created_at.label("at"), _message.c.text)
            .where(_is_to(session, person))
            .where(_message.c.key.not_in(_answers(place, me)))
            .order_by(_message.c.id)
        ),
        actions=_actions_of(session, person),
        themes=rows(_of(Theme, place, Theme.sponsor_id == me, "rank", "name")),
        updates=rows(
            sa.select(*_columns(ProgressUpdate, "at", "rag", "note", "reading", "evidence_link"))
            .add_columns(_action.c.number.label("action"))
            .join(_action, _action.c.id == table_of(ProgressUpdate).c.action_id)
            .where(table_of(ProgressUpdate).c.workspace == place)
            .where(table_of(ProgressUpdate).c.author_id == me)
            .order_by(table_of(ProgressUpdate).c.id)
        ),
        changes=audit.entries(session, place, person_id=me),
        reminders=rows(
            _of(Reminder, place, Reminder.person_id == me, "at", "week", "kind", "answered_at")
        ),
        files=rows(_of(ImportFile, place, ImportFile.person_id == me, "at", "name", "outcome")),
        others=_others(session, person),
    )


def _rows(session: Session, found: sa.Select[Any]) -> Rows:
    return [dict(row) for row in session.connection().execute(found).mappings()]


def _columns(model: type[SQLModel], *names: str) -> list[sa.Column[Any]]:
    return [table_of(model).c[name] for name in names]


def _of(model: type[SQLModel], place: str, which: Any, *names: str) -> sa.Select[Any]:
    table = table_of(model)
    return sa.select(*_columns(model, *names)).where(table.c.workspace == place, which)


def _answers(place: str, person_id: int | None) -> sa.Select[Any]:
    """The keys of messages that stand in the transcripts of somebody too."""
    return (
        sa.select(_turn.c.source)
        .join(_interview, _interview.c.id == _turn.c.interview_id)
        .where(
            _turn.c.workspace == place,
            _interview.c.person_id == person_id,
            _turn.c.speaker == Speaker.COACH,
        )
    )


# What someone has had to do with an action, by the column that says so.
_PARTS = {
    "owner_id": "owner",
    "created_by_id": "wrote it",
    "agreed_by_id": "agreed it",
    "proposed_by_id": "named its owner",
    "parked_by_id": "parked it",
}


def _actions_of(session: Session, person: Person) -> Rows:
    parts = [_action.c[column] for column in _PARTS]
    found = (
        sa.select(
            _action.c.number.label("action"),
            _action.c.action.label("text"),
            _action.c.owner_name,
            *parts,
        )
        .where(
            _action.c.workspace == person.workspace,
            sa.or_(
                *(part == person.id for part in parts),
                _action.c.owner_name == person.name,
            ),
        )
        .order_by(_action.c.number)
    )
    rows = []
    for row in _rows(session, found):
        said = [says for column, says in _PARTS.items() if row[column] == person.id]
        owns = row["owner_id"] == person.id or row["owner_name"] == person.name
        rows.append(
            {
                "action": row["action"],
                "text": row["text"],
                "owns": owns,
                "as": ", ".join(said) or "named as owner",
            }
        )
    return rows


def _others(session: Session, person: Person) -> Rows:
    place, me = person.workspace, person.id
    asked = (
        ("a question rated", _of(Feedback, place, Feedback.person_id == me, "at", "is_helpful")),
        ("asked for actions", _of(Invitation, place, Invitation.person_id == me, "at")),
        ("asked others for actions", _of(Invitation, place, Invitation.invited_by_id == me, "at")),
        (
            "a summary looked at",
            _of(SummarySeen, place, SummarySeen.person_id == me, "at", "view", "about"),
        ),
        (
            "a summary posted in a channel",
            _of(ChannelSummary, place, ChannelSummary.confirmed_by_id == me, "channel", "view"),
        ),
        (
            "a SAR item changed",
            _of(SarItem, place, SarItem.changed_by_id == me, "reference"),
        ),
        (
            "a SAR item that waits",
            _of(SarItem, place, SarItem.waiting_by_id == me, "reference", "waiting_note"),
        ),
    )
    return [{"what": what, **row} for what, found in asked for row in _rows(session, found)]


def _is_to(session: Session, person: Person) -> sa.ColumnElement[bool]:
    """Whether a message in the outbox was or is to be written to this person alone."""
    return sa.and_(
        _message.c.workspace == person.workspace, _message.c.channel.in_(_direct(session, person))
    )


def _direct(session: Session, person: Person) -> list[str]:
    """Where the bot writes to someone: their id, and their direct message under Slack's id of it.

    Interviews are held in direct messages only.
    """
    found = sa.select(_interview.c.channel).where(
        _interview.c.workspace == person.workspace, _interview.c.person_id == person.id
    )
    known = set(session.connection().scalars(found.distinct()))
    return sorted(known | {person.slack_user_id} | ({person.direct_channel or ""} - {""}))


# --- erasing --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Forgotten:
    """What was erased: how many messages of conversations, and of how many conversations.

    `unowned` are the references of the actions that have no owner now, `themes` the names of those
    that have no sponsor, and `still` where the name stands in what others have written, as
    ("A-3", "note of an update").
    """

    messages: int
    conversations: int
    unowned: tuple[str, ...]
    themes: tuple[str, ...]
    still: tuple[tuple[str, str], ...]


def forget(session: Session, person: Person, by: Person | None, at: datetime) -> Forgotten:
    """Erase someone's messages, name and Slack id; what they did in the plan stays, as somebody's.

    Their actions have no owner then, which the audit tells, and the themes that they sponsored no
    sponsor. `by` is None for what the operator does. The words of others stay as they are.
    """
    place, me, name = person.workspace, person.id, person.name
    run = session.connection().execute
    direct = _direct(session, person)
    theirs = sa.select(_interview.c.id).where(
        _interview.c.workspace == place, _interview.c.person_id == me
    )
    messages = run(
        sa.delete(_turn).where(_turn.c.workspace == place, _turn.c.interview_id.in_(theirs))
    ).rowcount
    talks = run(
        sa.delete(_interview).where(_interview.c.workspace == place, _interview.c.person_id == me)
    ).rowcount
    run(sa.delete(_message).where(_message.c.workspace == place, _message.c.channel.in_(direct)))
    _empty_events(session, person, direct, at)
    _empty_messages_naming(session, person)
    for model in (Reminder, Feedback, ImportFile, SummarySeen, Invitation):
        table = table_of(model)
        run(sa.delete(table).where(table.c.workspace == place, table.c.person_id == me))
    still = _still(session, place, name)
    unowned = _without_owner(session, person, by, at)
    themes = _without_sponsor(session, person)
    # A name in words says no more than the id of the owner that was there beside it.
    for column in ("old", "new"):
        run(
            sa.update(_audit)
            .where(_audit.c.workspace == place, _audit.c.field == "owner_name")
            .where(_audit.c[column] == name)
            .values({column: ERASED})
        )
    _erase(session, person, at)
    return Forgotten(messages, talks, unowned, themes, still)


def _without_owner(
    session: Session, person: Person, by: Person | None, at: datetime
) -> tuple[str, ...]:
    theirs = session.exec(
        select(Action)
        .where(Action.workspace == person.workspace)
        .where(sa.or_(_action.c.owner_id == person.id, _action.c.owner_name == person.name))
        .order_by(_action.c.number)
    ).all()
    nobody = {"owner_id": None, "owner_name": None, "proposed_by_id": None}
    for action in theirs:
        assert action.id is not None
        actions.change_action(
            session, action.workspace, action.id, action.version, by=by, at=at, **nobody
        )
    return tuple(action.reference for action in theirs)


def _without_sponsor(session: Session, person: Person) -> tuple[str, ...]:
    theirs = session.exec(
        select(Theme)
        .where(Theme.workspace == person.workspace, Theme.sponsor_id == person.id)
        .order_by(table_of(Theme).c.rank)
    ).all()
    for theme in theirs:
        theme.sponsor_id = None
        session.add(theme)
    return tuple(theme.name for theme in theirs)


def _erase(session: Session, person: Person, at: datetime) -> None:
    """Take name, Slack id and habits from someone's row, which stays for what they did."""
    fresh = Person(
        workspace=person.workspace, slack_user_id=f"forgotten-{person.id}", name=SOMEBODY
    )
    for column in _person.c:
        if column.name not in ("id", "workspace", "created_at"):
            setattr(person, column.name, getattr(fresh, column.name))
    person.role = Role.READER
    person.left_at = person.forgotten_at = at
    person.remind_at = person.overview_at = None
    session.add(person)


def _empty_events(session: Session, person: Person, direct: Sequence[str], at: datetime) -> None:
    """What has come in from somebody is not to be answered any more."""
    found = sa.select(_event.c.sequence, _event.c.conversation, _event.c.payload).where(
        _event.c.workspace == person.workspace, _event.c.answered_at.is_(None)
    )
    theirs = [
        row.sequence
        for row in session.connection().execute(found)
        if row.payload.get("user") == person.slack_user_id
        or row.conversation.partition(":")[0] in direct
    ]
    session.connection().execute(
        sa.update(_event)
        .where(_event.c.workspace == person.workspace, _event.c.sequence.in_(theirs))
        .values(payload={}, answered_at=at)
    )


def _empty_messages_naming(session: Session, person: Person) -> None:
    """Sent messages to others that name someone keep no words; these stand in Slack alone."""
    blocks = sa.cast(_message.c.blocks, sa.Text)
    named = [
        words.contains(name, autoescape=True)
        for known in (person.slack_user_id, person.name)
        # Blocks are kept as JSON, in which letters with accents are escaped.
        for words, name in ((_message.c.text, known), (blocks, json.dumps(known)[1:-1]))
    ]
    session.connection().execute(
        sa.update(_message)
        .where(
            _message.c.workspace == person.workspace,
            _message.c.delivery != Delivery.WAITING,
            sa.or_(*named),
        )
        .values(text="", blocks=[], markdown=None, opens=None)
    )


# Where people write sentences in which they may name somebody.
_WRITTEN: tuple[tuple[type[SQLModel], str, str], ...] = (
    (Action, "action", "wording"),
    (Action, "impact", "impact"),
    (Action, "evidence_source", "evidence source"),
    (Action, "target_note", "reason for its target"),
    (Action, "closing_note", "reason why it ended"),
    (Action, "parked_note", "reason why it is parked"),
    (SarItem, "judgement", "judgement"),
    (SarItem, "evidence", "evidence"),
    (SarItem, "waiting_note", "reason why it waits"),
)


def _still(session: Session, place: str, name: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for model, column, says in _WRITTEN:
        table = table_of(model)
        called = table.c.number if model is Action else table.c.reference
        rows = session.connection().scalars(
            sa.select(called)
            .where(table.c.workspace == place, table.c[column].icontains(name, autoescape=True))
            .order_by(called)
        )
        found += [(f"A-{it}" if model is Action else str(it), says) for it in rows]
    updates = table_of(ProgressUpdate)
    rows = session.connection().scalars(
        sa.select(_action.c.number)
        .join(updates, updates.c.action_id == _action.c.id)
        .where(updates.c.workspace == place, updates.c.note.icontains(name, autoescape=True))
        .order_by(_action.c.number)
        .distinct()
    )
    return tuple([*found, *((f"A-{number}", "note of an update") for number in rows)])
