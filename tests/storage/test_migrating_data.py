"""From each revision that there has been, with rows in every table, nothing is lost on the way."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from typer.testing import CliRunner, Result

import storage
from bot.cli import app
from storage.backup import back_up
from storage.database import Database
from storage.migrate import head_revision, migrate, schema_revision
from tests.support.bots import ROOT, program_environment
from tests.support.catalogue import catalogue
from tests.support.filling import Rows, contents, fill, workspace

_SCRIPTS = Path(storage.__file__).parent / "migrations"


def _revisions() -> list[str]:
    """All there are, the first first."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    found = ScriptDirectory.from_config(config).walk_revisions()
    return [script.revision for script in found][::-1]


REVISIONS = _revisions()
# What a migration changes on purpose in rows that were there, as (table, column).
CHANGED: frozenset[tuple[str, str]] = frozenset()
# What rows that were there get in a column that comes later; in all others nothing.
ADDED: dict[tuple[str, str], Callable[[dict[str, Any]], object]] = {
    ("person", "remind_at"): lambda person: person["created_at"],
    ("person", "overview_at"): lambda person: person["created_at"],
    ("person", "only_overdue"): lambda _: False,
    ("outgoing_message", "sender"): lambda m: "" if m["delivery"] == "waiting" else None,
    ("outgoing_message", "is_paced"): lambda _: False,
    ("provider_settings", "nation"): lambda _: "england",
    ("provider_settings", "closures"): lambda _: [],
    ("provider_settings", "overviews"): lambda _: "week",
    ("provider_settings", "is_paused"): lambda _: False,
    ("provider_settings", "asks_model"): lambda _: True,
    ("provider_settings", "keep_months"): lambda _: 12,
}


def go(database: Database, way: Callable[[Config, str], None], revision: str) -> None:
    """Bring the schema up or down to a revision."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    with database.writing(check_keys=False) as session:
        config.attributes["connection"] = session.connection()
        way(config, revision)


def fill_up(database: Database, tag: str) -> Rows:
    """Put rows into every table; all that the database holds then."""
    with database.writing() as session:
        fill(session.connection(), tag)
    found = rows(database)
    assert all(found.values()), "a table stayed empty"
    return found


def rows(database: Database) -> Rows:
    with database.reading() as session:
        return contents(session.connection())


def assert_kept(before: Rows, after: Rows) -> None:
    """Each table that both have has the same rows, and they the same in each column both have."""
    for table in before.keys() & after.keys():
        assert len(after[table]) == len(before[table]), table
        for was, now in zip(before[table], after[table], strict=True):
            for column in was.keys() & now.keys():
                if (table, column) not in CHANGED:
                    assert now[column] == was[column], (table, column)


def assert_added(before: Rows, after: Rows) -> None:
    """Rows that were there have in each new column what it is to begin as."""
    for table, were in before.items():
        for column in after[table][0].keys() - were[0].keys():
            begins_as = ADDED.get((table, column), lambda _: None)
            for row in after[table]:
                assert row[column] == begins_as(row), f"{table}.{column}: say in ADDED what it gets"


def test_rows_of_every_revision_come_to_head_and_the_program_works_with_them(
    empty_database: Database, empty_url: str, tmp_path: Path
) -> None:
    before: Rows = {}
    for revision in REVISIONS:
        go(empty_database, command.upgrade, revision)
        after = rows(empty_database)
        assert before.keys() <= after.keys(), revision
        assert_kept(before, after)
        assert_added(before, after)
        before = fill_up(empty_database, revision)

    assert migrate(empty_database) == head_revision()
    assert_sound(empty_database)
    for revision in REVISIONS:
        assert_the_program_works(empty_url, workspace(revision), tmp_path)


def assert_sound(database: Database) -> None:
    """PostgreSQL checks its keys itself as it goes."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA integrity_check").all() == [("ok",)]


def assert_the_program_works(url: str, place: str, folder: Path) -> None:
    def says(*words: str) -> Result:
        return CliRunner().invoke(app, words, env={"DATABASE_URL": url})

    assert f"schema at {head_revision()}" in says("doctor").output
    for words in (("summary",), ("export", f"{folder}/plan.json")):
        said = says(*words, "--workspace", place, "--today", "2026-11-25")
        assert (said.exit_code, said.stderr) == (0, ""), (words, said.output, said.exception)


def test_revision_by_revision_back_and_forward_again_keeps_schema_and_rows(
    empty_database: Database,
) -> None:
    made = {}
    for revision in REVISIONS:
        go(empty_database, command.upgrade, revision)
        made[revision] = catalogue(empty_database)
    before = fill_up(empty_database, "head")

    for way, path in ((command.downgrade, REVISIONS[-2::-1]), (command.upgrade, REVISIONS[1:])):
        for revision in path:
            go(empty_database, way, revision)
            after = rows(empty_database)
            assert_kept(before, after)
            assert_sound(empty_database)
            assert catalogue(empty_database) == made[revision], revision
            before = after


def test_a_migration_that_fails_or_is_killed_leaves_the_database_as_it_was(
    empty_database: Database, empty_url: str
) -> None:
    go(empty_database, command.upgrade, REVISIONS[0])
    before = fill_up(empty_database, "first")

    number = _fail_at_its_end(empty_database)
    assert (schema_revision(empty_database), rows(empty_database)) == (REVISIONS[0], before)
    empty_database.close()

    for last in (number // 2, number):
        killed = subprocess.run(
            [sys.executable, "-m", "tests.support.dying_migration", empty_url, str(last)],
            cwd=ROOT,
            env=program_environment(),
        )
        assert killed.returncode == -signal.SIGKILL
        assert (schema_revision(empty_database), rows(empty_database)) == (REVISIONS[0], before)

    migrate(empty_database)
    assert_kept(before, rows(empty_database))


def _fail_at_its_end(database: Database) -> int:
    """Migrate to head and fail there; how many statements that took."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    def fails(config: Config, revision: str) -> None:
        command.upgrade(config, revision)
        raise ZeroDivisionError

    sa.event.listen(database.engine, "before_cursor_execute", note)
    with pytest.raises(ZeroDivisionError):
        go(database, fails, "head")
    sa.event.remove(database.engine, "before_cursor_execute", note)
    return len(said)


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_a_copy_from_before_a_migration_puts_the_older_schema_back(
    empty_database: Database, tmp_path: Path
) -> None:
    """There is no other way back to an older version, which refuses the newer schema."""
    go(empty_database, command.upgrade, REVISIONS[-2])
    before = fill_up(empty_database, "older")
    back_up(empty_database, tmp_path / "before.db")
    migrate(empty_database)
    empty_database.close()

    for left in tmp_path.glob("empty.db*"):
        left.unlink()
    shutil.copy(tmp_path / "before.db", tmp_path / "empty.db")

    assert (schema_revision(empty_database), rows(empty_database)) == (REVISIONS[-2], before)
    assert migrate(empty_database) == head_revision()
    assert_kept(before, rows(empty_database))
