"""`sowhat export`, and each file it writes, opened by libraries that had no part in making it."""

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pypdfium2
import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from storage.database import Database
from storage.providers import ensure_provider
from tests.acceptance.test_command_line import refusal, told
from tests.support.bots import slack
from tests.support.college import found

TODAY = ("--today", "2026-11-23")
ENDINGS = ("xlsx", "docx", "pdf", "csv", "json")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def college(database: Database) -> Iterator[Database]:
    """A database with one college, which has an action in each state."""
    with slack() as fake:
        found(fake, database)
    yield database


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An empty folder: the database may stand in the one of the test."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def export(database_url: str, file: Path, *more: str) -> str:
    return told("export", str(file), *TODAY, *more, DATABASE_URL=database_url)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_plan_is_written_in_the_format_of_the_ending(
    ending: str, college: Database, database_url: str, out: Path
) -> None:
    file = out / f"plan.{ending.upper()}"

    said = export(database_url, file)

    assert said == f"5 actions under 2 themes, and 2 SAR items, written to {file}.\n"
    assert os.listdir(out) == [file.name]
    assert file.stat().st_mode & 0o777 == 0o666 & ~umask()
    for words in ("A-2", "Review the apprenticeship resources", "Priya Shah", "54%", "65%"):
        assert words in shown(file), words
    # A withdrawn action is kept in files that are read again, and is not printed.
    assert ("A-5" in shown(file)) == (ending not in ("docx", "pdf"))


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def shown(file: Path) -> str:
    """All the text of a file, in one line."""
    kind = file.suffix.lower()
    if kind == ".pdf":
        pages = pypdfium2.PdfDocument(file)
        parts = [page.get_textpage().get_text_range() for page in pages]
    elif kind == ".docx":
        with ZipFile(file) as package:
            body = etree.fromstring(package.read("word/document.xml"))
        parts = ["".join(t.text or "" for t in p.iter(f"{WORD}t")) for p in body.iter(f"{WORD}p")]
    elif kind == ".xlsx":
        book = CalamineWorkbook.from_path(file)
        rows = [row for n in book.sheet_names for row in book.get_sheet_by_name(n).to_python()]
        parts = [str(cell) for row in rows for cell in row]
    elif kind == ".csv":
        with file.open(newline="", encoding="utf-8-sig") as text:
            parts = [cell for row in csv.reader(text) for cell in row]
    else:
        parts = [file.read_text(encoding="utf-8")]
    return " ".join(" ".join(parts).split())


def test_json_is_the_plan_of_the_contract(college: Database, database_url: str, out: Path) -> None:
    export(database_url, out / "plan.json")

    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    by_status = {action["status"]: action for action in plan["actions"]}
    assert (plan["provider"], plan["academic_year"]) == ("Test College", "2026/27")
    assert plan["themes"][0] == {
        "name": "Stay and achieve",
        "rank": 1,
        "sponsor": {"slack_user_id": "U0SPONSOR", "name": "Sol Greaves"},
    }
    assert plan["sar_items"][0] == {
        "reference": "AFI 1",
        "kind": "area_for_improvement",
        "judgement": "Too few apprentices achieve on time",
        "evidence": None,
        "department": "Apprenticeships",
        "evaluation_area": None,
        "theme": "Stay and achieve",
    }
    assert set(by_status) == {"draft", "agreed", "in_progress", "complete", "withdrawn"}
    updated = by_status["in_progress"]
    assert updated["milestones"] == [{"due": "2027-02-28", "text": "60% on track", "done": False}]
    assert updated["updates"][0] | {"author": None} == {
        "at": "2026-11-23T10:00:00Z",
        "author": None,
        "rag": "amber",
        "note": "Two units are late.",
        "reading": None,
        "evidence_link": None,
    }
    assert {f["criterion"] for f in updated["findings"]} >= {"impact", "target", "owner"}


@pytest.mark.parametrize("name", ["plan.odt", "plan", ".pdf", "plan.xls"])
def test_an_ending_that_is_none_is_refused_with_those_there_are(
    name: str, college: Database, database_url: str, out: Path
) -> None:
    code, says = refusal("export", str(out / name), *TODAY, DATABASE_URL=database_url)

    assert code == 2
    assert says == f"FILE must end in .xlsx, .docx, .pdf, .csv or .json, not “{name}”."
    assert not os.listdir(out)


def test_what_cannot_be_written_to_is_said_and_left_as_it_was(
    college: Database, database_url: str, out: Path
) -> None:
    folder = out / "plan.json"
    folder.mkdir()
    settings: dict[str, Any] = {"DATABASE_URL": database_url}

    missing = refusal("export", str(out / "no" / "plan.pdf"), *TODAY, **settings)
    taken = refusal("export", str(folder), *TODAY, **settings)

    assert missing == (
        1,
        f"{out / 'no' / 'plan.pdf'} could not be written: No such file or directory.",
    )
    assert taken == (1, f"{folder} could not be written: Is a directory.")
    assert os.listdir(out) == ["plan.json"]


def test_a_file_that_is_there_is_replaced_and_a_link_stays_one(
    college: Database, database_url: str, out: Path
) -> None:
    (out / "shared").mkdir()
    real, link = out / "shared" / "plan.csv", out / "plan.csv"
    real.write_text("of last week")
    link.symlink_to(real)

    export(database_url, link)

    assert link.is_symlink()
    assert real.read_bytes().startswith(b"\xef\xbb\xbfReference")


def test_a_text_too_long_for_a_sheet_is_said(
    college: Database, database_url: str, out: Path
) -> None:
    from sqlmodel import col, update

    from storage.models import Action

    with college.writing() as session:
        session.execute(update(Action).where(col(Action.number) == 1).values(impact="x" * 40_000))

    code, says = refusal("export", str(out / "plan.xlsx"), *TODAY, DATABASE_URL=database_url)

    assert code == 1
    assert says.startswith("“Impact” in row 2 of the sheet Plan has more than 32,767 characters")
    assert not os.listdir(out)
    assert export(database_url, out / "plan.docx")


def test_the_year_and_the_workspace_are_chosen_or_asked_for(
    college: Database, database_url: str, out: Path
) -> None:
    file = str(out / "plan.json")
    settings = {"DATABASE_URL": database_url}
    wrong = refusal("export", file, "--year", "2026", **settings)
    other = refusal("export", file, "--year", "2031/32", **settings)
    later = refusal("export", file, "--today", "2027-09-01", **settings)
    chosen = told("export", file, "--today", "2027-09-01", "--year", "2026/27", **settings)
    with college.writing() as session:
        ensure_provider(session, "T0OTHER", "Northfield College")
    which = refusal("export", file, *TODAY, **settings)
    none = refusal("export", file, *TODAY, "--workspace", "T0OTHER", **settings)

    assert wrong == (2, "--year takes an academic year such as 2026/27, not “2026”.")
    assert other == (1, "There is no plan for 2031/32 yet.")
    assert later == (1, "There is no plan for 2027/28 yet.")
    assert chosen.startswith("5 actions under 2 themes")
    assert which[0] == 2 and which[1].startswith("Say which with --workspace: ")
    assert none == (1, "There is no plan for 2026/27 yet.")
