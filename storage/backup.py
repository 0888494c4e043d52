"""A copy of the SQLite database while the bot runs: whole, checked, and for its owner alone.

The engine's own file beside the database is not copied: what is unanswered or unsent stands in the
database, and a bot that starts on the copy takes it up from there.
"""

import os
import shlex
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from storage.database import Database

_WAIT_SECONDS = 30.0  # for whoever changes the database's file just then


class NotCopied(Exception):
    """There is no copy; the message is one sentence that says what to do."""


class WrongPlace(NotCopied):
    """Nothing can be put where the copy was to go."""


class Copied(NamedTuple):
    """What a copy holds."""

    size: int  # bytes
    revision: str  # of its schema
    providers: int
    actions: int


def back_up(database: Database, target: Path) -> Copied:
    """Copy the database as it is at one moment to a new file, which only its owner may read.

    Others read and write meanwhile. The file is there only once the copy is whole, on the disk, and
    was found without fault. Raises WrongPlace, or NotCopied for everything else.
    """
    source = _source(database, target)
    try:
        _must_be_free(target, source)
        # Beside it, so that it comes into its place in one step. It may be read by its owner alone.
        handle, name = tempfile.mkstemp(
            prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent
        )
        os.close(handle)
        beside = Path(name)
        try:
            _copy(source, beside, target)
            copied = _checked(beside, source)
            with open(beside, "rb+") as file:
                os.fsync(file.fileno())
            os.replace(beside, target)
        except BaseException:
            for left in (beside, beside.with_name(f"{beside.name}-journal")):
                with suppress(OSError):
                    left.unlink()
            raise
        with suppress(OSError):  # not everywhere can a folder be opened
            _note_on_disk(target.parent)
    except OSError as error:
        raise WrongPlace(
            f"{target} could not be written ({error.strerror or error}): choose another place."
        ) from None
    return copied


def _source(database: Database, target: Path) -> Path:
    if not database.is_sqlite:
        url = sa.make_url(database.safe_url)
        address = url._replace(password=None).set(drivername="postgresql").render_as_string()
        raise NotCopied(
            "PostgreSQL copies a database itself: run pg_dump --format=custom "
            f"--file={shlex.quote(str(target))} {shlex.quote(address)}, and give the password when "
            "asked."
        )
    name = database.engine.url.database
    if name in (None, "", ":memory:"):
        raise NotCopied("The database is in memory, so there is no file to copy.")
    file = Path(str(name)).resolve()
    if not file.is_file():
        raise NotCopied(
            f"There is no database at {file} yet: check DATABASE_URL, and the user that runs this."
        )
    return file


def _must_be_free(target: Path, source: Path) -> None:
    if target.resolve() == source:
        raise WrongPlace(f"{target} is the database itself: give the name of a new file.")
    if target.is_dir():
        raise WrongPlace(f"{target} is a folder: give the name of a new file in it.")
    if os.path.lexists(target):
        raise WrongPlace(f"{target} is there already and stays as it is: choose another name.")
    if not target.parent.is_dir():
        raise WrongPlace(f"There is no folder {target.parent}: make it first.")


def _copy(source: Path, beside: Path, target: Path) -> None:
    address = f"{source.as_uri()}?mode=rw"  # which makes none where it has gone
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)) as database:
            # Asked first, so that what it cannot do is not taken for the fault of the copy.
            database.execute("SELECT count(*) FROM sqlite_master")
            try:
                # Unlike a copy of its pages it leaves out what was deleted, such as the words of
                # people who were forgotten, and does not begin again at each write of the bot.
                database.execute("VACUUM INTO ?", [str(beside)])
            except sqlite3.OperationalError as error:
                if _is_of_writing(error):
                    raise WrongPlace(
                        f"{target} could not be written ({error}): free some room there, or choose "
                        "another disk."
                    ) from None
                raise
    except sqlite3.Error as error:
        raise _unusable(source, error) from None


def _unusable(source: Path, error: sqlite3.Error) -> NotCopied:
    if _kind(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return NotCopied(
            f"The database {source} is damaged ({error}): keep the copies you have, and put the "
            "latest of them back."
        )
    return NotCopied(
        f"The database {source} cannot be read ({error}): check its permissions and its disk."
    )


def _is_of_writing(error: sqlite3.Error) -> bool:
    is_of_disk = _kind(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
    return is_of_disk and error.sqlite_errorcode != sqlite3.SQLITE_IOERR_READ


def _kind(error: sqlite3.Error) -> int:
    # The low byte is the kind of trouble; the rest says where inside SQLite it arose.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _checked(copy: Path, source: Path) -> Copied:
    """What the copy holds, read from the copy itself. Raises NotCopied where it is not sound."""
    address = f"{copy.as_uri()}?mode=ro&immutable=1"  # nobody else knows of it yet

    with closing(sqlite3.connect(address, uri=True)) as database:

        def one(query: str) -> object:
            return database.execute(query).fetchone()[0]

        try:
            found = one("PRAGMA integrity_check(1)")
            if found != "ok":
                raise sqlite3.DatabaseError(str(found))
            if not one("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"):
                raise NotCopied(
                    f"The database {source} is empty: run sowhat migrate, or check DATABASE_URL."
                )
            return Copied(
                size=copy.stat().st_size,
                revision=str(one("SELECT version_num FROM alembic_version")),
                providers=int(str(one("SELECT count(*) FROM provider"))),
                actions=int(str(one("SELECT count(*) FROM action"))),
            )
        except sqlite3.Error as error:
            raise NotCopied(
                f"The copy of {source} was not sound ({error}) and is not kept: try again, or "
                "choose another disk."
            ) from None


def _note_on_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
