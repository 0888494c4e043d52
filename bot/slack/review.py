"""The review of the plan on the screen: what to mend first, each with one click, and all of it."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, HeaderBlock, SectionBlock
from slack_sdk.models.views import View

from bot.coaching.ranking import Ranked
from bot.coaching.review import Check, Verb, first_to_fix
from bot.coaching.viewing import Light
from bot.coaching.whole_plan import Limits
from bot.rights import Deed, leads, may, may_write
from bot.slack.pieces import (
    do_button,
    escape,
    mrkdwn,
    open_any,
    open_button,
    sections,
    short,
    small,
)
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
# The label of the button that mends an action, the verb of what it opens, and the deed of that: who
# may not do it is led to the card.
_OPEN = ("Open {}", "open", Deed.SEE)
_BUTTONS = {
    Verb.LINK: ("Edit {}", "edit", Deed.EDIT),
    Verb.EDIT: ("Edit {}", "edit", Deed.EDIT),
    Verb.ASSIGN: ("Edit {}", "edit", Deed.EDIT),
    Verb.MILESTONE: ("Add a check to {}", "milestones", Deed.EDIT),
    Verb.UPDATE: ("Update {}", "update", Deed.UPDATE),
}
_RANKED_SHOWN = 45


def first_things(
    checks: Sequence[Check], plan: PlanView, person: Person, limits: Limits
) -> list[Block]:
    """At most three things to mend first, and the way to the rest."""
    first = first_to_fix(checks)
    blocks: list[Block] = []
    if not first:
        blocks += sections("Nothing in the plan stands out. The rest is a click away.")
    for number, check in enumerate(first):
        button = _button(check, plan, person, limits, f"first-{number}")
        text = f"*{LIGHTS[check.light]}*: {escape(short(check.says, _TEXT))}"
        blocks.append(SectionBlock(text=mrkdwn(text), accessory=button))
    blocks.append(ActionsBlock(elements=[do_button("Show every check", "review", {})]))
    return blocks


def every_check(
    checks: Sequence[Check], plan: PlanView, person: Person, limits: Limits
) -> dict[str, Any]:
    """All checks as a modal, what is to be mended before what is fine."""
    blocks: list[Block] = []
    for light, meaning in LIGHTS.items():
        found = [check for check in checks if check.light is light]
        if not found:
            continue
        blocks.append(HeaderBlock(text=f"{meaning} ({len(found)})"))
        for check in found:
            button = _button(check, plan, person, limits, check.name)
            text = mrkdwn(escape(short(check.says, _TEXT)))
            blocks.append(SectionBlock(text=text, accessory=button))
    blocks += open_any([line.stored.action for line in plan.actions], "any")
    return View(type="modal", title="Review of the plan", close="Close", blocks=blocks).to_dict()


def order(ranked: Sequence[Ranked], plan: PlanView) -> dict[str, Any]:
    """The actions of a plan that is too long, best for learners first, and which to keep."""
    ids = {line.reference: line for line in plan.actions}
    blocks: list[Block] = []
    if not ranked:
        blocks += sections("The plan is within its limit: there is nothing to choose between.")
    for place in ranked[:_RANKED_SHOWN]:
        line = ids[place.reference]
        says = "Keep" if place.keeps else "Could be parked"
        text = f"*{says}: {line.reference}* {escape(short(line.draft.action or '', 200))}"
        text += f"\n{escape(short(place.why, 300))}"
        blocks.append(SectionBlock(text=mrkdwn(text), accessory=open_button(line.stored.action)))
    if len(ranked) > _RANKED_SHOWN:
        blocks.append(small(f"And {len(ranked) - _RANKED_SHOWN} more further down."))
    return View(type="modal", title="In order of impact", close="Close", blocks=blocks).to_dict()


def _button(
    check: Check, plan: PlanView, person: Person, limits: Limits, only: str
) -> ButtonElement | None:
    """What mends the first thing that a check is about, if this person may try."""
    if check.mend is None:
        return None
    verb, about = check.mend.verb, check.mend.reference
    if verb is Verb.RANK:
        if leads(person):
            return do_button("Choose what waits", "park_several", {}, only=only)
        return do_button("See the order", "ranking", {}, only=only)
    if verb is Verb.THEME:
        too_few = check.name == "themes" and check.count < limits.themes_fewest
        return _theme_button(None if too_few else about, plan, only) if leads(person) else None
    actions = {line.reference: line for line in plan.actions}
    if about in actions:
        line = actions[about]
        label, opens, deed = _BUTTONS.get(verb, _OPEN)
        if not may(person, deed, line.stored):
            label, opens, _ = _OPEN
        return do_button(label.format(about), opens, {"action": line.id}, only=only)
    if not may_write(person):
        return None
    items = {item.reference for item in plan.sar_items}
    if about in items:
        label = short(f"Write an action for {about}", 70)
        return do_button(label, "new", {"item": about}, only=only)
    return do_button("Write an action", "new", {}, only=only)


def _theme_button(name: str | None, plan: PlanView, only: str) -> ButtonElement:
    for theme in plan.themes:
        if theme.id is not None and theme.name == name:
            spoken = f"Edit the theme {name}"
            return do_button("Edit theme", "theme", {"theme": theme.id}, spoken=spoken, only=only)
    return do_button("Add a theme", "theme", {}, only=only)
