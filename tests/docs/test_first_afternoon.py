"""The tutorial for quality leads, held against what the bot says when its steps are done."""

import re
from pathlib import Path

from tests.docs.afternoon import STEPS, afternoon
from tests.support.bots import ROOT

PAGE = ROOT / "docs" / "tutorials" / "first-afternoon.md"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def quoted(page: str) -> list[str]:
    """What stands in each block that is set apart with `>`."""
    blocks = re.findall(r"(?:^>.*\n)+", page, re.M)
    return [_one_line(re.sub(r"^>", "", block, flags=re.M)) for block in blocks]


def boxed(page: str) -> list[str]:
    """What people type: the grey boxes."""
    return [_one_line(box) for box in re.findall(r"^```text\n(.*?)^```$", page, re.M | re.S)]


def test_every_sentence_and_label_of_the_page_is_on_a_screen(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    with afternoon(tmp_path) as day:
        for step in STEPS:
            step(day)
        shown, typed = _one_line(day.shown()), [_one_line(text) for text in day.typed]

    assert [quote for quote in quoted(page) if quote not in shown] == []
    # The tabs of the bot are Slack's own.
    labels = {_one_line(label) for label in re.findall(r"\*\*(.+?)\*\*", page, re.S)}
    assert {label for label in labels if f"[{label}]" not in shown} == {
        "bold",
        "Home",
        "Messages",
    }
    assert boxed(page) == typed
    assert len(quoted(page)) > 20 and len(typed) > 7
