"""A plan that is too long: its lead goes through what does least for learners and parks some."""

from typing import Any

from slack_sdk.models.blocks import Block, CheckboxesElement, Option

from bot import changes
from bot.changes import NotAllowed, NotFound
from bot.coaching.ranking import ranking
from bot.coaching.review import review
from bot.coaching.viewing import counted
from bot.reviewing import ToReview, to_review
from bot.rights import leads
from bot.slack.inputs import form, input_block, submitted, text_input, told
from bot.slack.office import Done, Form, Office
from bot.slack.pieces import OPTION_TEXT, sections, short
from bot.slack.review import every_check
from storage.models import Person

# Slack takes ten boxes in a block. More than forty at once nobody goes through.
_BOXES, _MOST = 10, 40
_LEADS = "Only a quality lead can park actions."


def _make(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    plan, whole, limits = _to_review(office, person)
    ranked = ranking(whole, limits)
    if not ranked:
        return told("Park actions", "The plan is within its limit: nothing needs to wait.")
    keeps = sum(place.keeps for place in ranked)
    says = (
        f"The plan has {counted(len(ranked), 'action')}, and room for {keeps}. Here they are, "
        "those with least for learners first; what is ticked would wait. Untick what you would "
        "rather keep."
    )
    blocks: list[Block] = sections(says)
    lowest = list(reversed(ranked))[:_MOST]
    lines = {line.reference: line for line in plan.actions}
    for number in range(0, len(lowest), _BOXES):
        boxes = []
        ticked = []
        for place in lowest[number : number + _BOXES]:
            line = lines[place.reference]
            text = short(f"{line.reference}: {line.draft.action or 'No action yet'}", OPTION_TEXT)
            box = Option(value=str(line.id), text=text, description=short(place.why, OPTION_TEXT))
            boxes.append(box)
            ticked += [] if place.keeps else [box]
        element = CheckboxesElement(options=boxes, initial_options=ticked or None)
        label = "Least for learners" if number == 0 else "Then"
        blocks.append(input_block(f"park{number}", label, element))
    blocks.append(text_input("note", "Why they wait, in a sentence", {}, optional=False, long=True))
    return form("park_several", "Park actions", "Park what is ticked", blocks, "")


def _to_review(office: Office, person: Person) -> ToReview:
    """Raises NotAllowed for anybody but a lead, NotFound where the year has no plan."""
    if not leads(person):
        raise NotAllowed(_LEADS)
    with office.database.reading() as session:
        found = to_review(session, person.workspace, office.today(person))
    if found is None:
        raise NotFound
    return found


def _take(office: Office, person: Person, view: dict[str, Any]) -> Done:
    if not leads(person):
        raise NotAllowed(_LEADS)
    typed = submitted(view)
    chosen = [int(v) for name, ids in typed.items() if name.startswith("park") for v in ids or ()]
    if not typed["note"]:
        return Done(errors={"note": "Say in a sentence why they wait."})
    now = office.clock()
    with office.database.writing() as session:
        for action_id in chosen:
            try:
                changes.park(session, person, action_id, now, note=typed["note"])
            except NotAllowed:
                # Somebody has parked or ended it meanwhile: there is nothing left to do.
                continue
    return Done(below=lambda: _reviewed(office, person))


def _reviewed(office: Office, person: Person) -> dict[str, Any]:
    """The review from which the form was opened, as it is now."""
    found = _to_review(office, person)
    checks = review(found.whole, found.limits)
    return every_check(checks, found.plan, person, found.limits)


FORMS = {"park_several": Form(_make, _take)}
