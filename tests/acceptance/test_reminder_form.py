"""Somebody chooses when they are reminded, and of what; and what else has them looked at anew."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from storage import providers
from storage.models import Person, ProviderSettings
from tests.support import slack_payloads as payloads
from tests.support.block_kit import assert_valid_view
from tests.support.bots import NOW, InProcess
from tests.support.college import OTHER, OWNER, READER, College
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens
from tests.support.slack_payloads import TEAM

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LONG_AGO = datetime(2026, 9, 1, tzinfo=UTC)
NOT_YET = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def owner(fake: FakeSlack, bot: InProcess, college: College) -> Screens:
    for user in (OWNER, OTHER):
        put(bot, user, remind_at=NOT_YET, overview_at=NOT_YET)
    screens = Screens(fake, bot.http, OWNER)
    screens.opens_home()
    return screens


def put(bot: InProcess, user: str, **fields: Any) -> None:
    """Set fields of a person, as others have left them."""
    with bot.database.writing() as session:
        person = providers.person(session, TEAM, user)
        assert person is not None
        for name, value in fields.items():
            setattr(person, name, value)
        session.add(person)


def stored(bot: InProcess, user: str = OWNER) -> Person:
    with bot.database.reading() as session:
        person = providers.person(session, TEAM, user)
    assert person is not None
    return person


def chosen(bot: InProcess, user: str = OWNER) -> tuple[Any, ...]:
    person = stored(bot, user)
    return person.reminder_day, person.reminder_time, person.only_overdue


def looked_at(bot: InProcess, user: str = OWNER) -> tuple[Any, ...]:
    person = stored(bot, user)
    return person.remind_at, person.overview_at


# --- the form -----------------------------------------------------------------------------------


def test_what_is_chosen_is_shown_again(bot: InProcess, owner: Screens) -> None:
    first = owner.presses("Reminders")
    assert_valid_view(owner.modals[-1])
    assert "[As everybody (Monday)]" in first and "[As everybody (09:00)]" in first
    assert "[Everything that is due]" in first
    assert "Your provider's reminders come on Monday at 09:00." in first
    assert "Your time zone is Europe/London, as Slack has it." in first
    assert "paused" not in first
    assert owner.saves(reminder_day="2", reminder_time="16:30", about="overdue") == ""

    assert chosen(bot) == (2, time(16, 30), True)
    assert looked_at(bot) == (NOW, NOT_YET)
    assert chosen(bot, OTHER) == (None, None, False) and looked_at(bot, OTHER) == (NOT_YET, NOT_YET)
    text = owner.presses("Reminders")
    for shown in ("[Wednesday]", "[16:30]", "[Only what is overdue]"):
        assert shown in text
    owner.saves(reminder_day="usual", reminder_time="usual", about="due")
    assert chosen(bot) == (None, None, False)


@on_sqlite
def test_the_form_says_what_the_provider_has_set(bot: InProcess, owner: Screens) -> None:
    with bot.database.writing() as session:
        settings = ProviderSettings(
            workspace=TEAM, reminder_day=3, reminder_time=time(15), is_paused=True
        )
        session.add(settings)
    put(bot, OWNER, timezone="Asia/Kolkata", reminder_day=6, reminder_time=time(3))

    text = owner.presses("Reminders")

    assert_valid_view(owner.modals[-1])
    assert "A quality lead has paused all reminders." in text
    # What none of the choices is, is as everybody has it.
    assert "[As everybody (Thursday)]" in text and "[As everybody (15:00)]" in text
    assert "come on Thursday at 15:00. Your time zone is Asia/Kolkata" in text


@on_sqlite
def test_a_reader_has_nothing_to_be_reminded_of(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    reader = Screens(fake, bot.http, READER)

    assert "[Reminders]" not in reader.opens_home()
    assert "Readers see the plan" in reader.sends("do:reminders:", "{}")


@on_sqlite
@pytest.mark.parametrize(
    "forged", [{"reminder_day": "5"}, {"reminder_time": "03:00"}, {"about": "nothing"}]
)
def test_what_no_form_of_ours_offers_changes_nothing(
    bot: InProcess, owner: Screens, forged: dict[str, str]
) -> None:
    owner.presses("Reminders")
    payload = payloads.view_submission(owner.modals[-1], {}, OWNER, TEAM)
    for elements in payload["view"]["state"]["values"].values():
        for name in forged.keys() & elements.keys():
            elements[name]["selected_option"]["value"] = forged[name]

    assert bot.http.interaction(payload).status == 200

    assert chosen(bot) == (None, None, False) and looked_at(bot) == (NOT_YET, NOT_YET)


# --- what Slack says ----------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(
    ("zone", "left_at", "is_looked_at"),
    [
        ("Europe/London", None, False),
        ("Asia/Kolkata", None, True),
        ("Europe/London", LONG_AGO, True),
    ],
)
def test_whoever_moves_or_comes_back_is_looked_at_anew(
    fake: FakeSlack,
    bot: InProcess,
    owner: Screens,
    zone: str,
    left_at: datetime | None,
    is_looked_at: bool,
) -> None:
    fake.add_user(OWNER, "Priya Shah", tz=zone)
    put(bot, OWNER, left_at=left_at, profile_at=NOW - timedelta(days=2))

    owner.opens_home()

    assert stored(bot).left_at is None and stored(bot).timezone == zone
    assert looked_at(bot) == ((NOW, NOW) if is_looked_at else (NOT_YET, NOT_YET))
    assert looked_at(bot, OTHER) == (NOT_YET, NOT_YET)


@on_sqlite
@pytest.mark.parametrize("left_at", [None, LONG_AGO])
def test_whoever_leaves_or_stays_away_is_not(
    fake: FakeSlack, bot: InProcess, owner: Screens, left_at: datetime | None
) -> None:
    fake.add_user(OWNER, "Priya Shah", deleted=True)
    put(bot, OWNER, left_at=left_at, profile_at=NOW - timedelta(days=2))

    owner.opens_home()

    assert stored(bot).left_at == (left_at or NOW)
    assert looked_at(bot) == (NOT_YET, NOT_YET)
