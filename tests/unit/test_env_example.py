""".env.example names every setting once, says what holds without it, and sets nothing."""

import re
from collections import Counter
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from bot.settings import Settings, SettingsInvalid, for_slack, load_settings
from tests.unit.test_compose import COMPOSE

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"
LINES = EXAMPLE.read_text("utf-8").splitlines()
NAMED = [found for line in LINES if (found := re.fullmatch(r"#([A-Z_]+)=(.*)", line))]
SETTINGS = {name.upper(): field for name, field in Settings.model_fields.items()}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


def test_it_names_every_setting_once_and_what_compose_asks_for() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    assert Counter(found[1] for found in NAMED) == Counter({*SETTINGS, *asked})


def test_each_has_a_line_above_it_that_says_what_it_is() -> None:
    for line, name in zip(LINES, LINES[1:], strict=False):
        if re.fullmatch(r"#[A-Z_]+=.*", name):
            assert re.match(r"# \w", line), name


def test_it_shows_what_holds_without_it() -> None:
    for found in NAMED:
        if found[2]:
            assert found[2] == f"{SETTINGS[found[1]].default}", found[1]
    shown = {found[1] for found in NAMED if found[2]}
    plain = {
        name
        for name, field in SETTINGS.items()
        if field.default is not None and field.default is not PydanticUndefined
    }
    assert shown == plain


def test_copied_unchanged_it_sets_nothing_and_serves_nobody() -> None:
    settings = load_settings(EXAMPLE)
    assert settings == load_settings(None)
    assert settings.model_fields_set == set()
    with pytest.raises(SettingsInvalid, match="SLACK_BOT_TOKEN is not set"):
        for_slack(settings)


def test_with_every_mark_taken_away_it_is_still_right(tmp_path: Path) -> None:
    bare = tmp_path / ".env"
    bare.write_text("\n".join(line.removeprefix("#") for line in LINES if "=" in line), "utf-8")
    kept = load_settings(bare).model_dump()
    assert kept == load_settings(None).model_dump()
