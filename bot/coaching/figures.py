"""Figures in free text: which of them are levels of a measure, and which part each one plays.

Numbers that only name something (Level 3, Unit 12, year 11, a room, a telephone, a course code,
an academic year) or count what staff do (3 workshops) are never levels.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.coaching.dates import FoundDate


class Part(StrEnum):
    """What a figure is in its sentence."""

    BASELINE = "baseline"
    TARGET = "target"
    CHANGE = "change"
    COMPARISON = "comparison"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Figure:
    """A level or a change, `text` as typed. `value` is None for a word such as "RI"."""

    text: str
    value: float | None
    unit: str | None
    start: int
    end: int
    part: Part = Part.UNKNOWN


LEARNERS = (
    r"(?:learners?|students?|apprentices?|pupils?|trainees?|yp|young (?:people|persons?|adults?)"
    r"|children|candidates?|leavers?|adults|resitters|re-?sitters|undergraduates?|graduates?"
    r"|starters|completers|achievers|(?:wo)?men in|prisoners|participants|delegates|kids|lads"
    r"|girls|boys|interns|ladies|gents|guys|dads|mums|first y(?:ea)?rs|freshers|men|women|sixth[- ]formers|year \d{1,2}s|parents)"
)

# What staff do or make: a number before one of these counts activity, not learners.
_ACTIVITIES = (
    r"(?:workshops?|sessions?|observations?|meetings?|visits?|walks?|learning walks?|cpd|courses?"
    r"|modules?|units?|teachers?|tutors?|lecturers?|staff|assessors?|coach(?:es)?|trainers?"
    r"|managers?|mentors?|departments?|teams?|polic(?:y|ies)|resources?|packs?|videos?|drop-?ins?"
    r"|trainings?|assembl(?:y|ies)|audits?|e?-?mails?|letters?|texts|calls|reports?|posters?|trips?"
    r"|tasks?|targets?|actions?|books?|lessons?|classes|groups?|schemes?|laptops?|computers?"
    r"|tests?|mocks?|quiz(?:zes)?|days? of|inset days?|twilights?|briefings?|events?|newsletters?"
    r"|handouts?|booklets?|templates?|documents?|drafts?|forms?|slides?|checklists?|champions?"
    r"|employers|partners|programmes|clinics?|webinars?|talks?|activit(?:y|ies)|reviews?(?! on time)"
    r"|standards|curriculum areas|new|more|extra|additional|part-?time|full-?time|hours? of"
    r"|reminders?|cycles?|rounds?|phases?|steps?|items?|areas?|columns?|strands?|priorities)"
)

_NAMES = re.compile(
    r"""
    \b100\s?%\s+(?:sure|certain|clear|convinced|behind|committed|agree|honest)\b|\b50\s?/\s?50\b|\b50-50\b|\b110\s?%
    |\b(?:level|lvl|entry(?:\ level)?|key\ stage|ks|units?|modules?|year|yr|rooms?|rm|block|building
        |phone|tel|ext|extension|week|wk|day|term|half[- ]term|quarter|page|paper|p\.|version
        |paragraph|section|part|stage|phase|chapter|cohort|group|set|strand|priority|theme
        |afi|strength|ref(?:erence)?|action|objective|standard|component|assignment|task|tutor\ group|periods?
        |teams?\ channel|step|tier|band|criterion|row|line|item|no\.|number)
        \s*[.:#]?\s*\d+(?:\.\d+)*[a-z]?(?:\s*(?:,|and|&|-|–|to|/)\s*\d+(?:\.\d+)*[a-z]?)*\b(?!\s*%)
    |\b[ly]\s?\d{1,2}(?:\s*[/&+-]\s*[ly]?\d{1,2})*s?\b     # L3, L2/3, Y11
    |\be[123]\b|\bq[1-4]\b|\bks[1-5]\b|\ba-\d+\b
    |\bt[- ]levels?\b|\ba[- ]levels?\b
    |\b(?:grades?\s*)?9\s*(?:-|–|to)\s*[1-9]\b(?!\s*%)      # GCSE grades 9-4, 9-1
    |\bgrades?\s*\d\s*(?:\+|and\ above|or\ above|or\ better|or\ higher)|(?<![\d.])[4-7]\+(?!\d)
    |\bgrades?\s*[4-9]\s*(?:-|–)\s*[4-9]\b
    |\b(?:aged?|ages)\s*\d{2}(?:\s*(?:-|–|to)\s*\d{2})?\b|\b1[4-9]\s*(?:-|–|to)\s*(?:1[6-9]|2[0-5])\b(?!\s*%)
    |\b(?:19|24|16|18)\+(?!\d)
    |\b20\d\d\s?[/–-]\s?\d{2,4}\b|\b(?:1\d|2\d|3\d)/(?:1\d|2\d|3\d)\b(?!\s*(?:learners|students))
    |\b(?:19|20)\d\d\b(?!\s*(?:%|learners|students|apprentices))
    |(?<!\d)\+?\d{2,5}[\s-]\d{3,4}[\s-]?\d{3,4}(?!\d)|\b0\d{4,}\b|\b\d{7,}\b
    |\b\d{1,2}[:.]\d\d\s*(?:am|pm)\b|\b\d{1,2}:\d\d\b|\b\d{1,2}\s?(?:am|pm)\b
    |\b(?:till|until|opens?\ at|at)\ \d{1,2}(?![\d%])(?:[.:]\d\d)?(?=\ (?:now|each|every|on|instead))|\b\d{1,2}\.(?:15|30|45)\b(?!\s*(?:%|per|pp|points))
    |£\s?\d[\d,.]*\s?[km]?\b
    |\b(?!\d+(?:%|pp|pc|in|to|st|nd|rd|th))(?=[a-z0-9/-]*\d)(?=[a-z0-9/-]*[a-z])[a-z]{1,6}\d{1,6}[a-z0-9/-]*\b
    |\b\d+(?:st|nd|rd|th)\b
    |\b\d+(?:\.\d+)?\s*-?\s*(?:weeks?|wks?|months?|days?|hours?|hrs?|mins?|minutes?|terms?|years?|yrs?|half[- ]terms)\b
    |\b(?:42|90|45)[\s-]day\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ACTIVITY_COUNT = re.compile(
    rf"(?<![\d.%])\b\d+\b(?!\s*(?:%|per\s?cent|pc\b|pp\b|in\b|out\b|/))\s*(?:x\s*)?(?:[a-z-]+\s+){{0,2}}?{_ACTIVITIES}\b",
    re.IGNORECASE,
)

_WORD_NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SMALL = "|".join(sorted(_WORD_NUMBERS, key=len, reverse=True))
_WORDED = rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{_SMALL}))?|(?:a\s+)?hundred|{_SMALL})"
_NUMBER = r"[+-]?\d{1,3}(?:,\d{3})+(?!\d)|[+-]?\d+(?:\.\d+)?"
_PERCENT = r"\s*(?:%|per\s?cent(?:age)?(?!\s*points?)\b|pc\b|percent\b)"
_POINTS = (
    r"\s*(?:pp\b|ppts?\b|p\.p\.|(?:percentage|per\s?cent|%)\s*(?:points?|pts?)\b|points?\b|pts?\b)"
)

_FIGURE = re.compile(
    rf"""
    (?P<ratio>(?<![\d/.])(?:\d{{1,4}}|{_SMALL})\s*(?:in\s+(?:every\s+)?|out\s+of\s+(?:every\s+|the\s+)?|of\s+(?:the\s+|our\s+)?|/)\s*
        (?:\d{{1,4}}|{_SMALL})(?![\d/%]|\s*%|\s*per\s?cent))
    |(?P<points>(?<![\w.])(?:{_NUMBER}|\b{_WORDED}){_POINTS})
    |(?P<range>(?<![\w.])\d+(?:\.\d+)?\s*%?\s*(?:-|–)\s*\d+(?:\.\d+)?{_PERCENT})
    |(?P<percent>(?<![\w.])(?:{_NUMBER}){_PERCENT}|\b{_WORDED}{_PERCENT})
    |(?P<grade>\b(?:requires?\s+improvement|needs\s+attention|urgent\s+improvement
        |expected\s+standard|strong\s+standard|RI\b|R\.I\.|inadequate\b|outstanding\b|exceptional\b
        |grade\s+[1-9A-GU](?:\*)?(?![\w%+])|(?:alps\s+)(?:grade\s+)?[1-9](?![\w%])))
    |(?P<award>\b(?:Pass|Merit|Distinction)\b(?=\s+to\s+(?:a\s+)?(?:Merit|Distinction)\b)|(?<=\bto\s)(?:Merit|Distinction)\b)
    |(?P<good>\bGood\b|(?<=\bto\s)good\b(?!\s+\w*(?:use|effect|attendance|standard))|(?<=\bfrom\s)good\b)
    |(?P<half>\b(?:halv(?:e|es|ed|ing)|doubl(?:e|es|ed|ing)|trebl(?:e|es|ed|ing)|tripl(?:e|es|ed|ing)
        |by\s+(?:a\s+)?(?:half|third|quarter|fifth)))\b
    |(?P<fraction>\b(?:three[\s-]quarters|two[\s-]thirds|four[\s-]fifths|nine[\s-]tenths
        |one[\s-]third|one[\s-]quarter|half|a\s+third|a\s+quarter)\b)
    |(?P<all>\b(?:all|every|each|none|no)\b(?=\s+(?:of\s+)?(?:the\s+|our\s+|my\s+)?(?:(?!and\b|so\b|with\b)[\w-]+\s+){{0,3}}?{LEARNERS}\b))
    |(?P<plain>(?<![\w.£-])(?:{_NUMBER})(?![\w/]|\.\d|,\d))
    |(?P<word>\b{_WORDED}\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)

# Private-use characters stand for what was recognised: a figure \ue000n\ue001, a year, a day.
_SOME_YEAR, _SOME_DAY = "\ue002", "\ue003"
_ACADEMIC_YEAR = re.compile(
    r"\b20\d\d\s?[/–-]\s?(?:20)?\d\d\b(?!\s*%)|\b20(?:1\d|2[0-5])\b(?!\s*%)"
)
_F = r"\ue000(\d+)\ue001"
# Up to so many characters of the same clause that hold no other figure.
_GAP = r"[^\ue000;.!?\n]{0,%d}?"


# Points are a change, except where a gap is what is measured: then they are its levels.
_GAP_LEVEL = re.compile(r"\bgaps?\b|\bbehind\b", re.IGNORECASE)
# The one measure that is counted in months.
_READING_AGE = re.compile(r"\breading ages?\b", re.IGNORECASE)


def _clean(text: str, dates: Sequence[FoundDate]) -> str:
    """The text with everything that is not a level blanked out, at the same positions."""
    chars = list(text)

    def blank(start: int, end: int, filler: str = " ") -> None:
        chars[start:end] = filler * (end - start)

    for match in _ACADEMIC_YEAR.finditer(text):
        blank(match.start(), match.end(), _SOME_YEAR)
    for found in dates:
        if _SOME_YEAR not in chars[found.start : found.end]:
            blank(found.start, found.end, _SOME_DAY)
    in_months = _READING_AGE.search(text) is not None
    for pattern in (_NAMES, _ACTIVITY_COUNT):
        for match in pattern.finditer("".join(chars)):
            if in_months and match.group().lower().endswith(("month", "months")):
                continue
            counted = re.match(r"\D*\d[\d.,]*", match.group())
            end = match.end() if pattern is _NAMES or not counted else match.start() + counted.end()
            blank(match.start(), end)
    return "".join(chars)


def _number(typed: str) -> float | None:
    digits = re.search(r"[+-]?\d[\d,]*(?:\.\d+)?", typed)
    if digits:
        return float(digits.group().replace(",", ""))
    total = 0
    for word in re.findall(r"[a-z]+", typed.lower()):
        if word in _TENS:
            total += _TENS[word]
        elif word in _WORD_NUMBERS:
            total += _WORD_NUMBERS[word]
        elif word == "hundred":
            total += 100
    return float(total) if re.search(_WORDED, typed, re.IGNORECASE) else None


def _value(kind: str, typed: str) -> tuple[float | None, str | None]:
    """The number a figure stands for and its unit: "%", "points", "in 10", "grade" or None."""
    if kind == "ratio":
        parts = [_number(p) for p in re.split(r"\b(?:in|out of|of)\b|/", typed, flags=re.I)]
        top, bottom = parts[0], parts[-1]
        if top is None or not bottom:
            return None, None
        return 100 * top / bottom, "ratio"
    if kind == "points":
        return _number(typed), "points"
    if kind == "range":
        return _number(typed), "%"
    if kind == "percent":
        return _number(typed), "%"
    if kind in ("grade", "good", "award"):
        digit = re.search(r"\d", typed)
        return (float(digit.group()) if digit else None), "grade"
    if kind == "all":
        return (0.0 if typed.lower().startswith("no") else 100.0), "all"
    if kind in ("half", "fraction"):
        return None, "share" if kind == "fraction" else "factor"
    return _number(typed), None


def find_figures(text: str, dates: Sequence[FoundDate] = ()) -> list[Figure]:
    """Every level or change in the text with the part it plays, in order of appearance.

    `dates` are blanked out first, so that the 31 of "31 July" is not read as a level.
    """
    cleaned = _clean(text, dates)
    found: list[Figure] = []
    for match in _FIGURE.finditer(cleaned):
        kind = match.lastgroup or ""
        typed = match.group().strip()
        if kind == "word" and not _worded_level(cleaned, match):
            continue
        if kind == "fraction" and not _fraction_level(cleaned, match):
            continue
        if kind == "ratio" and not _is_ratio(typed):
            continue
        start = match.start() + (len(match.group()) - len(match.group().lstrip()))
        if kind == "half" and typed.lower().startswith("by "):
            # "by a fifth": the figure is the fifth.
            start, typed = start + 3, typed[3:]
        value, unit = _value(kind, typed)
        found.append(Figure(typed, value, unit, start, start + len(typed)))
    return _parts(cleaned, found)


def _worded_level(text: str, match: re.Match[str]) -> bool:
    """Whether a bare number word is a level ("no more than five") and not idle talk ("one of")."""
    before = text[max(0, match.start() - 24) : match.start()].lower()
    after = text[match.end() : match.end() + 30].lower()
    if re.match(r"\s*(?:of the|of our|to one|another|thing|more|day|way|or two|key|main)\b", after):
        return False
    if re.match(rf"\s*(?:[a-z-]+\s+){{0,2}}{_ACTIVITIES}\b", after):
        return False
    return bool(
        re.search(
            r"(?:than|from|to|least|most|under|over|below|above|at|was|were|only|now|not|instead of|want)\s+$",
            before,
        )
    )


def _fraction_level(text: str, match: re.Match[str]) -> bool:
    """Whether a fraction is a share of learners and not "half an hour" or "by a third"."""
    before = text[max(0, match.start() - 16) : match.start()].lower()
    after = text[match.end() : match.end() + 16].lower()
    if re.match(
        r"\s+(?:by|of|the|our|them|all|get|pass|finish|achiev|complet|stay)|\s+\w+ing\b", after
    ):
        return True
    says = r"(?:be|than|from|to|least|is|it's|was|were|only|now|about|just|under|over|nearly|around)\s+$"
    return re.search(says, before) is not None and not re.match(
        r"\s+(?:an?|hour|day|term)\b", after
    )


def _is_ratio(typed: str) -> bool:
    numbers = [_number(p) for p in re.split(r"\b(?:in|out of|of)\b|/", typed, flags=re.I)]
    top, bottom = numbers[0], numbers[-1]
    return top is not None and bottom is not None and 0 <= top <= bottom and bottom >= 3


_WAS = (
    r"(?:currently|current(?:ly)?|now|at present|at the moment|today|presently|baseline|starting"
    r"|start(?:s|ed)? (?:at|from|point)|(?:sits?|stands?|stood|stuck|running|hovering|hovers?|averaging"
    r"|sitting|standing) at|was|were|we were|has been|have been|only|just|(?:we|it)(?:'re| are|'s| is) (?:at|on)"
    r"|last year|in the sar|at the start|where we are|existing|this year|theres?|there's|there are|is (?:at|around|about)|is)"
)
_AFTERWARDS = (
    r"(?:now|atm|as things stand|at last count|last (?:yr|summer|time)|currently|at the moment|at present|today|as it stands|last year|this year|in the sar"
    r"|baseline|at the start|so far|to date|this time last year|previously|before)"
)
_REACH = (
    r"(?:to|reach(?:es|ed|ing)?|hit(?:s|ting)?|at least|min(?:imum)?(?: of)?|above|over|exceed(?:s|ing)?"
    r"|more than|below|under|less than|fewer than|no (?:more|higher|greater|fewer|less|lower) than"
    r"|max(?:imum)?(?: of)?|up to|target(?:s|ed|ing)?|aim(?:ing|s)?(?: for| at| is)?|goal"
    r"|want(?:s|ed|ing)?|(?:should|will|would|must|to|can|shall|ll|after) (?:be|have|see|get|hit|pass|achieve)"
    r"|be at|need(?:s|ed|ing)?|expect(?:s|ed|ing)?|see(?:ing)?|success is|success means|by then|≥|>=|<=|≤"
    r"|>|<|→|instead of only|match(?:ing|es)?|goes up|achiev(?:e|es|ing)|we(?:'re| are) after)"
)
_SOFT = r"(?:\s+(?:of|is|at|about|around|approx(?:imately)?|roughly|a|an|the|some|nearly|only|just|be|get|it|rate|around|least|closer|be at|it's|it is|we're|we are|they are|as high as|as low as|national(?:\s+\w+)?|average|above|over|rate|our|below|under|more|than|no))*[\s:=(~]*"

_COMPARED = re.compile(
    rf"\b(?:national(?:ly)?|nat(?:'?l)?\.?|sector|regional(?:ly)?|benchmark|county|england|nart|narts|nr|gfe|college[- ]wide|similar (?:colleges|providers|schools)|whole[- ]college)\b"
    rf"(?:\s+(?:average|avg|rate|figure|benchmark|mean|level|is|was|of|at|around|about|for|currently|achievement|attendance|retention|pass)){{0,5}}[\s:=(]*{_F}"
    rf"|{_F},?\s*\(?(?:nationally|national(?: average| rate)?|is (?:the )?(?:national|sector)(?: average| rate)?|sector average|in england|nat(?:ional)? avg|just so you can compare|to compare|for comparison|for reference|for context)\b(?![^\ue000,;.)]{{0,15}}\ue000)",
    re.IGNORECASE,
)
_REACHING_IT = re.compile(
    r"(?:\b(?:to|reach(?:es|ing)?|match(?:es|ing)?|meet(?:s|ing)?|in line with|hit(?:s|ting)?|at or above"
    r"|above|exceed(?:s|ing)?|at least|target(?: of)?(?: is)?|equal(?:s|ling)?|up with)|[→>])[\s:]*(?:the\s+|or above\s+|our\s+|current\s+)*$",
    re.IGNORECASE,
)
_ELSEWHEN = re.compile(
    rf"(?:\ue002+|\btwo years ago\b|\bthree years ago\b|\bthe year before\b|\bpre-?(?:covid|pandemic)\b|\bbefore covid\b|\ba few years ago\b)"
    rf"[^\ue000,;.!?]{{0,25}}?{_F}|{_F}[^\ue000,;.!?]{{0,12}}?(?:\ue002+|\btwo years ago\b|\bthree years ago\b|\bthe year before(?: that)?\b|\bpre-?(?:covid|pandemic)\b|\bbefore covid\b|\ba few years ago\b)",
    re.IGNORECASE,
)

# Read in this order; a figure keeps the first part it is given.
_PATTERNS: list[tuple[re.Pattern[str], tuple[Part, ...]]] = [
    (re.compile(rf"{_F}{_GAP % 30}\b(?:up|down|rising|falling|increased|reduced) from{_GAP % 20}{_F}", re.I), (Part.TARGET, Part.BASELINE)),
    (re.compile(rf"\bfrom\b{_GAP % 40}{_F}{_GAP % 45}\b(?:up |down )?to\b{_GAP % 30}{_F}", re.I), (Part.BASELINE, Part.TARGET)),
    (re.compile(rf"\b(?:to|reach|at least|hit|up to)\b{_GAP % 25}{_F}{_GAP % 25}\b(?:up |down )?(?:from|compared (?:to|with)|rather than|instead of|not)\b{_GAP % 25}{_F}", re.I), (Part.TARGET, Part.BASELINE)),
    (re.compile(rf"{_F}\s*(?:->|-->|→|=>|⇒|➡️?|>>?|\.\.\.?)\s*{_F}", re.I), (Part.BASELINE, Part.TARGET)),
    (re.compile(rf"{_F}\s*[,(]?\s*(?:it is |it was |we are |it's )?(?:(?:up|down|rising) (?:from|on)|instead of|rather than|compared (?:to|with)|vs\.?|versus|not|against)\s*(?:the|a|current|today's|last year's|a baseline of|\s)*\s*{_F}", re.I), (Part.TARGET, Part.BASELINE)),
    (re.compile(rf"{_F}[^\ue000;.!?\n]{{0,14}}?(?:\s|,)(?:up |down |going |rising |falling |moving |rise |fall |drop |increase |dropping |increasing )?to (?:at least |around |about |under |below |above |over |no more than )?{_F}", re.I), (Part.BASELINE, Part.TARGET)),
    (re.compile(rf"{_F}{_GAP % 45}\b(?:instead of|rather than|compared (?:to|with)|not)\s+(?:about |only |just |the )*{_F}", re.I), (Part.TARGET, Part.BASELINE)),
    (re.compile(rf"\bfrom\b{_GAP % 40}{_F}", re.I), (Part.BASELINE,)),
]  # fmt: skip
_SINGLES: list[tuple[re.Pattern[str], Part]] = [
    (re.compile(rf"\b(?:no (?:more|higher|greater|fewer|less|lower) than|max(?:imum)?(?: of)?|at least|(?:i|we)(?:'d| would)? (?:want|like)) {_F}", re.I), Part.TARGET),
    (re.compile(rf"{_F}\s*(?:[a-z]+\s+){{0,2}}?(?:should|will|must|would|need to)\b", re.I), Part.TARGET),
    (re.compile(rf"\b(?:start(?:ing)?(?: point| from| at)?|baseline|currently|current(?: \w+){{0,2}}|at present|at the moment|right now|presently|stands? at|sits? at|stuck at|stood at|last year(?:'s)?|in the sar|at the start)\b{_SOFT}{_F}", re.I), Part.BASELINE),
    (re.compile(rf"{_F}\s*(?:[a-z]+\s+){{0,4}}?\(?{_AFTERWARDS}\b", re.I), Part.BASELINE),
    (re.compile(rf"\b{_REACH}{_SOFT}{_F}", re.I), Part.TARGET),
    (re.compile(rf"{_F}[^\ue000,;.!?\n]{{0,60}}?(?:\bby\s+(?:the\s+)?(?:end of\s+)?)?\ue003", re.I), Part.TARGET),
    (re.compile(rf"[≥≤<>→]=?\s*{_F}"), Part.TARGET),
    (re.compile(rf"{_F}\s*(?:or\s+(?:more|above|better|higher|below|less|fewer|lower|under|over)|\+|minimum|max(?:imum)?|target)(?!\w)", re.I), Part.TARGET),
    (re.compile(rf"\b{_WAS}{_SOFT}{_F}", re.I), Part.BASELINE),
    (re.compile(rf"\b(?:to|reach|hit|target|aim|want|be|below|under|above|over|see|at least)\b{_GAP % 34}{_F}", re.I), Part.TARGET),
    (re.compile(rf"\b(?:is|was|were|are|only|currently|now|last year|had|have)\b[^\ue000,;.!?\n]{{0,30}}?{_F}", re.I), Part.BASELINE),
]  # fmt: skip


def _parts(cleaned: str, found: list[Figure]) -> list[Figure]:
    """Give each figure its part by the words round it; the first pattern that fits decides."""
    if not found:
        return []
    tokens: list[str] = []
    position = 0
    for index, figure in enumerate(found):
        # A word that is itself "by a third" or "halve" needs no further sign.
        tokens.append(cleaned[position : figure.start] + f"\ue000{index}\ue001")
        position = figure.end
    tokens.append(cleaned[position:])
    text = "".join(tokens)
    part: dict[int, Part] = {}

    for index, figure in enumerate(found):
        if figure.unit == "factor":
            part[index] = Part.CHANGE
        elif figure.unit == "all":
            part[index] = Part.TARGET
        elif figure.unit == "points" and not _GAP_LEVEL.search(text):
            part[index] = Part.CHANGE

    for match in _COMPARED.finditer(text):
        index = int(next(group for group in match.groups() if group))
        wanted = bool(_REACHING_IT.search(text[: match.start()]))
        part.setdefault(index, Part.TARGET if wanted else Part.COMPARISON)

    for pattern, roles in _PATTERNS:
        for match in pattern.finditer(text):
            indexes = [int(group) for group in match.groups()]
            if any(index in part for index in indexes):
                continue
            part.update(zip(indexes, roles, strict=True))
    elsewhen = {
        int(next(group for group in match.groups() if group)) for match in _ELSEWHEN.finditer(text)
    }
    for pattern, role in _SINGLES:
        for match in pattern.finditer(text):
            index = int(match.group(1))
            if index not in part and not (index in elsewhen and role is Part.BASELINE):
                part[index] = role
    for index in sorted(elsewhen - part.keys()):
        # Another year's figure is the starting point only where no nearer one is given.
        lone = Part.BASELINE not in part.values()
        part[index] = Part.BASELINE if lone and Part.TARGET in part.values() else Part.COMPARISON
    for index, figure in enumerate(found):
        if part.get(index) is Part.TARGET and figure.unit is None:
            before = text[: text.index(f"\ue000{index}\ue001")]
            if re.search(
                r"\b(?:up|down|increase|rise|drop|fall|reduce|improve)\w*\s+by\s*$", before, re.I
            ):
                part[index] = Part.CHANGE
    return [
        Figure(f.text, f.value, f.unit, f.start, f.end, part.get(i, Part.UNKNOWN))
        for i, f in enumerate(found)
    ]
