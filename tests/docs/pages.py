"""The Markdown pages of the project, and what stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.bots import ROOT

_FENCE = re.compile(r"^( *)```(\S*)[^\n]*\n(.*?)^\1```[^\S\n]*$", re.M | re.S)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A fenced block: its language, "" for none, and its text without the indent of the fence."""

    language: str
    text: str


def pages() -> list[Path]:
    """Every page: at the top, under docs, and beside code."""
    folders = ("docs", "prompts", "tests", "bot", "storage", "deploy")
    below = (page for folder in folders for page in (ROOT / folder).rglob("*.md"))
    return sorted([*ROOT.glob("*.md"), *below])


def documents() -> list[Path]:
    """What those read who use, run or change the bot: docs, and the top but for its history."""
    return [
        page
        for page in pages()
        if name(page).startswith("docs/") or (page.parent == ROOT and page.name != "CHANGELOG.md")
    ]


def name(page: Path) -> str:
    """How a page is called in messages of tests, and beside its links."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    found = []
    for indent, language, text in _FENCE.findall(page.read_text("utf-8")):
        lines = (line.removeprefix(indent) for line in text.splitlines(keepends=True))
        found.append(Block(language, "".join(lines)))
    return found


def without_blocks(page: Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))


def spans(page: Path) -> list[str]:
    """What stands in the line between backticks."""
    return [" ".join(s.split()) for s in re.findall(r"`([^`]+)`", without_blocks(page))]


def links(page: Path) -> Iterator[str]:
    """Where its links lead, those to the outside left out."""
    prose = re.sub(r"`[^`\n]*`", "", without_blocks(page))
    for target in _LINK.findall(prose):
        if not re.match(r"[a-z]+:", target):
            yield target


def anchors(page: Path) -> set[str]:
    """The anchors of its headings, as GitHub makes them."""
    made: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *$", without_blocks(page), re.M):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        times = sum(1 for one in made if re.fullmatch(rf"{re.escape(anchor)}(-\d+)?", one))
        made.add(f"{anchor}-{times}" if times else anchor)
    return made
