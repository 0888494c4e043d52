"""Checks of a whole plan on its shape: themes, size, load, overlap, and whom it is for.

Every check here counts drafts among the live actions. The number that opens a docstring is the
check's in the rubric for whole plans; those without one are beside it.
"""

import re
from collections.abc import Sequence

from bot.coaching.looking import Seen
from bot.coaching.overlap import Shows, pairs
from bot.coaching.phrases import start_upper
from bot.coaching.viewing import (
    NO_ACTIONS,
    Found,
    Light,
    View,
    counted,
    natural,
    references,
    share_of,
    some,
    upto,
    worst,
)
from bot.coaching.whole_plan import Limits, WholePlan


def themes(view: View, limits: Limits) -> Found:
    """3: how many themes leaders set, and actions name beside them."""
    number = len(view.by_theme)
    if not number and not view.live:
        return Found(Light.UNKNOWN, "There are no themes and no live actions yet.")
    if number <= 1:
        light = Light.RED
    elif number < limits.themes_fewest:
        light = Light.AMBER
    else:
        light = upto(number, limits.themes_green, limits.themes_amber)
    best = f"{limits.themes_fewest} to {limits.themes_green}"
    if not number:
        return Found(light, f"The plan has no themes yet; {best} show everyone what matters most.")
    says = f"The plan has {counted(number, 'theme')}"
    if light is Light.GREEN:
        return Found(light, f"{says}, few enough to keep in mind.", number=number)
    return Found(light, f"{says}, where {best} can be kept in mind.", tuple(view.by_theme), number)


def theme_size(view: View, limits: Limits) -> Found:
    """4: how many live actions each theme has."""
    if not view.live:
        return NO_ACTIONS
    if not view.by_theme:
        return Found(Light.UNKNOWN, "There are no themes yet for the actions to stand under.")
    sizes = {name: len(seen) for name, seen in view.by_theme.items()}
    lights = {name: _of_theme(size, limits) for name, size in sizes.items()}
    light = worst(*lights.values())
    odd = sorted(
        (name for name in sizes if lights[name] is not Light.GREEN),
        key=lambda name: lights[name] is not Light.RED,
    )
    best = f"{limits.theme_fewest} to {limits.theme_green}"
    if not odd:
        return Found(light, f"Each theme has {best} live actions.")
    each = [
        f"“{name}” has {counted(sizes[name], 'action') if sizes[name] else 'no action'}"
        for name in odd
    ]
    return Found(light, f"{some(each)}, where {best} is a theme’s best size.", tuple(odd))


def _of_theme(size: int, limits: Limits) -> Light:
    if size == 0:
        return Light.RED
    if size < limits.theme_fewest:
        return Light.AMBER
    return upto(size, limits.theme_green, limits.theme_amber)


def size(view: View, limits: Limits) -> Found:
    """5: how many live actions the plan has, for the size of its provider."""
    number = len(view.live)
    if not number:
        return NO_ACTIONS
    most = most_actions(view.plan, limits)
    light = upto(number, most, limits.size_amber // (2 if is_small(view.plan, limits) else 1))
    says = f"The plan has {counted(number, 'live action')}"
    if view.plan.learners is None and light is Light.GREEN and number > limits.size_green // 2:
        says += f", too many for a provider of fewer than {limits.small_provider} learners; how many there are is not known here."
        return Found(Light.UNKNOWN, says, number=number)
    if light is Light.GREEN:
        return Found(light, f"{says}, few enough to follow.", number=number)
    return Found(
        light, f"{says}; a plan that people keep up with has at most {most}.", number=number
    )


def is_small(plan: WholePlan, limits: Limits) -> bool:
    """Whether the provider is known to be a small one."""
    return plan.learners is not None and plan.learners < limits.small_provider


def most_actions(plan: WholePlan, limits: Limits) -> int:
    """How many live actions this provider's plan may have and still be green."""
    return limits.size_green // 2 if is_small(plan, limits) else limits.size_green


def load(view: View, limits: Limits) -> Found:
    """6: how many live actions one person answers for."""
    owned: dict[str, list[Seen]] = {}
    for s in view.live:
        if s.planned.owner is not None:
            owned.setdefault(s.planned.owner, []).append(s)
    if not owned:
        return Found(Light.UNKNOWN, "Nobody known answers for an action yet.")
    total = len(view.live)
    lights = {who: _of_load(len(seen), total, limits) for who, seen in owned.items()}
    heavy = sorted(
        (who for who in owned if lights[who] is not Light.GREEN),
        key=lambda who: (-len(owned[who]), natural(owned[who][0].reference)),
    )
    if not heavy:
        return Found(
            Light.GREEN, "Nobody answers for more actions than one person can keep moving."
        )
    each = []
    for number, who in enumerate(heavy):
        name, verb = ("One person", "answers for") if number == 0 else ("one person", "for")
        each.append(f"{_name_of(owned[who]) or name} {verb} {len(owned[who])}")
    says = f"{some(each)} of the {counted(total, 'action')}"
    if len(owned[heavy[0]]) > limits.load_green:
        says += f", where one person keeps {limits.load_green} moving."
    else:
        says += f", more than {limits.load_share:.0%} of the plan."
    light = worst(*lights.values())
    return Found(light, says, references([s for who in heavy for s in owned[who]]), len(heavy))


def _of_load(number: int, total: int, limits: Limits) -> Light:
    too_much = total >= limits.load_plan and number / total > limits.load_share
    return Light.RED if too_much else upto(number, limits.load_green, limits.load_amber)


def _name_of(seen: Sequence[Seen]) -> str | None:
    """The name that these actions give the one who answers for them; None where it says nobody."""
    names = (s.planned.owner_name or "" for s in seen)
    return next((name for name in names if re.search(r"\w", name)), None)


def overlap(view: View, limits: Limits) -> Found:
    """11: pairs of live actions that say the same; the first two references are the plainest pair."""
    if len(view.live) < 2:
        return Found(Light.UNKNOWN, "There are not two live actions yet to compare.")
    found = pairs([s.gist for s in view.live], limits.likeness)
    if not found:
        return Found(Light.GREEN, "No two actions say the same thing.")
    first, rest = found[0], len(found) - 1
    says = f"{first.first} and {first.second} {_PAIR_SAYS[first.shows]}"
    if first.owners_differ:
        says += " for different owners"
    if rest:
        says += f"; {counted(rest, 'more pair')} {'looks' if rest == 1 else 'look'} alike"
    concerned = tuple(dict.fromkeys(r for pair in found for r in (pair.first, pair.second)))
    return Found(upto(len(found), 0, limits.overlap_amber), f"{says}.", concerned, len(found))


_PAIR_SAYS: dict[Shows, str] = {
    Shows.WORDS: "say much the same thing",
    Shows.MEASURE: "aim at the same figure for the same learners",
    Shows.OWNER: "have the same owner and answer the same SAR item",
}


# Measures of a gap or of a group; measures of what learners and employers say.
_GROUP_MEASURES = frozenset(
    "gap fsm_gap support_achievement ehcp_outcomes rarpa_targets supported_internship_job".split()
)
_VOICE_MEASURES = frozenset(
    "learner_sat employer_sat nss_voice feel_safe confidence complaints".split()
)
_A_GROUP = re.compile(
    r"\b(?-i:SEND?|FSM|LAC|EAL|BAME)\b|\behcps?\b|health and care plans?\b|\bhigh needs\b|\bfree (?:school|college) meals"
    r"|pupil premium|disadvantaged|looked[- ]after|care[- ](?:leavers?|experienced)|young carers?"
    r"|\b(?:boys|girls|men|women|male|female)\b|\bethnic|global majority|disabilit|disabled|dyslexi"
    r"|learning difficult|special educational|black (?:caribbean|african|learners|students)",
    re.IGNORECASE,
)
_VOICE = re.compile(r"survey|focus group|voice|questionnaire|forum|complaint|feedback form", re.I)


def inclusion(view: View, limits: Limits) -> Found:
    """19: an action on a named group of learners, and a measure of what learners or employers say.

    Where no action is on a group, the references are of uncovered areas for improvement that are.
    """
    if not view.live:
        return NO_ACTIONS
    on_group = any(_is_on_group(s, view) for s in view.live)
    heard = any(_hears(s) for s in view.live)
    if on_group and heard:
        return Found(
            Light.GREEN, "The plan works for a named group of learners, and asks what people say."
        )
    no_group = "no action is for a group of learners who do less well than the rest"
    unheard = "no figure comes from what learners or employers say"
    waiting = (
        () if on_group else tuple(i.reference for i in view.uncovered if _names_group(i.judgement))
    )
    if on_group or heard:
        says = unheard if on_group else no_group
        return Found(Light.AMBER, f"{start_upper(says)}.", waiting, number=1)
    return Found(Light.RED, f"{start_upper(no_group)}, and {unheard}.", waiting, number=2)


def _is_on_group(s: Seen, view: View) -> bool:
    if s.measure and s.measure.key in _GROUP_MEASURES:
        return True
    judged = [i.judgement for i in view.plan.items if i.reference in s.draft.sar_items]
    return any(_names_group(text) for text in (s.draft.action, s.draft.impact, *judged))


def _names_group(text: str | None) -> bool:
    return text is not None and _A_GROUP.search(text) is not None


def _hears(s: Seen) -> bool:
    if s.measure and s.measure.key in _VOICE_MEASURES:
        return True
    return s.draft.evidence_source is not None and bool(_VOICE.search(s.draft.evidence_source))


def tactical(view: View, limits: Limits) -> Found:
    """Live actions under no theme that leaders set, and on no area for improvement."""
    if not view.live:
        return NO_ACTIONS
    if not view.plan.themes:
        return Found(Light.UNKNOWN, "Leaders have set no themes yet to hold the actions against.")
    wanted = {theme.name for theme in view.plan.themes}
    areas = {item.reference for item in view.plan.areas_for_improvement}
    loose = [
        s for s in view.live if s.draft.theme not in wanted and areas.isdisjoint(s.draft.sar_items)
    ]
    if not loose:
        return Found(Light.GREEN, "Every action serves a theme or an area for improvement.")
    says = share_of(len(loose), len(view.live), "action", "serves", "serve")
    says += f" no theme and no area for improvement: {some(references(loose))}."
    light = upto(len(loose) / len(view.live), 0, limits.orphans_amber)
    return Found(light, says, references(loose))


def sponsors(view: View, limits: Limits) -> Found:
    """Themes without one named person who answers for them; never red."""
    if not view.plan.themes:
        return Found(Light.UNKNOWN, "Leaders have set no themes yet.")
    bare = [theme.name for theme in view.plan.themes if not theme.sponsor]
    if not bare:
        return Found(Light.GREEN, "Every theme has a named sponsor.")
    says = share_of(len(bare), len(view.plan.themes), "theme", "has", "have")
    quoted = some([f"“{name}”" for name in bare])
    return Found(Light.AMBER, f"{says} no named sponsor: {quoted}.", tuple(bare))
