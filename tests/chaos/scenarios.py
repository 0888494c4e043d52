"""What is tried, each on the databases where it makes sense."""

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg

from tests.chaos.clocks import clocked, jump
from tests.chaos.disks import full, unwritable
from tests.chaos.reminded import employed, jumped_among_reminders, on_friday
from tests.chaos.world import POSTGRESQL, SQLITE, Scenario, World
from tests.support.fake_model import MODES
from tests.support.kills import Stuck, Weather
from tests.support.slack_faults import (
    Fault,
    accepted_then_500,
    accepted_then_dropped,
    drop,
    error,
    garbage,
    rate_limited,
    server_error,
    slow,
)

_METHODS = (
    "chat.postMessage",
    "chat.update",
    "chat.startStream",
    "chat.stopStream",
    "conversations.history",
    "conversations.replies",
    "conversations.open",
    "users.info",
    "assistant.threads.setStatus",
)
_LOCKED_SECONDS = 33.0  # the bot waits 30 for its turn to write
_POSTGRES_LOOK_SECONDS = 0.5
_RESTART = 0.7  # the share of kills that wait until the program serves again


# --- the program is killed --------------------------------------------------------------------


def killed(world: World) -> None:
    """At any instant, also while it starts, until everybody has said everything."""
    while not world.crowd.over.wait(world.chance.uniform(0.1, 3)):
        # It may have ended by itself in this very moment, where it may.
        with suppress(Stuck):
            world.bot.kill()
            world.seen["kills"] += 1
            world.bot.start()
        if world.chance.random() < _RESTART:
            world.bot.wait_until_ready()


def killed_at_lines(world: World) -> None:
    """Before lines of its own choice, see `dying`."""
    _dies(world, world.crowd.over.wait)


def killed_for_an_hour(world: World) -> None:
    """Before lines of its own choice, and now and then from outside at any instant."""

    def kill(seconds: float) -> None:
        while not world.crowd.over.wait(world.chance.uniform(20, 60)):
            with suppress(Stuck):
                world.bot.kill()
                world.seen["kills at instants"] += 1
                world.bot.start()

    _dies(world, kill)


def _dies(world: World, meanwhile: Callable[[float], object]) -> None:
    meanwhile(300)
    folder = world.folder.parent
    (folder / "enough").touch()
    lines = folder / "lines"
    died = lines.read_text().splitlines() if lines.exists() else []
    world.seen["kills at lines"] = len(died)
    world.seen["different lines"] = len(set(died))


def _dying(folder: Path, seed: str) -> dict[str, str]:
    """From the start of the program to some ten messages."""
    return {"DYING_FOLDER": str(folder), "DYING_SEED": seed, "DYING_POWERS": "2.5 4.5"}


def _dying_seldom(folder: Path, seed: str) -> dict[str, str]:
    """Up to some fifty messages: to start takes seconds, of which an hour here has few."""
    return {**_dying(folder, seed), "DYING_POWERS": "3.2 4.9"}


# --- the database -----------------------------------------------------------------------------


def postgres_stopped(world: World) -> None:
    """The server is stopped and started."""
    assert world.server is not None
    world.server.stop()
    world.seen["stops"] += 1
    world.last()
    world.server.start()


def postgres_crashes(world: World) -> None:
    """The server dies again and again, and recovers."""
    assert world.server is not None
    for _ in range(3):
        world.server.stop(signal.SIGQUIT)
        world.seen["crashes"] += 1
        world.last(world.chance.uniform(0, world.long / 3))
        world.server.start()
        world.last(world.chance.uniform(0, world.long / 3))


def connections_cut(world: World) -> None:
    """The server ends all connections, twice a second."""
    with _administering(world) as (admin, name):
        until = time.monotonic() + world.long
        while time.monotonic() < until:
            cut = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            world.seen["connections cut"] += len(cut.fetchall())
            time.sleep(_POSTGRES_LOOK_SECONDS)


def postgres_read_only(world: World) -> None:
    """As on a standby: every new connection can only read."""
    with _administering(world) as (admin, name):
        _set_read_only(admin, name, "on")
        world.seen["times read-only"] += 1
        world.last()
        _says(world, "only be read")
        _set_read_only(admin, name, "off")


def _set_read_only(admin: psycopg.Connection, name: str, how: str) -> None:
    admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {how}")
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
    )


@contextmanager
def _administering(world: World) -> Iterator[tuple[psycopg.Connection, str]]:
    assert world.server is not None
    name = world.url.rpartition("/")[2]
    with psycopg.connect(f"{world.server.url}postgres", autocommit=True) as admin:
        yield admin, name


def sqlite_locked(world: World) -> None:
    """Something else writes to both files for longer than the bot waits."""
    with ExitStack() as stack:
        for file in _files(world, ".db"):
            other = stack.enter_context(closing(sqlite3.connect(file, timeout=60)))
            other.execute("BEGIN IMMEDIATE")
            world.seen["files locked"] += 1
        world.last(_LOCKED_SECONDS)


def sqlite_read_only(world: World) -> None:
    """Nobody can write to the files any more, as on a disk that the system has made read-only.

    But for the -shm that SQLite maps into memory: writing there would end any program at once.
    """
    with unwritable([*_files(world, ".db"), *_files(world, "-wal")]):
        world.seen["times read-only"] += 1
        world.last()
        _says(world, "cannot be")


def _files(world: World, ending: str) -> list[Path]:
    return [file for file in sorted(world.folder.iterdir()) if file.name.endswith(ending)]


def disk_full(world: World) -> None:
    """No room is left on the disk of the database."""
    with full(world.folder):
        world.seen["full disks"] += 1
        world.last()
        _says(world, "no room left on the disk")


def _says(world: World, words: str) -> None:
    """Whoever runs the bot is to be told, by /readyz and in the log, in one sentence."""
    status, said = world.asks("/readyz")
    if status != 503 or words not in said:
        world.problems.append(f"/readyz said {status} {said!r}")
    if words not in world.bot.log():
        world.problems.append("the log does not say what is wrong")


# --- the clock --------------------------------------------------------------------------------


def clock_jumps(world: World) -> None:
    """Forward by hours, back by more, over days, and at last right again."""
    for hours in (3, -2, 26, 0.2, -30, 170, 0):
        jump(world.folder.parent, hours * 3600)
        world.seen["jumps"] += 1
        world.last(world.long / 4)


# --- Slack ------------------------------------------------------------------------------------


def slack_away(world: World) -> None:
    """Nobody answers there, and connections that were open are reset."""
    world.gate.shut()
    world.seen["times away"] += 1
    world.last()
    world.gate.open()


def slack_resets(world: World) -> None:
    """Connections are reset again and again, some amid an answer."""
    until = time.monotonic() + world.long
    while time.monotonic() < until:
        world.gate.reset()
        world.seen["resets"] += 1
        world.last(world.chance.uniform(0, 0.2))


def befalls(bad: Mapping[str, tuple[Fault, float]]) -> Callable[[World], None]:
    """At random, calls to Slack go wrong in these ways, in these shares."""

    def fault(world: World) -> None:
        weather = Weather(world.town, world.chance, bad, _METHODS)
        world.last()
        world.town.heal()
        for name in bad:
            world.seen[name] += weather.seen[name]

    return fault


_SLOW = {"slow calls": (slow(2.0), 0.7)}
_LIMITED = {"429s": (rate_limited(1), 0.7)}
_GARBAGE = {
    "HTML": (garbage(), 0.12),
    "half of JSON": (Fault(body=b'{"ok": true, "ts": "17'), 0.13),
    "null": (Fault(body=b"null"), 0.13),
    "a list": (Fault(body=b"[]"), 0.13),
    "nothing": (Fault(body=b""), 0.15),
    "fatal_error": (error("fatal_error"), 0.2),
    "internal_error": (error("internal_error"), 0.2),
    "500s": (server_error(), 0.3),
    "503s": (server_error(503), 0.4),
}
_UNHEARD = {
    "taken, then dropped": (accepted_then_dropped(), 0.25),
    "taken, then 500": (accepted_then_500(), 0.3),
    "taken, then half of JSON": (Fault(body=b'{"ok": true, "ts": "17', accepted=True), 0.3),
    # The bot waits ten seconds for an answer.
    "taken, then silent": (Fault(body=b"", accepted=True, seconds=12.0), 0.1),
    "dropped": (drop(), 0.2),
}
_ALL = _UNHEARD | _GARBAGE | _LIMITED


def delivered_anyhow(world: World) -> None:
    """Slack delivers everything three times, late, and in any order."""
    world.mail.times, world.mail.late = 3, 1.0
    world.crowd.over.wait(60)


def sockets_drop(world: World) -> None:
    """Slack ends connections, with a word before it or without one."""
    until = time.monotonic() + world.long
    while time.monotonic() < until:
        number = world.town.socket.connections
        if world.chance.random() < 0.7:
            world.town.socket.refresh()
            world.seen["connections moved"] += 1
        else:
            world.town.socket.drop()
            world.seen["connections dropped"] += 1
        with suppress(TimeoutError):
            world.town.socket.wait_for_client(15, nth=number + 1)
        world.last(world.chance.uniform(0, 1))


# --- the model --------------------------------------------------------------------------------


def model_misbehaves(world: World) -> None:
    """Each bad mode, with a good answer after it, since two failures would have it left alone."""
    assert world.model is not None
    for mode in MODES:
        world.model.behave(mode, times=1)
        world.model.behave("odd_usage", times=1)
    world.crowd.over.wait(240)
    calls = len(world.model.requests)
    world.seen["calls to the model"] = calls
    world.seen["bad modes"] = min(len(MODES), (calls + 1) // 2)
    if not calls:
        world.problems.append("the model was never asked")
    world.model.heal()


# --- together ---------------------------------------------------------------------------------


def everything(world: World) -> None:
    """Slack's bad days and doubled deliveries, a database that goes away, and kills."""
    weather = Weather(world.town, world.chance, _ALL, _METHODS)
    world.mail.times, world.mail.late = 2, 0.5
    while not world.crowd.over.wait(world.chance.uniform(0.5, 4)):
        with suppress(Stuck):
            world.bot.kill()
            world.seen["kills"] += 1
            world.bot.start()
        if world.database == POSTGRESQL and world.chance.random() < 0.5:
            assert world.server is not None
            world.server.stop(world.chance.choice((signal.SIGINT, signal.SIGQUIT)))
            world.seen["database stops"] += 1
            world.last(world.chance.uniform(0, 2))
            world.server.start()
        if world.chance.random() < _RESTART:
            world.bot.wait_until_ready()
    world.town.heal()
    world.seen["bad calls"] = sum(weather.seen[name] for name in _ALL)


_DYING = ("-m", "tests.chaos.dying")
SCENARIOS: Sequence[Scenario] = (
    Scenario("calm", "nothing goes wrong", lambda world: None),
    Scenario("killed", "kill -9 at any instant", killed, ends=True),
    Scenario(
        "killed at lines",
        "kill -9 before random lines",
        killed_at_lines,
        ends=True,
        program=_DYING,
        environment=_dying,
    ),
    Scenario(
        "server stopped", "PostgreSQL is stopped and started", postgres_stopped, (POSTGRESQL,)
    ),
    Scenario("server crashes", "PostgreSQL dies three times", postgres_crashes, (POSTGRESQL,)),
    Scenario("connections cut", "PostgreSQL ends them", connections_cut, (POSTGRESQL,)),
    Scenario("read-only", "PostgreSQL takes no writes", postgres_read_only, (POSTGRESQL,)),
    Scenario("read-only", "the files cannot be written", sqlite_read_only, (SQLITE,)),
    Scenario(
        "locked",
        "another writes for 33 s",
        sqlite_locked,
        (SQLITE,),
        long=_LOCKED_SECONDS,
        pause=2.5,
        takes_long=True,
    ),
    Scenario("disk full", "no room for the database", disk_full, small_disk=True),
    Scenario(
        "clock jumps",
        "by hours and days, both ways",
        clock_jumps,
        socket=True,
        environment=lambda folder, _: clocked(folder),
    ),
    Scenario(
        "clock, reminders",
        "over a change to winter time and two weeks, both ways",
        jumped_among_reminders,
        socket=True,
        people=4,
        prepare=employed,
        program=("-m", "tests.support.node"),
        environment=on_friday,
    ),
    Scenario("Slack away", "connections refused and reset", slack_away),
    Scenario("Slack resets", "connections reset amid calls", slack_resets),
    Scenario("Slack slow", "2 s a call", befalls(_SLOW)),
    Scenario("Slack limits", "429 with Retry-After", befalls(_LIMITED)),
    Scenario("Slack garbage", "HTML, half of JSON, nothing, 500", befalls(_GARBAGE)),
    Scenario("Slack unheard", "posts taken whose answer is lost", befalls(_UNHEARD)),
    Scenario("deliveries", "three times, late, in any order", delivered_anyhow),
    Scenario("sockets drop", "Socket Mode ends", sockets_drop, socket=True, long=40.0, pause=1.5),
    Scenario("model", "every bad mode", model_misbehaves, with_model=True, people=4, interviews=8),
    Scenario("everything", "all of it at once", everything, ends=True),
    Scenario(
        "an hour",
        "30 people, a message every two minutes; kill -9",
        killed_for_an_hour,
        people=30,
        interviews=5,
        pause=7.0,
        ends=True,
        takes_long=True,
        program=_DYING,
        environment=_dying_seldom,
    ),
)
