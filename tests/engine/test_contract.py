"""What any engine has to keep: pace, order, schedules, recovery of a dead node, tidying, health."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
import sqlalchemy as sa

from bot.engine import Backlog, Engine, EngineUnavailable, TryAgain, engine_url
from tests.engine.conftest import EngineMaker, Recorded
from tests.engine.node import queue_errands, tick_each_second
from tests.engine.test_guards import closed_to_connections
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
SECONDS = 20  # more than any wait here takes
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@contextmanager
def node(database_url: str, diary: Path, does: str, says: str) -> Iterator[subprocess.Popen[str]]:
    """Runs tests.engine.node as node-1 until it says that, and kills it at the end."""
    url = engine_url(database_url)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.engine.node", url, "node-1", str(diary), does],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            assert program.stdout and program.stdout.readline() == f"{says}\n"
            yield program
        finally:
            program.kill()


def second_node(database_url: str) -> Engine:
    return Engine(engine_url(database_url), executor_id="node-2")


@pytest.mark.parametrize(
    ("per_second", "number", "seconds"), [(5, 6, 1.0), (0.5, 2, 2.0), (2.5, 5, 1.6)]
)
def test_each_partition_keeps_its_pace(
    new_engine: EngineMaker, per_second: float, number: int, seconds: float
) -> None:
    starts: SimpleQueue[tuple[str, float]] = SimpleQueue()
    engine = new_engine()
    engine.workflow("send")(lambda channel: starts.put((channel, time.monotonic())))
    engine.queue("sends", per_second=per_second, at_once=50, poll_seconds=0.05)
    engine.launch()
    for item in range(number):
        engine.enqueue_once(f"message-{item}", "sends", "C1", "send", "C1")
    engine.enqueue_once("other", "sends", "C2", "send", "C2")

    seen = [starts.get(timeout=SECONDS) for _ in range(number + 1)]
    paced = [instant for channel, instant in seen if channel == "C1"]
    assert paced[-1] - paced[0] >= 0.9 * seconds
    assert seen[-1][0] == "C1"  # the other channel did not wait behind it


def test_a_partition_runs_no_more_at_once_than_it_may(new_engine: EngineMaker) -> None:
    begun: SimpleQueue[int] = SimpleQueue()
    may_end = threading.Semaphore(0)
    engine = new_engine()

    def post(number: int) -> None:
        begun.put(number)
        may_end.acquire(timeout=SECONDS)

    engine.workflow("send")(lambda number: engine.step("post", post, number))
    engine.queue("sends", per_second=100, at_once=2, poll_seconds=0.05)
    engine.launch()
    for number in range(3):
        engine.enqueue_once(f"message-{number}", "sends", "C1", "send", number)
    engine.enqueue_once("other", "sends", "C2", "send", 9)

    assert {begun.get(timeout=SECONDS) for _ in range(3)} == {0, 1, 9}
    with pytest.raises(Empty):
        begun.get(timeout=0.6)
    assert engine.backlog()[:2] == (1, 3)
    may_end.release(3)
    assert begun.get(timeout=SECONDS) == 2
    may_end.release()


def test_a_partition_keeps_the_order_in_which_work_came(new_engine: EngineMaker) -> None:
    ran: SimpleQueue[int] = SimpleQueue()
    engine = new_engine()
    engine.workflow("send")(ran.put)
    engine.queue("sends", per_second=100, at_once=1, poll_seconds=0.02)
    engine.launch()
    for number in range(20):
        engine.enqueue_once(f"message-{number}", "sends", "C1", "send", number)

    assert [ran.get(timeout=SECONDS) for _ in range(20)] == list(range(20))


def test_work_enqueued_three_times_runs_once(new_engine: EngineMaker, recorded: Recorded) -> None:
    ran: SimpleQueue[str] = SimpleQueue()
    engine = new_engine()
    engine.workflow("send")(lambda text: engine.step("post", ran.put, text))
    engine.queue("sends", per_second=100, at_once=1, poll_seconds=0.05)
    engine.launch()
    engine.enqueue_once("message-1", "sends", "C1", "send", "once")
    engine.enqueue_once("message-1", "sends", "C1", "send", "while it waits")
    assert ran.get(timeout=SECONDS) == "once"
    engine.enqueue_once("message-1", "sends", "C1", "send", "afterwards")
    engine.enqueue_once("message-2", "sends", "C1", "send", "the next")
    assert ran.get(timeout=SECONDS) == "the next"
    engine.close()

    assert recorded("SELECT workflow_uuid, status FROM workflow_status ORDER BY 1") == [
        ("message-1", "SUCCESS"),
        ("message-2", "SUCCESS"),
    ]


def test_queued_work_may_start_and_enqueue_more(new_engine: EngineMaker) -> None:
    ran: SimpleQueue[str] = SimpleQueue()
    engine = new_engine()
    engine.workflow("send")(ran.put)
    engine.queue("sends", per_second=100, at_once=1, poll_seconds=0.05)

    @engine.workflow("remind")
    def remind() -> None:
        engine.start_once("direct", "send", "direct")
        engine.enqueue_once("queued", "sends", "C1", "send", "queued")

    engine.launch()
    engine.enqueue_once("reminder", "sends", "C2", "remind")

    assert {ran.get(timeout=SECONDS) for _ in range(2)} == {"direct", "queued"}


def test_what_is_queued_outlives_a_close(new_engine: EngineMaker, recorded: Recorded) -> None:
    begun: SimpleQueue[int] = SimpleQueue()
    may_end = threading.Event()

    def make() -> Engine:
        engine = new_engine()

        def post(number: int) -> None:
            begun.put(number)
            may_end.wait(SECONDS)

        engine.workflow("send")(lambda number: engine.step("post", post, number))
        engine.queue("sends", per_second=100, at_once=1, poll_seconds=0.02)
        engine.launch()
        return engine

    engine = make()
    for number in range(3):
        engine.enqueue_once(f"message-{number}", "sends", "C1", "send", number)
    assert begun.get(timeout=SECONDS) == 0
    closer = threading.Thread(target=engine.close)
    closer.start()
    may_end.set()
    closer.join(SECONDS)

    assert begun.empty()
    # Not even given a turn, and then put back.
    turns = "SELECT status, recovery_attempts FROM workflow_status ORDER BY created_at"
    assert recorded(turns) == [("SUCCESS", 1), ("ENQUEUED", 0), ("ENQUEUED", 0)]
    make()
    assert [begun.get(timeout=SECONDS) for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("drain_seconds", [0, SECONDS])
def test_queued_work_that_had_a_turn_but_no_thread_stays_queued(
    database_url: str, new_engine: EngineMaker, recorded: Recorded, drain_seconds: float
) -> None:
    begun: SimpleQueue[str] = SimpleQueue()
    closing = threading.Event()
    engine = Engine(engine_url(database_url), executor_id="node-1", workers=1)

    def post() -> None:
        begun.put("direct")
        closing.wait(SECONDS)

    engine.workflow("hold")(lambda: engine.step("post", post))
    engine.workflow("send")(lambda: begun.put("queued"))
    engine.queue("sends", per_second=100, at_once=1, poll_seconds=0.05)
    engine.launch()
    engine.start_once("direct", "hold")
    assert begun.get(timeout=SECONDS) == "direct"
    engine.enqueue_once("queued", "sends", "C1", "send")
    eventually(lambda: engine.backlog()[:2] == (0, 2))
    closer = threading.Thread(target=engine.close, args=(drain_seconds,))
    closer.start()
    if not drain_seconds:
        closer.join(SECONDS)
    closing.set()
    closer.join(SECONDS)

    assert recorded("SELECT status, queue_name FROM workflow_status ORDER BY workflow_uuid") == [
        ("SUCCESS" if drain_seconds else "PENDING", None),
        ("ENQUEUED", "sends"),
    ]
    engine = new_engine()
    engine.workflow("hold")(lambda: None)
    engine.workflow("send")(lambda: begun.put("queued"))
    engine.launch()
    assert begun.get(timeout=SECONDS) == "queued"


def test_the_wait_of_queued_work_outlives_a_restart(new_engine: EngineMaker) -> None:
    tries: SimpleQueue[tuple[str, float]] = SimpleQueue()

    def make() -> Engine:
        engine = new_engine()

        def post() -> None:
            tries.put(("post", time.time()))
            if make.calls == 1:
                raise TryAgain(after_seconds=2)

        @engine.workflow("send")
        def send() -> None:
            engine.step("look", lambda: tries.put(("look", time.time())))
            engine.step("post", post)

        engine.queue("sends", per_second=100, at_once=1, poll_seconds=0.05)
        make.calls += 1
        engine.launch()
        return engine

    make.calls = 0
    engine = make()
    engine.enqueue_once("message-1", "sends", "C1", "send")
    assert tries.get(timeout=SECONDS)[0] == "look"
    asked, first = tries.get(timeout=SECONDS)
    engine.close()
    make()
    again, second = tries.get(timeout=SECONDS)

    assert (asked, again) == ("post", "post")
    assert second - first >= 1.95


def test_a_killed_process_goes_on_with_its_queue(
    new_engine: EngineMaker, database_url: str, tmp_path: Path
) -> None:
    diary = tmp_path / "diary"
    with node(database_url, diary, "blocks", says="in the second step"):
        assert diary.read_text("utf-8") == "first of 0 by node-1\n"
    engine = new_engine()
    queue_errands(engine, diary, lambda: None)
    engine.launch()

    eventually(lambda: engine.backlog() == (0, 0, None))
    assert diary.read_text("utf-8").splitlines() == [
        f"{step} of {number} by node-1" for number in range(3) for step in ("first", "second")
    ]


@on_postgresql
@pytest.mark.parametrize("from_a_step", [False, True])
def test_a_dead_nodes_work_is_taken_over_once(
    new_engine: EngineMaker, database_url: str, tmp_path: Path, from_a_step: bool
) -> None:
    diary = tmp_path / "diary"
    taken: SimpleQueue[int] = SimpleQueue()
    engine = second_node(database_url)
    queue_errands(engine, diary, lambda: None)
    engine.workflow("reap")(lambda: taken.put(engine.step("reap", engine.take_over, "node-1")))
    try:
        with node(database_url, diary, "blocks", says="in the second step"):
            pass
        engine.launch()
        assert engine.backlog()[:2] == (2, 1)  # its channel waits for what the dead node holds
        with pytest.raises(ValueError, match="node-2 is this executor"):
            engine.take_over("node-2")
        if from_a_step:
            engine.start_once("reaping", "reap")
            assert taken.get(timeout=SECONDS) == 1
        else:
            with ThreadPoolExecutor(4) as threads:
                assert sum(threads.map(engine.take_over, ["node-1"] * 4)) == 1
        assert engine.take_over("node-1") == 0
        eventually(lambda: engine.backlog() == (0, 0, None))
    finally:
        engine.close()

    assert (
        diary.read_text("utf-8").splitlines()
        == ["first of 0 by node-1"]
        + [f"{step} of {number} by node-2" for number in range(3) for step in ("first", "second")][
            1:
        ]
    )


def test_work_that_was_taken_over_is_not_put_back_by_a_second_call(database_url: str) -> None:
    begun: SimpleQueue[str] = SimpleQueue()
    may_end = threading.Event()

    def launched(executor_id: str) -> Engine:
        engine = Engine(engine_url(database_url), executor_id=executor_id)

        def post() -> None:
            begun.put(executor_id)
            may_end.wait(SECONDS)

        engine.workflow("send")(lambda: engine.step("post", post))
        engine.launch()
        return engine

    engine = launched("node-0")
    engine.start_once("message-1", "send")
    assert begun.get(timeout=SECONDS) == "node-0"
    engine.close(drain_seconds=0)  # as if it had died in its step
    engine = launched("node-1")
    try:
        assert engine.take_over("node-0") == 1
        assert begun.get(timeout=SECONDS) == "node-1"
        assert engine.take_over("node-0") == 0
        assert engine.backlog()[:2] == (0, 1)
    finally:
        may_end.set()
        engine.close()
    assert begun.empty()


def test_a_schedule_gives_the_instant_that_was_due(new_engine: EngineMaker, tmp_path: Path) -> None:
    ticks: SimpleQueue[str] = SimpleQueue()
    engine = new_engine()
    tick_each_second(engine, tmp_path / "diary", ticks.put)
    before = datetime.now(UTC)
    engine.launch()
    due = [datetime.fromisoformat(ticks.get(timeout=SECONDS)) for _ in range(3)]
    engine.close()

    assert all(instant.utcoffset() == timedelta(0) for instant in due)
    assert all(instant.microsecond == 0 for instant in due)
    assert before <= min(due) and max(due) <= datetime.now(UTC)
    assert len(set(due)) == 3


@on_postgresql
def test_each_tick_runs_once_over_two_processes(database_url: str, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    here: SimpleQueue[str] = SimpleQueue()
    engine = second_node(database_url)
    tick_each_second(engine, diary, here.put)
    with node(database_url, diary, "ticks", says="launched") as other:
        engine.launch()
        eventually(lambda: diary.exists() and len(diary.read_text("utf-8").splitlines()) >= 6)
        other.communicate("", timeout=SECONDS)
    engine.close()

    ticks = [line.split(" by ")[0] for line in diary.read_text("utf-8").splitlines()]
    assert len(ticks) == len(set(ticks))


def test_a_tick_does_not_wait_for_the_one_before(new_engine: EngineMaker, tmp_path: Path) -> None:
    begun: SimpleQueue[str] = SimpleQueue()
    may_end = threading.Event()
    engine = new_engine()

    def slow(due: str) -> None:
        begun.put(due)
        may_end.wait(SECONDS)

    tick_each_second(engine, tmp_path / "diary", slow)
    engine.launch()
    assert begun.get(timeout=SECONDS) != begun.get(timeout=SECONDS)
    may_end.set()


def test_a_schedule_that_left_the_program_leaves_the_database(
    new_engine: EngineMaker, recorded: Recorded
) -> None:
    for schedules in ({"daily": "0 5 * * *", "hourly": "0 * * * *"}, {"daily": "0 6 * * *"}, {}):
        engine = new_engine()
        engine.workflow("sweep")(lambda due: None)
        for name, cron in schedules.items():
            engine.schedule(name, cron, "sweep")
        engine.launch()
        engine.close()
        rows = recorded("SELECT schedule_name, schedule FROM workflow_schedules ORDER BY 1")
        assert rows == list(schedules.items())


def test_only_what_ended_is_tidied_away(
    new_engine: EngineMaker, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine._PAGE", 2)
    begun: SimpleQueue[str] = SimpleQueue()
    may_end = threading.Event()
    engine = new_engine()

    def post() -> None:
        begun.put("post")
        may_end.wait(SECONDS)

    engine.workflow("quick")(lambda: engine.step("look", lambda: None))
    engine.workflow("wrong")(lambda: 1 / 0)
    engine.workflow("slow")(lambda: engine.step("post", post))
    engine.queue("sends", per_second=100, at_once=1, poll_seconds=0.05)
    engine.launch()
    for number in range(4):
        engine.start_once(f"quick-{number}", "quick")
    engine.start_once("wrong", "wrong")
    for number in range(2):
        engine.enqueue_once(f"slow-{number}", "sends", "C1", "slow")
    assert begun.get(timeout=SECONDS) == "post"
    eventually(lambda: engine.backlog()[:2] == (1, 1))
    now = datetime.now(UTC)

    assert engine.tidy(now - timedelta(hours=1)) == 0
    assert engine.tidy(now + timedelta(hours=1)) == 5
    assert engine.tidy(now + timedelta(hours=1)) == 0
    with pytest.raises(ValueError, match="time zone"):
        engine.tidy(datetime(2026, 1, 1))
    may_end.set()
    eventually(lambda: engine.backlog() == (0, 0, None))
    engine.close()
    left = recorded("SELECT workflow_uuid, status FROM workflow_status ORDER BY 1")
    assert left == [("slow-0", "SUCCESS"), ("slow-1", "SUCCESS")]
    assert len(recorded("SELECT workflow_uuid FROM operation_outputs")) == 2


def test_ticks_are_tidied_away_by_a_step_of_one(new_engine: EngineMaker) -> None:
    deleted: SimpleQueue[int] = SimpleQueue()
    engine = new_engine()

    def tidy() -> int:
        return engine.tidy(datetime.now(UTC))

    engine.workflow("sweep")(lambda due: deleted.put(engine.step("tidy", tidy)))
    engine.schedule("each second", "* * * * * *", "sweep")
    engine.launch()

    assert [deleted.get(timeout=SECONDS) for _ in range(3)] == [0, 1, 1]


def test_the_backlog_counts_what_has_not_ended(new_engine: EngineMaker) -> None:
    begun: SimpleQueue[str] = SimpleQueue()
    may_end = threading.Event()
    engine = new_engine()

    def post() -> None:
        begun.put("post")
        may_end.wait(SECONDS)

    engine.workflow("send")(lambda: engine.step("post", post))
    engine.queue("sends", per_second=100, at_once=1, poll_seconds=0.05)
    engine.launch()
    assert engine.backlog() == Backlog(queued=0, running=0, oldest=None)
    before = datetime.now(UTC)
    for number in range(3):
        engine.enqueue_once(f"message-{number}", "sends", "C1", "send")
    after = datetime.now(UTC)
    assert begun.get(timeout=SECONDS) == "post"

    queued, running, oldest = engine.backlog()
    assert (queued, running) == (2, 1)
    assert oldest and before - timedelta(milliseconds=1) <= oldest <= after
    may_end.set()
    eventually(lambda: engine.backlog() == (0, 0, None))


def test_only_an_engine_that_runs_answers(new_engine: EngineMaker) -> None:
    begun, may_end = threading.Event(), threading.Event()
    engine = new_engine()

    def wait() -> None:
        begun.set()
        may_end.wait(SECONDS)

    engine.workflow("send")(lambda: engine.step("wait", wait))
    verbs: list[Callable[[], object]] = [
        engine.ping,
        engine.backlog,
        lambda: engine.take_over("node-0"),
        lambda: engine.tidy(datetime.now(UTC)),
    ]
    for verb in verbs:
        with pytest.raises(EngineUnavailable, match="not running"):
            verb()
    engine.launch()
    engine.ping()
    engine.start_once("message-1", "send")
    assert begun.wait(SECONDS)
    closer = threading.Thread(target=engine.close)
    closer.start()
    with pytest.raises(EngineUnavailable, match="closing"):
        while True:  # until the other thread has begun
            engine.ping()
    may_end.set()
    closer.join(SECONDS)
    for verb in verbs:
        with pytest.raises(EngineUnavailable, match="closing|not running"):
            verb()


@on_postgresql
def test_nothing_is_answered_while_postgresql_is_away(
    new_engine: EngineMaker, database_url: str
) -> None:
    engine = new_engine()
    engine.workflow("send")(lambda: None)
    engine.queue("sends", per_second=1, at_once=1)
    engine.launch()

    with closed_to_connections(database_url):
        for verb in (
            engine.ping,
            engine.backlog,
            lambda: engine.take_over("node-0"),
            lambda: engine.tidy(datetime.now(UTC)),
            lambda: engine.enqueue_once("message-1", "sends", "C1", "send"),
        ):
            with pytest.raises(EngineUnavailable, match="cannot be reached"):
                verb()
    engine.ping()
    engine.enqueue_once("message-1", "sends", "C1", "send")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_sqlite_file_that_lost_its_tables_does_not_answer(
    new_engine: EngineMaker, database_url: str
) -> None:
    engine = new_engine()
    engine.launch()
    other = sa.create_engine(engine_url(database_url))
    with other.begin() as connection:
        connection.execute(sa.text("ALTER TABLE workflow_status RENAME TO hidden"))
    other.dispose()

    with pytest.raises(EngineUnavailable, match="does not accept work"):
        engine.ping()


def test_sigterm_while_everything_runs_leaves_no_traceback(
    database_url: str, new_engine: EngineMaker, recorded: Recorded, tmp_path: Path
) -> None:
    with node(database_url, tmp_path / "diary", "busy", says="busy") as program:
        program.send_signal(signal.SIGTERM)
        _, logged = program.communicate(timeout=2 * SECONDS)

    assert program.returncode == 0
    assert "Traceback" not in logged
    assert "rror" not in logged
    statuses = recorded(
        "SELECT workflow_uuid, status FROM workflow_status WHERE name = 'work' ORDER BY 1"
    )
    assert statuses == [
        (f"work-{number:02}", ("PENDING", "SUCCESS")[number % 2]) for number in range(32)
    ] + [(f"work-{number:02}", "ENQUEUED") for number in range(32, 64)]


def test_mistakes_about_queues_and_schedules_are_named_at_once(new_engine: EngineMaker) -> None:
    engine = new_engine()
    assert engine.executor_id == "node-1"
    engine.workflow("send")(lambda: None)
    engine.queue("sends", per_second=1, at_once=1)
    engine.schedule("daily", "0 5 * * *", "send")
    with pytest.raises(ValueError, match="already a queue sends"):
        engine.queue("sends", per_second=1, at_once=1)
    with pytest.raises(ValueError, match="already a schedule daily"):
        engine.schedule("daily", "0 5 * * *", "send")
    with pytest.raises(KeyError, match="unheard of"):
        engine.schedule("hourly", "0 * * * *", "unheard of")
    for pace in ({"per_second": 0, "at_once": 1}, {"per_second": 1, "at_once": 0}):
        with pytest.raises(ValueError, match="never start"):
            engine.queue("stuck", **pace)
    with pytest.raises(EngineUnavailable, match="not running"):
        engine.enqueue_once("message-1", "sends", "C1", "send")

    engine.launch()
    with pytest.raises(RuntimeError, match="queue late must be registered before launch"):
        engine.queue("late", per_second=1, at_once=1)
    with pytest.raises(RuntimeError, match="schedule late must be registered before launch"):
        engine.schedule("late", "0 5 * * *", "send")
    with pytest.raises(KeyError, match="unheard of"):
        engine.enqueue_once("message-1", "unheard of", "C1", "send")
    with pytest.raises(KeyError, match="unheard of"):
        engine.enqueue_once("message-1", "sends", "C1", "unheard of")
    with pytest.raises(TypeError, match="not JSON"):
        engine.enqueue_once("message-1", "sends", "C1", "send", object())
    with pytest.raises(ValueError, match="needs a partition"):
        engine.enqueue_once("message-1", "sends", "", "send")
