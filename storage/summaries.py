"""When people last looked at a view of the plan. Every query names its workspace."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, select

from storage.models import Person, SummarySeen
from storage.rows import table_of


def seen_before(
    session: Session, person: Person, view: str, about: str, at: datetime
) -> datetime | None:
    """When someone looked at this view before, None for never; that they look now is noted."""
    assert person.id is not None
    key = {"workspace": person.workspace, "person_id": person.id, "view": view, "about": about}
    before = session.exec(
        select(SummarySeen.at).where(
            SummarySeen.workspace == person.workspace,
            SummarySeen.person_id == person.id,
            SummarySeen.view == view,
            SummarySeen.about == about,
        )
    ).one_or_none()
    table = table_of(SummarySeen)
    # One statement: whoever presses twice at once may find no row both times.
    noted = _insert(session).values(**key, at=at)
    session.connection().execute(
        noted.on_conflict_do_update(
            index_elements=list(key),
            set_={"at": noted.excluded.at},
            where=table.c.at < noted.excluded.at,
        )
    )
    return before


def _insert(session: Session) -> Any:
    is_postgres = session.get_bind().dialect.name == "postgresql"
    return (postgresql if is_postgres else sqlite).insert(SummarySeen)
