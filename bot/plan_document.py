"""A plan as a document: what is exported, and what a file that is imported was understood to say.

In JSON it is the plan of the contract. Keys beyond those stand there only where there is something
to say: they keep what would else be lost on the way out and back.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_serializer

from storage.models import MilestoneFields
from storage.vocabulary import Direction, Driver, Rag, SarKind, Status, Verdict


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    # Fields that are left out of the JSON where they are None.
    _where_said: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _to_json(self, whole: Callable[["_Part"], dict[str, Any]]) -> dict[str, Any]:
        data = whole(self)
        return {k: v for k, v in data.items() if v is not None or k not in self._where_said}


class PersonNamed(_Part):
    """A person as they are named: by their Slack id where it is known, and in words."""

    name: str
    slack_user_id: str | None = None

    @model_serializer(mode="plain")
    def _in_order(self) -> dict[str, Any]:
        return {"slack_user_id": self.slack_user_id, "name": self.name}


class ThemeEntry(_Part):
    """A theme and its one sponsor."""

    name: str
    rank: int
    sponsor: PersonNamed | None = None

    @field_validator("sponsor", mode="before")
    @classmethod
    def _named_in_words(cls, given: Any) -> Any:
        return {"name": given} if isinstance(given, str) else given


class SarItemEntry(_Part):
    """A judgement of the SAR; `previous` is its reference in the SAR of the year before."""

    _where_said: ClassVar[tuple[str, ...]] = (
        "grade", "theme", "measure", "baseline", "baseline_date", "waiting_note", "previous",
    )  # fmt: skip

    # None where a file gives none.
    reference: str | None = None
    kind: SarKind
    judgement: str
    evidence: str | None = None
    department: str | None = None
    evaluation_area: str | None = None
    grade: str | None = None
    theme: str | None = None
    measure: str | None = None
    baseline: str | None = None
    baseline_date: date | None = None
    waiting_note: str | None = None
    previous: str | None = None


class FindingEntry(_Part):
    """What the coach sees in an action. Never imported: it is worked out anew."""

    criterion: str
    verdict: Verdict
    why: str


class UpdateEntry(_Part):
    """A progress update, at an instant in UTC."""

    at: datetime
    author: PersonNamed | None = None
    rag: Rag
    note: str
    reading: str | None = None
    evidence_link: str | None = None


class ParkedEntry(_Part):
    """That an action waits, since when, and why."""

    at: datetime
    note: str | None = None


class ActionEntry(_Part):
    """An action as the contract has it; `id` is the number in its reference (12 of A-12)."""

    _where_said: ClassVar[tuple[str, ...]] = (
        "target_note", "agreed_at", "closing_note", "parked", "imported_as", "source_link",
    )  # fmt: skip

    # None where a file gives none.
    id: int | None = None
    reference: str | None = None
    sar_items: tuple[str, ...] = ()
    theme: str | None = None
    driver: Driver | None = None
    action: str | None = None
    so_what: tuple[str, ...] = ()
    impact: str | None = None
    measure: str | None = None
    unit: str | None = None
    direction: Direction | None = None
    baseline: str | None = None
    baseline_date: date | None = None
    target: str | None = None
    evidence_source: str | None = None
    due: date | None = None
    milestones: tuple[MilestoneFields, ...] = ()
    owner: PersonNamed | None = None
    status: Status = Status.DRAFT
    rag: Rag | None = None
    findings: tuple[FindingEntry, ...] = ()
    updates: tuple[UpdateEntry, ...] = ()
    target_note: str | None = None
    agreed_at: datetime | None = None
    closing_note: str | None = None
    parked: ParkedEntry | None = None
    imported_as: str | None = None
    source_link: str | None = None

    @property
    def gaps(self) -> tuple[FindingEntry, ...]:
        """The findings that are not met."""
        return tuple(f for f in self.findings if f.verdict is not Verdict.MET)


class PlanDocument(_Part):
    """The plan of one academic year ("2026/27"), with the SAR items it answers.

    A file that does not say whose it is or of which year leaves these None.
    """

    provider: str | None = None
    academic_year: str | None = Field(default=None, pattern=r"^\d{4}/\d{2}$")
    themes: tuple[ThemeEntry, ...] = ()
    sar_items: tuple[SarItemEntry, ...] = ()
    actions: tuple[ActionEntry, ...] = ()
