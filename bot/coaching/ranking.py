"""A plan that is too long, ordered by what each action is likely to do for learners."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.coaching.checks_shape import most_actions
from bot.coaching.impact import Rung
from bot.coaching.looking import Seen
from bot.coaching.phrases import listed, start_upper
from bot.coaching.viewing import View, is_grave, view
from bot.coaching.whole_plan import STANDARD, Limits, WholePlan


@dataclass(frozen=True)
class Ranked:
    """An action in its place. `keeps` is whether the plan has room for it; the lead decides."""

    reference: str
    worth: int
    keeps: bool
    why: str


# What speaks for an action, in points, and how that is said. An outcome weighs more than a sign of
# engagement, since the plan is judged on it; being measurable more than its place in the plan.
_SPEAKS_FOR: tuple[tuple[int, str, Callable[[Seen], bool]], ...] = (
    (5, "names what learners will achieve", lambda s: s.rung >= Rung.OUTCOME),
    (4, "names what learners will do better", lambda s: s.rung is Rung.ENGAGEMENT),
    (2, "changes what staff do", lambda s: s.rung is Rung.PRACTICE),
    (3, "can be checked on the day", lambda s: not s.lacks),
    (1, "stands under a theme", lambda s: bool(s.draft.theme)),
)
_AN_AREA, _WIDER, _MOST_WIDER = 2, 1, 2
# For an area for improvement that no action above answers, and one of the gravest: more than all the
# rest together, since parking its last action would leave the plan without an answer to it.
_NEW_AREA, _NEW_GRAVE_AREA = 20, 40


def ranking(plan: WholePlan, limits: Limits = STANDARD) -> tuple[Ranked, ...]:
    """The live actions of a plan over its limit of size, best first; () where it is within.

    Points are for how high the impact stands on the ladder, for being measurable, for a theme, and
    for each area for improvement that an action answers, most of all one that no action above it
    answers. So the last action on one is not parked as long as there is room. Where two are
    equal the lower reference comes first.
    """
    seen = view(plan)
    most = most_actions(plan, limits)
    if len(seen.live) <= most:
        return ()
    grave = _graves(seen)
    left = list(seen.live)
    fixed = {id(s): _fixed(s) for s in left}
    open_areas = set(grave)
    ranked: list[Ranked] = []
    while left:
        best = max(left, key=lambda s: fixed[id(s)] + _of_areas(s, grave, open_areas))
        left.remove(best)
        worth = fixed[id(best)] + _of_areas(best, grave, open_areas)
        ranked.append(
            Ranked(best.reference, worth, len(ranked) < most, _why(best, seen, open_areas))
        )
        open_areas.difference_update(best.draft.sar_items)
    return tuple(ranked)


def _graves(seen: View) -> dict[str, bool]:
    """The areas for improvement that do not wait, and whether each is of the gravest."""
    areas = seen.plan.areas_for_improvement
    return {i.reference: is_grave(i) for i in areas if i.reference not in seen.plan.parked_items}


def _fixed(s: Seen) -> int:
    return sum(points for points, _, speaks in _SPEAKS_FOR if speaks(s))


def _of_areas(s: Seen, grave: dict[str, bool], open_areas: set[str]) -> int:
    answered = [reference for reference in s.draft.sar_items if reference in grave]
    if not answered:
        return 0
    new = [reference for reference in answered if reference in open_areas]
    worth = _AN_AREA + _WIDER * min(_MOST_WIDER, len(set(answered)) - 1)
    return worth + max((_NEW_GRAVE_AREA if grave[r] else _NEW_AREA for r in new), default=0)


def _why(s: Seen, seen: View, open_areas: set[str]) -> str:
    says = [words for _, words, speaks in _SPEAKS_FOR if speaks(s)]
    new = [reference for reference in dict.fromkeys(s.draft.sar_items) if reference in open_areas]
    alone = [reference for reference in new if len(seen.by_item[reference]) == 1]
    if alone:
        says.insert(0, f"is the only one on {listed(alone)}")
    elif new:
        says.insert(0, f"is the best of those on {listed(new)}")
    elif set(s.draft.sar_items) & {i.reference for i in seen.plan.areas_for_improvement}:
        says.append("answers nothing that an action above does not")
    if not says:
        return "It names no change for learners and answers no area for improvement."
    return f"{start_upper(listed(says))}."
