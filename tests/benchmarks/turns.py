"""How fast a turn is: a bare Bolt echo and our direct-message turn, side by side.

    python -m tests.benchmarks.turns [--seconds N] [--json FILE]

This process is the fake Slack and its people; each system has a process of its own. The people talk
in a closed loop: each sends a signed event, waits for the reply, and then writes again. README.md
tells how to read the table.
"""

import argparse
import math
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, astuple, dataclass, field
from itertools import cycle
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import track

from bot.sample import TRIAL_WORKSPACE
from tests.benchmarks.bench import Row, measured, parser_of, table
from tests.benchmarks.systems import SECRET, Running, System, running
from tests.support.fake_slack import Call, FakeSlack, HttpAnswer, SignedRequests
from tests.support.postgres import NoPostgres, fresh_database, running_postgres
from tests.support.slack_payloads import direct_message, dm_channel

CONVERSATIONS = (1, 8, 32)
ROUNDS = 3
ECHO, SQLITE, POSTGRES = "Bolt echo", "ours, SQLite", "ours, PostgreSQL"
_REPLY_SECONDS = 30

# Whole interviews about items of the sample SAR, each to its agreed action.
SCRIPTS = (
    (
        "AFI 1",
        "Undertake a review of the software developer apprenticeship learning resources",
        "Learning resources have been improved to support learners",
        "because apprentices are moving from the framework to the standard, we want achievement to "
        "rise from 54% to 65% by July 2027, from the QAR dashboard",
        "60% on track at the February review",
        "agree",
    ),
    (
        "AFI 5",
        "Give every learner a short diagnostic in Functional Skills maths each half-term",
        "Tutors will find it easier to plan",
        "learners will pass at their first attempt: 60% by 30 June 2027, up from 47%, shown by "
        "exam results, because too few pass now",
        "52% pass first time in the March exam results",
        "yes",
    ),
)


class SlackWithPost(FakeSlack):
    """A fake Slack that drops the arrival of each reply into the mailbox of its channel."""

    def __init__(self) -> None:
        super().__init__(check_blocks=False)
        self.arrivals: dict[str, queue.SimpleQueue[Call]] = defaultdict(queue.SimpleQueue)

    def _perform(self, call: Call) -> HttpAnswer:
        answer = super()._perform(call)
        if call.method == "chat.postMessage":
            self.arrivals[call.args["channel"]].put(call)
        return answer


@dataclass
class Samples:
    """What was measured: seconds to each acknowledgement and to each reply, and the rest."""

    acknowledged: list[float] = field(default_factory=list)
    replied: list[float] = field(default_factory=list)
    in_time: int = 0  # turns done before the time was up
    interviews: int = 0
    agreed: int = 0

    def __add__(self, other: "Samples") -> "Samples":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Samples(*(mine + its for mine, its in pairs))


class Conversation:
    """One person who writes their scripts to one system, one message after the other's reply."""

    def __init__(self, slack: SlackWithPost, requests: SignedRequests, number: int) -> None:
        self._user = f"U0PERSON{number:02d}"
        self._arrivals = slack.arrivals[dm_channel(self._user)]
        self._requests = requests
        self._script = self._messages(number)
        self._thread: str | None = None

    def turn(self, samples: Samples) -> None:
        """Write the next message and wait for its reply.

        Raises RuntimeError when a message is refused, unanswered or answered twice.
        """
        text, is_last = next(self._script)
        payload = direct_message(
            text, user=self._user, team=TRIAL_WORKSPACE, thread_ts=self._thread
        )
        self._thread = self._thread or payload["event"]["ts"]
        began = time.monotonic()
        status = self._requests.event(payload).status
        acknowledged = time.monotonic() - began
        if status != 200:
            raise RuntimeError(f"A message was answered by HTTP status {status}.")
        try:
            reply = self._arrivals.get(timeout=_REPLY_SECONDS)
        except queue.Empty:
            raise RuntimeError(f"No reply within {_REPLY_SECONDS} seconds.") from None
        if reply.args["thread_ts"] != self._thread or not self._arrivals.empty():
            raise RuntimeError("A reply came twice, or in another thread.")
        samples.acknowledged.append(acknowledged)
        samples.replied.append(reply.at - began)
        if is_last:
            self._thread = None
            samples.interviews += 1
            samples.agreed += reply.args["text"].startswith("Agreed")

    @staticmethod
    def _messages(number: int) -> Iterator[tuple[str, bool]]:
        for script in cycle(SCRIPTS[number % 2 :] + SCRIPTS[: number % 2]):
            for position, text in enumerate(script, start=1):
                yield text, position == len(script)


@dataclass(frozen=True)
class Figures:
    """One system at one load: milliseconds, and turns per second."""

    ack_p50: float
    ack_p95: float
    reply_p50: float
    reply_p95: float
    turns_per_second: float
    cpu_per_turn: float  # of the system's process
    load_busy: float  # share of one core that this process, the load, took


class Crowd:
    """The people of one system, each on a thread, and so a connection, that lasts."""

    def __init__(self, system: Running, slack: SlackWithPost, stack: ExitStack) -> None:
        self._system = system
        requests = SignedRequests(system.base_url, SECRET, timeout=_REPLY_SECONDS)
        stack.enter_context(requests)
        size = max(CONVERSATIONS)
        self._people = [Conversation(slack, requests, number) for number in range(size)]
        self._threads = stack.enter_context(ThreadPoolExecutor(size))

    def warm_up(self) -> None:
        """Let everyone be known and every kind of turn occur; they end at different turns."""
        length = len(SCRIPTS[0])
        self._talk(self._people, lambda done: done >= length)
        for number in range(length):
            self._talk(self._people[number::length], _after(number))

    def measure(self, load: int, seconds: float) -> tuple[Figures, Samples]:
        """One round, after a turn of each person that does not count."""
        people, cpu_seconds = self._people[:load], self._system.cpu_seconds
        self._talk(people, _after(1))
        cpu, load_cpu, began = cpu_seconds(), time.process_time(), time.monotonic()
        samples = self._talk(people, lambda _done: time.monotonic() >= began + seconds)
        elapsed = time.monotonic() - began
        load_cpu, cpu = time.process_time() - load_cpu, cpu_seconds() - cpu
        figures = Figures(
            *_percentiles(samples.acknowledged),
            *_percentiles(samples.replied),
            turns_per_second=samples.in_time / seconds,
            cpu_per_turn=1000 * cpu / len(samples.replied),
            load_busy=load_cpu / elapsed,
        )
        return figures, samples

    def _talk(self, people: Sequence[Conversation], until: Callable[[int], bool]) -> Samples:
        """Let people talk at the same time, each until `until` (turns done) is true."""
        together = threading.Barrier(len(people))

        def talk(person: Conversation) -> Samples:
            together.wait()
            samples, done = Samples(), 0
            while not until(done):
                person.turn(samples)
                done += 1
                samples.in_time += not until(done)
            return samples

        return sum(self._threads.map(talk, people), Samples())


def _after(turns: int) -> Callable[[int], bool]:
    return lambda done: done >= turns


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(seconds)
    p50, p95 = (ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95))
    return 1000 * p50, 1000 * p95


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL database. Raises NoPostgres or an error of its driver."""
    with running_postgres() as server, fresh_database(server) as name:
        yield f"{server}{name}"


def database_urls(folder: Path, stack: ExitStack, console: Console) -> dict[str, str]:
    """A SQLite database in the folder, and PostgreSQL only where there is one."""
    urls = {SQLITE: f"sqlite:///{folder / 'app.db'}"}
    try:
        urls[POSTGRES] = stack.enter_context(postgres())
    except (NoPostgres, psycopg.Error, OSError, subprocess.SubprocessError) as error:
        console.print(f"PostgreSQL is left out: {error}")
    return urls


def systems(slack: SlackWithPost, stack: ExitStack, console: Console) -> dict[str, Running]:
    """Start what is compared; PostgreSQL only where there is one."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sowhat-benchmark-")))
    urls: dict[str, str | None] = {ECHO: None, **database_urls(folder, stack, console)}
    return {
        name: stack.enter_context(
            running(System(name, slack.api_url, folder / f"{number}.log", url))
        )
        for number, (name, url) in enumerate(urls.items())
    }


def run(options: argparse.Namespace, console: Console) -> Row:
    """Measure everything, so long for each system and load, and return it as plain data."""
    seconds: float = options.seconds
    share = seconds / ROUNDS
    counted = Samples()
    with ExitStack() as stack:
        slack = SlackWithPost()
        stack.callback(slack.close)
        slack.add_workspace(team_id=TRIAL_WORKSPACE)
        for number in range(max(CONVERSATIONS)):
            slack.add_user(f"U0PERSON{number:02d}", f"Person {number}", team_id=TRIAL_WORKSPACE)
        crowds = {
            name: Crowd(system, slack, stack)
            for name, system in systems(slack, stack, console).items()
        }
        for crowd in crowds.values():
            crowd.warm_up()
        # A noisy moment hits all systems, and each round begins with another one.
        order = list(crowds)
        plan = [
            (load, order[(turn + place) % len(order)])
            for turn in range(ROUNDS)
            for load in CONVERSATIONS
            for place in range(len(order))
        ]
        rounds: dict[tuple[int, str], list[Figures]] = defaultdict(list)
        plain = not console.is_terminal
        for load, name in track(plan, "Measuring", console=console, disable=plain):
            figures, samples = crowds[name].measure(load, share)
            rounds[load, name].append(figures)
            if name != ECHO:
                counted += samples
    return {
        "seconds": seconds,
        "rounds": ROUNDS,
        "interviews": counted.interviews,
        "agreed": counted.agreed,
        "systems": [
            _row(load, name, rounds[load, name], rounds[load, ECHO])
            for load in CONVERSATIONS
            for name in order
        ],
    }


def _row(load: int, name: str, measured: Sequence[Figures], echo: Sequence[Figures]) -> Row:
    """The medians of the rounds; ratios are taken within each round, so that noise cancels out."""
    pairs = list(zip(measured, echo, strict=True))
    ack, turns = "ack_p95", "turns_per_second"
    return {
        "conversations": load,
        "system": name,
        **{key: statistics.median(asdict(m)[key] for m in measured) for key in asdict(measured[0])},
        "ack_p95_ratio": statistics.median(getattr(m, ack) / getattr(e, ack) for m, e in pairs),
        "turns_ratio": statistics.median(getattr(m, turns) / getattr(e, turns) for m, e in pairs),
        "by_round": [asdict(figures) for figures in measured],
    }


def show(result: Row, console: Console) -> None:
    """Print the table."""
    seconds, rounds = result["seconds"], result["rounds"]
    title = f"Medians of {rounds} rounds, {seconds:g} s in all each; times in ms"
    columns = (name for name, _key, _digits in _COLUMNS)
    figures = table(console, title, "system", "at once", *columns)
    for row in result["systems"]:
        cells = (f"{row[key]:.{digits}f}" for _name, key, digits in _COLUMNS)
        figures.add_row(row["system"], str(row["conversations"]), *cells)
    console.print(figures)
    console.print(
        f"\n{result['agreed']} of {result['interviews']} interviews ended in an agreed action."
    )


_COLUMNS = (
    ("ack p50", "ack_p50", 1),
    ("ack p95", "ack_p95", 1),
    ("reply p50", "reply_p50", 1),
    ("reply p95", "reply_p95", 1),
    ("turns/s", "turns_per_second", 1),
    ("CPU/turn", "cpu_per_turn", 1),
    ("ack p95 × echo", "ack_p95_ratio", 2),
    ("turns/s × echo", "turns_ratio", 2),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit code, 0 however fast or slow it was."""
    parser = parser_of("turns")
    parser.add_argument(
        "--seconds", type=float, default=12.0, help="to measure each system at each load (12)"
    )
    options = parser.parse_args(arguments)
    if options.seconds <= 0:
        parser.error("--seconds must be more than 0")
    measured(options, run, show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
