"""The figures of a summary as facts to hold sentences against, and the part a model is told.

What is told holds nobody's name: owners and sponsors are left out, and whoever is named in an
action's or a finding's words is hidden, or these words are left out, as in an interview.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.coaching.dates import find_dates
from bot.coaching.masking import Masking
from bot.coaching.phrases import trim
from bot.coaching.privacy import stays_here
from bot.coaching.words import stem
from bot.reports.claims import UNCHANGED
from bot.reports.report import Figures, View

# Whose name it is, or words of people that no paragraph needs.
_LEFT_OUT = frozenset("owner sponsor people provider waiting_note next_check view about".split())
_LONGEST_TEXT = 120
# So many rows of each kind are told, fewer where these would be more characters than that.
_MOST_ROWS, _LONGEST = (12, 6, 3, 1), 12_000
Level = tuple[float, bool]
_LEVEL = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)\s*(?P<share>%|per ?cent\b)?")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass
class _Words:
    """The words of some texts: their stems, and for what has a capital as they are typed."""

    stems: set[str] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)

    def add(self, text: str) -> None:
        found = WORD.findall(text)
        self.typed.update(found)
        self.stems.update(stem(word.lower()) for word in found)

    def has(self, word: str) -> bool:
        return word in self.typed or (word.islower() and stem(word) in self.stems)


@dataclass
class Entry:
    """All that the figures say of one reference."""

    reference: str
    # The words of its measure, which may stand for it, and those that only go with its reference.
    of_measure: _Words = field(default_factory=_Words)
    of_text: _Words = field(default_factory=_Words)
    levels: defaultdict[str, set[Level]] = field(default_factory=lambda: defaultdict(set))
    due: set[date] = field(default_factory=set)
    dates: set[date] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)


@dataclass
class Facts:
    """What a paragraph is held against.

    `counts` are of the whole by the keys of the figures, `groups` those of each theme or department
    by its name.
    """

    today: date
    dates: set[date]
    academic_year: str
    counts: defaultdict[str, set[int]]
    groups: dict[str, defaultdict[str, set[int]]]
    entries: dict[str, Entry]
    # Names that may be told and are of no group of their own.
    names: set[str]


# --- what a model is told -----------------------------------------------------------------------


def told_of(figures: Figures, people: Sequence[str]) -> Figures:
    """The figures as a model may read them, with no more rows than it needs."""
    kept: Figures = {}
    for most in _MOST_ROWS:
        kept = _kept(figures, most)
        if len(json.dumps(kept)) <= _LONGEST:
            break
    if figures["view"] == View.OWNER:
        kept.pop("name", None)
    masking = Masking(people)
    texts = list(_texts(kept))
    for text in texts:
        # Whoever is named in full in one of them is known by half the name in all.
        masking.hide(text)
    hidden = {t: "" if stays_here(t, people) else masking.hide(t) for t in dict.fromkeys(texts)}
    shown: Figures = _replaced(kept, hidden)
    return shown


def _kept(value: Any, most: int) -> Any:
    if isinstance(value, dict):
        return {
            key: _kept(each, most)
            for key, each in value.items()
            if key not in _LEFT_OUT
            and each not in (None, "", [], {})
            and not (key == "impact" and isinstance(each, str))
        }
    if isinstance(value, list):
        return [_kept(each, most) for each in value[:most]]
    return trim(" ".join(value.split()), _LONGEST_TEXT) if isinstance(value, str) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str) and " " in value:
        yield value


def _replaced(value: Any, hidden: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, hidden) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, hidden) for each in value]
    return hidden.get(value, value) if isinstance(value, str) else value


# --- facts --------------------------------------------------------------------------------------


def facts_of(figures: Figures, told: Figures) -> Facts:
    """The facts behind a summary: its counts, and of each reference what a model was told."""
    counts: defaultdict[str, set[int]] = defaultdict(set)
    groups: dict[str, defaultdict[str, set[int]]] = {}
    _count(figures, counts, groups)
    changes = figures.get("changes")
    if changes and not any(changes[name] for name in ("gained", "moved", "agreed")):
        counts[UNCHANGED].add(0)
    entries: dict[str, Entry] = {}
    today = date.fromisoformat(figures["today"])
    _enter(told, entries, "", today)
    return Facts(
        today=today,
        dates={today, date.fromisoformat(figures["since"])},
        academic_year=figures["academic_year"],
        counts=counts,
        groups=groups,
        entries=entries,
        names={str(told["name"])} if "name" in told else set(),
    )


def _count(
    value: Figures,
    counts: defaultdict[str, set[int]],
    groups: dict[str, defaultdict[str, set[int]]],
) -> None:
    for key, each in value.items():
        if isinstance(each, bool):
            continue
        if isinstance(each, int):
            counts[key].add(each)
        elif isinstance(each, dict):
            _count(each, counts, groups)
        elif isinstance(each, list) and key != "people":
            # What stands under no theme is told as one, and is none.
            bare = [r for r in each if isinstance(r, dict) and r.get("rank", key) is None]
            counts[key].add(len(each) - len(bare))
            for row in each:
                name = isinstance(row, dict) and (row.get("name") or row.get("evaluation_area"))
                if name and "reference" not in row:
                    of_row = groups.setdefault(str(name), defaultdict(set))
                    _count(row, of_row, {})
                    of_row.pop("rank", None)


_REACHED = re.compile(r"is at (?P<latest>.+?): the target of (?P<target>.+?) is reached")
_WENT = re.compile(
    r"went from (?P<baseline>.+?) to (?P<latest>.+?)(?:, on the way to (?P<target>.+?))?\.$"
)
# What is said of an action that is stuck.
_SAID = {"Overdue": "overdue", "Off track.": "off_track"}
_ROLES = ("baseline", "latest", "target")
# The lists of rows or references that say how each of them stands, and as what.
_FLAGS = {
    "gained": ("gained", "moving"),
    "moved": ("moved",),
    "stuck": ("stuck",),
    "agreed": ("agreed",),
    "off_track": ("off_track",),
    "overdue": ("overdue",),
    "contradicted": ("contradicted", "on_track"),
    "weak_areas_open": ("open", "weak_areas_open"),
    "open_areas": ("open",),
    "without_owner": ("without_owner",),
    "parked_without_reason": ("parked", "parked_without_reason"),
}


def _enter(value: Any, entries: dict[str, Entry], key: str, today: date) -> None:
    if isinstance(value, list):
        for each in value:
            row = {"reference": each} if isinstance(each, str) and key in _FLAGS else each
            if isinstance(row, dict) and "reference" in row:
                _enter_row(row, entries, key, today)
            _enter(row, entries, key, today)
    elif isinstance(value, dict):
        for name, each in value.items():
            _enter(each, entries, name, today)


def _enter_row(row: Figures, entries: dict[str, Entry], key: str, today: date) -> None:
    entry = entries.setdefault(row["reference"], Entry(row["reference"]))
    entry.flags.update(_FLAGS.get(key, ()))
    entry.flags |= {str(row[n]) for n in ("standing", "progress", "state") if n in row}
    entry.flags |= {"overdue"} if row.get("overdue") is True else set()
    if "answered" in row:
        entry.flags.add("answered" if row["answered"] else "open")
    entry.linked.update(row.get("sar_items", ()))
    for name in _ROLES:
        entry.levels[name] |= levels(row.get(name, ""))
    says = row.get("says", "")
    told = _REACHED.search(says) or _WENT.search(says)
    for name, words in told.groupdict().items() if told else ():
        entry.levels[name] |= levels(words or "")
    if _REACHED.search(says):
        entry.flags.add("met")
    late = "Overdue" in says
    entry.flags |= {flag for words, flag in _SAID.items() if words in says}
    for found in find_dates(says, today):
        (entry.due if late else entry.dates).add(found.day)
    for name in ("due", "baseline_date", "latest_on"):
        if name in row:
            (entry.due if name == "due" else entry.dates).add(date.fromisoformat(row[name]))
    for name in ("action", "judgement", "theme", "department", "grade"):
        entry.of_text.add(str(row.get(name, "")))
    measured = says.partition(" is at ")[0].partition(" went from ")[0] if told else ""
    for text in (row.get("measure", ""), row.get("latest", ""), measured):
        entry.of_measure.add(text)


def levels(text: str) -> set[Level]:
    """The numbers of a text, each with whether it is a percentage."""
    return {
        (float(re.sub(r"[^\d.]", "", m[0].replace(",", "")).rstrip(".")), bool(m["share"]))
        for m in _LEVEL.finditer(text)
    }
