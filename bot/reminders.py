"""Who is to be reminded at an instant, of what, and when to look at each person next.

Nothing is written here: what comes of it is kept, and sent, elsewhere.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session

from bot.bank_holidays import open_days_of
from bot.changes import in_charge
from bot.coaching.dates import academic_year
from bot.coaching.due import Owned, Week, week_of
from bot.coaching.moments import Moment, Rhythm, reminder_moment, zone_of
from bot.coaching.open_days import OpenDays
from bot.conversation import local_day
from bot.reviewing import planned
from bot.rights import may_write
from bot.summaries import draft_of
from storage import actions, providers, reminders
from storage.actions import StoredAction
from storage.models import Person, ProviderSettings, Reminder
from storage.vocabulary import ReminderKind

# After so many weeks without an answer no more is sent, and the sponsor is told.
UNANSWERED_WEEKS = 3
# How far back a quiet note is looked for: longer than any half-term.
_LOOK_BACK = timedelta(days=180)
# Whoever is nobody to remind, or whose plan is paused, is looked at again after this time.
_LATER = timedelta(days=1)
# Whoever has only just come is not sent what they would have been sent before.
_NEW = timedelta(days=1)


class Not(StrEnum):
    """Why somebody is sent nothing."""

    NOT_YET = "it is not their time yet"
    PAUSED = "the provider has paused reminders"
    LEFT = "they have left"
    READER = "they read the plan and own nothing in it"
    NEW = "they have only just come"
    NOTHING_DUE = "nothing of theirs is due"
    RECENT = "they have given an update in the last six days"
    UNANSWERED = "they have not answered three in a row; their sponsor was told"
    AWAY = "Slack says that they are not to be disturbed"
    GONE = "their workspace has taken the bot out"


@dataclass(frozen=True)
class Decision:
    """What comes of looking at someone.

    `settles` is the ISO week that is over and done with for them by it, None where it is not.
    `sends` is what they are sent, or for UNANSWERED what is said of them to `sponsors`.
    """

    person: Person
    next_at: datetime
    settles: str | None = None
    sends: ReminderKind | None = None
    why_not: Not | None = None
    week: Week | None = None
    owned: tuple[StoredAction, ...] = ()
    sponsors: tuple[Person, ...] = ()


@dataclass(frozen=True)
class _Rules:
    """What holds for everyone in a workspace at the instant `now`."""

    now: datetime
    settings: ProviderSettings
    open_days: OpenDays
    # Most have the same rhythm, and the same week behind them.
    _moments: dict[tuple[Rhythm, str | None], Moment] = field(default_factory=dict)

    def moment(self, person: Person, last_week: str | None) -> Moment:
        """When somebody is next to be reminded after that week."""
        place = rhythm_of(person, self.settings), last_week
        if place not in self._moments:
            self._moments[place] = reminder_moment(self.now, place[0], self.open_days, last_week)
        return self._moments[place]


def decide(session: Session, people: Sequence[Person], now: datetime) -> list[Decision]:
    """What comes of looking at these people, of any workspace, at an instant."""
    rules: dict[str, _Rules] = {}
    due: dict[str, list[tuple[Person, Moment]]] = defaultdict(list)
    found = []
    for person in people:
        if person.workspace not in rules:
            rules[person.workspace] = _rules(session, person.workspace, now)
        kept = rules[person.workspace]
        moment = kept.moment(person, person.reminded_week)
        why_not = _not_at_all(person, kept)
        if why_not is not None:
            found.append(Decision(person, now + _LATER, why_not=why_not))
        elif not moment.is_due:
            found.append(Decision(person, moment.at, why_not=Not.NOT_YET))
        elif person.reminded_week is None and timedelta(0) <= now - person.created_at < _NEW:
            found.append(_settled(person, kept, moment, why_not=Not.NEW))
        else:
            due[person.workspace].append((person, moment))
    for workspace, each in due.items():
        found += _due_in(session, workspace, each, rules[workspace], now)
    return found


@dataclass(frozen=True)
class Ahead:
    """What somebody would be asked just now, and when they are asked next, if they are at all."""

    week: Week
    next_at: datetime | None


def ahead(session: Session, person: Person, now: datetime) -> Ahead:
    """What is ahead of somebody; nothing is settled by it."""
    assert person.id is not None
    rules = _rules(session, person.workspace, now)
    owned = actions.live_of(session, person.workspace, [person.id]).get(person.id, [])
    at = None if _not_at_all(person, rules) else rules.moment(person, person.reminded_week).at
    return Ahead(_week(person, owned, now), at)


def rhythm_of(person: Person, settings: ProviderSettings) -> Rhythm:
    """When somebody is reminded: as they have chosen, else as their provider has."""
    day, time = person.reminder_day, person.reminder_time
    return Rhythm(
        settings.reminder_day if day is None else day,
        settings.reminder_time if time is None else time,
        person.timezone,
    )


def _rules(session: Session, workspace: str, now: datetime) -> _Rules:
    settings = providers.settings_of(session, workspace)
    return _Rules(now, settings, open_days_of(settings))


def _not_at_all(person: Person, rules: _Rules) -> Not | None:
    if rules.settings.is_paused:
        return Not.PAUSED
    if person.left_at is not None:
        return Not.LEFT
    return None if may_write(person) else Not.READER


def _settled(
    person: Person,
    rules: _Rules,
    moment: Moment,
    *,
    sends: ReminderKind | None = None,
    why_not: Not | None = None,
    week: Week | None = None,
    owned: Sequence[StoredAction] = (),
    sponsors: Sequence[Person] = (),
) -> Decision:
    """The week is over and done with for someone; they are looked at again in a later one."""
    following = rules.moment(person, moment.week)
    return Decision(
        person, following.at, moment.week, sends, why_not, week, tuple(owned), tuple(sponsors)
    )


def _due_in(
    session: Session,
    workspace: str,
    due: Sequence[tuple[Person, Moment]],
    rules: _Rules,
    now: datetime,
) -> list[Decision]:
    ids = [person.id for person, _ in due if person.id is not None]
    live = actions.live_of(session, workspace, ids)
    sent = reminders.since(session, workspace, ids, now - _LOOK_BACK, and_unanswered=True)
    decisions = []
    for person, moment in due:
        assert person.id is not None
        owned, before = live.get(person.id, []), sent.get(person.id, [])
        week = _week(person, owned, now)
        sends, why_not = _sends(person, week, before, rules, now)
        sponsors: list[Person] = []
        if sends is ReminderKind.UNANSWERED:
            sponsors = in_charge(session, owned, person)
        decisions.append(
            _settled(
                person,
                rules,
                moment,
                sends=sends,
                why_not=why_not,
                week=week,
                owned=owned,
                sponsors=sponsors,
            )
        )
    return decisions


def _week(person: Person, owned: Sequence[StoredAction], now: datetime) -> Week:
    today = local_day(now, person)
    mine = [
        Owned(stored.action.id, planned(stored, draft_of(stored)), stored.action.snoozed_until)
        for stored in owned
        if stored.action.id is not None
    ]
    return week_of(mine, today, academic_year(today), only_overdue=person.only_overdue)


def _sends(
    person: Person, week: Week, before: Sequence[Reminder], rules: _Rules, now: datetime
) -> tuple[ReminderKind | None, Not | None]:
    unanswered = _unanswered(before)
    if ReminderKind.UNANSWERED in unanswered:
        return None, Not.UNANSWERED
    if week.asked:
        if len(unanswered) >= UNANSWERED_WEEKS:
            return ReminderKind.UNANSWERED, None
        return ReminderKind.OWNER, None
    if week.is_recent:
        return None, Not.RECENT
    if not week.has_actions or person.only_overdue or _had_quiet(person, before, rules, now):
        return None, Not.NOTHING_DUE
    return ReminderKind.QUIET, None


def _unanswered(before: Sequence[Reminder]) -> list[ReminderKind]:
    """The kinds of the newest reminders in a row that nothing was done about."""
    asked = [r for r in before if r.kind in (ReminderKind.OWNER, ReminderKind.UNANSWERED)]
    found = []
    for reminder in reversed(asked):
        if reminder.answered_at is not None:
            break
        found.append(reminder.kind)
    return found


def _had_quiet(person: Person, before: Sequence[Reminder], rules: _Rules, now: datetime) -> bool:
    """Whether somebody was told in this half-term that nothing is due."""
    zone = zone_of(person.timezone)
    this = rules.open_days.half_term(now.astimezone(zone).date())
    return any(
        r.kind is ReminderKind.QUIET
        and rules.open_days.half_term(r.at.astimezone(zone).date()) == this
        for r in before
    )
