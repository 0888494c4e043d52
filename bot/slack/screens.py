"""Screens: data in, Block Kit out. Nothing here talks to Slack or to the database."""

import json
import re
from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.coaching.draft import Draft, Setting
from bot.coaching.lines import draft_lines
from bot.coaching.state import Choice, Say
from bot.slack.incoming import ANSWER

_SECTION_TEXT = 2900  # Slack takes 3,000 characters
_BUTTON_TEXT = 75
_LONG_CHOICE = 40


def message(
    say: Say, number: int, draft: Draft, setting: Setting, pressed: str | None = None
) -> tuple[str, list[dict[str, object]]]:
    """The coach's words as a Slack message: the text that notifications read, and its blocks.

    `number` is that of this message in the interview, so that an old button is known as old;
    `pressed` names the button that led here.
    """
    blocks: list[Block] = []
    if pressed:
        blocks.append(ContextBlock(elements=[_mrkdwn(f"You chose “{escape(pressed)}”.")]))
    words, _, question = say.text.rpartition("\n") if say.shows_draft else (say.text, "", "")
    for part in _parts(escape(words)):
        blocks.append(SectionBlock(text=_mrkdwn(part)))
    if say.shows_draft:
        lines = "\n".join(
            f"*{name}:* {escape(value)}" for name, value in draft_lines(draft, setting)
        )
        blocks.append(DividerBlock())
        for part in _parts(lines):
            blocks.append(SectionBlock(text=_mrkdwn(part)))
        blocks.append(DividerBlock())
        for part in _parts(escape(question)):
            blocks.append(SectionBlock(text=_mrkdwn(part)))
    blocks += _choices(say.choices, number)
    if say.field in _CAN_SKIP and not say.choices:
        blocks.append(ActionsBlock(elements=[_button(Choice("Skip", "skip"), number, 0)]))
    text = escape(say.text)
    if say.shows_draft:
        text += "\n" + "\n".join(
            f"{name}: {escape(value)}" for name, value in draft_lines(draft, setting)
        )
    return text[:35_000], [block.to_dict() for block in blocks]


def _mrkdwn(text: str) -> MarkdownTextObject:
    # Verbatim: Slack makes nothing out of plain words that look like a channel or an address.
    return MarkdownTextObject(text=text, verbatim=True)


_CAN_SKIP = frozenset(  # fields a person may leave open
    "action linked impact measure baseline target evidence_source due driver milestone "
    "owner".split()
)


def _choices(choices: Sequence[Choice], number: int) -> list[Block]:
    if any(len(choice.label) > _LONG_CHOICE for choice in choices):
        return [
            SectionBlock(
                text=_mrkdwn(escape(choice.label)[:_SECTION_TEXT]),
                accessory=_button(choice, number, index, shows="Choose"),
            )
            for index, choice in enumerate(choices)
        ]
    if not choices:
        return []
    return [ActionsBlock(elements=[_button(c, number, i) for i, c in enumerate(choices)])]


def _button(choice: Choice, number: int, index: int, shows: str | None = None) -> ButtonElement:
    return ButtonElement(
        text=PlainTextObject(text=(shows or choice.label)[:_BUTTON_TEXT]),
        action_id=f"{ANSWER}:{index}",
        value=json.dumps({"reply": choice.reply[:1500], "number": number}),
        style="primary" if choice.reply == "agree" else None,
        accessibility_label=choice.label[:_BUTTON_TEXT],
    )


def _parts(text: str) -> list[str]:
    """The text in pieces that fit a section, cut between lines where that is possible."""
    pieces = []
    while len(text) > _SECTION_TEXT:
        cut = text.rfind("\n", 0, _SECTION_TEXT)
        cut = cut if cut > 0 else _SECTION_TEXT
        pieces.append(text[:cut])
        text = text[cut:].lstrip("\n")
    return [*pieces, text] if text.strip() else pieces


def after_words(blocks: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """The blocks of a message that go under its words when these are streamed."""
    return [block for block in blocks if block["type"] == "actions"]


def markdown(text: str) -> str:
    """Text as Markdown that shows it as it is, each line a paragraph of its own.

    A mention of one person ("<@U…>") stays one here too.
    """
    safe = re.sub(r"([\\`*_~\[\]<>#|])", r"\\\1", text)
    safe = re.sub(r"\\<@([UW][A-Z0-9]+)(?:\\\|[^<>\n]*?)?\\>", r"<@\1>", safe)
    return "\n\n".join(safe.splitlines())


def escape(text: str) -> str:
    """Text that Slack shows as it is: no mention, link or formatting comes out of a person's words.

    A mention of one person ("<@U…>") stays one, because owners are named so.
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = re.sub(r"([*_~`])", "\u200b\\1", safe)
    return re.sub(r"&lt;@([UW][A-Z0-9]+)(?:\|[^&]*)?&gt;", r"<@\1>", safe)
