"""Reading a reply that tells how an action goes: which action, the figure, its RAG, and the note.

Whatever is read is shown back before it is kept, so a wrong guess costs a press; and where a text
leaves a doubt nothing is taken from it, because the note holds all that was said.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from bot.coaching.dates import find_dates, gone_by
from bot.coaching.measures import find_measures
from bot.coaching.rag_words import standing
from bot.coaching.update_figure import scale_of, stands_at
from bot.coaching.words import content_stems, straight
from storage.vocabulary import Rag

MOST_NOTE = 600


@dataclass(frozen=True)
class Candidate:
    """An action that an update may be about; figures as they were typed."""

    reference: str
    action: str = ""
    measure: str | None = None
    unit: str | None = None
    baseline: str | None = None
    target: str | None = None
    last_reading: str | None = None


@dataclass(frozen=True)
class UpdateRead:
    """What a reply says of how an action goes. Nothing here was not said.

    `about` are the references of the actions that may be meant, in the order given. `reading` and
    `day`, the day it is of, are there where that is one action alone. `is_named` tells that the text
    names those actions; where it names several, what it says may be of any of them.
    """

    about: tuple[str, ...]
    reading: str | None = None
    day: date | None = None
    rag: Rag | None = None
    is_done: bool = False
    no_change: bool = False
    note: str = ""
    is_named: bool = False

    @property
    def says_anything(self) -> bool:
        """Whether more was understood than that these are words."""
        return bool(self.reading or self.rag or self.is_done or self.no_change)


class _Reference(NamedTuple):
    number: int
    start: int
    end: int


_REFERENCE = re.compile(
    r"(?<![\w£%-])(?:a[-–#]?\s?(?=[-–#\d])[-–#]?\s?|action\s*(?:no\.?|number|num)?\s*#?\s*(?:a[-–]?)?)(\d{1,5})"
    r"(?![\w%.]?\d|%|\s?(?:%|per\s?cent|pc\b|paper|sheets?|poster|size|levels?|handouts?)|st\b|nd\b|rd\b|th\b)",
    re.IGNORECASE,
)
_SPACED = re.compile(r"a \d", re.IGNORECASE)


def _references(text: str) -> list[_Reference]:
    """The references of actions in a text; "a 12 point rise" is none, and "A 12" one at the start."""
    found = []
    for match in _REFERENCE.finditer(text):
        if _SPACED.match(match[0]) and not (
            match[0][0] == "A" and not text[: match.start()].strip()
        ):
            continue
        found.append(_Reference(int(match[1]), match.start(), match.end()))
    return found


def references(text: str) -> tuple[str, ...]:
    """The actions that a text names by reference ("A-12", "a12", "action 12"), each as "A-12"."""
    return tuple(dict.fromkeys(f"A-{found.number}" for found in _references(straight(text))))


def opens_with_reference(text: str) -> bool:
    """Whether a text begins with the reference of an action, and so is about it."""
    found = _references(straight(text))
    return bool(found) and not text[: found[0].start].strip()


def read_update(text: str, candidates: Sequence[Candidate], today: date) -> UpdateRead:
    """Read a reply typed on the day `today` as an update of one of the candidates."""
    note = text.strip()[:MOST_NOTE]
    about, is_named = _about(note, candidates, today)
    if len(about) != 1:
        return UpdateRead(
            tuple(c.reference for c in about), **_standing(note), note=note, is_named=is_named
        )
    (one,) = about
    start, end = _part_of(note, one.reference)
    part = note[start:end]
    where = _reading(part, one, today)
    return UpdateRead(
        (one.reference,),
        reading=part[where[0] : where[1]] if where else None,
        day=_day(part, where, today) if where else None,
        **_standing(part),
        note=note,
        is_named=is_named,
    )


def _standing(text: str) -> dict[str, Any]:
    return standing(text)._asdict()


# --- which action -----------------------------------------------------------------------------


def _about(text: str, candidates: Sequence[Candidate], today: date) -> tuple[list[Candidate], bool]:
    """The candidates that a text may be about, and whether it names them."""
    said = references(text)
    if said:
        by_reference = [c for c in candidates if c.reference in said]
        # A reference of an action that is none of these names none of them.
        return by_reference, True
    if len(candidates) < 2:
        return list(candidates), False
    by_words = _by_words(text, candidates)
    if by_words:
        return by_words, True
    fitting = [c for c in candidates if _reading(text, c, today)]
    return (fitting or list(candidates)), False


def _by_words(text: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those whose measure the text names, or of which it has words that no other one has."""
    measures = {named.measure.key for named in find_measures(straight(text))}
    stems = content_stems(text)
    of_each = [content_stems(f"{c.action} {c.measure or ''}") - _NO_SIGNS for c in candidates]
    keys = [_key(c) for c in candidates]
    strong, weak = [], []
    for number, candidate in enumerate(candidates):
        others = frozenset().union(*(o for n, o in enumerate(of_each) if n != number))
        own = (of_each[number] - others) & stems
        named = keys[number] in measures
        of_measure = content_stems(candidate.measure or "") & own
        if named or of_measure or len(own) > 1 or _in_full(text, candidate.measure):
            strong.append(candidate)
        elif own:
            weak.append(candidate)
    if len(strong) > 1:
        # The same measure twice: what else is said may tell which.
        best = [len(content_stems(f"{c.action}") & stems) for c in strong]
        shared = {keys[candidates.index(c)] for c in strong}
        if len(shared) == 1 and best.count(max(best)) == 1:
            return [strong[best.index(max(best))]]
    return strong or weak


# Words that stand in progress whatever it is about.
_NO_SIGNS = content_stems(
    "track risk week weeks month term plan target rate progress action now still going well behind "
    "change done new last up down good start started use per learners students more improve staff"
)


def _key(candidate: Candidate) -> str | None:
    found = find_measures(candidate.measure) if candidate.measure else None
    return found[0].measure.key if found else None


def _in_full(text: str, measure: str | None) -> bool:
    return measure is not None and frozenset() < content_stems(measure) <= content_stems(text)


def _part_of(text: str, reference: str) -> tuple[int, int]:
    """The stretch that is of one action where several are named by reference, else all of it."""
    found = _references(straight(text))
    if len({r.number for r in found}) < 2 or text[: found[0].start].strip(" ,.:;-"):
        return 0, len(text)
    # Where several are named, whose part it is is one of them.
    at = next(n for n, one in enumerate(found) if f"A-{one.number}" == reference)
    return found[at].start, found[at + 1].start if at + 1 < len(found) else len(text)


# --- its figure, and the day that is of -------------------------------------------------------


def _reading(text: str, candidate: Candidate, today: date) -> tuple[int, int] | None:
    aside = tuple((r.start, r.end) for r in _references(straight(text)))
    levels = (candidate.baseline, candidate.target, candidate.last_reading)
    scale = scale_of(candidate.measure, candidate.unit, tuple(filter(None, levels)))
    return stands_at(text, scale, today, aside)


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SAID_DAY = re.compile(
    r"\b(?:(?P<today>today)|(?P<yesterday>yesterday)"
    r"|(?<!next )(?<!by )(?<!before )(?<!until )(?P<day>mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?)\b(?!['’]?s?\s+(?:group|class|session|meeting|cohort))",
    re.IGNORECASE,
)
_ON = re.compile(r"\b(?:on|last|this|of)\s+$", re.IGNORECASE)
_TO_COME = re.compile(r"\b(?:by|before|until|till|come|next|due|end of|for)\b", re.IGNORECASE)
# A day without a year, as in "on 14 November", is one of about the last half year.
_LATELY = 190
_MOST_APART, _BEFORE = 60, 10


def _day(text: str, where: tuple[int, int], today: date) -> date | None:
    """The day that the reading is of, where a day gone by is said with it."""
    start, end = where
    found: list[tuple[int, date]] = []
    for dated in find_dates(straight(text), today):
        said = text[dated.start : dated.end]
        day = dated.day
        if not _TO_COME.search(said):
            day = gone_by(day, said, today)
        if day <= today and (today - day).days <= _LATELY and re.search(r"\d", said):
            found.append((_apart(start, end, dated.start, dated.end), day))
    for match in _SAID_DAY.finditer(text):
        day = today
        if match["yesterday"]:
            day -= timedelta(days=1)
        elif match["day"]:
            # "Sat" alone may be a word, and "Fri" what comes next.
            if not (match[0].lower().endswith("day") or _ON.search(text[: match.start()])):
                continue
            back = (today.weekday() - _DAYS.index(match["day"][:3].lower())) % 7
            day -= timedelta(days=back)
        found.append((_apart(start, end, match.start(), match.end()), day))
    near = min(found, default=None)
    if near is None or near[0] > _MOST_APART:
        return None
    # Days for two figures, as in "84% on Monday, 86% on Friday", go to the nearer one.
    return near[1]


def _apart(start: int, end: int, first: int, last: int) -> int:
    """How far a day stands from a figure; one before it may be of an earlier figure."""
    return first - end if first >= end else start - last + _BEFORE
