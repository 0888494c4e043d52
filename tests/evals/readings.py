"""All that the embedded coach reads in some of the cases: `python -m tests.evals.readings`.

`readings.txt` holds one in seven of the cases for building, of those that are read as their labels
say: some drawn by chance, and as many more as it takes for six to go through each branch of the
reader that any goes through. The rest that is read there has no label, and is held as it is, right
or wrong: a change of the rules shows in the lines what else it changes. Run as a program it writes
them anew; read the difference before you keep it.
"""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.coaching.assessment import without_table
from bot.coaching.measures import Measure
from bot.coaching.numbers import Figure
from bot.coaching.reading import Reading, read
from tests.evals import run

FILE = Path(__file__).with_name("readings.txt")
# The reply, what only a model fills in, and the reason, which nobody keeps without its driver.
_LEFT_OUT = {"text", "action_words", "impact_words", "measure_words", "reason"}


@lru_cache
def held() -> dict[str, str]:
    """The lines of the file, by the number of their case."""
    entries = FILE.read_text("utf-8").strip().split("\n\n")
    return {entry.partition(":")[0]: entry for entry in entries}


def told(number: str) -> str:
    """The lines of one case as it is read now."""
    case = _cases()[number]
    today = date.fromisoformat(case["today"])
    reading = read(without_table(case["said"]), today, action=case["action"], asked="impact")
    seen = "; ".join(_seen(reading)) or "nothing"
    return f"{number}: {case['said']!r}\n  about {case['action']!r} on {today}\n  = {seen}"


def _seen(reading: Reading) -> Iterator[str]:
    for field in fields(reading):
        value = getattr(reading, field.name)
        if field.name not in _LEFT_OUT and value not in (None, False, ()):
            yield field.name if value is True else f"{field.name} {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return " + ".join(_value(each) for each in value)
    if isinstance(value, Measure):
        return value.key
    if isinstance(value, Figure):
        known = "" if value.value is None else f" is {value.value:g}"
        return f"{value.text!r}{known} {value.unit or ''}".rstrip() + f" ({value.part})"
    if isinstance(value, Enum):
        return value.name.lower()
    return str(value)


@lru_cache
def _cases() -> dict[str, run.Case]:
    return {case["id"]: case for case in run.cases(held=False)}


if __name__ == "__main__":
    FILE.write_text("\n\n".join(map(told, held())) + "\n", "utf-8")
