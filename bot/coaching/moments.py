"""When somebody is next to be reminded, and next to be told how the plan goes.

Both come once an ISO week, on a day that is open, at a time by the clock where the person is. What
was not sent in time, as nobody was awake to send it, is sent later in the same week or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.coaching.open_days import OpenDays
from storage.vocabulary import Every

ELSEWHERE = "Europe/London"
# Between which times of a day, by the person's clock, something is sent that comes late; and from
# when to when a day's own time may be.
_EARLIEST, _LATEST = time(7), time(19)
_FIRST, _LAST = time(7), time(18)
# How far ahead a week with an open day is looked for. No break lasts so long.
_WEEKS = 60
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True)
class Rhythm:
    """A weekday, from 0 for Monday to 4, and a time, by the clock of a zone ("Europe/London").

    What cannot be so is read as the nearest that can: a zone that nobody knows as London's, a
    weekday that is none of these as Monday, a time as the nearest from 07:00 to 18:00.
    """

    weekday: int
    at: time
    zone: str


class Moment(NamedTuple):
    """Whether something is due now, and for which ISO week.

    `at` is now where it is, and else the next instant to look, always later than now; in UTC.
    """

    is_due: bool
    at: datetime
    week: str


def iso_week(day: date) -> str:
    """The ISO week that a day is in, as "2026-W48"; in order as text, too."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; London's where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Unknown, not a name, or the name of a folder.
        return ZoneInfo(ELSEWHERE)


def reminder_moment(
    now: datetime, rhythm: Rhythm, open_days: OpenDays, last_week: str | None
) -> Moment:
    """When a person is next to be reminded, at the instant `now` (with a zone).

    Each ISO week has one slot: the weekday of the rhythm if that is open, else the first open day
    after it in that week, else the last one before it. `last_week` is the ISO week whose slot was
    used last; that week's and earlier ones are not used again.
    """
    last = _monday_of(last_week)

    def fits(monday: date, day: date) -> bool:
        return last is None or monday > last

    return _moment(now, rhythm, lambda monday: _slot(monday, rhythm, open_days), fits, open_days)


def overview_moment(
    now: datetime, rhythm: Rhythm, open_days: OpenDays, every: Every, last_week: str | None
) -> Moment:
    """When a sponsor or lead is next to be told how the plan goes, at the instant `now`.

    The slot of an ISO week is the next open day after the slot of its reminders, so that what was
    answered to them is in it; after a Friday that is in a later week. `rhythm` is the provider's
    day and time, in the person's zone. `last_week` is the ISO week, of the reminders, for which an
    overview was sent last. With `every` month or half-term the first slot in one serves that an
    overview can still be sent at; whoever was sent none yet need not wait for the next one.
    """
    last = _monday_of(last_week)

    def slot(monday: date) -> date | None:
        reminders = _slot(monday, rhythm, open_days)
        return _next_open(reminders, open_days) if reminders else None

    def period(day: date) -> str:
        return f"{day:%Y-%m}" if every is Every.MONTH else open_days.half_term(day)

    # What was sent was sent on the slot of its week, unless days have been moved since; in a week
    # that has no slot any more its Thursday stands for it, which names the year of the week too.
    sent = period(slot(last) or last + 3 * _DAY) if last is not None else None

    def fits(monday: date, day: date) -> bool:
        if last is not None and monday <= last:
            return False
        return every is Every.WEEK or period(day) != sent

    return _moment(now, rhythm, slot, fits, open_days)


def _moment(
    now: datetime,
    rhythm: Rhythm,
    slot: Callable[[date], date | None],
    fits: Callable[[date, date], bool],
    open_days: OpenDays,
) -> Moment:
    """When something is next due that has a `slot` in the ISO week of each Monday, later by week.

    `fits` says, of a Monday and its slot's day, whether that slot may be used at all.
    """
    local = now.astimezone(zone_of(rhythm.zone))
    today = local.date()
    this = today - today.weekday() * _DAY
    # The last slot that is past, and the first to come: those of all later weeks are.
    monday, missed = this, None
    for _ in range(_WEEKS):
        day = slot(monday)
        if day is not None and _instant(day, rhythm) <= now:
            is_of_this_week = day >= this
            missed = iso_week(monday) if is_of_this_week and fits(monday, day) else None
            break
        monday -= _WEEK
    following = None
    while monday < this + _WEEKS * _WEEK:
        monday += _WEEK
        day = slot(monday)
        if day is not None and fits(monday, day):
            following = Moment(False, _instant(day, rhythm), iso_week(monday))
            break
    if missed is not None:
        if open_days.is_open(today) and _EARLIEST <= local.time() < _LATEST:
            return Moment(True, now.astimezone(UTC), missed)
        later = (
            _instant(today + n * _DAY, rhythm)
            for n in range(7 - today.weekday())
            if open_days.is_open(today + n * _DAY)
        )
        at = next((at for at in later if at > now), None)
        if at is not None and (following is None or at < following.at):
            return Moment(False, at, missed)
    if following is not None:
        return following
    at = now.astimezone(UTC) + _WEEK
    return Moment(False, at, iso_week(at.astimezone(zone_of(rhythm.zone)).date()))


def _slot(monday: date, rhythm: Rhythm, open_days: OpenDays) -> date | None:
    """The day of reminders in the ISO week of a Monday; None where no day of it is open."""
    chosen = rhythm.weekday if rhythm.weekday in range(5) else 0
    week = [monday + n * _DAY for n in range(7)]
    order = [*week[chosen:], *reversed(week[:chosen])]
    return next((day for day in order if open_days.is_open(day)), None)


def _next_open(day: date, open_days: OpenDays) -> date | None:
    """The first open day after a day; None where none comes for long."""
    days = (day + n * _DAY for n in range(1, 7 * _WEEKS))
    return next((each for each in days if open_days.is_open(each)), None)


def _instant(day: date, rhythm: Rhythm) -> datetime:
    """The instant, in UTC, of the rhythm's time on a day where the person is.

    Of a time that comes twice as clocks go back it is the first.
    """
    at = min(max(rhythm.at.replace(tzinfo=None, fold=0), _FIRST), _LAST)
    return datetime.combine(day, at, tzinfo=zone_of(rhythm.zone)).astimezone(UTC)


def _monday_of(week: str | None) -> date | None:
    """The Monday of an ISO week written "2026-W48"; None for none, and for what is no week."""
    if week is None:
        return None
    year, _, number = week.partition("-W")
    try:
        return date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        return None
