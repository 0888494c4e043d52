"""The criteria of a good action, each a small function from a draft to a finding."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.coaching.draft import Draft, Setting
from bot.coaching.figures import first_figure
from bot.coaching.said import said
from bot.coaching.words import overlap
from storage.vocabulary import Direction, Verdict

# Words an action or its impact may have: domain rubric check 20 (40 is within, 60 is too long).
MOST_WORDS = 40
# How much of the impact may be the action's own words before it counts as said again.
RESTATED_SHARE = 0.6


@dataclass(frozen=True)
class Finding:
    """One thing the coach sees in an action: the verdict, one sentence why, one mending question."""

    criterion: str
    verdict: Verdict
    why: str
    question: str = ""


def _met(why: str) -> tuple[Verdict, str]:
    return Verdict.MET, why


def _linked(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if draft.sar_items:
        return _met(f"It answers {' and '.join(draft.sar_items)}.")
    return Verdict.MISSING, "It is not linked to anything in the SAR."


def _driver(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if draft.driver:
        return _met("The reason for it is given.")
    return Verdict.MISSING, "It does not say what in the SAR drove it."


def _impact(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if not draft.impact:
        if draft.so_what:
            return Verdict.WEAK, "What was said is about the action or about staff, not learners."
        return Verdict.MISSING, "It does not say what will be different for learners."
    if not said(draft.impact, setting.today).learner_outcome:
        return Verdict.WEAK, "It does not name a change in what learners achieve, attend or can do."
    return _met("It names a change for learners.")


def _not_restated(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if not draft.impact:
        return Verdict.MISSING, "There is no impact to compare with the action."
    reading = said(draft.impact, setting.today, draft.action or "")
    again = overlap(draft.impact, draft.action or "") >= RESTATED_SHARE
    if reading.restates_action or (again and not reading.learner_outcome):
        return Verdict.WEAK, "The impact says the action again."
    return _met("The impact goes beyond the action.")


def _measurable(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if not draft.measure:
        return Verdict.MISSING, "No measure is named."
    if not draft.target:
        return Verdict.WEAK, "Without a level to reach nobody can say yes or no on the day."
    return _met("Someone with the data can say yes or no on the day.")


def _baseline(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if not draft.baseline:
        return Verdict.MISSING, "The starting figure is not known."
    return _met("The starting figure is given.")


def compare(draft: Draft) -> int | None:
    """1 where the target is better than the baseline, 0 where equal, -1 where worse, else None."""
    if not draft.baseline or not draft.target:
        return None
    start, aim = first_figure(draft.baseline), first_figure(draft.target)
    if start is None or aim is None or start.value is None or aim.value is None:
        return None
    if aim.unit in ("points", "factor"):
        return None
    if start.unit != aim.unit and {start.unit, aim.unit} - {None, "%"}:
        return None
    sign = -1 if draft.direction is Direction.LOWER else 1
    change = (aim.value - start.value) * sign
    return (change > 0) - (change < 0)


def _target(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if not draft.target:
        return Verdict.MISSING, "The level to reach is not set."
    if compare(draft) == -1:
        return Verdict.WEAK, "The target is worse than where you start."
    if compare(draft) == 0:
        return Verdict.WEAK, "The target is the same as where you start."
    if not re.search(r"\d|[a-z]", draft.target, re.I):
        return Verdict.WEAK, "The target is not a level."
    return _met("The level to reach is set.")


def _evidence(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if draft.evidence_source:
        return _met("It says where the figure will be read.")
    return Verdict.MISSING, "It does not say where the figure will be read."


def _due(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if not draft.due:
        return Verdict.MISSING, "It has no date."
    if draft.due > setting.plan_ends:
        return Verdict.WEAK, "The date is after this plan ends."
    return _met("It has a date within the plan.")


def _milestone(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if not draft.milestones:
        return Verdict.MISSING, "There is no check on the way."
    if not any(m.due for m in draft.milestones):
        return Verdict.WEAK, "The check on the way has no date."
    return _met("There is a dated check on the way.")


def _owner(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    if draft.owner:
        return _met("One named person is accountable.")
    return Verdict.MISSING, "Nobody is named as accountable."


def _concise(draft: Draft, setting: Setting) -> tuple[Verdict, str]:
    longest = max(len((draft.action or "").split()), len((draft.impact or "").split()))
    if not draft.action:
        return Verdict.MISSING, "It does not say what will be done."
    if longest > MOST_WORDS:
        return Verdict.WEAK, f"It runs to {longest} words; {MOST_WORDS} is plenty."
    return _met("It is short enough to read at a glance.")


Criterion = Callable[[Draft, Setting], tuple[Verdict, str]]

# The criterion, its function, and the question that would mend a gap.
CRITERIA: dict[str, tuple[Criterion, str]] = {
    "linked": (_linked, "Which SAR item does it answer?"),
    "driver": (_driver, "What in the SAR made this necessary?"),
    "impact": (_impact, "So what will be different for learners?"),
    "not_restated": (_not_restated, "What follows for learners once it is done?"),
    "measurable": (_measurable, "Which figure would show it?"),
    "baseline": (_baseline, "What is the figure now?"),
    "target": (_target, "What level do you want to reach?"),
    "evidence": (_evidence, "Where will you read the figure?"),
    "due": (_due, "By when?"),
    "milestone": (_milestone, "What should be seen by when, on the way?"),
    "owner": (_owner, "Which one person is accountable?"),
    "concise": (_concise, "Can it be said in fewer words?"),
}


def findings(draft: Draft, setting: Setting) -> list[Finding]:
    """A finding for every criterion, in the order of the table."""
    seen = []
    for name, (judge, question) in CRITERIA.items():
        verdict, why = judge(draft, setting)
        seen.append(Finding(name, verdict, why, "" if verdict is Verdict.MET else question))
    return seen


def gaps(draft: Draft, setting: Setting) -> list[Finding]:
    """The findings that are not met."""
    return [f for f in findings(draft, setting) if f.verdict is not Verdict.MET]
