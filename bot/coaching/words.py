"""Words as the reader compares them: plain, mended where mistyped, and without their endings."""

import re
from functools import cache, lru_cache
from importlib.resources import files

from Stemmer import Stemmer
from symspellpy import SymSpell, Verbosity

_STEMMER = Stemmer("english")
_EMPTY = frozenset(
    "a an the and or but of to in on at by for from with into so that this these those it its "
    "is are was were be been being will would should can could may might must shall do does "
    "did have has had not no as if then than there their they them we us our i my me you your "
    "all each every more most some any also just very which who what when where how why up "
    "out about over".split()
)


_PUNCTUATION = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u2011": "-"})


def straight(text: str) -> str:
    """The text with the quotation marks, blanks and hyphens that phones put in as plain ones."""
    return text.translate(_PUNCTUATION)


@cache
def english_words() -> frozenset[str]:
    """The English words that symspellpy ships, in small letters; read when first asked for."""
    listed = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    lines = listed.read_text("utf-8-sig").splitlines()
    return frozenset(line.split(" ", 1)[0] for line in lines)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of one lower-case word: "passes", "passed" and "passing" have the same."""
    return str(_STEMMER.stemWord(word))


# The same action is compared with every reply about it.
@lru_cache(maxsize=1024)
def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning, without figures and little words."""
    words = re.findall(r"[a-z]{2,}", text.lower())
    return frozenset(stem(word) for word in words if word not in _EMPTY)


def overlap(first: str, second: str) -> float:
    """The share of the shorter text's content words that the other has too, 0 to 1."""
    one, two = content_stems(first), content_stems(second)
    shorter = min(len(one), len(two))
    return len(one & two) / shorter if shorter else 0.0


# Shorter words are too alike to mend; longer ones bear a second slip of the finger.
_SHORTEST, _LONG = 5, 8


class Spelling:
    """Mends mistyped words of a vocabulary and leaves every other English word alone.

    The English words are read when the first unknown word comes.
    """

    def __init__(self, vocabulary: set[str]) -> None:
        self._ours = SymSpell(max_dictionary_edit_distance=2)
        self._english: frozenset[str] = frozenset()
        self._vocabulary = vocabulary

    def mend(self, word: str) -> str:
        """The word of the vocabulary that a lower-case word was meant to be, or the word itself."""
        if len(word) < _SHORTEST or not word.isalpha() or word in self._vocabulary:
            return word
        if not self._english:
            self._load()
        if word in self._english or word.removesuffix("s") in self._english:
            return word
        slips = 1 if len(word) < _LONG else 2
        near = self._ours.lookup(word, Verbosity.TOP, max_edit_distance=slips)
        return str(near[0].term) if near and near[0].term[0] == word[0] else word

    def _load(self) -> None:
        for word in self._vocabulary:
            if len(word) >= _SHORTEST:
                self._ours.create_dictionary_entry(word, 1)
        self._english = english_words()
