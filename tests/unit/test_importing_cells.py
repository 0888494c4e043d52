"""What single cells, headings and names say."""

from datetime import date, datetime

import pytest

from bot.importing.cells import (
    When,
    day_in,
    grade_in,
    points,
    rag_named,
    rag_of_fill,
    status_named,
    tidy,
)
from bot.importing.grid import Cell
from bot.importing.headings import PLAN, SAR, field_of
from bot.importing.owners import owner_in
from bot.importing.sections import (
    AFI,
    STRENGTH,
    Section,
    led_by_reference,
    references_in,
    section_of,
    section_of_sheet,
)
from bot.importing.spreadsheet import shown
from storage.vocabulary import Rag, Status

WHEN = When(date(2026, 11, 23), "2026/27")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31/07/2027", "2027-07-31"),
        ("31.7.27", "2027-07-31"),
        ("2027-07-31", "2027-07-31"),
        ("July 2027", "2027-07-31"),
        ("Jul-27", "2027-07-31"),
        ("Jul 27", "2027-07-31"),
        ("December", "2026-12-31"),
        ("End of June", "2027-06-30"),
        ("by Easter", "2027-03-31"),
        ("Autumn term", "2026-12-31"),
        ("Sept 2026 – July 2027", "2027-07-31"),
        ("01/09/2026 to 31/03/2027", "2027-03-31"),
        ("46235", "2026-08-01"),
        ("12", None),
        ("half-term 2", None),
        ("ongoing", None),
        ("Termly", None),
        ("in six weeks", None),
        ("next month", None),
        ("January and June 2027", None),
        ("31/02/2027", None),
        ("2026/27", None),
        ("TBC", None),
    ],
)
def test_a_day_is_read_or_left_empty_with_why(text: str, day: str | None) -> None:
    read = day_in(Cell(text), WHEN)
    assert (read.day.isoformat() if read.day else None) == day
    assert (read.why is None) == (day is not None)


def test_a_day_gone_by_needs_its_year() -> None:
    assert day_in(Cell("July"), WHEN, is_past=True).day is None
    assert day_in(Cell("July 2026"), WHEN, is_past=True).day == date(2026, 7, 31)


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.54, "0%", "54%"),
        (0.545, "0.0%", "54.5%"),
        (54, "General", "54"),
        (54.0, "General", "54"),
        (0.1 + 0.2, "General", "0.3"),
        (3.14159, "0.00", "3.14"),
        (12500, '"£"#,##0', "£12,500"),
        (True, "General", "TRUE"),
        (datetime(2027, 7, 31), "dd/mm/yyyy", "2027-07-31"),
    ],
)
def test_a_number_is_read_as_it_is_shown(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


@pytest.mark.parametrize(
    ("text", "rag"),
    [
        ("Red", Rag.RED), ("R", Rag.RED), ("amber", Rag.AMBER), ("Yellow", Rag.AMBER),
        ("G", Rag.GREEN), ("B", Rag.BLUE), ("Complete", Rag.BLUE), ("Green: on track", Rag.GREEN),
        ("Amber – recruitment is late", Rag.AMBER), ("🟢", Rag.GREEN), ("On track", Rag.GREEN),
        ("", None), ("see notes", None), ("Not started", None),
    ],
)  # fmt: skip
def test_a_rag_is_a_word_a_letter_or_a_sign(text: str, rag: Rag | None) -> None:
    assert rag_named(text) is rag


@pytest.mark.parametrize(
    ("fill", "rag"),
    [
        ("FF0000", Rag.RED), ("C00000", Rag.RED), ("FFC000", Rag.AMBER), ("FFFF00", Rag.AMBER),
        ("92D050", Rag.GREEN), ("00B050", Rag.GREEN), ("0070C0", Rag.BLUE), ("FFFFFF", None),
        ("D9D9D9", None), ("7030A0", None), (None, None),
    ],
)  # fmt: skip
def test_a_rag_may_be_a_colour_alone(fill: str | None, rag: Rag | None) -> None:
    assert rag_of_fill(fill) is rag


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Completed", Status.COMPLETE), ("closed", Status.COMPLETE),
        ("Ongoing", Status.IN_PROGRESS),
        ("In progress", Status.IN_PROGRESS), ("in_progress", Status.IN_PROGRESS),
        ("Not started", Status.DRAFT), ("Agreed", Status.AGREED), ("Withdrawn", Status.WITHDRAWN),
        ("nearly complete", None),
    ],
)  # fmt: skip
def test_a_status_is_one_of_its_words(text: str, status: Status | None) -> None:
    assert status_named(text) is status


@pytest.mark.parametrize(
    "grade", ["Exceptional", "Strong standard", "Needs attention", "Good", "2", "Secure fit", "B+"]
)
def test_a_grade_is_kept_as_typed(grade: str) -> None:
    assert grade_in(grade) == (grade, None)


@pytest.mark.parametrize(
    "grade", ["Exemplary", "strong", "Secure", "Attention needed", "Causing concern"]
)
def test_a_grade_that_was_given_up_is_not_taken(grade: str) -> None:
    kept, why = grade_in(grade)
    assert kept is None and why is not None and "February 2025" in why


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Dominic Okoro", "Dominic Okoro"),
        ("Jane Smith (Head of Maths)", "Jane Smith"),
        ("Head of Maths – Jane Smith", "Jane Smith"),
        ("Head of English (Lucy Brandreth)", "Lucy Brandreth"),
        ("Dominic Okoro, Head of Digital", "Dominic Okoro"),
        ("Tomasz Wilk\n(MIS Manager)", "Tomasz Wilk"),
        ("Mrs Patel", "Mrs Patel"),
        ("Dr A Khan", "Dr A Khan"),
        ("J. Smith", "J. Smith"),
        ("Siobhán O'Neill", "Siobhán O'Neill"),
        ("Mary Jane Watson", "Mary Jane Watson"),
        ("Priya Nair <priya@north.example>", "Priya Nair"),
        ("Head of Maths", None), ("SLT", None), ("Quality team", None), ("All tutors", None),
        ("HoDs", None), ("Everyone", None), ("TBC", None), ("Vacant", None), ("JS", None),
        ("Jane Smith and Bob Lee", None), ("Jane Smith / Bob Lee", None),
        ("Dominic Okoro / SLT", None), ("Okoro, Dominic", None), ("Principal", None),
        ("<@U012ABC> <@U034DEF>", None),
    ],
)  # fmt: skip
def test_an_owner_is_one_person_or_unsure(text: str, owner: str | None) -> None:
    said = owner_in(text)
    assert (said.owner.name if said.owner else None) == owner
    assert (said.unsure is None) == (owner is not None)


def test_an_owner_may_be_a_slack_user_or_an_address() -> None:
    mentioned = owner_in("<@U012ABC>").owner
    assert mentioned is not None and mentioned.slack_user_id == "U012ABC"
    assert owner_in("Priya Nair priya@north.example").email == "priya@north.example"
    assert owner_in("").unsure is None


@pytest.mark.parametrize(
    ("heading", "section", "field"),
    [
        ("Person responsible", PLAN, "owner"), ("Lead (SLT)", PLAN, "owner"),
        ("Led by whom?", PLAN, "owner"), ("Target date", PLAN, "due"),
        ("Target for July 2027", PLAN, "target"), ("Success criteria:", PLAN, "target"),
        ("ACTIONS REQUIRED", PLAN, "action"), ("RAG Spring", PLAN, "rag"),
        ("Area for improvement", PLAN, "finding"), ("Evidence of impact", PLAN, "evidence_source"),
        ("Impact so far", PLAN, "update"), ("How do we know?", SAR, "evidence"),
        ("Key strengths", SAR, "strength"), ("Areas for Development", SAR, "area_for_improvement"),
        ("Date of next meeting of the board", PLAN, None), ("Cost", PLAN, None), ("", PLAN, None),
        ("x" * 200, PLAN, None),
    ],
)  # fmt: skip
def test_a_heading_is_known_by_its_names(heading: str, section: str, field: str | None) -> None:
    assert field_of(heading, section)[0] == field


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("STRENGTHS", Section(kind=STRENGTH)),
        ("Areas for improvement:", Section(kind=AFI)),
        ("1. Quality of education", Section(evaluation_area="1. Quality of education")),
        ("Inclusion – Good", Section(evaluation_area="Inclusion", grade="Good")),
        ("Theme 2: English and maths", Section(theme="English and maths")),
        ("Priority 3 – Learners stay", Section(theme="Learners stay")),
        ("Department: Hair and beauty", Section(department="Hair and beauty")),
        ("Faculty of Health and Care", Section(department="Faculty of Health and Care")),
        ("Engineering: strengths", Section(department="Engineering", kind=STRENGTH)),
        ("Grade: Requires improvement", Section(grade="Requires improvement")),
        ("Introduction", None), ("These were agreed by governors.", None), ("", None),
    ],
)  # fmt: skip
def test_a_section_says_what_its_heading_says(text: str, section: Section | None) -> None:
    assert section_of(text) == section


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("Sheet1", None), ("QIP 2026-27", None), ("SAR", None),
        ("Strengths", Section(kind=STRENGTH)),
        ("AFIs", Section(kind=AFI)), ("Maths", Section(department="Maths")),
        ("Maths QIP", Section(department="Maths")),
        ("Inclusion", Section(evaluation_area="Inclusion")),
    ],
)  # fmt: skip
def test_the_name_of_a_sheet_says_what_its_rows_are_of(name: str, section: Section | None) -> None:
    assert section_of_sheet(name) == section


@pytest.mark.parametrize(
    ("text", "reference", "rest"),
    [
        ("AFI 3 – Too few pass.", "AFI 3", "Too few pass."),
        ("AFI3: Too few pass.", "AFI3", "Too few pass."),
        ("(S2) Good.", "S2", "Good."),
        ("3. Too few pass.", "3", "Too few pass."),
        ("2.1 Too few pass.", "2.1", "Too few pass."),
        ("19% of learners pass.", None, "19% of learners pass."),
        ("Science results fell.", None, "Science results fell."),
        ("16-18 learners leave.", None, "16-18 learners leave."),
    ],
)
def test_a_reference_before_a_judgement(text: str, reference: str | None, rest: str) -> None:
    assert led_by_reference(text) == (reference, rest)


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("AFI 3", ("AFI 3",)),
        ("AFI 3, 4 and 5", ("AFI 3", "AFI 4", "AFI 5")),
        ("AFI 1\nAFI 2", ("AFI 1", "AFI 2")),
        ("AFI 3 is not met", ()),
        ("Learners", ()),
    ],
)
def test_references_and_nothing_else(text: str, references: tuple[str, ...]) -> None:
    assert references_in(text) == references


def test_points_of_a_list() -> None:
    assert points("• One\n  more\n• Two") == ["One\nmore", "Two"]
    assert points("1. One\n2. Two") == ["1. One", "2. Two"]
    assert points("One thing.\nAnother thing.", is_list=True) == ["One thing.", "Another thing."]
    assert points("One thing.\nAnother thing.") == ["One thing.\nAnother thing."]
    assert tidy("  • A   text \r\n\r\n of it\x07 ") == "A text\nof it"
