"""Reading one reply: what it says of learners, figures, dates, sources, people and reasons.

`read` is the embedded coach's whole understanding of a message; another coach may propose a
`Reading` of its own, and the same rules decide what is done with it.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.coaching.dates import find_dates
from bot.coaching.figures import LEARNERS, Figure, Part, find_figures
from bot.coaching.impact import (
    NOT_JUST,
    STAFF_MEASURE,
    TO_A_STANDARD,
    Rung,
    has_indicator,
    is_learner_outcome,
    is_of_the_provider,
    only_denies,
    restates,
    rung_of,
)
from bot.coaching.measures import Measure, find_measure
from bot.coaching.people import find_people
from bot.coaching.sources import find_reason, find_source
from bot.coaching.timing import find_due, find_milestones
from storage.models import Direction, Driver

LONGEST_REPLY = 4000


@dataclass(frozen=True)
class Reading:
    """What one reply says. Figures and sources stand as typed; nothing here is inferred beyond it."""

    text: str
    rung: Rung = Rung.NONE
    restates_action: bool = False
    learner_outcome: bool = False
    measurable: bool = False
    measure: Measure | None = None
    baseline: str | None = None
    target: str | None = None
    figures: tuple[Figure, ...] = ()
    unit: str | None = None
    direction: Direction | None = None
    due: date | None = None
    baseline_date: date | None = None
    evidence_source: str | None = None
    driver: Driver | None = None
    reason: str | None = None
    owners: tuple[str, ...] = ()
    group_owner: str | None = None
    milestones: tuple[tuple[date | None, str], ...] = ()
    figures_disagree: bool = False


_PUNCTUATION = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u2011": "-"})


# One turn reads the same impact for several criteria; a reading is a value and can be shared.
@lru_cache(maxsize=256)
def read(
    text: str,
    today: date,
    *,
    action: str = "",
    asked: str | None = None,
) -> Reading:
    """Read one reply typed on the day `today`, about the given action.

    `asked` names the field the person was asked for ("impact", "baseline", …): a lone figure or
    bare words are then taken as the answer to that question. Text beyond `LONGEST_REPLY`
    characters is not read.
    """
    text = text[:LONGEST_REPLY].translate(_PUNCTUATION)
    dates = find_dates(text, today)
    figures = find_figures(text, dates)
    affirmed = NOT_JUST.sub(
        lambda m: " " * len(m.group()) if only_denies(m.group()) else m.group(), text
    )
    named = find_measure(affirmed)
    if (
        named
        and STAFF_MEASURE.search(affirmed)
        and not re.search(rf"\b{LEARNERS}\b", affirmed, re.I)
    ):
        named = None
    milestones, milestone_spans = find_milestones(text, dates, asked)
    in_milestone = [
        f for f in figures if any(start <= f.start < end for start, end in milestone_spans)
    ]
    levels = [f for f in figures if f not in in_milestone]
    learner_outcome = is_learner_outcome(affirmed, named)
    baseline, target, disagree = _levels(
        text, levels, asked, of_a_measure=named is not None or learner_outcome
    )
    if baseline and target and baseline.unit != "grade" and not is_of_the_provider(affirmed):
        # A level now and one to reach, of nothing that the provider does, is about its learners.
        learner_outcome = True
    if target and target.unit == "all" and not learner_outcome:
        target = None
    due, baseline_date = find_due(text, dates, milestone_spans, today, asked)
    source = find_source(text, affirmed, asked)
    rung = rung_of(affirmed, learner_outcome)
    reason, driver = find_reason(text, asked)
    owners, group = find_people(text, asked)
    level_to_reach = target is not None or bool(TO_A_STANDARD.search(affirmed))
    has_measure = learner_outcome or named is not None or has_indicator(affirmed)
    has_measure = has_measure or (baseline is not None and target is not None)
    # A step from one grade to another is a level even where nothing but the grade is named.
    has_measure = has_measure or (target is not None and target.unit == "grade")
    return Reading(
        text=text,
        rung=rung,
        restates_action=not (baseline and target) and restates(affirmed, action, rung, reason),
        learner_outcome=learner_outcome,
        measurable=level_to_reach and has_measure,
        measure=named[0] if named else None,
        baseline=baseline.text if baseline else None,
        target=target.text if target else None,
        figures=tuple(figures),
        unit=_unit(named[0] if named else None, baseline, target),
        direction=_direction(affirmed, named),
        due=due,
        baseline_date=baseline_date,
        evidence_source=source,
        driver=driver,
        reason=reason,
        milestones=milestones,
        figures_disagree=disagree,
        owners=owners,
        group_owner=group,
    )


def _levels(
    text: str, figures: list[Figure], asked: str | None, *, of_a_measure: bool
) -> tuple[Figure | None, Figure | None, bool]:
    """The first baseline and the first target; a change stands as target where no level does."""

    def of(part: Part) -> list[Figure]:
        return [f for f in figures if f.part is part]

    of_a_measure = of_a_measure or {Part.BASELINE, Part.TARGET} <= {f.part for f in figures}
    if not of_a_measure and asked not in ("baseline", "target"):
        # "14 clubs": a bare number counts something done, unless it is of a measure of learners or
        # plainly goes from one level to another.
        figures = [f for f in figures if f.unit is not None]
    baselines, targets, unknown = of(Part.BASELINE), of(Part.TARGET), of(Part.UNKNOWN)
    real = [f for f in targets if f.unit != "all"]
    if real and len(real) < len(targets) and asked != "target":
        # "all learners" beside a figure says who, not how many.
        targets = real
    if asked == "baseline" and not baselines:
        spare = unknown or (targets if len(targets) == 1 and len(figures) == 1 else [])
        baselines = spare[:1]
        targets = [f for f in targets if f not in baselines]
        unknown = [f for f in unknown if f not in baselines]
    elif asked == "target" and not targets:
        spare = unknown or (baselines if len(baselines) == 1 and len(figures) == 1 else [])
        targets = spare[:1]
        baselines = [f for f in baselines if f not in targets]
        unknown = [f for f in unknown if f not in targets]
    pair = len(unknown) >= 2 and _alike(unknown[0], unknown[1])
    if pair and find_measure(text[unknown[0].end : unknown[1].start]):
        pair = False
    if not baselines and not targets and pair:
        baselines, targets, unknown = [unknown[0]], [unknown[1]], unknown[2:]
    if not targets and unknown and (asked in (None, "impact", "measure", "action") or baselines):
        targets = unknown[:1]
    baseline = baselines[0] if baselines else None
    target = targets[0] if targets else None
    if target is None:
        changes = of(Part.CHANGE)
        target = changes[0] if changes else None
    disagree = len(real) > 1 and asked == "target" and len({f.value for f in real}) > 1
    return baseline, target, disagree


def _alike(first: Figure, second: Figure) -> bool:
    return first.unit == second.unit or None in (first.unit, second.unit)


def _unit(measure: Measure | None, baseline: Figure | None, target: Figure | None) -> str | None:
    for figure in (target, baseline):
        if figure and figure.unit in ("%", "grade"):
            return figure.unit
        if figure and figure.unit == "ratio":
            return "ratio"
    return measure.unit if measure else None


def _direction(text: str, named: tuple[Measure, str] | None) -> Direction | None:
    """Which way is better; words such as "absence" or "failures" turn an upward measure round."""
    if named is None:
        return None
    measure, words = named
    if re.search(
        r"\b(?:absen\w+|late\w*|fail\w*|no[- ]shows?|miss(?:ed|ing)?|neets?|below target)\b",
        words,
        re.I,
    ):
        return Direction.LOWER
    return measure.direction
