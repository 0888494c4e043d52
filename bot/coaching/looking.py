"""One action of a plan as the review sees it: each text read once, each figure as a number."""

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from bot.coaching.criteria import RESTATED_SHARE
from bot.coaching.draft import Draft
from bot.coaching.figures import first_figure
from bot.coaching.impact import Rung
from bot.coaching.measures import Measure, find_measure, find_measures
from bot.coaching.overlap import Gist, gist
from bot.coaching.people import find_people
from bot.coaching.said import said
from bot.coaching.whole_plan import Planned, Update
from bot.coaching.words import overlap
from storage.vocabulary import Direction

# How often a measure must be known for a plan to be steered by it: half a term or sooner.
_OFTEN = frozenset({"weekly", "monthly", "half-termly"})


class Level(NamedTuple):
    """A figure as a number: of a share in per cent (`unit` "%"), of a gap in "points", or plain."""

    value: float
    unit: str | None


@dataclass(frozen=True)
class Seen:
    """An action, and what its texts say. `sign` is 1 where higher is better, -1 where lower is.

    `sign` is None where neither the action nor its words say which way is better.
    """

    planned: Planned
    rung: Rung
    restates: bool
    measure: Measure | None
    has_unit: bool
    start: Level | None
    aim: Level | None
    sign: int | None
    watches: bool
    gist: Gist

    @property
    def reference(self) -> str:
        return self.planned.reference

    @property
    def draft(self) -> Draft:
        return self.planned.draft

    @property
    def is_for_learners(self) -> bool:
        return self.rung >= Rung.ENGAGEMENT

    @property
    def is_yearly(self) -> bool:
        """Whether the figure it rests on is known only once a year."""
        return self.measure is not None and self.measure.pace == "yearly"

    @property
    def gain(self) -> float | None:
        """How far the target is better than the start, in the unit of both; negative where worse."""
        if self.start is None or self.aim is None or self.sign is None:
            return None
        if not comparable(self.start, self.aim):
            return None
        return (self.aim.value - self.start.value) * self.sign

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is missing for someone with the data to check it on the day, in words."""
        draft = self.draft
        needed = {
            "a measure": draft.measure or self.measure,
            "a starting figure": draft.baseline,
            "a target": draft.target,
            "a unit": self.has_unit,
            "a date": draft.due,
            "where the figure will be read": draft.evidence_source,
        }
        return tuple(name for name, there in needed.items() if not there)


def look(planned: Planned, today: date) -> Seen:
    """Read one action."""
    draft = planned.draft
    impact, action = draft.impact or "", draft.action or ""
    reading = said(impact, today, action)
    again = overlap(impact, action) >= RESTATED_SHARE and reading.rung < Rung.ENGAGEMENT
    named = find_measure(draft.measure) if draft.measure else None
    measure = named[0] if named else reading.measure
    start, aim = level(draft.baseline, draft.unit), level(draft.target, draft.unit)
    units = {each.unit for each in (start, aim) if each}
    return Seen(
        planned=planned,
        rung=reading.rung,
        restates=reading.restates_action or again,
        measure=measure,
        has_unit=bool(draft.unit or measure or units - {None}),
        start=start,
        aim=aim,
        sign=sign_of(draft, today),
        watches=_watches(draft),
        gist=gist(planned.reference, draft, planned.owner, measure),
    )


def sign_of(draft: Draft, today: date) -> int | None:
    """1 where higher is better by what an action says, -1 where lower is; None where unsaid."""
    direction = draft.direction
    direction = direction or said(draft.impact or "", today, draft.action or "").direction
    if direction is None and draft.measure:
        direction = said(draft.measure, today).direction
    if direction is None:
        return None
    return 1 if direction is Direction.HIGHER else -1


def _watches(draft: Draft) -> bool:
    """Whether anything in it is known half-termly or sooner."""
    texts = filter(None, (draft.measure, draft.impact, *(m.text for m in draft.milestones)))
    return any(each.measure.pace in _OFTEN for text in texts for each in find_measures(text))


_ALONE = re.compile(r"\s*((?:19|20)\d\d(?:\.\d+)?)\s*")


@lru_cache(maxsize=4096)
def level(typed: str | None, unit: str | None = None) -> Level | None:
    """The first figure of a field as a number; None where it has none that can be compared.

    `unit` is the action's own, for a figure typed without one.
    """
    alone = _ALONE.fullmatch(typed) if typed else None
    if alone is not None:
        # Nothing beside it says that it is a year.
        return Level(float(alone[1]), "%" if unit == "%" else None)
    figure = first_figure(typed) if typed else None
    if figure is None or figure.value is None or figure.unit in ("factor", "grade"):
        return None
    if figure.unit in ("%", "ratio", "all") or (figure.unit is None and unit == "%"):
        return Level(figure.value, "%")
    return Level(figure.value, figure.unit)


def comparable(one: Level, two: Level) -> bool:
    """Whether both are levels of one kind; points beside per cent are a change, not a level."""
    return one.unit == two.unit


def is_behind(seen: Seen, update: Update, begins: date, share: float) -> bool:
    """Whether the level reported lies under the straight line from start to target.

    By `share` of the whole way or more, on the day of the report; the line runs from the date of
    the starting figure, else from the agreement, else from `begins`, to the due date.
    """
    reached = level(update.reading, seen.draft.unit)
    gain, start, due = seen.gain, seen.start, seen.draft.due
    if reached is None or not gain or gain < 0 or start is None or seen.sign is None or due is None:
        return False
    if not comparable(reached, start):
        return False
    since = seen.draft.baseline_date or seen.planned.agreed_on or begins
    whole = (due - since).days
    gone = min(1.0, max(0.0, (update.on - since).days / whole)) if whole > 0 else 1.0
    way = (reached.value - start.value) * seen.sign
    return gone * gain - way >= share * gain and way < gone * gain


class OwnerFault(StrEnum):
    """Why an action has not exactly one known person to answer for it."""

    NOBODY = "nobody"
    GROUP = "group"
    UNKNOWN = "unknown"
    LEFT = "left"


# What a display name adds after the name itself: "Ruth Adeyemi (Quality)", "Ruth Adeyemi | English".
_ADDED = re.compile(r"\s[-–|]\s|\s*[(\[|]")
_SURNAME_FIRST = re.compile(r"[^\W\d_][\w'’-]*,\s*[^\W\d_][\w'’-]*(?:\s[^\W\d_]\.?)?")
_SEVERAL = re.compile(r"\band\b|[&/,;+]|<@\w+(?:\|[^>]*)?>.*<@\w+", re.IGNORECASE)
_TEAM = re.compile(
    r"\b(?:teams?|departments?|dept|faculty|slt|smt|elt|clt|hods?|heads|leads|leaders|committee|staff"
    r"|tutors|teachers|lecturers|assessors|coaches|managers|governors|everyone|everybody)\b"
    r"|^(?:all|both|various|the college)$",
    re.IGNORECASE,
)
_POST = re.compile(
    r"\b(?:head|director|manager) of\b|\b(?:manager|co-?ordinator|principal)$", re.IGNORECASE
)
_VACANT = re.compile(
    r"(?:tb[acd]|vacan\w+|nobody|none|n/?a|to be \w+|new post|unknown)\b.*", re.IGNORECASE
)


def owner_fault(planned: Planned, departments: Set[str]) -> OwnerFault | None:
    """What is wrong with the owner; `departments` are their names in small letters.

    A known account can stand for a department or a post, which is nobody's own job all the same.
    """
    name = _ADDED.split((planned.owner_name or "").strip())[0].strip(" .")
    if planned.owner_left:
        return OwnerFault.LEFT
    if _VACANT.fullmatch(name):
        return OwnerFault.NOBODY
    if not re.search(r"\w", name):
        return OwnerFault.NOBODY if planned.owner is None else None
    if name.lower() in departments or _TEAM.search(name) or _POST.search(name):
        return OwnerFault.GROUP
    if find_people(name, "owner")[1]:
        return OwnerFault.GROUP
    if _SEVERAL.search(name) and not (planned.owner and _SURNAME_FIRST.fullmatch(name)):
        return OwnerFault.GROUP
    return OwnerFault.UNKNOWN if planned.owner is None else None
