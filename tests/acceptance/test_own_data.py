"""What is kept about a person: they ask, get a copy, are forgotten; and what leads read of it."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, select
from typer.testing import CliRunner

from bot.cli import app
from storage import actions, providers
from storage.database import Database
from storage.models import Action, Audit, Feedback, ImportFile, Person, Theme
from storage.vocabulary import Rag, Role, Status
from tests.support.block_kit import assert_valid_view, render_text
from tests.support.bots import NOW, InProcess
from tests.support.college import LEAD, NAMES, OTHER, OWNER, SPONSOR, College
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens
from tests.support.slack_payloads import TEAM, dm_channel
from tests.support.talk import Talk, over_http

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAID = "We will ring every absent apprentice at home before nine zanzibar"


def everything(database: Database) -> str:
    """All that stands in the database, as text."""
    with database.reading() as session:
        return "\n".join(
            f"{table.name}: {json.dumps(dict(row), default=str, ensure_ascii=False)}"
            for table in SQLModel.metadata.sorted_tables
            for row in session.execute(sa.select(table)).mappings()
        )


def talks(fake: FakeSlack, bot: InProcess, user: str = OWNER) -> Talk:
    """An interview that somebody has begun, and something else they have asked outside it."""
    talk = Talk(fake, over_http(bot.http), user)
    talk.says("hello")
    talk.says(SAID)
    asks = Talk(fake, over_http(bot.http), user)
    asks.says("which actions are overdue?")
    return talk


def noted(bot: InProcess, college: College) -> None:
    """What else may be kept of the owner: ratings, a file, an owner named in words."""
    with bot.database.writing() as session:
        owner = providers.person(session, TEAM, OWNER)
        assert owner is not None and owner.id is not None
        session.add(
            Feedback(
                workspace=TEAM,
                person_id=owner.id,
                channel=dm_channel(OWNER),
                ts="1.1",
                is_helpful=True,
                at=NOW,
            )
        )
        file = {"workspace": TEAM, "person_id": owner.id, "content": b"Priya Shah", "at": NOW}
        session.add(ImportFile(key="one", name="Priya Shah SAR.csv", **file))
        other = providers.person(session, TEAM, OTHER)
        assert other is not None
        held = session.get(Action, college.actions[Status.DRAFT])
        assert held is not None and held.id is not None
        named = {"owner_id": None, "owner_name": NAMES[OWNER]}
        actions.change_action(session, TEAM, held.id, held.version, by=other, at=NOW, **named)


def lead_too(bot: InProcess, user: str) -> None:
    with bot.database.writing() as session:
        person = providers.person(session, TEAM, user)
        assert person is not None
        person.role = Role.LEAD
        session.add(person)


# --- asking -------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("words", ["What do you hold about me?", "forget me please"])
def test_who_asks_is_told_what_is_kept_of_them(
    fake: FakeSlack, bot: InProcess, college: College, words: str
) -> None:
    talks(fake, bot)

    asks = Talk(fake, over_http(bot.http), OWNER)
    asks.says(words)

    told = render_text({"type": "modal", "blocks": asks.messages[-1]["blocks"]})
    # Two of theirs and two of the bot's.
    assert "4 messages of our conversations" in told
    assert "5 actions that you own" in told
    assert "gone on 1 August 2028" in told
    assert "No language model reads what you write" in told
    assert "[Send me a copy]  [Forget me]" in told


@on_sqlite
def test_it_is_answered_in_the_middle_of_an_interview_too(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = talks(fake, bot)

    talk.says("what do you know about me")
    question = talk.says("show")

    assert talk.messages[-2]["text"] == "What I keep about you"
    assert question.startswith("Here is the whole of it.")


@on_sqlite
def test_a_copy_holds_all_that_is_kept(fake: FakeSlack, bot: InProcess, college: College) -> None:
    talks(fake, bot)
    noted(bot, college)
    screens = Screens(fake, bot.http, OWNER)

    screens.sends("do:data:1", "{}")
    shown = screens.presses("Send me a copy")

    assert "It comes in our direct message in a moment." in shown
    fake.wait_for(fake.uploaded)
    (file,) = fake.uploaded()
    text = file.content.decode()
    assert file.name == "What So What keeps about me.txt"
    assert text.startswith("What So What keeps about Priya Shah, 23 November 2026\n\nYou\n---\n")
    assert f"23 November 2026, 10:00 (no action yet). You: {SAID}" in text
    assert "Priya Shah SAR.csv" in text and "A question rated: 23 November 2026, 10:00, yes" in text
    assert "A-3 (owner, wrote it): Review the apprenticeship resources" in text
    assert "23 November 2026, 10:00 (A-3): amber, Two units are late." in text
    assert "Priya Shah began A-2 as agreed." in text
    assert "None" not in text


# --- being forgotten ----------------------------------------------------------------------------


def test_who_is_forgotten_is_in_no_row_any_more(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talks(fake, bot)
    noted(bot, college)
    screens = Screens(fake, bot.http, OWNER)
    screens.opens_home()
    before = everything(bot.database)
    assert SAID in before and OWNER in before and dm_channel(OWNER) in before

    asked = screens.sends("do:forget_me:1", "{}")
    assert "A-1, A-2, A-3, A-4, A-5 stay in the plan without an owner" in asked
    told = screens.saves()

    assert_valid_view(screens.modals[-1])
    assert "You are forgotten." in told
    assert "Without an owner now: A-1, A-2, A-3, A-4, A-5." in told
    fake.wait_for(lambda: "keeps nothing about you" in screens.home_text)
    after = everything(bot.database)
    for trace in (OWNER, NAMES[OWNER], "zanzibar", dm_channel(OWNER)):
        lines = [line for line in after.splitlines() if trace in line]
        # The id of an event says where it came from until it is dropped with the others.
        lines = [line for line in lines if not line.startswith("received_event: ")]
        assert lines == []
    assert '"payload": {}' in after and "zanzibar" not in after
    with bot.database.reading() as session:
        held = session.exec(select(Action).where(Action.workspace == TEAM)).all()
        assert {action.owner_id for action in held} == {None}
        assert len(session.exec(select(Audit).where(Audit.field == "owner_id")).all()) >= 4
        gone = session.exec(select(Person).where(Person.name == "Somebody")).one()
    assert (gone.slack_user_id, gone.role, gone.left_at) == (
        f"forgotten-{gone.id}",
        Role.READER,
        NOW,
    )
    # The leads look after what has no owner now.
    messages = fake.wait_for_messages(dm_channel(LEAD), 1)
    assert "Without an owner now: A-1, A-2, A-3, A-4, A-5." in messages[-1]["text"]
    assert NAMES[OWNER] not in messages[-1]["text"]


@on_sqlite
def test_the_others_keep_what_is_theirs(fake: FakeSlack, bot: InProcess, college: College) -> None:
    talk = Talk(fake, over_http(bot.http), OTHER)
    talk.says("hello")
    talk.says("We will text parents on the day")
    screens = Screens(fake, bot.http, OWNER)

    screens.sends("do:forget_me:1", "{}")
    screens.saves()

    assert "We will text parents on the day" in everything(bot.database)
    assert "ext parents on the day" in talk.says("show")


@on_sqlite
def test_who_comes_back_is_known_anew(fake: FakeSlack, bot: InProcess, college: College) -> None:
    talks(fake, bot)
    screens = Screens(fake, bot.http, OWNER)
    screens.sends("do:forget_me:1", "{}")
    screens.saves()

    Talk(fake, over_http(bot.http), OWNER).says("hello")

    with bot.database.reading() as session:
        anew = providers.person(session, TEAM, OWNER)
    assert anew is not None
    assert (anew.name, anew.role, anew.forgotten_at) == (NAMES[OWNER], Role.OWNER, None)


@on_sqlite
def test_the_only_lead_hands_over_first(fake: FakeSlack, bot: InProcess, college: College) -> None:
    screens = Screens(fake, bot.http, LEAD)

    shown = screens.sends("do:forget_me:1", "{}")

    assert "You are the only quality lead. Make somebody else one first" in shown
    lead_too(bot, SPONSOR)
    assert "This cannot be undone." in screens.sends("do:forget_me:1", "{}")
    with bot.database.writing() as session:
        sponsor = providers.person(session, TEAM, SPONSOR)
        assert sponsor is not None
        sponsor.role = Role.SPONSOR
        session.add(sponsor)
    # Between the question and the yes.
    assert "You are the only quality lead." in screens.saves()
    with bot.database.reading() as session:
        assert providers.person(session, TEAM, LEAD) is not None


@on_sqlite
def test_a_sponsor_leaves_a_theme_without_one(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    screens = Screens(fake, bot.http, SPONSOR)

    screens.sends("do:forget_me:1", "{}")

    assert "Without a sponsor now: Stay and achieve." in screens.saves()
    with bot.database.reading() as session:
        assert {theme.sponsor_id for theme in session.exec(select(Theme))} == {None}
    assert "Stay and achieve" in fake.wait_for_messages(dm_channel(LEAD), 1)[-1]["text"]


# --- from the command line ----------------------------------------------------------------------


@pytest.fixture
def run(bot: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *words: CliRunner().invoke(app, list(words))


def test_the_operator_forgets_somebody_while_the_bot_runs(
    fake: FakeSlack, bot: InProcess, college: College, run: Any
) -> None:
    talks(fake, bot)
    with bot.database.writing() as session:
        held = session.get(Action, college.actions[Status.AGREED])
        other = providers.person(session, TEAM, OTHER)
        assert held is not None and other is not None
        actions.add_update(session, held, other, NOW, rag=Rag.GREEN, note="Ask priya shah.")

    done = run("forget", OWNER)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        "Erased: name, Slack id, and 4 messages in 1 conversation.\n"
        "Without an owner now: A-1, A-2, A-3, A-4, A-5.\n"
        "The name still stands in what is written in the plan: A-2 (note of an update).\n"
        "Backups and Slack itself are not touched.\n"
    )
    assert "zanzibar" not in everything(bot.database)
    again = run("forget", OWNER)
    assert (again.exit_code, again.stdout) == (2, "")
    assert again.stderr.startswith(f"There is nobody called “{OWNER}” in {TEAM}: give a Slack id")


@on_sqlite
def test_what_is_erased_is_not_in_the_files_of_the_database_either(
    fake: FakeSlack, bot: InProcess, college: College, run: Any
) -> None:
    talks(fake, bot)
    path = bot.database.engine.url.database
    assert path is not None

    def files() -> bytes:
        found = b""
        for ending in ("", "-wal"):
            with open(f"{path}{ending}", "rb") as file:
                found += file.read()
        return found

    assert b"zanzibar" in files()
    run("forget", "Priya Shah")

    assert b"zanzibar" not in files() and b"Priya Shah" not in files()


def test_a_lead_who_has_gone_is_forgotten_when_another_takes_over(
    bot: InProcess, college: College, run: Any
) -> None:
    refused = run("forget", LEAD)

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        "Lena Marsh is the only quality lead. Make somebody else one first. Name one of the people "
        "in Slack with --new-lead.\n"
    )
    assert run("forget", LEAD, "--new-lead", LEAD).exit_code == 1
    assert run("forget", LEAD, "--new-lead", "Nobody").exit_code == 2
    assert run("forget", LEAD, "--new-lead", "Sol Greaves").exit_code == 0
    with bot.database.reading() as session:
        leading = providers.with_role(session, TEAM, Role.LEAD)
    assert [lead.name for lead in leading] == ["Sol Greaves"]


@on_sqlite
def test_the_operator_reads_what_is_kept(
    fake: FakeSlack, bot: InProcess, college: College, run: Any
) -> None:
    talks(fake, bot)

    told, plain = run("held", "Priya Shah"), run("held", OWNER, "--json")

    assert told.exit_code == 0 and SAID in told.stdout
    found = json.loads(plain.stdout)
    assert found["person"]["name"] == "Priya Shah"
    assert [row["text"] for row in found["conversations"] if row["speaker"] == "person"] == [
        "hello",
        SAID,
    ]
    assert {row["field"] for row in found["changes"]} >= {"status"}


# --- the audit ----------------------------------------------------------------------------------


@on_sqlite
def test_a_lead_reads_who_changed_what(fake: FakeSlack, bot: InProcess, college: College) -> None:
    owner = Screens(fake, bot.http, OWNER)
    owner.opens_home()
    owner.presses("Open", "A-2")
    owner.presses("Edit")
    assert "A-2" in owner.saves(target="70%")
    lead = Screens(fake, bot.http, LEAD)
    lead.opens_home()

    told = lead.presses("History")

    assert_valid_view(lead.modals[-1])
    assert (
        "23 November 2026, 10:00: Priya Shah changed the target of A-2 from “65%” to “70%”." in told
    )
    assert "Priya Shah began A-1 as draft." in told


@on_sqlite
def test_a_long_history_is_read_page_by_page(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    with bot.database.writing() as session:
        owner = providers.person(session, TEAM, OWNER)
        for number in range(40):
            held = session.get(Action, college.actions[Status.AGREED])
            assert held is not None and held.id is not None
            actions.change_action(
                session, TEAM, held.id, held.version, by=owner, at=NOW, target=f"{number}%"
            )
    lead = Screens(fake, bot.http, LEAD)
    lead.opens_home()

    seen = [lead.presses("History")]
    while "[Earlier]" in seen[-1]:
        seen.append(lead.presses("Earlier"))

    assert len(lead.modals) == 1
    lines = [line for page in seen for line in page.splitlines() if "the target of A-2" in line]
    assert len(lines) == len(set(lines)) == 40
    assert "from “38%” to “39%”" in lines[0]


def test_the_database_lets_nobody_rewrite_the_audit(bot: InProcess, college: College) -> None:
    for statement in (
        "UPDATE audit SET new = 'complete'",
        "UPDATE audit SET person_id = NULL",
        "UPDATE audit SET at = '2020-01-01'",
        "DELETE FROM audit",
    ):
        with (
            pytest.raises(sa.exc.DBAPIError, match="neither changed nor deleted"),
            bot.database.writing() as session,
        ):
            session.connection().exec_driver_sql(statement)
