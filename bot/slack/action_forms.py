"""Forms for what is done with an action, as they are shown."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    OptionGroup,
    StaticMultiSelectElement,
)

from bot.coaching.draft import SarItemView, Setting
from bot.coaching.lines import from_to
from bot.coaching.phrases import start_upper
from bot.coaching.wording import DRIVER_NAMES, RAG_NAMES
from bot.conversation import is_slack_id
from bot.slack.inputs import (
    choice_input,
    day_input,
    form,
    input_block,
    news,
    person_input,
    plain_text,
    text_input,
)
from bot.slack.pieces import OPTION_TEXT, escape, sections, short, small
from bot.summaries import ActionLine
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Driver, Rag

_MOST_OPTIONS = 100
MOST_MILESTONES = 5
_DIRECTIONS = {Direction.HIGHER: "Higher is better", Direction.LOWER: "Lower is better"}


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


def edit_form(
    line: ActionLine,
    setting: Setting,
    themes: Mapping[str, str],
    typed: Mapping[str, Any] | None = None,
    changed: Sequence[str] = (),
) -> dict[str, Any]:
    """Every field of an action. `themes` are those to choose from, name by id, if the person may;
    `typed` stands in place of what is stored; `changed` are sentences on what others have changed
    meanwhile."""
    held = {**_editable(line), **(typed or {})}
    blocks: list[Block] = news(changed)
    blocks += [
        text_input("action", "What will be done", held, optional=False, long=True),
        text_input("impact", "So what will be different for learners", held, long=True),
        text_input("measure", "The measure that shows it", held, hint="For example attendance"),
        text_input("baseline", "Where it is now", held, hint="A level such as 54%, 3 in 10 or RI"),
        day_input("baseline_date", "As of", held),
        text_input(
            "target", "What it should reach", held, hint="A level such as 65%, 4 in 10 or Good"
        ),
        text_input(
            "target_note", "Why that target", held, hint="Where it is very near or very far"
        ),
        choice_input("direction", "Better is", held, _DIRECTIONS),
        text_input("evidence_source", "Where the figure will be read", held),
        day_input("due", "By when", held),
        choice_input("driver", "What in the SAR drove it", held, _drivers()),
        *([_items(setting.sar_items, held)] if setting.sar_items else []),
        *([choice_input("theme", "The theme it stands under", held, themes)] if themes else []),
        person_input("owner", "Who is accountable: one person", held),
    ]
    return _form("edit", f"Edit {line.reference}", "Save", blocks, line, tuple(typed or ()))


def _editable(line: ActionLine) -> dict[str, Any]:
    """What the form for editing shows of an action, by field, as its inputs give it back."""
    action, draft = line.stored.action, line.draft
    texts = ("action", "impact", "measure", "baseline", "target", "evidence_source")
    owner = line.stored.owner
    return {
        **{name: plain_text(getattr(draft, name)) for name in texts},
        "target_note": plain_text(action.target_note),
        "theme": str(action.theme_id) if action.theme_id is not None else None,
        "baseline_date": draft.baseline_date,
        "due": draft.due,
        "direction": action.direction.value if action.direction else None,
        "driver": action.driver.value if action.driver else None,
        "sar_items": sorted(draft.sar_items),
        "owner": owner.slack_user_id if owner and is_slack_id(owner.slack_user_id) else None,
    }


def milestones_form(
    line: ActionLine, typed: Sequence[MilestoneFields] | None = None, changed: Sequence[str] = ()
) -> dict[str, Any]:
    """The checks on the way: what should be seen, by when, and whether it has been."""
    held = list(line.draft.milestones if typed is None else typed)[:MOST_MILESTONES]
    blocks: list[Block] = news(changed)
    for number in range(min(len(held) + 2, MOST_MILESTONES)):
        check = held[number] if number < len(held) else MilestoneFields()
        values = {f"text{number}": check.text or None, f"due{number}": check.due}
        blocks.append(
            text_input(f"text{number}", f"Check {number + 1}: what should be seen", values)
        )
        blocks.append(day_input(f"due{number}", "By when", values))
        if check.text:
            done = Option(value="done", text="It has been seen")
            element = CheckboxesElement(
                options=[done], initial_options=[done] if check.done else None
            )
            blocks.append(input_block(f"done{number}", "Seen", element))
    return _form("milestones", "Checks on the way", "Save", blocks, line)


def update_form(line: ActionLine) -> dict[str, Any]:
    """A progress update: RAG, a sentence, a reading of the measure and a link to evidence."""
    rags = {rag: RAG_NAMES[rag] for rag in (Rag.GREEN, Rag.AMBER, Rag.RED)}
    rag = line.rag.value if line.rag in rags else None
    blocks: list[Block] = sections(_reminder(line))
    blocks += [
        choice_input("rag", "How is it going?", {"rag": rag}, rags, optional=False),
        text_input("note", "What has happened, in a sentence", {}, optional=False, long=True),
        text_input(
            "reading", _of_measure("{} now", line), {}, hint="As in the target: a level such as 58%"
        ),
        text_input("evidence_link", "A link to the evidence", {}, hint="A web address (https://…)"),
    ]
    return _form("update", f"Update {line.reference}", "Save", blocks, line)


def complete_form(line: ActionLine) -> dict[str, Any]:
    """Completing asks what was gained, and the last reading against the target."""
    blocks: list[Block] = sections(_reminder(line))
    blocks += [
        text_input("reading", _of_measure("Last reading of {}", line), {}, optional=False),
        text_input(
            "note", "What learners have gained, in a sentence", {}, optional=False, long=True
        ),
    ]
    return _form("complete", f"Complete {line.reference}", "Complete", blocks, line)


def withdraw_form(line: ActionLine) -> dict[str, Any]:
    """Withdrawing asks why."""
    blocks: list[Block] = sections(f"*{line.reference}* {escape(line.draft.action or '')}")
    blocks.append(small("It stays on record, and no longer counts in the plan."))
    blocks.append(text_input("note", "Why, in a sentence", {}, optional=False, long=True))
    return _form("withdraw", f"Withdraw {line.reference}", "Withdraw", blocks, line)


def not_mine_form(line: ActionLine) -> dict[str, Any]:
    """Who has been named as owner and is not asks whom instead."""
    blocks: list[Block] = sections(f"*{line.reference}* {escape(line.draft.action or '')}")
    blocks.append(person_input("owner", "Whose is it, do you think?", {}))
    named_by = line.stored.proposer
    told = f"{named_by.name} is" if named_by else "Whoever answers for its theme is"
    blocks.append(small(f"{escape(told)} told either way. Leave it empty if you cannot say."))
    return _form("not_mine", "Not mine", "Pass it on", blocks, line)


def park_form(line: ActionLine) -> dict[str, Any]:
    """Parking asks why."""
    blocks: list[Block] = sections(f"*{line.reference}* {escape(line.draft.action or '')}")
    blocks.append(small("It stays in the plan as parked, and nobody is reminded of it."))
    blocks.append(text_input("note", "Why it waits, in a sentence", {}, optional=False, long=True))
    return _form("park", f"Park {line.reference}", "Park", blocks, line)


def _form(
    name: str,
    title: str,
    submit: str,
    blocks: list[Block],
    line: ActionLine,
    mine: tuple[str, ...] = (),
) -> dict[str, Any]:
    version = line.stored.action.version
    return form(name, title, submit, blocks, Target(line.id, version, mine).to_text(), version)


def _reminder(line: ActionLine) -> str:
    draft = line.draft
    text = f"*{line.reference}* {escape(short(draft.action or '', 300))}"
    figures = from_to(draft.baseline, draft.target, draft.unit)
    if draft.measure and figures:
        text += f"\n{escape(draft.measure)}: {escape(figures)}"
    return text


def _of_measure(label: str, line: ActionLine) -> str:
    return short(start_upper(label.format(line.draft.measure or "the measure")), 100)


def _items(items: Sequence[SarItemView], held: Mapping[str, Any]) -> InputBlock:
    offered, groups = by_department(items)
    element = StaticMultiSelectElement(
        option_groups=groups,
        initial_options=[offered[r] for r in held.get("sar_items") or [] if r in offered] or None,
    )
    return input_block("sar_items", "The SAR items it answers", element)


def by_department(items: Sequence[SarItemView]) -> tuple[dict[str, Option], list[OptionGroup]]:
    """SAR items to choose from, by reference, and in groups: Slack takes 100 groups of 100."""
    offered = {item.reference: _item_option(item) for item in items}
    groups: dict[str, list[Option]] = {}
    for item in items:
        groups.setdefault(item.department or "The whole provider", []).append(
            offered[item.reference]
        )
    return offered, [
        OptionGroup(label=short(name, OPTION_TEXT), options=some)
        for name, options in groups.items()
        for some in _at_most(options, _MOST_OPTIONS)
    ]


def _at_most(options: list[Option], most: int) -> Iterable[list[Option]]:
    return (options[at : at + most] for at in range(0, len(options), most))


def _item_option(item: SarItemView) -> Option:
    return Option(
        value=item.reference, text=short(f"{item.reference}: {item.judgement}", OPTION_TEXT)
    )


def _drivers() -> dict[Driver, str]:
    return {driver: DRIVER_NAMES[driver].capitalize() for driver in Driver}
