"""The weekly message to an owner: what is due of their actions, and the buttons to answer with."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ContextBlock,
    SectionBlock,
)

from bot.coaching.due import Asked, Week
from bot.coaching.moments import zone_of
from bot.coaching.phrases import in_words, listed, start_upper
from bot.coaching.viewing import counted
from bot.coaching.wording import OPEN_RAGS, RAG_WORDS
from bot.conversation import local_day
from bot.overviews import Told
from bot.reminders import Ahead
from bot.rights import leads
from bot.slack.pieces import (
    BUTTON_TEXT,
    DO,
    as_dicts,
    do_button,
    escape,
    mrkdwn,
    open_any,
    open_button,
    sections,
    short,
    small,
)
from storage.actions import StoredAction
from storage.models import Action, Person

Message = tuple[str, list[dict[str, Any]]]
# What else can be said of an action, behind one button: verb and label.
_MORE = (
    ("update", "Write an update"),
    ("complete", "Done"),
    ("snooze", "Snooze a week"),
    ("not_mine", "Not mine"),
    ("open", "Open"),
)
_ASK = "ask"
_ACTION_TEXT = 200
_IN_TEXT = 3


def owners_message(week: Week) -> Message:
    """What an owner is asked this week: the text that notifications read, and its blocks."""
    many = len(week.asked) + week.more
    needs = "needs" if many == 1 else "need"
    intro = f"{counted(many, 'action')} of yours {needs} a word from you. One press each is enough."
    blocks = as_dicts(sections(intro))
    for asked in week.asked:
        says = {"type": "mrkdwn", "text": _says(asked), "verbatim": True}
        blocks += [{"type": "section", "text": says}, _buttons(asked)]
    rest = f"And {week.more} more on your Home tab, the less pressing ones."
    blocks += as_dicts([small(rest)] if week.more else []) + as_dicts([small(_FOOT)])
    about = listed([f"{a.reference} ({_first(a)})" for a in week.asked[:_IN_TEXT]])
    others = many - min(len(week.asked), _IN_TEXT)
    text = f"{intro} {about}{f', and {others} more' if others else ''}."
    return escape(text), blocks


_FOOT = (
    "Or answer in your own words in this thread, such as “got it to 86% last week”. When and how "
    "often you are asked is under *Reminders* on your Home tab."
)


def _first(asked: Asked) -> str:
    """Why it is asked about, in the fewest words."""
    first = asked.reasons[0].split(": ")[0].rstrip(".")
    return first[0].lower() + first[1:]


def _says(asked: Asked) -> str:
    lines = [f"*{asked.reference}* {escape(short(asked.action, _ACTION_TEXT))}"]
    lines.append(escape(" ".join(asked.reasons)))
    stands = [asked.figures] if asked.figures else []
    stands.append(f"you last said {RAG_WORDS[asked.rag]}" if asked.rag else "not rated yet")
    lines.append(escape(start_upper(" · ".join(stands))))
    if asked.doubt:
        lines.append(escape(asked.doubt))
    return "\n".join(lines)


# Not of the objects of Slack's library as elsewhere: a sweep makes thousands of these, and to check
# each took longer than anything else. The tests check them.
def _buttons(asked: Asked) -> dict[str, Any]:
    elements = []
    for rag in OPEN_RAGS:
        label = _RAG_LABELS[rag]
        value = {"action": asked.id, "rag": rag.value}
        elements.append(
            _button(label, f"{rag}-{asked.id}", value, spoken=f"{asked.reference}: {label}")
        )
    if asked.rag in OPEN_RAGS:
        value = {"action": asked.id, "rag": asked.rag.value, "same": True}
        spoken = f"{asked.reference}: no change, still {RAG_WORDS[asked.rag]}"
        elements.append(_button("No change", f"same-{asked.id}", value, spoken=spoken))
    options = [
        {
            "text": {"type": "plain_text", "text": label, "emoji": True},
            "value": do_value(verb, asked.id),
        }
        for verb, label in _MORE
    ]
    elements.append({"type": "overflow", "action_id": f"{DO}:more:{asked.id}", "options": options})
    return {"type": "actions", "block_id": f"{_ASK}:{asked.id}", "elements": elements}


_RAG_LABELS = {rag: RAG_WORDS[rag].capitalize() for rag in OPEN_RAGS}


def _button(label: str, only: str, value: dict[str, Any], *, spoken: str) -> dict[str, Any]:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": f"{DO}:rag:{only}",
        "value": json.dumps(value),
        "accessibility_label": spoken[:BUTTON_TEXT],
    }


def ahead_message(found: Ahead, person: Person) -> Message:
    """What somebody is asked just now because they want to know, and when they are asked next."""
    text, blocks = _NOTHING, as_dicts(sections(_NOTHING))
    if found.week.asked:
        text, blocks = owners_message(found.week)
    says = "You are sent no reminders just now."
    if found.next_at is not None:
        at = found.next_at.astimezone(zone_of(person.timezone))
        says = f"I look again on {at:%A} {in_words(at.date())} at {at:%H:%M}, where you are."
    change = do_button("Reminders", "reminders", {}, spoken="Change when you are reminded")
    shown = [small(says), ActionsBlock(elements=[change])]
    return f"{text}\n{says}", [*blocks, *as_dicts(shown)]


_NOTHING = "Nothing of yours is due just now."


def do_value(verb: str, action_id: int) -> str:
    """What one of several things to do behind one button carries; Slack takes 150 characters."""
    return f'{{"do": "{verb}", "action": {action_id}}}'


def answered_message(
    blocks: Sequence[dict[str, Any]], answers: Mapping[int, tuple[str, int | None]]
) -> list[dict[str, Any]]:
    """The blocks of an owner's message with what was said of its actions in place of buttons.

    `answers` are by the action's id: a sentence, and the update that can still be changed.
    """
    shown: list[dict[str, Any]] = []
    for block in blocks:
        name, _, number = str(block.get("block_id", "")).partition(":")
        if name != _ASK or not number.isdigit() or int(number) not in answers:
            shown.append(block)
            continue
        says, update_id = answers[int(number)]
        shown += as_dicts([ContextBlock(elements=[mrkdwn(escape(says))])])
        if update_id is not None:
            value = {"action": int(number), "update": update_id}
            change = do_button("Change", "mend", value, spoken=f"Change: {says}", only=number)
            shown += as_dicts([ActionsBlock(elements=[change], block_id=f"mend:{number}")])
    return shown


def quiet_message() -> Message:
    """That nothing is due, once in a half-term."""
    text = (
        "All quiet: none of your actions needs a word from you just now.\n"
        "You hear from me again when one does. You need do nothing."
    )
    return text, as_dicts(sections(text))


def unanswered_message(owner: Person, owned: Sequence[StoredAction]) -> Message:
    """To a sponsor or lead: that an owner has not answered for weeks."""
    says = (
        f"{owner.name} has not answered three weekly reminders, so I have stopped sending them. "
        "A word from you may do more. I begin again as soon as they do something with an action."
    )
    blocks: list[Block] = sections(escape(says))
    for stored in owned[:_MOST_OWNED]:
        action = stored.action
        text = f"*{action.reference}* {escape(short(action.action or 'No action yet', 200))}"
        blocks.append(SectionBlock(text=mrkdwn(text), accessory=open_button(action)))
    if len(owned) > _MOST_OWNED:
        blocks.append(small(f"And {len(owned) - _MOST_OWNED} more."))
    blocks.append(small("Only you are told of this, and only once."))
    references = listed([stored.action.reference for stored in owned[:_MOST_OWNED]])
    return escape(f"{says} They own {references}."), as_dicts(blocks)


_MOST_OWNED = 8


def overview_message(told: Told) -> Message:
    """To a sponsor or lead: how the plan goes since they were told before."""
    assert told.says is not None and told.since is not None and told.plan is not None
    since = in_words(local_day(told.since, told.person))
    whole = leads(told.person)
    title = f"How {'the plan goes' if whole else 'your themes go'}, since {since}"
    actions = {line.reference: line.stored.action for line in told.plan.actions}
    parts = (
        ("Gained for learners", told.says.gained),
        ("Moved", told.says.moved),
        ("Stuck", told.says.stuck),
    )
    blocks: list[Block] = sections(f"*{escape(title)}*")
    named: list[Action] = []
    for heading, lines in parts:
        if not lines:
            continue
        rows = [
            f"{line.reference} {escape(short(actions[line.reference].action or '', 80))}\n"
            f"      {escape(line.says)}"
            for line in lines[:_MOST_LINES]
        ]
        if len(lines) > _MOST_LINES:
            rows.append(f"And {len(lines) - _MOST_LINES} more.")
        blocks += sections(f"*{heading}*\n" + "\n".join(rows))
        named += [actions[line.reference] for line in lines]
    if told.silent:
        names = listed([escape(name) for name in told.silent[:_MOST_LINES]])
        more = len(told.silent) - _MOST_LINES
        blocks += sections(
            f"*Not answered yet*\n{names}{f' and {more} more' if more > 0 else ''}. "
            "A friendly word may help; nobody else is told."
        )
    blocks += open_any(named, "overview")
    counts = [f"{len(lines)} {heading.lower()}" for heading, lines in parts if lines]
    counts += [f"{len(told.silent)} not answered yet"] if told.silent else []
    return escape(f"{title}: {listed(counts)}."), as_dicts(blocks)


_MOST_LINES = 5
