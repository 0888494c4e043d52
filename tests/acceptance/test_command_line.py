"""The command line, as the program that people start."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.bots import free_port

ROOT = Path(__file__).resolve().parents[2]
SEED = [
    "AFI 1",
    "Undertake a review of the software developer apprenticeship learning resources",
    "Learning resources have been improved to support learners",
    "because apprentices are moving from the framework to the standard, we want achievement to "
    "rise from 54% to 65% by July 2027, from the QAR dashboard",
    "60% on track at the February review",
    "agree",
]


def sowhat(
    *words: str, typed: str = "", home: Path | None = None, **settings: str
) -> "subprocess.CompletedProcess[str]":
    folder = home or ROOT
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        input=typed,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
        timeout=120,
    )


def one_sentence(run: "subprocess.CompletedProcess[str]") -> str:
    """What stands on stderr, which must be no more than a line and no traceback."""
    assert run.returncode in (1, 2), run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1, run.stderr
    return run.stderr.strip()


# --- try --------------------------------------------------------------------------------------


def test_replies_from_a_pipe_end_in_an_agreed_action_and_the_plan(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'trial.db'}"
    words = ("try", "--db", url, "--today", "2026-11-23")

    first = sowhat(*words, typed="\n".join(SEED))
    again = sowhat(*words)

    assert first.returncode == 0, first.stderr
    assert "not what learners gain" in " ".join(first.stdout.split())
    assert "54% → 65%" in first.stdout
    assert "2 agreed actions" in first.stdout
    assert again.returncode == 0
    assert "A-2  Undertake a review" in again.stdout


def test_an_interview_cut_short_is_carried_on_by_the_next_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'trial.db'}"
    words = ("try", "--db", url, "--today", "2026-11-23")

    first = sowhat(*words, typed="\n".join(SEED[:3]))
    second = sowhat(*words, typed="\n".join(["yes", *SEED[3:]]))

    assert "carry on" in first.stdout
    assert "You left an action unfinished" in second.stdout
    assert "2 agreed actions" in second.stdout


def test_a_new_interview_can_be_begun_instead(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'trial.db'}"
    words = ("try", "--db", url, "--today", "2026-11-23")
    sowhat(*words, typed="\n".join(["AFI 2", "Text parents daily"]))

    second = sowhat(*words, typed="\n".join(SEED))

    assert "2 agreed actions" in second.stdout
    assert "Undertake a review" in second.stdout


def test_the_plan_is_kept_in_the_persons_own_folder_by_default(tmp_path: Path) -> None:
    run = sowhat("try", HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "data"))

    assert run.returncode == 0
    assert str(tmp_path) in run.stdout.replace("\n", "")
    assert list(tmp_path.rglob("sowhat.db"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("try", "--db", "mysql://u:secret@h/x"), "mysql"),
        (("try", "--db", "sqlite:////proc/none/app.db"), "cannot be made"),
        (("try", "--db", "postgresql://u:secret@127.0.0.1:1/x"), "cannot be reached"),
        (("try", "--today", "soon"), "--today"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(words: tuple[str, ...], says: str) -> None:
    sentence = one_sentence(sowhat(*words))

    assert says in sentence
    assert "secret" not in sentence


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


@pytest.mark.parametrize("line", ["not json", "[]", '{"id": 1}', '{"said": 7}', "[" * 5000])
def test_assess_names_the_line_it_cannot_read(line: str) -> None:
    run = sowhat("assess", typed=f'{{"said": "ok"}}\n{line}\n')

    assert "Line 2" in one_sentence(run)
    assert run.returncode == 2


# --- migrate, doctor, serve -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrate_and_doctor_work_on_both_databases(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    if kind == "postgresql":
        url = request.getfixturevalue("empty_postgres_url")

    empty = sowhat("doctor", DATABASE_URL=url)
    migrated = sowhat("migrate", DATABASE_URL=url)
    well = sowhat("doctor", DATABASE_URL=url)

    assert "run sowhat migrate" in empty.stdout
    assert (migrated.returncode, well.returncode) == (0, 0)
    assert "ok       Database" in well.stdout
    assert "not set  Slack" in well.stdout


def test_doctor_says_what_is_wrong_with_slack(tmp_path: Path) -> None:
    from tests.support.bots import slack
    from tests.support.slack_payloads import BOT_TOKEN

    url = f"sqlite:///{tmp_path / 'app.db'}"
    sowhat("migrate", DATABASE_URL=url)
    with slack() as fake:
        settings = {"DATABASE_URL": url, "SLACK_API_URL": fake.api_url}
        right = sowhat("doctor", SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_SIGNING_SECRET="s", **settings)
        wrong = sowhat("doctor", SLACK_BOT_TOKEN="xoxb-wrong", **settings)

    assert right.returncode == 0, right.stdout
    assert "ok       Slack scopes" in right.stdout
    assert wrong.returncode == 1
    assert "invalid_auth" in wrong.stdout and "xoxb-wrong" not in wrong.stdout


def test_serve_names_the_setting_that_is_missing() -> None:
    assert "SLACK_BOT_TOKEN" in one_sentence(sowhat("serve"))
    assert "SLACK_SIGNING_SECRET" in one_sentence(sowhat("serve", SLACK_BOT_TOKEN="xoxb-1"))
    assert "PORT" in one_sentence(sowhat("serve", SLACK_BOT_TOKEN="xoxb-1", PORT="abc"))


def test_serve_says_when_its_port_is_taken(tmp_path: Path) -> None:
    port = free_port()
    with socket.create_server(("0.0.0.0", port)):
        run = sowhat(
            "serve",
            SLACK_BOT_TOKEN="xoxb-1",
            SLACK_SIGNING_SECRET="s",
            PORT=str(port),
            DATABASE_URL=f"sqlite:///{tmp_path / 'app.db'}",
        )

    assert run.returncode == 1
    assert f"Port {port}" in run.stderr
    assert "Traceback" not in run.stderr
