"""The calls to a language model, counted. Every query names its workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from storage.models import ModelCall, Provider
from storage.rows import insert

# The outcome of a row that stands for a call which was not made: the budget was spent.
OVER_BUDGET = "over_budget"

_LENGTHS: dict[str, int] = {
    column.name: column.type.length
    for column in ModelCall.__table__.columns  # type: ignore[attr-defined]
    if getattr(column.type, "length", None)
}


@dataclass(frozen=True)
class Used:
    """Calls that were made, and their tokens; `tokens_in` counts the cached ones too."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0


def record(session: Session, rows: Sequence[ModelCall]) -> None:
    """Keep what calls cost and how they went; nothing for no rows.

    A text longer than its column is cut: no turn should fail for its book-keeping, and a server
    may give its model any name.
    """
    for row in rows:
        for name, length in _LENGTHS.items():
            text = getattr(row, name)
            if text is not None:
                setattr(row, name, text[:length])
    if rows:
        insert(session, rows)


def record_once(session: Session, row: ModelCall, since: datetime) -> bool:
    """Keep a row unless its workspace has one of this outcome since then; True when it is kept.

    Of two who ask at once, in transactions that write, one is told True.
    """
    # The provider's row is the lock (SQLite writes are serial). Keys are left alone, so that
    # others may meanwhile write rows which refer to it.
    session.exec(
        select(Provider.workspace)
        .where(Provider.workspace == row.workspace)
        .with_for_update(key_share=True)
    ).one()
    if said(session, row.workspace, row.outcome, since):
        return False
    record(session, [row])
    return True


def used(session: Session, workspace: str, since: datetime) -> Used:
    """The calls that a workspace has made since an instant, and their tokens."""
    sums = (
        func.coalesce(func.sum(column), 0)
        for column in (ModelCall.tokens_in, ModelCall.tokens_out, ModelCall.tokens_cached)
    )
    counted = session.execute(
        sa.select(func.count(), *sums).where(
            *_since(workspace, since), col(ModelCall.outcome) != OVER_BUDGET
        )
    ).one()
    return Used(*counted)


def outcomes(session: Session, workspace: str, since: datetime) -> dict[str, int]:
    """How often each outcome came about in a workspace since an instant, most frequent first."""
    times = func.count()
    rows = session.execute(
        sa.select(col(ModelCall.outcome), times)
        .where(*_since(workspace, since))
        .group_by(col(ModelCall.outcome))
        .order_by(times.desc(), col(ModelCall.outcome))
    )
    return {outcome: number for outcome, number in rows}


def said(session: Session, workspace: str, outcome: str, since: datetime) -> bool:
    """Whether a workspace has a row of this outcome since an instant."""
    found = session.execute(
        sa.select(col(ModelCall.id))
        .where(*_since(workspace, since), col(ModelCall.outcome) == outcome)
        .limit(1)
    )
    return found.first() is not None


def _since(workspace: str, since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return col(ModelCall.workspace) == workspace, col(ModelCall.at) >= since
