"""The points of signs and wording for the questions that a reply is read for, and their sum.

`bot/data/points.tsv` is worked out from the labelled cases (`make weigh`). It has a line for each sign
(`=` and its name in `bot.coaching.impact` or `sources`), word (its stem), pair of neighbouring words
and run of two or three kinds of words (`<learner><act>`), with points for and against each answer.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from itertools import repeat
from typing import NamedTuple

from bot.coaching.tokens import FIXED, KIND_CHAR, Row
from bot.coaching.words import stem


class Points(NamedTuple):
    """For an answer of yes (above 0) or no (below), in hundredths of a logit."""

    restates: int
    outcome: int
    measurable: int
    evidence: int


# The line of what is so before anything is seen.
BIAS = "(bias)"
_CHARS = {**KIND_CHAR, "begins": "⟪", "ends": "⟫"}
# Figures, dates and signs are told by their kind alone.
_NO_WORDS = frozenset(char for kind, char in KIND_CHAR.items() if kind in FIXED)
_KIND_OF = {char: f"<{kind}>" for kind, char in _CHARS.items()}


def wording(row: Row) -> set[str]:
    """What a reply's wording is told by: its words, pairs of words, and runs of kinds of words."""
    kinds = row.kinds()
    words = [
        kind if kind in _NO_WORDS else stem(token.word)
        for token, kind in zip(row.tokens, kinds, strict=True)
    ]
    words = [_CHARS["begins"], *words, _CHARS["ends"]]
    kinds = f"{words[0]}{kinds}{words[-1]}"
    found = set(words)
    found.update(map(" ".join, zip(words, words[1:], strict=False)))
    found.update(map("".join, zip(kinds, kinds[1:], strict=False)))
    found.update(map("".join, zip(kinds, kinds[1:], kinds[2:], strict=False)))
    return found


def weighed(seen: Iterable[str]) -> Points:
    """The sum of the points of all that was seen of a reply."""
    table = _table()
    total = sum(map(table.get, seen, repeat(0)), table[BIAS])
    sums = []
    for _ in Points._fields:
        lowest = (total + _FIELD // 2) % _FIELD - _FIELD // 2
        sums.append(lowest)
        total = (total - lowest) // _FIELD
    return Points(*sums)


def legible(name: str) -> str:
    """What was seen as it is written in the table, kinds of words by their names."""
    return "".join(_KIND_OF.get(char, char) for char in name)


# The four points of a line are the digits of one number, so that one sum adds up all four.
_FIELD = 1 << 24


@lru_cache(maxsize=1)
def _table() -> dict[str, int]:
    lines = (files("bot") / "data" / "points.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines[1:])
    return {
        _coded(name): sum(int(each) * _FIELD**place for place, each in enumerate(points))
        for name, *points in rows
    }


def _coded(name: str) -> str:
    if "<" not in name:
        return name
    return re.sub(r"<(\w+)>", lambda match: _CHARS[match[1]], name)
