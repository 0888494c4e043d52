"""Opening the database: SQLite in a file, or PostgreSQL, behind the same two kinds of session."""

import logging
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

# The waiting time (milliseconds) first: the change to WAL may itself have to wait.
# What is deleted is overwritten: who is forgotten is not to be found in the file.
_PRAGMAS = (
    "busy_timeout=30000",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "secure_delete=ON",
)
# Processes that may open a new SQLite file in the same instant.
_MOST_RIVALS = 20
_CONNECT_SECONDS = 5
# Listeners and turns each hold one connection at most for the length of a transaction.
_POSTGRES_POOL = 20
_log = logging.getLogger(__name__)
# Under this name a session holds who sends the messages that are queued in it.
EXECUTOR = "executor"
# Under this one a connection holds that it is to be replaced.
_SPENT = "spent"


class DatabaseUnavailable(Exception):
    """The database cannot be used; the message is one sentence that says what to do."""


# So long after a refusal what is taken does not tell yet that all is well.
TROUBLE_SECONDS = 10.0


class Database:
    """A database by its URL: `sqlite:///path`, `sqlite://` (in memory) or `postgresql://…`.

    Nothing is connected until the first session. `safe_url` shows no password. `executor` is the
    process that sends what is queued in its sessions. `trouble` is why it took nothing from a
    session that was to write, in a sentence without its address, until ten seconds later it takes
    what another writes; None where it does, or could not be asked. Raises DatabaseUnavailable for a
    URL of another kind, or a SQLite file whose folder cannot be made.
    """

    def __init__(self, url: str, *, executor: str | None = None) -> None:
        parsed = _parse(url)
        # libpq takes passwords among the options too.
        secrets = [option for option in parsed.query if "password" in option]
        shown = parsed.difference_update_query(secrets)
        self.safe_url = shown.render_as_string(hide_password=True)
        self.trouble: str | None = None
        self._refused_at = 0.0
        self._info = {EXECUTOR: executor}
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = _sqlite(parsed)
        else:
            self.engine = sa.create_engine(
                parsed,
                hide_parameters=True,
                pool_pre_ping=True,
                pool_size=_POSTGRES_POOL,
                max_overflow=0,
                connect_args={"connect_timeout": _CONNECT_SECONDS},
            )
            replace_unwritable(self.engine)
        # SQLite lets one write at a time, and those who find it busy sleep and try again, in no
        # order: within this process a lock hands over at once.
        self._one_writer: AbstractContextManager[Any] = (
            threading.Lock() if self.is_sqlite else nullcontext()
        )
        # For libraries that bring their own statements: on SQLite its transactions begin as writes.
        self.to_write = self.engine.execution_options(begin_immediate=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with; what it writes is not kept. Raises DatabaseUnavailable."""
        with self.translated(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self, *, check_keys: bool = True) -> Iterator[Session]:
        """A session that commits when the block ends, and rolls back when it raises.

        On SQLite one writer works at a time, another waits up to 30 seconds for its turn; without
        `check_keys`, which is for migrations, foreign keys are not enforced there. Raises
        DatabaseUnavailable.
        """
        engine = self.to_write if check_keys else self.to_write.execution_options(keys_off=True)
        try:
            with (
                self.translated(),
                self._one_writer,
                Session(engine, expire_on_commit=False, info=self._info) as session,
                session.begin(),
            ):
                yield session
        except DatabaseUnavailable as error:
            self.trouble = why_not_written(getattr(error.__cause__, "orig", None))
            self._refused_at = time.monotonic()
            raise
        # Of a full disk, a row that is changed may still find its room where a new one does not.
        if self.trouble and time.monotonic() >= self._refused_at + TROUBLE_SECONDS:
            self.trouble = None

    def ping(self) -> None:
        """Return when the database answers; raises DatabaseUnavailable otherwise."""
        with self.translated(), self.engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))

    def fold(self) -> None:
        """On SQLite, move what was written into the file and empty the log beside it.

        What cannot be moved now, as others read or write, is with their next thousand pages.
        """
        if not self.is_sqlite:
            return
        # Outside any transaction, which SQLAlchemy would begin.
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            _log.warning("The log beside the database is not emptied: %s", type(error).__name__)
        finally:
            connection.close()

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise DatabaseUnavailable for what the database cannot do just now."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            sentence = _sqlite_trouble(error) if self.is_sqlite else _postgres_trouble(error)
            if sentence is None:
                raise
            where = self.engine.url.database if self.is_sqlite else self.safe_url
            raise DatabaseUnavailable(sentence.format(where=where)) from error


def why_not_written(error: BaseException | None) -> str | None:
    """Why a database takes no writes, by an error of its driver, in a sentence without an address.

    None for an error that says nothing of that kind; it may pass, then, or lie in what was asked.
    """
    if isinstance(error, sqlite3.Error):
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        said = _SQLITE_TROUBLE.get(kind) if kind in _NOT_WRITTEN else None
    else:
        state = getattr(error, "sqlstate", None) or ""
        said = _of_state(state) if state in _NOT_WRITTEN_STATES else None
    return None if said is None else _PLACE.sub("", said)


def _sqlite_trouble(error: sa.exc.DBAPIError) -> str | None:
    # The low byte is the kind of trouble; the rest says where inside SQLite it arose.
    return _SQLITE_TROUBLE.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)


def _postgres_trouble(error: sa.exc.DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _of_state(state)
    if not isinstance(error, sa.exc.OperationalError):
        return None
    # Without a state no server answered, or it refused the connection: its words are all there is.
    said = (said for sign, said in _POSTGRES_REFUSALS if re.search(sign, str(error.orig)))
    return next(said, _UNREACHABLE)


def _of_state(state: str) -> str | None:
    # A deadlock or a cancelled statement is operational too, but the database is there.
    return next((said for states, said in _POSTGRES_STATES if state.startswith(states)), None)


def replace_unwritable(engine: sa.Engine) -> None:
    """Have a connection by which nothing could be written be replaced before it is used again.

    It may stay so when all is well again: one that could only read when it was made, say.
    """

    @sa.event.listens_for(engine, "handle_error")
    def note(context: sa.ExceptionContext) -> None:
        if why_not_written(context.original_exception) and context.connection is not None:
            context.connection.info[_SPENT] = True

    @sa.event.listens_for(engine, "checkout")
    def look(_connection: object, record: sa.pool.ConnectionPoolEntry, _proxy: object) -> None:
        if record.info.get(_SPENT):
            raise sa.exc.DisconnectionError


_SQLITE_TROUBLE = {
    sqlite3.SQLITE_CANTOPEN: "The database file {where} cannot be opened: check that it is a file "
    "and that its folder can be written to.",
    sqlite3.SQLITE_READONLY: "The database file {where} cannot be written to: check its "
    "permissions, or choose another place.",
    sqlite3.SQLITE_FULL: "There is no room left on the disk of the database {where}: free some and "
    "try again.",
    sqlite3.SQLITE_IOERR: "The disk of the database {where} cannot be read or written: see to it, "
    "and to how it is mounted.",
    sqlite3.SQLITE_BUSY: "Another program keeps the database file {where} to itself: end that one, "
    "or wait for it.",
    sqlite3.SQLITE_NOTADB: "The file {where} is not a database: choose another file.",
}
_UNREACHABLE = (
    "The database at {where} cannot be reached: check that it runs and that DATABASE_URL is right."
)
# What stands for the address in a sentence.
_PLACE = re.compile(r" (?:at )?\{where\}")
_NOT_WRITTEN = frozenset(
    (
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
    )
)
_NOT_WRITTEN_STATES = frozenset(("25006", "53100"))
# The first characters of an SQLSTATE, and the sentence to say.
_POSTGRES_STATES = (
    (("53100",), "There is no room left on the disk of the database at {where}: free some."),
    (("08", "53", "57P"), _UNREACHABLE),
    (("25006",), "The database at {where} can only be read: give the address of its primary."),
    (("42501",), "The database at {where} denies this user its tables: grant it the rights."),
)
_POSTGRES_REFUSALS = (
    (
        'database ".*" does not exist',
        "The database at {where} does not exist: create it first, or check DATABASE_URL.",
    ),
    (
        'authentication failed|no password supplied|role ".*" does not exist|pg_hba',
        "The database at {where} refused the name or password: check DATABASE_URL.",
    ),
)

_PSYCOPG = "postgresql+psycopg"
_DRIVERS = {"sqlite": "sqlite"} | dict.fromkeys(("postgres", "postgresql", _PSYCOPG), _PSYCOPG)


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        parsed = None
    # An "@" in the host, or a host before a file, is a password or a path that was cut wrongly.
    host = "" if parsed is None else parsed.host or ""
    if parsed is None or "@" in host or (host and parsed.drivername == "sqlite"):
        # Without the cause, which may quote a piece of the password.
        raise DatabaseUnavailable(
            "DATABASE_URL is not a database address: use sqlite:///path/to/file.db or "
            "postgresql+psycopg://user:password@host/name, with @ in a password written as %40."
        )
    if parsed.drivername not in _DRIVERS:
        raise DatabaseUnavailable(
            f"DATABASE_URL begins with {parsed.drivername}, which So What does not use: give a "
            "sqlite:/// or postgresql+psycopg:// address."
        )
    return parsed.set(drivername=_DRIVERS[parsed.drivername])


def _sqlite(url: sa.URL) -> sa.Engine:
    in_memory = url.database in (None, "", ":memory:")
    if not in_memory:
        folder = Path(str(url.database)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(
                f"The folder {folder} cannot be made: choose another place for the database."
            ) from error
    one: dict[str, Any] = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    engine = sa.create_engine(url, hide_parameters=True, **(one if in_memory else {}))
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "checkin", _hand_back)
    if not in_memory:
        replace_unwritable(engine)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transactions begin too late: SQLAlchemy's begin event starts them instead.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        _set(connection, pragma)


def _set(connection: sqlite3.Connection, pragma: str) -> None:
    # Two who change a new file to WAL at once would wait for each other for ever: SQLite tells one
    # of them so without waiting, and it need only wait for a turn to write and ask again.
    for _ in range(_MOST_RIVALS):
        try:
            connection.execute(f"PRAGMA {pragma}")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
    connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    # Only outside a transaction can this be switched.
    if options.get("keys_off"):
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    # A transaction that reads first and then writes fails at once when another wrote meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("begin_immediate") else "BEGIN")


def _hand_back(connection: sqlite3.Connection | None, _record: object) -> None:
    if connection is not None:
        connection.execute("PRAGMA foreign_keys=ON")
