"""compose.yaml names what exists, keeps what runs in bounds, and holds no secret."""

import re
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


def test_it_is_given_time_to_stop_and_its_port_is_the_one_it_listens_on() -> None:
    for bot in BOTS.values():
        assert int(bot["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS
        assert int(bot["ports"][0].split(":")[-1]) == int(bot["environment"]["PORT"])


def test_it_may_write_only_to_its_data_and_to_tmp_and_may_become_nothing_more() -> None:
    for bot in BOTS.values():
        assert bot["read_only"] is True
        assert [mount.split(":")[0] for mount in bot["tmpfs"]] == ["/tmp"]
        assert bot["cap_drop"] == ["ALL"] and "cap_add" not in bot
        assert not {"privileged", "user", "pid", "network_mode"} & set(bot)
    for service in SERVICES.values():
        assert "no-new-privileges:true" in service["security_opt"]


def test_no_log_grows_without_end() -> None:
    for service in SERVICES.values():
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}


def test_only_this_machine_reaches_it() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published and all(port.startswith("127.0.0.1:") for port in published)


def test_nothing_secret_stands_there() -> None:
    assert not re.search(r"xox[a-z]-|xapp-|sk-|(?i:token|secret|_key)\s*[:=]", COMPOSE)
    assert set(re.findall(r"PASSWORD: (.*)", COMPOSE)) == {'"${POSTGRES_PASSWORD:-}"'}
