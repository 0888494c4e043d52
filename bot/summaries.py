"""The plan as data for a screen: themes in order, their actions, and the gaps that show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlmodel import Session

from bot.coaching.criteria import gaps
from bot.coaching.draft import Draft, SarItemView, Setting
from bot.coaching.wording import GAP_NAMES
from storage import actions, plans, providers
from storage.actions import StoredAction
from storage.models import ActionFields, MilestoneFields, Person, ProgressUpdate
from storage.vocabulary import Rag, Status


@dataclass(frozen=True)
class ActionLine:
    """One action of the plan as a draft, in its setting, with all that hangs on it."""

    stored: StoredAction
    draft: Draft
    setting: Setting

    @cached_property
    def gaps(self) -> tuple[str, ...]:
        """What still lacks; judged only when a screen asks, as it means reading the action."""
        return tuple(GAP_NAMES[f.criterion] for f in gaps(self.draft, self.setting))

    @property
    def id(self) -> int:
        assert self.stored.action.id is not None
        return self.stored.action.id

    @property
    def reference(self) -> str:
        return self.stored.action.reference

    @property
    def status(self) -> Status:
        return self.stored.action.status

    @property
    def is_live(self) -> bool:
        """Whether it is agreed, not over yet, and not parked."""
        return self.status in (Status.AGREED, Status.IN_PROGRESS) and not self.is_parked

    @property
    def is_parked(self) -> bool:
        """Whether it waits: it shows in the plan and asks for nothing."""
        return self.stored.action.parked_at is not None

    @property
    def rag(self) -> Rag | None:
        return self.stored.action.rag

    @property
    def owner(self) -> str | None:
        return self.draft.owner

    @property
    def last_update(self) -> ProgressUpdate | None:
        return self.stored.updates[-1] if self.stored.updates else None

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed and it is not over."""
        return self.is_live and self.draft.due is not None and self.draft.due < today

    def next_milestone(self) -> MilestoneFields | None:
        """The next check on the way that is not done, one that is overdue before all others."""
        waiting = [m for m in self.draft.milestones if not m.done]
        return min(waiting, key=lambda m: m.due or date.max, default=None)


@dataclass(frozen=True)
class ThemeView:
    """A theme with its actions; `id` is None for what stands under no theme."""

    name: str
    sponsor: Person | None
    actions: tuple[ActionLine, ...]
    id: int | None = None
    # Who was asked for actions under it.
    invited: tuple[Person, ...] = ()

    def has_answered(self, person: Person) -> bool:
        """Whether someone has written or owns an action under it."""
        stored = (line.stored.action for line in self.actions)
        return any(person.id in (a.owner_id, a.created_by_id) for a in stored)


@dataclass(frozen=True)
class PlanView:
    """The plan of one academic year.

    `uncovered` are the AFIs that no action answers and nobody has decided should wait.
    """

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
    setting = setting_of(session, workspace, academic_year, today)
    lines = [
        _line(stored, setting)
        for stored in actions.of_plan(session, workspace, plan.id)
        if stored.action.status is not Status.WITHDRAWN
    ]
    asked = plans.invited(session, workspace, plan.id)
    themes = [
        ThemeView(
            theme.name,
            sponsor,
            _of_theme(lines, theme.id),
            theme.id,
            tuple(person for theme_id, person in asked if theme_id == theme.id),
        )
        for theme, sponsor in plans.themes(session, workspace, plan.id)
    ]
    loose = _of_theme(lines, None)
    if loose:
        themes.append(ThemeView("No theme yet", None, loose))
    taken_up = [line for line in lines if not line.is_parked]
    answered = {reference for line in taken_up for reference in line.draft.sar_items}
    uncovered = tuple(
        item.reference
        for item in setting.areas_for_improvement
        if item.reference not in answered and not item.waiting_note
    )
    return PlanView(provider.name, academic_year, tuple(themes), setting.sar_items, uncovered)


def action_view(
    session: Session, workspace: str, action_id: int, today: date
) -> tuple[ActionLine, Setting] | None:
    """One action in the setting of its plan; None where the workspace has none of that id."""
    stored = actions.one(session, workspace, action_id)
    if stored is None:
        return None
    plan = plans.plan_by_id(session, workspace, stored.action.plan_id)
    setting = setting_of(session, workspace, plan.academic_year, today)
    return _line(stored, setting), setting


def setting_of(session: Session, workspace: str, academic_year: str, today: date) -> Setting:
    """What an action of a workspace's plan stands in, on a day."""
    rows = plans.sar_items(session, workspace, academic_year)
    items = tuple(SarItemView.stored(row) for row in rows)
    return Setting(today=today, academic_year=academic_year, sar_items=items)


def _of_theme(lines: Sequence[ActionLine], theme_id: int | None) -> tuple[ActionLine, ...]:
    return tuple(line for line in lines if line.stored.action.theme_id == theme_id)


_KEPT_FIELDS = tuple(name for name in ActionFields.model_fields if name != "so_what")


def draft_of(stored: StoredAction) -> Draft:
    """What an action says, as the core reads it."""
    action = stored.action
    # What the database holds was checked when it was written.
    return Draft.model_construct(
        **{name: getattr(action, name) for name in _KEPT_FIELDS},
        so_what=list(action.so_what),
        sar_items=stored.sar_references,
        theme=stored.theme.name if stored.theme else None,
        milestones=stored.checks,
        owner=stored.owner.name if stored.owner else action.owner_name,
    )


def _line(stored: StoredAction, setting: Setting) -> ActionLine:
    return ActionLine(stored, draft_of(stored), setting)
