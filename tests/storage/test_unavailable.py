"""What a person is told when a database cannot be used, and what is not passed off as that."""

import socket
import sqlite3
import struct
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from storage.database import Database, DatabaseUnavailable
from storage.models import Provider

SECRET = "hunter2"


def assert_plain(said: DatabaseUnavailable, expected: str) -> None:
    """One sentence that holds `expected`, without a password or anything of a traceback."""
    message = str(said)
    assert expected in message
    assert message.endswith(".")
    assert ". " not in message
    assert "\n" not in message
    for never in (SECRET, "Traceback", "Error", "sqlite3", "sqlalche.me", "psycopg."):
        assert never not in message
    assert SECRET not in "".join(traceback.format_exception(said))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "not a database address"),
        ("app.db", "not a database address"),
        ("sqlite://app.db", "sqlite:///path"),
        (f"postgresql://ana:{SECRET}@host:port/qip", "not a database address"),
        (f"postgresql://ana:p@{SECRET}@host/qip", "%40"),
        (f"postgresql://ana:p@ss:{SECRET}@host/qip", "%40"),
        (f"mysql://ana:{SECRET}@host/qip", "mysql"),
        (f"postgresql+asyncpg://ana:{SECRET}@host/qip", "postgresql+asyncpg"),
        ("sqlite+aiosqlite:///app.db", "sqlite+aiosqlite"),
    ],
)
def test_an_address_of_no_use_is_refused_at_once(url: str, expected: str) -> None:
    with pytest.raises(DatabaseUnavailable) as raised:
        Database(url)

    assert_plain(raised.value, expected)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_opened_without_connecting(scheme: str) -> None:
    database = Database(f"{scheme}://ana:{SECRET}@host.invalid/qip")

    assert database.engine.dialect.driver == "psycopg"
    assert not database.is_sqlite
    assert database.safe_url == "postgresql+psycopg://ana:***@host.invalid/qip"


def test_a_password_among_the_options_is_hidden_too() -> None:
    database = Database(f"postgresql://host.invalid/qip?user=ana&password={SECRET}&sslmode=require")

    assert SECRET not in database.safe_url
    assert "sslmode=require" in database.safe_url


def test_says_that_a_server_cannot_be_reached() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but it listens to nobody
        port = taken.getsockname()[1]
        database = Database(f"postgresql://ana:{SECRET}@127.0.0.1:{port}/qip")

        for use in _every_use(database):
            with pytest.raises(DatabaseUnavailable) as raised:
                use()
            assert_plain(raised.value, "cannot be reached")
            assert f"ana:***@127.0.0.1:{port}/qip" in str(raised.value)


def _every_use(database: Database) -> list[Callable[[], None]]:
    def read() -> None:
        with database.reading() as session:
            session.exec(select(Provider)).all()

    def write() -> None:
        with database.writing() as session:
            session.add(Provider(workspace="T1", name="Northfield College"))

    return [database.ping, read, write]


@contextmanager
def _server_that_refuses(state: str, message: str) -> Iterator[int]:
    """The port of a server that answers each PostgreSQL client with one error."""

    def field(kind: str, value: str) -> bytes:
        return kind.encode() + value.encode() + b"\0"

    fields = field("S", "FATAL") + field("C", state) + field("M", message) + b"\0"

    def refuse() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # closed: the test is over
                return
            with client, client.makefile("rb") as sent:
                while size := sent.read(4):
                    asked = sent.read(struct.unpack("!i", size)[0] - 4)
                    if len(asked) > 4:  # the start-up packet, not a wish for encryption
                        client.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)
                        break
                    client.sendall(b"N")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize(
    ("state", "message", "expected"),
    [
        ("28P01", 'password authentication failed for user "ana"', "refused the name or password"),
        ("28000", 'role "ana" does not exist', "refused the name or password"),
        ("28000", 'no pg_hba.conf entry for host "::1"', "refused the name or password"),
        ("3D000", 'database "qip" does not exist', "does not exist: create it"),
        ("53300", "sorry, too many clients already", "cannot be reached"),
        ("57P03", "the database system is starting up", "cannot be reached"),
    ],
)
def test_says_why_a_server_refused(state: str, message: str, expected: str) -> None:
    with _server_that_refuses(state, message) as port:
        database = Database(f"postgresql://ana:{SECRET}@127.0.0.1:{port}/qip")
        with pytest.raises(DatabaseUnavailable) as raised:
            database.ping()

    assert_plain(raised.value, expected)


def test_a_connection_lost_midway_is_said_and_the_next_session_has_a_new_one(
    postgres_url: str,
) -> None:
    database = Database(postgres_url)

    with pytest.raises(DatabaseUnavailable) as raised, database.reading() as session:
        session.connection().exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    assert_plain(raised.value, "cannot be reached")
    database.ping()
    database.close()


def test_says_that_a_database_can_only_be_read(database: Database) -> None:
    read_only = "PRAGMA query_only = ON" if database.is_sqlite else "SET TRANSACTION READ ONLY"

    with pytest.raises(DatabaseUnavailable) as raised, database.writing() as session:
        session.connection().exec_driver_sql(read_only)
        session.add(Provider(workspace="T1", name="Northfield College"))

    assert_plain(raised.value, "cannot be written to" if database.is_sqlite else "only be read")


def test_says_that_a_user_may_not_make_tables(postgres_url: str) -> None:
    database = Database(postgres_url)

    with pytest.raises(DatabaseUnavailable) as raised, database.writing() as session:
        # One of the roles that every server has, without rights on our tables.
        session.connection().exec_driver_sql("SET LOCAL ROLE pg_read_all_settings")
        session.add(Provider(workspace="T1", name="Northfield College"))

    assert_plain(raised.value, "grant it the rights")
    database.close()


def test_says_that_a_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("a file where the folder should be")

    for folder in ("notes.txt", "notes.txt/deeper"):
        with pytest.raises(DatabaseUnavailable) as raised:
            Database(f"sqlite:///{tmp_path}/{folder}/app.db")
        assert_plain(raised.value, "cannot be made")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder is closed to root here")
def test_says_that_a_folder_cannot_be_written_to() -> None:
    database = Database("sqlite:////proc/app.db")

    for use in _every_use(database):
        with pytest.raises(DatabaseUnavailable) as raised:
            use()
        assert_plain(raised.value, "/proc/app.db cannot be opened")


def test_says_that_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable) as raised:
        Database(f"sqlite:///{tmp_path}").ping()

    assert_plain(raised.value, "check that it is a file")


def test_says_that_a_file_is_no_database(tmp_path: Path) -> None:
    letter = tmp_path / "letter.docx"
    letter.write_text("Dear governors, " * 100)

    with pytest.raises(DatabaseUnavailable) as raised:
        Database(f"sqlite:///{letter}").ping()

    assert_plain(raised.value, "letter.docx is not a database")
    assert letter.read_text().startswith("Dear governors")


def test_a_mistake_in_a_query_is_not_called_an_unavailable_database(database: Database) -> None:
    # Each database quotes the column in its answer, and with it the signs of other troubles.
    with pytest.raises(sa.exc.DBAPIError), database.reading() as session:
        session.connection().exec_driver_sql("SELECT readonly_password FROM provider")


def test_a_statement_that_took_too_long_is_not_called_an_unreachable_database(
    postgres_url: str,
) -> None:
    database = Database(postgres_url)

    with pytest.raises(sa.exc.OperationalError, match="timeout"), database.reading() as session:
        session.connection().exec_driver_sql("SET LOCAL statement_timeout = 1")
        session.connection().exec_driver_sql("SELECT pg_sleep(60)")
    database.close()


def test_says_that_the_disk_of_a_server_is_full(postgres_url: str) -> None:
    database = Database(postgres_url)

    with pytest.raises(DatabaseUnavailable) as raised, database.writing() as session:
        session.connection().exec_driver_sql("DO 'BEGIN RAISE SQLSTATE ''53100''; END'")

    assert_plain(raised.value, "no room left on the disk")
    database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_says_that_another_program_keeps_the_file_to_itself(database: Database) -> None:
    with database.reading() as session:  # by the connection that is used again below
        session.connection().exec_driver_sql("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(str(database.engine.url.database))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable) as raised, database.writing() as session:
            session.connection()

    assert_plain(raised.value, "keeps the database file")


def test_a_connection_that_can_only_read_is_not_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_only = (
        "PRAGMA query_only = ON"
        if database.is_sqlite
        else "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
    )
    with database.writing() as session:
        session.connection().exec_driver_sql(read_only)

    with pytest.raises(DatabaseUnavailable), database.writing() as session:
        session.add(Provider(workspace="T1", name="Northfield College"))
        session.flush()
    told = database.trouble
    with database.writing() as session:
        session.add(Provider(workspace="T1", name="Northfield College"))
    still = database.trouble
    monkeypatch.setattr("storage.database.TROUBLE_SECONDS", 0.0)
    with database.writing() as session:
        session.add(Provider(workspace="T2", name="Southfield College"))

    assert told is not None and "app.db" not in told and "127.0.0.1" not in told
    # One write that is taken says little: it may have found room where others do not.
    assert still == told
    assert database.trouble is None
