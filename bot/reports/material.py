"""What a summary is made from: the plan with its actions as shown and as reviewed, and who asks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import islice

from sqlmodel import Session

from bot.coaching.dates import academic_year
from bot.coaching.frameworks import Framework, framework_of
from bot.coaching.whole_plan import Limits, Planned, WholePlan
from bot.reviewing import to_review
from bot.rights import sees_work_of
from bot.summaries import ActionLine, PlanView, ThemeView
from storage import providers
from storage.models import Person
from storage.vocabulary import Status


@dataclass(frozen=True)
class Entry:
    """One action, as it is shown and as the review sees it."""

    line: ActionLine
    planned: Planned

    @property
    def reference(self) -> str:
        return self.planned.reference

    @property
    def is_promised(self) -> bool:
        """Whether somebody has agreed to it and it does not wait, done or not."""
        return not self.planned.is_parked and self.planned.status is not Status.DRAFT

    @property
    def owner_id(self) -> int | None:
        return self.line.stored.action.owner_id

    @property
    def owner(self) -> str | None:
        """A key of its owner: their Slack id, or the name that stands for them."""
        return self.planned.owner or self.planned.owner_name


@dataclass(frozen=True)
class Material:
    """A plan on a day, looked at since another. `viewer` is None for the operator, who sees all."""

    plan: PlanView
    whole: WholePlan
    limits: Limits
    since: date
    viewer: Person | None = None
    # To which older headings are carried; None where the provider has headings of its own.
    framework: Framework | None = None

    @property
    def today(self) -> date:
        return self.whole.today

    def seen_since(self, since: date) -> "Material":
        """The same, looked at since another day."""
        return replace(self, since=since)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every action that is not withdrawn, in the order of the themes."""
        pairs = zip(self.plan.actions, self.whole.actions, strict=True)
        return tuple(Entry(line, planned) for line, planned in pairs)

    @cached_property
    def by_theme(self) -> tuple[tuple[ThemeView, tuple[Entry, ...]], ...]:
        """Each theme with its actions, and last what stands under none."""
        left = iter(self.entries)
        return tuple((theme, tuple(islice(left, len(theme.actions)))) for theme in self.plan.themes)

    @cached_property
    def by_owner(self) -> dict[str, tuple[Entry, ...]]:
        """The actions of each owner by their key, in the order of the owners' names."""
        owned: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry.owner:
                owned.setdefault(entry.owner, []).append(entry)
        ordered = sorted(owned.items(), key=lambda one: name_of(one[1]).casefold())
        return {key: tuple(entries) for key, entries in ordered}

    @cached_property
    def department_of(self) -> dict[str, str]:
        """The department of each SAR item that has one."""
        return {i.reference: i.department for i in self.plan.sar_items if i.department}

    @cached_property
    def seen_owners(self) -> frozenset[str]:
        """Whose actions the viewer may see gathered, by key."""
        if self.viewer is None:
            return frozenset(self.by_owner)
        viewer = self.viewer
        return frozenset(
            key
            for key, owned in self.by_owner.items()
            if sees_work_of(viewer, owned[0].owner_id, (e.line.stored for e in owned))
        )

    def name_beside(self, entry: Entry) -> str | None:
        """The owner's name where the viewer may read it beside how the action goes."""
        return entry.planned.owner_name if entry.owner in self.seen_owners else None


def name_of(owned: Iterable[Entry]) -> str:
    """The name of whoever owns these actions."""
    return next((e.planned.owner_name for e in owned if e.planned.owner_name), "")


def material(
    session: Session, workspace: str, today: date, since: date, viewer: Person | None = None
) -> Material | None:
    """The plan of the academic year a day is in; None where there is none."""
    found = to_review(session, workspace, today)
    if found is None:
        return None
    settings = providers.settings_of(session, workspace)
    framework = framework_of(settings.framework, found.plan.academic_year)
    return Material(found.plan, found.whole, found.limits, since, viewer, framework)


def no_plan(today: date) -> str:
    """What to say where there is no plan."""
    return f"There is no plan for {academic_year(today)} yet."
