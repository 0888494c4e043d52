"""How an action goes, said in one press: what is kept at once, and the one question after it."""

import json
from typing import Any

from slack_sdk.models.blocks import Block
from sqlmodel import Session

from bot import changes
from bot.coaching.lines import from_to
from bot.coaching.phrases import start_upper
from bot.coaching.wording import OPEN_RAGS, RAG_NAMES, RAG_WORDS
from bot.slack.action_saving import link_problem, reading_problem
from bot.slack.inputs import choice_input, form, submitted, text_input
from bot.slack.office import Done, Form, Office
from bot.slack.pieces import escape, sections, short
from bot.summaries import draft_of
from storage.actions import StoredAction
from storage.models import Person, ProgressUpdate
from storage.vocabulary import Rag


def pressed(session: Session, office: Office, person: Person, value: dict[str, Any]) -> int | None:
    """Keep what someone has pressed; the update to ask a question about, None where none is left.

    Raises NotFound, NotAllowed, or ValueError for what no button of ours carries.
    """
    rag = Rag(value["rag"])
    if rag not in OPEN_RAGS:
        raise ValueError("not a colour that a button says")
    same = bool(value.get("same"))
    note = changes.NO_CHANGE if same else ""
    update_id = changes.report(
        session, person, int(value["action"]), office.clock(), rag, note=note
    )
    return None if same else update_id


def question(office: Office, person: Person, update_id: int) -> dict[str, Any]:
    """The one question after a press: the figure where all is well, else what is in the way."""
    with office.database.reading() as session:
        stored, update = changes.mendable(session, person, update_id)
    draft, reference = draft_of(stored), stored.action.reference
    said = f"Noted: {reference} is {RAG_WORDS[update.rag]}. You can leave it at that."
    blocks: list[Block] = sections(escape(said))
    if _asks_for_figure(stored, update):
        figures = from_to(draft.baseline, draft.target, draft.unit)
        hint = f"It is to go {figures}" if figures else "A level such as 58%"
        label = f"What does {draft.measure} stand at now?"
        blocks.append(
            text_input("reading", short(start_upper(label), 150), {}, hint=short(hint, 150))
        )
    else:
        label = "What is in the way, or what would help?"
        if update.rag is Rag.GREEN:
            label = "What has happened, in a sentence?"
        blocks.append(text_input("note", label, {}, long=True))
    return _form("said", f"Update {reference}", blocks, update)


def _asks_for_figure(stored: StoredAction, update: ProgressUpdate) -> bool:
    return update.rag is Rag.GREEN and bool(stored.action.measure)


def _take_said(office: Office, person: Person, view: dict[str, Any]) -> Done:
    update_id, typed = _update_id(view), submitted(view)
    given = {name: typed[name] for name in ("reading", "note") if typed.get(name)}
    if not given:
        return Done()
    wrong = reading_problem(office, person, given.get("reading"))
    if wrong:
        return Done(errors=wrong)
    with office.database.writing() as session:
        changes.mend(session, person, update_id, office.clock(), **given)
    return Done()


def _make_mend(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    with office.database.reading() as session:
        stored, update = changes.mendable(session, person, int(value["update"]))
    rag = update.rag.value if update.rag in OPEN_RAGS else None
    held = {
        "rag": rag,
        "note": update.note or None,
        "reading": update.reading,
        "evidence_link": update.evidence_link,
    }
    rags = {each: RAG_NAMES[each] for each in OPEN_RAGS}
    measure = start_upper(f"{stored.action.measure or 'the measure'} now")
    blocks: list[Block] = [
        choice_input("rag", "How is it going?", held, rags, optional=False),
        text_input("note", "What has happened, in a sentence", held, long=True),
        text_input("reading", short(measure, 100), held, hint="A level such as 58%"),
        text_input("evidence_link", "A link to the evidence", held, hint="A web address"),
    ]
    return _form("mend", f"Change {stored.action.reference}", blocks, update)


def _take_mend(office: Office, person: Person, view: dict[str, Any]) -> Done:
    update_id, typed = _update_id(view), submitted(view)
    wrong = reading_problem(office, person, typed.get("reading"))
    link = typed.get("evidence_link")
    wrong |= link_problem(link)
    if wrong:
        return Done(errors=wrong)
    rag = Rag(typed["rag"])
    if rag not in OPEN_RAGS:
        raise ValueError("not a choice of the form")
    with office.database.writing() as session:
        changes.mend(
            session,
            person,
            update_id,
            office.clock(),
            rag=rag,
            note=typed.get("note") or "",
            reading=typed.get("reading"),
            evidence_link=link,
        )
    return Done()


def _form(name: str, title: str, blocks: list[Block], update: ProgressUpdate) -> dict[str, Any]:
    metadata = json.dumps({"update": update.id})
    return form(name, title, "Save", blocks, metadata, update.id or 0)


def _update_id(view: dict[str, Any]) -> int:
    return int(json.loads(view.get("private_metadata", ""))["update"])


def _make_said(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    return question(office, person, int(value["update"]))


FORMS = {"said": Form(_make_said, _take_said), "mend": Form(_make_mend, _take_mend)}
