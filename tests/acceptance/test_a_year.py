"""An academic year of weekly reminders: whom the sweep writes to, of what and when, is as the rules
say (tests/support/year.py), whatever owners, leads, clocks and outages do meanwhile.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient
from slack_sdk.errors import SlackRequestError
from sqlmodel import Session, col, func, select

from bot import changes
from bot.engine import TryAgain
from bot.slack.answering import Turns
from bot.slack.notices import Key
from bot.slack.people import People
from bot.slack.reminding import Reminding
from bot.slack.sending import NotSent, Sending
from storage import actions, plans, providers
from storage.database import Database
from storage.models import (
    Action,
    Milestone,
    MilestoneFields,
    OutgoingMessage,
    Person,
    Provider,
    ProviderSettings,
    Reminder,
    Theme,
)
from storage.vocabulary import Nation, Rag, ReminderKind, Role, Status
from tests.support.fake_slack import FakeSlack, accepted_then_dropped, rate_limited
from tests.support.slack_payloads import BOT_TOKEN, TEAM, dm_channel
from tests.support.year import DAY, DIGEST, QUIET, STOPPED, Act, College, Message, Owner, due

ZONES = (
    "Europe/London",
    "Europe/Lisbon",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
)
BEGINS, ENDS = datetime(2026, 8, 1, tzinfo=UTC), datetime(2027, 8, 1, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
FIRST_NAMES = "Ada Bela Carys Dewi Elin Femi Greta Hari Ines Jonah".split()
LAST_NAMES = "Marsh Greaves Shah Baker Vale Okoro Lund Petrie Sand Twist".split()


def english(workspace: str) -> College:
    """A college that has set nothing: the usual days of most of England hold."""
    return College(
        workspace,
        "Harrowmere College",
        "ENG",
        weekday=0,
        at=time(9),
        breaks=(
            (date(2026, 7, 25), date(2026, 8, 31)),
            (date(2026, 10, 26), date(2026, 10, 30)),
            (date(2026, 12, 20), date(2027, 1, 3)),
            (date(2027, 2, 15), date(2027, 2, 19)),
            (date(2027, 3, 22), date(2027, 4, 2)),
            (date(2027, 5, 31), date(2027, 6, 4)),
            (date(2027, 7, 25), date(2027, 8, 31)),
        ),
        half_terms=_half_terms(date(2027, 1, 1), date(2027, 4, 16)),
    )


def scottish(workspace: str) -> College:
    """A college with terms and closures of its own, which is paused for some weeks of autumn."""
    return College(
        workspace,
        "Glenarrow College",
        "SCT",
        weekday=2,
        at=time(13, 30),
        breaks=(
            (date(2026, 7, 25), date(2026, 8, 16)),
            (date(2026, 12, 19), date(2027, 1, 5)),
            (date(2027, 3, 26), date(2027, 4, 12)),
            (date(2027, 6, 26), date(2027, 8, 31)),
        ),
        half_terms=_half_terms(date(2027, 1, 6), date(2027, 4, 13)),
        terms={
            "2026/27": [
                ["2026-08-17", "2026-12-18"],
                ["2027-01-06", "2027-03-25"],
                ["2027-04-13", "2027-06-25"],
            ]
        },
        closures=[["2026-10-12", "2026-10-16"], ["2027-02-15", "2027-02-17"]],
    )


def _half_terms(spring: date, summer: date) -> tuple[date, ...]:
    return (
        date(2026, 8, 1),
        date(2026, 10, 26),
        spring,
        date(2027, 2, 15),
        summer,
        date(2027, 5, 31),
    )


class MuteSlack:
    """A Slack that says nothing of who is not to be disturbed, or is away; it knows people."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.profiles: dict[str, dict[str, Any]] = {}

    def dnd_teamInfo(self, users: list[str]) -> dict[str, Any]:
        if self.rng.random() < 0.5:
            raise SlackRequestError("away")
        return {"ok": True}

    def users_info(self, user: str) -> dict[str, Any]:
        return {"user": self.profiles[user]}


@dataclass
class Year:
    """The owners of some colleges, what befalls them by and by, and the bot's sweeps."""

    database: Database
    rng: Random
    slack: Any
    now: datetime = BEGINS
    owners: list[Owner] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    sweeps: Counter[str] = field(default_factory=Counter)
    _events: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: count = field(default_factory=count)

    # --- who there is ---

    def found(self, college: College, owners: int) -> None:
        """Make a college known, with its lead, sponsor, themes, owners and their actions."""
        rng, workspace = self.rng, college.workspace
        nation = {"ENG": Nation.ENGLAND, "SCT": Nation.SCOTLAND}[college.nation]
        with self.database.writing() as session:
            session.add(Provider(workspace=workspace, name=college.name))
            session.flush()
            settings = ProviderSettings(
                workspace=workspace,
                reminder_day=college.weekday,
                reminder_time=college.at,
                nation=nation,
                terms=college.terms,
                closures=college.closures,
            )
            plan = plans.ensure_plan(session, workspace, "2026/27")
            lead = self._person(session, college, "LEAD", Role.LEAD, ZONES[0])
            sponsor = self._person(session, college, "SPONSOR", Role.SPONSOR, ZONES[0])
            assert plan.id and lead.id and sponsor.id
            ids = {"workspace": workspace, "plan_id": plan.id}
            first = Theme(**ids, rank=1, name="Stay and achieve", sponsor_id=sponsor.id)
            second = Theme(**ids, rank=2, name="Maths and English")
            session.add_all([settings, first, second])
            session.flush()
            assert first.id and second.id
            college.lead, college.sponsor, college.plan = lead.id, sponsor.id, plan.id
            college.themes = (first.id, second.id)
            numbers = count(1)
            for n in range(owners):
                role = Role.READER if n in (7, 8) else Role.OWNER
                person = self._person(session, college, f"{n:03}", role, ZONES[n % len(ZONES)])
                assert person.id
                owner = Owner(college, person.id, person.slack_user_id, person.timezone, [])
                owner.is_reader = role is Role.READER
                owner.only_overdue = person.only_overdue = rng.random() < 0.15
                if rng.random() < 0.1:
                    owner.weekday, owner.at = rng.choice([(4, time(17, 30)), (1, time(7))])
                    person.reminder_day, person.reminder_time = owner.weekday, owner.at
                owner.answers = rng.choice([0, 0.3, 0.7, 0.95])
                for _ in range(rng.choice([0, 1, 1, 2, 3, 4, 6, 8, 12])):
                    owner.actions.append(self._action(session, owner, next(numbers)))
                self.owners.append(owner)

    def _person(
        self, session: Session, college: College, user: str, role: Role, zone: str
    ) -> Person:
        long_ago = BEGINS - 60 * DAY
        person = Person(
            workspace=college.workspace,
            slack_user_id=f"U{college.nation}{user}",
            name=f"{self.rng.choice(FIRST_NAMES)} {self.rng.choice(LAST_NAMES)}",
            role=role,
            timezone=zone,
            created_at=long_ago,
            remind_at=long_ago,
            overview_at=long_ago,
        )
        session.add(person)
        session.flush()
        return person

    def _action(self, session: Session, owner: Owner, number: int) -> Act:
        rng, college = self.rng, owner.college
        is_sponsored = rng.random() < 0.5
        agreed = None if rng.random() < 0.3 else BEGINS - timedelta(hours=rng.uniform(1, 1500))
        made = Action(
            workspace=college.workspace,
            plan_id=college.plan,
            number=number,
            theme_id=college.themes[0 if is_sponsored else 1],
            owner_id=owner.id,
            status=Status.AGREED if agreed else Status.DRAFT,
            agreed_at=agreed,
            action="Review the resources for apprentices",
            due=date(2026, 8, 20) + rng.randrange(340) * DAY,
        )
        session.add(made)
        session.flush()
        assert made.id and made.due
        checks = {made.due - rng.randrange(10, 120) * DAY: False for _ in range(rng.randrange(3))}
        for on in checks:
            session.add(
                Milestone(workspace=college.workspace, action_id=made.id, due=on, text="60% there")
            )
        return Act(made.id, made.due, is_sponsored, checks, agreed)

    # --- what befalls them ---

    def at(self, instant: datetime, happens: Callable[[], None]) -> None:
        """Have something happen at an instant; never at that of a sweep."""
        instant = instant.replace(second=17, microsecond=0)
        heappush(self._events, (instant, next(self._order), happens))

    def some_time(self, begins: datetime = BEGINS, days: float = 360) -> datetime:
        return begins + timedelta(days=self.rng.uniform(0, days))

    def plan_ahead(self) -> None:
        """What happens in the year whether or not anybody is reminded."""
        rng = self.rng
        for owner in self.owners:
            if rng.random() < 0.4:
                begins = self.some_time(days=250)
                owner.silent = (begins, begins + rng.randrange(35, 100) * DAY)
            for act in owner.actions:
                if act.agreed is None and rng.random() < 0.8:
                    self.at(self.some_time(), lambda o=owner, a=act: self.agrees(o, a))
            for _ in range(rng.randrange(3)):
                self.at(self.some_time(), lambda o=owner: self.writes(o))
            for _ in range(rng.randrange(2)):
                self.at(self.some_time(), lambda o=owner: self.is_helped(o))
            if rng.random() < 0.1:
                left = self.some_time(days=250)
                back = left + timedelta(days=rng.uniform(1, 80))
                self.at(left, lambda o=owner: self.slack_says(o, has_left=True))
                self.at(back, lambda o=owner: self.slack_says(o, has_left=False))
            if rng.random() < 0.15:
                zone = rng.choice([zone for zone in ZONES if zone != owner.zone])
                self.at(self.some_time(), lambda o=owner, z=zone: self.slack_says(o, zone=z))
            if rng.random() < 0.1:
                self.at(self.some_time(), lambda o=owner: self.chooses(o))

    def _happens(self, until: datetime) -> bool:
        """Let everything happen that does before a sweep; whether anything did."""
        before = len(self._events)
        while self._events and self._events[0][0] < until:
            self.now, _, happens = heappop(self._events)
            happens()
            before = -1
        self.now = until
        return before < 0

    def agrees(self, owner: Owner, act: Act) -> None:
        if not (owner.is_reader or owner.has_left):
            with self.database.writing() as session:
                changes.agree(session, self._of(session, owner), act.id, self.now)
            act.agreed = self.now
            owner.answered()

    def writes(self, owner: Owner) -> None:
        """An owner comes of their own accord and does something with one of their actions."""
        silent = owner.silent is not None and owner.silent[0] <= self.now < owner.silent[1]
        if owner.live and not (owner.is_reader or owner.has_left or silent):
            self._does(owner, self.rng.choice(owner.live))

    def answers(self, message: Message) -> None:
        """An owner answers a message, each action in one press or with more."""
        owner = message.owner
        asked = [act for act in owner.live if act.id in message.asked and not owner.has_left]
        for act in self.rng.sample(asked, min(len(asked), self.rng.choice([1, 1, 1, 3]))):
            self._does(owner, act)

    def _does(self, owner: Owner, act: Act) -> None:
        rng, now = self.rng, self.now
        today = now.astimezone(ZoneInfo(owner.zone)).date()
        what = rng.choices(
            ["press", "update", "snooze", "complete", "tick", "move"], [8, 3, 2] + [1] * 3
        )
        with self.database.writing() as session:
            person = self._of(session, owner)
            match what[0]:
                case "press":
                    note = rng.choice(["", changes.NO_CHANGE])
                    rag = rng.choice([Rag.RED, Rag.AMBER, Rag.GREEN])
                    changes.report(session, person, act.id, now, rag, note)
                    # A second press within a day mends what the first said.
                    if act.pressed is None or now - act.pressed >= DAY:
                        act.updates.append(now)
                        act.pressed = now
                case "update":
                    changes.update(session, person, act.id, now, rag=Rag.AMBER, note="Two units.")
                    act.updates.append(now)
                    act.pressed = None
                case "snooze":
                    changes.snooze(session, person, act.id, now, today)
                    act.snoozed_until = today + 10 * DAY
                case "complete":
                    said = {"note": "Reached.", "reading": "65%"}
                    changes.complete(session, person, act.id, now, **said)
                    act.is_over = True
                case "tick":
                    act.checks = {on: is_done or on <= today for on, is_done in act.checks.items()}
                    self._edit(session, person, act)
                case "move":
                    act.due += 28 * DAY
                    self._edit(session, person, act)
        owner.answered()

    def _edit(self, session: Session, person: Person, act: Act) -> None:
        held = actions.one(session, person.workspace, act.id)
        assert held is not None
        checks = [MilestoneFields(due=d, text="60% there", done=b) for d, b in act.checks.items()]
        version = held.action.version
        changes.edit(session, person, act.id, version, self.now, milestones=checks, due=act.due)

    def is_helped(self, owner: Owner) -> None:
        """A lead parks an action of somebody's for some weeks, or says how it goes for them."""
        if not owner.live:
            return
        act = self.rng.choice(owner.live)
        with self.database.writing() as session:
            lead = providers.person_by_id(session, owner.college.workspace, owner.college.lead)
            if self.rng.random() < 0.5:
                changes.park(session, lead, act.id, self.now, note="Waits for the new site.")
                act.is_parked = True
                self.at(self.some_time(self.now, 60), lambda: self.resumes(owner, act))
            else:
                changes.update(session, lead, act.id, self.now, rag=Rag.GREEN, note="Seen it.")
                act.updates.append(self.now)
                act.pressed = None

    def resumes(self, owner: Owner, act: Act) -> None:
        with self.database.writing() as session:
            lead = providers.person_by_id(session, owner.college.workspace, owner.college.lead)
            changes.resume(session, lead, act.id, self.now)
        act.is_parked = False

    def slack_says(
        self, owner: Owner, *, has_left: bool | None = None, zone: str | None = None
    ) -> None:
        """Slack is asked of somebody who has left, come back, or moved."""
        owner.has_left = owner.has_left if has_left is None else has_left
        owner.zone, owner.waits = zone or owner.zone, None
        profile = {"real_name": "Ada Marsh", "tz": owner.zone, "deleted": owner.has_left}
        self.slack.profiles[owner.user] = profile
        people = People(self.database, lambda _: self.slack, lambda: self.now)
        people.named(owner.college.workspace, owner.user)

    def chooses(self, owner: Owner) -> None:
        """Somebody sets another day and time for themselves, as their form keeps it."""
        owner.weekday, owner.at = self.rng.choice([(None, None), (3, time(9)), (0, time(17, 30))])
        owner.waits = None
        with self.database.writing() as session:
            person = self._of(session, owner)
            person.reminder_day, person.reminder_time = owner.weekday, owner.at
            person.remind_at = self.now
            session.add(person)

    def pauses(self, college: College, is_paused: bool) -> None:
        college.is_paused = is_paused
        for owner in self.owners:
            owner.waits = None if owner.college is college else owner.waits
        with self.database.writing() as session:
            settings = providers.settings_of(session, college.workspace, to_change=True)
            settings.is_paused = is_paused
            session.add(settings)
            providers.look_again(session, college.workspace, self.now)

    def _of(self, session: Session, owner: Owner) -> Person:
        return providers.person_by_id(session, owner.college.workspace, owner.id)

    # --- the bot ---

    def ticks(self, begins: datetime, ends: datetime) -> Iterable[datetime]:
        """Every half-hour at which the bot is awake, and some moments after it was not."""
        tick = begins
        while tick < ends:
            yield tick
            tick += HALF_HOUR
            if self.rng.random() < 0.003:
                self.sweeps["outages"] += 1
                tick += self.rng.randrange(2, 20) * HALF_HOUR
                yield tick - timedelta(minutes=7)

    def run(
        self, begins: datetime, ends: datetime, sent: Callable[[datetime, list[Key]], None]
    ) -> None:
        """Sweep through the year; what is queued must be what is due, there and then."""
        next_at: datetime | None = begins
        for now in self.ticks(begins, ends):
            if self._happens(now):
                next_at = self._next()
            expected = list(due(self.owners, now))
            is_due = next_at is not None and next_at <= now
            if not is_due and not expected and self.rng.random() > 0.02:
                continue
            queued = self._sweep(now)
            found, wanted = {key for _, _, key in queued}, {m.key for m in expected}
            assert found == wanted, f"{now}: {found - wanted} beside, {wanted - found} missing"
            assert len(queued) == len(expected)
            self.sweeps["due" if is_due else "nothing due"] += 1
            if self.rng.random() < 0.1:
                self.sweeps["again"] += 1
                assert self._sweep(now) == []
            sent(now, queued)
            self.messages += expected
            for message in expected:
                if message.kind == DIGEST and self.rng.random() < message.owner.answers:
                    self._will_answer(message)
            next_at = self._next()

    def _will_answer(self, message: Message) -> None:
        owner, at = message.owner, self.some_time(self.now, self.rng.choice([0.2, 3, 6.5]))
        if owner.silent is None or not owner.silent[0] <= at < owner.silent[1]:
            self.at(at, lambda: self.answers(message))

    def _sweep(self, now: datetime) -> list[Key]:
        reminding = Reminding(self.database, lambda _: self.slack)
        return [key for queued in reminding.sweep(now) for key in queued]

    def _next(self) -> datetime | None:
        with self.database.reading() as session:
            return session.exec(select(func.min(col(Person.remind_at)))).one()


# --- the year -----------------------------------------------------------------------------------


def test_a_year_of_reminders_is_as_the_rules_say(database: Database) -> None:
    year = Year(database, Random(20260801), MuteSlack(Random(1)))
    scots = scottish("T0GLENARROW")
    year.found(english("T0HARROWMERE"), 100)
    year.found(scots, 100)
    year.plan_ahead()
    year.at(datetime(2026, 11, 3, 10, 12, tzinfo=UTC), lambda: year.pauses(scots, True))
    year.at(datetime(2026, 12, 3, 11, 20, tzinfo=UTC), lambda: year.pauses(scots, False))

    year.run(BEGINS, ENDS, lambda now, queued: None)

    kinds = Counter(message.kind for message in year.messages)
    kinds["late"] = sum(message.is_late for message in year.messages)
    assert kinds[DIGEST] > 1000 and min(kinds[QUIET], kinds[STOPPED], kinds["late"]) > 30, kinds
    assert year.sweeps["nothing due"] > 100 and year.sweeps["again"] > 50, year.sweeps
    assert_kept_as_sent(year)
    assert_decent(year.messages)
    assert_by_the_clock(year.messages)


def assert_kept_as_sent(year: Year) -> None:
    """What the database keeps is what was due: each once, to whom and of what."""
    with year.database.reading() as session:
        kept = {(r.person_id, r.kind, r.week): r for r in session.exec(select(Reminder))}
        out = session.exec(
            select(OutgoingMessage.key, OutgoingMessage.created_at, Person.id).join(
                Person,
                (col(Person.workspace) == OutgoingMessage.workspace)
                & (col(Person.slack_user_id) == OutgoingMessage.channel),
            )
        ).all()
    assert sorted(out) == sorted((m.key, m.here.astimezone(UTC), m.to) for m in year.messages)
    assert len(kept) == len(year.messages)
    words = {
        DIGEST: ReminderKind.OWNER,
        QUIET: ReminderKind.QUIET,
        STOPPED: ReminderKind.UNANSWERED,
    }
    for message in year.messages:
        week = f"{message.week[0]}-W{message.week[1]:02}"
        reminder = kept[message.owner.id, words[message.kind], week]
        assert reminder.at == message.here
        assert len(reminder.actions) == min(10, len(message.asked))
        assert message.asked.issuperset(reminder.actions)


def assert_decent(messages: list[Message]) -> None:
    """Nobody is written to twice in a week, on a closed day, early, late, or as a reader."""
    of_a_week = Counter((message.owner.id, message.week) for message in messages)
    assert set(of_a_week.values()) == {1}
    for message in messages:
        assert message.owner.college.is_open(message.here.date())
        assert time(7) <= message.here.time() < time(19)
        assert not message.owner.is_reader


def assert_by_the_clock(messages: list[Message]) -> None:
    """Whoever has 09:00 has it before and after each change of their clocks."""
    nine = [m for m in messages if not m.is_late and m.kind == DIGEST and m.owner.at is None]
    nine = [m for m in nine if m.owner.college.at == time(9)]
    assert {m.here.time() for m in nine} == {time(9)}
    for zone in ZONES:
        offsets = {m.here.utcoffset() for m in nine if m.zone == zone}
        assert len(offsets) == (1 if zone == "Asia/Kolkata" else 2), zone


# --- six weeks over HTTP ------------------------------------------------------------------------


def test_six_weeks_of_messages_reach_slack_once(fake: FakeSlack, database: Database) -> None:
    """What is due stands in each owner's direct message, though Slack loses answers."""
    year = Year(database, Random(7), WebClient(BOT_TOKEN, fake.api_url, retry_handlers=[]))
    college = english(TEAM)
    year.found(college, 20)
    sending = Sending(database, lambda _: year.slack, Turns(), lambda: year.now, "year", print)
    owners = {owner.user: owner for owner in year.owners}
    accepted: Counter[tuple[int, tuple[int, int]]] = Counter()

    def sent(now: datetime, queued: list[Key]) -> None:
        if queued:
            fault = year.rng.choice([accepted_then_dropped(), rate_limited(0)])
            fake.fail_next("chat.postMessage", fault)
        before = {user: len(fake.messages(dm_channel(user))) for user in owners}
        for workspace, conversation, _ in queued:
            _send(sending, workspace, conversation)
        for user, owner in owners.items():
            here = now.astimezone(ZoneInfo(owner.zone))
            more = len(fake.messages(dm_channel(user))) - before[user]
            accepted[owner.id, here.isocalendar()[:2]] += more

    year.run(datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 12, 14, tzinfo=UTC), sent)

    to_owners = [message for message in year.messages if message.kind != STOPPED]
    assert len(to_owners) > 40
    assert +accepted == Counter((message.owner.id, message.week) for message in to_owners)
    assert max(accepted.values()) == 1


def _send(sending: Sending, workspace: str, conversation: str) -> None:
    for _ in range(5):
        try:
            return sending.send(workspace, conversation)
        except (TryAgain, NotSent):
            continue
    raise AssertionError(f"{conversation} is not sent")
