"""The weekly message to an owner, and what they can answer to it; who else hears of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from storage import actions, providers
from storage.models import (
    Action,
    OutgoingMessage,
    Person,
    ProgressUpdate,
    ProviderSettings,
    Reminder,
)
from storage.vocabulary import Delivery, Rag, ReminderKind, Status
from tests.support import slack_payloads as payloads
from tests.support.block_kit import render_text
from tests.support.bots import ROOT, SECRET, InProcess, in_process, program_environment
from tests.support.college import LEAD, OTHER, OWNER, READER, SPONSOR, College, add_action, found
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens
from tests.support.slack_faults import error, rate_limited
from tests.support.slack_payloads import BOT_TOKEN, TEAM, dm_channel
from tests.support.talk import buttons
from tests.support.waiting import eventually

Json = dict[str, Any]
# A Monday in term, in winter: 09:00 in London is 09:00 UTC.
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = MONDAY - timedelta(days=3)

    def __call__(self) -> datetime:
        return self.now


class Bot:
    """The bot, whose reminders are looked for at the instants that a test names."""

    def __init__(self, fake: FakeSlack, running: InProcess, watch: Watch, college: College) -> None:
        self.fake, self.running, self.watch, self.college = fake, running, watch, college
        self.database = running.database

    def sweeps(self, at: datetime) -> None:
        """Look for whoever is due, and wait until what was queued is sent or given up."""
        self.watch.now = at
        self.running.service.upkeep.sweep()

        def settled() -> bool:
            with self.database.reading() as session:
                waiting = select(OutgoingMessage.id).where(
                    OutgoingMessage.delivery == Delivery.WAITING
                )
                return session.exec(waiting).first() is None

        eventually(settled)

    def heard(self, user: str) -> list[Json]:
        """The messages to a person."""
        return self.fake.messages(dm_channel(user))

    def reads(self, user: str) -> str:
        """What a person's last message says, as they see it."""
        return render_text(self.heard(user)[-1])

    def as_(self, user: str) -> Screens:
        return Screens(self.fake, self.running.http, user)

    def kept(self, user: str = OWNER) -> list[Reminder]:
        with self.database.reading() as session:
            person = providers.person(session, TEAM, user)
            assert person is not None
            return list(
                session.exec(
                    select(Reminder)
                    .where(Reminder.workspace == TEAM, Reminder.person_id == person.id)
                    .order_by(col(Reminder.id))
                )
            )

    def change(self, user: str, **values: Any) -> None:
        """Set what is kept of a person."""
        with self.database.writing() as session:
            person = providers.person(session, TEAM, user)
            assert person is not None
            for name, value in values.items():
                setattr(person, name, value)
            session.add(person)

    def sets(self, **values: Any) -> None:
        """Set what is kept of the provider."""
        with self.database.writing() as session:
            session.merge(ProviderSettings(workspace=TEAM, **values))
            providers.look_again(session, TEAM, self.watch.now)

    def updates(self, action_id: int) -> list[ProgressUpdate]:
        with self.database.reading() as session:
            stored = actions.one(session, TEAM, action_id)
        assert stored is not None
        return stored.updates

    def adds(self, owner: str = OWNER, **fields: Any) -> int:
        with self.database.writing() as session:
            person = providers.person(session, TEAM, owner)
            assert person is not None
            made = add_action(session, TEAM, self.college.plan, person, **fields)
            assert made.id is not None
            return made.id


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def bot(fake: FakeSlack, database_url: str, watch: Watch) -> Iterator[Bot]:
    """The bot and a college whose owner has one action that is due in four days, and no other."""
    with in_process(fake, database_url, clock=watch) as running:
        college = found(fake, running.database)
        with running.database.writing() as session:
            for person in session.exec(select(Person)):
                # They have been there for long.
                person.created_at = MONDAY - timedelta(days=100)
                session.add(person)
            for action in session.exec(select(Action)):
                is_asked = action.id == college.actions[Status.AGREED]
                action.due = date(2026, 12, 4) if is_asked else action.due
                action.status = action.status if is_asked else Status.WITHDRAWN
                session.add(action)
        yield Bot(fake, running, watch, college)


@pytest.fixture
def asked(bot: Bot) -> int:
    return bot.college.actions[Status.AGREED]


def test_an_owner_hears_once_in_a_week_what_is_due(bot: Bot, asked: int) -> None:
    bot.sweeps(MONDAY - timedelta(minutes=5))
    assert bot.heard(OWNER) == []

    bot.sweeps(MONDAY)
    bot.sweeps(MONDAY)
    bot.sweeps(MONDAY + timedelta(minutes=5))
    bot.sweeps(MONDAY + timedelta(days=3))

    (message,) = bot.heard(OWNER)
    assert "1 action of yours needs a word from you." in message["text"]
    shown = render_text(message)
    assert "A-2 Review the apprenticeship resources" in shown
    assert "Due on 4 December 2026." in shown
    assert "Achievement rate 54% → 65% by December, no reading yet · not rated yet" in shown
    assert "[On track]  [At risk]  [Off track]" in shown
    assert [(r.kind, r.week, r.actions) for r in bot.kept()] == [
        (ReminderKind.OWNER, "2026-W49", [asked])
    ]

    bot.sweeps(MONDAY + WEEK)
    assert len(bot.heard(OWNER)) == 2
    assert "Overdue since 4 December 2026." in bot.reads(OWNER)


def test_one_press_is_an_update_and_asks_at_most_one_question(bot: Bot, asked: int) -> None:
    bot.sweeps(MONDAY)
    owner, message = bot.as_(OWNER), bot.heard(OWNER)[-1]

    question = owner.presses("On track", screen=message)

    assert "Noted: A-2 is on track. You can leave it at that." in question
    assert "What does achievement rate stand at now?" in question
    (update,) = bot.updates(asked)
    assert (update.rag, update.note, update.reading) == (Rag.GREEN, "", None)
    assert all(r.answered_at for r in bot.kept())
    bot.fake.wait_for(lambda: "Noted: on track." in bot.reads(OWNER))
    assert "[On track]" not in bot.reads(OWNER) and "[Change]" in bot.reads(OWNER)

    assert "Give the level it stands at" in owner.saves(reading="much better")
    owner.saves(reading="56%")

    (update,) = bot.updates(asked)
    assert (update.rag, update.reading) == (Rag.GREEN, "56%")
    bot.fake.wait_for(lambda: "Noted: on track, 56%." in bot.reads(OWNER))


def test_who_thinks_better_of_it_changes_what_they_said(bot: Bot, asked: int) -> None:
    bot.sweeps(MONDAY)
    owner, message = bot.as_(OWNER), bot.heard(OWNER)[-1]
    owner.presses("On track", screen=message)
    owner.modals.clear()

    # The old message may still be on their screen.
    assert "What is in the way, or what would help?" in owner.presses("At risk", screen=message)
    owner.saves(note="Two tutors have left.")

    (update,) = bot.updates(asked)
    assert (update.rag, update.note) == (Rag.AMBER, "Two tutors have left.")
    bot.fake.wait_for(lambda: "Noted: at risk." in bot.reads(OWNER))
    owner.presses("Change", screen=bot.heard(OWNER)[-1])
    owner.saves(rag="red", note="Three tutors have left.", reading="52%")

    (update,) = bot.updates(asked)
    assert (update.rag, update.note, update.reading) == (Rag.RED, "Three tutors have left.", "52%")
    with bot.database.reading() as session:
        stored = actions.one(session, TEAM, asked)
        assert stored is not None and stored.action.rag is Rag.RED
        told = actions.changes_since(session, TEAM, asked, 1)
    assert [c.old for c in told if c.field == "update"] == [
        "green",
        "amber",
        "amber / Two tutors have left.",
    ]


def test_no_change_is_one_press(bot: Bot, asked: int) -> None:
    with bot.database.writing() as session:
        owner = providers.person(session, TEAM, OWNER)
        held = session.get(Action, asked)
        assert owner is not None and held is not None
        actions.add_update(
            session, held, owner, MONDAY - timedelta(days=20), rag=Rag.AMBER, note="Slow."
        )
    bot.sweeps(MONDAY)
    message = bot.heard(OWNER)[-1]
    assert "you last said at risk" in render_text(message)

    button = next(b for b in buttons(message) if b.get("text", {}).get("text") == "No change")

    for _ in range(2):
        press = payloads.block_action(
            button["action_id"], button["value"], user=OWNER, message=message
        )
        assert bot.running.http.interaction(press).status == 200

    assert [(u.rag, u.note) for u in bot.updates(asked)] == [
        (Rag.AMBER, "Slow."),
        (Rag.AMBER, "No change."),
    ]
    bot.fake.wait_for(lambda: "Noted: at risk." in bot.reads(OWNER))
    assert bot.fake.views_opened == []


@pytest.mark.parametrize(
    ("verb", "shows"),
    [
        ("update", "== Update A-2 =="),
        ("complete", "== Complete A-2 =="),
        ("not_mine", "== Not mine =="),
        ("open", "== Action A-2 =="),
    ],
)
def test_more_can_be_said_behind_one_button(bot: Bot, asked: int, verb: str, shows: str) -> None:
    bot.sweeps(MONDAY)
    owner = bot.as_(OWNER)

    value = f'{{"do": "{verb}", "action": {asked}}}'
    shown = owner.sends(f"do:more:{asked}", value, bot.heard(OWNER)[-1])

    assert shows in shown


def test_what_is_snoozed_is_left_out_of_the_next_message(bot: Bot, asked: int) -> None:
    other = bot.adds(due=date(2026, 12, 1))
    bot.sweeps(MONDAY)
    value = f'{{"do": "snooze", "action": {asked}}}'
    bot.as_(OWNER).sends(f"do:more:{asked}", value, bot.heard(OWNER)[-1])
    bot.fake.wait_for(lambda: "You are asked again from 10 December 2026." in bot.reads(OWNER))

    bot.sweeps(MONDAY + WEEK)
    assert bot.kept()[-1].actions == [other]

    bot.sweeps(MONDAY + 2 * WEEK)
    assert bot.kept()[-1].actions == [other, asked]


def test_who_says_it_is_not_theirs_has_the_sponsor_told(bot: Bot, asked: int) -> None:
    bot.sweeps(MONDAY)
    owner = bot.as_(OWNER)
    value = f'{{"do": "not_mine", "action": {asked}}}'
    owner.sends(f"do:more:{asked}", value, bot.heard(OWNER)[-1])
    assert "Whoever answers for its theme is told either way." in owner.text

    owner.saves()

    bot.fake.wait_for_messages(dm_channel(SPONSOR), 1)
    assert "Priya Shah says that A-2 is not theirs, and cannot say whose it is." in bot.reads(
        SPONSOR
    )
    bot.fake.wait_for(lambda: "Passed on: it is not yours any more." in bot.reads(OWNER))


def test_who_has_updated_within_six_days_is_not_asked_again(bot: Bot, asked: int) -> None:
    bot.watch.now = MONDAY - timedelta(days=3)
    owner = bot.as_(OWNER)
    owner.sends("do:update:1", f'{{"action": {asked}}}')
    owner.saves(rag="green", note="All set.")

    bot.sweeps(MONDAY)

    assert bot.heard(OWNER) == []


def test_after_three_weeks_without_an_answer_the_sponsor_is_told_once(bot: Bot, asked: int) -> None:
    for week in range(6):
        bot.sweeps(datetime(2027, 1, 11, 9, tzinfo=UTC) + week * WEEK)

    assert [r.kind for r in bot.kept()] == [ReminderKind.OWNER] * 3 + [ReminderKind.UNANSWERED]
    assert len(bot.heard(OWNER)) == 3
    told = [m for m in bot.heard(SPONSOR) if "has not answered" in m["text"]]
    assert len(told) == 1
    assert "Priya Shah has not answered three weekly reminders" in told[0]["text"]
    assert "They own A-2." in told[0]["text"]

    # Half-term is in between; a press brings the reminders back.
    bot.as_(OWNER).presses("Off track", screen=bot.heard(OWNER)[-1])
    bot.sweeps(datetime(2027, 3, 1, 9, tzinfo=UTC))
    assert [r.kind for r in bot.kept()][-1] is ReminderKind.OWNER


def test_nothing_due_is_said_once_in_a_half_term(bot: Bot, asked: int) -> None:
    with bot.database.writing() as session:
        held = session.get(Action, asked)
        assert held is not None
        held.due = date(2027, 7, 1)
        held.agreed_at = MONDAY
        session.add(held)

    for week in range(3):
        bot.sweeps(MONDAY + week * WEEK)

    (message,) = bot.heard(OWNER)
    assert message["text"].startswith("All quiet: none of your actions needs a word")
    assert len(message["text"].splitlines()) == 2


@pytest.mark.parametrize(
    "why",
    ["paused", "left", "holiday", "closed", "parked"],
)
def test_nobody_is_written_to_who_should_be_left_in_peace(bot: Bot, asked: int, why: str) -> None:
    at = MONDAY
    if why == "paused":
        bot.sets(is_paused=True)
    elif why == "left":
        bot.change(OWNER, left_at=MONDAY)
    elif why == "holiday":
        at = datetime(2026, 12, 28, 9, tzinfo=UTC)
        bot.change(OWNER, reminded_week="2026-W52")
    elif why == "closed":
        bot.sets(closures=[["2026-11-30", "2026-12-04"]])
        bot.change(OWNER, reminded_week="2026-W48")
    else:
        bot.as_(LEAD).sends("do:park:1", f'{{"action": {asked}}}')
        with bot.database.writing() as session:
            held = session.get(Action, asked)
            assert held is not None
            held.parked_at = MONDAY
            session.add(held)

    bot.sweeps(at)

    assert bot.heard(OWNER) == []


def test_a_bank_holiday_moves_it_to_the_next_day(bot: Bot) -> None:
    # Easter Monday of 2027 is in the holidays; the early May one is not.
    may = datetime(2027, 5, 3, 8, tzinfo=UTC)
    bot.sweeps(may)
    bot.sweeps(may + timedelta(hours=3))
    assert bot.heard(OWNER) == []

    bot.sweeps(may + timedelta(days=1))
    assert len(bot.heard(OWNER)) == 1


def test_ones_own_day_and_hour_are_kept(bot: Bot) -> None:
    bot.change(OWNER, reminder_day=2, reminder_time=time(14, 30), timezone="America/New_York")

    bot.sweeps(MONDAY)
    bot.sweeps(datetime(2026, 12, 2, 19, 29, tzinfo=UTC))
    assert bot.heard(OWNER) == []

    bot.sweeps(datetime(2026, 12, 2, 19, 30, tzinfo=UTC))
    assert len(bot.heard(OWNER)) == 1


def test_who_is_not_to_be_disturbed_is_written_to_afterwards(bot: Bot) -> None:
    until = MONDAY + timedelta(hours=2)
    bot.fake.disturb_not(OWNER, MONDAY - timedelta(hours=1), until)

    bot.sweeps(MONDAY)
    assert bot.heard(OWNER) == []

    bot.sweeps(until)
    assert len(bot.heard(OWNER)) == 1


def test_who_is_found_to_have_left_is_not_written_to(bot: Bot) -> None:
    bot.fake.add_user(OWNER, "Priya Shah", deleted=True)

    bot.sweeps(MONDAY)

    assert bot.heard(OWNER) == []
    assert outcome(bot) == (Delivery.FAILED, "left")
    bot.sweeps(MONDAY + WEEK)
    assert len(bot.kept()) == 1


def test_who_has_left_by_slacks_word_is_not_written_to_again(bot: Bot) -> None:
    bot.fake.fail_next("conversations.open", error("user_disabled"))
    bot.sweeps(MONDAY)

    assert bot.heard(OWNER) == []
    with bot.database.reading() as session:
        person = providers.person(session, TEAM, OWNER)
    assert person is not None and person.left_at is not None


def test_a_direct_message_that_is_not_there_any_more_is_opened_anew(bot: Bot) -> None:
    bot.change(OWNER, direct_channel="D0GONE")
    bot.fake.always_fail(
        "chat.postMessage",
        error("channel_not_found"),
        when=lambda call: call.args["channel"] == "D0GONE",
    )

    bot.sweeps(MONDAY)

    assert len(bot.heard(OWNER)) == 1
    with bot.database.reading() as session:
        person = providers.person(session, TEAM, OWNER)
    assert person is not None and person.direct_channel == dm_channel(OWNER)


def test_a_direct_message_that_slack_names_and_does_not_know_is_given_up(bot: Bot) -> None:
    bot.fake.always_fail("chat.postMessage", error("channel_not_found"))

    bot.sweeps(MONDAY)

    assert outcome(bot) == (Delivery.FAILED, "channel_not_found")


def test_what_is_too_much_for_slack_goes_out_as_plain_text(bot: Bot) -> None:
    bot.fake.fail_next("chat.postMessage", error("msg_too_long"))

    bot.sweeps(MONDAY)

    (message,) = bot.heard(OWNER)
    assert not message.get("blocks")
    assert "1 action of yours needs a word from you." in message["text"]
    assert outcome(bot) == (Delivery.SENT, None)


@pytest.mark.parametrize("code", ["account_inactive", "token_revoked"])
def test_a_token_that_is_no_good_ends_in_a_plain_line_and_no_more_tries(
    bot: Bot, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    bot.fake.always_fail("chat.postMessage", error(code))

    bot.sweeps(MONDAY)

    assert outcome(bot) == (Delivery.FAILED, code)
    assert len(bot.fake.calls_to("chat.postMessage")) == 1
    assert "has taken the bot out or withdrawn its token" in caplog.text


def test_slack_that_asks_for_patience_is_given_it(bot: Bot) -> None:
    bot.fake.fail_next("chat.postMessage", rate_limited(1), times=2)

    bot.sweeps(MONDAY)

    assert len(bot.heard(OWNER)) == 1


def outcome(bot: Bot) -> tuple[Delivery, str | None]:
    """What became of the one message that was queued."""
    with bot.database.reading() as session:
        (message,) = session.exec(select(OutgoingMessage)).all()
    return message.delivery, message.error


def test_sponsors_and_leads_hear_a_day_later_what_moved(bot: Bot, asked: int) -> None:
    stuck = bot.adds(OTHER, due=date(2026, 11, 2))
    bot.sweeps(MONDAY)
    owner = bot.as_(OWNER)
    owner.presses("On track", screen=bot.heard(OWNER)[-1])
    owner.saves(reading="60%")
    assert bot.heard(SPONSOR) == [] and bot.heard(LEAD) == []

    bot.sweeps(MONDAY + timedelta(days=1))
    bot.sweeps(MONDAY + timedelta(days=1))

    for user, title in ((SPONSOR, "How your themes go"), (LEAD, "How the plan goes")):
        (message,) = bot.heard(user)
        assert message["text"].startswith(f"{title}, since ")
        shown = render_text(message)
        assert "Gained for learners" in shown
        assert "Achievement rate went from 54% to 60%, on the way to 65%." in shown
        assert "Stuck" in shown and "Overdue since 2 November 2026." in shown
        assert "Not answered yet" in shown and "Tom Baker" in shown
        assert "Priya Shah" not in shown
    assert bot.heard(READER) == []
    assert len(bot.heard(OTHER)) == 1 and stuck


def test_overviews_come_once_a_month_where_that_is_set(bot: Bot) -> None:
    bot.adds(OTHER, due=date(2026, 11, 2))
    bot.sets(overviews="month")

    for day in range(0, 50):
        bot.sweeps(MONDAY + timedelta(days=day, hours=1))

    weeks = [r.week for r in bot.kept(LEAD) if r.kind is ReminderKind.OVERVIEW]
    assert len(weeks) == 2


# --- the command --------------------------------------------------------------------------------


def sowhat(url: str, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """Run the command by itself; exit code, stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env=program_environment(DATABASE_URL=url, **settings),
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(
    bot: Bot, database_url: str, asked: int
) -> None:
    now = MONDAY.isoformat()

    for _ in range(2):
        code, out, err = sowhat(database_url, "remind", "--now", now, "--dry-run", "--json")
        assert (code, err) == (0, "")
        told = json.loads(out)
        assert told["dry_run"] is True
        (reminder,) = told["reminders"]
        assert reminder["owner"] == {"slack_user_id": OWNER, "name": "Priya Shah"}
        assert (reminder["kind"], reminder["week"]) == ("owner", "2026-W49")
        (action,) = reminder["actions"]
        assert (action["reference"], action["why"]) == ("A-2", ["due_soon"])
        others = {o["owner"]["slack_user_id"]: o["why_not"] for o in told["nothing_for"]}
        assert others[READER] == "they read the plan and own nothing in it"
        assert others[OTHER] == "nothing of theirs is due"

    code, out, _ = sowhat(database_url, "remind", "--now", now, "--dry-run")
    assert "Priya Shah: 1 action of yours needs a word from you." in out
    assert "1 would be sent to at this instant." in out
    assert bot.heard(OWNER) == [] and bot.kept() == []


def test_the_command_sends_what_is_due_once_in_a_week(bot: Bot, database_url: str) -> None:
    slack = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": bot.fake.api_url}
    slack["SLACK_SIGNING_SECRET"] = SECRET

    code, out, err = sowhat(database_url, "remind", "--now", MONDAY.isoformat(), "--json", **slack)
    assert (code, err) == (0, "")
    assert [json.loads(out)[name] for name in ("queued", "sent")] == [1, 1]
    assert len(bot.heard(OWNER)) == 1

    later = (MONDAY + timedelta(days=3)).isoformat()
    code, out, err = sowhat(database_url, "remind", "--now", later, **slack)
    assert code == 0 and out.endswith("0 of 0 messages sent.\n")
    # The bot that runs beside it has nothing left to send either.
    bot.sweeps(MONDAY + timedelta(minutes=5))
    assert len(bot.heard(OWNER)) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--now", "next Monday"], "--now takes an instant such as 2026-11-30T09:00Z, not"),
        (["--now", "2026-11-30"], "--now takes an instant such as 2026-11-30T09:00Z, not"),
        (["--workspace", "T0NOBODY", "--dry-run"], "There is no workspace T0NOBODY; there is"),
        ([], "SLACK_BOT_TOKEN is not set"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    bot: Bot, database_url: str, arguments: list[str], says: str
) -> None:
    code, out, err = sowhat(database_url, "remind", *arguments)

    assert (code, out) == (2, "")
    assert err.startswith(says) and len(err.splitlines()) == 1
