"""The rows of a sheet or table: headings found, sections followed, no row passed over."""

from collections.abc import Mapping

from bot.importing.action_rows import read_action_row
from bot.importing.assembling import Assembly
from bot.importing.cells import tidy
from bot.importing.grid import Cell, Row, Sheet, turned
from bot.importing.headings import (
    PLAN,
    SAR,
    Headings,
    chosen_headings,
    field_of,
    find_headings,
    with_choices,
)
from bot.importing.item_rows import read_item_row
from bot.importing.paragraphs import Lines, read_line
from bot.importing.sections import (
    NO_SECTION,
    Section,
    Trail,
    entered,
    is_total,
    section_of,
    section_of_sheet,
    whole,
)
from bot.importing.table import Table
from bot.importing.understood import Column, Place

_NO_HEADINGS = "No headings of columns that are known stand above it."
_NO_SECTION = "It stands by itself and is no heading that is known: a note, or a title of rows."
_TOTAL = "It is a total."
# Columns of which nothing is kept, and why; what an export works out anew is not missed.
_NOT_KEPT = {"start": "A plan keeps no day on which an action starts."}
# Columns whose value may stand once, in a row of its own, above the rows that it is of.
_GROUPING = ("theme", "department", "evaluation_area")
_MOST_IN_HEADING = 100
# Rows below a heading in which a sample of its column is looked for.
_MOST_LOOKED_AT = 200


def read_sheet(sheet: Sheet, above: Trail, assembly: Assembly, choices: Mapping[str, str]) -> None:
    """Read a sheet into the assembly; `above` is what headings before it say."""
    trail = above
    named = None if sheet.is_unnamed else section_of_sheet(sheet.name)
    if named is not None:
        trail = entered(trail, named)
    starts = [at for at in range(len(sheet.rows)) if find_headings(sheet.rows, at)]
    chosen = chosen_headings(sheet, choices) if choices and not starts else None
    if not starts and chosen is None and _is_card(sheet):
        sheet = turned(sheet)
        starts = [0]
    if not starts and chosen is None:
        _read_lines(sheet, trail, assembly)
        return
    if named is not None and named.department:
        assembly.head(Place(f"the name of the sheet {sheet.name}"), sheet.name)
    table: Table | None = None
    skip_to = 0
    for at, row in enumerate(sheet.rows):
        if row.number <= skip_to or not (row.text or row.problem):
            _read_inner(row, sheet, trail, assembly)
            continue
        headings = chosen if chosen and row.number == chosen.first_row else None
        is_again = table is not None and table.headings.is_again(row)
        if at in starts and not is_again and (table is None or _begins_anew(row)):
            headings = find_headings(sheet.rows, at)
        if is_again:
            assembly.head(sheet.place(row.number), row.text)
        elif headings is not None:
            headings = with_choices(headings, choices)
            table = Table(sheet, headings, trail)
            skip_to = headings.last_row
            _tell_headings(sheet, headings, assembly)
        elif table is None:
            trail = _above_headings(row, sheet, trail, assembly)
        else:
            _read_row(row, table, assembly)
            trail = table.trail
        _read_inner(row, sheet, trail, assembly)


def _is_card(sheet: Sheet) -> bool:
    """Whether the names of fields stand in the first column, and actions in the others."""
    on_side = turned(sheet).rows
    found = find_headings(on_side, 0) if len(on_side) > 1 else None
    return found is not None and found.has("action") and len(set(found.fields.values())) > 2


def _begins_anew(row: Row) -> bool:
    """Whether a row below a table is the headings of another: two of them are named outright."""
    texts = [tidy(cell.text) for _, cell in row.new()]
    outright = {
        (section, found[0])
        for text in texts
        for section in (SAR, PLAN)
        if (found := field_of(text, section))[1]
    }
    plan = {f for s, f in outright if s == PLAN}
    sar = {f for s, f in outright if s == SAR}
    return max(len(plan), len(sar)) >= 2 and max(map(len, texts)) < 60


def _read_inner(row: Row, sheet: Sheet, trail: Trail, assembly: Assembly) -> None:
    """Tables inside of the cells of a row."""
    for cell in row.cells.values():
        for inner in cell.inner:
            read_sheet(inner, trail, assembly, {})


def _tell_headings(sheet: Sheet, headings: Headings, assembly: Assembly) -> None:
    for row in sheet.rows:
        if headings.first_row <= row.number <= headings.last_row:
            assembly.head(sheet.place(row.number), row.text)
    first = next(
        (at for at, row in enumerate(sheet.rows) if row.number > headings.last_row), len(sheet.rows)
    )
    below = sheet.rows[first : first + _MOST_LOOKED_AT]
    for column, title in sorted(headings.titles.items()):
        sample = next((tidy(row[column].text) for row in below if row[column].text), "")
        held = headings.fields.get(column)
        assembly.columns.append(Column(sheet.name, column, tidy(title), held, sample[:200]))
        if held in _NOT_KEPT and sample:
            place = sheet.place(headings.last_row, detail=f"column {tidy(title)}")
            assembly.leave_empty(place, tidy(title), _NOT_KEPT[held])


def _above_headings(row: Row, sheet: Sheet, trail: Trail, assembly: Assembly) -> Trail:
    """A row above the headings of columns: a title, or what it says of the rows below."""
    text = row.text
    if len(text) > 160:
        assembly.leave(sheet.place(row.number), text, _NO_HEADINGS)
        return trail
    assembly.head(sheet.place(row.number), text)
    said = _said(row)
    return entered(trail, said) if said else trail


def _said(row: Row) -> Section | None:
    """What a row says as a heading, in one cell or as "Department:" beside "Maths"."""
    texts = [tidy(cell.text) for _, cell in row.new()]
    if len(texts) == 1:
        return section_of(texts[0])
    if len(texts) == 2:
        return section_of(f"{texts[0].rstrip(' :')}: {texts[1]}")
    return None


def _read_row(row: Row, table: Table, assembly: Assembly) -> None:
    sheet, new = table.sheet, row.new()
    place = sheet.place(row.number)
    if not new and any(cell.text for cell in row.cells.values()):
        _stretch(row, table)
        if row.problem:
            assembly.leave(place, "", row.problem)
        return
    if new and is_total(new[0][1].text) and _is_sum(new):
        assembly.leave(place, row.text, _TOTAL)
        return
    if len(new) == 1 and not _reaches_into(row) and _is_heading(new[0], table):
        said = section_of(new[0][1].text) or _grouping(new[0], table)
        if said is not None:
            assembly.head(place, row.text)
            table.trail = entered(table.trail, said)
        else:
            assembly.leave(place, row.text, _NO_SECTION)
        table.item = table.action = None
        table.finding = []
        return
    section = _beside(row, table).under(whole(table.trail))
    if table.headings.section == PLAN:
        read_action_row(row, table, section, assembly)
    else:
        read_item_row(row, table, section, assembly)


def _reaches_into(row: Row) -> bool:
    """Whether a cell merged from above reaches into a row."""
    return any(cell.is_down and cell.text for cell in row.cells.values())


def _stretch(row: Row, table: Table) -> None:
    """A row that only goes on with cells from above belongs to what they are."""
    if table.action is not None:
        table.action.last = row.number


def _is_sum(new: list[tuple[int, Cell]]) -> bool:
    return len(new) == 1 or any(
        c.number is not None or c.text.strip().isdigit() for _, c in new[1:]
    )


def _is_heading(lone: tuple[int, Cell], table: Table) -> bool:
    """Whether the only cell of a row is a heading or a note rather than a row with one value."""
    column, cell = lone
    if section_of(cell.text) is not None and len(cell.text) < 120:
        return True
    held = table.headings.fields.get(column)
    return cell.wide > 1 or held in (None, "reference", *_GROUPING)


def _grouping(lone: tuple[int, Cell], table: Table) -> Section | None:
    """What the only cell of a row says of the rows below by its column: a theme, a department."""
    column, cell = lone
    held = table.headings.fields.get(column)
    text = " ".join(cell.text.split())
    if held not in _GROUPING or cell.wide > 1 or len(text) > _MOST_IN_HEADING:
        return None
    theme, department, area = (text if name == held else None for name in _GROUPING)
    return Section(theme=theme, department=department, evaluation_area=area)


def _beside(row: Row, table: Table) -> Section:
    """What a cell in a column without a heading says of its row: "STRENGTHS" set upright."""
    said = NO_SECTION
    for column, cell in row.cells.items():
        if cell.text and not table.headings.titles.get(column):
            said = (section_of(cell.text) or NO_SECTION).under(said)
    return said


def _read_lines(sheet: Sheet, trail: Trail, assembly: Assembly) -> None:
    """A sheet without headings of columns: a list under headings, or nothing that is known."""
    lines = Lines(sheet.name, trail)
    for row in sheet.rows:
        place, new = sheet.place(row.number), row.new()
        _read_inner(row, sheet, lines.trail, assembly)
        if len(new) == 1:
            cell = new[0][1]
            read_line(lines, cell.text, place, assembly, is_bold=cell.is_bold)
        elif row.text or row.problem:
            said = _said(row)
            if said is not None:
                assembly.head(place, row.text)
                lines.trail = entered(lines.trail, said)
            else:
                assembly.leave(place, row.text, _NO_HEADINGS if row.text else row.problem)
    first = next((row for row in sheet.rows if len(row.new()) > 1), None)
    for column, cell in first.own() if first else ():
        below = (row[column].text for row in sheet.rows if first and row.number > first.number)
        sample = next((tidy(text) for text in below if text), "")
        assembly.columns.append(Column(sheet.name, column, tidy(cell.text), None, sample[:200]))
