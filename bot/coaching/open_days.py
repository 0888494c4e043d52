"""On which days people of a provider may be written to, and which half-term a day is in.

Closed are Saturdays and Sundays, bank holidays, the days that the provider lists, and the breaks
between its terms. A break of which the provider has set both sides (the last day of a term and the
first of the next) is what lies between them. Of one of which it has set neither, and of the
half-terms, the usual days of most of England hold: term dates of local authorities differ by a week
at most, and it is better to be quiet for some days than to write to somebody on leave.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache, partial

from bot.coaching.dates import MONTHS, academic_year, half_term_begins, year_end, year_start
from bot.coaching.own_terms import own_days, standard_days
from bot.coaching.phrases import in_words

Span = tuple[date, date]
_DAY = timedelta(days=1)
# How long a break is, in days, that lies beside the usual one: two weeks.
_TWO_WEEKS = timedelta(days=14)


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar.

    The anonymous algorithm of "Nature", 20 April 1876, as in J. Meeus, "Astronomical Algorithms"
    (1991), chapter 8.
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    r = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * r) // 451
    month, day = divmod(h + r - 7 * m + 114, 31)
    return date(year, month, day + 1)


@dataclass(frozen=True)
class OpenDays:
    """The days on which a provider may be written to. Made by `open_days`."""

    # The days that the provider has set, by academic year and by their names in `DAYS`.
    terms: Mapping[str, Mapping[str, date | None]]
    # The first and last day of each closure, in order.
    closures: tuple[Span, ...]
    # The bank holidays of a calendar year.
    bank_holidays: Callable[[int], frozenset[date]]
    _closed: dict[str, frozenset[date]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def is_open(self, day: date) -> bool:
        """Whether people may be written to on that day."""
        if day.weekday() > 4:
            return False
        year = academic_year(day)
        closed = self._closed.get(year)
        if closed is None:
            # The same whoever works it out first.
            closed = self._closed[year] = frozenset(self._closed_in(year))
        return day not in closed

    def half_term(self, day: date) -> str:
        """The half-term that a day is in, as "2026/27-1" to "2026/27-6".

        A term lasts until the next one begins, so that every day is in one; its second half begins
        with the Monday of the usual half-term week.
        """
        year = academic_year(day)
        standard = standard_days(year)
        begins = [
            self._set(year, name) or standard[name] for name in ("spring_first", "summer_first")
        ]
        term = sum(day >= first for first in begins)
        is_second = day >= half_terms(year)[term]
        return f"{year}-{2 * term + 1 + is_second}"

    def _closed_in(self, year: str) -> Iterator[date]:
        begins, ends = year_start(year), year_end(year)
        for calendar_year in (begins.year, ends.year):
            yield from self.bank_holidays(calendar_year)
        own = [span for span in self.closures if span[0] <= ends and span[1] >= begins]
        spans = [*own, *self._breaks(year)]
        if not own:
            # Whoever lists days of that year has said when its half-terms are.
            spans += [(monday, monday + 4 * _DAY) for monday in half_terms(year)]
        for first, last in spans:
            day, last = max(first, begins), min(last, ends)
            yield from (day + n * _DAY for n in range((last - day).days + 1))

    def _breaks(self, year: str) -> Iterator[Span]:
        """The breaks between terms that touch an academic year; one is empty that has no day."""
        first = int(year[:4])
        # Of a summer the part in this year alone counts: where it begins or ends outside is no matter.
        yield _break(None, self._set(year, "autumn_first"), _summer(first))
        christmas = date(first, 12, 20), date(first + 1, 1, 3)
        yield _break(self._set(year, "autumn_last"), self._set(year, "spring_first"), christmas)
        sunday = easter(first + 1)
        spring = sunday - 6 * _DAY, sunday + 5 * _DAY
        yield _break(self._set(year, "spring_last"), self._set(year, "summer_first"), spring)
        yield _break(self._set(year, "summer_last"), None, _summer(first + 1))

    def _set(self, year: str, name: str) -> date | None:
        return self.terms.get(year, {}).get(name)


def _break(last: date | None, first: date | None, usual: Span) -> Span:
    """A break's first and last day, from the last day before and the first after it, where set.

    A side that nobody has set is the usual one. Where that lies on the wrong side of the one that
    is set, as where a spring term ends only after the usual Easter break, it lasts two weeks.
    """
    begins = last + _DAY if last else usual[0]
    ends = first - _DAY if first else usual[1]
    if begins > ends and first is None:
        ends = begins + _TWO_WEEKS - _DAY
    elif begins > ends and last is None:
        begins = ends - _TWO_WEEKS + _DAY
    return begins, ends


def _summer(calendar_year: int) -> Span:
    return date(calendar_year, 7, 25), date(calendar_year, 8, 31)


@lru_cache(maxsize=64)
def half_terms(year: str) -> tuple[date, ...]:
    """The Mondays of the half-term weeks of an academic year, of autumn, spring and summer."""
    first = int(year[:4])
    found = [half_term_begins(y, m) for y, m in ((first, 10), (first + 1, 2), (first + 1, 5))]
    return tuple(monday for monday in found if monday is not None)


# Years of our time, so that those before and after are years too.
_ACADEMIC_YEAR = re.compile(r"2[01]\d\d/\d\d", re.ASCII)


def open_days(
    terms: object, closures: object, bank_holidays: Callable[[int], frozenset[date]]
) -> OpenDays:
    """The open days of a provider, from its terms and closures as they are kept.

    `bank_holidays` gives those of a calendar year. What cannot be read of what is kept is left out.
    """
    found = {}
    for year in terms if isinstance(terms, Mapping) else ():
        if isinstance(year, str) and _ACADEMIC_YEAR.fullmatch(year):
            days = own_days(terms, year)
            if any(days.values()):
                found[year] = days
    return OpenDays(found, tuple(_spans(closures)), bank_holidays)


# --- closures -----------------------------------------------------------------------------------

# So many that they are typed by hand, and that their dates fit in one text of a form.
MOST_CLOSURES = 60
_SHOWN = 60  # characters of a line that a sentence about it repeats


def _spans(stored: object) -> list[Span]:
    """The closures that can be read of what is kept, in order and each once."""
    found = set()
    for kept in stored if isinstance(stored, list | tuple) else ():
        try:
            first, last = (date.fromisoformat(day) for day in kept)
        except (TypeError, ValueError):
            continue
        if first <= last:
            found.add((first, last))
    return sorted(found)


def closures_text(stored: object, year: str) -> str:
    """The closures of an academic year as they are typed, one a line; "" for none."""
    begins, ends = year_start(year), year_end(year)
    spans = [(max(a, begins), min(b, ends)) for a, b in _spans(stored) if a <= ends and b >= begins]
    return "\n".join(_span_text(span) for span in spans[:MOST_CLOSURES])


def _span_text(span: Span) -> str:
    first, last = span
    return in_words(first) if first == last else f"{in_words(first)} to {in_words(last)}"


def with_closures(stored: object, year: str, spans: list[list[str]]) -> list[list[str]]:
    """What to keep once the closures of that academic year are set; other years stay as `stored`."""
    begins, ends = year_start(year), year_end(year)
    kept = set(_spans(spans))
    for first, last in _spans(stored):
        if first < begins:
            kept.add((first, min(last, begins - _DAY)))
        if last > ends:
            kept.add((max(first, ends + _DAY), last))
    return [[first.isoformat(), last.isoformat()] for first, last in sorted(kept)]


def closures_in(text: str, year: str) -> tuple[list[list[str]], list[str]]:
    """The closures typed for an academic year, one a line, as they are kept; and what is wrong.

    A day without a year is in the academic year. Each problem is a sentence that names its line,
    and there are no closures where there is one.
    """
    found: list[list[str]] = []
    wrong = []
    lines = [" ".join(line.split()) for line in text.splitlines()]
    lines = [line for line in lines if any(sign.isalnum() for sign in line)]
    for line in lines:
        span = _span_in(line, year)
        problem = _NO_DAY if span is None else _problem(span, year)
        if span is None or problem:
            named = line if len(line) <= _SHOWN else line[: _SHOWN - 1].rstrip() + "…"
            wrong.append(f"“{named}” {problem}")
        else:
            found.append([day.isoformat() for day in span])
    if len(lines) > MOST_CLOSURES:
        wrong.append(f"Keep to {MOST_CLOSURES} lines: there are {len(lines)}.")
    return ([] if wrong else sorted(found)), wrong


_NO_DAY = "is not a day I can read. Write one day a line, or as in “15 to 19 February”."


def _problem(span: Span, year: str) -> str | None:
    """What is wrong with the days of a line, after its name in a sentence."""
    first, last = span
    begins, ends = year_start(year), year_end(year)
    if not begins <= min(span) <= max(span) <= ends:
        return f"is not in this year, {in_words(begins)} to {in_words(ends)}."
    return "ends before it begins." if last < first else None


# Days written in full or in figures, and no others: "half-term" or "Easter" in a note says why it is
# closed, where `find_dates` would take it for a day.
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_NUMBER = r"[0-3]?\d(?:st|nd|rd|th)?"


def _day_pattern(name: str) -> str:
    def named(pattern: str) -> str:
        return re.sub(r"<(\w+)>", rf"<\g<1>_{name}>", pattern)

    forms = (
        r"(?P<iso>20\d\d-[01]\d-[0-3]\d)(?!\d)",
        r"(?P<d1>[0-3]?\d)(?:[/.]|-(?=[01]?\d-20\d\d))(?P<m1>[01]?\d)"
        r"(?:[/.-](?P<y1>20\d\d|\d\d))?(?![\d/])",
        rf"(?P<d2>{_NUMBER})(?:\s|-|\s?of\s)\s?(?P<m2>{_MONTH})"
        rf"(?:,?[\s-]?(?P<y2>20\d\d|['’]?\d\d(?![\d/.:%]|\s?(?:st|nd|rd|th)\b|\s{_MONTH})))?(?!\d)",
        rf"(?P<m3>{_MONTH})\s?(?P<d3>{_NUMBER})\b(?:,?\s(?P<y3>20\d\d))?",
    )
    return rf"{_WEEKDAY}(?<![\d/.])(?:{'|'.join(named(form) for form in forms)})"


_TO = r"\s?(?:-|–|—|\bto\b|\buntil\b|\btill\b|\bthrough\b)\s?"
# The first day may leave to the second what both share: "15 to 19 February". After "day" a figure
# counts: "Inset day 1 - 4 January 2027".
_SPAN = re.compile(
    rf"(?:{_day_pattern('a')}{_TO}|{_WEEKDAY}(?<![\d/.])(?<!\bday )(?P<short>{_NUMBER}){_TO})?"
    rf"{_day_pattern('b')}",
    re.IGNORECASE,
)
# What a day or a stretch of days leaves over where the line has more of them.
_MORE = re.compile(
    r"\d(?:st|nd|rd|th)?\s?(?:,|&|\+|/|\band\b)\s?$"
    rf"|^(?:{_TO}|\s?(?:,|&|\+|/|\band\b)\s?){_WEEKDAY}\d",
    re.IGNORECASE,
)


def _span_in(line: str, year: str) -> Span | None:
    """The one day or stretch of days that a line names; None for none, or for more."""
    found = list(_SPAN.finditer(line))
    if len(found) != 1:
        return None
    (match,) = found
    if _MORE.search(line[: match.start()]) or _MORE.search(line[match.end() :]):
        return None
    read = partial(_read, match, year)
    last = read("b")
    if last is None:
        return None
    if match["short"]:
        try:
            return last.replace(day=_figure(match["short"])), last
        except ValueError:
            return None
    is_day_alone = not any(match[f"{part}_a"] for part in ("iso", "d1", "d2", "d3"))
    first = last if is_day_alone else read("a")
    return (first, last) if first is not None else None


def _read(match: re.Match[str], year: str, name: str) -> date | None:
    """A day of the line; one without a year is in the academic year."""
    try:
        if match[f"iso_{name}"]:
            return date.fromisoformat(match[f"iso_{name}"])
        form = next(n for n in "123" if match[f"d{n}_{name}"])
        day = _figure(match[f"d{form}_{name}"])
        typed = match[f"m{form}_{name}"].lower().rstrip(".")
        month = int(typed) if typed.isdigit() else MONTHS[typed]
        of_year = match[f"y{form}_{name}"]
        if of_year:
            return date(2000 + _figure(of_year) % 100, month, day)
        return date(int(year[:4]) + (month < 8), month, day)
    except ValueError:
        return None


def _figure(text: str) -> int:
    return int("".join(sign for sign in text if sign.isdigit()))
