"""Many owners with many actions, written by the database itself: one by one it would take hours."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from storage.database import Database
from storage.models import (
    Action,
    ActionSarItem,
    Milestone,
    OutgoingMessage,
    Person,
    Plan,
    ProgressUpdate,
    Provider,
    Reminder,
    SarItem,
    Theme,
)
from storage.rows import table_of
from storage.vocabulary import Direction, Rag, Role, SarKind, Status

YEAR = "2026/27"
# A Monday on which reminders are due at nine, and an hour later.
DUE = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOW = DUE + timedelta(hours=1)
NEXT_WEEK = DUE + timedelta(days=7)
THEMES = 5
_LONG_AGO = datetime(2026, 9, 1, 9, tzinfo=UTC)
_TODAY = NOW.date()


class _Kind(NamedTuple):
    """One of an owner's actions: in how many days it and its check are due, and what was said."""

    due: int
    check: int
    updated: int
    rag: Rag
    reading: str | None


# Five that are asked about and five that are not; of the greens one is contradicted by its reading.
_KINDS = (
    _Kind(-10, -40, -20, Rag.AMBER, "80%"),
    _Kind(150, 3, -15, Rag.GREEN, "74%"),
    _Kind(10, 60, -12, Rag.GREEN, "87%"),
    _Kind(120, 70, -40, Rag.RED, None),
    _Kind(200, 90, -35, Rag.AMBER, "79%"),
    _Kind(150, 60, -10, Rag.GREEN, "81%"),
    _Kind(160, 65, -11, Rag.AMBER, None),
    _Kind(170, 70, -12, Rag.GREEN, "80%"),
    _Kind(180, 75, -13, Rag.RED, "75%"),
    _Kind(190, 80, -14, Rag.AMBER, "78%"),
)


def fill(database: Database, owners: int, actions: int, workspaces: int) -> None:
    """Owners of as many actions each, the same number in every workspace, none of whom is due.

    The database must be fresh: the owner numbered 1 gets the id 1. The first in each workspace is
    its quality lead, and five in each sponsor a theme.
    """
    names = [workspace(number) for number in range(workspaces)]
    with database.writing() as session:
        run = session.connection().execute
        rows: list[dict[str, Any]] = [
            {"workspace": name, "name": f"College {name}", "created_at": _LONG_AGO}
            for name in names
        ]
        run(sa.insert(table_of(Provider)), rows)
        run(
            sa.insert(table_of(Plan)),
            [{"workspace": name, "academic_year": YEAR} for name in names],
        )
        _people(session, owners, workspaces)
        _themes(session, workspaces)
    for number in range(actions):
        with database.writing() as session:
            _actions(session, number, actions)


def workspace(number: int) -> str:
    """The workspace of that number, from 0."""
    return f"T{number:05d}"


def _people(session: Session, owners: int, workspaces: int) -> None:
    run = session.connection().execute
    for start in range(0, owners, 10_000):
        rows = [
            {
                "workspace": workspace(number % workspaces),
                "slack_user_id": f"U{number:07d}",
                "name": f"Person {number}",
                "role": Role.LEAD if number < workspaces else Role.OWNER,
                "timezone": "Europe/London",
                "created_at": _LONG_AGO,
                "only_overdue": False,
                "remind_at": NEXT_WEEK,
                "overview_at": NEXT_WEEK,
                "reminded_week": "2026-W47",
                "overview_week": "2026-W47",
            }
            for number in range(start, min(start + 10_000, owners))
        ]
        run(sa.insert(table_of(Person)), rows)


def _themes(session: Session, workspaces: int) -> None:
    plan, person = table_of(Plan), table_of(Person)
    for rank in range(1, THEMES + 1):
        # The people come to the workspaces in turn: these are the second to the sixth of each.
        sponsor = plan.c.id + rank * workspaces
        found = sa.select(
            plan.c.workspace, plan.c.id, sa.literal(rank), sa.literal(f"Theme {rank}"), person.c.id
        ).select_from(plan.outerjoin(person, person.c.id == sponsor))
        _insert(session, Theme, ["workspace", "plan_id", "rank", "name", "sponsor_id"], found)
    theme = table_of(Theme)
    found = sa.select(
        theme.c.workspace,
        theme.c.plan_id,
        theme.c.id,
        sa.literal("AFI ") + sa.cast(theme.c.rank, sa.String),
        sa.literal(SarKind.AREA_FOR_IMPROVEMENT, SarItem.kind.type),  # type: ignore[attr-defined]
        sa.literal("Too few learners stay to the end of their course."),
    )
    columns = ["workspace", "plan_id", "theme_id", "reference", "kind", "judgement"]
    _insert(session, SarItem, columns, found)


def _actions(session: Session, number: int, actions: int) -> None:
    """One action of every owner."""
    kind = _KINDS[number % len(_KINDS)]
    action, person, plan, theme = (table_of(model) for model in (Action, Person, Plan, Theme))
    before = session.connection().scalar(sa.select(sa.func.max(action.c.id))) or 0
    values = {
        "action": f"Ring the parents of whoever misses lesson {number} of the resit course",
        "so_what": [],
        "impact": "Learners stay on the course, as retention rises from 74% to 88% by July",
        "measure": "retention",
        "unit": "%",
        "direction": Direction.HIGHER,
        "baseline": "74%",
        "baseline_date": date(2026, 9, 1),
        "target": "88%",
        "evidence_source": "the registers",
        "due": _TODAY + timedelta(days=kind.due),
        "status": Status.IN_PROGRESS,
        "rag": kind.rag,
        "agreed_at": _LONG_AGO,
        "created_at": _LONG_AGO,
        "version": 1,
    }
    found = sa.select(
        person.c.workspace,
        plan.c.id,
        person.c.id * actions + number,
        theme.c.id,
        person.c.id,
        *(sa.literal(value, action.c[name].type) for name, value in values.items()),
    ).select_from(
        person.join(plan, plan.c.workspace == person.c.workspace).join(
            theme, sa.and_(theme.c.plan_id == plan.c.id, theme.c.rank == 1 + number % THEMES)
        )
    )
    _insert(
        session, Action, ["workspace", "plan_id", "number", "theme_id", "owner_id", *values], found
    )
    new = action.c.id > before
    item = table_of(SarItem)
    of_theme = action.join(item, item.c.theme_id == action.c.theme_id)
    found = sa.select(action.c.workspace, action.c.id, item.c.id).select_from(of_theme).where(new)
    _insert(session, ActionSarItem, ["workspace", "action_id", "sar_item_id"], found)
    checked = {
        "due": _TODAY + timedelta(days=kind.check),
        "text": "80% of them still on the course in the registers",
        "done": False,
    }
    updated = {
        "at": NOW + timedelta(days=kind.updated),
        "rag": kind.rag,
        "note": "The parents of twelve were rung.",
        "reading": kind.reading,
    }
    _hang(session, Milestone, {}, checked, new)
    _hang(session, ProgressUpdate, {"author_id": action.c.owner_id}, updated, new)


def _hang(
    session: Session,
    model: type[SQLModel],
    copied: dict[str, Any],
    values: dict[str, Any],
    which: Any,
) -> None:
    """Put a row under each of these actions."""
    action, table = table_of(Action), table_of(model)
    found = sa.select(
        action.c.workspace,
        action.c.id,
        *copied.values(),
        *(sa.literal(value, table.c[name].type) for name, value in values.items()),
    ).where(which)
    _insert(session, model, ["workspace", "action_id", *copied, *values], found)


def _insert(
    session: Session, model: type[SQLModel], columns: Sequence[str], found: sa.Select[Any]
) -> None:
    session.connection().execute(sa.insert(table_of(model)).from_select(columns, found))


def make_due(database: Database, many: int) -> None:
    """Have the first so many owners be due for a reminder and nobody else, and nothing sent yet."""
    person = table_of(Person)
    with database.writing() as session:
        run = session.connection().execute
        run(sa.delete(table_of(Reminder)))
        run(sa.delete(table_of(OutgoingMessage)))
        other = sa.or_(person.c.remind_at != NEXT_WEEK, person.c.reminded_week != "2026-W47")
        run(sa.update(person).where(other).values(remind_at=NEXT_WEEK, reminded_week="2026-W47"))
        run(sa.update(person).where(person.c.id <= many).values(remind_at=DUE))
    settle_statistics(database)


def settle_statistics(database: Database) -> None:
    """What PostgreSQL does by itself after a while: clean up, and count what there is."""
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                sa.text("VACUUM ANALYZE")
            )
