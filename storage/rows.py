"""Tables as SQL sees them, and writing rows that nobody needs back."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, SQLModel


def table_of(model: type[SQLModel]) -> sa.Table:
    """The table behind a model, for statements of many rows."""
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    return table


def insert(session: Session, rows: Sequence[SQLModel]) -> None:
    """Write rows of one table, at least one; the database gives out their ids."""
    # A plain statement: nobody needs these rows back as objects, and a turn has no time to lose.
    table = table_of(type(rows[0]))
    columns = [column.name for column in table.columns if column.name != "id"]
    values = [{name: getattr(row, name) for name in columns} for row in rows]
    session.connection().execute(sa.insert(table), values)
