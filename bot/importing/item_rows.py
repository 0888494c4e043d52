"""One row of a table of judgements: its strengths and AFIs, and what it says of them."""

from typing import Any

from bot.importing.assembling import Assembly, ItemSeen
from bot.importing.cells import day_in, grade_in, points, tidy
from bot.importing.grid import Row
from bot.importing.sections import (
    AFI,
    STRENGTH,
    Section,
    is_none,
    kind_named,
    kind_of_reference,
    led_by_reference,
    references_in,
)
from bot.importing.table import Table
from storage.vocabulary import SarKind

_NO_JUDGEMENT = "There is no judgement in this row."
_NONE = "It says that there are none."
_WHOSE = "It does not say which of the judgements in this row it belongs to."
_KINDS: tuple[tuple[str, SarKind | None], ...] = (
    ("judgement", None), ("strength", STRENGTH), ("area_for_improvement", AFI),
)  # fmt: skip
_AS_TYPED = (
    "department",
    "evaluation_area",
    "theme",
    "measure",
    "baseline",
    "waiting_note",
    "previous",
)


def read_item_row(row: Row, table: Table, section: Section, assembly: Assembly) -> None:
    """Take the judgements of a row into the assembly, or leave the row with why."""
    for name, why in table.problems(row):
        assembly.leave_empty(table.where(row, name), "", why)
    judged = [column for name, _ in _KINDS for column in table.headings.columns(name)]
    if table.item is not None and judged and _goes_on(row, judged):
        _more_of_the_same(row, table, assembly)
        return
    values = _shared(row, table, section, assembly)
    found: list[tuple[int, ItemSeen]] = []
    is_said = False
    for name, kind in _KINDS:
        for column in table.headings.columns(name):
            text = row[column].text
            if not text:
                continue
            is_said = True
            found += _judgements(row, table, section, column, kind, values, assembly)
    table.item = None
    if not is_said:
        assembly.leave(table.sheet.place(row.number), row.text, _NO_JUDGEMENT)
        return
    _give_evidence(row, table, found, assembly)
    taken = [assembly.add_item(item) for _, item in found]
    table.item = taken[-1] if taken else None


def _goes_on(row: Row, judged: list[int]) -> bool:
    """Whether the judgement of a row is merged with the one above."""
    with_text = [row[column] for column in judged if row[column].text]
    return bool(with_text) and all(cell.is_down for cell in with_text)


def _more_of_the_same(row: Row, table: Table, assembly: Assembly) -> None:
    item = table.item
    assert item is not None
    assembly.head(table.sheet.place(row.number), row.text)
    for column, cell in row.new():
        held = table.headings.fields.get(column)
        if held == "evidence":
            before = item.values.get("evidence")
            item.values["evidence"] = "\n".join(filter(None, (before, tidy(cell.text))))
        else:
            why = f"The judgement of {item.place} has another already, or none of its own is kept."
            assembly.leave_empty(table.sheet.place(row.number), tidy(cell.text), why)


def _shared(row: Row, table: Table, section: Section, assembly: Assembly) -> dict[str, Any]:
    """What a row says of all its judgements."""
    values: dict[str, Any] = {name: table.text(row, name) for name in _AS_TYPED}
    values["evaluation_area"] = values["evaluation_area"] or section.evaluation_area
    values["department"] = values["department"] or section.department
    values["theme"] = values["theme"] or section.theme
    grade, why = grade_in(table.cell(row, "grade").text)
    if why:
        assembly.leave_empty(table.where(row, "grade"), table.cell(row, "grade").text, why)
    values["grade"] = grade or (None if why else section.grade)
    said = table.cell(row, "baseline_date")
    if said.text:
        day = day_in(said, assembly.when, is_past=True)
        values["baseline_date"] = day.day
        if day.why:
            assembly.leave_empty(table.where(row, "baseline_date"), said.text, day.why)
    return values


def _judgements(
    row: Row,
    table: Table,
    section: Section,
    column: int,
    kind: SarKind | None,
    values: dict[str, Any],
    assembly: Assembly,
) -> list[tuple[int, ItemSeen]]:
    """The judgements of a cell, each with its column."""
    given = table.text(row, "reference")
    listed = points(row[column].text, is_list=kind is not None)
    if given and len(listed) > 1:
        listed = [tidy(row[column].text)]
    several = (
        len(listed) > 1
        or sum(bool(row[c].text) for n, _ in _KINDS for c in table.headings.columns(n)) > 1
    )
    title = " ".join(tidy(table.headings.titles[column]).split())
    found = []
    for at, point in enumerate(listed, 1):
        detail = f"{title}, point {at}" if len(listed) > 1 else title if several else ""
        place = table.sheet.place(row.number, detail=detail)
        if is_none(point):
            assembly.leave(place, point, _NONE)
            continue
        if references_in(point):
            assembly.leave(place, point, "It is a reference without a judgement.")
            continue
        reference, judgement = led_by_reference(point)
        reference = given or reference
        said = (
            kind
            or kind_named(table.cell(row, "kind").text)
            or kind_of_reference(reference)
            or section.kind
        )
        found.append(
            (column, ItemSeen(place, table.sheet.name, judgement, said, reference, dict(values)))
        )
    return found


def _give_evidence(
    row: Row, table: Table, found: list[tuple[int, ItemSeen]], assembly: Assembly
) -> None:
    """The evidence of a row to its judgements: by column, or one by one where as many."""
    columns = table.headings.columns("evidence")
    judged = sorted({column for column, _ in found})
    for column in columns:
        text = tidy(row[column].text)
        if not text:
            continue
        # Of two columns of evidence each is of the judgements before it.
        before = [c for c in judged if c < column]
        nearest = before[-1] if before and len(columns) > 1 else None
        items = [item for c, item in found if nearest is None or c == nearest]
        each = points(row[column].text, is_list=len(items) > 1)
        if len(items) == 1:
            old = items[0].values.get("evidence")
            items[0].values["evidence"] = "\n".join(filter(None, (old, text)))
        elif len(items) > 1 and len(each) == len(items):
            for item, evidence in zip(items, each, strict=True):
                item.values["evidence"] = evidence
        else:
            assembly.leave_empty(table.where(row, "evidence"), text, _WHOSE)
