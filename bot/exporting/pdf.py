"""The plan as .pdf: tagged, on A4 across, as `bot/data/plan.typ` sets it."""

import re
from dataclasses import asdict

from bot import typesetting
from bot.exporting.printed import as_printed
from bot.plan_document import PlanDocument

# A word longer than this may be broken anywhere, lest it runs into the next column; in the narrow
# column of references a shorter one, too.
_LONGEST_WORD, _LONGEST_REFERENCE = 18, 8
_BREAK_HERE = "\u200b"


def page_description(document: PlanDocument) -> bytes:
    """The document as PDF."""
    return typesetting.pdf("plan", _breakable(asdict(as_printed(document))))


def _breakable(data: object, key: str = "", longest: int = _LONGEST_WORD) -> object:
    if isinstance(data, dict):
        return {name: _breakable(value, name, longest) for name, value in data.items()}
    if isinstance(data, list | tuple):
        first = _LONGEST_REFERENCE if key == "cells" else longest
        return [_breakable(part, "", longest if n else first) for n, part in enumerate(data)]
    if isinstance(data, str) and key != "link":
        long_word = rf"\S{{{longest + 1},}}"
        return re.sub(long_word, lambda word: _BREAK_HERE.join(word[0]), data)
    return data
