"""Plans: their themes and SAR items. Every query names its workspace."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.models import Department, Invitation, Person, Plan, SarItem, SarItemFields, Theme


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


_PREVIOUS = aliased(SarItem)
_SAR_ITEMS = (
    sa.select(
        *(getattr(SarItem, name) for name in SarItemFields.model_fields),
        col(Department.name).label("department"),
        col(Theme.name).label("theme"),
        col(_PREVIOUS.reference).label("previous"),
    )
    .select_from(SarItem)
    .join(Plan, col(SarItem.plan_id) == Plan.id)
    .outerjoin(Department, col(SarItem.department_id) == Department.id)
    .outerjoin(Theme, col(SarItem.theme_id) == Theme.id)
    .outerjoin(_PREVIOUS, col(SarItem.previous_id) == _PREVIOUS.id)
    .where(
        col(SarItem.workspace) == sa.bindparam("workspace"),
        col(Plan.academic_year) == sa.bindparam("academic_year"),
    )
    .order_by(col(SarItem.id))
)


def sar_items(session: Session, workspace: str, academic_year: str) -> list[dict[str, Any]]:
    """The SAR items of the plan of an academic year, in the order they were entered.

    Each as its fields, with the names of its department and theme as "department" and "theme", and
    as "previous" the reference of what the SAR of the year before said of the same.
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


def theme(session: Session, workspace: str, theme_id: int) -> Theme | None:
    """A theme; None where this workspace has none of that id."""
    return session.exec(
        select(Theme).where(Theme.workspace == workspace, Theme.id == theme_id)
    ).one_or_none()


def save_theme(
    session: Session,
    workspace: str,
    plan_id: int,
    *,
    name: str,
    rank: int,
    sponsor_id: int | None,
    by: Person | None,
    at: datetime,
    theme_id: int | None = None,
) -> Theme:
    """Write a new theme, or change one, and put it at a rank from 1; the others move to make room.

    All that change are noted as changed by that person (None for the operator), and a new sponsor
    is looked at for how the plan goes. Raises LookupError where `theme_id` is none of this plan.
    """
    ranked = [theme for theme, _ in themes(session, workspace, plan_id)]
    if theme_id is None:
        saved = Theme(workspace=workspace, plan_id=plan_id, rank=0, name=name)
    else:
        found = [theme for theme in ranked if theme.id == theme_id]
        if not found:
            raise LookupError(f"no theme {theme_id} in this plan")
        saved = found[0]
        ranked.remove(saved)
    is_new_sponsor = saved.sponsor_id != sponsor_id
    by_id = by.id if by else None
    saved.name, saved.sponsor_id, saved.changed_by_id = name, sponsor_id, by_id
    ranked.insert(max(rank, 1) - 1, saved)
    # No two may have the same rank even in between.
    for number, theme in enumerate(ranked, start=1):
        if theme.rank != number:
            theme.changed_by_id = by_id
        theme.rank = -number
    session.add_all(ranked)
    session.flush()
    for theme in ranked:
        theme.rank = -theme.rank
    session.flush()
    if is_new_sponsor:
        session.connection().execute(
            sa.update(Person)
            .where(col(Person.workspace) == workspace, col(Person.id) == sponsor_id)
            .values(overview_at=at)
        )
    return saved


def theme_names(session: Session, workspace: str) -> dict[int, str]:
    """What the themes of all plans of a workspace are called, by id."""
    found = session.exec(select(Theme.id, Theme.name).where(Theme.workspace == workspace))
    return {theme_id: name for theme_id, name in found if theme_id is not None}


def sponsors(session: Session, workspace: str) -> set[int]:
    """The ids of everyone in a workspace who sponsors a theme, of whatever plan."""
    found = select(Theme.sponsor_id).where(
        Theme.workspace == workspace, col(Theme.sponsor_id).is_not(None)
    )
    return {person_id for person_id in session.exec(found) if person_id is not None}


def invite(session: Session, theme: Theme, to: Person, by: Person, at: datetime) -> bool:
    """Note that someone is asked for actions under a theme; False where they were before."""
    known = session.exec(
        select(Invitation.id).where(
            Invitation.workspace == theme.workspace,
            Invitation.theme_id == theme.id,
            Invitation.person_id == to.id,
        )
    ).first()
    if known is not None:
        return False
    assert theme.id is not None and to.id is not None
    session.add(
        Invitation(
            workspace=theme.workspace,
            theme_id=theme.id,
            person_id=to.id,
            invited_by_id=by.id,
            at=at,
        )
    )
    return True


def invited(session: Session, workspace: str, plan_id: int) -> list[tuple[int, Person]]:
    """(theme's id, person) of everyone asked for actions in a plan, in the order they were."""
    rows = session.exec(
        select(Invitation.theme_id, Person)
        .join(Person, col(Person.id) == Invitation.person_id)
        .join(Theme, col(Theme.id) == Invitation.theme_id)
        .where(Invitation.workspace == workspace, Theme.plan_id == plan_id)
        .order_by(col(Invitation.id))
    )
    return [(theme_id, person) for theme_id, person in rows]


def sar_item(session: Session, workspace: str, item_id: int) -> SarItem | None:
    """A SAR item; None where this workspace has none of that id."""
    return session.exec(
        select(SarItem).where(SarItem.workspace == workspace, SarItem.id == item_id)
    ).one_or_none()


def stored_sar_items(session: Session, workspace: str, plan_id: int) -> list[SarItem]:
    """The SAR items of a plan as they are stored, in the order they were entered."""
    return list(
        session.exec(
            select(SarItem)
            .where(SarItem.workspace == workspace, SarItem.plan_id == plan_id)
            .order_by(col(SarItem.id))
        )
    )


def department_named(session: Session, workspace: str, name: str) -> Department:
    """The department of that name, whatever its capitals; made if new."""
    found = session.exec(
        select(Department).where(
            Department.workspace == workspace,
            sa.func.lower(col(Department.name)) == name.lower(),
        )
    ).first()
    if found is None:
        found = Department(workspace=workspace, name=name)
        session.add(found)
        session.flush()
    return found


def departments(session: Session, workspace: str) -> dict[int, str]:
    """The names of the departments by id."""
    rows = session.exec(select(Department).where(Department.workspace == workspace))
    return {row.id: row.name for row in rows if row.id is not None}
