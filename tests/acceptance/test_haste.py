"""One person who writes or presses without end slows nobody else and costs little."""

import json
from typing import Any

import pytest

from bot.slack.haste import MOST_ASKED, MOST_PRESSES, MOST_WAITING, MOST_WORDED, TOO_FAST, TOO_OFTEN
from bot.slack.incoming import incoming
from storage import conversations, providers
from storage.database import Database
from tests.acceptance.test_narrative import in_words, says
from tests.acceptance.test_openai_coach import calls, coached, good
from tests.support import slack_payloads as payloads
from tests.support.bots import NOW, InProcess, Program, in_process, load_sar
from tests.support.college import LEAD, OTHER, College, found
from tests.support.fake_model import FakeModel
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens, inputs
from tests.support.slack_payloads import TEAM, USER, dm_channel
from tests.support.talk import Talk, over_http

Json = dict[str, Any]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CHANNEL = dm_channel(USER)


def warnings(fake: FakeSlack, says: str = TOO_FAST) -> list[str]:
    return [m["text"] for m in fake.messages(CHANNEL) if m["text"] == says]


def wait(database: Database, payloads_: list[Json]) -> None:
    """Have these kept as if another process had, which is too busy to answer them yet."""
    with database.writing() as session:
        for payload in payloads_:
            found = incoming(payload)
            assert found is not None
            conversations.receive(
                session,
                workspace=found.workspace,
                event_id=found.event_id,
                conversation=found.conversation,
                payload=found.to_json(),
                at=NOW,
            )


def many(number: int = MOST_WAITING) -> list[Json]:
    return [payloads.direct_message(f"Text parents of group {each}") for each in range(number)]


def are_kept(database: Database, events: list[Json]) -> list[bool]:
    with database.reading() as session:
        found = [conversations.event(session, TEAM, event["event_id"]) for event in events]
    return [each is not None for each in found]


def take_up(bot: InProcess, events: list[Json]) -> None:
    """Have what waits be answered."""
    for event in events:
        found = incoming(event)
        assert found is not None
        work = f"late:{found.event_id}"
        bot.service.engine.start_once(work, "answer", found.workspace, found.conversation)


def test_who_has_much_waiting_is_told_once_and_nothing_that_was_kept_is_lost(
    fake: FakeSlack, bot: InProcess
) -> None:
    waiting, late = many(), [*many(3), payloads.app_mention("Text parents of yet another group")]
    wait(bot.database, waiting)

    for event in [*late, waiting[0]]:
        assert bot.http.event(event).status == 200
    fake.wait_for(lambda: bool(warnings(fake)))
    assert are_kept(bot.database, late) == [False] * 4
    # Slack has sent one again that was kept: its answer begins.
    fake.wait_for_messages(CHANNEL, 2)
    take_up(bot, waiting)
    fake.wait_for_messages(CHANNEL, MOST_WAITING + 1, timeout=60)

    assert bot.http.event(late[0]).status == 200
    fake.wait_for_messages(CHANNEL, MOST_WAITING + 2)
    assert warnings(fake) == [TOO_FAST]


def test_one_fewer_is_what_anybody_may_write(fake: FakeSlack, bot: InProcess) -> None:
    waiting, more = many(MOST_WAITING - 1), many(1)
    wait(bot.database, waiting)

    assert bot.http.event(more[0]).status == 200

    assert are_kept(bot.database, more) == [True]


def test_others_of_the_workspace_and_of_another_are_answered_meanwhile(
    fake: FakeSlack, bot: InProcess
) -> None:
    fake.add_user(OTHER, "Tom Baker")
    wait(bot.database, many())
    elsewhere = payloads.direct_message("hello", team="T0ELSEWHERE")

    heard = Talk(fake, over_http(bot.http), OTHER).says("hello")
    assert bot.http.event(elsewhere).status == 200

    assert heard and heard != TOO_FAST
    with bot.database.reading() as session:
        assert conversations.event(session, "T0ELSEWHERE", elsewhere["event_id"]) is not None


def test_a_press_on_an_answer_counts_too(fake: FakeSlack, bot: InProcess) -> None:
    wait(bot.database, many())
    value = json.dumps({"reply": "yes", "number": 1})
    press = payloads.block_action("answer:1", value, message={"ts": "1.1"})

    assert bot.http.interaction(press).status == 200

    fake.wait_for(lambda: warnings(fake) == [TOO_FAST])


def test_the_limit_is_one_for_all_processes(fake: FakeSlack, postgres_url: str) -> None:
    database = Database(postgres_url)
    late = many(4)
    with (
        Program(fake, postgres_url, EXECUTOR_ID="one") as one,
        Program(fake, postgres_url, EXECUTOR_ID="two") as two,
    ):
        # Kept once they are up, as they would take it up when they start.
        wait(database, many())
        for number, event in enumerate(late):
            assert (one, two)[number % 2].http.event(event).status == 200
        fake.wait_for(lambda: bool(warnings(fake)), timeout=30)
        assert are_kept(database, late) == [False] * 4
        one.stop()
        two.stop()
    database.close()

    # By the clock of the machine, so a minute may have passed between.
    assert len(warnings(fake)) <= 2


def test_a_person_has_the_model_asked_so_often_and_then_the_rules_answer(
    fake: FakeSlack, database_url: str
) -> None:
    with FakeModel(good) as model, in_process(fake, database_url, coach=coached(model)) as bot:
        load_sar(bot.database)
        talks = [Talk(fake, over_http(bot.http)) for _ in range(MOST_ASKED + 5)]
        heard = [talk.says(f"Ring parents of group {n}") for n, talk in enumerate(talks)]
        ledger = calls(bot.database)

    assert all(heard)
    assert len(ledger) == MOST_ASKED == len(model.requests)


def test_at_once_they_have_it_asked_no_more_often(fake: FakeSlack, database_url: str) -> None:
    with FakeModel(good) as model, in_process(fake, database_url, coach=coached(model)) as bot:
        load_sar(bot.database)
        events = many()
        wait(bot.database, events)
        take_up(bot, events)
        fake.wait_for_messages(CHANNEL, MOST_WAITING, timeout=60)
        more = [Talk(fake, over_http(bot.http)).says(f"Visit group {n}") for n in range(5)]

    assert len(more) == 5
    assert len(model.requests) <= MOST_ASKED


@on_sqlite
def test_buttons_pressed_faster_than_anybody_can_do_nothing_more(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    for _ in range(MOST_PRESSES + 20):
        press = payloads.block_action("do:help:1", "{}")
        assert bot.http.interaction(press).status == 200
    others = payloads.block_action("do:help:1", "{}", user=LEAD)
    assert bot.http.interaction(others).status == 200
    fake.wait_for(lambda: warnings(fake, TOO_OFTEN) == [TOO_OFTEN])
    bot.service.app.listener_runner.listener_executor.shutdown()

    assert len(fake.views_opened) == MOST_PRESSES + 1
    assert bot.http.command(payloads.slash_command("help")).body == TOO_OFTEN


@on_sqlite
def test_a_form_that_is_sent_is_taken_whatever_was_pressed_before(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    bot.http.interaction(payloads.block_action("do:reminders:1", "{}"))
    fake.wait_for(lambda: bool(fake.views_opened))
    form = fake.views_opened[-1]
    for _ in range(MOST_PRESSES):
        bot.http.interaction(payloads.block_action("do:help:1", "{}"))
    wanted = {block["block_id"]: "3" for block in inputs(form) if "day" in block["block_id"]}

    answer = bot.http.interaction(payloads.view_submission(form, wanted, USER))

    assert answer.status == 200
    with bot.database.reading() as session:
        person = providers.person(session, TEAM, USER)
    assert person is not None and person.reminder_day == 3


@on_sqlite
def test_a_summary_in_words_is_the_models_so_often_and_then_by_rule(
    fake: FakeSlack, database_url: str
) -> None:
    with (
        FakeModel(says("There are 5 actions.")) as model,
        in_process(fake, database_url, coach=coached(model)) as bot,
    ):
        found(fake, bot.database)
        for _ in range(MOST_WORDED):
            in_words(fake, bot)
        asked = len(model.requests)
        screens = Screens(fake, bot.http, LEAD)
        answer = screens.types("summary ")
        last = screens.presses("In words", screen={**answer, "ts": "1.1"})

    assert asked == MOST_WORDED == len(model.requests)
    assert "In words" in last and "One moment" not in last
