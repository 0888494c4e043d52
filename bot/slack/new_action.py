"""The form in which a new action begins: what it is about, and what is asked next elsewhere."""

from typing import Any

from slack_sdk.models.blocks import Block, StaticSelectElement

from bot import changes
from bot.coaching.dates import academic_year
from bot.slack.action_forms import by_department
from bot.slack.beginning import begin_interview
from bot.slack.inputs import form, input_block, submitted, text_input, told
from bot.slack.office import Done, Form, Office
from bot.slack.pieces import small
from bot.summaries import setting_of
from storage.models import Person

BEGUN = "I have written to you in a direct message: answer me there, in its thread."


def _make(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    changes.for_writers(person)
    today = office.today(person)
    with office.database.reading() as session:
        items = setting_of(session, person.workspace, academic_year(today), today).sar_items
    blocks: list[Block] = []
    if items:
        element = StaticSelectElement(option_groups=by_department(items)[1])
        blocks.append(input_block("item", "Which finding of the SAR is it about?", element))
    blocks += [
        text_input(
            "action",
            "What will you do about it?",
            {},
            long=True,
            hint="One sentence is enough, starting with a verb. You can leave both empty.",
        ),
        small("I ask you about the rest in a direct message, in about five minutes."),
    ]
    return form("new_action", "New action", "Begin", blocks, "")


def _take(office: Office, person: Person, view: dict[str, Any]) -> Done:
    changes.for_writers(person)
    typed = submitted(view)
    # Sent twice, it begins once.
    key = f"begin:{view['id']}"
    with office.database.writing() as session:
        queued = begin_interview(
            session,
            person,
            office.clock(),
            key,
            words=typed.get("action"),
            item=typed.get("item"),
            is_quoted=False,
        )
    return Done(again=told("New action", BEGUN), queued=(queued,))


FORMS = {"new_action": Form(_make, _take)}
