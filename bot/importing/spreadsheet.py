"""A workbook (.xlsx) as sheets. The only importer of openpyxl.

Of a formula the value that was last worked out is read; links to other files and objects are not.
"""

import re
import warnings
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.utils.escape import unescape
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.importing.grid import Cell, Contents, MergedOver, Row, Sheet
from bot.importing.limits import (
    MOST_CELLS,
    MOST_EMPTY_CELLS,
    MOST_ROWS,
    MOST_SHEETS,
    TOO_MANY,
)
from bot.importing.packed import look_through
from bot.importing.understood import FileRefused, Place

_NO_VALUE = "A formula stands here without its value: open the file in Excel and save it."
# A colour by its number in a theme, in the order of the file format (ECMA-376, 20.1.6.2).
_THEME_ORDER = (
    "lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6",
)  # fmt: skip
_THEME_COLOUR = re.compile(
    r"<a:(lt1|dk1|lt2|dk2|accent[1-6])>.{0,80}?(?:lastClr|srgbClr val)=\"([0-9A-Fa-f]{6})\"", re.S
)


class _Size:
    """Counts rows, cells and merged cells as a sheet's XML goes by, and stops at too many."""

    def __init__(self) -> None:
        self._rows = self._cells = self._filled = self._merged = 0
        self._in_row = self._in_cell = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._in_row = True
        elif name == "c":
            self._cells += 1
            self._in_cell = True
        elif name in ("v", "is", "f") and self._in_cell:
            self._filled += 1
            self._rows += self._in_row
            self._in_row = self._in_cell = False
        elif name == "mergeCell":
            self._merged += _area(attributes.get("ref", ""))
        too_many = self._rows > MOST_ROWS or self._filled > MOST_CELLS
        if too_many or self._cells + self._merged > MOST_EMPTY_CELLS:
            raise FileRefused(TOO_MANY)

    def end(self, name: str) -> None:
        if name == "c":
            self._in_cell = False


_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})$", re.IGNORECASE)


def _area(reference: str) -> int:
    """How many cells a range such as "A1:C3" has; one that cannot be read counts as too many."""
    match = _RANGE.match(reference)
    if match is None:
        return 1 if ":" not in reference else MOST_EMPTY_CELLS + 1

    def number(letters: str) -> int:
        total = 0
        for letter in letters.upper():
            total = total * 26 + ord(letter) - 64
        return total

    wide = abs(number(match[3]) - number(match[1])) + 1
    return wide * (abs(int(match[4]) - int(match[2])) + 1)


def read(content: bytes) -> Contents:
    """The sheets of a workbook; hidden ones are said to be so. Raises `FileRefused`."""
    look_through(content, _Size())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(content), data_only=True, keep_links=False)
        if len(book.worksheets) > MOST_SHEETS:
            raise FileRefused(TOO_MANY)
        colours = _Colours(book)
        is_lone = len(book.worksheets) == 1
        sheets = [_sheet(sheet, colours, is_lone) for sheet in book.worksheets]
        if any(map(_has_unset, book.worksheets)):
            sheets = _with_formulas(content, sheets)
    hidden = [
        (Place(f"the sheet {sheet.name}"), "The sheet is hidden in the file; it was left aside.")
        for sheet in sheets
        if sheet.is_hidden and sheet.rows
    ]
    return Contents(tuple(s for s in sheets if not s.is_hidden), tuple(hidden))


def _has_unset(sheet: Worksheet) -> bool:
    """Whether a sheet has cells without a value, as those of formulas never worked out are."""
    return any(cell.value is None and cell.data_type == "n" for cell in sheet._cells.values())


def _with_formulas(content: bytes, sheets: list[Sheet]) -> list[Sheet]:
    """The sheets with a word where a formula stands that has no value."""
    book = load_workbook(BytesIO(content), data_only=False, keep_links=False)
    told = []
    for sheet, formulas in zip(sheets, book.worksheets, strict=True):
        rows = {row.number: dict(row.cells) for row in sheet.rows}
        for (row, column), cell in formulas._cells.items():
            known = rows.get(row, {}).get(column, Cell())
            if cell.data_type == "f" and not known.text:
                rows.setdefault(row, {})[column] = Cell(fill=known.fill, problem=_NO_VALUE)
        told.append(Sheet(sheet.name, _rows(rows), sheet.where, sheet.is_hidden, sheet.is_unnamed))
    return told


def _rows(cells: dict[int, dict[int, Cell]]) -> tuple[Row, ...]:
    return tuple(
        Row(number, row)
        for number, row in sorted(cells.items())
        if any(cell.text or cell.problem for cell in row.values())
    )


def _sheet(sheet: Worksheet, colours: "_Colours", is_lone: bool) -> Sheet:
    cells: dict[int, dict[int, Cell]] = {}
    # A lone cell in the last corner makes iter_rows() walk through the whole sheet.
    for (row, column), cell in sheet._cells.items():
        seen = _cell(cell, colours)
        if seen is not None:
            cells.setdefault(row, {})[column] = seen
    for area in sheet.merged_cells.ranges:
        MergedOver(area.min_row, area.max_row, area.min_col, area.max_col).spread(cells)
    name = sheet.title
    return Sheet(
        name,
        _rows(cells),
        f"row {{row}} of the sheet {name.replace('{', '(').replace('}', ')')}",
        is_hidden=sheet.sheet_state != "visible",
        is_unnamed=is_lone,
    )


def _cell(cell: Any, colours: "_Colours") -> Cell | None:
    value = cell.value
    fill, is_bold, is_quoted = colours.of(cell) if cell.has_style else (None, False, False)
    if value is None:
        return Cell(fill=fill, is_blank_text=is_quoted) if fill or is_quoted else None
    if cell.data_type == "e":
        return Cell(fill=fill, problem=f"The formula here gives the error {value}.")
    if isinstance(value, str):
        return Cell(unescape(value), fill=fill, is_bold=is_bold)
    text = shown(value, cell.number_format)
    day = (
        value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None
    )
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(text, day, float(value) if is_number else None, fill, is_bold)


_DECIMALS = re.compile(r"0\.(0+)")


def shown(value: object, number_format: str) -> str:
    """A value as Excel shows it: 0.54 in the format "0%" as "54%", and no figure beyond that."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    if not isinstance(value, int | float):
        return str(value)
    first = number_format.split(";")[0]
    match = _DECIMALS.search(first)
    places = len(match[1]) if match else 0
    if "%" in first:
        return f"{value * 100:.{places}f}%"
    pound = "£" if "£" in first else ""
    comma = "," if "#,##" in first else ""
    if match or (pound and "0" in first):
        return f"{pound}{value:{comma}.{places}f}"
    if isinstance(value, float) and not value.is_integer():
        return f"{pound}{value:{comma}.10g}"
    return f"{pound}{int(value):{comma}}"


class _Colours:
    """The colour and weight of cells and whether they are said to be text, once for each style."""

    def __init__(self, book: Workbook) -> None:
        theme = (book.loaded_theme or b"").decode("utf-8", "replace")
        self._theme = dict(_THEME_COLOUR.findall(theme))
        self._known: dict[int, tuple[str | None, bool, bool]] = {}

    def of(self, cell: Any) -> tuple[str | None, bool, bool]:
        style = cell.style_id
        if style not in self._known:
            is_bold = bool(cell.font and cell.font.b)
            self._known[style] = (self._fill(cell.fill), is_bold, bool(cell.quotePrefix))
        return self._known[style]

    def _fill(self, fill: Any) -> str | None:
        if getattr(fill, "patternType", None) != "solid":
            return None
        colour = fill.fgColor
        if colour.type == "rgb" and isinstance(colour.rgb, str):
            return colour.rgb[-6:].upper()
        if colour.type == "theme" and 0 <= colour.theme < len(_THEME_ORDER):
            return self._theme.get(_THEME_ORDER[colour.theme])
        if colour.type == "indexed" and 0 <= colour.indexed < len(COLOR_INDEX):
            return str(COLOR_INDEX[colour.indexed])[-6:]
        return None
