"""Plans: their themes and SAR items. Every query names its workspace."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from storage.models import Department, Person, Plan, SarItem, SarItemFields, Theme


def plan_of(session: Session, workspace: str, academic_year: str) -> Plan | None:
    """The plan of one academic year ("2026/27"), or None."""
    return session.exec(
        select(Plan).where(Plan.workspace == workspace, Plan.academic_year == academic_year)
    ).one_or_none()


def plan_by_id(session: Session, workspace: str, plan_id: int) -> Plan:
    """A plan that something of the workspace belongs to."""
    return session.exec(select(Plan).where(Plan.workspace == workspace, Plan.id == plan_id)).one()


def ensure_plan(session: Session, workspace: str, academic_year: str) -> Plan:
    """The plan of one academic year, made if new."""
    found = plan_of(session, workspace, academic_year)
    if found is None:
        found = Plan(workspace=workspace, academic_year=academic_year)
        session.add(found)
        session.flush()
    return found


_SAR_ITEMS = (
    sa.select(
        *(getattr(SarItem, name) for name in SarItemFields.model_fields),
        col(Department.name).label("department"),
        col(Theme.name).label("theme"),
    )
    .select_from(SarItem)
    .join(Plan, col(SarItem.plan_id) == Plan.id)
    .outerjoin(Department, col(SarItem.department_id) == Department.id)
    .outerjoin(Theme, col(SarItem.theme_id) == Theme.id)
    .where(
        col(SarItem.workspace) == sa.bindparam("workspace"),
        col(Plan.academic_year) == sa.bindparam("academic_year"),
    )
    .order_by(col(SarItem.id))
)


def sar_items(session: Session, workspace: str, academic_year: str) -> list[dict[str, Any]]:
    """The SAR items of the plan of an academic year, in the order they were entered.

    Each as its fields, with the names of its department and theme as "department" and "theme".
    """
    given = {"workspace": workspace, "academic_year": academic_year}
    return [dict(row) for row in session.execute(_SAR_ITEMS, given).mappings()]


def themes(session: Session, workspace: str, plan_id: int) -> list[tuple[Theme, Person | None]]:
    """The themes of a plan by rank, each with its sponsor."""
    rows = session.exec(
        select(Theme, Person)
        .outerjoin(Person, col(Theme.sponsor_id) == Person.id)
        .where(Theme.workspace == workspace, Theme.plan_id == plan_id)
        .order_by(col(Theme.rank))
    )
    return [(theme, sponsor) for theme, sponsor in rows]
