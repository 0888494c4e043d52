"""Questions about the plan in people's own words: answered with references, to who may know."""

import pytest
from sqlmodel import select

from storage.models import InterviewRecord
from tests.support import slack_payloads as payloads
from tests.support.block_kit import render_text
from tests.support.bots import InProcess
from tests.support.college import LEAD, OTHER, OWNER, READER, College
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import CHANNEL, dm_channel
from tests.support.talk import Talk, over_http

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def asks(fake: FakeSlack, bot: InProcess, user: str, text: str) -> str:
    """Ask something in a new thread; the answer."""
    return Talk(fake, over_http(bot.http), user).says(text)


def interviews(bot: InProcess) -> int:
    with bot.database.reading() as session:
        return len(session.exec(select(InterviewRecord)).all())


def test_a_list_is_answered_with_references_and_begins_no_interview(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    says = asks(fake, bot, LEAD, "which actions are done?")

    assert "Actions that are complete: 1." in says
    assert "A-4" in says
    assert interviews(bot) == 0
    assert "Open an action" in render_text(fake.messages(dm_channel(LEAD))[-1])


@on_sqlite
def test_how_a_theme_is_doing_is_its_summary(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    says = asks(fake, bot, LEAD, "how is stay and achieve doing?")

    assert "Stay and achieve" in says
    assert "Show more" in render_text(fake.messages(dm_channel(LEAD))[-1])


@on_sqlite
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("what do I own?", "Your actions: 4."),
        ("is A-2 on track?", "A-2 is"),
        ("what about A-2?", "A-2 is"),
        ("Are we on track?", "4 actions"),
        ("which AFIs have no action?", "AFI 2"),
        ("what is overdue?", "Actions that are overdue: none."),
        ("how is hairdressing doing?", "no department, theme or person called hairdressing"),
        ("summary for governors", "Governors"),
    ],
)
def test_other_questions_are_answered(
    fake: FakeSlack, bot: InProcess, college: College, text: str, answer: str
) -> None:
    assert answer.lower() in asks(fake, bot, OWNER, text).lower()
    assert interviews(bot) == 0


@on_sqlite
@pytest.mark.parametrize(
    "text",
    ["Review the maths resources", "We will ring home on the first day", "what is a baseline?"],
)
def test_what_is_no_question_about_the_plan_begins_an_interview(
    fake: FakeSlack, bot: InProcess, college: College, text: str
) -> None:
    asks(fake, bot, OWNER, text)

    assert interviews(bot) == 1


@on_sqlite
def test_asked_amid_an_interview_the_interview_stays_where_it_was(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = Talk(fake, over_http(bot.http), OWNER)
    talk.says("Review the apprenticeship resources")
    question = talk.says("AFI 1")

    aside = talk.says("which actions are done?")
    after = talk.says("more apprentices achieve on time: 54% to 65% by July 2027")

    assert "Actions that are complete: 1." in aside
    assert aside != question and "Noted" in after
    assert interviews(bot) == 1


@on_sqlite
def test_who_is_behind_is_told_only_to_those_who_look_after_the_plan(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    to_lead = asks(fake, bot, LEAD, "who has not updated?")
    to_other = asks(fake, bot, OTHER, "who has not updated?")
    to_reader = asks(fake, bot, READER, "which actions are agreed and not started?")

    assert "Priya Shah" in to_lead or "none" in to_lead
    assert "Priya Shah" not in to_other
    assert "Priya Shah" not in to_reader


@on_sqlite
def test_a_mention_that_asks_is_answered_where_nobody_reads_along(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    mention = payloads.app_mention("which actions are done?", user=LEAD)

    assert bot.http.event(mention).status == 200

    here = fake.wait_for_messages(CHANNEL, 1)[0]["text"]
    assert here == "I have answered you in a direct message, where nobody else reads along."
    there = fake.wait_for_messages(dm_channel(LEAD), 1)[0]["text"]
    assert "A-4" in there
    assert interviews(bot) == 0


@on_sqlite
def test_a_message_that_comes_under_two_events_is_answered_once(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = Talk(fake, over_http(bot.http), LEAD)
    asked = talk.message("which actions are done?")
    talk.hears(asked)

    bot.http.event({**asked, "event_id": "EvAGAIN"})
    # What is written next in the thread is answered too: nothing before it is stuck.
    talk.says("which actions are overdue?")

    assert len(talk.messages) == 2
