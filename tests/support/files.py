"""Files of SARs and plans as people keep them, made in code: each is odd in the way of its name.

All content is fictional. A builder returns the bytes of one file.
"""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from bot.importing.headings import names_of_columns
from bot.plan_document import PersonNamed, PlanDocument

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
Rows = Sequence[Sequence[Any]]


def workbook(*sheets: tuple[str, Rows], then: Callable[[Workbook], None] | None = None) -> bytes:
    """A workbook of these sheets, each a name and its rows; `then` changes it before it is kept."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if then is not None:
        then(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def word(build: Callable[[WordDocument], None]) -> bytes:
    """A Word file that `build` has filled."""
    document = docx.Document()
    build(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """A zip file with one part put in, in place of one of the same name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour)


def _sheet(book: Workbook, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


# --- colleges -------------------------------------------------------------------------------------


def plain_plan() -> bytes:
    return workbook(
        (
            "QIP",
            [
                ["Ref", "Area for improvement", "Action", "Intended impact", "Baseline", "Target",
                 "Lead", "By when", "RAG", "Progress"],
                [1, "Too few apprentices achieve on time.", "Move reviews to every six weeks.",
                 "More apprentices finish on time.", "54%", "65%", "Dominic Okoro",
                 date(2027, 7, 31), "Amber", "Six of nine employers have agreed."],
                [2, "Attendance in resit lessons is too low.", "Teach resits before noon.",
                 "More learners come to every lesson.", 0.74, 0.85, "Lucy Brandreth",
                 "July 2027", "Green", None],
            ],
        ),
        then=lambda book: _percent(_sheet(book, "QIP"), "E3", "F3"),
    )  # fmt: skip


def _percent(sheet: Worksheet, *cells: str) -> None:
    for name in cells:
        sheet[name].number_format = "0%"


def titles_above_and_merged_findings() -> bytes:
    """Title rows, headings in row 4 from column C, one AFI merged over three actions."""
    rows = [
        [None, None, "Harrowmere College"],
        [None, None, "Quality improvement plan 2026/27"],
        [],
        [None, None, "AFI ref", "Area for improvement", "Action required", "Person responsible",
         "Deadline", "Success criteria"],
        [None, None, "AFI 1", "Achievement of adult learners on level 2 courses is too low.",
         "Ring every learner who misses two lessons.", "Tomasz Wilk", "31/01/2027", "Retention of 88%"],
        [None, None, None, None, "Give each group a named tutor.", "Samina Rauf", "Easter", None],
        [None, None, None, None, "Start late joiners on a course of their own.", "Helen Tranter",
         "ongoing", None],
        [None, None, "AFI 2", "Feedback rarely says how to improve.", "Train markers on model answers.",
         "Head of Health and Care", 46235, "75% of learners agree"],
    ]  # fmt: skip

    def merge(book: Workbook) -> None:
        sheet = _sheet(book, "Plan")
        sheet.merge_cells("C1:H1")
        sheet.merge_cells("C2:H2")
        sheet.merge_cells("C5:C7")
        sheet.merge_cells("D5:D7")

    return workbook(("Plan", rows), then=merge)


def two_rows_of_headings() -> bytes:
    """ "Target" merged over "Baseline" and "Aim"; colour alone for RAG; a total and a note."""
    rows = [
        ["No.", "Weakness", "What we will do", "Target", None, "Who", "When", "RAG"],
        [None, None, None, "Baseline", "Aim", None, None, None],
        [1, "Punctuality at Brook Lane is poor.", "Open the doors ten minutes earlier.", "81%", "92%",
         "R. Adeyemi", "Autumn term", None],
        [2, "High grades in science have fallen.", "Set a weekly timed question.", "22%", "30%",
         "Gareth Pell and Samina Rauf", "30.6.27", None],
        ["Note: figures are from the October return and were agreed with MIS."],
        [3, "Work placements start late.", "Book placements in June.", None, "95%", "SLT", "TBC", None],
        ["Total", None, 3, None, None, None, None, None],
    ]  # fmt: skip

    def style(book: Workbook) -> None:
        sheet = _sheet(book, "Actions")
        sheet.merge_cells("D1:E1")
        for column in "ABCFGH":
            sheet.merge_cells(f"{column}1:{column}2")
        for row, colour in ((3, "FFFF0000"), (4, "FFFFC000"), (6, "FF92D050")):
            sheet[f"H{row}"].fill = _fill(colour)

    return workbook(("Actions", rows), then=style)


def sar_in_sections() -> bytes:
    """One list of judgements with areas and strengths / AFIs as rows of their own."""
    rows = [
        ["Self-assessment report 2025/26"],
        ["Ref", "Judgement", "How we know", "Grade"],
        ["Quality of education"],
        ["Strengths"],
        [
            1,
            "Teachers plan lessons that build on what learners know.",
            "Learning walks, autumn 2025",
            "Good",
        ],
        [2, "Most learners on vocational courses achieve.", "QAR 2025/26: 88%", "Good"],
        ["Areas for improvement"],
        [
            1,
            "Too few resit learners gain grade 4 in maths.",
            "Results 2026: 19%",
            "Requires improvement",
        ],
        ["Leadership and management"],
        ["Strengths"],
        [3, "Governors know the college well and ask hard questions.", "Minutes", 2],
        ["Areas for improvement"],
        ["Ref", "Judgement", "How we know", "Grade"],
        [2, "Managers do not use data on leavers early enough.", "Audit, March 2026", "Secure"],
    ]

    def style(book: Workbook) -> None:
        sheet = _sheet(book, "SAR")
        for row in (3, 9):
            sheet.merge_cells(f"A{row}:D{row}")

    return workbook(("SAR", rows), then=style)


def side_by_side_bullets() -> bytes:
    """Strengths and AFIs beside each other, several bullets in a cell, a row an area."""
    return workbook(
        (
            "Sheet1",
            [
                ["Evaluation area", "Key strengths", "Areas for improvement", "Grade"],
                ["Achievement: apprenticeships",
                 "• Pass rates at first attempt are high.\n• Apprentices value their coaches.",
                 "• Too many apprentices stay past their planned end.\n• Reviews are late.",
                 "Needs attention"],
                ["Inclusion", "Support is in place within two weeks.", "None identified",
                 "Strong standard"],
            ],
        )
    )  # fmt: skip


def kinds_as_sheets() -> bytes:
    """A sheet of strengths, one of areas for improvement, a hidden one and one of lists."""
    head = ["#", "Statement", "Evidence base", "Curriculum area"]

    def hide(book: Workbook) -> None:
        _sheet(book, "Old").sheet_state = "hidden"

    return workbook(
        ("Strengths", [head, ["S1", "Learners behave well.", "Survey 2026", "Sport"]]),
        ("AFIs", [head, ["AFI 1", "Too few learners go on to level 3.", "Destinations", "Construction"],
                  ["AFI 2", "Written work is returned late.", None, "Health and care"]]),
        ("Old", [head, ["S9", "Last year's strength.", None, None]]),
        ("Lists", [["Red", "R"], ["Amber", "A"], ["Green", "G"]]),
        then=hide,
    )  # fmt: skip


def departments_as_sheets() -> bytes:
    """A sheet a department, each counted from 1; SAR and plan in one row."""
    head = ["No", "Strength or AFI", "Finding", "Evidence", "Judgement area"]
    return workbook(
        ("Maths", [head, [1, "AFI", "Attendance falls after half-term.", "Registers", "Achievement"],
                   [2, "Strength", "Mock exams are marked within a week.", "Tracker", "Achievement"]]),
        ("Engineering", [head, [1, "AFI", "Workshops are too often out of use.", "Log", None],
                         [2, None, "Something else that was found.", None, None]]),
    )  # fmt: skip


def sar_and_plan_in_one() -> bytes:
    """A SAR's sheet and a plan's that refers to it by reference, in other words once."""
    return workbook(
        (
            "SAR 2025-26",
            [
                ["SAR ref", "Type", "Judgement", "Evidence", "Faculty"],
                ["AFI 1", "AFI", "Too few learners complete their work placement.", "MIS, 61%", "Care"],
                ["AFI 2", "AFI", "Online lessons are not engaging.", "Survey", "Digital"],
                ["S 1", "Strength", "Careers advice is good.", "Matrix", None],
            ],
        ),
        (
            "QIP 2026-27",
            [
                ["QIP ref", "Linked AFI", "Priority", "Action", "Lead", "Due date", "Status"],
                ["1.1", "AFI 1", "Learners ready for work", "Ring employers in June.",
                 "Lucy Brandreth (Work placement lead)", "by Christmas", "In progress"],
                ["1.2", "AFI 1, AFI 2", "Learners ready for work", "Move two units into the workplace.",
                 "lucy.brandreth@harrowmere.example", "Spring term", "Not started"],
                ["2.1", "AFI 7", "Lessons worth coming to", "Coach every online tutor.",
                 "Quality team", "half-term 2", "Complete"],
            ],
        ),
    )  # fmt: skip


def findings_left_empty_below() -> bytes:
    """The finding stands once and its cell is empty beside the further actions; grouped by theme."""
    rows = [
        ["Issue", "Actions", "Responsible", "Completion date", "BRAG rating", "Comments"],
        ["Theme 1: Learners stay and achieve"],
        ["Retention on adult courses is 81%.", "Interview all who think of leaving.", "Ruth Adeyemi",
         "Dec 26", "B", "Done in November."],
        [None, "Offer evening places.", "Helen Tranter", "Mar-27", "A", None],
        ["Theme 2: English and maths that open doors"],
        ["English results are below average.", "Read aloud in every lesson.", "Samina Rauf / Gareth Pell",
         "2026/27", "R", "No cover for the second tutor."],
        [None, None, "Gareth Pell", None, None, None],
    ]  # fmt: skip
    return workbook(("Improvement plan 2026-27", rows))


def milestones_in_rows() -> bytes:
    """One action merged over three checks on the way, each with its own day."""
    rows = [
        ["Finding", "Action", "Milestones", "Date", "Owner"],
        [
            "Learners join late.",
            "Enrol in one morning.",
            "Pilot with two groups",
            date(2026, 10, 1),
            "Dominic Okoro",
        ],
        [None, None, "Half of all groups", date(2027, 1, 15), None],
        [None, None, "All groups", date(2027, 6, 30), None],
        [
            "Homework is rarely set.",
            "Set it online each week.",
            "Dec 2026: half of teachers; March 2027: all teachers",
            date(2027, 3, 31),
            "Lucy Brandreth",
        ],
    ]

    def merge(book: Workbook) -> None:
        for column in "ABE":
            _sheet(book, "Plan").merge_cells(f"{column}2:{column}4")

    return workbook(("Plan", rows), then=merge)


def formulas_and_errors() -> bytes:
    return workbook(
        (
            "QIP",
            [
                ["Action", "Baseline", "Target", "Lead", "Due date"],
                ["Set a weekly quiz.", "=1/2", "#REF!", "Lucy Brandreth", datetime(2027, 5, 28)],
            ],
        )
    )


def training_provider() -> bytes:
    """Slack mentions, addresses, and progress of three terms with a RAG each."""
    return workbook(
        (
            "Northgate Training QIP",
            [
                ["Reason for action", "Improvement action", "Named lead", "Lead email", "Progress autumn",
                 "RAG autumn", "Progress spring", "RAG spring", "Current value"],
                ["Off-the-job hours are behind.", "Plan hours with each employer.", "<@U07ABCDEF>", None,
                 "Started late.", "Red", "All but two planned.", "Green", "92%"],
                ["First-time EPA passes fell.", "Hold a mock EPA for everyone.",
                 "Priya Nair <priya.nair@northgate.example>", None, "One mock held.", None, None, None, None],
                ["Reviews are late.", "Book reviews a term ahead.", "Tom Beckett", "tom@northgate.example",
                 None, None, None, "Blue", None],
            ],
        )
    )  # fmt: skip


def school_improvement_plan() -> bytes:
    """A school's plan with objectives as rows, banded colours and a start day."""
    rows = [
        ["Ashdown Vale School"],
        ["School improvement plan 2026-27"],
        ["Priority", "Action", "Start date", "End date", "Led by whom?", "Monitored by", "Desired outcome",
         "RAG status"],
        ["Reading", "Read to every class daily.", date(2026, 9, 7), date(2027, 7, 16), "Mrs Patel",
         "Reading ages each term", "Pupils read at their age.", None],
        ["Reading", "Hear the weakest readers daily.", date(2026, 9, 7), "end of summer term 2027", "J. Hollis",
         "Reading ages each term", "The gap closes.", "In progress"],
    ]  # fmt: skip

    def band(book: Workbook) -> None:
        for cell in _sheet(book, "SIP")[4]:
            cell.fill = _fill("FFDDEBF7")
        _sheet(book, "SIP")["A1"].font = Font(bold=True)

    return workbook(("SIP", rows), then=band)


# --- separated text -------------------------------------------------------------------------------

_CSV = (
    "Harrowmere College{0}{0}{0}\n"
    "AFI{0}Action{0}Who{0}By when\n"
    '"Café learners’ attendance is low.\nIt fell in March."{0}Open earlier.{0}Ruth Adeyemi{0}31/3/27\n'
    "{0}{0}{0}\n"
    "Too few finish.{0}Ring them.{0}Samina Rauf{0}ongoing\n"
)


def csv_with(separator: str, encoding: str) -> bytes:
    """A plan with a line above its headings, a line break in quotation marks and an empty row."""
    return _CSV.format(separator).encode(encoding)


# --- Word -----------------------------------------------------------------------------------------


def word_sar() -> bytes:
    """Headings, lists, evidence after judgements, grades; prose before them."""

    def build(document: WordDocument) -> None:
        document.add_heading("Self-assessment report 2025/26", 0)
        document.add_paragraph(
            "This report was written by teams and checked by a panel in November."
        )
        document.add_heading("Quality of education", 1)
        document.add_paragraph("Grade: Good")
        document.add_heading("Strengths", 2)
        document.add_paragraph(
            "Learners on care courses gain secure practical skills.", "List Bullet"
        )
        document.add_paragraph("Evidence: work scrutiny, spring 2026")
        document.add_paragraph(
            "Teachers use questions well. How we know: learning walks", "List Bullet"
        )
        document.add_heading("Areas for improvement", 2)
        document.add_paragraph("AFI 1 – Too few learners gain high grades.", "List Number")
        document.add_paragraph("In particular on level 3 courses", "List Number 2")
        document.add_paragraph("AFI 2: Attendance is too low on Fridays.", "List Number")
        document.add_heading("Behaviour and attitudes", 1)
        bold = document.add_paragraph()
        bold.add_run("Key strengths").bold = True
        document.add_paragraph("1. Learners are polite and keen.")
        document.add_paragraph("2. They arrive on time.")
        plain = document.add_paragraph()
        plain.add_run("Areas for development").bold = True
        document.add_paragraph("None identified")

    return word(build)


def word_plan_with_merged_cells() -> bytes:
    """A table with a finding merged down over two actions and a merged title row."""

    def build(document: WordDocument) -> None:
        document.add_heading("Quality improvement plan 2026/27", 1)
        table = document.add_table(rows=5, cols=5)
        texts = [
            ["Harrowmere College", "", "", "", ""],
            ["Area for improvement", "Action", "Owner", "Deadline", "Status"],
            ["Marking is late.", "Mark in class.", "Lucy Brandreth", "Feb 2027", "Agreed"],
            ["", "Mark half as much.", "HoDs", "Termly", "Not started"],
            [
                "Groups are too small.",
                "Join groups in January.",
                "Gareth Pell",
                "31 January 2027",
                "",
            ],
        ]
        for row, values in zip(table.rows, texts, strict=True):
            for cell, text in zip(row.cells, values, strict=True):
                cell.text = text
        table.cell(0, 0).merge(table.cell(0, 4))
        table.cell(2, 0).merge(table.cell(3, 0))

    return word(build)


def word_with_tracked_changes() -> bytes:
    """Words put in and taken out, a paragraph joined to the next, a row taken out, words moved."""
    change = f'xmlns:w="{W}" w:id="1" w:author="A" w:date="2026-11-02T09:00:00Z"'

    def build(document: WordDocument) -> None:
        document.add_heading("Areas for improvement", 1)
        body = document.element.body
        end = body[-1]
        for xml in (
            f'<w:p xmlns:w="{W}"><w:r><w:t xml:space="preserve">Too </w:t></w:r><w:del {change}><w:r>'
            f'<w:delText>many</w:delText></w:r></w:del><w:ins {change}><w:r><w:t>few</w:t></w:r></w:ins>'
            '<w:r><w:t xml:space="preserve"> learners pass.</w:t></w:r></w:p>',
            f'<w:p xmlns:w="{W}"><w:pPr><w:rPr><w:del {change}/></w:rPr></w:pPr><w:r>'
            '<w:t xml:space="preserve">Lessons start </w:t></w:r></w:p>',
            f'<w:p xmlns:w="{W}"><w:r><w:t>late.</w:t></w:r></w:p>',
            f'<w:p xmlns:w="{W}"><w:moveFrom {change}><w:r><w:t>Moved away.</w:t></w:r></w:moveFrom></w:p>',
            f'<w:p xmlns:w="{W}"><w:moveTo {change}><w:r><w:t>Moved here.</w:t></w:r></w:moveTo>'
            '<w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden.</w:t></w:r></w:p>',
            f'<w:p xmlns:w="{W}"><w:del {change}><w:r><w:delText>Gone.</w:delText></w:r></w:del></w:p>',
        ):  # fmt: skip
            end.addprevious(parse_xml(xml))
        table = document.add_table(rows=3, cols=2)
        for row, values in zip(
            table.rows,
            [["AFI", "Evidence"], ["Taken out.", "x"], ["Left in.", "Registers"]],
            strict=True,
        ):
            for cell, text in zip(row.cells, values, strict=True):
                cell.text = text
        gone = table.rows[1]._tr.get_or_add_trPr()
        gone.append(parse_xml(f"<w:del {change}/>"))

    return word(build)


def word_with_tables_inside() -> bytes:
    """A table of layout whose cells hold a plan's table, and one that holds a list."""

    def build(document: WordDocument) -> None:
        outer = document.add_table(rows=2, cols=2)
        outer.cell(0, 0).text = "Maths"
        inner = outer.cell(0, 1).add_table(rows=2, cols=3)
        for row, values in zip(
            inner.rows,
            [
                ["Action", "Lead", "By when"],
                ["Teach resits in the morning.", "Tomasz Wilk", "Jan 2027"],
            ],
            strict=True,
        ):
            for cell, text in zip(row.cells, values, strict=True):
                cell.text = text
        outer.cell(1, 0).text = "Contact"
        outer.cell(1, 1).text = "The quality office"

    return word(build)


def list_without_columns() -> bytes:
    """A sheet of lines under headings, without names of columns; a second sheet of guidance."""
    return workbook(
        (
            "SAR summary",
            [
                ["Sixth form"],
                ["What we do well"],
                ["S1. Students know what to do to improve."],
                ["S2. Attendance is 95%."],
                ["Even better if"],
                ["Too few students read beyond the course."],
                ["Evidence: student survey, June 2026"],
            ],
        ),
        ("Guidance", [["How to use this file"], ["Colour", "Meaning"], ["Red", "Off track"]]),
    )


def kinds_set_upright() -> bytes:
    """STRENGTHS and WEAKNESSES merged down a first column that has no heading."""
    rows = [
        [None, "Ref", "Judgement statement", "Sector subject area", "Measure", "Current figure", "As at"],
        ["STRENGTHS", "1", "Learners gain good practical skills.", "Hair and beauty", None, None, None],
        [None, "2", "Most go on to work.", "Hair and beauty", "positive destinations", 0.91,
         date(2026, 7, 31)],
        ["WEAKNESSES", "1", "Too many leave early.", "Construction", "withdrawals", 0.175, "July 2026"],
        [None, None, None, "Construction", "retention", None, None],
    ]  # fmt: skip

    def style(book: Workbook) -> None:
        sheet = _sheet(book, "SAR")
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("A4:A5")
        sheet["F3"].number_format, sheet["F4"].number_format = "0%", "0.0%"

    return workbook(("SAR", rows), then=style)


def word_sar_in_tables() -> bytes:
    """A table of strengths and one of AFIs for each area, under headings of Word."""

    def build(document: WordDocument) -> None:
        for area, strength, weakness in (
            (
                "Leadership and governance",
                "Governors ask hard questions.",
                "Data reach managers late.",
            ),
            ("Inclusion", "Support starts at once.", "Some groups achieve less."),
        ):
            document.add_heading(area, 1)
            for title, text in (("Strengths", strength), ("Areas for improvement", weakness)):
                document.add_heading(title, 2)
                table = document.add_table(rows=2, cols=3)
                for row, values in zip(
                    table.rows,
                    [["Ref", "Judgement", "Evidence"], ["1", text, "Review, May 2026"]],
                    strict=True,
                ):
                    for cell, value in zip(row.cells, values, strict=True):
                        cell.text = value

    return word(build)


def word_cards() -> bytes:
    """A table for each action, the names of its fields in the first column."""

    def build(document: WordDocument) -> None:
        for action, owner in (
            ("Ring absent learners by ten.", "Tomasz Wilk"),
            ("Move labs.", "TBC"),
        ):
            table = document.add_table(rows=4, cols=2)
            for row, values in zip(
                table.rows,
                [
                    ["Action", action],
                    ["Owner", owner],
                    ["Due date", "30/04/2027"],
                    ["Target", "90%"],
                ],
                strict=True,
            ):
                for cell, value in zip(row.cells, values, strict=True):
                    cell.text = value
            document.add_paragraph()

    return word(build)


# --- our own export -------------------------------------------------------------------------------


def own_export(document: PlanDocument, about: dict[str, str] | None = None) -> bytes:
    """A plan as our own workbook, by the names in columns.toml."""
    names = names_of_columns()

    def sheet(section: str, rows: list[dict[str, Any]]) -> Rows:
        fields = list(names[section])
        head = [names[section][field][0] for field in fields]
        return [head, *([_written(row.get(field)) for field in fields] for row in rows)]

    def of_person(person: PersonNamed | None, name: str) -> dict[str, Any]:
        known = person.slack_user_id if person else None
        return {name: person.name if person else None, f"{name}_id": known}

    actions, said = [], document.actions
    for action in said:
        row = dict(action) | of_person(action.owner, "owner")
        row |= {"sar_items": "\n".join(action.sar_items), "so_what": "; ".join(action.so_what)}
        row |= {"milestones": "A summary of the checks that nobody reads back", "update": "Last"}
        if action.parked:
            row |= {"parked_at": action.parked.at, "parked_note": action.parked.note}
        actions.append(row)
    sheets = (
        ("Plan", sheet("plan", actions)),
        ("SAR", sheet("sar", [dict(item) for item in document.sar_items])),
        ("Themes", sheet("themes", [dict(t) | of_person(t.sponsor, "sponsor") for t in document.themes])),
        ("Checks", sheet("checks", [
            {"action": a.reference, "due": m.due, "text": m.text, "done": "Yes" if m.done else "No"}
            for a in said for m in a.milestones
        ])),
        ("So what", sheet("so_what", [{"action": a.reference, "text": t} for a in said for t in a.so_what])),
        ("Updates", sheet("updates", [
            dict(u) | {"action": a.reference} | of_person(u.author, "author")
            for a in said for u in a.updates
        ])),
        ("About", [
            *(about or {"Made by": "So What"}).items(),
            ("Provider", _written(document.provider)), ("Academic year", document.academic_year),
        ]),
    )  # fmt: skip
    return workbook(*sheets, then=_as_text)


def _written(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, StrEnum):
        return value.value.replace("_", " ").capitalize()
    if isinstance(value, str):
        return _escaped(value)
    return None if value is None else str(value)


def _escaped(text: str) -> str:
    """A text as OOXML keeps characters that XML cannot hold (ECMA-376, 22.4.2.4, ST_Xstring)."""
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda m: f"_x{ord(m[0]):04X}_", text)


def _as_text(book: Workbook) -> None:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.data_type = "s"


def changed(content: bytes, sheet: str, cell: str, value: str) -> bytes:
    """A workbook with one cell changed, as a person would."""
    book = load_workbook(io.BytesIO(content))
    book[sheet][cell] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def without_sheet(content: bytes, sheet: str) -> bytes:
    """A workbook with one sheet removed."""
    book = load_workbook(io.BytesIO(content))
    book.remove(book[sheet])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
