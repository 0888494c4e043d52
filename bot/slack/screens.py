"""Screens: data in, Block Kit out. Nothing here talks to Slack or to the database."""

import json
import re
from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextActionsBlock,
    DividerBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
    PlainTextObject,
    SectionBlock,
)

from bot.coaching.draft import Draft, Setting
from bot.coaching.lines import draft_lines
from bot.coaching.state import Choice, Say
from bot.slack.incoming import ANSWER
from bot.slack.pieces import BUTTON_TEXT, SECTION_TEXT, as_dicts, escape, mrkdwn, sections, small

_LONG_CHOICE = 40
# action_id of the buttons that say what someone thinks of a question.
FEEDBACK = "feedback"


def message(
    say: Say, number: int, draft: Draft, setting: Setting, pressed: str | None = None
) -> tuple[str, list[dict[str, object]]]:
    """The coach's words as a Slack message: the text that notifications read, and its blocks.

    `number` is that of this message in the interview, so that an old button is known as old;
    `pressed` names the button that led here.
    """
    blocks: list[Block] = []
    if pressed:
        blocks.append(small(f"You chose “{escape(pressed)}”."))
    words, _, question = say.text.rpartition("\n") if say.shows_draft else (say.text, "", "")
    blocks += sections(escape(words))
    if say.shows_draft:
        lines = "\n".join(
            f"*{name}:* {escape(value)}" for name, value in draft_lines(draft, setting)
        )
        blocks.append(DividerBlock())
        blocks += sections(lines)
        blocks.append(DividerBlock())
        blocks += sections(escape(question))
    blocks += _choices(say.choices, number)
    if say.field in _CAN_SKIP and not say.choices:
        blocks.append(ActionsBlock(elements=[_button(Choice("Skip", "skip"), number, 0)]))
    if say.field:
        blocks.append(_feedback())
    text = escape(say.text)
    if say.shows_draft:
        text += "\n" + "\n".join(
            f"{name}: {escape(value)}" for name, value in draft_lines(draft, setting)
        )
    return text[:35_000], [block.to_dict() for block in blocks]


def plain(text: str) -> tuple[str, list[dict[str, object]]]:
    """Words of ours as a message, with nothing to press."""
    return escape(text), as_dicts(sections(escape(text)))


_CAN_SKIP = frozenset(  # fields a person may leave open
    "action linked impact measure baseline target evidence_source due driver milestone "
    "owner".split()
)


def _choices(choices: Sequence[Choice], number: int) -> list[Block]:
    if any(len(choice.label) > _LONG_CHOICE for choice in choices):
        return [
            SectionBlock(
                text=mrkdwn(escape(choice.label)[:SECTION_TEXT]),
                accessory=_button(choice, number, index, shows="Choose"),
            )
            for index, choice in enumerate(choices)
        ]
    if not choices:
        return []
    return [ActionsBlock(elements=[_button(c, number, i) for i, c in enumerate(choices)])]


def _button(choice: Choice, number: int, index: int, shows: str | None = None) -> ButtonElement:
    return ButtonElement(
        text=PlainTextObject(text=(shows or choice.label)[:BUTTON_TEXT]),
        action_id=f"{ANSWER}:{index}",
        value=json.dumps({"reply": choice.reply[:1500], "number": number}),
        style="primary" if choice.reply == "agree" else None,
        accessibility_label=choice.label[:BUTTON_TEXT],
    )


def _feedback() -> ContextActionsBlock:
    buttons = FeedbackButtonsElement(
        action_id=FEEDBACK,
        positive_button=FeedbackButtonObject(
            text="Good question", value="good", accessibility_label="This was a good question"
        ),
        negative_button=FeedbackButtonObject(
            text="Poor question", value="poor", accessibility_label="This was a poor question"
        ),
    )
    return ContextActionsBlock(elements=[buttons])


def after_words(blocks: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """The blocks of a message that go under its words when these are streamed."""
    return [block for block in blocks if block["type"] in ("actions", "context_actions")]


def markdown(text: str) -> str:
    """Text as Markdown that shows it as it is, each line a paragraph of its own.

    A mention of one person ("<@U…>") stays one here too.
    """
    safe = re.sub(r"([\\`*_~\[\]<>#|])", r"\\\1", text)
    safe = re.sub(r"\\<@([UW][A-Z0-9]+)(?:\\\|[^<>\n]*?)?\\>", r"<@\1>", safe)
    return "\n\n".join(safe.splitlines())
