"""Who is looked at for how the plan goes: nobody who neither leads nor sponsors, until they do."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from bot import changes, overviews
from bot.slack.reminding import Reminding
from storage import plans, providers
from storage.database import Database
from storage.models import Person, Plan
from storage.vocabulary import Role
from tests.support.crowd import DUE, THEMES, YEAR, fill, table_of, workspace

OWNERS, WORKSPACES = 40, 2
# The day after the reminders, when overviews come.
TUESDAY = DUE + timedelta(days=1, hours=1)
LATER = TUESDAY + timedelta(minutes=5)
HERE = workspace(0)


@pytest.fixture
def told(database: Database) -> Database:
    """A college in which everybody has been looked at once."""
    fill(database, OWNERS, 2, WORKSPACES)
    with database.writing() as session:
        session.connection().execute(sa.update(table_of(Person)).values(overview_at=DUE))
    look(database)
    return database


def look(database: Database, now: Any = TUESDAY) -> list[str]:
    """Whom the sweep tells how the plan goes."""

    def nobody(_workspace: str) -> Any:
        raise NotImplementedError("nobody asks Slack about those who answer for the plan")

    queued = [key for keys in Reminding(database, nobody).tell(now) for key in keys]
    return [conversation.partition(":")[0] for _, conversation, _ in queued]


def people(session: Session, place: str = HERE) -> list[Person]:
    found = select(Person).where(Person.workspace == place).order_by(Person.id)  # type: ignore[arg-type]
    return list(session.exec(found))


def waits(database: Database) -> set[str]:
    """Who is looked at again some time."""
    with database.reading() as session:
        return {p.slack_user_id for p in people(session) if p.overview_at is not None}


def plan(session: Session) -> int:
    found = plans.plan_of(session, HERE, YEAR)
    assert isinstance(found, Plan) and found.id is not None
    return found.id


def test_only_leads_and_sponsors_are_looked_at_again(told: Database) -> None:
    with told.reading() as session:
        first = [person.slack_user_id for person in people(session)][: 1 + THEMES]

    assert waits(told) == set(first)
    assert look(told) == []


def test_nobody_elses_plan_is_read(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database, OWNERS, 2, WORKSPACES)
    with database.reading() as session:
        others = people(session)[1 + THEMES :]

        def read(*_: object) -> None:
            raise AssertionError("a plan was read")

        monkeypatch.setattr(overviews, "plan_view", read)
        found = overviews.decide(session, others, TUESDAY)

    assert len(found) == len(others)
    assert {(each.next_at, each.says, each.settles) for each in found} == {(None, None, None)}


def test_whoever_comes_to_lead_is_told(told: Database) -> None:
    with told.writing() as session:
        lead, *_, other = people(session)
        changes.give_role(session, lead, other, Role.LEAD, LATER)

    assert other.slack_user_id in waits(told)
    assert look(told, LATER) == [other.slack_user_id]
    assert other.slack_user_id in waits(told)


def test_whoever_comes_to_sponsor_is_told(told: Database) -> None:
    with told.writing() as session:
        lead, *_, other = people(session)
        (theme, sponsor), *_ = plans.themes(session, HERE, plan(session))
        assert sponsor is not None
        plans.save_theme(
            session,
            HERE,
            plan(session),
            name=theme.name,
            rank=1,
            sponsor_id=other.id,
            by=lead,
            at=LATER,
            theme_id=theme.id,
        )

    assert look(told, LATER) == [other.slack_user_id]
    assert other.slack_user_id in waits(told)
    # And whoever sponsors nothing any more is left out when it is their time again.
    assert look(told, LATER + timedelta(days=14)).count(sponsor.slack_user_id) == 0
    assert sponsor.slack_user_id not in waits(told)


def test_whoever_leads_no_more_is_left_out(told: Database) -> None:
    with told.writing() as session:
        lead, *_, other = people(session)
        changes.give_role(session, lead, other, Role.LEAD, LATER)
        changes.give_role(session, other, lead, Role.OWNER, LATER)

    look(told, LATER)

    assert lead.slack_user_id not in waits(told)


def test_settings_have_everybody_looked_at_once_more(told: Database) -> None:
    before = waits(told)
    with told.writing() as session:
        providers.look_again(session, HERE, LATER)

    assert len(waits(told)) == OWNERS // WORKSPACES
    look(told, LATER)
    assert waits(told) == before
