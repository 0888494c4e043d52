"""The review of a whole plan: 21 checks, each with its count and what it is about; no overall grade.

The rules and their limits are those of the whole-plan rubric of the project's domain notes, section
4; the number of a check there stands beside each. Live actions are drafts and those under way (agreed
or in progress); complete and withdrawn ones are no longer checked, but for the honesty of "complete".
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from bot.coaching.criteria import compare
from bot.coaching.dates import year_end, year_start
from bot.coaching.figures import find_figures
from bot.coaching.impact import Rung
from bot.coaching.measures import BY_KEY, MEASURES
from bot.coaching.people import names_group
from bot.coaching.phrases import listed
from bot.coaching.plan import Check, Light, Limits, Mend, Planned, WholePlan
from bot.coaching.reading import Reading, read
from bot.coaching.words import content_stems
from storage.vocabulary import Rag, SarKind, Status


@dataclass(frozen=True)
class _Seen:
    """What all checks look at, read once."""

    plan: WholePlan
    limits: Limits
    live: tuple[Planned, ...]
    under_way: tuple[Planned, ...]
    readings: dict[str, Reading]


def review(plan: WholePlan, limits: Limits | None = None) -> tuple[Check, ...]:
    """Every check, in the order in which they should be read."""
    limits = limits or Limits()
    live = tuple(a for a in plan.actions if a.is_live)
    readings = {
        a.reference: read(a.draft.impact, plan.today, action=a.draft.action or "")
        for a in live
        if a.draft.impact
    }
    seen = _Seen(plan, limits, live, tuple(a for a in live if a.is_under_way), readings)
    return tuple(check(seen) for check in _CHECKS)


def first_to_fix(checks: Sequence[Check], most: int = 3) -> tuple[Check, ...]:
    """What to mend first: the red ones in their order, and then the amber."""
    return tuple(
        [c for light in (Light.RED, Light.AMBER) for c in checks if c.light is light][:most]
    )


# --- how a check is put together ------------------------------------------------------------


def _share(
    name: str,
    good: int,
    of: Sequence[Planned],
    bad: Sequence[str],
    steps: tuple[float, float],
    says: str,
    mend: Mend,
) -> Check:
    """A check of a share that should be high; `steps` are where it stops being green and amber."""
    if not of:
        return Check(name, Light.UNKNOWN, "There is no action to look at yet.")
    share = 100 * good / len(of)
    light = Light.GREEN if share >= steps[0] else Light.AMBER if share >= steps[1] else Light.RED
    return Check(name, light, says, tuple(bad), mend if bad else None)


def _none(
    name: str, bad: Sequence[str], fine: str, says: str, mend: Mend, *, red_from: int = 1
) -> Check:
    """A check of what should not be there at all."""
    if not bad:
        return Check(name, Light.GREEN, fine)
    light = Light.RED if len(bad) >= red_from else Light.AMBER
    return Check(name, light, _with(says, bad), tuple(bad), mend)


_NAMED = 6
# A share of fewer says nothing.
_FEW = 4


def _with(says: str, about: Sequence[str]) -> str:
    return f"{says}: {_named(about)}." if about else f"{says}."


def _named(about: Sequence[str]) -> str:
    named, more = list(about[:_NAMED]), len(about) - _NAMED
    return listed([*named, f"{more} more"] if more > 0 else named)


def _counted(says: str, good: int, of: int, noun: str, bad: Sequence[str], but: str) -> str:
    """ "Can be checked this term: 2 of 3 actions. Nothing to see yet from A-3." """
    counted = f"{says}: {good} of {_count(of, noun)}."
    return f"{counted} {but} {_named(bad)}." if bad else counted


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# --- hard errors ----------------------------------------------------------------------------


def _group_owner(seen: _Seen) -> Check:
    """7: not exactly one known person."""
    bad = [a.reference for a in seen.live if _owner_trouble(a)]
    fine = "Every action has one named person who answers for it."
    return _none("group_owner", bad, fine, "No one named person answers for", Mend.EDIT)


_SEVERAL = re.compile(r"\band\b|[&/,+]|<@[^>]+>.*<@", re.IGNORECASE)


def _owner_trouble(action: Planned) -> bool:
    name = action.draft.owner or ""
    if action.owner is not None:
        return action.owner_left
    return not name or bool(_SEVERAL.search(name)) or names_group(name)


def _target_sense(seen: _Seen) -> Check:
    """17: a target worse than the start, off its scale, or a date outside the year."""
    starts, ends = year_start(seen.plan.academic_year), year_end(seen.plan.academic_year)
    bad = []
    for action in seen.live:
        draft = action.draft
        levels = [*find_figures(draft.baseline or ""), *find_figures(draft.target or "")]
        off = any(f.unit == "%" and f.value is not None and not 0 <= f.value <= 100 for f in levels)
        past = action.status is Status.DRAFT and draft.due and draft.due < seen.plan.today
        outside = draft.due is not None and not starts <= draft.due <= ends
        if compare(draft) in (-1, 0) or off or past or outside:
            bad.append(action.reference)
    fine = "Every target is better than its start, and every date is in the year."
    says = "Target or date cannot be right (worse than the start, off the scale, outside the year)"
    return _none("target_sense", bad, fine, says, Mend.EDIT)


# --- coverage -------------------------------------------------------------------------------


def _coverage(seen: _Seen) -> Check:
    """1: areas for improvement with a live or complete action."""
    asked = [i for i in seen.plan.items if i.kind is SarKind.AREA_FOR_IMPROVEMENT]
    if not asked:
        return Check("coverage", Light.UNKNOWN, "The SAR has no area for improvement here yet.")
    answered = {
        r for a in seen.plan.actions if a.status is not Status.WITHDRAWN for r in a.draft.sar_items
    }
    bad = [item.reference for item in asked if item.reference not in answered]
    share = 100 * (len(asked) - len(bad)) / len(asked)
    critical = any(i.reference in bad and _CRITICAL.search(i.judgement) for i in asked)
    green, amber = seen.limits.covered
    light = Light.GREEN if share >= green else Light.AMBER if share >= amber else Light.RED
    good = len(asked) - len(bad)
    says = _counted("Have an action", good, len(asked), _AREA, bad, "None yet for")
    return Check(
        "coverage",
        Light.RED if critical else light,
        says.replace(f"{_AREA}s", "areas for improvement"),
        tuple(bad),
        Mend.INTERVIEW if bad else None,
    )


_AREA = "area for improvement"
_CRITICAL = re.compile(
    r"\b(?:safeguard\w*|inadequate|requires improvement|urgent improvement|needs attention)\b", re.I
)


def _unlinked(seen: _Seen) -> Check:
    """2: actions that answer nothing in the SAR."""
    bad = [a.reference for a in seen.live if not a.draft.sar_items]
    over = bool(seen.live) and 100 * len(bad) / len(seen.live) > seen.limits.unlinked
    check = _none(
        "unlinked",
        bad,
        "Every action answers something in the SAR.",
        "Nothing in the SAR is behind",
        Mend.EDIT,
        red_from=1 if over else len(bad) + 1,
    )
    return check


def _tactical(seen: _Seen) -> Check:
    """Actions that no theme needs, where there are themes."""
    bad = [a.reference for a in seen.live if seen.plan.themes and not a.draft.theme]
    fine = "Every action stands under a theme."
    if not seen.plan.themes:
        return Check("tactical", Light.UNKNOWN, "There are no themes yet.", mend=Mend.THEMES)
    return _none("tactical", bad, fine, "No theme needs", Mend.OPEN, red_from=len(bad) + 1)


# --- impact ---------------------------------------------------------------------------------


def _measurable(seen: _Seen) -> Check:
    """8: measure, start, target, date and source are all there."""
    needed = ("measure", "baseline", "target", "due", "evidence_source")
    bad = [a.reference for a in seen.live if not all(getattr(a.draft, n) for n in needed)]
    good = len(seen.live) - len(bad)
    says = _counted(
        "Can be checked on the day",
        good,
        len(seen.live),
        "action",
        bad,
        "Something is missing from",
    )
    return _share("measurable", good, seen.live, bad, seen.limits.measurable, says, Mend.EDIT)


def _learner_impact(seen: _Seen) -> Check:
    """9: the impact names a change for learners, or a change of practice beside one that does."""
    rungs = {r: reading.rung for r, reading in seen.readings.items()}
    themes = {a.draft.theme for a in seen.live if rungs.get(a.reference, 0) >= Rung.ENGAGEMENT}
    bad = []
    for action in seen.live:
        rung = rungs.get(action.reference, Rung.NONE)
        beside = rung is Rung.PRACTICE and action.draft.theme in themes
        if rung < Rung.ENGAGEMENT and not beside:
            bad.append(action.reference)
    good = len(seen.live) - len(bad)
    says = _counted(
        "Say what changes for learners", good, len(seen.live), "action", bad, "Ask “so what?” of"
    )
    return _share("learner_impact", good, seen.live, bad, seen.limits.for_learners, says, Mend.OPEN)


def _restated(seen: _Seen) -> Check:
    """10: the impact says the action again."""
    bad = [a.reference for a in seen.live if _restates(seen, a)]
    red = min(seen.limits.restated, max(1, -(-len(seen.live) // 10)))
    fine = "No impact says its action again."
    return _none(
        "restated", bad, fine, "The impact says the action again in", Mend.OPEN, red_from=red
    )


def _restates(seen: _Seen, action: Planned) -> bool:
    reading = seen.readings.get(action.reference)
    return reading is not None and reading.restates_action


# --- load -----------------------------------------------------------------------------------


def _themes(seen: _Seen) -> Check:
    """3: three to five themes."""
    number, (least, most, red) = len(seen.plan.themes), seen.limits.themes
    says = f"The plan has {_count(number, 'theme')}; {least} to {most} is what people can hold"
    light = Light.GREEN if least <= number <= most else Light.AMBER
    if number >= red or number <= 1:
        light = Light.RED
    return Check("themes", light, f"{says}.", mend=None if light is Light.GREEN else Mend.THEMES)


def _theme_size(seen: _Seen) -> Check:
    """4: two to five live actions in a theme."""
    least, most, red = seen.limits.in_a_theme
    held = Counter(a.draft.theme for a in seen.live)
    bad = [name for name in seen.plan.themes if not least <= held[name] <= most]
    worst = any(held[name] == 0 or held[name] >= red for name in bad)
    if not seen.plan.themes:
        return Check("theme_size", Light.UNKNOWN, "There are no themes yet.", mend=Mend.THEMES)
    fine = f"Each theme has {least} to {most} actions."
    says = f"A theme should have {least} to {most} actions. It is otherwise with"
    named = [f"{name} ({held[name]})" for name in bad]
    check = _none("theme_size", named, fine, says, Mend.THEMES)
    light = check.light if not bad else Light.RED if worst else Light.AMBER
    return Check(check.name, light, check.says, tuple(bad), check.mend)


def _plan_size(seen: _Seen) -> Check:
    """5: up to 25 live actions."""
    number, (most, red) = len(seen.live), seen.limits.in_the_plan
    light = Light.GREEN if number <= most else Light.AMBER if number < red else Light.RED
    says = f"The plan has {_count(number, 'live action')}; up to {most} stays readable."
    return Check("plan_size", light, says, mend=None if light is Light.GREEN else Mend.OPEN)


def _owner_load(seen: _Seen) -> Check:
    """6: one to three live actions a person; nobody carries over a quarter of a plan of 8 or more."""
    most, red = seen.limits.owned
    owned = Counter(a.owner for a in seen.live if a.owner is not None)
    names = {a.owner: a.draft.owner or a.owner for a in seen.live}
    heavy = [o for o, n in owned.most_common() if n > most]
    worst = any(
        owned[o] >= red or (len(seen.live) >= 8 and owned[o] > len(seen.live) / 4) for o in heavy
    )
    fine = f"Nobody owns more than {_count(most, 'live action')}."
    named = [f"{names[o]} ({owned[o]})" for o in heavy]
    red_from = 1 if worst else len(heavy) + 1
    return _none(
        "owner_load", named, fine, "Owns more than can be cared for", Mend.OPEN, red_from=red_from
    )


# --- timing ---------------------------------------------------------------------------------


def _milestone_this_term(seen: _Seen) -> Check:
    """12: a dated check on the way in the current term."""
    term = next((t for t in seen.plan.terms if t[0] <= seen.plan.today <= t[1]), None)
    if term is None:
        return Check("milestone_this_term", Light.UNKNOWN, "No term is on just now.")
    dated = [
        any(m.due and term[0] <= m.due <= term[1] for m in a.draft.milestones)
        for a in seen.under_way
    ]
    bad = [a.reference for a, good in zip(seen.under_way, dated, strict=True) if not good]
    good = len(seen.under_way) - len(bad)
    says = _counted(
        "Can be checked this term",
        good,
        len(seen.under_way),
        "action",
        bad,
        "Nothing to see on the way from",
    )
    steps = seen.limits.checked_this_term
    return _share("milestone_this_term", good, seen.under_way, bad, steps, says, Mend.MILESTONES)


def _end_loaded(seen: _Seen) -> Check:
    """13: dates in June, July and August, when it is too late to put anything right."""
    dated = [a for a in seen.live if a.draft.due]
    late = [a.reference for a in dated if a.draft.due and a.draft.due.month in (6, 7, 8)]
    if len(dated) < _FEW:
        return Check("end_loaded", Light.UNKNOWN, "Too few actions have a date to tell.")
    share, (amber, red) = 100 * len(late) / len(dated), seen.limits.due_in_summer
    light = Light.GREEN if share <= amber else Light.AMBER if share <= red else Light.RED
    says = (
        f"End in June, July or August, too late to put right: {len(late)} of {len(dated)} actions."
    )
    return Check(
        "end_loaded",
        light,
        says,
        tuple(late),
        None if light is Light.GREEN else Mend.EDIT,
    )


def _stale(seen: _Seen) -> Check:
    """14: days since the last update."""
    silent = {a.reference: _silence(a, seen.plan.today) for a in seen.under_way}
    most, red = seen.limits.silent_days
    bad = sorted((r for r, days in silent.items() if days > most), key=lambda r: -silent[r])
    worst = any(silent[r] > red for r in bad)
    fine = f"Every action under way has been updated in the last {most} days."
    says = f"No update for more than {most} days"
    return _none("stale", bad, fine, says, Mend.UPDATE, red_from=1 if worst else len(bad) + 1)


def _silence(action: Planned, today: date) -> int:
    days = [u.on for u in action.updates] + ([action.agreed_on] if action.agreed_on else [])
    return (today - max(days)).days if days else 0


def _overdue(seen: _Seen) -> Check:
    """21: past its date; a date that has been moved twice counts as well, as amber."""
    today = seen.plan.today
    late = [a.reference for a in seen.under_way if a.draft.due and a.draft.due < today]
    moved = [a.reference for a in seen.under_way if a.redated >= 2 and a.reference not in late]
    red = bool(late) and 100 * len(late) / len(seen.under_way) > seen.limits.overdue
    bad = [*late, *moved]
    fine = "No action is past its date."
    says = "Past its date, or put off twice"
    return _none("overdue", bad, fine, says, Mend.OPEN, red_from=1 if red else len(bad) + 1)


# --- the rest -------------------------------------------------------------------------------


def _overlap(seen: _Seen) -> Check:
    """11: pairs that say or measure the same."""
    stems = {a.reference: content_stems(a.draft.action or "") for a in seen.live}
    pairs = []
    for one, two in combinations(seen.live, 2):
        first, second = stems[one.reference], stems[two.reference]
        together = len(first | second)
        alike = together and len(first & second) / together >= seen.limits.same_words
        shares = bool({*one.draft.sar_items} & {*two.draft.sar_items})
        measure = one.draft.measure and one.draft.measure == two.draft.measure
        owner = one.owner is not None and one.owner == two.owner
        if alike or (shares and (measure or owner)):
            pairs.append(f"{one.reference} with {two.reference}")
    fine = "No two actions say the same."
    says = "May be one action rather than two"
    check = _none("overlap", pairs, fine, says, Mend.OPEN, red_from=seen.limits.overlapping)
    about = tuple(dict.fromkeys(part for pair in pairs for part in pair.split(" with ")))
    return Check(check.name, check.light, check.says, about, check.mend)


_YEARLY = {m.key for m in MEASURES if m.pace == "yearly"}


def _lag_pair(seen: _Seen) -> Check:
    """15: a measure known once a year, with no figure to look at on the way."""
    bad = []
    for action in seen.live:
        on_the_way = any(find_figures(m.text) for m in action.draft.milestones)
        if _keys(action.draft.measure or "") & _YEARLY and not on_the_way:
            bad.append(action.reference)
    fine = "Each measure that is known only once a year has a figure to look at on the way."
    says = "Known only once a year, with no figure on the way"
    return _none("lag_pair", bad, fine, says, Mend.MILESTONES, red_from=seen.limits.lagging)


def _keys(measure: str) -> set[str]:
    low = measure.lower()
    return {key for key, m in BY_KEY.items() if m.title.lower() == low or low in _names(key)}


def _names(key: str) -> set[str]:
    return {name.lower() for name in BY_KEY[key].names}


def _honesty(seen: _Seen) -> Check:
    """16: green, but behind the straight line from start to target or without a reading."""
    bad = [a.reference for a in seen.under_way if a.rag is Rag.GREEN and _is_behind(seen, a)]
    bad += [
        a.reference
        for a in seen.plan.actions
        if a.status is Status.COMPLETE and not any(u.reading for u in a.updates)
    ]
    green = [a for a in seen.under_way if a.rag is Rag.GREEN]
    valued = [a for a in green if any(u.reading for u in a.updates)]
    all_green = len(green) >= 10 and len(green) == len(seen.under_way)
    red = all_green and len(valued) < len(green) / 2
    fine = "Whatever is rated green or complete has the figures to show it."
    says = "Rated green or complete without a figure that shows it"
    red_from = 1 if red else seen.limits.honest
    return _none("honesty", bad, fine, says, Mend.UPDATE, red_from=red_from)


def _is_behind(seen: _Seen, action: Planned) -> bool:
    draft = action.draft
    told = [u for u in action.updates if u.reading]
    if not told:
        return True
    start, aim, now = (_value(text) for text in (draft.baseline, draft.target, told[-1].reading))
    begins = draft.baseline_date or action.agreed_on
    if None in (start, aim, now) or begins is None or draft.due is None or draft.due <= begins:
        return False
    assert start is not None and aim is not None and now is not None
    gone = min(max((told[-1].on - begins).days / (draft.due - begins).days, 0), 1)
    expected = start + (aim - start) * gone
    gap = abs(aim - start)
    short = (expected - now) if aim > start else (now - expected)
    return gap > 0 and short >= seen.limits.behind * gap


def _value(text: str | None) -> float | None:
    found = find_figures(text or "")
    return found[0].value if found else None


def _ambition(seen: _Seen) -> Check:
    """18: a target in per cent that hardly moves, or moves further than most do in a year."""
    least, most = seen.limits.ambitious_points
    bad = []
    for action in seen.live:
        start, aim = (
            find_figures(action.draft.baseline or ""),
            find_figures(action.draft.target or ""),
        )
        if not start or not aim or start[0].unit != "%" or aim[0].unit != "%":
            continue
        if start[0].value is None or aim[0].value is None:
            continue
        moves = abs(aim[0].value - start[0].value)
        if moves < least or moves > most:
            bad.append(action.reference)
    fine = "Every target in per cent is a stretch that a year allows."
    says = f"Moves by less than {least:g} point or more than {most:g}: is that meant"
    return _none(
        "ambition",
        bad,
        fine,
        says,
        Mend.EDIT,
        red_from=len(bad) + 1,
    )


_GROUPS = re.compile(
    r"\b(?:SEND|EHCPs?|education,? health and care|high needs|disadvantage\w*|free (?:college |school )?meals?|FSM"
    r"|care[- ]experienced|looked[- ]after|in care|ethnic\w*|boys|girls|gender|male|female|gap|vulnerable|refugees?|ESOL)\b",
    re.I,
)
_VOICES = re.compile(
    r"\b(?:survey\w*|questionnaire\w*|focus groups?|learner voice|feedback|employers?|parents?)\b",
    re.I,
)


def _inclusion(seen: _Seen) -> Check:
    """19: an action on the gap of a group, and a measure from what learners or employers say."""

    def said(*names: str) -> Iterator[str]:
        for action in seen.live:
            yield " ".join(str(getattr(action.draft, n) or "") for n in names)

    group = any(_GROUPS.search(text) for text in said("action", "impact", "measure"))
    voice = any(_VOICES.search(text) for text in said("measure", "evidence_source"))
    missing = [
        *([] if group else ["an action on the gap of a group of learners"]),
        *([] if voice else ["a measure from what learners or employers say"]),
    ]
    if not seen.live:
        return Check("inclusion", Light.UNKNOWN, "There is no action to look at yet.")
    if not missing:
        says = "The plan looks at a group's gap and at what learners or employers say."
        return Check("inclusion", Light.GREEN, says)
    light = Light.AMBER if len(missing) == 1 else Light.RED
    return Check(
        "inclusion", light, f"The plan does not have {listed(missing, 'or')}.", (), Mend.INTERVIEW
    )


def _length(seen: _Seen) -> Check:
    """20: words of an action or impact."""
    green, amber = seen.limits.words
    longest = {
        a.reference: max(len((a.draft.action or "").split()), len((a.draft.impact or "").split()))
        for a in seen.live
    }
    bad = sorted((r for r, words in longest.items() if words > green), key=lambda r: -longest[r])
    worst = any(longest[r] > amber for r in bad)
    fine = f"Every action and impact is said in {green} words or fewer."
    says = f"Longer than {green} words"
    return _none("length", bad, fine, says, Mend.EDIT, red_from=1 if worst else len(bad) + 1)


# In the order of the rubric: hard errors, coverage, impact, load, timing, then the rest.
_CHECKS: tuple[Callable[[_Seen], Check], ...] = (
    _group_owner,
    _target_sense,
    _coverage,
    _unlinked,
    _learner_impact,
    _restated,
    _measurable,
    _themes,
    _theme_size,
    _plan_size,
    _owner_load,
    _milestone_this_term,
    _end_loaded,
    _stale,
    _overdue,
    _overlap,
    _lag_pair,
    _honesty,
    _ambition,
    _inclusion,
    _length,
    _tactical,
)
