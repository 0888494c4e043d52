"""The sector's measures (`bot/data/measures.toml`), and finding them in what people type.

The bounds are of the plausible, not national rates; each entry says where its definition is from.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from bot.coaching.tokens import SPELLING, VOCABULARY
from bot.coaching.words import stem
from storage.vocabulary import Direction, Driver

UP, DOWN = Direction.HIGHER, Direction.LOWER


@dataclass(frozen=True)
class Measure:
    """One measure: what it is called, in which unit, which way is better and where it is read.

    `names` are phrases matched word by word whatever their endings; `*` stands for up to two words
    and `a|b` for either. `lowest` and `highest` bound the plausible, in `unit`. `known` says when
    in the year the value is known, `pace` how often. `leading` is the key of the in-year measure
    to pair a yearly one with. `about` is "learners" or "provider": a level of the provider's own
    work can be checked, and yet is no change for learners. `rung` is where on the impact ladder a
    change of a measure of learners stands: "engagement", "outcome" or "destination". `noted` is the source of the definition.
    """

    key: str
    title: str
    names: tuple[str, ...]
    unit: str
    direction: Direction
    lowest: float
    highest: float
    source: str
    known: str
    pace: str
    drivers: tuple[Driver, ...]
    about: str
    noted: str
    leading: str | None = None
    rung: str | None = None


def _measures() -> tuple[Measure, ...]:
    table = tomllib.loads((files("bot") / "data" / "measures.toml").read_text("utf-8"))
    return tuple(
        Measure(
            **row
            | {
                "names": tuple(row["names"]),
                "direction": Direction(row["direction"]),
                "drivers": tuple(map(Driver, row["drivers"])),
            }
        )
        for row in table["measure"]
    )


MEASURES = _measures()
BY_KEY = {measure.key: measure for measure in MEASURES}


class Named(NamedTuple):
    """A measure that a text names, and where."""

    measure: Measure
    start: int
    end: int


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?[+*]?")
_MOST_BETWEEN = 2

# Each name as the stems that may stand at each of its places; () is a gap of a word or two.
_Name = tuple[tuple[str, ...], ...]


def _places(name: str) -> _Name:
    return tuple(
        () if part == "*" else tuple(stem(word) for word in part.split("|"))
        for part in name.replace("-", " ").replace("/", " ").split()
    )


def _index() -> dict[str, dict[str, list[tuple[_Name, Measure]]]]:
    """Names by the stems of their first two words, longer and earlier ones first.

    The names of one word, and those with a gap after the first, stand under "" and under every
    second stem.
    """
    index: dict[str, dict[str, list[tuple[_Name, Measure]]]] = {}
    for measure in MEASURES:
        for name in measure.names:
            places = _places(name)
            seconds = places[1] if len(places) > 1 and places[1] else ("",)
            for first in places[0]:
                for second in seconds:
                    index.setdefault(first, {}).setdefault(second, []).append((places, measure))
    for each in index.values():
        open_ended = each.setdefault("", [])
        for second, names in each.items():
            if second:
                names += open_ended
            names.sort(key=lambda entry: -sum(1 for place in entry[0] if place))
    return index


_NAMES = _index()
VOCABULARY.update(w for m in MEASURES for n in m.names for w in re.findall(r"[a-z]{5,}", n))


@lru_cache(maxsize=65536)
def _meant(word: str) -> str:
    """The stem of a lower-case word as it was meant."""
    return stem(SPELLING.mend(word.replace("’", "'").removesuffix("'s")))


def _fits(places: _Name, stems: list[str], at: int) -> int:
    """The position after the name that begins at `at`, or 0."""
    for number, place in enumerate(places):
        if not place:
            rest = places[number + 1 :]
            for skipped in range(_MOST_BETWEEN + 1):
                end = _fits(rest, stems, at + skipped)
                if end:
                    return end
            return 0
        if at >= len(stems) or stems[at] not in place:
            return 0
        at += 1
    return at


# One turn asks this of the same few clauses many times.
@lru_cache(maxsize=2048)
def find_measures(text: str) -> tuple[Named, ...]:
    """Every measure the text names, in order; of names that overlap the first, then the longest."""
    stems = [_meant(word.lower()) for word in _WORD.findall(text)]
    if _NAMES.keys().isdisjoint(stems):
        return ()
    words = [m.span() for m in _WORD.finditer(text)]
    found: list[Named] = []
    at = 0
    while at < len(stems):
        named = _NAMES.get(stems[at])
        if named is None:
            at += 1
            continue
        second = stems[at + 1] if at + 1 < len(stems) else ""
        for places, measure in named.get(second) or named[""]:
            end = _fits(places, stems, at)
            if end:
                found.append(Named(measure, words[at][0], words[end - 1][1]))
                at = end - 1
                break
        at += 1
    return tuple(found)


def find_measure(text: str) -> tuple[Measure, str] | None:
    """The first measure the text names, with the words that name it; else None."""
    named = find_measures(text)
    return (named[0].measure, text[named[0].start : named[0].end]) if named else None


def suggest(driver: Driver | None, judgement: str = "", count: int = 3) -> list[Measure]:
    """Likely measures for someone who is stuck: those the SAR item names first, then by driver.

    Of the rest those that show soonest come first; a measure of the provider's work is offered
    only where the SAR item itself is about one.
    """
    likely = [named.measure for named in find_measures(judgement)]
    likely += [BY_KEY[m.leading] for m in likely if m.leading]
    first = [BY_KEY[key] for key in _FIRST]
    likely += [m for m in first if driver in m.drivers]
    likely += first
    return list(dict.fromkeys(likely))[:count]


def gain(measure: Measure) -> str:
    """The measure as a change for learners in words: "Higher attendance", "Fewer withdrawals"."""
    first = measure.title.split()[0]
    is_many = first.isalpha() and first.endswith("s") and first.lower() != "progress"
    if measure.direction is UP:
        return f"{'More' if is_many else 'Higher'} {measure.title}"
    return f"{'Fewer' if is_many else 'Lower'} {measure.title}"


# What shows within weeks rather than after a year: offered first to someone who is stuck.
_FIRST = (
    "attendance", "on_track", "retention_rate", "learner_sat", "work_submitted",
    "mock_results", "punctuality", "pass_rate", "otj_on_track",
)  # fmt: skip
