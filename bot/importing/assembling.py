"""What was read of a file, gathered item by item and action by action, and made one document."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from bot.importing.cells import When
from bot.importing.grid import Sheet
from bot.importing.sections import AFI, STRENGTH, bare
from bot.importing.understood import Column, Heading, NotPlaced, Place, Understood
from bot.plan_document import ActionEntry, PlanDocument, SarItemEntry, ThemeEntry
from storage.vocabulary import SarKind

NO_KIND = "It does not say whether it is a strength or an area for improvement."
LEFT_BY_CHOICE = "You chose to leave it aside."


# Compared by identity: two rows may say the same and be two items.
@dataclass(eq=False)
class ItemSeen:
    """A judgement as it was met. `values` are further fields of a `SarItemEntry`."""

    place: Place
    scope: str
    judgement: str
    kind: SarKind | None
    reference: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    is_of_plan: bool = False


@dataclass(eq=False)
class ActionSeen:
    """An action as it was met, over the rows from `first` to `last` of its sheet.

    `links` are the judgements that it answers, or references as typed.
    """

    sheet: Sheet
    first: int
    last: int
    values: dict[str, Any] = field(default_factory=dict)
    links: list[ItemSeen | str] = field(default_factory=list)
    email: str | None = None
    unsure: str | None = None

    @property
    def place(self) -> Place:
        return self.sheet.place(self.first, self.last)


@dataclass
class Assembly:
    """All that has been read so far, in the order of the file."""

    when: When
    kinds: dict[str, str] = field(default_factory=dict)
    items: list[ItemSeen] = field(default_factory=list)
    actions: list[ActionSeen] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    not_placed: list[NotPlaced] = field(default_factory=list)
    left_empty: list[NotPlaced] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    provider: str | None = None
    # Of items with a reference, by that; of all, by their words.
    by_reference: dict[str, list[ItemSeen]] = field(default_factory=dict)
    _by_text: dict[tuple[str, SarKind | None], list[ItemSeen]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The instant of an update that says no day: today as it begins."""
        return datetime.combine(self.when.today, time(), UTC)

    def head(self, place: Place, text: str) -> None:
        self.headings.append(Heading(place, text))

    def leave(self, place: Place, text: str, why: str) -> None:
        self.not_placed.append(NotPlaced(place, text, why))

    def leave_empty(self, place: Place, text: str, why: str) -> None:
        self.left_empty.append(NotPlaced(place, text, why))

    def add_item(self, item: ItemSeen) -> ItemSeen | None:
        """Take an item in; one said before is that one. None where its kind is not known."""
        chosen = self.kinds.get(item.place.says)
        if chosen == "leave":
            self.leave(item.place, item.judgement, LEFT_BY_CHOICE)
            return None
        if chosen in (STRENGTH.value, AFI.value):
            item.kind = SarKind(chosen)
        if item.kind is None:
            self.leave(item.place, item.judgement, NO_KIND)
            return None
        known = self._known(item)
        if known is None:
            self.items.append(item)
            self._by_text.setdefault(_key(item), []).append(item)
            if item.reference:
                self.by_reference.setdefault(bare(item.reference), []).append(item)
            return item
        for name, value in item.values.items():
            if known.values.get(name) is None:
                known.values[name] = value
            elif value is not None and value != known.values[name]:
                self.leave_empty(item.place, str(value), f"It is said otherwise at {known.place}.")
        known.reference = known.reference or item.reference
        if not item.is_of_plan:
            self.leave(item.place, item.judgement, f"It says the same as {known.place}.")
        return known

    def _known(self, item: ItemSeen) -> ItemSeen | None:
        """The item of the same words, in the same department as far as both say one."""
        for other in self._by_text.get(_key(item), ()):
            ours, theirs = item.values.get("department"), other.values.get("department")
            same_reference = (
                not item.reference
                or not other.reference
                or bare(item.reference) == bare(other.reference)
            )
            if same_reference and (ours == theirs or ours is None or theirs is None):
                return other
        return None

    def leave_all(self, sheet: Sheet, why: str) -> None:
        """Leave every row of a sheet aside."""
        for row in sheet.rows:
            if row.text:
                self.leave(sheet.place(row.number), row.text, why)


def _key(item: ItemSeen) -> tuple[str, SarKind | None]:
    return re.sub(r"\W+", " ", item.judgement.lower()).strip(), item.kind


def finished(assembly: Assembly, academic_year: str | None) -> Understood:
    """The document: links found, references made single, themes ranked as they first stand."""
    called = _by_reference(assembly.items)
    links = [_links(assembly, action, called) for action in assembly.actions]
    references = _references(assembly, links)
    themes: dict[str, None] = {}
    for theme in (*_themes(assembly.items), *_themes(assembly.actions)):
        themes.setdefault(theme)
    document = PlanDocument(
        provider=assembly.provider,
        academic_year=academic_year,
        themes=tuple(ThemeEntry(name=name, rank=at) for at, name in enumerate(themes, 1)),
        sar_items=tuple(
            SarItemEntry(
                reference=references.get(id(item)),
                kind=item.kind or AFI,
                judgement=item.judgement,
                **item.values,
            )
            for item in assembly.items
        ),
        actions=tuple(
            ActionEntry(
                **action.values,
                sar_items=tuple(
                    dict.fromkeys(
                        link if isinstance(link, str) else references[id(link)] for link in linked
                    )
                ),
            )
            for action, linked in zip(assembly.actions, links, strict=True)
        ),
    )
    places = {f"item {at}": item.place for at, item in enumerate(assembly.items)}
    places |= {f"action {at}": action.place for at, action in enumerate(assembly.actions)}
    return Understood(
        document=document,
        places=places,
        headings=tuple(assembly.headings),
        not_placed=tuple(assembly.not_placed),
        left_empty=tuple(assembly.left_empty),
        owners_unsure=tuple((n, a.unsure) for n, a in enumerate(assembly.actions) if a.unsure),
        emails={n: a.email for n, a in enumerate(assembly.actions) if a.email},
        columns=tuple(assembly.columns),
    )


def _themes(seen: list[ItemSeen] | list[ActionSeen]) -> Iterator[str]:
    for each in seen:
        if each.values.get("theme"):
            yield each.values["theme"]


def _by_reference(items: list[ItemSeen]) -> dict[str, list[ItemSeen]]:
    """The items by what may be meant by their references: the third AFI is AFI 3, too."""
    called: dict[str, list[ItemSeen]] = defaultdict(list)
    for item in items:
        if item.reference:
            called[bare(item.reference)].append(item)
    for item in items:
        letters = "s" if item.kind is STRENGTH else "afi"
        if item.reference and f"{letters}{bare(item.reference)}" not in called:
            called[f"{letters}{bare(item.reference)} "].append(item)
    return called


def _links(
    assembly: Assembly, action: ActionSeen, called: dict[str, list[ItemSeen]]
) -> list[ItemSeen | str]:
    """What an action answers: items of the file, or a reference that may be in the SAR already."""
    linked: list[ItemSeen | str] = []
    for link in action.links:
        if isinstance(link, ItemSeen):
            linked.append(link)
            continue
        found = _called(called, link, action.sheet.name)
        if len(found) > 1:
            why = f"More than one judgement is called {link}."
            assembly.leave_empty(action.place, link, why)
        else:
            linked.append(found[0] if found else link)
    return linked


def _called(called: dict[str, list[ItemSeen]], reference: str, scope: str) -> list[ItemSeen]:
    """The items that a reference means: those of the same sheet before others'."""
    wanted = bare(reference)
    named = called.get(wanted) or called.get(f"{wanted} ") or []
    near = [item for item in named if item.scope == scope]
    return near or named


def _references(assembly: Assembly, links: list[list[ItemSeen | str]]) -> dict[int, str]:
    """A reference for every item that has one of its own or that an action stands for."""
    by_name: dict[str, list[ItemSeen]] = defaultdict(list)
    for item in assembly.items:
        if item.reference:
            by_name[bare(item.reference)].append(item)
    given: dict[int, str] = {}
    kinds_apart = _are_counted_apart(by_name)
    for name, items in by_name.items():
        kinds = [item.kind for item in items]
        if kinds_apart and name[0].isdigit() and len(set(kinds)) == len(kinds):
            for item in items:
                given[id(item)] = f"{'S' if item.kind is STRENGTH else 'AFI'} {item.reference}"
        elif len(items) == 1:
            given[id(items[0])] = items[0].reference or ""
        else:
            for item in items:
                why = "More than one judgement has this reference, so none was given it."
                assembly.leave_empty(item.place, item.reference or "", why)
    number = 0
    for link in (link for linked in links for link in linked):
        if isinstance(link, ItemSeen) and id(link) not in given:
            number += 1
            given[id(link)] = f"?{number}"
    return given


def _are_counted_apart(by_name: dict[str, list[ItemSeen]]) -> bool:
    """Whether strengths and areas for improvement are each counted from 1, without letters."""
    if any(f"s{name}" in by_name or f"afi{name}" in by_name for name in by_name):
        return False
    return any(
        name[0].isdigit() and {item.kind for item in items} == {STRENGTH, AFI}
        for name, items in by_name.items()
    )
