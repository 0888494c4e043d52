"""A text line by line: judgements that stand under a heading that says what they are."""

import re
from dataclasses import dataclass

from bot.importing.assembling import NO_KIND, Assembly, ItemSeen
from bot.importing.cells import grade_in, points, tidy
from bot.importing.sections import (
    NO_SECTION,
    Trail,
    entered,
    is_none,
    kind_named,
    kind_of_reference,
    led_by_reference,
    references_in,
    section_of,
    whole,
)
from bot.importing.understood import Place

_EVIDENCE = re.compile(
    r"^\s*[(\[]?(?:evidence|how (?:do )?we know|supporting evidence|source of evidence"
    r"|key evidence)"
    r"(?: base)?(?: this)?\s*\??\s*[:–—-]\s*(?P<evidence>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_EVIDENCE_WITHIN = re.compile(
    r"^(?P<judgement>.+?[.!?\n])\s*[(\[]?(?:evidence|how (?:do )?we know|supporting evidence)"
    r"\s*\??\s*[:–—]\s*(?P<evidence>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_KIND_LED = re.compile(
    r"^(?P<kind>strength|area for improvement|AFI|area for development|weakness)"
    r"\s*[:–—-]\s*(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_MOST_IN_HEADING = 80
_NO_JUDGEMENT = "It says that there are none."
_NO_ITEM = "No judgement stands before it that it could be evidence of."
_TO_DO = "It stands under no heading that says what it is."


@dataclass
class Lines:
    """A text as it is being read: the headings above, their levels, and the judgement before."""

    scope: str
    trail: Trail = ()
    # The level of each heading of the trail; those of no level end only by their sort.
    levels: tuple[int, ...] = ()
    item: ItemSeen | None = None

    def enter(self, level: int | None, text: str) -> bool:
        """Go under a heading. Whether it is one that is known."""
        said = section_of(text)
        self.levels = (*self.levels, *[9] * (len(self.trail) - len(self.levels)))
        if level is not None:
            kept = [n for n, each in enumerate(self.levels) if each < level]
            self.trail = tuple(self.trail[n] for n in kept)
            self.levels = tuple(self.levels[n] for n in kept)
            self.item = None
        if said is None:
            return False
        before = len(self.trail)
        self.trail = entered(self.trail, said)
        above = self.levels[: len(self.trail) - 1]
        # A grade is of the heading that it stands under and ends with it.
        own = above[-1] if said.grade and above and level is None else 9
        self.levels = (*above, level or own)
        if len(self.trail) <= before or said.kind or said.evaluation_area or said.department:
            self.item = None
        return True


def read_line(
    lines: Lines,
    text: str,
    place: Place,
    assembly: Assembly,
    *,
    level: int | None = None,
    depth: int | None = None,
    is_bold: bool = False,
) -> None:
    """Read a line or paragraph; `level` is a heading's, `depth` how deep in a list it stands."""
    typed = tidy(text)
    if not typed:
        return
    if level is not None or _is_heading(typed, depth, is_bold):
        if lines.enter(level, typed) and (grade := whole(lines.trail).grade):
            _check_grade(lines, grade, place, assembly)
        assembly.head(place, typed)
        return
    section = whole(lines.trail)
    evidence = _EVIDENCE.match(typed)
    if evidence:
        _add_evidence(lines, evidence["evidence"].strip(" )]"), place, assembly)
    elif depth and lines.item is not None and section.kind:
        lines.item.judgement = f"{lines.item.judgement}\n– {typed}"
        assembly.head(place, typed)
    elif is_none(typed):
        assembly.leave(place, typed, _NO_JUDGEMENT)
    else:
        _read_items(lines, text, place, assembly)


def _is_heading(typed: str, depth: int | None, is_bold: bool) -> bool:
    if len(typed) > _MOST_IN_HEADING:
        return False
    if typed.endswith(":") and depth is None:
        return True
    # A list may begin "Attendance" or "Maths"; a heading stands outside of it.
    if depth is None and section_of(typed) is not None:
        return not _KIND_LED.match(typed) or section_of(typed) != NO_SECTION
    return is_bold and depth is None and typed[-1] not in ".!?" and not led_by_reference(typed)[0]


def _check_grade(lines: Lines, grade: str, place: Place, assembly: Assembly) -> None:
    """A grade that no framework has is left out of the trail, and said to be."""
    kept, why = grade_in(grade)
    if kept is None and why:
        assembly.leave_empty(place, grade, why)
        pairs = [(t, v) for t, v in zip(lines.trail, lines.levels, strict=True) if t.grade != grade]
        lines.trail = tuple(t for t, _ in pairs)
        lines.levels = tuple(v for _, v in pairs)


def _add_evidence(lines: Lines, evidence: str, place: Place, assembly: Assembly) -> None:
    if lines.item is None:
        assembly.leave(place, evidence, _NO_ITEM)
        return
    before = lines.item.values.get("evidence")
    lines.item.values["evidence"] = f"{before}\n{evidence}" if before else evidence
    assembly.head(place, f"Evidence: {evidence}")


def _read_items(lines: Lines, text: str, place: Place, assembly: Assembly) -> None:
    section = whole(lines.trail)
    listed = points(text)
    for at, point in enumerate(listed, 1):
        told = Place(f"{place}, point {at}") if len(listed) > 1 else place
        led = _KIND_LED.match(point)
        kind = kind_named(led["kind"]) if led else None
        reference, rest = led_by_reference(led["rest"] if led and kind else point)
        kind = kind or kind_of_reference(reference) or section.kind
        if references_in(point):
            assembly.leave(told, point, "It is a reference without a judgement.")
            continue
        within = _EVIDENCE_WITHIN.match(rest)
        judgement = within["judgement"].strip() if within else rest
        values = {
            "evaluation_area": section.evaluation_area,
            "department": section.department,
            "theme": section.theme,
            "grade": section.grade,
            "evidence": within["evidence"].strip(" )]\n") if within else None,
        }
        item = ItemSeen(told, lines.scope, judgement, kind, reference, values)
        if kind is None and told.says not in assembly.kinds:
            lines.item = None
            assembly.leave(told, point, NO_KIND if reference else _TO_DO)
        else:
            lines.item = assembly.add_item(item)
