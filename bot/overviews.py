"""Which sponsors and leads are to be told at an instant how the plan goes, and what.

Nothing is written here: what comes of it is kept, and sent, elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.bank_holidays import open_days_of
from bot.coaching.dates import academic_year
from bot.coaching.moments import Rhythm, overview_moment
from bot.coaching.overview import Overview, overview
from bot.conversation import local_day
from bot.reviewing import planned
from bot.rights import leads, may_write
from bot.summaries import PlanView, ThemeView, plan_view
from storage import plans, providers, reminders
from storage.models import Person, ProviderSettings
from storage.vocabulary import Every, ReminderKind

# How far back the first one looks, and how long after whoever hears nothing is looked at again.
FIRST = {
    Every.WEEK: timedelta(days=7),
    Every.MONTH: timedelta(days=31),
    Every.HALF_TERM: timedelta(days=45),
}
_LATER = timedelta(days=1)
_LOOK_BACK = timedelta(days=120)


@dataclass(frozen=True)
class Told:
    """What comes of looking at someone; without `says` they are told nothing.

    Without `next_at` they are not looked at again until they are given a role or a theme.
    `silent` are the owners who have not answered, and `since` is when they were told before.
    """

    person: Person
    next_at: datetime | None
    settles: str | None = None
    says: Overview | None = None
    since: datetime | None = None
    silent: tuple[str, ...] = ()
    plan: PlanView | None = None


def decide(session: Session, people: Sequence[Person], now: datetime) -> list[Told]:
    """What comes of looking at these people, of any workspace, at an instant."""
    settings: dict[str, ProviderSettings] = {}
    sponsors: dict[str, set[int]] = {}
    seen: dict[tuple[str, str], PlanView | None] = {}
    found = []
    for person in people:
        if person.workspace not in sponsors:
            sponsors[person.workspace] = plans.sponsors(session, person.workspace)
        if not leads(person) and person.id not in sponsors[person.workspace]:
            # As nearly everyone: they cost nothing from now on.
            found.append(Told(person, None))
            continue
        if person.workspace not in settings:
            settings[person.workspace] = providers.settings_of(session, person.workspace)
        kept = settings[person.workspace]
        if kept.is_paused or person.left_at is not None or not may_write(person):
            found.append(Told(person, now + _LATER))
            continue
        rhythm = Rhythm(kept.reminder_day, kept.reminder_time, person.timezone)
        open_days = open_days_of(kept)
        moment = overview_moment(now, rhythm, open_days, kept.overviews, person.overview_week)
        if not moment.is_due:
            found.append(Told(person, moment.at))
            continue
        after = overview_moment(now, rhythm, open_days, kept.overviews, moment.week)
        today = local_day(now, person)
        year = academic_year(today)
        place = (person.workspace, year)
        if place not in seen:
            seen[place] = plan_view(session, person.workspace, year, today)
        told = _told(session, person, seen[place], kept, now)
        if told is None:
            found.append(Told(person, after.at, moment.week))
            continue
        says, since, silent = told
        found.append(Told(person, after.at, moment.week, says, since, silent, seen[place]))
    return found


def _told(
    session: Session,
    person: Person,
    plan: PlanView | None,
    settings: ProviderSettings,
    now: datetime,
) -> tuple[Overview, datetime, tuple[str, ...]] | None:
    """How the themes go that somebody answers for; None where there is nothing to tell."""
    themes = [] if plan is None else [t for t in plan.themes if _answers_for(person, t)]
    if not themes:
        return None
    assert person.id is not None
    since = now - FIRST[settings.overviews]
    before = reminders.since(session, person.workspace, [person.id], now - _LOOK_BACK)
    last = [r.at for r in before.get(person.id, []) if r.kind is ReminderKind.OVERVIEW]
    since = max(last, default=since)
    lines = [line for theme in themes for line in theme.actions]
    actions = [planned(line.stored, line.draft) for line in lines]
    says = overview(actions, local_day(since, person), local_day(now, person))
    owners = {
        line.stored.owner.id: line.stored.owner
        for line in lines
        if line.is_live and line.stored.owner and line.stored.owner.id != person.id
    }
    ids = [person_id for person_id in owners if person_id is not None]
    asked = reminders.since(session, person.workspace, ids, since)
    silent = tuple(
        sorted(
            owners[person_id].name
            for person_id, sent in asked.items()
            if any(r.kind is ReminderKind.OWNER and r.answered_at is None for r in sent)
        )
    )
    return None if says.is_empty and not silent else (says, since, silent)


def _answers_for(person: Person, theme: ThemeView) -> bool:
    return leads(person) or (theme.sponsor is not None and theme.sponsor.id == person.id)
