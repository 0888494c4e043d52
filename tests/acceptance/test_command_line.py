"""The command line, as the program that people start."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Bot
from typer.testing import CliRunner

from bot.cli import app
from bot.slack.installations import Installations
from bot.slack.workspaces import SCOPES
from storage import nodes
from storage.database import Database
from storage.models import OutgoingMessage, ReceivedEvent
from storage.providers import ensure_provider
from tests.support import slack_faults
from tests.support.bots import ROOT, Program, free_port, program_environment, slack
from tests.support.fake_model import FakeModel
from tests.support.slack_payloads import APP_TOKEN, BOT_TOKEN

TODAY = ("--today", "2026-11-23")
KEY = Fernet.generate_key().decode()
OAUTH = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "c",
    "SLACK_SIGNING_SECRET": "s",
    "TOKEN_ENCRYPTION_KEY": KEY,
}
SEED = [
    "AFI 1",
    "Undertake a review of the software developer apprenticeship learning resources",
    "Learning resources have been improved to support learners",
    "because apprentices are moving from the framework to the standard, we want achievement to "
    "rise from 54% to 65% by July 2027, from the QAR dashboard",
    "60% on track at the February review",
    "agree",
]


def sowhat(*words: str, typed: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run the program to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        input=typed,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=program_environment(**settings),
        timeout=120,
    )


def told(*words: str, typed: str = "", **settings: str) -> str:
    """What a command that succeeds says on stdout, run in this process: quicker."""
    result = CliRunner().invoke(app, words, input=typed, env=settings)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def refusal(*words: str, typed: str = "", **settings: str) -> tuple[int, str]:
    """Exit code and the one sentence on stderr, from the command run in this process: quicker."""
    result = CliRunner().invoke(app, words, input=typed, env=settings)
    assert isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, one_sentence(result.stderr)


def one_sentence(stderr: str) -> str:
    """What stands on stderr, which must be one line and no traceback."""
    assert "Traceback" not in stderr
    assert len(stderr.strip().splitlines()) == 1, stderr
    return stderr.strip()


# --- try --------------------------------------------------------------------------------------


def test_replies_from_a_pipe_end_in_an_agreed_action_and_the_plan(tmp_path: Path) -> None:
    words = ("try", "--db", f"sqlite:///{tmp_path / 'trial.db'}", *TODAY)

    first = sowhat(*words, typed="\n".join(SEED))
    again = sowhat(*words)

    assert (first.returncode, first.stderr) == (0, "")
    assert "not what learners gain" in " ".join(first.stdout.split())
    assert "54% → 65%" in first.stdout
    assert "2 agreed actions" in first.stdout
    assert "\x1b" not in first.stdout
    assert again.returncode == 0
    assert "A-2  Undertake a review" in again.stdout
    with sqlite3.connect(tmp_path / "trial.db") as database:
        kept = database.execute(
            "SELECT number, status, baseline, target, due FROM action ORDER BY number"
        ).fetchall()
    assert kept[1] == (2, "agreed", "54%", "65%", "2027-07-31")


def test_an_interview_cut_short_is_carried_on_by_the_next_start(tmp_path: Path) -> None:
    words = ("try", "--db", f"sqlite:///{tmp_path / 'trial.db'}", *TODAY)

    first = sowhat(*words, typed="\n".join(SEED[:3]))
    second = sowhat(*words, typed="\n".join(["yes", *SEED[3:]]))

    assert "carry on" in first.stdout
    assert "You left an action unfinished" in second.stdout
    assert "2 agreed actions" in second.stdout
    assert (first.returncode, second.returncode) == (0, 0)


def test_a_new_interview_can_be_begun_instead(tmp_path: Path) -> None:
    words = ("try", "--db", f"sqlite:///{tmp_path / 'trial.db'}", *TODAY)
    told(*words, typed="AFI 2\nText parents daily")

    second = told(*words, typed="\n".join(SEED))

    assert "2 agreed actions" in second
    assert "Undertake a review" in second


def test_the_trial_runs_on_postgresql_too(postgres_url: str) -> None:
    heard = told("try", "--db", postgres_url, *TODAY, typed="\n".join(["\0", *SEED]))

    assert "2 agreed actions" in heard


def test_the_plan_is_kept_in_the_persons_own_folder_by_default(tmp_path: Path) -> None:
    heard = told("try", HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "data"))

    assert str(tmp_path) in heard.replace("\n", "")
    assert list(tmp_path.rglob("sowhat.db"))


def test_a_plan_that_will_not_last_is_said_to_be_in_memory() -> None:
    run = sowhat("try", "--db", "sqlite:///", *TODAY, typed="stop\n")

    assert run.returncode == 0
    assert "kept in memory, until this program ends" in " ".join(run.stdout.split())


def test_an_interrupt_keeps_what_was_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'trial.db'}"
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "try", "--db", url, *TODAY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=program_environment(PYTHONUNBUFFERED="1"),
        # What runs in the background of a shell inherits that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as program:
        assert program.stdin is not None and program.stdout is not None
        program.stdin.write("AFI 2\nText parents daily\n")
        program.stdin.flush()
        echo = next(line for line in program.stdout if "Text parents daily" in line)
        heard = next(line for line in program.stdout if "learners" in line)
        program.send_signal(signal.SIGINT)
        # Its input stays open meanwhile: the end of that would be another way to stop.
        program.wait(timeout=60)
        assert program.stderr is not None
        rest, errors = program.stdout.read(), program.stderr.read()
    again = told("try", "--db", url, *TODAY, typed="yes\nshow\n")

    assert echo and heard
    assert "Everything so far is kept" in rest
    assert "Traceback" not in errors
    assert "Text parents daily" in again


def test_a_reader_that_stops_reading_gets_no_traceback(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "assess"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=program_environment(),
    ) as program:
        assert program.stdin and program.stdout and program.stderr
        program.stdout.close()
        program.stdin.write('{"said": "attendance"}\n' * 200)
        program.stdin.close()
        errors = program.stderr.read()

    assert "Traceback" not in errors


@pytest.mark.parametrize("command", ["try", "migrate"])
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://u:secret@h/x", "mysql"),
        ("u:secret", "not a database address"),
        ("sqlite:////proc/none/app.db", "cannot be made"),
        (f"sqlite:///{ROOT}", "cannot be opened"),
        (f"sqlite:///{__file__}", "not a database"),
        ("postgresql://u:secret@127.0.0.1:1/x", "cannot be reached"),
    ],
    ids=["scheme", "nonsense", "no such folder", "a folder", "another file", "unreachable"],
)
def test_a_database_that_cannot_be_used_is_named_in_one_sentence(
    command: str, url: str, says: str
) -> None:
    code, sentence = refusal(command, DATABASE_URL=url)

    assert code == 1
    assert says in sentence
    assert "secret" not in sentence


def test_a_sentence_on_stderr_is_all_that_the_program_says(tmp_path: Path) -> None:
    run = sowhat("try", "--db", "postgresql://u:secret@127.0.0.1:1/x")

    assert (run.returncode, run.stdout) == (1, "")
    assert "cannot be reached" in one_sentence(run.stderr)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    code, sentence = refusal("try", "--db", f"sqlite:///{tmp_path / 'app.db'}")

    assert code == 1
    assert str(tmp_path) in sentence


@pytest.mark.parametrize("command", ["try", "assess"])
@pytest.mark.parametrize("day", ["soon", "2026-13-01", "23/11/2026", ""])
def test_a_day_that_is_none_is_refused(command: str, day: str) -> None:
    code, sentence = refusal(command, "--today", day)

    assert code == 2
    assert "--today" in sentence


# --- assess -----------------------------------------------------------------------------------

EXAMPLES: list[dict[str, Any]] = [
    {
        "id": "X1",
        "sar_item": "Too few apprentices achieve within the planned period.",
        "action": SEED[1],
        "said": SEED[2],
        "gold": [True, False, False, None, None, None, False],
    },
    {
        "id": "X2",
        "sar_item": "Attendance in English resits is low.",
        "action": "Text parents on the day of each absence",
        "said": "attendance up to 88 from 79 by easter - its in the weekly register report",
        "gold": [False, True, True, "79", "88", "2027-03-31", True],
    },
    {
        "id": "X3",
        "sar_item": "Feedback does not help learners improve.",
        "action": "Train tutors in effective feedback",
        "said": "run 3 CPD workshops for all L3 tutors by May",
        "gold": [True, False, False, None, None, "2027-05-31", False],
    },
]
LABELS = [
    "restates_action",
    "learner_outcome",
    "measurable",
    "baseline",
    "target",
    "due",
    "evidence",
]


def test_assess_answers_the_examples_of_the_guide_line_by_line() -> None:
    lines = "\n".join(json.dumps(e) for e in EXAMPLES)

    run = sowhat("assess", "--json", "--today", "2026-11-23", typed=lines)

    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert answers == [
        {"id": e["id"], **dict(zip(LABELS, e["gold"], strict=True))} for e in EXAMPLES
    ]


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        '{"id": 1}',
        '{"said": 7}',
        '{"said": "x", "action": 7}',
        '{"said": "x", "today": "soon"}',
        '{"said": "x", "today": 7}',
        "[" * 5000,
        '{"said": "' + "x" * 200_001 + '"}',
    ],
    ids="words,list,nothing said,said 7,action 7,today soon,today 7,deep,long".split(","),
)
def test_assess_names_the_line_it_cannot_read(line: str) -> None:
    code, sentence = refusal("assess", typed=f'{{"said": "ok"}}\n\n{line}\n')

    assert code == 2
    assert "Line 3" in sentence


def test_assess_gives_back_any_id_and_takes_any_text() -> None:
    lines = ['{"id": "\\ud83d", "said": "\\ud83d\\u0000 “so”"}', '{"id": [1], "said": ""}']

    run = sowhat("assess", typed="\ufeff" + "\n".join(lines), PYTHONIOENCODING="ascii")

    assert run.returncode == 0, run.stderr
    assert [json.loads(line)["id"] for line in run.stdout.splitlines()] == ["\ud83d", [1]]


def test_assess_without_a_key_says_what_the_openai_coach_needs() -> None:
    code, sentence = refusal("assess", "--coach", "openai")

    assert code == 2
    assert "OPENAI_API_KEY" in sentence


def test_assess_asks_the_model_that_is_set_up_and_the_stricter_verdict_stands() -> None:
    doubtful = {"restates_action": True, "learner_outcome": False, "measurable": False}
    cases = [{"id": n, "said": f"attendance up to {80 + n} from 79 by easter"} for n in range(9)]
    typed = "\n".join(map(json.dumps, cases))

    with FakeModel(lambda _: doubtful) as model:
        settings = {"OPENAI_BASE_URL": model.base_url, "OPENAI_MODEL": "fake"}
        strict = sowhat("assess", typed=typed, **settings)
        plain = sowhat("assess", "--coach", "embedded", typed=typed, **settings)
        asked = len(model.requests)
    away = sowhat("assess", typed=typed, **settings)

    answers = [json.loads(line) for line in strict.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(9))
    assert {(a["restates_action"], a["measurable"], a["target"]) for a in answers} == {
        (True, False, None)
    }
    assert asked == 9
    # A server that is gone leaves what the rules say.
    assert (away.returncode, away.stdout) == (0, plain.stdout)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (None, "ok       Model: fake answers in"),
        ("401", "problem  Model: fake: key refused; copy OPENAI_API_KEY anew."),
        ("hang", "problem  Model: fake: not answered in time"),
        ("prose", "problem  Model: fake: answer not in the form asked for"),
    ],
)
def test_doctor_asks_the_model(mode: str | None, said: str, tmp_path: Path) -> None:
    verdicts = {"restates_action": False, "learner_outcome": True, "measurable": True}
    with FakeModel(lambda _: verdicts) as model:
        if mode:
            model.behave(mode)
        run = CliRunner().invoke(
            app,
            ["doctor"],
            env={
                "DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
                "OPENAI_BASE_URL": model.base_url,
                "OPENAI_MODEL": "fake",
                "OPENAI_FIRST_WORDS_SECONDS": "0.5",
            },
        )

    assert said in run.stdout
    assert run.exit_code == (0 if mode is None else 1)


# --- review -----------------------------------------------------------------------------------


def test_the_review_says_what_to_mend_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    settings = {"DATABASE_URL": url}
    assert "run sowhat migrate" in refusal("review", **settings)[1]
    told("migrate", **settings)
    assert refusal("review", **settings) == (1, "There is no provider in the database yet.")
    sowhat("try", *TODAY, typed="stop\n", **settings)

    text = told("review", *TODAY, **settings)
    found = json.loads(told("review", "--json", *TODAY, **settings))

    assert text.startswith("To mend first\n  1. 9 of 10 areas for improvement have no action yet")
    assert found["first_to_fix"][0] == "coverage"
    assert len(found["checks"]) == 23
    assert {c["light"] for c in found["checks"]} <= {"green", "amber", "red", "unknown"}
    code, says = refusal("review", "--today", "2031-11-23", **settings)
    assert (code, says) == (1, "There is no plan for 2031/32 yet.")
    code, says = refusal("review", "--workspace", "T1", **settings)
    assert code == 2 and says.startswith("There is no workspace T1; there is trial")


def test_with_several_workspaces_one_must_be_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    sowhat("try", *TODAY, typed="stop\n", DATABASE_URL=url)
    database = Database(url)
    with database.writing() as session:
        ensure_provider(session, "T1", "Northfield College")
    database.close()

    code, says = refusal("review", *TODAY, DATABASE_URL=url)

    assert code == 2
    assert says.startswith("Say which with --workspace: ")
    assert "T1 (Northfield College)" in says and "trial" in says
    assert told("review", *TODAY, "--workspace", "trial", DATABASE_URL=url)


# --- migrate, doctor --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrate_and_doctor_work_on_both_databases(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    if kind == "postgresql":
        url = request.getfixturevalue("empty_postgres_url")

    empty = told("doctor", DATABASE_URL=url)
    migrated = sowhat("migrate", DATABASE_URL=url)
    again = told("migrate", DATABASE_URL=url)
    well = told("doctor", DATABASE_URL=url)

    assert "run sowhat migrate" in empty
    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert again == migrated.stdout
    assert "ok       Database" in well
    assert "not set  Slack" in well


def test_doctor_says_what_waits_who_runs_and_when_reminders_were_looked_for(
    database: Database, database_url: str
) -> None:
    now = datetime.now(UTC)
    empty = told("doctor", DATABASE_URL=database_url)
    with database.writing() as session:
        ensure_provider(session, "T1", "College")
        for key in ("a", "b"):
            session.add(waiting_message("T1", key, now - timedelta(minutes=2)))
        for number in (1, 2):
            nodes.beat(session, f"so-what-{number}", now - timedelta(minutes=1))
        nodes.swept(session, "so-what-2", now - timedelta(days=40))
        nodes.beat(session, "so-what-3", now - timedelta(days=40))
    busy = told("doctor", DATABASE_URL=database_url)
    with database.writing() as session:
        session.add(
            ReceivedEvent(
                workspace="T2",
                event_id="Ev1",
                conversation="D1:1.0",
                payload={"text": "wombats"},
                received_at=now - timedelta(days=40),
            )
        )
    stuck = CliRunner().invoke(app, ["doctor"], env={"DATABASE_URL": database_url})

    def at(ago: timedelta) -> str:
        then = now - ago
        day = "" if then.date() == datetime.now(UTC).date() else f" on {then.day} {then:%B}"
        return f"{then:%H:%M} UTC{day}"

    assert "ok       Queue: nothing waits.\n" in empty
    assert "not set  Process: none has said that it runs: start sowhat serve.\n" in empty
    assert "not set  Reminders: no process has looked for any yet.\n" in empty
    two, one, old = at(timedelta(minutes=2)), at(timedelta(minutes=1)), at(timedelta(days=40))
    assert f"ok       Queue: 2 messages wait, the oldest since {two}.\n" in busy
    for number in (1, 2):
        assert f"ok       Process: so-what-{number} was last heard of at {one}.\n" in busy
    assert f"not set  Process: so-what-3 was last heard of at {old}: start it again" in busy
    assert f"ok       Reminders: last looked for at {old}.\n" in busy
    assert stuck.exit_code == 1
    says = f"1 event and 2 messages wait, the oldest since {old}: see that sowhat serve runs.\n"
    assert f"problem  Queue: {says}" in stuck.stdout
    assert "wombats" not in stuck.stdout


def waiting_message(workspace: str, key: str, at: datetime) -> OutgoingMessage:
    """A message that nobody has sent yet."""
    return OutgoingMessage(
        workspace=workspace,
        key=key,
        conversation="D1:1.0",
        channel="D1",
        text="wombats",
        created_at=at,
    )


def test_doctor_says_what_is_wrong_with_slack(tmp_path: Path) -> None:
    runner = CliRunner()
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}", "SLACK_SIGNING_SECRET": "s"}
    runner.invoke(app, ["migrate"], env=settings)
    with slack() as fake:
        settings["SLACK_API_URL"] = fake.api_url
        right = runner.invoke(app, ["doctor"], env={**settings, "SLACK_BOT_TOKEN": BOT_TOKEN})
        wrong = runner.invoke(app, ["doctor"], env={**settings, "SLACK_BOT_TOKEN": "xoxb-wrong"})
        older = tuple(scope for scope in SCOPES if not scope.startswith("files:"))
        fake.workspace().scopes = older
        without = runner.invoke(app, ["doctor"], env={**settings, "SLACK_BOT_TOKEN": BOT_TOKEN})
        fake.workspace().scopes = tuple(scope for scope in older if scope != "chat:write")
        less = runner.invoke(app, ["doctor"], env={**settings, "SLACK_BOT_TOKEN": BOT_TOKEN})
    settings["SLACK_API_URL"] = "http://127.0.0.1:1"
    away = runner.invoke(app, ["doctor"], env={**settings, "SLACK_BOT_TOKEN": BOT_TOKEN})

    assert right.exit_code == 0, right.stdout
    assert "ok       Slack scopes: all are granted." in right.stdout
    assert without.exit_code == 0
    assert (
        "not set  Slack scopes: the bot works, but without files:read: no SAR or plan can be "
        "dropped; files:write: no exports, pictures or copies of one's own data. Reinstall from "
        "manifest.json."
    ) in without.stdout
    assert less.exit_code == 1
    assert "problem  Slack scopes: chat:write missing: reinstall from manifest" in less.stdout
    assert wrong.exit_code == 1
    assert "invalid_auth" in wrong.stdout and "xoxb-wrong" not in wrong.stdout
    assert away.exit_code == 1
    assert "cannot be reached" in away.stdout


def test_doctor_asks_slack_about_each_workspace_that_has_installed_it(tmp_path: Path) -> None:
    runner = CliRunner()
    url = f"sqlite:///{tmp_path / 'app.db'}"
    settings = OAUTH | {"DATABASE_URL": url, "SLACK_BOT_TOKEN": ""}
    runner.invoke(app, ["migrate"], env=settings)
    with slack() as fake:
        settings["SLACK_API_URL"] = fake.api_url
        nobody = runner.invoke(app, ["doctor"], env=settings)
        database = Database(url)
        installations = Installations("1.2", database, [KEY])
        for team, token in (("T0A", BOT_TOKEN), ("T0B", "xoxb-revoked")):
            installations.save_bot(
                Bot(
                    app_id="A0",
                    team_id=team,
                    team_name=f"College {team}",
                    bot_token=token,
                    bot_id="B0",
                    bot_user_id="U0",
                    installed_at=1_790_000_000.0,
                )
            )
        database.close()
        two = runner.invoke(app, ["doctor"], env=settings)
        other = {"TOKEN_ENCRYPTION_KEY": Fernet.generate_key().decode()}
        unread = runner.invoke(app, ["doctor"], env=settings | other)

    assert (nobody.exit_code, "no workspace has installed the bot yet" in nobody.stdout) == (
        0,
        True,
    )
    assert two.exit_code == 1
    assert two.stdout.count("ok       Slack token") == 1
    assert "the token of College T0B (invalid_auth): install the bot there again" in two.stdout
    assert "xoxb" not in two.stdout
    assert (unread.exit_code, "does not read the tokens" in unread.stdout) == (1, True)


def test_doctor_says_what_is_wrong_with_the_database() -> None:
    run = CliRunner().invoke(app, ["doctor"], env={"DATABASE_URL": "mysql://u:secret@h/x"})

    assert run.exit_code == 1
    assert "problem  Database" in run.stdout and "mysql" in run.stdout
    assert "secret" not in run.stdout


# --- serve ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_SIGNING_SECRET": "s"}, "SLACK_CLIENT_SECRET"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "c"}, "SLACK_SIGNING_SECRET"),
        (OAUTH | {"TOKEN_ENCRYPTION_KEY": ""}, "TOKEN_ENCRYPTION_KEY"),
        (OAUTH | {"TOKEN_ENCRYPTION_KEY": "too short"}, "TOKEN_ENCRYPTION_KEY"),
        (OAUTH | {"TOKEN_ENCRYPTION_KEY": KEY[:-4]}, "TOKEN_ENCRYPTION_KEY"),
        # Over Socket Mode nobody can install it.
        (OAUTH | {"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        ({"PORT": "abc"}, "PORT"),
        ({"PORT": "70000"}, "PORT"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"SLACK_API_URL": "slack.com"}, "SLACK_API_URL"),
    ],
)
def test_serve_names_the_setting_that_is_missing_or_wrong(
    settings: dict[str, str], says: str
) -> None:
    code, sentence = refusal("serve", **settings)

    assert code == 2
    assert says in sentence


def test_serve_without_a_token_is_refused_by_the_program_too() -> None:
    run = sowhat("serve")

    assert (run.returncode, run.stdout) == (2, "")
    assert "SLACK_BOT_TOKEN" in one_sentence(run.stderr)


NOWHERE = "http://127.0.0.1:1/api/"


def served(tmp_path: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    url = f"sqlite:///{tmp_path / 'app.db'}"
    return sowhat("serve", **{"SLACK_BOT_TOKEN": BOT_TOKEN, "DATABASE_URL": url, **settings})


def test_serve_says_when_its_port_is_taken(tmp_path: Path) -> None:
    port = free_port()
    with socket.create_server(("0.0.0.0", port)):
        run = served(tmp_path, SLACK_SIGNING_SECRET="s", PORT=str(port), SLACK_API_URL=NOWHERE)

    assert run.returncode == 1
    assert f"Port {port}" in run.stderr
    assert "Traceback" not in run.stderr


def test_serve_says_when_slack_refuses_the_bot_token(tmp_path: Path) -> None:
    with slack() as fake:
        run = served(
            tmp_path,
            SLACK_BOT_TOKEN="xoxb-wrong",
            SLACK_SIGNING_SECRET="s",
            PORT=str(free_port()),
            SLACK_API_URL=fake.api_url,
        )

    assert run.returncode == 2
    assert "SLACK_BOT_TOKEN (invalid_auth)" in run.stderr
    assert "Traceback" not in run.stderr and "xoxb-wrong" not in run.stderr


def test_serve_says_when_slack_refuses_the_app_token(tmp_path: Path) -> None:
    with slack() as fake:
        fake.fail_next("apps.connections.open", slack_faults.error("invalid_auth"))
        run = served(tmp_path, SLACK_APP_TOKEN="xapp-wrong", SLACK_API_URL=fake.api_url)

    assert run.returncode == 2
    assert "SLACK_APP_TOKEN (invalid_auth)" in run.stderr
    assert "Traceback" not in run.stderr and "xapp-wrong" not in run.stderr


def test_serve_says_when_slack_cannot_be_reached(tmp_path: Path) -> None:
    run = served(tmp_path, SLACK_APP_TOKEN=APP_TOKEN, SLACK_API_URL=NOWHERE)

    assert run.returncode == 1
    assert "check the network" in run.stderr
    assert "Traceback" not in run.stderr


def test_serve_says_when_the_port_it_is_watched_on_is_taken(tmp_path: Path) -> None:
    port = free_port()
    with slack() as fake, socket.create_server(("0.0.0.0", port)):
        api = fake.api_url
        run = served(tmp_path, SLACK_APP_TOKEN=APP_TOKEN, PORT=str(port), SLACK_API_URL=api)

    assert run.returncode == 1
    assert f"Port {port}" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_second_bot_on_the_same_file_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    with slack() as fake, Program(fake, url):
        run = served(
            tmp_path,
            SLACK_SIGNING_SECRET="s",
            PORT=str(free_port()),
            SLACK_API_URL=fake.api_url,
        )

    assert run.returncode == 1
    assert "Another process already uses" in run.stderr
    assert "Traceback" not in run.stderr


def test_what_reads_and_writes_files_is_not_loaded_before_the_first() -> None:
    code = "import sys, bot.server; print({'docx', 'openpyxl'} & set(sys.modules) or 'neither')"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("neither\n", "")
