"""A plan in JSON, as we export it: taken exactly or not at all."""

import json
from typing import Any

from pydantic import ValidationError

from bot.importing.understood import FileRefused, Place, Understood
from bot.plan_document import PlanDocument

_NO_PLAN = (
    "This is JSON, but no plan in the form that is exported here. Send the plan as .xlsx, .docx or "
    ".csv instead."
)
_NO_JSON = "This file begins like JSON and cannot be read as that. Export it again and send that."
# What is wrong with a value, by the beginning of pydantic's name for it.
_WRONG: tuple[tuple[str, str], ...] = (
    ("missing", "is missing"),
    ("date", "is not a date"),
    ("timezone", "is not a date"),
    ("enum", "is none of the words that can stand there"),
    ("string_pattern", "is not written like 2026/27"),
    ("string", "is not text"),
    ("int", "is not a whole number"),
    ("bool", "is neither true nor false"),
    ("tuple", "is not a list"),
    ("model", "is not written as one"),
)


def read(content: bytes) -> Understood:
    """The plan of a JSON file. Raises `FileRefused`, and says where something is wrong."""
    try:
        text = content.decode("utf-8-sig")
        keys = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileRefused(_NO_JSON) from error
    if not isinstance(keys, dict) or not {"actions", "sar_items", "themes"} & set(keys):
        raise FileRefused(_NO_PLAN)
    try:
        document = PlanDocument.model_validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise FileRefused(f"{_where(first['loc'])} {_what(first['type'])}.") from error
    places = {
        f"item {n}": Place(f"sar_items, number {n + 1}") for n in range(len(document.sar_items))
    }
    places |= {
        f"action {n}": Place(f"actions, number {n + 1}") for n in range(len(document.actions))
    }
    return Understood(document, places, is_own=True)


def _places(called: str, key: str, count: int) -> dict[str, Place]:
    return {f"{called} {n}": Place(f"{key}, number {n + 1}") for n in range(count)}


def _where(parts: tuple[Any, ...]) -> str:
    """("actions", 2, "due") as "actions, number 3: due"."""
    told = ""
    for part in parts:
        if isinstance(part, int):
            told += f", number {part + 1}"
        else:
            told += f"{': ' if told else ''}{part}"
    return told or "The plan"


def _what(kind: str) -> str:
    return next((says for start, says in _WRONG if kind.startswith(start)), "cannot be read")
