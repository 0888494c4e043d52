"""`sowhat serve`: the bot over Socket Mode or HTTP, until it is told to stop."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi.http_request import WsgiHttpRequest
from slack_bolt.adapter.wsgi.http_response import WsgiHttpResponse
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.exc import SQLAlchemyError
from waitress.server import create_server

from bot import logs, metrics
from bot.coaches import coach_of
from bot.engine import Engine, EngineUnavailable, engine_url
from bot.settings import Settings, SettingsInvalid, for_slack, secrets_of
from bot.slack.app import SlackService, build
from bot.slack.door import Door
from bot.slack.installations import KeyIsMissing
from bot.slack.installing import INSTALL, REDIRECT, page
from bot.slack.upkeep import Pace
from bot.slack.workspaces import InstalledWorkspaces, OneWorkspace
from storage import providers
from storage.database import Database, DatabaseUnavailable
from storage.migrate import migrate

# Slack's own payloads stay well under this; more is not from Slack. Of what says so at its head
# nothing more is read.
MOST_BYTES = 1_000_000
MOST_HEADER_BYTES = 16_000
# Connections that say nothing are closed after so long, and so many may be open at once: below what
# the system lets a program look at.
_SILENT_SECONDS, _MOST_CONNECTIONS = 20, 500
HTTP_THREADS = 16
# Over Socket Mode only those who watch the bot ask over HTTP.
WATCH_THREADS = 2
# Conversations answered at once: most of a turn's time is a model's, and waits.
TURNS = 64
_TOKEN_REFUSED = frozenset(
    "invalid_auth not_authed not_allowed_token_type token_revoked token_expired missing_scope "
    "account_inactive".split()
)
_log = logging.getLogger(__name__)

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class PortTaken(Exception):
    """The port cannot be listened on; the message says which and what to do."""


class SlackAway(Exception):
    """Slack does not answer at the start; the message says what to do."""


def serve(
    settings: Settings,
    clock: Callable[[], datetime] | None = None,
    pace: Pace | None = None,
) -> None:
    """Run the bot until SIGTERM or SIGINT, then drain.

    Raises SettingsInvalid, DatabaseUnavailable, EngineBusy, EngineUnavailable, PortTaken or
    SlackAway before anything is served.
    """
    clock = clock or _now
    for_slack(settings)
    logs.set_up(settings.log_level, secrets_of(settings))
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It warns of every request that waits a moment for a thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # At DEBUG they log what people wrote.
    least = max(logging.INFO, logging.getLevelName(settings.log_level))
    for wordy in ("slack_sdk", "slack_bolt", "bot.slack.bolt"):
        logging.getLogger(wordy).setLevel(least)
    # It quotes answers of Slack that it cannot read; who asked is told of them, and logs it.
    logging.getLogger("slack_sdk.web").setLevel(logging.CRITICAL)
    database = Database(settings.database_url, executor=settings.executor_id)
    try:
        where = engine_url(settings.database_url)
    except ValueError as error:
        raise SettingsInvalid(f"The setting DATABASE_URL is not right: {error}") from None
    coach = coach_of(settings, database, clock)
    migrate(database)
    engine = Engine(where, executor_id=settings.executor_id, workers=TURNS)
    service = build(settings, database, engine, coach, clock, pace)
    _check_tokens(service)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    # While turns are finished /readyz says that it stops, so HTTP is given up after them.
    with ExitStack() as http:
        http.callback(database.close)
        http.callback(coach.close)
        try:
            service.start(clock)
            if settings.slack_app_token is not None:
                port = settings.port if "port" in settings.model_fields_set else None
                _over_socket(service, settings.slack_app_token.get_secret_value(), port, http)
            else:
                _over_http(service, settings.port, http)
        except SystemExit:
            _log.info("Stopping: running turns are finished first.")
        finally:
            service.stop()


def _check_tokens(service: SlackService) -> None:
    """Raises SettingsInvalid for a bot token that Slack refuses, or tokens that no key reads."""
    if isinstance(service.workspaces, InstalledWorkspaces):
        try:
            service.workspaces.installations.encrypt_anew()
        except KeyIsMissing:
            raise SettingsInvalid(
                "TOKEN_ENCRYPTION_KEY does not read the tokens in the database: give the key that "
                "they were stored under too, after the new one and a comma."
            ) from None
    elif isinstance(service.workspaces, OneWorkspace):
        _check_token(service.workspaces, service.database)


def _check_token(one: OneWorkspace, database: Database) -> None:
    """Raises SettingsInvalid for a bot token that Slack refuses; one away may be back later."""
    try:
        team = one.team()
        with database.writing() as session:
            providers.name_provider(session, team.id, team.name or team.id)
    except (SlackClientError, OSError, ValueError) as error:
        code = error.response.get("error") if isinstance(error, SlackApiError) else None
        if code in _TOKEN_REFUSED:
            raise SettingsInvalid(
                f"Slack refuses SLACK_BOT_TOKEN ({code}): copy it anew from your Slack app's "
                "OAuth page."
            ) from None
        _log.warning("Slack does not answer yet (%s); replies wait.", code or type(error).__name__)


def _leave(_number: int, _frame: FrameType | None) -> None:
    # Raised in the main thread, which only waits.
    raise SystemExit


def _wait(runs: Callable[[], bool]) -> None:
    # In naps: on Windows a longer wait would hear no signal.
    while runs():
        time.sleep(1)


def _over_socket(service: SlackService, app_token: str, port: int | None, http: ExitStack) -> None:
    handler = SocketModeHandler(service.app, app_token)
    if port is not None:
        http.enter_context(
            _listening(watched(service, handler.client.is_connected), port, WATCH_THREADS)
        )
    try:
        handler.connect()  # type: ignore[no-untyped-call]
    except (SlackClientError, OSError, ValueError) as error:
        code = error.response.get("error") if isinstance(error, SlackApiError) else None
        if code in _TOKEN_REFUSED:
            raise SettingsInvalid(
                f"Slack refuses SLACK_APP_TOKEN ({code}): copy it anew from your Slack app's "
                "Basic Information page."
            ) from None
        raise SlackAway(
            f"Slack at {service.app.client.base_url} opens no connection "
            f"({code or type(error).__name__}): check the network and try again."
        ) from None
    _log.info("Connected to Slack by Socket Mode.")
    try:
        _wait(lambda: True)
    finally:
        service.stopping.set()
        handler.close()  # type: ignore[no-untyped-call]


def _over_http(service: SlackService, port: int, http: ExitStack) -> None:
    _wait(http.enter_context(_listening(application(service), port, HTTP_THREADS)).is_alive)


@contextmanager
def _listening(answer: Wsgi, port: int, threads: int) -> Iterator[threading.Thread]:
    """Serve HTTP for the length of the block, from the thread it is given. Raises PortTaken."""
    try:
        server = http_server(answer, "0.0.0.0", port, threads)
    except OSError as error:
        raise PortTaken(
            f"Port {port} cannot be used ({error.strerror}): free it, or set PORT to another."
        ) from None
    runner = threading.Thread(target=server.run, name="http", daemon=True)
    runner.start()
    _log.info("Listening on port %s.", port)
    try:
        yield runner
    finally:
        # Answers under way are finished; the sockets go with the process.
        server.task_dispatcher.shutdown()


def http_server(answer: Wsgi, host: str, port: int, threads: int, **more: Any) -> Any:
    """The server of an application, not running yet. Raises OSError where it cannot listen."""
    return create_server(
        answer,
        host=host,
        port=port,
        threads=threads,
        max_request_body_size=MOST_BYTES,
        max_request_header_size=MOST_HEADER_BYTES,
        channel_timeout=_SILENT_SECONDS,
        cleanup_interval=_SILENT_SECONDS // 2,
        connection_limit=_MOST_CONNECTIONS,
        # What it uses otherwise fails for good where the process has a thousand files open.
        asyncore_use_poll=True,
        # It says nowhere which server it is.
        ident=None,
        **more,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def application(service: SlackService, clock: Callable[[], datetime] = _now) -> Wsgi:
    """The WSGI application: Slack's one address, those to install the bot, and how the bot is."""
    watch = watched(service, clock=clock)
    slack = Door(service.app, path="/slack/events")
    installs = (
        {}
        if service.installing is None
        else {
            INSTALL: service.installing.handle_installation,
            REDIRECT: service.installing.handle_callback,
        }
    )

    def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        is_install = path in installs and environ.get("REQUEST_METHOD") == "GET"
        if (is_install or path == "/slack/events") and service.stopping.is_set():
            # Slack sends it again, to whoever is there by then.
            return _plain(start_response, _AWAY, _STOPPING)
        if path == "/slack/events":
            return slack(environ, start_response)
        if is_install:
            return _installed(installs[path], environ, start_response)
        return watch(environ, start_response)

    return respond


def watched(
    service: SlackService,
    is_connected: Callable[[], bool] | None = None,
    clock: Callable[[], datetime] = _now,
) -> Wsgi:
    """How the bot is, for whoever runs it: /healthz, /readyz and /metrics.

    `is_connected` tells whether Slack's socket is; None without Socket Mode.
    """

    def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/healthz":
            return _plain(start_response, "200 OK", "alive")
        if path == "/readyz":
            trouble = _trouble(service, is_connected)
            if trouble is not None:
                return _plain(start_response, _AWAY, trouble)
            ready = "ready" if is_connected is None else "ready, and connected to Slack"
            return _plain(start_response, "200 OK", ready)
        if path == "/metrics":
            told = metrics.exposition(service.database, clock())
            return _answer(start_response, "200 OK", metrics.CONTENT_TYPE, told)
        return _plain(start_response, "404 Not Found", "nothing here")

    return respond


_AWAY, _STOPPING = "503 Service Unavailable", "stopping"


def _trouble(service: SlackService, is_connected: Callable[[], bool] | None) -> str | None:
    """Why the bot is not ready, None where it is."""
    if service.stopping.is_set():
        return _STOPPING
    try:
        service.database.ping()
        service.engine.ping()
    except (DatabaseUnavailable, SQLAlchemyError):
        # Not its own words, which hold the address.
        return "the database does not answer"
    except EngineUnavailable as error:
        return str(error)
    # It may answer and yet take nothing in, as on a full disk. What is written every few seconds to
    # say that this process runs tells, also when all is well again.
    if service.database.trouble is not None:
        return service.database.trouble
    if is_connected is not None and not is_connected():
        return "there is no connection to Slack"
    return None


def _installed(
    handle: Callable[[BoltRequest], BoltResponse],
    environ: dict[str, Any],
    start_response: Callable[..., Any],
) -> Iterable[bytes]:
    """The answer of the OAuth flow to somebody's browser."""
    request = WsgiHttpRequest(environ)
    try:
        found = handle(
            BoltRequest(body="", query=request.query_string, headers=request.get_headers())
        )
    except DatabaseUnavailable as error:
        _log.error("Nobody can install the bot: %s", error)
        says = "The database does not answer just now. Try again in a minute."
        found = page(503, "So What is not installed yet", says)
    answer = WsgiHttpResponse(status=found.status, headers=found.headers, body=found.body)
    start_response(answer.status, [*answer.get_headers(), *_GUARDED, *_PAGE_GUARDED])
    return answer.get_body()


def _plain(start_response: Callable[..., Any], status: str, text: str) -> list[bytes]:
    return _answer(start_response, status, "text/plain; charset=utf-8", text.encode())


def _answer(
    start_response: Callable[..., Any], status: str, content_type: str, body: bytes
) -> list[bytes]:
    length = ("Content-Length", str(len(body)))
    start_response(status, [("Content-Type", content_type), length, *_GUARDED])
    return [body]


# What browsers are told of every answer, and of the pages on which the bot is installed: these have
# a link and a style of their own and nothing else, and stand in no other page. Their address holds
# a code of Slack's, which is told to nobody they lead to.
_GUARDED = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]
_PAGE_GUARDED = [
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'",
    ),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
]
