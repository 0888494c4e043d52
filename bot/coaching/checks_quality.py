"""Checks of a whole plan on what its actions say: owner, target, link, measure, impact, length.

Live actions are drafts, agreed ones and those in progress; complete, withdrawn and parked ones are
not. Every check here counts drafts, as an imported plan is all drafts at first. The number that opens
a docstring is the check's in the rubric for whole plans, which the limits quote too.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from bot.coaching.impact import Rung
from bot.coaching.looking import OwnerFault, Seen, owner_fault
from bot.coaching.phrases import in_words
from bot.coaching.viewing import (
    NO_ACTIONS,
    Found,
    Light,
    View,
    at_least,
    is_grave,
    references,
    share_of,
    some,
    upto,
    worst,
)
from bot.coaching.whole_plan import Limits, WholePlan


def owners(view: View, limits: Limits) -> Found:
    """7: every live action has exactly one known person."""
    if not view.live:
        return NO_ACTIONS
    departments = {item.department.lower() for item in view.plan.items if item.department}
    faults = [(s, fault) for s in view.live if (fault := owner_fault(s.planned, departments))]
    if not faults:
        return Found(Light.GREEN, "Every action has one named person who answers for it.")
    parts = []
    for kind, say in _OWNER_SAYS.items():
        those = [s for s, fault in faults if fault is kind]
        if those:
            parts.append(say(those))
    says = share_of(len(faults), len(view.live), "action", "has", "have")
    says += f" no single person to answer for {'it' if len(faults) == 1 else 'them'}"
    return Found(Light.RED, f"{says}: {'; '.join(parts)}.", references([s for s, _ in faults]))


def _with_names(those: Sequence[Seen]) -> str:
    return some([f"{s.reference} (“{s.planned.owner_name}”)" for s in those])


_OWNER_SAYS: dict[OwnerFault, Callable[[Sequence[Seen]], str]] = {
    OwnerFault.NOBODY: lambda those: f"nobody is named for {some(references(those))}",
    OwnerFault.GROUP: lambda those: (
        f"a team, a post or several people stand beside {_with_names(those)}"
    ),
    OwnerFault.UNKNOWN: lambda those: (
        f"no known person goes by the name beside {_with_names(those)}"
    ),
    OwnerFault.LEFT: lambda those: f"whoever had {some(references(those))} has left",
}


def targets(view: View, limits: Limits) -> Found:
    """17: targets and dates that cannot be right.

    A date gone by counts here for a draft, and where it had gone when the action was agreed; an
    agreed action whose date has passed since is overdue instead.
    """
    if not any(s.draft.target or s.draft.due for s in view.live):
        return Found(Light.UNKNOWN, "No action has a target or a date yet.")
    wrong = [(s, why) for s in view.live if (why := _wrong(s, view.plan))]
    if not wrong:
        return Found(Light.GREEN, "Every target and date given so far makes sense.")
    says = share_of(len(wrong), len(view.live), "action", "has", "have")
    says += f" a target or a date that cannot be right: {some([why for _, why in wrong], 2)}."
    return Found(Light.RED, says, references([s for s, _ in wrong]))


def _wrong(s: Seen, plan: WholePlan) -> str | None:
    name, draft = s.reference, s.draft
    if s.gain is not None and s.gain < 0:
        return f"{name} aims for worse than it starts from ({draft.baseline} to {draft.target})"
    for figure, typed in ((s.start, draft.baseline), (s.aim, draft.target)):
        if figure and figure.unit == "%" and not 0 <= figure.value <= 100:
            return f"{name} gives {typed}, which no percentage can be"
    if draft.due is None:
        return None
    if draft.due < plan.begins:
        return f"{name} is due before this plan begins"
    if draft.due > plan.ends:
        return f"{name} is due after this plan ends"
    decided = s.planned.agreed_on if s.planned.is_agreed else plan.today
    if decided and draft.due < decided:
        return f"{name} is due on {in_words(draft.due)}, which has already gone"
    return None


def coverage(view: View, limits: Limits) -> Found:
    """1: every area for improvement has a live or completed action, or a recorded reason to wait."""
    total = len(view.plan.areas_for_improvement)
    if not total:
        return Found(Light.UNKNOWN, "The SAR has no areas for improvement in it yet.")
    missing = [item.reference for item in view.uncovered]
    light = at_least((total - len(missing)) / total, limits.coverage_green, limits.coverage_amber)
    if not missing:
        return Found(light, "Every area for improvement has an action or an agreed reason to wait.")
    grave = [item.reference for item in view.uncovered if is_grave(item)]
    says = share_of(len(missing), total, "area for improvement", "has", "have")
    says += f" no action yet: {some(missing)}"
    if grave:
        light = Light.RED
        says += f"; {some(grave)} {'is' if len(grave) == 1 else 'are'} among the most serious"
    return Found(light, f"{says}.", tuple(missing))


def orphans(view: View, limits: Limits) -> Found:
    """2: live actions that answer nothing in the SAR."""
    if not view.live:
        return NO_ACTIONS
    if not view.plan.items:
        return Found(Light.UNKNOWN, "There is no SAR here yet for the actions to answer.")
    in_sar = {item.reference for item in view.plan.items}
    loose = [s for s in view.live if in_sar.isdisjoint(s.draft.sar_items)]
    if not loose:
        return Found(Light.GREEN, "Every action answers something in the SAR.")
    says = share_of(len(loose), len(view.live), "action", "answers", "answer")
    says += f" nothing in the SAR: {some(references(loose))}."
    light = upto(len(loose) / len(view.live), 0, limits.orphans_amber)
    return Found(light, says, references(loose))


def measurable(view: View, limits: Limits) -> Found:
    """8: live actions with all that someone needs to check them on the day."""
    if not view.live:
        return NO_ACTIONS
    total = len(view.live)
    short = [s for s in view.live if s.lacks]
    light = at_least((total - len(short)) / total, limits.measurable_green, limits.measurable_amber)
    if not short:
        return Found(light, "Every action says from what to what, by when, and where to look.")
    lacking = Counter(name for s in short for name in s.lacks)
    says = share_of(len(short), total, "action", "lacks", "lack")
    says += f" something needed to check {'it' if len(short) == 1 else 'them'} later, "
    says += f"most often {max(lacking, key=lambda name: lacking[name])}"
    return Found(light, f"{says}: {some(references(short))}.", references(short))


def impact(view: View, limits: Limits) -> Found:
    """9: live actions that name a change for learners.

    A change in what staff do counts where another action of its theme names what learners gain.
    """
    if not view.live:
        return NO_ACTIONS
    total = len(view.live)
    short = [s for s in view.live if not _reaches_learners(s, view)]
    light = at_least((total - len(short)) / total, limits.impact_green, limits.impact_amber)
    if not short:
        return Found(light, "Every action leads to a change for learners.")
    says = share_of(len(short), total, "action", "stops", "stop")
    says += f" short of a change for learners: {some(references(short))}."
    return Found(light, says, references(short))


def _reaches_learners(s: Seen, view: View) -> bool:
    beside = view.by_theme.get(s.draft.theme or "", [])
    led_by = s.rung is Rung.PRACTICE and any(other.is_for_learners for other in beside)
    return s.is_for_learners or led_by


def restated(view: View, limits: Limits) -> Found:
    """10: live actions whose impact is the action said again."""
    if not any(s.draft.impact for s in view.live):
        return Found(Light.UNKNOWN, "No action says yet what it is for.")
    again = [s for s in view.live if s.restates]
    if not again:
        return Found(Light.GREEN, "No action gives itself again as its impact.")
    light = upto(len(again), 0, limits.restated_amber)
    if len(again) / len(view.live) >= limits.restated_share:
        light = Light.RED
    says = share_of(len(again), len(view.live), "action", "gives", "give")
    says += f" no more than the work itself as the impact: {some(references(again))}."
    return Found(light, says, references(again))


def ambition(view: View, limits: Limits) -> Found:
    """18: percentages that hardly move, or move very far, without a word on why or how; never red.

    National rates are no data of the plan, so a target below them is not seen here.
    """
    shares = [s for s in view.live if s.gain is not None and s.aim and s.aim.unit == "%"]
    if not shares:
        return Found(Light.UNKNOWN, "No action gives both ends of a percentage yet.")
    open_ones = [s for s in shares if not s.planned.is_explained]
    little = [s for s in open_ones if s.gain is not None and 0 <= s.gain < limits.ambition_least]
    much = [s for s in open_ones if s.gain is not None and s.gain > limits.ambition_most]
    if not little and not much:
        return Found(Light.GREEN, "No target moves too little or too far to be believed.")
    parts = []
    if little:
        verb = "moves" if len(little) == 1 else "move"
        parts.append(
            f"{some(references(little))} {verb} by less than {_points(limits.ambition_least)}"
        )
    if much:
        verb = "moves" if len(much) == 1 else "move"
        parts.append(
            f"{some(references(much))} {verb} by more than {_points(limits.ambition_most)} in a year"
        )
    says = f"{' and '.join(parts)}, without a word on {'why' if little else 'how'}."
    return Found(Light.AMBER, says, references([*little, *much]))


def _points(number: float) -> str:
    return f"{number:g} percentage point{'' if number == 1 else 's'}"


def length(view: View, limits: Limits) -> Found:
    """20: actions, impacts and areas for improvement that are too long to read at a glance."""
    sizes: list[tuple[str, int, Light]] = []
    for s in view.live:
        words = max(len((text or "").split()) for text in (s.draft.action, s.draft.impact))
        sizes.append((s.reference, words, upto(words, limits.words_green, limits.words_amber)))
    for item in view.plan.areas_for_improvement:
        words = len(item.judgement.split())
        light = upto(words, limits.judgement_green, limits.words_amber)
        sizes.append((item.reference, words, light))
    if not sizes:
        return NO_ACTIONS
    long = sorted((each for each in sizes if each[2] is not Light.GREEN), key=lambda each: -each[1])
    if not long:
        return Found(Light.GREEN, "Everything is short enough to read at a glance.")
    each = some([f"{reference} ({words} words)" for reference, words, _ in long])
    is_one = "is" if len(long) == 1 else "are"
    says = f"{each} {is_one} too long to read at a glance."
    return Found(worst(*(light for _, _, light in long)), says, tuple(r for r, _, _ in long))
