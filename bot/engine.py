"""Durable work: each step is recorded as it ends, and a restart goes on where a crash stopped.

The only module that imports DBOS, so that another engine could take its place. A workflow is a
plain function of JSON values whose effects all lie in its steps: after a crash it runs again from
the top, and steps already recorded hand back their recorded result. A step that was cut short runs
a second time, so what it does to the outside world must bear repeating.
"""

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

Function = TypeVar("Function", bound=Callable[..., Any])

# Work recorded under one version is ignored by another: change this only when a workflow's body
# can no longer finish what an older one began, and then drain first.
_APPLICATION_VERSION = "1"
_LONGEST_BACKOFF_SECONDS = 300.0
_CONNECT_SECONDS = 3  # Slack wants its answer within three
_SQLITE_PRAGMAS = """PRAGMA busy_timeout=30000; PRAGMA foreign_keys=ON;
    PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"""

_log = logging.getLogger(__name__)
_one_in_process = threading.Lock()  # DBOS is a singleton
_caller = threading.local()


class EngineUnavailable(Exception):
    """The engine does not run, or its database cannot be reached: nothing has been promised."""


class EngineBusy(Exception):
    """Another engine holds this SQLite file, or already runs in this process."""


class StepFailed(Exception):
    """A step used up its attempts."""


class TryAgain(Exception):
    """Raised by a step's function: try again, but not before `after_seconds` have passed."""

    def __init__(self, after_seconds: float) -> None:
        super().__init__(f"Try again after {after_seconds:g} seconds.")
        self.after_seconds = after_seconds


class _Stop(BaseException):
    """Leaves a workflow for the next launch. DBOS would record an Exception as its outcome."""


def engine_url(app_database_url: str) -> str:
    """Where the engine keeps its records, given the application's database.

    On PostgreSQL the same database, in a schema of its own. On SQLite a file beside the
    application's (app.db, app-engine.db), so that migrations of the one do not see the tables of
    the other. Raises ValueError for a SQLite database in memory.
    """
    url = sa.make_url(app_database_url)
    if url.get_backend_name() != "sqlite":
        return app_database_url
    if url.database in (None, "", ":memory:"):
        raise ValueError("The engine needs a database file; SQLite in memory does not last.")
    file = Path(str(url.database))
    own = url.set(database=str(file.with_stem(f"{file.stem}-engine")))
    return own.render_as_string(hide_password=False)


class Engine:
    """Register workflows, launch once, start work from any thread, close.

    `url` is the engine's own database, see `engine_url`. `executor_id` must stay the same when
    this process restarts and differ between processes: unfinished work is found again by it.
    `workers` is how many workflows run at once, those waiting for a retry included.
    """

    def __init__(self, url: str, *, executor_id: str, workers: int = 32) -> None:
        if not executor_id:
            raise ValueError("The engine needs an executor id that is stable across restarts.")
        self._url = sa.make_url(url)
        self._executor_id = executor_id
        self._workers = workers
        self._workflows: dict[str, Callable[..., Any]] = {}
        self._launched: dict[str, Callable[..., Any]] = {}  # the same as DBOS knows them
        self._dbos: DBOS | None = None
        self._undo = ExitStack()
        self._closing = threading.Event()  # retries no longer wait, queued work stays queued
        self._stopped = False  # no further step begins

    def workflow(self, name: str) -> Callable[[Function], Function]:
        """Decorator: register a function of JSON values, before `launch`.

        Its unfinished runs are found again by `name`, so keep that across releases. Raises
        ValueError when the name is taken, RuntimeError after launch.
        """
        if self._dbos:
            raise RuntimeError(f"Workflow {name} must be registered before launch.")
        if name in self._workflows:
            raise ValueError(f"There is already a workflow {name}.")

        def register(function: Function) -> Function:
            # Bare *args: by type hints DBOS would turn text into dates, only after a recovery.
            def run(*args: Any) -> Any:
                if self._closing.is_set():
                    raise _Stop
                try:
                    return function(*args)
                finally:
                    if self._stopped:  # whatever came of it can no longer be recorded
                        raise _Stop from None

            self._workflows[name] = run
            return function

        return register

    def launch(self) -> None:
        """Start, and take up in the background what this executor left unfinished.

        Raises EngineBusy when another engine holds the SQLite file or this process, and
        EngineUnavailable when the database cannot be reached; both leave the engine as it was.
        RuntimeError after `close`: make a new Engine.
        """
        if self._closing.is_set():
            raise RuntimeError("A closed engine cannot be launched again.")
        if not _one_in_process.acquire(blocking=False):
            raise EngineBusy("This process already runs an engine.")
        with ExitStack() as undo:
            undo.callback(_one_in_process.release)
            if self._url.get_backend_name() == "sqlite":
                _hold(Path(str(self._url.database)).resolve(), undo)
            database = _connect(self._url)
            undo.callback(database.dispose)
            logger = logging.getLogger("dbos")
            logger.addFilter(_one_line)
            logger.addHandler(_no_console)
            undo.callback(setattr, self, "_dbos", None)
            undo.callback(DBOS.destroy, destroy_registry=True)
            self._dbos = DBOS(
                config=DBOSConfig(
                    name="so-what",
                    executor_id=self._executor_id,
                    application_version=_APPLICATION_VERSION,
                    system_database_engine=database,
                    serializer=DBOSPortableJSONSerializer(),  # the default unpickles what it reads
                    max_executor_threads=self._workers,
                    # Nothing waits for notifications: no connection for them, a nap short enough
                    # for a quick close.
                    use_listen_notify=False,
                    notification_listener_polling_interval_sec=0.1,
                    log_level="WARNING",
                )
            )
            for name, function in self._workflows.items():
                self._launched[name] = DBOS.workflow(name=name)(function)
            with _told_when_unreachable():
                DBOS.launch()
            self._undo = undo.pop_all()

    def close(self, drain_seconds: float = 20.0) -> None:
        """Stop: let running workflows finish for up to `drain_seconds`, and keep the rest.

        A workflow that has not begun, waits for a retry or is not done in time goes on at the next
        launch; the step it is in then runs again. Python waits at exit for a function still
        running, so give every call in a step a time limit of its own.
        """
        self._closing.set()
        deadline = time.monotonic() + drain_seconds
        # DBOS.destroy can drain too, but looks once a second and only after the first second.
        busy = self._dbos._active_workflows_set.activeList if self._dbos else list
        while busy() and time.monotonic() < deadline:
            time.sleep(0.02)
        self._stopped = True
        self._undo.close()

    def start_once(self, workflow_id: str, name: str, *args: Any) -> None:
        """Record a workflow as to be done and return; it begins at once on another thread.

        Does nothing when the id is known, whether that work waits, runs, failed or is done.
        `args` are JSON values. For any thread, also inside a workflow, but not inside a step.
        Raises EngineUnavailable when it may not have been recorded, KeyError for an unknown name,
        TypeError for arguments that are not JSON.
        """
        if self._dbos is None or self._stopped:
            raise EngineUnavailable("The engine is not running.")
        function, plain_args = self._launched[name], _plain(args)
        try:
            with _told_when_unreachable(), SetWorkflowID(workflow_id):
                DBOS.start_workflow(function, *plain_args)
        except Exception:
            # What DBOS raises once it is destroyed is no part of what it exports.
            if not self._closing.is_set():
                raise
            raise EngineUnavailable("The engine is closing.") from None

    def step(
        self,
        name: str,
        function: Callable[..., Any],
        *args: Any,
        attempts: int = 5,
        first_wait_seconds: float = 1.0,
    ) -> Any:
        """Inside a workflow: call the function, record its JSON result, and return that.

        After an exception tries again in `first_wait_seconds`, doubling up to five minutes, or
        when TryAgain asks; the wait outlives a restart. Raises StepFailed after the last of
        `attempts`, TypeError for a result that is not JSON, RuntimeError outside a workflow.
        """
        if DBOS.workflow_id is None:
            raise RuntimeError(f"Step {name} was called outside a workflow.")
        error = ""
        for tried in range(attempts):
            if self._stopped:
                raise _Stop
            wait = min(first_wait_seconds * 2**tried, _LONGEST_BACKOFF_SECONDS)
            # DBOS's own retry logs tracebacks, has no Retry-After and forgets on a restart.
            outcome = DBOS.run_step({"name": name}, _try, name, function, args, wait)
            if "result" in outcome:
                return outcome["result"]
            error = outcome["error"]
            if tried + 1 < attempts and self._closing.wait(outcome["again_at"] - time.time()):
                raise _Stop
        raise StepFailed(f"Step {name} was tried {attempts} times; the last ended in {error}.")


def _try(
    name: str, function: Callable[..., Any], args: tuple[Any, ...], wait: float
) -> dict[str, Any]:
    # A failure is told as a value, which DBOS records like any other and does not log.
    try:
        result = function(*args)
    except Exception as error:
        kind = type(error).__name__
        _log.warning("Step %s of workflow %s failed: %s", name, DBOS.workflow_id, kind)
        seconds = error.after_seconds if isinstance(error, TryAgain) else wait
        return {"error": kind, "again_at": time.time() + seconds}
    return {"result": _plain(result)}


def _plain(value: Any) -> Any:
    # As it would come back after a recovery: what differs or fails then, does so at once.
    return json.loads(json.dumps(value))


def _hold(file: Path, undo: ExitStack) -> None:
    # Two processes on one SQLite file would run each other's work. SQLite's lock on a file beside
    # it needs no library, works on every platform and falls with the process, however that ends.
    try:
        lock = sqlite3.connect(f"{file}.lock", timeout=0, check_same_thread=False)
        undo.enter_context(closing(lock)).execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise EngineBusy(f"Another process already uses {file}.") from None
        raise EngineUnavailable(f"The engine's database {file} cannot be opened.") from None


def _connect(url: sa.URL) -> sa.Engine:
    # Parameters are people's words and must not reach a log in the text of an error.
    if url.get_backend_name() == "sqlite":
        database = sa.create_engine(url, hide_parameters=True, pool_size=1, max_overflow=0)
        sa.event.listen(database, "connect", _prepare_sqlite)
    else:
        database = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_size=10,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_SECONDS},
        )
    sa.event.listen(database, "handle_error", _tell_when_unreachable)
    return database


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"  # a transaction that began by reading cannot write
    connection.executescript(_SQLITE_PRAGMAS)
    # By Python's version DBOS asks the one or the other. Old SQLite answers NULL to the first,
    # which fails the launch, and whole seconds to the second, which loses the order of the queue.
    connection.create_function("unixepoch", 1, _clock)
    connection.create_function("strftime", 2, _clock)


def _clock(*asked: str) -> float:
    if asked not in (("subsec",), ("%s", "now")):
        raise ValueError("The engine's clock knows only what DBOS asks of it.")
    return time.time()


@contextmanager
def _told_when_unreachable() -> Iterator[None]:
    # DBOS waits without end for a lost database, which is right inside a workflow but not for a
    # caller who must say now whether work was accepted.
    _caller.wants_to_know = DBOS.workflow_id is None
    try:
        yield
    except sa.exc.DBAPIError:
        raise EngineUnavailable("The engine's database does not accept work.") from None
    finally:
        _caller.wants_to_know = False


def _tell_when_unreachable(context: sa.ExceptionContext) -> None:
    # Only while connecting, which a ping of a pooled connection is not: one lost later may already
    # have recorded the work, which DBOS finds out by its retry.
    connecting = context.connection is None and not context.is_pre_ping
    if connecting and getattr(_caller, "wants_to_know", False):
        raise EngineUnavailable("The engine's database cannot be reached.")


class _OneLine(logging.Filter):
    """Makes one line of each record of DBOS: no traceback, no text of the exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        message = record.getMessage().partition("Traceback")[0].partition("\n")[0]
        message += f" {kind.__name__}" if kind else ""
        message += f" (workflow {DBOS.workflow_id})" if DBOS.workflow_id else ""
        record.msg, record.args, record.exc_info, record.exc_text = message, (), None, None
        return kind is not EngineUnavailable  # of which the caller is told


_one_line = _OneLine()
_no_console = logging.NullHandler()  # DBOS prints to the console unless it finds a handler
