"""Forms for the plan itself, for quality leads: themes, SAR items, people and roles."""

from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    SectionBlock,
    UserMultiSelectElement,
)
from slack_sdk.models.views import View
from sqlmodel import Session

from bot import changes
from bot.changes import NotFound
from bot.coaching.checking import is_level
from bot.coaching.dates import academic_year
from bot.coaching.draft import Setting
from bot.coaching.frameworks import abandoned_grade, headings_of
from bot.coaching.whole_plan import Limits
from bot.reviewing import own_limits
from bot.rights import may_invite
from bot.slack.areas import area_input, area_typed
from bot.slack.inputs import (
    choice_input,
    day_input,
    form,
    input_block,
    news,
    person_input,
    submitted,
    text_input,
)
from bot.slack.notices import Key, invited
from bot.slack.office import Done, Form, Office, person_problem
from bot.slack.pieces import do_button, escape, mrkdwn, page_of, sections, short, small, turns
from bot.slack.seen import Seen, mark, told_of
from storage import plans, providers
from storage.models import Person, Plan, SarItem, Theme
from storage.vocabulary import Role, SarKind

_KINDS = {SarKind.AREA_FOR_IMPROVEMENT: "Area for improvement", SarKind.STRENGTH: "Strength"}
ROLES = {
    Role.LEAD: "Quality lead: runs the plan",
    Role.SPONSOR: "Sponsor: looks after themes",
    Role.OWNER: "Owner: writes and updates actions",
    Role.READER: "Reader: sees the summary",
}
_ITEMS_ON_A_PAGE = 40
_MOST_INVITED = 20
_LONGEST_NAME, _LONGEST_REFERENCE = 120, 40


def _plan(office: Office, session: Session, person: Person) -> Plan:
    year = academic_year(office.today(person))
    return plans.ensure_plan(session, person.workspace, year)


# --- themes ---------------------------------------------------------------------------------


def _make_theme(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    changes.for_leads(person)
    with office.database.writing() as session:
        plan = _plan(office, session, person)
        theme = _theme(session, person, value.get("theme"))
        others = plans.themes(session, person.workspace, plan.id or 0)
        held = _held_theme(session, theme, len(others) + 1)
        limits = own_limits(session, person.workspace)
    return _theme_form(theme, held, len(others) + (theme is None), limits)


def _theme(session: Session, person: Person, theme_id: Any) -> Theme | None:
    if theme_id is None:
        return None
    found = plans.theme(session, person.workspace, int(theme_id))
    if found is None:
        raise NotFound
    return found


def _held_theme(session: Session, theme: Theme | None, last: int) -> dict[str, Any]:
    """What the form shows of a theme, by field, as its inputs give it back."""
    if theme is None:
        return {"name": None, "rank": str(last), "sponsor": None}
    sponsor = None
    if theme.sponsor_id is not None:
        sponsor = providers.person_by_id(session, theme.workspace, theme.sponsor_id).slack_user_id
    return {"name": theme.name, "rank": str(theme.rank), "sponsor": sponsor}


def _theme_form(
    theme: Theme | None,
    stored: dict[str, Any],
    ranks: int,
    limits: Limits,
    mine: dict[str, Any] | None = None,
    changed: tuple[str, ...] = (),
) -> dict[str, Any]:
    held = {**stored, **(mine or {})}
    blocks: list[Block] = news(changed)
    blocks += [
        text_input("name", "The priority, in a few words", held, optional=False),
        choice_input(
            "rank", "Its rank", held, {str(n): str(n) for n in range(1, ranks + 1)}, optional=False
        ),
        person_input("sponsor", "Its sponsor: one person", held),
        small(
            f"{limits.themes_fewest} to {limits.themes_green} themes is plenty. Each has one "
            "person who answers for it."
        ),
    ]
    title = "New theme" if theme is None else "Edit theme"
    metadata = Seen.of(theme.id if theme else None, stored).to_text()
    return form("theme", title, "Save", blocks, metadata, mark(stored))


def _take_theme(office: Office, person: Person, view: dict[str, Any]) -> Done:
    changes.for_leads(person)
    seen, typed = Seen.from_text(view.get("private_metadata", "")), submitted(view)
    mine = {name: typed[name] for name in seen.changed(typed)}
    wrong = {}
    if not typed["name"]:
        wrong["name"] = "Say in a few words what matters most."
    elif len(typed["name"]) > _LONGEST_NAME:
        wrong["name"] = f"Keep it under {_LONGEST_NAME} characters, so it fits on a phone."
    if mine.get("sponsor") is not None:
        why = person_problem(office, person.workspace, typed["sponsor"])
        wrong |= {"sponsor": why} if why else {}
    if wrong:
        return Done(errors=wrong)
    with office.database.writing() as session:
        plan = _plan(office, session, person)
        assert plan.id is not None
        theme = _theme(session, person, seen.id)
        ranked = plans.themes(session, person.workspace, plan.id)
        if theme is not None:
            held = _held_theme(session, theme, 0)
            by = providers.name_of(session, person.workspace, theme.changed_by_id)
            changed = told_of(seen.changed(held), _THEME_FIELDS, by, held)
            if changed:
                limits = own_limits(session, person.workspace)
                return Done(again=_theme_form(theme, held, len(ranked), limits, mine, changed))
        if _is_taken(ranked, typed["name"], seen.id):
            return Done(errors={"name": "There is a theme of this name already."})
        sponsor = _sponsor(session, person, typed["sponsor"])
        plans.save_theme(
            session,
            person.workspace,
            plan.id,
            name=typed["name"],
            rank=int(typed["rank"]),
            sponsor_id=sponsor.id if sponsor else None,
            by=person,
            at=office.clock(),
            theme_id=seen.id,
        )
    return Done()


def _is_taken(ranked: list[tuple[Theme, Person | None]], name: str, theme_id: int | None) -> bool:
    return any(t.name.lower() == name.lower() and t.id != theme_id for t, _ in ranked)


def _sponsor(session: Session, person: Person, user: str | None) -> Person | None:
    """The person chosen as sponsor, who is one by role from now on unless they lead."""
    if user is None:
        return None
    chosen = providers.ensure_person(session, person.workspace, user, user)
    if chosen.role in (Role.OWNER, Role.READER):
        chosen.role = Role.SPONSOR
        session.add(chosen)
    return chosen


_THEME_FIELDS = {"name": "name", "rank": "rank", "sponsor": "sponsor"}


# --- invitations ----------------------------------------------------------------------------


def _theme_to_hand_on(session: Session, person: Person, theme_id: Any) -> Theme:
    """A theme that the person may ask others about. Raises NotFound or NotAllowed."""
    theme = _theme(session, person, theme_id)
    if theme is None:
        raise NotFound
    if not may_invite(person, theme.sponsor_id):
        raise changes.NotAllowed("Only its sponsor or a quality lead can hand a theme to others.")
    return theme


def _make_invitation(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    with office.database.reading() as session:
        theme = _theme_to_hand_on(session, person, int(value["theme"]))
    element = UserMultiSelectElement(action_id="people", max_selected_items=_MOST_INVITED)
    blocks: list[Block] = sections(f"*{escape(theme.name)}*")
    blocks += [
        input_block("people", "Who should write an action for it", element, optional=False),
        small("Each gets a direct message with the findings it is about, and begins from there."),
    ]
    metadata = Seen(theme.id, {}).to_text()
    return form("invite", "Ask for actions", "Ask them", blocks, metadata)


def _take_invitation(office: Office, person: Person, view: dict[str, Any]) -> Done:
    seen, users = Seen.from_text(view.get("private_metadata", "")), submitted(view)["people"]
    with office.database.reading() as session:
        _theme_to_hand_on(session, person, seen.id)
    for user in users:
        why = person_problem(office, person.workspace, user)
        if why:
            return Done(errors={"people": why})
    queued: list[Key] = []
    with office.database.writing() as session:
        theme = _theme_to_hand_on(session, person, seen.id)
        items = [
            item
            for item in plans.stored_sar_items(session, person.workspace, theme.plan_id)
            if item.theme_id == theme.id and item.kind is SarKind.AREA_FOR_IMPROVEMENT
        ]
        for user in users:
            to = providers.ensure_person(session, person.workspace, user, user)
            if plans.invite(session, theme, to, person, office.clock()):
                queued += invited(session, theme, to, person, items, office.clock())
    return Done(queued=tuple(queued))


# --- SAR items ------------------------------------------------------------------------------


def _make_items(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    """The SAR items of the plan with a button each, a page at a time."""
    changes.for_leads(person)
    with office.database.writing() as session:
        plan = _plan(office, session, person)
        items = plans.stored_sar_items(session, person.workspace, plan.id or 0)
    page, listed = page_of(items, int(value.get("page", 0)), _ITEMS_ON_A_PAGE)
    blocks: list[Block] = [
        ActionsBlock(elements=[do_button("Add a SAR item", "sar_item", {}, style="primary")])
    ]
    for item in listed:
        says = f"*{escape(item.reference)}* {escape(short(item.judgement, 200))}"
        spoken = f"Edit {item.reference}"
        edit = do_button("Edit", "sar_item", {"item": item.id}, spoken=spoken, only=item.id or "")
        blocks.append(SectionBlock(text=mrkdwn(says), accessory=edit))
    blocks += turns(
        "SAR items",
        "Page",
        page,
        len(items),
        _ITEMS_ON_A_PAGE,
        lambda to: ("sar_items", {"page": to}, to),
    )
    if not items:
        blocks += sections("The SAR has no item here yet.")
    return View(type="modal", title="SAR items", close="Close", blocks=blocks).to_dict()


def _item(session: Session, person: Person, item_id: Any) -> SarItem | None:
    if item_id is None:
        return None
    found = plans.sar_item(session, person.workspace, int(item_id))
    if found is None:
        raise NotFound
    return found


def _make_item(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    changes.for_leads(person)
    with office.database.writing() as session:
        plan = _plan(office, session, person)
        item = _item(session, person, value.get("item"))
        return _item_form(session, plan, item, _held_item(session, item))


def _held_item(session: Session, item: SarItem | None) -> dict[str, Any]:
    """What the form shows of a SAR item, by field, as its inputs give it back."""
    if item is None:
        return dict.fromkeys(_ITEM_FIELDS) | {"kind": SarKind.AREA_FOR_IMPROVEMENT.value}
    department = plans.departments(session, item.workspace).get(item.department_id or 0)
    theme = str(item.theme_id) if item.theme_id is not None else None
    texts = {n: getattr(item, n) for n in _ITEM_TEXTS}
    return {
        **texts,
        "kind": item.kind.value,
        "baseline_date": item.baseline_date,
        "department": department,
        "theme": theme,
    }


_ITEM_TEXTS = (
    "reference",
    "judgement",
    "evidence",
    "evaluation_area",
    "grade",
    "measure",
    "baseline",
    "waiting_note",
)
_GRADE = "In the words of your framework, such as Needs attention"
_WAITING = "Only where leaders have decided to do nothing about it yet"
_ITEM_FIELDS = {
    "reference": "reference",
    "kind": "kind",
    "judgement": "judgement",
    "evidence": "evidence",
    "department": "department",
    "evaluation_area": "evaluation area",
    "grade": "grade",
    "measure": "measure",
    "baseline": "figure",
    "baseline_date": "date of the figure",
    "theme": "theme",
    "waiting_note": "reason to wait",
}


def _item_form(
    session: Session,
    plan: Plan,
    item: SarItem | None,
    stored: dict[str, Any],
    mine: dict[str, Any] | None = None,
    changed: tuple[str, ...] = (),
) -> dict[str, Any]:
    held = {**stored, **(mine or {})}
    themes = plans.themes(session, plan.workspace, plan.id or 0)
    settings = providers.settings_of(session, plan.workspace)
    headings = headings_of(settings.framework, settings.headings, plan.academic_year)
    names = {str(theme.id): short(theme.name, 70) for theme, _ in themes}
    blocks: list[Block] = news(changed)
    blocks += [
        text_input("reference", "Reference", held, optional=False, hint="As in the SAR: AFI 3"),
        choice_input("kind", "What it is", held, _KINDS, optional=False),
        text_input("judgement", "The judgement", held, optional=False, long=True),
        text_input("evidence", "How we know", held, long=True),
        text_input("department", "Department", held),
        area_input(headings, held, stored),
        text_input("grade", "Its grade, where it has one", held, hint=_GRADE),
        text_input("measure", "The measure it rests on", held),
        text_input("baseline", "The figure now", held, hint="A level such as 54%, 3 in 10 or RI"),
        day_input("baseline_date", "As of", held),
        *([choice_input("theme", "The theme it belongs to", held, names)] if names else []),
        text_input("waiting_note", "It waits this year, because", held, hint=_WAITING),
    ]
    title = "New SAR item" if item is None else "Edit SAR item"
    metadata = Seen.of(item.id if item else None, stored).to_text()
    return form("sar_item", title, "Save", blocks, metadata, mark(stored))


def _take_item(office: Office, person: Person, view: dict[str, Any]) -> Done:
    changes.for_leads(person)
    seen = Seen.from_text(view.get("private_metadata", ""))
    typed = area_typed(submitted(view), seen)
    wrong = _item_problems(office, person, typed)
    if wrong:
        return Done(errors=wrong)
    with office.database.writing() as session:
        plan = _plan(office, session, person)
        assert plan.id is not None
        item = _item(session, person, seen.id)
        if item is not None:
            held = _held_item(session, item)
            by = providers.name_of(session, person.workspace, item.changed_by_id)
            changed = told_of(seen.changed(held), _ITEM_FIELDS, by, held)
            if changed:
                mine = {name: typed[name] for name in seen.changed(typed)}
                return Done(again=_item_form(session, plan, item, held, mine, changed))
        others = plans.stored_sar_items(session, person.workspace, plan.id)
        if any(o.reference == typed["reference"] and o.id != seen.id for o in others):
            return Done(
                errors={
                    "reference": f"{typed['reference']} is there already: choose another reference."
                }
            )
        if item is None:
            item = SarItem(
                workspace=person.workspace,
                plan_id=plan.id,
                reference=typed["reference"],
                kind=SarKind(typed["kind"]),
                judgement=typed["judgement"],
            )
        if typed["waiting_note"] != item.waiting_note:
            item.waiting_by_id = person.id if typed["waiting_note"] else None
        for name in (*_ITEM_TEXTS, "baseline_date"):
            if name in typed:
                setattr(item, name, typed[name])
        item.kind, item.changed_by_id = SarKind(typed["kind"]), person.id
        item.department_id = None
        if typed["department"]:
            item.department_id = plans.department_named(
                session, person.workspace, typed["department"]
            ).id
        theme = _theme(session, person, typed.get("theme"))
        item.theme_id = theme.id if theme else None
        session.add(item)
    return Done(below=lambda: _make_items(office, person, {}))


def _item_problems(office: Office, person: Person, typed: dict[str, Any]) -> dict[str, str]:
    today = office.today(person)
    wrong = {}
    if not typed["reference"] or len(typed["reference"]) > _LONGEST_REFERENCE:
        wrong["reference"] = "Give the short name it has in the SAR, such as AFI 3."
    if not typed["judgement"]:
        wrong["judgement"] = "Say in a sentence what the SAR found."
    if typed["baseline"] and not is_level(typed["baseline"], Setting(today, academic_year(today))):
        wrong["baseline"] = "Give a level that can be checked, such as 65%, 3 in 10 or Good."
    never_used = abandoned_grade(typed.get("grade") or "")
    if never_used:
        wrong["grade"] = (
            f"“{never_used}” was only consulted on, in February 2025: choose the word that your "
            "framework has for it."
        )
    if typed["baseline_date"] and typed["baseline_date"] > today:
        wrong["baseline_date"] = "A figure cannot be from a day to come."
    return wrong


# --- people and roles -----------------------------------------------------------------------


def _make_roles(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    changes.for_leads(person)
    says = []
    with office.database.reading() as session:
        for role, meaning in ROLES.items():
            names = [escape(p.name) for p in providers.with_role(session, person.workspace, role)]
            says.append(f"*{meaning}*\n{short(', '.join(names), 600) or 'nobody yet'}")
    blocks: list[Block] = sections("\n".join(says))
    blocks += [
        person_input("person", "Whose role to change", {}),
        choice_input("role", "The role", {}, ROLES),
    ]
    return form("roles", "People and roles", "Save", blocks, Seen(None, {}).to_text())


def _take_roles(office: Office, person: Person, view: dict[str, Any]) -> Done:
    changes.for_leads(person)
    Seen.from_text(view.get("private_metadata", ""))
    typed = submitted(view)
    if not typed["person"] or not typed["role"]:
        missing = "role" if typed["person"] else "person"
        return Done(errors={missing: "Choose one, or press Cancel to leave all as it is."})
    why = person_problem(office, person.workspace, typed["person"])
    if why:
        return Done(errors={"person": why})
    with office.database.writing() as session:
        to = providers.ensure_person(session, person.workspace, typed["person"], typed["person"])
        try:
            changes.give_role(session, person, to, Role(typed["role"]), office.clock())
        except changes.NotAllowed as error:
            return Done(errors={"role": str(error)})
    return Done()


FORMS = {
    "theme": Form(_make_theme, _take_theme),
    "sar_item": Form(_make_item, _take_item),
    "invite": Form(_make_invitation, _take_invitation),
    "roles": Form(_make_roles, _take_roles),
}
# Screens with nothing to send.
LISTS = {"sar_items": _make_items}
