"""When somebody is next due: once an ISO week, on an open day, at their own time of the clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bank_holidays import bank_holidays
from bot.coaching.moments import (
    Moment,
    Rhythm,
    iso_week,
    overview_moment,
    reminder_moment,
    zone_of,
)
from bot.coaching.open_days import OpenDays, open_days
from storage.vocabulary import Every, Nation

LONDON = "Europe/London"
ZONES = (
    LONDON,
    "Europe/Lisbon",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
    "Pacific/Chatham",
)
DAY = timedelta(days=1)


def england(year: int) -> frozenset[date]:
    return bank_holidays(Nation.ENGLAND, year)


USUAL = open_days({}, [], england)
ALWAYS_CLOSED = open_days({}, [["2000-01-01", "2100-01-01"]], england)


def at(text: str, zone: str = LONDON) -> datetime:
    """An instant by the clock of a zone, as in "2026-11-23 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def by_clock(moment: Moment, zone: str = LONDON) -> str:
    """Whether it is due, and when by the clock of a zone, and its week."""
    assert moment.at.tzinfo is UTC
    local = moment.at.astimezone(ZoneInfo(zone))
    return f"{'due' if moment.is_due else 'look'} {local:%a %Y-%m-%d %H:%M} {moment.week}"


def closed_on(*days: str) -> OpenDays:
    return open_days({}, [[day, day] for day in days], lambda year: frozenset())


# --- weeks and zones ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2026-11-23", "2026-W48"),
        ("2026-01-01", "2026-W01"),
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
        ("2024-12-30", "2025-W01"),
    ],
)
def test_a_week_is_named_by_its_iso_year(day: str, week: str) -> None:
    assert iso_week(date.fromisoformat(day)) == week


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "Europe", "/etc/passwd", "../x", "a\0b", "🙂"]
)
def test_a_zone_that_nobody_knows_is_londons(name: str) -> None:
    assert zone_of(name).key == LONDON
    now = at("2026-11-23 09:00")
    assert reminder_moment(now, Rhythm(0, time(9), name), USUAL, None).is_due


# --- reminders: a table -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "weekday", "last", "expected"),
    [
        # Monday at nine, of a week like others (W48 begins on 23 November).
        ("2026-11-23 08:59", 0, None, "look Mon 2026-11-23 09:00 2026-W48"),
        ("2026-11-23 09:00", 0, None, "due Mon 2026-11-23 09:00 2026-W48"),
        ("2026-11-23 09:00", 0, "2026-W47", "due Mon 2026-11-23 09:00 2026-W48"),
        ("2026-11-23 09:00", 0, "2026-W48", "look Mon 2026-11-30 09:00 2026-W49"),
        ("2026-11-22 23:00", 0, "2026-W47", "look Mon 2026-11-23 09:00 2026-W48"),
        # The clock was wrong, or the person came from further east.
        ("2026-11-23 09:00", 0, "2026-W50", "look Mon 2026-12-14 09:00 2026-W51"),
        ("2026-11-23 09:00", 0, "garbage", "due Mon 2026-11-23 09:00 2026-W48"),
        ("2027-01-04 09:00", 0, "2026-W53", "due Mon 2027-01-04 09:00 2027-W01"),
        # Late: by day at once, by night on the next open day of the week, else the next week.
        ("2026-11-23 18:59", 0, None, "due Mon 2026-11-23 18:59 2026-W48"),
        ("2026-11-23 19:00", 0, None, "look Tue 2026-11-24 09:00 2026-W48"),
        ("2026-11-24 06:59", 0, None, "look Tue 2026-11-24 09:00 2026-W48"),
        ("2026-11-24 07:00", 0, None, "due Tue 2026-11-24 07:00 2026-W48"),
        ("2026-11-27 18:59", 0, None, "due Fri 2026-11-27 18:59 2026-W48"),
        ("2026-11-27 19:00", 0, None, "look Mon 2026-11-30 09:00 2026-W49"),
        ("2026-11-28 10:00", 0, None, "look Mon 2026-11-30 09:00 2026-W49"),
        # Another day.
        ("2026-11-23 09:00", 3, None, "look Thu 2026-11-26 09:00 2026-W48"),
        ("2026-11-27 09:00", 3, None, "due Fri 2026-11-27 09:00 2026-W48"),
        # A bank holiday on Monday (W18 of 2027), and Good Friday.
        ("2027-05-03 09:00", 0, None, "look Tue 2027-05-04 09:00 2027-W18"),
        # Friday 1 January and the break before: that week has no day, nor the one before.
        ("2026-12-18 09:00", 0, "2026-W51", "look Mon 2027-01-04 09:00 2027-W01"),
        ("2026-12-28 09:00", 0, None, "look Mon 2027-01-04 09:00 2027-W01"),
        ("2026-10-23 10:00", 0, "2026-W43", "look Mon 2026-11-02 09:00 2026-W45"),
        # The summer ends on a Monday: the slot is the Tuesday after.
        ("2026-07-22 10:00", 1, "2026-W30", "look Tue 2026-09-01 09:00 2026-W36"),
        ("2026-07-22 10:00", 0, "2026-W30", "look Tue 2026-09-01 09:00 2026-W36"),
        # A weekday that is none.
        ("2026-11-23 09:00", 9, None, "due Mon 2026-11-23 09:00 2026-W48"),
        ("2026-11-23 09:00", 5, None, "due Mon 2026-11-23 09:00 2026-W48"),
        ("2026-11-23 09:00", -1, None, "due Mon 2026-11-23 09:00 2026-W48"),
        # Late on the last open day of the week, and not again before the day chosen.
        ("2026-11-27 19:00", 3, None, "look Thu 2026-12-03 09:00 2026-W49"),
        ("2026-11-28 10:00", 3, None, "look Thu 2026-12-03 09:00 2026-W49"),
        ("2026-11-26 19:00", 3, None, "look Fri 2026-11-27 09:00 2026-W48"),
    ],
)
def test_when_somebody_is_reminded(now: str, weekday: int, last: str | None, expected: str) -> None:
    moment = reminder_moment(at(now), Rhythm(weekday, time(9), LONDON), USUAL, last)

    assert by_clock(moment) == expected


@pytest.mark.parametrize(
    ("closed", "weekday", "expected"),
    [
        ([], 4, "2026-11-27"),
        (["2026-11-27"], 4, "2026-11-26"),
        (["2026-11-27", "2026-11-26"], 4, "2026-11-25"),
        (["2026-11-25"], 2, "2026-11-26"),
        (["2026-11-25", "2026-11-26", "2026-11-27"], 2, "2026-11-24"),
        (["2026-11-23"], 0, "2026-11-24"),
        (["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"], 0, "2026-11-27"),
    ],
)
def test_a_closed_day_gives_way_within_its_week(
    closed: list[str], weekday: int, expected: str
) -> None:
    rhythm = Rhythm(weekday, time(13, 30), LONDON)

    moment = reminder_moment(at("2026-11-22 12:00"), rhythm, closed_on(*closed), "2026-W47")

    assert by_clock(moment).split()[2:] == [expected, "13:30", "2026-W48"]


def test_whoever_is_always_closed_is_looked_at_a_week_on() -> None:
    now, rhythm = at("2026-11-23 09:00"), Rhythm(0, time(9), LONDON)

    for moment in (
        reminder_moment(now, rhythm, ALWAYS_CLOSED, None),
        overview_moment(now, rhythm, ALWAYS_CLOSED, Every.WEEK, "2026-W40"),
    ):
        assert moment == (False, now + 7 * DAY, "2026-W49")


@pytest.mark.parametrize(
    ("opens", "expected"),
    [
        ("2028-01-17", "look Mon 2028-01-17 09:00 2028-W03"),
        # A week on, when the day may have come nearer.
        ("2028-01-24", "look Mon 2026-11-30 09:00 2026-W49"),
    ],
)
def test_an_open_day_is_looked_for_sixty_weeks_ahead(opens: str, expected: str) -> None:
    before = date.fromisoformat(opens) - DAY
    found = open_days({}, [["2026-11-24", before.isoformat()]], lambda year: frozenset())
    rhythm = Rhythm(0, time(9), LONDON)

    moment = reminder_moment(at("2026-11-23 09:00"), rhythm, found, "2026-W48")

    assert by_clock(moment) == expected


def test_the_day_after_a_reminder_is_looked_for_as_far_ahead() -> None:
    found = open_days({}, [["2026-11-24", "2028-01-16"]], lambda year: frozenset())
    rhythm = Rhythm(0, time(9), LONDON)

    moment = overview_moment(at("2026-11-23 10:00"), rhythm, found, Every.WEEK, None)

    assert by_clock(moment) == "look Tue 2028-01-18 09:00 2028-W03"


def test_what_is_late_is_sent_in_its_week_where_no_other_is_to_come() -> None:
    found = open_days({}, [["2026-11-28", "2100-01-01"]], lambda year: frozenset())
    rhythm = Rhythm(0, time(9), LONDON)

    moment = reminder_moment(at("2026-11-25 20:00"), rhythm, found, None)

    assert by_clock(moment) == "look Thu 2026-11-26 09:00 2026-W48"


def test_the_week_to_look_again_is_that_of_the_person() -> None:
    """A week on from Sunday evening in London it is Monday at Chatham."""
    now, rhythm = at("2026-11-22 19:15"), Rhythm(0, time(9), "Pacific/Chatham")

    assert reminder_moment(now, rhythm, ALWAYS_CLOSED, None).week == "2026-W49"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Clocks go back in Europe on 25 October 2026, forward on 28 March 2027; in New York on
        # 1 November and 14 March, in Australia on 4 October and 4 April, at Chatham on
        # 27 September and 4 April.
        ("2026-09-21", "2026-09-28"),
        ("2026-09-28", "2026-10-05"),
        ("2026-10-19", "2026-10-26"),
        ("2026-10-26", "2026-11-02"),
        ("2027-03-08", "2027-03-15"),
        ("2027-03-22", "2027-03-29"),
        ("2027-03-29", "2027-04-05"),
    ],
)
def test_clocks_may_change(zone: str, before: str, after: str) -> None:
    rhythm = Rhythm(0, time(16, 30), zone)
    # Without breaks, which are no matter of clocks.
    terms = {"2026/27": [[None, None], [None, "2027-04-14"], ["2027-04-15", None]]}
    usual = open_days(terms, [["2026-08-03", "2026-08-03"]], lambda year: frozenset())
    now = at(f"{before} 16:30", zone)
    assert reminder_moment(now, rhythm, usual, None).is_due

    moment = reminder_moment(now, rhythm, usual, iso_week(date.fromisoformat(before)))

    assert by_clock(moment, zone).startswith(f"look Mon {after} 16:30")


def test_the_clock_of_a_week_after_a_change_is_an_hour_further() -> None:
    rhythm, usual = Rhythm(0, time(9), LONDON), closed_on("2026-08-03")
    moment = reminder_moment(at("2026-10-19 09:00"), rhythm, usual, "2026-W43")
    assert moment.at == datetime(2026, 10, 26, 9, tzinfo=UTC)
    assert at("2026-10-19 09:00").astimezone(UTC).hour == 8


def test_the_week_is_that_of_the_person() -> None:
    """Sunday evening in London is Monday at Chatham."""
    now = datetime(2026, 11, 22, 19, 15, tzinfo=UTC)

    assert by_clock(
        reminder_moment(now, Rhythm(0, time(9), "Pacific/Chatham"), USUAL, "2026-W47"),
        "Pacific/Chatham",
    ) == ("due Mon 2026-11-23 09:00 2026-W48")
    moment = reminder_moment(now, Rhythm(0, time(9), LONDON), USUAL, "2026-W47")
    assert by_clock(moment) == "look Mon 2026-11-23 09:00 2026-W48"


@pytest.mark.parametrize(("typed", "drawn"), [(time(3), "07:00"), (time(23, 30), "18:00")])
def test_a_time_at_night_is_drawn_to_the_day(typed: time, drawn: str) -> None:
    moment = reminder_moment(at("2026-11-22 12:00"), Rhythm(0, typed, LONDON), USUAL, None)
    assert by_clock(moment) == f"look Mon 2026-11-23 {drawn} 2026-W48"
    assert reminder_moment(moment.at, Rhythm(0, typed, LONDON), USUAL, None).is_due


# --- overviews: a table -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "weekday", "every", "last", "expected"),
    [
        # The day after the reminders.
        ("2026-11-23 10:00", 0, Every.WEEK, None, "look Tue 2026-11-24 09:00 2026-W48"),
        ("2026-11-24 09:00", 0, Every.WEEK, None, "due Tue 2026-11-24 09:00 2026-W48"),
        ("2026-11-24 09:00", 0, Every.WEEK, "2026-W48", "look Tue 2026-12-01 09:00 2026-W49"),
        ("2026-11-24 20:00", 0, Every.WEEK, None, "look Wed 2026-11-25 09:00 2026-W48"),
        ("2026-11-27 20:00", 0, Every.WEEK, None, "look Tue 2026-12-01 09:00 2026-W49"),
        # After a Friday it is a Monday, for the week before.
        ("2026-11-27 09:00", 4, Every.WEEK, "2026-W47", "look Mon 2026-11-30 09:00 2026-W48"),
        ("2026-11-30 09:00", 4, Every.WEEK, "2026-W47", "due Mon 2026-11-30 09:00 2026-W48"),
        ("2026-12-02 11:00", 4, Every.WEEK, "2026-W47", "due Wed 2026-12-02 11:00 2026-W48"),
        ("2026-12-02 11:00", 4, Every.WEEK, "2026-W48", "look Mon 2026-12-07 09:00 2026-W49"),
        # After a break, where the day after is in it.
        ("2026-12-18 10:00", 4, Every.WEEK, "2026-W50", "look Mon 2027-01-04 09:00 2026-W51"),
        ("2027-01-04 09:00", 4, Every.WEEK, "2026-W50", "due Mon 2027-01-04 09:00 2026-W51"),
        ("2027-01-05 09:00", 0, Every.WEEK, "2026-W51", "due Tue 2027-01-05 09:00 2027-W01"),
        # Once a month: November has had one, or none yet.
        ("2026-11-10 09:00", 0, Every.MONTH, "2026-W45", "look Tue 2026-12-01 09:00 2026-W49"),
        ("2026-11-10 09:00", 0, Every.MONTH, "2026-W43", "due Tue 2026-11-10 09:00 2026-W46"),
        ("2026-11-10 09:00", 0, Every.MONTH, None, "due Tue 2026-11-10 09:00 2026-W46"),
        ("2026-11-10 08:00", 0, Every.MONTH, None, "look Tue 2026-11-10 09:00 2026-W46"),
        # The month is that of the slot: Monday 30 November's overview is of December.
        ("2026-11-30 10:00", 0, Every.MONTH, "2026-W48", "look Tue 2026-12-01 09:00 2026-W49"),
        ("2026-12-01 09:00", 0, Every.MONTH, "2026-W48", "due Tue 2026-12-01 09:00 2026-W49"),
        ("2026-12-08 09:00", 0, Every.MONTH, "2026-W49", "look Tue 2027-01-05 09:00 2027-W01"),
        # The first of the month was missed: the next of that month serves.
        ("2026-12-05 12:00", 0, Every.MONTH, "2026-W48", "look Tue 2026-12-08 09:00 2026-W50"),
        # Once a half-term: the second half of the autumn begins on 26 October.
        ("2026-09-08 09:00", 0, Every.HALF_TERM, None, "due Tue 2026-09-08 09:00 2026-W37"),
        ("2026-09-08 09:00", 0, Every.HALF_TERM, "2026-W37", "look Tue 2026-11-03 09:00 2026-W45"),
        ("2026-11-10 09:00", 0, Every.HALF_TERM, "2026-W45", "look Tue 2027-01-05 09:00 2027-W01"),
        ("2027-06-08 09:00", 0, Every.HALF_TERM, "2027-W23", "look Thu 2027-09-02 09:00 2027-W35"),
        # The week of the last has no slot any more.
        ("2026-11-03 09:00", 0, Every.HALF_TERM, "2026-W44", "look Tue 2027-01-05 09:00 2027-W01"),
        ("2026-11-24 09:00", 0, Every.WEEK, "2026-W53", "look Tue 2027-01-05 09:00 2027-W01"),
        # A week without one, of whose days the last are in another month, was of its Thursday's.
        ("2027-01-05 09:00", 0, Every.MONTH, "2026-W53", "due Tue 2027-01-05 09:00 2027-W01"),
    ],
)
def test_when_it_is_told_how_the_plan_goes(
    now: str, weekday: int, every: Every, last: str | None, expected: str
) -> None:
    moment = overview_moment(at(now), Rhythm(weekday, time(9), LONDON), USUAL, every, last)

    assert by_clock(moment) == expected


def test_two_overviews_that_meet_are_the_later_one() -> None:
    """After a Thursday and Friday that are closed it is due on Monday, and nobody has sent it."""
    closed, rhythm = closed_on("2026-11-26", "2026-11-27"), Rhythm(2, time(9), LONDON)

    for now, expected in (
        ("2026-11-29 12:00", "look Mon 2026-11-30 09:00 2026-W48"),
        ("2026-12-02 12:00", "due Wed 2026-12-02 12:00 2026-W48"),
        ("2026-12-02 20:00", "look Thu 2026-12-03 09:00 2026-W49"),
        ("2026-12-03 09:00", "due Thu 2026-12-03 09:00 2026-W49"),
    ):
        moment = overview_moment(at(now), rhythm, closed, Every.WEEK, "2026-W47")
        assert by_clock(moment) == expected


# --- any zone, rhythm, settings and times -------------------------------------------------------

RHYTHMS = st.builds(
    Rhythm,
    st.integers(0, 4),
    st.sampled_from([time(h, m) for h in range(7, 18) for m in (0, 30)] + [time(18)]),
    st.sampled_from(ZONES),
)
ISO = st.dates(date(2026, 6, 1), date(2028, 1, 1)).map(date.isoformat)
OPEN_DAYS = st.builds(
    open_days,
    st.dictionaries(
        st.sampled_from(["2025/26", "2026/27", "2027/28"]),
        st.lists(st.lists(st.none() | ISO, min_size=2, max_size=2), min_size=3, max_size=3),
    ),
    st.lists(
        st.tuples(st.dates(date(2026, 6, 1), date(2028, 1, 1)), st.integers(0, 40)).map(
            lambda made: [made[0].isoformat(), (made[0] + made[1] * DAY).isoformat()]
        ),
        max_size=6,
    ),
    st.sampled_from([england, lambda year: bank_holidays(Nation.SCOTLAND, year)]),
)
NOWS = st.datetimes(
    datetime(2026, 7, 1), datetime(2027, 9, 1), timezones=st.just(UTC), allow_imaginary=False
)
HOURS = st.lists(st.floats(0.01, 500, allow_nan=False), min_size=1, max_size=25)
KINDS: dict[str, Callable[..., Moment]] = {
    "reminder": reminder_moment,
    **{
        every.value: lambda now, rhythm, days, last, every=every: overview_moment(
            now, rhythm, days, every, last
        )
        for every in Every
    },
}


def holds(moment: Moment, now: datetime, rhythm: Rhythm, days: OpenDays, kind: str) -> None:
    """What holds of any moment."""
    assert moment.at.tzinfo is UTC
    local = moment.at.astimezone(ZoneInfo(rhythm.zone))
    if moment.is_due:
        assert moment.at == now
        assert time(7) <= local.time() < time(19) and days.is_open(local.date())
    else:
        assert moment.at > now
        assert local.time() == rhythm.at or moment.at == now + 7 * DAY
        assert days.is_open(local.date()) or moment.at == now + 7 * DAY
    if kind == "reminder":
        assert moment.week == iso_week(local.date())
    elif moment.at != now + 7 * DAY:
        assert moment.week <= iso_week(local.date())


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(RHYTHMS, OPEN_DAYS, NOWS, HOURS)
def test_whenever_it_is_asked_never_twice_a_week(
    kind: str, rhythm: Rhythm, days: OpenDays, now: datetime, hours: list[float]
) -> None:
    """As by a sweep that sleeps for any time, and sends what it finds due."""
    last, sent = None, []
    for pause in hours:
        moment = KINDS[kind](now, rhythm, days, last)
        holds(moment, now, rhythm, days, kind)
        if moment.is_due:
            assert last is None or moment.week > last
            last = moment.week
            sent.append(now)
        now += timedelta(hours=pause)
    zone = ZoneInfo(rhythm.zone)
    weeks = [iso_week(each.astimezone(zone).date()) for each in sent]
    if kind == "reminder":
        assert len(set(weeks)) == len(weeks)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(RHYTHMS, OPEN_DAYS, NOWS)
def test_asked_in_time_it_comes_at_the_time_of_the_clock(
    kind: str, rhythm: Rhythm, days: OpenDays, now: datetime
) -> None:
    """As by a sweep that looks at each person just when it was told to."""
    last, sent = None, []
    for _ in range(25):
        moment = KINDS[kind](now, rhythm, days, last)
        holds(moment, now, rhythm, days, kind)
        if moment.is_due and last is not None:
            sent.append(moment.at.astimezone(ZoneInfo(rhythm.zone)))
        last = moment.week if moment.is_due else last
        now = moment.at
    assert all(each.time() == rhythm.at for each in sent)
    assert len({iso_week(each.date()) for each in sent}) == len(sent) or kind != "reminder"
    periods: dict[str, Callable[[date], Any]] = {
        "month": lambda day: f"{day:%Y-%m}",
        "half_term": days.half_term,
    }
    if kind in periods:
        found = [periods[kind](each.date()) for each in sent]
        assert len(set(found)) == len(found)


@settings(max_examples=60, deadline=None)
@given(RHYTHMS, OPEN_DAYS, NOWS)
def test_no_week_with_an_open_day_is_left_out(
    rhythm: Rhythm, days: OpenDays, now: datetime
) -> None:
    last, weeks, begins = None, [], now
    while now < begins + 120 * DAY:
        moment = reminder_moment(now, rhythm, days, last)
        last = moment.week if moment.is_due else last
        weeks += [moment.week] if moment.is_due else []
        now = moment.at
    zone = ZoneInfo(rhythm.zone)
    first, ends = begins.astimezone(zone).date(), now.astimezone(zone).date()
    monday = first + (7 - first.weekday()) * DAY
    while monday + 7 * DAY <= ends:
        is_open = any(days.is_open(monday + n * DAY) for n in range(5))
        assert (iso_week(monday) in weeks) is is_open
        monday += 7 * DAY


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(RHYTHMS, OPEN_DAYS), min_size=1, max_size=5), NOWS, HOURS)
def test_whatever_is_moved_meanwhile_no_week_is_used_twice(
    moved: list[tuple[Rhythm, OpenDays]], now: datetime, hours: list[float]
) -> None:
    last = None
    for n, pause in enumerate(hours):
        rhythm, days = moved[n % len(moved)]
        for kind in KINDS:
            holds(KINDS[kind](now, rhythm, days, last), now, rhythm, days, kind)
        moment = reminder_moment(now, rhythm, days, last)
        if moment.is_due:
            assert last is None or moment.week > last
            last = moment.week
        now += timedelta(hours=pause)
