"""The phrases of a question about the plan: how actions stand, by when, and whose they are.

Each phrase that is known is taken out of the question and a mark left in its place, so that the
rest can be held against a few plain shapes of sentence. What is left over makes it no question.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from bot.coaching.dates import (
    MONTHS,
    academic_year,
    find_dates,
    gone_by,
    last_of_month,
    terms_of,
    year_end,
    year_start,
)
from bot.coaching.due import AHEAD_DAYS
from bot.coaching.open_days import half_terms


class State(StrEnum):
    """How an action stands. Of the first three any may fit, of all others every one must."""

    OFF_TRACK = "off track"
    AT_RISK = "at risk"
    ON_TRACK = "on track"
    OVERDUE = "overdue"
    DUE = "due"
    DONE = "complete"
    OPEN = "not complete"
    NOT_STARTED = "without any update"
    NO_UPDATE = "without a recent update"
    MOVED = "changed"
    DRAFT = "not agreed yet"
    PARKED = "parked"


RAG_STATES = (State.OFF_TRACK, State.AT_RISK, State.ON_TRACK)


@dataclass(frozen=True)
class Span:
    """Days from and to, either of which may be open, and how a sentence says them."""

    first: date | None
    last: date | None
    words: str


@dataclass(frozen=True)
class Phrases:
    """What the known phrases of a question ask for.

    `lacks` are criteria of a good action that are not met. `rest` is the question in small letters
    with a mark for each phrase: S for how it stands, T for a time, M for whose.
    """

    rest: str
    states: tuple[State, ...] = ()
    lacks: tuple[str, ...] = ()
    span: Span | None = None
    mine: bool = False


_HAS = r"(?:(?:(?:do|does|did)(?:n't| not)|(?:have|has|had|having|with)(?:n't)?|lack(?:s|ing)?|missing|need(?:s)?|got|still|currently) )"
_NO = rf"(?:(?:{_HAS}*(?:no|without|missing|lacking|lacks?|needs?)|{_HAS}*(?:do|does|have|has)(?:n't| not) (?:have|got|had|yet)?) (?:a |an |any |the |their |its )?)"
_NOT = r"(?:\bnot (?:yet |currently |really )?(?:been )?)"
_BEEN = r"(?:(?:have|has)(?:n't| not) (?:yet )?(?:been )?|(?:are|is)(?:n't| not) (?:yet )?)"

# In this order: a longer phrase before one that stands inside it.
_STATES: tuple[tuple[tuple[State, ...], str], ...] = (
    ((State.NO_UPDATE,), r"(?:(?:have|has)(?:n't| not)|not) (?:yet )?(?:been )?(?:updated|reported|given (?:me |us )?an update)(?: on)?(?: (?:recently|lately|yet))?"),
    ((State.NO_UPDATE,), _NO + r"(?:recent |new |progress )?updates?(?: (?:recently|lately))?|\bgone quiet\b|\bstale\b"),
    ((State.NOT_STARTED,), rf"(?:{_BEEN}|{_NOT})(?:started|begun|off the ground)|\bunstarted\b|\bnever (?:been )?updated\b"),
    ((State.OFF_TRACK, State.AT_RISK), rf"(?:{_BEEN}|{_NOT})(?:on track|green|going well)"),
    ((State.OFF_TRACK, State.AT_RISK), r"\bbehind(?: schedule| where (?:it|they) should be)?\b|\bin trouble\b|\bstruggling\b"),
    ((State.OPEN,), rf"(?:{_BEEN}|{_NOT})(?:done|finished|completed?|closed)|\bunfinished\b|\b(?:still )?(?:open|outstanding|live)\b"),
    ((State.DRAFT,), rf"(?:{_BEEN}|{_NOT})agreed|\b(?:still )?(?:in draft|drafts?)\b|\bunagreed\b"),
    ((State.OVERDUE,), r"\bover ?due\b|\b(?:running |now )?late\b|\bpast (?:their|its|the) (?:due )?dates?\b|\bmissed (?:their|its|the) (?:dates?|deadlines?)\b"),
    ((State.OFF_TRACK,), r"\boff[- ]track\b|\b(?:rated |rag(?:ged)? |marked )?red\b|\bfailing\b"),
    ((State.AT_RISK,), r"\bat risk\b(?! of\b)|\b(?:rated |rag(?:ged)? |marked )?amber\b|\bslipping\b"),
    ((State.ON_TRACK,), r"\bon[- ](?:track|course|target)\b|\b(?:rated |rag(?:ged)? |marked )?green\b|\bgoing well\b"),
    ((State.DONE,), r"(?<!being )\b(?:done|complete[d]?|finished|closed|blue)\b"),
    ((State.PARKED,), r"\b(?:parked|on hold|paused)\b"),
    ((State.MOVED,), r"\b(?:changed|moved|happened|been happening|new)\b"),
    ((State.DUE,), r"\b(?:coming up|due(?! date))\b"),
)  # fmt: skip
_MISSES: tuple[tuple[str, str], ...] = (
    ("owner", rf"{_NO}(?:named )?owners?\b|\b(?:un-?owned|nobody owns|no ?one owns|not owned)\b"),
    ("baseline", rf"{_NO}(?:baselines?|starting figures?|starting points?)\b"),
    ("target", rf"{_NO}targets?\b"),
    ("measurable", rf"{_NO}(?:measures?|indicators?)\b|\bnot measurable\b"),
    ("evidence", rf"{_NO}(?:evidence(?: sources?)?|sources?)\b"),
    ("due", rf"{_NO}(?:due )?(?:dates?|deadlines?)\b"),
    ("milestone", rf"{_NO}(?:milestones?|checks? on the way)\b"),
    ("impact", rf"{_NO}(?:learner )?impacts?(?: on learners)?\b"),
    ("linked", rf"{_NO}(?:sar (?:items?|references?|links?)|findings?|afis?)\b|\bnot linked\b"),
)  # fmt: skip
_AND_ANOTHER = re.compile(
    r"S +(?:,|or|and|nor) +(?:an? |any |the )?(?=(?:owner|baseline|starting|target|measure|indicator|evidence|source|date|deadline|milestone|impact)s?\b)"
)
_MINE = re.compile(
    r"\b(?:(?:that |which )?(?:do )?i (?:own|lead|have|am (?:responsible for|the owner of|down for|working on))|am i (?:responsible for|the owner of|down for|working on)|(?:are|is) mine|mine"
    r"|my|have i got|i(?:'ve| have) got|(?:assigned|belong(?:s|ing)?) to me|for me|of mine)\b"
)

_STATE_PATTERNS = tuple((states, re.compile(pattern)) for states, pattern in _STATES)
_MISS_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _MISSES)


@dataclass
class _Taken:
    """The question while its phrases are taken out."""

    text: str
    marks: list[str] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str], mark: str) -> re.Match[str] | None:
        found = pattern.search(self.text)
        if found:
            self.text = f"{self.text[: found.start()]} {mark} {self.text[found.end() :]}"
        return found


def phrases(low: str, today: date, terms: tuple[tuple[date, date], ...]) -> Phrases:
    """Take the known phrases out of a question in small letters."""
    taken, states, lacks = _Taken(low), list[State](), list[str]()
    span = _span(taken, today, terms)
    for _ in range(2):
        # Once more for the second of "no baseline or target", which has no "no" of its own.
        for name, pattern in _MISS_PATTERNS:
            while taken.take(pattern, "S"):
                lacks.append(name)
        taken.text = _AND_ANOTHER.sub("S no ", taken.text)
    for of_phrase, pattern in _STATE_PATTERNS:
        while taken.take(pattern, "S"):
            states += of_phrase
    mine = taken.take(_MINE, "M") is not None
    rest = " ".join(taken.text.split())
    days = _days(span, states, today, terms)
    return Phrases(rest, tuple(dict.fromkeys(states)), tuple(dict.fromkeys(lacks)), days, mine)


# Of these it is asked what has been since a day, not what is to come until one.
_LOOK_BACK = {State.MOVED, State.NO_UPDATE}


def _days(
    span: Span | None, states: list[State], today: date, terms: tuple[tuple[date, date], ...]
) -> Span | None:
    """The days that "due" or "changed" means alone, and those behind us that "this week" may mean."""
    if span is None and State.DUE in states:
        return Span(today, today + timedelta(days=AHEAD_DAYS), "in the next two weeks")
    if span is None and State.MOVED in states:
        week_ago = today - timedelta(days=7)
        return Span(week_ago, None, f"since {_day(week_ago)}")
    if span is not None and span.last is not None and _LOOK_BACK & set(states):
        first = _since(span.words.removeprefix("this "), today, terms)
        return Span(first, None, f"since {_day(first)}") if first and first <= today else span
    return span


# --- times --------------------------------------------------------------------------------------

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SINCE = re.compile(
    r"\bsince (?:the )?(?P<since>(?:start of )?(?:last (?:week|month|term|half[- ]term|year)|yesterday|christmas|(?:this )?(?:term|half[- ]term|week|month|year)|"
    + "|".join(_WEEKDAYS)
    + r"|[a-z0-9 /]{3,20}?\d*))(?=$|[?.!]| (?:in|on|for|about|under)\b)"
)
_LAST = re.compile(
    r"\b(?:in|over|during) the (?:last|past) (?:(?P<n>two|three|four|few) )?(?P<unit>week|fortnight|month)s?\b|\b(?P<lately>recently|lately)\b"
)
_IN = re.compile(
    r"\b(?:in |for |during |by (?:the )?end of |before (?:the )?end of |at the end of )?(?:the )?(?P<which>this|next|the coming) (?P<unit>week|month|half[- ]?term|term|(?:academic )?year)\b"
    r"|\b(?:in |within |over )the next (?P<n>two|three|four|few|couple of)? ?(?P<ahead>week|month|fortnight)s?\b|\b(?P<soon>soon)\b|\b(?P<today>today)\b|\b(?:before|by) (?:the )?(?P<half>half[- ]?term)\b"
    r"|\b(?:before|by|until) (?P<day>" + "|".join(_WEEKDAYS) + r")\b"
)
_BY = re.compile(
    r"\b(?:by|before|until|up to) (?:the )?(?:[a-z0-9 ]{3,24})(?=$|[?.!]| (?:in|on|for|about|under)\b)"
)
_MONTHS = re.compile(
    r"\bin (?P<month>january|february|march|april|may|june|july|august|september|october|november|december)\b"
)
_COUNTS = {"two": 2, "couple of": 2, "three": 3, "few": 3, "four": 4}
_UNIT_DAYS = {"week": 7, "fortnight": 14, "month": 30}


def _span(taken: _Taken, today: date, terms: tuple[tuple[date, date], ...]) -> Span | None:
    """The days that a question names; they are taken out of it."""
    since = _SINCE.search(taken.text)
    if since:
        first = _since(since["since"], today, terms)
        if first is not None:
            taken.take(_SINCE, "T")
            return Span(first, None, f"since {_day(first)}")
    last = taken.take(_LAST, "T")
    if last:
        days = 14 if last["lately"] else _UNIT_DAYS[last["unit"]]
        days *= _COUNTS.get(last["n"], 1)
        first = today - timedelta(days=days)
        return Span(first, None, f"since {_day(first)}")
    coming = taken.take(_IN, "T")
    if coming:
        return _coming(coming, today, terms)
    month = taken.take(_MONTHS, "T")
    if month:
        (dated,) = find_dates(
            f"by the end of {month['month']} {_year_of(month['month'], today)}", today
        )[:1]
        return Span(dated.day.replace(day=1), dated.day, f"in {dated.day:%B}")
    by = _BY.search(taken.text)
    dated_by = find_dates(by[0], today) if by else []
    if by and dated_by:
        taken.take(_BY, "T")
        return Span(today, dated_by[0].day, f"by {_day(dated_by[0].day)}")
    return None


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def _year_of(month: str, today: date) -> int:
    """The calendar year of a month of the academic year that today is in."""
    first = year_start(academic_year(today)).year
    is_first = month in ("august", "september", "october", "november", "december")
    return first if is_first else first + 1


def _since(said: str, today: date, terms: tuple[tuple[date, date], ...]) -> date | None:
    said = said.removeprefix("start of ")
    if said == "yesterday":
        return today - timedelta(days=1)
    if said == "christmas":
        return date(today.year - (today < date(today.year, 12, 25)), 12, 25)
    if said in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(said)) % 7 or 7)
    if said.endswith("week"):
        monday = today - timedelta(days=today.weekday())
        return monday - timedelta(days=7) if said.startswith("last") else monday
    if said.endswith("month"):
        first = today.replace(day=1)
        return (first - timedelta(days=1)).replace(day=1) if said.startswith("last") else first
    if said.endswith("year"):
        begins = year_start(academic_year(today))
        return begins.replace(year=begins.year - 1) if said.startswith("last") else begins
    if said.endswith("term"):
        year = academic_year(today)
        begins_of = [first for first, _ in terms or terms_of(year)]
        if "half" in said:
            begins_of += half_terms(year)
        begun = sorted(first for first in begins_of if first <= today)
        wanted = begun[-2:-1] if said.startswith("last") else begun[-1:]
        return wanted[0] if wanted else year_start(year)
    if said in MONTHS:
        return gone_by(date(today.year, MONTHS[said], 1), said, today)
    dated = find_dates(f"since {said}", today)
    # "Since 3 October" is behind us.
    day = gone_by(dated[0].day, said, today) if dated else None
    return day if day is not None and day <= today else None


def _coming(found: re.Match[str], today: date, terms: tuple[tuple[date, date], ...]) -> Span:
    if found["today"]:
        return Span(today, today, "today")
    if found["soon"]:
        return Span(today, today + timedelta(days=AHEAD_DAYS), "in the next two weeks")
    if found["ahead"]:
        days = _UNIT_DAYS[found["ahead"]] * _COUNTS.get(found["n"], 1)
        last = today + timedelta(days=days)
        return Span(today, last, f"by {_day(last)}")
    if found["day"]:
        last = today + timedelta(days=(_WEEKDAYS.index(found["day"]) - today.weekday()) % 7)
        return Span(today, last, f"by {_day(last)}")
    named = found["half"] or found["unit"]
    unit, following = re.sub(r"[- ]", "", named), found["which"] == "next"
    words = f"{'next' if following else 'this'} {named}"
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        first = monday + timedelta(days=7) if following else today
        return Span(first, monday + timedelta(days=13 if following else 6), words)
    if unit == "month":
        last = last_of_month(today.year, today.month)
        after = last + timedelta(days=1)
        if following:
            return Span(after, last_of_month(after.year, after.month), words)
        return Span(today, last, words)
    ends = year_end(academic_year(today))
    if unit.endswith("year"):
        if following:
            return Span(ends + timedelta(days=1), ends.replace(year=ends.year + 1), words)
        return Span(today, ends, words)
    halves = unit == "halfterm"
    coming = [end for end in _ends(today, terms, halves) if end >= today] or [ends]
    if following:
        coming += _ends(ends + timedelta(days=1), (), halves)
        return Span(coming[0] + timedelta(days=1), coming[1], words)
    return Span(today, coming[0], words)


def _ends(day: date, terms: tuple[tuple[date, date], ...], halves: bool) -> list[date]:
    """The last days of the terms or half-terms of the academic year that a day is in."""
    year = academic_year(day)
    ends = [last for _, last in terms or terms_of(year)]
    if halves:
        ends += [monday - timedelta(days=3) for monday in half_terms(year)]
    return sorted(ends)
