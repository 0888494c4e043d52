"""One node of several, as a program that a test can stop or kill; what it does is in its diary.

Arguments: the engine's URL, the executor's id, the diary, and one of "blocks", "ticks" and "busy".
"""

import logging
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bot.engine import Engine, EngineUnavailable

EVERY_SECOND = "* * * * * *"
AT_ONCE = 32


def queue_errands(engine: Engine, diary: Path, meanwhile: Callable[[], object]) -> None:
    """Registers errands of two steps; `meanwhile` is called in the second."""

    def second(words: str) -> None:
        meanwhile()
        _write(diary, f"{words} by {engine.executor_id}")

    @engine.workflow("errand")
    def errand(name: str) -> None:
        engine.step("first", _write, diary, f"first of {name} by {engine.executor_id}")
        engine.step("second", second, f"second of {name}")

    engine.queue("errands", per_second=50, at_once=1, poll_seconds=0.05)


def tick_each_second(engine: Engine, diary: Path, then: Callable[[str], object]) -> None:
    """Registers a schedule of every second; `then` is called with the instant."""

    def note(due: str) -> None:
        _write(diary, f"{due} by {engine.executor_id}")
        then(due)

    @engine.workflow("sweep")
    def sweep(due: str) -> None:
        engine.step("note", note, due)

    engine.schedule("each second", EVERY_SECOND, "sweep")


def _write(diary: Path, words: str) -> None:
    with diary.open("a", encoding="utf-8") as file:
        file.write(words + "\n")


def _block() -> None:
    print("in the second step", flush=True)
    threading.Event().wait()


def _blocks(engine: Engine, diary: Path) -> None:
    queue_errands(engine, diary, _block)
    engine.launch()
    for number in range(3):
        engine.enqueue_once(f"errand-{number}", "errands", "C1", "errand", str(number))
    sys.stdin.read()


def _ticks(engine: Engine, diary: Path) -> None:
    tick_each_second(engine, diary, lambda due: None)
    engine.launch()
    print("launched", flush=True)
    sys.stdin.read()
    engine.close()


def _busy(engine: Engine, diary: Path) -> None:
    """Half of the running workflows end while the engine drains, the others after it is closed."""
    closing, closed, all_begun = (
        threading.Event(),
        threading.Event(),
        threading.Barrier(AT_ONCE + 1),
    )
    logging.basicConfig(level=logging.INFO)
    # Taken from the main thread only, and only when it waits for it; other threads inherit this.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def work(number: int) -> None:
        all_begun.wait(60)
        (closing if number % 2 else closed).wait(20)

    @engine.workflow("work")
    def work_flow(number: int) -> None:
        engine.step("work", work, number)
        engine.step("rest", lambda: None)

    engine.queue("works", per_second=100, at_once=AT_ONCE, poll_seconds=0.05)
    tick_each_second(engine, diary, lambda due: None)
    engine.launch()
    for number in range(AT_ONCE):
        engine.start_once(f"work-{number:02}", "work", number)
    for number in range(AT_ONCE, 2 * AT_ONCE):
        engine.enqueue_once(f"work-{number:02}", "works", "C1", "work", number)
    all_begun.wait(60)
    print("busy", flush=True)
    signal.sigwait({signal.SIGTERM})
    closer = threading.Thread(target=engine.close, args=(2,))
    closer.start()
    with suppress(EngineUnavailable):
        while True:  # until the other thread has begun
            engine.ping()
    closing.set()
    closer.join()
    closed.set()


if __name__ == "__main__":
    url, executor_id, diary_file, does = sys.argv[1:]
    node = Engine(url, executor_id=executor_id)
    {"blocks": _blocks, "ticks": _ticks, "busy": _busy}[does](node, Path(diary_file))
