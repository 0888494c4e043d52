"""How long conversations are kept: so many months after the year of the plan they belong to."""

from datetime import UTC, date, datetime, time, timedelta

from bot.coaching.dates import academic_year, year_end
from storage import providers, retention
from storage.database import Database

# One in which something was said since then goes on, whatever plan it is about.
_IDLE = timedelta(days=30)
# An event comes again within an hour; for longer than that its id is of no use.
_ANSWERED = timedelta(days=30)
_MONTHS = 12


def kept_until(year: str, months: int) -> date:
    """The first day on which conversations about the plan of an academic year are gone."""
    after = year_end(year) + timedelta(days=1)
    late = after.month - 1 + months
    return date(after.year + late // _MONTHS, late % _MONTHS + 1, 1)


def last_year_gone(today: date, months: int) -> str:
    """The latest academic year whose conversations are gone on a day."""
    first = int(academic_year(today)[:4])
    while kept_until(academic_year(date(first, 8, 1)), months) > today:
        first -= 1
    return academic_year(date(first, 8, 1))


def drop_what_is_old(database: Database, now: datetime) -> int:
    """Drop what no workspace wants kept any longer; how many conversations went.

    Raises DatabaseUnavailable.
    """
    dropped = 0
    with database.reading() as session:
        everywhere = [each.workspace for each in providers.providers(session)]
    for workspace in everywhere:
        # A transaction each, so that nobody waits for long.
        with database.writing() as session:
            months = providers.settings_of(session, workspace).keep_months
            year = last_year_gone(now.date(), months)
            before = datetime.combine(year_end(year) + timedelta(days=1), time(), UTC)
            dropped += retention.drop_conversations(session, workspace, year, before, now - _IDLE)
    with database.writing() as session:
        retention.drop_answered_events(session, now - _ANSWERED)
    return dropped
