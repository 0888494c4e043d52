"""People of another workspace, met in a shared channel, have no part in the plan."""

from typing import Any

import pytest
from sqlmodel import select

from bot.slack.people import STRANGERS
from storage import conversations, providers
from storage.models import Person
from storage.vocabulary import Role
from tests.support import slack_payloads as payloads
from tests.support.bots import InProcess
from tests.support.college import LEAD, College, state
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import CHANNEL, TEAM, dm_channel
from tests.support.talk import Talk, over_http

Json = dict[str, Any]
STRANGER = "U0STRANGER"


@pytest.fixture(params=["said so", "of another", "of another organisation"])
def stranger(request: pytest.FixtureRequest, fake: FakeSlack) -> str:
    """Somebody of another workspace, in each way that Slack tells of one."""
    about: Json = {"team_id": "T0ABROAD", "is_stranger": True}
    if request.param != "said so":
        # The fake gives people of another workspace only where they are met; Slack may not say so.
        about = {"team_id": "T0ABROAD", "is_met": True}
    if request.param == "of another organisation":
        about["enterprise_user"] = {"teams": ["T0ABROAD", "T0FARTHER"]}
    fake.add_user(STRANGER, "Vera Strange", **about)
    return STRANGER


def people(bot: InProcess) -> list[str]:
    with bot.database.reading() as session:
        found = session.exec(select(Person).where(Person.workspace == TEAM))
        return [person.slack_user_id for person in found]


def test_the_first_who_mentions_it_is_no_lead_if_they_are_of_another_workspace(
    fake: FakeSlack, bot: InProcess, stranger: str
) -> None:
    mention = payloads.app_mention("hello", user=stranger)
    assert bot.http.event(mention).status == 200
    fake.wait_for_messages(CHANNEL, 1)

    assert people(bot) == []
    assert [m["text"] for m in fake.messages(CHANNEL)] == [STRANGERS]
    Talk(fake, over_http(bot.http)).says("hello")
    with bot.database.reading() as session:
        (first,) = providers.with_role(session, TEAM, Role.LEAD)
    assert first.slack_user_id != stranger


@pytest.mark.parametrize("words", ["how is the plan doing?", "Ring parents", "is A-1 on track?"])
def test_a_mention_of_theirs_tells_nothing_of_the_plan(
    fake: FakeSlack, bot: InProcess, college: College, stranger: str, words: str
) -> None:
    before = state(bot.database)

    mention = payloads.app_mention(words, user=stranger)
    assert bot.http.event(mention).status == 200
    fake.wait_for_messages(CHANNEL, 1)

    assert [m["text"] for m in fake.messages(CHANNEL)] == [STRANGERS]
    assert fake.messages(dm_channel(stranger)) == []
    assert state(bot.database) == before
    with bot.database.reading() as session:
        kept = conversations.event(session, TEAM, mention["event_id"])
    assert kept is not None and kept.payload == {}


def test_a_direct_message_a_command_a_button_and_a_form_of_theirs_are_turned_away(
    fake: FakeSlack, bot: InProcess, college: College, stranger: str
) -> None:
    before = state(bot.database)

    said = Talk(fake, over_http(bot.http), stranger).says("/qip summary")
    typed = bot.http.command(payloads.slash_command("summary", user=stranger))
    bot.http.interaction(payloads.block_action("do:theme:1", "{}", user=stranger))
    bot.http.interaction(payloads.global_shortcut("new_action", user=stranger))
    bot.http.event(payloads.app_home_opened(user=stranger))
    bot.http.interaction(payloads.block_action("do:theme:1", "{}", user=LEAD))
    fake.wait_for(lambda: len(fake.views_opened) >= 3)
    bot.service.app.listener_runner.listener_executor.shutdown()

    assert said == STRANGERS and STRANGERS in typed.body
    told = [view for view in fake.views_opened if STRANGERS in str(view)]
    assert len(told) == 2 and len(fake.views_opened) == 3
    assert fake.calls_to("views.publish") == []
    assert state(bot.database) == before


def test_who_is_in_several_workspaces_of_an_organisation_is_no_stranger(
    fake: FakeSlack, bot: InProcess
) -> None:
    both = {"teams": ["T0HOME", TEAM]}
    fake.add_user(STRANGER, "Olga Both", team_id="T0HOME", enterprise_user=both, is_met=True)

    said = Talk(fake, over_http(bot.http), STRANGER).says("hello")

    assert said != STRANGERS and people(bot) == [STRANGER]
