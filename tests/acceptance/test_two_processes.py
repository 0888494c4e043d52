"""Two processes share the work of one database, and either may die at any moment."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from slack_sdk import WebClient
from sqlmodel import select

from bot.slack.sending import METADATA_TYPE
from storage import conversations, nodes, providers
from storage.database import Database
from storage.models import Node, OutgoingMessage
from storage.vocabulary import Delivery
from tests.support.bots import NOW, InProcess
from tests.support.fake_slack import FakeSlack
from tests.support.kills import employ, is_right, run
from tests.support.slack_payloads import BOT_TOKEN, TEAM, USER, dm_channel

# The full figures are those of `python -m tests.benchmarks.kills`.
OWNERS, KILLS = 60, 6
CHANNEL, KEY, TALK = dm_channel(USER), "remind:1:2026-W48", f"{USER}:reminders"
LONG_AGO, JUST_NOW = NOW - timedelta(minutes=5), NOW - timedelta(seconds=20)


def test_everyone_is_reminded_once_whichever_process_is_killed(
    postgres_url: str, tmp_path: Path
) -> None:
    seed = int(os.environ.get("KILLS_SEED") or int.from_bytes(os.urandom(4), "big"))
    print(f"KILLS_SEED={seed}")

    figures = run(postgres_url, tmp_path, owners=OWNERS, kills=KILLS, seed=seed)

    print(figures)
    assert is_right(figures)
    assert figures.taken_over >= 1


# --- one window at a time ---------------------------------------------------------------------


def left_by(database: Database, sender: str) -> None:
    """A message that waits and that this executor has begun to send."""
    with database.writing() as session:
        providers.ensure_provider(session, TEAM, "Test College")
        conversations.queue_message(
            session,
            OutgoingMessage(
                workspace=TEAM,
                key=KEY,
                conversation=TALK,
                channel=CHANNEL,
                text="How is it going?",
                created_at=LONG_AGO,
                is_paced=True,
            ),
        )
        message = session.exec(select(OutgoingMessage)).one()
        assert message.id is not None
        assert conversations.claim_message(session, TEAM, message.id, None, sender)


def stands(database: Database) -> tuple[Delivery, str | None]:
    with database.reading() as session:
        message = session.exec(select(OutgoingMessage)).one()
        return message.delivery, message.sender


@pytest.mark.parametrize("was_known", [True, False], ids=["known", "never heard of"])
@pytest.mark.parametrize("reached_slack", [False, True], ids=["before", "after"])
def test_what_a_process_died_over_is_looked_for_and_then_sent_by_another(
    fake: FakeSlack, bot: InProcess, reached_slack: bool, was_known: bool
) -> None:
    left_by(bot.database, "dead")
    if was_known:
        with bot.database.writing() as session:
            nodes.beat(session, "dead", LONG_AGO)
    if reached_slack:
        metadata = {"event_type": METADATA_TYPE, "event_payload": {"key": KEY}}
        client = WebClient(BOT_TOKEN, base_url=fake.api_url)
        client.chat_postMessage(channel=CHANNEL, text="How is it going?", metadata=metadata)

    bot.service.upkeep.reap()
    fake.wait_for_calls("conversations.history")
    fake.wait_for_messages(CHANNEL)
    bot.service.stop()

    assert len(fake.messages(CHANNEL)) == 1
    assert stands(bot.database) == (Delivery.SENT, "test")
    with bot.database.reading() as session:
        assert [node.executor_id for node in session.exec(select(Node))] == ["test"]


def test_what_a_process_that_runs_is_sending_is_left_to_it(fake: FakeSlack, bot: InProcess) -> None:
    left_by(bot.database, "other")
    with bot.database.writing() as session:
        nodes.beat(session, "other", JUST_NOW)

    bot.service.upkeep.reap()
    bot.service.stop()

    assert stands(bot.database) == (Delivery.WAITING, "other")
    assert fake.messages(CHANNEL) == []


def test_who_came_back_before_it_was_taken_over_keeps_its_work(
    fake: FakeSlack, bot: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by(bot.database, "other")
    with bot.database.writing() as session:
        nodes.beat(session, "other", LONG_AGO)
    silent: Callable[..., list[str]] = nodes.silent

    def comes_back(*asked: object) -> list[str]:
        found = silent(*asked)
        with bot.database.writing() as session:
            nodes.beat(session, "other", NOW)
        return found

    monkeypatch.setattr(nodes, "silent", comes_back)
    bot.service.upkeep.reap()
    bot.service.stop()

    assert stands(bot.database) == (Delivery.WAITING, "other")
    assert fake.messages(CHANNEL) == []


def test_what_has_waited_for_long_here_may_be_sent_by_whoever_comes_first(
    fake: FakeSlack, bot: InProcess
) -> None:
    left_by(bot.database, "test")
    with bot.database.writing() as session:
        session.exec(select(OutgoingMessage)).one().created_at = NOW - timedelta(hours=1)

    bot.service.upkeep.sweep()
    fake.wait_for_messages(CHANNEL)
    bot.service.stop()

    # It might have been the other process: it was looked for first all the same.
    assert len(fake.calls_to("conversations.history")) == 1
    assert stands(bot.database) == (Delivery.SENT, "test")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_tick_that_comes_while_the_one_before_is_under_way_is_left_out(
    fake: FakeSlack, bot: InProcess
) -> None:
    employ(bot.database, 1)
    held = fake.hold("dnd.teamInfo")
    engine = bot.service.engine

    engine.start_once("first", "sweep", NOW.isoformat())
    held.wait_until_reached()
    for number in range(8):
        engine.start_once(f"later-{number}", "sweep", NOW.isoformat())
    pause, deadline = Event(), monotonic() + 20
    while engine.backlog().running > 1:
        assert monotonic() < deadline
        pause.wait(0.05)
    held.release()
    fake.wait_for_messages(dm_channel("U0OWNER0000"))
    bot.service.stop()

    assert len(fake.calls_to("dnd.teamInfo")) == 1
