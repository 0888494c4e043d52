"""What a single cell or line says: tidy text, points of a list, a day, RAG, status, grade."""

import colorsys
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from bot.coaching.dates import academic_year, find_dates, year_start
from bot.coaching.wording import DRIVER_NAMES
from bot.coaching.words import straight
from bot.importing.grid import Cell
from bot.importing.headings import plain
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Driver, Rag, Status

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_BULLET = re.compile(r"^\s*(?:[•·●▪◦‣➢➤✓✔o*–—-](?=\s)|[•●▪‣➢➤])\s*")
_COUNT = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|\(?[a-h]\))\s+")


@lru_cache(maxsize=8192)
def tidy(text: str) -> str:
    """A text without needless blanks, empty lines and a bullet before it."""
    if text.isalnum():
        return text
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n"))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    whole = "\n".join(line for line in lines if line)
    is_one = sum(bool(_BULLET.match(line)) for line in whole.split("\n")) < 2
    return _BULLET.sub("", whole) if is_one else whole


def points(text: str, is_list: bool = False) -> list[str]:
    """The points of a list in a cell: at bullets and numbers, else one.

    With `is_list` a cell is known to hold a list, and each line that begins with a capital is one.
    """
    lines = [line for line in tidy(text).split("\n") if line]
    marked = [bool(_BULLET.match(line) or _COUNT.match(line)) for line in lines]
    if not any(marked):
        starts = [at for at, line in enumerate(lines) if not at or line[0].isupper()]
        # A line broken in the middle of a sentence is no point of its own.
        ended = all(lines[at - 1][-1] in ".;!?" or len(lines[at - 1]) < 60 for at in starts if at)
        if not (is_list and len(starts) > 1 and ended):
            return ["\n".join(lines)] if lines else []
        marked = [at in starts for at in range(len(lines))]
    found: list[str] = []
    for line, is_start in zip(lines, marked, strict=True):
        if is_start or not found:
            found.append(_BULLET.sub("", line).strip())
        else:
            found[-1] = f"{found[-1]}\n{line}"
    return [point for point in found if point]


# --- days -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class When:
    """What dates without a year are read against: the plan's academic year, or today within it."""

    today: date
    academic_year: str

    @property
    def day(self) -> date:
        begins = year_start(self.academic_year)
        return self.today if academic_year(self.today) == self.academic_year else begins


class Day(NamedTuple):
    """A day, or why a text is none."""

    day: date | None
    why: str | None = None


_EPOCH = date(1899, 12, 30)
# Serial numbers of days from 2000 to 2099.
_SERIALS = range(36526, 73051)
_NO_DAY = "It names no day that can be told."
_SEVERAL_DAYS = "It names more than one day."
_RELATIVE = re.compile(
    r"\b(?:next|within|from now|today|tomorrow|weeks?|days?|months?|in (?:a|one|two|three|six|\d+)"
    r"|this (?:term|month|year|time)|end of (?:the )?term|term end)\b",
    re.IGNORECASE,
)
_WITH_YEAR = re.compile(r"20\d\d|\d\s?[./-]\s?\d{1,2}\s?[./-]\s?\d\d|[A-Za-z]{3}[-/'’ ]+\d\d\b")
_SHORT = re.compile(r"\b([A-Za-z]{3,9})[-/'’ ]+(\d{2})\b(?![/-]\d)")
_RANGE = re.compile(r"^\s*(?:-|–|—|to|until|till|/)\s*$", re.IGNORECASE)
_MONTHS = re.compile(r"^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)


def day_in(cell: Cell, when: When, is_past: bool = False) -> Day:
    """The day that a cell says; of a range its end.

    A month is its last day, and one without a year is in the plan's, where it is still to come
    (not `is_past`). "Ongoing", "half-term 2" and what counts from an unknown day ("in six weeks")
    are none.
    """
    if cell.day is not None:
        return Day(cell.day)
    text = tidy(cell.text)
    number = cell.number if cell.number is not None else _whole(text)
    if number is not None:
        is_serial = int(number) in _SERIALS
        return Day(_EPOCH + timedelta(days=int(number))) if is_serial else Day(None, _NO_DAY)
    if is_past and not _WITH_YEAR.search(text):
        return Day(None, "It does not say which year.")
    return day_in_text(text, when)


def _whole(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{5}(?:\.0+)?", text) else None


@lru_cache(maxsize=2048)
def day_in_text(text: str, when: When) -> Day:
    """The day that a text says; of a range its end."""
    if not re.search(r"20\d\d|\d[/.]\d", text) and _RELATIVE.search(text):
        return Day(None, "It counts from a day that it does not say.")

    def in_full(match: re.Match[str]) -> str:
        return f"{match[1]} 20{match[2]}" if _MONTHS.match(match[1]) else match[0]

    full = _SHORT.sub(in_full, straight(text))
    # From the year's first day on every month and term is that of the plan's year.
    found = find_dates(full, year_start(when.academic_year))
    days = sorted({f.day for f in found})
    if not days:
        return Day(None, _NO_DAY)
    if len(days) == 2 and len(found) == 2:
        between = full[found[0].end : found[1].start]
        return Day(days[1]) if _RANGE.match(between) else Day(None, _SEVERAL_DAYS)
    return Day(days[0]) if len(days) == 1 else Day(None, _SEVERAL_DAYS)


_DONE = re.compile(r"\s*\((?:done|complete|completed|met)\)\s*$", re.IGNORECASE)
_LED_BY_DAY = re.compile(r"^\s*(?:by|in)?\s*$", re.IGNORECASE)


def milestones_in(text: str, when: When) -> tuple[MilestoneFields, ...]:
    """The checks on the way that a cell lists, with the day of each that says one."""
    listed = points(text, is_list=True)
    if len(listed) == 1 and ";" in listed[0]:
        listed = [part.strip() for part in listed[0].split(";") if part.strip()]
    found = []
    for point in listed:
        point = _COUNT.sub("", point).strip()
        done = _DONE.search(point)
        point = point[: done.start()] if done else point
        day = day_in_text(point, when).day
        if point:
            text = _without_day(point, when, day)
            found.append(MilestoneFields(due=day, text=text, done=done is not None))
    return tuple(found)


def _without_day(point: str, when: When, day: date | None) -> str:
    """A check without its day, where that stands apart before or after it."""
    if day is None:
        return point
    dates = find_dates(point, year_start(when.academic_year))
    if len(dates) != 1:
        return point
    before, after = point[: dates[0].start], point[dates[0].end :]
    led = re.match(r"^\s*[:–—-]+\s*(\S.*)$", after, re.DOTALL)
    if led and _LED_BY_DAY.match(before):
        return led[1].strip()
    if before.rstrip().endswith("(") and after.strip() == ")":
        return before.rstrip(" (").strip() or point
    return point


# --- words for a state ----------------------------------------------------------------------------

_RAGS = {
    "red": Rag.RED, "r": Rag.RED, "amber": Rag.AMBER, "a": Rag.AMBER, "yellow": Rag.AMBER,
    "orange": Rag.AMBER, "y": Rag.AMBER, "green": Rag.GREEN, "g": Rag.GREEN, "blue": Rag.BLUE,
    "b": Rag.BLUE, "on track": Rag.GREEN, "off track": Rag.RED, "at risk": Rag.AMBER,
    "🔴": Rag.RED, "🟠": Rag.AMBER, "🟡": Rag.AMBER, "🟢": Rag.GREEN, "🔵": Rag.BLUE,
}  # fmt: skip
_STATUSES = {
    Status.COMPLETE: "complete|completed|closed|done|achieved|finished|fully complete",
    Status.IN_PROGRESS: "in progress|ongoing|on going|underway|under way|started|progressing",
    Status.AGREED: "agreed|approved",
    Status.DRAFT: "draft|not started|not yet started|not begun|proposed|planned|to do|new|open",
    Status.WITHDRAWN: "withdrawn|cancelled|no longer required|no longer needed|dropped",
}
_STATUS_NAMES = {
    plain(name): status for status, names in _STATUSES.items() for name in names.split("|")
}


@lru_cache(maxsize=2048)
def rag_named(text: str) -> Rag | None:
    """The RAG that a cell says in a word, a letter or a sign; blue is complete."""
    typed = tidy(text)
    known = _RAGS.get(plain(typed)) or _RAGS.get(typed.strip())
    if known or not typed:
        return known
    if status_named(typed) is Status.COMPLETE:
        return Rag.BLUE
    # "Amber – recruitment delayed".
    first = re.match(r"^(red|amber|green|blue)\b(?=\s*[-–—:,(.]|$)", typed, re.IGNORECASE)
    return _RAGS[first[1].lower()] if first else None


# The hues of a colour wheel in degrees, up to which a colour is one of ours.
_HUES: tuple[tuple[int, Rag | None], ...] = (
    (20, Rag.RED), (68, Rag.AMBER), (170, Rag.GREEN), (185, None), (262, Rag.BLUE), (335, None),
    (361, Rag.RED),
)  # fmt: skip


def rag_of_fill(fill: str | None) -> Rag | None:
    """The RAG that the colour of a cell is; None for white, grey and what is between two."""
    if not fill:
        return None
    red, green, blue = (int(fill[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if saturation < 0.2 or value < 0.25:
        return None
    return next(rag for most, rag in _HUES if hue * 360 < most)


def status_named(text: str) -> Status | None:
    """The status that a cell says, or None."""
    return _STATUS_NAMES.get(plain(tidy(text)))


# The words of the consultation of February 2025, which no framework in use has.
_ABANDONED = frozenset(("exemplary", "strong", "secure", "attention needed", "causing concern"))
_WHY_ABANDONED = (
    "This grade is of the consultation of February 2025, which was given up: the renewed framework "
    "has exceptional, strong standard, expected standard, needs attention and urgent improvement."
)


def grade_in(text: str) -> tuple[str | None, str | None]:
    """The grade as typed, or None and why it is not taken."""
    typed = tidy(text)
    if plain(typed) in _ABANDONED:
        return None, _WHY_ABANDONED
    return typed or None, None


_DRIVERS = {plain(words): Driver(key) for key, words in DRIVER_NAMES.items()} | {
    plain(key.replace("_", " ")): Driver(key) for key in DRIVER_NAMES
} | {
    "ofsted": Driver.INSPECTION, "ofsted inspection": Driver.INSPECTION,
    "learner survey": Driver.LEARNER_FEEDBACK, "student survey": Driver.LEARNER_FEEDBACK,
    "learner voice": Driver.LEARNER_FEEDBACK, "student voice": Driver.LEARNER_FEEDBACK,
    "employer survey": Driver.EMPLOYER_FEEDBACK, "achievement rate": Driver.OUTCOMES,
    "result": Driver.OUTCOMES, "data": Driver.OUTCOMES,
    "curriculum change": Driver.CURRICULUM_CHANGE,
}  # fmt: skip


def driver_named(text: str) -> Driver | None:
    """The driver that a cell says, or None."""
    return _DRIVERS.get(plain(tidy(text)))


_DIRECTIONS = {
    "higher": Direction.HIGHER, "up": Direction.HIGHER, "increase": Direction.HIGHER,
    "lower": Direction.LOWER, "down": Direction.LOWER, "decrease": Direction.LOWER,
}  # fmt: skip


def direction_named(text: str) -> Direction | None:
    """Which way a measure is better, as a cell says it, or None."""
    return _DIRECTIONS.get(plain(tidy(text)))
