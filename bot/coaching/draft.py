"""The draft of an action as the interview fills it in, and what the interview must know of its provider."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Field

from bot.coaching.dates import year_end
from storage.models import ActionFields, MilestoneFields, SarItemFields
from storage.vocabulary import SarKind


class SarItemView(SarItemFields):
    """A SAR item with the names of its department and of the theme leaders put it under.

    `previous` is the reference of what the SAR of the year before said of the same.
    """

    department: str | None = None
    theme: str | None = None
    previous: str | None = None

    @classmethod
    def stored(cls, row: dict[str, Any]) -> "SarItemView":
        """A view of what the database holds, which was checked when it was written."""
        return cls.model_construct(**row)


class Draft(ActionFields):
    """An action being written: its fields, and the people and SAR items as they were named."""

    sar_items: list[str] = Field(default_factory=list)
    theme: str | None = None
    milestones: list[MilestoneFields] = Field(default_factory=list)
    # A person's name, or a Slack mention "<@U…>".
    owner: str | None = None
    # The author's own clause that says why, beside the kind of driver.
    reason: str | None = None


@dataclass(frozen=True)
class Setting:
    """What the interview knows beside the reply. `speaker` is written as an owner would be."""

    today: date
    academic_year: str
    sar_items: tuple[SarItemView, ...] = ()
    speaker: str = ""
    is_lead: bool = False

    @property
    def plan_ends(self) -> date:
        """31 July at the end of the plan's academic year."""
        return year_end(self.academic_year)

    def items(self, references: list[str]) -> list[SarItemView]:
        """The SAR items with these references, in the order they stand in the SAR."""
        return [item for item in self.sar_items if item.reference in references]

    @property
    def areas_for_improvement(self) -> list[SarItemView]:
        """The SAR items an action can most usefully answer."""
        return [i for i in self.sar_items if i.kind is SarKind.AREA_FOR_IMPROVEMENT]
