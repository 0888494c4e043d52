"""What holds of a paragraph that a model has worded: each sentence is held against the figures.

A sentence stands when all of it is borne out: its counts by the figure of the same name, its levels
and dates by the one action they are of, each in its own part (start, latest, target), its references
by how these stand, and its words by a list of plain ones and the figures' own. One that does not
stand is left out; nothing is mended.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.coaching.dates import FoundDate, find_dates
from bot.coaching.words import stem
from bot.reports.claims import UNCHANGED, Claimed, claims, is_beside, never_said
from bot.reports.facts import WORD, Entry, Facts, Level

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


class _Number(NamedTuple):
    value: float
    is_share: bool
    start: int
    end: int

    @property
    def level(self) -> Level:
        return self.value, self.is_share


class _Told(NamedTuple):
    """A sentence taken apart; `rest` is as long, with blanks for what was read already."""

    rest: str
    references: list[str]
    groups: list[str]
    dates: list[FoundDate]
    claims: list[Claimed]
    numbers: list[_Number]


def fault(sentence: str, facts: Facts) -> str | None:
    """Why a sentence does not stand, in a word for the ledger; None where it does."""
    why = never_said(sentence)
    if why:
        return why
    if not sentence.endswith(".") or len(sentence.split()) > _LONGEST_SENTENCE:
        return "form"
    told = _apart(sentence, facts)
    if isinstance(told, str):
        return told
    if not (told.numbers or told.references or told.dates):
        return "no figure"
    counted = _bound(told)
    counts = facts.groups[told.groups[0]] if told.groups else facts.counts
    free = []
    proven: set[Claimed] = set()
    for number, claimed in counted:
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


def _allowed(claimed: Claimed, counts: dict[str, set[int]]) -> set[int]:
    return {n for key in claimed.claim.keys for n in counts.get(key, ())}


def _of_entries(
    sentence: str,
    told: _Told,
    facts: Facts,
    proven: set[Claimed],
    free: Sequence[_Number],
    unsure: Sequence[_Number],
) -> str | None:
    """Whether the references, levels, dates, claims and words are those of one entry."""
    named = [facts.entries[reference] for reference in told.references]
    main = [e for e in named if not any(e.reference in other.linked for other in named)]
    dates = [d for d in told.dates if d.day not in facts.dates]
    open_claims = [
        c for c in told.claims if not c.claim.noun and c not in proven and not _is_true(c, facts)
    ]
    strange = _strange(told.rest, told.claims)
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
        words = named if named else [entry]
        if not all(any(_has(e, word) for e in words) for word in strange):
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
    """Whether an entry has a word; one with a capital as it is typed there."""
    return word in entry.typed or (word.islower() and stem(word) in entry.words)


def _strange(rest: str, claimed: Sequence[Claimed]) -> list[str]:
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


# --- taking a sentence apart ----------------------------------------------------------------------

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


def _apart(sentence: str, facts: Facts) -> _Told | str:
    """A sentence taken apart, or why it cannot stand."""
    rest = sentence
    for year in _YEAR.finditer(sentence):
        if year[0] != facts.academic_year:
            return "year"
        rest = _blank(rest, *year.span())
    groups = []
    # The longest first: one name may be part of another.
    for name in sorted({*facts.groups, *facts.names}, key=len, reverse=True):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", rest):
            rest = _blank(rest, *match.span())
            groups += [name] if name in facts.groups and name not in groups else []
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
        numbers.append(_Number(value, bool(share), match.start(), match.end()))
        rest = _blank(rest, *match.span())
    if re.search(r"\d", _without(rest, said)):
        return "figure"
    return _Told(rest, references, groups, dates, said, numbers)


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


def _bound(told: _Told) -> list[tuple[_Number, Claimed | None]]:
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
        plain = [c for c in said if not c.claim.noun]
        found.append((number, (plain or said or [None])[0]))
    return found


# --- levels and dates -----------------------------------------------------------------------------

_TO_REACH = frozenset("target targets towards against aim goal reach needs".split())
_AT_START = frozenset("from was were baseline start started".split())
_RISES = re.compile(r"\b(?:rise[sn]?|rose|up|increas\w+|grew|climb\w+)\b", re.IGNORECASE)
_FALLS = re.compile(r"\b(?:fall[s]?|fell|fallen|down|decreas\w+|drop\w*)\b", re.IGNORECASE)


def _plays(
    sentence: str, entry: Entry, numbers: Sequence[_Number], facts: Facts, told: _Told
) -> bool:
    """Whether each number is a level of this entry, told as what it is there."""
    starts: list[float] = []
    now: list[float] = []
    edge = 0
    for number in numbers:
        before = re.findall(r"[a-z]+", sentence[edge : number.start].lower())[-4:]
        after = re.findall(r"[a-z]+", sentence[number.end :].lower())[:1]
        edge = number.end
        level = number.level
        if _TO_REACH & set(before) or after == ["target"]:
            roles: tuple[str, ...] = ("target",)
        elif _AT_START & set(before[-3:]):
            roles = ("baseline",)
            starts.append(number.value)
        else:
            roles = ("latest", "words")
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
