"""The buttons under an update that was shown back: it is kept, or left, or given its action."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot import changes
from bot.coaching.dates import academic_year
from bot.coaching.draft import Setting
from bot.coaching.update_reading import read_update
from bot.coaching.wording import OPEN_RAGS, RAG_WORDS
from bot.rights import Deed
from bot.slack.office import Office
from bot.slack.pieces import open_button
from bot.slack.update_words import Shown, candidate, confirmation, message, understood
from storage import actions
from storage.actions import StoredAction
from storage.models import Person
from storage.vocabulary import Rag

# Pressed again within this time, a button stands for the same update.
_AGAIN = timedelta(days=1)


def pressed(office: Office, person: Person, verb: str, value: dict[str, Any]) -> Shown:
    """Do what a button says; what then stands in place of its message.

    Raises NotFound or NotAllowed, and what a button that is not ours raises.
    """
    if verb == "note":
        return _note(office, person, value)
    if verb == "note_which":
        return _chosen(office, person, value)
    return message("All right, nothing is noted.")


def _note(office: Office, person: Person, value: dict[str, Any]) -> Shown:
    action_id, rag, note = int(value["action"]), Rag(value["rag"]), _words(value["note"])
    reading = None if value["reading"] is None else _words(value["reading"])
    day = None if value["day"] is None else date.fromisoformat(value["day"])
    if rag not in OPEN_RAGS:
        raise ValueError("a colour that no button of ours has")
    now = office.clock()
    with office.database.writing() as session:
        held = actions.same_update(
            session,
            person.workspace,
            action_id,
            person.id,
            now - _AGAIN,
            note=note,
            reading=reading,
        )
        if held is None:
            changes.update(session, person, action_id, now, rag=rag, note=note, reading=reading)
        stored = changes.allowed(session, person, Deed.SEE, action_id)
        return _noted(stored, held.rag if held else rag, reading, day)


def _noted(stored: StoredAction, rag: Rag, reading: str | None, day: date | None) -> Shown:
    parts = [RAG_WORDS[rag]]
    if reading:
        parts.append(understood(stored, reading, day))
    reference = stored.action.reference
    button = open_button(stored.action, label=f"Open {reference}")
    return message(f"Noted for {reference}: {', '.join(parts)}.", [button])


def _chosen(office: Office, person: Person, value: dict[str, Any]) -> Shown:
    """The words read again, now that it is said which action they are of."""
    note, day = _words(value["note"]), date.fromisoformat(value["day"])
    with office.database.reading() as session:
        stored = changes.allowed(session, person, Deed.UPDATE, int(value["action"]))
        read = read_update(note, [candidate(stored)], day)
        if not read.about:
            # They name other actions; whoever chose this one knows better.
            read = replace(read, about=(stored.action.reference,))
        if value["several"]:
            read = replace(read, rag=None, is_done=False, no_change=False)
        return confirmation(stored, read, Setting(day, academic_year(day)))


def _words(typed: Any) -> str:
    if not isinstance(typed, str) or not typed.strip():
        raise ValueError("no words of anybody")
    return typed
