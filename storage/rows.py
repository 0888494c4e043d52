"""Writing rows that nobody needs back."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, SQLModel


def insert(session: Session, rows: Sequence[SQLModel]) -> None:
    """Write rows of one table, at least one; the database gives out their ids."""
    # A plain statement: nobody needs these rows back as objects, and a turn has no time to lose.
    table = type(rows[0]).__table__  # type: ignore[attr-defined]
    columns = [column.name for column in table.columns if column.name != "id"]
    values = [{name: getattr(row, name) for name in columns} for row in rows]
    session.connection().execute(sa.insert(table), values)
