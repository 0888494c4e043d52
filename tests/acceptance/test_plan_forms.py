"""A quality lead sets up the plan from the Home tab: themes, SAR items, people and roles."""

import json
from typing import Any

import pytest
from sqlmodel import select

from storage import plans, providers
from storage.models import SarItem
from storage.vocabulary import Role
from tests.support import slack_payloads as payloads
from tests.support.block_kit import assert_valid_message, assert_valid_view, render_text
from tests.support.bots import InProcess
from tests.support.college import LEAD, OTHER, OWNER, READER, SPONSOR, YEAR, College
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens, inputs
from tests.support.slack_payloads import TEAM, dm_channel
from tests.support.talk import Talk, over_http

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def lead(fake: FakeSlack, bot: InProcess, college: College) -> Screens:
    screens = Screens(fake, bot.http, LEAD)
    screens.opens_home()
    return screens


def ranked(bot: InProcess) -> list[tuple[int, str, str | None]]:
    """The themes: rank, name and sponsor."""
    with bot.database.reading() as session:
        plan = plans.plan_of(session, TEAM, YEAR)
        assert plan is not None and plan.id is not None
        return [
            (theme.rank, theme.name, sponsor.slack_user_id if sponsor else None)
            for theme, sponsor in plans.themes(session, TEAM, plan.id)
        ]


def item(bot: InProcess, reference: str) -> SarItem:
    with bot.database.reading() as session:
        return session.exec(
            select(SarItem).where(SarItem.workspace == TEAM, SarItem.reference == reference)
        ).one()


# --- themes -------------------------------------------------------------------------------------


def test_themes_are_added_ranked_and_given_a_sponsor(bot: InProcess, lead: Screens) -> None:
    lead.presses("Add a theme")
    assert_valid_view(lead.modals[-1])
    lead.saves(name="Attend and belong", rank="1", sponsor=OTHER)
    lead.fake.wait_for(lambda: "Attend and belong" in lead.home_text)

    assert ranked(bot) == [
        (1, "Attend and belong", OTHER),
        (2, "Stay and achieve", SPONSOR),
        (3, "Maths and English", None),
    ]
    lead.presses("Edit", "Attend and belong")
    lead.saves(rank="3", name="Attend")

    assert [name for _, name, _ in ranked(bot)] == [
        "Stay and achieve",
        "Maths and English",
        "Attend",
    ]
    with bot.database.reading() as session:
        chosen = providers.person(session, TEAM, OTHER)
    assert chosen is not None and chosen.role is Role.SPONSOR


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"name": " "}, "name: Say in a few words what matters most."),
        ({"name": "w" * 121}, "name: Keep it under 120 characters"),
        ({"name": "maths AND english"}, "name: There is a theme of this name already."),
        ({"name": "New", "sponsor": "U0NOBODY"}, "sponsor: Choose a person of this workspace"),
    ],
)
def test_a_theme_that_cannot_stand_is_sent_back(
    bot: InProcess, lead: Screens, typed: dict[str, Any], error: str
) -> None:
    before = ranked(bot)
    lead.presses("Add a theme")

    assert lead.saves(**typed).startswith(error)
    assert ranked(bot) == before


def test_a_form_without_the_input_that_it_lacks_is_answered_all_the_same(
    bot: InProcess, lead: Screens
) -> None:
    metadata = json.dumps({"id": None, "marks": {}})
    view = {"type": "modal", "callback_id": "roles", "private_metadata": metadata, "blocks": []}
    payload = payloads.view_submission(view, user=LEAD)
    payload["view"]["state"]["values"] = {"person@0": {"person": {}}}

    answer = bot.http.interaction(payload)

    assert (answer.status, answer.body) == (200, "")


def test_two_leads_who_edit_one_theme_lose_nothing(
    fake: FakeSlack, bot: InProcess, lead: Screens
) -> None:
    with bot.database.writing() as session:
        other = providers.person(session, TEAM, OTHER)
        assert other is not None
        other.role = Role.LEAD
        session.add(other)
    second = Screens(fake, bot.http, OTHER)
    second.opens_home()
    for screens in (lead, second):
        screens.presses("Edit", "Maths and English")
    lead.saves(name="English and maths")

    again = second.saves(sponsor=OWNER)

    assert "Lena Marsh changed the name to “English and maths”." in again
    assert "[English and maths]" in again and f"[{OWNER}]" in again
    lead.presses("Edit", "English and maths")
    lead.saves(rank="1")
    assert "Lena Marsh changed the rank to “1”." in second.saves()
    second.saves(rank="2")
    assert ranked(bot)[1] == (2, "English and maths", OWNER)


# --- invitations --------------------------------------------------------------------------------


def test_a_theme_is_handed_to_people_who_begin_from_its_findings(
    fake: FakeSlack, bot: InProcess, lead: Screens
) -> None:
    lead.presses("Ask for actions", "Stay and achieve")
    assert_valid_view(lead.modals[-1])
    assert lead.saves(people=[OTHER, "U0NOBODY"]).startswith("people: Choose a person")
    lead.saves(people=[OTHER, OWNER])

    (asked,) = fake.wait_for_messages(dm_channel(OTHER), 1)
    assert_valid_message(asked)
    assert render_text(asked) == (
        "Lena Marsh asks you for an action under the theme “Stay and achieve”. These are the "
        "findings it is about; begin with the one where you can do most:\n"
        "AFI 1: Too few apprentices achieve on time\n[Begin]"
    )
    other = Screens(fake, bot.http, OTHER)
    assert "I have written to you" in other.presses("Begin", screen=asked)
    fake.wait_for_messages(dm_channel(OTHER), 2)
    opening = fake.messages(dm_channel(OTHER))[-1]
    assert opening["text"].startswith("AFI 1: Too few apprentices")
    lead.opens_home()
    assert "Asked for actions: Tom Baker (not yet), Priya Shah (has written one)" in lead.home_text
    talk = Talk(fake, over_http(bot.http), OTHER)
    talk.root = opening["ts"]
    talk.says("Pair each new apprentice with a mentor")
    talk.says("agree")
    talk.presses("Agree")
    fake.wait_for(lambda: "Tom Baker (has written one)" in lead.home_text)


@on_sqlite
def test_nobody_is_asked_twice(fake: FakeSlack, bot: InProcess, lead: Screens) -> None:
    for _ in range(2):
        lead.presses("Ask for actions", "Stay and achieve")
        lead.saves(people=[OTHER])
    bot.service.stop()

    assert len(fake.messages(dm_channel(OTHER))) == 1


@on_sqlite
@pytest.mark.parametrize(
    ("user", "may"), [(SPONSOR, True), (OWNER, False), (READER, False), ("U0STRANGER", False)]
)
def test_a_theme_is_handed_on_by_its_sponsor_or_a_lead(
    fake: FakeSlack, bot: InProcess, lead: Screens, user: str, may: bool
) -> None:
    lead.presses("Ask for actions", "Stay and achieve")
    view = lead.modals[-1]
    (block,) = inputs(view)
    team = "T0ELSEWHERE" if user == "U0STRANGER" else TEAM

    bot.http.interaction(payloads.view_submission(view, {block["block_id"]: [OTHER]}, user, team))
    if may:
        fake.wait_for_messages(dm_channel(OTHER), 1)
    bot.service.stop()

    assert len(fake.messages(dm_channel(OTHER))) == int(may)


# --- SAR items ----------------------------------------------------------------------------------


def test_sar_items_are_listed_added_and_edited(bot: InProcess, lead: Screens) -> None:
    assert "AFI 1 Too few apprentices achieve on time" in lead.presses("SAR items")
    lead.presses("Add a SAR item")
    assert_valid_view(lead.modals[-1])
    below = lead.saves(
        reference="AFI 3",
        judgement="Learners arrive late to morning lessons",
        evidence="Registers of the autumn term",
        department="Health and care",
        measure="punctuality",
        baseline="81%",
        baseline_date="2026-10-31",
    )
    assert "AFI 3 Learners arrive late to morning lessons" in below
    lead.presses("Edit", "AFI 3")
    lead.saves(judgement="Learners arrive late", kind="strength", department="health AND care")

    kept = item(bot, "AFI 3")
    assert (kept.judgement, kept.kind.value, kept.baseline) == (
        "Learners arrive late",
        "strength",
        "81%",
    )
    with bot.database.reading() as session:
        assert sorted(plans.departments(session, TEAM).values()) == [
            "Apprenticeships",
            "Health and care",
        ]


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"reference": "AFI 1", "judgement": "Late"}, "reference: AFI 1 is there already"),
        ({"reference": " ", "judgement": "Late"}, "reference: Give the short name"),
        ({"reference": "AFI 9", "judgement": " "}, "judgement: Say in a sentence"),
        ({"reference": "AFI 9", "judgement": "Late", "baseline": "low"}, "baseline: Give a level"),
        (
            {"reference": "AFI 9", "judgement": "Late", "baseline_date": "2027-10-31"},
            "baseline_date: A figure cannot be from a day to come.",
        ),
    ],
)
def test_a_sar_item_that_cannot_stand_is_sent_back(
    bot: InProcess, lead: Screens, typed: dict[str, Any], error: str
) -> None:
    lead.presses("SAR items")
    lead.presses("Add a SAR item")

    assert lead.saves(**typed).startswith(error)


@on_sqlite
def test_many_sar_items_are_paged(bot: InProcess, lead: Screens) -> None:
    with bot.database.writing() as session:
        for number in range(3, 130):
            session.add(
                SarItem(
                    workspace=TEAM,
                    plan_id=1,
                    reference=f"AFI {number}",
                    kind="area_for_improvement",
                    judgement="w" * 3000,
                )
            )
    lead.presses("SAR items")
    for page in (2, 3, 4):
        text = lead.presses("More")
        assert f"Page {page} of 4" in text
        assert_valid_view(lead.modals[-1])
        assert len(lead.modals) == 1


# --- people and roles ---------------------------------------------------------------------------


def test_roles_are_shown_and_given(bot: InProcess, lead: Screens) -> None:
    text = lead.presses("People and roles")
    assert "Quality lead: runs the plan\nLena Marsh" in text
    assert "Reader: sees the summary\nRita Vale" in text
    assert lead.saves(person=LEAD, role="owner").startswith(
        "role: Lena Marsh is the only quality lead."
    )
    assert lead.saves(person=OTHER).startswith("role: Choose one")
    assert lead.saves(person="U0NOBODY", role="lead").startswith("person: Choose a person")
    lead.saves(person=OTHER, role="lead")
    lead.presses("People and roles")
    lead.saves(person=LEAD, role="reader")

    with bot.database.reading() as session:
        roles = {p: providers.person(session, TEAM, p) for p in (LEAD, OTHER)}
    assert {p: found.role for p, found in roles.items() if found} == {
        LEAD: Role.READER,
        OTHER: Role.LEAD,
    }


# --- who may --------------------------------------------------------------------------------------

FORMS: dict[str, dict[str, Any]] = {
    "theme": {"name": "Mine"},
    "sar_item": {"reference": "AFI 9", "judgement": "Mine"},
    "roles": {"person": OWNER, "role": "lead"},
}
ELSEWHERE, STRANGER = "T0ELSEWHERE", "U0STRANGER"


def everything(bot: InProcess) -> list[Any]:
    with bot.database.reading() as session:
        items = session.exec(select(SarItem).where(SarItem.workspace == TEAM)).all()
        people = [providers.person(session, TEAM, user) for user in (LEAD, OWNER, OTHER)]
        return [ranked(bot), [i.model_dump() for i in items], [p and p.role for p in people]]


@on_sqlite
@pytest.mark.parametrize("verb", [*FORMS, "sar_items"])
@pytest.mark.parametrize("user", [SPONSOR, OWNER, READER, STRANGER])
def test_only_a_lead_sets_up_the_plan(
    fake: FakeSlack, bot: InProcess, college: College, user: str, verb: str
) -> None:
    lead = Screens(fake, bot.http, LEAD)
    lead.sends(f"do:{verb}:1", "{}")
    view, before = lead.modals[-1], everything(bot)
    team = ELSEWHERE if user == STRANGER else TEAM
    if user != STRANGER:
        shown = Screens(fake, bot.http, user).sends(f"do:{verb}:1", "{}")
        assert "Only a quality lead can change" in shown
    if verb in FORMS:
        ids = {b["block_id"].partition("@")[0]: b["block_id"] for b in inputs(view)}
        typed = {ids[name]: value for name, value in FORMS[verb].items()}
        answer = bot.http.interaction(payloads.view_submission(view, typed, user, team))
        assert answer.status == 200
        if user != STRANGER:
            shown = render_text(json.loads(answer.body)["view"])
            assert "Only a quality lead can change" in shown

    assert everything(bot) == before


@on_sqlite
@pytest.mark.parametrize(
    ("verb", "value"), [("theme", {"theme": 1}), ("sar_item", {"item": 1}), ("edit", {"action": 1})]
)
def test_a_lead_elsewhere_finds_nothing_of_it(
    fake: FakeSlack, bot: InProcess, college: College, verb: str, value: dict[str, int]
) -> None:
    # Whoever comes first in a workspace leads it.
    stranger = Screens(fake, bot.http, STRANGER, ELSEWHERE)

    assert "That is not in your plan." in stranger.sends(f"do:{verb}:1", json.dumps(value))
