"""What was understood of a file, before anything is written, and what came of it after."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block

from bot import import_words as words
from bot.coaching.viewing import counted
from bot.importing.understood import Understood
from bot.merging import Merged
from bot.slack.pieces import as_dicts, do_button, escape, sections, short
from bot.slack.update_words import Shown

_SHOWN, _LINE = 3, 250


def preview(
    name: str, understood: Understood, merged: Merged, value: dict[str, Any], is_again: bool
) -> Shown:
    """What a file would come to, and whether to take it in; `value` says which file it is."""
    begins = "As corrected" if is_again else "This is what I understand of it"
    lines = [f"*{escape(short(name, _LINE))}*: {begins}. Nothing is written yet."]
    lines.append(f"{escape(words.counts(understood))}, for the plan of {merged.academic_year}.")
    lines += [escape(line) for line in words.changes(merged, False)]
    blocks: list[Block] = sections("\n".join(lines))
    blocks += _some(words.too_private(understood), "row", "may tell of one learner")
    for heading, found in (
        ("could not be placed", words.not_placed(understood)),
        ("left empty", words.left_empty(understood)),
    ):
        blocks += _some(found, "row" if heading.startswith("could") else "cell", heading)
    blocks += _some(words.unsure_owners(understood, merged, False), "owner", "to ask about")
    blocks += _some(words.not_in_sar(merged, False), "reference", "not in the SAR")
    talk = words.for_talk(merged, False)
    if talk:
        blocks += sections(escape(talk))
    buttons = [
        do_button("Take it in", "import", value, style="primary"),
        do_button("Correct", "import_correct", value),
        do_button("Leave it", "import_leave", value),
    ]
    return _shown([*blocks, ActionsBlock(elements=buttons)])


def outcome(name: str, merged: Merged, owners: int, value: dict[str, Any]) -> Shown:
    """What came of a file that was taken in, and how to go on. `owners` can be invited."""
    lines = [f"*{escape(short(name, _LINE))}* is in the plan of {merged.academic_year}."]
    lines += [escape(line) for line in words.changes(merged, True)]
    talk = words.for_talk(merged, True)
    if talk:
        lines.append(escape(talk))
    blocks = sections("\n".join(lines))
    blocks += _some(words.not_in_sar(merged, True), "reference", "not in the SAR")
    buttons = []
    if talk and owners:
        label = f"Invite {'its owner' if owners == 1 else f'their {owners} owners'}"
        buttons.append(do_button(label, "import_invite", value, style="primary"))
    buttons.append(do_button("Review the plan", "review", {}))
    return _shown([*blocks, ActionsBlock(elements=buttons)])


def said(text: str) -> Shown:
    """Only words, yet to be escaped."""
    return _shown(sections(escape(text)))


def _some(lines: Sequence[str], noun: str, heading: str) -> list[Block]:
    if not lines:
        return []
    shown = [f"• {escape(short(line, _LINE))}" for line in lines[:_SHOWN]]
    rest = len(lines) - _SHOWN
    if rest > 0:
        shown.append(f"and {rest} more")
    return sections("\n".join([f"*{counted(len(lines), noun)} {heading}*", *shown]))


def _shown(blocks: list[Block]) -> Shown:
    shown = as_dicts(blocks)
    texts = [block["text"]["text"] for block in shown if block.get("text")]
    return Shown("\n".join(texts)[:3000], shown)
