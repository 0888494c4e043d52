"""The plan as data for a screen: themes in order, their actions, and the gaps that show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from bot.coaching.criteria import gaps
from bot.coaching.draft import Draft, SarItemView, Setting
from bot.coaching.wording import GAP_NAMES
from storage import plans, providers
from storage.models import MilestoneFields
from storage.plans import StoredAction
from storage.vocabulary import SarKind, Status


@dataclass(frozen=True)
class ActionLine:
    """One action of the plan with what still lacks in it."""

    reference: str
    draft: Draft
    status: Status
    rag: str | None
    owner: str | None
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class ThemeView:
    name: str
    sponsor: str | None
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True)
class PlanView:
    """The plan of one academic year; `uncovered` are the AFIs that no action answers."""

    provider: str
    academic_year: str
    themes: tuple[ThemeView, ...]
    sar_items: tuple[SarItemView, ...]
    uncovered: tuple[str, ...]

    @property
    def actions(self) -> list[ActionLine]:
        """All actions, in the order of the themes."""
        return [action for theme in self.themes for action in theme.actions]


def plan_view(session: Session, workspace: str, academic_year: str, today: date) -> PlanView | None:
    """The plan of a workspace for an academic year ("2026/27"), or None where there is none."""
    provider = providers.provider(session, workspace)
    plan = plans.plan_of(session, workspace, academic_year)
    if provider is None or plan is None or plan.id is None:
        return None
    items = tuple(
        SarItemView.stored(row) for row in plans.sar_items(session, workspace, academic_year)
    )
    stored = [
        a
        for a in plans.actions(session, workspace, plan.id)
        if a.action.status is not Status.WITHDRAWN
    ]
    setting = Setting(today=today, academic_year=academic_year, sar_items=items)
    themes = [
        ThemeView(
            theme.name, sponsor.name if sponsor else None, _of_theme(stored, theme.name, setting)
        )
        for theme, sponsor in plans.themes(session, workspace, plan.id)
    ]
    loose = _of_theme(stored, None, setting)
    if loose:
        themes.append(ThemeView("No theme yet", None, loose))
    answered = {reference for a in stored for reference in a.sar_references}
    uncovered = tuple(
        item.reference
        for item in items
        if item.kind is SarKind.AREA_FOR_IMPROVEMENT and item.reference not in answered
    )
    return PlanView(provider.name, academic_year, tuple(themes), items, uncovered)


def _of_theme(
    stored: Sequence[StoredAction], theme: str | None, setting: Setting
) -> tuple[ActionLine, ...]:
    return tuple(_line(a, setting) for a in stored if a.theme == theme)


def _line(stored: StoredAction, setting: Setting) -> ActionLine:
    action = stored.action
    owner = stored.owner.name if stored.owner else action.owner_name
    draft = Draft(
        **action.model_dump(include=set(Draft.model_fields) & set(type(action).model_fields)),
        sar_items=stored.sar_references,
        theme=stored.theme,
        milestones=[
            MilestoneFields(due=m.due, text=m.text, done=m.done) for m in stored.milestones
        ],
        owner=owner,
    )
    missing = tuple(GAP_NAMES[f.criterion] for f in gaps(draft, setting))
    rag = action.rag.value if action.rag else None
    return ActionLine(action.reference, draft, action.status, rag, owner, missing)
