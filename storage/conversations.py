"""Interviews, their transcripts, the events that came in and the messages to go out.

Every query names its workspace, but for the two that the engine asks at its start.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from storage.models import (
    Delivery,
    InterviewRecord,
    InterviewStatus,
    OutgoingMessage,
    ReceivedEvent,
    Speaker,
    Turn,
)


def interview_at(
    session: Session, workspace: str, channel: str, thread: str
) -> InterviewRecord | None:
    """The interview held at this place, or None."""
    return session.exec(
        select(InterviewRecord).where(
            InterviewRecord.workspace == workspace,
            InterviewRecord.channel == channel,
            InterviewRecord.thread == thread,
        )
    ).one_or_none()


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


def add_turn(
    session: Session,
    record: InterviewRecord,
    speaker: Speaker,
    text: str,
    *,
    source: str,
    at: datetime,
    ts: str | None = None,
) -> None:
    """Add a message to the transcript; `source` is unique, so a message is never in it twice."""
    assert record.id is not None
    session.add(
        Turn(
            workspace=record.workspace,
            interview_id=record.id,
            speaker=speaker,
            text=text,
            source=source,
            ts=ts,
            at=at,
        )
    )


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
    event = ReceivedEvent(
        workspace=workspace,
        event_id=event_id,
        conversation=conversation,
        payload=payload,
        received_at=at,
    )
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:
        return False
    return True


def oldest_open_event(session: Session, workspace: str, conversation: str) -> ReceivedEvent | None:
    """The next event to answer in a conversation, or None when all are answered."""
    return session.exec(
        select(ReceivedEvent)
        .where(
            ReceivedEvent.workspace == workspace,
            ReceivedEvent.conversation == conversation,
            col(ReceivedEvent.answered_at).is_(None),
        )
        .order_by(col(ReceivedEvent.sequence))
        .limit(1)
    ).one_or_none()


def event(session: Session, workspace: str, event_id: str) -> ReceivedEvent | None:
    """The event of this id, answered or not, or None."""
    return session.exec(
        select(ReceivedEvent).where(
            ReceivedEvent.workspace == workspace, ReceivedEvent.event_id == event_id
        )
    ).one_or_none()


def mark_answered(session: Session, found: ReceivedEvent, at: datetime) -> None:
    """Note that an event is answered, and empty it: its words are in the transcript now."""
    found.answered_at = at
    found.payload = {}
    session.add(found)


def open_events(session: Session, limit: int = 1000) -> list[tuple[str, str]]:
    """(workspace, event id) of unanswered events, of every workspace; for the engine's start."""
    rows = session.exec(
        select(ReceivedEvent.workspace, ReceivedEvent.event_id)
        .where(col(ReceivedEvent.answered_at).is_(None))
        .order_by(col(ReceivedEvent.sequence))
        .limit(limit)
    )
    return list(rows)


# --- messages out ---------------------------------------------------------------------------


def waiting_messages(session: Session, workspace: str, conversation: str) -> list[OutgoingMessage]:
    """The messages of a conversation that are not known to be sent, in order."""
    return list(
        session.exec(
            select(OutgoingMessage)
            .where(
                OutgoingMessage.workspace == workspace,
                OutgoingMessage.conversation == conversation,
                # Spelt out, not bound, so that the partial index serves.
                sa.text("delivery = 'waiting'"),
            )
            .order_by(col(OutgoingMessage.id))
        )
    )


def settle_message(
    session: Session,
    workspace: str,
    message_id: int,
    delivery: Delivery,
    at: datetime,
    *,
    ts: str | None = None,
    error: str | None = None,
) -> None:
    """Record that a message was sent, with Slack's timestamp of it, or why it never can be."""
    session.exec(
        sa.update(OutgoingMessage)
        .where(col(OutgoingMessage.workspace) == workspace, col(OutgoingMessage.id) == message_id)
        .values(delivery=delivery, ts=ts, error=error, sent_at=at)
    )


def waiting_conversations(session: Session) -> list[tuple[str, str]]:
    """(workspace, conversation) with unsent messages, of every workspace; for the start."""
    rows = session.exec(
        select(OutgoingMessage.workspace, OutgoingMessage.conversation)
        .where(sa.text("delivery = 'waiting'"))
        .distinct()
    )
    return list(rows)
