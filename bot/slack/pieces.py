"""The pieces that screens are made of: data in, Block Kit out."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)

from storage.models import Action
from storage.vocabulary import Every

SECTION_TEXT = 2900  # Slack takes 3,000 characters
BUTTON_TEXT = OPTION_TEXT = 75
_MOST_OPTIONS = 100
# Prefix of the action_id of every button that does or opens something; the verb follows, and what
# makes it the only one of its screen.
DO = "do"
HOW_OFTEN = {
    Every.WEEK: "Every week",
    Every.MONTH: "Every month",
    Every.HALF_TERM: "Every half-term",
}
_T = TypeVar("_T")


def mrkdwn(text: str) -> MarkdownTextObject:
    """Text with Slack's formatting, already escaped.

    Verbatim: Slack makes nothing out of plain words that look like a channel or an address.
    """
    return MarkdownTextObject(text=text, verbatim=True)


def sections(text: str) -> list[Block]:
    """The text in as many sections as it needs, cut between lines where that is possible."""
    return [SectionBlock(text=mrkdwn(part)) for part in _parts(text)]


def small(text: str) -> ContextBlock:
    """A line in small print."""
    return ContextBlock(elements=[mrkdwn(text[:SECTION_TEXT])])


def do_button(
    label: str,
    verb: str,
    value: dict[str, Any],
    *,
    spoken: str | None = None,
    only: str | int = "",
    style: str | None = None,
) -> ButtonElement:
    """A button that does `verb` to what `value` names; `spoken` is what a screen reader says."""
    return ButtonElement(
        text=PlainTextObject(text=label[:BUTTON_TEXT]),
        action_id=f"{DO}:{verb}:{only}",
        value=json.dumps(value),
        style=style,
        accessibility_label=(spoken or label)[:BUTTON_TEXT],
    )


def open_button(action: Action, only: str = "", label: str = "Open") -> ButtonElement:
    """The button that leads from wherever an action is named to its card."""
    spoken = f"Open {action.reference}: {action.action or 'no action yet'}"
    value = {"action": action.id}
    return do_button(label, "open", value, spoken=spoken, only=only or str(action.id))


def talk_button(action: Action, spoken: str) -> ButtonElement:
    """The button that begins an interview about an action that is there."""
    return do_button(
        "Talk it over", "talk", {"action": action.id}, spoken=spoken, only=str(action.id)
    )


def ownership_buttons(action: Action) -> list[ButtonElement]:
    """What someone whom another has named as the owner may answer."""
    value, only = {"action": action.id}, str(action.id)
    accept, pass_on = f"Accept {action.reference}", f"{action.reference} is not mine"
    return [
        do_button("Accept", "accept", value, spoken=accept, only=only, style="primary"),
        do_button("Not mine", "not_mine", value, spoken=pass_on, only=only),
    ]


def open_any(actions: Sequence[Action], only: str) -> list[Block]:
    """A list to choose an action from, whose card then opens; nothing where there is none."""
    offered = [
        Option(
            value=json.dumps({"action": action.id}),
            text=short(f"{action.reference}: {action.action or 'no action yet'}", OPTION_TEXT),
        )
        for action in actions[:_MOST_OPTIONS]
    ]
    if not offered:
        return []
    chooser = StaticSelectElement(
        placeholder="Open an action", options=offered, action_id=f"{DO}:open:{only}"
    )
    return [ActionsBlock(elements=[chooser])]


def page_of(rows: Sequence[_T], page: int, size: int) -> tuple[int, Sequence[_T]]:
    """The page asked for, from 0, or the nearest one that there is; and its rows."""
    page = max(0, min(page, (len(rows) - 1) // size))
    return page, rows[page * size : (page + 1) * size]


def turns(
    name: str,
    says: str,
    page: int,
    rows: int,
    size: int,
    leads_to: Callable[[int], tuple[str, dict[str, Any], str | int]],
) -> list[Block]:
    """Where there is more than one page: which this is, after `says`, and how to turn it.

    `leads_to` gives the verb of the button to a page, what it carries and what makes it the only
    one.
    """
    if rows <= size:
        return []
    last = (rows - 1) // size
    buttons = []
    for label, to in (("Earlier", page - 1), ("More", page + 1)):
        if 0 <= to <= last:
            verb, value, only = leads_to(to)
            buttons.append(do_button(label, verb, value, spoken=f"{name}: {label}", only=only))
    return [small(f"{says} {page + 1} of {last + 1}"), ActionsBlock(elements=buttons)]


def as_dicts(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [block.to_dict() for block in blocks]


def short(text: str, most: int) -> str:
    """The text in at most so many characters, cut between words."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0][: most - 1].rstrip(" ,;:") + "…"


def _parts(text: str) -> list[str]:
    pieces = []
    while len(text) > SECTION_TEXT:
        cut = text.rfind("\n", 0, SECTION_TEXT)
        cut = cut if cut > 0 else SECTION_TEXT
        pieces.append(text[:cut])
        text = text[cut:].lstrip("\n")
    return [*pieces, text] if text.strip() else pieces


def escape(text: str) -> str:
    """Text that Slack shows as it is: no mention, link or formatting comes out of a person's words.

    A mention of one person ("<@U…>") stays one, because owners are named so.
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = re.sub(r"([*_~`])", "\u200b\\1", safe)
    return re.sub(r"&lt;@([UW][A-Z0-9]+)(?:\|[^&]*)?&gt;", r"<@\1>", safe)
