"""Which of what a file says is there already: references as people type them, and texts alike."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import count
from typing import NamedTuple

from bot.coaching.overlap import likeness
from bot.coaching.words import content_stems, straight
from bot.plan_document import PersonNamed, SarItemEntry
from storage.vocabulary import SarKind

# How alike two texts are that say the same in slightly other words (0 to 1), as `likeness` counts;
# above the limit of the review, since here nobody looks at the pair. Of our own judgement.
SAME = 0.8
# Characters of a reference, as the form of a SAR item takes them.
_LONGEST = 40
_PREFIXES = {SarKind.AREA_FOR_IMPROVEMENT: "AFI", SarKind.STRENGTH: "S"}


def reference_key(reference: str) -> str:
    """A reference as it is compared: "AFI 03", "afi-3" and "AFI3" are the same."""
    return re.sub(r"(?<![\d])0+(?=\d)", "", re.sub(r"[\W_]+", "", reference.casefold()))


def text_key(text: str | None) -> str:
    """A text as it is compared: its letters and digits in small letters, whatever lies between."""
    return " ".join(re.findall(r"\w+", (text or "").casefold()))


def alike(text: str | None, others: Mapping[int, str | None]) -> int | None:
    """Which of the other texts says the same, by its key; None where none does, or two do."""
    key = text_key(text)
    same = [n for n, other in others.items() if key and text_key(other) == key]
    if same:
        return same[0]
    stems = content_stems(text or "")
    near = [n for n, other in others.items() if likeness(stems, content_stems(other or "")) >= SAME]
    return near[0] if len(near) == 1 else None


class Stored(NamedTuple):
    """A SAR item that is in the plan already."""

    id: int
    reference: str
    kind: SarKind
    judgement: str


class Matched(NamedTuple):
    """A SAR item of the file with the reference it gets; `id` is None for a new one."""

    entry: SarItemEntry
    reference: str
    id: int | None = None


def matched(
    entries: Sequence[SarItemEntry], stored: Sequence[Stored], *, is_own: bool = False
) -> tuple[list[Matched], dict[str, list[int]]]:
    """Each SAR item of a file with its reference and what of the plan it is; one said twice is one.

    What says the same text is the same item, whatever its number has become; else the reference
    tells. Also returned is which of these items a reference in the file can mean, by its key.
    """
    ones = _unrepeated(entries)
    firsts = [entries[same[0]] for same in ones]
    wanted = [_given(entry, is_own) for entry in firsts]
    ids = _same_items(firsts, wanted, stored)
    held = {item.id: item.reference for item in stored}
    taken = {reference_key(item.reference) for item in stored if item.id not in ids}
    avoided = taken | {reference_key(want) for want in wanted if want}
    numbers = {kind: count(1) for kind in SarKind}
    found: list[Matched] = []
    meant: dict[str, list[int]] = {}
    for number, (entry, want, item_id) in enumerate(zip(firsts, wanted, ids, strict=True)):
        reference = want or (held[item_id] if item_id is not None else None)
        if reference is None or reference_key(reference) in taken:
            reference = _free(entry, want, taken | avoided, numbers[entry.kind])
        taken.add(reference_key(reference))
        found.append(Matched(entry, reference, item_id))
        said = {entries[same].reference or "" for same in ones[number]}
        for name in {_meant_key(name) for name in {*said, want or "", reference} - {""}}:
            meant.setdefault(name, []).append(number)
    return found, meant


def _unrepeated(entries: Sequence[SarItemEntry]) -> list[list[int]]:
    """The indexes of the entries, those together that say the same of the same department."""
    ones: dict[tuple[str, ...], list[int]] = {}
    for number, entry in enumerate(entries):
        key = (entry.kind, text_key(entry.judgement), text_key(entry.department))
        ones.setdefault(key, []).append(number)
    return list(ones.values())


def items_meant(
    references: Iterable[str], meant: Mapping[str, Sequence[int]]
) -> tuple[list[int], list[str]]:
    """The items of the file that these references mean, and those that mean none or several."""
    found, unknown = [], []
    for reference in references:
        items = meant.get(_meant_key(reference), ())
        if len(items) == 1:
            found.append(items[0])
        else:
            unknown.append(reference)
    return list(dict.fromkeys(found)), unknown


def _meant_key(reference: str) -> str:
    # "?1" stands for an item that the file gives no reference.
    return reference if reference.startswith("?") else reference_key(reference)


def _given(entry: SarItemEntry, is_own: bool) -> str | None:
    """The reference that a file gives an item; a bare number says by its kind of what it is."""
    given = " ".join((entry.reference or "").split())
    if not given or given.startswith("?"):
        return None
    if is_own or not re.fullmatch(r"[\d.]+", given):
        return given
    return f"{_PREFIXES[entry.kind]} {given.strip('.')}"


def _same_items(
    entries: Sequence[SarItemEntry], wanted: Sequence[str | None], stored: Sequence[Stored]
) -> list[int | None]:
    left = {item.id: item for item in stored}
    ids: list[int | None] = [None] * len(entries)
    by_text: dict[tuple[str, str], list[Stored]] = {}
    by_reference: dict[str, list[Stored]] = {}
    for item in stored:
        by_text.setdefault((item.kind, text_key(item.judgement)), []).append(item)
        by_reference.setdefault(reference_key(item.reference), []).append(item)

    def take(number: int, found: Sequence[Stored]) -> None:
        key = reference_key(wanted[number] or "")
        there = [item for item in found if item.id in left]
        # The same sentence of two departments: the reference tells them apart.
        there.sort(key=lambda item: reference_key(item.reference) != key)
        if there:
            ids[number] = there[0].id
            del left[there[0].id]

    for number, entry in enumerate(entries):
        take(number, by_text.get((entry.kind, text_key(entry.judgement)), ()))
    for number, want in enumerate(wanted):
        if ids[number] is None and want is not None:
            take(number, by_reference.get(reference_key(want), ()))
    for number, entry in enumerate(entries):
        if ids[number] is None and wanted[number] is None:
            texts = {i.id: i.judgement for i in left.values() if i.kind is entry.kind}
            same = alike(entry.judgement, texts)
            take(number, [left[same]] if same is not None else ())
    return ids


def _free(entry: SarItemEntry, wanted: str | None, taken: Set[str], numbers: Iterator[int]) -> str:
    """A reference that nothing has yet, from the one wanted where there is one."""
    if wanted is not None and entry.department:
        named = f"{wanted} {entry.department}"[:_LONGEST].strip()
        if reference_key(named) not in taken:
            return named
    offered = (f"{_PREFIXES[entry.kind]} {number}" for number in numbers)
    return next(reference for reference in offered if reference_key(reference) not in taken)


class Known(NamedTuple):
    """A person of the workspace who may be meant by a name."""

    slack_user_id: str
    name: str
    email: str | None = None


def people_meant(
    owner: PersonNamed, email: str | None, known: Sequence[Known]
) -> tuple[Known | None, tuple[Known, ...]]:
    """The person of the workspace who is meant, or else those who may be.

    Sure is only a Slack id, an e-mail address or the full name, where one person alone has it: two
    of a name, an initial, a first name or a surname must be asked about.
    """
    by_id = [k for k in known if k.slack_user_id == owner.slack_user_id]
    by_email = [k for k in known if email and (k.email or "").casefold() == email.casefold()]
    names = _name_words(owner.name)
    by_name = [k for k in known if names and _name_words(k.name) == names]
    for sure in (by_id, by_email, by_name):
        if len(sure) == 1:
            return sure[0], ()
    maybe = by_name or [k for k in known if _may_be(names, _name_words(k.name))]
    return None, tuple(maybe)


def _name_words(name: str) -> tuple[str, ...]:
    """A name in small letters, first names first, without titles: "Pell, Mr Gareth" too."""
    plain = straight(name)
    last, comma, first = plain.partition(",")
    ordered = f"{first} {last}" if comma else plain
    words = re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", ordered.casefold())
    return tuple(w for w in words if w not in ("mr", "mrs", "ms", "miss", "dr", "prof", "sir"))


def _may_be(typed: tuple[str, ...], known: tuple[str, ...]) -> bool:
    if not typed or not known:
        return False
    if len(typed) == 1:
        return typed[0] in known
    return typed[-1] == known[-1] and typed[0][0] == known[0][0]
