"""A sentence about a summary taken apart: what it names, counts, dates and claims."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.coaching.dates import FoundDate, find_dates
from bot.reports.claims import Claimed, claims, is_beside, never_said
from bot.reports.facts import WORD, Facts, Level


class Number(NamedTuple):
    """A number of a sentence, and whether it is a percentage."""

    value: float
    is_share: bool
    start: int
    end: int

    @property
    def level(self) -> Level:
        return self.value, self.is_share


class Told(NamedTuple):
    """A sentence taken apart; `rest` is as long, with blanks for what was read already."""

    rest: str
    references: list[str]
    groups: list[str]
    dates: list[FoundDate]
    claims: list[Claimed]
    numbers: list[Number]


def strange_words(rest: str, claimed: Sequence[Claimed]) -> list[str]:
    """The words of a sentence that may not stand in any."""
    spans = [(c.start, c.end) for c in claimed]
    found = []
    for match in WORD.finditer(rest):
        if any(start <= match.start() < end for start, end in spans):
            continue
        word = match[0]
        first = not rest[: match.start()].strip(" \"“'‘(")
        plain = word.islower() or first or word in ("SAR", "AFI", "AFIs")
        if not (plain and is_beside(word.lower())):
            found.append(word.lower() if first else word)
    return found


_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {
    **{word: number for number, word in enumerate(_UNITS)},
    **{word: 10 * number for number, word in enumerate(_TENS, start=2)},
    **dict.fromkeys(("no", "none", "nothing"), 0),
    "hundred": 100,
}
_NUMBER = re.compile(
    rf"(?P<digits>\d[\d,]*(?:\.\d+)?)(?![\d/])|\b(?:(?P<tens>{'|'.join(_TENS)})[- ])?"
    rf"(?P<word>{'|'.join(_VALUES)})\b",
    re.IGNORECASE,
)
_SHARE = re.compile(r"\s*(?:%|per ?cent\b)", re.IGNORECASE)
_YEAR = re.compile(r"\b20\d\d/\d\d\b")
_LIKE_REFERENCE = re.compile(r"\b(?!SAR\b)[A-Z]{1,6}[- ]?\d+\b")
# How long nothing was heard is part of what "quiet" means.
_FOUR_WEEKS = re.compile(r"\b(?:for|in|over) (?:the last |the past )?(?:four|4) weeks\b")


def apart(sentence: str, facts: Facts) -> Told | str:
    """A sentence taken apart, or why it cannot stand."""
    rest = sentence
    for year in _YEAR.finditer(sentence):
        if year[0] != facts.academic_year:
            return "year"
        rest = _blank(rest, *year.span())
    groups: list[str] = []
    # The longest first: one name may be part of another.
    for name in sorted({*facts.groups, *facts.names}, key=len, reverse=True):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", rest):
            rest = _blank(rest, *match.span())
            groups += [name] if name in facts.groups and name not in groups else []
    # What a theme is called may have any word in it.
    why = never_said(rest)
    if why:
        return why
    references = []
    for name in sorted(facts.entries, key=len, reverse=True):
        for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-]|\.\d)", rest):
            rest = _blank(rest, *match.span())
            references += [name] if name not in references else []
    if _LIKE_REFERENCE.search(rest):
        return "reference"
    dates = find_dates(rest, facts.today)
    for found in dates:
        rest = _blank(rest, found.start, found.end)
    said = claims(rest)
    if said is None:
        return "denied"
    if any(set(c.claim.keys) & {"quiet", "heard"} for c in said):
        for match in _FOUR_WEEKS.finditer(rest):
            rest = _blank(rest, *match.span())
    numbers = []
    for match in _NUMBER.finditer(rest):
        if any(c.start <= match.start() < c.end for c in said):
            continue
        share = _SHARE.match(rest, match.end())
        value = _value(match)
        if value is None:
            return "figure"
        numbers.append(Number(value, bool(share), match.start(), match.end()))
        rest = _blank(rest, *match.span())
    if re.search(r"\d", _without(rest, said)):
        return "figure"
    return Told(rest, references, groups, dates, said, numbers)


def _value(match: re.Match[str]) -> float | None:
    if match["digits"]:
        try:
            return float(match["digits"].replace(",", ""))
        except ValueError:
            return None
    word, tens = match["word"].lower(), (match["tens"] or "").lower()
    if tens and not 0 < _VALUES[word] < 10:
        return None
    return _VALUES[word] + (_VALUES[tens] if tens else 0)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _without(text: str, said: Sequence[Claimed]) -> str:
    for claimed in said:
        text = _blank(text, claimed.start, claimed.end)
    return text


# --- counts ---------------------------------------------------------------------------------------

_OF = re.compile(r"\s*(?:actions? |areas? |out )?of (?:the |its |these |those |all )*$")


def bound(told: Told) -> list[tuple[Number, Claimed | None]]:
    """Each number with the claim it counts; None where it counts none."""
    numbers, found = told.numbers, []
    for at, number in enumerate(numbers):
        after = numbers[at + 1] if at + 1 < len(numbers) else None
        here = [c for c in told.claims if c.start >= number.end]
        if after is not None and _OF.fullmatch(told.rest[number.end : after.start]):
            # "5 of the 10 areas have an action": the 5 counts what is said of the 10.
            beyond = numbers[at + 2].start if at + 2 < len(numbers) else len(told.rest)
            said = [c for c in here if after.end <= c.start < beyond]
            said = [c for c in said[1:] if not c.claim.noun] or [
                c for c in said if not c.claim.noun
            ]
            found.append((number, said[-1] if said else None))
            continue
        said = [c for c in here if after is None or c.start < after.start]
        if number.is_share:
            found.append((number, None))
            continue
        if at and _OF.fullmatch(told.rest[numbers[at - 1].end : number.start]):
            found.append((number, said[0] if said else None))
            continue
        plain = [c for c in said if not c.claim.noun] or said
        found.append((number, plain[0] if plain else None))
    return found
