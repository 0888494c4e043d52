"""The plan that a file is put into, while it is."""

from dataclasses import dataclass

from sqlmodel import Session

from bot.importing.understood import Understood
from bot.merging.persons import Persons
from bot.merging.values import Into, Merged
from bot.plan_document import PlanDocument
from storage import plans, providers


@dataclass(frozen=True)
class Target:
    """A workspace's plan, what is put into it, and what has come of that so far.

    `is_own` where the document is one of our own exports, which says everything.
    """

    session: Session
    into: Into
    document: PlanDocument
    emails: dict[int, str]
    is_own: bool
    plan_id: int
    persons: Persons
    merged: Merged

    @property
    def workspace(self) -> str:
        return self.into.workspace

    @property
    def is_of_here(self) -> bool:
        """Whether the document is an export of this provider's own plan."""
        provider = providers.provider(self.session, self.workspace)
        return self.is_own and provider is not None and self.document.provider == provider.name

    @property
    def by_id(self) -> int | None:
        return self.into.by.id if self.into.by else None


def target(session: Session, understood: Understood, document: PlanDocument, into: Into) -> Target:
    """The plan of the academic year, made if new, with nothing put into it yet."""
    plan = plans.ensure_plan(session, into.workspace, into.academic_year)
    assert plan.id is not None
    persons = Persons(session, into, understood.is_own and into.takes_people)
    return Target(
        session,
        into,
        document,
        dict(understood.emails),
        understood.is_own,
        plan.id,
        persons,
        Merged(into.academic_year),
    )
