"""The term dates that a provider sets for itself, and how they are kept.

Of an academic year they are six days or None, as [[first, last], [first, last], [first, last]] in
ISO form, of the autumn, spring and summer term; None stands for the standard day.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.coaching.dates import terms_of, year_end, year_start
from bot.coaching.phrases import in_words

TERMS = ("autumn", "spring", "summer")
# The first and the last day of each term, in the order of the year.
DAYS = tuple(f"{term}_{end}" for term in TERMS for end in ("first", "last"))
Terms = tuple[tuple[date, date], ...]


def standard_days(year: str) -> dict[str, date]:
    """The standard days of an academic year ("2026/27"), by their names in `DAYS`."""
    return dict(zip(DAYS, (day for term in terms_of(year) for day in term), strict=True))


def own_days(stored: object, year: str) -> dict[str, date | None]:
    """The days that a provider has set for an academic year, by their names in `DAYS`.

    All are None where none are `stored`, or what is stored cannot be the terms of that year.
    """
    blank: dict[str, date | None] = dict.fromkeys(DAYS)
    kept = stored.get(year) if isinstance(stored, Mapping) else None
    try:
        flat = [_day(day) for first, last in kept or () for day in (first, last)]
        found = dict(zip(DAYS, flat, strict=True))
    except (TypeError, ValueError):
        return blank
    return blank if term_problems(found, year) else found


def _day(stored: object) -> date | None:
    if stored is None:
        return None
    if not isinstance(stored, str):
        raise ValueError("not a day")
    return date.fromisoformat(stored)


def own_terms(stored: object, year: str) -> Terms:
    """The terms of an academic year: the standard, with the days the provider has set."""
    whole = _whole(own_days(stored, year), year)
    return tuple((whole[f"{term}_first"], whole[f"{term}_last"]) for term in TERMS)


def with_terms(stored: object, year: str, days: Mapping[str, date | None]) -> dict[str, Any]:
    """What to keep once the days of that academic year are set; other years stay as `stored`."""
    kept = dict(stored) if isinstance(stored, Mapping) else {}
    kept.pop(year, None)
    if any(days[name] for name in DAYS):
        iso = [day.isoformat() if (day := days[name]) else None for name in DAYS]
        kept[year] = [iso[n : n + 2] for n in range(0, len(iso), 2)]
    return kept


def term_problems(days: Mapping[str, date | None], year: str) -> dict[str, str]:
    """What is wrong with the days of an academic year, a sentence each, by their names in `DAYS`.

    A day left out is the standard one, and is not itself wrong: the one that was chosen beside it is.
    """
    begins, ends = year_start(year), year_end(year)
    wrong = {}
    for name, day in days.items():
        if day is not None and not begins <= day <= ends:
            wrong[name] = f"Choose a day of this year, {in_words(begins)} to {in_words(ends)}."
    whole = _whole(days, year)
    for before, after in zip(DAYS, DAYS[1:], strict=False):
        if wrong.keys() & {before, after} or _follow(before, after, whole):
            continue
        # The later of the two that a person chose.
        at = after if days[after] is not None else before
        wrong[at] = _says(before, after, whole, at)
    return wrong


def _follow(before: str, after: str, whole: Mapping[str, date]) -> bool:
    """Whether two days that come after each other do; a term may be of a single day."""
    if _term(before) == _term(after):
        return whole[before] <= whole[after]
    return whole[before] < whole[after]


def _says(before: str, after: str, whole: Mapping[str, date], at: str) -> str:
    if _term(before) == _term(after):
        if at == after:
            return f"The {_term(at)} term begins on {in_words(whole[before])}: choose a later day."
        return f"The {_term(at)} term ends on {in_words(whole[after])}: choose an earlier day."
    if at == after:
        return f"The {_term(before)} term ends on {in_words(whole[before])}: choose a later day."
    return f"The {_term(after)} term begins on {in_words(whole[after])}: choose an earlier day."


def _term(name: str) -> str:
    return name.partition("_")[0]


def _whole(days: Mapping[str, date | None], year: str) -> dict[str, date]:
    standard = standard_days(year)
    return {name: days[name] or standard[name] for name in DAYS}
