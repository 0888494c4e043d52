"""The systems that `turns` and `waiting` run, each in a process of its own.

The echo is the least that Bolt can do with a message: it says it again in its thread. Ours is the
bot as `sowhat serve` puts it together, where asked with a language model. All stand behind the same
WSGI adapter and web server.
"""

import logging
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

from pydantic import SecretStr
from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from bot.coaches import coach_of
from bot.coaching.dates import academic_year
from bot.engine import Engine, engine_url
from bot.sample import load_sample
from bot.server import HTTP_THREADS, TURNS, Wsgi, application, http_server
from bot.settings import Settings
from bot.slack.app import LISTENER_THREADS, build
from bot.slack.workspaces import SLACK_SECONDS
from storage.database import Database
from storage.migrate import migrate
from tests.support.bots import BY_HAND
from tests.support.slack_payloads import BOT_TOKEN

SECRET = "a-secret-of-the-benchmark"
MODEL = "fake-model"
# The scripted replies name dates of this academic year.
_BEGINS = datetime(2026, 11, 23, 10, tzinfo=UTC)
_START_SECONDS = 60


@dataclass(frozen=True)
class System:
    """What to run: the echo, or with a `database_url` ours. Errors and warnings go to `log`.

    With a `model_url` ours asks the language model there.
    """

    name: str
    slack_api_url: str
    log: Path
    database_url: str | None = None
    model_url: str | None = None


class Running:
    """A system that serves at `base_url`."""

    def __init__(self, system: System, process_id: int, port: int, pipe: Connection) -> None:
        self.name, self.process_id = system.name, process_id
        self.base_url = f"http://127.0.0.1:{port}"
        self._pipe = pipe

    def cpu_seconds(self) -> float:
        """The processor time that the system's process has used so far."""
        self._pipe.send("cpu")
        seconds: float = self._pipe.recv()
        return seconds


@contextmanager
def running(system: System) -> Iterator[Running]:
    """Run a system in a fresh process for the length of the block.

    Raises RuntimeError when it does not start.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(system, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        try:
            port = ours.recv() if ours.poll(_START_SECONDS) else None
        except EOFError:
            port = None
        if port is None or process.pid is None:
            raise RuntimeError(f"{system.name} did not start; see above or {system.log}.")
        yield Running(system, process.pid, port, ours)
    except Exception as error:
        if process.exitcode is not None:
            error.add_note(f"{system.name} had ended, with exit code {process.exitcode}.")
        raise
    finally:
        ours.close()
        process.join(30)
        process.kill()


def _run(system: System, pipe: Connection) -> None:
    """Serve until the other end of the pipe is closed."""
    logging.basicConfig(filename=system.log, level=logging.INFO)
    with ExitStack() as stack:
        wsgi = _echo(system) if system.database_url is None else _ours(system, stack)
        server = http_server(wsgi, "127.0.0.1", 0, HTTP_THREADS)
        Thread(target=server.run, name="http", daemon=True).start()
        pipe.send(server.effective_port)
        try:
            while pipe.recv():
                pipe.send(time.process_time())
        except (EOFError, OSError):
            server.close()


def _echo(system: System) -> Wsgi:
    app = App(
        client=WebClient(
            token=BOT_TOKEN,
            base_url=system.slack_api_url,
            timeout=SLACK_SECONDS,
            retry_handlers=[],
        ),
        signing_secret=SECRET,
        token_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(LISTENER_THREADS, thread_name_prefix="listener"),
    )

    @app.event("message")
    def echo(event: dict[str, Any], say: Callable[..., Any]) -> None:
        say(text=event["text"], thread_ts=event.get("thread_ts") or event["ts"])

    handler: Wsgi = SlackRequestHandler(app, path="/slack/events")
    return handler


def _ours(system: System, stack: ExitStack) -> Wsgi:
    """The bot on a database of its own, which holds the sample provider's SAR and plan."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=system.database_url or "",
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_app_token=None,
        slack_signing_secret=SecretStr(SECRET),
        slack_api_url=system.slack_api_url,
        openai_api_key=None,
        openai_base_url=system.model_url,
        openai_model=MODEL if system.model_url else None,
    )
    database = Database(settings.database_url)
    stack.callback(database.close)
    migrate(database)
    clock = _clock()
    with database.writing() as session:
        load_sample(session, academic_year(clock().date()), clock())
    coach = coach_of(settings, database, clock)
    stack.callback(coach.close)
    engine = Engine(
        engine_url(settings.database_url), executor_id=settings.executor_id, workers=TURNS
    )
    service = build(settings, database, engine, coach, clock, BY_HAND)
    service.start(clock)
    stack.callback(service.stop)
    return application(service)


def _clock() -> Callable[[], datetime]:
    """A clock that runs as any other, but from the same instant each time."""
    started = time.monotonic()
    return lambda: _BEGINS + timedelta(seconds=time.monotonic() - started)
