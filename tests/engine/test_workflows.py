"""Starting work once, trying steps again, closing."""

import threading
import time
from queue import SimpleQueue
from typing import Any

import pytest

from bot.engine import Engine, EngineBusy, EngineUnavailable, StepFailed, TryAgain, engine_url
from tests.engine.conftest import EngineMaker, Recorded

SECONDS = 20  # more than any wait here takes


@pytest.mark.parametrize(
    ("app", "own"),
    [
        ("sqlite:///plans/app.db", "sqlite:///plans/app-engine.db"),
        ("sqlite:////data/so what.db", "sqlite:////data/so what-engine.db"),
        ("postgresql+psycopg://u:p%40ss@db/plans", "postgresql+psycopg://u:p%40ss@db/plans"),
    ],
)
def test_the_engine_keeps_its_own_file_on_sqlite_only(app: str, own: str) -> None:
    assert engine_url(app) == own


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_the_engine_refuses_a_database_in_memory(url: str) -> None:
    with pytest.raises(ValueError, match="does not last"):
        engine_url(url)


def test_work_started_three_times_runs_once(new_engine: EngineMaker, recorded: Recorded) -> None:
    ran: SimpleQueue[str] = SimpleQueue()
    engine = new_engine()

    @engine.workflow("answer")
    def answer(text: str) -> None:
        engine.step("read", ran.put, text)

    engine.launch()
    engine.start_once("event-1", "answer", "while it runs")
    engine.start_once("event-1", "answer", "while it runs")
    assert ran.get(timeout=SECONDS) == "while it runs"
    engine.close()

    engine = new_engine()
    engine.workflow("answer")(answer)
    engine.launch()
    engine.start_once("event-1", "answer", "after it is done")
    engine.start_once("event-2", "answer", "the next")
    assert ran.get(timeout=SECONDS) == "the next"
    engine.close()

    assert ran.empty()
    assert recorded("SELECT workflow_uuid, status FROM workflow_status ORDER BY 1") == [
        ("event-1", "SUCCESS"),
        ("event-2", "SUCCESS"),
    ]


def test_threads_that_start_one_id_together_run_it_once(new_engine: EngineMaker) -> None:
    ran: SimpleQueue[int] = SimpleQueue()
    engine = new_engine()

    @engine.workflow("answer")
    def answer(number: int) -> None:
        engine.step("read", ran.put, number)

    engine.launch()
    together = threading.Barrier(8)

    def start(number: int) -> None:
        together.wait()
        engine.start_once("event-1", "answer", number)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ran.get(timeout=SECONDS) in range(8)
    engine.close()
    assert ran.empty()


def test_a_workflow_may_start_another(new_engine: EngineMaker, recorded: Recorded) -> None:
    sent: SimpleQueue[str] = SimpleQueue()
    engine = new_engine()

    @engine.workflow("send")
    def send(text: str) -> None:
        engine.step("post", sent.put, text)

    @engine.workflow("answer")
    def answer() -> None:
        engine.start_once("message-1", "send", "so what?")

    engine.launch()
    engine.start_once("event-1", "answer")
    assert sent.get(timeout=SECONDS) == "so what?"
    engine.close()

    assert recorded("SELECT status FROM workflow_status") == [("SUCCESS",), ("SUCCESS",)]


def test_a_step_waits_as_long_as_it_was_asked_to(
    new_engine: EngineMaker, recorded: Recorded
) -> None:
    tries: list[float] = []
    results: SimpleQueue[Any] = SimpleQueue()
    engine = new_engine()

    def post() -> tuple[str, int]:
        tries.append(time.monotonic())
        if len(tries) == 1:
            raise TryAgain(after_seconds=0.3)
        return ("ts", 2)

    @engine.workflow("send")
    def send() -> None:
        results.put(engine.step("post", post, first_wait_seconds=0))

    engine.launch()
    engine.start_once("message-1", "send")

    assert results.get(timeout=SECONDS) == ["ts", 2]  # JSON, as after a recovery
    engine.close()
    assert tries[1] - tries[0] >= 0.3
    assert recorded("SELECT function_name FROM operation_outputs") == [("post",), ("post",)]


def test_waits_double_and_end_with_the_last_attempt(new_engine: EngineMaker) -> None:
    tries: list[float] = []
    failures: SimpleQueue[str] = SimpleQueue()
    engine = new_engine()

    def post() -> None:
        tries.append(time.monotonic())
        raise TimeoutError

    @engine.workflow("send")
    def send() -> None:
        try:
            engine.step("post", post, attempts=3, first_wait_seconds=0.1)
        except StepFailed as failure:
            failures.put(str(failure))

    engine.launch()
    engine.start_once("message-1", "send")

    assert failures.get(timeout=SECONDS) == (
        "Step post was tried 3 times; the last ended in TimeoutError."
    )
    assert len(tries) == 3
    assert tries[1] - tries[0] >= 0.1
    assert tries[2] - tries[1] >= 0.2


def test_closing_lets_a_running_workflow_finish(
    new_engine: EngineMaker, recorded: Recorded
) -> None:
    started, may_end = threading.Event(), threading.Event()
    engine = new_engine()

    @engine.workflow("answer")
    def answer() -> None:
        engine.step("read", started.set)
        engine.step("think", may_end.wait, SECONDS)
        engine.step("send", lambda: None)

    engine.launch()
    engine.start_once("event-1", "answer")
    assert started.wait(SECONDS)
    closer = threading.Thread(target=engine.close)
    closer.start()
    may_end.set()
    closer.join()

    assert recorded("SELECT status FROM workflow_status") == [("SUCCESS",)]
    with pytest.raises(EngineUnavailable, match="not running"):
        engine.start_once("event-2", "answer")


def test_what_close_cuts_short_goes_on_at_the_next_launch(
    new_engine: EngineMaker, recorded: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    done: SimpleQueue[str] = SimpleQueue()
    started, may_end, ended = threading.Event(), threading.Event(), threading.Event()
    engine = new_engine()

    def think() -> None:
        started.set()
        may_end.wait(SECONDS)

    @engine.workflow("answer")
    def answer() -> None:
        try:
            engine.step("read", done.put, "read")
            engine.step("think", think)
            engine.step("send", done.put, "sent")
        finally:
            ended.set()

    engine.launch()
    engine.start_once("event-1", "answer")
    assert started.wait(SECONDS)
    engine.close(drain_seconds=0)
    may_end.set()
    assert ended.wait(SECONDS)
    assert recorded("SELECT status FROM workflow_status") == [("PENDING",)]

    engine = new_engine()
    engine.workflow("answer")(answer)
    engine.launch()

    assert [done.get(timeout=SECONDS) for _ in range(2)] == ["read", "sent"]
    engine.close()
    assert recorded("SELECT status FROM workflow_status") == [("SUCCESS",)]
    assert caplog.text == ""


def test_closing_does_not_wait_for_a_retry_which_goes_on_later(
    new_engine: EngineMaker, recorded: Recorded
) -> None:
    tried: SimpleQueue[str] = SimpleQueue()
    engine = new_engine()

    def post() -> None:
        tried.put("post")
        raise TryAgain(after_seconds=3600)

    @engine.workflow("send")
    def send() -> None:
        engine.step("post", post)

    engine.launch()
    engine.start_once("message-1", "send")
    tried.get(timeout=SECONDS)
    began = time.monotonic()
    engine.close(drain_seconds=SECONDS)

    assert time.monotonic() - began < SECONDS
    assert recorded("SELECT status FROM workflow_status") == [("ENQUEUED",)]
    assert recorded("SELECT function_name FROM operation_outputs") == [("post",)]


def test_mistakes_of_the_caller_are_named_at_once(new_engine: EngineMaker) -> None:
    engine = new_engine()
    engine.workflow("answer")(lambda: None)
    with pytest.raises(ValueError, match="already a workflow answer"):
        engine.workflow("answer")
    with pytest.raises(EngineUnavailable, match="not running"):
        engine.start_once("event-1", "answer")
    with pytest.raises(RuntimeError, match="outside a workflow"):
        engine.step("read", print)

    engine.launch()
    with pytest.raises(RuntimeError, match="before launch"):
        engine.workflow("late")
    with pytest.raises(KeyError):
        engine.start_once("event-1", "unheard of")
    with pytest.raises(TypeError, match="not JSON"):
        engine.start_once("event-1", "answer", object())
    with pytest.raises(EngineBusy, match="This process already runs an engine"):
        new_engine().launch()
    with pytest.raises(ValueError, match="stable"):
        Engine("sqlite:///app.db", executor_id="")
