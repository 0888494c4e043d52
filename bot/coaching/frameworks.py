"""Inspection frameworks (`bot/data/frameworks.toml`), their headings and grades, and a provider's own.

What the headings of an older framework come to in a newer one is in `carrying`.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from importlib.resources import files
from typing import Any

from bot.coaching.dates import year_end
from bot.coaching.words import straight

# What is kept of a provider that works by headings of its own, and of one that types each.
OWN, NO_FRAMEWORK = "own", "none"
# In characters, what Slack shows of a choice; and so many that all fit in one text of a form.
LONGEST_HEADING, MOST_HEADINGS = 75, 35


class Sector(StrEnum):
    FURTHER_EDUCATION = "further_education"
    SCHOOLS = "schools"


class Sure(StrEnum):
    """How far a heading of one framework says what a heading of another said."""

    EXACT = "exact"
    NEAREST = "nearest"
    NONE = "none"


@dataclass(frozen=True)
class Grade:
    name: str
    also: tuple[str, ...] = ()
    weak: bool = False


@dataclass(frozen=True)
class Provision:
    """A type of provision."""

    key: str
    name: str
    also: tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """An evaluation area, and what becomes of it in the next framework (`to`, `sure`, `why`).

    `by_provision` where it is graded for each type of provision, `provision` the key of the type
    that it is itself. `is_met` where it is met or not met instead of graded.
    """

    key: str
    name: str
    confirmed: bool
    also: tuple[str, ...] = ()
    by_provision: bool = False
    provision: str | None = None
    is_met: bool = False
    to: tuple[str, ...] = ()
    sure: Sure = Sure.EXACT
    why: str = ""

    def of(self, provision: Provision | None) -> str:
        """Its name, with the type of provision where it is graded for each and one is known."""
        return f"{self.name}: {provision.name}" if provision and self.by_provision else self.name


@dataclass(frozen=True)
class Framework:
    """A framework by name and year, in force from a day to a day or until further notice.

    `grades` stand best first; `numbered` where they are also written 1, 2, 3, 4. `confirmed` where
    its names were found in a public source, which `source` names.
    """

    key: str
    name: str
    sector: Sector
    begins: date
    ends: date | None
    followed_by: str | None
    numbered: bool
    source: str
    confirmed: bool
    grades: tuple[Grade, ...]
    areas: tuple[Heading, ...]

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Its evaluation areas as they are offered, in its order."""
        of_each = [
            [area.of(each) for each in PROVISIONS.values()] if area.by_provision else [area.name]
            for area in self.areas
        ]
        return tuple(name for names in of_each for name in names)

    def area(self, key: str) -> Heading:
        return next(area for area in self.areas if area.key == key)


def _heading(row: Mapping[str, Any], confirmed: bool) -> Heading:
    lists = {name: tuple(row.get(name, ())) for name in ("also", "to")}
    # What names no heading of the next framework has none there.
    sure = Sure(row.get("sure", Sure.EXACT)) if lists["to"] else Sure.NONE
    return Heading(**{"confirmed": confirmed, **row, **lists, "sure": sure})


def _framework(row: Mapping[str, Any]) -> Framework:
    return Framework(
        key=row["key"],
        name=row["name"],
        sector=Sector(row["sector"]),
        begins=row["from"],
        ends=row.get("until"),
        followed_by=row.get("followed_by"),
        numbered=row["numbered"],
        source=row["source"],
        confirmed=row["confirmed"],
        grades=tuple(
            Grade(g["name"], tuple(g.get("also", ())), g.get("weak", False)) for g in row["grades"]
        ),
        areas=tuple(_heading(h, row["confirmed"]) for h in row["headings"]),
    )


_TABLE = tomllib.loads((files("bot") / "data" / "frameworks.toml").read_text("utf-8"))
PROVISIONS = {
    row["key"]: Provision(row["key"], row["name"], tuple(row["also"]))
    for row in _TABLE["provision"]
}
FRAMEWORKS = {row["key"]: _framework(row) for row in _TABLE["framework"]}


def default_framework(academic_year: str, sector: Sector = Sector.FURTHER_EDUCATION) -> Framework:
    """The framework that a plan of an academic year ("2026/27") answers to where none is chosen.

    It is the one in force when the year ends, since that is whom the work of the year will be shown
    to. So a plan of 2025/26 goes by the renewed framework, under which most of that year's
    inspections were held. Before the oldest known here it is the oldest.
    """
    of_sector = [f for f in FRAMEWORKS.values() if f.sector is sector]
    ends = year_end(academic_year)
    begun = [f for f in of_sector if f.begins <= ends]
    return max(begun or of_sector[:1], key=lambda f: f.begins)


def headings_of(
    framework: str | None, own: object, academic_year: str | None = None
) -> tuple[str, ...]:
    """The evaluation areas to choose from; () where they are typed.

    `framework` is the key of one, `OWN` for the provider's `own` headings as they are kept, of which
    what cannot be a heading is left out, or None for that of the academic year, where one is given.
    """
    if framework == OWN:
        kept = own if isinstance(own, list | tuple) else ()
        sound = [h for h in kept if isinstance(h, str) and 0 < len(h.strip()) <= LONGEST_HEADING]
        return tuple(sound[:MOST_HEADINGS])
    if framework is None and academic_year is not None:
        return default_framework(academic_year).headings
    found = FRAMEWORKS.get(framework) if framework else None
    return found.headings if found else ()


# A dash, a star, a dot or a number and a full stop, as lists are typed and pasted.
_BULLET = re.compile(r"^(?:[-–—*•·]+|\d{1,2}[.)](?=\s))\s*")


def headings_in(text: str) -> list[str]:
    """The headings that a text has, one a line, without bullets; each once, whatever its capitals."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        heading = " ".join(_BULLET.sub("", line.strip()).split())
        if heading:
            found.setdefault(heading.casefold(), heading)
    return list(found.values())


# --- as people type it --------------------------------------------------------------------------

_LINKS = frozenset({"and", "the"})


def plain(text: str) -> str:
    """A name without what people leave out or type otherwise: capitals, signs, "and", "the"."""
    words = re.findall(r"[^\W_]+", straight(text).casefold().replace("+", " plus "))
    return " ".join(word for word in words if word not in _LINKS)


def without_bullet(text: str) -> str:
    return _BULLET.sub("", text.strip())


# --- grades -------------------------------------------------------------------------------------

_MET: tuple[str, ...] = tuple(_TABLE["met"]["grades"])
_NOT_MET: str = _TABLE["met"]["weak"]
_ABANDONED = {plain(name): name for name in _TABLE["abandoned"]["grades"]}
# "Grade 3", "3", "grade: 3 (requires improvement)", "RI (3)".
_NUMBER = re.compile(r"(?:\bgraded?\b\W*)?(?<![\d.])([1-9])(?![\d.%])")
_SAID = re.compile(r"\b(?:graded?|judged|judgement|overall)\b(?: (?:to be|as))?", re.IGNORECASE)


def _is(grade: Grade, typed: str) -> bool:
    return typed in {plain(name) for name in (grade.name, *grade.also)}


def framework_of(chosen: str | None, academic_year: str) -> Framework | None:
    """The framework that was chosen, else that of the year; None for headings of one's own."""
    if chosen == OWN:
        return None
    return FRAMEWORKS.get(chosen or "") or default_framework(academic_year)


def grade_of(text: str, framework: Framework) -> str | None:
    """The grade of a framework that a text is, as the framework names it; None for anything else.

    Known are other capitals, short forms and, where the framework has them, numbers. A number that
    contradicts the word beside it is no grade.
    """
    words = _SAID.sub(" ", straight(text))
    number = _NUMBER.search(words) if framework.numbered else None
    if number:
        words = words[: number.start()] + " " + words[number.end() :]
    typed = plain(words)
    if not typed:
        at = int(number[1]) if number else 0
        return framework.grades[at - 1].name if 0 < at <= len(framework.grades) else None
    for place, grade in enumerate(framework.grades, start=1):
        if _is(grade, typed):
            return grade.name if number is None or int(number[1]) == place else None
    met = {plain(name): name for name in _MET}
    has_met = number is None and any(area.is_met for area in framework.areas)
    return met.get(typed) if has_met else None


def is_weak_grade(text: str, framework: Framework | None = None) -> bool:
    """Whether a text is a grade below what is expected, in a framework or in any of them."""
    for each in (framework,) if framework else FRAMEWORKS.values():
        name = grade_of(text, each)
        if name is not None:
            return name == _NOT_MET or any(g.weak for g in each.grades if g.name == name)
    return False


def _names_weak() -> re.Pattern[str]:
    names = {
        name
        for framework in FRAMEWORKS.values()
        for grade in framework.grades
        if grade.weak
        for name in (grade.name, *grade.also)
    }
    patterns = [
        # Short forms are plain words but for their capitals.
        rf"(?-i:{re.escape(name)})" if name.isupper() else re.escape(name).replace(r"\ ", r"\s+")
        for name in sorted(names, key=len, reverse=True)
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


_NAMES_WEAK = _names_weak()


def names_weak_grade(text: str) -> bool:
    """Whether running text speaks of a grade below what is expected: "judged inadequate in 2024"."""
    return _NAMES_WEAK.search(text) is not None


def abandoned_grade(text: str) -> str | None:
    """The grade of the scale of February 2025 that a text is; that scale was never used."""
    return _ABANDONED.get(plain(text))
