"""Several workspaces: each installs the bot by OAuth, and its tokens are its own and unreadable."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Bot
from sqlmodel import select

from bot.slack.workspaces import SCOPES, InstalledWorkspaces, NotInstalled
from storage.database import Database
from storage.migrate import migrate
from storage.models import Action, OutgoingMessage, Person, Provider
from storage.vocabulary import Delivery, Role
from tests.support import slack_payloads as payloads
from tests.support.bots import NOW, ROOT, InProcess, Program, in_process
from tests.support.fake_slack import FakeSlack, Workspace, drop, error
from tests.support.installer import Installer
from tests.support.screens import Screens
from tests.support.slack_payloads import BOT_TOKEN, TEAM, USER, dm_channel
from tests.support.talk import Talk, over_http

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KEY = Fernet.generate_key().decode()
OAUTH = {
    "slack_client_id": "111.222",
    "slack_client_secret": "client-secret",
    "token_encryption_key": KEY,
    "slack_bot_token": None,
}
A, B = "T0ASHFORD", "T0BURNHAM"
ANNE, BEN = "U0ANNE", "U0BEN"
TOKENS = {A: "xoxb-of-ashford-college", B: "xoxb-of-burnham-college"}
WHOLE = (
    "Achievement to rise from 54% to 65% by July 2027 because learners said so, owner is me, read "
    "in the QAR dashboard"
)


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    """A Slack with two workspaces that do not have the bot yet."""
    with FakeSlack() as server:
        for team, user, name in ((A, ANNE, "Anne Hill"), (B, BEN, "Ben Cole")):
            server.add_user(user, name, team_id=team)
        yield server


@contextmanager
def running(fake: FakeSlack, url: str, **settings: Any) -> Iterator[InProcess]:
    with in_process(fake, url, **{**OAUTH, **settings}) as bot:
        yield bot


def join(fake: FakeSlack, team: str, **more: Any) -> Workspace:
    """Let Slack have a code for the workspace, which is "code-" and its id."""
    user, name = {A: (ANNE, "Ashford College"), B: (BEN, "Burnham College")}[team]
    workspace = fake.add_workspace(
        team, TOKENS[team], f"U0BOT{team}", f"B0BOT{team}", name=name, installer=user, **more
    )
    fake.add_install_code(f"code-{team}", workspace)
    return workspace


def install(fake: FakeSlack, bot: InProcess, team: str, **more: Any) -> None:
    join(fake, team, **more)
    page = Installer(bot.base_url).installs(f"code-{team}")
    assert page.status == 200, page.text


def keep(fake: FakeSlack, bot: InProcess, team: str) -> None:
    """Have the workspace installed with a token that ends in an hour, and nobody welcomed."""
    join(fake, team, refresh_token="xoxe-1-first", expires_in=3600)
    clients(bot).installations.save_bot(
        Bot(
            app_id="A0",
            team_id=team,
            bot_token=TOKENS[team],
            bot_id=f"B0BOT{team}",
            bot_user_id=f"U0BOT{team}",
            bot_refresh_token="xoxe-1-first",
            bot_token_expires_in=3600,
            installed_at=1_790_000_000.0,
        )
    )


def interview(fake: FakeSlack, bot: InProcess, user: str, team: str) -> Talk:
    talk = Talk(fake, over_http(bot.http), user, team=team)
    talk.says(f"Review the resources of {team}")
    talk.says(WHOLE)
    talk.says("60% on track at the February review")
    assert talk.presses("Agree").startswith("Agreed")
    return talk


def stored(database: Database) -> str:
    """All that the database holds, as its file or its tables have it."""
    if database.is_sqlite:
        path = Path(str(database.engine.url.database))
        files = (path, *path.parent.glob(f"{path.name}-*"))
        return "".join(f.read_bytes().decode("latin-1") for f in files if f.is_file())
    with database.engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        rows = [list(connection.execute(sa.text(f'SELECT * FROM "{t}"'))) for t in tables]
    return repr(rows)


def bots(database: Database) -> list[Any]:
    with database.engine.connect() as connection:
        found = sa.text("SELECT team_id, bot_token, bot_refresh_token FROM slack_bots ORDER BY id")
        return list(connection.execute(found))


def clients(bot: InProcess) -> InstalledWorkspaces:
    assert isinstance(bot.service.workspaces, InstalledWorkspaces)
    return bot.service.workspaces


# --- two workspaces -------------------------------------------------------------------------


def test_two_workspaces_install_it_and_one_that_goes_leaves_the_other_alone(
    fake: FakeSlack, database_url: str
) -> None:
    with running(fake, database_url) as bot:
        for team, user in ((A, ANNE), (B, BEN)):
            install(fake, bot, team)
            fake.wait_for_messages(dm_channel(user), 1)
            interview(fake, bot, user, team)

        with bot.database.reading() as session:
            leads = session.exec(select(Person).order_by(Person.workspace)).all()
            assert [(p.workspace, p.slack_user_id, p.name, p.role) for p in leads] == [
                (A, ANNE, "Anne Hill", Role.LEAD),
                (B, BEN, "Ben Cole", Role.LEAD),
            ]
            names = session.exec(select(Provider.name).order_by(Provider.workspace)).all()
            assert names == ["Ashford College", "Burnham College"]
            actions = session.exec(select(Action).order_by(Action.workspace)).all()
            assert [(a.workspace, a.number, a.action) for a in actions] == [
                (A, 1, f"Review the resources of {A}"),
                (B, 1, f"Review the resources of {B}"),
            ]
        # What is said in a workspace is said with its own token.
        for call in fake.calls_to("chat.postMessage"):
            mine = call.args["channel"] in (ANNE, dm_channel(ANNE))
            assert call.token == TOKENS[A if mine else B]
        for token in TOKENS.values():
            assert token not in stored(bot.database)

        fake.revoke(TOKENS[A])
        assert bot.http.event(payloads.app_uninstalled(team=A)).status == 200
        assert bot.http.event(payloads.tokens_revoked(team=A)).status == 200
        bot.service.app.listener_runner.listener_executor.shutdown()

        assert [team for team, *_ in bots(bot.database)] == [B]
        with pytest.raises(NotInstalled):
            clients(bot).client(A)
    with running(fake, database_url) as bot:
        interview(fake, bot, BEN, B)
        # The plan is there still, for when they come back.
        with bot.database.reading() as session:
            assert len(session.exec(select(Action).where(Action.workspace == A)).all()) == 1


@on_sqlite
def test_what_a_workspace_that_has_gone_still_sends_is_answered_nowhere(
    fake: FakeSlack, database_url: str
) -> None:
    with running(fake, database_url) as bot:
        install(fake, bot, A)
        fake.wait_for_messages(dm_channel(ANNE), 1)
        clients(bot).forget(A)
        calls = len(fake.calls)

        bot.http.event(payloads.direct_message("Text parents", user=ANNE, team=A))
        pressed = payloads.block_action("do:help:", "{}", user=ANNE, team=A)
        assert bot.http.interaction(pressed).status == 200
        bot.service.stop()

        with bot.database.reading() as session:
            last = session.exec(select(OutgoingMessage).order_by(OutgoingMessage.id)).all()[-1]
        assert (last.delivery, last.error) == (Delivery.FAILED, "not_installed")
        assert len(fake.calls) == calls


@on_sqlite
def test_a_workspace_that_comes_back_has_its_plan_and_its_leads(
    fake: FakeSlack, database_url: str
) -> None:
    with running(fake, database_url) as bot:
        install(fake, bot, A)
        interview(fake, bot, ANNE, A)
        clients(bot).forget(A)

        again = join(fake, A)
        again.installer = "U0CARA"
        fake.add_user("U0CARA", "Cara Nash", team_id=A)
        assert Installer(bot.base_url).installs(f"code-{A}").status == 200
        interview(fake, bot, ANNE, A)

        with bot.database.reading() as session:
            people = session.exec(select(Person).order_by(Person.id)).all()
            assert [(p.slack_user_id, p.role) for p in people] == [
                (ANNE, Role.LEAD),
                ("U0CARA", Role.OWNER),
            ]
            assert len(session.exec(select(Action)).all()) == 2


@on_sqlite
def test_a_person_of_one_workspace_finds_nothing_of_another(
    fake: FakeSlack, database_url: str
) -> None:
    with running(fake, database_url) as bot:
        for team in (A, B):
            install(fake, bot, team)
        interview(fake, bot, ANNE, A)
        with bot.database.reading() as session:
            action = session.exec(select(Action)).one()

        screens = Screens(fake, bot.http, BEN, team=B)
        shown = screens.sends("do:open:1", json.dumps({"action": action.id}))

        assert "not in your plan" in shown
        assert fake.calls_to("views.open")[-1].token == TOKENS[B]


# --- the pages ------------------------------------------------------------------------------


@on_sqlite
def test_the_page_asks_slack_for_what_the_manifest_has(fake: FakeSlack, database_url: str) -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text())

    with running(fake, database_url) as bot:
        asked = Installer(bot.base_url).begins()

    assert asked["client_id"] == [OAUTH["slack_client_id"]]
    assert asked["scope"] == [",".join(SCOPES)]
    assert list(SCOPES) == manifest["oauth_config"]["scopes"]["bot"]
    assert "user_scope" not in asked


@on_sqlite
def test_the_installer_is_welcomed_once_and_told_what_is_kept(
    fake: FakeSlack, database_url: str
) -> None:
    with running(fake, database_url) as bot:
        install(fake, bot, A)
        fake.wait_for_messages(dm_channel(ANNE), 1)
        fake.add_install_code("again", fake.workspace(TOKENS[A]))
        assert Installer(bot.base_url).installs("again").status == 200
        bot.http.event(payloads.app_home_opened(user=ANNE, team=A, tab="messages"))
        bot.service.app.listener_runner.listener_executor.shutdown()
        bot.service.stop()

        (welcome,) = fake.messages(dm_channel(ANNE))

    assert "automated assistant" in welcome["text"] and "I keep what you tell me" in welcome["text"]
    assert "You are the quality lead" in welcome["text"]
    labels = [b["text"]["text"] for b in welcome["blocks"][-1]["elements"]]
    assert labels == ["Write an action", "How it works"]


def not_finished(fake: FakeSlack, bot: InProcess, how: str) -> tuple[int, str]:
    browser = Installer(bot.base_url)
    state = browser.begins()["state"][0]
    if how == "cancelled":
        page = browser.comes_back(error="access_denied", state=state)
    elif how == "another browser":
        page = Installer(bot.base_url).comes_back(code=f"code-{A}", state=state)
    elif how == "loaded twice":
        browser.comes_back(error="access_denied", state=state)
        assert browser.begins()
        page = browser.comes_back(code=f"code-{A}", state=state)
    elif how == "no such code":
        page = browser.comes_back(code="invented", state=state)
    else:
        fake.always_fail("oauth.v2.access", drop())
        page = browser.comes_back(code=f"code-{A}", state=state)
    return page.status, page.text


@on_sqlite
@pytest.mark.parametrize(
    ("how", "status", "says"),
    [
        ("cancelled", 200, "nothing was changed"),
        ("another browser", 400, "another browser"),
        ("loaded twice", 400, "Start again"),
        ("no such code", 401, "did not confirm"),
        ("Slack away", 401, "did not confirm"),
    ],
)
def test_an_installation_that_is_not_finished_leaves_nothing_and_says_what_to_do(
    fake: FakeSlack, database_url: str, how: str, status: int, says: str
) -> None:
    join(fake, A)
    with running(fake, database_url) as bot:
        assert (found := not_finished(fake, bot, how))[0] == status
        assert says in found[1] and 'href="/slack/install"' in found[1]
        assert bots(bot.database) == []
        with bot.database.reading() as session:
            assert session.exec(select(Provider)).all() == []


@on_sqlite
def test_a_state_is_good_for_one_time(fake: FakeSlack, database_url: str) -> None:
    join(fake, A)
    with running(fake, database_url) as bot:
        browser = Installer(bot.base_url)
        state = browser.begins()["state"][0]
        cookie = browser._cookie
        assert browser.comes_back(code=f"code-{A}", state=state).status == 200
        browser._cookie = cookie

        page = browser.comes_back(code=f"code-{A}", state=state)

    assert (page.status, "loaded twice" in page.text) == (401, True)


def test_states_that_nobody_came_back_with_are_cleared_away(
    fake: FakeSlack, database_url: str
) -> None:
    def states(bot: InProcess) -> int:
        with bot.database.engine.connect() as connection:
            return int(connection.scalar(sa.text("SELECT count(*) FROM slack_oauth_states")) or 0)

    with running(fake, database_url) as bot:
        for _ in range(3):
            Installer(bot.base_url).begins()
        assert states(bot) == 3
        with bot.database.to_write.begin() as connection:
            long_ago = sa.text("UPDATE slack_oauth_states SET expire_at = '2020-01-01 00:00:00'")
            connection.execute(long_ago)

        Installer(bot.base_url).begins()
        bot.service.upkeep.tidy()

        assert states(bot) == 1


@on_sqlite
def test_what_slack_calls_a_workspace_is_shown_as_text(fake: FakeSlack, database_url: str) -> None:
    join(fake, A).name = "<script>alert(1)</script>"
    with running(fake, database_url) as bot:
        page = Installer(bot.base_url).installs(f"code-{A}")

    assert "<script>" not in page.text and "&lt;script&gt;" in page.text


@on_sqlite
def test_one_workspace_by_its_token_has_nothing_to_install(
    fake: FakeSlack, database_url: str
) -> None:
    fake.add_workspace()
    with in_process(fake, database_url) as bot:
        assert Installer(bot.base_url).gets("/slack/install").status == 404
        assert Installer(bot.base_url).gets("/slack/oauth_redirect?code=1").status == 404


# --- tokens ---------------------------------------------------------------------------------


@on_sqlite
def test_a_new_key_takes_the_place_of_the_old_one(fake: FakeSlack, database_url: str) -> None:
    newer = Fernet.generate_key().decode()
    with running(fake, database_url) as bot:
        install(fake, bot, A)
    with running(fake, database_url, token_encryption_key=f"{newer},{KEY}") as bot:
        assert clients(bot).client(A).token == TOKENS[A]
        before = bots(bot.database)
        clients(bot).installations.encrypt_anew()
        after = bots(bot.database)
        assert before != after
        clients(bot).installations.encrypt_anew()
        assert bots(bot.database) == after
    with running(fake, database_url, token_encryption_key=newer) as bot:
        assert clients(bot).client(A).token == TOKENS[A]


@on_sqlite
def test_a_key_that_reads_nothing_is_said_at_the_start(fake: FakeSlack, database_url: str) -> None:
    with running(fake, database_url) as bot:
        install(fake, bot, A)
    environment = {name.upper(): value or "" for name, value in OAUTH.items()}
    environment["TOKEN_ENCRYPTION_KEY"] = Fernet.generate_key().decode()

    with pytest.raises(AssertionError) as refused:
        Program(fake, database_url, **environment)

    says = str(refused.value).splitlines()[-1]
    assert "TOKEN_ENCRYPTION_KEY does not read the tokens in the database" in says
    assert "Traceback" not in str(refused.value)


def test_a_token_that_ends_soon_is_exchanged_once(fake: FakeSlack, database_url: str) -> None:
    with running(fake, database_url) as bot:
        install(fake, bot, A, refresh_token="xoxe-1-first", expires_in=3600)
        interview(fake, bot, ANNE, A)

        exchanges = [c for c in fake.calls_to("oauth.v2.access") if "grant_type" in c.args]
        assert [c.args["refresh_token"] for c in exchanges] == ["xoxe-1-first"]
        newer = fake.workspace(TOKENS[A]).bot_token
        assert newer != TOKENS[A]
        assert {c.token for c in fake.calls_to("chat.postMessage")} == {newer}
        assert len(bots(bot.database)) == 1
        for secret in (newer, "xoxe-1-first", TOKENS[A]):
            assert secret not in stored(bot.database)
    # It lives long enough now, and another process finds it.
    with running(fake, database_url) as bot:
        assert clients(bot).client(A).token == newer
        assert len([c for c in fake.calls_to("oauth.v2.access") if "grant_type" in c.args]) == 1


@on_sqlite
@pytest.mark.parametrize("trouble", [drop(), error("invalid_refresh_token")])
def test_a_token_that_is_not_exchanged_serves_until_it_ends(
    fake: FakeSlack, database_url: str, trouble: Any
) -> None:
    with running(fake, database_url) as bot:
        keep(fake, bot, A)
        fake.always_fail("oauth.v2.access", trouble)

        assert clients(bot).client(A).token == TOKENS[A]


@on_sqlite
def test_an_ended_token_that_slack_exchanges_no_more_counts_as_gone(
    fake: FakeSlack, database_url: str
) -> None:
    with running(fake, database_url) as bot:
        keep(fake, bot, A)
        workspaces = clients(bot)
        workspaces.clock = lambda: NOW + timedelta(days=3650)
        fake.always_fail("oauth.v2.access", error("invalid_refresh_token"))

        with pytest.raises(NotInstalled):
            workspaces.client(A)


@on_sqlite
def test_a_token_exchanged_by_another_process_is_taken_over(
    fake: FakeSlack, database_url: str
) -> None:
    with running(fake, database_url) as bot:
        keep(fake, bot, A)
        workspaces = clients(bot)
        bot_of_a = workspaces.installations.bot(A)
        assert bot_of_a is not None
        held = fake.hold("oauth.v2.access")
        found: list[Any] = []
        waiting = threading.Thread(target=lambda: found.append(workspaces.client(A).token))
        waiting.start()
        held.wait_until_reached()
        bot_of_a.bot_token = "xoxb-from-elsewhere"
        workspaces.installations.save_bot(bot_of_a)
        # As if it had been exchanged by it: Slack does so once.
        fake.workspace(TOKENS[A]).refresh_token = "xoxe-1-second"
        held.release()
        waiting.join(timeout=10)

    assert found == ["xoxb-from-elsewhere"]


# --- one token beside -----------------------------------------------------------------------


@on_sqlite
def test_the_workspace_of_a_token_that_is_set_goes_on_without_installing(
    fake: FakeSlack, database_url: str
) -> None:
    fake.add_workspace()
    fake.add_user(USER, "Priya Shah")
    with running(fake, database_url, slack_bot_token=BOT_TOKEN) as bot:
        install(fake, bot, A)
        interview(fake, bot, USER, TEAM)
        interview(fake, bot, ANNE, A)

        with pytest.raises(NotInstalled):
            clients(bot).client(B)
        used = {c.token for c in fake.calls_to("chat.postMessage")}
    assert used == {BOT_TOKEN, TOKENS[A]}


@on_sqlite
def test_installed_programs_come_up_and_serve(fake: FakeSlack, database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    database.close()
    join(fake, A)
    environment = {name.upper(): value or "" for name, value in OAUTH.items()}
    with Program(fake, database_url, **environment) as program:
        page = Installer(f"http://127.0.0.1:{program.port}").installs(f"code-{A}")
        assert page.status == 200 and "So What is in Ashford College" in page.text
        fake.wait_for_messages(dm_channel(ANNE), 1)
        code, output = program.stop()
    assert code == 0
    assert TOKENS[A] not in output and "client-secret" not in output
