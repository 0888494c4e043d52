"""Actions that say the same thing: which pairs a lead may want to merge, and how each shows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from bot.coaching.dates import MONTHS
from bot.coaching.draft import Draft
from bot.coaching.measures import Measure, find_measures
from bot.coaching.words import content_stems, stem


def likeness(one: frozenset[str], two: frozenset[str]) -> float:
    """How alike two sets of words are: what both have as a share of their mean size, 0 to 1.

    Unlike a share of the shorter text alone, this does not take a two-word action for a part of
    every longer one.
    """
    size = len(one) + len(two)
    return 2 * len(one & two) / size if size else 0.0


class Shows(StrEnum):
    """How two actions show that they say the same; the plainest sign first."""

    WORDS = "words"
    MEASURE = "measure"
    OWNER = "owner"


@dataclass(frozen=True)
class Pair:
    """Two actions that say the same thing; `owners_differ` where each has an owner of its own."""

    first: str
    second: str
    shows: Shows
    owners_differ: bool


@dataclass(frozen=True)
class Gist:
    """What of an action is compared with the others.

    `measure` is the measure's key in the catalogue, or its own words; None where none is named.
    `cohort` are the words for whom it is; where there are none, the SAR items stand for them.
    """

    reference: str
    owner: str | None
    items: frozenset[str]
    words: frozenset[str]
    measure: str | None
    cohort: frozenset[str]
    levels: frozenset[str]


# Words of an impact that do not tell one group of learners from another.
_SAID_OF_ANY = frozenset(
    map(
        stem,
        "learner learners student students pupil pupils people young rise rises raise increase "
        "increases improve improves improved improvement high higher better good fewer less low "
        "lower reduce reduces fall falls cut drop reach reaches stand stands go goes grow grows get "
        "per cent percent percentage point points share number proportion level levels year end term "
        "autumn spring summer compare compared national average rate figure overall college provider "
        "whole finish many come target least currently now up down agree say report half next this".split()
        + list(MONTHS),
    )
)
# "Level 2", "L3", "year 12", English or maths: these tell groups apart where no other word does, and
# a measure's own name may hold the subject ("attendance in GCSE resit English").
_LEVEL = re.compile(
    r"\b(?:(?:l(?:evel)?|y(?:ear)?|entry|ks)\s?(\d{1,2})|(english)|(math)(?:s|ematics)?)\b",
    re.IGNORECASE,
)
# Fewer words in common than this are chance.
_FEWEST_SHARED = 3


def gist(reference: str, draft: Draft, owner: str | None, measure: Measure | None) -> Gist:
    """What is compared of one action; `measure` is the one of the catalogue that it names."""
    told = f"{draft.measure or ''}. {draft.impact or ''}"
    named = find_measures(told)
    bare = told
    for each in reversed(named):
        bare = f"{bare[: each.start]} {bare[each.end :]}"
    known = content_stems(measure.title) if measure else frozenset[str]()
    own = " ".join(sorted(content_stems(draft.measure or "")))
    items = frozenset(draft.sar_items)
    levels = frozenset(m[m.lastindex or 0].lower() for m in _LEVEL.finditer(told))
    cohort = (
        content_stems(bare) - _SAID_OF_ANY - known - (frozenset() if measure else set(own.split()))
    )
    return Gist(
        reference=reference,
        owner=owner,
        items=items,
        words=content_stems(draft.action or ""),
        measure=measure.key if measure else own or None,
        cohort=cohort if cohort or levels else items,
        levels=levels,
    )


def pairs(gists: Sequence[Gist], limit: float) -> list[Pair]:
    """The pairs that say the same, the plainest first; `limit` is the likeness from which they do."""
    found = []
    for one, two in combinations(gists, 2):
        shows = _shows(one, two, limit)
        if shows is not None:
            differ = one.owner is not None and two.owner is not None and one.owner != two.owner
            found.append(Pair(one.reference, two.reference, shows, differ))
    order = list(Shows)
    return sorted(found, key=lambda pair: order.index(pair.shows))


def _shows(one: Gist, two: Gist, limit: float) -> Shows | None:
    shared = len(one.words & two.words)
    if one.words and one.words == two.words:
        return Shows.WORDS
    if shared >= _FEWEST_SHARED and likeness(one.words, two.words) >= limit:
        return Shows.WORDS
    if one.measure is not None and one.measure == two.measure and _same_cohort(one, two, limit):
        return Shows.MEASURE
    if one.owner is not None and one.owner == two.owner and one.items & two.items:
        return Shows.OWNER
    return None


def _same_cohort(one: Gist, two: Gist, limit: float) -> bool:
    """Whether both are for the same learners: the same words, or one tells them more closely."""
    if one.levels != two.levels:
        return False
    if one.cohort == two.cohort:
        return True
    within = one.cohort <= two.cohort or two.cohort <= one.cohort
    return within and likeness(one.cohort, two.cohort) >= limit
