"""Correcting what was understood of a file: its year, its columns, its rows and its owners."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from slack_sdk.models.blocks import Block, HeaderBlock

from bot import changes
from bot.changes import NotFound
from bot.coaching.dates import academic_year, is_academic_year
from bot.conversation import local_day
from bot.importing.headings import names_of_columns
from bot.importing.reading import understand
from bot.importing.understood import FileRefused, Understood
from bot.slack.inputs import choice_input, form, person_input, submitted, told
from bot.slack.office import Done, Form, Office, Work
from bot.slack.pieces import short
from storage import imports
from storage.models import ImportFile, Person

# Slack takes a hundred blocks in a form, and a label of 150 characters.
_ROWS, _OWNERS, _COLUMNS = 20, 15, 40
_LABEL, _OPTION = 140, 70
_KINDS = {
    "area_for_improvement": "An area for improvement",
    "strength": "A strength",
    "leave": "Leave it out",
}
_ASIDE = "aside"


def _make(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    changes.for_leads(person)
    with office.database.reading() as session:
        kept = imports.file_by_id(session, person.workspace, int(value["file"]))
    if kept is None:
        raise NotFound
    if kept.content is None:
        return told("Correct", "That file is settled already. Drop it again to begin anew.")
    understood, today = _understood(kept, person)
    years = [academic_year(today), academic_year(today + timedelta(days=365))]
    year = kept.choices.get("year") or years[0]
    blocks: list[Block] = [
        choice_input(
            "year",
            "The academic year of the plan",
            {"year": year},
            {y: y for y in dict.fromkeys([*years, year])},
            optional=False,
        )
    ]
    for heading, inputs in (
        ("Who is meant", list(_owners(kept, understood))),
        ("Rows that I could not place", list(_rows(kept, understood))),
        ("What each column holds", list(_columns(understood))),
    ):
        if inputs:
            blocks += [HeaderBlock(text=heading), *inputs]
    metadata = json.dumps({name: value[name] for name in ("file", "channel", "thread")})
    return form("import_correct", "Correct", "Look again", blocks, metadata, kept.id or 0)


def _understood(kept: ImportFile, person: Person) -> tuple[Understood, date]:
    today = local_day(kept.at, person)
    understood = understand(
        kept.name,
        kept.content or b"",
        kept.choices,
        academic_year=kept.choices.get("year") or academic_year(today),
        today=today,
    )
    return understood, today


def _owners(kept: ImportFile, understood: Understood) -> Iterator[Block]:
    chosen: Mapping[str, str] = kept.choices.get("owners") or {}
    for number, name in enumerate(_names(understood)):
        held = {f"owner{number}": chosen.get(name)}
        yield person_input(f"owner{number}", short(f"“{name}”", _LABEL), held)


def _names(understood: Understood) -> list[str]:
    """Whoever a file names, in its order and so many as a form can ask about."""
    named = [theme.sponsor.name for theme in understood.document.themes if theme.sponsor]
    named += [action.owner.name for action in understood.document.actions if action.owner]
    return list(dict.fromkeys(named))[:_OWNERS]


def _rows(kept: ImportFile, understood: Understood) -> Iterator[Block]:
    chosen: Mapping[str, str] = kept.choices.get("kinds") or {}
    for number, place in enumerate(_places(kept, understood)):
        texts = [each.text for each in understood.not_placed if str(each.place) == place]
        label = short(f"{place}: {' '.join(texts)}", _LABEL)
        yield choice_input(f"row{number}", label, {f"row{number}": chosen.get(place)}, _KINDS)


def _places(kept: ImportFile, understood: Understood) -> list[str]:
    """The rows that are asked about: those corrected before, and those that could not be placed."""
    before = list(kept.choices.get("kinds") or {})
    open_ones = [str(each.place) for each in understood.not_placed if each.text.strip()]
    return list(dict.fromkeys([*before, *open_ones]))[:_ROWS]


def _columns(understood: Understood) -> Iterator[Block]:
    offered = _fields()
    for number, column in enumerate(understood.columns[:_COLUMNS]):
        sample = f", such as “{column.sample}”" if column.sample else ""
        label = short(f"{column.sheet}: {column.heading or 'no heading'}{sample}", _LABEL)
        held = {f"column{number}": column.field or _ASIDE}
        yield choice_input(f"column{number}", label, held, offered, optional=False)


def _fields() -> dict[str, str]:
    """The fields that a column may hold, by the name that an export gives them."""
    listed = names_of_columns()
    found = {_ASIDE: "Nothing of use"}
    for section in ("sar", "plan"):
        for field, names in listed[section].items():
            found.setdefault(field, short(names[0], _OPTION))
    return found


def _take(office: Office, person: Person, view: dict[str, Any]) -> Done:
    changes.for_leads(person)
    about, typed = json.loads(view.get("private_metadata", "")), submitted(view)
    with office.database.writing() as session:
        kept = imports.file_by_id(session, person.workspace, int(about["file"]), to_change=True)
        if kept is None:
            raise NotFound
        if kept.content is None:
            return Done(again=told("Correct", "That file is settled already."))
        try:
            understood, _ = _understood(kept, person)
        except FileRefused as error:
            return Done(again=told("Correct", str(error)))
        kept.choices = _choices(kept, understood, typed)
        turn = int(kept.choices["turn"])
        session.add(kept)
    key = f"{kept.key}:again{turn}"[-128:]
    arguments = (kept.id, str(about["channel"]), str(about["thread"]), key)
    again = told("Correct", "I look again, and write to you what I understand of it now.")
    return Done(again=again, works=(Work("look_again", key, arguments),))


def _choices(kept: ImportFile, understood: Understood, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was corrected so far, with what has been chosen now."""
    owners = dict(kept.choices.get("owners") or {})
    for number, name in enumerate(_names(understood)):
        chosen = typed.get(f"owner{number}")
        if chosen:
            owners[name] = chosen
        else:
            owners.pop(name, None)
    kinds = {
        place: chosen
        for number, place in enumerate(_places(kept, understood))
        if (chosen := typed.get(f"row{number}")) in _KINDS
    }
    columns = {sheet: dict(held) for sheet, held in (kept.choices.get("columns") or {}).items()}
    fields = _fields()
    for number, column in enumerate(understood.columns[:_COLUMNS]):
        chosen = typed.get(f"column{number}")
        if chosen in fields and chosen != (column.field or _ASIDE):
            said = "" if chosen == _ASIDE else chosen
            columns.setdefault(column.sheet, {})[str(column.number)] = said
    year = typed.get("year")
    return {
        "year": year if is_academic_year(year or "") else kept.choices.get("year"),
        "owners": owners,
        "kinds": kinds,
        "columns": columns,
        "turn": int(kept.choices.get("turn") or 0) + 1,
    }


FORMS = {"import_correct": Form(_make, _take)}
