"""Reading the audit: who changed what in the actions. Every query names its workspace."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from storage.models import Action, Audit, Person
from storage.rows import table_of

_audit, _action, _person = table_of(Audit), table_of(Action), table_of(Person)


@dataclass(frozen=True)
class Entry:
    """One changed field of the action called by `number` (12 is A-12), with the values as kept.

    `by` is None for what the operator did from the command line.
    """

    id: int
    at: datetime
    number: int
    field: str
    old: str | None
    new: str | None
    by: str | None


def entries(
    session: Session,
    workspace: str,
    *,
    action_id: int | None = None,
    person_id: int | None = None,
    before: int | None = None,
    most: int | None = None,
) -> list[Entry]:
    """What was changed, the newest first: in one action, or by one person, or by all in all.

    With `before` only what is older than the entry of that id, and at most so many.
    """
    found = (
        sa.select(
            _audit.c.id,
            _audit.c.at,
            _action.c.number,
            _audit.c.field,
            _audit.c.old,
            _audit.c.new,
            _person.c.name.label("by"),
        )
        .join(_action, _action.c.id == _audit.c.action_id)
        .outerjoin(_person, _person.c.id == _audit.c.person_id)
        .where(_audit.c.workspace == workspace)
        .order_by(_audit.c.id.desc())
        .limit(most)
    )
    for column, wanted in (("action_id", action_id), ("person_id", person_id)):
        if wanted is not None:
            found = found.where(_audit.c[column] == wanted)
    if before is not None:
        found = found.where(_audit.c.id < before)
    return [Entry(**row) for row in session.connection().execute(found).mappings()]
