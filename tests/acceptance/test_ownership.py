"""An owner whom somebody else has named accepts by themselves, or says whose it is."""

import json
from typing import Any

import pytest
from sqlmodel import select

from storage import actions, providers
from storage.models import Action, Audit
from storage.vocabulary import Status
from tests.support.bots import InProcess
from tests.support.college import LEAD, NAMES, OTHER, OWNER, SPONSOR, College
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens
from tests.support.slack_payloads import TEAM, USER, dm_channel
from tests.support.talk import Talk, buttons, over_http

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def stored(bot: InProcess, action_id: int) -> actions.StoredAction:
    with bot.database.reading() as session:
        found = actions.one(session, TEAM, action_id)
    assert found is not None
    return found


def owner_of(bot: InProcess, action_id: int) -> tuple[str | None, str | None]:
    """Whose an action is, and who proposed them while they have not accepted."""
    found = stored(bot, action_id)
    return (
        found.owner.slack_user_id if found.owner else None,
        found.proposer.slack_user_id if found.proposer else None,
    )


@pytest.fixture
def proposed(fake: FakeSlack, bot: InProcess, college: College) -> int:
    """An agreed action of Priya Shah's that a lead has just handed to Tom Baker."""
    action = college.actions[Status.AGREED]
    lead = Screens(fake, bot.http, LEAD)
    lead.sends("do:edit:1", json.dumps({"action": action}))
    lead.saves(owner=OTHER)
    fake.wait_for_messages(dm_channel(OTHER), 1)
    return action


def told(fake: FakeSlack, user: str) -> dict[str, Any]:
    message: dict[str, Any] = fake.messages(dm_channel(user))[-1]
    return message


def labels(message: dict[str, Any]) -> list[str]:
    return [button["text"]["text"] for button in buttons(message)]


def test_an_owner_accepts_from_the_message(fake: FakeSlack, bot: InProcess, proposed: int) -> None:
    assert owner_of(bot, proposed) == (OTHER, LEAD)
    assert "Lena Marsh has named you as the owner of A-2. Is it yours?" in told(fake, OTHER)["text"]
    assert labels(told(fake, OTHER)) == ["Accept", "Not mine", "Open"]
    other, lead = Screens(fake, bot.http, OTHER), Screens(fake, bot.http, LEAD)
    lead.sends("do:open:1", json.dumps({"action": proposed}))
    assert "Tom Baker has yet to accept it" in lead.text

    shown = other.presses("Accept", screen=told(fake, OTHER))

    assert "It is yours: you are its owner." in shown and "yet to accept" not in shown
    assert owner_of(bot, proposed) == (OTHER, None)
    # Pressed again, it is no error and nothing new.
    assert "A-2 is yours already." in other.presses("Accept", screen=told(fake, OTHER))
    with bot.database.reading() as session:
        audit = session.exec(select(Audit).where(Audit.action_id == proposed)).all()
    assert [(a.field, a.new is None) for a in audit if a.field == "proposed_by_id"] == [
        ("proposed_by_id", False),
        ("proposed_by_id", True),
    ]


@on_sqlite
def test_home_asks_the_proposed_owner_first(fake: FakeSlack, bot: InProcess, proposed: int) -> None:
    other = Screens(fake, bot.http, OTHER)

    other.opens_home()

    assert "Lena Marsh has named you as its owner: is it yours?" in other.home_text
    assert "yet to accept" not in other.home_text
    other.presses("Not mine", "A-2")
    other.saves(owner=OTHER)
    assert "Not mine" in other.text


@on_sqlite
def test_not_mine_asks_whom_and_the_next_is_asked_in_turn(
    fake: FakeSlack, bot: InProcess, proposed: int
) -> None:
    other = Screens(fake, bot.http, OTHER)
    assert "Whose is it, do you think?" in other.presses("Not mine", screen=told(fake, OTHER))
    assert "That is you." in other.saves(owner=OTHER)

    other.saves(owner=SPONSOR)

    assert owner_of(bot, proposed) == (SPONSOR, OTHER)
    fake.wait_for_messages(dm_channel(SPONSOR), 1)
    fake.wait_for_messages(dm_channel(LEAD), 1)
    assert "Tom Baker has named you as the owner of A-2" in told(fake, SPONSOR)["text"]
    says = "Tom Baker says that A-2 is not theirs, and names Sol Greaves."
    assert says in told(fake, LEAD)["text"]
    # It is no longer his to accept or to pass on.
    assert "Only Sol Greaves can accept A-2." in other.presses("Accept", screen=told(fake, OTHER))
    assert "Only Sol Greaves can" in other.presses("Not mine", screen=told(fake, OTHER))


@on_sqlite
def test_who_cannot_say_whose_it_is_leaves_it_to_the_proposer(
    fake: FakeSlack, bot: InProcess, proposed: int
) -> None:
    other, lead = Screens(fake, bot.http, OTHER), Screens(fake, bot.http, LEAD)
    other.presses("Not mine", screen=told(fake, OTHER))

    other.saves()

    assert owner_of(bot, proposed) == (None, None)
    fake.wait_for_messages(dm_channel(LEAD), 1)
    assert "is not theirs, and cannot say whose it is." in told(fake, LEAD)["text"]
    lead.presses("Choose an owner", screen=told(fake, LEAD))
    lead.saves(owner=OWNER)
    assert owner_of(bot, proposed) == (OWNER, LEAD)


@on_sqlite
def test_handed_back_to_the_proposer_it_asks_them_once(
    fake: FakeSlack, bot: InProcess, proposed: int
) -> None:
    other = Screens(fake, bot.http, OTHER)
    other.presses("Not mine", screen=told(fake, OTHER))

    other.saves(owner=LEAD)

    fake.wait_for_messages(dm_channel(LEAD), 1)
    assert owner_of(bot, proposed) == (LEAD, OTHER)
    assert labels(told(fake, LEAD)) == ["Accept", "Not mine", "Open"]
    bot.service.stop()
    assert len(fake.messages(dm_channel(LEAD))) == 1


@on_sqlite
@pytest.mark.parametrize("how", ["update", "agree"])
def test_who_does_something_with_it_has_accepted_it(
    fake: FakeSlack, bot: InProcess, college: College, how: str
) -> None:
    action = college.actions[Status.DRAFT if how == "agree" else Status.AGREED]
    lead, other = Screens(fake, bot.http, LEAD), Screens(fake, bot.http, OTHER)
    lead.sends("do:edit:1", json.dumps({"action": action}))
    lead.saves(owner=OTHER)
    other.sends(f"do:{how}:1", json.dumps({"action": action}))
    if how == "update":
        other.saves(rag="green", note="Under way")

    assert owner_of(bot, action) == (OTHER, None)


@on_sqlite
def test_a_lead_who_takes_it_over_need_not_accept(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    action = college.actions[Status.AGREED]
    lead = Screens(fake, bot.http, LEAD)
    lead.sends("do:edit:1", json.dumps({"action": action}))

    lead.saves(owner=LEAD)

    assert owner_of(bot, action) == (LEAD, None)


@on_sqlite
def test_an_owner_named_in_an_interview_is_asked(fake: FakeSlack, bot: InProcess) -> None:
    fake.add_user(OTHER, NAMES[OTHER])
    with bot.database.writing() as session:
        providers.ensure_provider(session, TEAM, "Test College")
        providers.ensure_person(session, TEAM, USER, "Priya Shah")
        providers.ensure_person(session, TEAM, OTHER, "Tom Baker")
    talk = Talk(fake, over_http(bot.http))
    talk.says("Review the apprenticeship resources")
    talk.says(
        "Achievement to rise from 54% to 65% by July 2027 because learners said so, read in the "
        f"QAR dashboard, the owner is <@{OTHER}>"
    )
    talk.says("60% on track at the February review")
    assert talk.presses("Agree").startswith("Agreed")

    with bot.database.reading() as session:
        action = session.exec(select(Action)).one()
    assert action.id is not None
    assert owner_of(bot, action.id) == (OTHER, USER)
    fake.wait_for_messages(dm_channel(OTHER), 1)
    assert labels(told(fake, OTHER)) == ["Accept", "Not mine", "Open"]
