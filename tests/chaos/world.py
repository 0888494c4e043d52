"""One scenario: the bot as a program, people who talk to it, what breaks, and the counts."""

import random
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from bot.coaching.dates import academic_year
from storage.database import Database
from storage.migrate import migrate
from tests.benchmarks.waiting import SlowModel, people_in
from tests.chaos.counting import Counts, count, stored
from tests.chaos.disks import NotHere, moved, small_disk
from tests.chaos.gate import Gate
from tests.chaos.people import Crowd, Line, Mail, Person, Town, over_http, over_socket, user
from tests.support.bots import SECRET, load_sar, program_environment
from tests.support.installer import Installer
from tests.support.kills import Process, Stuck
from tests.support.postgres import OwnPostgres, fresh_database
from tests.support.slack_methods import Workspace
from tests.support.slack_payloads import APP_TOKEN, BOT_TOKEN, TEAM, next_id

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
# Two workspaces over HTTP, which install the bot; one by Socket Mode, whose token is set.
_INSTALLED = ("T0NORTH", "T0SOUTH")
_TALK_SECONDS, _FOLLOW_SECONDS, _INSTALL_SECONDS = 300.0, 30.0, 90.0
_BEFORE_SECONDS = 2.0
_MODEL_SECONDS = {"OPENAI_FIRST_WORDS_SECONDS": "1", "OPENAI_TOTAL_SECONDS": "2"}


@dataclass
class World:
    """What a fault may lay hands on. `seen` counts what it did, `problems` what else is wrong."""

    database: str
    url: str
    folder: Path
    town: Town
    mail: Mail
    bot: Process
    gate: Gate
    crowd: Crowd
    chance: random.Random
    long: float  # seconds that a fault lasts
    server: OwnPostgres | None = None
    model: SlowModel | None = None
    seen: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def asks(self, path: str) -> tuple[int, str]:
        """The status and the text of a page of the bot's own; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.bot.port}{path}", timeout=40
            ) as got:
                return got.status, got.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, type(error).__name__

    def last(self, seconds: float | None = None) -> None:
        """Let the fault last."""
        time.sleep(self.long if seconds is None else seconds)


@dataclass(frozen=True)
class Scenario:
    """`fault` begins something among people who talk, lets it last, and ends it.

    `place` makes the folder of the database before anything is in it; `ends` tells that the fault
    ends the program, which is then started again as a service manager does.
    """

    name: str
    tries: str
    fault: Callable[[World], None]
    databases: Sequence[str] = BOTH
    socket: bool = False
    people: int = 10
    interviews: int = 2
    pause: float = 0.7  # seconds between somebody's messages, on average
    long: float = 6.0  # seconds that the fault lasts
    settle: float = 120.0  # seconds to wait for replies at most, once the fault is over
    ends: bool = False
    takes_long: bool = False  # even in short
    with_model: bool = False
    small_disk: bool = False
    program: Sequence[str] = ("-m", "bot", "serve")
    # More settings, given a folder for what they name, and the seed.
    environment: Callable[[Path, str], dict[str, str]] = lambda _, __: {}
    # What the database and Slack have at first.
    prepare: Callable[[Database, Town], None] = lambda database, _: sars(database)

    def in_short(self) -> "Scenario":
        """With fewer people, who say less, and a fault that is sooner over."""
        return replace(self, people=min(self.people, 6), interviews=1, pause=0.5, long=3.0)


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    scenario: str
    database: str
    seed: str
    counts: Counts
    stuck: int
    seen: dict[str, int]
    restarts: int
    settled: float
    problems: Sequence[str]

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost, doubled or stuck, and nothing else was wrong."""
        counts = self.counts
        return not any((counts.lost, counts.doubled, counts.mixed, self.stuck, *self.problems))


class _Keeper:
    """Starts the program again whenever it has ended, as a service manager does."""

    def __init__(self, bot: Process) -> None:
        self.restarts = 0
        self._bot, self._over = bot, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(0.1):
            if self._bot.has_ended():
                self.restarts += 1
                self._bot.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


def run(
    scenario: Scenario,
    database: str,
    seed: int,
    *,
    server: OwnPostgres | None,
    logs: Path | None = None,
) -> Row:
    """Play it through; the program's log is kept in the folder `logs`.

    Raises NotHere, or Stuck where the program does not come up.
    """
    chance = random.Random(f"{seed}:{scenario.name}:{database}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sowhat-chaos-")))
        place = stack.enter_context(_placed(scenario, folder))
        town = stack.enter_context(Town())
        url = stack.enter_context(_database(database, scenario, place, server, town))
        gate = stack.enter_context(Gate(town.base_url))
        model = stack.enter_context(SlowModel(0)) if scenario.with_model else None
        environment = _environment(scenario, url, gate, model)
        environment |= scenario.environment(folder, str(seed))
        log = (logs or folder) / f"{scenario.name}, {database}.log"
        bot = Process("so-what-1", environment, log, scenario.program)
        stack.callback(bot.close)
        workspaces = _workspaces(town, scenario)
        if scenario.socket:
            mail = Mail(over_socket(town))
        else:
            mail = Mail(over_http(f"http://127.0.0.1:{bot.port}", SECRET))
        stack.callback(mail.stop)
        people = []
        for number in range(1, scenario.people + 1):
            team = workspaces[number % len(workspaces)].team_id
            town.add_user(user(number), f"Person {number}", team_id=team)
            people.append(Person(number, team, town, mail, random.Random(chance.random())))
        crowd = Crowd(people, scenario.interviews, scenario.pause)
        world = World(
            database, url, place, town, mail, bot, gate, crowd, chance, scenario.long, server, model
        )
        return _played(scenario, world, workspaces, f"{seed}", stack)


def _played(
    scenario: Scenario, world: World, workspaces: list[Workspace], seed: str, stack: ExitStack
) -> Row:
    bot, crowd, town = world.bot, world.crowd, world.town
    bot.start()
    keeper = _Keeper(bot)
    stack.callback(keeper.stop)
    bot.wait_until_ready()
    if not scenario.socket:
        _install(world, workspaces)
    crowd.start()
    time.sleep(_BEFORE_SECONDS)
    scenario.fault(world)
    settled = _settled(world, crowd.lines(), scenario.settle)
    if not crowd.over.wait(_TALK_SECONDS):
        world.problems.append("people did not come to an end of what they had to say")
    _settled(world, crowd.lines(), scenario.settle)
    stuck = _follow_up(world, min(_FOLLOW_SECONDS, scenario.settle))
    bot.wait_until_ready()
    keeper.stop()
    if code := bot.stop():
        world.problems.append(f"told to stop, it ended with {code}")
    if keeper.restarts and not scenario.ends:
        world.problems.append(f"it ended by itself {keeper.restarts} times")
    lines = crowd.lines()
    opened = Database(world.url)
    stack.callback(opened.close)
    with opened.reading() as session:
        counts = count(lines, town.standing(), stored(session, lines))
    world.problems.extend(_complaints(bot.log()))
    if world.mail.again:
        world.seen["delivered again"] = world.mail.again
    return Row(
        scenario.name,
        world.database,
        seed,
        counts,
        stuck,
        dict(world.seen),
        keeper.restarts,
        settled,
        world.problems,
    )


def _settled(world: World, lines: list[Line], seconds: float) -> float:
    """Wait until these are answered, though not for ever; the seconds that it took."""
    began = time.monotonic()
    missing = lines
    while missing := [line for line in missing if not world.town.stands(line.reply)]:
        if time.monotonic() > began + seconds:
            break
        time.sleep(0.1)
    return time.monotonic() - began


def _follow_up(world: World, seconds: float) -> int:
    """Everybody writes once more in each of their threads; in how many nothing comes of it."""
    stuck: list[Line] = []
    guard = threading.Lock()

    def write(person: Person) -> None:
        for thread in person.threads():
            line = person.write("show", thread, patience=seconds)
            if not world.town.stands(line.reply):
                with guard:
                    stuck.append(line)

    asking = [threading.Thread(target=write, args=(person,)) for person in world.crowd.people]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    return len(stuck)


def _complaints(log: str) -> list[str]:
    """What must not be in a log: tracebacks, and what people wrote."""
    wrong = []
    if tracebacks := log.count("Traceback"):
        wrong.append(f"{tracebacks} tracebacks in the log")
    if people_in(log):
        wrong.append("words of people in the log")
    return wrong


# --- what it takes ----------------------------------------------------------------------------


@contextmanager
def _placed(scenario: Scenario, folder: Path) -> Iterator[Path]:
    """The folder for the database's files."""
    place = folder / "data"
    place.mkdir()
    if not scenario.small_disk:
        yield place
        return
    with small_disk(place):
        yield place


@contextmanager
def _database(
    kind: str, scenario: Scenario, place: Path, server: OwnPostgres | None, town: Town
) -> Iterator[str]:
    """The address of a database that is prepared."""
    with ExitStack() as stack:
        if kind == SQLITE:
            url = f"sqlite:///{place / 'app.db'}"
        else:
            if server is None:
                raise NotHere("there is no PostgreSQL")
            name = stack.enter_context(fresh_database(server.url))
            if scenario.small_disk:
                stack.enter_context(moved(server, name, place))
            url = f"{server.url}{name}".replace("postgresql:", "postgresql+psycopg:", 1)
        database = Database(url)
        migrate(database)
        scenario.prepare(database, town)
        database.close()
        yield url


def sars(database: Database) -> None:
    """A SAR in every workspace."""
    year = academic_year(datetime.now(UTC).date())
    load_sar(database, year, (TEAM, *_INSTALLED))


def _environment(
    scenario: Scenario, url: str, gate: Gate, model: SlowModel | None
) -> dict[str, str]:
    """The settings of the program."""
    given: dict[str, Any] = {"DATABASE_URL": url, "SLACK_API_URL": f"{gate.url}/api/"}
    if scenario.socket:
        given |= {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
    else:
        given |= {
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_CLIENT_ID": "111.222",
            "SLACK_CLIENT_SECRET": "client-secret-of-the-tests",
            "TOKEN_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        }
    if model is not None:
        given |= {"OPENAI_BASE_URL": model.base_url, "OPENAI_MODEL": "fake-model", **_MODEL_SECONDS}
    return program_environment(**given)


def _workspaces(town: Town, scenario: Scenario) -> list[Workspace]:
    if scenario.socket:
        return [town.add_workspace()]
    return [
        town.add_workspace(
            team,
            f"xoxb-{team}",
            f"U0BOT{team[2:]}",
            f"B0BOT{team[2:]}",
            installer=f"U0INSTALLER{team[2:]}",
        )
        for team in _INSTALLED
    ]


def _install(world: World, workspaces: list[Workspace]) -> None:
    """Somebody adds the bot to each workspace, again where it died over it. Raises Stuck."""
    until = time.monotonic() + _INSTALL_SECONDS
    for workspace in workspaces:
        world.town.add_user(workspace.installer, "Lena Marsh", team_id=workspace.team_id)
        while not _is_installed(world, workspace):
            if time.monotonic() > until:
                raise Stuck("nobody can install it")
            time.sleep(0.2)


def _is_installed(world: World, workspace: Workspace) -> bool:
    code = next_id("code-")
    world.town.add_install_code(code, workspace)
    try:
        return Installer(f"http://127.0.0.1:{world.bot.port}").installs(code).status == 200
    except (OSError, HTTPException, AssertionError):
        return False
