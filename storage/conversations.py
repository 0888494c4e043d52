"""Interviews, their transcripts, the events that came in and the messages to go out.

Every query names its workspace, but for those by which the engine finds work left undone, and the
operator what waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col, func, select

from storage.database import EXECUTOR
from storage.models import (
    Feedback,
    InterviewRecord,
    OutgoingMessage,
    Person,
    ReceivedEvent,
    Turn,
)
from storage.rows import insert, table_of
from storage.vocabulary import Delivery, InterviewStatus, Speaker

_INTERVIEW_AT = select(InterviewRecord).where(
    InterviewRecord.workspace == sa.bindparam("workspace"),
    InterviewRecord.channel == sa.bindparam("channel"),
    InterviewRecord.thread == sa.bindparam("thread"),
)


def interview_at(
    session: Session, workspace: str, channel: str, thread: str
) -> InterviewRecord | None:
    """The interview held at this place, or None."""
    place = {"workspace": workspace, "channel": channel, "thread": thread}
    return session.exec(_INTERVIEW_AT, params=place).one_or_none()


def unfinished_interviews(
    session: Session, workspace: str, person_id: int
) -> list[InterviewRecord]:
    """A person's interviews that are not agreed, the latest first."""
    return list(
        session.exec(
            select(InterviewRecord)
            .where(
                InterviewRecord.workspace == workspace,
                InterviewRecord.person_id == person_id,
                InterviewRecord.status != InterviewStatus.AGREED,
            )
            .order_by(col(InterviewRecord.updated_at).desc())
        )
    )


def count_interviews(session: Session, workspace: str, channel: str) -> int:
    """How many interviews a channel has had."""
    return session.exec(
        select(func.count())
        .select_from(InterviewRecord)
        .where(InterviewRecord.workspace == workspace, InterviewRecord.channel == channel)
    ).one()


def save_interview(
    session: Session,
    place: tuple[str, str, str],
    *,
    held: InterviewRecord | None,
    person_id: int,
    state: dict[str, Any],
    status: InterviewStatus,
    at: datetime,
    action_id: int | None,
) -> int:
    """Write an interview held at (workspace, channel, thread), and return its id.

    `held` is the record it was loaded from, None for a new one. Raises StaleDataError when
    another turn was stored since.
    """
    workspace, channel, thread = place
    values: dict[str, Any] = {
        "channel": channel,
        "thread": thread,
        "state": state,
        "status": status,
        "updated_at": at,
        "action_id": action_id,
    }
    if held is None:
        new = InterviewRecord(workspace=workspace, person_id=person_id, created_at=at, **values)
        session.add(new)
        session.flush()
        assert new.id is not None
        return new.id
    table = table_of(InterviewRecord)
    changed = session.connection().execute(
        sa.update(table)
        .where(
            table.c.workspace == workspace,
            table.c.id == held.id,
            table.c.version == held.version,
        )
        .values(**values, version=held.version + 1)
    )
    if changed.rowcount != 1:
        raise StaleDataError("another turn of this interview was stored first")
    assert held.id is not None
    return held.id


def add_turns(session: Session, turns: list[Turn]) -> None:
    """Add messages to the transcript; `source` is unique, so a message is never in it twice."""
    insert(session, turns)


def turns(session: Session, workspace: str, interview_id: int) -> list[Turn]:
    """The transcript of one interview, in order."""
    return list(
        session.exec(
            select(Turn)
            .where(Turn.workspace == workspace, Turn.interview_id == interview_id)
            .order_by(col(Turn.id))
        )
    )


def last_words(session: Session, workspace: str, interview_id: int) -> Turn | None:
    """The person's latest message in an interview, or None."""
    return session.exec(
        select(Turn)
        .where(
            Turn.workspace == workspace,
            Turn.interview_id == interview_id,
            Turn.speaker == Speaker.PERSON,
        )
        .order_by(col(Turn.id).desc())
        .limit(1)
    ).one_or_none()


def begun_interview(session: Session, workspace: str, person_id: int) -> InterviewRecord | None:
    """The newest open interview of someone who has not said a word in it yet, or None."""
    said = select(Turn.id).where(Turn.interview_id == InterviewRecord.id)
    return session.exec(
        select(InterviewRecord)
        .where(
            InterviewRecord.workspace == workspace,
            InterviewRecord.person_id == person_id,
            InterviewRecord.status == InterviewStatus.OPEN,
            ~said.exists(),
        )
        .order_by(col(InterviewRecord.id).desc())
        .limit(1)
    ).one_or_none()


def is_talking(session: Session, workspace: str, person_id: int, since: datetime) -> bool:
    """Whether someone has an open interview in which something was said since an instant."""
    found = select(InterviewRecord.id).where(
        InterviewRecord.workspace == workspace,
        InterviewRecord.person_id == person_id,
        InterviewRecord.status == InterviewStatus.OPEN,
        InterviewRecord.updated_at >= since,
    )
    return session.exec(found.limit(1)).first() is not None


def turn_by_ts(session: Session, workspace: str, channel: str, ts: str) -> Turn | None:
    """The turn that is the Slack message with this timestamp in this channel, or None."""
    return session.exec(
        select(Turn)
        .join(InterviewRecord, col(InterviewRecord.id) == Turn.interview_id)
        .where(
            Turn.workspace == workspace,
            Turn.ts == ts,
            InterviewRecord.channel == channel,
        )
        .limit(1)
    ).one_or_none()


# --- events in ------------------------------------------------------------------------------


_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(:kind, hashtext(:place))").bindparams(
    # Tells these locks from others in the same database; any number of our own would do.
    kind=7301
)


def receive(
    session: Session,
    *,
    workspace: str,
    event_id: str,
    conversation: str,
    payload: dict[str, Any],
    at: datetime,
) -> bool:
    """Keep an event; False if it is already there."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    if not on_sqlite:
        # A sequence is drawn before its row can be seen: of two events kept at once the later could
        # be seen, and answered, first. SQLite has one writer at a time as it is.
        session.connection().execute(_ONE_AT_A_TIME, {"place": f"{workspace}:{conversation}"})
    insert = sqlite.insert if on_sqlite else postgresql.insert
    kept = session.connection().execute(
        insert(table_of(ReceivedEvent))
        .values(
            workspace=workspace,
            event_id=event_id,
            conversation=conversation,
            payload=payload,
            received_at=at,
        )
        .on_conflict_do_nothing(index_elements=["workspace", "event_id"])
        .returning(col(ReceivedEvent.sequence))
    )
    return kept.first() is not None


_OPEN_EVENTS = (
    select(ReceivedEvent)
    .where(
        ReceivedEvent.workspace == sa.bindparam("workspace"),
        ReceivedEvent.conversation == sa.bindparam("conversation"),
        # Spelt out, so that the partial index serves.
        sa.text("answered_at IS NULL"),
    )
    .order_by(col(ReceivedEvent.sequence))
)


def open_events(session: Session, workspace: str, conversation: str) -> list[ReceivedEvent]:
    """The events of a conversation that are not answered, in the order they came."""
    given = {"workspace": workspace, "conversation": conversation}
    return list(session.exec(_OPEN_EVENTS, params=given))


def event(session: Session, workspace: str, event_id: str) -> ReceivedEvent | None:
    """The event of this id, answered or not, or None."""
    return session.exec(
        select(ReceivedEvent).where(
            ReceivedEvent.workspace == workspace, ReceivedEvent.event_id == event_id
        )
    ).one_or_none()


def waiting_of(session: Session, workspace: str, user: str) -> int:
    """How many events that somebody, by their Slack id, caused are not answered."""
    return session.exec(
        select(func.count())
        .select_from(ReceivedEvent)
        .where(
            ReceivedEvent.workspace == workspace,
            # Spelt out, so that the partial index serves: few wait, and of these each is read.
            sa.text("answered_at IS NULL"),
            col(ReceivedEvent.payload)["user"].as_string() == user,
        )
    ).one()


def said_since(session: Session, workspace: str, person_id: int, since: datetime) -> int:
    """How many things somebody has said in their interviews since an instant."""
    return session.exec(
        select(func.count())
        .select_from(Turn)
        .join(InterviewRecord, col(InterviewRecord.id) == Turn.interview_id)
        .where(
            InterviewRecord.workspace == workspace,
            InterviewRecord.person_id == person_id,
            # Those in which nothing was said since need not be looked through.
            col(InterviewRecord.updated_at) >= since,
            Turn.workspace == workspace,
            Turn.speaker == Speaker.PERSON,
            col(Turn.at) >= since,
        )
    ).one()


def mark_answered(session: Session, workspace: str, event_id: str, at: datetime) -> bool:
    """Note that an event is answered, and empty it: its words are in the transcript now.

    False when it was answered before.
    """
    table = table_of(ReceivedEvent)
    marked = session.connection().execute(
        sa.update(table)
        .where(
            table.c.workspace == workspace,
            table.c.event_id == event_id,
            table.c.answered_at.is_(None),
        )
        .values(answered_at=at, payload={})
    )
    return bool(marked.rowcount)


def open_conversations(session: Session, before: datetime) -> list[tuple[str, str]]:
    """(workspace, conversation) with events of before an instant that are not answered.

    Of every workspace; for the engine.
    """
    rows = session.exec(
        select(ReceivedEvent.workspace, ReceivedEvent.conversation)
        .where(
            # Spelt out, so that the partial index serves.
            sa.text("answered_at IS NULL"),
            col(ReceivedEvent.received_at) <= before,
        )
        .distinct()
    )
    return list(rows)


# --- messages out ---------------------------------------------------------------------------


# In place of its sender: one that sends no more may have tried, so whoever comes first looks for it
# in Slack before sending it. No executor is called so.
LEFT = ""
# Why a message failed of which nobody can tell whether it got there.
UNCLEAR = "unclear"

_WAITING = (
    select(OutgoingMessage)
    .where(
        OutgoingMessage.workspace == sa.bindparam("workspace"),
        OutgoingMessage.conversation == sa.bindparam("conversation"),
        # Spelt out, so that the partial index serves.
        sa.text("delivery = 'waiting'"),
    )
    .order_by(col(OutgoingMessage.id))
)


def waiting_messages(session: Session, workspace: str, conversation: str) -> list[OutgoingMessage]:
    """The messages of a conversation that are not known to be sent, in order."""
    given = {"workspace": workspace, "conversation": conversation}
    return list(session.exec(_WAITING, params=given))


def waits_to_open(session: Session, workspace: str, user: str) -> bool:
    """Whether a message that begins an interview with someone is not known to be sent yet."""
    found = session.exec(
        select(OutgoingMessage.id)
        .where(
            OutgoingMessage.workspace == workspace,
            OutgoingMessage.channel == user,
            # Spelt out, so that the partial index serves.
            sa.text("delivery = 'waiting'"),
            col(OutgoingMessage.opens).is_not(None),
        )
        .limit(1)
    )
    return found.first() is not None


def open_interview(
    session: Session, message: OutgoingMessage, channel: str, ts: str, at: datetime
) -> None:
    """Begin the interview that a message opens, where that has come to stand in Slack."""
    assert message.opens is not None
    if interview_at(session, message.workspace, channel, ts) is None:
        save_interview(
            session,
            (message.workspace, channel, ts),
            held=None,
            person_id=message.opens["person"],
            state=message.opens["state"],
            status=InterviewStatus.OPEN,
            at=at,
            action_id=message.opens.get("action"),
        )


def queue_message(session: Session, message: OutgoingMessage) -> None:
    """Put a message in the outbox; its key is unique in the workspace.

    The process that queues it sends it, unless it is paced: that whoever gets to it first may.
    """
    queue_messages(session, [message])


def queue_messages(session: Session, messages: Sequence[OutgoingMessage]) -> None:
    """Put messages in the outbox, in this order."""
    for message in messages:
        if not message.is_paced:
            message.sender = session.info.get(EXECUTOR)
    if messages:
        insert(session, messages)


def is_queued(session: Session, workspace: str, key: str) -> bool:
    """Whether a message of this key has been put in the outbox, whatever became of it."""
    found = select(OutgoingMessage.id).where(
        OutgoingMessage.workspace == workspace, OutgoingMessage.key == key
    )
    return session.exec(found).first() is not None


def is_sent(session: Session, workspace: str, key: str) -> bool:
    """Whether the message of this key stands in Slack."""
    found = select(OutgoingMessage.id).where(
        OutgoingMessage.workspace == workspace,
        OutgoingMessage.key == key,
        OutgoingMessage.delivery == Delivery.SENT,
    )
    return session.exec(found).first() is not None


def rate(
    session: Session, person: Person, channel: str, ts: str, is_helpful: bool, at: datetime
) -> None:
    """Keep whether someone found the message at `ts` helpful, in place of what they said before."""
    assert person.id is not None
    mine = select(Feedback).where(
        Feedback.workspace == person.workspace,
        Feedback.person_id == person.id,
        Feedback.channel == channel,
        Feedback.ts == ts,
    )
    held = session.exec(mine.with_for_update()).one_or_none() or Feedback(
        workspace=person.workspace, person_id=person.id, channel=channel, ts=ts, is_helpful=False
    )
    held.is_helpful, held.at = is_helpful, at
    session.add(held)


def rated(session: Session, workspace: str, since: datetime) -> tuple[int, int]:
    """How many ratings of a workspace since an instant were good, and how many there were."""
    table = table_of(Feedback)
    found = sa.select(sa.func.count().filter(table.c.is_helpful), sa.func.count()).where(
        table.c.workspace == workspace, table.c.at >= since
    )
    good, all_of_them = session.connection().execute(found).one()
    return good, all_of_them


def begun_message(session: Session, workspace: str, message_id: int, ts: str) -> None:
    """Note where a waiting message has been begun in Slack, by Slack's timestamp of it."""
    _change_message(session, workspace, message_id, ts=ts)


def settle_message(
    session: Session,
    workspace: str,
    message_id: int,
    delivery: Delivery,
    at: datetime,
    *,
    ts: str | None = None,
    channel: str | None = None,
    error: str | None = None,
) -> None:
    """Record that a message was sent, with Slack's timestamp of it, or why it never can be.

    Without a `ts` the place stands where the message had been begun. `channel` is the one in which
    it stands, where it was addressed to a person.
    """
    values = {"delivery": delivery, "error": error, "sent_at": at}
    place = {"ts": ts, "channel": channel}
    place = {name: value for name, value in place.items() if value is not None}
    _change_message(session, workspace, message_id, **values, **place)


def claim_message(
    session: Session, workspace: str, message_id: int, was: str | None, executor: str
) -> bool:
    """Have a waiting message sent by this executor; False where another was quicker.

    `was` is who it was to be sent by when it was read.
    """
    table = table_of(OutgoingMessage)
    claimed = session.connection().execute(
        sa.update(table)
        .where(
            table.c.workspace == workspace,
            table.c.id == message_id,
            table.c.sender.is_not_distinct_from(was),
            sa.text("delivery = 'waiting'"),
        )
        .values(sender=executor)
    )
    return claimed.rowcount == 1


def senders(session: Session) -> list[str]:
    """The executors of all workspaces that messages wait for; for the engine."""
    # Where nobody is named, or nobody any more, neither comparison holds.
    found = select(OutgoingMessage.sender).where(
        sa.text("delivery = 'waiting'"), col(OutgoingMessage.sender) != LEFT
    )
    return [sender for sender in session.exec(found.distinct()) if sender is not None]


def leave_messages(session: Session, executor: str) -> None:
    """Have whoever comes first send what an executor that runs no more was to send."""
    table = table_of(OutgoingMessage)
    session.connection().execute(
        sa.update(table)
        .where(table.c.sender == executor, sa.text("delivery = 'waiting'"))
        .values(sender=LEFT)
    )


def leave_conversation(session: Session, workspace: str, conversation: str, executor: str) -> None:
    """Have whoever comes first send what this executor was to send in a conversation.

    Only while it tries none of it.
    """
    table = table_of(OutgoingMessage)
    session.connection().execute(
        sa.update(table)
        .where(
            table.c.workspace == workspace,
            table.c.conversation == conversation,
            table.c.sender == executor,
            sa.text("delivery = 'waiting'"),
        )
        .values(sender=LEFT)
    )


def left_conversations(session: Session) -> list[tuple[str, str]]:
    """(workspace, conversation) of messages that whoever comes first is to send; for the engine."""
    found = select(OutgoingMessage.workspace, OutgoingMessage.conversation).where(
        sa.text("delivery = 'waiting'"), OutgoingMessage.sender == LEFT
    )
    return list(session.exec(found.distinct()))


def newest_before(session: Session, message: OutgoingMessage) -> str:
    """Slack's timestamp of the newest message before this one in its conversation, "" for none."""
    table = table_of(OutgoingMessage)
    newest = session.connection().scalar(
        sa.select(sa.func.max(table.c.ts)).where(
            table.c.workspace == message.workspace,
            table.c.conversation == message.conversation,
            table.c.id < message.id,
        )
    )
    return str(newest or "")


def _change_message(session: Session, workspace: str, message_id: int, **values: Any) -> None:
    table = table_of(OutgoingMessage)
    session.connection().execute(
        sa.update(table)
        .where(table.c.workspace == workspace, table.c.id == message_id)
        .values(**values)
    )


def waiting_conversations(
    session: Session, before: datetime, executor: str
) -> list[tuple[str, str]]:
    """(workspace, conversation) of messages that this executor is to send since before an instant.

    Of every workspace; for the engine.
    """
    table = table_of(OutgoingMessage)
    found = (
        sa.select(table.c.workspace, table.c.conversation)
        .where(
            sa.text("delivery = 'waiting'"),
            table.c.created_at <= before,
            table.c.sender == executor,
        )
        .distinct()
    )
    return [(place, conversation) for place, conversation in session.connection().execute(found)]


def unclaimed(session: Session, before: datetime, limit: int) -> list[tuple[str, str, str]]:
    """(workspace, conversation, key) of the oldest messages that nobody has begun to send.

    Of every workspace, queued before an instant; for the engine.
    """
    table = table_of(OutgoingMessage)
    found = (
        sa.select(table.c.workspace, table.c.conversation, table.c.key)
        .where(
            sa.text("delivery = 'waiting'"),
            table.c.created_at <= before,
            table.c.sender.is_(None),
        )
        .order_by(table.c.id)
        .limit(limit)
    )
    return [(place, talk, key) for place, talk, key in session.connection().execute(found)]


# --- what waits, for the operator -----------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """How many wait, and since when the oldest does."""

    count: int
    since: datetime | None


def oldest_waiting(session: Session) -> dict[str, Waiting]:
    """What waits in every workspace: "events" to be answered, "messages" to be sent, and
    "reminders", messages that wait their turn.
    """
    events = table_of(ReceivedEvent)
    messages = table_of(OutgoingMessage)
    waits = {
        "events": (events.c.received_at, "answered_at IS NULL"),
        "messages": (messages.c.created_at, "delivery = 'waiting' AND NOT is_paced"),
        "reminders": (messages.c.created_at, "delivery = 'waiting' AND is_paced"),
    }
    found = {}
    for name, (since, condition) in waits.items():
        # Spelt out, so that the partial index serves.
        asked = sa.select(sa.func.count(), sa.func.min(since)).where(sa.text(condition))
        found[name] = Waiting(*session.connection().execute(asked).one())
    return found
