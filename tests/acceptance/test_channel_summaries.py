"""A summary that is posted in a channel: set up with a confirmation, on its days, until stopped."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.slack.posting import Posting
from storage import actions, channel_summaries, providers
from storage.database import Database, DatabaseUnavailable
from storage.models import ChannelSummary, OutgoingMessage, ProviderSettings
from storage.vocabulary import Delivery, Every, Rag, Role, Status
from tests.support.block_kit import assert_valid_message, assert_valid_view, render_text
from tests.support.bots import InProcess, in_process
from tests.support.college import LEAD, OTHER, OWNER, SPONSOR, College, found
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens, buttons, inputs
from tests.support.slack_faults import accepted_then_500, error
from tests.support.slack_payloads import TEAM, dm_channel
from tests.support.waiting import eventually

Json = dict[str, Any]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CHANNEL, ANOTHER = "C0QUALITY", "C0STAFF"
ELSEWHERE, ABROAD = "T0ELSEWHERE", "U1"
# A Friday in term; summaries come on Tuesdays, the day after the reminders, at nine.
FRIDAY = datetime(2026, 11, 27, 10, tzinfo=UTC)
TUESDAY = datetime(2026, 12, 1, 9, tzinfo=UTC)
WEEK, A_MOMENT = timedelta(weeks=1), timedelta(minutes=5)


class Watch:
    """A clock that stands until it is moved."""

    now = FRIDAY

    def __call__(self) -> datetime:
        return self.now


class Bot:
    """The bot, which looks for what is due at the instants that a test names."""

    def __init__(self, fake: FakeSlack, running: InProcess, watch: Watch, college: College) -> None:
        self.fake, self.running, self.watch, self.college = fake, running, watch, college
        self.database = running.database

    def sweeps(self, at: datetime) -> None:
        """Look for what is due, and wait until what was queued is sent or given up."""
        self.watch.now = at
        self.running.service.upkeep.sweep()
        waiting = select(OutgoingMessage.id).where(OutgoingMessage.delivery == Delivery.WAITING)

        def is_settled() -> bool:
            with self.database.reading() as session:
                return session.exec(waiting).first() is None

        eventually(is_settled)

    def as_(self, user: str, team: str = TEAM) -> Screens:
        return Screens(self.fake, self.running.http, user, team)

    def sets_up(self, channel: str = CHANNEL, user: str = LEAD, **typed: str) -> Screens:
        """A lead has a summary posted; what they see last."""
        lead = self.as_(user)
        lead.opens_home()
        lead.presses("Post to a channel")
        lead.saves(channel=channel, **typed)
        lead.saves()
        return lead

    def posts(self, channel: str = CHANNEL) -> list[str]:
        return [render_text(message) for message in self.fake.messages(channel)]

    def told(self, user: str = LEAD) -> list[str]:
        """What somebody was told of channels."""
        heard = [render_text(message) for message in self.fake.messages(dm_channel(user))]
        return [text for text in heard if "#C0" in text]

    def rows(self) -> list[ChannelSummary]:
        with self.database.reading() as session:
            return list(session.exec(select(ChannelSummary)))

    def sets(self, **values: Any) -> None:
        """Set what is kept of the provider, as the form of settings does."""
        with self.database.writing() as session:
            session.merge(ProviderSettings(workspace=TEAM, **values))

    def change(self, user: str, **values: Any) -> None:
        with self.database.writing() as session:
            person = providers.person(session, TEAM, user)
            assert person is not None
            for name, value in values.items():
                setattr(person, name, value)
            session.add(person)

    def reads(self, reading: str, at: datetime) -> None:
        """A reading that an owner gives at an instant."""
        with self.database.writing() as session:
            held = actions.one(session, TEAM, self.college.actions[Status.AGREED])
            owner = providers.person(session, TEAM, OWNER)
            assert held is not None and owner is not None
            made = {"rag": Rag.GREEN, "note": "Going well.", "reading": reading}
            actions.add_update(session, held.action, owner, at, **made)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def bot(fake: FakeSlack, database_url: str, watch: Watch) -> Iterator[Bot]:
    with in_process(fake, database_url, clock=watch) as running:
        yield Bot(fake, running, watch, found(fake, running.database))


# --- setting it up ------------------------------------------------------------------------------


def test_it_is_set_up_with_a_look_at_what_all_will_read(bot: Bot) -> None:
    lead = bot.as_(LEAD)
    lead.opens_home()

    form = lead.presses("Post to a channel")
    assert_valid_view(lead.modals[-1])
    assert "[The plan]" in form and "[Every week]" in form
    (choice,) = [b for b in inputs(lead.modals[-1]) if b["block_id"].startswith("channel@")]
    assert choice["element"]["filter"] == {
        "include": ["public", "private"],
        "exclude_bot_users": True,
        "exclude_external_shared_channels": True,
    }
    shown = lead.saves(channel=CHANNEL)
    assert_valid_view(lead.modals[-1])
    assert "Every week, from Tuesday 1 December 2026 at 09:00 on." in shown
    assert f"This is what everybody in #{CHANNEL} will read, as it stands today:" in shown
    assert "Improvement plan 2026/27" in shown and "Stay and achieve: actions 4" in shown
    assert bot.rows() == []

    said = lead.saves()

    assert_valid_view(lead.modals[-1])
    assert f"The first post in #{CHANNEL} comes on Tuesday 1 December 2026 at 09:00." in said
    (row,) = bot.rows()
    assert (row.workspace, row.channel, row.view, row.every) == (TEAM, CHANNEL, "plan", Every.WEEK)
    assert row.next_at == TUESDAY
    bot.sweeps(FRIDAY)
    assert bot.posts() == []


@pytest.mark.parametrize("view", ["plan", "sar", "governors"])
def test_it_is_posted_once_at_its_moment(bot: Bot, view: str) -> None:
    bot.reads("60%", FRIDAY)
    bot.sets_up(view=view)

    bot.sweeps(TUESDAY - A_MOMENT)
    assert bot.posts() == []
    bot.sweeps(TUESDAY)
    bot.sweeps(TUESDAY)
    bot.sweeps(TUESDAY + A_MOMENT)
    bot.sweeps(TUESDAY + timedelta(days=2))

    (message,) = bot.fake.messages(CHANNEL)
    assert_valid_message(message)
    (post,) = bot.posts()
    assert "Improvement plan 2026/27" in post.splitlines()[0]
    assert "Since 24 November 2026: 1 gain for learners" in post
    assert "Every week, set up by " in post and "Type /qip summary to see more" in post
    assert buttons(message) == []
    for name in ("Priya", OWNER, SPONSOR):
        assert name not in json.dumps(message)
    (row,) = bot.rows()
    assert (row.last_at, row.week, row.awaits) == (TUESDAY, "2026-W49", None)
    assert row.next_at == TUESDAY + WEEK


def test_what_is_new_counts_from_the_last_post(bot: Bot) -> None:
    bot.sets_up()
    bot.sweeps(TUESDAY)
    bot.sweeps(TUESDAY + A_MOMENT)
    bot.reads("60%", TUESDAY + timedelta(days=3))

    bot.sweeps(TUESDAY + WEEK)

    first, second = bot.posts()
    assert "Since 24 November 2026 nothing has changed." in first
    assert "Since 1 December 2026: 1 gain for learners" in second


@on_sqlite
def test_what_moved_is_counted_and_not_told_in_its_owners_words(bot: Bot) -> None:
    with bot.database.writing() as session:
        held = actions.one(session, TEAM, bot.college.actions[Status.AGREED])
        owner = providers.person(session, TEAM, OWNER)
        assert held is not None and owner is not None
        held.action.action = "Help Priya Shah, who is behind"
        session.add(held.action)
        actions.add_update(session, held.action, owner, FRIDAY, rag=Rag.AMBER, note="Late again.")
    bot.sets_up()

    bot.sweeps(TUESDAY)

    (post,) = bot.posts()
    assert "Since 24 November 2026: 1 moved." in post
    assert "Priya" not in post and "Late again" not in post


@on_sqlite
@pytest.mark.parametrize(
    ("every", "days"),
    [
        ("week", [(2026, 12, 1), (2026, 12, 8), (2026, 12, 15), (2027, 1, 5), (2027, 1, 12)]),
        ("month", [(2026, 12, 1), (2027, 1, 5), (2027, 2, 2)]),
        ("half_term", [(2026, 12, 1), (2027, 1, 5), (2027, 2, 23)]),
    ],
)
def test_it_comes_as_often_as_was_chosen_and_never_between_terms(
    bot: Bot, every: str, days: list[tuple[int, int, int]]
) -> None:
    bot.sets_up(every=every)
    came: list[date] = []
    day = FRIDAY.replace(hour=9)

    while len(came) < len(days):
        day += timedelta(days=1)
        before = len(bot.posts())
        for at in (day, day + A_MOMENT):
            bot.watch.now = at
            for queued in Posting(bot.database, bot.running.service.upkeep.people).sweep(at):
                for workspace, conversation, _ in queued:
                    bot.running.service.upkeep.sending.send(workspace, conversation)
        came += [day.date()] * (len(bot.posts()) - before)

    assert came == [date(*each) for each in days]


@on_sqlite
def test_it_comes_by_the_clock_of_who_confirmed_it(fake: FakeSlack, bot: Bot) -> None:
    fake.add_user(LEAD, "Lena Marsh", tz="Asia/Kolkata")

    lead = bot.sets_up()

    assert "comes on Tuesday 1 December 2026 at 09:00" in lead.text
    assert bot.rows()[0].next_at == datetime(2026, 12, 1, 3, 30, tzinfo=UTC)
    bot.sweeps(datetime(2026, 12, 1, 3, 30, tzinfo=UTC))
    assert len(bot.posts()) == 1


@on_sqlite
@pytest.mark.parametrize(
    ("now", "first"),
    [
        # The moment of this week is past, a minute ago or a day: the next one is a week later.
        (TUESDAY + A_MOMENT, TUESDAY + WEEK),
        (TUESDAY, TUESDAY + WEEK),
        (TUESDAY + timedelta(hours=13), TUESDAY + WEEK),
        (TUESDAY + timedelta(days=2), TUESDAY + WEEK),
        (TUESDAY - A_MOMENT, TUESDAY),
        (datetime(2026, 12, 16, 9, tzinfo=UTC), datetime(2027, 1, 5, 9, tzinfo=UTC)),
    ],
)
def test_the_first_comes_at_the_next_moment_and_never_at_once(
    bot: Bot, now: datetime, first: datetime
) -> None:
    bot.watch.now = now
    bot.sets_up(every="month")

    bot.sweeps(now)
    assert bot.posts() == []
    assert bot.rows()[0].next_at == first
    bot.sweeps(first)
    assert len(bot.posts()) == 1


# --- pauses and days off ------------------------------------------------------------------------


def test_nothing_is_posted_while_the_provider_is_paused(bot: Bot) -> None:
    bot.sets_up()
    bot.sets(is_paused=True)
    for days in range(9):
        bot.sweeps(TUESDAY + timedelta(days=days))
    assert bot.posts() == []
    lead = bot.as_(LEAD)
    assert "has paused all reminders" in lead.sends("do:channel:", "{}")
    assert "until that ends nothing is posted" in lead.saves(channel=ANOTHER)

    lead = bot.as_(LEAD)
    lead.sends("do:settings:", "{}")
    lead.saves(is_paused="no")

    bot.sweeps(TUESDAY + timedelta(days=9))
    assert bot.posts() == []
    bot.sweeps(TUESDAY + 2 * WEEK)
    assert len(bot.posts()) == 1


@on_sqlite
def test_a_day_off_moves_it_and_so_does_another_day_of_reminders(bot: Bot) -> None:
    bot.sets_up()
    bot.sets(closures=[["2026-12-01", "2026-12-02"]])

    bot.sweeps(TUESDAY)
    bot.sweeps(TUESDAY + timedelta(days=1))
    assert bot.posts() == []
    bot.sweeps(TUESDAY + timedelta(days=2))
    bot.sweeps(TUESDAY + timedelta(days=2) + A_MOMENT)
    assert len(bot.posts()) == 1

    lead = bot.as_(LEAD)
    lead.sends("do:settings:", "{}")
    lead.saves(reminder_day="3", reminder_time="14:00")
    (row,) = bot.rows()
    assert row.next_at == datetime(2026, 12, 11, 14, tzinfo=UTC)


@on_sqlite
def test_without_a_plan_nothing_is_posted_and_that_is_said_before(
    bot: Bot,
) -> None:
    bot.watch.now = datetime(2027, 9, 10, 9, tzinfo=UTC)

    lead = bot.as_(LEAD)
    lead.opens_home()
    lead.presses("Post to a channel")
    shown = lead.saves(channel=CHANNEL)
    lead.saves()
    bot.sweeps(datetime(2027, 9, 14, 8, tzinfo=UTC))

    assert "There is no plan for 2027/28 yet. Nothing is posted until there is one." in shown
    assert bot.posts() == []
    assert bot.rows()[0].next_at == datetime(2027, 9, 21, 8, tzinfo=UTC)


# --- when it does not get there -----------------------------------------------------------------


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found"])
def test_who_confirmed_it_is_told_once_and_it_is_tried_again(bot: Bot, code: str) -> None:
    bot.sets_up(every="month")
    bot.fake.always_fail("chat.postMessage", error(code), when=to_channel)
    bot.sweeps(TUESDAY)
    assert bot.told() == []

    for days in range(3):
        bot.sweeps(TUESDAY + A_MOMENT + timedelta(days=days))
    (told,) = bot.told()
    assert f"I could not post the summary in #{CHANNEL}: I am not in that channel." in told
    assert "Type /invite @So What there" in told
    assert "I will try again on Tuesday 8 December." in told
    assert "did not get there" in bot.as_(LEAD).sends("do:channel:", "{}")
    bot.sweeps(TUESDAY + WEEK)
    bot.sweeps(TUESDAY + WEEK + A_MOMENT)
    assert len(bot.told()) == 1

    bot.fake.heal()
    bot.sweeps(TUESDAY + 2 * WEEK)
    bot.sweeps(TUESDAY + 2 * WEEK + A_MOMENT)

    (post,) = bot.posts()
    assert "Since 14 November 2026" in post
    (row,) = bot.rows()
    assert (row.failures, row.last_at) == (0, TUESDAY + 2 * WEEK)
    assert row.next_at == datetime(2027, 1, 5, 9, tzinfo=UTC)


def test_after_three_it_is_stopped_and_that_is_told(bot: Bot) -> None:
    bot.sets_up()
    bot.fake.always_fail("chat.postMessage", error("not_in_channel"), when=to_channel)

    for week in range(3):
        bot.sweeps(TUESDAY + week * WEEK)
        bot.sweeps(TUESDAY + week * WEEK + A_MOMENT)
    bot.fake.heal()
    bot.sweeps(datetime(2027, 1, 5, 9, tzinfo=UTC))

    first, last = bot.told()
    assert "I could not post" in first
    assert f"I have stopped posting the summary in #{CHANNEL}, as three in a row" in last
    assert "Post to a channel" in last
    assert bot.rows() == [] and bot.posts() == []


@on_sqlite
@pytest.mark.parametrize(
    ("code", "says"),
    [("is_archived", "that channel is archived"), ("restricted_action", "Ask whoever runs")],
)
def test_other_refusals_say_what_to_do(bot: Bot, code: str, says: str) -> None:
    bot.sets_up()
    bot.fake.always_fail("chat.postMessage", error(code), when=to_channel)

    bot.sweeps(TUESDAY)
    bot.sweeps(TUESDAY + A_MOMENT)

    (told,) = bot.told()
    assert says in told


def to_channel(call: Any) -> bool:
    return str(call.args["channel"]).startswith("C0")


@pytest.mark.parametrize("change", [{"role": Role.OWNER}, {"left_at": FRIDAY}])
def test_when_who_confirmed_it_leads_no_more_it_stops_and_others_are_told(
    bot: Bot, change: Json
) -> None:
    bot.sets_up()
    bot.change(OTHER, role=Role.LEAD)
    bot.change(LEAD, **change)

    bot.sweeps(TUESDAY)
    bot.sweeps(TUESDAY + A_MOMENT)

    (told,) = bot.told(OTHER)
    assert f"I have stopped posting the summary in #{CHANNEL}" in told
    assert ("has left" if "left_at" in change else "is no longer a quality lead") in told
    assert bot.told() == [] and bot.posts() == [] and bot.rows() == []


@on_sqlite
def test_slack_is_asked_whether_they_are_still_there(fake: FakeSlack, bot: Bot) -> None:
    bot.sets_up()
    fake.add_user(LEAD, "Morgan Ellis", deleted=True)

    bot.sweeps(TUESDAY)

    assert bot.posts() == [] and bot.rows() == []


# --- stopping and changing it ---------------------------------------------------------------------


def test_it_is_stopped_where_it_was_set_up(bot: Bot) -> None:
    bot.sets_up()
    bot.sets_up(ANOTHER, view="sar", every="month")
    lead = bot.as_(LEAD)
    lead.opens_home()

    shown = lead.presses("Post to a channel")
    assert_valid_view(lead.modals[-1])
    assert f"#{CHANNEL}: The plan. Every week, set up by " in shown
    assert f"#{ANOTHER}: From the SAR to impact. Every month, set up by " in shown
    assert "Next on Tuesday 1 December 2026 at 09:00" in shown
    (stop, _) = buttons(lead.modals[-1])
    shown = lead.sends(stop["action_id"], stop["value"], lead.modals[-1])

    assert len(lead.modals) == 1 and f"#{CHANNEL}:" not in shown and f"#{ANOTHER}:" in shown
    assert "Not found" in bot.as_(LEAD).sends(stop["action_id"], stop["value"])
    bot.sweeps(TUESDAY)
    assert bot.posts() == [] and len(bot.posts(ANOTHER)) == 1


@on_sqlite
def test_a_channel_has_one_summary_and_one_post_a_week(bot: Bot) -> None:
    bot.sets_up()
    bot.sweeps(TUESDAY)
    bot.sweeps(TUESDAY + A_MOMENT)

    lead = bot.as_(LEAD)
    lead.opens_home()
    lead.presses("Post to a channel")
    shown = lead.saves(channel=CHANNEL, view="governors")
    assert "It comes in place of what is posted there now: The plan." in shown
    assert "from Tuesday 8 December 2026 at 09:00 on" in shown
    lead.saves()
    (row,) = bot.rows()
    assert (row.view, row.next_at) == ("governors", TUESDAY + WEEK)
    with bot.database.writing() as session:
        channel_summaries.stop(session, TEAM, row.id or 0)
        lead_ = providers.person(session, TEAM, LEAD)
        assert lead_ is not None
        channel_summaries.put(session, lead_, CHANNEL, "sar", Every.WEEK, TUESDAY)

    bot.sweeps(TUESDAY + timedelta(days=1))

    assert len(bot.posts()) == 1
    assert bot.rows()[0].next_at == TUESDAY + WEEK


@on_sqlite
@pytest.mark.parametrize(
    "forged",
    [
        {"channel": "D0LEAD"},
        {"channel": LEAD},
        {"channel": "#quality"},
        {"view": "owner"},
        {"view": "thread"},
        {"every": "day"},
    ],
)
def test_what_no_form_of_ours_offers_is_not_kept(bot: Bot, forged: dict[str, str]) -> None:
    lead = bot.as_(LEAD)
    lead.opens_home()
    lead.presses("Post to a channel")
    if "channel" in forged:
        assert "Choose a channel, not a direct message." in lead.saves(**forged)
    lead.saves(channel=CHANNEL)
    carried = json.loads(lead.modals[-1]["private_metadata"])
    lead.modals[-1]["private_metadata"] = json.dumps({**carried, **forged})

    lead.submits()

    assert bot.rows() == []


@on_sqlite
def test_while_the_database_is_away_nothing_is_kept_and_that_is_said(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = bot.as_(LEAD)
    lead.opens_home()
    lead.presses("Post to a channel")
    lead.saves(channel=CHANNEL)

    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "writing", away)
        said = lead.saves()

    assert_valid_view(lead.modals[-1])
    assert "The plan cannot be reached just now." in said
    assert bot.rows() == []


# --- others, and crashes ------------------------------------------------------------------------


def test_another_workspace_has_its_own(fake: FakeSlack, bot: Bot) -> None:
    found(fake, bot.database, ELSEWHERE, ABROAD)
    bot.sets_up()
    stranger = bot.as_(ABROAD + LEAD, ELSEWHERE)
    (ours,) = bot.rows()

    shown = stranger.sends("do:channel:", "{}")
    said = stranger.sends("do:channel_stop:", json.dumps({"posted": ours.id}))

    assert CHANNEL not in shown
    assert "Not found" in said
    assert len(bot.rows()) == 1
    with bot.database.reading() as session:
        assert channel_summaries.of_workspace(session, ELSEWHERE) == []


def test_a_crash_between_queue_and_send_gives_one_post(bot: Bot) -> None:
    bot.sets_up()
    bot.watch.now = TUESDAY
    people = bot.running.service.upkeep.people
    # Queued, and then nobody is there to send it.
    queued = [key for keys in Posting(bot.database, people).sweep(TUESDAY) for key in keys]
    assert [key for _, _, key in queued] == [f"channel:{CHANNEL}:2026-W49"]
    assert list(Posting(bot.database, people).sweep(TUESDAY)) == []
    assert bot.posts() == []

    bot.sweeps(TUESDAY + timedelta(minutes=15))
    bot.sweeps(TUESDAY + timedelta(minutes=20))

    assert len(bot.posts()) == 1
    assert bot.rows()[0].last_at == TUESDAY


@on_sqlite
def test_what_may_stand_in_the_channel_is_not_posted_again(bot: Bot) -> None:
    bot.sets_up()
    bot.fake.always_fail("chat.postMessage", accepted_then_500(), when=to_channel)
    # As where the bot may not read what is written in channels, which it does not ask for.
    bot.fake.always_fail("conversations.history", error("missing_scope"), when=to_channel)

    bot.sweeps(TUESDAY)
    bot.sweeps(TUESDAY + A_MOMENT)

    assert len(bot.posts()) == 1 and bot.told() == []
    (row,) = bot.rows()
    assert (row.failures, row.last_at, row.next_at) == (0, None, TUESDAY + WEEK)
    bot.fake.heal()
    bot.sweeps(TUESDAY + WEEK)
    assert len(bot.posts()) == 2


@on_sqlite
def test_one_that_cannot_be_made_leaves_the_others_alone(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from bot.slack import posting

    bot.sets_up()
    bot.sets_up(ANOTHER)
    decide = posting.decide

    def fails(session: Any, row: ChannelSummary, now: datetime) -> Any:
        if row.channel == CHANNEL:
            raise RuntimeError("somebody's words")
        return decide(session, row, now)

    monkeypatch.setattr(posting, "decide", fails)
    bot.sweeps(TUESDAY)

    assert bot.posts() == [] and len(bot.posts(ANOTHER)) == 1
    assert "RuntimeError" in caplog.text and "somebody's words" not in caplog.text
