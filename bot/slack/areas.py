"""The evaluation area of a SAR item: a heading of the provider's framework, or typed freely."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import InputBlock

from bot.slack.inputs import choice_input, text_input
from bot.slack.pieces import OPTION_TEXT, short
from bot.slack.seen import Seen, mark

FIELD = "evaluation_area"
_LABEL = "Evaluation area"
# No heading is this: the bullets of headings are taken away.
_NONE = "-"


def area_input(
    headings: Sequence[str], held: Mapping[str, Any], stored: Mapping[str, Any]
) -> InputBlock:
    """The choice of a heading; what the item holds is offered beside them, `stored` or typed.

    Without headings it is a text.
    """
    if not headings:
        return text_input(FIELD, _LABEL, held)
    texts = [each[FIELD] for each in (stored, held) if (each[FIELD] or "").strip()]
    options = {_value(text): short(text, OPTION_TEXT) for text in (*headings, *texts)}
    chosen = {FIELD: _value(held[FIELD] or _NONE)}
    return choice_input(FIELD, _LABEL, chosen, options | {_NONE: "No heading yet"})


def _value(text: str) -> str:
    """What stands for a heading in the choice: itself, or a mark of one that is too long for it."""
    return text if len(text) <= OPTION_TEXT else mark(text)


def area_typed(typed: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    """What was typed into a form, with the heading chosen as text.

    A heading that is too long for a choice is left out, since only the one held can be that.
    """
    area = typed.get(FIELD)
    if area == _NONE:
        return {**typed, FIELD: None}
    if area is not None and area == seen.marks.get(FIELD):
        return {name: value for name, value in typed.items() if name != FIELD}
    return dict(typed)
