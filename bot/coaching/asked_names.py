"""The names of a plan that a question may be about, and which of them it names."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.coaching.measures import find_measure
from bot.coaching.update_reading import references
from bot.coaching.words import content_stems, stem, straight


class Kind(StrEnum):
    """What a name in a question is the name of; a topic is words that are no name in the plan."""

    THEME = "theme"
    OWNER = "owner"
    DEPARTMENT = "department"
    SAR_ITEM = "sar item"
    ACTION = "action"
    MEASURE = "measure"
    TOPIC = "topic"


@dataclass(frozen=True)
class Known:
    """The names of a plan on a day; `terms` are first and last days, where the provider set them."""

    today: date
    themes: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    sar_items: tuple[str, ...] = ()
    terms: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True)
class About:
    """A name as the plan has it (of a measure its key), and as it was `typed`."""

    kind: Kind
    name: str
    typed: str


_MOST_NAME = 6  # words
_NO_WORDS = re.compile(
    r"\b(?:i|we|you|my|your|me|is|are|will|was|should|would|could|than|if|because|that)\b"
)
# Words that begin no name of a theme, a person or a topic.
_NO_NAME = re.compile(
    r"(?:(?:the|a|an|this|that|these|those|it|them|they|you|your|yourself|me|him|her|us|we|day|life|weather|weekend|i|everyone|everything|things|all|any|some|there|here|what|how|who|when|which|one|ones|plan|qip|total|of|in|on|to|for|next|last|business)(?:\b|$) ?)+"
)
_ARTICLE = re.compile(
    r"^(?:the|our|all|any|theme|department|faculty) |(?: (?:department|dept|theme|team|area|faculty|priority|actions?|measure|curriculum area))+$"
)
_SAME = {"mathematics": "maths", "math": "maths", "eng": "english"}


def named(typed: str, known: Known) -> About | None:
    """What a name in a question is the name of; None where it can be no name at all."""
    typed = typed.strip(" ,.'-")
    short = _ARTICLE.sub("", _ARTICLE.sub("", typed)).strip()
    actions = references(typed)
    if actions:
        return About(Kind.ACTION, actions[0], typed) if len(actions) == 1 else None
    kinds = (
        (Kind.SAR_ITEM, known.sar_items),
        (Kind.OWNER, known.owners),
        (Kind.DEPARTMENT, known.departments),
        (Kind.THEME, known.themes),
    )
    for kind, names in kinds:
        if found := same_words(short, names):
            return About(kind, found[0], typed)
    if not short or len(short.split()) > _MOST_NAME or _NO_WORDS.search(short):
        return None
    measure = find_measure(short)
    if measure and _words(measure[1]) == _words(short):
        return About(Kind.MEASURE, measure[0].key, short)
    for kind, names in kinds[1:]:
        found = _part_of(short, names)
        if len(found) == 1 or (found and kind is Kind.OWNER):
            # Two of one first name are both meant.
            return About(kind, found[0] if len(found) == 1 else short, typed)
    if measure:
        return About(Kind.MEASURE, measure[0].key, short)
    if _NO_NAME.match(short) or not content_stems(short):
        return None
    return About(Kind.TOPIC, short, typed)


def _words(text: str) -> frozenset[str]:
    low = re.findall(r"[a-z0-9]+", straight(text).lower().replace("'s", ""))
    return frozenset(stem(_SAME.get(word, word)) for word in low) - {"and", "the", "of", "for"}


def same_words(typed: str, names: tuple[str, ...]) -> list[str]:
    """The names of the same words as those typed."""
    words = _words(typed)
    return [name for name in names if words and _words(name) == words]


def _part_of(typed: str, names: tuple[str, ...]) -> list[str]:
    """The names of which some words were typed."""
    words = _words(typed)
    return [name for name in names if words and words <= _words(name)]
