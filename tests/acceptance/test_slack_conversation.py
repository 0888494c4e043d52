"""The interview through Slack's own protocol, against a fake Slack over real HTTP."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlmodel import col, func, select

from storage import conversations, plans
from storage.database import Database
from storage.models import (
    Audit,
    InterviewRecord,
    OutgoingMessage,
    Person,
    ReceivedEvent,
    Speaker,
    Turn,
)
from tests.support import slack_payloads as payloads
from tests.support.block_kit import assert_valid_message
from tests.support.bots import InProcess, in_process, load_sar, slack
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import TEAM, USER, dm_channel

CHANNEL = dm_channel(USER)
ACTION = "Undertake a review of the software developer apprenticeship learning resources"
RESTATED = "Learning resources have been improved to support learners"
WHOLE = (
    "because apprentices are moving from the framework to the standard, we want achievement to "
    "rise from 54% to 65% by July 2027, from the QAR dashboard"
)
MILESTONE = "60% on track at the February review"


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with slack() as server:
        yield server


@pytest.fixture
def bot(fake: FakeSlack, database_url: str) -> Iterator[InProcess]:
    database = Database(database_url)
    load_sar(database)
    database.close()
    with in_process(fake, database_url) as running:
        yield running


class Talk:
    """One person's thread with the bot; `send` takes a payload to it, three times if asked."""

    def __init__(
        self, fake: FakeSlack, send: Callable[[str, dict[str, Any]], object], times: int = 1
    ) -> None:
        self.fake, self.send, self.times = fake, send, times
        self.root: str | None = None
        self.sent: list[dict[str, Any]] = []

    def says(self, text: str) -> str:
        payload = payloads.direct_message(text, thread_ts=self.root)
        self.root = self.root or payload["event"]["ts"]
        return self._and_hears("event", payload)

    def presses(self, label: str, message: dict[str, Any] | None = None) -> str:
        message = message or self.messages[-1]
        button = next(b for b in buttons(message) if b["text"]["text"] == label)
        payload = payloads.block_action(
            button["action_id"], button["value"], channel=CHANNEL, message=message
        )
        return self._and_hears("interaction", payload)

    def _and_hears(self, kind: str, payload: dict[str, Any]) -> str:
        before = len(self.messages)
        for _ in range(self.times):
            self.send(kind, payload)
        self.sent.append(payload)
        self.fake.wait_for_messages(CHANNEL, before + 1, self.root)
        return str(self.messages[-1]["text"])

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.fake.messages(CHANNEL, self.root)


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for block in message["blocks"]:
        found += block.get("elements", []) if block["type"] == "actions" else []
        found += [block["accessory"]] if block.get("accessory") else []
    return found


def over_http(bot: InProcess) -> Callable[[str, dict[str, Any]], object]:
    def send(kind: str, payload: dict[str, Any]) -> None:
        answer = bot.http.event(payload) if kind == "event" else bot.http.interaction(payload)
        assert answer.status == 200

    return send


def over_socket(fake: FakeSlack) -> Callable[[str, dict[str, Any]], object]:
    return lambda kind, payload: fake.socket.send(
        "events_api" if kind == "event" else "interactive", payload
    )


def hold_the_interview(talk: Talk) -> list[str]:
    heard = [talk.says("hello"), talk.presses("Choose")]
    heard += [talk.says(text) for text in (ACTION, RESTATED, WHOLE, MILESTONE)]
    return [*heard, talk.presses("Agree")]


def stored(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        plan = plans.plan_of(session, TEAM, "2026/27")
        assert plan is not None and plan.id is not None
        (found,) = plans.actions(session, TEAM, plan.id)
        audit = session.exec(select(Audit).where(Audit.workspace == TEAM)).all()
    return {
        **found.action.model_dump(
            exclude={"id", "plan_id", "owner_id", "agreed_by_id", "theme_id"}
        ),
        "sar": found.sar_references,
        "milestones": [(m.due, m.text) for m in found.milestones],
        "owner": found.owner and (found.owner.slack_user_id, found.owner.name),
        "audit": [(a.field, a.old, a.new) for a in audit],
    }


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.exec(
            select(func.count()).select_from(table).where(col(table.workspace) == TEAM)
        ).one()


def test_the_same_interview_over_http_and_socket_mode_stores_the_same_action(
    fake: FakeSlack, database_url: str, tmp_path: Any
) -> None:
    import shutil

    kept = {}
    for transport in ("http", "socket"):
        url = database_url
        if transport == "socket" and url.startswith("sqlite"):
            url = f"sqlite:///{tmp_path / 'second.db'}"
            shutil.copy(tmp_path / "app-empty.db", tmp_path / "second.db")
        elif transport == "socket":
            break
        elif url.startswith("sqlite"):
            shutil.copy(tmp_path / "app.db", tmp_path / "app-empty.db")
        database = Database(url)
        load_sar(database)
        with slack() as own, in_process(own, url, socket_mode=transport == "socket") as bot:
            send = over_socket(own) if transport == "socket" else over_http(bot)
            heard = hold_the_interview(Talk(own, send, times=3))

            assert "not what learners gain" in heard[3]
            assert heard[-1].startswith("Agreed")
            for message in own.messages(CHANNEL):
                assert_valid_message(message)
            assert len(own.messages(CHANNEL)) == len(heard)
        kept[transport] = stored(database)
        assert count(database, Turn) == 2 * len(heard)
        database.close()

    action = kept["http"]
    assert (action["baseline"], action["target"], action["sar"]) == ("54%", "65%", ["AFI 1"])
    assert action["owner"] == (USER, "Priya Shah")
    assert kept.get("socket", action) == action


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "wrong", [{"forge": True}, {"timestamp": int(time.time()) - 600}], ids=["forged", "stale"]
)
def test_a_wrong_signature_is_refused_and_leaves_no_row(
    bot: InProcess, wrong: dict[str, Any]
) -> None:
    answer = bot.http.event(payloads.direct_message("hello"), **wrong)

    assert answer.status == 401
    assert count(bot.database, ReceivedEvent) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_not_said_to_the_bot_leaves_no_row(bot: InProcess) -> None:
    original = payloads.direct_message("hello")
    in_a_channel = payloads.direct_message("hello", channel="C0123456")
    in_a_channel["event"]["channel_type"] = "channel"

    for payload in (
        payloads.bot_message("beep"),
        payloads.edited_message(original, original["event"]["text"]),
        in_a_channel,
        payloads.app_home_opened(),
    ):
        assert bot.http.event(payload).status == 200

    assert count(bot.database, ReceivedEvent) == 0


def test_messages_sent_at_once_are_answered_one_by_one_in_order(
    fake: FakeSlack, bot: InProcess
) -> None:
    talk = Talk(fake, over_http(bot))
    talk.says("AFI 2")
    texts = [f"Do thing number {number} about attendance" for number in range(8)]
    sent = [payloads.direct_message(text, thread_ts=talk.root) for text in texts]

    for payload in sent:
        assert bot.http.event(payload).status == 200
    fake.wait_for_messages(CHANNEL, 9, talk.root)

    with bot.database.reading() as session:
        turns = session.exec(select(Turn).order_by(col(Turn.id))).all()
    said = [turn.text for turn in turns if turn.speaker is Speaker.PERSON]
    coach = [turn.text for turn in turns if turn.speaker is Speaker.COACH]
    posted = [m["text"] for m in fake.messages(CHANNEL, talk.root)]
    assert said == ["AFI 2", *texts]
    assert [t.split("\n")[0] for t in coach] == [p.split("\n")[0] for p in posted]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestSecondThoughts:
    def test_the_latest_answer_is_read_again_when_edited(
        self, fake: FakeSlack, bot: InProcess
    ) -> None:
        talk = Talk(fake, over_http(bot))
        for text in ("AFI 2", "Text parents daily", "attendance from 74% to 58%"):
            talk.says(text)
        edited = payloads.edited_message(talk.sent[-1], "attendance from 74% to 85%")

        heard = talk._and_hears("event", edited)

        assert "edited words" in heard and "85% to reach" in heard

    def test_an_older_answer_stands_and_the_person_is_told_how_to_change_it(
        self, fake: FakeSlack, bot: InProcess
    ) -> None:
        talk = Talk(fake, over_http(bot))
        for text in ("AFI 2", "Text parents daily", "attendance from 74% to 85%"):
            talk.says(text)
        edited = payloads.edited_message(talk.sent[1], "Ring parents daily")

        assert "kept what you first wrote" in talk._and_hears("event", edited)

    def test_a_deleted_message_loses_nothing(self, fake: FakeSlack, bot: InProcess) -> None:
        talk = Talk(fake, over_http(bot))
        for text in ("AFI 2", "Text parents daily"):
            talk.says(text)

        heard = talk._and_hears("event", payloads.deleted_message(talk.sent[1]))

        assert "still in the draft" in heard
        assert "Text parents daily" in talk.says("show")

    def test_a_button_of_an_earlier_question_changes_nothing(
        self, fake: FakeSlack, bot: InProcess
    ) -> None:
        talk = Talk(fake, over_http(bot))
        talk.says("AFI 2")
        earlier = talk.messages[-1]
        talk.says("Text parents daily")

        assert "earlier question" in talk.presses("Skip", earlier)
        assert "impact stays open" in talk.presses("Skip", talk.messages[-2])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_peoples_conversations_do_not_mix(fake: FakeSlack, bot: InProcess) -> None:
    other = "U0OTHER01"
    fake.add_user(other, "Tom Wilk")
    mine = payloads.direct_message("AFI 1")
    theirs = payloads.direct_message("AFI 2", user=other, channel="D0OTHER01")

    for payload in (mine, theirs):
        bot.http.event(payload)

    fake.wait_for_messages(CHANNEL, 1)
    fake.wait_for_messages("D0OTHER01", 1)
    assert "AFI 1" in fake.texts(CHANNEL)[0]
    assert "AFI 2" in fake.texts("D0OTHER01")[0]
    with bot.database.reading() as session:
        people = session.exec(select(Person).where(Person.workspace == TEAM)).all()
    assert {p.name for p in people} == {"Priya Shah", "Tom Wilk"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_person_types_pings_nobody(fake: FakeSlack, bot: InProcess) -> None:
    talk = Talk(fake, over_http(bot))
    talk.says("AFI 2")

    talk.says("Tell &lt;!channel&gt; and &lt;@U0999999&gt; *loudly* <https://example.org|here>")
    talk.says("show")

    for message in talk.messages:
        assert "<!" not in message["text"] and "<@U0999999>" not in message["text"]
        assert_valid_message(message)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_draft_left_in_one_thread_is_carried_on_in_another(
    fake: FakeSlack, bot: InProcess
) -> None:
    first = Talk(fake, over_http(bot))
    first.says("AFI 2")
    first.says("Text parents daily")
    second = Talk(fake, over_http(bot))

    heard = second.says("carry on")

    assert "learners" in heard
    assert "Text parents daily" in second.says("show")


# --- Slack's bad days -------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "fault",
    [
        "rate_limited",
        "server_error",
        "drop",
        "accepted_then_dropped",
        "accepted_then_500",
        "garbage",
    ],
)
def test_whatever_slack_does_one_reply_arrives(fake: FakeSlack, bot: InProcess, fault: str) -> None:
    from tests.support import slack_faults

    fake.fail_next("chat.postMessage", getattr(slack_faults, fault)())
    talk = Talk(fake, over_http(bot))

    talk.says("AFI 2")
    talk.says("Text parents daily")

    bot.service.stop()
    assert len(talk.messages) == 2
    with bot.database.reading() as session:
        assert conversations.waiting_conversations(session) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_message_slack_refuses_for_good_is_marked_and_the_talk_goes_on(
    fake: FakeSlack, bot: InProcess
) -> None:
    from tests.support.slack_faults import error

    fake.fail_next("chat.postMessage", error("missing_scope"))
    lost = payloads.direct_message("AFI 2")
    bot.http.event(lost)
    fake.wait_for_calls("chat.postMessage", 1)

    bot.http.event(payloads.direct_message("Text parents", thread_ts=lost["event"]["ts"]))
    fake.wait_for_messages(CHANNEL, 1)

    bot.service.stop()
    with bot.database.reading() as session:
        sent = session.exec(select(OutgoingMessage).order_by(col(OutgoingMessage.id))).all()
    assert [(m.delivery.value, m.error) for m in sent][0] == ("failed", "missing_scope")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_profile_the_answer_still_comes(fake: FakeSlack, bot: InProcess) -> None:
    from tests.support.slack_faults import error

    fake.fail_next("users.info", error("unknown_method"))
    talk = Talk(fake, over_http(bot))

    assert "AFI 2" in talk.says("AFI 2")
    assert count(bot.database, InterviewRecord) == 1
