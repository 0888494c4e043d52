"""Reading one reply: what it says of learners, figures, dates, sources, people and reasons.

`read` is the embedded coach's whole understanding of a message; another coach may propose a
`Reading` of its own, and the same rules decide what is done with it.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bot.coaching.dates import FoundDate, academic_year, find_dates
from bot.coaching.figures import row_of, with_parts
from bot.coaching.impact import Judged, Rung, affirmed, facts, judge, to_a_standard
from bot.coaching.measures import Measure, Named, find_measure, find_measures
from bot.coaching.numbers import Figure, Part
from bot.coaching.people import find_people
from bot.coaching.points import Points, weighed, wording
from bot.coaching.sources import Spot, asked_for, find_reason, spots
from bot.coaching.timing import find_due, find_milestones
from bot.coaching.tokens import FIXED, Classes, Row, rule
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
    text = _taken_back(text[:LONGEST_REPLY].translate(_PUNCTUATION))
    found = _look(text, today, asked)
    row, baseline, target = found.row, found.baseline, found.target
    of_learners = [n for n in found.named if n.measure.about == "learners"]
    first = next(iter(of_learners or found.named), None)
    shown, seen = _shown(found, action)
    points = weighed(seen)
    judged = judge(shown, points)
    if not judged.learner_outcome and not found.named and asked in ("impact", None):
        # A bare number counts something done, unless it is of a measure or a step between levels.
        step = baseline is not None and target is not None
        baseline = baseline if step or (baseline and baseline.unit) else None
        target = target if step or (target and target.unit) else None
    # The rate of others that is to be reached: its figure, or the words ("national rate").
    standard = None if target else to_a_standard(row.text)
    if asked in ("impact", None) and points.measurable <= 0:
        # What counts something done, or says only how it stands, is no level to reach.
        target = standard = None
    if asked in ("impact", None) and points.measurable > 0 and not target and not standard:
        baseline, target = _looked_for(text, found, today)
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
        measurable=_measurable(
            target, baseline, standard, judged.learner_outcome or bool(found.named)
        ),
        measure=measure,
        baseline=baseline.text if baseline else None,
        target=target.text if target else standard and (standard["level"] or standard["rate"]),
        figures=tuple(found.figures),
        unit=_unit(measure, baseline, target),
        direction=_direction(text, first),
        due=due,
        baseline_date=baseline_date,
        evidence_source=_source(found, points, asked),
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


def _source(found: _Found, points: Points, asked: str | None) -> str | None:
    """Where the figure will be read, as typed; asked for it, whatever is named is the answer."""
    if asked == "evidence_source":
        return asked_for(found.row)
    if asked == "figures" and found.spots:
        return found.spots[0].words
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


def kinds_of(found: list[Spot]) -> frozenset[str]:
    """The signs of all the stretches that may name a source."""
    return frozenset(f"read_{kind}" for spot in found for kind in spot.kinds)


def _look(text: str, today: date, asked: str | None) -> _Found:
    dates = find_dates(text, today)
    row, by_token = row_of(text, dates)
    row = _with_this_year(affirmed(row), today)
    named = _standing(row, find_measures(text))
    row = _with_measures(row, named)
    figures = with_parts(row, by_token)
    milestones, spans = find_milestones(text, dates, asked)
    levels = [f for f in figures if not any(a <= f.start < b for a, b in spans)]
    of_a_measure = bool(named) or any("learner" in t.classes for t in row.tokens)
    baseline, target, disagree = _levels(text, levels, asked, of_a_measure=of_a_measure)
    return _Found(
        row, dates, named, figures, milestones, spans, baseline, target, disagree, spots(row)
    )


def observed(text: str, today: date, action: str) -> set[str]:
    """What the weighing of an answer goes by, for working out the points (`tests/evals/weigh.py`)."""
    return _shown(_look(text.translate(_PUNCTUATION), today, "impact"), action)[1]


def _shown(found: _Found, action: str) -> tuple[set[str], set[str]]:
    """The signs of the impact, and all that is weighed, by the names it has in the table of points."""
    levels = {"baseline": found.baseline is not None, "target": found.target is not None}
    signs = facts(found.row, action, **levels)
    seen = wording(found.row)
    seen.update(f"={name}" for name in (*signs, *kinds_of(found.spots)))
    return signs, seen


def _looked_for(text: str, found: _Found, today: date) -> tuple[Figure | None, Figure | None]:
    """The start and the level to reach of a reply whose wording says that it has one."""
    row, by_token = row_of(text, found.dates, lenient=True)
    row = _with_measures(_with_this_year(affirmed(row), today), found.named)
    spans = found.milestone_spans
    figures = [f for f in with_parts(row, by_token) if not any(a <= f.start < b for a, b in spans)]
    baseline, target, _ = _levels(text, figures, "impact", of_a_measure=True)
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

# A measure's name before one of these is the subject of paperwork or of a job, not a level.
_PAPER_FOLLOWS = rule("<thing-trait|record>|<staff>|<provider-trait|record|notlearner>")


_SLIPS = ("sorry", "no wait", "no, wait", "i mean", "or rather")
_TAKEN_BACK = re.compile(
    r"\S+(?=,?\s(?:no,? sorry|no,? wait|i mean|or rather|sorry,? i mean)\b)", re.IGNORECASE
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


def _measurable(
    target: Figure | None,
    baseline: Figure | None,
    standard: re.Match[str] | None,
    has_measure: bool,
) -> bool:
    """Whether there is an indicator and a level to reach for it."""
    if target is None:
        return has_measure and standard is not None
    # A step from one level to another is a level even where nothing but the grade is named.
    return has_measure or baseline is not None or target.unit in ("%", "grade", "ratio", "all")


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
        shares = any(f.unit in ("%", "ratio") for f in figures)
        placed = (Part.BASELINE, Part.TARGET)
        comes_down = bool(figures) and _COMES_DOWN.search(text) is not None
        figures = [
            f
            for f in figures
            if f.unit is not None
            or (shares and f.part in placed)
            or comes_down
            or _NO_MORE_THAN.search(text, 0, f.start)
        ]
    baselines, targets, unknown = of(Part.BASELINE), of(Part.TARGET), of(Part.UNKNOWN)
    if targets and all(f.unit == "all" for f in targets) and any(f.unit == "%" for f in unknown):
        # "79% over all the groups": the figure says how many, the "all" only of whom.
        targets = []
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
    if pair and asked != "figures" and find_measure(text[unknown[0].end : unknown[1].start]):
        pair = False
    if not baselines and not targets and pair:
        baselines, targets, unknown = [unknown[0]], [unknown[1]], unknown[2:]
    if asked == "figures" and not baselines and not targets and len(unknown) == 1:
        # Asked where it is and where it should get to, one figure alone is where it is.
        baselines, unknown = unknown, []
    if targets and not baselines and asked not in ("baseline", "target"):
        # "45% could in October; 80% by March": what is said of the time before needs no sign.
        earlier = [f for f in unknown if f.start < targets[0].start and _alike(f, targets[0])]
        baselines = earlier[-1:] if len(earlier) == 1 else []
    if not targets and unknown and (asked not in ("baseline", "target") or baselines):
        targets = unknown[:1]
    baseline = baselines[0] if baselines else None
    if baseline and baseline.unit is None and targets and targets[0].unit:
        # "Of 60 suspensions 27 were pupils with SEND, so 45%; we want 25%": like goes with like.
        before = [f for f in (*baselines, *unknown) if f.start < targets[0].start]
        baseline = next((f for f in before if f.unit == targets[0].unit), baseline)
    if baseline and baseline.unit is None and targets and targets[0].unit == "ratio":
        # "From 3.2 to 4 out of 5": marks on one scale.
        rated = _RATED.fullmatch(targets[0].text)
        if rated and (baseline.value or 0) <= float(rated["scale"]):
            targets = [replace(targets[0], text=rated["mark"], unit=None)]
    others = [t for t in targets[1:] if baseline and t.start > baseline.end]
    leads_on = baseline is not None and _LEADS_ON.match(text, baseline.end) is not None
    if baseline and others and leads_on and baseline.start > targets[0].start:
        # "Retention 95, and achievement from 80 to 86": the start is another measure's.
        baseline = None
    target = targets[0] if targets else None
    if target is None:
        changes = of(Part.CHANGE)
        target = changes[0] if changes else None
    disagree = len(real) > 1 and asked == "target" and len({f.value for f in real}) > 1
    return baseline, target, disagree


# Only what there should be little of is counted so.
_NO_MORE_THAN = re.compile(r"\b(?:no|not) more than\s+$", re.IGNORECASE)
_COMES_DOWN = re.compile(
    r"\b(?:down|drops?|dropping|falls?|falling|cut|reduc\w+|capped) (?:from [\w ]{1,20} )?(?:to|at) (?:\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|none|zero)\b)",
    re.IGNORECASE,
)
_RATED = re.compile(r"(?P<mark>\d+(?:\.\d+)?) out of (?P<scale>5|7|10|100)")
# What goes on from a start to its own target: "80 to 86".
_LEADS_ON = re.compile(r"\s*(?:%|per cent)?\s*(?:up |down )?(?:to\b|->|→|=>)", re.IGNORECASE)


def _alike(first: Figure, second: Figure) -> bool:
    return first.unit == second.unit or None in (first.unit, second.unit)


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
