"""How the values of a plan are written in a file that people read: words, days and colours."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

from bot.coaching.phrases import start_upper
from bot.coaching.wording import DRIVER_NAMES, RAG_WORDS, STATUS_NAMES
from storage.vocabulary import Direction, Driver, Rag, SarKind, Status

RAGS = {rag: f"{start_upper(rag.value)}: {RAG_WORDS[rag]}" for rag in Rag}
STATUSES = {status: start_upper(STATUS_NAMES[status]) for status in Status}
DRIVERS = {driver: start_upper(DRIVER_NAMES[driver]) for driver in Driver}
DIRECTIONS = {Direction.HIGHER: "Higher", Direction.LOWER: "Lower"}
KINDS = {SarKind.STRENGTH: "Strength", SarKind.AREA_FOR_IMPROVEMENT: "Area for improvement"}
YES_NO = {True: "Yes", False: "No"}

# Fill and text of a RAG: WCAG 2.2 asks for a contrast of 4.5 to 1, and each has more than 5.
RAG_COLOURS: Mapping[Rag, tuple[str, str]] = {
    Rag.RED: ("B3261E", "FFFFFF"),
    Rag.AMBER: ("FFC24B", "1A1A1A"),
    Rag.GREEN: ("1E7036", "FFFFFF"),
    Rag.BLUE: ("1C5AA6", "FFFFFF"),
}

# What neither a page nor XML can show, and what would turn round all that stands behind it.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


@cache
def _columns() -> dict[str, dict[str, list[str]]]:
    text = (files("bot") / "data" / "columns.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def heading(section: str, field: str) -> str:
    """What the column of a field is called: the first of its names in `columns.toml`."""
    return _columns()[section][field][0]


def printable(text: str) -> str:
    """A text without what cannot be shown, its lines parted by a line feed."""
    return _UNSEEN.sub("", "\n".join(text.replace("\r\n", "\n").split("\r")))


def day_in_words(day: date) -> str:
    """A day in little room: 31 Jul 2027."""
    return f"{day.day} {day:%b} {day.year}"


def instant(at: datetime) -> str:
    """An instant in ISO 8601 and UTC: 2026-11-23T09:00:00Z. Without a zone it is one of UTC."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
