"""A copy taken while people write, put back in another place after the first has been lost."""

import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from sqlmodel import select

from bot.slack.incoming import incoming
from storage import conversations
from storage.database import Database
from storage.migrate import head_revision
from storage.models import OutgoingMessage, ReceivedEvent, Turn
from storage.vocabulary import Delivery, Speaker
from tests.support import slack_faults
from tests.support import slack_payloads as payloads
from tests.support.bots import ROOT, Program, in_process, load_sar, program_environment, slack
from tests.support.fake_slack import FakeSlack
from tests.support.postgres import NoPostgres, binaries, fresh_database
from tests.support.slack_methods import Call
from tests.support.slack_payloads import dm_channel
from tests.support.talk import Talk, over_http
from tests.support.waiting import eventually

WRITERS = [f"U0WRITER{number}" for number in range(4)]
UNTOLD, UNSENT, TAKEN, NEW = "U0UNTOLD", "U0UNSENT", "U0TAKEN", "U0NEW"
# The name of the process that goes on; and what is logged of each event would fill the pipe that
# nobody reads before the program ends.
SETTINGS = {"EXECUTOR_ID": "test", "LOG_LEVEL": "WARNING"}
WORDS = ("AFI 2", "Text parents on the day of each absence", "Attendance rises to 88%", "stop")


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with slack() as server:
        for user in (*WRITERS, UNTOLD, UNSENT, TAKEN, NEW):
            server.add_user(user, f"Person {user}")
        yield server


Restore = Callable[[], str]


@contextmanager
def on_sqlite(url: str, folder: Path) -> Iterator[tuple[Callable[[], None], Restore]]:
    """What copies the database of that URL, and what puts the copy back; gives the URL of that."""
    copy = folder / "copy.db"

    def take() -> None:
        said = subprocess.run(
            [sys.executable, "-m", "bot", "backup", str(copy)],
            cwd=ROOT,
            env=program_environment(DATABASE_URL=url),
            capture_output=True,
            text=True,
            check=True,
        )
        assert re.fullmatch(
            rf"2 providers and \d+ actions?, schema at revision {head_revision()}, checked and "
            rf"written to {re.escape(str(copy))} \(\d+\.\d MB\)\.\n",
            said.stdout,
        )

    def put_back() -> str:
        elsewhere = folder / "elsewhere"
        elsewhere.mkdir()
        shutil.copy(copy, elsewhere / "sowhat.db")
        with closing(sqlite3.connect(elsewhere / "sowhat.db")) as restored:
            assert restored.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert restored.execute("PRAGMA foreign_key_check").fetchall() == []
        return f"sqlite:///{elsewhere}/sowhat.db"

    yield take, put_back


@contextmanager
def on_postgresql(url: str, folder: Path) -> Iterator[tuple[Callable[[], None], Restore]]:
    """The same with PostgreSQL's own programs."""
    address = url.replace("postgresql+psycopg:", "postgresql:", 1)
    dump, server = folder / "copy.dump", address.rsplit("/", 1)[0] + "/"
    with ExitStack() as stack:

        def put_back() -> str:
            name = stack.enter_context(fresh_database(server))
            _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={server}{name}", dump)
            return f"{url.rsplit('/', 1)[0]}/{name}"

        _must_fit(address)
        yield lambda: _run("pg_dump", "--format=custom", f"--file={dump}", address), put_back


def _must_fit(address: str) -> None:
    """Skip where there is no pg_dump, or one that is older than the server, which it refuses."""
    try:
        program = binaries() / "pg_dump"
    except NoPostgres as error:
        pytest.skip(str(error))
    if not program.exists():
        pytest.skip(f"no pg_dump in {program.parent}")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"(\d+)\.", said.stdout)
    assert found is not None, said.stdout
    with psycopg.connect(address) as connection:
        server = connection.info.server_version // 10_000
    if int(found[1]) < server:
        pytest.skip(f"pg_dump {found[1]} cannot copy a PostgreSQL {server}")


def _run(program: str, *words: str | Path) -> None:
    done = subprocess.run([binaries() / program, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class Writers:
    """People who each write to the bot one thing after another, until they are told to end."""

    def __init__(self, fake: FakeSlack, program: Program) -> None:
        self.answered: list[str] = []  # by the time each was answered
        self._fake, self._send = fake, over_http(program.http)
        self._ended, self._number = threading.Event(), count(1)
        self._threads = [threading.Thread(target=self._write, args=(user,)) for user in WRITERS]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _write(self, user: str) -> None:
        while not self._ended.is_set():
            talk = Talk(self._fake, self._send, user)
            for words in WORDS:
                said = f"{words}, {user} {next(self._number)}" if words == WORDS[1] else words
                talk.says(said)
                if said != words:
                    self.answered.append(said)


class Contents(NamedTuple):
    """What a database holds: all that people have said, and who waits for what."""

    said: list[str]
    unanswered: set[str]
    waiting: set[str]


def contents(url: str) -> Contents:
    """Of the database of that URL."""
    who = {dm_channel(user): user for user in (*WRITERS, UNTOLD, UNSENT, TAKEN, NEW)}
    database = Database(url)
    with database.reading() as session:
        turns = session.exec(select(Turn)).all()
        events = session.exec(select(ReceivedEvent)).all()
        messages = session.exec(select(OutgoingMessage)).all()
    database.close()
    return Contents(
        said=[turn.text for turn in turns if turn.speaker is Speaker.PERSON],
        unanswered={
            who[event.conversation.partition(":")[0]] for event in events if not event.answered_at
        },
        waiting={who[m.channel] for m in messages if m.delivery is Delivery.WAITING},
    )


def keep_unanswered(url: str, payload: dict[str, Any]) -> None:
    """Leave an event as it is between being kept and being answered."""
    found = incoming(payload)
    assert found is not None
    database = Database(url)
    with database.writing() as session:
        conversations.receive(
            session,
            workspace=found.workspace,
            event_id=found.event_id,
            conversation=found.conversation,
            payload=found.to_json(),
            at=datetime.now(UTC),
        )
    database.close()


def is_in(user: str) -> Callable[[Call], bool]:
    """Whether a call is about the direct message with that person."""
    return lambda call: call.args.get("channel") == dm_channel(user)


def test_a_copy_taken_amid_writing_goes_on_elsewhere_and_nobody_is_told_twice(
    fake: FakeSlack, database_url: str, tmp_path: Path
) -> None:
    load_sar(database := Database(database_url))
    database.close()
    on = on_sqlite if database_url.startswith("sqlite") else on_postgresql
    with ExitStack() as stack:
        take, put_back = stack.enter_context(on(database_url, tmp_path))
        first = stack.enter_context(Program(fake, database_url, **SETTINGS))
        say = over_http(first.http)
        for user in (UNSENT, TAKEN, UNTOLD):
            Talk(fake, say, user).says("hello")
        # At the moment of the copy one event is without an answer, and of two answers one has not
        # reached Slack while the other has, which the bot does not know.
        keep_unanswered(database_url, event := payloads.direct_message("hello", user=NEW))
        fake.always_fail("chat.postMessage", slack_faults.drop(), is_in(UNSENT))
        say(payloads.direct_message("AFI 2", user=UNSENT))
        fake.wait_for(lambda: any(map(is_in(UNSENT), fake.calls_to("chat.postMessage")[3:])))
        fake.always_fail("conversations.replies", slack_faults.drop(), is_in(TAKEN))
        fake.always_fail("chat.postMessage", slack_faults.accepted_then_dropped(), is_in(TAKEN))
        say(payloads.direct_message("AFI 2", user=TAKEN))
        fake.wait_for_messages(dm_channel(TAKEN), 2)

        with Writers(fake, first) as writers:
            fake.wait_for(lambda: len(writers.answered) >= len(WRITERS), 60)
            before = list(writers.answered)
            take()
            fake.wait_for(lambda: len(writers.answered) > len(before) + len(WRITERS), 60)
        # What the first does after the copy only Slack knows by the time that it is lost.
        say(event)
        fake.wait_for_messages(dm_channel(NEW), 1, timeout=60)
        first.kill()
        fake.heal()
        restored = put_back()

        kept = contents(restored)
        with in_process(fake, restored, clock=lambda: datetime.now(UTC)) as second:
            assert second.http.event(event, retry_num=1).status == 200
            eventually(lambda: contents(restored)[1:] == (set(), set()), 60)
            after = Talk(fake, over_http(second.http), UNTOLD)
            after.says("hello")
        held_at_last = contents(restored)

    assert set(before) <= set(kept.said)
    assert NEW in kept.unanswered
    assert {UNSENT, TAKEN} <= kept.waiting
    assert set(kept.said) <= set(held_at_last.said)
    assert (held_at_last.unanswered, held_at_last.waiting) == (set(), set())
    for user in (NEW, UNSENT, TAKEN, UNTOLD, *WRITERS):
        posted = fake.messages(dm_channel(user))
        keys = Counter(message["metadata"]["event_payload"]["key"] for message in posted)
        assert set(keys.values()) == {1}, (user, keys)
    assert [len(fake.messages(dm_channel(user))) for user in (NEW, UNSENT, TAKEN)] == [1, 2, 2]
