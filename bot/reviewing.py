"""The plan as the database has it, put before the review."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.coaching.dates import terms_of
from bot.coaching.plan import Check, Planned, Told, WholePlan
from bot.coaching.review import review
from bot.summaries import ActionLine, PlanView
from storage import actions
from storage.models import ProgressUpdate

# Days are told apart where the providers are.
_HERE = ZoneInfo("Europe/London")


def review_of(session: Session, workspace: str, plan: PlanView, today: date) -> tuple[Check, ...]:
    """Every check of a workspace's plan on a day."""
    moved = actions.times_redated(session, workspace)
    return review(
        WholePlan(
            today=today,
            academic_year=plan.academic_year,
            items=plan.sar_items,
            themes=tuple(theme.name for theme in plan.themes if theme.id is not None),
            actions=tuple(_planned(line, moved.get) for line in plan.actions),
            terms=terms_of(plan.academic_year),
        )
    )


def _planned(line: ActionLine, moved: Callable[[int, int], int]) -> Planned:
    action, owner = line.stored.action, line.stored.owner
    return Planned(
        reference=line.reference,
        draft=line.draft,
        status=line.status,
        rag=line.rag,
        owner=owner.slack_user_id if owner else None,
        owner_left=owner is not None and owner.left_at is not None,
        updates=tuple(_told(update) for update in line.stored.updates),
        agreed_on=action.agreed_at.astimezone(_HERE).date() if action.agreed_at else None,
        redated=moved(line.id, 0),
    )


def _told(update: ProgressUpdate) -> Told:
    return Told(update.at.astimezone(_HERE).date(), update.rag, update.reading)
