"""Which column is what: headings compared with the names in `bot/data/columns.toml`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

from bot.importing.grid import Row, Sheet

SAR, PLAN = "sar", "plan"
# Names that say so little that a longer heading with one in it may be about anything.
_ALONE_ONLY = frozenset(
    "no number id item area who when date school team type note state link unit start rating "
    "subject provision category issue step update outcome impact lead task description finding "
    "objective priority aspect statement grade comment evidence monitoring origin what".split()
)
# Headings of a column that may stand twice: each is read.
SEVERAL = frozenset({"evidence", "update", "rag", "milestones", "strength", "area_for_improvement"})
# A column of these belongs to an action, and makes a table a plan.
_OF_ACTIONS = frozenset(
    {"action", "owner", "due", "milestones", "target", "rag", "status", "start"}
)
# What a plan's table may have of a SAR's.
_ALSO_IN_PLANS = ("kind", "strength", "grade")
_LONGEST = 80
_PARTED = re.compile(r"\s*[/(\n:–]\s*")


@lru_cache(maxsize=1)
def names_of_columns() -> dict[str, dict[str, tuple[str, ...]]]:
    """The names of columns by section and field, the one that an export writes first."""
    table = tomllib.loads((files("bot") / "data" / "columns.toml").read_text("utf-8"))
    return {
        section: {field: tuple(names) for field, names in fields.items()}
        for section, fields in table.items()
    }


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A heading as it is compared: without capitals, punctuation and plural "s"."""
    words = re.findall(r"[^\W_]+|#", text.lower().replace("’", "'").replace("'s", ""))
    return " ".join(w[:-1] if len(w) > 3 and w.endswith("s") and w[-2] != "s" else w for w in words)


@lru_cache(maxsize=2)
def _names(section: str) -> tuple[tuple[str, str], ...]:
    """(name, field), longer names first."""
    listed = names_of_columns()
    fields = dict(listed[section])
    if section == PLAN:
        fields |= {field: listed[SAR][field] for field in _ALSO_IN_PLANS}
    pairs = {plain(name): field for field, names in reversed(fields.items()) for name in names}
    return tuple(sorted(pairs.items(), key=lambda pair: -len(pair[0])))


@lru_cache(maxsize=4096)
def field_of(heading: str, section: str) -> tuple[str | None, bool]:
    """The field that a heading names in a section, and whether it is the very name of it."""
    if len(heading) > _LONGEST or not heading.strip():
        return None, False
    words = plain(heading)
    for name, field in _names(section):
        if words == name:
            return field, True
    around = f" {words} "
    for name, field in _names(section):
        if name not in _ALONE_ONLY and f" {name} " in around:
            return field, False
    # "Lead (SLT)", "Impact / outcome".
    first = plain(_PARTED.split(heading.strip(), maxsplit=1)[0])
    return next((field for name, field in _names(section) if first == name), None), False


@dataclass(frozen=True)
class Headings:
    """The headings of a table: what each column holds, and in which rows they stand.

    `fields` has the field of every column that was recognised, `titles` the heading of every one.
    """

    section: str
    fields: Mapping[int, str]
    titles: Mapping[int, str]
    first_row: int
    last_row: int

    @cached_property
    def _by_field(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for column, held in sorted(self.fields.items()):
            found.setdefault(held, []).append(column)
        return found

    def columns(self, field: str) -> list[int]:
        """The columns that hold a field, from the left."""
        return self._by_field.get(field, [])

    def has(self, *names: str) -> bool:
        return any(field in names for field in self.fields.values())

    def is_again(self, row: Row) -> bool:
        """Whether a row is these headings once more."""
        texts = [cell.text for _, cell in row.own()]
        known = {plain(title) for title in self.titles.values()}
        return len(texts) > 1 and all(len(t) <= _LONGEST and plain(t) in known for t in texts)


def find_headings(rows: tuple[Row, ...], at: int) -> Headings | None:
    """The headings that begin in the row at an index, if it is one of headings."""
    row = rows[at]
    texts = {column: cell.text.strip() for column, cell in sorted(row.cells.items()) if cell.text}
    if not texts or any(cell.number is not None or cell.day for cell in row.cells.values()):
        return None
    below = _second_row(row, rows[at + 1] if at + 1 < len(rows) else None)
    found = _read(texts, row.number, row.number)
    if below:
        both = _read(_joined(texts, below), row.number, row.number + 1, texts)
        if both and (found is None or len(both.fields) >= len(found.fields)):
            return both
    return found


def _second_row(row: Row, following: Row | None) -> dict[int, str]:
    """The headings below those of a row, where some of them are parted once more."""
    if following is None or following.number != row.number + 1:
        return {}
    texts = {c: cell.text.strip() for c, cell in following.own() if not cell.is_down}
    if not texts or any(len(t) > 40 for t in texts.values()):
        return {}
    if any(cell.number is not None or cell.day for cell in following.cells.values()):
        return {}
    grouped = {c for c, cell in row.cells.items() if cell.wide > 1}
    grouped |= {c for c in texts if not row[c].text}
    # Where the group is not merged, its first column has it and those beside it have none.
    starts = {c for c in texts if row[c].text and c + 1 in texts and not row[c + 1].text}
    is_named = any(field_of(t, s)[0] for t in texts.values() for s in (SAR, PLAN))
    return texts if is_named and set(texts) <= grouped | starts else {}


def _joined(above: dict[int, str], below: dict[int, str]) -> dict[int, str]:
    joined = {}
    group = ""
    for column in sorted(set(above) | set(below)):
        group = above.get(column, group)
        if column not in below:
            joined[column] = above[column]
        elif field_of(below[column], PLAN)[0] or field_of(below[column], SAR)[0]:
            joined[column] = below[column]
        else:
            joined[column] = f"{group} {below[column]}".strip()
    return joined


def _read(
    titles: dict[int, str], first: int, last: int, shown: dict[int, str] | None = None
) -> Headings | None:
    """Columns by their titles, or None where too few are known for a row of headings."""
    if not any(len(title) <= _LONGEST for title in titles.values()):
        return None
    plan, sar = _fields(titles, PLAN), _fields(titles, SAR)
    is_plan = "action" in plan.values() or len(_OF_ACTIONS & set(plan.values())) >= 2
    section, fields = (PLAN, plan) if is_plan else (SAR, sar)
    distinct = set(fields.values())
    texts = [title for title in titles.values() if title]
    exact = sum(1 for title in set(texts) if field_of(title, section)[1])
    # Of headings most are known or at least short; a row of a plan has longer texts.
    is_short = sum(len(t) <= 45 for t in texts) >= len(texts) * 0.7
    enough = len(distinct) >= 2 and (exact >= 1 or len(distinct) >= 3)
    enough = enough or distinct in ({"strength"}, {"area_for_improvement"}) and len(texts) > 1
    holds = {"action", "finding", "judgement", "strength", "area_for_improvement", "sar_items"}
    if not (enough and is_short and distinct & holds):
        return None
    return Headings(section, fields, dict(titles), first, last)


def _fields(titles: Mapping[int, str], section: str) -> dict[int, str]:
    """The field of each column: of two that name the same, the one whose very name it is."""
    fields: dict[int, str] = {}
    taken: dict[str, int] = {}
    by_exactness = sorted(
        titles.items(), key=lambda pair: (not field_of(pair[1], section)[1], pair[0])
    )
    for column, title in by_exactness:
        field, _ = field_of(title, section)
        if field is None:
            continue
        if field in taken and (field not in SEVERAL or titles[taken[field]] == title):
            beside = field in SEVERAL and column - 1 != taken[field]
            if not beside:
                continue
        taken.setdefault(field, column)
        fields[column] = field
    return fields


def with_choices(headings: Headings, choices: Mapping[str, str]) -> Headings:
    """The headings with the columns that a person has chosen, by column number as text."""
    fields = dict(headings.fields)
    for number, field in choices.items():
        if not number.isdigit():
            continue
        fields.pop(int(number), None)
        if field:
            if field not in SEVERAL:
                fields = {c: held for c, held in fields.items() if held != field}
            fields[int(number)] = field
    is_plan = bool(_OF_ACTIONS & set(fields.values()) - {"target"}) or headings.section == PLAN
    section = PLAN if is_plan else SAR
    known = {*names_of_columns()[section], *(_ALSO_IN_PLANS if is_plan else ())}
    renamed = {"judgement": "finding", "area_for_improvement": "finding"} if is_plan else {}
    kept = {c: renamed.get(f, f) for c, f in fields.items() if f in known or f in renamed}
    return Headings(section, kept, headings.titles, headings.first_row, headings.last_row)


def chosen_headings(sheet: Sheet, choices: Mapping[str, str]) -> Headings | None:
    """Headings of a sheet in which none were recognised, from what a person says of its columns."""
    for row in sheet.rows:
        texts = {column: cell.text for column, cell in row.own()}
        if len(texts) > 1:
            return with_choices(Headings(SAR, {}, texts, row.number, row.number), choices)
    return None
