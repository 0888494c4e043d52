"""`sowhat import`: a file on disk into the plan, or what it would come to."""

import json
import sqlite3
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sample import TRIAL_WORKSPACE
from storage import providers
from storage.database import Database
from storage.models import Action, SarItem
from tests.acceptance.test_command_line import refusal, told
from tests.support import files
from tests.support.bots import slack
from tests.support.college import OTHER, found
from tests.support.slack_payloads import BOT_TOKEN, TEAM

TODAY = ("--today", "2026-11-23")
SAR = "Ref,Area for improvement,Evidence\n1,Too few adults complete,Register\n2,Late work,Walks\n"


@pytest.fixture
def sar(tmp_path: Path) -> Path:
    file = tmp_path / "SAR.csv"
    file.write_text(SAR)
    return file


def held(database: Database) -> tuple[int, int]:
    """How many SAR items and actions there are."""
    with database.reading() as session:
        return len(session.exec(select(SarItem)).all()), len(session.exec(select(Action)).all())


def test_a_file_comes_in_whole_and_the_same_file_again_changes_nothing(
    database: Database, database_url: str, sar: Path
) -> None:
    first = told("import", str(sar), *TODAY, DATABASE_URL=database_url)
    second = told("import", str(sar), *TODAY, DATABASE_URL=database_url)

    assert first.splitlines()[0] == (
        f"SAR.csv: 2 areas for improvement, for the plan of {TRIAL_WORKSPACE}, 2026/27."
    )
    assert "2 new SAR items." in first
    assert "2 SAR items as they are." in second
    assert held(database) == (2, 0)


def test_a_dry_run_says_the_same_and_writes_nothing(
    database: Database, database_url: str, sar: Path
) -> None:
    said = told("import", str(sar), "--dry-run", *TODAY, DATABASE_URL=database_url)

    assert "2 new SAR items." in said
    assert said.endswith("Nothing has been written: leave out --dry-run to take it in.\n")
    assert held(database) == (0, 0)
    with database.reading() as session:
        assert providers.providers(session) == []


def test_a_dry_run_makes_no_database(tmp_path: Path, sar: Path) -> None:
    file = tmp_path / "none.db"

    said = told("import", str(sar), "--dry-run", *TODAY, DATABASE_URL=f"sqlite:///{file}")

    assert "2 new SAR items." in said
    # Whether a database is there can only be asked by opening it.
    tables = sqlite3.connect(file).execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == []


def test_json_is_one_document(database_url: str, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "QIP.csv"
    file.write_text(
        "Ref,Action,Impact,Owner,Due\nQ1,Review resources,Reviewed,Maths team,ongoing\n"
    )

    answer = json.loads(told("import", str(file), "--json", *TODAY, DATABASE_URL=database_url))

    assert answer["file"] == "QIP.csv" and answer["dry_run"] is False
    assert answer["actions"] == {"new": 1, "changed": 0, "same": 0}
    assert answer["to_talk_over"] == ["A-1"]
    assert answer["left_empty"][0]["text"] == "ongoing"
    assert answer["owners_unsure"] == ["“Maths team” is not one named person (Q1)."]


@pytest.mark.parametrize(
    ("ending", "lines"), [("xlsx", ("AFI", "S ")), ("docx", ("AFI", "S "))], ids=str
)
def test_what_people_keep_in_office_files_comes_in(
    database: Database, database_url: str, tmp_path: Path, ending: str, lines: tuple[str, ...]
) -> None:
    file = tmp_path / f"SAR.{ending}"
    file.write_bytes(files.sar_in_sections() if ending == "xlsx" else files.word_sar())

    told("import", str(file), *TODAY, DATABASE_URL=database_url)

    with database.reading() as session:
        references = [item.reference for item in session.exec(select(SarItem))]
    assert all(any(r.startswith(begins) for r in references) for begins in lines), references


def test_an_export_of_ours_comes_back_by_command_line(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    with slack() as fake:
        found(fake, database)
    other = f"sqlite:///{tmp_path / 'other.db'}"
    for ending in ("json", "xlsx"):
        first, again = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
        told("export", str(first), *TODAY, DATABASE_URL=database_url)
        told("import", str(first), *TODAY, DATABASE_URL=other)
        told("export", str(again), *TODAY, DATABASE_URL=other)
        assert first.read_bytes() == again.read_bytes()
        (tmp_path / "other.db").unlink()


def test_in_an_empty_database_it_is_the_workspace_of_the_token(
    database: Database, database_url: str, sar: Path
) -> None:
    with slack() as fake:
        settings = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": fake.api_url}
        told("import", str(sar), *TODAY, DATABASE_URL=database_url, **settings)

    with database.reading() as session:
        assert [p.workspace for p in providers.providers(session)] == [TEAM]


def test_owners_are_known_by_their_address_in_slack(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "QIP.csv"
    file.write_text("Ref,Action,Owner,Email\nQ1,Mark within ten days,T. B.,tom@college.example\n")
    with slack() as fake:
        profile = {"real_name": "Tom Baker", "email": "tom@college.example"}
        fake.add_user(OTHER, "Tom Baker", profile=profile)
        settings = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": fake.api_url}
        told("import", str(file), *TODAY, DATABASE_URL=database_url, **settings)

    with database.reading() as session:
        action = session.exec(select(Action)).one()
        tom = providers.person(session, TEAM, OTHER)
    assert tom is not None and action.owner_id == tom.id


def test_with_several_workspaces_it_must_be_said_which(
    database: Database, database_url: str, sar: Path
) -> None:
    with database.writing() as session:
        providers.ensure_provider(session, "T1", "One")
        providers.ensure_provider(session, "T2", "Two")

    code, says = refusal("import", str(sar), DATABASE_URL=database_url)
    assert (code, says) == (2, "Say which with --workspace: T1 (One), T2 (Two).")
    code, says = refusal("import", str(sar), "--workspace", "T3", DATABASE_URL=database_url)
    assert (code, says) == (2, "There is no workspace T3; there is T1 (One), T2 (Two).")
    told("import", str(sar), "--workspace", "T2", *TODAY, DATABASE_URL=database_url)
    assert held(database)[0] == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.csv", None, "There is no file"),
        ("list.csv", b"Colour,Size\nred,4\n", "neither a SAR nor a plan"),
        ("photo.xlsx", b"\x89PNG\r\n\x1a\n" + b"0" * 99, ".xlsx"),
        ("plan.json", b'{"actions": [{"due": "soon"}]}', "due"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_with_what_to_do(
    database: Database, database_url: str, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)

    code, sentence = refusal("import", str(file), DATABASE_URL=database_url)

    assert code == 2 and says in sentence
    assert held(database) == (0, 0)


def test_a_file_of_200_megabytes_is_refused_without_being_read(
    database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as huge:
        huge.truncate(200_000_000)

    code, sentence = refusal("import", str(file), DATABASE_URL=database_url)

    assert code == 2 and "MB" in sentence


def test_a_folder_and_a_year_that_is_none_are_refused(
    database_url: str, tmp_path: Path, sar: Path
) -> None:
    assert refusal("import", str(tmp_path), DATABASE_URL=database_url)[0] == 2
    code, says = refusal("import", str(sar), "--year", "2026", DATABASE_URL=database_url)
    assert code == 2 and "such as 2026/27" in says


def test_what_the_database_will_not_take_leaves_nothing(
    database: Database, database_url: str, sar: Path
) -> None:
    if not database.is_sqlite:
        pytest.skip("the trigger is SQLite's")
    refuse = "BEGIN SELECT RAISE(ABORT, 'no') WHERE NEW.reference = 'AFI 2'; END"
    with database.writing() as session:
        session.connection().exec_driver_sql(
            f"CREATE TRIGGER refuse BEFORE INSERT ON sar_item {refuse}"
        )

    code, says = refusal("import", str(sar), *TODAY, DATABASE_URL=database_url)

    assert code == 2 and "nothing was written" in says
    assert held(database) == (0, 0)
