"""The plan as .xlsx: all that a plan document says, so that an import reads it back as it was.

Sheets as in `sheets`, then "About" with the provider, the year, and the mark of our own files.
Texts and typed figures are text cells and never formulas: inline strings, with a quote prefix where
Excel would make something else of them when they are typed again. A text that is there and empty is
an empty cell with a quote prefix. What XML cannot hold is escaped as ECMA-376 has it (`_x000B_`,
Part 1, 22.9.2.19). Days are dates, instants are ISO 8601 in text.
"""

import re
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.coaching.phrases import trim
from bot.exporting.packing import packed_alike
from bot.exporting.sheets import SHEETS, Column, Sheet, Value
from bot.exporting.values import RAG_COLOURS, RAGS, heading, printable
from bot.plan_document import PlanDocument

MADE_BY = "So What"
# Of UTF-16 units in a cell: Microsoft, "Excel specifications and limits".
_LONGEST = 32_767
# Excel counts days from 1900, and has 29 February in that year: the first day it has right.
_FIRST_DAY = date(1900, 3, 1)
# Rows below the last that lists of words are offered in, too.
_ROWS_TO_COME = 200
_LONGEST_NAME_IN_FOOTER = 80

_UNWRITABLE = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
# What Excel reads as a formula or as a number, a date or a truth when it is typed.
_READ_ANEW = re.compile(r"\s*(?:[=+\-@＝＋－＠\t\r\d.#£$€(%/']|true$|false$)", re.I)

# Every office program has this font, or one of the same widths; points from line to line.
_FONT, _LINE_HEIGHT, _HIGHEST = "Arial", 12.75, 409.0
# A column's width counts digits, and most letters are a little narrower.
_LETTERS_A_UNIT = 1.15
_LINE = Side("thin", color="C9CED6")
_PLAIN_STYLES: dict[str, dict[str, Any]] = {
    "heading": {
        "font": Font(_FONT, 10, bold=True, color="FFFFFF"),
        "fill": PatternFill("solid", fgColor="1F3A5F"),
        "alignment": Alignment(vertical="center", wrap_text=True),
    },
    "text": {"number_format": "@"},
    "day": {
        "number_format": "dd/mm/yyyy",
        "alignment": Alignment("left", "top", wrap_text=True),
    },
    "number": {"number_format": "0"},
}
_RAG_STYLES: dict[str, dict[str, Any]] = {
    rag.value: {
        "number_format": "@",
        "font": Font(_FONT, 10, bold=True, color=colour),
        "fill": PatternFill("solid", fgColor=fill),
    }
    for rag, (fill, colour) in RAG_COLOURS.items()
}


class TooLong(Exception):
    """A text has more characters than a cell can hold; the message says in a sentence which."""


def workbook(document: PlanDocument) -> bytes:
    """The document as .xlsx. Raises TooLong."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, look in (_PLAIN_STYLES | _RAG_STYLES).items():
        book.add_named_style(_style(name, look))
    for sheet in SHEETS:
        _add(book, sheet, document)
    _add_about(book, document)
    title = f"Quality improvement plan {document.academic_year or ''}".strip()
    book.properties.title, book.properties.creator = title, MADE_BY
    out = BytesIO()
    book.save(out)
    return packed_alike(out.getvalue())


def _style(name: str, look: dict[str, Any]) -> NamedStyle:
    usual = {
        "font": Font(_FONT, 10),
        "alignment": Alignment(vertical="top", wrap_text=True),
        "border": Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE),
    }
    return NamedStyle(f"So What {name}", **(usual | look))


# --- a sheet --------------------------------------------------------------------------------


def _add(book: Workbook, sheet: Sheet, document: PlanDocument) -> None:
    page: Worksheet = book.create_sheet(sheet.title)
    for number, column in enumerate(sheet.columns, start=1):
        _write(page.cell(1, number), heading(sheet.section, column.field), "heading")
        page.column_dimensions[get_column_letter(number)].width = column.width
    last = 1
    for last, part in enumerate(sheet.rows(document), start=2):
        values = [column.value(part) for column in sheet.columns]
        for number, (column, value) in enumerate(zip(sheet.columns, values, strict=True), start=1):
            _fill(page.cell(last, number), column, value, sheet)
        page.row_dimensions[last].height = _height(sheet.columns, values)
    names = [heading(sheet.section, column.field) for column in sheet.columns]
    page.row_dimensions[1].height = _height(sheet.columns, names)
    _offer_words(page, sheet.columns, last + _ROWS_TO_COME)
    page.freeze_panes = "B2"
    width = get_column_letter(len(sheet.columns))
    page.auto_filter.ref = f"A1:{width}{last}"
    printed = get_column_letter(sum(column.printed for column in sheet.columns))
    page.print_area = f"A1:{printed}{last}"
    page.print_title_rows = "1:1"
    _set_up_pages(page, document)


def _height(columns: Sequence[Column], values: Sequence[Value]) -> float:
    """How high a row must be for what is printed of it: not every program works that out."""

    def lines(value: Value, width: float) -> int:
        return sum(1 + int(len(line) / width) for line in str(value or "").split("\n"))

    most = max(
        lines(value, column.width * _LETTERS_A_UNIT)
        for column, value in zip(columns, values, strict=True)
        if column.printed
    )
    return min(most * _LINE_HEIGHT + 3, _HIGHEST)


def _fill(cell: Any, column: Column, value: Value, sheet: Sheet) -> None:
    if isinstance(value, str):
        if column.derived:
            value = trim(value, _LONGEST // 2)
        elif len(value.encode("utf-16-le", "surrogatepass")) // 2 > _LONGEST:
            raise TooLong(
                f"“{heading(sheet.section, column.field)}” in row {cell.row} of the sheet "
                f"{sheet.title} has more than {_LONGEST:,} characters, which is all that a cell of "
                "a spreadsheet holds: shorten it, or export to .json or .docx."
            )
    if isinstance(value, date) and value < _FIRST_DAY:
        value = value.isoformat()
    kind = "day" if isinstance(value, date) else "number" if isinstance(value, int) else "text"
    if column.words is RAGS and isinstance(value, str):
        kind = next(rag.value for rag, words in RAGS.items() if words == value)
    _write(cell, value, kind)


def _write(cell: Any, value: Value, style: str) -> None:
    cell.style = f"So What {style}"
    if not isinstance(value, str):
        cell.value = value
        return
    if value:
        cell.value = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
        # By itself openpyxl takes "=1+1" for a formula and "#N/A" for an error.
        cell.data_type = "s"
    cell.quotePrefix = not value or _READ_ANEW.match(value) is not None


def _offer_words(page: Worksheet, columns: Sequence[Column], last: int) -> None:
    for number, column in enumerate(columns, start=1):
        if column.words is None:
            continue
        letter = get_column_letter(number)
        where = f"{letter}2:{letter}{last}"
        words = list(column.words.values())
        offered = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
        offered.error = f"Choose one of: {', '.join(words)}."
        page.add_data_validation(offered)
        offered.add(where)
        if column.words is RAGS:
            # So that a word chosen later brings its colour.
            for rag, (fill, colour) in RAG_COLOURS.items():
                page.conditional_formatting.add(
                    where,
                    CellIsRule(  # type: ignore[no-untyped-call]
                        "equal",
                        [f'"{RAGS[rag]}"'],
                        fill=PatternFill("solid", bgColor=fill),
                        font=Font(bold=True, color=colour),
                    ),
                )


def _set_up_pages(page: Worksheet, document: PlanDocument) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    for side in ("left", "right", "top"):
        setattr(page.page_margins, side, 0.4)
    page.page_margins.bottom, page.page_margins.footer = 0.6, 0.25
    whose = [trim(document.provider or "", _LONGEST_NAME_IN_FOOTER), document.academic_year or ""]
    # An ampersand begins an instruction there.
    plan = " ".join(printable(" ".join(whose)).split()).replace("&", "&&")
    footer: Any = page.oddFooter
    footer.left.text, footer.center.text, footer.right.text = plan, page.title, "Page &P of &N"


def _add_about(book: Workbook, document: PlanDocument) -> None:
    page: Worksheet = book.create_sheet("About")
    rows = (
        ("Provider", document.provider),
        ("Academic year", document.academic_year),
        ("Made by", MADE_BY),
    )
    for number, (name, value) in enumerate(rows, start=1):
        _write(page.cell(number, 1), name, "heading")
        _write(page.cell(number, 2), value, "text")
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 18, 60
    _set_up_pages(page, document)
