"""Comparing what two texts say, by the stems of the words that carry meaning."""

import re
from functools import lru_cache

from snowballstemmer import stemmer

_STEMMER = stemmer("english")
_EMPTY = frozenset(
    "a an the and or but of to in on at by for from with into so that this these those it its "
    "is are was were be been being will would should can could may might must shall do does "
    "did have has had not no as if then than there their they them we our us i my me you your "
    "all each every more most some any also just very which who what when where how why up "
    "out about over".split()
)


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning, without figures and little words."""
    words = re.findall(r"[a-z]{2,}", text.lower())
    return frozenset(_stem(word) for word in words if word not in _EMPTY)


def overlap(first: str, second: str) -> float:
    """The share of the shorter text's content words that the other has too, 0 to 1."""
    one, two = content_stems(first), content_stems(second)
    shorter = min(len(one), len(two))
    return len(one & two) / shorter if shorter else 0.0
