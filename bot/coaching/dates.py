"""Dates as people in UK education type them, resolved against today and the academic year."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun",
            "july jul", "august aug", "september sept sep", "october oct",
            "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b(?:\.(?=\s*\d))?"
# Two digits are a year only where they can be one of these times, and no figure follows a comma.
_YEAR = (
    r"(?P<year>20\d\d(?!\s?[/-]\s?\d\d)|(?<!, )(?<!,)(?:['’]\d\d|[23]\d"
    r"(?!\s*(?:\d|[%/:.]\d|%|per\b|pc\b|pp\b|points?\b|of\b|in\b|out\b|to\b|learners|students|apprentices|pupils))))"
)
_ACADEMIC_YEAR = r"(?P<from>20\d\d|\d\d)\s?[/-]\s?(?P<to>20\d\d|\d\d)\b"
_COUNTS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip


Resolve = Callable[[re.Match[str], date], date | None]


@dataclass(frozen=True)
class FoundDate:
    """A date and the stretch of text it was read from."""

    day: date
    start: int
    end: int
    past: bool = False


def academic_year(day: date) -> str:
    """The academic year that holds the day, as "2026/27"; it runs 1 August to 31 July."""
    first = day.year if day.month >= 8 else day.year - 1
    return f"{first}/{(first + 1) % 100:02}"


def is_academic_year(text: str) -> bool:
    """Whether a text is an academic year written "2026/27"."""
    written = re.fullmatch(r"(\d{4})/(\d{2})", text)
    return written is not None and (int(written[1]) + 1) % 100 == int(written[2])


def year_start(year: str) -> date:
    """The first day, 1 August, of an academic year written "2026/27"."""
    return date(int(year[:4]), 8, 1)


def terms_of(year: str) -> tuple[tuple[date, date], ...]:
    """First and last day of each term of an academic year, as most of England keeps them.

    Easter moves; mid-April is between its terms whenever it falls.
    """
    first = int(year[:4])
    return (
        (date(first, 8, 1), date(first, 12, 31)),
        (date(first + 1, 1, 1), date(first + 1, 4, 15)),
        (date(first + 1, 4, 16), date(first + 1, 7, 31)),
    )


def year_end(year: str) -> date:
    """The last day, 31 July, of an academic year written "2026/27"."""
    return date(int(year[:4]) + 1, 7, 31)


def a_year_before(day: date) -> date:
    """The same day of the year before; of 29 February the 28th."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


_SAYS_YEAR = re.compile(r"20\d\d|['’]\d\d")


def gone_by(day: date, said: str, today: date) -> date:
    """The day that words of a time gone by name: without a year said, none that is to come."""
    return a_year_before(day) if day > today and not _SAYS_YEAR.search(said) else day


def find_dates(text: str, today: date) -> list[FoundDate]:
    """Every date in the text, in order; of overlapping readings the more explicit one stands."""
    found: list[FoundDate] = []
    low = text.lower()
    months = [m.span() for m in _MONTH_WORD.finditer(low)]
    hints = set(_HINTS.findall(low))
    if months:
        hints.add(_A_MONTH)
    if _PARTED_DIGITS.search(low):
        hints.add(_PARTED)
    whole = near = [(0, len(text))]
    if months and len(low) == len(text):
        near = _surroundings(months)
    for words, pattern, resolve in _FORMS:
        if hints.isdisjoint(words):
            continue
        for stretch in near if _A_MONTH in words else whole:
            for match in pattern.finditer(text, *stretch):
                if any(match.start() < f.end and f.start < match.end() for f in found):
                    continue
                day = resolve(match, today)
                if day is not None:
                    found.append(FoundDate(day, match.start(), match.end(), day < today))
    return sorted(found, key=lambda f: f.start)


# A form with a month in it begins and ends no further from it, in characters.
_REACH = 30


def _surroundings(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches of text round these spans, those that meet put together."""
    stretches: list[tuple[int, int]] = []
    for start, end in spans:
        first = max(0, start - _REACH)
        if stretches and first <= stretches[-1][1]:
            first = stretches.pop()[0]
        stretches.append((first, end + _REACH))
    return stretches


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def last_of_month(year: int, month: int) -> date:
    """The last day of a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def _full_year(typed: str) -> int:
    digits = int(typed.strip("'’"))
    return digits if digits > 99 else 2000 + digits


def _next_day(month: int, day: int, today: date) -> date | None:
    this_year = _date(today.year, month, day)
    if this_year is not None and this_year >= today:
        return this_year
    return _date(today.year + 1, month, day)


def _next_month_end(month: int, today: date) -> date:
    end = last_of_month(today.year, month)
    return end if end >= today else last_of_month(today.year + 1, month)


# With one of these before it a month is yet to come; without, it may just have been.
_UNTIL = frozenset({"by", "come", "before", "b4", "until", "till", "end", "end of", "next", "due"})
# How many days ago a month without a year may be, with such a word before it as "in", or with none.
_LATELY, _JUST_NOW = 100, 60
# After one of these a day without a year may have been.
_HAS_BEEN = re.compile(r"\b(?:on|in|at|of|since|from|last)\s+(?:the\s+)?$", re.IGNORECASE)


def _lately_or_next(month: int, today: date, days: int) -> date:
    """The end of that month, gone by no more than so many days, or else to come.

    In November "in October" has been, and "in July" will be.
    """
    coming = _next_month_end(month, today)
    gone = last_of_month(coming.year - 1, month)
    return gone if (today - gone).days <= days else coming


def half_term_begins(year: int, month: int) -> date | None:
    """The Monday on which that month's half-term holiday begins, as most of England keeps it.

    The third of February, the last of May and of October; None for any other month.
    """
    days = [date(year, month, day) for day in range(1, last_of_month(year, month).day + 1)]
    mondays = [day for day in days if day.weekday() == 0]
    return {2: mondays[2], 5: mondays[-1], 10: mondays[-1]}.get(month)


def _half_term(month_end: date) -> date:
    """The last school day before that month's half-term holiday; the month's end without one."""
    begins = half_term_begins(month_end.year, month_end.month)
    return begins - timedelta(days=3) if begins else month_end


def _numeric(match: re.Match[str], today: date) -> date | None:
    day, month = int(match["day"]), int(match["month"])
    if not match["year"]:
        return _next_day(month, day, today)
    return _date(_full_year(match["year"]), month, day)


def _no_share(match: re.Match[str], today: date) -> date | None:
    return _numeric(match, today) if int(match["day"]) > 12 else None


def _day_month(match: re.Match[str], today: date) -> date | None:
    month, day = MONTHS[match["month"].lower()], int(match["day"])
    if match["year"]:
        return _date(_full_year(match["year"]), month, day)
    coming = _next_day(month, day, today)
    following = match.string[match.end() : match.end() + 5].lower()
    if not _HAS_BEEN.search(match.string, 0, match.start()) or following == " next":
        return coming
    # In November "on 1 October" has been, and "on 1 July" will be.
    gone = _date(coming.year - 1, month, day) if coming else None
    return gone if gone and (today - gone).days <= _LATELY else coming


def _month(match: re.Match[str], today: date) -> date | None:
    word = match["month"]
    month = MONTHS[word.lower()]
    # "may" and "march" are also verbs: a month only with a capital, a lead-in word or a year.
    if word.lower() in ("may", "march", "mar") and not match["year"]:
        lead = (match["lead"] or "").lower().strip()
        verb_may_follow = lead in ("", "this", "for", "on") and not (match["part"] or match["half"])
        if verb_may_follow and (word[0].islower() or match.start() == 0):
            return None
    part = (match["part"] or "").lower()
    lead = (match["lead"] or "").lower().strip()
    if match["year"]:
        end = last_of_month(_full_year(match["year"]), month)
    elif part or lead in _UNTIL:
        end = _next_month_end(month, today)
    else:
        end = _lately_or_next(month, today, days=_LATELY if lead else _JUST_NOW)
    if match["half"]:
        return _half_term(end)
    if part.startswith("mid"):
        return end.replace(day=15)
    if part.startswith(("early", "start", "beginning")):
        return end.replace(day=7)
    return end


def _month_day(match: re.Match[str], today: date) -> date | None:
    return _next_day(MONTHS[match["month"].lower()], int(match["day"]), today)


def _academic_year_end(match: re.Match[str], today: date) -> date | None:
    first, second = _full_year(match["from"]), _full_year(match["to"])
    return date(second, 7, 31) if second == first + 1 else None


def _this_year_end(match: re.Match[str], today: date) -> date:
    end = year_end(academic_year(today))
    following = (match["next"] or "").strip().lower() == "next"
    return end.replace(year=end.year + 1) if following else end


def _season(month: int) -> Resolve:
    def resolve(match: re.Match[str], today: date) -> date | None:
        typed = match.groupdict().get("year")
        if typed:
            return last_of_month(_full_year(typed), month)
        end = _next_month_end(month, today)
        following = match.string[match.end() : match.end() + 11].lower()
        return end.replace(year=end.year + 1) if following.startswith(" next year") else end

    return resolve


def _half(month: int) -> Resolve:
    def resolve(match: re.Match[str], today: date) -> date | None:
        return _half_term(_next_month_end(month, today))

    return resolve


def _a_year_on(match: re.Match[str], today: date) -> date | None:
    return _date(today.year + 1, today.month, min(today.day, 28))


def _month_of_year(match: re.Match[str], today: date) -> date | None:
    month = int(match["month"])
    return last_of_month(_full_year(match["year"]), month) if 1 <= month <= 12 else None


def _this_term_end(match: re.Match[str], today: date) -> date:
    following = (match["next"] or "").strip().lower() == "next"
    # Terms end in December, around Easter, and in July.
    ends = [date(today.year, 3, 31), date(today.year, 7, 31), date(today.year, 12, 31)]
    ends += [end.replace(year=end.year + 1) for end in ends[:2]]
    coming = [end for end in ends if end >= today]
    return coming[1] if following else coming[0]


# "95% of reviews within 12 weeks" says how long each may take, too.
_OF_EACH = re.compile(r"(?:%|per cent|\ball|\bevery)[^.,;!?]*$", re.IGNORECASE)


def _in_a_while(match: re.Match[str], today: date) -> date | None:
    typed = match["count"].lower()
    count = int(typed) if typed.isdigit() else _COUNTS[typed]
    unit = match["unit"].lower()
    if unit.startswith("day") and "next" not in match.group().lower():
        # "Back in ten days" is how long it takes each time.
        return None
    if _OF_EACH.search(match.string, 0, match.start()):
        return None
    if unit.startswith(("day", "week")):
        days = count * (7 if unit.startswith("week") else 1)
        return today + timedelta(days=days) if days < 4000 else None
    months = today.month - 1 + count * (12 if unit.startswith("y") else 1)
    if months > 360:
        return None
    year, month = today.year + months // 12, months % 12 + 1
    return min(date(year, month, min(today.day, 28)), last_of_month(year, month))


def _month_end(match: re.Match[str], today: date) -> date:
    if (match["next"] or "").strip().lower() != "next":
        return last_of_month(today.year, today.month)
    return last_of_month(today.year + today.month // 12, today.month % 12 + 1)


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_BY = (
    r"(?:(?P<lead>\b(?:by|before|b4|until|till|come|in|from|end of|end|since|on|for|of|this|next|last|due))"
    r"\s+(?:the\s+)?)?"
)
_THE = r"(?:\bthe\s+)?"
_COUNT = r"(?P<count>\d{1,3}|" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + ")"
# What a text may hold, beside words: two digits with a sign between, and the name of a month.
_PARTED, _A_MONTH = "1/2", "month name"
_MONTH_WORD = re.compile(r"\b(?:" + "|".join(MONTHS) + r")\b")
_PARTED_DIGITS = re.compile(r"\d\s?[/.-]\s?\d")

# In order of explicitness: a later form never reads inside an earlier one's stretch. The words are
# those any of which a text must hold for the form to be worth trying, in lower case.
_FORMS: list[tuple[tuple[str, ...], re.Pattern[str], Resolve]] = [
    ((_PARTED,), _form(r"\b(?P<year>20\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)\b"), _numeric),
    (
        (_PARTED,),
        _form(
            r"(?<![\d/.])(?P<day>[0-3]?\d)(?P<sep>[/.-])(?P<month>[01]?\d)(?P=sep)"
            r"(?P<year>20\d\d|\d\d)(?![\d/])"
        ),
        _numeric,
    ),
    (
        (_A_MONTH,),
        _form(rf"(?<![\w%.]){_DAY}[\s-]+(?:of\s+)?{_MONTH}(?:,?[\s-]*{_YEAR})?"),
        _day_month,
    ),
    (
        (_A_MONTH,),
        _form(rf"\b{_MONTH}\s+{_DAY},?\s+(?P<year>20\d\d)\b"),
        _day_month,
    ),
    (
        (_A_MONTH,),
        _form(rf"\b{_MONTH}\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)\b(?P<year>)"),
        _month_day,
    ),
    (
        ("/",),
        _form(
            r"\b(?:by|on|before|until|till|due|from|w/e|w/c|deadline)\s+"
            r"(?P<day>[0-3]?\d)/(?P<month>[01]?\d)(?P<year>)(?![\d/%])"
        ),
        _numeric,
    ),
    # "31/7" can be nothing else; "3/4" may be a share, and "24/7" is a way of speaking.
    (
        ("/",),
        _form(r"(?<![\w/.,-])(?!24/7)(?P<day>[0-3]?\d)/(?P<month>[01]?\d)(?P<year>)(?![\w/%.-])"),
        _no_share,
    ),
    (("/",), _form(r"\bby\s+(?P<month>[01]?\d)/(?P<year>\d\d)(?![\d/])"), _month_of_year),
    (
        (_A_MONTH,),
        _form(
            r"(?:\b(?P<part>early|mid|late|start of|beginning of|(?:the\s+)?(?:end|last day) of)[\s-]*)?"
            rf"{_BY}\b{_MONTH}(?!(?<=jan)['’]s\b|\s+(?:said|says|runs|starts|starters|intake|cohort)\b)"
            rf"(?P<half>\s+(?:half[\s-]?term|ht\b))?(?:[,\s]*(?:of\s+)?{_YEAR})?"
        ),
        _month,
    ),
    (
        (_PARTED,),
        _form(rf"\b(?:by|before|end of|until|in|during)\s+{_THE}(?:end of\s+)?{_ACADEMIC_YEAR}"),
        _academic_year_end,
    ),
    (("year",), _form(r"\b(?:by\s+)?this time next year\b"), _a_year_on),
    (
        ("easter", "spring"),
        _form(r"\b(?:easter|(?:end of?\s+)?(?:the\s+)?spring te?rm)(?:\s+(?P<year>20\d\d))?\b"),
        _season(3),
    ),
    (
        ("mas", "autumn"),
        _form(
            r"\b(?:christmas|x-?mas|(?:end of?\s+)?(?:the\s+)?autumn te?rm)(?:\s+(?P<year>20\d\d))?\b"
        ),
        _season(12),
    ),
    (("term",), _form(r"\b(?:the\s+)?spring half[\s-]?term\b"), _half(2)),
    (("term",), _form(r"\b(?:the\s+)?autumn half[\s-]?term\b"), _half(10)),
    (("term",), _form(r"\b(?:the\s+)?(?:summer|whitsun|whit) half[\s-]?term\b"), _half(5)),
    (
        ("summer",),
        _form(
            r"\b(?:(?:end of?\s+)?(?:the\s+)?summer te?rm|(?:by|before|end of|this|next|in)\s+"
            r"(?:the\s+)?summer)(?:\s+(?P<year>20\d\d))?\b"
        ),
        _season(7),
    ),
    (
        ("year", "yr", "eoy"),
        _form(
            r"\b(?:end of?|by)\s+(?:the\s+|this\s+)?(?P<next>next\s+)?"
            r"(?:(?:academic|school|college|teaching)\s+)?(?:year|yr)(?:[\s-]end)?\b(?!\s+(?:group|\d{1,2}(?![\w%.]|\s+(?:out )?of\b)))"
            r"|\b(?:academic\s+)?year[\s-]end\b|\beoy\b"
        ),
        _this_year_end,
    ),
    (
        ("term",),
        _form(
            r"\b(?:(?:end of|by)\s+(?:the\s+|this\s+)?(?:end of\s+)?(?P<next>next\s+)?term|end of term)\b"
            r"(?!\s*\d)"
        ),
        _this_term_end,
    ),
    (
        ("day", "week", "month", "year"),
        _form(
            rf"\b(?:in|within)\s+(?:the\s+next\s+)?{_COUNT}\s+(?P<unit>days?|weeks?|months?|years?)\b"
        ),
        _in_a_while,
    ),
    (
        ("day", "now"),
        _form(rf"\b{_COUNT}\s+(?P<unit>weeks?|months?|years?)\s+from\s+(?:today|now)\b"),
        _in_a_while,
    ),
    (
        ("month",),
        _form(
            r"\b(?:by|before|end of)\s+(?:the\s+|this\s+)?(?:end of\s+)?(?P<next>next\s+)?month\b"
        ),
        _month_end,
    ),
]
_HINTS = re.compile(
    "|".join(sorted({w for words, _, _ in _FORMS for w in words} - {_PARTED, _A_MONTH}))
)
