"""A database that is there but takes no writes: the engine waits for it, and tells callers why."""

import threading
import time
from queue import SimpleQueue
from types import SimpleNamespace

import psycopg
import pytest
import sqlalchemy as sa

from bot.engine import Engine, EngineUnavailable
from storage.database import DatabaseUnavailable
from tests.engine.conftest import EngineMaker, Recorded
from tests.support.waiting import eventually

SECONDS = 20  # more than any wait here takes
LONG = "x" * 100_000  # takes new pages of a file
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def fill(engine: Engine) -> None:
    """Have the file grow no more by the one connection there is; a new one finds room again."""
    with engine._database.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def set_read_only(url: str, how: str) -> None:
    """Have every new connection be one that can only read, or no more; there are only new ones."""
    parsed = sa.make_url(url).set(drivername="postgresql")
    server = parsed.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {parsed.database} SET default_transaction_read_only = {how}")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [parsed.database],
        )


class Held:
    """A workflow with one step, which waits amid its work."""

    def __init__(self, engine: Engine) -> None:
        self.begun, self.ended = threading.Event(), SimpleQueue[str]()
        self._may_end = threading.Event()

        def work() -> str:
            self.begun.set()
            self._may_end.wait(SECONDS)
            return LONG

        engine.workflow("work")(lambda: self.ended.put(engine.step("work", work)))
        engine.launch()
        engine.start_once("work-1", "work")
        assert self.begun.wait(SECONDS)

    def go_on(self) -> None:
        """Let it end."""
        self._may_end.set()


@on_sqlite
def test_a_workflow_outlives_a_full_disk(new_engine: EngineMaker, recorded: Recorded) -> None:
    engine = new_engine()
    held = Held(engine)

    fill(engine)
    held.go_on()

    assert held.ended.get(timeout=SECONDS) == LONG
    engine.close()
    assert recorded("SELECT status FROM workflow_status") == [("SUCCESS",)]


@on_postgresql
def test_a_workflow_outlives_a_database_that_can_only_be_read(
    new_engine: EngineMaker, recorded: Recorded, database_url: str
) -> None:
    engine = new_engine()
    held = Held(engine)
    refused = threading.Event()

    @sa.event.listens_for(engine._database, "handle_error")
    def note(context: sa.ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == "25006":
            refused.set()

    set_read_only(database_url, "on")
    held.go_on()
    assert refused.wait(SECONDS)
    set_read_only(database_url, "off")

    assert held.ended.get(timeout=SECONDS) == LONG
    engine.close()
    assert recorded("SELECT status FROM workflow_status") == [("SUCCESS",)]


@on_sqlite
def test_a_caller_is_told_at_once_that_there_is_no_room(new_engine: EngineMaker) -> None:
    engine = new_engine()
    engine.workflow("work")(lambda _: None)
    engine.launch()

    fill(engine)
    with pytest.raises(EngineUnavailable) as raised:
        engine.start_once("work-1", "work", LONG)
    engine.start_once("work-1", "work", LONG)

    assert str(raised.value) == (
        "There is no room left on the disk of the database: free some and try again."
    )


@on_sqlite
def test_a_clock_that_is_put_back_makes_no_wait_longer(
    new_engine: EngineMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = SimpleQueue[int]()
    engine = new_engine()
    began, asked = time.time(), SimpleQueue[int]()

    def backwards() -> float:
        """An hour earlier each time that it is asked."""
        asked.put(1)
        return began - 3600 * asked.qsize()

    def fail_once() -> None:
        tries.put(1)
        if tries.qsize() == 1:
            raise ConnectionError

    engine.workflow("work")(lambda: engine.step("work", fail_once, first_wait_seconds=0.1))
    engine.launch()
    clock = SimpleNamespace(time=backwards, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr("bot.engine.time", clock)
    engine.start_once("work-1", "work")

    eventually(lambda: tries.qsize() == 2, SECONDS)


@on_sqlite
def test_the_log_says_what_a_workflow_waits_for(
    new_engine: EngineMaker, caplog: pytest.LogCaptureFixture
) -> None:
    engine = new_engine()

    def work() -> None:
        if not caplog.records:
            raise DatabaseUnavailable("There is no room left on the disk of the database.")

    engine.workflow("work")(lambda: engine.step("work", work, first_wait_seconds=0.01))
    engine.launch()
    engine.start_once("work-1", "work")

    eventually(lambda: "There is no room left on the disk of the database." in caplog.text, SECONDS)
