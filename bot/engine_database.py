"""The engine's database: its address, its lock, its connections, and telling when it is away.

A SQLite file belongs to one process and gets a clock that has fractions of a second.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from storage.database import replace_unwritable, why_not_written

_CONNECT_SECONDS = 3  # Slack wants its answer within three
_SQLITE_PRAGMAS = """PRAGMA busy_timeout=30000; PRAGMA foreign_keys=ON;
    PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"""

_caller = threading.local()


class EngineUnavailable(Exception):
    """The engine does not run, or its database cannot be reached: nothing has been promised."""


class EngineBusy(Exception):
    """Another engine holds this SQLite file, or already runs in this process."""


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


def hold(file: Path, undo: ExitStack) -> None:
    """Lock the SQLite file for this process until `undo` is closed.

    Raises EngineBusy when another holds it, EngineUnavailable when it cannot be opened.
    """
    # Two processes on one SQLite file would run each other's work. SQLite's lock on a file beside
    # it needs no library, works on every platform and falls with the process, however that ends.
    try:
        lock = sqlite3.connect(f"{file}.lock", timeout=0, check_same_thread=False)
        undo.enter_context(closing(lock)).execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise EngineBusy(f"Another process already uses {file}.") from None
        raise EngineUnavailable(f"The engine's database {file} cannot be opened.") from None


def connect(url: sa.URL) -> sa.Engine:
    """Connections as DBOS needs them; none is made yet."""
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
    replace_unwritable(database)
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
def told_when_unreachable(wants_to_know: bool) -> Iterator[None]:
    """Raises EngineUnavailable for a database that refuses; when it is away, if that is wanted."""
    # DBOS waits without end for a lost database or one that takes no writes, which is right inside
    # a workflow but not for a caller who must say now whether work was accepted.
    _caller.wants_to_know = wants_to_know
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError):
        raise EngineUnavailable("The engine's database does not accept work.") from None
    finally:
        _caller.wants_to_know = False


def _tell_when_unreachable(context: sa.ExceptionContext) -> None:
    # Only while connecting, which a ping of a pooled connection is not: one lost later may already
    # have recorded the work, which DBOS finds out by its retry.
    connecting = context.connection is None and not context.is_pre_ping
    wants_to_know = getattr(_caller, "wants_to_know", False)
    if connecting and wants_to_know:
        raise EngineUnavailable("The engine's database cannot be reached.")
    why = why_not_written(context.original_exception)
    if why is None:
        return
    if wants_to_know:
        raise EngineUnavailable(why)
    # DBOS waits only for a connection that is lost and for a file that is locked, by these words.
    # Of any other trouble the workflow ends on the spot, and nobody goes on with it.
    if isinstance(context.original_exception, sqlite3.Error):
        waits = sqlite3.OperationalError(f"database is locked: {why}")
        raise sa.exc.OperationalError(None, None, waits)
    context.is_disconnect = True
