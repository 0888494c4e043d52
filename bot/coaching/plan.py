"""A whole plan as a review looks at it, the limits it is held to, and what a check says."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel

from bot.coaching.draft import Draft, SarItemView
from storage.vocabulary import Rag, Status


class Limits(BaseModel):
    """Where a check turns amber and red. Shares are per cent, the others counts or days."""

    covered: tuple[float, float] = (90, 75)
    unlinked: float = 10
    themes: tuple[int, int, int] = (3, 5, 7)
    in_a_theme: tuple[int, int, int] = (2, 5, 8)
    in_the_plan: tuple[int, int] = (25, 41)
    owned: tuple[int, int] = (3, 6)
    measurable: tuple[float, float] = (90, 70)
    for_learners: tuple[float, float] = (80, 60)
    restated: int = 3
    overlapping: int = 3
    same_words: float = 0.6
    checked_this_term: tuple[float, float] = (90, 75)
    due_in_summer: tuple[float, float] = (40, 60)
    silent_days: tuple[int, int] = (14, 28)
    lagging: int = 3
    behind: float = 0.2
    honest: int = 3
    ambitious_points: tuple[float, float] = (1, 10)
    words: tuple[int, int] = (40, 60)
    overdue: float = 10


class Light(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    UNKNOWN = "unknown"


class Mend(StrEnum):
    """The one click that mends what a check found first."""

    INTERVIEW = "interview"
    EDIT = "edit"
    MILESTONES = "milestones"
    UPDATE = "update"
    OPEN = "open"
    THEMES = "themes"


@dataclass(frozen=True)
class Told:
    """A progress update: its day, RAG and the reading of the measure, as typed."""

    on: date
    rag: Rag
    reading: str | None = None


@dataclass(frozen=True)
class Planned:
    """An action as a review looks at it. `owner` is any key that tells people apart."""

    reference: str
    draft: Draft
    status: Status
    rag: Rag | None = None
    owner: str | None = None
    owner_left: bool = False
    updates: tuple[Told, ...] = ()
    agreed_on: date | None = None
    # How often its date has been moved since it was agreed.
    redated: int = 0

    @property
    def is_live(self) -> bool:
        return self.is_under_way or self.status is Status.DRAFT

    @property
    def is_under_way(self) -> bool:
        return self.status in (Status.AGREED, Status.IN_PROGRESS)


@dataclass(frozen=True)
class WholePlan:
    """A plan on a day. `terms` are the first and last day of each."""

    today: date
    academic_year: str
    items: tuple[SarItemView, ...]
    themes: tuple[str, ...]
    actions: tuple[Planned, ...]
    terms: tuple[tuple[date, date], ...]


@dataclass(frozen=True)
class Check:
    """What one check found: `about` are references of actions or SAR items, or names of themes."""

    name: str
    light: Light
    says: str
    about: tuple[str, ...] = ()
    mend: Mend | None = None
