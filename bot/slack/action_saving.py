"""Forms for what is done with an action, taken in when they are sent."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from bot import changes
from bot.coaching.checking import is_level, left_behind, problems
from bot.coaching.dates import academic_year
from bot.coaching.draft import Draft, Setting
from bot.coaching.moments import zone_of
from bot.coaching.phrases import in_words, start_upper
from bot.history import FIELDS, with_days
from bot.rights import Deed, may_move
from bot.slack import notices
from bot.slack.action_forms import (
    MOST_MILESTONES,
    Target,
    complete_form,
    edit_form,
    milestones_form,
    not_mine_form,
    park_form,
    update_form,
    withdraw_form,
)
from bot.slack.card import card_of
from bot.slack.inputs import shown, submitted
from bot.slack.office import Done, Form, Office, action_line, person_problem
from bot.slack.pieces import OPTION_TEXT, short
from bot.summaries import ActionLine
from storage import actions, plans
from storage.actions import ActionChanged
from storage.models import MilestoneFields, Person
from storage.vocabulary import Direction, Driver, Rag

# What somebody else may have changed while the form was open.
_IN_EDIT_FORM = frozenset(
    """action impact measure direction baseline baseline_date target target_note evidence_source due
    driver sar_items theme_id owner_id owner_name""".split()
)


def _merged(
    values: Mapping[str, Any], first: Mapping[str, Any], held: Sequence[MilestoneFields]
) -> list[MilestoneFields]:
    """The checks as they are now, with what the person changed in the form put over them.

    `values` is what the form was sent with, and `first` what it had shown.
    """
    now: dict[str, Any] = {}
    for number, check in enumerate(held[:MOST_MILESTONES]):
        now |= {f"text{number}": check.text, f"due{number}": check.due}
        now[f"done{number}"] = ["done"] if check.done else []
    merged = dict(now)
    for number in range(MOST_MILESTONES):
        names = [f"{field}{number}" for field in ("text", "due", "done")]
        mine = {n for n in names if n in values and values[n] != first.get(n)}
        is_the_same = now.get(names[0]) == first.get(names[0])
        for name in names if mine and not is_the_same else mine:
            merged[name] = values.get(name)
    return typed_milestones(merged)


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


def _save_edit(office: Office, person: Person, view: dict[str, Any]) -> Done:
    target = Target.from_text(view.get("private_metadata", ""))
    typed, first = submitted(view), shown(view)
    with office.database.reading() as session:
        changes.allowed(session, person, Deed.EDIT, target.action)
        line, setting = action_line(office, session, person, target.action)
        themes = _themes(session, person, line)
        changed = _news(office, session, person, target, _IN_EDIT_FORM)
    if changed:
        # Somebody else's newer value stands in each field that this person left alone.
        kept = {n: v for n, v in typed.items() if v != first[n] or n in target.mine}
        return Done(again=edit_form(line, setting, themes, kept, changed))
    after_it = _as_draft(line.draft, typed)
    wrong = problems(after_it, line.draft, setting)
    owner = typed.pop("owner", None)
    if owner is None and first["owner"] is not None:
        wrong["owner"] = "Somebody has to be accountable: choose one person."
    elif owner is not None and owner != first["owner"]:
        why = person_problem(office, person.workspace, owner)
        wrong |= {"owner": why} if why else {}
    if wrong:
        return Done(errors=wrong)
    theme = typed.pop("theme", None)
    fields = _as_fields(typed)
    if themes:
        fields["theme_id"] = _chosen(theme, themes)
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
    old = left_behind(line.draft, after_it)
    note = f"Saved. The impact still says {old}: change it too." if old else "Saved."
    return Done(queued=tuple(queued), below=_below(office, person, target, note))


def _make_edit(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    action_id = int(value["action"])
    with office.database.reading() as session:
        changes.allowed(session, person, Deed.EDIT, action_id)
        line, setting = action_line(office, session, person, action_id)
        return edit_form(line, setting, _themes(session, person, line))


def _themes(session: Session, person: Person, line: ActionLine) -> dict[str, str]:
    """The themes that someone may put an action under, name by id; none where they may not."""
    if not may_move(person, line.stored):
        return {}
    action = line.stored.action
    found = plans.themes(session, action.workspace, action.plan_id)
    return {str(theme.id): short(theme.name, OPTION_TEXT) for theme, _ in found}


def _chosen(theme: str | None, themes: Mapping[str, str]) -> int | None:
    """The id of the theme chosen. Raises ValueError for one that was not offered."""
    if theme is None:
        return None
    if theme not in themes:
        raise ValueError("not a theme of this plan")
    return int(theme)


def _save_milestones(office: Office, person: Person, view: dict[str, Any]) -> Done:
    target = Target.from_text(view.get("private_metadata", ""))
    values = submitted(view)
    with office.database.reading() as session:
        changes.allowed(session, person, Deed.EDIT, target.action)
        line, setting = action_line(office, session, person, target.action)
        changed = _news(office, session, person, target, frozenset({"milestones"}))
    if changed:
        merged = _merged(values, shown(view), line.draft.milestones)
        return Done(again=milestones_form(line, merged, changed))
    typed = typed_milestones(values)
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
    wrong = reading_problem(office, person, typed.get("reading"))
    if not typed["note"]:
        wrong["note"] = "Say in a sentence what has happened."
    link = typed.get("evidence_link")
    wrong |= link_problem(link)
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
    wrong = reading_problem(office, person, typed["reading"])
    if not typed["reading"]:
        wrong["reading"] = "Give the level it has reached, such as 65%, 3 in 10 or Good."
    if not typed["note"]:
        wrong["note"] = "Say in a sentence what learners have gained."
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
    note = submitted(view)["note"]
    if not note:
        return Done(errors={"note": "Say in a sentence why."})
    with office.database.writing() as session:
        changes.withdraw(session, person, target.action, office.clock(), note=note)
    return Done(below=_below(office, person, target, "It is withdrawn."))


def _save_not_mine(office: Office, person: Person, view: dict[str, Any]) -> Done:
    target = Target.from_text(view.get("private_metadata", ""))
    owner = submitted(view).get("owner")
    with office.database.reading() as session:
        changes.allowed(session, person, Deed.PASS_ON, target.action)
    if owner == person.slack_user_id:
        return Done(errors={"owner": "That is you. Close this and accept it, or choose another."})
    if owner is not None:
        why = person_problem(office, person.workspace, owner)
        if why:
            return Done(errors={"owner": why})
    now = office.clock()
    with office.database.writing() as session:
        before = changes.pass_on(session, person, target.action, now, owner)
        after, _ = action_line(office, session, person, target.action)
        queued = notices.passed_on(session, before, after.stored, person, now)
    return Done(queued=tuple(queued), below=_below(office, person, target, "It is passed on."))


def _save_park(office: Office, person: Person, view: dict[str, Any]) -> Done:
    target = Target.from_text(view.get("private_metadata", ""))
    note = submitted(view)["note"]
    if not note:
        return Done(errors={"note": "Say in a sentence why it waits."})
    with office.database.writing() as session:
        changes.park(session, person, target.action, office.clock(), note=note)
    return Done(below=_below(office, person, target, "It is parked."))


def link_problem(link: str | None) -> dict[str, str]:
    """What is wrong with a link to evidence, by field; nothing where there is none, or a good one.

    It is to stand in Slack's formatting without breaking it.
    """
    if not link or re.fullmatch(r"https?://[^\s<>|]+", link):
        return {}
    return {"evidence_link": "Paste a web address that begins with https:// or http://."}


def reading_problem(office: Office, person: Person, reading: str | None) -> dict[str, str]:
    """What is wrong with a reading of the measure, by field; nothing where it is a level."""
    today = office.today(person)
    if reading is None or is_level(reading, Setting(today, academic_year(today))):
        return {}
    return {"reading": "Give the level it stands at, such as 58%, 3 in 10 or Good."}


def _news(
    office: Office, session: Session, person: Person, target: Target, fields: frozenset[str]
) -> list[str]:
    """What others have changed in these fields since the form was made, a sentence each."""
    since = actions.changes_since(session, person.workspace, target.action, target.version)
    last = {change.field: change for change in since if change.field in fields}
    today = office.today(person)
    return [_told(change, person, today) for change in last.values()]


def _as_draft(before: Draft, typed: dict[str, Any]) -> Draft:
    # People and themes are chosen by id: there is nothing in them to check.
    chosen = ("owner", "theme")
    given = {n: v for n, v in typed.items() if n in Draft.model_fields and n not in chosen}
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


def _told(change: actions.Change, reader: Person, today: date) -> str:
    at = change.at.astimezone(zone_of(reader.timezone))
    name = FIELDS[change.field]
    new = with_days(change.new or "")
    to = f" to “{short(new, 80)}”" if new and change.field in _SAID else ""
    by = "you" if change.by == reader.name else change.by
    on = "" if at.date() == today else f" on {in_words(at.date())}"
    return f"{start_upper(by)} changed {name}{to}{on} at {at:%H:%M}."


# Fields whose value reads well in a sentence.
_SAID = frozenset(
    "action impact measure baseline target evidence_source due sar_items milestones".split()
)


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
    "edit": Form(_make_edit, _save_edit),
    "milestones": Form(_made(Deed.EDIT, lambda line, _: milestones_form(line)), _save_milestones),
    "update": Form(_made(Deed.UPDATE, lambda line, _: update_form(line)), _save_update),
    "complete": Form(_made(Deed.COMPLETE, lambda line, _: complete_form(line)), _save_complete),
    "not_mine": Form(_made(Deed.PASS_ON, lambda line, _: not_mine_form(line)), _save_not_mine),
    "park": Form(_made(Deed.PARK, lambda line, _: park_form(line)), _save_park),
    "withdraw": Form(_made(Deed.WITHDRAW, lambda line, _: withdraw_form(line)), _save_withdraw),
}
