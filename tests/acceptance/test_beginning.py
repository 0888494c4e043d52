"""Interviews that begin elsewhere than in a message to the bot: command, Home tab, shortcuts."""

import json
import time
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from bot.coaching.dates import academic_year
from storage import conversations
from storage.database import Database
from storage.migrate import migrate
from storage.models import Action, InterviewRecord, OutgoingMessage
from storage.vocabulary import Delivery, Status
from tests.support import slack_payloads as payloads
from tests.support.block_kit import assert_valid_view, render_text
from tests.support.bots import InProcess, Program, load_sar
from tests.support.fake_slack import FakeSlack, accepted_then_dropped
from tests.support.screens import Screens
from tests.support.slack_payloads import BOT_USER, TEAM, USER, dm_channel
from tests.support.talk import Talk, over_http

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RISK = "One of my learners told me he wants to kill himself"
CHANNEL = dm_channel(USER)
ACTION = "Review the apprenticeship resources"
WHOLE = (
    "Achievement to rise from 54% to 65% by July 2027 because learners said so, owner is me, read "
    "in the QAR dashboard"
)
MILESTONE = "60% on track at the February review"


@pytest.fixture
def bot(bot: InProcess) -> InProcess:
    load_sar(bot.database)
    return bot


def opening(fake: FakeSlack, bot: InProcess) -> Talk:
    """The thread under the message that the bot has just written."""
    talk = Talk(fake, over_http(bot.http))
    fake.wait_for_messages(CHANNEL, 1)
    talk.root = fake.messages(CHANNEL)[-1]["ts"]
    return talk


def only_action(bot: InProcess) -> Action:
    with bot.database.reading() as session:
        return session.exec(select(Action).where(Action.workspace == TEAM)).one()


def begin(how: str, fake: FakeSlack, bot: InProcess) -> str:
    """What the person is told at once."""
    screens = Screens(fake, bot.http, USER)
    if how == "command":
        return str(screens.types("new")["text"])
    if how == "home":
        screens.opens_home()
        return screens.presses("Write an action")
    bot.http.interaction(payloads.global_shortcut("new_action"))
    screens.modals = [fake.wait_for(lambda: fake.views_opened)[-1]]
    return screens.saves()


@pytest.mark.parametrize("how", ["command", "home", "shortcut"])
def test_an_interview_begins_wherever_it_is_asked_for(
    fake: FakeSlack, bot: InProcess, how: str
) -> None:
    assert "I have written to you in a direct message" in begin(how, fake, bot)

    talk = opening(fake, bot)
    talk.presses("Choose", fake.messages(CHANNEL)[-1])
    talk.says(ACTION)
    talk.says(WHOLE)
    talk.says(MILESTONE)
    assert talk.presses("Agree").startswith("Agreed")
    assert (only_action(bot).action, only_action(bot).source_link) == (ACTION, None)
    assert len(fake.messages(CHANNEL)) == 6


def test_a_message_becomes_an_action_and_keeps_its_link(fake: FakeSlack, bot: InProcess) -> None:
    picked = {"ts": "1732520000.000100", "text": f"I think we should {ACTION.lower()} &amp; soon"}
    bot.http.interaction(payloads.message_shortcut("turn_into_action", picked))

    talk = opening(fake, bot)
    assert talk.messages[0]["text"].startswith(f"From “I think we should {ACTION.lower()}")
    talk.says("AFI 1")
    talk.says(WHOLE)
    talk.says(MILESTONE)
    assert talk.presses("Agree").startswith("Agreed")

    action = only_action(bot)
    assert action.source_link == "https://college.slack.com/archives/C0QUALITY/p1732520000000100"
    screens = Screens(fake, bot.http, USER)
    card = screens.sends("do:open:1", json.dumps({"action": action.id}))
    assert "The message it came from (https://college.slack.com/archives/" in card


@pytest.mark.parametrize("action", [ACTION, None])
@pytest.mark.parametrize("item", ["AFI 2", None])
def test_a_new_action_begins_with_what_was_said_in_its_form(
    fake: FakeSlack, bot: InProcess, action: str | None, item: str | None
) -> None:
    screens = Screens(fake, bot.http, USER)
    bot.http.interaction(payloads.global_shortcut("new_action"))
    screens.modals = [fake.wait_for(lambda: fake.views_opened)[-1]]
    form = screens.modals[0]
    assert_valid_view(form)
    typed = {"action": action, "item": item}

    assert "I have written to you" in screens.saves(**{k: v for k, v in typed.items() if v})
    screens.modals = [form]
    # Sent twice, it is one interview.
    screens.submits(**{k: v for k, v in typed.items() if v})

    (first,) = fake.wait_for_messages(CHANNEL, 1)
    said = render_text(first)
    assert "From “" not in said
    talk = opening(fake, bot)
    if item is None:
        assert "AFI 1" in said
        talk.says("AFI 2")
    if action is None:
        talk.says(ACTION)
    talk.says(WHOLE)
    talk.says(MILESTONE)
    assert talk.presses("Agree").startswith("Agreed")
    assert only_action(bot).action == ACTION


@on_sqlite
@pytest.mark.parametrize("text", ["", "<!channel>", "w" * 9000, "agree", RISK])
def test_any_message_can_be_picked(fake: FakeSlack, bot: InProcess, text: str) -> None:
    message = {"ts": "1732520000.000100", "text": text}
    bot.http.interaction(payloads.message_shortcut("turn_into_action", message))

    talk = opening(fake, bot)

    assert "<!channel>" not in str(talk.messages[0])
    assert "kill himself" not in str(talk.messages[0])
    with bot.database.reading() as session:
        assert session.exec(select(Action).where(Action.workspace == TEAM)).all() == []


@on_sqlite
def test_an_answer_outside_the_thread_is_taken_for_one_in_it(
    fake: FakeSlack, bot: InProcess
) -> None:
    begin("command", fake, bot)
    opening(fake, bot)
    elsewhere = Talk(fake, over_http(bot.http))

    elsewhere.says("AFI 1")
    assert elsewhere.says(ACTION)
    elsewhere.says(WHOLE)
    elsewhere.says(MILESTONE)
    elsewhere.presses("Agree")

    assert only_action(bot).action == ACTION
    with bot.database.reading() as session:
        assert len(session.exec(select(InterviewRecord)).all()) == 1


@on_sqlite
def test_an_opening_that_got_through_unheard_is_found(fake: FakeSlack, bot: InProcess) -> None:
    fake.fail_next("chat.postMessage", accepted_then_dropped())
    begin("command", fake, bot)
    fake.wait_for_calls("conversations.history", 1)

    talk = opening(fake, bot)

    assert talk.presses("Choose", talk.messages[0])
    assert len(fake.messages(CHANNEL)) == 2


@on_sqlite
@pytest.mark.parametrize("accepted", [False, True], ids=["before Slack took it", "after"])
def test_killed_while_it_writes_one_opening_and_one_interview_follow(
    fake: FakeSlack, database_url: str, accepted: bool
) -> None:
    database = Database(database_url)
    migrate(database)
    load_sar(database, academic_year(datetime.now(UTC).date()))
    held = fake.hold("chat.postMessage", accepted=accepted)
    with Program(fake, database_url) as first:
        Screens(fake, first.http, USER).types("new")
        held.wait_until_reached(30)
        first.kill()
    held.abandon()

    with Program(fake, database_url) as second:
        fake.wait_for_messages(CHANNEL, 1, timeout=30)
        talk = Talk(fake, over_http(second.http))
        talk.root = fake.messages(CHANNEL)[0]["ts"]
        talk.presses("Choose", fake.messages(CHANNEL)[0])
        assert talk.says(ACTION)
        code, output = second.stop()

    assert len(fake.messages(CHANNEL)) == 3
    with database.reading() as session:
        sent = session.exec(select(OutgoingMessage)).all()
        assert len(session.exec(select(InterviewRecord)).all()) == 1
    database.close()
    assert {m.delivery for m in sent} == {Delivery.SENT}
    assert (code, "Traceback" in output) == (0, False)


# --- an action that is changed elsewhere meanwhile ----------------------------------------------


def left_as_a_draft(fake: FakeSlack, bot: InProcess) -> tuple[Talk, Action]:
    talk = Talk(fake, over_http(bot.http))
    talk.says("hello")
    talk.says("AFI 1")
    talk.says(ACTION)
    talk.says("stop")
    return talk, only_action(bot)


@on_sqlite
def test_what_was_edited_on_its_form_stands_when_the_interview_goes_on(
    fake: FakeSlack, bot: InProcess
) -> None:
    talk, action = left_as_a_draft(fake, bot)
    screens = Screens(fake, bot.http, USER)
    screens.sends("do:edit:1", json.dumps({"action": action.id}))
    screens.saves(action="Text parents on the day of each absence", due="2027-05-31")

    talk.says("carry on")
    talk.says("Attendance of apprentices up from 79% to 88%, read in the registers")
    talk.says("agree")
    talk.presses("Agree")

    held = only_action(bot)
    assert (held.action, str(held.due), held.target) == (
        "Text parents on the day of each absence",
        "2027-05-31",
        "88%",
    )


@on_sqlite
@pytest.mark.parametrize("verb", ["agree", "withdraw"])
def test_an_interview_takes_back_nothing_that_was_settled_elsewhere(
    fake: FakeSlack, bot: InProcess, verb: str
) -> None:
    talk, action = left_as_a_draft(fake, bot)
    screens = Screens(fake, bot.http, USER)
    screens.sends("do:open:1", json.dumps({"action": action.id}))
    if verb == "agree":
        screens.presses("Agree")
    else:
        screens.presses("Withdraw")
        screens.saves(note="It is not needed.")

    heard = talk.says("carry on")
    talk.says("stop")

    status = only_action(bot).status
    if verb == "agree":
        assert status is Status.AGREED
    else:
        assert heard.startswith("A-1 is withdrawn: there is nothing to change.")
        assert status is Status.WITHDRAWN


# --- mentions -------------------------------------------------------------------------------------


def test_a_mention_is_answered_in_its_thread_and_talked_over_in_private(
    fake: FakeSlack, bot: InProcess
) -> None:
    event = payloads.app_mention(f"<@{BOT_USER}> we should {ACTION.lower()}")
    for _ in range(3):
        assert bot.http.event(event).status == 200

    talk = opening(fake, bot)

    (public,) = fake.wait_for_messages("C0QUALITY", 1)
    assert public["thread_ts"] == event["event"]["ts"]
    assert public["text"].startswith("I have written to you in a direct message")
    assert talk.messages[0]["text"].startswith(f"From “we should {ACTION.lower()}”")
    talk.says("AFI 1")
    talk.says(WHOLE)
    talk.says(MILESTONE)
    assert talk.presses("Agree").startswith("Agreed")
    assert len(fake.messages("C0QUALITY")) == 1


@on_sqlite
def test_a_bare_mention_begins_with_the_first_question(fake: FakeSlack, bot: InProcess) -> None:
    bot.http.event(payloads.app_mention(f"<@{BOT_USER}>"))

    assert opening(fake, bot).messages[0]["text"].startswith("Let us write one action together.")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_press_is_not_lost_while_the_interview_is_being_opened(
    fake: FakeSlack, bot: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = fake.hold("chat.postMessage", accepted=True)
    begin("command", fake, bot)
    talk = opening(fake, bot)
    look = conversations.waits_to_open

    def opened_meanwhile(session: Session, workspace: str, user: str) -> bool:
        held.release()
        until = time.monotonic() + 10
        while look(session, workspace, user) and time.monotonic() < until:
            # Nothing tells of it but the row itself.
            time.sleep(0.01)
        return look(session, workspace, user)

    monkeypatch.setattr(conversations, "waits_to_open", opened_meanwhile)

    assert talk.presses("Choose", talk.messages[0]).startswith("AFI 1:")
