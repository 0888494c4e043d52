"""Forms for what is done with an action, and what was typed into them.

An input's block_id is its field's name and the version of the action it was made for
("target@7"): where a form is shown again with newer values, Slack would otherwise go on showing
what had been typed under the same block_id.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    OptionGroup,
    PlainTextInputElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.coaching.draft import SarItemView, Setting
from bot.coaching.lines import from_to
from bot.coaching.phrases import start_upper
from bot.coaching.wording import DRIVER_NAMES, RAG_NAMES
from bot.conversation import storable
from bot.slack.pieces import escape, sections, short, small
from bot.summaries import ActionLine
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Driver, Rag

_MOST = 3000  # characters that Slack takes in an input
_OPTION_TEXT = 75
_MOST_OPTIONS = 100
MOST_MILESTONES = 5
_DIRECTIONS = {Direction.HIGHER: "Higher is better", Direction.LOWER: "Lower is better"}
# In the words of the form, for a sentence on what somebody else has changed.
FIELDS = {
    "action": "the action",
    "impact": "the impact on learners",
    "measure": "the measure",
    "direction": "whether higher or lower is better",
    "baseline": "the starting figure",
    "baseline_date": "the date of the starting figure",
    "target": "the target",
    "evidence_source": "where the figure is read",
    "due": "the date",
    "driver": "the reason",
    "sar_items": "the SAR items",
    "owner_id": "the owner",
    "owner_name": "the owner",
    "theme_id": "the theme",
    "status": "the status",
    "rag": "the rating",
    "milestones": "the checks on the way",
}


@dataclass(frozen=True)
class Target:
    """What a form is about: an action as it was in one version of it.

    `mine` are the fields that hold what the person typed before the form was shown again.
    """

    action: int
    version: int
    mine: tuple[str, ...] = ()

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> "Target":
        """Raises ValueError for anything that no form of ours carries."""
        try:
            found = json.loads(text)
            return cls(int(found["action"]), int(found["version"]), tuple(found["mine"]))
        except (KeyError, TypeError) as error:
            raise ValueError("not the target of a form") from error


# --- forms ----------------------------------------------------------------------------------


def edit_form(
    line: ActionLine,
    setting: Setting,
    typed: Mapping[str, Any] | None = None,
    changed: Sequence[str] = (),
) -> dict[str, Any]:
    """Every field of an action. `typed` stands in place of what is stored; `changed` are sentences
    on what others have changed meanwhile."""
    held = {**editable(line), **(typed or {})}
    items = [item for item in setting.sar_items if item.reference]
    blocks: list[Block] = _news(changed)
    blocks += [
        _text("action", "What will be done", held, optional=False, long=True),
        _text("impact", "So what will be different for learners", held, long=True),
        _text("measure", "The measure that shows it", held, hint="For example attendance"),
        _text("baseline", "Where it is now", held, hint="A level such as 54%, 3 in 10 or RI"),
        _day("baseline_date", "As of", held),
        _text("target", "What it should reach", held, hint="A level such as 65%, 4 in 10 or Good"),
        _choice("direction", "Better is", held, _DIRECTIONS),
        _text("evidence_source", "Where the figure will be read", held),
        _day("due", "By when", held),
        _choice("driver", "What in the SAR drove it", held, _drivers()),
        *([_items(items, held)] if items else []),
        _person("owner", "Who is accountable: one person", held),
    ]
    return _form("edit", f"Edit {line.reference}", "Save", blocks, line, tuple(typed or ()))


def editable(line: ActionLine) -> dict[str, Any]:
    """What the form for editing shows of an action, by field, as its inputs give it back."""
    action, draft = line.stored.action, line.draft
    texts = ("action", "impact", "measure", "baseline", "target", "evidence_source")
    owner = line.stored.owner
    return {
        **{name: _plain(getattr(draft, name)) for name in texts},
        "baseline_date": draft.baseline_date,
        "due": draft.due,
        "direction": action.direction.value if action.direction else None,
        "driver": action.driver.value if action.driver else None,
        "sar_items": sorted(draft.sar_items),
        "owner": owner.slack_user_id if owner and _is_slack_id(owner.slack_user_id) else None,
    }


def milestones_form(
    line: ActionLine, typed: Sequence[MilestoneFields] | None = None, changed: Sequence[str] = ()
) -> dict[str, Any]:
    """The checks on the way: what should be seen, by when, and whether it has been."""
    held = list(line.draft.milestones if typed is None else typed)[:MOST_MILESTONES]
    blocks: list[Block] = _news(changed)
    for number in range(min(len(held) + 2, MOST_MILESTONES)):
        check = held[number] if number < len(held) else MilestoneFields()
        values = {f"text{number}": check.text or None, f"due{number}": check.due}
        blocks.append(_text(f"text{number}", f"Check {number + 1}: what should be seen", values))
        blocks.append(_day(f"due{number}", "By when", values))
        if check.text:
            done = Option(value="done", text="It has been seen")
            element = CheckboxesElement(
                options=[done], initial_options=[done] if check.done else None
            )
            blocks.append(_input(f"done{number}", "Seen", element))
    return _form("milestones", "Checks on the way", "Save", blocks, line)


def update_form(line: ActionLine) -> dict[str, Any]:
    """A progress update: RAG, a sentence, a reading of the measure and a link to evidence."""
    rags = {rag: RAG_NAMES[rag] for rag in (Rag.GREEN, Rag.AMBER, Rag.RED)}
    rag = line.rag.value if line.rag in rags else None
    blocks: list[Block] = sections(_reminder(line))
    blocks += [
        _choice("rag", "How is it going?", {"rag": rag}, rags, optional=False),
        _text("note", "What has happened, in a sentence", {}, optional=False, long=True),
        _text(
            "reading", _of_measure("{} now", line), {}, hint="As in the target: a level such as 58%"
        ),
        _text("evidence_link", "A link to the evidence", {}, hint="A web address (https://…)"),
    ]
    return _form("update", f"Update {line.reference}", "Save", blocks, line)


def complete_form(line: ActionLine) -> dict[str, Any]:
    """Completing asks what was gained, and the last reading against the target."""
    blocks: list[Block] = sections(_reminder(line))
    blocks += [
        _text("reading", _of_measure("Last reading of {}", line), {}, optional=False),
        _text("note", "What learners have gained, in a sentence", {}, optional=False, long=True),
    ]
    return _form("complete", f"Complete {line.reference}", "Complete", blocks, line)


def withdraw_form(line: ActionLine) -> dict[str, Any]:
    """Withdrawing asks why."""
    blocks: list[Block] = sections(f"*{line.reference}* {escape(line.draft.action or '')}")
    blocks.append(small("It stays on record, and no longer counts in the plan."))
    blocks.append(_text("note", "Why, in a sentence", {}, optional=False, long=True))
    return _form("withdraw", f"Withdraw {line.reference}", "Withdraw", blocks, line)


def told(title: str, says: str) -> dict[str, Any]:
    """A modal that only says something."""
    return View(type="modal", title=title, close="Close", blocks=sections(escape(says))).to_dict()


def _form(
    name: str,
    title: str,
    submit: str,
    blocks: list[Block],
    line: ActionLine,
    mine: tuple[str, ...] = (),
) -> dict[str, Any]:
    version = line.stored.action.version
    for block in blocks:
        if isinstance(block, InputBlock):
            block.block_id = f"{block.block_id}@{version}"
    view = View(
        type="modal", title=title, submit=submit, close="Cancel", callback_id=name, blocks=blocks
    )
    return {**view.to_dict(), "private_metadata": Target(line.id, version, mine).to_text()}


def _news(changed: Sequence[str]) -> list[Block]:
    if not changed:
        return []
    says = "\n".join(f"• {escape(one)}" for one in changed)
    return sections(
        f"*While you were typing*\n{says}\nWhat you typed is still below. Save again to keep it."
    )


def _reminder(line: ActionLine) -> str:
    draft = line.draft
    text = f"*{line.reference}* {escape(short(draft.action or '', 300))}"
    figures = from_to(draft.baseline, draft.target, draft.unit)
    if draft.measure and figures:
        text += f"\n{escape(draft.measure)}: {escape(figures)}"
    return text


def _of_measure(label: str, line: ActionLine) -> str:
    return short(start_upper(label.format(line.draft.measure or "the measure")), 100)


# --- inputs ---------------------------------------------------------------------------------


def _input(
    name: str,
    label: str,
    element: InputInteractiveElement,
    *,
    optional: bool = True,
    hint: str | None = None,
) -> InputBlock:
    element.action_id = name
    return InputBlock(block_id=name, label=label, element=element, optional=optional, hint=hint)


def _text(
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
    return _input(name, label, element, optional=optional, hint=hint)


def _day(name: str, label: str, held: Mapping[str, Any]) -> InputBlock:
    value = held.get(name)
    element = DatePickerElement(initial_date=value.isoformat() if value else None)
    return _input(name, label, element)


def _choice(
    name: str,
    label: str,
    held: Mapping[str, Any],
    options: Mapping[Any, str],
    *,
    optional: bool = True,
) -> InputBlock:
    offered = {str(value): Option(value=str(value), text=text) for value, text in options.items()}
    element = StaticSelectElement(
        options=list(offered.values()),
        initial_option=offered.get(held.get(name) or ""),
    )
    return _input(name, label, element, optional=optional)


def _person(name: str, label: str, held: Mapping[str, Any]) -> InputBlock:
    return _input(name, label, UserSelectElement(initial_user=held.get(name)))


def _items(items: Sequence[SarItemView], held: Mapping[str, Any]) -> InputBlock:
    """The SAR items by department: Slack takes 100 in a group, and 100 groups."""
    offered = {item.reference: _item_option(item) for item in items}
    groups: dict[str, list[Option]] = {}
    for item in items:
        groups.setdefault(item.department or "The whole provider", []).append(
            offered[item.reference]
        )
    element = StaticMultiSelectElement(
        option_groups=[
            OptionGroup(label=short(name, _OPTION_TEXT), options=some)
            for name, options in groups.items()
            for some in _at_most(options, _MOST_OPTIONS)
        ],
        initial_options=[offered[r] for r in held.get("sar_items") or [] if r in offered] or None,
    )
    return _input("sar_items", "The SAR items it answers", element)


def _at_most(options: list[Option], most: int) -> Iterable[list[Option]]:
    return (options[at : at + most] for at in range(0, len(options), most))


def _item_option(item: SarItemView) -> Option:
    return Option(
        value=item.reference, text=short(f"{item.reference}: {item.judgement}", _OPTION_TEXT)
    )


def _drivers() -> dict[Driver, str]:
    return {driver: DRIVER_NAMES[driver].capitalize() for driver in Driver}


def _is_slack_id(slack_user_id: str) -> bool:
    return re.fullmatch(r"[UW][A-Z0-9]{2,}", slack_user_id) is not None


# --- what was typed -------------------------------------------------------------------------

_DAYS = re.compile(r"due\d*|baseline_date")


def submitted(view: Mapping[str, Any]) -> dict[str, Any]:
    """What a form's inputs hold, by field: text or None, a date, or a sorted list of values."""
    values = view.get("state", {}).get("values", {})
    return {
        block_id.partition("@")[0]: _value(block_id, element)
        for block_id, elements in values.items()
        for element in elements.values()
    }


def block_ids(view: Mapping[str, Any]) -> dict[str, str]:
    """The block_id of each field's input, to say there what is wrong."""
    found = [str(b["block_id"]) for b in view.get("blocks", []) if b.get("type") == "input"]
    return {block_id.partition("@")[0]: block_id for block_id in found}


def shown(view: Mapping[str, Any]) -> dict[str, Any]:
    """What a form's inputs held before anything was typed, by field, as `submitted` has it."""
    found = {}
    for block in view.get("blocks", []):
        if block.get("type") == "input":
            element = block["element"]
            first = {k.removeprefix("initial_"): v for k, v in element.items()}
            first = {**first, **{f"selected_{k}": v for k, v in first.items()}}
            block_id = block["block_id"]
            found[block_id.partition("@")[0]] = _value(block_id, first)
    return found


def _value(block_id: str, element: Mapping[str, Any]) -> Any:
    name, kind = block_id.partition("@")[0], element.get("type")
    if kind in ("multi_static_select", "checkboxes"):
        return sorted(option["value"] for option in element.get("selected_options") or [])
    if kind == "static_select":
        return (element.get("selected_option") or {}).get("value")
    if kind == "users_select":
        return element.get("selected_user")
    if _DAYS.fullmatch(name):
        day = element.get("selected_date")
        return date.fromisoformat(day) if day else None
    return _plain(element.get("value"))


def _plain(text: str | None) -> str | None:
    return storable(text or "").strip()[:_MOST] or None


def typed_milestones(values: Mapping[str, Any]) -> list[MilestoneFields]:
    """The checks on the way as typed; one without words is none."""
    return [
        MilestoneFields(
            text=values[f"text{number}"],
            due=values.get(f"due{number}"),
            done="done" in (values.get(f"done{number}") or []),
        )
        for number in range(MOST_MILESTONES)
        if values.get(f"text{number}")
    ]
