"""One row of a plan: its action, and the judgement of the SAR that it answers."""

from collections.abc import Callable
from datetime import date
from typing import Any

from bot.importing.assembling import LEFT_BY_CHOICE, ActionSeen, Assembly, ItemSeen
from bot.importing.cells import (
    day_in,
    direction_named,
    driver_named,
    grade_in,
    milestones_in,
    points,
    rag_named,
    rag_of_fill,
    status_named,
    tidy,
)
from bot.importing.grid import Cell, Row
from bot.importing.headings import plain
from bot.importing.owners import owner_in
from bot.importing.sections import (
    AFI,
    STRENGTH,
    Section,
    bare,
    is_none,
    kind_named,
    kind_of_reference,
    led_by_reference,
    references_in,
)
from bot.importing.table import Table
from bot.plan_document import UpdateEntry
from storage.models import MilestoneFields
from storage.vocabulary import Rag, Status

_NO_ACTION = "There is no action in this row."
_NOTHING_TO_HOLD = "There is no action in this row to hold it."
_NO_RAG = "It has no RAG and no date, so it cannot be kept as a progress update."
_OF_ITEMS = "It is kept of a judgement, and this action names none."
_SECOND = "The action of this row, which goes over several, has another already."
_FURTHER = "Its place is empty: it was taken as a further action on the finding above."
_AS_TYPED = (
    "reference", "theme", "action", "impact", "measure", "unit", "baseline", "target",
    "target_note", "evidence_source", "closing_note", "imported_as", "source_link",
)  # fmt: skip
_ENUMERATED: dict[str, tuple[Callable[[str], Any], str]] = {
    "driver": (driver_named, "It is none of the reasons for an action that are known."),
    "direction": (direction_named, "It says neither higher nor lower."),
}
# Fields of an action that a row without one cannot keep.
_HELD_BY_ACTION = (
    "impact", "measure", "baseline", "target", "evidence_source", "due", "milestones", "owner",
    "status", "rag", "update", "reading",
)  # fmt: skip
# What a judgement keeps and an action does not.
_HELD_BY_ITEM = ("evidence", "department", "evaluation_area", "grade")


def read_action_row(row: Row, table: Table, section: Section, assembly: Assembly) -> None:
    """Take the action and the judgement of a row into the assembly, or leave the row with why."""
    for name, why in table.problems(row):
        assembly.leave_empty(table.where(row, name), "", why)
    action_cell = table.cell(row, "action")
    if table.action is not None and action_cell.is_down and action_cell.text:
        _more_of_the_same(row, table, assembly)
        return
    strengths = _strengths(row, table, section, assembly)
    links = _findings(row, table, section, assembly)
    if not action_cell.text or is_none(action_cell.text):
        table.action = None
        _without_action(row, table, links, strengths, assembly)
        return
    place = table.sheet.place(row.number)
    if assembly.kinds.get(place.says) == "leave" and not links:
        assembly.leave(place, row.text, LEFT_BY_CHOICE)
        return
    action = ActionSeen(table.sheet, row.number, row.number, links=list(links))
    _fill(action, row, table, section, assembly)
    if not links:
        for name in _HELD_BY_ITEM:
            if text := table.text(row, name):
                assembly.leave_empty(table.where(row, name), text, _OF_ITEMS)
    table.action = action
    assembly.actions.append(action)


def _without_action(
    row: Row,
    table: Table,
    links: list[ItemSeen | str],
    strengths: bool,
    assembly: Assembly,
) -> None:
    """A row with a judgement alone is that; one with neither is left aside."""
    if strengths or any(
        isinstance(link, ItemSeen) and _is_here(link, row, table) for link in links
    ):
        for name in _HELD_BY_ACTION:
            if text := table.texts(row, name):
                assembly.leave_empty(table.where(row, name), text, _NOTHING_TO_HOLD)
    else:
        assembly.leave(table.sheet.place(row.number), row.text, _NO_ACTION)


def _is_here(link: ItemSeen | str, row: Row, table: Table) -> bool:
    here = table.sheet.place(row.number).says
    return isinstance(link, ItemSeen) and link.place.says in (here, f"{here}, point 1")


def _more_of_the_same(row: Row, table: Table, assembly: Assembly) -> None:
    """A row that goes on with the action above: more checks on the way, more judgements."""
    action = table.action
    assert action is not None
    action.last = row.number
    for held in dict.fromkeys(table.headings.fields.get(c) for c, _ in row.new()):
        if held is None or (table.cell(row, held).is_down and held != "milestones"):
            continue
        text = table.texts(row, held) or ""
        if held == "milestones":
            _add_checks(action, row, table, assembly)
        elif held in ("finding", "sar_items"):
            continue
        elif held == "due" and table.headings.has("milestones"):
            # It is the day of the check in this row, which is read with it.
            continue
        elif not action.values.get(held) and held in _AS_TYPED:
            action.values[held] = text
        else:
            assembly.leave_empty(table.where(row, held), text, _SECOND)
    if any(table.headings.fields.get(c) in ("finding", "sar_items") for c, _ in row.new()):
        action.links += _findings(row, table, Section(), assembly)


def _add_checks(action: ActionSeen, row: Row, table: Table, assembly: Assembly) -> None:
    """The checks of a further row of an action; a day beside one is its own, not the action's."""
    checks = _milestones(row, table, assembly)
    before: tuple[MilestoneFields, ...] = action.values.get("milestones", ())
    beside = table.cell(row, "due")
    if beside.text and not beside.is_down and len(checks) == 1 and checks[0].due is None:
        day = _day(row, table, "due", assembly)
        checks = (MilestoneFields(due=day, text=checks[0].text),)
        if len(before) == 1 and before[0].due is None and action.values.get("due"):
            before = (MilestoneFields(due=action.values["due"], text=before[0].text),)
            action.values["due"] = None
            why = "Each check of this action has a day, and the action itself none."
            assembly.leave_empty(action.place, "", why)
    action.values["milestones"] = (*before, *checks)


# --- judgements -----------------------------------------------------------------------------------


def _strengths(row: Row, table: Table, section: Section, assembly: Assembly) -> bool:
    """Take in the strengths of a row that has a column of them. Whether there are any."""
    found = False
    for column in table.headings.columns("strength"):
        cell = row[column]
        if cell.is_down or not cell.text or is_none(cell.text):
            continue
        listed = points(cell.text, is_list=True)
        for at, point in enumerate(listed, 1):
            title = " ".join(tidy(table.headings.titles[column]).split())
            detail = f"{title}, point {at}" if len(listed) > 1 else title
            reference, judgement = led_by_reference(point)
            place = table.sheet.place(row.number, detail=detail)
            values = _of_item(row, table, section)
            assembly.add_item(
                ItemSeen(place, table.sheet.name, judgement, STRENGTH, reference, values)
            )
            found = True
    return found


def _of_item(row: Row, table: Table, section: Section) -> dict[str, Any]:
    return {
        "department": table.text(row, "department") or section.department,
        "evaluation_area": table.text(row, "evaluation_area") or section.evaluation_area,
    }


def _findings(row: Row, table: Table, section: Section, assembly: Assembly) -> list[ItemSeen | str]:
    """The judgements that a row's action answers: named by reference, or said in the row."""
    cell = table.cell(row, "finding")
    named: list[ItemSeen | str] = list(_references(row, table))
    if cell.is_down and cell.text:
        return [*table.finding, *(link for link in named if link not in table.finding)]
    if not cell.text or is_none(cell.text):
        return _found_above(row, table, named, assembly)
    only = references_in(cell.text)
    if only:
        found: list[ItemSeen | str] = [*dict.fromkeys((*named, *only))]
    else:
        found = _said(row, table, section, cell, [n for n in named if isinstance(n, str)], assembly)
    table.finding = found
    return found


def _references(row: Row, table: Table) -> tuple[str, ...]:
    """References in the column of SAR items, or in the plan's own where they are the SAR's."""
    text = table.text(row, "sar_items")
    if text:
        return references_in(text) or (text,)
    own = (table.text(row, "reference") or "").split("\n")
    return tuple(each for each in own if each and _is_of_finding(row, table, each))


def _is_of_finding(row: Row, table: Table, reference: str) -> bool:
    """Whether the reference that begins a row is its judgement's and not its action's."""
    if kind_of_reference(reference):
        return True
    cell, finding = table.cell(row, "reference"), table.cell(row, "finding")
    return cell.is_down and finding.is_down


def _found_above(
    row: Row, table: Table, named: list[ItemSeen | str], assembly: Assembly
) -> list[ItemSeen | str]:
    """The judgement of the row above where this one leaves its place empty and goes on below it."""
    goes_on = table.headings.has("finding") and table.action is not None
    if named or not goes_on or not table.finding or table.text(row, "reference"):
        table.finding = named
        return list(named)
    if table.text(row, "action"):
        assembly.leave_empty(table.where(row, "finding"), "", _FURTHER)
    return list(table.finding)


def _said(
    row: Row,
    table: Table,
    section: Section,
    cell: Cell,
    named: list[str],
    assembly: Assembly,
) -> list[ItemSeen | str]:
    """The judgements that a cell of findings says: AFIs, unless the row says otherwise."""
    listed = points(cell.text)
    if named and len(named) != len(listed):
        listed = [tidy(cell.text)]
    values = _of_item(row, table, section)
    grade, why = grade_in(table.cell(row, "grade").text)
    if why:
        assembly.leave_empty(table.where(row, "grade"), table.cell(row, "grade").text, why)
    found: list[ItemSeen | str] = []
    for at, point in enumerate(listed):
        reference, judgement = led_by_reference(point)
        if named:
            reference = named[at] if at < len(named) else reference
        detail = f"point {at + 1}" if len(listed) > 1 else ""
        kind = kind_named(table.cell(row, "kind").text) or kind_of_reference(reference) or AFI
        place = table.sheet.place(row.number, detail=detail)
        more = {"evidence": table.text(row, "evidence"), "grade": grade} if len(listed) == 1 else {}
        item = ItemSeen(
            place, table.sheet.name, judgement, kind, reference, values | more, is_of_plan=True
        )
        taken = _known_by_reference(item, assembly) or assembly.add_item(item)
        if taken is not None:
            found.append(taken)
    return found


def _known_by_reference(item: ItemSeen, assembly: Assembly) -> ItemSeen | None:
    """A judgement of the file's SAR that is called the same, whatever words the plan has for it."""
    if not item.reference or not kind_of_reference(item.reference):
        return None
    for other in assembly.by_reference.get(bare(item.reference), ()):
        same = plain(other.judgement) == plain(item.judgement)
        if other.is_of_plan and not same:
            continue
        if not same:
            why = f"{other.reference} says otherwise at {other.place}, and that was kept."
            assembly.leave_empty(item.place, item.judgement, why)
        return other
    return None


# --- the action -----------------------------------------------------------------------------------


def _fill(action: ActionSeen, row: Row, table: Table, section: Section, assembly: Assembly) -> None:
    values = action.values
    for name in _AS_TYPED:
        values[name] = table.text(row, name)
    own = (values["reference"] or "").split("\n")
    values["reference"] = next((r for r in own if r and not _is_of_finding(row, table, r)), None)
    values["theme"] = values["theme"] or section.theme
    values["so_what"] = tuple(points(table.cell(row, "so_what").text, is_list=True))
    for name, (named, why) in _ENUMERATED.items():
        text = table.text(row, name)
        values[name] = named(text) if text else None
        if text and values[name] is None:
            assembly.leave_empty(table.where(row, name), text, why)
    values["milestones"] = _milestones(row, table, assembly)
    for name in ("due", "baseline_date"):
        values[name] = _day(row, table, name, assembly)
    _own(action, row, table)
    _stand(values, row, table, assembly)


def _day(row: Row, table: Table, name: str, assembly: Assembly) -> date | None:
    cell = table.cell(row, name)
    if not cell.text:
        return None
    day = day_in(cell, assembly.when, is_past=name == "baseline_date")
    if day.why:
        assembly.leave_empty(table.where(row, name), tidy(cell.text), day.why)
    return day.day


def _milestones(row: Row, table: Table, assembly: Assembly) -> tuple[MilestoneFields, ...]:
    found: list[MilestoneFields] = []
    for column in table.headings.columns("milestones"):
        if row[column].text and not row[column].is_down:
            found += milestones_in(row[column].text, assembly.when)
    return tuple(found)


def _own(action: ActionSeen, row: Row, table: Table) -> None:
    said = owner_in(table.cell(row, "owner").text)
    beside = owner_in(table.cell(row, "owner_email").text)
    slack_id = table.text(row, "owner_id")
    owner = said.owner
    if owner is not None and slack_id and owner.slack_user_id is None:
        owner = owner.model_copy(update={"slack_user_id": slack_id})
    action.values["owner"] = owner or (beside.owner if not said.unsure else None)
    action.email = said.email or beside.email
    action.unsure = said.unsure


def _stand(values: dict[str, Any], row: Row, table: Table, assembly: Assembly) -> None:
    """Status, RAG and the progress told, which may stand in each other's columns."""
    status_text, rag, is_complete = table.text(row, "status"), None, False
    rag, is_complete = _rag(row, table, assembly)
    status = status_named(status_text) if status_text else None
    if status_text and status is None:
        told = rag_named(status_text)
        rag = rag or told
        if told is None:
            why = "It is no status that is known: not started, agreed, in progress, complete."
            assembly.leave_empty(table.where(row, "status"), status_text, why)
    if status is None and is_complete:
        status = Status.COMPLETE
    if status is None:
        words = [table.text(row, "rag")]
        status = next((s for s in map(status_named, filter(None, words)) if s), None)
    values["status"] = status or Status.DRAFT
    values["rag"] = rag
    _progress(values, rag, row, table, assembly)


def _rag(row: Row, table: Table, assembly: Assembly) -> tuple[Rag | None, bool]:
    """The RAG of a row, of several columns the last that has one; and whether it says complete."""
    found: Rag | None = None
    is_complete = False
    for column in table.headings.columns("rag"):
        cell = row[column]
        text = tidy(cell.text)
        said = rag_named(text) if text else None
        said = said or _filled(row, column)
        if text and said is None and status_named(text) is None:
            why = "It is neither red, amber, green nor blue."
            assembly.leave_empty(table.where(row, "rag"), text, why)
        if said:
            found = said
            title = plain(table.headings.titles.get(column, ""))
            says_so = status_named(text) is Status.COMPLETE or "brag" in title.split()
            is_complete = said is Rag.BLUE and says_so
    return found, is_complete


def _filled(row: Row, column: int) -> Rag | None:
    """The RAG that the colour of a cell is, unless others of its row have the same."""
    fill = row[column].fill
    others = [cell.fill for at, cell in row.cells.items() if at != column]
    return rag_of_fill(fill) if fill and fill not in others else None


def _progress(
    values: dict[str, Any], rag: Rag | None, row: Row, table: Table, assembly: Assembly
) -> None:
    note, reading = table.texts(row, "update"), table.text(row, "reading")
    if not note and not reading:
        return
    if rag is None:
        name = "update" if note else "reading"
        text = "\n".join(filter(None, (note, reading)))
        assembly.leave_empty(table.where(row, name), text, _NO_RAG)
        return
    values["updates"] = (UpdateEntry(at=assembly.now, rag=rag, note=note or "", reading=reading),)
