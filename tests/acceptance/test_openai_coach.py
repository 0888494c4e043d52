"""The OpenAI coach in Slack: whatever the model server does, the next question comes."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import col, select

import prompts
from bot.breaker import Breaker
from bot.coach import EMBEDDED, Coach
from bot.coaches import coach_of
from bot.coaching import wording
from bot.coaching.dates import academic_year
from bot.coaching.state import Interview
from bot.settings import Settings
from storage import providers
from storage.database import Database
from storage.migrate import migrate
from storage.models import InterviewRecord, ModelCall, OutgoingMessage, Turn
from storage.vocabulary import Delivery
from tests.acceptance.test_interview_over_slack import ACTION, RESTATED, WHOLE, expected, stored
from tests.support import slack_faults
from tests.support import slack_payloads as payloads
from tests.support.block_kit import render_text
from tests.support.bots import NOW, InProcess, Program, in_process, load_sar
from tests.support.fake_model import FakeModel, ModelRequest
from tests.support.fake_slack import FakeSlack, accepted_then_dropped, drop, error, rate_limited
from tests.support.screens import Screens
from tests.support.slack_payloads import TEAM, USER, dm_channel
from tests.support.talk import Talk, over_http

CHANNEL = dm_channel(USER)
# Seconds the bot gives a model: to its first words, and in all. Enough for any that answers, on
# however busy a machine; short where it is known that nothing will come.
PATIENT, IMPATIENT = (8.0, 10.0), (0.5, 1.0)
MILESTONE = "60% on track at the February review"
DUE = WHOLE.format("July 2027")

QUESTIONS = {
    "the impact": "A review is what staff do; so what will apprentices do because of it?",
    "the date": "A date keeps it alive: when should the difference show?",
    "the check on the way": "July is late to find out: what should you see on the way, and when?",
}


def asked_for(request: ModelRequest) -> str:
    """The gap that the request wants a question for."""
    return request.user.rpartition("ASK: ")[2]


def good(request: ModelRequest) -> dict[str, Any]:
    """What a careful model answers."""
    reply = request.user.rpartition("Their reply: ")[2]
    weak = RESTATED in reply
    return {
        "restates_action": weak,
        "learner_outcome": not weak,
        "measurable": not weak,
        **dict.fromkeys(("action", "impact", "measure", "baseline", "target", "due"), None),
        **dict.fromkeys(("evidence", "owner"), None),
        "question": QUESTIONS.get(asked_for(request), ""),
    }


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel(good) as server:
        server.drip_seconds = 0.2
        yield server


def coached(
    model: FakeModel, seconds: tuple[float, float] = PATIENT, **more: Any
) -> Callable[[Database], Coach]:
    """A coach with this model server, as the settings make it."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        openai_base_url=model.base_url,
        openai_model="fake-model",
        openai_first_words_seconds=seconds[0],
        openai_total_seconds=seconds[1],
        **more,
    )
    return lambda database: coach_of(settings, database, lambda: NOW)


@contextmanager
def talking(
    fake: FakeSlack, url: str, coach: Callable[[Database], Coach]
) -> Iterator[tuple[Talk, InProcess]]:
    """A person in a thread with the bot, at the question what will be done about AFI 1."""
    with in_process(fake, url, coach=coach) as bot:
        load_sar(bot.database)
        talk = Talk(fake, over_http(bot.http))
        talk.says("hello")
        talk.presses("Choose")
        yield talk, bot


def calls(database: Database) -> list[ModelCall]:
    """The ledger of the workspace, in order."""
    with database.reading() as session:
        return list(session.exec(select(ModelCall).order_by(col(ModelCall.id))))


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_good_model_words_the_questions_and_the_same_action_is_stored(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    with talking(fake, database_url, coached(model)) as (talk, bot):
        heard = [talk.says(text) for text in (ACTION, RESTATED, DUE, MILESTONE)]
        end = talk.presses("Agree")
        kept, ledger = stored(bot.database, "2026/27"), calls(bot.database)

    assert heard[0].endswith(QUESTIONS["the impact"])
    # The same words a second time are the rules' own instead.
    assert "not what learners gain" in heard[1]
    assert heard[2].endswith(QUESTIONS["the check on the way"])
    assert end.startswith("Agreed")
    assert kept == {
        **expected(date(2027, 7, 31), "July 2027", [(date(2027, 2, 28), MILESTONE)]),
        "created_at": NOW,
        "agreed_at": NOW,
        "audit": [(USER, NOW, "status", None, "agreed")],
    }
    assert [(row.outcome, row.form, row.prompt, row.purpose) for row in ledger] == [
        ("ok", "json_schema", "turn@1", "turn")
    ] * 4
    assert sum(row.tokens_in for row in ledger) == model.tokens_in
    assert {request.system for request in model.requests} == {prompts.load("turn").system}


@on_sqlite
def test_nothing_is_sent_to_a_model_that_the_leads_have_switched_off(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    with talking(fake, database_url, coached(model)) as (talk, bot):
        with bot.database.writing() as session:
            settings = providers.settings_of(session, TEAM, to_change=True)
            settings.asks_model = False
            session.add(settings)

        heard = [talk.says(text) for text in (ACTION, RESTATED, DUE, MILESTONE)]
        asked = render_text({"type": "modal", "blocks": talk.messages[-1]["blocks"]})
        told = Screens(fake, bot.http, USER).types("data")

    assert model.requests == [] and "not what learners gain" in heard[1]
    # Nor is it told to them as something that went wrong.
    assert "model" not in "\n".join([*heard, asked]).lower()
    assert "No language model reads what you write." in str(told)


# Every mode of the server in which nothing usable comes, and how the ledger calls it.
BAD = {
    "prose": "unreadable", "cut_json": "unreadable", "wrong_types": "unreadable",
    "empty": "empty", "null": "empty", "refusal": "refused", "no_choices": "empty",
    "choices_null": "empty", "error_200": "unreadable", "html": "empty",
    "json_list": "unreadable", "length": "cut_short", "content_filter": "filtered",
    "400": "rejected", "401": "denied", "403": "denied", "404": "not_found", "422": "rejected",
    "429": "rate_limited", "429_soon": "rate_limited", "429_late": "rate_limited",
    "quota": "quota", "500": "server_error", "503": "server_error", "reset": "unreachable",
    "hang": "timeout", "hang_headers": "timeout", "hang_midstream": "timeout",
    "slow_drip": "timeout", "slow_headers": "timeout", "stream_cut": "unreachable",
    "stream_short": "unreadable", "stream_garbage": "unreadable", "stream_error": "server_error",
}  # fmt: skip


@on_sqlite
@pytest.mark.parametrize("mode", BAD)
def test_whatever_the_server_does_the_next_question_comes_and_nothing_is_lost(
    fake: FakeSlack,
    model: FakeModel,
    database_url: str,
    mode: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    model.behave(mode)
    seconds = IMPATIENT if BAD[mode] == "timeout" else PATIENT
    with talking(fake, database_url, coached(model, seconds)) as (talk, bot):
        first = talk.says(ACTION)
        later = [talk.says(text) for text in (RESTATED, DUE, MILESTONE)]
        talk.presses("Agree")
        kept, ledger = stored(bot.database, "2026/27"), calls(bot.database)

    # At most one quiet sentence, and then what the rules ask.
    assert first == f"{wording.SAY['model_away'][0]}\n{wording.QUESTIONS['impact'][0]}"
    assert not any(wording.SAY["model_away"][0] in text for text in later)
    assert "not what learners gain" in later[0]
    assert kept["status"] == "agreed"
    assert kept["target"] == "65%"
    assert {row.outcome for row in ledger} == {BAD[mode]}
    assert not [record for record in caplog.records if record.exc_info]
    assert not any(ACTION in record.getMessage() for record in caplog.records)


@on_sqlite
@pytest.mark.parametrize("mode", ["fenced", "ignores_stream", "odd_usage"])
def test_an_odd_server_that_answers_all_the_same_is_understood(
    fake: FakeSlack, model: FakeModel, database_url: str, mode: str
) -> None:
    model.behave(mode)
    with talking(fake, database_url, coached(model)) as (talk, bot):
        assert talk.says(ACTION).endswith(QUESTIONS["the impact"])
        (row,) = calls(bot.database)

    assert row.outcome == "ok"
    # Counted by the length of what was sent where the server does not say.
    assert row.tokens_in > 300 and row.tokens_out > 10


@on_sqlite
def test_a_model_that_finds_fault_with_everything_costs_one_question(
    fake: FakeSlack, database_url: str
) -> None:
    def answer(request: ModelRequest) -> dict[str, Any]:
        doubts = {"restates_action": True, "learner_outcome": False, "measurable": False}
        return good(request) | doubts

    with (
        FakeModel(answer) as server,
        talking(fake, database_url, coached(server)) as (talk, bot),
    ):
        talk.says(ACTION)
        sent_back = talk.says(DUE)
        taken = talk.says("Achievement to rise from 54% to 65% by July 2027, as I wrote")
        ledger = calls(bot.database)

    assert "54%" not in sent_back
    assert "54% to start from and 65% to reach" in taken
    assert ledger[1].disagreed == "restates_action,learner_outcome,measurable"


@on_sqlite
def test_a_model_that_fails_is_left_alone_for_a_while_and_then_asked_again(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    now = [0.0]

    def coach(database: Database) -> Coach:
        made = coached(model)(database)
        made._breaker = Breaker(lambda: now[0])  # type: ignore[attr-defined]
        return made

    with talking(fake, database_url, coach) as (talk, bot):
        model.behave("401", times=1)
        first = talk.says(ACTION)
        second = talk.says(RESTATED)
        assert len(model.requests) == 1
        now[0] += 60
        third = talk.says(DUE)

    assert first.startswith(wording.SAY["model_away"][0])
    assert wording.SAY["model_away"][0] not in second + third
    assert third.endswith(QUESTIONS["the check on the way"])


@on_sqlite
def test_after_the_months_budget_the_rules_go_on_and_say_so_once(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    prices = {"openai_price_in": 1.0, "openai_price_out": 1.0, "openai_monthly_budget": 0.0005}
    with talking(fake, database_url, coached(model, **prices)) as (talk, bot):
        heard = [talk.says(text) for text in (ACTION, RESTATED, DUE)]
        other = Talk(fake, talk.send)
        heard += [other.says("hello"), other.says(ACTION)]
        ledger = calls(bot.database)

    spent = [wording.SAY["over_budget"][0] in text for text in heard]
    assert spent == [False, True, False, False, False]
    assert [row.outcome for row in ledger] == ["ok", "over_budget"]


@on_sqlite
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Phone the mum of my student Kayleigh each time she is off", "names_learner"),
        ("Weekly calls, because one of my learners has epilepsy and is off a lot", "tells_health"),
    ],
)
def test_what_is_private_is_flagged_and_not_sent(
    fake: FakeSlack, model: FakeModel, database_url: str, text: str, said: str
) -> None:
    with talking(fake, database_url, coached(model)) as (talk, _):
        heard = talk.says(text)
        # Nor does it go out later, as what the action says.
        talk.says("Attendance will go up and learners will stay to the end of their course")

    assert heard.startswith(wording.SAY[said][0])
    sent = "".join(request.user for request in model.requests)
    assert len(model.requests) == 1
    assert "Kayleigh" not in sent
    assert "epilepsy" not in sent


@on_sqlite
def test_people_are_placeholders_on_the_way_out_and_themselves_on_the_way_back(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    def answer(request: ModelRequest) -> dict[str, Any]:
        question = "[PERSON_1] is one of two: who is the one person accountable?"
        return good(request) | {"question": question if asked_for(request) == "the owner" else ""}

    fake.add_user("U0OWEN123", "Owen Pryce")
    with FakeModel(answer) as server, talking(fake, database_url, coached(server)) as (talk, _):
        talk.says(f"{ACTION}. Priya Shah (priya@example.org, 07700 900123) will help <@U0OWEN123>")
        sent = server.requests[0].user

    for private in ("Priya", "Shah", "priya@example.org", "07700", "U0OWEN123"):
        assert private not in sent
    assert "[PERSON_1]" in sent
    assert "[EMAIL_1]" in sent


@on_sqlite
def test_stop_ends_the_wait_and_the_rules_ask_on(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    with talking(fake, database_url, coached(model)) as (talk, bot):
        held = model.hold()
        event = talk.message(ACTION)
        talk.send(event)
        held.wait_until_reached()
        fake.wait_for_calls("agents.sessions.setStatus", 1)
        before = len(talk.messages)
        talk.send(
            payloads.agent_session_stopped(
                channel=talk.channel, thread_ts=talk.root, user=talk.user, streaming_message_ts=[]
            )
        )
        fake.wait_for_messages(talk.channel, before + 1, talk.root)
        held.abandon()
        heard, ledger = talk.messages[-1]["text"], calls(bot.database)
        fake.wait_for(lambda: statuses(fake)[-1:] == ["active"])

    assert heard == wording.QUESTIONS["impact"][0]
    assert [row.outcome for row in ledger] == ["stopped"]
    assert statuses(fake) == ["processing", "active"]


@on_sqlite
def test_no_answer_waits_for_slacks_status_and_a_late_one_is_left_out(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    with talking(fake, database_url, coached(model)) as (talk, _):
        held = fake.hold("agents.sessions.setStatus")
        assert talk.says(ACTION) == QUESTIONS["the impact"]
        held.release()
        fake.wait_for(lambda: statuses(fake)[-1:] == ["active"])

    assert statuses(fake) == ["processing", "active"]


@on_sqlite
def test_without_sessions_there_is_a_status_alone(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    fake.always_fail("agents.sessions.setStatus", error("unknown_method"))
    with talking(fake, database_url, coached(model)) as (talk, _):
        talk.says(ACTION)
        fake.wait_for(lambda: fake.statuses)
        talk.says(RESTATED)
        fake.wait_for(lambda: len(fake.statuses) == 2)

    assert statuses(fake) == ["processing"]


def statuses(fake: FakeSlack) -> list[str]:
    """What the sessions were set to, in order."""
    return [call.args["status"] for call in fake._calls_to["agents.sessions.setStatus"]]


# --- streams ----------------------------------------------------------------------------------


@on_sqlite
def test_a_worded_question_is_streamed_and_its_buttons_follow(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    with talking(fake, database_url, coached(model)) as (talk, bot):
        talk.says(ACTION)
        fake.wait_for_calls("chat.stopStream", 1)
        message = talk.messages[-1]
        said = talk.presses("Skip")
        with bot.database.reading() as session:
            streamed = session.exec(
                select(OutgoingMessage).where(col(OutgoingMessage.markdown).is_not(None))
            ).one()

    assert message["streaming_state"] == "completed"
    assert message["text"] == QUESTIONS["the impact"]
    assert message["metadata"]["event_type"] == "so_what_message"
    assert wording.LEFT_OPEN["impact"][0] in said
    assert (streamed.delivery, streamed.ts) == (Delivery.SENT, message["ts"])


@on_sqlite
@pytest.mark.parametrize(
    "code", ["unknown_method", "missing_scope", "not_allowed_token_type", "ratelimited", "404"]
)
def test_without_streams_the_message_is_posted_whole(
    fake: FakeSlack, model: FakeModel, database_url: str, code: str
) -> None:
    fault = {"ratelimited": rate_limited(), "404": slack_faults.server_error(404)}.get(code)
    for method in ("chat.startStream", "assistant.threads.setStatus", "agents.sessions.setStatus"):
        fake.always_fail(method, fault or error(code))
    with talking(fake, database_url, coached(model)) as (talk, _):
        first = talk.says(ACTION)
        talk.says(RESTATED)
        third = talk.says(DUE)
        asked = len(fake.calls_to("chat.startStream"))

    assert first == QUESTIONS["the impact"]
    assert third.endswith(QUESTIONS["the check on the way"])
    # What a workspace does not have is asked for once; a busy Slack is asked again.
    assert asked == (2 if code == "ratelimited" else 1)


@on_sqlite
@pytest.mark.parametrize("method", ["chat.startStream", "chat.stopStream"])
@pytest.mark.parametrize("fault", ["accepted_then_dropped", "accepted_then_500", "drop", "busy"])
def test_a_stream_that_is_cut_short_ends_as_one_whole_message(
    fake: FakeSlack, model: FakeModel, database_url: str, method: str, fault: str
) -> None:
    faults = {"busy": rate_limited(1)} | {
        name: getattr(slack_faults, name)()
        for name in ("accepted_then_dropped", "accepted_then_500", "drop")
    }
    with talking(fake, database_url, coached(model)) as (talk, _):
        # A fact with characters that Slack gives back in another form.
        talk.says("Ring home & check on <2 day absences, we want attendance from 79% to *88%*")
        before = len(talk.messages)
        fake.fail_next(method, faults[fault])
        talk.send(talk.message("parents & tutors_all know by *then*"))
        fake.wait_for(lambda: len(talk.messages) > before and settled(talk))
        shown = talk.messages[before:]

    assert len(shown) == 1
    assert shown[0].get("streaming_state", "completed") == "completed"


@on_sqlite
@pytest.mark.parametrize("code", ["invalid_arguments", "channel_type_not_supported"])
def test_a_stream_that_is_refused_is_posted_instead(
    fake: FakeSlack, model: FakeModel, database_url: str, code: str
) -> None:
    fake.always_fail("chat.startStream", error(code))
    with talking(fake, database_url, coached(model)) as (talk, _):
        assert talk.says(ACTION) == QUESTIONS["the impact"]


@on_sqlite
@pytest.mark.parametrize("looking", ["busy", "missing_scope"])
def test_a_stream_that_got_through_unheard_is_found_or_said_again(
    fake: FakeSlack, model: FakeModel, database_url: str, looking: str
) -> None:
    fault = rate_limited(1) if looking == "busy" else error(looking)
    with talking(fake, database_url, coached(model)) as (talk, bot):
        before = len(talk.messages)
        fake.fail_next("chat.startStream", accepted_then_dropped())
        fake.fail_next("conversations.replies", fault)
        talk.send(talk.message(ACTION))
        fake.wait_for(lambda: len(talk.messages) > before and settled(talk))
        bot.service.stop()
        shown = [message["text"] for message in talk.messages[before:]]

    # Where Slack lets nobody look, an answer twice is better than none.
    assert shown == [QUESTIONS["the impact"]] * (1 if looking == "busy" else 2)


@on_sqlite
def test_what_is_left_of_one_stream_is_not_taken_for_another(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    with talking(fake, database_url, coached(model)) as (talk, bot):
        before = len(talk.messages)
        fake.fail_next("chat.stopStream", error("invalid_blocks"))
        talk.send(talk.message(ACTION))
        fake.wait_for(lambda: len(talk.messages) > before)
        fake.fail_next("chat.startStream", drop())
        talk.send(talk.message(DUE))
        fake.wait_for(lambda: len(talk.messages) > before + 1 and settled(talk))
        bot.service.stop()
        left, answer = talk.messages[before:]
        with bot.database.reading() as session:
            sent = session.exec(
                select(OutgoingMessage).where(col(OutgoingMessage.markdown).is_not(None))
            ).all()

    # What may not end as it should is closed all the same, and known.
    assert left["streaming_state"] == answer["streaming_state"] == "completed"
    assert left["text"] == QUESTIONS["the impact"]
    assert [(m.delivery, m.ts) for m in sent] == [
        (Delivery.FAILED, left["ts"]),
        (Delivery.SENT, answer["ts"]),
    ]


@on_sqlite
@pytest.mark.parametrize("cut", ["chat.stopStream", "chat.update"])
def test_a_begun_message_that_is_gone_is_posted_once_however_often_that_is_cut_short(
    fake: FakeSlack, model: FakeModel, database_url: str, cut: str
) -> None:
    with talking(fake, database_url, coached(model)) as (talk, bot):
        before = len(talk.messages)
        if cut == "chat.update":
            fake.always_fail("chat.stopStream", error("message_not_in_streaming_state"))
        fake.always_fail(cut, error("message_not_found"))
        fake.fail_next("chat.postMessage", accepted_then_dropped(), times=2)
        talk.send(talk.message(ACTION))
        fake.wait_for_calls("conversations.replies", 1)
        bot.service.stop()
        shown = talk.messages[before:]

    # The fake keeps the begun message, which is not what is tried here.
    assert len([message for message in shown if message.get("metadata")]) == 1
    assert len(shown) == 2


@on_sqlite
def test_a_begun_message_that_was_deleted_is_posted_anew(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    with talking(fake, database_url, coached(model)) as (talk, _):
        before = len(talk.messages)
        fake.fail_next("chat.stopStream", error("message_not_found"))
        talk.send(talk.message(ACTION))
        # The fake keeps what was deleted, which is not what is tried here.
        fake.wait_for(lambda: len(talk.messages) == before + 2)
        last = talk.messages[-1]

    assert last["text"] == QUESTIONS["the impact"]


@on_sqlite
def test_a_streamed_message_names_the_owner_as_slack_does(
    fake: FakeSlack, model: FakeModel, database_url: str
) -> None:
    fake.add_user("U0OWEN123", "Owen Pryce")
    with talking(fake, database_url, coached(model)) as (talk, _):
        heard = talk.says(f"{ACTION}. <@U0OWEN123> will lead it.")

    assert "<@U0OWEN123>" in heard
    assert "\\<" not in heard


@on_sqlite
@pytest.mark.parametrize("where", ["asking", "before start", "after start", "before stop"])
def test_killed_at_any_point_one_answer_and_one_whole_message_follow(
    fake: FakeSlack, model: FakeModel, database_url: str, where: str
) -> None:
    settings = {"OPENAI_BASE_URL": model.base_url, "OPENAI_MODEL": "fake-model"}
    opening = f"AFI 1: {ACTION}"
    load_into(database_url)
    event = payloads.direct_message(opening)
    hold = {
        "asking": model.hold,
        "before start": lambda: fake.hold("chat.startStream"),
        "after start": lambda: fake.hold("chat.startStream", accepted=True),
        "before stop": lambda: fake.hold("chat.stopStream"),
    }[where]()
    with Program(fake, database_url, **settings) as first:
        assert first.http.event(event).status == 200
        hold.wait_until_reached(30)
        first.kill()
    hold.abandon()

    with Program(fake, database_url, **settings) as second:
        fake.wait_for(lambda: whole(fake.messages(CHANNEL)), timeout=30)
        assert second.http.event(event, retry_num=1).status == 200
        code, output = second.stop()

    (message,) = fake.messages(CHANNEL)
    assert message["text"].endswith(QUESTIONS["the impact"])
    database = Database(database_url)
    with database.reading() as session:
        said = [turn.text for turn in session.exec(select(Turn).order_by(col(Turn.id)))]
        sent = session.exec(select(OutgoingMessage)).one()
    database.close()
    assert said[0] == opening
    assert len(said) == 2
    assert (sent.delivery, sent.ts) == (Delivery.SENT, message["ts"])
    assert code == 0
    assert "Traceback" not in output


def load_into(url: str) -> None:
    """The sample SAR of the year in which the program will find itself."""
    database = Database(url)
    migrate(database)
    load_sar(database, academic_year(datetime.now(UTC).date()))
    database.close()


def whole(messages: list[dict[str, Any]]) -> bool:
    """Whether there is one message, with its key and its button."""
    return len(messages) == 1 and bool(messages[0].get("metadata") and messages[0].get("blocks"))


def settled(talk: Talk) -> bool:
    """Whether the newest message is whole: it has its key and its button."""
    last = talk.messages[-1]
    return bool(last.get("metadata") and last.get("blocks"))


# --- several conversations at once ------------------------------------------------------------


@on_sqlite
def test_conversations_that_wait_for_a_slow_model_are_not_mixed(
    fake: FakeSlack, database_url: str
) -> None:
    courses = [f"Course {chr(65 + n)}{chr(65 + n)}" for n in range(12)]

    def answer(request: ModelRequest) -> dict[str, Any]:
        course = next(c for c in courses if c in request.user)
        return good(request) | {"question": f"{course} first: so what will learners there gain?"}

    with ExitStack() as stack:
        server = stack.enter_context(FakeModel(answer))
        server.slow(0.4)
        bot = stack.enter_context(in_process(fake, database_url, coach=coached(server)))
        load_sar(bot.database)
        talks = []
        for number, _ in enumerate(courses):
            fake.add_user(f"U0PERSON{number:02d}", f"Person {number}")
            talks.append(Talk(fake, over_http(bot.http), user=f"U0PERSON{number:02d}"))
        for talk in talks:
            talk.says("hello")
            talk.presses("Choose")
        for talk, course in zip(talks, courses, strict=True):
            talk.send(talk.message(f"Ring home on the first day of absence in {course}"))
        for talk, course in zip(talks, courses, strict=True):
            fake.wait_for_messages(talk.channel, 3, talk.root)
            assert talk.messages[-1]["text"].startswith(course)
        with bot.database.reading() as session:
            kept = session.exec(select(InterviewRecord)).all()

    said = {record.channel: Interview.model_validate(record.state) for record in kept}
    for talk, course in zip(talks, courses, strict=True):
        assert course in (said[talk.channel].draft.action or "")


def test_the_embedded_coach_needs_no_model(database_url: str) -> None:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    database = Database(database_url)

    assert coach_of(settings, database, lambda: NOW) is EMBEDDED

    database.close()
