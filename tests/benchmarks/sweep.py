"""Reminders for a hundred thousand owners: finding who is due, deciding, writing, and the pace.

    python -m tests.benchmarks.sweep [--owners N] [--actions N] [--database D] [--json FILE]

The database is filled with owners in fifty workspaces. README.md tells how to read the figures.
"""

import argparse
import gc
import multiprocessing
import re
import resource
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import cast

from rich.console import Console
from slack_sdk import WebClient

from bot.engine import Engine, engine_url
from bot.slack.people import People
from bot.slack.posting import Posting
from bot.slack.reminding import PAGE, Reminding
from bot.slack.sending import Sending
from bot.slack.upkeep import Pace, Upkeep
from storage import reminders
from storage.database import Database
from storage.migrate import migrate
from storage.models import Person
from tests.benchmarks.bench import Row, measured, on_each, parser_of, table
from tests.support.crowd import NOW, fill, make_due

WORKSPACES = 50
# So many of all, and of fewer, to see which of both the time follows.
DUE, OF_FEWER = 7_000, 10_000
# How many are settled to see that memory does not grow with them.
FEW, MANY = 5_000, 50_000
PACED_WORKSPACES, PACED_EACH = 3, 100
_PACED_SECONDS = 180
_NEVER = "0 0 29 2 *"


class _Undisturbed:
    """A Slack that says of everyone that they may be disturbed."""

    def dnd_teamInfo(self, users: Sequence[str]) -> Row:
        return {"users": {user: {"dnd_enabled": False} for user in users}}


def _client(_workspace: str) -> WebClient:
    return cast(WebClient, _Undisturbed())


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


# --- who is due -----------------------------------------------------------------------------


def page_through(database: Database) -> int:
    """Find everyone who is due, a page at a time as the sweep does; how many they are."""
    after: reminders.Due | None = None
    found = 0
    while True:
        with database.reading() as session:
            due = reminders.due_to_remind(session, NOW, PAGE, after)
        if not due:
            return found
        found += len(due)
        after = due[-1]


def selecting(database: Database, due: int, rounds: int) -> float:
    """Seconds to find those who are due, the median of several goes after one that warms up."""
    make_due(database, due)
    if page_through(database) != due:
        raise RuntimeError(f"{due} should be due.")
    return statistics.median(_seconds(lambda: page_through(database)) for _ in range(rounds))


# --- deciding and composing -----------------------------------------------------------------


def sweep_through(database: Database) -> int:
    """Settle everyone who is due; how many messages are in the outbox for it."""
    return sum(len(keys) for keys in Reminding(database, _client).sweep(NOW))


def sweeping(database: Database, due: int, rounds: int) -> tuple[float, float]:
    """Seconds on the clock and of this process to settle so many, medians of several goes."""
    clock, processor = [], []
    # As the bot does when it starts: what is loaded by now stays for good.
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        make_due(database, due)
        begun, used = time.perf_counter(), time.process_time()
        if sweep_through(database) != due:
            raise RuntimeError(f"{due} should be written to.")
        clock.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
    return statistics.median(clock), statistics.median(processor)


def growth_in_mb(url: str, due: int) -> float:
    """By how much a fresh process grows at most while it settles so many."""
    database = Database(url)
    make_due(database, due)
    database.close()
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        grown: float = pool.apply(_grow, (url,))
    return grown


def _grow(url: str) -> float:
    database = Database(url)
    # The first two pages load what any process has loaded after its first sweep.
    sweep = Reminding(database, _client).sweep(NOW)
    for _ in range(2 * PAGE // 20):
        next(sweep, None)
    before = _most_memory()
    for _ in sweep:
        pass
    database.close()
    return (_most_memory() - before) / 1024


def _most_memory() -> int:
    """The most memory that this process has held so far, in kB."""
    # The kernel's other figure, of getrusage, begins with the most that the parent has held.
    status = Path("/proc/self/status")
    if status.exists():
        held = re.search(r"VmHWM:\s+(\d+)", status.read_text(encoding="utf-8"))
        if held is not None:
            return int(held[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# --- sending --------------------------------------------------------------------------------


class _NotSending:
    """Notes when it is a message's turn to be sent."""

    def __init__(self) -> None:
        self.turns: dict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()

    def send(self, workspace: str, _conversation: str) -> None:
        with self._lock:
            self.turns[workspace].append(time.monotonic())

    def count(self) -> int:
        with self._lock:
            return sum(len(turns) for turns in self.turns.values())


class _Here:
    """Knows everybody, and that nobody has left."""

    def person(self, workspace: str, user: str) -> Person:
        return Person(workspace=workspace, slack_user_id=user, name=user)


def pacing(url: str, actions: int) -> Row:
    """What the engine makes of a sweep of few: seconds to queue it, and messages a second."""
    pace = Pace(sweep=_NEVER, reap=_NEVER, tidy=_NEVER)
    with ExitStack() as stack:
        database = Database(url)
        stack.callback(database.close)
        many = PACED_WORKSPACES * PACED_EACH
        migrate(database)
        fill(database, many, actions, PACED_WORKSPACES)
        make_due(database, many)
        engine = Engine(engine_url(url), executor_id="sweep-benchmark")
        sending = _NotSending()
        people = cast(People, _Here())
        upkeep = Upkeep(
            database,
            engine,
            cast(Sending, sending),
            people,
            Reminding(database, _client),
            Posting(database, people),
            lambda: NOW,
            pace,
        )
        upkeep.register()
        engine.launch()
        stack.callback(engine.close)
        stack.callback(upkeep.end)
        queued = _seconds(upkeep.sweep)
        deadline = time.monotonic() + _PACED_SECONDS
        while sending.count() < many:
            if time.monotonic() > deadline:
                raise RuntimeError(f"only {sending.count()} of {many} had their turn.")
            time.sleep(0.05)
        rates = [(len(turns) - 1) / (turns[-1] - turns[0]) for turns in sending.turns.values()]
        most = max(_most_in_a_second(turns) for turns in sending.turns.values())
        return {
            "queue_seconds": queued,
            "queued_per_second": many / queued,
            "slowest_per_second": min(rates),
            "most_in_a_second": most,
        }


def _most_in_a_second(turns: Sequence[float]) -> int:
    ordered = sorted(turns)
    return max(sum(begins <= turn < begins + 1 for turn in ordered) for begins in ordered)


# --- all of it ------------------------------------------------------------------------------


def measure(fresh: Callable[[], str], options: argparse.Namespace) -> Row:
    """All figures of one kind of database."""
    owners, rounds = options.owners, options.rounds
    due, fewer = min(DUE, owners), min(OF_FEWER, owners)
    url = fresh()
    database, other = Database(url), Database(fresh())
    migrate(database)
    migrate(other)
    row = {"fill": _seconds(lambda: fill(database, owners, options.actions, WORKSPACES))}
    fill(other, fewer, options.actions, WORKSPACES)
    row["select_all"] = selecting(database, owners, rounds)
    row["select_some"] = selecting(database, due, rounds)
    row["select_of_fewer"] = selecting(other, due, rounds)
    row["select_none"] = selecting(database, 0, rounds)
    row["sweep"], row["sweep_cpu"] = sweeping(database, due, rounds)
    row["owners_per_second"] = due / row["sweep"]
    database.close()
    other.close()
    for key, many in (("growth_few", FEW), ("growth_many", MANY)):
        row[key] = growth_in_mb(url, min(many, owners))
    return {**row, **pacing(fresh(), options.actions)}


def run(options: argparse.Namespace, console: Console) -> Row:
    """Measure on each database asked for, and return it as plain data."""
    return {
        "owners": options.owners,
        "actions": options.actions,
        "rounds": options.rounds,
        "systems": on_each(options, console, lambda fresh: measure(fresh, options)),
    }


def show(result: Row, console: Console) -> None:
    """Print the table."""
    rows, owners = result["systems"], result["owners"]
    title = (
        f"{owners:,} owners of {result['actions']} actions: medians of {result['rounds']} rounds"
    )
    figures = table(console, title, "", *(row["system"] for row in rows))
    for name, key, digits in _lines(owners):
        figures.add_row(name, *(f"{row[key]:,.{digits}f}" for row in rows))
    console.print(figures)
    pace = Pace.per_second
    due = min(DUE, owners)
    console.print(
        f"\nAt {pace:g} messages a second in a workspace, {due:,} take {_minutes(due / pace)} in "
        f"one and {_minutes(due / pace / WORKSPACES)} in {WORKSPACES}."
    )


def _lines(owners: int) -> tuple[tuple[str, str, int], ...]:
    due, fewer = min(DUE, owners), min(OF_FEWER, owners)
    few, many = min(FEW, owners), min(MANY, owners)
    return (
        (f"find {owners:,} due of {owners:,}, s (goal: under 2)", "select_all", 2),
        (f"find {due:,} due of {owners:,}, s", "select_some", 3),
        (f"find {due:,} due of {fewer:,}, s", "select_of_fewer", 3),
        (f"find none due of {owners:,}, s", "select_none", 4),
        (f"settle {due:,}, s", "sweep", 1),
        ("of it this process's processor, s", "sweep_cpu", 1),
        ("owners/s", "owners_per_second", 0),
        (f"memory grown by {few:,}, MB", "growth_few", 1),
        (f"memory grown by {many:,}, MB", "growth_many", 1),
        ("settled and given to the queue/s", "queued_per_second", 0),
        ("messages/s in the slowest workspace", "slowest_per_second", 2),
        ("messages in a second at most", "most_in_a_second", 0),
        ("filling the database, s", "fill", 0),
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit code, 0 however fast or slow it was."""
    parser = parser_of("sweep", databases=True)
    parser.add_argument("--owners", type=int, default=100_000, help="in all (100000)")
    parser.add_argument("--actions", type=int, default=10, help="of each owner (10)")
    parser.add_argument("--rounds", type=int, default=3, help="of which the medians are (3)")
    options = parser.parse_args(arguments)
    if options.owners < WORKSPACES or options.actions < 1 or options.rounds < 1:
        parser.error(f"at least {WORKSPACES} owners, one action and one round")
    measured(options, run, show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
