"""What was understood of a file and what comes of it, in words and as data."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.coaching.phrases import listed
from bot.coaching.privacy import private
from bot.coaching.replies import tells_of_risk
from bot.coaching.viewing import counted, some
from bot.importing.understood import NotPlaced, Understood
from bot.merging import Merged, OwnerAsked, Tally
from storage.vocabulary import SarKind

_KINDS = {SarKind.AREA_FOR_IMPROVEMENT: "area for improvement", SarKind.STRENGTH: "strength"}
_QUOTED = 80


def is_nothing(understood: Understood) -> bool:
    """Whether a file has nothing that a plan could take."""
    document = understood.document
    return not (document.sar_items or document.actions or document.themes)


def counts(understood: Understood) -> str:
    """What there is in a file: "18 areas for improvement, 11 strengths and 20 actions"."""
    document = understood.document
    parts = [
        counted(number, noun)
        for kind, noun in _KINDS.items()
        if (number := sum(item.kind is kind for item in document.sar_items))
    ]
    if document.themes:
        parts.append(counted(len(document.themes), "theme"))
    if document.actions:
        parts.append(counted(len(document.actions), "action"))
    return listed(parts) if parts else "nothing"


def changes(merged: Merged, is_done: bool) -> Iterator[str]:
    """What of it is new and what is there already, a line each."""
    items = Tally(*(sum(getattr(t, n) for t in merged.items.values()) for n in vars(Tally())))
    for noun, tally in (("SAR item", items), ("action", merged.actions)):
        parts = []
        if tally.new:
            parts.append(f"{counted(tally.new, f'new {noun}')}")
        if tally.changed:
            parts.append(
                f"{counted(tally.changed, noun)} that the file words or fills in otherwise"
            )
        if tally.same:
            parts.append(
                f"{counted(tally.same, noun)} as {'it is' if tally.same == 1 else 'they are'}"
            )
        if parts:
            yield f"{listed(parts)}."
    if merged.new_themes:
        yield f"New {'theme' if len(merged.new_themes) == 1 else 'themes'}: " + (
            f"{some([f'“{_cut(name)}”' for name in merged.new_themes])}."
        )
    if merged.linked_before:
        pairs = [f"{_cut(now)} (then {_cut(then)})" for now, then in merged.linked_before]
        verb = "is" if is_done else "will be"
        yield f"Linked to last year's SAR {verb} {some(pairs)}, as the words are the same."


def not_placed(understood: Understood) -> list[str]:
    """Each row that could not be used, where it stands and why."""
    return [told(each) for each in understood.not_placed]


def left_empty(understood: Understood) -> list[str]:
    """Each cell whose row was taken without it, where it stands and why."""
    return [told(each) for each in understood.left_empty]


def told(each: NotPlaced) -> str:
    """ "row 12 of Maths, “see report”: it does not say …"."""
    text = _cut(each.text)
    quoted = f", “{text}”" if text else ""
    return f"{each.place}{quoted}: {each.why}"


def _cut(text: str) -> str:
    """The words of a cell in one line, and no more of them than are read."""
    text = " ".join(text.split())
    return text if len(text) <= _QUOTED else f"{text[: _QUOTED - 1].rstrip()}…"


def too_private(understood: Understood) -> list[str]:
    """Each item and action that seems to tell of one learner, or of somebody at risk, and where.

    They are said and not left out: a file may name a member of staff in ways that a reader takes
    for a learner, and whoever gives it can tell.
    """
    document, found = understood.document, []
    people = [action.owner.name for action in document.actions if action.owner]
    people += [theme.sponsor.name for theme in document.themes if theme.sponsor]
    names = tuple(dict.fromkeys(people))
    for kind, entries in (("item", document.sar_items), ("action", document.actions)):
        for number, entry in enumerate(entries):
            told = [getattr(entry, name, None) for name in _TELLING]
            told += [update.note for update in getattr(entry, "updates", ())]
            if any(private(text, names) or tells_of_risk(text) for text in told if text):
                place = understood.places.get(f"{kind} {number}", getattr(entry, "reference", kind))
                found.append(f"{place}: take it out of the file before you take it in.")
    return found


_TELLING = ("judgement", "evidence", "action", "impact")


def unsure_owners(understood: Understood, merged: Merged, is_done: bool) -> list[str]:
    """Each owner of whom it is not sure who is meant, or who is not one person."""
    lines = [asked(each, merged, is_done) for each in merged.owners_asked]
    places, actions = understood.places, understood.document.actions
    for number, text in understood.owners_unsure:
        about = actions[number].reference or str(places.get(f"action {number}", "one action"))
        lines.append(f"“{text}” is not one named person ({about}).")
    return lines


def asked(owner: OwnerAsked, merged: Merged, is_done: bool) -> str:
    """Whom a file names and who that may be."""
    about = f"“{owner.name}” ({some(_labels(owner.actions, merged, is_done))})"
    if not owner.may_be:
        return f"{about} is nobody that I know here."
    return f"{about} may be {listed([known.name for known in owner.may_be][:4], 'or')}."


def for_talk(merged: Merged, is_done: bool) -> str | None:
    """Which actions need the so-what conversation; None where none does."""
    wanting = merged.to_talk_over
    if not wanting:
        return None
    total = merged.actions.new + merged.actions.changed
    verb = "needs" if len(wanting) == 1 else "need"
    share = f"{len(wanting)} of {counted(total, 'action')}"
    return (
        f"{share} {verb} the “so what?” conversation: {some(_labels(wanting, merged, is_done), 8)}."
    )


def not_in_sar(merged: Merged, is_done: bool) -> list[str]:
    """Each reference that nothing in the SAR answers to, and which actions have it."""
    found: dict[str, list[str]] = {}
    for action, item in merged.not_linked:
        found.setdefault(item, []).append(action)
    return [
        f"{item}, to which {some(_labels(who, merged, is_done))} refer{'s' * (len(who) == 1)}"
        for item, who in found.items()
    ]


def _labels(references: Sequence[str], merged: Merged, is_done: bool) -> list[str]:
    """What actions are called: as the file does, where it does, until they are in the plan."""
    return [r if is_done else merged.called.get(r, r) for r in references]


def in_full(
    name: str, provider: str, understood: Understood, merged: Merged, is_dry: bool
) -> Iterator[str]:
    """All that is to be told of a file, a line each, for a terminal."""
    yield f"{name}: {counts(understood)}, for the plan of {provider}, {merged.academic_year}."
    yield from changes(merged, not is_dry)
    for heading, lines in (
        ("May tell of one learner", too_private(understood)),
        ("Could not be placed", not_placed(understood)),
        ("Left empty", left_empty(understood)),
        ("Owners to ask about", unsure_owners(understood, merged, not is_dry)),
        ("Not in the SAR", not_in_sar(merged, not is_dry)),
    ):
        if lines:
            yield f"{heading} ({len(lines)})"
            yield from (f"  {line}" for line in lines)
    talk = for_talk(merged, not is_dry)
    if talk:
        yield talk
    if is_dry:
        yield "Nothing has been written: leave out --dry-run to take it in."


def as_json(understood: Understood, merged: Merged) -> dict[str, Any]:
    """The same as data."""
    document = understood.document
    kinds = [item.kind for item in document.sar_items]
    return {
        "academic_year": merged.academic_year,
        "understood": {
            "areas_for_improvement": kinds.count(SarKind.AREA_FOR_IMPROVEMENT),
            "strengths": kinds.count(SarKind.STRENGTH),
            "themes": len(document.themes),
            "actions": len(document.actions),
        },
        "not_placed": _rows(understood.not_placed),
        "left_empty": _rows(understood.left_empty),
        "too_private": too_private(understood),
        "owners_unsure": unsure_owners(understood, merged, True),
        "sar_items": _tally(merged.items.values()),
        "actions": _tally([merged.actions]),
        "themes_new": list(merged.new_themes),
        "not_linked": [{"action": a, "sar_item": item} for a, item in merged.not_linked],
        "linked_to_last_year": [{"sar_item": a, "then": b} for a, b in merged.linked_before],
        "to_talk_over": list(merged.to_talk_over),
    }


def _rows(rows: Sequence[NotPlaced]) -> list[dict[str, str]]:
    return [{"where": str(row.place), "text": row.text, "why": row.why} for row in rows]


def _tally(tallies: Iterable[Tally]) -> dict[str, int]:
    each = list(tallies)
    return {name: sum(getattr(tally, name) for tally in each) for name in vars(Tally())}
