"""What a form had shown, to tell what its person changed from what others did meanwhile."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


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


def told_of(changed: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each field that somebody else has changed."""
    return tuple(f"Somebody changed the {names[name]}." for name in changed)
