"""Whether every statement that the program sends to a tenant's table is scoped to that tenant.

A table belongs to tenants when it has a column `workspace`. A statement is scoped when each such
table in it, aliases too, either has its `workspace` compared with a value, or is reached by a
foreign key from or to one that is. What a flush writes are rows that its session has read. The
functions in ACROSS look at all workspaces on purpose.
"""

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, TextClause
from sqlalchemy.sql.selectable import FromClause, Join
from sqlmodel import SQLModel

import storage.models  # noqa: F401  (fills the metadata)

ROOT = Path(__file__).resolve().parents[2]

# Why each of these may ask of all workspaces at once. They give ids, workspaces and counts to the
# program or to its operator, and nothing to anybody in Slack.
ACROSS = {
    "storage.channel_summaries.due": "the sweep: which channels are due",
    "storage.conversations.leave_messages": "what an executor that has died was to send",
    "storage.conversations.left_conversations": "what whoever comes first is to send",
    "storage.conversations.oldest_waiting": "counts for the operator",
    "storage.conversations.open_conversations": "what a process takes up when it starts",
    "storage.conversations.senders": "which executors messages wait for",
    "storage.conversations.unclaimed": "the sweep: what nobody has begun to send",
    "storage.conversations.waiting_conversations": "what a process takes up when it starts",
    "storage.imports.drop_old_files": "the sweep: files that nobody decided on",
    "storage.providers.providers": "the list of providers for the operator",
    "storage.reminders.due_for_overview": "the sweep: who is due",
    "storage.reminders.due_to_remind": "the sweep: who is due",
    "storage.retention.drop_answered_events": "the ids of events that were answered long ago",
}
_TENANTS = {table.name for table in SQLModel.metadata.sorted_tables if "workspace" in table.columns}
_SKIPPED = (str(ROOT / "storage" / "migrations"), str(ROOT / "storage" / "migrate.py"))


class Offence(NamedTuple):
    """A statement that is not scoped, the tables of which, and the functions that sent it."""

    tables: tuple[str, ...]
    callers: tuple[str, ...]
    sql: str

    def __str__(self) -> str:
        return f"{' < '.join(self.callers)} asks for {', '.join(self.tables)}: {self.sql}"


class Watch:
    """Looks at what all engines of this process are sent, from `start` to `stop`."""

    def __init__(self) -> None:
        self.offences: list[Offence] = []
        # The functions of storage and bot from which a statement on a tenant's table came, while it
        # `notes_callers`, which takes time.
        self.visited: set[str] = set()
        self.notes_callers = False
        self._seen: set[tuple[str, tuple[str, ...]]] = set()
        # Statements that may be sent from anywhere.
        self._scoped: set[str] = set()

    def start(self) -> None:
        sa.event.listen(sa.Engine, "before_cursor_execute", self._look)

    def stop(self) -> None:
        sa.event.remove(sa.Engine, "before_cursor_execute", self._look)

    def _look(
        self, _c: Any, _cursor: Any, sql: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        if sql in self._scoped and not self.notes_callers:
            return
        callers, is_flush = _callers()
        if not callers or (sql, callers) in self._seen:
            return
        bare = _unscoped(_core(context), sql)
        if not bare:
            self._scoped.add(sql)
        if _touched(sql):
            self.visited.update(callers)
        self._seen.add((sql, callers))
        if bare and not is_flush and not ACROSS.keys() & set(callers):
            self.offences.append(Offence(tuple(sorted(bare)), callers[:3], sql))


def _callers() -> tuple[tuple[str, ...], bool]:
    """The functions of the program on the stack, the innermost first; and whether a flush writes.

    None where a test itself has sent the statement, or a migration.
    """
    found: list[str] = []
    is_flush = False
    frame = sys._getframe(2)
    while frame is not None:
        of = _of_file(frame.f_code.co_filename)
        if of == "orm":
            is_flush = is_flush or not found
        elif of == "skipped" or (of == "tests" and not found):
            return (), False
        elif of == "ours":
            module = frame.f_globals["__name__"]
            # How a session is opened and closed is nobody's query.
            if module != "storage.database":
                found.append(f"{module}.{frame.f_code.co_qualname}")
        frame = frame.f_back  # type: ignore[assignment]
    return tuple(found), is_flush


@cache
def _of_file(file: str) -> str:
    """Whose a file is, as far as it matters here. Remembered: it is asked of every frame."""
    if file.endswith(("orm/unitofwork.py", "orm/state.py")):
        return "orm"
    if file.startswith(_SKIPPED):
        return "skipped"
    if file.startswith((str(ROOT / "storage"), str(ROOT / "bot"))):
        return "ours"
    return "tests" if file.startswith(str(ROOT / "tests")) else ""


def _touched(sql: str) -> set[str]:
    words = set(sql.replace('"', " ").replace(".", " ").replace("(", " ").split())
    return words & _TENANTS


def _core(context: Any) -> Any:
    """The statement as the database is given it, without what the ORM puts around it."""
    compiled = getattr(context, "compiled", None)
    if compiled is None:
        return None
    state = getattr(compiled, "compile_state", None)
    return getattr(state, "statement", None) if state is not None else compiled.statement


def _unscoped(statement: Any, sql: str) -> set[str]:
    if statement is None or isinstance(statement, TextClause):
        return _touched(sql)
    bare: set[str] = set()
    scoped: frozenset[str] = frozenset()
    if isinstance(statement, sa.Insert):
        return _inserted_over(statement)
    if isinstance(statement, (sa.Update, sa.Delete)):
        scoped, bare = _scope([statement.table], _conditions(statement.whereclause), scoped)
    elif isinstance(statement, sa.Select):
        scoped, bare = _select(statement, scoped)
    elif isinstance(statement, sa.CompoundSelect):
        return {each for part in statement.selects for each in _unscoped(part, sql)}
    for inner in visitors.iterate(statement):
        if isinstance(inner, sa.Select) and inner is not statement:
            bare |= _select(inner, scoped)[1]
    return bare


def _inserted_over(statement: sa.Insert) -> set[str]:
    """An upsert changes a row that is there, which its workspace too must find."""
    clause = getattr(statement, "_post_values_clause", None)
    if not hasattr(clause, "update_values_to_set"):
        return set()
    found_by = {str(getattr(e, "name", e)) for e in clause.inferred_target_elements or ()}
    name = statement.table.name
    return {name} if name in _TENANTS and "workspace" not in found_by else set()


def _select(statement: Any, outer: frozenset[str]) -> tuple[frozenset[str], set[str]]:
    froms: list[Any] = []
    conditions = list(_conditions(statement.whereclause))
    for each in statement.get_final_froms():
        tables, on = _flat(each)
        froms += tables
        conditions += on
    return _scope(froms, conditions, outer)


def _flat(of: FromClause) -> tuple[list[Any], list[Any]]:
    if isinstance(of, Join):
        left, on_left = _flat(of.left)
        right, on_right = _flat(of.right)
        return [*left, *right], [*on_left, *on_right, *_conditions(of.onclause)]
    return [of], []


def _conditions(clause: Any) -> Iterator[Any]:
    """Those that must all hold."""
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for part in clause.clauses:
            yield from _conditions(part)
    elif clause is not None:
        yield clause


def _scope(
    froms: Iterable[Any], conditions: Iterable[Any], outer: frozenset[str]
) -> tuple[frozenset[str], set[str]]:
    names = {str(each.name): each for each in froms if hasattr(each, "name")}
    equal = [
        (c.left, c.right)
        for c in conditions
        if isinstance(c, BinaryExpression) and c.operator is operators.eq
    ]
    scoped = set(outer)
    before = -1
    while len(scoped) != before:
        before = len(scoped)
        for left, right in [*equal, *((right, left) for left, right in equal)]:
            column = getattr(left, "table", None)
            if column is None or not hasattr(column, "name"):
                continue
            other = getattr(right, "table", None)
            there = other is not None and str(getattr(other, "name", "")) in scoped
            is_named = left.name == "workspace" and (other is None or there)
            if is_named or (there and (_refers(left, right) or _refers(right, left))):
                scoped.add(str(column.name))
    bare = {_table(each) for name, each in names.items() if name not in scoped} & _TENANTS
    return frozenset(scoped), bare


def _refers(column: Any, to: Any) -> bool:
    """Whether a column is a foreign key to another, whatever aliases they are named by."""
    keys = {key.column for base in column.base_columns for key in base.foreign_keys}
    return any(base in keys for base in to.base_columns)


def _table(of: Any) -> str:
    return str(getattr(getattr(of, "element", of), "name", ""))


# --- what is stored -------------------------------------------------------------------------


def crossings(engine: sa.Engine) -> list[str]:
    """The references from a row of one workspace to a row of another, as "table.column"."""
    with engine.connect() as connection:
        return sorted({row[0] for row in connection.exec_driver_sql(_crossing())})


@cache
def _crossing() -> str:
    """The query for them, made once: it is long, and asked at the end of every test."""
    queries = []
    for table in SQLModel.metadata.sorted_tables:
        for key in table.foreign_keys:
            there = key.column.table.alias()
            if "workspace" not in table.columns or "workspace" not in there.c:
                continue
            if key.parent.name == "workspace":
                continue
            queries.append(
                sa.select(sa.literal(f"{table.name}.{key.parent.name}"))
                .select_from(table.join(there, key.parent == there.c[key.column.name]))
                .where(table.c.workspace != there.c.workspace)
            )
    return str(sa.union_all(*queries).compile(compile_kwargs={"literal_binds": True}))
