"""Forms for what is done with an action: made, and taken in when they are sent."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    OptionGroup,
    StaticMultiSelectElement,
)
from sqlmodel import Session

from bot import changes
from bot.changes import NotFound
from bot.coaching.checking import is_level, problems
from bot.coaching.dates import academic_year
from bot.coaching.draft import Draft, SarItemView, Setting
from bot.coaching.lines import from_to
from bot.coaching.phrases import in_words, start_upper
from bot.coaching.wording import DRIVER_NAMES, RAG_NAMES
from bot.conversation import is_slack_id
from bot.rights import Deed
from bot.slack import notices
from bot.slack.card import card
from bot.slack.inputs import (
    OPTION_TEXT,
    choice_input,
    day_input,
    form,
    input_block,
    news,
    person_input,
    plain_text,
    shown,
    submitted,
    text_input,
)
from bot.slack.office import Done, Form, Office, person_problem
from bot.slack.pieces import escape, sections, short, small
from bot.summaries import ActionLine, action_view
from storage import actions
from storage.actions import ActionChanged
from storage.models import MilestoneFields, Person
from storage.vocabulary import Direction, Driver, Rag

_MOST_OPTIONS = 100
MOST_MILESTONES = 5
_DIRECTIONS = {Direction.HIGHER: "Higher is better", Direction.LOWER: "Lower is better"}
# In the words of the forms, for a sentence on what somebody else has changed.
_FIELDS = {
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
        choice_input("direction", "Better is", held, _DIRECTIONS),
        text_input("evidence_source", "Where the figure will be read", held),
        day_input("due", "By when", held),
        choice_input("driver", "What in the SAR drove it", held, _drivers()),
        *([_items(setting.sar_items, held)] if setting.sar_items else []),
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
    """The SAR items by department: Slack takes 100 in a group, and 100 groups."""
    offered = {item.reference: _item_option(item) for item in items}
    groups: dict[str, list[Option]] = {}
    for item in items:
        groups.setdefault(item.department or "The whole provider", []).append(
            offered[item.reference]
        )
    element = StaticMultiSelectElement(
        option_groups=[
            OptionGroup(label=short(name, OPTION_TEXT), options=some)
            for name, options in groups.items()
            for some in _at_most(options, _MOST_OPTIONS)
        ],
        initial_options=[offered[r] for r in held.get("sar_items") or [] if r in offered] or None,
    )
    return input_block("sar_items", "The SAR items it answers", element)


def _at_most(options: list[Option], most: int) -> Iterable[list[Option]]:
    return (options[at : at + most] for at in range(0, len(options), most))


def _item_option(item: SarItemView) -> Option:
    return Option(
        value=item.reference, text=short(f"{item.reference}: {item.judgement}", OPTION_TEXT)
    )


def _drivers() -> dict[Driver, str]:
    return {driver: DRIVER_NAMES[driver].capitalize() for driver in Driver}


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


# --- forms that were sent -------------------------------------------------------------------


def _save_edit(office: Office, person: Person, view: dict[str, Any]) -> Done:
    target = Target.from_text(view.get("private_metadata", ""))
    typed, first = submitted(view), shown(view)
    with office.database.reading() as session:
        changes.allowed(session, person, Deed.EDIT, target.action)
        line, setting = action_line(office, session, person, target.action)
        changed = _news(session, person, target, _IN_EDIT_FORM)
    if changed:
        # Somebody else's newer value stands in each field that this person left alone.
        kept = {n: v for n, v in typed.items() if v != first[n] or n in target.mine}
        return Done(again=edit_form(line, setting, kept, changed))
    wrong = problems(_as_draft(line.draft, typed), line.draft, setting)
    owner = typed.pop("owner", None)
    if owner is None and first["owner"] is not None:
        wrong["owner"] = "Somebody has to be accountable: choose one person."
    elif owner is not None and owner != first["owner"]:
        why = person_problem(office, person.workspace, owner)
        wrong |= {"owner": why} if why else {}
    if wrong:
        return Done(errors=wrong)
    fields = _as_fields(typed)
    queued: list[notices.Key] = []
    with office.database.writing() as session:
        try:
            is_new_owner = changes.edit(
                session,
                person,
                target.action,
                line.stored.action.version,
                office.clock(),
                owner=owner,
                **fields,
            )
        except ActionChanged:
            return _save_edit(office, person, view)
        if is_new_owner:
            after, _ = action_line(office, session, person, target.action)
            queued = notices.named_owner(session, after.stored, person, office.clock())
    return Done(queued=tuple(queued), below=_below(office, person, target, "Saved."))


def _save_milestones(office: Office, person: Person, view: dict[str, Any]) -> Done:
    target = Target.from_text(view.get("private_metadata", ""))
    values = submitted(view)
    typed = typed_milestones(values)
    with office.database.reading() as session:
        changes.allowed(session, person, Deed.EDIT, target.action)
        line, setting = action_line(office, session, person, target.action)
        changed = _news(session, person, target, frozenset({"milestones"}))
    if changed:
        return Done(again=milestones_form(line, typed, changed))
    wrong = _milestone_problems(values, setting)
    if wrong:
        return Done(errors=wrong)
    # A form shows no more than it has room for; the rest stays as it is.
    rest = line.draft.milestones[MOST_MILESTONES:]
    with office.database.writing() as session:
        try:
            changes.edit(
                session,
                person,
                target.action,
                line.stored.action.version,
                office.clock(),
                milestones=[*typed, *rest],
            )
        except ActionChanged:
            return _save_milestones(office, person, view)
    return Done(below=_below(office, person, target, "Saved."))


def _save_update(office: Office, person: Person, view: dict[str, Any]) -> Done:
    target = Target.from_text(view.get("private_metadata", ""))
    typed = submitted(view)
    wrong = _reading_problem(office, person, typed.get("reading"))
    link = typed.get("evidence_link")
    if link and not re.fullmatch(r"https?://[^\s<>|]+", link):
        wrong["evidence_link"] = "Paste a web address that begins with https:// or http://."
    if wrong:
        return Done(errors=wrong)
    with office.database.writing() as session:
        changes.update(
            session,
            person,
            target.action,
            office.clock(),
            rag=Rag(typed["rag"]),
            note=typed["note"],
            reading=typed.get("reading"),
            evidence_link=link,
        )
    return Done(below=_below(office, person, target, "Your update is kept."))


def _save_complete(office: Office, person: Person, view: dict[str, Any]) -> Done:
    target = Target.from_text(view.get("private_metadata", ""))
    typed = submitted(view)
    wrong = _reading_problem(office, person, typed["reading"])
    if wrong:
        return Done(errors=wrong)
    with office.database.writing() as session:
        changes.complete(
            session,
            person,
            target.action,
            office.clock(),
            note=typed["note"],
            reading=typed["reading"],
        )
    return Done(below=_below(office, person, target, "It is complete."))


def _save_withdraw(office: Office, person: Person, view: dict[str, Any]) -> Done:
    target = Target.from_text(view.get("private_metadata", ""))
    typed = submitted(view)
    with office.database.writing() as session:
        changes.withdraw(session, person, target.action, office.clock(), note=typed["note"])
    return Done(below=_below(office, person, target, "It is withdrawn."))


def _reading_problem(office: Office, person: Person, reading: str | None) -> dict[str, str]:
    today = office.today(person)
    if reading is None or is_level(reading, Setting(today, academic_year(today))):
        return {}
    return {"reading": "Give the level it stands at, such as 58%, 3 in 10 or Good."}


def _news(session: Session, person: Person, target: Target, fields: frozenset[str]) -> list[str]:
    """What others have changed in these fields since the form was made, a sentence each."""
    since = actions.changes_since(session, person.workspace, target.action, target.version)
    last = {change.field: change for change in since if change.field in fields}
    return [_told(change, person) for change in last.values()]


def _as_draft(before: Draft, typed: dict[str, Any]) -> Draft:
    given = {n: v for n, v in typed.items() if n in Draft.model_fields and n != "owner"}
    return Draft.model_validate({**before.model_dump(), **given})


def _as_fields(typed: dict[str, Any]) -> dict[str, Any]:
    """The fields of an action as typed into the form, for `changes.edit`."""
    fields = dict(typed)
    fields["direction"] = Direction(typed["direction"]) if typed.get("direction") else None
    fields["driver"] = Driver(typed["driver"]) if typed.get("driver") else None
    fields["sar_references"] = fields.pop("sar_items", None)
    return fields


def _milestone_problems(values: dict[str, Any], setting: Setting) -> dict[str, str]:
    wrong = {}
    for number in range(MOST_MILESTONES):
        text, due = values.get(f"text{number}"), values.get(f"due{number}")
        if due and not text:
            wrong[f"text{number}"] = "Say what should be seen by then."
        elif due and due > setting.plan_ends:
            wrong[f"due{number}"] = f"This plan ends on {in_words(setting.plan_ends)}."
    return wrong


def _told(change: actions.Change, reader: Person) -> str:
    at = change.at.astimezone(ZoneInfo(reader.timezone))
    name = _FIELDS[change.field]
    to = f" to “{short(change.new, 80)}”" if change.new and change.field in _SAID else ""
    by = "you" if change.by == reader.name else change.by
    return f"{start_upper(by)} changed {name}{to} at {at:%H:%M}."


_IN_EDIT_FORM = frozenset(_FIELDS) - {"milestones"}
# Fields whose value reads well in a sentence.
_SAID = frozenset(
    "action impact measure baseline target evidence_source due sar_items milestones".split()
)


def action_line(
    office: Office, session: Session, person: Person, action_id: int
) -> tuple[ActionLine, Setting]:
    """An action as the person may see it. Raises NotFound."""
    found = action_view(session, person.workspace, action_id, office.today(person))
    if found is None:
        raise NotFound
    return found


def card_of(office: Office, person: Person, action_id: int, note: str = "") -> dict[str, Any]:
    """The card of an action as it is now. Raises NotFound."""
    with office.database.reading() as session:
        line, setting = action_line(office, session, person, action_id)
    return card(line, setting, person, note)


def _below(
    office: Office, person: Person, target: Target, note: str
) -> Callable[[], dict[str, Any]]:
    return lambda: card_of(office, person, target.action, note)


def _made(deed: Deed, make: Callable[[ActionLine, Setting], dict[str, Any]]) -> Any:
    """A form that is shown to whoever may do that with the action its button names."""

    def shown_to(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
        action_id = int(value["action"])
        with office.database.reading() as session:
            changes.allowed(session, person, deed, action_id)
            return make(*action_line(office, session, person, action_id))

    return shown_to


FORMS = {
    "edit": Form(_made(Deed.EDIT, edit_form), _save_edit),
    "milestones": Form(_made(Deed.EDIT, lambda line, _: milestones_form(line)), _save_milestones),
    "update": Form(_made(Deed.UPDATE, lambda line, _: update_form(line)), _save_update),
    "complete": Form(_made(Deed.COMPLETE, lambda line, _: complete_form(line)), _save_complete),
    "withdraw": Form(_made(Deed.WITHDRAW, lambda line, _: withdraw_form(line)), _save_withdraw),
}
