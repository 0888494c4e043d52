"""What was understood of a file, as lines that a test can state whole and a person can read."""

from datetime import date, datetime
from enum import Enum
from typing import Any

from bot.importing.understood import Understood


def told(understood: Understood) -> list[str]:
    """A line for each item, action, thing not placed, cell left empty and owner unsure."""
    document = understood.document
    lines = [f"year {document.academic_year}"] if document.academic_year else []
    lines += [f"theme {theme.rank}: {theme.name}" for theme in document.themes]
    for number, item in enumerate(document.sar_items):
        place = understood.places[f"item {number}"]
        known = item.model_dump(exclude={"reference", "kind", "judgement"})
        kind = "AFI" if item.kind == "area_for_improvement" else "strength"
        reference = f" {item.reference}" if item.reference else ""
        lines.append(f"{place}: {kind}{reference}: {item.judgement}{_rest(known)}")
    for number, action in enumerate(document.actions):
        place = understood.places[f"action {number}"]
        known = action.model_dump(exclude={"action", "findings"})
        if known["status"] == "draft":
            del known["status"]
        lines.append(f"{place}: action: {action.action}{_rest(known)}")
    lines += [f"{n.place}: not placed: {_line(n.text)} ({n.why})" for n in understood.not_placed]
    lines += [f"{n.place}: empty: {_line(n.text)} ({n.why})" for n in understood.left_empty]
    lines += [f"action {number}: unsure: {text}" for number, text in understood.owners_unsure]
    lines += [f"action {number}: e-mail: {text}" for number, text in understood.emails.items()]
    return [_line(line) for line in lines]


def _rest(known: dict[str, Any]) -> str:
    said = [f"{name}={_value(value)}" for name, value in known.items() if value not in (None, ())]
    return f" [{'; '.join(said)}]" if said else ""


def _value(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%MZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return " + ".join(_value(each) for each in value)
    if isinstance(value, dict):
        parts = [_value(each) for each in value.values() if each not in (None, False)]
        return "/".join(parts)
    return str(value)


def _line(text: str) -> str:
    return text.replace("\n", " ¶ ")
