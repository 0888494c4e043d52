"""What owners are owed in the academic year 2026/27, worked out from the rules alone.

Nothing of the bot is asked here: only the calendar, clocks, and what people were seen to do.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

DAY = timedelta(days=1)
DIGEST, QUIET, STOPPED = "remind", "quiet", "unanswered"
_LONDON = ZoneInfo("Europe/London")
Span = tuple[date, date]
IsoWeek = tuple[int, int]


@dataclass(eq=False)
class College:
    """A workspace: when its reminders come, when it is closed, and when its half-terms begin."""

    workspace: str
    name: str
    nation: str
    weekday: int
    at: time
    breaks: tuple[Span, ...]
    half_terms: tuple[date, ...]
    # As its settings have them; what it has not set is in `breaks` as most of England keeps it.
    terms: dict[str, list[list[str]]] = field(default_factory=dict)
    closures: list[list[str]] = field(default_factory=list)
    is_paused: bool = False
    # By the database's ids: who leads, who sponsors the first of its two themes, the themes.
    lead: int = 0
    sponsor: int = 0
    themes: tuple[int, int] = (0, 0)
    plan: int = 0

    def __post_init__(self) -> None:
        bank = holidays.country_holidays("GB", subdiv=self.nation, years=(2026, 2027))
        spans = [*self.breaks, *(tuple(map(date.fromisoformat, span)) for span in self.closures)]
        days = {first + n * DAY for first, last in spans for n in range((last - first).days + 1)}
        self._closed = days | set(bank)

    def is_open(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self._closed

    def half_term(self, day: date) -> int:
        return bisect_right(self.half_terms, day)

    @cache  # noqa: B019 - there are two
    def slot(self, week: IsoWeek, weekday: int) -> date | None:
        """The day of reminders in a week: the one chosen, else the next, else the one before."""
        days = [date.fromisocalendar(*week, n) for n in range(1, 8)]
        return next(filter(self.is_open, days[weekday:] + days[:weekday][::-1]), None)


@dataclass(eq=False)
class Act:
    """An action as its owner knows it."""

    id: int
    due: date
    is_sponsored: bool
    checks: dict[date, bool]
    agreed: datetime | None = None
    updates: list[datetime] = field(default_factory=list)
    # The last update, if it was a press that said no more.
    pressed: datetime | None = None
    snoozed_until: date = date.min
    is_parked: bool = False
    is_over: bool = False

    @property
    def is_live(self) -> bool:
        return self.agreed is not None and not self.is_parked and not self.is_over

    def is_fresh(self, today: date) -> bool:
        return any((today - _london(at)).days <= 6 for at in self.updates)

    def is_pressing(self, today: date) -> bool:
        """Whether it is to be asked about though it is not overdue."""
        assert self.agreed is not None
        sunday = today + (6 - today.weekday()) * DAY
        is_near = any(on <= sunday and not is_done for on, is_done in self.checks.items())
        is_soon = today <= self.due <= today + 14 * DAY
        last = max(map(_london, self.updates), default=_london(self.agreed))
        return is_near or is_soon or (today - last).days >= 28


def _london(at: datetime) -> date:
    return at.astimezone(_LONDON).date()


@dataclass(eq=False)
class Owner:
    """Somebody with actions, what they were sent and whether they have answered."""

    college: College
    id: int
    user: str
    zone: str
    actions: list[Act]
    weekday: int | None = None
    at: time | None = None
    only_overdue: bool = False
    is_reader: bool = False
    has_left: bool = False
    # How likely they answer a message, and the instants between which they say nothing at all.
    answers: float = 0.5
    silent: tuple[datetime, datetime] | None = None
    # The last week that is over and done with; messages in a row that were not answered; whether
    # their sponsor was told; in which half-terms they had a quiet note.
    settled: IsoWeek = (0, 0)
    unanswered: int = 0
    is_stopped: bool = False
    quiet_in: set[int] = field(default_factory=set)
    # Until when what is late waits, by their clock; None: it was not found late yet.
    waits: datetime | None = None

    @property
    def live(self) -> list[Act]:
        return [act for act in self.actions if act.is_live]

    @property
    def clock(self) -> time:
        return self.college.at if self.at is None else self.at

    def answered(self) -> None:
        """They have done something with an action."""
        self.unanswered, self.is_stopped = 0, False

    def asked(self, today: date) -> list[Act]:
        live = self.live
        fresh = [act for act in live if act.is_fresh(today)]
        few = self.only_overdue or bool(fresh)
        return [
            act
            for act in live
            if act not in fresh
            and act.snoozed_until <= today
            and (act.due < today or (not few and act.is_pressing(today)))
        ]

    def told(self, today: date) -> str | None:
        """What comes of their turn on a day; it is noted as said."""
        if self.is_stopped:
            return None
        if self.asked(today):
            if self.unanswered == 3:
                self.is_stopped = True
                return STOPPED
            self.unanswered += 1
            return DIGEST
        half_term = self.college.half_term(today)
        wants = not self.only_overdue and half_term not in self.quiet_in
        if wants and self.live and not any(act.is_fresh(today) for act in self.live):
            self.quiet_in.add(half_term)
            return QUIET
        return None


@dataclass(frozen=True)
class Message:
    """A message that is due at an instant, `here` by the owner's clock, late or in time."""

    owner: Owner
    kind: str
    here: datetime
    is_late: bool
    zone: str
    asked: frozenset[int]
    # Whom it goes to, by the database's id.
    to: int

    @property
    def week(self) -> IsoWeek:
        return self.here.isocalendar()[:2]

    @property
    def key(self) -> str:
        key = f"{self.kind}:{self.owner.id}:{self.week[0]}-W{self.week[1]:02}"
        return f"{key}:{self.to}" if self.kind is STOPPED else key


def due(owners: Sequence[Owner], now: datetime) -> Iterator[Message]:
    """The messages that are due at an instant at which the bot is awake; each is due once."""
    clocks: dict[str, datetime] = {}
    weeks: dict[str, IsoWeek] = {}
    for owner in owners:
        if owner.zone not in clocks:
            clocks[owner.zone] = now.astimezone(ZoneInfo(owner.zone))
            weeks[owner.zone] = clocks[owner.zone].isocalendar()[:2]
        here, week, college = clocks[owner.zone], weeks[owner.zone], owner.college
        if week <= owner.settled or college.is_paused or owner.has_left or owner.is_reader:
            continue
        day = college.slot(week, college.weekday if owner.weekday is None else owner.weekday)
        if day is None or (here.date(), here.time()) < (day, owner.clock):
            continue
        is_decent = 7 <= here.hour < 19 and college.is_open(here.date())
        if not is_decent or (owner.waits is not None and here < owner.waits):
            owner.waits = owner.waits or _later(owner, here)
            continue
        owner.settled, owner.waits = week, None
        asked = frozenset(act.id for act in owner.asked(here.date()))
        to = owner.id
        if (kind := owner.told(here.date())) is None:
            continue
        if kind is STOPPED:
            has_sponsor = any(act.is_sponsored for act in owner.live)
            to = college.sponsor if has_sponsor else college.lead
        is_late = (here.date(), here.time()) != (day, owner.clock)
        yield Message(owner, kind, here, is_late, owner.zone, asked, to)


def _later(owner: Owner, here: datetime) -> datetime:
    """When that goes out which is found late at night: at their time on an open day of the week."""
    days = [here.date() + n * DAY for n in range(7 - here.weekday())]
    own = [
        datetime.combine(d, owner.clock, here.tzinfo) for d in filter(owner.college.is_open, days)
    ]
    monday = datetime.combine(here.date() + len(days) * DAY, time(), here.tzinfo)
    return next((at for at in own if at > here), monday)
