"""The processes that run, by their executor ids. Across workspaces: they serve them all."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from storage.models import Node
from storage.rows import table_of


def beat(session: Session, executor_id: str, at: datetime) -> None:
    """Note that a process runs."""
    _note(session, executor_id, at, beat_at=at)


def swept(session: Session, executor_id: str, at: datetime) -> None:
    """Note that a process has looked for reminders that are due."""
    _note(session, executor_id, at, swept_at=at)


def nodes(session: Session) -> list[Node]:
    """All processes that have said that they run and are not forgotten, by executor id."""
    return list(session.exec(select(Node).order_by(col(Node.executor_id))))


def silent(session: Session, before: datetime) -> list[str]:
    """The executor ids of those that were last heard of before an instant."""
    quiet = select(Node.executor_id).where(Node.beat_at < before)
    return list(session.exec(quiet.order_by(col(Node.executor_id))))


def keep_silent(session: Session, executor_id: str, before: datetime) -> bool:
    """Have a process that was last heard of before an instant, or never, stay so for a while.

    Until the transaction ends its next beat waits, and so does its start, which begins with one.
    False where it has been heard of since.
    """
    table = table_of(Node)
    # An insert, so that one that has no row is kept waiting too.
    kept = session.connection().execute(
        _insert(session)
        .values(executor_id=executor_id, beat_at=before)
        .on_conflict_do_update(
            index_elements=["executor_id"],
            set_={"beat_at": table.c.beat_at},
            where=table.c.beat_at < before,
        )
        .returning(table.c.executor_id)
    )
    return kept.first() is not None


def forget(session: Session, executor_id: str) -> None:
    """Drop a process that runs no more; nothing happens where it is not known."""
    table = table_of(Node)
    session.connection().execute(sa.delete(table).where(table.c.executor_id == executor_id))


def _note(session: Session, executor_id: str, at: datetime, **values: Any) -> None:
    # One statement: two processes may be given the same id by mistake, and begin at once.
    session.connection().execute(
        _insert(session)
        .values(**{"executor_id": executor_id, "beat_at": at, **values})
        .on_conflict_do_update(index_elements=["executor_id"], set_=values)
    )


def _insert(session: Session) -> Any:
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    return (sqlite.insert if on_sqlite else postgresql.insert)(table_of(Node))


def lively(session: Session, since: datetime) -> set[str]:
    """The executor ids of those that have been heard of since an instant."""
    return set(session.exec(select(Node.executor_id).where(Node.beat_at >= since)))
