"""A workbook that we exported: taken exactly, with all that hangs on its actions.

Its sheet "About" says that it is one. Texts are taken as they stand; a cell that is no longer what
was written there refuses the file, with its place.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.coaching.wording import DRIVER_NAMES, RAG_WORDS
from bot.importing.grid import Cell, Contents, Row, Sheet
from bot.importing.headings import names_of_columns, plain
from bot.importing.understood import FileRefused, NotPlaced, Place, Understood
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
from storage.vocabulary import Direction, Driver, Rag, SarKind, Status

ABOUT, MADE_BY, OURS = "About", "Made by", "So What"
# The sheets of an export, and the section of columns.toml that names the columns of each.
SHEETS = {
    "Plan": "plan", "SAR": "sar", "Themes": "themes", "Checks": "checks", "So what": "so_what",
    "Updates": "updates",
}  # fmt: skip
_Word = TypeVar("_Word", bound=StrEnum)


def is_own(contents: Contents) -> bool:
    """Whether a workbook says that it was exported here."""
    return _about(contents).get(MADE_BY) == OURS


def is_part_of_own(sheet: Sheet) -> bool:
    """Whether a sheet is one that hangs on the others of an export, and means nothing alone."""
    section = SHEETS.get(sheet.name)
    if section in (None, "plan", "sar") or not sheet.rows:
        return False
    firsts = [names[0] for names in names_of_columns()[section or ""].values()]
    return [cell.text for _, cell in sheet.rows[0].own()] == firsts


def _about(contents: Contents) -> dict[str, str | None]:
    sheet = _sheets(contents).get(ABOUT)
    rows = sheet.rows if sheet else ()
    return {row[1].text: _text(row[2]) for row in rows}


def _text(cell: Cell) -> str | None:
    return cell.text if cell.text or cell.is_blank_text else None


def _sheets(contents: Contents) -> dict[str, Sheet]:
    return {block.name: block for block in contents.blocks if isinstance(block, Sheet)}


class _Line:
    """A row of one of the sheets, its cells by field."""

    def __init__(self, sheet: Sheet, row: Row, columns: Mapping[str, int], section: str) -> None:
        self._sheet, self._row, self._columns, self._section = sheet, row, columns, section

    @property
    def place(self) -> Place:
        return self._sheet.place(self._row.number)

    def text(self, field: str) -> str | None:
        return _text(self._row[self._columns.get(field, 0)])

    def day(self, field: str) -> date | None:
        cell = self._row[self._columns.get(field, 0)]
        if cell.day is not None or not cell.text:
            return cell.day
        day: date | None = self._read(field, date.fromisoformat, "a date")
        return day

    def instant(self, field: str) -> datetime | None:
        what = "an instant such as 2026-11-23T09:00:00Z"
        instant: datetime | None = self._read(field, datetime.fromisoformat, what)
        return instant.replace(tzinfo=UTC) if instant and instant.tzinfo is None else instant

    def number(self, field: str) -> int | None:
        number: int | None = self._read(field, int, "a whole number")
        return number

    def word(self, field: str, words: Mapping[str, _Word]) -> _Word | None:
        what = "one of the words known there"
        said: _Word | None = self._read(field, lambda text: words[plain(text)], what)
        return said

    def is_yes(self, field: str) -> bool:
        return plain(self.text(field) or "") in ("yes", "true", "done", "1")

    def person(self, name: str, slack_id: str) -> PersonNamed | None:
        named, known = self.text(name), self.text(slack_id)
        if named is None and known is None:
            return None
        return PersonNamed(name=named or "", slack_user_id=known)

    def _read(self, field: str, read: Callable[[str], Any], what: str) -> Any:
        text = self.text(field)
        if text is None:
            return None
        try:
            return read(text)
        except (ValueError, KeyError) as error:
            heading = names_of_columns()[self._section][field][0]
            place = str(self.place)
            raise FileRefused(
                f"{place[0].upper()}{place[1:]}: {heading} is not {what}. Mend it and send the "
                "file again."
            ) from error


def _words_of(kind: type[_Word], more: Mapping[str, _Word]) -> dict[str, _Word]:
    return {plain(member.value.replace("_", " ")): member for member in kind} | dict(more)


_KINDS = _words_of(SarKind, {"afi": SarKind.AREA_FOR_IMPROVEMENT})
_DRIVERS = _words_of(Driver, {plain(name): Driver(key) for key, name in DRIVER_NAMES.items()})
_DIRECTIONS = _words_of(
    Direction, {"higher is better": Direction.HIGHER, "lower is better": Direction.LOWER}
)
_STATUSES = _words_of(Status, {})
_RAGS = _words_of(Rag, {plain(f"{rag}: {word}"): Rag(rag) for rag, word in RAG_WORDS.items()})


def read(contents: Contents) -> Understood:
    """The document of an export. Raises `FileRefused` where a sheet or a cell is not as written."""
    sheets, about = _sheets(contents), _about(contents)
    missing = [name for name in SHEETS if name not in sheets]
    if missing:
        raise FileRefused(
            f"This export no longer has its sheet {missing[0]}. Export the plan again and change "
            "that file."
        )
    lines: dict[str, list[_Line]] = {}
    aside: list[NotPlaced] = []
    for name, section in SHEETS.items():
        lines[section] = _lines(sheets[name], section, aside)
    for name, sheet in sheets.items():
        if name not in SHEETS and name != ABOUT:
            why = "An export has no such sheet; it was left aside."
            aside += [NotPlaced(sheet.place(row.number), row.text, why) for row in sheet.rows]
    try:
        document = _document(lines, about)
    except ValidationError as error:
        raise FileRefused(
            "The sheet About has no academic year written like 2026/27. Mend it and send the file "
            "again."
        ) from error
    places = {f"item {n}": line.place for n, line in enumerate(lines["sar"])}
    places |= {f"action {n}": line.place for n, line in enumerate(lines["plan"])}
    return Understood(document, places, not_placed=tuple(aside), is_own=True)


def _lines(sheet: Sheet, section: str, aside: list[NotPlaced]) -> list[_Line]:
    """The rows below the headings of a sheet; columns that are none of ours are told."""
    if not sheet.rows:
        return []
    fields = {names[0]: field for field, names in names_of_columns()[section].items()}
    columns: dict[str, int] = {}
    for column, cell in sheet.rows[0].own():
        if cell.text in fields:
            columns[fields[cell.text]] = column
        else:
            place = sheet.place(sheet.rows[0].number)
            aside.append(NotPlaced(place, cell.text, "An export has no such column."))
    return [_Line(sheet, row, columns, section) for row in sheet.rows[1:]]


def _document(lines: Mapping[str, list[_Line]], about: Mapping[str, str | None]) -> PlanDocument:
    items = tuple(_item(line) for line in lines["sar"])
    known = [item.reference for item in items if item.reference]
    return PlanDocument(
        provider=about.get("Provider"),
        academic_year=about.get("Academic year") or None,
        themes=tuple(
            ThemeEntry(
                name=line.text("name") or "",
                rank=line.number("rank") or 0,
                sponsor=line.person("sponsor", "sponsor_id"),
            )
            for line in lines["themes"]
        ),
        sar_items=items,
        actions=tuple(_action(line, known, lines) for line in lines["plan"]),
    )


def _item(line: _Line) -> SarItemEntry:
    names = (
        "reference", "evidence", "department", "evaluation_area", "grade", "theme", "measure",
        "baseline", "waiting_note", "previous",
    )  # fmt: skip
    texts: dict[str, Any] = {name: line.text(name) for name in names}
    return SarItemEntry(
        **texts,
        kind=line.word("kind", _KINDS) or SarKind.AREA_FOR_IMPROVEMENT,
        judgement=line.text("judgement") or "",
        baseline_date=line.day("baseline_date"),
    )


def _action(line: _Line, known: list[str], lines: Mapping[str, list[_Line]]) -> ActionEntry:
    names = (
        "reference", "theme", "action", "impact", "measure", "unit", "baseline", "target",
        "target_note", "evidence_source", "closing_note", "imported_as", "source_link",
    )  # fmt: skip
    texts: dict[str, Any] = {name: line.text(name) for name in names}
    reference = line.text("reference")

    def hanging(section: str) -> list[_Line]:
        return [each for each in lines[section] if reference and each.text("action") == reference]

    parked_at = line.instant("parked_at")
    return ActionEntry(
        **texts,
        id=_number(reference),
        sar_items=_references(line.text("sar_items") or "", known),
        driver=line.word("driver", _DRIVERS),
        so_what=tuple(each.text("text") or "" for each in hanging("so_what")),
        direction=line.word("direction", _DIRECTIONS),
        baseline_date=line.day("baseline_date"),
        due=line.day("due"),
        milestones=tuple(
            MilestoneFields(
                due=each.day("due"), text=each.text("text") or "", done=each.is_yes("done")
            )
            for each in hanging("checks")
        ),
        owner=line.person("owner", "owner_id"),
        status=line.word("status", _STATUSES) or Status.DRAFT,
        rag=line.word("rag", _RAGS),
        updates=tuple(_update(each) for each in hanging("updates")),
        agreed_at=line.instant("agreed_at"),
        parked=ParkedEntry(at=parked_at, note=line.text("parked_note")) if parked_at else None,
    )


def _update(line: _Line) -> UpdateEntry:
    at, rag = line.instant("at"), line.word("rag", _RAGS)
    if at is None or rag is None:
        place = str(line.place)
        raise FileRefused(
            f"{place[0].upper()}{place[1:]}: an update needs its instant and its RAG. Mend it and "
            "send the file again."
        )
    return UpdateEntry(
        at=at,
        author=line.person("author", "author_id"),
        rag=rag,
        note=line.text("note") or "",
        reading=line.text("reading"),
        evidence_link=line.text("evidence_link"),
    )


def _number(reference: str | None) -> int | None:
    """The number of a reference of ours: 12 of A-12."""
    letter, _, digits = (reference or "").partition("-")
    return int(digits) if letter == "A" and digits.isdecimal() and len(digits) < 10 else None


def _references(text: str, known: list[str]) -> tuple[str, ...]:
    """The references of a cell, one a line; at commas, too, where a person has put them so."""
    found: list[str] = []
    for line in text.split("\n"):
        parts = [part.strip() for part in re.split("[,;]", line)]
        is_typed = line not in known and len(parts) > 1 and set(parts) <= set(known)
        found += parts if is_typed else [line]
    return tuple(reference for reference in found if reference)
