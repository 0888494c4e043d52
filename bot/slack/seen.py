"""What a form had shown, to tell what its person changed from what others did meanwhile."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.pieces import short


@dataclass(frozen=True)
class Seen:
    """What a form is about, None for something new, and a mark of each field as it was shown.

    By the marks the form, when it is sent, tells what the person changed from what others did.
    """

    id: int | None
    marks: dict[str, str]

    @classmethod
    def of(cls, item_id: int | None, held: Mapping[str, Any]) -> "Seen":
        return cls(item_id, {name: mark(value) for name, value in held.items()})

    @classmethod
    def from_text(cls, text: str) -> "Seen":
        """Raises ValueError for anything that no form of ours carries."""
        try:
            found = json.loads(text)
            item_id = found["id"]
            return cls(None if item_id is None else int(item_id), dict(found["marks"]))
        except (KeyError, TypeError) as error:
            raise ValueError("not the metadata of a form") from error

    def to_text(self) -> str:
        return json.dumps({"id": self.id, "marks": self.marks})

    def changed(self, values: Mapping[str, Any]) -> list[str]:
        """The fields that are not as they were shown."""
        return [n for n, v in values.items() if n in self.marks and mark(v) != self.marks[n]]


def mark(value: Any) -> str:
    """A short mark that differs where values do."""
    return hashlib.sha256(str(value).encode()).hexdigest()[:12]


def told_of(
    changed: Sequence[str], names: Mapping[str, str], by: str, held: Mapping[str, Any]
) -> tuple[str, ...]:
    """A sentence for each field that somebody else has changed: who, and to what it is `held` now.

    Only words of theirs are told again; a choice shows in the form.
    """

    def told(name: str) -> str:
        value = held[name]
        to = f" to “{short(value, 80)}”" if isinstance(value, str) and name in _WORDS else ""
        return f"{by} changed the {names[name]}{to}."

    return tuple(told(name) for name in changed)


# The fields of these forms that hold words or numbers as they were typed.
_WORDS = frozenset(
    "name rank reference judgement evidence department measure baseline waiting_note themes "
    "size load learners".split()
)
