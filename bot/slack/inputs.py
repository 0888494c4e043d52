"""The inputs of forms, and what was typed into them.

An input's block_id is its field's name and a version ("target@7"): where a form is shown again with
newer values, Slack would otherwise go on showing what had been typed under the same block_id.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ConversationFilter,
    ConversationSelectElement,
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.conversation import storable
from bot.slack.pieces import escape, sections

_MOST = 3000  # characters that Slack takes in an input


def form(
    name: str, title: str, submit: str, blocks: list[Block], metadata: str, version: int | str = 0
) -> dict[str, Any]:
    """A form; `metadata` comes back with it, and `version` tells it from one shown before."""
    for block in blocks:
        if isinstance(block, InputBlock):
            block.block_id = f"{block.block_id}@{version}"
    view = View(
        type="modal", title=title, submit=submit, close="Cancel", callback_id=name, blocks=blocks
    )
    return {**view.to_dict(), "private_metadata": metadata}


def news(changed: Sequence[str]) -> list[Block]:
    """What others have changed since a form was made, in sentences."""
    if not changed:
        return []
    says = "\n".join(f"• {escape(one)}" for one in changed)
    return sections(
        f"*While you were typing*\n{says}\nWhat you typed is still below. Save again to keep it."
    )


def told(title: str, says: str) -> dict[str, Any]:
    """A modal that only says something."""
    return told_formatted(title, escape(says))


def told_formatted(title: str, says: str) -> dict[str, Any]:
    """A modal that only says something, in Slack's formatting."""
    return View(type="modal", title=title, close="Close", blocks=sections(says)).to_dict()


def input_block(
    name: str,
    label: str,
    element: InputInteractiveElement,
    *,
    optional: bool = True,
    hint: str | None = None,
) -> InputBlock:
    element.action_id = name
    return InputBlock(block_id=name, label=label, element=element, optional=optional, hint=hint)


def text_input(
    name: str,
    label: str,
    held: Mapping[str, Any],
    *,
    optional: bool = True,
    long: bool = False,
    hint: str | None = None,
) -> InputBlock:
    value = held.get(name)
    element = PlainTextInputElement(
        initial_value=value or None,
        multiline=long,
        max_length=_MOST,
    )
    return input_block(name, label, element, optional=optional, hint=hint)


def number_input(
    name: str, label: str, held: Mapping[str, Any], *, hint: str | None = None
) -> InputBlock:
    """A whole number, as text."""
    element = NumberInputElement(is_decimal_allowed=False, initial_value=held.get(name))
    return input_block(name, label, element, hint=hint)


def day_input(
    name: str, label: str, held: Mapping[str, Any], *, hint: str | None = None
) -> InputBlock:
    value = held.get(name)
    element = DatePickerElement(initial_date=value.isoformat() if value else None)
    return input_block(name, label, element, hint=hint)


def choice_input(
    name: str,
    label: str,
    held: Mapping[str, Any],
    options: Mapping[Any, str],
    *,
    optional: bool = True,
    hint: str | None = None,
) -> InputBlock:
    offered = {str(value): Option(value=str(value), text=text) for value, text in options.items()}
    element = StaticSelectElement(
        options=list(offered.values()),
        initial_option=offered.get(held.get(name) or ""),
    )
    return input_block(name, label, element, optional=optional, hint=hint)


def channel_input(name: str, label: str, *, hint: str) -> InputBlock:
    """A channel of this workspace alone: no direct message, none shared with another workspace."""
    which = ConversationFilter(
        include=["public", "private"], exclude_bot_users=True, exclude_external_shared_channels=True
    )
    element = ConversationSelectElement(filter=which)
    return input_block(name, label, element, optional=False, hint=hint)


def person_input(name: str, label: str, held: Mapping[str, Any]) -> InputBlock:
    return input_block(name, label, UserSelectElement(initial_user=held.get(name)))


# --- what was typed -------------------------------------------------------------------------


def submitted(view: Mapping[str, Any]) -> dict[str, Any]:
    """What a form's inputs hold, by field: text or None, a date, or a sorted list of values."""
    values = view.get("state", {}).get("values", {})
    return {
        block_id.partition("@")[0]: _value(element)
        for block_id, elements in values.items()
        for element in elements.values()
    }


def block_ids(view: Mapping[str, Any]) -> dict[str, str]:
    """The block_id of each field's input, to say there what is wrong."""
    found = [str(b["block_id"]) for b in view.get("blocks", []) if b.get("type") == "input"]
    return {block_id.partition("@")[0]: block_id for block_id in found}


def input_labels(view: Mapping[str, Any]) -> dict[str, str]:
    """The label of each input for words, by field."""
    return {
        str(b["block_id"]).partition("@")[0]: str(b["label"]["text"])
        for b in view.get("blocks", [])
        if b.get("type") == "input" and b["element"]["type"] == "plain_text_input"
    }


def shown(view: Mapping[str, Any]) -> dict[str, Any]:
    """What a form's inputs held before anything was typed, by field, as `submitted` has it."""
    found = {}
    for block in view.get("blocks", []):
        if block.get("type") == "input":
            element = block["element"]
            first = {"type": element["type"]}
            for key, value in element.items():
                if key.startswith("initial_"):
                    name = key.removeprefix("initial_")
                    first |= {name: value, f"selected_{name}": value}
            block_id = block["block_id"]
            found[block_id.partition("@")[0]] = _value(first)
    return found


def _value(element: Mapping[str, Any]) -> Any:
    kind = element.get("type")
    if kind in ("multi_static_select", "checkboxes"):
        return sorted(option["value"] for option in element.get("selected_options") or [])
    if kind == "static_select":
        return (element.get("selected_option") or {}).get("value")
    if kind == "multi_users_select":
        return list(element.get("selected_users") or [])
    if kind == "users_select":
        return element.get("selected_user")
    if kind == "conversations_select":
        return element.get("selected_conversation")
    if kind == "datepicker":
        day = element.get("selected_date")
        return date.fromisoformat(day) if day else None
    return plain_text(element.get("value"))


def plain_text(text: str | None) -> str | None:
    return storable(text or "").strip()[:_MOST] or None
