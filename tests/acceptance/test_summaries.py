"""Summaries that are asked for: on the command line, and in Slack."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from bot.cli import app
from storage import actions, providers
from storage.database import Database
from storage.migrate import migrate
from storage.models import SummarySeen
from storage.vocabulary import Rag, Status
from tests.support.block_kit import assert_valid_message, assert_valid_view, render_text
from tests.support.bots import NOW, InProcess
from tests.support.college import LEAD, OTHER, OWNER, READER, SPONSOR, College, add_action
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens, buttons
from tests.support.slack_payloads import TEAM
from tests.support.under_way import under_way

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
VIEWS = ("plan", "theme", "owner", "department", "sar", "governors")
TODAY = ("--today", "2027-03-01")


# --- command line -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A college whose plan is under way."""
    address = f"sqlite:///{tmp_path_factory.mktemp('college') / 'app.db'}"
    database = Database(address)
    migrate(database)
    under_way(database)
    database.close()
    return address


def run(url: str, *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `sowhat summary`, at 80 columns."""
    settings = {"DATABASE_URL": url, "COLUMNS": "80"}
    result = CliRunner().invoke(app, ["summary", *words], env=settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("words", [*((view,) for view in VIEWS), ("thread", "--about", "lucy"), ()])
def test_every_view_is_one_json_document_and_reads_within_80_columns(
    url: str, words: tuple[str, ...]
) -> None:
    code, out, err = run(url, *words, "--json", *TODAY)
    figures = json.loads(out)
    shown = run(url, *words, *TODAY)

    assert (code, err) == (0, "") and out.count("\n") == 1
    assert figures["view"] == (words[0] if words else "plan")
    assert (figures["provider"], figures["academic_year"]) == ("Harrowmere College", "2026/27")
    assert (figures["today"], figures["since"]) == ("2027-03-01", "2027-02-22")
    assert shown[0] == 0 and shown[2] == ""
    lines = shown[1].splitlines()
    assert max(len(line) for line in lines) <= 80
    assert not [line for line in lines if line.endswith(" ") and "|" not in line]
    assert "\x1b" not in shown[1]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("plans",), 2, "There is no view “plans”: there is plan, theme, owner, department, sar"),
        (("theme", "--about", "attendanc"), 2, "There is no theme “attendanc”. There is “"),
        (
            ("thread",),
            2,
            "Say whose: there is “Dominic Okoro”, “Lucy Brandreth” and",
        ),
        (("plan", "--about", "maths"), 2, "The view “plan” is of the whole plan"),
        (("plan", "--today", "2031-03-01"), 1, "There is no plan for 2030/31 yet."),
        (("plan", "--today", "soon"), 2, "--today takes a date"),
        (("plan", "--workspace", "T9"), 2, "There is no workspace T9"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(
    url: str, words: tuple[str, ...], code: int, says: str
) -> None:
    ended, out, err = run(url, *words, "--json")

    assert (ended, out) == (code, "")
    assert err.startswith(says) and err.count("\n") == 1


def test_without_a_schema_it_says_what_to_run(tmp_path: Path) -> None:
    code, out, err = run(f"sqlite:///{tmp_path / 'none.db'}", "plan")

    assert (code, out) == (1, "") and "sowhat migrate" in err


# --- Slack --------------------------------------------------------------------------------------


@pytest.fixture
def of(fake: FakeSlack, bot: InProcess, college: College) -> Any:
    """The screens of a person: `of(LEAD)`."""
    return lambda user: Screens(fake, bot.http, user)


def news(bot: InProcess, college: College) -> None:
    """A reading that its owner gives today."""
    with bot.database.writing() as session:
        held = actions.one(session, TEAM, college.actions[Status.AGREED])
        owner = providers.person(session, TEAM, OWNER)
        assert held is not None and owner is not None
        made = dict(rag=Rag.GREEN, note="Going well.", reading="60%")
        actions.add_update(session, held.action, owner, NOW, **made)


@pytest.mark.parametrize("typed", ["", *VIEWS, "theme stay", "thread priya", "apprenticeships"])
def test_every_view_is_a_valid_message_whose_rest_is_a_press_away(
    of: Any, bot: InProcess, college: College, typed: str
) -> None:
    news(bot, college)
    lead = of(LEAD)

    answer = lead.types(f"summary {typed}")

    assert_valid_message(answer)
    text = render_text(answer)
    assert "2026/27" in text.splitlines()[0]
    more = [b for b in buttons(answer) if b["text"]["text"] == "Show more"]
    if more:
        shown = lead.presses("Show more", screen={**answer, "ts": "1.1"})
        assert_valid_view(lead.modals[-1])
        assert text.splitlines()[1] in shown


@on_sqlite
@pytest.mark.parametrize(
    ("user", "typed", "says"),
    [
        (OWNER, "owner", "Actions of Priya Shah"),
        (OWNER, "thread", "Objectives of Priya Shah"),
        (LEAD, "owner", "The owners"),
        (LEAD, f"owner <@{OWNER}|priya>", "Actions of Priya Shah"),
        (SPONSOR, "thread Priya", "Objectives of Priya Shah"),
        (READER, "owner", "Owners: 1 person with actions"),
        (READER, "thread priya", "Only Priya Shah, the sponsor of a theme they work under or"),
        (OTHER, "owner priya", "Only Priya Shah, the sponsor of a theme they work under or"),
        (OTHER, "thread", "You own no action in this plan"),
        (READER, "governors", "For governors"),
        (OTHER, "maths", "Maths and English"),
        (OTHER, "Maths &amp; <!channel> *x*", "is not in the plan. There is"),
    ],
)
def test_each_is_shown_what_is_theirs(
    of: Any, college: College, user: str, typed: str, says: str
) -> None:
    answer = of(user).types(f"summary {typed}")

    assert_valid_message(answer)
    assert says in render_text(answer)
    assert "<!channel>" not in json.dumps(answer)


def test_what_is_new_counts_from_the_last_look(of: Any, bot: InProcess, college: College) -> None:
    lead = of(LEAD)
    first = render_text(lead.types("summary governors"))
    news(bot, college)
    again = render_text(lead.types("summary governors"))
    theirs = render_text(of(READER).types("summary"))

    assert "Since 16 November 2026" in first and "1 gain for learners" not in first
    assert "Since 23 November 2026: 1 gain for learners" in again
    assert "Since 16 November 2026: 1 gain for learners" in theirs
    with bot.database.reading() as session:
        kept = session.exec(select(SummarySeen)).all()
    assert sorted((row.view, row.about) for row in kept) == [("governors", ""), ("plan", "")]


@on_sqlite
def test_a_long_summary_is_turned_page_by_page_and_leads_to_its_actions(
    of: Any, bot: InProcess, college: College
) -> None:
    with bot.database.writing() as session:
        owner = providers.person(session, TEAM, OWNER)
        assert owner is not None
        for number in range(300):
            text = f"Hold review {number} <@U0LEAD> *of* " + "w" * 3000
            add_action(session, TEAM, college.plan, owner, action=text, measure="m" * 2000)
    lead = of(LEAD)
    answer = lead.types("summary theme stay")
    assert_valid_message(answer)
    lead.presses("Show more", screen={**answer, "ts": "1.1"})
    for page in range(2, 5):
        lead.presses("More")
        assert f"Page {page} of" in lead.text
        assert_valid_view(lead.modals[-1])
        assert len(lead.modals) == 1
    for view in VIEWS:
        assert_valid_message(lead.types(f"summary {view}"))
    (chooser,) = [b for b in buttons(lead.modals[-1]) if b["type"] == "static_select"]

    shown = lead.sends(chooser["action_id"], chooser["options"][0]["value"], lead.modals[-1])

    assert shown.startswith("== Action A-")


@on_sqlite
@pytest.mark.parametrize("user", [LEAD, SPONSOR, READER])
def test_the_home_tab_leads_to_each_summary(of: Any, college: College, user: str) -> None:
    screens = of(user)
    screens.opens_home()
    (chooser,) = [b for b in buttons(screens.home) if b["type"] == "static_select"]

    for option in chooser["options"]:
        screens.modals = []
        screens.sends(chooser["action_id"], option["value"], screens.home)
        assert_valid_view(screens.modals[-1])
        assert screens.text.startswith(f"== {option['text']['text']} ==")


@on_sqlite
def test_an_owners_home_tab_has_no_chooser(of: Any, college: College) -> None:
    assert "Show a summary" not in of(OWNER).opens_home()


@on_sqlite
def test_without_a_plan_it_says_so(fake: FakeSlack, bot: InProcess) -> None:
    screens = Screens(fake, bot.http, OWNER)

    assert "There is no plan for 2026/27 yet." in render_text(screens.types("summary"))
    assert "Not found" in screens.sends("do:summary:home", '{"view": "plan"}')
