"""The plan as the database has it, as a document."""

from datetime import date

from sqlmodel import Session

from bot.coaching.criteria import findings
from bot.coaching.draft import Setting
from bot.plan_document import (
    ActionEntry,
    FindingEntry,
    ParkedEntry,
    PersonNamed,
    PlanDocument,
    SarItemEntry,
    ThemeEntry,
    UpdateEntry,
)
from bot.summaries import draft_of, setting_of
from storage import actions, plans, providers
from storage.actions import StoredAction
from storage.models import ActionFields, MilestoneFields, Person


def gathered(
    session: Session, workspace: str, academic_year: str, today: date
) -> PlanDocument | None:
    """All of a workspace's plan for an academic year, withdrawn actions too; None without one."""
    provider = providers.provider(session, workspace)
    plan = plans.plan_of(session, workspace, academic_year)
    if provider is None or plan is None or plan.id is None:
        return None
    setting = setting_of(session, workspace, academic_year, today)
    people = providers.people(session, workspace)
    return PlanDocument(
        provider=provider.name,
        academic_year=academic_year,
        themes=tuple(
            ThemeEntry(name=theme.name, rank=theme.rank, sponsor=named(sponsor))
            for theme, sponsor in plans.themes(session, workspace, plan.id)
        ),
        sar_items=tuple(
            SarItemEntry.model_validate(row)
            for row in plans.sar_items(session, workspace, academic_year)
        ),
        actions=tuple(
            _entry(stored, setting, people)
            for stored in actions.of_plan(session, workspace, plan.id)
        ),
    )


def named(person: Person | None) -> PersonNamed | None:
    """A stored person as a document names them."""
    return PersonNamed(slack_user_id=person.slack_user_id, name=person.name) if person else None


_FIELDS = tuple(name for name in ActionFields.model_fields if name != "so_what")


def _entry(stored: StoredAction, setting: Setting, people: dict[int, Person]) -> ActionEntry:
    action = stored.action
    owner = named(stored.owner)
    if owner is None and action.owner_name:
        owner = PersonNamed(name=action.owner_name)
    parked = None
    if action.parked_at is not None:
        parked = ParkedEntry(at=action.parked_at, note=action.parked_note)
    return ActionEntry(
        **{name: getattr(action, name) for name in _FIELDS},
        id=action.number,
        reference=action.reference,
        sar_items=tuple(stored.sar_references),
        theme=stored.theme.name if stored.theme else None,
        so_what=tuple(action.so_what),
        milestones=tuple(
            MilestoneFields(due=m.due, text=m.text, done=m.done) for m in stored.milestones
        ),
        owner=owner,
        status=action.status,
        rag=action.rag,
        findings=tuple(
            FindingEntry(criterion=f.criterion, verdict=f.verdict, why=f.why)
            for f in findings(draft_of(stored), setting)
        ),
        updates=tuple(
            UpdateEntry(
                at=update.at,
                author=named(people.get(update.author_id or 0)),
                rag=update.rag,
                note=update.note,
                reading=update.reading,
                evidence_link=update.evidence_link,
            )
            for update in stored.updates
        ),
        agreed_at=action.agreed_at,
        closing_note=action.closing_note,
        parked=parked,
        imported_as=action.imported_as,
        source_link=action.source_link,
    )
