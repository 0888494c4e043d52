"""Disks that fill up, or that can only be read. Linux, and root."""

import errno
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support.postgres import OwnPostgres

_MEGABYTES = 48
_BALLAST = "ballast"


class NotHere(Exception):
    """What is tried needs something that this machine does not have; the message says what."""


def _ran(command: Sequence[str]) -> None:
    """Raises NotHere where it does not work."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise NotHere(f"there is no {command[0]}") from None
    if done.returncode:
        raise NotHere(f"{command[0]} is not permitted")


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Have the folder be a disk of its own, in memory. Raises NotHere."""
    _ran(["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "tmpfs", str(folder)])
    try:
        yield
    finally:
        _ran(["umount", "--lazy", str(folder)])


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Leave no room on the disk of a folder for the length of the block."""
    ballast = folder / _BALLAST
    with ballast.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                size //= 2
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def moved(server: OwnPostgres, name: str, folder: Path) -> Iterator[None]:
    """Have a database of the server lie in a folder, but for the server's log of changes."""
    place = folder / "tablespace"
    place.mkdir(mode=0o700)
    folder.chmod(0o755)
    folder.parent.chmod(0o755)
    if server.account:
        os.chown(place, *server.account)
    with psycopg.connect(f"{server.url}postgres", autocommit=True) as admin:
        admin.execute(f"CREATE TABLESPACE {name} LOCATION '{place}'")
        admin.execute(f"ALTER DATABASE {name} SET TABLESPACE {name}")
    try:
        yield
    finally:
        with psycopg.connect(f"{server.url}postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"DROP TABLESPACE {name}")


@contextmanager
def unwritable(files: Sequence[Path]) -> Iterator[None]:
    """Have nobody write to these files for the length of the block. Raises NotHere."""
    try:
        for file in files:
            _ran(["chattr", "+i", str(file)])
        yield
    finally:
        for file in files:
            _ran(["chattr", "-i", str(file)])
