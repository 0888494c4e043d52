"""The review of a whole plan: every check in the order of showing, and what to mend first.

There is no grade over all; each thing is told by itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.coaching import checks_progress as progress
from bot.coaching import checks_quality as quality
from bot.coaching import checks_shape as shape
from bot.coaching.viewing import Found, Light, View, view
from bot.coaching.whole_plan import STANDARD, Limits, WholePlan

# More than these at once and nothing gets mended: rubric for whole plans.
_AT_ONCE = 3


class Group(IntEnum):
    """In which order checks are shown and mended."""

    HARD_ERRORS = 1
    COVERAGE = 2
    IMPACT = 3
    LOAD = 4
    TIMING = 5
    REST = 6


class Verb(StrEnum):
    """What the one click beside a check does."""

    INTERVIEW = "interview"
    LINK = "link"
    EDIT = "edit"
    MERGE = "merge"
    RANK = "rank"
    ASSIGN = "assign"
    MILESTONE = "milestone"
    UPDATE = "update"
    THEME = "theme"


@dataclass(frozen=True)
class Mend:
    """The one click that mends the first of the references; None where it is for the plan itself.

    Beside `merge` the check's second reference is the action to merge with.
    """

    verb: Verb
    reference: str | None


@dataclass(frozen=True)
class Check:
    """One check of the plan. `says` is a sentence for its quality lead: it may name an owner.

    `references` are of actions, SAR items or themes, the worst first where one is worse; `count` is
    how many things the sentence speaks of. `mend` is None where there is nothing to mend.
    """

    name: str
    group: Group
    light: Light
    count: int
    references: tuple[str, ...]
    says: str
    mend: Mend | None


# In the order of showing; `tactical` and `sponsors` are beside the rubric's twenty-one.
CHECKS: dict[str, tuple[Callable[[View, Limits], Found], Group, Verb]] = {
    "owners": (quality.owners, Group.HARD_ERRORS, Verb.ASSIGN),
    "targets": (quality.targets, Group.HARD_ERRORS, Verb.EDIT),
    "coverage": (quality.coverage, Group.COVERAGE, Verb.INTERVIEW),
    "orphans": (quality.orphans, Group.COVERAGE, Verb.LINK),
    "measurable": (quality.measurable, Group.IMPACT, Verb.INTERVIEW),
    "impact": (quality.impact, Group.IMPACT, Verb.INTERVIEW),
    "restated": (quality.restated, Group.IMPACT, Verb.INTERVIEW),
    "themes": (shape.themes, Group.LOAD, Verb.THEME),
    "theme_size": (shape.theme_size, Group.LOAD, Verb.THEME),
    "size": (shape.size, Group.LOAD, Verb.RANK),
    "load": (shape.load, Group.LOAD, Verb.ASSIGN),
    "milestones": (progress.milestones, Group.TIMING, Verb.MILESTONE),
    "end_loaded": (progress.end_loaded, Group.TIMING, Verb.EDIT),
    "stale": (progress.stale, Group.TIMING, Verb.UPDATE),
    "overdue": (progress.overdue, Group.TIMING, Verb.UPDATE),
    "overlap": (shape.overlap, Group.REST, Verb.MERGE),
    "lag": (progress.lag, Group.REST, Verb.MILESTONE),
    "honesty": (progress.honesty, Group.REST, Verb.UPDATE),
    "ambition": (quality.ambition, Group.REST, Verb.EDIT),
    "inclusion": (shape.inclusion, Group.REST, Verb.INTERVIEW),
    "length": (quality.length, Group.REST, Verb.EDIT),
    "tactical": (shape.tactical, Group.REST, Verb.LINK),
    "sponsors": (shape.sponsors, Group.REST, Verb.THEME),
}


def review(plan: WholePlan, limits: Limits = STANDARD) -> tuple[Check, ...]:
    """Every check of the plan, in the order of showing; each action is read once."""
    seen = view(plan)
    return tuple(
        _check(name, judge(seen, limits), group, verb)
        for name, (judge, group, verb) in CHECKS.items()
    )


def _check(name: str, found: Found, group: Group, verb: Verb) -> Check:
    count = len(found.references) if found.number is None else found.number
    mend = None
    if found.light in _TO_MEND:
        mend = Mend(verb, found.references[0] if found.references else None)
    return Check(name, group, found.light, count, found.references, found.says, mend)


_TO_MEND = (Light.RED, Light.AMBER)


def first_to_fix(found: Iterable[Check]) -> tuple[Check, ...]:
    """At most three checks, by their groups in order, and red before amber within a group."""
    to_mend = [check for check in found if check.light in _TO_MEND]
    to_mend.sort(key=lambda check: (check.group, check.light is not Light.RED))
    return tuple(to_mend[:_AT_ONCE])
