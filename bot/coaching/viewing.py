"""A whole plan as its checks see it, and the words and lights in which they answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from bot.coaching.draft import SarItemView
from bot.coaching.frameworks import is_weak_grade, names_weak_grade
from bot.coaching.looking import Seen, look
from bot.coaching.phrases import listed
from bot.coaching.whole_plan import WholePlan
from storage.vocabulary import Status


class Light(StrEnum):
    """UNKNOWN where the plan does not hold what the check needs; that is never green."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    UNKNOWN = "unknown"


class Found(NamedTuple):
    """What one check found; `number` is of what it speaks, where that is not the references."""

    light: Light
    says: str
    references: tuple[str, ...] = ()
    number: int | None = None


NO_ACTIONS = Found(Light.UNKNOWN, "There are no live actions to look at yet.")


@dataclass(frozen=True)
class View:
    """A plan with each of its actions read once, in the order of their references."""

    plan: WholePlan
    seen: tuple[Seen, ...]

    @cached_property
    def live(self) -> list[Seen]:
        return [s for s in self.seen if s.planned.is_live]

    @cached_property
    def agreed(self) -> list[Seen]:
        """The live actions that somebody has promised."""
        return [s for s in self.seen if s.planned.is_agreed]

    @cached_property
    def answered(self) -> frozenset[str]:
        """The SAR items that a live or a completed action answers."""
        return frozenset(
            reference
            for s in self.seen
            if s.planned.is_live or s.planned.status is Status.COMPLETE
            for reference in s.draft.sar_items
        )

    @cached_property
    def uncovered(self) -> list[SarItemView]:
        """The areas for improvement with neither an action nor a reason to wait, gravest first."""
        closed = self.answered | self.plan.parked_items
        missing = [i for i in self.plan.areas_for_improvement if i.reference not in closed]
        return sorted(missing, key=lambda item: not is_grave(item))

    @cached_property
    def by_theme(self) -> dict[str, list[Seen]]:
        """The live actions of every theme that leaders set or that an action names."""
        themes: dict[str, list[Seen]] = {theme.name: [] for theme in self.plan.themes}
        for s in self.live:
            if s.draft.theme:
                themes.setdefault(s.draft.theme, []).append(s)
        return themes

    @cached_property
    def by_item(self) -> dict[str, list[Seen]]:
        """The live actions that answer each SAR item."""
        items: dict[str, list[Seen]] = {}
        for s in self.live:
            for reference in dict.fromkeys(s.draft.sar_items):
                items.setdefault(reference, []).append(s)
        return items


def view(plan: WholePlan) -> View:
    """Read every action of the plan once; withdrawn ones are left aside."""
    kept = [a for a in plan.actions if a.status is not Status.WITHDRAWN]
    kept.sort(key=lambda action: natural(action.reference))
    return View(plan, tuple(look(action, plan.today) for action in kept))


def natural(reference: str) -> list[tuple[str, int]]:
    """A key that puts A-2 before A-10."""
    parts = re.findall(r"(\D*)(\d*)", reference)
    return [(text, int(digits) if digits else -1) for text, digits in parts]


def is_grave(item: SarItemView) -> bool:
    """Whether an area for improvement was judged weak, or is about safeguarding.

    It is what an inspector or a governor asks about first.
    """
    told = [text for text in (item.evaluation_area, item.judgement, item.evidence) if text]
    if item.grade and is_weak_grade(item.grade):
        return True
    return any("safeguard" in text.lower() or names_weak_grade(text) for text in told)


def upto(value: float, green: float, amber: float) -> Light:
    """The light where less is better; both limits belong to their light."""
    return Light.GREEN if value <= green else Light.AMBER if value <= amber else Light.RED


def at_least(value: float, green: float, amber: float) -> Light:
    """The light where more is better; both limits belong to their light."""
    return Light.GREEN if value >= green else Light.AMBER if value >= amber else Light.RED


_BRIGHT = (Light.GREEN, Light.AMBER, Light.RED)


def worst(*lights: Light) -> Light:
    """The worst of these lights, of which none is UNKNOWN."""
    return max(lights, key=_BRIGHT.index, default=Light.GREEN)


def references(seen: Sequence[Seen]) -> tuple[str, ...]:
    return tuple(s.reference for s in seen)


_PLURALS = {"area for improvement": "areas for improvement", "person": "people"}


def counted(number: int, noun: str) -> str:
    """ "1 action", "3 actions"."""
    return f"{number} {noun if number == 1 else _PLURALS.get(noun, f'{noun}s')}"


def share_of(number: int, total: int, noun: str, one: str, more: str) -> str:
    """ "2 of 12 actions lack"; `one` and `more` are the verb for one and for several."""
    if total == 1:
        return f"The only {noun} {one}"
    whole = "Both" if total == 2 else f"All {total}"
    share = whole if number == total else f"{number} of {total}"
    return f"{share} {_PLURALS.get(noun, f'{noun}s')} {one if number == 1 else more}"


def some(words: Sequence[str], most: int = 3) -> str:
    """The first of many: "A-1, A-2, A-3 and 4 more"; one more is named rather than counted."""
    rest = len(words) - most
    return listed([*words[:most], f"{rest} more"] if rest > 1 else list(words))
