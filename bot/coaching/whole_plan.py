"""What a review of a whole plan is given: the plan as plain values, and the limits it is held to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.coaching.dates import year_end
from bot.coaching.draft import Draft, SarItemView
from storage.vocabulary import Rag, SarKind, Status


class Limits(BaseModel):
    """Every threshold of the review; a provider may set its own.

    A `_green` is the last value that is still green, an `_amber` the last that is still amber; what
    lies beyond is red. Shares run from 0 to 1. The number at the end is the check of the rubric for
    whole plans that the default is from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    coverage_green: float = Field(default=0.9, ge=0, le=1)
    """Share of the areas for improvement with an action or a recorded reason to wait (1)."""
    coverage_amber: float = Field(default=0.75, ge=0, le=1)
    """As `coverage_green` (1)."""
    orphans_amber: float = Field(default=0.1, ge=0, le=1)
    """Share of live actions without a SAR item; none is green (2)."""
    themes_fewest: int = Field(default=3, ge=0)
    """Themes; one fewer is amber, and a single theme or none is red (3)."""
    themes_green: int = Field(default=5, ge=0)
    """Themes (3: results fall past six initiatives)."""
    themes_amber: int = Field(default=6, ge=0)
    """Themes (3)."""
    theme_fewest: int = Field(default=2, ge=0)
    """Live actions in a theme; fewer is amber, none is red (4)."""
    theme_green: int = Field(default=5, ge=0)
    """Live actions in a theme (4)."""
    theme_amber: int = Field(default=7, ge=0)
    """Live actions in a theme (4)."""
    size_green: int = Field(default=25, ge=0)
    """Live actions in a plan (5: five themes of five)."""
    size_amber: int = Field(default=40, ge=0)
    """Live actions in a plan (5)."""
    small_provider: int = Field(default=250, ge=0)
    """Learners; a provider with fewer has half of both limits of size (5)."""
    load_green: int = Field(default=3, ge=0)
    """Live actions of one person (6: weekly nudges stay under ten minutes)."""
    load_amber: int = Field(default=5, ge=0)
    """Live actions of one person (6)."""
    load_share: float = Field(default=0.25, ge=0, le=1)
    """Share of the live actions that one person may own in a plan of `load_plan` or more (6)."""
    load_plan: int = Field(default=8, ge=1)
    """Live actions from which `load_share` counts (6)."""
    measurable_green: float = Field(default=0.9, ge=0, le=1)
    """Share of live actions with all that a check on the day needs (8)."""
    measurable_amber: float = Field(default=0.7, ge=0, le=1)
    """As `measurable_green` (8)."""
    impact_green: float = Field(default=0.8, ge=0, le=1)
    """Share of live actions with a change for learners (9: room for a fifth of enabling work)."""
    impact_amber: float = Field(default=0.6, ge=0, le=1)
    """As `impact_green` (9)."""
    restated_amber: int = Field(default=2, ge=0)
    """Actions whose impact is the action again; none is green (10)."""
    restated_share: float = Field(default=0.1, ge=0, le=1)
    """Share of live actions from which restated ones are red, however few (10)."""
    overlap_amber: int = Field(default=2, ge=0)
    """Pairs of actions that say the same; none is green (11)."""
    likeness: float = Field(default=0.6, ge=0, le=1)
    """How alike the words of two texts are when they say the same (11)."""
    milestones_green: float = Field(default=0.9, ge=0, le=1)
    """Share of live actions with something to see this term (12)."""
    milestones_amber: float = Field(default=0.75, ge=0, le=1)
    """As `milestones_green` (12)."""
    late_months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(
        default=(6, 7, 8), min_length=1
    )
    """Months by number that are too late to put anything right (13)."""
    late_green: float = Field(default=0.4, ge=0, le=1)
    """Share of the dated live actions that fall due in `late_months` (13)."""
    late_amber: float = Field(default=0.6, ge=0, le=1)
    """As `late_green` (13)."""
    stale_green: int = Field(default=14, ge=0)
    """Days in term since the owner last reported on an agreed action (14: two weekly nudges)."""
    stale_amber: int = Field(default=28, ge=0)
    """As `stale_green` (14: four weekly nudges)."""
    lag_amber: int = Field(default=2, ge=0)
    """Actions that rest on a yearly figure alone; none is green (15)."""
    behind: float = Field(default=0.2, ge=0, le=1)
    """How far under the straight line from start to target, as a share of that way (16)."""
    honesty_amber: int = Field(default=2, ge=0)
    """Actions that look better than their figures; none is green (16)."""
    honesty_plan: int = Field(default=10, ge=1)
    """Rated actions from which it is red that all are green and few have a figure (16)."""
    honesty_share: float = Field(default=0.5, ge=0, le=1)
    """Share of those that must have a figure (16)."""
    first_figure: int = Field(default=42, ge=0)
    """Days after agreement before a figure is asked for: half a term (16, of our own judgement)."""
    ambition_least: float = Field(default=1, ge=0)
    """Percentage points that a target moves at least, or says why (18)."""
    ambition_most: float = Field(default=10, ge=0)
    """Percentage points that a target moves at most, or says how (18)."""
    words_green: int = Field(default=40, ge=1)
    """Words of an action or an impact (20)."""
    words_amber: int = Field(default=60, ge=1)
    """Words of an action, an impact or a judgement of the SAR (20)."""
    judgement_green: int = Field(default=30, ge=1)
    """Words of a judgement of the SAR that stands in one line (20)."""
    overdue_amber: float = Field(default=0.1, ge=0, le=1)
    """Share of the agreed actions that are past their date; none is green (21)."""
    redated_green: int = Field(default=1, ge=0)
    """How often a date may be moved before that is amber (21)."""


STANDARD = Limits()


@dataclass(frozen=True)
class Update:
    """A progress update by the owner; `reading` is the level of the measure as typed."""

    on: date
    rag: Rag
    reading: str | None = None


@dataclass(frozen=True)
class Planned:
    """An action as it stands in the plan.

    `owner` is a stable key of the one accountable person, None where nobody known is. `redated` is
    how often the date was moved since the action was agreed, and `is_explained` whether a person
    has said why so small a target, or how so large a one.
    """

    reference: str
    draft: Draft
    status: Status = Status.DRAFT
    rag: Rag | None = None
    owner: str | None = None
    owner_name: str | None = None
    owner_left: bool = False
    updates: tuple[Update, ...] = ()
    redated: int = 0
    is_parked: bool = False
    agreed_on: date | None = None
    is_explained: bool = False

    @property
    def is_live(self) -> bool:
        """Whether it is still to be done: a draft, agreed or in progress, and not parked."""
        return not self.is_parked and self.status not in (Status.COMPLETE, Status.WITHDRAWN)

    @property
    def is_agreed(self) -> bool:
        """Whether it is live and somebody has promised it."""
        return self.is_live and self.status is not Status.DRAFT

    @property
    def last_update(self) -> Update | None:
        return _newest(self.updates)

    @property
    def rated(self) -> Rag | None:
        """Its colour: as the plan has it, else as the owner last said."""
        return self.rag or (self.last_update.rag if self.last_update else None)

    @property
    def last_reading(self) -> Update | None:
        """The newest update that has a level of the measure."""
        return _newest([update for update in self.updates if update.reading])


def _newest(updates: Sequence[Update]) -> Update | None:
    """The newest of them, and of those of one day the last, which is in place of the others."""
    return max(reversed(updates), key=lambda update: update.on, default=None)


@dataclass(frozen=True)
class ThemeAsked:
    """A theme that leaders set, and the one person who answers for it."""

    name: str
    sponsor: str | None = None


@dataclass(frozen=True)
class WholePlan:
    """A plan on the day `today`. `terms` are first and last days; `learners` is how many there are.

    `parked_items` are the SAR items that wait, with a reason and someone who approved it.
    """

    today: date
    academic_year: str
    items: tuple[SarItemView, ...] = ()
    themes: tuple[ThemeAsked, ...] = ()
    actions: tuple[Planned, ...] = ()
    terms: tuple[tuple[date, date], ...] = ()
    parked_items: frozenset[str] = frozenset()
    learners: int | None = None

    @property
    def ends(self) -> date:
        """31 July at the end of the academic year."""
        return year_end(self.academic_year)

    @property
    def begins(self) -> date:
        """1 August at its start."""
        return date(self.ends.year - 1, 8, 1)

    @property
    def areas_for_improvement(self) -> list[SarItemView]:
        return [item for item in self.items if item.kind is SarKind.AREA_FOR_IMPROVEMENT]
