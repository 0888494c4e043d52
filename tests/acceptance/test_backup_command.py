"""`sowhat backup`: what it copies and says, and what it does not copy and why."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from storage.database import Database
from storage.migrate import head_revision
from tests.acceptance.test_command_line import one_sentence, refusal, told
from tests.support.bots import ROOT, program_environment
from tests.support.under_way import under_way


@pytest.fixture
def file(tmp_path: Path, _migrated_file: Path) -> Path:
    """A SQLite database with a college and its plan, which no process has open."""
    file = tmp_path / "data" / "so what? #1 %41.db"
    file.parent.mkdir()
    shutil.copy(_migrated_file, file)
    database = Database(url_of(file))
    under_way(database)
    database.close()
    return file


def url_of(file: Path) -> str:
    return f"sqlite:///{quote(str(file))}"


def test_the_copy_is_whole_and_for_its_owner_alone(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "monday.db"
    copy.parent.mkdir()

    said = told("backup", str(copy), DATABASE_URL=url_of(file))

    size = f"{copy.stat().st_size / 1_000_000:.1f} MB"
    assert said == (
        f"1 provider and 9 actions, schema at revision {head_revision()}, checked and written to "
        f"{copy} ({size}).\n"
    )
    assert os.listdir(copy.parent) == ["monday.db"]
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(file)) as was, closing(sqlite3.connect(copy)) as found:
        assert list(found.iterdump()) == list(was.iterdump())


def test_while_another_writes_the_copy_has_what_is_committed_by_then(
    file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("UPDATE action SET impact = 'committed'")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE action SET impact = 'not yet committed'")

        told("backup", str(copy), DATABASE_URL=url_of(file))

        writer.execute("COMMIT")
    with closing(sqlite3.connect(copy)) as found:
        assert found.execute("SELECT DISTINCT impact FROM action").fetchall() == [("committed",)]


def test_what_was_deleted_is_not_in_the_copy(file: Path, tmp_path: Path) -> None:
    copy, words = tmp_path / "copy.db", "a zebrafinch in every classroom"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA secure_delete=OFF")  # some builds overwrite what they delete
        database.execute("INSERT INTO node (executor_id, beat_at) VALUES (?, '2026')", [words])
        database.commit()
        database.execute("DELETE FROM node")
        database.commit()
    assert words.encode() in file.read_bytes()

    told("backup", str(copy), DATABASE_URL=url_of(file))

    assert words.encode() not in copy.read_bytes()


def test_a_file_that_is_there_stays_as_it_is(file: Path, tmp_path: Path) -> None:
    earlier, folder, link = tmp_path / "earlier.db", tmp_path / "folder", tmp_path / "link.db"
    earlier.write_text("an earlier copy")
    folder.mkdir()
    link.symlink_to(tmp_path / "nowhere.db")

    for target in (earlier, link):
        assert refusal("backup", str(target), DATABASE_URL=url_of(file)) == (
            2,
            f"{target} is there already and stays as it is: choose another name.",
        )
    assert refusal("backup", str(folder), DATABASE_URL=url_of(file)) == (
        2,
        f"{folder} is a folder: give the name of a new file in it.",
    )

    assert earlier.read_text() == "an earlier copy"
    assert list(folder.iterdir()) == []


def test_the_database_itself_is_no_place_for_its_copy(file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    (tmp_path / "link.db").symlink_to(file)

    for name in (file, tmp_path / "link.db"):
        assert refusal("backup", str(name), DATABASE_URL=url_of(file)) == (
            2,
            f"{name} is the database itself: give the name of a new file.",
        )

    assert file.read_bytes() == before


def test_the_folder_must_be_there(file: Path, tmp_path: Path) -> None:
    assert refusal("backup", str(tmp_path / "no" / "copy.db"), DATABASE_URL=url_of(file)) == (
        2,
        f"There is no folder {tmp_path / 'no'}: make it first.",
    )


def test_a_name_that_no_file_can_have_is_refused(file: Path, tmp_path: Path) -> None:
    target = tmp_path / ("x" * 300)

    assert refusal("backup", str(target), DATABASE_URL=url_of(file)) == (
        2,
        f"{target} could not be written (File name too long): choose another place.",
    )


def test_a_copy_for_which_there_is_no_room_is_not_left_half_written(
    file: Path, tmp_path: Path
) -> None:
    """The program may write no file as large as the copy, which fails as a full disk does."""
    copies = tmp_path / "copies"
    copies.mkdir()

    def keep_files_small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    env = program_environment(DATABASE_URL=url_of(file), PYTHONDONTWRITEBYTECODE="1")
    # It could not write down either which lines it ran, where that is measured.
    env.pop("COVERAGE_PROCESS_CONFIG", None)
    said = subprocess.run(
        [sys.executable, "-B", "-m", "bot", "backup", str(copies / "copy.db")],
        cwd=ROOT,
        env=env,
        preexec_fn=keep_files_small,
        capture_output=True,
        text=True,
    )

    assert (said.returncode, said.stdout) == (2, "")
    assert one_sentence(said.stderr) == (
        f"{copies / 'copy.db'} could not be written (disk I/O error): free some room there, or "
        "choose another disk."
    )
    assert list(copies.iterdir()) == []


def test_without_a_database_there_is_nothing_to_copy(tmp_path: Path) -> None:
    missing, empty, copy = tmp_path / "missing.db", tmp_path / "empty.db", tmp_path / "copy.db"
    empty.touch()

    assert refusal("backup", str(copy), DATABASE_URL=url_of(missing)) == (
        1,
        f"There is no database at {missing} yet: check DATABASE_URL, and the user that runs this.",
    )
    assert refusal("backup", str(copy), DATABASE_URL=url_of(empty)) == (
        1,
        f"The database {empty} is empty: run sowhat migrate, or check DATABASE_URL.",
    )
    assert refusal("backup", str(copy), DATABASE_URL="sqlite://") == (
        1,
        "The database is in memory, so there is no file to copy.",
    )

    assert os.listdir(tmp_path) == ["empty.db"]


def test_a_database_that_is_damaged_is_told_from_a_copy_that_fails(
    file: Path, tmp_path: Path
) -> None:
    copy, none = tmp_path / "copy.db", tmp_path / "none.db"
    none.write_text("not a database at all, but long enough to be taken for the beginning of one")
    whole = file.read_bytes()
    with closing(sqlite3.connect(file)) as database:
        page = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'action'")
        root, size = page.fetchone()[0], database.execute("PRAGMA page_size").fetchone()[0]
    file.write_bytes(whole[: (root - 1) * size] + b"\xff" * size + whole[root * size :])

    assert refusal("backup", str(copy), DATABASE_URL=url_of(file)) == (
        1,
        f"The database {file} is damaged (database disk image is malformed): keep the copies you "
        "have, and put the latest of them back.",
    )
    assert refusal("backup", str(copy), DATABASE_URL=url_of(none)) == (
        1,
        f"The database {none} is damaged (file is not a database): keep the copies you have, and "
        "put the latest of them back.",
    )
    assert not copy.exists()


def test_rows_that_break_what_the_schema_asks_make_no_copy_that_is_called_sound(
    file: Path, tmp_path: Path
) -> None:
    """A fault that is copied without complaint, and is found only by looking at the copy."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA writable_schema=ON")
        database.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'impact VARCHAR', "
            "'impact VARCHAR NOT NULL') WHERE name = 'action'"
        )
        database.commit()

    code, said = refusal("backup", str(tmp_path / "copy.db"), DATABASE_URL=url_of(file))

    assert code == 1
    assert said.startswith(f"The copy of {file} was not sound (NULL value in action.impact)")
    assert os.listdir(tmp_path) == ["data"]


def test_on_postgresql_it_says_what_to_run_without_the_password(tmp_path: Path) -> None:
    given = "postgresql+psycopg://sowhat:horse%40staple@db.example/qip?sslpassword=battery"

    code, said = refusal("backup", str(tmp_path / "a copy"), DATABASE_URL=given)

    assert (code, said) == (
        1,
        "PostgreSQL copies a database itself: run pg_dump --format=custom "
        f"--file='{tmp_path}/a copy' postgresql://sowhat@db.example/qip, and give the password "
        "when asked.",
    )
