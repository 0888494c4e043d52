"""No secret and nothing anybody wrote leaves the program but to where it belongs."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import openai
import psycopg
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.coaches import model_of
from bot.settings import Settings, SettingsInvalid, load_settings, oauth_of
from bot.slack.workspaces import InstalledWorkspaces, OneWorkspace, workspaces_of
from storage.database import Database, DatabaseUnavailable
from tests.support import slack_faults
from tests.support import slack_payloads as payloads
from tests.support.bots import NOW, ROOT, Program, free_port, program_environment
from tests.support.fake_model import FakeModel
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import USER, dm_channel

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KEY = Fernet.generate_key().decode()
# Each of a kind that can be told apart wherever it turns up.
SECRETS = {
    "DATABASE_URL": "postgresql+psycopg://sowhat:canary-database@127.0.0.1:1/sowhat",
    "SLACK_BOT_TOKEN": "xoxb-canary-bot",
    "SLACK_APP_TOKEN": "xapp-canary-app",
    "SLACK_SIGNING_SECRET": "canary-signing",
    "SLACK_CLIENT_SECRET": "canary-client",
    "TOKEN_ENCRYPTION_KEY": KEY,
    "OPENAI_API_KEY": "sk-canary-model",
    "OPENAI_BASE_URL": "https://me:canary-address@models.example/v1",
    "OPENAI_MODEL": "a-model",
}
CANARIES = ("canary-", KEY)
WORDS = "Pelicans rehearse marzipan sonatas"


def is_told(text: str) -> list[str]:
    return [canary for canary in (*CANARIES, *WORDS.split()) if canary in text]


def settings(**more: str) -> Settings:
    given = {name.lower(): value for name, value in {**SECRETS, **more}.items()}
    return Settings(_env_file=None, slack_client_id="1.2", **given)  # type: ignore[call-arg, arg-type]


def over_http() -> Settings:
    given = {n.lower(): v for n, v in SECRETS.items() if n != "SLACK_APP_TOKEN"}
    return Settings(_env_file=None, slack_client_id="1.2", **given)  # type: ignore[call-arg, arg-type]


def things() -> dict[str, Any]:
    """Everything that holds a secret and might be printed, logged or shown in a failed test."""
    database = Database(SECRETS["DATABASE_URL"])
    oauth = oauth_of(over_http())
    assert oauth is not None
    many = workspaces_of(over_http(), database, lambda: NOW)
    one = workspaces_of(settings(), database, lambda: NOW)
    assert isinstance(many, InstalledWorkspaces) and isinstance(one, OneWorkspace)
    return {
        "settings": settings(),
        "oauth": oauth,
        "database": database,
        "database.safe_url": database.safe_url,
        "engine": database.engine,
        "engine.url": database.engine.url,
        "one workspace": one,
        "several workspaces": many,
        "installations": many.installations,
        "client": one.own,
        "model": model_of(over_http()),
    }


@pytest.mark.parametrize("name", sorted(things()))
def test_nothing_that_holds_a_secret_shows_it(name: str) -> None:
    thing = things()[name]

    assert is_told(f"{thing!r} {thing!s} {[thing]}") == []


def test_a_setting_that_is_wrong_is_named_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = {
        "TOKEN_ENCRYPTION_KEY": "canary-not-a-key",
        "OPENAI_BASE_URL": "canary-no-address",
        "SLACK_API_URL": "canary-no-address",
        "PORT": "canary-no-port",
        "LOG_LEVEL": "canary-no-level",
    }
    for name, value in wrong.items():
        with monkeypatch.context() as environment:
            environment.setenv(name, value)
            with pytest.raises(SettingsInvalid) as said:
                load_settings(None)
        assert name in str(said.value) and is_told(str(said.value)) == []
        assert said.value.__cause__ is None and said.value.__suppress_context__


@pytest.mark.parametrize(
    "url",
    ["postgresql://sowhat:canary-pass@word@127.0.0.1:1/x", "mysql://a:canary-@h/x", "canary-",
     "postgresql://127.0.0.1:1/x?password=canary-option", SECRETS["DATABASE_URL"]],
)  # fmt: skip
def test_a_database_that_cannot_be_used_is_told_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseUnavailable) as said:
        Database(url).ping()

    assert is_told(str(said.value)) == []


# --- the log --------------------------------------------------------------------------------


def failures() -> dict[str, Callable[[], Exception]]:
    """What libraries raise, with a secret or somebody's words in it, as they do."""
    url = "https://me:canary-address@models.example/v1?key=canary-key"
    request = httpx2.Request("POST", url, headers={"Authorization": "Bearer canary-key"})
    answer = httpx2.Response(401, request=request, text=f"Incorrect key canary-key for {WORDS}")
    client = WebClient(token="xoxb-canary")
    return {
        "slack": lambda: SlackApiError(f"{WORDS} {client.token}", {"error": "canary-token"}),
        "openai": lambda: openai.AuthenticationError(answer.text, response=answer, body=None),
        "openai away": lambda: openai.APIConnectionError(message=url, request=request),
        "httpx": lambda: httpx2.HTTPStatusError(url, request=request, response=answer),
        "httpx address": lambda: httpx2.InvalidURL(url),
        "psycopg": lambda: psycopg.OperationalError(f"password=canary-database {WORDS}"),
        "sqlalchemy": lambda: sa.exc.OperationalError(
            "SELECT 1", {"text": WORDS}, psycopg.OperationalError("canary-database")
        ),
        "urllib": lambda: urllib.error.URLError(url),
        "chain": _chained,
    }


def _chained() -> Exception:
    try:
        raise psycopg.OperationalError("canary-database") from ValueError(WORDS)
    except psycopg.OperationalError as error:
        return error


@pytest.mark.parametrize("kind", sorted(failures()))
def test_no_failure_of_a_library_brings_what_it_quotes_into_the_log(kind: str) -> None:
    program = (
        "import logging\n"
        "from bot.logs import set_up\n"
        "from tests.acceptance.test_secrets import failures\n"
        "set_up('DEBUG')\n"
        "log = logging.getLogger('a.library')\n"
        f"error = failures()[{kind!r}]()\n"
        "try:\n    raise error\n"
        "except Exception as caught:\n"
        "    log.exception('It failed: %s', caught)\n"
        "    log.error(f'It failed: {caught}', exc_info=caught)\n"
        "    log.error('Of several: %s', [caught])\n"
        "    log.error('Of several: %r', {'error': caught})\n"
        "    log.error('By name: %(error)s', {'error': caught})\n"
        "    log.error('Within: %s', ({'errors': [caught]},))\n"
        "raise error\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT,
        env=program_environment(),
    )  # fmt: skip

    assert run.returncode == 1 and len(run.stderr.splitlines()) == 7
    assert is_told(run.stdout + run.stderr) == []


def test_a_secret_that_is_set_is_blotted_out_of_whatever_a_library_makes_of_it() -> None:
    program = (
        "import logging\n"
        "from bot.logs import set_up\n"
        "from bot.settings import secrets_of\n"
        "from tests.acceptance.test_secrets import SECRETS, settings\n"
        "set_up('DEBUG', secrets_of(settings()))\n"
        "for name, secret in SECRETS.items():\n"
        "    logging.getLogger('a.library').warning(f'{name} is {secret}, it says')\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT,
        env=program_environment(),
    )  # fmt: skip

    assert len(run.stderr.splitlines()) == len(SECRETS)
    assert is_told(run.stdout + run.stderr) == []


# --- a day ----------------------------------------------------------------------------------

FAULTS = [
    slack_faults.server_error(),
    slack_faults.error("invalid_auth"),
    slack_faults.garbage(),
    slack_faults.drop(),
    slack_faults.Fault(body=f"<p>{WORDS} canary-fault</p>".encode()),
]


@on_sqlite
def test_a_day_on_which_everything_fails_tells_nothing_in_log_metrics_or_readiness(
    fake: FakeSlack, database_url: str
) -> None:
    fake.add_workspace(bot_token="xoxb-canary-bot")
    with FakeModel(lambda _: f"{WORDS} sk-canary-model") as model:
        for mode in ("401", "html", "error_200", "stream_garbage"):
            model.behave(mode, 1)
        given = {
            "SLACK_BOT_TOKEN": "xoxb-canary-bot",
            "OPENAI_API_KEY": "sk-canary-model",
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_MODEL": "a-model",
            "LOG_LEVEL": "DEBUG",
        }
        with Program(fake, database_url, **given) as program:
            for number, fault in enumerate(FAULTS):
                method = ("chat.postMessage", "users.info")[number % 2]
                fake.fail_next(method, fault)
                event = payloads.direct_message(f"{WORDS}, to rise from 54% to 65%")
                assert program.http.event(event).status == 200
            bad = program.http.event(payloads.direct_message(WORDS), forge=True)
            fake.wait_for(lambda: len(fake.messages(dm_channel(USER))) >= 3, timeout=60)
            shown = [asked(program.port, path) for path in ("metrics", "readyz", "healthz", "no")]
            code, output = program.stop()

    assert (code, bad.status) == (0, 401)
    quoting = [line for line in output.splitlines() if is_told(line)]
    assert output and quoting == []
    assert is_told("".join(shown) + bad.body) == []


def asked(port: int, path: str) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=20) as answer:
            return str(answer.read().decode()) + str(answer.headers)
    except urllib.error.HTTPError as error:
        return error.read().decode() + str(error.headers)


@pytest.mark.parametrize("command", [["doctor"], ["serve"], ["migrate"], ["summary", "--json"]])
def test_without_the_database_no_command_tells_its_password(
    fake: FakeSlack, tmp_path: Path, command: list[str]
) -> None:
    environment = program_environment(
        **{**SECRETS, "SLACK_API_URL": fake.api_url, "PORT": str(free_port()), "LOG_LEVEL": "DEBUG",
           "OPENAI_BASE_URL": fake.base_url, "OPENAI_MODEL": "a-model"}
    )  # fmt: skip

    run = subprocess.run(
        [sys.executable, "-m", "bot", *command], capture_output=True, text=True, cwd=tmp_path,
        env=environment,
    )  # fmt: skip

    assert run.returncode == 1, run.stderr
    assert is_told(run.stdout + run.stderr) == []
