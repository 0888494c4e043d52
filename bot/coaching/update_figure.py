"""The one figure of a progress update that is where the measure stands now.

Targets said again, starting points, changes, dates, counts of other things and the figures of other
measures are none. Where more than one is left, or none for sure, there is none.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.coaching.dates import FoundDate, find_dates
from bot.coaching.figures import row_of
from bot.coaching.grades import is_grade
from bot.coaching.measures import Named, find_measures
from bot.coaching.numbers import Figure
from bot.coaching.words import content_stems, straight


@dataclass(frozen=True)
class Scale:
    """What a reading of a measure looks like: a "percent", "count", "grade" or "time"; None: unknown.

    `known` are the levels that it has stood at or is to reach.
    """

    kind: str | None
    known: tuple[float, ...] = ()
    words: frozenset[str] = frozenset()
    measure: str | None = None

    def is_near(self, value: float) -> bool:
        """Whether a per cent is one that the measure may well have, by those it is known to have."""
        return bool(self.known) and min(self.known) - _ROOM <= value <= max(self.known) + _ROOM


_ROOM = 25  # per cent
_TIME = r"(?:working |school |calendar |term )?(?:day|week|month|hour|hr|minute|min|term|year)s?"
_A_TIME = re.compile(rf"\d[\d.]*\s?(?:{_TIME})\b", re.IGNORECASE)


@lru_cache(maxsize=1024)
def scale_of(measure: str | None, unit: str | None, levels: tuple[str, ...]) -> Scale:
    """The scale of a measure, by its levels as typed, its unit, and what the sector measures it in."""
    found = find_measures(measure) if measure else None
    named = found[0].measure if found else None
    figures = [f for level in levels for f in row_of(level, lenient=True)[1].values()]
    known = tuple(f.value for f in figures if f.value is not None)
    words = content_stems(" ".join(filter(None, (measure, unit))))
    low = unit.strip().lower() if unit else ""
    units = {f.unit for f in figures}
    percents = ("%", "percent", "per cent", "percentage")
    kind: str | None = None
    if any(is_grade(level) for level in levels) or low in ("grade", "grades"):
        kind = "grade"
    elif any(_A_TIME.search(level) for level in levels) or re.fullmatch(_TIME, low):
        kind = "time"
    elif units & {"%", "ratio", "share", "all"} or low in percents:
        kind = "percent"
    elif figures or low:
        kind = "count"
    elif named is not None:
        kind = "percent" if named.unit == "%" else "count"
    return Scale(kind, known, words, named.key if named else None)


# --- what stands before a figure, up to the one before it -----------------------------------

_LITTLE = r"(?:a|an|the|our|my|about|around|roughly|approx\.?|circa|c\.?|~|only|just|still|some|currently|now|level|of|at|is|be|was|this|overall)"
# What is to be reached, or may be.
_AIM_BEFORE = re.compile(
    r"\b(?:aim(?:s|ed|ing)?|target(?:s|ed|ing)?|goals?|heading|head|towards?|want(?:s|ed|ing)?|hop(?:e|es|ed|ing)|need(?:s|ed|ing)?|expect(?:s|ed|ing)?"
    r"|should|will|would|could|might|may|[a-z]+'ll|predict(?:s|ed|ing)?|forecast|projected|if|unless|until|plan(?:ning)? (?:to|for|is|was)"
    r"|(?:on|off) (?:course|track|target) for|go(?:ing)? for|push(?:ing)? for|looking for|work(?:ing)? (?:up )?to|(?:to|try to|trying to) (?:get|reach|hit|be|make|see|have|raise|bring)"
    r"|short of|shy of|away from|off (?:our|the|of)|against|benchmark|kpi|threshold|yet to|long way (?:to|from|off)|think it'?s going to|have to|has to|must|ought|require[sd]?|pass mark)\b[^.;!?]{0,28}$"
)
_MET_BEFORE = re.compile(
    r"\b(?:hit|met|reached|achieved|made|passed|exceeded|beat)\b(?: (?:the|our|my|its))?(?: (?:target|goal))?(?: (?:of|at))?(?: (?:the|our))?\s*$"
)
_NOT_MET = re.compile(
    r"(?:\b(?:not|never|to|should|will|would|could|might|may|if|when|until|about|hoping)|n't|\w'll)\s+(?:\w+\s+)?$"
)
_START_BEFORE = re.compile(
    r"\b(?:from|(?:up|down) on|start(?:ed|ing|s)?(?: (?:off|out|point|figure|position))?(?: (?:at|on|from|of|is|was))?|baseline|compared (?:with|to)|instead of|rather than|versus|vs\.?|than"
    r"|last year(?:'s)?|this time last year|previous(?:ly)?|originally|initially|used to be|had been)\W*"
    rf"(?:{_LITTLE}\W+)*(?:(?:baseline|start|was|figure|level|of|at)\W+)*$"
)
_WAS_BEFORE = re.compile(r"\b(?:was|were|wuz)\b[^.;!?]{0,24}$")
_NATIONAL_BEFORE = re.compile(
    r"\b(?:national(?:ly)?|average|sector|england|other colleges?|regional(?:ly)?|gfe)\b[^.;!?]{0,20}$"
)
# "Up 2%", "another 3": how much it has moved.
_MOVED_BEFORE = re.compile(
    rf"\b(?:by|plus|minus|another|further|extra|additional|gain(?:ed)?(?: of)?|(?:increase|rise|improvement|drop|fall|gap|jump|change|dip|lift) (?:of|in)|within|put on|lost|other|top|bottom)\s+(?:{_LITTLE}\s+)*$"
)
_ONLY_MOVED = re.compile(
    rf"\b(?:up|down|risen|rose|fell|fallen|dropped|increased|improved|decreased|climbed|jumped|slipped|dipped)\s+(?:{_LITTLE}\s+)*$"
)
_BETWEEN = re.compile(r"\bbetween [\d.]+ ?%? ?(?:and|&|to) $")
# Before a bare number these make a name of it, or count something else.
_NAMES_IT = re.compile(
    r"\b(?:every|per|each|first|next|last|page|room|level|year|unit|week|term|group|grade|phone|ext|tel|no|number)\.?\s+$"
)
# A bound is no level: "nearly 90%", "over 80%".
_BOUND_BEFORE = re.compile(
    rf"(?:\b(?:nearly|almost|nearing|over|under|above|below|more than|less than|fewer than|at least|at most|no more than|close to|closer to|approaching|near|not quite|or|to and|nigh on|between)\s+(?:{_LITTLE}\s+)*|(?<![-=–])[<>]\s*)$"
)
_MONEY_BEFORE = re.compile(r"(?:[£$€#@]\s*|/)$")
_NO_LONGER_BEFORE = re.compile(
    r"\b(?:not|never|isn'?t|wasn'?t|n't|without)\s+(?:\w+\s+)?(?:(?:at|on|to|the)\s+)*$"
)
# Right before a bare number, which is then a level.
_LEADS = re.compile(
    rf"(?:^|[:=~,;.!?)\n-]\s*|\b(?:now|at|is|its|it's|are|to|hit|reached|stands|standing|currently|was|were|got|sits|sitting|reads|shows|showing|showed|says|today|about|around|only|just|still|latest|reading|figure|remains|stays|stayed|total|so far|we have|we've)\s+(?:{_LITTLE}\s+)*)$"
)
_NOW_BEFORE = re.compile(
    r"\b(?:now|currently|at the moment|this (?:week|month|morning|half term|time|term)|up to|down to|(?:got|gone|risen|rose|moved|improved|climbed|dropped|fallen|fell|increased|came|come|crept|went|brought|pushed|jumped|raised) (?:it |them |attendance |this |that )?(?:up |down |back )?to|reached|has reached|hit|latest|newest|stands? at|sitting at)\b[^.;!?]{0,26}$"
    # These may also be said of the figure before: "86% today, 85% yesterday".
    r"|\b(?:as of|today(?:'s)?)\b[^.,;!?]{0,26}$"
)

# --- what stands after a figure, up to the next -----------------------------------------------

_AIM_AFTER = re.compile(
    r"\s*(?:(?:is|was|remains|stays|being|as|still|for)\s+)*(?:the|our|my|a|as|still|as the)?\s*(?:target|goal|aim|plan|benchmark|threshold|kpi|we (?:want|need)|is (?:what|where) we|to aim|needed|required|expected|predicted|or (?:more|above|over|higher|better))\b"
)
_STARTED_AFTER = re.compile(
    r"\s*(?:(?:at|in|for|to|as)\s+)?(?:(?:the|our)\s+)?(?:last year|start(?:ing)?\b|baseline|beginning|begin with|originally|initially|when we (?:started|began|set)|(?:the )?year before|this time last year|previously|before that|back then|to start)"
)
_THEN_AFTER = re.compile(
    r"\s*(?:(?:at|in|the|back)\s+)*(?:last (?:time|week|month|term|half)|before\b|(?:a|one|two|three|\d) (?:weeks?|months?) (?:ago|before)|the (?:week|month) before|previous|earlier|on (?:mon|tues|wednes|thurs|fri)day|in (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*)"
)
_NATIONAL_AFTER = re.compile(
    r"\s*(?:(?:is|was)\s+)?(?:the\s+)?(?:national|sector|nationally|average)\b"
)
_MOVED_AFTER = re.compile(
    r"\s*(?:percentage\s+)?(?:points?\b|pts?\b|pp\b)?\s*(?:up|down|higher|lower|better|worse|more|less|fewer|extra|additional|improvement|increase|rise|drop|decrease|gain|behind|ahead|off|short|below|above|over|under|to go|away|left|lift|jump|shy|adrift)\b"
)
_NOT_OF_IT_AFTER = re.compile(
    r"\s*(?:(?:of|for)\s+)?(?:(?:the|our|my|all|these|those)\s+)*(?:staff|tutors?|teachers?|assessors?|sessions?|lessons?|way|time|actions?|target|employers?|parents|milestones?|work|reviews?|training|units?|marking|departments?|teams?|calls|emails|letters)\b"
    r"|\s*(?:done|complete[d]?|finished|through|there\b|sure|certain|confident|committed|trained|on board|behind you|agree|effort|responsible|response rate)\b"
    r"|\s*(?:am|pm|a\.m|p\.m|o'?clock)\b|\s*:\d\d|\s*(?:st|nd|rd|th)\b|/\d|\s*(?:ish\b|\+|or so)"
    r"|\s*(?:-|–|to|or|and)\s*$|\s*%?\s*[-–]\s*\d"
)
# What may follow a bare number that is a level.
_FREE_AFTER = re.compile(
    r"\s*(?:$|[,.;!)?\n–→-]|(?:now|this|last|today|yesterday|at|as|on|so|and|but|from|up|down|in|which|overall|already|again|since|according|when|for|rn|atm|still|thanks|vs|compared|out of|if|after|because|with|then|by|across|tho|though|is|w/e|w/c|currently|these|per|%)\b)"
)
_UNIT_OF_TIME = re.compile(rf"\s*-?(?:{_TIME})\b", re.IGNORECASE)
_GRADE_SAID = re.compile(
    r"(?:\b(?:now|is|it's|its|at|to|as|graded|judged|still|a|overall|rated|got|were)\s+(?:a\s+|an\s+|still\s+)?|^|[:=→>]\s*)"
    r"(?P<grade>requires improvement|needs attention|urgent improvement|expected standard|strong standard|ri|inadequate|outstanding|exceptional|good|grade [1-9A-GU])(?![\w-])"
    r"(?!\s+(?:progress|at|for|news|session|meeting|response|feedback|start|idea|thanks|to (?!good)|with|week|attendance|turnout|step|effort|support|work|morning|afternoon))",
    re.IGNORECASE,
)
_NEAR = 32
_LEADS_TO_A_DAY = re.compile(r"[\s\w]*?\b(?:by|before|until|till|come|end of|for next)\b")
# What may stand between a figure and the measure that it is said of.
_UP_TO_A_NAME = re.compile(r"\s*(?:(?:for|in|on|our|the)\s+)*")
_LEARNERS = re.compile(
    r"\s*(?:learners?|students?|apprentices?|pupils?|people|young people|of them)\b"
)
_AS_A_DATE = re.compile(r"\b(?:on|w/?c|w/?e|since|dated|before|after|until|by)\s*$")
_END = re.compile(r"[.!?;]+(?=\s|$)|\n")


@dataclass(frozen=True)
class _Seen:
    """A figure with the words round it, in small letters."""

    figure: Figure
    before: str
    after: str
    # All that stands before it in its sentence, and in the text.
    sentence: str
    so_far: str
    following: str


def stands_at(
    text: str, scale: Scale, today: date, aside: tuple[tuple[int, int], ...] = ()
) -> tuple[int, int] | None:
    """Where in the text the reading stands, from and to; None where there is none for sure.

    `aside` are stretches that are no figures, such as the references of actions.
    """
    plain = straight(text)
    for start, end in aside:
        plain = f"{plain[:start]}{' ' * (end - start - 1)}:{plain[end:]}"
    if scale.kind == "grade":
        return _grade(plain)
    dates = find_dates(plain, today)
    figures = _figures(plain, dates)
    seen = _around(plain, figures)
    left = [one for one in seen if _is_reading(one, scale, dates, today)]
    left = _nearest_to_now(left)
    if len({(one.figure.value, one.figure.unit) for one in left}) != 1:
        return None
    figure = left[-1].figure
    end = figure.end
    if scale.kind == "time":
        unit = _UNIT_OF_TIME.match(plain, end)
        end = unit.end() if unit else end
    return figure.start, end


def _grade(plain: str) -> tuple[int, int] | None:
    said = [m.span("grade") for m in _GRADE_SAID.finditer(plain)]
    kept = [
        span
        for span in said
        if not _AIM_BEFORE.search(plain[: span[0]].lower())
        and not _AIM_AFTER.match(plain[span[1] :].lower())
    ]
    return kept[0] if len(kept) == 1 else None


def _figures(plain: str, dates: list[FoundDate]) -> list[Figure]:
    _, found = row_of(plain, dates, lenient=True)
    others = ("all", "share", "factor", "grade")
    return [figure for _, figure in sorted(found.items()) if figure.unit not in others]


def _around(plain: str, figures: list[Figure]) -> list[_Seen]:
    low = plain.lower()
    if len(low) != len(plain):
        low = plain
    ends = [0, *(m.end() for m in _END.finditer(low)), len(low)]
    seen = []
    for number, figure in enumerate(figures):
        opens = max(end for end in ends if end <= figure.start)
        closes = min(end for end in ends if end >= figure.end)
        previous = figures[number - 1].end if number else 0
        following = figures[number + 1].start if number + 1 < len(figures) else len(low)
        seen.append(
            _Seen(
                figure,
                low[max(opens, previous) : figure.start],
                low[figure.end : min(closes, following)],
                low[opens : figure.start],
                low[: figure.start],
                low[figure.end : closes],
            )
        )
    return seen


def _is_reading(one: _Seen, scale: Scale, dates: list[FoundDate], today: date) -> bool:
    value = one.figure.value
    return (
        value is not None
        and _fits(one, scale, value)
        and not _is_aim(one, dates, today)
        and not _is_other(one, scale, value)
        and _is_of_measure(one, scale)
    )


def _fits(one: _Seen, scale: Scale, value: float) -> bool:
    """Whether a figure is one of the measure's scale; a bare number needs words that say so."""
    figure = one.figure
    is_time = _UNIT_OF_TIME.match(one.after) is not None
    if scale.kind == "time":
        return figure.unit is None and is_time and value <= 10 * max(scale.known, default=36.5)
    if is_time and figure.unit is None:
        return False
    if figure.unit == "ratio":
        if "/" in figure.text and (_AS_A_DATE.search(one.before) or _could_be_a_day(figure.text)):
            return False
        # "85/88": where it stands, and the target.
        parts = [float(n) for n in re.findall(r"\d+", figure.text)]
        return scale.kind == "percent" and not (len(parts) == 2 and parts[1] in scale.known)
    if figure.unit == "%":
        return scale.kind in ("percent", None) and 0 <= value <= 100
    if figure.unit is not None:
        return False
    is_digits = figure.text[:1].isdigit()
    if scale.kind == "percent":
        leads = _LEADS.search(one.before) or _ends_with_measure(one.before, scale)
        return bool(
            is_digits
            and 0 <= value <= 100
            and scale.is_near(value)
            and leads
            and (_FREE_AFTER.match(one.after) or _names(one.after, scale))
        )
    if scale.kind == "count":
        if scale.known and not 0 <= value <= 4 * max(scale.known) + 5:
            return False
        if _names(one.after, scale):
            return True
        if not (_FREE_AFTER.match(one.after) or _LEARNERS.match(one.after)):
            return False
        return bool(_LEADS.search(one.before) or _ends_with_measure(one.before, scale))
    return False


def _could_be_a_day(typed: str) -> bool:
    parts = [int(n) for n in re.findall(r"\d+", typed)]
    return len(parts) == 2 and 1 <= parts[0] <= 31 and 1 <= parts[1] <= 12


def _ends_with_measure(before: str, scale: Scale) -> bool:
    words = before.split()
    if not words or not re.search(r"[\w:=]\W*$", before):
        return False
    return bool(content_stems(" ".join(words[-2:])) & scale.words) or bool(
        scale.measure
        and any(
            n.measure.key == scale.measure and not before[n.end :].strip(" :=-")
            for n in find_measures(before)
        )
    )


def _names(after: str, scale: Scale) -> bool:
    """Whether the words right after a number name what is measured: "5 withdrawals"."""
    words = re.match(r"\s*(?:(?:in|for)\s+)?([a-z]+)(?:\s+([a-z]+))?", after)
    if words is None:
        return False
    if re.match(r"(?:more|extra|other|new|further|of|fewer|less)$", words[1]):
        return False
    return bool(content_stems(words[1]) & scale.words)


def _is_aim(one: _Seen, dates: list[FoundDate], today: date) -> bool:
    met = _MET_BEFORE.search(one.before)
    if met:
        return _NOT_MET.search(one.before[: met.start()]) is not None
    clause = re.split(r",\s|\b(?:but|and|so|though)\s|\s[-–—]\s", one.before)[-1]
    if _AIM_BEFORE.search(clause) or _AIM_AFTER.match(one.after):
        return True
    due = next((d for d in dates if d.day > today and d.start >= one.figure.end), None)
    # The word that leads to a day ("by") is a part of the day as it was found, or stands before it.
    upto = due.start - one.figure.end + 8 if due else 0
    return 0 < upto <= _NEAR and _LEADS_TO_A_DAY.match(one.after[:upto]) is not None


def _is_other(one: _Seen, scale: Scale, value: float) -> bool:
    """Whether a figure starts, compares, bounds, moves or counts something else."""
    before, after = one.before, one.after
    if any(
        pattern.search(before)
        for pattern in (
            _START_BEFORE,
            _NATIONAL_BEFORE,
            _MOVED_BEFORE,
            _BOUND_BEFORE,
            _MONEY_BEFORE,
            _NO_LONGER_BEFORE,
        )
    ):
        return True
    if any(p.match(after) for p in (_STARTED_AFTER, _NATIONAL_AFTER, _NOT_OF_IT_AFTER)):
        return True
    if _BETWEEN.search(one.sentence):
        return True
    if one.figure.unit is None and _NAMES_IT.search(before):
        return True
    if value == 100 and re.match(r"\s*(?:on|in)\b", after):
        # "100% on track": a way of speaking.
        return True
    if one.following.rstrip().endswith("?"):
        return True
    if re.search(r"\d\s*%?\s*[-–]\s*\d", one.figure.text):
        return True
    if _ONLY_MOVED.search(before):
        return True
    if one.figure.text.startswith(("+", "-", "−")):
        return True
    # "2% up on last week" is how much it moved; "86% up from 84%" where it stands.
    is_level = scale.kind == "percent" and scale.is_near(value) and one.figure.unit is not None
    if _MOVED_AFTER.match(after) and not (is_level and value > 25):
        return True
    # From one level to another: the first is where it was.
    return re.fullmatch(
        r"\s*(?:to|->|=>|→|–>|>|-->|now(?: at)?|up to|down to)\s*", after
    ) is not None and bool(one.following[len(after) :])


def _is_of_measure(one: _Seen, scale: Scale) -> bool:
    """Whether no other measure is the one that a figure is said of."""
    after, before = _named(one.after), _named(one.so_far)
    if after and _UP_TO_A_NAME.fullmatch(one.after[: after[0].start]):
        named, within = after[0], one.after
    elif before:
        named, within = before[-1], one.so_far
    else:
        return True
    if named.measure.key == scale.measure:
        return True
    return bool(content_stems(within[named.start : named.end]) & scale.words)


def _named(words: str) -> list[Named]:
    """The measures that are named, but for ways of speaking: "we achieved it", "all on track"."""
    return [
        n
        for n in find_measures(words)
        if not words[n.start : n.end].endswith("ed") and n.measure.key != "on_track"
    ]


def _nearest_to_now(left: list[_Seen]) -> list[_Seen]:
    """Of several levels those that are said to be of now, else those that are not said to be past."""
    if len(left) < 2:
        return left
    now = [
        one
        for one in left
        if _NOW_BEFORE.search(one.before)
        or re.match(
            r"\s*(?:now|today|this (?:week|time|month)|currently|atm|at the moment)\b", one.after
        )
    ]
    if len({one.figure.value for one in now}) == 1:
        return now
    return [
        one
        for one in left
        if not _WAS_BEFORE.search(one.before) and not _THEN_AFTER.match(one.after)
    ]
