"""Actions, what hangs on them, and what was changed in them. Every query names its workspace."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, func, select

from storage.models import (
    Action,
    ActionFields,
    ActionSarItem,
    Audit,
    Milestone,
    MilestoneFields,
    Person,
    ProgressUpdate,
    Provider,
    SarItem,
    Theme,
)
from storage.vocabulary import Rag, Status


class ActionChanged(Exception):
    """Somebody has changed the action since the version that was looked at."""


@dataclass(frozen=True)
class StoredAction:
    """An action with everything that hangs on it."""

    action: Action
    theme: Theme | None = None
    owner: Person | None = None
    # Who named the owner, who has not accepted it yet.
    proposer: Person | None = None
    sar_references: list[str] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    updates: list[ProgressUpdate] = field(default_factory=list)

    @property
    def checks(self) -> list[MilestoneFields]:
        """Its milestones as plain data, which was checked when it was written."""
        of = MilestoneFields.model_construct
        return [of(due=m.due, text=m.text, done=m.done) for m in self.milestones]


@dataclass(frozen=True)
class Change:
    """One changed field of an action, as the audit holds it, and who changed it."""

    field: str
    old: str | None
    new: str | None
    by: str
    at: datetime


def of_plan(session: Session, workspace: str, plan_id: int) -> list[StoredAction]:
    """The actions of a plan by number, in four queries however many there are."""
    return _stored(session, workspace, Action.plan_id == plan_id)


def one(session: Session, workspace: str, action_id: int) -> StoredAction | None:
    """One action; None where this workspace has none of that id."""
    found = _stored(session, workspace, Action.id == action_id)
    return found[0] if found else None


def live_of(
    session: Session, workspace: str, owner_ids: Sequence[int]
) -> dict[int, list[StoredAction]]:
    """The actions of these owners that are agreed, not over and not parked, by owner."""
    found: dict[int, list[StoredAction]] = defaultdict(list)
    mine = sa.and_(
        col(Action.owner_id).in_(owner_ids),
        col(Action.status).in_((Status.AGREED, Status.IN_PROGRESS)),
        col(Action.parked_at).is_(None),
    )
    for stored in _stored(session, workspace, mine):
        if stored.action.owner_id is not None:
            found[stored.action.owner_id].append(stored)
    return found


def some(session: Session, workspace: str, ids: Sequence[int]) -> list[StoredAction]:
    """Those of a workspace's actions that have one of these ids, in the order of these."""
    found = _stored(session, workspace, col(Action.id).in_(ids)) if ids else []
    return sorted(found, key=lambda stored: ids.index(stored.action.id or 0))


def numbered(session: Session, workspace: str, numbers: Sequence[int]) -> list[StoredAction]:
    """Those of a workspace's actions that are called by one of these numbers (12 is A-12)."""
    return _stored(session, workspace, col(Action.number).in_(numbers)) if numbers else []


def heading(session: Session, workspace: str, action_id: int) -> StoredAction | None:
    """An action with its theme and owner, and without the rest that hangs on it."""
    found = session.exec(_headed(workspace, Action.id == action_id)).one_or_none()
    return StoredAction(*found) if found else None


_PROPOSER = aliased(Person)


def _headed(workspace: str, which: Any) -> Any:
    return (
        select(Action, Theme, Person, _PROPOSER)
        .outerjoin(Theme, col(Action.theme_id) == Theme.id)
        .outerjoin(Person, col(Action.owner_id) == Person.id)
        .outerjoin(_PROPOSER, col(Action.proposed_by_id) == _PROPOSER.id)
        .where(Action.workspace == workspace, which)
    )


def _stored(session: Session, workspace: str, which: Any) -> list[StoredAction]:
    mine = (Action.workspace == workspace, which)
    # Put in order here: for the sake of the order SQLite would take the index of the numbers, and
    # read all actions of the workspace.
    rows = sorted(session.exec(_headed(workspace, which)), key=lambda row: row[0].number)
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
        .order_by(col(ProgressUpdate.at), col(ProgressUpdate.id))
    ):
        updates[update.action_id].append(update)
    return [
        StoredAction(a, theme, owner, by, references[a.id], milestones[a.id], updates[a.id])
        for a, theme, owner, by in rows
        if a.id is not None
    ]


def count_agreed(session: Session, workspace: str, since: datetime) -> int:
    """How many actions of a workspace have been agreed since an instant, in any of its plans."""
    return session.exec(
        select(func.count())
        .select_from(Action)
        .where(Action.workspace == workspace, col(Action.agreed_at) >= since)
    ).one()


def changes_since(session: Session, workspace: str, action_id: int, version: int) -> list[Change]:
    """What has been changed in an action after that version of it, the oldest change first."""
    rows = session.exec(
        select(Audit, Person.name)
        .outerjoin(Person, col(Audit.person_id) == Person.id)
        .where(
            Audit.workspace == workspace,
            Audit.action_id == action_id,
            col(Audit.version) > version,
        )
        .order_by(col(Audit.id))
    )
    return [Change(a.field, a.old, a.new, name or "somebody", a.at) for a, name in rows]


def times_redated(session: Session, workspace: str) -> dict[int, int]:
    """How often the date of each action has been moved since it was agreed, by the action's id."""
    rows = session.exec(
        select(Audit.action_id, func.count())
        .join(Action, col(Action.id) == Audit.action_id)
        .where(
            Audit.workspace == workspace,
            Audit.field == "due",
            col(Audit.old).is_not(None),
            col(Audit.at) > col(Action.agreed_at),
        )
        .group_by(col(Audit.action_id))
    )
    return {action_id: times for action_id, times in rows}


# --- changing -------------------------------------------------------------------------------


def save_action(
    session: Session,
    *,
    workspace: str,
    plan_id: int,
    fields: ActionFields,
    sar_references: Sequence[str],
    milestones: Sequence[MilestoneFields],
    status: Status,
    by: Person,
    at: datetime,
    owner: Person | None = None,
    owner_name: str | None = None,
    source_link: str | None = None,
    action_id: int | None = None,
) -> Action:
    """Write a new action, or change the one with `action_id`; each change leaves an audit row.

    The theme is that of the first SAR item which leaders have put under one, else what it was. An
    owner whom somebody else names is proposed until they accept. Raises LookupError when
    `action_id` is not an action of this workspace.
    """
    written = (
        _new_action(session, workspace, plan_id, at)
        if action_id is None
        else _to_change(session, workspace, action_id)
    )
    items = _items(session, workspace, plan_id, sar_references)
    values: dict[str, Any] = {name: getattr(fields, name) for name in ActionFields.model_fields}
    values |= {
        "theme_id": next((item.theme_id for item in items if item.theme_id), written.theme_id),
        "proposed_by_id": _proposer(written, owner, by),
        "owner_id": owner.id if owner else None,
        "owner_name": None if owner else owner_name,
        "status": status,
        "source_link": source_link or written.source_link,
    }
    _write(session, written, values, by, at, items=items, milestones=milestones)
    return written


def _proposer(written: Action, owner: Person | None, by: Person) -> int | None:
    """Who proposes the owner: nobody where they name themselves or have accepted it already."""
    if owner is None or owner.id == by.id:
        return None
    return written.proposed_by_id if written.owner_id == owner.id else by.id


def change_action(
    session: Session,
    workspace: str,
    action_id: int,
    version: int,
    *,
    by: Person | None,
    at: datetime,
    sar_references: Sequence[str] | None = None,
    milestones: Sequence[MilestoneFields] | None = None,
    **values: Any,
) -> Action:
    """Set fields of an action that was looked at in that version; each leaves an audit row.

    `by` is None for what the operator does from the command line. Raises LookupError when it is no
    action of this workspace, ActionChanged when it has been changed since.
    """
    held = _to_change(session, workspace, action_id)
    if held.version != version:
        raise ActionChanged
    items = None
    if sar_references is not None:
        items = _items(session, workspace, held.plan_id, sar_references)
    _write(session, held, values, by, at, items=items, milestones=milestones)
    return held


def add_update(
    session: Session,
    held: Action,
    by: Person,
    at: datetime,
    *,
    rag: Rag,
    note: str,
    reading: str | None = None,
    evidence_link: str | None = None,
) -> ProgressUpdate:
    """Put a progress update under an action, which takes its RAG from it."""
    assert held.id is not None
    made = ProgressUpdate(
        workspace=held.workspace,
        action_id=held.id,
        author_id=by.id,
        at=at,
        rag=rag,
        note=note,
        reading=reading,
        evidence_link=evidence_link,
    )
    session.add(made)
    _write(session, held, {"rag": rag}, by, at)
    return made


def update_of(session: Session, workspace: str, update_id: int) -> ProgressUpdate | None:
    """A progress update; None where this workspace has none of that id."""
    return session.exec(
        select(ProgressUpdate).where(
            ProgressUpdate.workspace == workspace, ProgressUpdate.id == update_id
        )
    ).one_or_none()


def change_update(
    session: Session, held: Action, update: ProgressUpdate, by: Person, at: datetime, **values: Any
) -> None:
    """Change what an update says; the action, whose newest it is, takes its RAG from it.

    What it said before is in the audit.
    """
    before = _update_text(update)
    for name, value in values.items():
        setattr(update, name, value)
    session.add(update)
    after = _update_text(update)
    also = {"update": (before, after)} if after != before else {}
    _write(session, held, {"rag": update.rag}, by, at, also=also)


def _update_text(update: ProgressUpdate) -> str:
    parts = (update.rag.value, update.reading, update.note, update.evidence_link)
    return " / ".join(part for part in parts if part)


def same_update(
    session: Session,
    workspace: str,
    action_id: int,
    author_id: int | None,
    since: datetime,
    *,
    note: str,
    reading: str | None,
) -> ProgressUpdate | None:
    """What somebody has put under an action since an instant with this note and reading, or None.

    Nobody else puts anything under it until the transaction ends, so that of two that come at once
    the second is seen to be the same.
    """
    held = select(Action.id).where(Action.workspace == workspace, Action.id == action_id)
    session.exec(held.with_for_update()).one_or_none()
    return session.exec(
        select(ProgressUpdate)
        .where(
            ProgressUpdate.workspace == workspace,
            ProgressUpdate.action_id == action_id,
            ProgressUpdate.author_id == author_id,
            ProgressUpdate.note == note,
            ProgressUpdate.reading == reading,
            col(ProgressUpdate.at) >= since,
        )
        .order_by(col(ProgressUpdate.id).desc())
        .limit(1)
    ).one_or_none()


def _write(
    session: Session,
    written: Action,
    values: dict[str, Any],
    by: Person | None,
    at: datetime,
    *,
    items: Sequence[SarItem] | None = None,
    milestones: Sequence[MilestoneFields] | None = None,
    also: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    is_new, by_id = written.id is None, by.id if by else None
    if is_new:
        written.created_by_id = by_id
    if values.get("status") is Status.AGREED and written.status is not Status.AGREED:
        written.agreed_at, written.agreed_by_id = at, by_id
    changes = {k: (getattr(written, k), v) for k, v in values.items() if getattr(written, k) != v}
    for name, value in values.items():
        setattr(written, name, value)
    session.add(written)
    session.flush()
    if items is not None and (before := _replace_links(session, written, items)) is not None:
        changes["sar_items"] = (before, [item.reference for item in items])
    if milestones is not None:
        before = _replace_milestones(session, written, milestones)
        if before is not None:
            changes["milestones"] = (before, [_milestone_text(m) for m in milestones])
    if is_new:
        changes = {"status": (None, written.status)}
    changes.update(also or {})
    if not is_new and changes.keys() <= {"sar_items", "milestones", "update"} and changes:
        # What hangs on an action is a part of it: whoever looks at the old version must know.
        flag_modified(written, "status")
        session.flush()
    assert written.id is not None
    for name, (old, new) in changes.items():
        session.add(
            Audit(
                workspace=written.workspace,
                action_id=written.id,
                version=written.version,
                person_id=by_id,
                at=at,
                field=name,
                old=_as_text(old),
                new=_as_text(new),
            )
        )
    session.flush()


def _to_change(session: Session, workspace: str, action_id: int) -> Action:
    found = session.exec(
        select(Action)
        .where(Action.workspace == workspace, Action.id == action_id)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise LookupError(f"no action {action_id} in this workspace")
    return found


def _new_action(session: Session, workspace: str, plan_id: int, at: datetime) -> Action:
    # The provider's row is the lock under which numbers are given out (SQLite writes are serial).
    session.exec(select(Provider).where(Provider.workspace == workspace).with_for_update()).one()
    last = session.exec(select(func.max(Action.number)).where(Action.workspace == workspace)).one()
    return Action(workspace=workspace, plan_id=plan_id, number=(last or 0) + 1, created_at=at)


def _items(
    session: Session, workspace: str, plan_id: int, references: Sequence[str]
) -> Sequence[SarItem]:
    return session.exec(
        select(SarItem)
        .where(
            SarItem.workspace == workspace,
            SarItem.plan_id == plan_id,
            col(SarItem.reference).in_(references),
        )
        .order_by(col(SarItem.id))
    ).all()


def _replace_links(session: Session, written: Action, items: Sequence[SarItem]) -> list[str] | None:
    """Hang the action on these items; the references it hung on before, None where the same."""
    assert written.id is not None
    rows = session.exec(
        select(ActionSarItem, SarItem.reference)
        .join(SarItem, col(SarItem.id) == ActionSarItem.sar_item_id)
        .where(ActionSarItem.workspace == written.workspace, ActionSarItem.action_id == written.id)
        .order_by(col(SarItem.id))
    ).all()
    held = {link.sar_item_id for link, _ in rows}
    wanted = {item.id for item in items if item.id is not None}
    if held == wanted:
        return None
    for link, _ in rows:
        if link.sar_item_id not in wanted:
            session.delete(link)
    for item_id in wanted - held:
        session.add(
            ActionSarItem(workspace=written.workspace, action_id=written.id, sar_item_id=item_id)
        )
    return [reference for _, reference in rows]


def _replace_milestones(
    session: Session, written: Action, milestones: Sequence[MilestoneFields]
) -> list[str] | None:
    """Give the action these milestones; those it had before, None where they are the same."""
    assert written.id is not None
    held = session.exec(
        select(Milestone)
        .where(Milestone.workspace == written.workspace, Milestone.action_id == written.id)
        .order_by(col(Milestone.id))
    ).all()
    wanted = [(m.due, m.text, m.done) for m in milestones]
    if [(m.due, m.text, m.done) for m in held] == wanted:
        return None
    for milestone in held:
        session.delete(milestone)
    for due, text, done in wanted:
        session.add(
            Milestone(
                workspace=written.workspace, action_id=written.id, due=due, text=text, done=done
            )
        )
    return [_milestone_text(m) for m in held]


def _milestone_text(milestone: MilestoneFields) -> str:
    dated = f" ({milestone.due.isoformat()})" if milestone.due else ""
    return f"{milestone.text}{dated}{', done' if milestone.done else ''}"


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    return " / ".join(value) if isinstance(value, list) else str(value)
