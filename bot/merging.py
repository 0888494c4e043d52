"""What was understood of a file, put into a workspace's plan: all of it, or nothing.

What the file says is written over what is there, with an audit row for each changed field of an
action; what it leaves empty stays as it is, unless the file is one of our own exports, which says
everything. Nothing is ever taken out of the plan because a file does not have it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from bot.coaching.criteria import gaps
from bot.coaching.overlap import likeness
from bot.coaching.words import content_stems
from bot.conversation import storable
from bot.importing.matching import (
    Known,
    Matched,
    Stored,
    alike,
    items_meant,
    matched,
    people_meant,
    reference_key,
    text_key,
)
from bot.importing.understood import Understood
from bot.plan_document import ActionEntry, PersonNamed, PlanDocument, ThemeEntry
from bot.summaries import draft_of, setting_of
from storage import actions, imports, plans, providers
from storage.actions import StoredAction
from storage.imports import NewAction
from storage.models import ActionFields, Person, ProgressUpdate, SarItem, Theme
from storage.vocabulary import Role, SarKind, Status

# Gaps that only a conversation mends: what is missing beside them a form can take.
_FOR_TALK = frozenset({"impact", "not_restated", "measurable", "baseline", "target"})
# How alike the words of two texts are that may be one, reworded (0 to 1): of our own judgement.
_SOMETHING_LIKE = 0.4
# Characters of what a file calls an action, as the database takes them.
_LONGEST_CALLED = 64
# And of a link.
_LONGEST_LINK = 300
_ACTION_TEXTS = tuple(name for name in ActionFields.model_fields if name != "so_what")
_ITEM_TEXTS = (
    "evidence", "evaluation_area", "grade", "measure", "baseline", "baseline_date", "waiting_note",
)  # fmt: skip


@dataclass
class Tally:
    """How many of something a file made new, changed, and left as they are."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True)
class OwnerAsked:
    """An owner of whom it is not sure who is meant, who it may be, and of which actions."""

    name: str
    may_be: tuple[Known, ...]
    actions: tuple[str, ...]


@dataclass
class Merged:
    """What came of an import. `to_talk_over` are the actions that need the so-what conversation.

    `linked_before` are (item, item of the SAR of the year before) that say the same, and
    `not_linked` (action, reference) which nothing in the SAR answers to.
    """

    academic_year: str
    items: dict[SarKind, Tally] = field(default_factory=lambda: {k: Tally() for k in SarKind})
    actions: Tally = field(default_factory=Tally)
    new_themes: list[str] = field(default_factory=list)
    owners_asked: list[OwnerAsked] = field(default_factory=list)
    to_talk_over: list[str] = field(default_factory=list)
    linked_before: list[tuple[str, str]] = field(default_factory=list)
    not_linked: list[tuple[str, str]] = field(default_factory=list)
    # What the file calls the actions that it has a name for, by their references.
    called: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Into:
    """Where a file goes: whose plan of which academic year, by whom and when.

    `by` is None for the operator. `known` are the people who may be meant by a name, and `chosen`
    says who is where somebody was asked (a name as typed, a Slack id or "" for nobody). With
    `takes_people` whoever our own file names by Slack id is made known, as on a restore.
    """

    workspace: str
    academic_year: str
    by: Person | None
    at: datetime
    today: date
    known: Sequence[Known] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    takes_people: bool = False


def merge(session: Session, understood: Understood, into: Into) -> Merged:
    """Write all that a file says into the plan; the caller's transaction makes it all or none."""
    return _Merging(session, understood, into).merge()


class _Merging:
    def __init__(self, session: Session, understood: Understood, into: Into) -> None:
        self.session, self.into, self.understood = session, into, understood
        self.document = _storable(understood.document)
        self.is_own = understood.is_own
        self.workspace = into.workspace
        plan = plans.ensure_plan(session, into.workspace, into.academic_year)
        assert plan.id is not None
        self.plan_id = plan.id
        self.merged = Merged(into.academic_year)
        self.by_id = into.by.id if into.by else None
        self.people = {
            p.slack_user_id: p for p in providers.people(session, self.workspace).values()
        }
        self.asked: dict[str, tuple[tuple[Known, ...], list[str]]] = {}

    def merge(self) -> Merged:
        themes = self._themes()
        items, meant = self._items(themes)
        self._actions(themes, items, meant)
        self.merged.owners_asked = [
            OwnerAsked(name, may_be, tuple(about)) for name, (may_be, about) in self.asked.items()
        ]
        # Who owns or answers for something now may be due to hear of it.
        providers.look_again(self.session, self.workspace, self.into.at)
        return self.merged

    # --- people -----------------------------------------------------------------------------

    def _person(self, named: PersonNamed | None, email: str | None = None) -> Person | None:
        """The one person who is surely meant; None where nobody is, or it must be asked."""
        if named is None:
            return None
        chosen = self.into.chosen.get(named.name)
        if chosen is not None:
            return self._known_person(chosen, named.name) if chosen else None
        if self.is_own and self.into.takes_people and named.slack_user_id:
            return self._known_person(named.slack_user_id, named.name)
        sure, _ = people_meant(named, email, self.into.known)
        return self._known_person(sure.slack_user_id, sure.name) if sure else None

    def _known_person(self, slack_user_id: str, name: str) -> Person:
        if slack_user_id not in self.people:
            self.people[slack_user_id] = providers.ensure_person(
                self.session, self.workspace, slack_user_id, name, role=Role.OWNER
            )
        return self.people[slack_user_id]

    # --- themes -----------------------------------------------------------------------------

    def _themes(self) -> dict[str, int]:
        """The ids of all themes by the key of their name, those made new that the file has."""
        there = plans.themes(self.session, self.workspace, self.plan_id)
        ids = {text_key(theme.name): theme.id for theme, _ in there if theme.id is not None}
        for entry in sorted(self.document.themes, key=lambda theme: theme.rank):
            theme_id = ids.get(text_key(entry.name))
            stored = next((t for t, _ in there if t.id == theme_id), None) if theme_id else None
            ids[text_key(entry.name)] = self._save_theme(entry, stored, entry.rank)
        named = [i.theme for i in self.document.sar_items]
        named += [a.theme for a in self.document.actions]
        for name in dict.fromkeys(filter(None, named)):
            if text_key(name) not in ids:
                entry = ThemeEntry(name=name, rank=len(ids) + 1)
                ids[text_key(name)] = self._save_theme(entry, None, entry.rank)
        return ids

    def _save_theme(self, entry: ThemeEntry, stored: Theme | None, rank: int) -> int:
        sponsor = self._person(entry.sponsor)
        if sponsor is not None and sponsor.role in (Role.OWNER, Role.READER):
            sponsor.role = Role.SPONSOR
            self.session.add(sponsor)
        if entry.sponsor is not None and sponsor is None:
            self._ask(entry.sponsor, entry.name)
        sponsor_id = sponsor.id if sponsor else None
        if stored is not None and sponsor_id is None and not self.is_own:
            sponsor_id = stored.sponsor_id
        if stored is None:
            self.merged.new_themes.append(entry.name)
        elif (stored.name, stored.rank, stored.sponsor_id) == (entry.name, rank, sponsor_id):
            assert stored.id is not None
            return stored.id
        saved = plans.save_theme(
            self.session,
            self.workspace,
            self.plan_id,
            name=entry.name,
            rank=rank,
            sponsor_id=sponsor_id,
            by=self.into.by,
            at=self.into.at,
            theme_id=stored.id if stored else None,
        )
        assert saved.id is not None
        return saved.id

    # --- SAR items --------------------------------------------------------------------------

    def _items(self, themes: Mapping[str, int]) -> tuple[list[SarItem], dict[str, list[int]]]:
        """The SAR items of the file as stored, and which of them a reference means."""
        held = {
            item.id: item
            for item in plans.stored_sar_items(self.session, self.workspace, self.plan_id)
            if item.id is not None
        }
        stored = [Stored(i, s.reference, s.kind, s.judgement) for i, s in held.items()]
        found, meant = matched(self.document.sar_items, stored, is_own=self.is_own)
        # Two that exchange their references may not have the same even in between.
        for match in found:
            item = held.get(match.id or 0)
            if item is not None and item.reference != match.reference:
                item.reference = f"~{item.id}"
        self.session.flush()
        before = self._year_before()
        departments = {
            text_key(name): department_id
            for department_id, name in plans.departments(self.session, self.workspace).items()
        }
        written = [
            self._item(match, held.get(match.id or 0), themes, departments, before)
            for match in found
        ]
        self.session.add_all(written)
        self.session.flush()
        return written, meant

    def _item(
        self,
        match: Matched,
        stored: SarItem | None,
        themes: Mapping[str, int],
        departments: dict[str, int],
        before: Mapping[int, SarItem],
    ) -> SarItem:
        entry, tally = match.entry, self.merged.items[match.entry.kind]
        values: dict[str, Any] = {name: getattr(entry, name) for name in _ITEM_TEXTS}
        values["department_id"] = self._department(entry.department, departments)
        values["theme_id"] = themes.get(text_key(entry.theme)) if entry.theme else None
        values["previous_id"] = self._previous(match, before)
        if not self.is_own:
            values = {name: value for name, value in values.items() if value is not None}
        values |= {"kind": entry.kind, "judgement": entry.judgement, "reference": match.reference}
        if stored is None:
            tally.new += 1
            return SarItem(
                workspace=self.workspace,
                plan_id=self.plan_id,
                changed_by_id=self.by_id,
                **values,
            )
        if all(getattr(stored, name) == value for name, value in values.items()):
            tally.same += 1
            return stored
        tally.changed += 1
        for name, value in values.items():
            setattr(stored, name, value)
        stored.changed_by_id = self.by_id
        return stored

    def _department(self, name: str | None, departments: dict[str, int]) -> int | None:
        if not name:
            return None
        key = text_key(name)
        if key not in departments:
            made = plans.department_named(self.session, self.workspace, name)
            assert made.id is not None
            departments[key] = made.id
        return departments[key]

    def _year_before(self) -> dict[int, SarItem]:
        first = int(self.into.academic_year[:4]) - 1
        year = f"{first}/{(first + 1) % 100:02}"
        plan = plans.plan_of(self.session, self.workspace, year)
        if plan is None or plan.id is None:
            return {}
        items = plans.stored_sar_items(self.session, self.workspace, plan.id)
        return {item.id: item for item in items if item.id is not None}

    def _previous(self, match: Matched, before: Mapping[int, SarItem]) -> int | None:
        """What the SAR of the year before said of the same: as the file says, or in its words."""
        entry = match.entry
        if entry.previous:
            key = reference_key(entry.previous)
            named = [i for i, item in before.items() if reference_key(item.reference) == key]
            return named[0] if len(named) == 1 else None
        if self.is_own:
            return None
        texts = {i: item.judgement for i, item in before.items() if item.kind is entry.kind}
        same = alike(entry.judgement, texts)
        if same is not None:
            self.merged.linked_before.append((match.reference, before[same].reference))
        return same

    # --- actions ----------------------------------------------------------------------------

    def _actions(
        self,
        themes: Mapping[str, int],
        items: Sequence[SarItem],
        meant: Mapping[str, Sequence[int]],
    ) -> None:
        stored = actions.of_plan(self.session, self.workspace, self.plan_id)
        same = _same_actions(self.document.actions, stored, self.is_own)
        others = {
            reference_key(item.reference): item
            for item in plans.stored_sar_items(self.session, self.workspace, self.plan_id)
        }
        new: list[NewAction] = []
        about: dict[int, list[str]] = {}
        asked: list[tuple[ActionEntry, str | None]] = []
        changed: list[str] = []
        for number, entry in enumerate(self.document.actions):
            its, unknown = items_meant(entry.sar_items, meant)
            answers = [items[n] for n in its]
            answers += [others[k] for r in unknown if (k := reference_key(r)) in others]
            lost = [r for r in unknown if reference_key(r) not in others]
            held = same[number]
            email = self.understood.emails.get(number)
            values = self._values(entry, held, email, themes)
            if held is None:
                about[len(new)] = lost
                asked.append((entry, email))
                new.append(self._new(entry, values, answers))
                continue
            reference = held.action.reference
            self.merged.not_linked += [(reference, lost_one) for lost_one in lost]
            self._ask_owner(entry, email, reference)
            is_changed = self._change(held, entry, values, answers)
            if is_changed:
                changed.append(reference)
        made = imports.add_actions(
            self.session, self.workspace, self.plan_id, new, self.by_id, self.into.at
        )
        for number, action in enumerate(made):
            self.merged.not_linked += [(action.reference, lost_one) for lost_one in about[number]]
            self._ask_owner(*asked[number], action.reference)
        tally = self.merged.actions
        tally.new, tally.changed = len(made), len(changed)
        tally.same = len(self.document.actions) - tally.new - tally.changed
        self._judge({action.reference for action in made} | set(changed))

    def _values(
        self,
        entry: ActionEntry,
        held: StoredAction | None,
        email: str | None,
        themes: Mapping[str, int],
    ) -> dict[str, Any]:
        """The columns of an action that the file says something of."""
        values: dict[str, Any] = {name: getattr(entry, name) for name in _ACTION_TEXTS}
        values["so_what"] = list(entry.so_what) or None
        values["theme_id"] = themes.get(text_key(entry.theme)) if entry.theme else None
        values["rag"], values["imported_as"] = entry.rag, self._called(entry, held)
        values["closing_note"], link = entry.closing_note, entry.source_link or ""
        values["source_link"] = entry.source_link if len(link) <= _LONGEST_LINK else None
        values["parked_at"] = entry.parked.at if entry.parked else None
        values["parked_note"] = entry.parked.note if entry.parked else None
        if self.is_own:
            values["so_what"] = list(entry.so_what)
        else:
            values = {name: value for name, value in values.items() if value is not None}
        # A file that does not say how far an action is does not take back what was agreed.
        if held is None or self.is_own or entry.status is not Status.DRAFT:
            values["status"] = entry.status
        return values | self._owner(entry, held, email)

    def _called(self, entry: ActionEntry, held: StoredAction | None) -> str | None:
        is_ours = held is not None and held.action.reference == entry.reference
        if self.is_own or is_ours or not entry.reference:
            return entry.imported_as
        return entry.reference[:_LONGEST_CALLED]

    def _owner(
        self, entry: ActionEntry, held: StoredAction | None, email: str | None
    ) -> dict[str, Any]:
        """Who owns it. Whoever a file names for the first time has yet to accept it."""
        if entry.owner is None:
            return {"owner_id": None, "owner_name": None} if self.is_own else {}
        person = self._person(entry.owner, email)
        if person is None:
            if held is not None and held.owner is not None:
                return {}
            return {"owner_id": None, "owner_name": entry.owner.name}
        owner: dict[str, Any] = {"owner_id": person.id, "owner_name": None}
        is_there = held is not None and held.action.owner_id == person.id
        is_restored = held is None and self.is_own and not self.into.chosen
        if not is_there and not is_restored and person.id != self.by_id:
            owner["proposed_by_id"] = self.by_id
        return owner

    def _new(
        self, entry: ActionEntry, values: dict[str, Any], answers: Sequence[SarItem]
    ) -> NewAction:
        if values.get("theme_id") is None:
            values["theme_id"] = next((item.theme_id for item in answers if item.theme_id), None)
        values.setdefault("so_what", [])
        if values["status"] is not Status.DRAFT:
            values["agreed_at"] = entry.agreed_at or self.into.at
        return NewAction(
            values,
            number=_number(entry.reference) if self.is_own else None,
            items=tuple(dict.fromkeys(item.id for item in answers if item.id is not None)),
            milestones=entry.milestones,
            updates=tuple(self._updates(entry, None)),
        )

    def _change(
        self,
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
        milestones = entry.milestones if has_checks and (checks or self.is_own) else None
        references = list(dict.fromkeys(item.reference for item in answers))
        if not self.is_own:
            # Another file may have hung it on more.
            references = list(dict.fromkeys([*held.sar_references, *references]))
        links = references if set(references) != set(held.sar_references) else None
        updates = self._updates(entry, held)
        if not (values or updates or links is not None or milestones is not None):
            return False
        assert action.id is not None
        for update in updates:
            self.session.add(
                ProgressUpdate(workspace=self.workspace, action_id=action.id, **update)
            )
        actions.change_action(
            self.session,
            self.workspace,
            action.id,
            action.version,
            by=self.into.by,
            at=self.into.at,
            sar_references=links,
            milestones=milestones,
            **values,
        )
        return True

    def _updates(self, entry: ActionEntry, held: StoredAction | None) -> list[dict[str, Any]]:
        """The updates of the file that the action does not have yet, as columns."""
        there = {(u.at, u.rag, u.note) for u in held.updates} if held else set()
        return [
            {
                "author_id": author.id if (author := self._person(update.author)) else None,
                "at": update.at,
                "rag": update.rag,
                "note": update.note,
                "reading": update.reading,
                "evidence_link": update.evidence_link,
            }
            for update in entry.updates
            if (update.at, update.rag, update.note) not in there
        ]

    # --- what is asked, and what needs talking over -----------------------------------------

    def _ask_owner(self, entry: ActionEntry, email: str | None, reference: str) -> None:
        if entry.owner is not None and self._person(entry.owner, email) is None:
            self._ask(entry.owner, reference)

    def _ask(self, named: PersonNamed, about: str) -> None:
        if named.name in self.into.chosen:
            return
        _, may_be = people_meant(named, None, self.into.known)
        self.asked.setdefault(named.name, (may_be, []))[1].append(about)

    def _judge(self, references: set[str]) -> None:
        """Note what the file calls these actions, and which of them need talking over."""
        setting = setting_of(self.session, self.workspace, self.into.academic_year, self.into.today)
        for stored in actions.of_plan(self.session, self.workspace, self.plan_id):
            action = stored.action
            if action.reference in references and action.imported_as:
                self.merged.called[action.reference] = action.imported_as
            is_open = action.status not in (Status.COMPLETE, Status.WITHDRAWN)
            if action.reference in references and is_open and action.parked_at is None:
                lacks = {gap.criterion for gap in gaps(draft_of(stored), setting)}
                if lacks & _FOR_TALK:
                    self.merged.to_talk_over.append(action.reference)


def _storable(document: PlanDocument) -> PlanDocument:
    """The document with what the database can keep of its texts."""

    def kept(value: Any) -> Any:
        if isinstance(value, str):
            return storable(value)
        if isinstance(value, dict):
            return {key: kept(each) for key, each in value.items()}
        return [kept(each) for each in value] if isinstance(value, list | tuple) else value

    return PlanDocument.model_validate(kept(document.model_dump()))


def _number(reference: str | None) -> int | None:
    """12 of "A-12"."""
    head, _, digits = (reference or "").partition("-")
    return int(digits) if head == "A" and digits.isdecimal() and len(digits) < 10 else None


def _same_actions(
    entries: Sequence[ActionEntry], stored: Sequence[StoredAction], is_own: bool
) -> list[StoredAction | None]:
    """Which action of the plan each of the file is, the surest sign first.

    That is our reference, then what the file that it came from called it, then its text. Others
    count in "A-1" too: in a file that is not ours the text must be something like it.
    """
    left = {s.action.number: s for s in stored}
    found: list[StoredAction | None] = [None] * len(entries)

    def by_number(entry: ActionEntry) -> int | None:
        number = _number(entry.reference)
        if is_own or number not in left:
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
