"""What the pages name is there: links, headings, files, commands, settings, what /qip knows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.cli import app
from bot.coaching.criteria import CRITERIA
from bot.coaching.measures import MEASURES
from bot.coaching.review import CHECKS
from bot.metrics import REGISTRY
from bot.settings import Settings
from tests.docs import reference
from tests.docs.pages import anchors, blocks, documents, links, name, pages, spans, without_blocks
from tests.support.bots import ROOT

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
SETTINGS = {setting.upper() for setting in Settings.model_fields}


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        is_lost = not there.exists() or (anchor and anchor not in anchors(there))
        lost += [target] if is_lost else []
    assert lost == []


def test_every_page_is_in_the_map_or_in_the_list_of_decisions() -> None:
    docs = ROOT / "docs"
    lists = (docs / "index.md", docs / "decisions" / "README.md")
    listed = {(one.parent / to.partition("#")[0]).resolve() for one in lists for to in links(one)}
    assert {name(page) for page in set(docs.rglob("*.md")) - listed} == {"docs/index.md"}


@pytest.mark.parametrize("page", documents(), ids=name)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = re.findall(
        r"`((?:bot|docs|prompts|storage|tests|deploy)/[\w/.-]+\.\w+)`", page.read_text("utf-8")
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


def said_to_sowhat(page: Path) -> list[list[str]]:
    """The words after each `sowhat` that a page has in backticks or in a block of commands.

    Where it does not begin the line a user or a database may be called so: there it counts only
    with a command of ours behind it.
    """
    texts = spans(page) + [b.text.replace("\\\n", " ") for b in blocks(page) if b.language == "sh"]
    found = []
    for line in (line.partition(" #")[0] for text in texts for line in text.splitlines()):
        for simple in re.split(r"&&|[;|()]", line):
            before, is_there, after = simple.strip().partition("sowhat ")
            begins = before == "" or before.endswith("bin/") and " " not in before
            if is_there and (begins or after.split()[0] in COMMANDS):
                found.append(after.split())
    return found


def unknown_words(words: list[str]) -> list[str]:
    """What of a command line is no command of ours, and none of that command's options."""
    first, *rest = words
    if first in ("COMMAND", "--help"):
        return []
    if first not in COMMANDS:
        return [first]
    options = {option for param in COMMANDS[first].params for option in param.opts} | {"--help"}
    typed = {word.strip("[]").partition("=")[0] for word in rest}
    return sorted(word for word in typed if word.startswith("--") and word not in options)


@pytest.mark.parametrize("page", documents(), ids=name)
def test_every_command_and_option_is_there(page: Path) -> None:
    wrong = {" ".join(words): unknown_words(words) for words in said_to_sowhat(page)}
    assert {words: unknown for words, unknown in wrong.items() if unknown} == {}


def test_a_command_that_is_not_there_would_be_found() -> None:
    assert unknown_words(["dance"]) == ["dance"]
    assert unknown_words(["review", "--json", "--yaml"]) == ["--yaml"]


@pytest.mark.parametrize("page", documents(), ids=name)
def test_every_setting_that_is_named_is_one(page: Path) -> None:
    starts = "|".join(sorted({setting.partition("_")[0] for setting in SETTINGS if "_" in setting}))
    named = set(re.findall(rf"\b(?:{starts})_[A-Z_]+\b", page.read_text("utf-8")))
    assert named - SETTINGS == set()


def test_the_reference_is_what_the_code_says() -> None:
    """`make docs` makes it anew."""
    made, folder = reference.written(), reference.FOLDER
    assert {page.name for page in folder.glob("*.md")} == set(made)
    wrong = [page for page, text in made.items() if (folder / page).read_text("utf-8") != text]
    assert wrong == []


def test_every_setting_has_a_row_that_says_what_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", reference.settings(), re.M)
    assert {setting for setting, says in rows if len(says) > 20} == SETTINGS


def test_every_command_and_every_order_of_qip_is_in_the_reference() -> None:
    page = reference.commands()
    assert set(re.findall(r"^## sowhat (\w+)$", page, re.M)) == set(COMMANDS)
    (command,) = json.loads((ROOT / "manifest.json").read_text("utf-8"))["features"][
        "slash_commands"
    ]
    orders = set(command["usage_hint"].split(" | "))
    assert set(re.findall(r"^\| `/qip (\w+)` \|", page, re.M)) == orders
    for document in documents():
        named = re.findall(r"`/qip ([a-z]+)", document.read_text("utf-8"))
        assert set(named) - orders == set(), name(document)
    slack = (ROOT / "docs" / "how-to" / "in-slack.md").read_text("utf-8")
    assert [order for order in orders if f"`{order}`" not in slack] == []


def test_the_table_of_metrics_has_all_of_them() -> None:
    page = (ROOT / "docs" / "how-to" / "watching.md").read_text("utf-8")
    listed = {m.removesuffix("_total") for m in re.findall(r"^\| `(\w+)", page, re.M)}
    # The queues are counted in the database when somebody asks.
    there = {family.name for family in REGISTRY.collect()}
    assert listed == there | {"sowhat_waiting", "sowhat_queue_age_seconds"}


def test_the_readme_counts_right_and_is_short() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert f"{len(CHECKS)} checks" in text and f"[{len(MEASURES)} measures]" in text
    assert len(CRITERIA) == 12 and "[twelve criteria]" in text
    assert len(text.splitlines()) <= 120


@pytest.mark.parametrize("page", documents(), ids=name)
def test_nobody_is_shouted_at(page: Path) -> None:
    prose = re.sub(r"`[^`]*`|<!--.*?-->|!\[", "", without_blocks(page), flags=re.S)
    assert "!" not in prose
