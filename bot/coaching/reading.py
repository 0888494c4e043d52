"""Reading one reply: what it says of learners, figures, dates, sources, people and reasons.

`read` is the embedded coach's whole understanding of a message; another coach may propose a
`Reading` of its own, and the same rules decide what is done with it.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bot.coaching.dates import FoundDate, academic_year, find_dates
from bot.coaching.figures import row_of, with_parts
from bot.coaching.impact import Judged, Rung, affirmed, facts, judge, to_a_standard
from bot.coaching.levels import start_and_target
from bot.coaching.measures import Measure, Named, find_measures
from bot.coaching.numbers import Figure, Part
from bot.coaching.people import find_people
from bot.coaching.points import Points, weighed, wording
from bot.coaching.sources import Spot, asked_for, find_reason, spots
from bot.coaching.timing import find_due, find_milestones
from bot.coaching.tokens import FIXED, Classes, Row, rule
from bot.coaching.words import straight
from storage.vocabulary import Direction, Driver

LONGEST_REPLY = 4000


@dataclass(frozen=True)
class Reading:
    """What one reply says. Figures and sources stand as typed; nothing here is inferred beyond it."""

    text: str
    rung: Rung = Rung.NONE
    restates_action: bool = False
    says_done: bool = False
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
    # The author's own words for these, where a model has copied them out; the rules cut their own.
    action_words: str | None = None
    impact_words: str | None = None
    measure_words: str | None = None


class _Found(NamedTuple):
    """What a text holds before it is judged."""

    row: Row
    dates: list[FoundDate]
    named: list[Named]
    figures: list[Figure]
    milestones: tuple[tuple[date | None, str], ...]
    milestone_spans: list[tuple[int, int]]
    baseline: Figure | None
    target: Figure | None
    disagree: bool
    spots: list[Spot]


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
    text = _taken_back(straight(text[:LONGEST_REPLY]))
    found = _look(text, today, asked)
    row, baseline, target = found.row, found.baseline, found.target
    of_learners = [n for n in found.named if n.measure.about == "learners"]
    first = next(iter(of_learners or found.named), None)
    shown, seen = _shown(found, action)
    points = weighed(seen)
    judged = judge(shown, points)
    if asked in ("impact", None):
        baseline, target, standard = _levels_of_impact(text, found, points, judged, today)
    else:
        standard = None if target else to_a_standard(row.text)
    due, baseline_date = find_due(text, found.dates, found.milestone_spans, today, asked)
    reason, driver = find_reason(text, asked)
    owners, group = find_people(text, asked)
    measure = first.measure if first else None
    return Reading(
        text=text,
        rung=_rung(judged, measure),
        # Why it is done is not the action again.
        restates_action=judged.restates and not (reason and len(reason) > 0.6 * len(text)),
        says_done="has_been" in shown or "done" in shown,
        learner_outcome=judged.learner_outcome,
        measurable=bool(target or standard),
        measure=measure,
        baseline=baseline.text if baseline else None,
        target=target.text if target else standard and (standard["level"] or standard["rate"]),
        figures=tuple(found.figures),
        unit=_unit(measure, baseline, target),
        direction=_direction(text, first),
        due=due,
        baseline_date=baseline_date,
        evidence_source=_source(found, points, asked, owners),
        driver=driver,
        reason=reason,
        milestones=found.milestones,
        figures_disagree=found.disagree,
        owners=owners,
        group_owner=group,
    )


def _rung(judged: Judged, measure: Measure | None) -> Rung:
    """Where the statement stands on the ladder: for an outcome, where its measure stands."""
    if judged.learner_outcome and measure and measure.rung:
        return Rung[measure.rung.upper()]
    return judged.rung


def _source(
    found: _Found, points: Points, asked: str | None, owners: tuple[str, ...]
) -> str | None:
    """Where the figure will be read, as typed; asked for it, whatever is named is the answer."""
    if asked == "evidence_source":
        if owners and not found.spots and re.match(r"(?:i|me|myself)\b", owners[0], re.IGNORECASE):
            # "I will own it": of the owner alone.
            return None
        return asked_for(found.row)
    if asked == "figures":
        named = next((spot for spot in found.spots if spot.is_named), None)
        if named:
            return named.words
    if points.evidence <= 0:
        return None
    return found.spots[0].words if found.spots else _likeliest_clause(found.row)


def _likeliest_clause(row: Row) -> str:
    """The part of a reply whose wording speaks most for a source in it."""
    parts, at = [], 0
    for end in (*(i for i, t in enumerate(row.tokens) if t.classes & _PARTS), len(row.tokens)):
        if end > at:
            parts.append(row.part(at, end))
        at = end + 1
    return max(parts, key=lambda part: weighed(wording(part)).evidence, default=row).text


_PARTS = frozenset({"end", "comma", "colon", "dash"})


def _look(text: str, today: date, asked: str | None) -> _Found:
    dates = find_dates(text, today)
    row, by_token = row_of(text, dates)
    row = _with_this_year(affirmed(row), today)
    named = _standing(row, find_measures(text))
    row = _with_measures(row, named)
    figures = with_parts(row, by_token)
    milestones, spans = find_milestones(text, dates, asked)
    levels = _outside(spans, figures)
    of_a_measure = bool(named) or any("learner" in t.classes for t in row.tokens)
    baseline, target, disagree = start_and_target(text, levels, asked, of_a_measure=of_a_measure)
    return _Found(
        row, dates, named, figures, milestones, spans, baseline, target, disagree, spots(row)
    )


def observed(text: str, today: date, action: str) -> set[str]:
    """What the weighing of an answer goes by, for working out the points (`tests/evals/weigh.py`)."""
    return _shown(_look(straight(text), today, "impact"), action)[1]


def _shown(found: _Found, action: str) -> tuple[set[str], set[str]]:
    """The signs of the impact, and all that is weighed, by the names it has in the table of points."""
    levels = {"baseline": found.baseline is not None, "target": found.target is not None}
    signs = facts(found.row, action, **levels)
    seen = wording(found.row)
    seen.update(f"={name}" for name in signs)
    seen.update(f"=read_{kind}" for spot in found.spots for kind in spot.kinds)
    return signs, seen


def _levels_of_impact(
    text: str, found: _Found, points: Points, judged: Judged, today: date
) -> tuple[Figure | None, Figure | None, re.Match[str] | None]:
    """The start, the level to reach, and the rate of others where that is what is to be reached."""
    baseline, target = found.baseline, found.target
    if not judged.learner_outcome and not found.named:
        # A bare number counts something done, unless it is of a measure or a step between levels.
        step = baseline is not None and target is not None
        baseline = baseline if step or (baseline and baseline.unit) else None
        target = target if step or (target and target.unit) else None
    if points.measurable <= 0:
        # What counts something done, or says only how it stands, is no level to reach.
        return baseline, None, None
    standard = None if target else to_a_standard(found.row.text)
    if not target and not standard:
        baseline, target = _looked_for(text, found, today)
    elif target and not baseline and any(t.classes & _AT_PRESENT for t in found.row.tokens):
        figures = _leniently(text, found, today)[1]
        starts = (f for f in figures if f.part is Part.BASELINE and f.start != target.start)
        baseline = next(starts, None)
    return baseline, target, standard


def _looked_for(text: str, found: _Found, today: date) -> tuple[Figure | None, Figure | None]:
    """The start and the level to reach of a reply whose wording says that it has one."""
    row, figures = _leniently(text, found, today)
    baseline, target, _ = start_and_target(text, figures, "impact", of_a_measure=True)
    if target is None:
        levels = [f for f in figures if f.part in (Part.BASELINE, Part.UNKNOWN)]
        now = [t.start for t in row.tokens if t.classes & _AT_PRESENT]
        baseline = (
            min(levels, key=lambda f: min(abs(f.start - at) for at in now), default=None)
            if now
            else None
        )
        target = next((f for f in levels if f is not baseline), None)
    return baseline, target


_AT_PRESENT = frozenset({"now", "past", "did"})


def _leniently(text: str, found: _Found, today: date) -> tuple[Row, list[Figure]]:
    """The row and its figures with whatever may be a level taken for one."""
    row, by_token = row_of(text, found.dates, lenient=True)
    row = _with_measures(_with_this_year(affirmed(row), today), found.named)
    return row, _outside(found.milestone_spans, with_parts(row, by_token))


def _outside(spans: list[tuple[int, int]], figures: list[Figure]) -> list[Figure]:
    """The figures that stand in none of these stretches of the text."""
    return [f for f in figures if not any(start <= f.start < end for start, end in spans)]


# A measure's name before one of these is the subject of paperwork or of a job, not a level.
_PAPER_FOLLOWS = rule("<thing-trait|record>|<staff>|<provider-trait|record|notlearner>")


_SLIPS = ("sorry", "no wait", "no, wait", "i mean", "or rather")
_TAKEN_BACK = re.compile(
    r"\S+(?=(?: odd| per cent| percent| pc)*,?\s(?:no,? sorry|no,? wait|i mean|or rather|sorry,? i mean)\b)",
    re.IGNORECASE,
)


def _taken_back(text: str) -> str:
    """The text with figures that its author takes back at once ("72%, no sorry 74%") blanked out."""
    low = text.lower()
    if not any(slip in low for slip in _SLIPS):
        return text
    return _TAKEN_BACK.sub(
        lambda m: " " * len(m.group()) if re.search(r"\d", m.group()) else m.group(), text
    )


def _standing(row: Row, named: tuple[Named, ...]) -> list[Named]:
    """The measures that are spoken of as such: not denied, not part of a document's or a job's name."""
    kept = []
    for each in named:
        inside = [i for i, t in enumerate(row.tokens) if t.start < each.end and each.start < t.end]
        following = inside[-1] + 1 if inside else 0
        denied = bool(inside) and "denied" in row.tokens[inside[0]].classes
        paper = inside and _PAPER_FOLLOWS.match(row.marks, following)
        if inside and not denied and not paper:
            kept.append(each)
    return kept


def _with_this_year(row: Row, today: date) -> Row:
    """The row with no other year in it than those gone by: this one's figures are the plan's own."""
    this = int(academic_year(today)[:4])
    changes: dict[int, Classes] = {}
    for at, token in enumerate(row.tokens):
        typed = re.match(r"(?:20)?(\d\d)", token.word) if "year" in token.classes else None
        if typed and 2000 + int(typed[1]) >= this:
            changes[at] = frozenset({"name"})
        elif typed and 2000 + int(typed[1]) < this - 2:
            changes[at] = frozenset({"ago"})
    return row.with_classes(changes) if changes else row


def _with_measures(row: Row, named: list[Named]) -> Row:
    changes: dict[int, Classes] = {}
    for each in named:
        kinds = {"measure"} if each.measure.about == "learners" else {"measure", "notlearner"}
        for at, token in enumerate(row.tokens):
            if token.start < each.end and each.start < token.end and not token.classes & FIXED:
                changes[at] = token.classes | kinds
    return row.with_classes(changes)


def _unit(measure: Measure | None, baseline: Figure | None, target: Figure | None) -> str | None:
    for figure in (target, baseline):
        if figure and figure.unit in ("%", "grade"):
            return figure.unit
        if figure and figure.unit == "ratio":
            return "ratio"
    return measure.unit if measure else None


_TURNED = re.compile(
    r"\b(?:absen\w+|late\w*|fail\w*|no[- ]shows?|miss(?:ed|ing)?|neets?|below target|behind)\b",
    re.I,
)


def _direction(text: str, named: Named | None) -> Direction | None:
    """Which way is better; words such as "absence" or "failures" turn an upward measure round."""
    if named is None:
        return None
    if _TURNED.search(text[named.start : named.end]):
        return Direction.LOWER
    return named.measure.direction
