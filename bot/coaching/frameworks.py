"""Inspection frameworks (`bot/data/frameworks.toml`) and a provider's own headings."""

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

# What is kept of a provider that works by headings of its own.
OWN = "own"
# In characters, what Slack shows of a choice; and so many that all fit in one text of a form.
LONGEST_HEADING, MOST_HEADINGS = 75, 35


@dataclass(frozen=True)
class Framework:
    """A framework by name and year; `headings` are its evaluation areas, in its order."""

    key: str
    name: str
    headings: tuple[str, ...]


def _frameworks() -> dict[str, Framework]:
    table = tomllib.loads((files("bot") / "data" / "frameworks.toml").read_text("utf-8"))
    rows = (Framework(r["key"], r["name"], tuple(r["headings"])) for r in table["framework"])
    return {row.key: row for row in rows}


FRAMEWORKS = _frameworks()


def headings_of(framework: str | None, own: object) -> tuple[str, ...]:
    """The evaluation areas to choose from; () where no framework, or none of ours, was chosen.

    `framework` is the key of one, or `OWN` for the provider's `own` headings, as they are kept:
    what of them cannot be a heading is left out.
    """
    if framework == OWN:
        kept = own if isinstance(own, list | tuple) else ()
        sound = [h for h in kept if isinstance(h, str) and 0 < len(h.strip()) <= LONGEST_HEADING]
        return tuple(sound[:MOST_HEADINGS])
    found = FRAMEWORKS.get(framework or "")
    return found.headings if found else ()


# A dash, a star, a dot or a number and a full stop, as lists are typed and pasted.
_BULLET = re.compile(r"^(?:[-–—*•·]+|\d{1,2}[.)](?=\s))\s*")


def headings_in(text: str) -> list[str]:
    """The headings that a text has, one a line, without bullets; each once, whatever its capitals."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        heading = " ".join(_BULLET.sub("", line.strip()).split())
        if heading:
            found.setdefault(heading.casefold(), heading)
    return list(found.values())
