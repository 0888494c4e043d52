"""The plan as the database has it, put before the review."""

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.coaching.dates import academic_year
from bot.coaching.draft import Draft
from bot.coaching.own_limits import limits_of
from bot.coaching.own_terms import own_terms
from bot.coaching.whole_plan import Limits, Planned, ThemeAsked, Update, WholePlan
from bot.summaries import PlanView, plan_view
from storage import actions, providers
from storage.actions import StoredAction
from storage.models import ProgressUpdate

# Days are told apart where the providers are.
_HERE = ZoneInfo("Europe/London")


class ToReview(NamedTuple):
    """A workspace's plan as it is shown, as its review is given it, and what it is held to."""

    plan: PlanView
    whole: WholePlan
    limits: Limits


def to_review(session: Session, workspace: str, today: date) -> ToReview | None:
    """The plan of the academic year a day is in; None where there is none."""
    plan = plan_view(session, workspace, academic_year(today), today)
    if plan is None:
        return None
    whole = whole_plan(session, workspace, plan, today)
    return ToReview(plan, whole, own_limits(session, workspace))


def whole_plan(session: Session, workspace: str, plan: PlanView, today: date) -> WholePlan:
    """A workspace's plan as its review and ranking are given it, on a day."""
    settings = providers.settings_of(session, workspace)
    moved = actions.times_redated(session, workspace)
    themes = [theme for theme in plan.themes if theme.id is not None]
    return WholePlan(
        today=today,
        academic_year=plan.academic_year,
        items=plan.sar_items,
        themes=tuple(ThemeAsked(t.name, t.sponsor.name if t.sponsor else None) for t in themes),
        actions=tuple(
            planned(line.stored, line.draft, moved.get(line.id, 0)) for line in plan.actions
        ),
        terms=own_terms(settings.terms, plan.academic_year),
        parked_items=frozenset(i.reference for i in plan.sar_items if i.waiting_note),
        learners=settings.learners,
    )


def own_limits(session: Session, workspace: str) -> Limits:
    """The limits that a workspace holds its plan to."""
    return limits_of(providers.settings_of(session, workspace).limits)


def planned(stored: StoredAction, draft: Draft, redated: int = 0) -> Planned:
    """An action as the review sees it; `redated` is how often its date was moved since agreed."""
    action, owner = stored.action, stored.owner
    return Planned(
        reference=action.reference,
        draft=draft,
        status=action.status,
        rag=action.rag,
        owner=owner.slack_user_id if owner else None,
        owner_name=draft.owner,
        owner_left=owner is not None and owner.left_at is not None,
        updates=tuple(_update(update) for update in stored.updates),
        agreed_on=action.agreed_at.astimezone(_HERE).date() if action.agreed_at else None,
        redated=redated,
        is_parked=action.parked_at is not None,
        is_explained=bool(action.target_note),
    )


def _update(update: ProgressUpdate) -> Update:
    return Update(update.at.astimezone(_HERE).date(), update.rag, update.reading)
