"""Short and sweet: what a plan has no room for is parked, and stays visible as parked."""

import json

import pytest
from sqlmodel import select

from bot.coaching.whole_plan import STANDARD
from storage import actions, providers
from storage.models import Action, Audit, Person
from storage.vocabulary import Status
from tests.support.block_kit import assert_valid_view
from tests.support.bots import NOW, InProcess
from tests.support.college import LEAD, OWNER, READER, SPONSOR, College, add_action
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens, inputs
from tests.support.slack_payloads import TEAM

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def stored(bot: InProcess, action_id: int) -> actions.StoredAction:
    with bot.database.reading() as session:
        found = actions.one(session, TEAM, action_id)
    assert found is not None
    return found


def parked(bot: InProcess) -> set[int]:
    with bot.database.reading() as session:
        found = session.exec(select(Action.id).where(Action.parked_at.is_not(None))).all()
    return {action_id for action_id in found if action_id is not None}


@pytest.fixture
def long_plan(bot: InProcess, college: College) -> College:
    """A plan with more actions than it has room for, most of them without a change for learners."""
    with bot.database.writing() as session:
        owner = session.exec(select(Person).where(Person.slack_user_id == OWNER)).one()
        for number in range(STANDARD.size_green + 2):
            add_action(
                session,
                TEAM,
                college.plan,
                owner,
                action=f"Hold meeting {number}",
                impact=None if number % 2 else f"Attendance up to {80 + number % 9}%",
            )
    return college


def test_a_parked_action_waits_and_is_taken_up_again(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    action = college.actions[Status.IN_PROGRESS]
    lead, owner = Screens(fake, bot.http, LEAD), Screens(fake, bot.http, OWNER)
    lead.opens_home()
    lead.sends("do:open:1", json.dumps({"action": action}))

    lead.presses("Park")
    lead.saves(note="The centre moves in <@U1> June")

    assert "It is parked." in lead.text and "parked · in progress" in lead.text
    assert "Why it is parked: The centre moves in" in lead.text
    assert {b["text"]["text"] for b in _buttons(lead.modals[-1])} == {
        "Edit",
        "Checks on the way",
        "Take up again",
        "Withdraw",
        "History",
    }
    fake.wait_for(lambda: "1 parked" in lead.home_text)
    owner.opens_home()
    assert "parked · in progress" in owner.home_text
    for verb in ("update", "complete", "snooze"):
        owner.sends(f"do:{verb}:1", json.dumps({"action": action}))
        assert "is parked. A quality lead can take it up again." in owner.text

    lead.presses("Take up again")

    assert "It is taken up again." in lead.text and "parked" not in lead.text
    assert stored(bot, action).action.parked_note is None
    with bot.database.reading() as session:
        changed = session.exec(
            select(Audit.new).where(Audit.action_id == action, Audit.field == "parked_note")
        ).all()
    assert changed == ["The centre moves in <@U1> June", None]


def test_a_lead_goes_through_what_does_least_for_learners(
    fake: FakeSlack, bot: InProcess, long_plan: College
) -> None:
    lead = Screens(fake, bot.http, LEAD)
    lead.opens_home()
    lead.sends("do:review:", "{}")

    lead.presses("Choose what waits")

    form = lead.modals[-1]
    assert_valid_view(form)
    boxes = [b for b in inputs(form) if b["block_id"].startswith("park")]
    offered = [o for b in boxes for o in b["element"]["options"]]
    ticked = [o for b in boxes for o in b["element"].get("initial_options", [])]
    live = 3 + STANDARD.size_green + 2
    assert len(offered) == live and len(ticked) == live - STANDARD.size_green
    assert f"The plan has {live} actions, and room for {STANDARD.size_green}." in lead.text
    # What is lowest comes first and is what is ticked.
    assert offered[: len(ticked)] == ticked
    assert all(o["description"]["text"] for o in offered)

    kept, chosen = ticked[0]["value"], [o["value"] for o in ticked[1:]]
    first = boxes[0]["block_id"].partition("@")[0]
    lead.saves(**{first: chosen}, note="Less would change for learners")

    assert parked(bot) == {int(value) for value in chosen} and int(kept) not in parked(bot)
    fake.wait_for(lambda: f"{len(chosen)} parked" in lead.home_text)
    note = stored(bot, int(chosen[0])).action.parked_note
    assert note == "Less would change for learners"
    # The review below counts what is left.
    assert f"{live - len(chosen)} actions" in lead.text


@on_sqlite
def test_a_plan_within_its_limit_has_nothing_to_park(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    lead = Screens(fake, bot.http, LEAD)

    assert "within its limit" in lead.sends("do:park_several:", "{}")


@on_sqlite
@pytest.mark.parametrize("user", [OWNER, SPONSOR, READER])
def test_only_a_lead_parks(fake: FakeSlack, bot: InProcess, long_plan: College, user: str) -> None:
    lead, other = Screens(fake, bot.http, LEAD), Screens(fake, bot.http, user)
    action = long_plan.actions[Status.AGREED]
    for verb in ("park", "park_several"):
        shown = other.sends(f"do:{verb}:1", json.dumps({"action": action}))
        assert "Only a quality lead can park" in shown
        lead.sends(f"do:{verb}:1", json.dumps({"action": action}))
        other.modals = [lead.modals[-1]]
        assert "Only a quality lead can park" in other.saves(note="Because")
    assert parked(bot) == set()


@on_sqlite
def test_what_another_lead_ended_meanwhile_stays_as_it_is(
    fake: FakeSlack, bot: InProcess, long_plan: College
) -> None:
    lead = Screens(fake, bot.http, LEAD)
    lead.sends("do:park_several:", "{}")
    boxes = [b for b in inputs(lead.modals[-1]) if b["block_id"].startswith("park")]
    ticked = [o["value"] for b in boxes for o in b["element"].get("initial_options", [])]
    with bot.database.writing() as session:
        leading = providers.person(session, TEAM, LEAD)
        assert leading is not None
        found = actions.one(session, TEAM, int(ticked[0]))
        assert found is not None
        actions.change_action(
            session,
            TEAM,
            int(ticked[0]),
            found.action.version,
            by=leading,
            at=NOW,
            status=Status.WITHDRAWN,
        )

    lead.saves(note="Less would change for learners")

    assert parked(bot) == {int(value) for value in ticked[1:]}


@on_sqlite
def test_a_finding_that_waits_with_a_reason_counts_as_covered(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    lead = Screens(fake, bot.http, LEAD)
    assert "1 of 2 have an action" in lead.opens_home()
    lead.presses("SAR items")
    lead.presses("Edit", "AFI 2")

    lead.saves(waiting_note="The register system changes in March")

    fake.wait_for(lambda: "2 of 2 have an action or wait with a reason (1)" in lead.home_text)


@on_sqlite
def test_a_target_that_was_explained_is_not_asked_about_again(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    lead = Screens(fake, bot.http, LEAD)
    action = college.actions[Status.AGREED]
    lead.sends("do:review:", "{}")
    assert "A-2" in (unexplained := _ambition(lead.text)), unexplained
    lead.sends("do:edit:1", json.dumps({"action": action}))

    lead.saves(target_note="Two cohorts move to the new standard at once")

    lead.sends("do:open:1", json.dumps({"action": action}))
    assert "Why that target: Two cohorts move to the new standard at once" in lead.text
    lead.sends("do:review:", "{}")
    assert "A-2" not in _ambition(lead.text)


@on_sqlite
@pytest.mark.parametrize(("user", "may"), [(LEAD, True), (SPONSOR, True), (OWNER, False)])
def test_leads_and_the_sponsor_move_an_action_to_another_theme(
    fake: FakeSlack, bot: InProcess, college: College, user: str, may: bool
) -> None:
    screens = Screens(fake, bot.http, user)
    action = college.actions[Status.AGREED]
    screens.sends("do:edit:1", json.dumps({"action": action}))
    names = {b["block_id"].partition("@")[0]: b for b in inputs(screens.modals[-1])}
    assert ("theme" in names) is may
    if may:
        options = names["theme"]["element"]["options"]
        other = next(o["value"] for o in options if o["text"]["text"] == "Maths and English")
        screens.saves(theme=other)
        theme = stored(bot, action).theme
        assert theme is not None and theme.name == "Maths and English"


def _ambition(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "percentage point" in line)


def _buttons(view: dict[str, object]) -> list[dict[str, dict[str, str]]]:
    blocks = view["blocks"]
    assert isinstance(blocks, list)
    return [e for b in blocks if b["type"] == "actions" for e in b["elements"]]
