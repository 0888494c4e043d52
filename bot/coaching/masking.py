"""What leaves the house: placeholders for people, addresses and numbers, and the way back."""

import re
from collections.abc import Iterable

from bot.coaching.naming import NO_PARTS, TITLES, Names, is_thing, name_words, workspace

_LABELS = {"email": "EMAIL", "phone": "PHONE", "number": "ID"}
_PLACEHOLDER = re.compile(r"\[(?:PERSON|EMAIL|PHONE|ID)_\d{1,9}(?:_\d{1,9})?\]")


class Masking:
    """Placeholders for one turn's texts: the same person has the same number throughout.

    A person typed in another way ("Priya", after "Priya Shah") has the number with a second one,
    "[PERSON_1_2]", so that every text comes back as it was typed.
    """

    def __init__(self, people: Iterable[str] = ()) -> None:
        self._people = workspace(tuple(people))
        self._placeholders: dict[str, str] = {}
        self._typed: dict[str, str] = {}
        self._keys: dict[str, list[set[str]]] = {}
        self._forms: dict[tuple[str, int], int] = {}
        self._known: set[str] = set()

    def hide(self, text: str) -> str:
        """The text with placeholders for people, addresses, numbers of phones and learners, Slack ids."""
        reading = Names(text, self._people, self._known)
        while True:
            people = list(reading.people())
            named = [w for span in people for w in name_words(text[span.start : span.end])]
            words = {w for w in named if len(w) > 1 and w not in NO_PARTS and not is_thing(w)}
            again = sum(w.low in words for w in reading.words) > sum(w in words for w in named)
            new = not words <= self._known
            self._known |= words
            # A person named in full may stand elsewhere by half the name.
            if not (new and again):
                break
        parts, at = [], 0
        for span in sorted((*people, *reading.others)):
            if span.start >= at:
                parts += [
                    text[at : span.start],
                    self._placeholder(text[span.start : span.end], span.kind),
                ]
                at = span.end
        return "".join((*parts, text[at:]))

    def show(self, text: str) -> str:
        """The text with what was hidden in place of its placeholders."""
        return _PLACEHOLDER.sub(lambda match: self._typed.get(match[0], match[0]), text)

    def _placeholder(self, typed: str, kind: str) -> str:
        if typed not in self._placeholders:
            label = _LABELS.get(kind, "PERSON") if kind != "typed" else typed[1:].split("_")[0]
            number = self._number(label, self._key(typed, kind))
            form = self._forms[label, number] = self._forms.get((label, number), 0) + 1
            placeholder = f"[{label}_{number}]" if form == 1 else f"[{label}_{number}_{form}]"
            self._placeholders[typed] = placeholder
            self._typed[placeholder] = typed
        return self._placeholders[typed]

    def _number(self, label: str, key: set[str]) -> int:
        keys = self._keys.setdefault(label, [])
        same = [at for at, other in enumerate(keys) if key <= other or other <= key]
        if len(same) == 1:
            keys[same[0]] |= key
            return same[0] + 1
        keys.append(key)
        return len(keys)

    def _key(self, typed: str, kind: str) -> set[str]:
        """What two ways of typing the same person, address or number have in common."""
        if kind in ("phone", "number"):
            return {re.sub(r"\D", "", typed)}
        if kind == "id":
            return {typed.strip("<@>").split("|")[0]}
        if kind in ("typed", "email"):
            return {typed.casefold()}
        key = set(name_words(typed)) - TITLES
        full = (
            [name for name in self._people.names if key <= name] if kind in ("ours", "part") else []
        )
        return set(full[0]) if len(full) == 1 else key
