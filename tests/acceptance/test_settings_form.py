"""A quality lead sets reminders, term dates, limits and framework; the review and forms follow."""

import json
from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from bot.cli import app
from bot.coaching.frameworks import FRAMEWORKS
from storage import providers
from storage.models import Person, ProviderSettings, SarItem
from storage.vocabulary import Every, Nation, Role
from tests.support import slack_payloads as payloads
from tests.support.block_kit import assert_valid_view, render_text
from tests.support.bots import NOW, InProcess
from tests.support.college import LEAD, OTHER, OWNER, READER, SPONSOR, College, found
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens, inputs
from tests.support.slack_payloads import TEAM

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ELSEWHERE, STRANGER = "T0ELSEWHERE", "U0STRANGER"
NOBODY_SET = {
    "reminder_day": 0,
    "reminder_time": time(9),
    "terms": {},
    "limits": {},
    "learners": None,
    "framework": None,
    "headings": [],
    "nation": Nation.ENGLAND,
    "closures": [],
    "overviews": Every.WEEK,
    "is_paused": False,
    "asks_model": True,
    "keep_months": 12,
}


@pytest.fixture
def lead(fake: FakeSlack, bot: InProcess, college: College) -> Screens:
    screens = Screens(fake, bot.http, LEAD)
    screens.opens_home()
    return screens


@pytest.fixture
def second(fake: FakeSlack, bot: InProcess, lead: Screens) -> Screens:
    """Another lead."""
    with bot.database.writing() as session:
        other = providers.person(session, TEAM, OTHER)
        assert other is not None
        other.role = Role.LEAD
        session.add(other)
    screens = Screens(fake, bot.http, OTHER)
    screens.opens_home()
    return screens


def kept(bot: InProcess, workspace: str = TEAM) -> dict[str, Any]:
    with bot.database.reading() as session:
        return providers.settings_of(session, workspace).model_dump(
            exclude={"workspace", "changed_by_id"}
        )


def change(lead: Screens, **typed: Any) -> None:
    """Open the settings on the Home tab, change these and save."""
    lead.presses("Settings")
    assert lead.saves(**typed) == ""


def check(lead: Screens, name: str) -> str:
    """What the review of the plan says of one check, in Slack."""
    lead.sends("do:review:1", "{}")
    view = lead.modals.pop()
    assert_valid_view(view)
    headed = ""
    for block in view["blocks"]:
        if block["type"] == "header":
            headed = block["text"]["text"].partition(" (")[0]
        elif name in block["text"]["text"]:
            return f"{headed}: {block['text']['text']}"
    raise AssertionError(f"{name!r} is not in:\n{render_text(view)}")


# --- the form -----------------------------------------------------------------------------------


def test_what_is_saved_is_shown_again(fake: FakeSlack, bot: InProcess, lead: Screens) -> None:
    first = lead.presses("Settings")
    assert_valid_view(lead.modals[-1])
    assert "[Monday]\n(Usually Monday)" in first
    assert "At what time?: [09:00]" in first
    assert "When does the autumn term begin? (optional): []\n(Left empty: 1 August 2026)" in first
    assert "How many themes should the plan have at most? (optional): []\n(Left empty: 5)" in first
    homes = len(fake.calls_to("views.publish"))
    lead.saves(
        reminder_day="3",
        reminder_time="16:00",
        autumn_first="2026-09-01",
        autumn_last="2026-12-18",
        themes="4",
        load="2",
        learners="1,200",
        framework="own",
        headings="- Teaching & <learning>\n- Results\n- results",
        nation="wales",
        closures="15 to 19 February\nInset <day>: 23/10/26",
        overviews="half_term",
        is_paused="yes",
        asks_model="no",
        keep_months="24",
    )

    assert kept(bot) == {
        "reminder_day": 3,
        "reminder_time": time(16),
        "terms": {"2026/27": [["2026-09-01", "2026-12-18"], [None, None], [None, None]]},
        "limits": {"themes_green": 4, "themes_amber": 5, "load_green": 2, "load_amber": 4},
        "learners": 1200,
        "framework": "own",
        "headings": ["Teaching & <learning>", "Results"],
        "nation": Nation.WALES,
        "closures": [["2026-10-23", "2026-10-23"], ["2027-02-15", "2027-02-19"]],
        "overviews": Every.HALF_TERM,
        "is_paused": True,
        "asks_model": False,
        "keep_months": 24,
    }
    fake.wait_for_calls("views.publish", homes + 1)
    text = lead.presses("Settings")
    assert_valid_view(lead.modals[-1])
    assert "[No, never]" in text and "[24 months]" in text
    for shown in ("[Thursday]", "[16:00]", "[2026-09-01]", "[2026-12-18]", "[4]", "[1200]"):
        assert shown in text
    assert "[Our own headings]" in text and "[Teaching & <learning>\nResults]" in text
    assert "[Wales]" in text and "[Every half-term]" in text and "[Yes, until" in text
    assert "[23 October 2026\n15 February 2027 to 19 February 2027]" in text
    # What is emptied goes back to the standard.
    lead.saves(
        reminder_day="0",
        reminder_time="09:00",
        autumn_first=None,
        autumn_last=None,
        themes="",
        load="",
        learners="",
        framework="year",
        headings="",
        nation="england",
        closures="",
        overviews="week",
        is_paused="no",
        asks_model="yes",
        keep_months="12",
    )
    assert kept(bot) == NOBODY_SET


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        (
            {"autumn_first": "2026-07-31"},
            "autumn_first: Choose a day of this year, 1 August 2026 to 31 July 2027.",
        ),
        (
            {"spring_first": "2027-03-26", "spring_last": "2027-01-04"},
            "spring_last: The spring term begins on 26 March 2027: choose a later day.",
        ),
        (
            {"autumn_last": "2027-01-05", "spring_first": "2027-01-04"},
            "spring_first: The autumn term ends on 5 January 2027: choose a later day.",
        ),
        ({"themes": "2"}, "themes: Give a whole number from 3 to 12, or leave it empty for 5."),
        ({"themes": "13"}, "themes: Give a whole number from 3 to 12, or leave it empty for 5."),
        ({"theme": "1"}, "theme: Give a whole number from 2 to 20, or leave it empty for 5."),
        ({"size": "0"}, "size: Give a whole number from 5 to 150, or leave it empty for 25."),
        ({"size": "9" * 400}, "size: Give a whole number from 5 to 150, or leave it empty for 25."),
        ({"load": "2.5"}, "load: Give a whole number from 1 to 20, or leave it empty for 3."),
        ({"load": "-2"}, "load: Give a whole number from 1 to 20, or leave it empty for 3."),
        ({"load": "²"}, "load: Give a whole number from 1 to 20, or leave it empty for 3."),
        ({"learners": "0"}, "learners: Give a whole number from 1 to 500,000, or leave it empty."),
        (
            {"learners": "many", "load": "two"},
            "load: Give a whole number from 1 to 20, or leave it empty for 3.\n"
            "learners: Give a whole number from 1 to 500,000, or leave it empty.",
        ),
        (
            {"closures": "23 October\nsoon\n1 August 2027"},
            "closures: “soon” is not a day I can read. Write one day a line, or as in “15 to 19 "
            "February”. “1 August 2027” is not in this year, 1 August 2026 to 31 July 2027.",
        ),
        (
            {"closures": "\n".join(["19 to 15 February"] * 5)},
            "closures: " + "“19 to 15 February” ends before it begins. " * 3 + "And 2 more.",
        ),
        (
            {"framework": "own", "headings": " \n - \n"},
            "headings: Write your headings here, one a line, or choose a framework above.",
        ),
        (
            {"headings": "Teaching\n" + "w" * 76},
            f"headings: Keep each heading to 75 characters: “{'w' * 30}…” is longer.",
        ),
        (
            {"headings": "\n".join(f"Area {n}" for n in range(36))},
            "headings: Keep to 35 headings: there are 36.",
        ),
    ],
)
def test_what_cannot_be_is_sent_back_at_its_field(
    bot: InProcess, lead: Screens, typed: dict[str, Any], errors: str
) -> None:
    lead.presses("Settings")

    assert lead.saves(**typed) == errors
    assert kept(bot) == NOBODY_SET


def test_two_leads_lose_nothing(bot: InProcess, lead: Screens, second: Screens) -> None:
    for screens in (lead, second):
        screens.presses("Settings")
    lead.saves(
        themes="4",
        autumn_last="2026-12-18",
        reminder_day="1",
        nation="scotland",
        closures="23 October",
        overviews="month",
        is_paused="yes",
    )

    again = second.saves(
        load="2",
        autumn_last="2026-12-17",
        headings="Teaching <b>\nResults",
        framework="own",
        closures="4 January",
    )

    assert_valid_view(second.modals[-1])
    told = again.partition("What you typed is still below.")[0]
    assert told.count("Lena Marsh changed the ") == 7
    for what in (
        "day of reminders",
        "last day of the autumn term",
        "number of themes to “4”",
        "nation whose bank holidays you keep",
        "days on which you are closed",
        "pace of overviews",
        "pause of reminders",
    ):
        assert f"Lena Marsh changed the {what}." in told
    # Theirs where the second lead typed nothing, and the second lead's own elsewhere.
    assert "[Tuesday]" in again and "at most? (optional): [4]" in again
    assert "[Scotland]" in again and "[Every month]" in again and "[Yes, until" in again
    assert "[2026-12-17]" in again and "[Teaching <b>\nResults]" in again
    assert "[4 January]" in again
    assert "[Our own headings]" in again
    second.saves()
    assert kept(bot) == {
        **NOBODY_SET,
        "reminder_day": 1,
        "terms": {"2026/27": [[None, "2026-12-17"], [None, None], [None, None]]},
        "limits": {"themes_green": 4, "themes_amber": 5, "load_green": 2, "load_amber": 4},
        "framework": "own",
        "headings": ["Teaching <b>", "Results"],
        "nation": Nation.SCOTLAND,
        "closures": [["2027-01-04", "2027-01-04"]],
        "overviews": Every.MONTH,
        "is_paused": True,
    }


@on_sqlite
def test_what_was_kept_otherwise_stays_or_is_the_standard(bot: InProcess, lead: Screens) -> None:
    """Limits beside those of the form stay; what no version of ours can read does no harm."""
    limits = {"stale_green": 21, "load_green": 2, "load_amber": 9, "size_green": "many", "new": 1}
    with bot.database.writing() as session:
        session.add(
            ProviderSettings(
                workspace=TEAM,
                limits=limits,
                terms={"2026/27": "soon", "2025/26": "as it was"},
                framework="of a later version",
                headings=[3, "Teaching"],
                closures=["soon", ["2025-10-24", "2025-10-24"], ["2026-10-23", "2026-10-23"], 3],
            )
        )
    assert "where one person keeps 2 moving" in check(lead, "one person keeps")
    text = lead.presses("Settings")
    assert_valid_view(lead.modals[-1])
    assert "one person have at most? (optional): [2]" in text
    assert "plan have at most? (optional): []" in text
    assert "[None: we type the area of each SAR item]" in text and "[Teaching]" in text
    assert "[23 October 2026]" in text

    lead.saves(themes="4")

    assert kept(bot)["limits"] == {**limits, "themes_green": 4, "themes_amber": 5}
    assert kept(bot)["terms"] == {"2025/26": "as it was"}
    assert kept(bot)["framework"] == "none"
    assert kept(bot)["closures"][0] == "soon"
    change(lead, closures="26 October")
    assert kept(bot)["closures"] == [["2025-10-24", "2025-10-24"], ["2026-10-26", "2026-10-26"]]
    assert "3 to 4 themes is plenty." in lead.presses("Add a theme")


# --- who may ------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("user", [SPONSOR, OWNER, READER, STRANGER])
def test_only_a_lead_of_the_workspace_may(
    fake: FakeSlack, bot: InProcess, lead: Screens, user: str
) -> None:
    lead.presses("Settings")
    view, team = lead.modals[-1], ELSEWHERE if user == STRANGER else TEAM
    if user != STRANGER:
        other = Screens(fake, bot.http, user)
        assert "Settings" not in other.opens_home()
        assert "Only a quality lead can change" in other.sends("do:settings:", "{}")
    ids = {b["block_id"].partition("@")[0]: b["block_id"] for b in inputs(view)}

    payload = payloads.view_submission(view, {ids["load"]: "9"}, user, team)
    answer = bot.http.interaction(payload)

    assert answer.status == 200
    if user != STRANGER:
        shown = render_text(json.loads(answer.body)["view"])
        assert "Only a quality lead can change" in shown
    assert kept(bot) == NOBODY_SET


@on_sqlite
def test_another_workspace_has_settings_of_its_own(
    fake: FakeSlack, bot: InProcess, lead: Screens
) -> None:
    found(fake, bot.database, ELSEWHERE, prefix="X")
    change(lead, load="1", framework="eif-2019", headings="Ours alone")
    stranger = Screens(fake, bot.http, "X" + LEAD, ELSEWHERE)
    before = kept(bot)

    text = stranger.sends("do:settings:", "{}")

    assert "Ours alone" not in text and "[The one of the year: Renewed EIF" in text
    stranger.saves(load="7", framework="cif-2015")
    assert kept(bot) == before
    assert kept(bot, ELSEWHERE)["framework"] == "cif-2015"
    assert "where one person keeps 1 moving" in check(lead, "one person keeps")


@on_sqlite
@pytest.mark.parametrize(
    "forged",
    [
        {"metadata": '{"id": 1999, "marks": {}}'},
        {"metadata": '{"id": null, "marks": {}}'},
        {"metadata": "{}"},
        {"reminder_time": "03:00"},
        {"nation": "atlantis"},
        {"overviews": "day"},
        {"is_paused": "maybe"},
    ],
)
def test_what_no_form_of_ours_carries_changes_nothing(
    bot: InProcess, lead: Screens, forged: dict[str, str]
) -> None:
    lead.presses("Settings")
    view = json.loads(json.dumps(lead.modals[-1]))
    view["private_metadata"] = forged.get("metadata", view["private_metadata"])
    payload = payloads.view_submission(view, {}, LEAD, TEAM)
    for elements in payload["view"]["state"]["values"].values():
        for name in forged.keys() & elements.keys():
            elements[name]["selected_option"]["value"] = forged[name]

    assert bot.http.interaction(payload).status == 200

    assert kept(bot) == NOBODY_SET


# --- when people are looked at anew -------------------------------------------------------------

LONG_AGO = datetime(2026, 9, 1, tzinfo=UTC)


def looked_at(bot: InProcess, workspace: str = TEAM) -> set[tuple[datetime | None, ...]]:
    """When the people of a workspace are to be looked at: reminders, overviews."""
    with bot.database.reading() as session:
        people = session.exec(select(Person).where(Person.workspace == workspace))
        return {(person.remind_at, person.overview_at) for person in people}


@pytest.mark.parametrize(
    "typed",
    [
        {"reminder_day": "3"},
        {"reminder_time": "16:00"},
        {"autumn_last": "2026-12-18"},
        {"nation": "wales"},
        {"closures": "23 October"},
        {"overviews": "month"},
        {"is_paused": "yes"},
        # What moves no reminder.
        {"load": "2"},
        {"framework": "own", "headings": "Teaching"},
        {},
    ],
)
@on_sqlite
def test_what_moves_reminders_has_everybody_looked_at_anew(
    fake: FakeSlack, bot: InProcess, lead: Screens, typed: dict[str, Any]
) -> None:
    found(fake, bot.database, ELSEWHERE, prefix="X")
    with bot.database.writing() as session:
        for person in session.exec(select(Person)):
            person.remind_at, person.overview_at = LONG_AGO, None
            session.add(person)

    change(lead, **typed)

    moves = bool(typed) and not typed.keys() & {"load", "framework"}
    assert looked_at(bot) == {(NOW, NOW) if moves else (LONG_AGO, None)}
    assert looked_at(bot, ELSEWHERE) == {(LONG_AGO, None)}


# --- what follows from them ---------------------------------------------------------------------


def reviewed(database_url: str) -> dict[str, Any]:
    """The checks by name as `sowhat review --json` has them."""
    asked = ["review", "--json", "--today", "2026-11-23", "--workspace", TEAM]
    run = CliRunner().invoke(app, asked, env={"DATABASE_URL": database_url})
    assert run.exit_code == 0, run.output
    return {each["name"]: each for each in json.loads(run.stdout)["checks"]}


def test_limits_change_what_the_review_says(
    bot: InProcess, lead: Screens, database_url: str
) -> None:
    before = reviewed(database_url)
    assert before["load"]["light"] == "green" and before["theme_size"]["says"].endswith(
        "best size."
    )
    assert "Fine: Nobody answers for more actions" in check(lead, "Nobody answers for more")
    assert "within its limit" in lead.sends("do:ranking:1", "{}")
    lead.modals.clear()

    change(lead, load="1", theme="3", size="5")
    assert "where one person keeps 1 moving" in render_text(lead.types("review"))
    change(lead, size="5", learners="249")

    after = reviewed(database_url)
    assert after["load"]["light"] == "red"
    assert "where one person keeps 1 moving" in after["load"]["says"]
    assert "2 to 3" in after["theme_size"]["says"]
    # Half of five, as the provider is a small one.
    assert "keep up with has at most 2." in after["size"]["says"]
    assert check(lead, "one person keeps 1").startswith("Mend: ")
    assert "Could be parked" in lead.sends("do:ranking:1", "{}")


@on_sqlite
def test_what_mends_too_few_themes_goes_by_the_limits_too(bot: InProcess, lead: Screens) -> None:
    with bot.database.writing() as session:
        session.add(ProviderSettings(workspace=TEAM, limits={"themes_fewest": 4}))
    lead.presses("Add a theme")
    lead.saves(name="Attend")

    lead.sends("do:review:1", "{}")

    # Three are enough by the standard: then a theme would be edited, to merge it.
    says = "The plan has 3 themes, where 4 to 5 can be kept in mind.\n[Add a theme]"
    assert says in lead.text


def test_terms_change_the_check_on_the_way(
    bot: InProcess, lead: Screens, database_url: str
) -> None:
    by_standard = reviewed(database_url)["milestones"]
    assert by_standard["light"] == "red"
    assert "by the end of term, 31 December 2026" in by_standard["says"]

    # On 23 November the autumn term is over, and the next ends after the checks in February.
    change(lead, autumn_last="2026-11-20", spring_first="2027-01-05", spring_last="2027-03-26")

    says = "Every action has something to show by the end of term, 26 March 2027."
    assert reviewed(database_url)["milestones"]["says"] == says
    assert check(lead, "by the end of term") == f"Fine: {says}"


@on_sqlite
def test_after_the_last_term_the_review_says_so(bot: InProcess, lead: Screens) -> None:
    change(
        lead,
        autumn_first="2026-09-01",
        autumn_last="2026-09-10",
        spring_first="2026-09-11",
        spring_last="2026-09-20",
        summer_first="2026-09-21",
        summer_last="2026-09-30",
    )

    assert check(lead, "last term") == "Not known: The last term of this year is over."


# --- the evaluation area of a SAR item ----------------------------------------------------------


def area(bot: InProcess, reference: str = "AFI 1") -> str | None:
    with bot.database.reading() as session:
        stored = select(SarItem).where(SarItem.workspace == TEAM, SarItem.reference == reference)
        return session.exec(stored).one().evaluation_area


def offered(lead: Screens) -> list[str]:
    """The headings that the form on top offers; [] for a text input."""
    (block,) = (b for b in inputs(lead.modals[-1]) if b["label"]["text"] == "Evaluation area")
    return [option["text"]["text"] for option in block["element"].get("options", [])]


def open_item(lead: Screens, reference: str = "AFI 1") -> str:
    lead.modals.clear()
    lead.presses("SAR items")
    text = lead.presses("Edit", reference)
    assert_valid_view(lead.modals[-1])
    return text


def test_the_framework_gives_a_sar_item_its_headings(bot: InProcess, lead: Screens) -> None:
    open_item(lead)
    # Nobody has chosen one: that of the year, 2026/27.
    assert offered(lead) == [*FRAMEWORKS["eif-2025"].headings, "No heading yet"]
    lead.modals.clear()
    change(lead, framework="none")
    open_item(lead)
    assert offered(lead) == []
    lead.saves(evaluation_area="Teaching and <care>")
    lead.modals.clear()

    change(lead, framework="eif-2019")

    headings = list(FRAMEWORKS["eif-2019"].headings)
    assert "[Teaching and <care>]" in open_item(lead)
    assert offered(lead) == [*headings, "Teaching and <care>", "No heading yet"]
    lead.saves(judgement="Too few stay")
    assert area(bot) == "Teaching and <care>"
    open_item(lead)
    lead.saves(evaluation_area="Quality of education")
    assert area(bot) == "Quality of education"
    assert "Evaluation area (optional): [Quality of education]" in open_item(lead)
    assert offered(lead) == [*headings, "No heading yet"]
    lead.saves(evaluation_area="-")
    assert area(bot) is None
    lead.modals.clear()
    lead.presses("SAR items")
    assert "[No heading yet]" in lead.presses("Add a SAR item")
    lead.saves(reference="AFI 9", judgement="Late", evaluation_area="Personal development")
    assert area(bot, "AFI 9") == "Personal development"
    lead.modals.clear()

    change(lead, framework="none")

    open_item(lead, "AFI 9")
    assert offered(lead) == []
    assert "Evaluation area (optional): [Personal development]" in lead.text


@on_sqlite
def test_headings_of_our_own_are_offered(bot: InProcess, lead: Screens) -> None:
    change(
        lead, framework="own", headings="\n".join(f"Area & <{n}> " + "w" * 60 for n in range(35))
    )

    open_item(lead)

    assert len(offered(lead)) == 36
    lead.saves(evaluation_area="Area & <34> " + "w" * 60)
    assert area(bot) == "Area & <34> " + "w" * 60
    lead.modals.clear()
    lead.presses("Settings")
    assert_valid_view(lead.modals[-1])


@on_sqlite
def test_a_heading_too_long_for_a_choice_stays_until_another_is_chosen(
    bot: InProcess, lead: Screens, second: Screens
) -> None:
    long = "How well " + "w " * 100 + "learners do"
    change(lead, framework="none")
    open_item(lead)
    lead.saves(evaluation_area=long)
    lead.modals.clear()
    change(lead, framework="cif-2015")
    for screens in (lead, second):
        assert "How well w w" in open_item(screens)
    lead.saves(judgement="Too few stay")
    assert area(bot) == long

    assert "Lena Marsh changed the judgement to “Too few stay”." in second.saves(
        evidence="Registers"
    )
    second.saves()

    assert area(bot) == long
    open_item(second)
    second.saves(evaluation_area="Overall effectiveness")
    assert area(bot) == "Overall effectiveness"


@on_sqlite
def test_two_who_choose_headings_lose_nothing(
    bot: InProcess, lead: Screens, second: Screens
) -> None:
    change(lead, framework="own", headings="Teaching\nResults\nSafety")
    for screens in (lead, second):
        open_item(screens)
    lead.saves(evaluation_area="Teaching")
    lead.modals.clear()
    # The heading that the second lead has chosen is one no more.
    change(lead, headings="Teaching\nSafety")

    again = second.saves(evaluation_area="Results")

    assert "Lena Marsh changed the evaluation area." in again
    assert "Evaluation area (optional): [Results]" in again
    assert offered(second) == ["Teaching", "Safety", "Results", "No heading yet"]
    second.saves()
    assert area(bot) == "Results"
