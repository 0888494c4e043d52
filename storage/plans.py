"""Plans: themes, SAR items and actions. Every query names its workspace."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from storage.models import (
    Action,
    ActionFields,
    ActionSarItem,
    Audit,
    Department,
    Milestone,
    MilestoneFields,
    Person,
    Plan,
    ProgressUpdate,
    Provider,
    SarItem,
    SarItemFields,
    Theme,
)
from storage.vocabulary import Status


@dataclass(frozen=True)
class StoredAction:
    """An action with everything that hangs on it."""

    action: Action
    theme: str | None = None
    owner: Person | None = None
    sar_references: list[str] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    updates: list[ProgressUpdate] = field(default_factory=list)


def plan_of(session: Session, workspace: str, academic_year: str) -> Plan | None:
    """The plan of one academic year ("2026/27"), or None."""
    return session.exec(
        select(Plan).where(Plan.workspace == workspace, Plan.academic_year == academic_year)
    ).one_or_none()


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


def actions(session: Session, workspace: str, plan_id: int) -> list[StoredAction]:
    """The actions of a plan by number, in five queries however many there are."""
    mine = (Action.workspace == workspace, Action.plan_id == plan_id)
    rows = session.exec(
        select(Action, Theme.name, Person)
        .outerjoin(Theme, col(Action.theme_id) == Theme.id)
        .outerjoin(Person, col(Action.owner_id) == Person.id)
        .where(*mine)
        .order_by(col(Action.number))
    ).all()
    references: dict[int, list[str]] = defaultdict(list)
    for action_id, reference in session.exec(
        select(ActionSarItem.action_id, SarItem.reference)
        .join(SarItem, col(SarItem.id) == ActionSarItem.sar_item_id)
        .join(Action, col(Action.id) == ActionSarItem.action_id)
        .where(*mine)
        .order_by(col(SarItem.id))
    ):
        references[action_id].append(reference)
    milestones: dict[int, list[Milestone]] = defaultdict(list)
    for milestone in session.exec(
        select(Milestone)
        .join(Action, col(Action.id) == Milestone.action_id)
        .where(*mine)
        .order_by(col(Milestone.id))
    ):
        milestones[milestone.action_id].append(milestone)
    updates: dict[int, list[ProgressUpdate]] = defaultdict(list)
    for update in session.exec(
        select(ProgressUpdate)
        .join(Action, col(Action.id) == ProgressUpdate.action_id)
        .where(*mine)
        .order_by(col(ProgressUpdate.at))
    ):
        updates[update.action_id].append(update)
    return [
        StoredAction(a, theme, owner, references[a.id], milestones[a.id], updates[a.id])
        for a, theme, owner in rows
        if a.id is not None
    ]


def count_agreed(session: Session, workspace: str, since: datetime) -> int:
    """How many actions of a workspace have been agreed since an instant, in any of its plans."""
    return session.exec(
        select(func.count())
        .select_from(Action)
        .where(Action.workspace == workspace, col(Action.agreed_at) >= since)
    ).one()


def save_action(
    session: Session,
    *,
    workspace: str,
    plan_id: int,
    fields: ActionFields,
    sar_references: list[str],
    milestones: list[MilestoneFields],
    status: Status,
    by: Person,
    at: datetime,
    owner: Person | None = None,
    owner_name: str | None = None,
    action_id: int | None = None,
) -> Action:
    """Write a new action, or change the one with `action_id`; each change leaves an audit row.

    The theme is that of the first SAR item which leaders have put under one. Raises LookupError
    when `action_id` is not an action of this workspace.
    """
    action = _action_to_write(session, workspace, plan_id, action_id, at)
    is_new = action.id is None
    items = session.exec(
        select(SarItem).where(
            SarItem.workspace == workspace,
            SarItem.plan_id == plan_id,
            col(SarItem.reference).in_(sar_references),
        )
    ).all()
    values: dict[str, Any] = {name: getattr(fields, name) for name in ActionFields.model_fields}
    values |= {
        "theme_id": next((item.theme_id for item in items if item.theme_id), None),
        "owner_id": owner.id if owner else None,
        "owner_name": None if owner else owner_name,
        "status": status,
    }
    if status is Status.AGREED and action.status is not Status.AGREED:
        action.agreed_at, action.agreed_by_id = at, by.id
    changes = {k: (getattr(action, k), v) for k, v in values.items() if getattr(action, k) != v}
    for name, value in values.items():
        setattr(action, name, value)
    session.add(action)
    session.flush()
    assert action.id is not None
    if is_new:
        changes = {"status": (None, status)}
    for name, (old, new) in changes.items():
        session.add(
            Audit(
                workspace=workspace,
                action_id=action.id,
                person_id=by.id,
                at=at,
                field=name,
                old=_as_text(old),
                new=_as_text(new),
            )
        )
    _replace_links(session, action, items)
    _replace_milestones(session, action, milestones)
    session.flush()
    return action


def _action_to_write(
    session: Session, workspace: str, plan_id: int, action_id: int | None, at: datetime
) -> Action:
    if action_id is not None:
        found = session.exec(
            select(Action).where(Action.workspace == workspace, Action.id == action_id)
        ).one_or_none()
        if found is None:
            raise LookupError(f"no action {action_id} in this workspace")
        return found
    # The provider's row is the lock under which numbers are given out (SQLite writes are serial).
    session.exec(select(Provider).where(Provider.workspace == workspace).with_for_update()).one()
    last = session.exec(select(func.max(Action.number)).where(Action.workspace == workspace)).one()
    return Action(workspace=workspace, plan_id=plan_id, number=(last or 0) + 1, created_at=at)


def _replace_links(session: Session, action: Action, items: Any) -> None:
    assert action.id is not None
    wanted = {item.id for item in items}
    links = session.exec(select(ActionSarItem).where(ActionSarItem.action_id == action.id)).all()
    for link in links:
        if link.sar_item_id not in wanted:
            session.delete(link)
    for item_id in wanted - {link.sar_item_id for link in links}:
        session.add(
            ActionSarItem(workspace=action.workspace, action_id=action.id, sar_item_id=item_id)
        )


def _replace_milestones(
    session: Session, action: Action, milestones: list[MilestoneFields]
) -> None:
    assert action.id is not None
    held = session.exec(select(Milestone).where(Milestone.action_id == action.id)).all()
    wanted = [(m.due, m.text, m.done) for m in milestones]
    if [(m.due, m.text, m.done) for m in held] == wanted:
        return
    for milestone in held:
        session.delete(milestone)
    for due, text, done in wanted:
        session.add(
            Milestone(
                workspace=action.workspace, action_id=action.id, due=due, text=text, done=done
            )
        )


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    return " / ".join(value) if isinstance(value, list) else str(value)
