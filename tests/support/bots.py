"""The real bot for tests: in this process with the tests' clock, or as a program of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from waitress.wasyncore import close_all

from bot.coach import EMBEDDED, Coach
from bot.engine import Engine, engine_url
from bot.sample import load_sample
from bot.server import application, http_server
from bot.settings import Settings
from bot.slack.app import SlackService, build
from bot.slack.upkeep import Pace
from storage.database import Database
from storage.models import Provider
from tests.support.fake_slack import FakeSlack
from tests.support.signed_requests import SignedRequests
from tests.support.slack_payloads import APP_TOKEN, BOT_TOKEN, TEAM, USER

SECRET = "signing-secret-of-the-tests"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
# By the clock of the machine, so never while a test runs: tests do themselves what is scheduled.
_NEVER = "0 0 29 2 *"
BY_HAND = Pace(sweep=_NEVER, reap=_NEVER, tidy=_NEVER, per_second=50)
_UP_SECONDS = 60


@contextmanager
def slack() -> Iterator[FakeSlack]:
    """A fake Slack with one workspace and one person in it."""
    with FakeSlack() as fake:
        fake.add_workspace()
        fake.add_user(USER, "Priya Shah")
        yield fake


def load_sar(
    database: Database, year: str = "2026/27", workspaces: Sequence[str] = (TEAM,)
) -> None:
    """The sample provider's SAR in the workspaces of the tests, with nobody in them yet."""
    from storage import plans
    from storage.models import SarItem, SarItemFields

    with database.writing() as session:
        load_sample(session, year, NOW)
        for workspace in workspaces:
            session.add(Provider(workspace=workspace, name="Test College"))
            session.flush()
            plan = plans.ensure_plan(session, workspace, year)
            assert plan.id is not None
            for row in plans.sar_items(session, "trial", year):
                fields = {name: row[name] for name in SarItemFields.model_fields}
                session.add(SarItem(**fields, workspace=workspace, plan_id=plan.id))
                session.flush()


@dataclass
class InProcess:
    """The bot in this process, at the instant NOW."""

    service: SlackService
    http: SignedRequests
    database: Database
    base_url: str


@contextmanager
def in_process(
    fake: FakeSlack,
    url: str,
    *,
    socket_mode: bool = False,
    coach: Callable[[Database], Coach] = lambda _: EMBEDDED,
    clock: Callable[[], datetime] = lambda: NOW,
    watch: Callable[[], datetime] = lambda: NOW,
    **more: Any,
) -> Iterator[InProcess]:
    """The bot behind its own WSGI server on loopback, or connected by Socket Mode.

    `more` are settings by name, instead of or beside those of one workspace; `watch` is the clock
    by which /metrics tells how long something waits.
    """
    given: dict[str, Any] = {
        "database_url": url,
        "slack_bot_token": BOT_TOKEN,
        "slack_app_token": APP_TOKEN if socket_mode else None,
        "slack_signing_secret": SECRET,
        "slack_api_url": fake.api_url,
    }
    settings = Settings(_env_file=None, **{**given, **more})  # type: ignore[call-arg]
    database = Database(url, executor="test")
    engine = Engine(engine_url(url), executor_id="test", workers=64)
    coached = coach(database)
    service = build(settings, database, engine, coached, clock, BY_HAND)
    service.start(clock)
    sockets: dict[int, Any] = {}
    server = http_server(application(service, watch), "127.0.0.1", 0, 8, map=sockets)
    runner = threading.Thread(target=server.run, daemon=True)
    runner.start()
    handler: Any = None
    if socket_mode:
        from slack_bolt.adapter.socket_mode import SocketModeHandler

        handler = SocketModeHandler(service.app, APP_TOKEN, ping_interval=0.2)
        handler.connect()
        fake.socket.wait_for_client()
    try:
        base = f"http://127.0.0.1:{server.effective_port}"
        with SignedRequests(base, SECRET) as http:
            yield InProcess(service, http, database, base)
    finally:
        if handler is not None:
            handler.close()
        # Closed by its own thread, which otherwise trips over a socket that is gone. If it is awake
        # it may close the trigger before that is pulled.
        with suppress(OSError):
            server.trigger.pull_trigger(lambda: close_all(sockets))
        runner.join(timeout=_UP_SECONDS)
        server.task_dispatcher.shutdown()
        service.stop()
        coached.close()
        database.close()


class Program:
    """`python -m bot serve` as a program of its own, ready when constructed.

    Over HTTP, or by Socket Mode; then `http` reaches only /healthz, /readyz and /metrics.
    `settings` go into its environment. At the end of a `with` block it is killed unless it has
    ended.
    """

    def __init__(
        self, fake: FakeSlack, url: str, *, socket_mode: bool = False, **settings: str
    ) -> None:
        self.port = free_port()
        self.http = SignedRequests(f"http://127.0.0.1:{self.port}", SECRET)
        connections = fake.socket.connections
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            cwd=ROOT,
            env=program_environment(
                **{
                    "DATABASE_URL": url,
                    "SLACK_BOT_TOKEN": BOT_TOKEN,
                    "SLACK_API_URL": fake.api_url,
                    "PORT": str(self.port),
                    ("SLACK_APP_TOKEN" if socket_mode else "SLACK_SIGNING_SECRET"): (
                        APP_TOKEN if socket_mode else SECRET
                    ),
                    **settings,
                }
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            if socket_mode:
                fake.socket.wait_for_client(_UP_SECONDS, nth=connections + 1)
            else:
                self._wait_until_ready()
        except (OSError, TimeoutError) as error:
            self._process.kill()
            output, _ = self._process.communicate()
            raise AssertionError(f"sowhat serve did not come up; it said:\n{output}") from error

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._process.returncode is None:
            self.kill()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _UP_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                # A program that is not up yet can only be asked again.
                time.sleep(0.05)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()
        self._process.communicate()
        self.http.close()

    def ask_to_stop(self) -> None:
        """Send what a service manager sends to end a program."""
        self._process.send_signal(signal.SIGTERM)

    def wait_until_it_stops(self) -> None:
        """Return when it says that it has been told to end."""
        deadline = time.monotonic() + _UP_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5).close()
            except urllib.error.HTTPError as error:
                if error.read() == b"stopping":
                    return
            if time.monotonic() > deadline:
                raise TimeoutError("it does not stop")
            # It tells nobody who does not ask.
            time.sleep(0.05)

    def wait(self) -> tuple[int, str]:
        """Its exit code and all it printed, once it has ended."""
        output, _ = self._process.communicate(timeout=60)
        self.http.close()
        return self._process.returncode, output

    def stop(self) -> tuple[int, str]:
        """Ask it to end, and give its exit code and all it printed."""
        self.ask_to_stop()
        return self.wait()


def program_environment(**settings: str) -> dict[str, str]:
    """The environment of a program under test, with the settings given.

    Its bytecode is kept between tests, wherever these are told to write none: a start takes half
    the time.
    """
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    bytecode = str(ROOT / ".pytest_cache" / "bytecode")
    return {**kept, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONPATH": str(ROOT), **settings}


def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
