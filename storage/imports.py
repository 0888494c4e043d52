"""Files to be imported, and many actions written at once. Every query names its workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from storage.models import (
    Action,
    ActionSarItem,
    Audit,
    ImportFile,
    Milestone,
    MilestoneFields,
    ProgressUpdate,
    Provider,
)

# --- files ----------------------------------------------------------------------------------


def keep_file(session: Session, given: ImportFile) -> ImportFile:
    """Keep a file that was given; the one kept before where its key is known."""
    found = select(ImportFile).where(
        ImportFile.workspace == given.workspace, ImportFile.key == given.key
    )
    kept = session.exec(found).one_or_none()
    if kept is not None:
        return kept
    session.add(given)
    session.flush()
    return given


def file_by_id(
    session: Session, workspace: str, file_id: int, *, to_change: bool = False
) -> ImportFile | None:
    """A file that was given, locked if `to_change`; None where there is none of that id."""
    found = select(ImportFile).where(ImportFile.workspace == workspace, ImportFile.id == file_id)
    return session.exec(found.with_for_update() if to_change else found).one_or_none()


def drop_old_files(session: Session, before: datetime) -> int:
    """Give up the files of all workspaces that nobody has decided on since; how many these were."""
    dropped = session.connection().execute(
        sa.update(ImportFile)
        .where(col(ImportFile.outcome).is_(None), col(ImportFile.at) < before)
        .values(outcome="given up", content=None)
    )
    return dropped.rowcount


# --- many actions at once -------------------------------------------------------------------


@dataclass(frozen=True)
class NewAction:
    """An action to be written, with all that hangs on it.

    `values` are columns of `Action`; `number` is the one it had elsewhere, which it keeps where
    that is free. `updates` are columns of `ProgressUpdate`.
    """

    values: dict[str, Any]
    number: int | None = None
    items: tuple[int, ...] = ()
    milestones: tuple[MilestoneFields, ...] = ()
    updates: tuple[dict[str, Any], ...] = ()


def add_actions(
    session: Session,
    workspace: str,
    plan_id: int,
    rows: Sequence[NewAction],
    by_id: int | None,
    at: datetime,
) -> list[Action]:
    """Write these new actions in a handful of statements; each leaves an audit row."""
    # The provider's row is the lock under which numbers are given out (SQLite writes are serial).
    session.exec(select(Provider).where(Provider.workspace == workspace).with_for_update()).one()
    taken = set(session.exec(select(Action.number).where(Action.workspace == workspace)))
    free = max([*taken, *(row.number or 0 for row in rows)], default=0)
    made = []
    for row in rows:
        number = row.number
        if number is None or number in taken:
            free = number = free + 1
        taken.add(number)
        columns = {"created_at": at, "created_by_id": by_id, **row.values}
        made.append(Action(workspace=workspace, plan_id=plan_id, number=number, **columns))
    session.add_all(made)
    session.flush()
    hanging: list[Any] = []
    for action, row in zip(made, rows, strict=True):
        assert action.id is not None
        its: dict[str, Any] = {"workspace": workspace, "action_id": action.id}
        hanging += [ActionSarItem(**its, sar_item_id=item_id) for item_id in row.items]
        hanging += [Milestone(**its, due=m.due, text=m.text, done=m.done) for m in row.milestones]
        hanging += [ProgressUpdate(**its, **update) for update in row.updates]
        status = action.status.value
        hanging.append(
            Audit(**its, version=action.version, person_id=by_id, at=at, field="status", new=status)
        )
    session.add_all(hanging)
    session.flush()
    return made
