"""Where a file goes, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.importing.matching import Known
from storage.models import Person
from storage.vocabulary import SarKind


@dataclass
class Tally:
    """How many of something a file made new, changed, and left as they are."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True)
class OwnerAsked:
    """An owner of whom it is not sure who is meant, who it may be, and of which actions."""

    name: str
    may_be: tuple[Known, ...]
    actions: tuple[str, ...]


@dataclass
class Merged:
    """What came of an import. `to_talk_over` are the actions that need the so-what conversation.

    `linked_before` are (item, item of the SAR of the year before) that say the same, and
    `not_linked` (action, reference) which nothing in the SAR answers to.
    """

    academic_year: str
    items: dict[SarKind, Tally] = field(default_factory=lambda: {k: Tally() for k in SarKind})
    actions: Tally = field(default_factory=Tally)
    new_themes: list[str] = field(default_factory=list)
    owners_asked: list[OwnerAsked] = field(default_factory=list)
    to_talk_over: list[str] = field(default_factory=list)
    linked_before: list[tuple[str, str]] = field(default_factory=list)
    not_linked: list[tuple[str, str]] = field(default_factory=list)
    # What the file calls the actions that it has a name for, by their references.
    called: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Into:
    """Where a file goes: whose plan of which academic year, by whom and when.

    `by` is None for the operator. `known` are the people who may be meant by a name, and `chosen`
    says who is where somebody was asked (a name as typed, a Slack id or "" for nobody). With
    `takes_people` whoever our own file names by Slack id is made known, as on a restore.
    """

    workspace: str
    academic_year: str
    by: Person | None
    at: datetime
    today: date
    known: Sequence[Known] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    takes_people: bool = False
