"""The plan as .pdf: tagged, on A4 across, as `bot/data/plan.typ` sets it."""

import re
from dataclasses import asdict

from bot import typesetting
from bot.exporting.printed import as_printed
from bot.plan_document import PlanDocument

# A word longer than this may be broken anywhere, lest it runs into the next column.
_LONG_WORD = re.compile(r"\S{19,}")
_BREAK_HERE = "\u200b"


def page_description(document: PlanDocument) -> bytes:
    """The document as PDF."""
    return typesetting.pdf("plan", _breakable(asdict(as_printed(document))))


def _breakable(data: object, key: str = "") -> object:
    if isinstance(data, dict):
        return {name: _breakable(value, name) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_breakable(value) for value in data]
    if isinstance(data, str) and key != "link":
        return _LONG_WORD.sub(lambda word: _BREAK_HERE.join(word[0]), data)
    return data
