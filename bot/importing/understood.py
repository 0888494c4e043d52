"""What a file was understood to say, and what of it was not."""

from dataclasses import dataclass, field

from bot.plan_document import PlanDocument


class FileRefused(Exception):
    """A file that cannot be taken in at all; the message is a sentence that says what to do."""


@dataclass(frozen=True)
class Place:
    """Where something stands in a file: "row 12 of the sheet Maths", "table 2, row 5"."""

    says: str

    def __str__(self) -> str:
        return self.says


@dataclass(frozen=True)
class NotPlaced:
    """Something that was read and not understood, or understood and left aside, and why."""

    place: Place
    text: str
    why: str


@dataclass(frozen=True)
class Column:
    """A column with a heading and the field it was taken for; None where it is left aside.

    `sheet` and `number` (from 1) say which. `sample` is the first of what stands in it.
    """

    sheet: str
    number: int
    heading: str
    field: str | None
    sample: str = ""


@dataclass(frozen=True)
class Heading:
    """A row or line that belongs to others: a title, a section, the names of columns, or what goes
    on with the item or action above it."""

    place: Place
    text: str


@dataclass(frozen=True)
class Understood:
    """A file as a plan document.

    An item without a reference of its own that an action stands for has one such as "?1", in the
    item and in the action's `sar_items`: whoever applies the document gives it a real one. Items
    without either keep None.

    `places` says where each SAR item and each action stands, by "item 0" and "action 0" counted as
    in the document. `left_empty` are cells whose row was taken without them. `owners_unsure` are
    owners as typed who are not one person's name (the index of the action, the text), `emails` the
    addresses that stood with an owner, by the index of the action. Every row that a person would
    see is in `places`, `headings` or `not_placed`.
    `is_own` is a file of our own that says everything, so that what it leaves empty is empty.
    """

    document: PlanDocument
    places: dict[str, Place] = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    not_placed: tuple[NotPlaced, ...] = ()
    left_empty: tuple[NotPlaced, ...] = ()
    owners_unsure: tuple[tuple[int, str], ...] = ()
    emails: dict[int, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    is_own: bool = False
