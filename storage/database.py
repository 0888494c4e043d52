"""Opening the database: SQLite in a file, or PostgreSQL, behind the same two kinds of session."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON")
_CONNECT_SECONDS = 5
# Listeners and turns each hold one connection at most for the length of a transaction.
_POSTGRES_POOL = 20


class DatabaseUnavailable(Exception):
    """The database cannot be used; the message is one sentence that says what to do."""


class Database:
    """A database by its URL: `sqlite:///path`, `sqlite://` (in memory) or `postgresql://…`.

    Nothing is connected until the first session. Raises DatabaseUnavailable for a URL of another
    kind, or a SQLite file whose folder cannot be made.
    """

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.safe_url = parsed.render_as_string(hide_password=True)
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
        # SQLite lets one write at a time, and those who find it busy sleep and try again, in no
        # order: within this process a lock hands over at once.
        self._one_writer: AbstractContextManager[Any] = (
            threading.Lock() if self.is_sqlite else nullcontext()
        )
        self._to_write = self.engine.execution_options(begin_immediate=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with; what it writes is not kept."""
        with self._translated(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits when the block ends, and rolls back when it raises."""
        with (
            self._translated(),
            self._one_writer,
            Session(self._to_write, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def ping(self) -> None:
        """Return when the database answers; raises DatabaseUnavailable otherwise."""
        with self._translated(), self.engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.OperationalError as error:
            sentence = self._sentence(error)
            if sentence is None:
                raise
            raise DatabaseUnavailable(sentence) from error

    def _sentence(self, error: sa.exc.OperationalError) -> str | None:
        cause = str(error.orig).lower()
        known = _SQLITE_TROUBLE if self.is_sqlite else _POSTGRES_TROUBLE
        where = self.engine.url.database if self.is_sqlite else self.safe_url
        for signs, sentence in known:
            if any(sign in cause for sign in signs):
                return sentence.format(where=where)
        return None


# Signs in the driver's message, and the sentence to say. In this order: the first that fits.
_SQLITE_TROUBLE = (
    (
        ("unable to open",),
        "The database file {where} cannot be opened: check that its folder can be written to.",
    ),
    (
        ("readonly", "read-only"),
        "The database file {where} cannot be written to: check its permissions, or choose another "
        "place.",
    ),
    (("disk is full",), "There is no room left on the disk of {where}: free some and try again."),
)
_POSTGRES_TROUBLE = (
    (
        ("password", "authentication", "role "),
        "The database at {where} refused the name or password: check DATABASE_URL.",
    ),
    (
        ("does not exist",),
        "The database at {where} does not exist: create it first, or check DATABASE_URL.",
    ),
    (
        ("connect", "server", "timeout", "closed", "too many clients", "resolve", "starting up"),
        "The database at {where} cannot be reached: check that it runs and that DATABASE_URL is "
        "right.",
    ),
)


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise DatabaseUnavailable(
            "DATABASE_URL is not a database address: use sqlite:///path/to/file.db or "
            "postgresql+psycopg://user:password@host/name."
        ) from None
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise DatabaseUnavailable(
            f"DATABASE_URL names {parsed.get_backend_name()}, which So What does not use: give a "
            "sqlite:/// or postgresql+psycopg:// address."
        )
    return parsed.set(drivername="sqlite")


def _sqlite(url: sa.URL) -> sa.Engine:
    in_memory = url.database in (None, "", ":memory:")
    if not in_memory:
        folder = Path(str(url.database)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise DatabaseUnavailable(
                f"The folder {folder} cannot be made: choose another place for the database."
            ) from None
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    if in_memory:
        options["connect_args"] = {"check_same_thread": False}
    engine = sa.create_engine(url, hide_parameters=True, **options)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transactions begin too late: SQLAlchemy's begin event starts them instead.
    connection.isolation_level = None
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise DatabaseUnavailable(
                "The database file holds something that is not a database: choose another file."
            ) from None
        raise


def _begin(connection: sa.Connection) -> None:
    # A transaction that reads first and then writes fails at once when another wrote meanwhile.
    immediate = connection.get_execution_options().get("begin_immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
