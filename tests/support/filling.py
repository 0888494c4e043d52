"""Rows for every table of a database, whatever its revision: made from what it says of itself."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

import storage.models  # noqa: F401  (registers the tables)

Json = dict[str, Any]
Rows = dict[str, list[Json]]

# So many workspaces are filled at a time.
_WORKSPACES = 2
# Of each table in each workspace: the last has nothing where that is allowed.
_EACH = 3
_TEXT = "O'Brien said “54%” -- '); DROP TABLE action; %s :name \\ <b>&amp;</b> 🎓 מורה\n\ttab"
_WHEN = datetime(2026, 11, 23, 9, 30, 15, 123456)
# What the program reads in a form of its own; the rest is anybody's words.
_OWN_FORM: dict[str, Any] = {
    "timezone": "Europe/London",
    "week": "2026-W48",
    "so_what": [_TEXT, "Because they stay"],
    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": _TEXT}}],
    "terms": {},
    "limits": {},
    "closures": [["2026-12-21", "2027-01-01"]],
    "headings": ["Quality of education", _TEXT],
    "actions": [1, 2],
    "framework": None,
}
_YEARS = ("2026/27", "2027/28", "2028/29")


def tables(connection: sa.Connection) -> sa.MetaData:
    """The tables of a database as it is, without the one in which Alembic keeps the revision."""
    found = sa.MetaData()
    found.reflect(connection)
    if "alembic_version" in found.tables:
        found.remove(found.tables["alembic_version"])
    return found


def workspace(tag: str, number: int = 0) -> str:
    """One of those that `fill` makes."""
    return f"T{tag}-{number}"


def fill(connection: sa.Connection, tag: str) -> None:
    """Put rows into every table, those of one workspace referring to one another only.

    May be done again with another tag, which tells workspaces and words of the one from the other.
    """
    ids: dict[str, list[Any]] = {}
    for table in tables(connection).sorted_tables:
        for number in range(_how_many(table)):
            row = {
                column.name: _value(column, number, tag, ids)
                for column in table.columns
                if not _is_given_by_the_database(column)
            }
            key = connection.execute(sa.insert(table).values(row)).inserted_primary_key
            assert key is not None
            ids.setdefault(table.name, []).append(key[0])


def contents(connection: sa.Connection) -> Rows:
    """All rows of all tables, each table in the order of its key."""
    return {
        table.name: [
            dict(row)
            for row in connection.execute(
                sa.select(table).order_by(*table.primary_key.columns)
            ).mappings()
        ]
        for table in tables(connection).sorted_tables
    }


def _how_many(table: sa.Table) -> int:
    is_one_each = [column.name for column in table.primary_key] == ["workspace"]
    return _WORKSPACES * (1 if is_one_each else _EACH)


def _is_given_by_the_database(column: sa.Column[Any]) -> bool:
    return column.primary_key and isinstance(column.type, sa.Integer) and not column.foreign_keys


def _value(column: sa.Column[Any], number: int, tag: str, ids: dict[str, list[Any]]) -> Any:
    group = number // _WORKSPACES
    if column.nullable and group == _EACH - 1:
        return sa.null()
    for key in column.foreign_keys:
        there = ids.get(key.column.table.name, [])
        if key.column.table is column.table:
            # What it refers to in its own table is there already, in the same workspace.
            return there[number - _WORKSPACES] if group else None
        return there[number % len(there)]
    if column.name == "workspace":
        return workspace(tag, number % _WORKSPACES)
    if column.name == "academic_year":
        return _YEARS[group]
    if column.name in _OWN_FORM:
        return _OWN_FORM[column.name]
    words = _words(column)
    if words:
        return words[number % len(words)]
    return _of_type(column, number, tag)


def _words(column: sa.Column[Any]) -> list[str]:
    """Those that the models allow in a column, where it holds words of the vocabulary."""
    known = SQLModel.metadata.tables.get(column.table.name)
    kind = known.columns[column.name].type if known is not None and column.name in known.c else None
    return list(kind.enums) if isinstance(kind, sa.Enum) else []


def _of_type(column: sa.Column[Any], number: int, tag: str) -> Any:
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return number % 2 == 0
    if isinstance(kind, sa.Integer):
        return number + 1
    if isinstance(kind, sa.DateTime):
        at = _WHEN + timedelta(days=number)
        return at.replace(tzinfo=UTC) if kind.timezone else at
    if isinstance(kind, sa.Date):
        return date(2026, 11, 23) + timedelta(days=number)
    if isinstance(kind, sa.Time):
        return time(9, number)
    if isinstance(kind, sa.JSON):
        return {"said": _TEXT, "number": [number, 1.5, None, True, {"deeper": {}}]}
    if isinstance(kind, sa.LargeBinary):
        return bytes(range(256))
    assert isinstance(kind, sa.String), f"{column} is of a type that is not filled yet: {kind!r}"
    # These first, so that it is told from the others however short it is cut.
    return f"{number} {tag} {column.name}: {_TEXT}"[: kind.length]
