"""compose.yaml and Dockerfile name what exists, and hold no secret."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
BOTS = {name: service for name, service in SERVICES.items() if service.get("image") == "so-what"}
DRAIN_SECONDS = 20


def test_one_process_runs_by_itself_and_three_services_with_the_profile() -> None:
    alone = [name for name, service in SERVICES.items() if "profiles" not in service]
    assert alone == ["so-what-1"]
    assert set(SERVICES) == {"so-what-1", "so-what-2", "postgres"}
    assert all(SERVICES[name]["profiles"] == ["scale"] for name in set(SERVICES) - set(alone))


def test_every_name_in_the_environment_is_a_setting() -> None:
    known = {name.upper() for name in Settings.model_fields}
    for bot in BOTS.values():
        assert set(bot["environment"]) <= known
        assert bot["env_file"] == ".env"


def test_every_process_has_an_executor_id_of_its_own() -> None:
    ids = {name: bot["environment"]["EXECUTOR_ID"] for name, bot in BOTS.items()}
    assert ids == {"so-what-1": "so-what-1", "so-what-2": "so-what-2"}
    assert len({bot["ports"][0].split(":")[1] for bot in BOTS.values()}) == 2


def filled(template: str, **env: str) -> str:
    """What Compose makes of it, as far as this file goes: ${A:+…} and ${A:-…}, one in another."""
    pattern = re.compile(r"\$\{(\w+)(?:(:[+-])([^${}]*))?\}")
    while found := pattern.search(template):
        name, how, words = found.groups()
        value = env.get(name, "")
        value = (words if value else "") if how == ":+" else value or words or ""
        template = template[: found.start()] + value + template[found.end() :]
    return template


@pytest.mark.parametrize("name", BOTS)
def test_both_processes_are_on_one_database_or_the_second_has_none(name: str) -> None:
    url = BOTS[name]["environment"]["DATABASE_URL"]
    postgres = "postgresql+psycopg://sowhat:pw@postgres/sowhat"
    assert filled(url, POSTGRES_PASSWORD="pw") == postgres
    assert filled(url) == {"so-what-1": "", "so-what-2": postgres.replace("pw@", "@")}[name]


def test_it_is_asked_whether_it_is_ready_and_is_given_time_to_stop() -> None:
    for bot in BOTS.values():
        port = bot["environment"]["PORT"]
        assert f"127.0.0.1:{port}/readyz" in bot["healthcheck"]["test"][-1]
        compile(bot["healthcheck"]["test"][-1], "healthcheck", "exec")
        assert int(bot["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS
        assert int(bot["ports"][0].split(":")[-1]) == int(port)


def test_nothing_secret_stands_there() -> None:
    assert not re.search(r"xox[a-z]-|xapp-|sk-|(?i:token|secret|_key)\s*[:=]", COMPOSE)
    assert set(re.findall(r"PASSWORD: (.*)", COMPOSE)) == {'"${POSTGRES_PASSWORD:-}"'}


def test_the_image_holds_every_package_and_what_it_is_installed_from() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = {
        each.removesuffix("*")
        for each in project["tool"]["setuptools"]["packages"]["find"]["include"]
    }
    needed |= {"pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]}
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    copied = {
        word
        for line in re.findall(r"^COPY (?!--)(.*) \S+$", dockerfile, re.M)
        for word in line.split()
    }
    let_in = {
        line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").split() if line[0] == "!"
    }
    assert copied == needed == let_in
    assert re.search(r"^USER (?!root)", dockerfile, re.M)
