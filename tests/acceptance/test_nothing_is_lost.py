"""Nothing said is lost or answered twice: crashes, Slack's bad days, a database that goes away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from bot.slack.incoming import incoming
from storage import conversations
from storage.database import Database
from storage.models import OutgoingMessage, ReceivedEvent, Turn
from storage.vocabulary import Delivery, Speaker
from tests.support import slack_faults
from tests.support import slack_payloads as payloads
from tests.support.bots import NOW, InProcess, Program, in_process, slack
from tests.support.fake_slack import FakeSlack
from tests.support.slack_faults import Fault
from tests.support.slack_payloads import USER, dm_channel

CHANNEL = dm_channel(USER)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with slack() as server:
        yield server


def rows(url: str) -> tuple[list[str], list[Delivery]]:
    """What the transcript holds of the person, and how each outgoing message stands."""
    database = Database(url)
    with database.reading() as session:
        turns = session.exec(select(Turn).order_by(col(Turn.id))).all()
        sent = session.exec(select(OutgoingMessage).order_by(col(OutgoingMessage.id))).all()
        left = conversations.open_conversations(session, datetime.max.replace(tzinfo=UTC))
    database.close()
    assert left == []
    return [t.text for t in turns if t.speaker is Speaker.PERSON], [m.delivery for m in sent]


# --- the program ends -------------------------------------------------------------------------


@pytest.mark.parametrize("reached_slack", [False, True], ids=["before", "after"])
def test_killed_between_acknowledgement_and_reply_one_reply_follows_the_restart(
    fake: FakeSlack, database_url: str, reached_slack: bool
) -> None:
    event = payloads.direct_message("hello")
    held = fake.hold("chat.postMessage", accepted=reached_slack)
    with Program(fake, database_url) as first:
        assert first.http.event(event).status == 200
        held.wait_until_reached()
        first.kill()
    held.abandon()

    with Program(fake, database_url) as second:
        fake.wait_for(lambda: fake.calls_to("conversations.replies"), timeout=30)
        fake.wait_for_messages(CHANNEL, 1)
        assert second.http.event(event, retry_num=1).status == 200
        code, output = second.stop()

    assert len(fake.messages(CHANNEL)) == 1
    assert rows(database_url) == (["hello"], [Delivery.SENT])
    assert code == 0
    assert "Traceback" not in output


@on_sqlite
def test_killed_before_the_answer_is_stored_it_is_answered_after_the_restart(
    fake: FakeSlack, database_url: str
) -> None:
    held = fake.hold("users.info")
    with Program(fake, database_url, socket_mode=True) as first:
        fake.socket.send("events_api", payloads.direct_message("hello"))
        held.wait_until_reached()
        first.kill()
    held.abandon()

    with Program(fake, database_url, socket_mode=True) as second:
        fake.wait_for_messages(CHANNEL, 1, timeout=30)
        second.stop()

    assert len(fake.messages(CHANNEL)) == 1
    assert rows(database_url) == (["hello"], [Delivery.SENT])


@pytest.mark.parametrize(
    ("database_url", "socket_mode"),
    [("sqlite", True), ("postgresql", False)],
    ids=["socket", "http"],
    indirect=["database_url"],
)
def test_told_to_stop_it_finishes_the_turn_it_is_in(
    fake: FakeSlack, database_url: str, socket_mode: bool
) -> None:
    event = payloads.direct_message("hello")
    held = fake.hold("chat.postMessage")
    with Program(fake, database_url, socket_mode=socket_mode) as program:
        if socket_mode:
            fake.socket.send("events_api", event)
        else:
            assert program.http.event(event).status == 200
        held.wait_until_reached()

        program.ask_to_stop()
        held.release()
        code, output = program.wait()

    assert code == 0, output
    assert len(fake.messages(CHANNEL)) == 1
    assert "Traceback" not in output
    assert rows(database_url) == (["hello"], [Delivery.SENT])


def test_told_to_stop_amid_32_answers_each_is_given_once_now_or_by_the_next_process(
    fake: FakeSlack, database_url: str
) -> None:
    number, secret_word = 32, "zebrafinch"
    users = [f"U0PERSON{each:02}" for each in range(number)]
    channels = [dm_channel(user) for user in users]
    for user in users:
        fake.add_user(user, f"Person {user}")
    # Of each four, two posts are slow, one is taken but never answered, and one never arrives.
    held = [fake.hold("chat.postMessage", accepted=each % 4 == 1) for each in range(number)]
    with Program(fake, database_url) as first:
        for user in users:
            event = payloads.direct_message(f"Text parents about the {secret_word}", user=user)
            assert first.http.event(event).status == 200
        for hold in held:
            hold.wait_until_reached(30)
        first.ask_to_stop()
        first.wait_until_it_stops()
        for each, hold in enumerate(held):
            if each % 4 in (1, 3):
                hold.abandon()
            else:
                hold.release()
        code, output = first.wait()
    given = sum(len(fake.messages(channel)) for channel in channels)

    with Program(fake, database_url) as second:
        fake.wait_for(lambda: all(fake.messages(channel) for channel in channels), timeout=30)
        again, more_output = second.stop()

    assert (code, again) == (0, 0), output + more_output
    assert given == number * 3 // 4
    assert [len(fake.messages(channel)) for channel in channels] == [1] * number
    said, sent = rows(database_url)
    assert (len(said), sent) == (number, [Delivery.SENT] * number)
    for logged in (output, more_output):
        assert "Traceback" not in logged
        assert secret_word not in logged


def test_an_event_kept_by_a_process_that_never_answered_is_taken_up(
    fake: FakeSlack, database_url: str
) -> None:
    found = incoming(payloads.direct_message("hello"))
    assert found is not None
    database = Database(database_url)
    with database.writing() as session:
        conversations.receive(
            session,
            workspace=found.workspace,
            event_id=found.event_id,
            conversation=found.conversation,
            payload=found.to_json(),
            at=NOW,
        )
    database.close()

    with in_process(fake, database_url):
        fake.wait_for_messages(CHANNEL, 1)

    assert rows(database_url) == (["hello"], [Delivery.SENT])


# --- Slack's bad days -------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(
    "fault",
    [
        slack_faults.rate_limited(1),
        slack_faults.server_error(),
        slack_faults.server_error(503),
        slack_faults.drop(),
        slack_faults.accepted_then_dropped(),
        slack_faults.accepted_then_500(),
        slack_faults.garbage(),
        slack_faults.error("internal_error"),
    ],
    ids=[
        "rate limited",
        "500",
        "503",
        "dropped",
        "taken, then dropped",
        "taken, then 500",
        "garbage",
        "internal error",
    ],
)
def test_whatever_slack_does_one_reply_arrives(
    fake: FakeSlack, bot: InProcess, database_url: str, fault: Fault
) -> None:
    fake.fail_next("chat.postMessage", fault)
    first = payloads.direct_message("hello")
    bot.http.event(first)
    fake.wait_for_messages(CHANNEL, 1)
    bot.http.event(payloads.direct_message("AFI 2", thread_ts=first["event"]["ts"]))
    fake.wait_for_messages(CHANNEL, 2)

    bot.service.stop()

    assert len(fake.messages(CHANNEL)) == 2
    assert rows(database_url) == (["hello", "AFI 2"], [Delivery.SENT] * 2)


@on_sqlite
def test_a_plain_post_that_got_through_unheard_is_looked_for_however_busy_slack_is(
    fake: FakeSlack, bot: InProcess
) -> None:
    fake.fail_next("chat.postMessage", slack_faults.accepted_then_dropped())
    fake.fail_next("conversations.replies", slack_faults.rate_limited(1))
    bot.http.event(payloads.direct_message("hello"))
    fake.wait_for_calls("conversations.replies", 2)
    bot.service.stop()

    assert len(fake.messages(CHANNEL)) == 1


@on_sqlite
def test_slack_is_left_in_peace_for_as_long_as_it_asks(fake: FakeSlack, bot: InProcess) -> None:
    fake.fail_next("chat.postMessage", slack_faults.rate_limited(2))

    bot.http.event(payloads.direct_message("hello"))
    fake.wait_for_messages(CHANNEL, 1)

    refused, taken = fake.calls_to("chat.postMessage")
    assert taken.at - refused.at >= 2


@on_sqlite
def test_the_longer_slack_is_away_the_longer_it_is_left_in_peace(
    fake: FakeSlack, bot: InProcess
) -> None:
    fake.fail_next("chat.postMessage", slack_faults.drop(), times=3)

    bot.http.event(payloads.direct_message("hello"))
    fake.wait_for_messages(CHANNEL, 1, timeout=30)

    tries = [call.at for call in fake.calls_to("chat.postMessage")]
    waits = [later - sooner for sooner, later in pairwise(tries)]
    assert len(waits) == 3
    assert all(wait >= least for wait, least in zip(waits, (1, 2, 4), strict=True))


@on_sqlite
@pytest.mark.parametrize("code", ["missing_scope", "channel_not_found"])
def test_a_message_slack_refuses_for_good_is_marked_and_the_talk_goes_on(
    fake: FakeSlack, bot: InProcess, code: str
) -> None:
    fake.fail_next("chat.postMessage", slack_faults.error(code))
    lost = payloads.direct_message("hello")
    bot.http.event(lost)
    fake.wait_for_calls("chat.postMessage", 1)

    bot.http.event(payloads.direct_message("AFI 2", thread_ts=lost["event"]["ts"]))
    fake.wait_for_messages(CHANNEL, 1)
    bot.service.stop()

    with bot.database.reading() as session:
        sent = session.exec(select(OutgoingMessage).order_by(col(OutgoingMessage.id))).all()
    assert [(m.delivery, m.error) for m in sent] == [
        (Delivery.FAILED, code),
        (Delivery.SENT, None),
    ]
    assert len(fake.calls_to("chat.postMessage")) == 2


# --- the database goes away -------------------------------------------------------------------


@contextmanager
def away(url: str) -> Iterator[None]:
    """A PostgreSQL database that nobody can connect to, and from which everyone was cut off."""
    parsed = sa.make_url(url)
    server = parsed.set(drivername="postgresql", database="postgres")
    name = parsed.database
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@on_postgresql
def test_without_the_database_slack_is_asked_to_send_the_event_again(
    fake: FakeSlack, bot: InProcess, database_url: str
) -> None:
    event = payloads.direct_message("hello")

    with away(database_url):
        refused = bot.http.event(event)
    accepted = bot.http.event(event, retry_num=1)
    fake.wait_for_messages(CHANNEL, 1, timeout=30)
    bot.service.stop()

    assert (refused.status, accepted.status) == (503, 200)
    assert len(fake.messages(CHANNEL)) == 1
    assert rows(database_url) == (["hello"], [Delivery.SENT])


@on_postgresql
@pytest.mark.parametrize("method", ["users.info", "chat.postMessage"])
def test_a_turn_outlives_a_database_that_goes_away_under_it(
    fake: FakeSlack, bot: InProcess, database_url: str, method: str
) -> None:
    first = payloads.direct_message("hello")
    second = payloads.direct_message("AFI 2", thread_ts=first["event"]["ts"])
    held = fake.hold(method)
    assert bot.http.event(first).status == 200
    held.wait_until_reached()

    with away(database_url):
        held.release()
    again = bot.http.event(second)
    fake.wait_for_messages(CHANNEL, 2, timeout=30)
    bot.service.stop()

    assert again.status == 200
    assert len(fake.messages(CHANNEL)) == 2
    assert rows(database_url) == (["hello", "AFI 2"], [Delivery.SENT] * 2)


@on_sqlite
def test_an_event_that_cannot_be_stored_is_not_acknowledged(
    fake: FakeSlack, bot: InProcess
) -> None:
    event = payloads.direct_message("hello")

    with bot.database.engine.connect() as other:
        other.exec_driver_sql("ALTER TABLE received_event RENAME TO away")
        other.commit()
        refused = bot.http.event(event)
        other.exec_driver_sql("ALTER TABLE away RENAME TO received_event")
        other.commit()
    accepted = bot.http.event(event, retry_num=1)
    fake.wait_for_messages(CHANNEL, 1)

    assert refused.status >= 500
    assert accepted.status == 200
    with bot.database.reading() as session:
        assert len(session.exec(select(ReceivedEvent)).all()) == 1


@on_sqlite
def test_a_message_that_cannot_be_read_does_not_hold_up_the_next(
    fake: FakeSlack, bot: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.coaching.interview import step

    def trips(interview: object, reply: str, *rest: object) -> object:
        if "tripwire" in reply:
            raise ZeroDivisionError
        return step(interview, reply, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("bot.coach.step", trips)
    first = payloads.direct_message("AFI 2")
    thread = first["event"]["ts"]
    for number, event in enumerate(
        (
            first,
            payloads.direct_message("tripwire", thread_ts=thread),
            payloads.direct_message("Text parents daily", thread_ts=thread),
        ),
        start=1,
    ):
        assert bot.http.event(event).status == 200
        fake.wait_for_messages(CHANNEL, number)
    bot.service.stop()

    assert "tripped me up" in fake.messages(CHANNEL)[1]["text"]
    said, sent = rows(database_url)
    assert said == ["AFI 2", "tripwire", "Text parents daily"]
    assert sent == [Delivery.SENT] * 3
