"""A crash at the worst moments, with the bot as a program of its own."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from storage.database import Database
from storage.models import Delivery, OutgoingMessage, ReceivedEvent, Speaker, Turn
from tests.support import slack_payloads as payloads
from tests.support.bots import Program, in_process, slack
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import USER, dm_channel

CHANNEL = dm_channel(USER)


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with slack() as server:
        yield server


def rows(url: str) -> tuple[list[str], list[Delivery]]:
    """What the transcript holds of the person, and how each outgoing message stands."""
    database = Database(url)
    with database.reading() as session:
        turns = session.exec(select(Turn).order_by(col(Turn.id))).all()
        sent = session.exec(select(OutgoingMessage)).all()
    database.close()
    return [t.text for t in turns if t.speaker is Speaker.PERSON], [m.delivery for m in sent]


@pytest.mark.parametrize("reached_slack", [False, True], ids=["before", "after"])
def test_killed_between_acknowledgement_and_reply_one_reply_follows_the_restart(
    fake: FakeSlack, database_url: str, reached_slack: bool
) -> None:
    first = Program(fake, database_url)
    held = fake.hold("chat.postMessage", accepted=reached_slack)
    event = payloads.direct_message("hello")
    assert first.http.event(event).status == 200
    held.wait_until_reached()
    first.kill()
    held.abandon()

    second = Program(fake, database_url)
    fake.wait_for(lambda: fake.calls_to("conversations.replies"), timeout=30)
    fake.wait_for_messages(CHANNEL, 1)
    second.http.event(event, retry_num=1)
    code, output = second.stop()

    assert len(fake.messages(CHANNEL)) == 1
    assert rows(database_url) == (["hello"], [Delivery.SENT])
    assert code == 0
    assert "Traceback" not in output


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_killed_before_the_answer_is_stored_it_is_answered_after_the_restart(
    fake: FakeSlack, database_url: str
) -> None:
    first = Program(fake, database_url)
    held = fake.hold("users.info")
    assert first.http.event(payloads.direct_message("hello")).status == 200
    held.wait_until_reached()
    first.kill()
    held.abandon()

    second = Program(fake, database_url)
    fake.wait_for_messages(CHANNEL, 1, timeout=30)
    second.stop()

    assert len(fake.messages(CHANNEL)) == 1
    assert rows(database_url) == (["hello"], [Delivery.SENT])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_told_to_stop_it_finishes_the_turn_it_is_in(fake: FakeSlack, database_url: str) -> None:
    program = Program(fake, database_url)
    held = fake.hold("chat.postMessage")
    program.http.event(payloads.direct_message("hello"))
    held.wait_until_reached()
    held.release()

    code, output = program.stop()

    assert (code, len(fake.messages(CHANNEL))) == (0, 1)
    assert "Traceback" not in output
    assert rows(database_url) == (["hello"], [Delivery.SENT])


def test_an_event_kept_by_a_process_that_never_answered_is_taken_up(
    fake: FakeSlack, database_url: str
) -> None:
    event = payloads.direct_message("hello")
    database = Database(database_url)
    from bot.slack.incoming import incoming
    from storage import conversations
    from tests.support.bots import NOW

    found = incoming(event)
    assert found is not None
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_database_slack_is_asked_to_send_the_event_again(
    fake: FakeSlack, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = payloads.direct_message("hello")
    with in_process(fake, database_url) as bot:
        with bot.database.engine.connect() as other:
            other.exec_driver_sql("ALTER TABLE received_event RENAME TO away")
            other.commit()
        refused = bot.http.event(event)
        with bot.database.engine.connect() as other:
            other.exec_driver_sql("ALTER TABLE away RENAME TO received_event")
            other.commit()

        accepted = bot.http.event(event, retry_num=1)
        fake.wait_for_messages(CHANNEL, 1)

        with bot.database.reading() as session:
            assert len(session.exec(select(ReceivedEvent)).all()) == 1
    assert refused.status >= 500
    assert accepted.status == 200
