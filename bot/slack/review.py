"""The review of the plan on the screen: what to mend first, each with one click, and all of it."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, HeaderBlock, SectionBlock
from slack_sdk.models.views import View

from bot.coaching.plan import Check, Light, Mend
from bot.coaching.review import first_to_fix
from bot.rights import leads, may_write
from bot.slack.pieces import do_button, escape, mrkdwn, sections, short
from bot.summaries import PlanView
from storage.models import Person

_TEXT = 700
# What stands before a check, in a word: a colour alone says nothing to many.
LIGHTS = {
    Light.RED: "Mend",
    Light.AMBER: "Look at",
    Light.GREEN: "Fine",
    Light.UNKNOWN: "Not known",
}
# The label of the button, and the verb of what it opens.
_BUTTONS = {
    Mend.EDIT: ("Edit {}", "edit"),
    Mend.MILESTONES: ("Add a check to {}", "milestones"),
    Mend.UPDATE: ("Update {}", "update"),
    Mend.OPEN: ("Open {}", "open"),
}


def first_things(checks: Sequence[Check], plan: PlanView, person: Person) -> list[Block]:
    """At most three things to mend first, and the way to the rest."""
    first = first_to_fix(checks)
    blocks: list[Block] = []
    if not first:
        blocks += sections("Nothing in the plan stands out. The rest is a click away.")
    for number, check in enumerate(first):
        button = _button(check, plan, person, f"first-{number}")
        text = f"*{LIGHTS[check.light]}*: {escape(short(check.says, _TEXT))}"
        blocks.append(SectionBlock(text=mrkdwn(text), accessory=button))
    blocks.append(ActionsBlock(elements=[do_button("Show every check", "review", {})]))
    return blocks


def every_check(checks: Sequence[Check], plan: PlanView, person: Person) -> dict[str, Any]:
    """All checks as a modal, what is to be mended before what is fine."""
    blocks: list[Block] = []
    for light, meaning in LIGHTS.items():
        found = [check for check in checks if check.light is light]
        if not found:
            continue
        blocks.append(HeaderBlock(text=f"{meaning} ({len(found)})"))
        for check in found:
            button = _button(check, plan, person, check.name)
            text = mrkdwn(escape(short(check.says, _TEXT)))
            blocks.append(SectionBlock(text=text, accessory=button))
    return View(type="modal", title="Review of the plan", close="Close", blocks=blocks).to_dict()


def _button(check: Check, plan: PlanView, person: Person, only: str) -> ButtonElement | None:
    """What mends the first thing that a check is about, if this person may try."""
    if check.mend is None:
        return None
    if check.mend is Mend.THEMES:
        return do_button("Add a theme", "theme", {}, only=only) if leads(person) else None
    if check.mend is Mend.INTERVIEW:
        if not may_write(person):
            return None
        if not check.about:
            return do_button("Write an action", "new", {}, only=only)
        label = f"Write an action for {check.about[0]}"
        return do_button(short(label, 70), "new", {"item": check.about[0]}, only=only)
    ids = {line.reference: line.id for line in plan.actions}
    found = next((about for about in check.about if about in ids), None)
    if found is None:
        return None
    label, verb = _BUTTONS[check.mend if may_write(person) else Mend.OPEN]
    return do_button(label.format(found), verb, {"action": ids[found]}, only=only)
