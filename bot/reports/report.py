"""What a summary is: a first screen, the rest in sections, and the figures behind every word."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

# Plain data that JSON can hold: dates in ISO form, shares and counts as numbers.
Figures = dict[str, Any]


class View(StrEnum):
    """From which side a summary looks at the plan."""

    PLAN = "plan"
    THEME = "theme"
    OWNER = "owner"
    DEPARTMENT = "department"
    SAR = "sar"
    GOVERNORS = "governors"
    THREAD = "thread"


class Line(NamedTuple):
    """A line to read; `lead` is what stands out at its beginning, such as a reference."""

    text: str
    lead: str = ""


class Table(NamedTuple):
    """Rows of text under the names of their columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Section(NamedTuple):
    """A part of the rest."""

    heading: str
    lines: tuple[Line, ...]


class Words(NamedTuple):
    """A summary in words. `news` and `first` with its table are one phone screen."""

    title: str
    # What is new since last time, which is said first.
    news: tuple[Line, ...]
    first: tuple[Line, ...]
    table: Table | None = None
    sections: tuple[Section, ...] = ()


class Subject(NamedTuple):
    """What a view is narrowed to. `key` stays the same when the name is changed, where it can."""

    key: str
    name: str


@dataclass(frozen=True)
class Report:
    """A summary: its words come from its `figures` alone."""

    view: View
    subject: Subject | None
    words: Words
    figures: Figures
