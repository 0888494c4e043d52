"""What the engine guards against: silent databases, coarse clocks, data in logs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest
import sqlalchemy as sa

from bot.engine import Engine, EngineUnavailable, engine_url
from bot.engine_database import connect
from tests.engine.conftest import EngineMaker, Recorded


@contextmanager
def closed_to_connections(postgres_url: str) -> Iterator[None]:
    url = sa.make_url(postgres_url)
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:

        def allow(answer: bool) -> None:
            connection.execute(
                sa.text(f'ALTER DATABASE "{url.database}" WITH ALLOW_CONNECTIONS {answer}')
            )

        allow(False)
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": url.database},
        )
        try:
            yield
        finally:
            allow(True)
    admin.dispose()


def test_a_database_nobody_answers_for_stops_the_launch(
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine = Engine("postgresql+psycopg://someone@127.0.0.1:1/plans", executor_id="node-1")

    with pytest.raises(EngineUnavailable, match=r"^The engine's database cannot be reached\.$"):
        engine.launch()

    assert caplog.text == ""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_launch_can_be_tried_again_when_postgresql_is_back(
    new_engine: EngineMaker, database_url: str, recorded: Recorded
) -> None:
    engine = new_engine()
    engine.workflow("answer")(lambda: None)

    with closed_to_connections(database_url):
        with pytest.raises(EngineUnavailable, match="cannot be reached"):
            engine.launch()
        with pytest.raises(EngineUnavailable, match="not running"):
            engine.start_once("event-1", "answer")
    engine.launch()
    engine.start_once("event-2", "answer")

    engine.close()
    assert recorded("SELECT workflow_uuid FROM workflow_status") == [("event-2",)]
    with pytest.raises(RuntimeError, match="cannot be launched again"):
        engine.launch()


def test_a_folder_that_is_not_there_stops_the_launch(tmp_path: Path) -> None:
    engine = Engine(f"sqlite:///{tmp_path / 'nowhere' / 'app.db'}", executor_id="node-1")

    with pytest.raises(EngineUnavailable, match="cannot be opened"):
        engine.launch()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_work_is_not_accepted_while_postgresql_is_away(
    new_engine: EngineMaker, database_url: str, recorded: Recorded
) -> None:
    engine = new_engine()
    engine.workflow("answer")(lambda: None)
    engine.launch()

    with (
        closed_to_connections(database_url),
        pytest.raises(EngineUnavailable, match="cannot be reached"),
    ):
        engine.start_once("event-1", "answer")
    engine.start_once("event-2", "answer")

    engine.close()
    assert recorded("SELECT workflow_uuid FROM workflow_status") == [("event-2",)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_work_is_not_accepted_while_sqlite_cannot_write(
    new_engine: EngineMaker, database_url: str
) -> None:
    engine = new_engine()
    engine.workflow("answer")(lambda: None)
    engine.launch()
    other = sa.create_engine(engine_url(database_url))
    with other.begin() as connection:
        connection.execute(sa.text("ALTER TABLE workflow_status RENAME TO hidden"))
    other.dispose()

    with pytest.raises(EngineUnavailable, match="does not accept work"):
        engine.start_once("event-1", "answer")


@pytest.mark.parametrize("asked", ["unixepoch('subsec')", "strftime('%s', 'now')"])
def test_the_clock_of_sqlite_tells_fractions_of_a_second(asked: str, tmp_path: Path) -> None:
    database = connect(sa.make_url(f"sqlite:///{tmp_path / 'engine.db'}"))
    with database.connect() as connection:
        ask = sa.select(sa.literal_column(asked, sa.Float))
        instants = [connection.scalars(ask).one() for _ in range(50)]
    database.dispose()

    assert instants == sorted(instants)
    assert any(instant % 1 for instant in instants)


def test_work_is_stamped_in_the_order_it_came(new_engine: EngineMaker, recorded: Recorded) -> None:
    engine = new_engine()
    engine.workflow("answer")(lambda: None)
    engine.launch()
    for number in range(20):
        engine.start_once(f"event-{number:02}", "answer")
    engine.close()

    stamps = recorded("SELECT workflow_uuid, created_at FROM workflow_status ORDER BY 2, 1")
    assert [event for event, _ in stamps] == [f"event-{number:02}" for number in range(20)]
    assert len({stamp for _, stamp in stamps}) > 2  # not whole seconds


def test_a_failing_step_logs_names_and_nothing_said(
    new_engine: EngineMaker, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    engine = new_engine()
    tried: SimpleQueue[str] = SimpleQueue()

    def post(text: str) -> None:
        tried.put(text)
        raise ValueError(f"cannot post {text}")

    @engine.workflow("send")
    def send(text: str) -> None:
        engine.step("post", post, text, attempts=2, first_wait_seconds=0)

    engine.launch()
    engine.start_once("message-1", "send", "words in confidence")
    tried.get(timeout=20)
    tried.get(timeout=20)
    engine.close()

    assert [record.getMessage() for record in caplog.records] == [
        "Step post of workflow message-1 failed: ValueError",
        "Step post of workflow message-1 failed: ValueError",
        "Exception encountered in background workflow: StepFailed (workflow message-1)",
    ]
    printed = capfd.readouterr()
    written = caplog.text + printed.out + printed.err
    assert "words in confidence" not in written
    assert "Traceback" not in written
