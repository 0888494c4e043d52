"""A plan in each format, opened by libraries that had no part in making it."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree
from python_calamine import CalamineWorkbook

from bot.exporting.formats import FORMATS, exported
from bot.exporting.spreadsheet import TooLong
from bot.exporting.values import RAG_COLOURS
from bot.plan_document import (
    ActionEntry,
    ParkedEntry,
    PersonNamed,
    PlanDocument,
    SarItemEntry,
    ThemeEntry,
    UpdateEntry,
)
from storage.models import MilestoneFields
from storage.vocabulary import Rag, SarKind, Status
from tests.support.plans import AWKWARD, DOCUMENTS
from tests.support.sample_plan import sample_plan

SAMPLE = sample_plan()
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
Row = dict[str, Any]

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
fewer = settings(few, max_examples=15)


def letters(text: str) -> str:
    """A text without what lines and fonts do to it."""
    return "".join(filter(str.isalnum, text))


# --- .json ------------------------------------------------------------------------------------


@few
@given(DOCUMENTS)
def test_json_says_all_and_is_read_back(document: PlanDocument) -> None:
    text = exported(document, ".json").decode("utf-8")

    assert text.endswith("}\n") and '\n  "themes"' in text
    assert PlanDocument.model_validate_json(text) == document


def test_json_has_the_keys_of_the_contract_in_order() -> None:
    plan = json.loads(exported(SAMPLE, ".json"))

    assert list(plan) == ["provider", "academic_year", "themes", "sar_items", "actions"]
    assert list(plan["themes"][0]) == ["name", "rank", "sponsor"]
    assert list(plan["sar_items"][0])[:6] == (
        "reference kind judgement evidence department evaluation_area".split()
    )
    assert (
        list(plan["actions"][0])[:22]
        == (
            "id reference sar_items theme driver action so_what impact measure unit direction "
            "baseline baseline_date target evidence_source due milestones owner status rag "
            "findings updates"
        ).split()
    )
    assert plan["actions"][0]["updates"][0]["at"] == "2026-11-17T09:00:00Z"


# --- .xlsx ------------------------------------------------------------------------------------


def sheets(package: bytes) -> dict[str, list[Row]]:
    """The rows of each sheet by the heading of their column; a cell with nothing in it is None."""
    book = CalamineWorkbook.from_filelike(BytesIO(package))
    found = {}
    for name in book.sheet_names[:-1]:
        head, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        found[name] = [
            {k: None if v == "" else v for k, v in zip(head, row, strict=True)} for row in rows
        ]
    return found


def read_back(package: bytes) -> PlanDocument:
    """The document that a workbook was made from, but for what follows from the rest."""
    found = sheets(package)
    about = CalamineWorkbook.from_filelike(BytesIO(package)).get_sheet_by_name("About")
    said_of_it = {name: value or None for name, value in about.to_python()}

    def person(row: Row, name: str, ident: str) -> PersonNamed | None:
        return PersonNamed(name=row[name], slack_user_id=row[ident]) if row[name] else None

    def hanging(sheet: str, reference: str) -> Iterator[Row]:
        return (row for row in found[sheet] if row["Action"] == reference)

    def word(value: str | None) -> str | None:
        return value and value.partition(":")[0].lower().replace(" ", "_")

    def action(row: Row) -> ActionEntry:
        reference = row["Reference"]
        driver = word(row["Driver"])
        return ActionEntry(
            id=int(reference[2:]),
            reference=reference,
            sar_items=tuple((row["SAR items"] or "").split("\n")) if row["SAR items"] else (),
            theme=row["Theme"],
            driver="curriculum_change" if driver and "curriculum" in driver else driver,
            action=row["Action"],
            so_what=tuple(r["So what"] or "" for r in hanging("So what", reference)),
            impact=row["Impact"],
            measure=row["Measure"],
            unit=row["Unit"],
            direction=word(row["Better when"]),
            baseline=row["Baseline"],
            baseline_date=row["Baseline date"],
            target=row["Target"],
            evidence_source=row["Evidence source"],
            due=row["Due"],
            milestones=tuple(
                MilestoneFields(
                    due=r["Due"], text=r["What should be seen"] or "", done=r["Done"] == "Yes"
                )
                for r in hanging("Checks", reference)
            ),
            owner=person(row, "Owner", "Owner's Slack ID"),
            status=word(row["Status"]),
            rag=word(row["RAG"]),
            updates=tuple(
                UpdateEntry(
                    at=r["At"],
                    author=person(r, "By", "By (Slack ID)"),
                    rag=word(r["RAG"]),
                    note=r["Note"] or "",
                    reading=r["Reading"],
                    evidence_link=r["Evidence"],
                )
                for r in hanging("Updates", reference)
            ),
            target_note=row["Why this target"],
            agreed_at=row["Agreed on"],
            closing_note=row["Why it was closed"],
            parked=row["Parked on"]
            and ParkedEntry(at=row["Parked on"], note=row["Why it is parked"]),
            imported_as=row["Called before"],
            source_link=row["Link"],
        )

    def item(row: Row) -> SarItemEntry:
        return SarItemEntry(
            reference=row["Reference"],
            kind=word(row["Kind"]),
            judgement=row["Judgement"] or "",
            evidence=row["Evidence"],
            department=row["Department"],
            evaluation_area=row["Evaluation area"],
            grade=row["Grade"],
            theme=row["Theme"],
            measure=row["Measure"],
            baseline=row["Baseline"],
            baseline_date=row["Baseline date"],
            waiting_note=row["Why it waits"],
            previous=row["Last year's reference"],
        )

    return PlanDocument(
        provider=said_of_it["Provider"],
        academic_year=said_of_it["Academic year"],
        themes=tuple(
            ThemeEntry(
                name=row["Theme"],
                rank=row["Rank"],
                sponsor=person(row, "Sponsor", "Sponsor's Slack ID"),
            )
            for row in found["Themes"]
        ),
        sar_items=tuple(map(item, found["SAR"])),
        actions=tuple(map(action, found["Plan"])),
    )


def without_blanks(data: Any, kept: tuple[str, ...] = ("text", "note", "judgement", "name")) -> Any:
    """What a sheet can say: an empty text where none is needed is nothing, and findings follow."""
    if isinstance(data, dict):
        return {
            name: () if name == "findings" else None if value == "" and name not in kept
            else without_blanks(value)
            for name, value in data.items()
        }  # fmt: skip
    return [without_blanks(part) for part in data] if isinstance(data, list | tuple) else data


def as_a_sheet_has_it(document: PlanDocument) -> PlanDocument:
    plain = without_blanks(document.model_dump())
    for action in plain["actions"]:
        if action.get("parked") and not action["parked"]["note"]:
            action["parked"]["note"] = None
    return PlanDocument.model_validate(plain)


@few
@given(DOCUMENTS)
def test_a_workbook_says_all_to_the_letter(document: PlanDocument) -> None:
    assert read_back(exported(document, ".xlsx")) == as_a_sheet_has_it(document)


@few
@given(DOCUMENTS)
def test_no_cell_of_a_workbook_is_a_formula_or_an_error(document: PlanDocument) -> None:
    with ZipFile(BytesIO(exported(document, ".xlsx"))) as package:
        pages = [package.read(n) for n in package.namelist() if n.startswith("xl/worksheets/")]
    cells = [cell for page in pages for cell in etree.fromstring(page).iter("{*}c")]

    assert len(pages) == 7
    assert not any(list(etree.fromstring(page).iter("{*}f")) for page in pages)
    assert {cell.get("t") for cell in cells} <= {"inlineStr", "n"}


def test_what_excel_would_run_or_change_when_it_is_typed_again_is_quoted() -> None:
    items = [SarItemEntry(kind=SarKind.STRENGTH, judgement=text, evidence="") for text in AWKWARD]
    book = openpyxl.load_workbook(BytesIO(exported(PlanDocument(sar_items=tuple(items)), ".xlsx")))
    cells = [book["SAR"].cell(row, 3) for row in range(2, len(AWKWARD) + 2)]
    quoted = {text for text, cell in zip(AWKWARD, cells, strict=True) if cell.quotePrefix}

    assert quoted >= {text for text in AWKWARD if text.lstrip()[:1] in tuple("=+-@＝－＋＠'#")}
    assert quoted >= {"\t=1", "\r=1", "54%", "01/02/2027", "TRUE", "1e5"}
    assert quoted.isdisjoint({"W" * 300, "so " * 300})
    # An empty text is quoted, and what is not there is not.
    assert (book["SAR"]["D2"].value, book["SAR"]["D2"].quotePrefix) == (None, True)
    assert (book["SAR"]["E2"].value, book["SAR"]["E2"].quotePrefix) == (None, False)


def test_a_workbook_is_ready_to_read_print_and_fill_in() -> None:
    book = openpyxl.load_workbook(BytesIO(exported(SAMPLE, ".xlsx")))
    page = book["Plan"]

    assert book.sheetnames == ["Plan", "SAR", "Themes", "Checks", "So what", "Updates", "About"]
    assert [[c.value for c in row] for row in book["About"]["A1:B3"]] == [
        ["Provider", "Harrowmere College"],
        ["Academic year", "2026/27"],
        ["Made by", "So What"],
    ]
    heads = [cell.value for cell in page[1]]
    assert heads[:4] == ["Reference", "Theme", "SAR items", "Action"]
    assert heads[-1] == "Owner's Slack ID"
    printed = page[page.print_area.replace("$", "").partition("!")[2]]
    assert [cell.value for cell in printed[0]][-1] == "Still open"
    for sheet in book.worksheets[:-1]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert "Harrowmere College 2026/27" in sheet.oddFooter.left.text
        assert "&P" in sheet.oddFooter.right.text
    due = page.cell(2, heads.index("Due") + 1)
    assert (due.value, due.number_format) == (datetime(2027, 7, 16), "dd/mm/yyyy")
    rag = page.cell(2, heads.index("RAG") + 1)
    assert (rag.value, rag.fill.fgColor.rgb[2:]) == ("Amber: at risk", "FFC24B")
    offered = {v.formula1.strip('"').split(",")[0] for v in page.data_validations.dataValidation}
    assert offered == {"Draft", "Red: off track", "Outcomes", "Higher"}
    assert all(len(v.formula1) <= 255 for v in page.data_validations.dataValidation)


def test_a_text_too_long_for_a_cell_is_refused_with_a_sentence_and_a_long_summary_is_cut() -> None:
    long = UpdateEntry(at=datetime(2026, 11, 23, tzinfo=UTC), rag=Rag.RED, note="word " * 6_553)
    most = PlanDocument(actions=(ActionEntry(reference="A-1", updates=(long,)),))
    over = PlanDocument(actions=(ActionEntry(reference="A-1", impact="𝕏" * 16_384),))

    assert sheets(exported(most, ".xlsx"))["Updates"][0]["Note"] == long.note
    with pytest.raises(TooLong, match=r"“Impact” in row 2 of the sheet Plan has more than 32,767"):
        exported(over, ".xlsx")


def contrast(one: str, other: str) -> float:
    """Of two colours, as WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_colours_of_a_rag_can_be_read() -> None:
    assert set(RAG_COLOURS) == set(Rag)
    assert all(contrast(*colours) > 5 for colours in RAG_COLOURS.values())


# --- .csv -------------------------------------------------------------------------------------


@few
@given(DOCUMENTS)
def test_no_cell_of_a_csv_runs(document: PlanDocument) -> None:
    content = exported(document, ".csv")
    text = content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text, newline="")))

    assert content.startswith(b"\xef\xbb\xbf")
    assert len(rows) == len(document.actions) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows for cell in row):
        assert not re.match(r"\t|[\s\u200b\ufeff]*[=+\-@＝＋－＠]", cell)


def test_a_csv_has_a_row_an_action_with_what_hangs_on_it() -> None:
    text = exported(SAMPLE, ".csv").decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text, newline="")))

    assert text.partition("\n")[0].endswith("\r")
    assert [row["Reference"] for row in rows] == [action.reference for action in SAMPLE.actions]
    for row, action in zip(rows, SAMPLE.actions, strict=True):
        assert row["Action"] == action.action and row["Impact"] == action.impact
        assert row["So what"].split("\n") == list(action.so_what)
        assert row["SAR items"].split("\n") == list(action.sar_items)
        assert row["Due"] == "2027-07-16" and row["Target"] == action.target
        assert action.milestones[1].text in row["Checks on the way"].split("\n")[1]
        assert action.updates[0].note in row["Last update"]


# --- .docx and .pdf ---------------------------------------------------------------------------


def word_text(package: bytes) -> str:
    with ZipFile(BytesIO(package)) as parts:
        body = etree.fromstring(parts.read("word/document.xml"))
    return "\n".join(
        "".join(t.text or "" for t in p.iter(f"{WORD}t")) for p in body.iter(f"{WORD}p")
    )


def pdf_pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range() for page in document]


def pdf_text(content: bytes) -> str:
    return "\n".join(pdf_pages(content))


PRINTED: dict[str, Callable[[bytes], str]] = {".docx": word_text, ".pdf": pdf_text}


def said(action: ActionEntry) -> Iterator[str]:
    """All that has to be found on paper of an action."""
    yield from (action.reference or "", *action.sar_items, *action.so_what)
    yield from filter(None, (action.action, action.impact, action.measure, action.baseline))
    yield from filter(None, (action.target, action.evidence_source))
    yield from (check.text for check in action.milestones)
    yield from (update.note for update in action.updates)
    yield from (update.reading or "" for update in action.updates)
    assert action.owner
    yield action.owner.name


@pytest.mark.parametrize("ending", PRINTED)
def test_nothing_of_a_plan_is_left_out_on_paper(ending: str) -> None:
    text = letters(PRINTED[ending](exported(SAMPLE, ending)))

    for action in SAMPLE.actions:
        missing = [part for part in said(action) if letters(part) not in text]
        assert not missing, action.reference
    for words in ("16 Jul 2027", "(31 Jul 2026)", "18 Dec 2026", "lower is better", "(done)",
                  "days a term", "in progress", "Red: off track", "Sponsor: Gareth Pell",
                  "Reason: Learner feedback",
                  "Still open: where to read the figure, a check on the way",
                  "25 actions; 4 off track, 7 at risk and 14 on track"):  # fmt: skip
        assert letters(words) in text, words
    assert letters("Areas for improvement that no action answers AFI 9") in text


def test_a_full_plan_prints_on_four_pages_with_its_head_on_each() -> None:
    pages = pdf_pages(exported(SAMPLE, ".pdf"))

    assert len(pages) <= 4
    for number, page in enumerate(pages, start=1):
        assert "Checks on the way" in page
        assert f"Page {number} of {len(pages)}" in page
        assert "Harrowmere College · Quality improvement plan 2026/27" in page


def test_a_pdf_says_what_it_is_and_is_tagged() -> None:
    content = exported(SAMPLE, ".pdf")
    document = pypdfium2.PdfDocument(content)

    about = document.get_metadata_dict()
    assert about["Title"] == "Quality improvement plan 2026/27"
    assert about["Author"] == "Harrowmere College"
    assert document.is_tagged()
    assert b"/Lang" in content


def test_a_word_document_has_headings_heads_on_each_page_and_a_language() -> None:
    with ZipFile(BytesIO(exported(SAMPLE, ".docx"))) as parts:
        body, styles, core = (
            etree.fromstring(parts.read(name))
            for name in ("word/document.xml", "word/styles.xml", "docProps/core.xml")
        )
    tables = list(body.iter(f"{WORD}tbl"))
    rows = [row for table in tables for row in table.iter(f"{WORD}tr")]
    styled = [s.get(f"{WORD}val") for s in body.iter(f"{WORD}pStyle")]

    assert styled == ["Title", *["Heading1"] * 7]
    assert len(tables) == 5 and len(rows) == 30
    assert all(table.find(f".//{WORD}tr").find(f".//{WORD}tblHeader") is not None
               for table in tables)  # fmt: skip
    assert all(row.find(f"{WORD}trPr/{WORD}cantSplit") is not None for row in rows)
    assert next(body.iter(f"{WORD}pgSz")).get(f"{WORD}orient") == "landscape"
    assert {lang.get(f"{WORD}val") for lang in styles.iter(f"{WORD}lang")} == {"en-GB"}
    assert "Quality improvement plan 2026/27" in "".join(core.itertext())
    assert "Harrowmere College" in "".join(core.itertext())


def changed(number: int, **fields: Any) -> ActionEntry:
    return SAMPLE.actions[number - 1].model_copy(update=fields)


@pytest.mark.parametrize("ending", PRINTED)
def test_themes_stand_by_rank_and_what_is_not_live_stands_apart(ending: str) -> None:
    parked = ParkedEntry(at=datetime(2026, 11, 2, tzinfo=UTC), note="Waits for the new building")
    plan = SAMPLE.model_copy(
        update={
            "themes": SAMPLE.themes[::-1],
            "actions": (
                changed(25),
                changed(1, status=Status.DRAFT, rag=None, updates=()),
                changed(2, status=Status.WITHDRAWN),
                changed(3, parked=parked),
                changed(4, theme=None, owner=None, baseline=None),
            ),
        }
    )
    text = PRINTED[ending](exported(plan, ending))
    text = " ".join(text.split())

    themes = [text.index(f"{theme.rank}. {theme.name[:20]}") for theme in SAMPLE.themes]
    assert themes == sorted(themes)
    assert text.index("No theme yet") > text.index(SAMPLE.themes[-1].name[:20])
    assert "No owner yet" in text and "not known" in text and "No action yet." in text
    assert "· draft" in text
    assert letters(SAMPLE.actions[1].action or "") not in letters(text)
    behind = text.index("Parked: these wait")
    assert behind > text.index("AFI 9")
    assert text.index("A-3") > behind and "Waits for the new building" in text[behind:]
    # What only a parked action answers is answered by none.
    assert "AFI 3 " in text[text.index("no action answers") : behind]


WORDS = [f"word{n}" for n in range(3_000)]
HIGH: dict[str, Row] = {
    "note": {
        "updates": (
            UpdateEntry(at=datetime(2026, 11, 2, tzinfo=UTC), rag=Rag.RED, note=" ".join(WORDS)),
        )
    },
    "check": {"milestones": (MilestoneFields(text=" ".join(WORDS[:200])),)},
    "lines": {"target": "\n".join(WORDS[:70])},
    "items": {"sar_items": tuple(WORDS[:70])},
}


@pytest.mark.parametrize("high", HIGH)
def test_a_row_higher_than_a_page_is_shown_to_its_end(high: str) -> None:
    plan = SAMPLE.model_copy(update={"actions": (changed(1, **HIGH[high]),)})
    content = exported(plan, ".pdf")
    pages = [page.get_textpage() for page in pypdfium2.PdfDocument(content)]

    assert len(pages) > 1
    assert {"word0", "word35", "word69"} <= set(pdf_text(content).split())
    # Nothing stands below the edge of a page.
    assert min(p.get_charbox(n)[1] for p in pages for n in range(p.count_chars())) > 0
    assert "word69" in word_text(exported(plan, ".docx"))


def test_a_long_word_stays_in_its_column() -> None:
    link = "https://example.org/" + "a-long-path/" * 15
    update = UpdateEntry(
        at=datetime(2026, 11, 23, tzinfo=UTC), rag=Rag.RED, note="W" * 200, evidence_link=link
    )
    fields = {"updates": (update,), "action": "Ж" * 400, "sar_items": ("Ω" * 25,)}
    content = exported(SAMPLE.model_copy(update={"actions": (changed(1, **fields),)}), ".pdf")
    page = pypdfium2.PdfDocument(content)[0]
    words = page.get_textpage()

    def right(letter: str) -> float:
        """How far to the right the letter is found, of the width of the page."""
        found = [n for n in range(words.count_chars()) if words.get_text_range(n, 1) == letter]
        return float(max(words.get_charbox(n)[2] for n in found) / page.get_width())

    assert right("Ω") < 0.09 < right("Ж") < 0.29 < right("W") < 0.98
    assert letters(link) in letters(pdf_text(content))


def test_no_text_turns_round_what_stands_beside_it() -> None:
    plan = SAMPLE.model_copy(update={"actions": (changed(1, baseline="\u202e54%"),)})

    assert "54% (31 Jul 2026) → 89%" in pdf_text(exported(plan, ".pdf"))
    assert "\u202e" not in word_text(exported(plan, ".docx"))


@fewer
@given(DOCUMENTS)
def test_any_text_can_be_printed(document: PlanDocument) -> None:
    assert pdf_pages(exported(document, ".pdf"))
    word = word_text(exported(document, ".docx"))
    for action in document.actions:
        if action.status is not Status.WITHDRAWN and action.parked is None:
            assert letters(action.impact or "") in letters(word)


# --- all --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_plan_makes_the_same_file_and_an_empty_one_makes_one(ending: str) -> None:
    assert exported(SAMPLE, ending) == exported(SAMPLE, ending)
    assert exported(PlanDocument(), ending)
    day_before_excel = SAMPLE.model_copy(update={"actions": (changed(1, due=date(1899, 1, 1)),)})
    assert exported(day_before_excel, ending)
