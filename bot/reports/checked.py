"""What holds of a paragraph that a model has worded: each sentence is held against the figures.

A sentence stands when all of it is borne out: its counts by the figure of the same name, its
levels and dates by the one action they are of, each in its own part (start, latest, target), its
references by how these stand, and its words by a list of plain ones and the figures' own. One that
does not stand is left out; nothing is mended.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.coaching.dates import FoundDate
from bot.reports.claims import UNCHANGED, Claimed, is_beside, is_plain
from bot.reports.facts import WORD, Entry, Facts
from bot.reports.sentence import Number, Told, apart, bound, strange_words

LONGEST = 80
_LONGEST_SENTENCE, _FEWEST = 40, 2
_SENTENCE = re.compile(r"(?<=[.!?])[\"”’]?\s+|\n+")


class Checked(NamedTuple):
    """The sentences that stand, "" where too few do; and why each other one was dropped."""

    words: str
    dropped: tuple[str, ...]


def checked(paragraph: str, facts: Facts, people: Iterable[str] = ()) -> Checked:
    """What stands of a paragraph. `people` are never named in it."""
    names = _names_of(people)
    kept: list[str] = []
    dropped = []
    length = 0
    for sentence in _SENTENCE.split(paragraph.strip()):
        if not sentence.strip():
            continue
        words = {re.sub(r"['’].*", "", word) for word in WORD.findall(sentence)}
        why = "people" if names & words else fault(sentence, facts)
        length += len(sentence.split())
        if why is None and length > LONGEST:
            why = "long"
        if why is None and sentence in kept:
            why = "repeat"
        if why is None:
            kept.append(sentence)
        else:
            dropped.append(why)
            length -= len(sentence.split())
    return Checked(" ".join(kept) if len(kept) >= _FEWEST else "", tuple(dropped))


def _names_of(people: Iterable[str]) -> set[str]:
    """The parts of people's names, but for those that are plain words of such a paragraph too."""
    parts = (part for name in people for part in WORD.findall(name) if len(part) > 2)
    return {part for part in parts if part[:1].isupper() and not is_beside(part.lower())}


# --- one sentence ---------------------------------------------------------------------------------


def fault(sentence: str, facts: Facts) -> str | None:
    """Why a sentence does not stand, in a word for the ledger; None where it does."""
    if not is_plain(sentence) or len(sentence.split()) > _LONGEST_SENTENCE:
        return "form"
    told = apart(sentence, facts)
    if isinstance(told, str):
        return told
    if not (told.numbers or told.references or told.dates):
        return "no figure"
    counted = bound(told)
    if any(_OTHERS.match(told.rest, number.end) for number, _ in counted):
        return "count"
    counts = facts.groups[told.groups[0]] if told.groups else facts.counts
    free = []
    proven: set[Claimed] = set()
    for number, claimed in counted:
        if claimed is None and number.value == len(told.references) > 1:
            # "Three measures: and A-6".
            continue
        if claimed is None:
            free.append(number)
        elif number.is_share or number.value not in _allowed(claimed, counts):
            return "count"
        else:
            proven.add(claimed)
    pool = {value for values in counts.values() for value in values}
    if len(told.groups) > 1 and told.numbers:
        return "several"
    unsure = [n for n in free if n.is_share or n.value not in pool]
    return _of_entries(sentence, told, facts, proven, free, unsure)


# What the figures count nothing of.
_OTHERS = re.compile(
    r"(?:\s+(?:other |more |adult )?)(?:learners?|sponsors?|years?|months?|weeks?|days?)\b",
    re.IGNORECASE,
)


def _allowed(claimed: Claimed, counts: dict[str, set[int]]) -> set[int]:
    return {n for key in claimed.claim.keys for n in counts.get(key, ())}


def _of_entries(
    sentence: str,
    told: Told,
    facts: Facts,
    proven: set[Claimed],
    free: Sequence[Number],
    unsure: Sequence[Number],
) -> str | None:
    """Whether the references, levels, dates, claims and words are those of one entry."""
    named = [facts.entries[reference] for reference in told.references]
    main = [e for e in named if not any(e.reference in other.linked for other in named)]
    dates = [d for d in told.dates if d.day not in facts.dates]
    open_claims = [
        c for c in told.claims if not c.claim.noun and c not in proven and not _is_true(c, facts)
    ]
    strange = strange_words(told.rest, told.claims)
    if named:
        for entry in main or named:
            if not all(entry.flags & set(c.claim.keys) for c in told.claims if not c.claim.noun):
                return "standing"
        if not all(any(_has(entry, word) for entry in named) for word in strange):
            return "word"
    if not (dates or unsure or open_claims or strange) and not (named and free):
        return None
    if not named and open_claims and not (strange or unsure):
        # "Some are overdue": how many is not said.
        return "claim"
    why = "word" if strange and not (unsure or dates) else "figure"
    candidates = named if named else list(facts.entries.values())
    for entry in candidates:
        others = [e for e in named if e is not entry]
        whole = all(e.reference in entry.linked or entry.reference in e.linked for e in others)
        if (dates or unsure) and not whole:
            continue
        # Words of people's own stand only where it is said whose they are.
        if not named and not all(entry.of_measure.has(word) for word in strange):
            continue
        if not named and not all(entry.flags & set(c.claim.keys) for c in open_claims):
            why = "standing"
            continue
        levels = free if (named or unsure) else unsure
        if _plays(sentence, entry, levels, facts, told) and _dated(sentence, entry, dates):
            return None
    return why


def _is_true(claimed: Claimed, facts: Facts) -> bool:
    return claimed.claim.keys == (UNCHANGED,) and bool(facts.counts.get(UNCHANGED))


def _has(entry: Entry, word: str) -> bool:
    return entry.of_measure.has(word) or entry.of_text.has(word)


# --- levels and dates -----------------------------------------------------------------------------

_TO_REACH = frozenset("target targets towards against aim goal reach needs way".split())
_AT_START = frozenset("from was were baseline start started".split())
_RISES = re.compile(r"\b(?:rise[sn]?|rose|up|increas\w+|grew|climb\w+)\b", re.IGNORECASE)
_FALLS = re.compile(r"\b(?:falls?|fell|fallen|down|decreas\w+|drop\w*|slip\w*)\b", re.IGNORECASE)


def _plays(
    sentence: str, entry: Entry, numbers: Sequence[Number], facts: Facts, told: Told
) -> bool:
    """Whether each number is a level of this entry, told as what it is there."""
    starts: list[float] = []
    now: list[float] = []
    edge = 0
    for number in numbers:
        clause = re.split(r"[,:;]", sentence[edge : number.start])[-1]
        before = re.findall(r"[a-z]+", clause.lower())[-4:]
        after = re.findall(r"[a-z]+", sentence[number.end :].lower())[:1]
        edge = number.end
        level = number.level
        if _TO_REACH & set(before) or after == ["target"]:
            roles: tuple[str, ...] = ("target",)
        elif _AT_START & set(before[-3:]):
            roles = ("baseline",)
            starts.append(number.value)
        else:
            roles = ("latest",)
            now.append(number.value)
        if not any(level in entry.levels[role] for role in roles):
            return False
    began = starts or [value for value, _ in entry.levels["baseline"]]
    for pattern, sign in ((_RISES, 1), (_FALLS, -1)):
        if pattern.search(sentence):
            ended = now or [value for value, _ in entry.levels["latest"]]
            if not any((b - a) * sign > 0 for a in began for b in ended):
                return False
    return True


def _dated(sentence: str, entry: Entry, dates: Sequence[FoundDate]) -> bool:
    """Whether each date is one of this entry, and one by which it is due if it is told as that."""
    for found in dates:
        before = re.findall(r"[a-z]+", sentence[: found.start].lower())[-3:]
        is_due = bool({"due", "by", "overdue", "late", "until"} & set(before))
        if found.day not in (entry.due if is_due else entry.due | entry.dates):
            return False
        if not is_due and found.day not in entry.dates:
            return False
    return True
