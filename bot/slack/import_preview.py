"""What was understood of a file, before anything is written, and what came of it after."""

import json
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
# Slack refuses blocks of more than some 13,200 characters of JSON (slackapi/bolt-js issue 2509). A
# character that is written as an escape is six or twelve of them.
_MOST_JSON = 13_000
# Lines of a kind, what one of them is, and the words that stand above them.
_Found = tuple[Sequence[str], str, str]


def preview(
    name: str, understood: Understood, merged: Merged, value: dict[str, Any], is_again: bool
) -> Shown:
    """What a file would come to, and whether to take it in; `value` says which file it is."""
    begins = "As corrected" if is_again else "This is what I understand of it"
    lines = [f"*{escape(short(name, _LINE))}*: {begins}. Nothing is written yet."]
    lines.append(f"{escape(words.counts(understood))}, for the plan of {merged.academic_year}.")
    lines += [escape(line) for line in words.changes(merged, False)]
    found = [
        (words.too_private(understood), "row", "may tell of one learner"),
        (words.not_placed(understood), "row", "could not be placed"),
        (words.left_empty(understood), "cell", "left empty"),
        (words.unsure_owners(understood, merged, False), "owner", "to ask about"),
        (words.not_in_sar(merged, False), "reference", "not in the SAR"),
    ]
    talk = words.for_talk(merged, False)
    ends = sections(escape(talk)) if talk else []
    buttons = [
        do_button("Take it in", "import", value, style="primary"),
        do_button("Correct", "import_correct", value),
        do_button("Leave it", "import_leave", value),
    ]
    return _shown(sections("\n".join(lines)), found, [*ends, ActionsBlock(elements=buttons)])


def outcome(name: str, merged: Merged, owners: int, value: dict[str, Any]) -> Shown:
    """What came of a file that was taken in, and how to go on. `owners` can be invited."""
    lines = [f"*{escape(short(name, _LINE))}* is in the plan of {merged.academic_year}."]
    lines += [escape(line) for line in words.changes(merged, True)]
    talk = words.for_talk(merged, True)
    if talk:
        lines.append(escape(talk))
    found = [(words.not_in_sar(merged, True), "reference", "not in the SAR")]
    buttons = []
    if talk and owners:
        label = f"Invite {'its owner' if owners == 1 else f'their {owners} owners'}"
        buttons.append(do_button(label, "import_invite", value, style="primary"))
    buttons.append(do_button("Review the plan", "review", {}))
    return _shown(sections("\n".join(lines)), found, [ActionsBlock(elements=buttons)])


def said(text: str) -> Shown:
    """Only words, yet to be escaped."""
    return _shown(sections(escape(text)))


def _some(lines: Sequence[str], noun: str, heading: str, most: int) -> list[Block]:
    if not lines:
        return []
    shown = [f"• {escape(short(line, _LINE))}" for line in lines[:most]]
    rest = len(lines) - most
    if most and rest > 0:
        shown.append(f"and {rest} more")
    return sections("\n".join([f"*{counted(len(lines), noun)} {heading}*", *shown]))


def _shown(
    begins: Sequence[Block], found: Sequence[_Found] = (), ends: Sequence[Block] = ()
) -> Shown:
    """A message, with as many of the lines that were found as Slack takes."""
    for most in (_SHOWN, 1, 0):
        some = [block for each in found for block in _some(*each, most)]
        shown = as_dicts([*begins, *some, *ends])
        if len(json.dumps(shown)) <= _MOST_JSON:
            break
    texts = [block["text"]["text"] for block in shown if block.get("text")]
    return Shown("\n".join(texts)[:3000], shown)
