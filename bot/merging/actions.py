"""The actions of a file, put into the plan."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.coaching.criteria import gaps
from bot.coaching.overlap import likeness
from bot.coaching.words import content_stems
from bot.importing.matching import items_meant, reference_key, text_key
from bot.merging.target import Target
from bot.plan_document import ActionEntry
from bot.summaries import draft_of, setting_of
from storage import actions, imports, plans
from storage.actions import StoredAction
from storage.imports import NewAction
from storage.models import ActionFields, ProgressUpdate, SarItem
from storage.vocabulary import Status

# Gaps that only a conversation mends: what is missing beside them a form can take.
_FOR_TALK = frozenset({"impact", "not_restated", "measurable", "baseline", "target"})
# How alike the words of two texts are that may be one, reworded (0 to 1): of our own judgement.
_SOMETHING_LIKE = 0.4
# Characters of what a file calls an action, as the database takes them.
_LONGEST_CALLED = 64
# And of a link.
_LONGEST_LINK = 300
_ACTION_TEXTS = tuple(name for name in ActionFields.model_fields if name != "so_what")


def merge_actions(
    to: Target,
    themes: Mapping[str, int],
    items: Sequence[SarItem],
    meant: Mapping[str, Sequence[int]],
) -> None:
    """The actions, hung on the items that they answer, and which of them need talking over."""
    stored = actions.of_plan(to.session, to.workspace, to.plan_id)
    same = _same_actions(to.document.actions, stored, to.is_of_here)
    others = {
        reference_key(item.reference): item
        for item in plans.stored_sar_items(to.session, to.workspace, to.plan_id)
    }
    new: list[NewAction] = []
    about: dict[int, list[str]] = {}
    asked: list[tuple[ActionEntry, str | None]] = []
    changed: list[str] = []
    for number, entry in enumerate(to.document.actions):
        its, unknown = items_meant(entry.sar_items, meant)
        answers = [items[n] for n in its]
        answers += [others[k] for r in unknown if (k := reference_key(r)) in others]
        lost = [r for r in unknown if reference_key(r) not in others]
        held = same[number]
        email = to.emails.get(number)
        values = _values(to, entry, held, email, themes)
        if held is None:
            about[len(new)] = lost
            asked.append((entry, email))
            new.append(_new(to, entry, values, answers))
            continue
        reference = held.action.reference
        to.merged.not_linked += [(reference, lost_one) for lost_one in lost]
        _ask_owner(to, entry, email, reference)
        is_changed = _change(to, held, entry, values, answers)
        if is_changed:
            changed.append(reference)
    made = imports.add_actions(to.session, to.workspace, to.plan_id, new, to.by_id, to.into.at)
    for number, action in enumerate(made):
        to.merged.not_linked += [(action.reference, lost_one) for lost_one in about[number]]
        _ask_owner(to, *asked[number], action.reference)
    tally = to.merged.actions
    tally.new, tally.changed = len(made), len(changed)
    tally.same = len(to.document.actions) - tally.new - tally.changed
    _judge(to, {action.reference for action in made} | set(changed))


def _values(
    to: Target,
    entry: ActionEntry,
    held: StoredAction | None,
    email: str | None,
    themes: Mapping[str, int],
) -> dict[str, Any]:
    """The columns of an action that the file says something of."""
    values: dict[str, Any] = {name: getattr(entry, name) for name in _ACTION_TEXTS}
    values["so_what"] = list(entry.so_what) or None
    values["theme_id"] = themes.get(text_key(entry.theme)) if entry.theme else None
    values["rag"], values["imported_as"] = entry.rag, _called(to, entry, held)
    values["closing_note"], link = entry.closing_note, entry.source_link or ""
    values["source_link"] = entry.source_link if len(link) <= _LONGEST_LINK else None
    values["parked_at"] = entry.parked.at if entry.parked else None
    values["parked_note"] = entry.parked.note if entry.parked else None
    if to.is_own:
        values["so_what"] = list(entry.so_what)
    else:
        values = {name: value for name, value in values.items() if value is not None}
    # A file that does not say how far an action is does not take back what was agreed.
    if held is None or to.is_own or entry.status is not Status.DRAFT:
        values["status"] = entry.status
    return values | _owner(to, entry, held, email)


def _called(to: Target, entry: ActionEntry, held: StoredAction | None) -> str | None:
    is_ours = held is not None and held.action.reference == entry.reference
    if to.is_own or is_ours or not entry.reference:
        return entry.imported_as
    return entry.reference[:_LONGEST_CALLED]


def _owner(
    to: Target, entry: ActionEntry, held: StoredAction | None, email: str | None
) -> dict[str, Any]:
    """Who owns it. Whoever a file names for the first time has yet to accept it."""
    if entry.owner is None:
        return {"owner_id": None, "owner_name": None} if to.is_own else {}
    person = to.persons.meant(entry.owner, email)
    if person is None:
        if held is not None and held.owner is not None:
            return {}
        return {"owner_id": None, "owner_name": entry.owner.name}
    owner: dict[str, Any] = {"owner_id": person.id, "owner_name": None}
    is_there = held is not None and held.action.owner_id == person.id
    is_restored = held is None and to.is_own and not to.into.chosen
    if not is_there and not is_restored and person.id != to.by_id:
        owner["proposed_by_id"] = to.by_id
    return owner


def _new(
    to: Target, entry: ActionEntry, values: dict[str, Any], answers: Sequence[SarItem]
) -> NewAction:
    if values.get("theme_id") is None:
        values["theme_id"] = next((item.theme_id for item in answers if item.theme_id), None)
    values.setdefault("so_what", [])
    if to.is_own:
        values["agreed_at"] = entry.agreed_at
    elif values["status"] is not Status.DRAFT:
        values["agreed_at"] = to.into.at
    return NewAction(
        values,
        number=_number(entry.reference) if to.is_own else None,
        items=tuple(dict.fromkeys(item.id for item in answers if item.id is not None)),
        milestones=entry.milestones,
        updates=tuple(_updates(to, entry, None)),
    )


def _change(
    to: Target,
    held: StoredAction,
    entry: ActionEntry,
    values: dict[str, Any],
    answers: Sequence[SarItem],
) -> bool:
    """Write what differs into an action that is there; whether anything did."""
    action = held.action
    values = {n: value for n, value in values.items() if getattr(action, n) != value}
    checks = [(m.due, m.text, m.done) for m in entry.milestones]
    has_checks = checks != [(m.due, m.text, m.done) for m in held.milestones]
    milestones = entry.milestones if has_checks and (checks or to.is_own) else None
    references = list(dict.fromkeys(item.reference for item in answers))
    if not to.is_own:
        # Another file may have hung it on more.
        references = list(dict.fromkeys([*held.sar_references, *references]))
    links = references if set(references) != set(held.sar_references) else None
    updates = _updates(to, entry, held)
    if not (values or updates or links is not None or milestones is not None):
        return False
    assert action.id is not None
    for update in updates:
        to.session.add(ProgressUpdate(workspace=to.workspace, action_id=action.id, **update))
    actions.change_action(
        to.session,
        to.workspace,
        action.id,
        action.version,
        by=to.into.by,
        at=to.into.at,
        sar_references=links,
        milestones=milestones,
        **values,
    )
    return True


def _updates(to: Target, entry: ActionEntry, held: StoredAction | None) -> list[dict[str, Any]]:
    """The updates of the file that the action does not have yet, as columns."""
    there = {(u.at, u.rag, u.note) for u in held.updates} if held else set()
    return [
        {
            "author_id": author.id if (author := to.persons.meant(update.author)) else None,
            "at": update.at,
            "rag": update.rag,
            "note": update.note,
            "reading": update.reading,
            "evidence_link": update.evidence_link,
        }
        for update in entry.updates
        if (update.at, update.rag, update.note) not in there
    ]


def _ask_owner(to: Target, entry: ActionEntry, email: str | None, reference: str) -> None:
    if entry.owner is not None and to.persons.meant(entry.owner, email) is None:
        to.persons.ask(entry.owner, reference)


def _judge(to: Target, references: set[str]) -> None:
    """Note what the file calls these actions, and which of them need talking over."""
    setting = setting_of(to.session, to.workspace, to.into.academic_year, to.into.today)
    for stored in actions.of_plan(to.session, to.workspace, to.plan_id):
        action = stored.action
        if action.reference in references and action.imported_as:
            to.merged.called[action.reference] = action.imported_as
        is_open = action.status not in (Status.COMPLETE, Status.WITHDRAWN)
        if action.reference in references and is_open and action.parked_at is None:
            lacks = {gap.criterion for gap in gaps(draft_of(stored), setting)}
            if lacks & _FOR_TALK:
                to.merged.to_talk_over.append(action.reference)


def _number(reference: str | None) -> int | None:
    """12 of "A-12"."""
    head, _, digits = (reference or "").partition("-")
    return int(digits) if head == "A" and digits.isdecimal() and len(digits) < 10 else None


def _same_actions(
    entries: Sequence[ActionEntry], stored: Sequence[StoredAction], is_of_here: bool
) -> list[StoredAction | None]:
    """Which action of the plan each of the file is, the surest sign first.

    That is our reference, then what the file that it came from called it, then its text. Others
    count in "A-1" too: in a file that is not of this provider the text must be something like it.
    """
    left = {s.action.number: s for s in stored}
    found: list[StoredAction | None] = [None] * len(entries)

    def by_number(entry: ActionEntry) -> int | None:
        number = _number(entry.reference)
        if is_of_here or number not in left:
            return number
        ours = left[number].action.action
        return number if _is_like(entry.action, ours) else None

    def by(keys: Mapping[str, int], key_of: Callable[[ActionEntry], str]) -> None:
        take(lambda entry: keys.get(key_of(entry)))

    def take(match: Callable[[ActionEntry], int | None]) -> None:
        for number, entry in enumerate(entries):
            if found[number] is None and (same := match(entry)) in left:
                found[number] = left.pop(same)

    take(by_number)
    called = {reference_key(s.action.imported_as or ""): n for n, s in left.items()}
    called.pop("", None)
    by(called, lambda entry: reference_key(entry.imported_as or entry.reference or ""))
    texts = {text_key(s.action.action): n for n, s in left.items()}
    texts.pop("", None)
    by(texts, lambda entry: text_key(entry.action))
    return found


def _is_like(one: str | None, two: str | None) -> bool:
    return likeness(content_stems(one or ""), content_stems(two or "")) >= _SOMETHING_LIKE
