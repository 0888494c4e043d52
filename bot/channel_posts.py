"""Which summaries are to be posted in a channel at an instant, and what becomes of those posted.

Nothing is written here: what comes of it is kept, and sent, elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from bot.bank_holidays import open_days_of
from bot.coaching.moments import Rhythm, overview_moment, zone_of
from bot.conversation import local_day
from bot.overviews import FIRST
from bot.reports.material import material
from bot.reports.report import Line, Report, View, Words
from bot.reports.views import report
from bot.rights import leads
from storage import channel_summaries, conversations, providers
from storage.models import ChannelSummary, Person, ProviderSettings
from storage.vocabulary import Delivery, Every, Role

# What may be posted where anybody may read along: the views that gather the work of no one person.
# Themes tell of their sponsors, departments of their heads, owners and threads of one owner each.
VIEWS = (View.PLAN, View.SAR, View.GOVERNORS)
# After so many in a row that did not get there, no more are tried.
FAILURES = 3
# How long after a post it is seen what became of it, and after how long a paused one is looked at.
_SOON, _LATER = timedelta(minutes=2), timedelta(days=1)
_DAY = timedelta(days=1)
# What says nothing of the channel: it may have got there, or the bot was taken out of the workspace
# and nobody would hear of it.
_NO_FAULT = (conversations.UNCLEAR, "not_installed", "account_inactive", "token_revoked")


class News(StrEnum):
    """What quality leads are told of a summary in a channel."""

    REFUSED = "refused"
    STOPPED = "stopped"
    LEADERLESS = "leaderless"


@dataclass(frozen=True)
class Look:
    """What comes of looking at one: what is noted of it, posted, and told to whom.

    `values` is None for one that ends; `error` is Slack's word for why a post did not get there.
    """

    row: ChannelSummary
    by: Person
    values: dict[str, Any] | None
    key: str = ""
    report: Report | None = None
    news: News | None = None
    to: Sequence[Person] = field(default=())
    error: str | None = None


def decide(session: Session, row: ChannelSummary, now: datetime) -> Look:
    """What comes of looking at a summary at an instant."""
    by = providers.person_by_id(session, row.workspace, row.confirmed_by_id)
    if not _answers(by):
        leading = providers.with_role(session, row.workspace, Role.LEAD)
        return Look(row, by, None, news=News.LEADERLESS, to=leading)
    settings = providers.settings_of(session, row.workspace)
    if row.awaits is not None:
        return _after(session, row, by, settings, row.awaits, now)
    if settings.is_paused:
        return Look(row, by, {"next_at": now + _LATER})
    rhythm, open_days = _rhythm(settings, by), open_days_of(settings)
    moment = overview_moment(now, rhythm, open_days, _every(row), row.week)
    if not moment.is_due:
        return Look(row, by, {"next_at": moment.at})
    key = f"channel:{row.channel}:{moment.week}"
    following = overview_moment(now, rhythm, open_days, row.every, moment.week).at
    nothing = Look(row, by, {"next_at": following, "week": moment.week})
    # It was posted there, stopped and set up anew, all in one week.
    if conversations.is_queued(session, row.workspace, key):
        return nothing
    day = since(row.last_at, row.every, by, now)
    made = made_for_all(session, by, View(row.view), day, now)
    if made is None:
        return nothing
    values = {"next_at": now + _SOON, "week": moment.week, "awaits": key}
    return Look(row, by, values, key, made)


def _after(
    session: Session,
    row: ChannelSummary,
    by: Person,
    settings: ProviderSettings,
    key: str,
    now: datetime,
) -> Look:
    """What became of a post."""
    found = channel_summaries.outcome(session, row.workspace, key)
    if found is not None and found.delivery is Delivery.WAITING:
        return Look(row, by, {"next_at": now + _SOON})
    is_there = found is not None and found.delivery is Delivery.SENT
    error = None if found is None or is_there else found.error or "refused"
    failures = 0 if is_there else row.failures + (error is not None and error not in _NO_FAULT)
    values: dict[str, Any] = {"awaits": None, "failures": failures}
    if found is not None and is_there:
        values["last_at"] = found.made_at
    if failures >= FAILURES:
        return Look(row, by, None, key, news=News.STOPPED, to=[by], error=error)
    # One that did not get there is tried again a week later, however seldom it is to come.
    every = Every.WEEK if failures else row.every
    rhythm = _rhythm(settings, by)
    values["next_at"] = overview_moment(now, rhythm, open_days_of(settings), every, row.week).at
    if failures == 1 and row.failures == 0:
        return Look(row, by, values, key, news=News.REFUSED, to=[by], error=error)
    return Look(row, by, values, key)


def upcoming(
    settings: ProviderSettings, by: Person, every: Every, now: datetime, week: str | None = None
) -> datetime:
    """When a summary is next posted, and never at once; `week` is the last that was settled."""
    rhythm, open_days = _rhythm(settings, by), open_days_of(settings)
    zone = zone_of(rhythm.zone)
    today = now.astimezone(zone)
    monday = (today - today.weekday() * _DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    # Looked for from a Monday morning: what this week has missed is not made up for.
    for start in (monday, monday + 7 * _DAY):
        found = overview_moment(start, rhythm, open_days, every, week).at
        if found > now:
            return found
    return now + 7 * _DAY


def move(session: Session, settings: ProviderSettings, now: datetime) -> None:
    """Work out anew when a provider's summaries are posted, as its days have been moved."""
    for row, by in channel_summaries.of_workspace(session, settings.workspace):
        if row.awaits is None:
            at = upcoming(settings, by, _every(row), now, row.week)
            channel_summaries.settle(session, row, {"next_at": at})


def since(last_at: datetime | None, every: Every, by: Person, now: datetime) -> date:
    """The day since when a post tells what has changed: that of the last one that got there."""
    return local_day(last_at or now - FIRST[every], by)


def made_for_all(
    session: Session, by: Person, view: View, since: date, now: datetime
) -> Report | None:
    """A view as anybody may read it; None where the year has no plan.

    Of what has changed only what learners gained is named: what else moved stands in words of its
    owner's, who did not write them for a channel. It is counted.
    """
    # Nobody who could own anything: no name stands beside how an action goes.
    anybody = Person(workspace=by.workspace, slack_user_id="", name="", role=Role.READER)
    found = material(session, by.workspace, local_day(now, by), since, anybody)
    if found is None:
        return None
    made = report(found, view)
    gained = {one["reference"] for one in made.figures["changes"]["gained"]}

    def may_stand(line: Line) -> bool:
        return not line.lead or line.lead in gained

    words = made.words
    news = tuple(line for line in words.news if may_stand(line))
    return Report(view, None, Words(words.title, news, words.first, words.table), made.figures)


def _answers(by: Person) -> bool:
    return leads(by) and by.left_at is None


def _every(row: ChannelSummary) -> Every:
    return Every.WEEK if row.failures else row.every


def _rhythm(settings: ProviderSettings, by: Person) -> Rhythm:
    return Rhythm(settings.reminder_day, settings.reminder_time, by.timezone)
