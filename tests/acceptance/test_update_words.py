"""An owner says in their own words how an action goes, and notes it with a press."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from bot.coaching.update_reading import MOST_NOTE
from storage import actions, providers, reminders
from storage.models import (
    InterviewRecord,
    OutgoingMessage,
    ProgressUpdate,
    Reminder,
)
from storage.vocabulary import Delivery, Rag, ReminderKind, Role, Status
from tests.support import slack_payloads as payloads
from tests.support.block_kit import assert_valid_message, assert_valid_view
from tests.support.bots import NOW, InProcess
from tests.support.college import LEAD, OTHER, OWNER, READER, College, add_action
from tests.support.fake_slack import FakeSlack, error
from tests.support.slack_payloads import TEAM, next_ts
from tests.support.talk import Talk, buttons, over_http

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Json = dict[str, Any]
WEEK = "2026-W48"
CHOICES = ["On track", "At risk", "Off track", "No, leave it"]


class Reminded(Talk):
    """The thread under a reminder, or messages outside any thread where there is no `root`."""

    def __init__(
        self, fake: FakeSlack, bot: InProcess, root: str | None, user: str = OWNER
    ) -> None:
        super().__init__(fake, over_http(bot.http), user)
        self.root = root

    @property
    def labels(self) -> list[str]:
        return [button["text"]["text"] for button in buttons(self.messages[-1])]

    def notes(self, label: str, message: Json | None = None) -> Json:
        """Press a button whose message is then changed; the message as it is now."""
        message = message or self.messages[-1]
        button = next(b for b in buttons(message) if b["text"]["text"] == label)
        before = len(self.fake.calls_to("chat.update"))
        self.send(
            payloads.block_action(
                button["action_id"],
                button["value"],
                user=self.user,
                channel=self.channel,
                message=message,
            )
        )
        self.fake.wait_for_calls("chat.update", before + 1)
        found = next(m for m in self.messages if m["ts"] == message["ts"])
        assert_valid_message({"text": found["text"], "blocks": found["blocks"]})
        return found


def remind(
    fake: FakeSlack,
    bot: InProcess,
    about: list[int],
    user: str = OWNER,
    days_ago: int = 0,
    week: str = WEEK,
) -> str:
    """Someone has been sent a reminder of these actions; Slack's timestamp of it."""
    with bot.database.writing() as session:
        person = providers.person(session, TEAM, user)
        assert person is not None and person.id is not None
        at = NOW - timedelta(days=days_ago)
        reminder = Reminder(
            workspace=TEAM,
            person_id=person.id,
            kind=ReminderKind.OWNER,
            week=week,
            at=at,
            actions=about,
        )
        session.add(reminder)
        ts = next_ts()
        session.add(
            OutgoingMessage(
                workspace=TEAM,
                key=reminders.key_of(reminder),
                conversation=f"{user}:notices",
                channel=user,
                text="How is it going?",
                delivery=Delivery.SENT,
                ts=ts,
                sent_at=at,
            )
        )
    return ts


@pytest.fixture
def attendance(bot: InProcess, college: College) -> int:
    """An agreed action of the owner on attendance."""
    with bot.database.writing() as session:
        owner = providers.person(session, TEAM, OWNER)
        assert owner is not None
        made = add_action(
            session,
            TEAM,
            college.plan,
            owner,
            action="Ring home on the first morning of an absence",
            impact="Attendance rises from 84% to 88%",
            measure="attendance",
            baseline="84%",
            target="88%",
        )
        assert made.id is not None
        return made.id


def updates(bot: InProcess, action: int) -> list[ProgressUpdate]:
    with bot.database.reading() as session:
        return list(
            session.exec(
                select(ProgressUpdate)
                .where(ProgressUpdate.action_id == action)
                .order_by(col(ProgressUpdate.id))
            )
        )


def interviews(bot: InProcess) -> int:
    with bot.database.reading() as session:
        return len(session.exec(select(InterviewRecord)).all())


def is_answered(bot: InProcess) -> bool:
    with bot.database.reading() as session:
        return session.exec(select(Reminder)).one().answered_at is not None


def reference(bot: InProcess, action: int) -> str:
    with bot.database.reading() as session:
        held = actions.heading(session, TEAM, action)
    assert held is not None
    return held.action.reference


def test_words_in_the_thread_of_a_reminder_are_shown_back_and_noted(
    fake: FakeSlack, bot: InProcess, attendance: int
) -> None:
    talk = Reminded(fake, bot, remind(fake, bot, [attendance]))
    name = reference(bot, attendance)

    said = talk.says("got it to 86% on Friday, going well")

    assert said == (
        f"Shall I note for {name} (Ring home on the first morning of an absence): attendance 86% "
        "on 20 November 2026, on track, “got it to 86% on Friday, going well”?"
    )
    assert talk.labels == ["Yes, note it", "No, leave it"]
    assert updates(bot, attendance) == []
    assert not is_answered(bot)

    after = talk.notes("Yes, note it")

    assert after["text"] == f"Noted for {name}: on track, attendance 86% on 20 November 2026."
    assert [b["text"]["text"] for b in buttons(after)] == [f"Open {name}"]
    (update,) = updates(bot, attendance)
    assert (update.rag, update.reading) == (Rag.GREEN, "86%")
    assert update.note == "got it to 86% on Friday, going well"
    assert is_answered(bot)
    assert interviews(bot) == 0
    with bot.database.reading() as session:
        held = actions.heading(session, TEAM, attendance)
    assert held is not None
    assert (held.action.status, held.action.rag) == (Status.IN_PROGRESS, Rag.GREEN)


@on_sqlite
@pytest.mark.parametrize(
    ("label", "rag"), [("On track", Rag.GREEN), ("At risk", Rag.AMBER), ("Off track", Rag.RED)]
)
def test_how_it_stands_is_asked_where_it_was_not_said(
    fake: FakeSlack, bot: InProcess, attendance: int, label: str, rag: Rag
) -> None:
    talk = Reminded(fake, bot, remind(fake, bot, [attendance]))

    assert talk.says("met the tutors & <!channel>").endswith("If so, how does it stand?")
    assert talk.labels == CHOICES
    talk.notes(label)

    (update,) = updates(bot, attendance)
    assert (update.rag, update.reading) == (rag, None)


@on_sqlite
def test_of_several_actions_one_is_chosen(
    fake: FakeSlack, bot: InProcess, college: College, attendance: int
) -> None:
    agreed = college.actions[Status.AGREED]
    talk = Reminded(fake, bot, remind(fake, bot, [agreed, attendance]))
    name = reference(bot, attendance)

    assert talk.says("at 60%, on track") == "Which of these is it about? “at 60%, on track”"
    assert talk.labels == [
        "A-2 Review the apprenticeship resources",
        f"{name} Ring home on the first morning of an absence",
        "No, leave it",
    ]
    asked = talk.notes("A-2 Review the apprenticeship resources")

    assert asked["text"].startswith("Shall I note for A-2 (Review the apprenticeship resources): ")
    assert "achievement rate 60%, on track" in asked["text"]
    talk.notes("Yes, note it", asked)
    assert [u.reading for u in updates(bot, agreed)] == ["60%"]
    assert updates(bot, attendance) == []

    # Words that name one of them need no choice.
    assert talk.says("attendance is 86%").startswith(f"Shall I note for {name} (Ring home")


@on_sqlite
def test_what_was_said_of_two_actions_is_taken_for_neither(
    fake: FakeSlack, bot: InProcess, college: College, attendance: int
) -> None:
    agreed = college.actions[Status.AGREED]
    talk = Reminded(fake, bot, remind(fake, bot, [agreed, attendance]))

    assert talk.says("attendance 86% but the apprenticeship resources are stuck").startswith(
        "Which of these"
    )
    asked = talk.notes(talk.labels[1])

    assert "attendance 86%" in asked["text"] and "off track" not in asked["text"]
    assert [b["text"]["text"] for b in buttons(asked)] == CHOICES


@on_sqlite
@pytest.mark.parametrize("words", ["{} is at 86% now", "Quick one: {} on track", "{} no change"])
def test_an_action_is_named_outside_any_thread(
    fake: FakeSlack, bot: InProcess, attendance: int, words: str
) -> None:
    talk = Reminded(fake, bot, None)
    name = reference(bot, attendance)

    assert talk.says(words.format(name)).startswith(f"Shall I note for {name} ")
    talk.notes(talk.labels[0])

    assert len(updates(bot, attendance)) == 1
    assert interviews(bot) == 0
    # What is said further under it goes on about the same.
    assert talk.says("thanks").startswith("You are welcome.")
    assert talk.says(f"and {name} is off track").startswith(f"Shall I note for {name} ")
    assert interviews(bot) == 0


@on_sqlite
@pytest.mark.parametrize(
    "words",
    [
        "Review {} so that attendance rises to 88%",
        "We will ring home for {0}, on track to 88%",
    ],
)
def test_a_name_alone_tells_no_news(
    fake: FakeSlack, bot: InProcess, attendance: int, words: str
) -> None:
    talk = Reminded(fake, bot, None)

    talk.says(words.format(reference(bot, attendance)))

    assert interviews(bot) == 1


@on_sqlite
def test_anothers_action_is_no_news_of_ones_own(
    fake: FakeSlack, bot: InProcess, attendance: int
) -> None:
    talk = Reminded(fake, bot, None, OTHER)

    assert "Shall I note" not in talk.says(f"{reference(bot, attendance)} is at 86% now")

    assert interviews(bot) == 1


@on_sqlite
@pytest.mark.parametrize("words", ["attendance is 86%", "86%", "on track", "no change"])
def test_a_reminder_is_answered_outside_its_thread(
    fake: FakeSlack, bot: InProcess, attendance: int, words: str
) -> None:
    remind(fake, bot, [attendance], days_ago=6)
    talk = Reminded(fake, bot, None)

    assert talk.says(words).startswith("Shall I note for ")
    talk.notes(talk.labels[0])

    assert len(updates(bot, attendance)) == 1
    # It is answered now: the next message is what it would have been.
    assert "Shall I note" not in Reminded(fake, bot, None).says(words)


@on_sqlite
@pytest.mark.parametrize(
    "case", ["late", "answered", "plan", "question", "talking", "nothing", "risk"]
)
def test_all_else_begins_an_interview(
    fake: FakeSlack, bot: InProcess, attendance: int, case: str
) -> None:
    if case != "nothing":
        remind(fake, bot, [attendance], days_ago=8 if case == "late" else 1)
    if case == "talking":
        Talk(fake, over_http(bot.http)).says("Review the apprenticeship resources")
    if case == "answered":
        with bot.database.writing() as session:
            person = providers.person(session, TEAM, OWNER)
            assert person is not None
            reminders.answered(session, person, NOW)
    words = {
        "plan": "Improve attendance from 84% to 86% by ringing home",
        "question": "Is 86% any good for attendance?",
        "risk": "One of my learners told me he wants to kill himself, off track",
    }
    before = interviews(bot)

    said = Reminded(fake, bot, None).says(words.get(case, "attendance is 86%, on track"))

    assert "Shall I note" not in said
    assert interviews(bot) == before + 1


@on_sqlite
def test_the_thread_of_anothers_reminder_is_not_ones_own(
    fake: FakeSlack, bot: InProcess, college: College, attendance: int
) -> None:
    root = remind(fake, bot, [attendance])
    with bot.database.writing() as session:
        other = providers.person(session, TEAM, OTHER)
        assert other is not None
        own = add_action(session, TEAM, college.plan, other).id
    assert own is not None
    # They have one of the same week, in another thread.
    remind(fake, bot, [own], OTHER)
    talk = Reminded(fake, bot, root, OTHER)

    assert "Shall I note" not in talk.says("86%, on track")

    # Nor may they press what they were never shown.
    carried = {"action": attendance, "reading": None, "note": "x", "rag": "green", "day": None}
    press = payloads.block_action("do:note:green", json.dumps(carried), user=OTHER)
    assert bot.http.interaction(press).status == 200
    shown = fake.wait_for(lambda: fake.views_opened)[-1]
    assert_valid_view(shown)
    assert "Only Priya Shah or a quality lead can update" in json.dumps(shown)
    assert updates(bot, attendance) == []


@on_sqlite
def test_a_reader_is_told_why_nothing_is_noted(
    fake: FakeSlack, bot: InProcess, attendance: int
) -> None:
    root = remind(fake, bot, [attendance], READER)
    talk = Reminded(fake, bot, root, READER)

    assert talk.says("86%, on track").startswith("Readers see the plan and leave it as it is.")

    assert talk.labels == []
    assert interviews(bot) == 0


@on_sqlite
def test_who_was_made_a_reader_meanwhile_notes_nothing(
    fake: FakeSlack, bot: InProcess, attendance: int
) -> None:
    talk = Reminded(fake, bot, remind(fake, bot, [attendance]))
    talk.says("86%, on track")
    with bot.database.writing() as session:
        person = providers.person(session, TEAM, OWNER)
        assert person is not None
        person.role = Role.READER
        session.add(person)

    button = buttons(talk.messages[-1])[0]
    message = talk.messages[-1]
    press = payloads.block_action(button["action_id"], button["value"], message=message)
    assert bot.http.interaction(press).status == 200

    assert "can update" in json.dumps(fake.wait_for(lambda: fake.views_opened)[-1])
    assert updates(bot, attendance) == []


def test_pressed_again_it_is_noted_once(fake: FakeSlack, bot: InProcess, attendance: int) -> None:
    talk = Reminded(fake, bot, remind(fake, bot, [attendance]))
    talk.says("got it to 86%")
    message = talk.messages[-1]

    first = talk.notes("At risk", message)
    again = talk.notes("On track", message)

    assert first["text"] == again["text"]
    (update,) = updates(bot, attendance)
    assert update.rag is Rag.AMBER


@on_sqlite
def test_the_update_is_kept_where_slack_does_not_change_the_message(
    fake: FakeSlack, bot: InProcess, attendance: int
) -> None:
    talk = Reminded(fake, bot, remind(fake, bot, [attendance]))
    talk.says("86%, on track")
    fake.fail_next("chat.update", error("cant_update_message"))

    button, message = buttons(talk.messages[-1])[0], talk.messages[-1]
    press = payloads.block_action(button["action_id"], button["value"], message=message)
    assert bot.http.interaction(press).status == 200

    shown = fake.wait_for(lambda: fake.views_opened)[-1]
    assert_valid_view(shown)
    assert "Noted for" in json.dumps(shown)
    assert [u.reading for u in updates(bot, attendance)] == ["86%"]


@on_sqlite
def test_what_is_left_is_not_noted(fake: FakeSlack, bot: InProcess, attendance: int) -> None:
    talk = Reminded(fake, bot, remind(fake, bot, [attendance]))
    talk.says("86%, on track")

    after = talk.notes("No, leave it")

    assert after["text"] == "All right, nothing is noted."
    assert buttons(after) == []
    assert updates(bot, attendance) == []


@on_sqlite
def test_who_says_it_is_done_is_offered_to_complete_it(
    fake: FakeSlack, bot: InProcess, attendance: int
) -> None:
    talk = Reminded(fake, bot, remind(fake, bot, [attendance]))

    talk.says("all done, we hit 88%")

    assert talk.labels == [*CHOICES[:3], "Complete it", "No, leave it"]
    message = talk.messages[-1]
    button = next(b for b in buttons(message) if b["text"]["text"] == "Complete it")
    press = payloads.block_action(button["action_id"], button["value"], message=message)
    assert bot.http.interaction(press).status == 200
    assert fake.wait_for(lambda: fake.views_opened)[-1]["callback_id"] == "complete"


@on_sqlite
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("thanks", "You are welcome."),
        ("Hi", "You are welcome."),
        ("👍", "You are welcome."),
        ("yes", "Nothing is noted until"),
        ("what do you mean?", "Say in your own words"),
        ("A-99 is on track", "I find no A-99 in your plan."),
        ("One of my learners told me he wants to kill himself", "Thank you for saying this"),
    ],
)
def test_what_is_no_news_gets_a_short_answer(
    fake: FakeSlack, bot: InProcess, attendance: int, words: str, answer: str
) -> None:
    talk = Reminded(fake, bot, remind(fake, bot, [attendance]))

    assert talk.says(words).startswith(answer)

    assert talk.labels == []
    assert interviews(bot) == 0


@on_sqlite
def test_an_action_that_is_over_is_not_updated(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    over = college.actions[Status.COMPLETE]
    talk = Reminded(fake, bot, remind(fake, bot, [over]))

    said = talk.says("86%")

    assert said == f"{reference(bot, over)} is complete: there is nothing to update."


@on_sqlite
@pytest.mark.parametrize("letter", ["w", "é", "🎓", '"'])
def test_a_long_reply_fits_its_buttons(
    fake: FakeSlack, bot: InProcess, attendance: int, letter: str
) -> None:
    talk = Reminded(fake, bot, remind(fake, bot, [attendance]))

    talk.says(f"on track, {letter * 5000}")
    talk.notes("Yes, note it")

    (update,) = updates(bot, attendance)
    assert update.note.startswith("on track,") and len(update.note) <= MOST_NOTE


@on_sqlite
def test_a_lead_notes_for_an_owner_by_name(
    fake: FakeSlack, bot: InProcess, attendance: int, college: College
) -> None:
    with bot.database.writing() as session:
        lead = providers.person(session, TEAM, LEAD)
        assert lead is not None
        own = add_action(session, TEAM, college.plan, lead).id
    assert own is not None
    talk = Reminded(fake, bot, remind(fake, bot, [own], LEAD), LEAD)

    assert talk.says(f"{reference(bot, attendance)} 86% on track").startswith("Shall I note for ")
    talk.notes("Yes, note it")

    assert len(updates(bot, attendance)) == 1


def test_slack_sends_the_message_twice(fake: FakeSlack, bot: InProcess, attendance: int) -> None:
    talk = Reminded(fake, bot, remind(fake, bot, [attendance]))
    talk.times = 3

    talk.says("86%, on track")
    bot.service.stop()

    assert len(talk.messages) == 1
