"""Dropping what is too old to be kept.

Every query names its workspace, but for that by which the engine drops what was answered long ago.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from storage.models import (
    Action,
    Feedback,
    ImportFile,
    InterviewRecord,
    OutgoingMessage,
    Plan,
    ReceivedEvent,
    Reminder,
    SummarySeen,
    Turn,
)
from storage.rows import table_of
from storage.vocabulary import Delivery

_turn, _interview, _event = table_of(Turn), table_of(InterviewRecord), table_of(ReceivedEvent)
_message, _action = table_of(OutgoingMessage), table_of(Action)


def drop_conversations(
    session: Session, workspace: str, academic_year: str, before: datetime, idle: datetime
) -> int:
    """Drop the transcripts of plans up to an academic year, and what was sent before an instant.

    A conversation about no action goes by when it was held. None goes in which something was said
    since `idle`. How many conversations were dropped.
    """
    run = session.connection().execute
    plan = table_of(Plan)
    old = (
        sa.select(_action.c.id)
        .join(plan, plan.c.id == _action.c.plan_id)
        .where(_action.c.workspace == workspace, plan.c.academic_year <= academic_year)
    )
    without = sa.and_(_interview.c.action_id.is_(None), _interview.c.updated_at < before)
    found = sa.select(_interview.c.id).where(
        _interview.c.workspace == workspace,
        _interview.c.updated_at < idle,
        sa.or_(_interview.c.action_id.in_(old), without),
    )
    ids = list(session.connection().scalars(found))
    run(sa.delete(_turn).where(_turn.c.workspace == workspace, _turn.c.interview_id.in_(ids)))
    run(sa.delete(_interview).where(_interview.c.workspace == workspace, _interview.c.id.in_(ids)))
    run(
        sa.delete(_message).where(
            _message.c.workspace == workspace,
            _message.c.created_at < before,
            _message.c.delivery != Delivery.WAITING,
        )
    )
    for model in (Reminder, Feedback, SummarySeen):
        table = table_of(model)
        run(sa.delete(table).where(table.c.workspace == workspace, table.c.at < before))
    files = table_of(ImportFile)
    run(
        sa.delete(files).where(
            files.c.workspace == workspace, files.c.at < before, files.c.outcome.is_not(None)
        )
    )
    return len(ids)


def drop_answered_events(session: Session, before: datetime) -> int:
    """Drop the events of all workspaces that were answered before an instant; how many."""
    return (
        session.connection()
        .execute(sa.delete(_event).where(_event.c.answered_at < before))
        .rowcount
    )
