"""Which processes run: one row each, whoever writes it and how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from time import monotonic

import pytest
import sqlalchemy as sa

from storage import nodes
from storage.database import Database
from storage.models import Node

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def kept(database: Database) -> list[tuple[str, datetime, datetime | None]]:
    with database.reading() as session:
        return [(n.executor_id, n.beat_at, n.swept_at) for n in nodes.nodes(session)]


def test_a_beat_is_kept_once_for_each_process_with_its_newest_time(database: Database) -> None:
    for executor_id, at in (("b", NOON), ("a", NOON), ("b", NOON + MINUTE)):
        with database.writing() as session:
            nodes.beat(session, executor_id, at)

    assert kept(database) == [("a", NOON, None), ("b", NOON + MINUTE, None)]


def test_a_sweep_and_a_beat_leave_each_others_time(database: Database) -> None:
    with database.writing() as session:
        nodes.beat(session, "a", NOON)
        nodes.swept(session, "a", NOON + MINUTE)
        # One of which nothing was heard before runs all the same.
        nodes.swept(session, "b", NOON)
    with database.writing() as session:
        nodes.beat(session, "a", NOON + 2 * MINUTE)

    assert kept(database) == [("a", NOON + 2 * MINUTE, NOON + MINUTE), ("b", NOON, NOON)]


def test_those_last_heard_of_before_are_silent_until_they_are_forgotten(database: Database) -> None:
    with database.writing() as session:
        for executor_id, minutes in (("b", 0), ("a", 0), ("c", 1), ("d", 2)):
            nodes.beat(session, executor_id, NOON + minutes * MINUTE)

    with database.writing() as session:
        assert nodes.silent(session, NOON) == []
        assert nodes.silent(session, NOON + MINUTE) == ["a", "b"]
        nodes.forget(session, "a")
        nodes.forget(session, "unknown")

    with database.reading() as session:
        assert nodes.silent(session, NOON + MINUTE) == ["b"]
        assert [node.executor_id for node in nodes.nodes(session)] == ["b", "c", "d"]


def test_only_who_is_silent_or_unheard_of_is_kept_so(database: Database) -> None:
    with database.writing() as session:
        nodes.beat(session, "silent", NOON)
        nodes.beat(session, "lively", NOON + MINUTE)

    with database.writing() as session:
        assert nodes.keep_silent(session, "silent", NOON + MINUTE)
        assert nodes.keep_silent(session, "unheard of", NOON + MINUTE)
        assert not nodes.keep_silent(session, "lively", NOON + MINUTE)
        nodes.forget(session, "unheard of")

    assert kept(database) == [("lively", NOON + MINUTE, None), ("silent", NOON, None)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("was_known", [True, False])
def test_who_is_kept_silent_begins_only_when_their_work_is_taken(
    database: Database, was_known: bool
) -> None:
    if was_known:
        with database.writing() as session:
            nodes.beat(session, "a", NOON)

    def begin() -> None:
        with database.writing() as session:
            nodes.beat(session, "a", NOON + 9 * MINUTE)

    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            assert nodes.keep_silent(session, "a", NOON + MINUTE)
            begins = pool.submit(begin)
            wait_for_a_lock(database)
            assert not begins.done()
            nodes.forget(session, "a")
        begins.result(timeout=20)

    assert kept(database) == [("a", NOON + 9 * MINUTE, None)]


def wait_for_a_lock(database: Database) -> None:
    """Return when somebody waits for what another transaction holds, as PostgreSQL tells."""
    pause, deadline = Event(), monotonic() + 20
    asked = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while True:
        with database.reading() as session:
            if session.connection().scalar(asked):
                return
        assert monotonic() < deadline
        pause.wait(0.02)


def test_what_a_session_has_read_is_read_anew_after_a_beat(database: Database) -> None:
    with database.writing() as session:
        session.add(Node(executor_id="a", beat_at=NOON))
    with database.writing() as session:
        nodes.beat(session, "a", NOON + MINUTE)
        assert nodes.nodes(session)[0].beat_at == NOON + MINUTE


def test_several_may_say_at_once_that_they_run(database: Database) -> None:
    together = Barrier(4)

    def beat(number: int) -> None:
        together.wait()
        with database.writing() as session:
            nodes.beat(session, "same", NOON)
            nodes.beat(session, f"own-{number}", NOON)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(beat, range(4)))

    assert [name for name, _, _ in kept(database)] == [f"own-{n}" for n in range(4)] + ["same"]
