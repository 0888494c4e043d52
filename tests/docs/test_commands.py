"""The commands of README and docs, run as they are written, on a machine that does not know us."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.settings import Settings
from storage.database import Database
from storage.providers import ensure_person
from tests.docs.pages import blocks, documents, name
from tests.support.bots import ROOT, program_environment, slack
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import APP_TOKEN, BOT_TOKEN

# What begins a line that cannot be run here, and why. It is checked for its syntax all the same,
# and test_pages checks the commands and options of ours in it.
NOT_RUN = {
    "python3 -m venv": "makes a virtual environment; .ci/run does it with README's own line",
    ".venv/bin/pip install": "installs from a package index; .ci/run does",
    ".venv/bin/sowhat serve": "stays; tests/acceptance/test_command_line.py starts and stops it",
    "sudo": "changes the machine",
    "cd /opt/": "is of a machine that has been set up so",
    "journalctl": "needs systemd",
    "systemctl": "needs systemd",
    "docker": "needs Docker",
    "kubectl": "needs Kubernetes",
    "pg_dump": "needs a PostgreSQL server of one's own",
    "pg_restore": "needs a PostgreSQL server of one's own",
    "createdb": "needs a PostgreSQL server of one's own",
    "cd /var/lib/": "is of a machine that has been set up so",
    "cp /backups/sowhat-2026-11-23.db sowhat.db": "gives the file to a user whom it does not have",
    ".venv-test/bin/python -m tests.": "is for developers, and takes minutes",
    "make": "is for developers; .ci/run does it",
}
PAGES = [page for page in documents() if any(b.language == "sh" for b in blocks(page))]
# What somebody types into a command that asks: the interview of the trial, left at once.
TYPED = "stop\n"
PERSON = "U012AB3CD"
# Folders of the whole machine that a page names, which stand in the clean folder instead.
OF_THE_MACHINE = ("/backups", "/tmp/try")


def unrunnable(line: str) -> str | None:
    """Why a line is not run here, None where it is."""
    return next((why for start, why in NOT_RUN.items() if line.strip().startswith(start)), None)


def in_folder(line: str, folder: Path) -> str:
    """A line whose folders of the whole machine are in this one."""
    for path in OF_THE_MACHINE:
        line = line.replace(path, f"{folder}{path}")
    return line


def lines(text: str) -> list[str]:
    """The lines of a block, with those put together that a backslash parts."""
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def sh(*words: str, cwd: Path, env: dict[str, str], typed: str = "") -> tuple[int, str]:
    done = subprocess.run(
        ["bash", *words], cwd=cwd, env=env, input=typed, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeSlack]:
    with slack() as running:
        yield running


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the plan of a trial, and in it one person whom a page may name."""
    folder = tmp_path_factory.mktemp("tried")
    env = program_environment(XDG_DATA_HOME=str(folder))
    trial = [sys.executable, "-m", "bot", "try"]
    subprocess.run(trial, env=env, cwd=folder, input=b"stop", check=True, capture_output=True)
    database = Database(f"sqlite:///{folder / 'sowhat' / 'sowhat.db'}")
    with database.writing() as session:
        person = ensure_person(session, "trial", PERSON, "Priya Shah")
        person.profile_at = datetime.now(UTC)
    database.close()
    return folder


@pytest.fixture
def machine(tmp_path: Path, fake: FakeSlack, tried: Path) -> tuple[Path, dict[str, str]]:
    """A folder like a clone, with the program installed, and the environment of a new home."""
    clone, home = tmp_path / "sowhat", tmp_path / "home"
    programs = clone / ".venv" / "bin"
    programs.mkdir(parents=True)
    home.mkdir()
    shutil.copytree(tried, home / "data")
    for entry in ROOT.iterdir():
        if not entry.name.startswith(".") or entry.name == ".env.example":
            (clone / entry.name).symlink_to(entry)
    (clone / "backups").mkdir()
    (clone / "tmp").mkdir()
    (clone / ".env").touch()
    for program, words in (("sowhat", "-m bot"), ("python", "")):
        file = programs / program
        file.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', encoding="utf-8")
        file.chmod(0o755)
    env = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": program_environment()["PYTHONPYCACHEPREFIX"],
        "SLACK_API_URL": fake.api_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
    }
    return clone, env


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_commands_of_a_page_run_as_written(
    page: Path, machine: tuple[Path, dict[str, str]]
) -> None:
    clone, env = machine
    for block in (b for b in blocks(page) if b.language == "sh"):
        code, said = sh("-n", "-c", block.text, cwd=clone, env=env)
        assert code == 0, f"{block.text}\n{said}"
        for line in lines(block.text):
            if unrunnable(line) is None:
                command = in_folder(line, clone)
                code, said = sh("-euo", "pipefail", "-c", command, cwd=clone, env=env, typed=TYPED)
                assert code == 0, f"{line}\n{said}"


def test_most_commands_are_run_and_no_reason_not_to_is_left_over() -> None:
    texts = [block.text for page in PAGES for block in blocks(page) if block.language == "sh"]
    every = [line.strip() for text in texts for line in lines(text)]
    assert sum(unrunnable(line) is None for line in every) > 20
    assert [start for start in NOT_RUN if not any(one.startswith(start) for one in every)] == []


def test_every_setting_in_a_page_s_env_file_is_one() -> None:
    known = {setting.upper() for setting in Settings.model_fields} | {"POSTGRES_PASSWORD"}
    for page in documents():
        for block in blocks(page):
            if block.language == "" and re.fullmatch(r"(\s*[A-Z_]+=.*\n)+", block.text):
                assert set(re.findall(r"^\s*([A-Z_]+)=", block.text, re.M)) <= known, name(page)
