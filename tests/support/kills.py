"""Two processes of the bot on one database that are killed again and again while they send.

The experiment behind `tests/acceptance/test_two_processes.py` and `tests/benchmarks/kills.py`.
"""

import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
from sqlmodel import select

from bot.engine import engine_url
from storage import plans, providers
from storage.database import Database
from storage.models import Node, OutgoingMessage, Person, SarItem
from storage.vocabulary import Role, SarKind
from tests.support.bots import ROOT, SECRET, free_port, program_environment
from tests.support.college import YEAR, add_action
from tests.support.fake_slack import FakeSlack
from tests.support.slack_faults import (
    Fault,
    accepted_then_500,
    rate_limited,
    server_error,
    slow,
)
from tests.support.slack_payloads import BOT_TOKEN, TEAM, dm_channel

# A Monday on which people in the UK may be written to since nine.
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
NAMES = ("so-what-1", "so-what-2")
# How long a process may be gone before it is started again: some come back after they count as
# dead, most before.
_GONE_SECONDS = (0.0, 6.0)
_STUCK_SECONDS = 90.0


class Stuck(AssertionError):
    """Nothing was sent for a long time; the message says how things stood."""


@dataclass(frozen=True)
class Figures:
    """What came of it."""

    owners: int
    kills: int
    accepted: int
    duplicates: int
    lost: int
    unsent: int  # rows in the outbox that are not noted as sent where they stand
    left: int  # works of the engine that belong to the dead
    rate_limited: int
    failed: int  # 500, the call had no effect
    failed_after: int  # 500, although the message was taken
    looked: int  # for a message that an earlier attempt may have sent
    taken_over: int  # processes found dead by another
    seconds: float
    tracebacks: list[str] = field(default_factory=list)


def is_right(figures: Figures) -> bool:
    """Whether every owner was told once, and nothing is left of it."""
    wrong = (figures.duplicates, figures.lost, figures.unsent, figures.left, figures.tracebacks)
    return figures.accepted == figures.owners and not any(wrong)


def employ(database: Database, owners: int) -> list[str]:
    """A college of so many owners, each with an action that is overdue; their Slack ids."""
    long_ago = MONDAY - timedelta(days=60)
    users = [f"U0OWNER{number:04}" for number in range(owners)]
    with database.writing() as session:
        providers.ensure_provider(session, TEAM, "Test College")
        plan = plans.ensure_plan(session, TEAM, YEAR)
        assert plan.id is not None
        session.add(
            SarItem(
                workspace=TEAM,
                plan_id=plan.id,
                reference="AFI 1",
                kind=SarKind.AREA_FOR_IMPROVEMENT,
                judgement="Too few apprentices achieve on time",
            )
        )
        session.flush()
        for user in users:
            owner = providers.ensure_person(session, TEAM, user, f"Owner {user}", role=Role.OWNER)
            owner.created_at = owner.remind_at = owner.profile_at = long_ago
            owner.overview_at = None
            add_action(session, TEAM, plan.id, owner, due=date(2026, 10, 31))
    return users


BAD_DAYS = {
    "rate limited": (rate_limited(1), 0.04),
    "failed": (server_error(), 0.04),
    "failed after": (accepted_then_500(), 0.06),
    # Time between what Slack does and what the bot knows of it, for kills to fall into.
    "late": (slow(0.15), 0.5),
}


class Weather:
    """Slack's bad days: at random a call is late, is refused, fails, or fails once it is done.

    `bad` gives each fault by its name, with the share of calls to the methods that it befalls.
    """

    def __init__(
        self,
        fake: FakeSlack,
        chance: random.Random,
        bad: Mapping[str, tuple[Fault, float]] = BAD_DAYS,
        methods: Sequence[str] = (
            "chat.postMessage",
            "conversations.history",
            "conversations.open",
        ),
    ) -> None:
        self.seen: Counter[str] = Counter()
        self._chance = chance
        for method in methods:
            for name, (fault, share) in bad.items():
                fake.always_fail(method, fault, self._happens(method, name, share))

    def _happens(self, method: str, name: str, share: float) -> Callable[[object], bool]:
        def happens(_call: object) -> bool:
            if self._chance.random() >= share:
                return False
            self.seen[name] += 1
            self.seen[f"{name} {method}"] += 1
            return True

        return happens


class Process:
    """One process of the bot, by its name; it writes its log to a file.

    `program` is what Python is to run, `port` where it answers over HTTP.
    """

    def __init__(
        self,
        name: str,
        environment: dict[str, str],
        log: Path,
        program: Sequence[str] = ("-m", "tests.support.node"),
    ) -> None:
        self.name, self._log, self._arguments = name, log, program
        self.port = free_port()
        self._environment = {**environment, "EXECUTOR_ID": name, "PORT": str(self.port)}
        self._program: subprocess.Popen[bytes] | None = None
        self._timer: threading.Timer | None = None
        self._guard = threading.Lock()

    @property
    def runs(self) -> bool:
        """Whether it has been started and not been killed; it may not serve yet."""
        with self._guard:
            return self._program is not None

    def start(self) -> None:
        """Have the system start it."""
        with self._guard, self._log.open("ab") as log:
            assert self._program is None
            self._program = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def start_in(self, seconds: float) -> None:
        """Start it after a while."""
        self._timer = threading.Timer(seconds, self.start)
        self._timer.start()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        with self._guard:
            assert self._program is not None
            if self._program.poll() is not None:
                raise Stuck(f"{self.name} has ended by itself:\n{self.log()[-3000:]}")
            self._program.send_signal(signal.SIGKILL)
            self._program.wait()
            self._program = None

    def has_ended(self) -> bool:
        """Whether it was started and has ended by itself; it may then be started again."""
        with self._guard:
            if self._program is None or self._program.poll() is None:
                return False
            self._program = None
            return True

    def stop(self) -> int:
        """Ask it to end as a service manager does; its exit code."""
        with self._guard:
            assert self._program is not None
            program, self._program = self._program, None
        program.send_signal(signal.SIGTERM)
        return program.wait(timeout=_STUCK_SECONDS)

    def wait_until_ready(self) -> None:
        """Return when it serves."""
        url, deadline = f"http://127.0.0.1:{self.port}/readyz", time.monotonic() + _STUCK_SECONDS
        while True:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    raise Stuck(f"{self.name} does not come up:\n{self.log()[-3000:]}") from error
                time.sleep(0.05)  # it can only be asked again

    def log(self) -> str:
        """All that it has printed, in all its lives."""
        return self._log.read_text("utf-8", errors="replace") if self._log.exists() else ""

    def close(self) -> None:
        """End it for good, if it has not ended by itself."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self.runs and not self.has_ended():
            self.kill()


@contextmanager
def _processes(fake: FakeSlack, url: str, folder: Path) -> Iterator[list[Process]]:
    environment = program_environment(
        DATABASE_URL=url,
        SLACK_BOT_TOKEN=BOT_TOKEN,
        SLACK_SIGNING_SECRET=SECRET,
        SLACK_API_URL=fake.api_url,
        # One clock for all, which starts where every owner may be written to.
        CLOCK_AHEAD=str((MONDAY - datetime.now(UTC)).total_seconds()),
    )
    with ExitStack() as stack:
        made = [Process(name, environment, folder / f"{name}.log") for name in NAMES]
        for process in made:
            stack.callback(process.close)
        yield made


def posted(fake: FakeSlack, users: list[str]) -> Counter[str]:
    """How many messages stand in the direct message with each of them."""
    return Counter({user: len(fake.messages(dm_channel(user))) for user in users})


def run(url: str, folder: Path, *, owners: int, kills: int, seed: int) -> Figures:
    """Have all owners reminded while processes are killed; the last is never started again.

    `url` is of an empty PostgreSQL database with the schema at head. Raises Stuck.
    """
    chance = random.Random(seed)
    database = Database(url)
    with FakeSlack(check_blocks=False) as fake, _processes(fake, url, folder) as processes:
        fake.add_workspace()
        users = employ(database, owners)
        weather = Weather(fake, random.Random(chance.random()))
        count = _Arrivals(fake, processes)
        # Spread over the whole of it, the first before anything is sent.
        moments = sorted(chance.randrange(int(owners * 0.9)) for _ in range(kills - 2))
        began = time.monotonic()
        for process in processes:
            process.start()
        for moment in [0, *moments]:
            count.wait_for(moment)
            time.sleep(chance.uniform(0, 0.3))  # the experiment: the instant is any
            count.wait_until(lambda: any(process.runs for process in processes))
            victim = chance.choice([process for process in processes if process.runs])
            victim.kill()
            victim.start_in(chance.choice((0.0, chance.uniform(*_GONE_SECONDS))))
        count.wait_for(int(owners * 0.92))
        count.wait_until(lambda: all(process.runs for process in processes))
        for process in processes:
            process.wait_until_ready()
        dead, alive = chance.sample(processes, 2)
        time.sleep(chance.uniform(0, 0.3))
        dead.kill()
        count.wait_for(owners)
        _wait_until_settled(url, alive)
        seconds = time.monotonic() - began
        if not alive.runs:
            raise Stuck(f"{alive.name} has not stayed alive")
        alive.kill()
        standing = posted(fake, users)
        logs = "".join(process.log() for process in processes)
        looked = len(fake.calls_to("conversations.history"))
    with database.reading() as session:
        rows = session.exec(select(OutgoingMessage)).all()
        people = {p.slack_user_id: p.direct_channel for p in session.exec(select(Person))}
    database.close()
    channels = [dm_channel(user) for user in users]
    stands = {(channel, m["ts"]) for channel in channels for m in fake.messages(channel)}
    sent = [row for row in rows if row.delivery == "sent" and (row.channel, row.ts) in stands]
    assert len(people) == owners
    return Figures(
        owners=owners,
        kills=kills,
        accepted=standing.total(),
        duplicates=sum(number - 1 for number in standing.values() if number > 1),
        lost=sum(number == 0 for number in standing.values()),
        unsent=max(owners, len(rows)) - len(sent),
        left=_works_of(url, dead.name),
        rate_limited=weather.seen["rate limited"],
        failed=weather.seen["failed"],
        failed_after=weather.seen["failed after chat.postMessage"],
        looked=looked,
        taken_over=logs.count("does not run any more"),
        seconds=seconds,
        tracebacks=[line for line in logs.splitlines() if "Traceback" in line],
    )


class _Arrivals:
    """Waits for what arrives at the fake Slack, or for processes that come back."""

    def __init__(self, fake: FakeSlack, processes: list[Process]) -> None:
        self._fake, self._processes = fake, processes

    def wait_for(self, number: int) -> None:
        """Until so many messages stand in Slack."""
        self.wait_until(lambda: self._fake.count_messages() >= number)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Until this holds of the processes; Stuck where nothing arrives for long meanwhile."""
        standing, deadline = -1, 0.0
        while True:
            try:
                self._fake.wait_for(holds, timeout=0.05)
                return
            except TimeoutError:
                now, number = time.monotonic(), self._fake.count_messages()
                if number != standing:
                    standing, deadline = number, now + _STUCK_SECONDS
                if now > deadline:
                    logs = "\n".join(process.log()[-3000:] for process in self._processes)
                    raise Stuck(f"{number} messages, and no more come.\n{logs}") from None


def _wait_until_settled(url: str, alive: Process) -> None:
    """Until nothing waits in the outbox, and nothing is known of the dead or left in the engine."""
    database, deadline = Database(url), time.monotonic() + _STUCK_SECONDS
    dead = next(name for name in NAMES if name != alive.name)
    while True:
        with database.reading() as session:
            found = select(OutgoingMessage.id).where(OutgoingMessage.delivery == "waiting")
            waits = len(session.exec(found).all())
            is_known = session.get(Node, dead) is not None
        if not waits and not is_known and not _works_of(url, dead):
            break
        if time.monotonic() > deadline:
            works = _works_of(url, dead)
            raise Stuck(f"{waits} messages wait, {works} works.\n{alive.log()[-3000:]}")
        time.sleep(0.1)  # a database can only be asked again
    database.close()


def _works_of(url: str, executor: str) -> int:
    """How many works of the engine wait for an executor."""
    address = engine_url(url).replace("postgresql+psycopg:", "postgresql:", 1)
    with psycopg.connect(address) as connection:
        found = connection.execute(
            "SELECT count(*) FROM dbos.workflow_status"
            " WHERE status = 'PENDING' AND executor_id = %s",
            [executor],
        ).fetchone()
    assert found is not None
    return int(found[0])
