"""When somebody last looked at a view."""

from datetime import UTC, datetime, timedelta

from storage import providers, summaries
from storage.database import Database

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_each_view_of_each_person_is_remembered_by_itself(database: Database) -> None:
    def looks(workspace: str, user: str, view: str, about: str, at: datetime) -> datetime | None:
        with database.writing() as session:
            providers.ensure_provider(session, workspace, "Test College")
            person = providers.ensure_person(session, workspace, user, user)
            return summaries.seen_before(session, person, view, about, at)

    later = NOON + timedelta(hours=1)
    assert looks("T1", "U1", "theme", "7", NOON) is None
    for other in (("T2", "U1", "theme", "7"), ("T1", "U2", "theme", "7")):
        assert looks(*other, NOON) is None
    assert looks("T1", "U1", "theme", "", NOON) is None
    assert looks("T1", "U1", "plan", "7", NOON) is None
    assert looks("T1", "U1", "theme", "7", later) == NOON
    assert looks("T1", "U1", "theme", "7", NOON) == later, "a look never moves back"
    assert looks("T1", "U1", "theme", "7", later) == later
