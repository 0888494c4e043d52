"""When somebody wants to be reminded, and of what: as their provider has it, or otherwise."""

from datetime import time
from typing import Any

from slack_sdk.models.blocks import Block

from bot import changes
from bot.slack.inputs import choice_input, form, submitted
from bot.slack.office import Done, Form, Office
from bot.slack.pieces import escape, sections, small
from bot.slack.settings_form import TIMES, WEEKDAYS
from storage import providers
from storage.models import Person

# As the provider has it, whatever that becomes.
_USUAL = "usual"
_DUE, _OVERDUE = "due", "overdue"
_ABOUT = {_DUE: "Everything that is due", _OVERDUE: "Only what is overdue"}


def _make(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    changes.for_writers(person)
    with office.database.reading() as session:
        settings = providers.settings_of(session, person.workspace)
    day, at = WEEKDAYS.get(str(settings.reminder_day), "Monday"), f"{settings.reminder_time:%H:%M}"
    own_day = str(person.reminder_day)
    own_time = f"{person.reminder_time:%H:%M}" if person.reminder_time else _USUAL
    held = {
        "reminder_day": own_day if own_day in WEEKDAYS else _USUAL,
        "reminder_time": own_time if own_time in TIMES else _USUAL,
        "about": _OVERDUE if person.only_overdue else _DUE,
    }
    blocks: list[Block] = []
    if settings.is_paused:
        blocks += sections("A quality lead has paused all reminders. What you choose holds later.")
    blocks += [
        choice_input(
            "reminder_day",
            "On which day?",
            held,
            {_USUAL: f"As everybody ({day})", **WEEKDAYS},
            optional=False,
        ),
        choice_input(
            "reminder_time",
            "At what time?",
            held,
            {_USUAL: f"As everybody ({at})", **{each: each for each in TIMES}},
            optional=False,
        ),
        choice_input("about", "What about?", held, _ABOUT, optional=False),
        small(
            f"Your provider's reminders come on {day} at {at}. Your time zone is "
            f"{escape(person.timezone)}, as Slack has it. Where your day is a holiday, the "
            "reminder comes on another open day of that week."
        ),
    ]
    return form("reminders", "Reminders", "Save", blocks, "")


def _take(office: Office, person: Person, view: dict[str, Any]) -> Done:
    changes.for_writers(person)
    typed = submitted(view)
    day, at, about = typed["reminder_day"], typed["reminder_time"], typed["about"]
    if day not in (_USUAL, *WEEKDAYS) or at not in (_USUAL, *TIMES) or about not in _ABOUT:
        raise ValueError("not a choice of the form")
    with office.database.writing() as session:
        person.reminder_day = None if day == _USUAL else int(day)
        person.reminder_time = None if at == _USUAL else time.fromisoformat(at)
        person.only_overdue = about == _OVERDUE
        # The next sweep works out anew when that is.
        person.remind_at = office.clock()
        session.add(person)
    return Done()


FORMS = {"reminders": Form(_make, _take)}
