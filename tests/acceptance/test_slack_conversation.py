"""Talking with the bot in Slack: order, second thoughts, buttons, people side by side."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, func, select

from storage import actions, plans
from storage.database import Database
from storage.models import InterviewRecord, Person, ReceivedEvent, Turn
from storage.vocabulary import Speaker
from tests.support import slack_faults
from tests.support import slack_payloads as payloads
from tests.support.bots import InProcess, in_process, load_sar
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import TEAM, USER
from tests.support.talk import Talk, buttons, over_http

OTHER = "U0OTHER01"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def fake(fake: FakeSlack) -> FakeSlack:
    fake.add_user(OTHER, "Tom Wilk")
    return fake


@pytest.fixture
def bot(fake: FakeSlack, database_url: str) -> Iterator[InProcess]:
    database = Database(database_url)
    load_sar(database)
    database.close()
    with in_process(fake, database_url) as running:
        yield running


@pytest.fixture
def talk(fake: FakeSlack, bot: InProcess) -> Talk:
    return Talk(fake, over_http(bot.http))


def said(bot: InProcess) -> list[str]:
    """What the transcript holds of people's words, in order."""
    with bot.database.reading() as session:
        turns = session.exec(select(Turn).order_by(col(Turn.id))).all()
    return [turn.text for turn in turns if turn.speaker is Speaker.PERSON]


# --- order, and people side by side -----------------------------------------------------------


def test_ten_messages_sent_at_once_are_answered_one_by_one_in_the_order_they_came(
    bot: InProcess, talk: Talk
) -> None:
    talk.says("AFI 2")
    burst = [talk.message(f"Do thing number {n} about attendance") for n in range(10)]

    with ThreadPoolExecutor(len(burst)) as pool:
        answers = list(pool.map(bot.http.event, burst))
    talk.fake.wait_for_messages(talk.channel, 11, talk.root)
    bot.service.stop()

    assert {answer.status for answer in answers} == {200}
    with bot.database.reading() as session:
        came = session.exec(
            select(ReceivedEvent.event_id).order_by(col(ReceivedEvent.sequence))
        ).all()
        turns = session.exec(select(Turn).order_by(col(Turn.id))).all()
    assert [turn.source for turn in turns] == [
        source for event_id in came for source in (event_id, f"{event_id}:reply")
    ]
    posted = [message["text"].split("\n")[0] for message in talk.messages]
    coach = [turn.text.split("\n")[0] for turn in turns if turn.speaker is Speaker.COACH]
    assert posted == coach


def test_messages_sent_one_after_the_other_without_waiting_keep_their_order(
    bot: InProcess, talk: Talk
) -> None:
    texts = ["AFI 2", *(f"Do thing number {n} about attendance" for n in range(9))]

    for text in texts:
        assert bot.http.event(talk.message(text)).status == 200
    talk.fake.wait_for_messages(talk.channel, len(texts), talk.root)

    assert said(bot) == texts


def test_two_people_at_the_same_time_each_agree_their_own_action(
    fake: FakeSlack, bot: InProcess
) -> None:
    words = {
        USER: [
            "AFI 1",
            "Review the apprenticeship resources",
            "achievement from 54% to 65% by July 2027 because the standard changed, from the QAR",
            "60% on track in February",
            "agree",
        ],
        OTHER: [
            "AFI 2",
            "Text parents on the day of each absence",
            "attendance from 74% to 85% by July 2027 because outcomes fell, from the registers",
            "80% in February",
            "agree",
        ],
    }

    def interview(user: str) -> str:
        own = Talk(fake, over_http(bot.http), user=user)
        return [own.says(text) for text in words[user]][-1]

    with ThreadPoolExecutor(2) as pool:
        last_heard = list(pool.map(interview, words))

    assert all(text.startswith("Agreed") for text in last_heard), last_heard
    with bot.database.reading() as session:
        plan = plans.plan_of(session, TEAM, "2026/27")
        assert plan is not None and plan.id is not None
        agreed = actions.of_plan(session, TEAM, plan.id)
    assert {
        (a.owner and a.owner.slack_user_id, a.action.action, a.action.target, *a.sar_references)
        for a in agreed
    } == {
        (USER, "Review the apprenticeship resources", "65%", "AFI 1"),
        (OTHER, "Text parents on the day of each absence", "85%", "AFI 2"),
    }
    assert {a.action.number for a in agreed} == {1, 2}


@on_sqlite
def test_nobody_answers_in_another_persons_thread(bot: InProcess, talk: Talk) -> None:
    talk.says("AFI 2")
    meddling = payloads.direct_message(
        "Sack everyone", user=OTHER, channel=talk.channel, thread_ts=talk.root
    )

    bot.http.event(meddling)
    heard = talk.says("show")

    assert "Sack" not in heard
    assert said(bot) == ["AFI 2", "show"]


# --- second thoughts --------------------------------------------------------------------------


@on_sqlite
class TestSecondThoughts:
    def test_the_latest_answer_is_read_again_when_edited(self, bot: InProcess, talk: Talk) -> None:
        for text in ("AFI 2", "Text parents daily", "attendance from 74% to 58%"):
            talk.says(text)

        heard = talk.hears(payloads.edited_message(talk.sent[-1], "attendance from 74% to 85%"))

        assert "edited words" in heard and "85% to reach" in heard
        assert "58" not in talk.says("show")

    def test_an_edit_can_be_edited_again(self, talk: Talk) -> None:
        for text in ("AFI 2", "Text parents daily"):
            talk.says(text)
        first = payloads.edited_message(talk.sent[-1], "Ring parents daily")
        second = payloads.edited_message(talk.sent[-1], "Visit parents daily")

        talk.hears(first)
        talk.hears(second)

        shown = talk.says("show")
        assert "Visit parents daily" in shown
        assert "Ring parents" not in shown and "Text parents" not in shown

    def test_an_older_answer_stands_and_the_person_is_told_in_one_message(
        self, bot: InProcess, talk: Talk
    ) -> None:
        for text in ("AFI 2", "Text parents daily", "attendance from 74% to 85%"):
            talk.says(text)

        heard = talk.hears(payloads.edited_message(talk.sent[1], "Ring parents daily"))

        shown = talk.says("show")
        assert "kept what you first wrote" in heard
        assert "Text parents daily" in shown and "Ring" not in shown and "85%" in shown
        assert len(talk.messages) == len(talk.sent)

    def test_a_deleted_message_loses_nothing(self, bot: InProcess, talk: Talk) -> None:
        for text in ("AFI 2", "Text parents daily"):
            talk.says(text)

        heard = talk.hears(payloads.deleted_message(talk.sent[1]))

        assert "still in the draft" in heard
        assert "Text parents daily" in talk.says("show")
        assert "Text parents daily" in said(bot)
        assert len(talk.messages) == len(talk.sent)

    def test_the_talk_goes_on_where_it_stood_after_an_old_edit_or_a_deletion(
        self, talk: Talk
    ) -> None:
        for text in ("AFI 2", "Text parents daily"):
            talk.says(text)
        newest = talk.messages[-1]
        talk.hears(payloads.deleted_message(talk.sent[0]))

        assert "stays open" in talk.presses("Skip", newest)

    def test_a_button_of_an_earlier_question_changes_nothing(self, talk: Talk) -> None:
        talk.says("AFI 2")
        earlier = talk.messages[-1]
        talk.says("Text parents daily")
        newest = talk.messages[-1]

        assert "earlier question" in talk.presses("Skip", earlier)
        assert "impact stays open" in talk.presses("Skip", newest)

    def test_a_button_pressed_twice_counts_once(self, bot: InProcess, talk: Talk) -> None:
        talk.says("AFI 2")
        talk.says("Text parents daily")
        newest = talk.messages[-1]

        first = talk.presses("Skip", newest)
        second = talk.presses("Skip", newest)

        assert "impact stays open" in first
        assert "earlier question" in second

    def test_a_button_pressed_nowhere_is_taken_for_none(self, bot: InProcess, talk: Talk) -> None:
        talk.says("AFI 2")
        talk.says("Text parents daily")
        skip = next(b for b in buttons(talk.messages[-1]) if b["text"]["text"] == "Skip")
        before = len(talk.messages)
        payload = payloads.block_action(skip["action_id"], skip["value"])
        del payload["channel"]

        assert bot.http.interaction(payload).status == 200
        assert "impact stays open" in talk.presses("Skip", talk.messages[-1])
        assert len(talk.messages) == before + 1


# --- words ------------------------------------------------------------------------------------


@on_sqlite
def test_what_a_person_types_pings_nobody(talk: Talk) -> None:
    talk.says("AFI 2")

    talk.says("Tell &lt;!channel&gt; and &lt;@U0999999&gt; *loudly* <https://example.org|here>")
    talk.says("show")

    for message in talk.messages:
        assert "<!" not in message["text"] and "<@U0999999>" not in message["text"]


def test_a_learner_at_risk_is_told_of_and_kept_nowhere(bot: InProcess, talk: Talk) -> None:
    talk.says("AFI 2")
    answer = talk.says("one of my learners told me her stepdad hits her")
    bot.service.stop()

    assert "safeguarding lead" in answer
    assert "stepdad" not in " ".join(said(bot))
    with bot.database.reading() as session:
        kept = [str(row) for row in session.exec(select(ReceivedEvent.payload))]
        kept += [str(row) for row in session.exec(select(InterviewRecord.state))]
    assert not any("stepdad" in row for row in kept)


def test_whatever_is_typed_gets_one_answer(bot: InProcess, talk: Talk) -> None:
    talk.says("AFI 2")
    odd = [
        "",
        " ",
        "\x00",
        "a\x00b",
        "half a pair \ud83d",
        "🙈" * 500,
        "word " * 7000,
        "%s {0} \\",
        "&lt;&amp;&gt;",
        "- a\n- b",
    ]

    for text in odd:
        talk.says(text)
    shown = talk.says("show")
    bot.service.stop()

    assert "AFI 2" in shown
    assert len(talk.messages) == len(odd) + 2


@on_sqlite
def test_a_draft_left_in_one_thread_is_carried_on_in_another(
    fake: FakeSlack, bot: InProcess, talk: Talk
) -> None:
    talk.says("AFI 2")
    talk.says("Text parents daily")
    second = Talk(fake, over_http(bot.http))

    heard = second.says("carry on")

    assert "learners" in heard
    assert "Text parents daily" in second.says("show")


@on_sqlite
def test_without_a_profile_the_answer_still_comes_and_the_name_follows(
    fake: FakeSlack, bot: InProcess, talk: Talk
) -> None:
    fake.fail_next("users.info", slack_faults.error("unknown_method"))

    assert "AFI 2" in talk.says("AFI 2")
    talk.says("Text parents daily")

    with bot.database.reading() as session:
        assert session.exec(select(func.count()).select_from(InterviewRecord)).one() == 1
        people = session.exec(select(Person.name).where(Person.slack_user_id == USER)).all()
    assert people == ["Priya Shah"]
