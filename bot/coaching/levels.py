"""Which of a reply's levels is where something starts, and which is to be reached."""

import re
from dataclasses import replace

from bot.coaching.measures import find_measure
from bot.coaching.numbers import Figure, Part


def start_and_target(
    text: str, figures: list[Figure], asked: str | None, *, of_a_measure: bool
) -> tuple[Figure | None, Figure | None, bool]:
    """The first baseline, the first target, and whether targets given for one question differ.

    A change stands as target where no level does. `of_a_measure` where the text names a measure or
    learners, so that a bare number may be a level.
    """

    def of(part: Part) -> list[Figure]:
        return [f for f in figures if f.part is part]

    if asked in ("baseline", "target", "figures"):
        figures = [f for f in figures if not _DENIED.search(text, 0, f.start)]
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
            or ((shares or asked == "figures") and f.part in placed)
            or comes_down
            or _NO_MORE_THAN.search(text, 0, f.start)
        ]
    baselines, targets, unknown = of(Part.BASELINE), of(Part.TARGET), of(Part.UNKNOWN)
    if not baselines and len(targets) > 1 and _wants_the_second(text, *targets[:2]):
        baselines, targets = targets[:1], targets[1:]
    # "All learners are at 79%": the figure says how many, the "all" only of whom.
    targets = [t for t in targets if t.unit != "all" or not _stands_at_one(text, t, baselines)]
    if targets and all(f.unit == "all" for f in targets) and any(f.unit == "%" for f in unknown):
        # "79% over all the groups": the same the other way round.
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
    if baselines and len(targets) > 1 and _HAS_GONE.search(text, 0, baselines[0].start):
        # "It has gone from 70 to 74, we want 82": where it went to is where it is now.
        baselines, targets = targets[:1], targets[1:]
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


def _stands_at_one(text: str, whole: Figure, baselines: list[Figure]) -> bool:
    """Whether an "all" is said to be at one of these levels, in the same breath."""
    near = (f for f in baselines if 0 < f.start - whole.end < _ONE_BREATH)
    return any(_STANDS_AT.fullmatch(text, whole.end, level.start) for level in near)


def _wants_the_second(text: str, first: Figure, second: Figure) -> bool:
    """Whether one level is told and the next wanted: "44% in the autumn, I'd settle for 60%"."""
    before = re.split(r"[.;:!?]\s|,\s", text[: first.start])[-1]
    between = text[first.end : second.start]
    return (
        first.unit != "all"
        and (_alike(first, second) or second.unit == "all")
        and _WANTED.search(between) is not None
        and _WANTED.search(before) is None
        and find_measure(between) is None
    )


_WANTED = re.compile(
    r"\b(?:wants?|aim(?:ing)?|targets?|goal|i'd|we'd|i'll|we'll|would like|needs?|expect\w*|hop(?:e|ing)|settle"
    r"|delighted|happy|should|looking for|ought|must|pushing for)\b",
    re.IGNORECASE,
)

# From an "all" to how many of them: "all learners are at 79%"; so many characters at most.
_ONE_BREATH = 80
_STANDS_AT = re.compile(
    r"[^.,;:!?\n]* (?:is|are|at|on|averag\w+)(?: (?:now|only|currently|just|about|around|at|on)){0,2} ",
    re.IGNORECASE,
)
_HAS_GONE = re.compile(
    r"\b(?:gone|went|risen|rose|fallen|fell|dropped|slipped|climbed|crept|moved|came"
    r"|(?:has|have|['’]s|['’]ve) come)"
    r"(?: (?:up|down|back))? from [^.;:,!?\d]*$",
    re.IGNORECASE,
)
# "It's not 70%, it's 65%": whoever is asked for a level puts one right so.
_DENIED = re.compile(
    r"(?:\b(?:not|never|isnt|wasnt)|n['’]t)(?: at| now| quite)?\s+$", re.IGNORECASE
)
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
