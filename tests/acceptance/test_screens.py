"""The Home tab, cards and forms, over Slack's own protocol."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from storage import actions, providers
from storage.models import OutgoingMessage, Person, SarItem
from storage.vocabulary import Direction, Driver, Rag, Status
from tests.support import slack_payloads as payloads
from tests.support.block_kit import assert_valid_message, assert_valid_view, render_text
from tests.support.bots import NOW, InProcess
from tests.support.college import (
    LEAD,
    OTHER,
    OWNER,
    READER,
    SPONSOR,
    College,
    add_action,
    state,
)
from tests.support.fake_slack import FakeSlack, drop, error
from tests.support.screens import Screens, buttons
from tests.support.slack_payloads import TEAM, dm_channel

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def of(fake: FakeSlack, bot: InProcess, college: College) -> Any:
    """The screens of a person: `of(LEAD)`."""
    return lambda user: Screens(fake, bot.http, user)


def stored(bot: InProcess, action_id: int) -> actions.StoredAction:
    with bot.database.reading() as session:
        held = actions.one(session, TEAM, action_id)
    assert held is not None
    return held


# --- Home tab -----------------------------------------------------------------------------------


def test_an_owner_sees_their_actions_and_nothing_of_the_plan(of: Any, college: College) -> None:
    text = of(OWNER).opens_home()

    assert text.startswith("# Your actions")
    assert "A-3 Review the apprenticeship resources" in text
    assert "in progress · Amber: slipping · due 31 July 2027" in text
    assert "Next check: 60% on track (28 February 2027)" in text
    assert "Last update: 23 November 2026" in text
    assert "[Update]  [Open]  [Snooze a week]" in text
    assert "withdrawn" not in text
    assert "Improvement plan" not in text


def test_a_lead_sees_the_plan_at_a_glance(of: Any, college: College) -> None:
    text = of(LEAD).opens_home()

    assert "You own no action yet" in text
    assert "# Improvement plan 2026/27" in text
    assert "4 actions: 1 draft, 1 agreed, 1 in progress, 1 complete" in text
    assert "Under way: 1 amber, 1 not rated yet" in text
    assert "Areas for improvement: 1 of 2 have an action" in text
    assert "Stay and achieve (sponsor Sol Greaves)" in text
    assert "No action yet" in text


@pytest.mark.parametrize("user", [SPONSOR, READER])
def test_a_sponsor_sees_the_plan_and_a_reader_only_its_summary(
    of: Any, college: College, user: str
) -> None:
    screens = of(user)
    text = screens.opens_home()

    assert "# Improvement plan 2026/27" in text
    assert "[Show a summary" in text
    assert (len(buttons(screens.home)) > 1) == (user == SPONSOR)


@on_sqlite
def test_a_home_without_a_plan_says_so(fake: FakeSlack, bot: InProcess) -> None:
    screens = Screens(fake, bot.http, OWNER)

    text = screens.opens_home()

    assert "There is no plan for 2026/27 yet." in text


@on_sqlite
def test_opening_the_messages_tab_publishes_nothing(fake: FakeSlack, bot: InProcess) -> None:
    bot.http.event(payloads.app_home_opened("messages"))
    Screens(fake, bot.http, OTHER).opens_home()

    assert [call.args["user_id"] for call in fake.calls_to("views.publish")] == [OTHER]


@on_sqlite
def test_a_plan_of_300_actions_is_paged(fake: FakeSlack, bot: InProcess, of: Any) -> None:
    with bot.database.writing() as session:
        owner = session.get(Person, _id_of(bot, OWNER))
        assert owner is not None
        for number in range(300):
            add_action(session, TEAM, 1, owner, action=f"Hold review {number} " + "w" * 3000)
    for user in (OWNER, LEAD):
        screens = of(user)
        screens.opens_home()
        before = len(fake.calls_to("views.publish"))
        screens.presses("More")
        fake.wait_for_calls("views.publish", before + 1)

        assert_valid_view(screens.home)
        assert "page 2 of" in screens.home_text
        for order in ("mine", "summary", "review"):
            assert_valid_message(screens.types(order))
    for verb in ("review", "ranking", "park_several"):
        of(LEAD).sends(f"do:{verb}:1", "{}")
        assert_valid_view(fake.views_opened[-1])


def _id_of(bot: InProcess, user: str) -> int:
    from storage import providers

    with bot.database.reading() as session:
        person = providers.person(session, TEAM, user)
    assert person is not None and person.id is not None
    return person.id


@on_sqlite
@pytest.mark.parametrize("fault", ["drop", "user_not_found"])
def test_a_name_that_slack_does_not_say_again_is_not_asked_for_at_every_turn(
    fake: FakeSlack, bot: InProcess, of: Any, college: College, fault: str
) -> None:
    with bot.database.writing() as session:
        owner = session.get(Person, _id_of(bot, OWNER))
        assert owner is not None
        owner.profile_at = NOW - timedelta(days=2)
        session.add(owner)
    fake.always_fail("users.info", drop() if fault == "drop" else error(fault))

    for _ in range(3):
        assert "A-3 Review" in render_text(of(OWNER).types("mine"))

    assert len(fake.calls_to("users.info")) == 1


@on_sqlite
def test_a_changed_name_and_zone_are_taken_over(
    fake: FakeSlack, bot: InProcess, of: Any, college: College
) -> None:
    with bot.database.writing() as session:
        owner = session.get(Person, _id_of(bot, OWNER))
        assert owner is not None
        owner.profile_at, owner.name = NOW - timedelta(days=2), "Priya Old"
        session.add(owner)

    of(OWNER).types("mine")

    with bot.database.reading() as session:
        kept = session.get(Person, _id_of(bot, OWNER))
    assert kept is not None and (kept.name, kept.profile_at) == ("Priya Shah", NOW)


# --- the card -----------------------------------------------------------------------------------


def test_a_card_shows_all_and_offers_what_its_reader_may_do(of: Any, college: College) -> None:
    action = college.actions[Status.IN_PROGRESS]
    offered = {}
    for user in (OWNER, LEAD, SPONSOR, OTHER, READER):
        screens = of(user)
        text = screens.sends(f"do:open:{action}", f'{{"action": {action}}}')
        assert "A-3 · in progress · Amber: slipping" in text
        assert "From → to: 54% → 65%" in text
        assert "23 November 2026: Amber: slipping. Two units are late." in text
        assert_valid_view(screens.modals[-1])
        offered[user] = [b["text"]["text"] for b in buttons(screens.modals[-1])]

    whole = ["Update progress", "Edit", "Checks on the way", "Complete", "Withdraw"]
    assert offered == {
        OWNER: whole,
        LEAD: [*whole[:-1], "Park", "Withdraw", "History"],
        SPONSOR: ["Edit", "Checks on the way"],
        OTHER: [],
        READER: [],
    }


def test_agreeing_on_the_card_tells_the_sponsor(
    fake: FakeSlack, bot: InProcess, of: Any, college: College
) -> None:
    draft = college.actions[Status.DRAFT]
    owner = of(OWNER)
    owner.opens_home()
    owner.presses("Open", "A-1")

    text = owner.presses("Agree")

    assert "A-1 is agreed." in text
    assert "A-1 · agreed" in text
    assert stored(bot, draft).action.status is Status.AGREED
    (told,) = fake.wait_for_messages(dm_channel(SPONSOR), 1)
    assert_valid_message(told)
    assert "Priya Shah has agreed A-1 under your theme “Stay and achieve”" in told["text"]
    sponsor = of(SPONSOR)
    assert "A-1 · agreed" in sponsor.presses("Open", screen=told)


@on_sqlite
def test_nobody_without_a_slack_account_is_written_to(
    fake: FakeSlack, bot: InProcess, of: Any, college: College
) -> None:
    with bot.database.writing() as session:
        sponsor = session.get(Person, _id_of(bot, SPONSOR))
        assert sponsor is not None
        sponsor.slack_user_id = "sol.greaves"
        session.add(sponsor)
    action = college.actions[Status.DRAFT]

    answer = bot.http.interaction(
        payloads.block_action("do:agree:1", f'{{"action": {action}}}', user=OWNER)
    )

    assert answer.status == 200
    assert stored(bot, action).action.status is Status.AGREED

    with bot.database.reading() as session:
        assert session.exec(select(OutgoingMessage)).all() == []


# --- forms --------------------------------------------------------------------------------------


def test_every_field_can_be_edited(bot: InProcess, of: Any, college: College) -> None:
    action = college.actions[Status.AGREED]
    owner = of(OWNER)
    owner.opens_home()
    owner.presses("Open", "A-2")
    owner.presses("Edit")

    text = owner.saves(
        action="Text parents on the day of each absence",
        impact="Attendance in English up from 79% to 88%",
        measure="attendance in English",
        baseline="79%",
        baseline_date="2026-10-31",
        target="88%",
        direction="higher",
        evidence_source="the weekly register report",
        due="2027-05-31",
        driver="learner_feedback",
        sar_items=["AFI 2"],
    )

    assert "Saved." in text
    assert "Text parents on the day of each absence" in text
    held = stored(bot, action)
    assert held.sar_references == ["AFI 2"]
    assert held.action.model_dump(
        include={"baseline_date", "target", "direction", "due", "driver", "measure"}
    ) == {
        "baseline_date": date(2026, 10, 31),
        "target": "88%",
        "direction": Direction.HIGHER,
        "due": date(2027, 5, 31),
        "driver": Driver.LEARNER_FEEDBACK,
        "measure": "attendance in English",
    }


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"action": "  "}, "action: Say in one sentence what will be done."),
        ({"action": "word " * 61}, "action: That is 61 words."),
        ({"target": "lots"}, "target: Give a level that can be checked"),
        ({"target": "50%"}, "target: That is worse than where you start (54%)."),
        ({"target": "54%"}, "target: That is where you start (54%)."),
        ({"baseline": "tbc"}, "baseline: Give a level that can be checked"),
        ({"baseline_date": "2027-01-01"}, "baseline_date: A starting figure cannot be"),
        ({"due": "2027-09-01"}, "due: This plan runs to 31 July 2027"),
        ({"owner": None}, "owner: Somebody has to be accountable"),
        ({"owner": "U0NOBODY"}, "owner: Choose a person of this workspace"),
    ],
)
def test_what_cannot_stand_is_said_at_its_field_and_nothing_is_kept(
    bot: InProcess, of: Any, college: College, typed: dict[str, Any], error: str
) -> None:
    action = college.actions[Status.AGREED]
    owner = of(OWNER)
    owner.sends(f"do:edit:{action}", f'{{"action": {action}}}')
    version = stored(bot, action).action.version

    assert owner.saves(**typed).startswith(error)
    assert stored(bot, action).action.version == version


def test_a_second_editor_is_told_who_changed_what_and_loses_nothing(
    bot: InProcess, of: Any, college: College
) -> None:
    action = college.actions[Status.AGREED]
    lead, owner = of(LEAD), of(OWNER)
    for screens in (lead, owner):
        screens.sends(f"do:edit:{action}", f'{{"action": {action}}}')
    lead.saves(target="70%", measure="timely achievement")

    again = owner.saves(target="66%", evidence_source="the tracker")

    assert "Lena Marsh changed the target to “70%” at 10:00." in again
    assert "Lena Marsh changed the measure to “timely achievement” at 10:00." in again
    assert "[66%]" in again and "[the tracker]" in again and "[timely achievement]" in again
    assert stored(bot, action).action.target == "70%"
    assert_valid_view(owner.modals[-1])

    owner.saves()

    held = stored(bot, action).action
    assert (held.target, held.measure, held.evidence_source) == (
        "66%",
        "timely achievement",
        "the tracker",
    )
    with bot.database.reading() as session:
        changes = actions.changes_since(session, TEAM, action, 0)
    assert [(c.by, c.field, c.old, c.new) for c in changes if c.field == "target"] == [
        ("Lena Marsh", "target", "65%", "70%"),
        ("Priya Shah", "target", "70%", "66%"),
    ]


def test_the_checks_on_the_way_can_be_changed_and_ticked_off(
    bot: InProcess, of: Any, college: College
) -> None:
    action = college.actions[Status.AGREED]
    owner = of(OWNER)
    owner.sends(f"do:milestones:{action}", f'{{"action": {action}}}')

    wrong = owner.saves(due1="2027-04-30")
    assert wrong == "text1: Say what should be seen by then."

    owner.saves(done0=["done"], text1="62% on track", due1="2027-04-30")

    held = stored(bot, action).milestones
    assert [(m.text, m.due, m.done) for m in held] == [
        ("60% on track", date(2027, 2, 28), True),
        ("62% on track", date(2027, 4, 30), False),
    ]


@on_sqlite
def test_a_tick_that_somebody_else_sets_meanwhile_stays(
    bot: InProcess, of: Any, college: College
) -> None:
    action = college.actions[Status.AGREED]
    lead, owner = of(LEAD), of(OWNER)
    for screens in (lead, owner):
        screens.sends("do:milestones:1", json.dumps({"action": action}))
    lead.saves(done0=["done"])

    again = owner.saves(text1="Everyone has a plan by March", due1="2027-03-31")

    assert "Lena Marsh changed the checks on the way to “60% on track (28 February 2027)" in again
    owner.saves()
    assert [(m.text, m.due, m.done) for m in stored(bot, action).milestones] == [
        ("60% on track", date(2027, 2, 28), True),
        ("Everyone has a plan by March", date(2027, 3, 31), False),
    ]


@on_sqlite
def test_who_loses_an_action_while_typing_can_copy_their_words(
    of: Any, college: College, bot: InProcess
) -> None:
    action = college.actions[Status.AGREED]
    lead, owner = of(LEAD), of(OWNER)
    for screens in (lead, owner):
        screens.sends("do:edit:1", json.dumps({"action": action}))
    lead.saves(owner=OTHER)

    shown = owner.saves(impact="Every apprentice knows their next step", target="66%")

    assert "Only Tom Baker, the sponsor of its theme or a quality lead can change A-2." in shown
    assert "So what will be different for learners: Every apprentice knows their next step" in shown
    assert "What it should reach: 66%" in shown
    assert stored(bot, action).action.target == "65%"


@on_sqlite
@pytest.mark.parametrize(
    ("form", "typed", "error"),
    [
        ("update", {"rag": "green", "note": "  "}, "note: Say in a sentence what has happened."),
        ("complete", {"reading": "66%", "note": " "}, "note: Say in a sentence what learners"),
        ("complete", {"reading": " ", "note": "Done"}, "reading: Give the level it has reached"),
        ("withdraw", {"note": " \n "}, "note: Say in a sentence why."),
        ("park", {"note": "  "}, "note: Say in a sentence why it waits."),
    ],
)
def test_blanks_are_no_sentence(
    of: Any, college: College, bot: InProcess, form: str, typed: dict[str, str], error: str
) -> None:
    action = college.actions[Status.AGREED]
    before = state(bot.database)
    lead = of(LEAD)
    lead.sends(f"do:{form}:1", json.dumps({"action": action}))

    assert error in lead.saves(**typed)
    assert state(bot.database) == before


@on_sqlite
def test_a_target_that_the_impact_still_gives_otherwise_is_said(of: Any, college: College) -> None:
    lead = of(LEAD)
    lead.sends("do:open:1", json.dumps({"action": college.actions[Status.AGREED]}))
    lead.presses("Edit")

    assert "Saved. The impact still says 65%: change it too." in lead.saves(target="70%")


@on_sqlite
def test_a_draft_without_an_owner_shows_to_whoever_wrote_it(
    bot: InProcess, of: Any, college: College
) -> None:
    with bot.database.writing() as session:
        author = session.get(Person, _id_of(bot, OTHER))
        assert author is not None
        draft = add_action(session, TEAM, college.plan, author, status=Status.DRAFT)
        draft.owner_id = None
        session.add(draft)

    assert "A-6" in (home := of(OTHER).opens_home()) and "It has no owner yet" in home
    assert "A-6" in render_text(of(OTHER).types("mine"))
    assert "A-6" not in of(SPONSOR).opens_home().partition("# Improvement plan")[0]


def test_an_update_is_kept_and_homes_follow(
    fake: FakeSlack, bot: InProcess, of: Any, college: College
) -> None:
    action = college.actions[Status.AGREED]
    lead, owner = of(LEAD), of(OWNER)
    lead.opens_home()
    owner.opens_home()
    owner.presses("Update", "A-2")

    wrong = owner.saves(rag="green", note="Going well", evidence_link="the share", reading="fine")
    assert "evidence_link: Paste a web address" in wrong
    assert "reading: Give the level it stands at" in wrong

    owner.saves(
        rag="green",
        note="Going well",
        reading="58%",
        evidence_link="https://share.invalid/x?a=1&b=2",
    )

    held = stored(bot, action)
    assert (held.action.status, held.action.rag) == (Status.IN_PROGRESS, Rag.GREEN)
    assert [(u.note, u.reading, u.evidence_link) for u in held.updates] == [
        ("Going well", "58%", "https://share.invalid/x?a=1&b=2")
    ]
    for screens in (lead, owner):
        fake.wait_for(lambda s=screens: "A-2" in s.home_text and "Green: on track" in s.home_text)
    assert owner.modals == []


@pytest.mark.parametrize("deed", ["complete", "withdraw"])
def test_an_action_ends_with_a_sentence_of_why(
    bot: InProcess, of: Any, college: College, deed: str
) -> None:
    action = college.actions[Status.IN_PROGRESS]
    owner = of(OWNER)
    owner.sends(f"do:open:{action}", f'{{"action": {action}}}')
    owner.presses(deed.capitalize())
    reading = {"reading": "66%"} if deed == "complete" else {}

    text = owner.saves(note="More apprentices passed.", **reading)

    held = stored(bot, action)
    assert held.action.closing_note == "More apprentices passed."
    assert "Why it ended: More apprentices passed." in text
    assert held.action.status.value.startswith(deed)
    if deed == "complete":
        assert (held.updates[-1].rag, held.updates[-1].reading) == (Rag.BLUE, "66%")
    # What it came to can still be looked at.
    assert {b["text"]["text"] for b in buttons(owner.modals[-1])} <= {"Picture"}


def test_reminders_can_be_put_off_by_a_week(
    fake: FakeSlack, bot: InProcess, of: Any, college: College
) -> None:
    action = college.actions[Status.AGREED]
    owner = of(OWNER)
    owner.opens_home()

    owner.presses("Snooze a week", "A-2")

    assert stored(bot, action).action.snoozed_until == date(2026, 12, 3)
    fake.wait_for(lambda: "reminders from 3 December 2026" in owner.home_text)


def test_a_new_owner_is_told(fake: FakeSlack, bot: InProcess, of: Any, college: College) -> None:
    action = college.actions[Status.AGREED]
    owner = of(OWNER)
    owner.sends(f"do:edit:{action}", f'{{"action": {action}}}')

    owner.saves(owner=OTHER)

    held = stored(bot, action)
    assert held.owner is not None and held.owner.slack_user_id == OTHER
    (told,) = fake.wait_for_messages(dm_channel(OTHER), 1)
    assert "Priya Shah has named you as the owner of A-2" in told["text"]


# --- the command --------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "/qip mine shows the actions you own."),
        ("help", "/qip summary shows how the plan goes, and what is new"),
        ("MINE ", "A-3 Review the apprenticeship resources"),
        ("summary", "4 actions: 1 at risk, 1 complete, 1 no update yet, 1 draft."),
        ("dance <!channel>", "I do not know “dance"),
    ],
)
def test_the_command_answers_the_person_alone(
    of: Any, college: College, typed: str, says: str
) -> None:
    answer = of(OWNER).types(typed)

    assert_valid_message(answer)
    assert says in render_text(answer)
    assert answer.get("response_type", "ephemeral") == "ephemeral"
    assert "<!channel>" not in str(answer)


# --- the review ---------------------------------------------------------------------------------


def test_the_review_leads_to_what_mends_each_thing(
    fake: FakeSlack, bot: InProcess, of: Any, college: College
) -> None:
    lead = of(LEAD)

    answer = lead.types("review")

    assert_valid_message(answer)
    text = render_text(answer)
    assert text.startswith(
        "Mend: 1 of 2 areas for improvement has no action yet: AFI 2.\n[Write an action for AFI 2]"
    )
    assert text.endswith("[Show every check]")
    assert len([b for b in buttons(answer) if b["text"]["text"] != "Show every check"]) == 3
    for button in buttons(answer):
        shown = lead.sends(button["action_id"], button["value"])
        assert "Not " not in shown.splitlines()[0]
    assert_valid_view(lead.modals[-1])
    assert "== Review of the plan ==" in lead.text
    assert sum(line.startswith("# ") for line in lead.text.splitlines()) >= 3
    chooser = next(b for b in buttons(lead.modals[-1]) if b["type"] == "static_select")
    wanted = next(o["value"] for o in chooser["options"] if o["text"]["text"].startswith("A-3"))
    assert "== Action A-3 ==" in lead.sends(chooser["action_id"], wanted, lead.modals[-1])
    (opening,) = fake.wait_for_messages(dm_channel(LEAD), 1)
    assert "AFI 2" in opening["text"]


@on_sqlite
@pytest.mark.parametrize("user", [LEAD, SPONSOR, READER])
def test_no_button_of_the_review_is_refused(of: Any, college: College, user: str) -> None:
    screens = of(user)
    screens.sends("do:review:1", "{}")
    review = screens.modals[-1]

    for button in [b for b in buttons(review) if b["type"] == "button"]:
        shown = screens.sends(button["action_id"], button["value"], review)
        assert not shown.startswith(("== Not yours", "== Not found")), button


@on_sqlite
@pytest.mark.parametrize(
    ("user", "sees"), [(LEAD, True), (SPONSOR, True), (READER, True), (OWNER, False)]
)
def test_who_sees_the_review(of: Any, college: College, user: str, sees: bool) -> None:
    screens = of(user)

    typed = render_text(screens.types("review"))
    shown = screens.sends("do:review:1", "{}")

    assert ("areas for improvement has" in typed) == sees
    assert ("== Review of the plan ==" in shown) == sees
    if user == READER:
        shown_buttons = [b for b in buttons(screens.modals[-1]) if b["type"] == "button"]
        labels = {b["text"]["text"].partition(" ")[0] for b in shown_buttons}
        assert labels <= {"Open"}


@on_sqlite
def test_a_plan_that_is_too_long_is_shown_in_the_order_of_its_impact(
    bot: InProcess, of: Any, college: College
) -> None:
    lead = of(LEAD)
    assert "within its limit" in lead.sends("do:ranking:1", "{}")
    with bot.database.writing() as session:
        owner = session.get(Person, _id_of(bot, OWNER))
        assert owner is not None
        for number in range(60):
            impact = None if number else "Attendance of adults up from 70% to 80%"
            add_action(session, TEAM, 1, owner, action=f"Hold review {number}", impact=impact)

    shown = lead.sends("do:ranking:1", "{}")

    assert_valid_view(lead.modals[-1])
    assert shown.splitlines()[1].startswith("Keep: A-")
    assert "Could be parked: A-" in shown
    assert "more further down" in shown
    assert "See the order" in of(SPONSOR).sends("do:review:1", "{}")
    assert "Choose what waits" in lead.sends("do:review:1", "{}")


# --- what people type ---------------------------------------------------------------------------

HOSTILE = [
    "<!channel> <!here> <!everyone> @channel",
    "<@U0OTHER> and <@U0READER|Rita> and <#C0QUALITY>",
    "<https://evil.invalid|the register> and https://evil.invalid/a?b=c&d",
    "`code` ```block``` *bold* _it_ ~no~ > quote",
    "w" * 3000,
    "\u202eright to left \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "&lt;!channel&gt; &amp; <script>",
    "line\n\n\nline\n" * 40,
]


@on_sqlite
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_stays_text_on_every_screen(
    fake: FakeSlack, bot: InProcess, of: Any, college: College, text: str
) -> None:
    action = college.actions[Status.IN_PROGRESS]
    with bot.database.writing() as session:
        held = actions.one(session, TEAM, action)
        assert held is not None and held.owner is not None and held.theme is not None
        for name in (
            "action",
            "impact",
            "measure",
            "evidence_source",
            "closing_note",
            "target_note",
            "parked_note",
        ):
            setattr(held.action, name, text)
        held.action.proposed_by_id = _id_of(bot, LEAD)
        item = session.exec(select(SarItem).where(SarItem.workspace == TEAM)).first()
        assert item is not None
        item.judgement, item.evidence, item.waiting_note = text, text, text
        session.add(item)
        settings = providers.settings_of(session, TEAM, to_change=True)
        settings.framework, settings.headings = "own", [text[:70]]
        session.add(settings)
        held.theme.name = text
        held.milestones[0].text = text
        held.updates[0].note = text
        held.owner.name = text[:200]
        session.add_all([held.action, held.theme, held.owner, *held.milestones, *held.updates])
    shown = []
    for user in (OWNER, LEAD, READER):
        screens = of(user)
        screens.opens_home()
        shown += [screens.home, *(screens.types(order) for order in ("mine", "summary", text))]
        if user != READER:
            verbs = ("open", "edit", "milestones", "update", "complete", "withdraw", "not_mine")
            for verb in (*verbs, "park"):
                screens.sends(f"do:{verb}:1", f'{{"action": {action}}}')
                shown.append(screens.modals[0])
    lead = of(LEAD)
    about = json.dumps({"item": item.id, "theme": held.theme.id})
    for verb in ("review", "ranking", "theme", "sar_items", "sar_item", "roles", "settings"):
        lead.sends(f"do:{verb}:1", about)
        shown.append(lead.modals[0])
    lead.sends("do:invite:1", about)
    shown.append(lead.modals[0])
    with bot.database.writing() as session:
        held.action.parked_at = NOW
        session.merge(held.action)
    lead.sends("do:open:1", f'{{"action": {action}}}')
    shown.append(lead.modals[0])

    for screen in shown:
        check = assert_valid_view if screen.get("type") else assert_valid_message
        check(screen)
        for words in mrkdwn_of(screen):
            assert not re.search(r"<[!#]|<@(?!U0)|<http|```|`", words.replace("\u200b`", "")), words


def mrkdwn_of(tree: Any) -> Iterator[str]:
    """Every text of a screen in which Slack would make something of a mark."""
    if isinstance(tree, dict):
        if tree.get("type") == "mrkdwn":
            yield tree["text"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from mrkdwn_of(branch)


@on_sqlite
def test_where_slack_shows_no_views_what_was_pressed_is_still_done(
    fake: FakeSlack, bot: InProcess, of: Any, college: College
) -> None:
    for method in ("views.open", "views.push", "views.update", "views.publish"):
        fake.always_fail(method, error("unknown_method"))
    action = college.actions[Status.DRAFT]
    payload = payloads.block_action("do:agree:1", f'{{"action": {action}}}', user=OWNER)

    assert bot.http.interaction(payload).status == 200

    assert stored(bot, action).action.status is Status.AGREED
