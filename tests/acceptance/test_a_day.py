"""One day of a college with So What, from an empty database to a reviewed plan, over Slack alone.

Everything is done as people do it: by signed requests with what they press, type and send. The day
is the same whatever their Slack offers and whoever words the questions.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlmodel import col, select

from bot.coach import EMBEDDED, Coach
from storage import actions, plans
from storage.actions import StoredAction
from storage.database import Database
from storage.models import (
    Audit,
    InterviewRecord,
    Invitation,
    OutgoingMessage,
    Person,
    Provider,
    ReceivedEvent,
)
from storage.vocabulary import Delivery, Direction, Driver, InterviewStatus, Rag, SarKind, Status
from tests.acceptance.test_openai_coach import coached, good
from tests.support import slack_payloads as payloads
from tests.support.block_kit import (
    assert_valid_blocks,
    assert_valid_message,
    assert_valid_view,
    render_text,
)
from tests.support.bots import NOW, InProcess, in_process
from tests.support.college import LEAD, NAMES, OTHER, OWNER, READER, SPONSOR, YEAR
from tests.support.fake_model import FakeModel
from tests.support.fake_slack import FakeSlack, error
from tests.support.installer import Installer
from tests.support.screens import Screens
from tests.support.slack_payloads import BOT_TOKEN, TEAM, dm_channel, next_ts
from tests.support.talk import Talk, over_http

Json = dict[str, Any]

# What a Slack without agents, or of another day, does not have.
AGENT_METHODS = (
    "assistant.threads.setStatus",
    "assistant.threads.setSuggestedPrompts",
    "assistant.threads.setTitle",
    "agents.sessions.setStatus",
    "agents.sessions.rename",
    "chat.startStream",
    "chat.appendStream",
    "chat.stopStream",
)
VIEW_METHODS = ("views.open", "views.push", "views.update", "views.publish")
STAY, MATHS = "Stay and achieve", "Maths and English"
READ_BY_THE_RULES, WORDED_BY_A_MODEL = "rules", "model"
FULL, BARE = "full Slack", "Slack without agents"


class Whole(Talk):
    """A conversation in which an answer is heard once it is whole: streamed words come earlier."""

    def hears(self, payload: Json) -> str:
        super().hears(payload)
        self.fake.wait_for(lambda: self.messages[-1].get("metadata"))
        return str(self.messages[-1]["text"])


@dataclass
class Day:
    """The people at their screens, and what the bot answered to them directly."""

    fake: FakeSlack
    bot: InProcess
    answers: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._screens = {user: Screens(self.fake, self.bot.http, user) for user in NAMES}

    def of(self, user: str) -> Screens:
        """Someone at their screens, with no modal open."""
        self._screens[user].modals = []
        return self._screens[user]

    def sees_at_home(self, user: str, *essentials: str) -> str:
        """Open someone's Home tab and wait until it shows all of these; its text."""
        self.of(user).opens_home()
        return self.reads_at_home(user, *essentials)

    def reads_at_home(self, user: str, *essentials: str) -> str:
        """Look at a Home tab that is open, which is made anew a moment after each change."""
        screens = self._screens[user]
        try:
            self.fake.wait_for(lambda: all(words in screens.home_text for words in essentials))
        except TimeoutError:
            missing = [words for words in essentials if words not in screens.home_text]
            raise AssertionError(f"{missing} is not in:\n{screens.home_text}") from None
        return screens.home_text

    def types(self, user: str, text: str) -> Json:
        """Type /qip with this; the answer as a message."""
        answer = self.of(user).types(text)
        self.answers.append(answer)
        return answer | {"ts": next_ts()}

    def reads(self, user: str, words: str) -> Json:
        """Wait for the one message to someone, outside any thread, that has these words."""

        def found() -> list[Json]:
            return [m for m in self.outside_threads(user) if words in m["text"]]

        self.fake.wait_for(found)
        (message,) = found()
        return message

    def outside_threads(self, user: str) -> list[Json]:
        return [m for m in self.fake.messages(dm_channel(user)) if "thread_ts" not in m]

    def interviews(self, user: str, opening: Json, replies: list[tuple[str, str]]) -> str:
        """Hold an interview under its opening, and check that each answer has what is expected.

        A reply in brackets is a press of that button. The last answer.
        """
        talk = Whole(self.fake, over_http(self.bot.http), user)
        talk.root = opening["ts"]
        heard = ""
        for reply, expected in replies:
            pressed = reply.startswith("[")
            heard = talk.presses(reply.strip("[]")) if pressed else talk.says(reply)
            # Streamed words stand beside the blocks, others in them.
            shown = f"{heard}\n{render_text(talk.messages[-1])}"
            assert expected in shown, f"{user} said {reply!r} and read:\n{shown}"
        return heard


# --- the day's steps ----------------------------------------------------------------------------


def the_lead_installs_it(day: Day) -> None:
    workspace = day.fake.workspace(BOT_TOKEN)
    workspace.name, workspace.installer = "Test College", LEAD
    day.fake.add_install_code("code-of-the-day", workspace)

    page = Installer(day.bot.base_url).installs("code-of-the-day")

    assert page.status == 200 and "So What is in Test College" in page.text
    welcome = day.reads(LEAD, "automated assistant")
    assert "You are the quality lead." in welcome["text"]
    assert "*/qip review*" not in day.of(LEAD).presses("How it works", screen=welcome)


def the_lead_opens_home(day: Day) -> None:
    text = day.sees_at_home(LEAD, "There is no plan for 2026/27 yet.")

    assert "[Add a theme]  [SAR items]  [People and roles]  [Settings]" in text


def the_lead_gives_roles(day: Day) -> None:
    given = {SPONSOR: "sponsor", OWNER: "owner", OTHER: "owner", READER: "reader"}
    for user, role in given.items():
        lead = day.of(LEAD)
        lead.presses("People and roles")
        assert lead.saves(person=user, role=role) == ""

    shown = day.of(LEAD).presses("People and roles")

    assert "Quality lead: runs the plan\nLena Marsh\n" in shown
    assert "Sponsor: looks after themes\nSol Greaves\n" in shown
    assert "Owner: writes and updates actions\nPriya Shah, Tom Baker\n" in shown
    assert "Reader: sees the summary\nRita Vale\n" in shown


def the_lead_adds_themes(day: Day) -> None:
    for theme in (STAY, MATHS):
        lead = day.of(LEAD)
        lead.presses("Add a theme")
        assert lead.saves(name=theme, sponsor=SPONSOR) == ""

    day.reads_at_home(LEAD, f"{STAY} (sponsor Sol Greaves)", f"{MATHS} (sponsor Sol Greaves)")


def the_lead_adds_sar_items(day: Day) -> None:
    lead = day.of(LEAD)
    assert "The SAR has no item here yet." in lead.presses("SAR items")
    lead.presses("Add a SAR item")
    # Which theme is which is said by the form alone.
    offered = _options(lead.modals[-1], "theme")
    lead.saves(
        reference="AFI 1",
        judgement="Too few apprentices achieve on time",
        department="Apprenticeships",
        measure="achievement rate",
        baseline="54%",
        baseline_date="2026-08-31",
        theme=offered[STAY],
    )
    lead.presses("Add a SAR item")
    lead.saves(
        reference="AFI 2",
        judgement="Attendance in English is low",
        department="Maths and English",
        measure="attendance",
        baseline="79%",
        theme=offered[STAY],
    )
    lead.presses("Add a SAR item")

    listed = lead.saves(reference="S 1", judgement="Learners speak well of staff", kind="strength")

    assert listed == (
        "== SAR items ==\n[Add a SAR item]\n"
        "AFI 1 Too few apprentices achieve on time\n[Edit]\n"
        "AFI 2 Attendance in English is low\n[Edit]\n"
        "S 1 Learners speak well of staff\n[Edit]"
    )


def the_sponsor_asks_the_owners_for_actions(day: Day) -> None:
    home = day.sees_at_home(SPONSOR, "Areas for improvement: 0 of 2 have an action")
    assert "[Edit]" not in home and "[People and roles]" not in home
    sponsor = day.of(SPONSOR)
    sponsor.presses("Ask for actions", STAY)
    assert sponsor.saves(people=[OWNER, OTHER]) == ""

    for user in (OWNER, OTHER):
        assert render_text(day.reads(user, "asks you for an action")) == (
            "Sol Greaves asks you for an action under the theme “Stay and achieve”. These are the "
            "findings it is about; begin with the one where you can do most:\n"
            "AFI 1: Too few apprentices achieve on time\n[Begin]\n"
            "AFI 2: Attendance in English is low\n[Begin]"
        )
    day.reads_at_home(SPONSOR, "Asked for actions: Priya Shah (not yet), Tom Baker (not yet)")


def the_first_owner_begins_from_the_invitation_and_agrees(day: Day) -> None:
    invitation = day.reads(OWNER, "asks you for an action")
    told = day.of(OWNER).presses("Begin", "AFI 1", screen=invitation)
    assert told.endswith(
        "I have written to you in a direct message: answer me there, in its thread."
    )

    end = day.interviews(
        OWNER,
        day.reads(OWNER, "AFI 1: Too few apprentices achieve on time\nWhat will you do about it?"),
        [
            ("Undertake a review of the apprenticeship learning resources", ""),
            ("Learning resources have been improved to support learners", "not what learners gain"),
            (
                "because apprentices are moving from the framework to the standard, we want "
                "achievement to rise from 54% to 65% by July 2027, from the QAR dashboard",
                "Noted: the reason (a standard or curriculum change), achievement rate, 54% to "
                "start from, 65% to reach, by 31 July 2027 and source: QAR dashboard.",
            ),
            ("60% on track at the February review", "Nothing is missing. Do you agree it?"),
            ("[Agree]", "You chose “agree”."),
        ],
    )

    assert end.startswith("Agreed and stored.")
    told = render_text(day.reads(SPONSOR, "Priya Shah has agreed A-1"))
    assert told == (
        "Priya Shah has agreed A-1 under your theme “Stay and achieve”:\n"
        "Undertake a review of the apprenticeship learning resources\n[Open]"
    )


def the_second_owner_begins_from_the_invitation_and_agrees(day: Day) -> None:
    invitation = day.reads(OTHER, "asks you for an action")
    day.of(OTHER).presses("Begin", "AFI 2", screen=invitation)

    end = day.interviews(
        OTHER,
        day.reads(OTHER, "AFI 2: Attendance in English is low\nWhat will you do about it?"),
        [
            ("Ring home on the first day of each absence from English", ""),
            ("students come back the same week, attendance up from 79% to 88%", "79% to start"),
            ("by end of May 2027", "by 31 May 2027."),
            ("I will read it in the registers on the MIS", "source: registers."),
            ("84% by the February half term", "Why: outcomes\n"),
            (
                "because learners told us that nobody asks where they were",
                "Why: learner feedback: learners told us that nobody asks where they were\n",
            ),
            ("[Agree]", "You chose “agree”."),
        ],
    )

    assert end.startswith("Agreed and stored.")
    day.reads(SPONSOR, "Tom Baker has agreed A-2 under your theme “Stay and achieve”")
    day.reads_at_home(
        SPONSOR, "Asked for actions: Priya Shah (has written one), Tom Baker (has written one)"
    )


def the_lead_writes_one_for_somebody_else_by_command(day: Day) -> None:
    answer = day.types(LEAD, "new")
    assert answer["text"].startswith("I have written to you in a direct message")

    end = day.interviews(
        LEAD,
        day.reads(LEAD, "Let us write one action together."),
        [
            ("AFI 2", "What will you do about it?"),
            ("Coach every English teacher in planning for retrieval practice", ""),
            ("More learners achieve English grade 4: from 31% to 40%", "31% to start from"),
            (f"by July 2027, <@{OTHER}> will own it", "31 July 2027 and accountable: "),
            ("from the mock results", "mock results"),
            ("35% in the March mock exams", "Owner: @U0OTHER"),
            ("[Agree]", "You chose “agree”."),
        ],
    )

    assert end.startswith("Agreed and stored.")
    day.reads(OTHER, "Lena Marsh has named you as the owner of A-3. Is it yours?")
    day.reads(SPONSOR, "Lena Marsh has agreed A-3 under your theme “Stay and achieve”")


def the_first_owner_makes_a_message_a_draft(day: Day) -> None:
    message = {
        "ts": "1732520000.000100",
        "text": "We should buy a reading scheme for the entry level groups",
    }
    shown = len(day.fake.views_opened)
    day.bot.http.interaction(payloads.message_shortcut("turn_into_action", message, user=OWNER))
    day.fake.wait_for(lambda: len(day.fake.views_opened) > shown)
    assert "I have written to you" in render_text(day.fake.views_opened[-1])

    end = day.interviews(
        OWNER,
        day.reads(OWNER, "From “We should buy a reading scheme for the entry level groups”"),
        [
            ("AFI 2", ""),
            ("Entry level learners read a level higher, from 20% to 45% by July 2027", "45%"),
            ("stop", ""),
        ],
    )

    assert end == "Kept as it is. Say carry on when you want to finish it."
    day.reads_at_home(LEAD, "4 actions: 1 draft, 3 agreed", "no owner · draft · due 31 July 2027")


def the_lead_completes_and_agrees_the_draft_from_its_card(day: Day) -> None:
    lead = day.of(LEAD)
    card = lead.presses("Open", "A-4")
    assert "Still open: a measure with a level" in card
    assert "The message it came from (https://college.slack.com/archives/" in card
    lead.presses("Edit")
    assert lead.saves(target="15%").startswith("target: That is worse than where you start (20%).")
    card = lead.saves(
        measure="reading level", evidence_source="the reading test", direction="higher", owner=OWNER
    )
    assert "Saved." in card and "Owner: Priya Shah" in card

    card = lead.presses("Agree")

    assert "A-4 is agreed." in card
    assert "A-4 · agreed · Priya Shah has yet to accept it · not rated yet" in card
    assert "[Agree]" not in card
    day.reads(OWNER, "Lena Marsh has named you as the owner of A-4. Is it yours?")
    told = day.reads(SPONSOR, "Lena Marsh has agreed A-4 under your theme “Stay and achieve”")
    assert "A-4 · agreed" in day.of(SPONSOR).presses("Open", screen=told)


def the_named_owners_accept(day: Day) -> None:
    for user, reference in ((OTHER, "A-3"), (OWNER, "A-4")):
        asked = day.reads(user, f"has named you as the owner of {reference}")

        card = day.of(user).presses("Accept", screen=asked)

        assert f"== Action {reference} ==" in card and "It is yours" in card


def two_edit_one_action_and_neither_loses_a_word(day: Day) -> None:
    day.sees_at_home(OWNER, "A-1 Undertake a review")
    lead, owner = day.of(LEAD), day.of(OWNER)
    for screens in (lead, owner):
        screens.presses("Open", "A-1")
        assert "[65%]" in screens.presses("Edit")
    assert "Saved." in lead.saves(target="62%", measure="timely achievement")

    again = owner.saves(target="66%", evidence_source="the QAR dashboard and the tracker")

    assert "Lena Marsh changed the target to “62%” at 10:00." in again
    assert "Lena Marsh changed the measure to “timely achievement” at 10:00." in again
    assert "[66%]" in again and "[the QAR dashboard and the tracker]" in again
    assert "[timely achievement]" in again
    day.answers.append(owner.modals[-1])
    card = owner.saves()
    assert "Saved." in card
    assert "Measure: timely achievement\nFrom → to: 54% → 66%\n" in card


def the_owners_report_progress(day: Day) -> None:
    owner = day.of(OWNER)
    owner.presses("Update", "A-1")
    assert (
        owner.saves(
            rag="amber",
            note="Two units are late.",
            reading="57%",
            evidence_link="https://share.invalid/review?unit=1&unit=2",
        )
        == ""
    )
    other_home = day.sees_at_home(OTHER, "A-2 Ring home", "A-3 Coach every English teacher")
    assert "A-1" not in other_home
    other = day.of(OTHER)
    other.presses("Snooze a week", "A-3")
    other.presses("Open", "A-2")
    other.presses("Checks on the way")
    assert "Saved." in other.saves(
        done0=["done"], text1="86% by the Easter break", due1="2027-03-26"
    )

    day.reads_at_home(OWNER, "A-1 Undertake a review", "in progress · Amber: slipping")
    day.reads_at_home(OWNER, "Last update: 23 November 2026")
    day.reads_at_home(OTHER, "Next check: 86% by the Easter break (26 March 2027)")
    day.reads_at_home(OTHER, "agreed · not rated yet · due 31 July 2027 · reminders from 3 Dec")
    day.reads_at_home(LEAD, "Under way: 1 amber, 3 not rated yet")


def the_lead_reviews_the_plan(day: Day) -> None:
    answer = day.types(LEAD, "review")
    first = render_text(answer)
    assert first.startswith("Mend: “Maths and English” has no action")
    assert first.count("\nMend: ") + first.count("\nLook at: ") == 2

    shown = day.of(LEAD).presses("Show every check", screen=answer)

    assert shown.startswith("== Review of the plan ==\n# Mend (")
    assert "Every area for improvement has an action" in shown
    assert "The plan has 4 live actions, few enough to follow." in shown
    assert "The plan has 2 themes, where 3 to 5 can be kept in mind.\n[Add a theme]" in shown


SUMMARY = """\
# The plan · 2026/27
Since 16 November 2026: 1 gain for learners and 4 newly agreed.
A-1 Timely achievement went from 54% to 57%, on the way to 66%.
4 actions: 1 at risk, 3 no update yet.
Look at: 1 with something still open.
Areas for improvement: 2 of 2 have an action.
Impact: 1 moving the right way, 3 no reading yet.
Theme | Actions | On track | At risk | Off track | Overdue
Stay and achieve | 4 | 0 | 1 | 0 | 0
Maths and English | 0 | 0 | 0 | 0 | 0
[Show more]  [Picture of the year]"""
GLANCE = """\
# Improvement plan 2026/27
4 actions: 3 agreed, 1 in progress
Under way: 1 amber, 3 not rated yet
Areas for improvement: 2 of 2 have an action
Overdue: 0   With something open: 1
Stay and achieve, sponsor Sol Greaves: 4 actions
Maths and English, sponsor Sol Greaves: 0 actions"""


def everyone_asks_by_command(day: Day) -> None:
    for user in NAMES:
        # With a model it can be had in words too.
        told = render_text(day.types(user, "summary")).replace("[In words]  ", "")
        assert told == SUMMARY
    mine = render_text(day.types(OWNER, "mine"))
    assert [line for line in mine.splitlines() if line.startswith("A-")] == [
        "A-1 Undertake a review of the apprenticeship learning resources",
        "A-4 Buy a reading scheme for the entry level groups",
    ]
    mine = render_text(day.types(OTHER, "mine"))
    assert [line[:3] for line in mine.splitlines() if line.startswith("A-")] == ["A-2", "A-3"]
    assert render_text(day.types(SPONSOR, "mine")).startswith("You own no action yet.")
    for user in (OWNER, OTHER):
        assert "is for quality leads, sponsors and readers." in day.types(user, "review")["text"]


def everyone_looks_at_home(day: Day) -> None:
    glance, themes = GLANCE.rpartition("\nStay")[0], GLANCE.splitlines()[-2:]
    rows = [
        "A-1 Undertake a review of the apprenticeship learning resources\n"
        "Priya Shah · in progress · Amber: slipping · due 31 July 2027\n[Open]",
        "A-2 Ring home on the first day of each absence from English\n"
        "Tom Baker · agreed · not rated yet · due 31 May 2027\n[Open]",
        "A-3 Coach every English teacher in planning for retrieval practice\n"
        "Tom Baker · agreed · not rated yet · due 31 July 2027 · reminders from 3 December 2026",
        "A-4 Buy a reading scheme for the entry level groups\n"
        "Priya Shah · agreed · not rated yet · due 31 July 2027\n[Open]",
    ]
    asked = "Asked for actions: Priya Shah (has written one), Tom Baker (has written one)\n"
    lead = day.sees_at_home(LEAD, "You own no action yet.", glance, *rows)
    assert "[Add a theme]  [SAR items]  [People and roles]" in lead
    assert f"{asked}[Ask for actions]  [Edit]" in lead
    sponsor = day.sees_at_home(SPONSOR, "You own no action yet.", glance, *rows)
    assert f"{asked}[Ask for actions]\n" in sponsor
    assert "[Edit]" not in sponsor and "[SAR items]" not in sponsor
    owner = day.sees_at_home(OWNER, "[Update]  [Open]  [Snooze a week]", "A-1 ", "A-4 ")
    other = day.sees_at_home(OTHER, "[Update]  [Open]  [Snooze a week]", "A-2 ", "A-3 ")
    assert "A-2 " not in owner and "A-1 " not in other
    assert "Improvement plan" not in owner + other
    reader = day.sees_at_home(READER, glance, *themes)
    assert "Your actions" not in reader
    assert reader.count("[") == 1 and "[Show a summary]" in reader


# --- what is left of it ---------------------------------------------------------------------------

CARDS = {
    "A-1": """\
== Action A-1 ==
A-1 · in progress · Amber: slipping · due 31 July 2027
SAR item: AFI 1
Theme: Stay and achieve
Action: Undertake a review of the apprenticeship learning resources
Why: a standard or curriculum change
Impact on learners: Achievement to rise from 54% to 65% by July 2027
Measure: timely achievement
From → to: 54% → 66%
By: 31 July 2027
Read in: the QAR dashboard and the tracker
On the way: 60% on track at the February review (28 February 2027)
Owner: Priya Shah
Progress
23 November 2026: Amber: slipping. Two units are late. Reading: 57%. \
Evidence (https://share.invalid/review?unit=1&unit=2)""",
    "A-2": """\
== Action A-2 ==
A-2 · agreed · not rated yet · due 31 May 2027
SAR item: AFI 2
Theme: Stay and achieve
Action: Ring home on the first day of each absence from English
Why: learner feedback
Impact on learners: Students come back the same week, attendance up from 79% to 88%
Measure: attendance
From → to: 79% → 88%
By: 31 May 2027
Read in: registers
On the way: 84% by the February half term (12 February 2027); \
86% by the Easter break (26 March 2027)
Owner: Tom Baker""",
    "A-3": """\
== Action A-3 ==
A-3 · agreed · not rated yet · due 31 July 2027 · reminders from 3 December 2026
SAR item: AFI 2
Theme: Stay and achieve
Action: Coach every English teacher in planning for retrieval practice
Why: outcomes
Impact on learners: More learners achieve English grade 4: from 31% to 40%
Measure: achievement rate
From → to: 31% → 40%
By: 31 July 2027
Read in: mock results
On the way: 35% in the March mock exams (31 March 2027)
Owner: Tom Baker""",
    "A-4": """\
== Action A-4 ==
A-4 · agreed · not rated yet · due 31 July 2027
SAR item: AFI 2
Theme: Stay and achieve
Action: Buy a reading scheme for the entry level groups
Why: outcomes
Impact on learners: Entry level learners read a level higher
Measure: reading level
From → to: 20% → 45%
By: 31 July 2027
Read in: the reading test
On the way: (open)
Owner: Priya Shah
Still open: a check on the way.
The message it came from (https://college.slack.com/archives/C0QUALITY/p1732520000000100)""",
}


def the_cards_tell_of_it(day: Day) -> None:
    for reference, card in CARDS.items():
        shown = day.of(LEAD).presses("Open", reference)
        assert shown.rpartition("\n[")[0] == card


def the_database_holds_exactly_that(database: Database) -> None:
    with database.reading() as session:
        people = {p.id: p for p in session.exec(select(Person).order_by(col(Person.id)))}
        users = {None: None} | {number: p.slack_user_id for number, p in people.items()}
        plan = plans.plan_of(session, TEAM, YEAR)
        assert plan is not None and plan.id is not None
        themes = plans.themes(session, TEAM, plan.id)
        items = plans.sar_items(session, TEAM, YEAR)
        asked = plans.invited(session, TEAM, plan.id)
        invitations = session.exec(select(Invitation)).all()
        held = actions.of_plan(session, TEAM, plan.id)
        audit = session.exec(select(Audit).order_by(col(Audit.id))).all()
        providers = [provider.name for provider in session.exec(select(Provider))]

    assert providers == ["Test College"]
    assert [(p.slack_user_id, p.name, p.role.value) for p in people.values()] == [
        (LEAD, "Lena Marsh", "lead"),
        (SPONSOR, "Sol Greaves", "sponsor"),
        (OWNER, "Priya Shah", "owner"),
        (OTHER, "Tom Baker", "owner"),
        (READER, "Rita Vale", "reader"),
    ]
    assert [(theme.rank, theme.name, users[theme.sponsor_id]) for theme, _ in themes] == [
        (1, STAY, SPONSOR),
        (2, MATHS, SPONSOR),
    ]
    assert [tuple(row.values()) for row in items] == SAR_ITEMS
    assert [person.slack_user_id for _, person in asked] == [OWNER, OTHER]
    assert {users[invitation.invited_by_id] for invitation in invitations} == {SPONSOR}
    assert [_as_kept(stored, users) for stored in held] == ACTIONS
    references = {stored.action.id: stored.action.reference for stored in held}
    assert [
        (references[a.action_id], users[a.person_id], a.at, a.field, a.old, a.new) for a in audit
    ] == [(reference, by, NOW, *change) for reference, by, *change in AUDIT]


SAR_ITEMS = [
    ("AFI 1", SarKind.AREA_FOR_IMPROVEMENT, "Too few apprentices achieve on time", *[None] * 3)
    + ("achievement rate", "54%", date(2026, 8, 31), None, "Apprenticeships", STAY, None),
    ("AFI 2", SarKind.AREA_FOR_IMPROVEMENT, "Attendance in English is low", *[None] * 3)
    + ("attendance", "79%", None, None, MATHS, STAY, None),
    ("S 1", SarKind.STRENGTH, "Learners speak well of staff", *[None] * 10),
]
# What is alike in all four actions.
_ALIKE: Json = {
    "workspace": TEAM,
    "unit": "%",
    "direction": Direction.HIGHER,
    "baseline_date": None,
    "due": date(2027, 7, 31),
    "status": Status.AGREED,
    "rag": None,
    "owner_name": None,
    "agreed_at": NOW,
    "created_at": NOW,
    "closing_note": None,
    "snoozed_until": None,
    "imported_as": None,
    "source_link": None,
    "target_note": None,
    "parked_at": None,
    "parked_note": None,
    "theme": STAY,
    "updates": [],
}
ACTIONS: list[Json] = [
    _ALIKE
    | {
        "number": 1,
        "action": "Undertake a review of the apprenticeship learning resources",
        "driver": Driver.CURRICULUM_CHANGE,
        "so_what": [
            "Learning resources have been improved to support learners",
            "because apprentices are moving from the framework to the standard, we want "
            "achievement to rise from 54% to 65% by July 2027, from the QAR dashboard",
        ],
        "impact": "Achievement to rise from 54% to 65% by July 2027",
        "measure": "timely achievement",
        "baseline": "54%",
        "target": "66%",
        "evidence_source": "the QAR dashboard and the tracker",
        "status": Status.IN_PROGRESS,
        "rag": Rag.AMBER,
        "people": (OWNER, OWNER, OWNER),
        "sar_items": ["AFI 1"],
        "milestones": [(date(2027, 2, 28), "60% on track at the February review", False)],
        "updates": [
            (
                OWNER,
                NOW,
                Rag.AMBER,
                "Two units are late.",
                "57%",
                "https://share.invalid/review?unit=1&unit=2",
            )
        ],
    },
    _ALIKE
    | {
        "number": 2,
        "action": "Ring home on the first day of each absence from English",
        "driver": Driver.LEARNER_FEEDBACK,
        "so_what": ["students come back the same week, attendance up from 79% to 88%"],
        "impact": "Students come back the same week, attendance up from 79% to 88%",
        "measure": "attendance",
        "baseline": "79%",
        "target": "88%",
        "evidence_source": "registers",
        "due": date(2027, 5, 31),
        "people": (OTHER, OTHER, OTHER),
        "sar_items": ["AFI 2"],
        "milestones": [
            (date(2027, 2, 12), "84% by the February half term", True),
            (date(2027, 3, 26), "86% by the Easter break", False),
        ],
    },
    _ALIKE
    | {
        "number": 3,
        "action": "Coach every English teacher in planning for retrieval practice",
        "driver": Driver.OUTCOMES,
        "so_what": ["More learners achieve English grade 4: from 31% to 40%"],
        "impact": "More learners achieve English grade 4: from 31% to 40%",
        "measure": "achievement rate",
        "baseline": "31%",
        "target": "40%",
        "evidence_source": "mock results",
        "snoozed_until": date(2026, 12, 3),
        "people": (OTHER, LEAD, LEAD),
        "sar_items": ["AFI 2"],
        "milestones": [(date(2027, 3, 31), "35% in the March mock exams", False)],
    },
    _ALIKE
    | {
        "number": 4,
        "action": "Buy a reading scheme for the entry level groups",
        "driver": Driver.OUTCOMES,
        "so_what": ["Entry level learners read a level higher, from 20% to 45% by July 2027"],
        "impact": "Entry level learners read a level higher",
        "measure": "reading level",
        "baseline": "20%",
        "target": "45%",
        "evidence_source": "the reading test",
        "source_link": "https://college.slack.com/archives/C0QUALITY/p1732520000000100",
        "people": (OWNER, LEAD, OWNER),
        "sar_items": ["AFI 2"],
        "milestones": [],
    },
]
# Every change of an action: which, by whom, the field, from and to.
AUDIT: list[tuple[Any, ...]] = [
    ("A-1", OWNER, "status", None, "agreed"),
    ("A-2", OTHER, "status", None, "agreed"),
    ("A-3", LEAD, "status", None, "agreed"),
    ("A-4", OWNER, "status", None, "draft"),
    ("A-4", LEAD, "measure", None, "reading level"),
    ("A-4", LEAD, "direction", None, "higher"),
    ("A-4", LEAD, "evidence_source", None, "the reading test"),
    ("A-4", LEAD, "owner_id", None, "3"),
    ("A-4", LEAD, "proposed_by_id", None, "1"),
    ("A-4", LEAD, "status", "draft", "agreed"),
    ("A-3", OTHER, "proposed_by_id", "1", None),
    ("A-4", OWNER, "proposed_by_id", "1", None),
    ("A-1", LEAD, "measure", "achievement rate", "timely achievement"),
    ("A-1", LEAD, "target", "65%", "62%"),
    ("A-1", OWNER, "target", "62%", "66%"),
    ("A-1", OWNER, "evidence_source", "QAR dashboard", "the QAR dashboard and the tracker"),
    ("A-1", OWNER, "rag", None, "amber"),
    ("A-1", OWNER, "status", "agreed", "in_progress"),
    ("A-3", OTHER, "snoozed_until", None, "2026-12-03"),
    (
        "A-2",
        OTHER,
        "milestones",
        "84% by the February half term (2027-02-12)",
        "84% by the February half term (2027-02-12), done / 86% by the Easter break (2027-03-26)",
    ),
]


def _as_kept(stored: StoredAction, users: dict[int | None, str | None]) -> Json:
    """An action with all that hangs on it; `people` are its owner, who agreed it and who wrote."""
    action = stored.action
    ids = {"id", "plan_id", "theme_id", "owner_id", "agreed_by_id", "created_by_id", "version"}
    ids |= {"proposed_by_id", "parked_by_id"}
    assert action.proposed_by_id is None and action.parked_by_id is None
    return {
        **action.model_dump(exclude=ids),
        "theme": stored.theme and stored.theme.name,
        "people": tuple(
            users[i] for i in (action.owner_id, action.agreed_by_id, action.created_by_id)
        ),
        "sar_items": stored.sar_references,
        "milestones": [(m.due, m.text, m.done) for m in stored.milestones],
        "updates": [
            (users[u.author_id], u.at, u.rag, u.note, u.reading, u.evidence_link)
            for u in stored.updates
        ],
    }


def nothing_is_left_undone(day: Day) -> None:
    """Every event is answered, every message sent, once, and each interview stands as it ended."""
    with day.bot.database.reading() as session:
        answered = [event.answered_at for event in session.exec(select(ReceivedEvent))]
        sent = session.exec(select(OutgoingMessage)).all()
        ended = sorted(session.exec(select(InterviewRecord.status)))
    assert len(answered) == 22 and None not in answered
    assert {message.delivery for message in sent} == {Delivery.SENT}
    assert ended == [*[InterviewStatus.AGREED] * 3, InterviewStatus.STOPPED]
    shown = {user: day.fake.messages(dm_channel(user)) for user in NAMES}
    assert sorted(m["ts"] for some in shown.values() for m in some) == sorted(
        m.ts or "" for m in sent
    )
    # Besides the interviews: who was asked, told and named.
    outside = {user: len(day.outside_threads(user)) for user in NAMES}
    assert outside == {LEAD: 2, SPONSOR: 4, OWNER: 4, OTHER: 3, READER: 0}


def every_call_was_good(day: Day) -> None:
    """Nothing was refused, and whatever was shown is valid."""
    assert day.fake.refused == []
    checked = 0
    for call in day.fake.calls:
        if call.method in VIEW_METHODS:
            assert_valid_view(call.args["view"])
        elif call.method in ("chat.postMessage", "chat.update"):
            assert_valid_message(call.args)
        elif call.method in ("chat.startStream", "chat.appendStream"):
            assert_valid_message({"text": call.args["markdown_text"]})
        elif call.method == "chat.stopStream":
            assert_valid_blocks(call.args["blocks"])
        else:
            continue
        checked += 1
    for answer in day.answers:
        (assert_valid_view if answer.get("type") == "modal" else assert_valid_message)(answer)
    assert checked > 100 and len(day.answers) > 10


def the_slack_was_used_as_far_as_it_goes(fake: FakeSlack, offers: str, words: str) -> None:
    """A model's questions are streamed where that can be; what is not offered is tried once."""
    tried = {method: len(fake.calls_to(method)) for method in AGENT_METHODS}
    if words == READ_BY_THE_RULES:
        assert not any(tried.values())
    elif offers == BARE:
        assert tried["chat.startStream"] == 1
        assert max(tried.values()) == 1
    else:
        assert tried["chat.startStream"] == tried["chat.stopStream"] >= 5
        states = [
            message["streaming_state"]
            for user in NAMES
            for message in fake.messages(dm_channel(user))
            if "streaming_state" in message
        ]
        assert states == ["completed"] * tried["chat.startStream"]
        assert tried["agents.sessions.setStatus"] > 0


def _options(view: Json, name: str) -> dict[str, str]:
    """The values of a select's options by what they show."""
    block = next(b for b in view["blocks"] if b.get("block_id", "").startswith(f"{name}@"))
    return {o["text"]["text"]: o["value"] for o in block["element"]["options"]}


# --- the test -------------------------------------------------------------------------------------


def by_the_rules(_: Database) -> Coach:
    return EMBEDDED


@pytest.fixture
def bot(fake: FakeSlack, database_url: str, offers: str, words: str) -> Iterator[InProcess]:
    """The bot on an empty database, not installed yet, in a Slack that offers that much."""
    if offers == BARE:
        for method in AGENT_METHODS:
            fake.always_fail(method, error("unknown_method"))
    with ExitStack() as stack:
        coach: Callable[[Database], Coach] = by_the_rules
        if words == WORDED_BY_A_MODEL:
            coach = coached(stack.enter_context(FakeModel(good)))
        yield stack.enter_context(
            in_process(
                fake,
                database_url,
                coach=coach,
                slack_bot_token=None,
                slack_client_id="111.222",
                slack_client_secret="client-secret",
                token_encryption_key=Fernet.generate_key().decode(),
            )
        )


@pytest.mark.parametrize(
    ("database_url", "offers", "words"),
    [
        ("sqlite", FULL, READ_BY_THE_RULES),
        ("postgresql", FULL, READ_BY_THE_RULES),
        ("sqlite", BARE, READ_BY_THE_RULES),
        ("sqlite", FULL, WORDED_BY_A_MODEL),
        ("sqlite", BARE, WORDED_BY_A_MODEL),
    ],
    indirect=["database_url"],
)
def test_a_day(
    fake: FakeSlack,
    bot: InProcess,
    offers: str,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for user, name in NAMES.items():
        fake.add_user(user, name)
    day = Day(fake, bot)

    the_lead_installs_it(day)
    the_lead_opens_home(day)
    the_lead_gives_roles(day)
    the_lead_adds_themes(day)
    the_lead_adds_sar_items(day)
    the_sponsor_asks_the_owners_for_actions(day)
    the_first_owner_begins_from_the_invitation_and_agrees(day)
    the_second_owner_begins_from_the_invitation_and_agrees(day)
    the_lead_writes_one_for_somebody_else_by_command(day)
    the_first_owner_makes_a_message_a_draft(day)
    the_lead_completes_and_agrees_the_draft_from_its_card(day)
    the_named_owners_accept(day)
    two_edit_one_action_and_neither_loses_a_word(day)
    the_owners_report_progress(day)
    the_lead_reviews_the_plan(day)
    everyone_asks_by_command(day)
    everyone_looks_at_home(day)

    the_cards_tell_of_it(day)
    bot.service.stop()
    the_database_holds_exactly_that(bot.database)
    nothing_is_left_undone(day)
    every_call_was_good(day)
    the_slack_was_used_as_far_as_it_goes(fake, offers, words)
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info]
