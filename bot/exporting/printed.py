"""The plan as it is printed, as data: what stands in which cell, for Word and for PDF alike.

Themes in order of rank, then what stands under none; then what no action answers yet, and what is
parked. Withdrawn actions are left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.coaching.phrases import listed
from bot.exporting.sheets import gaps_in_words
from bot.exporting.values import (
    DRIVERS,
    RAG_COLOURS,
    RAGS,
    STATUSES,
    day_in_words,
    printable,
)
from bot.plan_document import ActionEntry, PlanDocument, SarItemEntry, UpdateEntry
from storage.vocabulary import Direction, Rag, SarKind, Status

Look = Literal["plain", "strong", "small", "badge"]

# How the columns are headed, and their share of the width.
COLUMNS = (
    ("Ref", 5),
    ("Action", 21),
    ("Impact on learners", 27),
    ("From where to where", 15),
    ("Checks on the way", 13),
    ("Owner, and how it stands", 19),
)
NO_THEME = "No theme yet"
# Letters in a line of a column for each hundredth of the width, and the lines that surely fit on a
# page: a row of more may break.
_LETTERS_A_SHARE, _MOST_LINES = 1.4, 45
# A longer address is shown, and leads nowhere.
_LONGEST_LINK = 2_000
_BETTER = {Direction.HIGHER: "higher is better", Direction.LOWER: "lower is better"}


@dataclass(frozen=True)
class Line:
    """A line of a cell. `label` stands before the text; a badge has a fill and a colour of text."""

    text: str
    look: Look = "plain"
    label: str = ""
    fill: str = ""
    colour: str = ""
    link: str = ""


@dataclass(frozen=True)
class Row:
    """An action: a cell for each of the columns. `breaks` where a page may not hold it whole."""

    cells: tuple[tuple[Line, ...], ...]
    breaks: bool


@dataclass(frozen=True)
class Group:
    """The actions of a theme."""

    name: str
    sponsor: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class ShortList:
    """A list behind the themes: a heading, and lines with a reference as label."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Printed:
    """A plan for print: `footer` is whose it is and of which year, `summary` how it stands."""

    title: str
    provider: str
    footer: str
    summary: str
    columns: tuple[tuple[str, float], ...]
    groups: tuple[Group, ...]
    lists: tuple[ShortList, ...]


def as_printed(document: PlanDocument) -> Printed:
    """What is printed of a plan, and where."""
    kept = [action for action in document.actions if action.status is not Status.WITHDRAWN]
    shown = [action for action in kept if action.parked is None]
    provider = _one_line(document.provider or "")
    year = document.academic_year or ""
    return Printed(
        title=f"Quality improvement plan {year}".strip(),
        provider=provider,
        footer=" · ".join(filter(None, (provider, f"Quality improvement plan {year}".strip()))),
        summary=_summary(shown),
        columns=COLUMNS,
        groups=tuple(_groups(document, shown)),
        lists=tuple(
            ShortList(heading, lines)
            for heading, lines in (
                ("Areas for improvement that no action answers", _unanswered(document, shown)),
                ("Strengths that no action builds on", _strengths(document, shown)),
                ("Parked: these wait, and ask for nothing now", _parked(kept)),
            )
            if lines
        ),
    )


def _summary(actions: Sequence[ActionEntry]) -> str:
    rated = [
        f"{count} {RAGS[rag].partition(': ')[2]}"
        for rag in Rag
        if (count := sum(action.rag is rag for action in actions))
    ]
    unrated = sum(action.rag is None for action in actions)
    stand = [*rated, f"{unrated} not rated yet"] if unrated else rated
    gaps = sum(bool(action.gaps) for action in actions)
    parts = [
        f"{len(actions)} {'action' if len(actions) == 1 else 'actions'}",
        *([listed(stand)] if stand else []),
        *([f"{gaps} with something still open"] if gaps else []),
    ]
    return "; ".join(parts)


# --- themes ---------------------------------------------------------------------------------


def _groups(document: PlanDocument, actions: Sequence[ActionEntry]) -> Iterator[Group]:
    themes = sorted(document.themes, key=lambda theme: theme.rank)
    known = {theme.name for theme in themes}
    for theme in themes:
        sponsor = theme.sponsor.name if theme.sponsor else ""
        under = [action for action in actions if action.theme == theme.name]
        yield Group(
            f"{theme.rank}. {_one_line(theme.name)}",
            _one_line(f"Sponsor: {sponsor}" if sponsor else "No sponsor yet"),
            tuple(map(_row, under)),
        )
    others = [action for action in actions if action.theme not in known]
    for name in dict.fromkeys(action.theme for action in others):
        under = [action for action in others if action.theme == name]
        yield Group(_one_line(name or NO_THEME), "", tuple(map(_row, under)))


def _row(action: ActionEntry) -> Row:
    cells = tuple(
        tuple(line for line in cell(action) if line.text)
        for cell in (_called, _action, _changes, _levels, _checks, _stands)
    )
    highest = max(
        sum(_lines(line, share * _LETTERS_A_SHARE) for line in cell)
        for cell, (_, share) in zip(cells, COLUMNS, strict=True)
    )
    return Row(cells, breaks=highest > _MOST_LINES)


def _lines(line: Line, letters: float) -> float:
    return sum(1 + len(part) / letters for part in f"{line.label} {line.text}".split("\n"))


def _called(action: ActionEntry) -> Iterator[Line]:
    yield _line(action.reference, "strong")
    for reference in action.sar_items:
        yield _line(reference, "small")


def _action(action: ActionEntry) -> Iterator[Line]:
    yield _line(action.action, "strong")
    driver = DRIVERS[action.driver] if action.driver else None
    yield _line(driver, "small", "Reason:")


def _changes(action: ActionEntry) -> Iterator[Line]:
    yield _line(action.impact)
    yield _line(" → ".join(action.so_what), "small", "So what?")


def _levels(action: ActionEntry) -> Iterator[Line]:
    better = _BETTER[action.direction] if action.direction else None
    # A unit that stands in the figures needs no saying.
    figures = (action.baseline or "") + (action.target or "")
    unit = action.unit if action.unit and action.unit not in figures else None
    of_it = ", ".join(filter(None, (unit, better)))
    yield _line(f"{action.measure or ''}{f' ({of_it})' if of_it else ''}")
    if action.baseline or action.target or action.baseline_date:
        when = f" ({day_in_words(action.baseline_date)})" if action.baseline_date else ""
        yield _line(
            f"{action.baseline or 'not known'}{when} → {action.target or 'not set'}", "strong"
        )
    yield _line(day_in_words(action.due) if action.due else None, label="By")
    yield _line(action.evidence_source, label="Read in:")
    yield _line(action.target_note, "small", "Why this target:")


def _checks(action: ActionEntry) -> Iterator[Line]:
    for check in action.milestones:
        when = f"{day_in_words(check.due)}:" if check.due else ""
        yield _line(f"{check.text or '–'}{' (done)' if check.done else ''}", label=when)


def _stands(action: ActionEntry) -> Iterator[Line]:
    owner = action.owner.name if action.owner and action.owner.name else "No owner yet"
    yield _line(f"{owner} · {STATUSES[action.status].lower()}", "strong")
    if action.rag:
        fill, colour = RAG_COLOURS[action.rag]
        yield Line(RAGS[action.rag], "badge", fill=fill, colour=colour)
    if action.updates:
        yield from _update(action.updates[-1], owner)
    before = "; ".join(_in_short(update) for update in action.updates[:-1])
    yield _line(before, "small", "Before:")
    yield _line(action.closing_note, label="Closed:")
    yield _line(gaps_in_words(action), "strong", "Still open:")


def _update(update: UpdateEntry, owner: str) -> Iterator[Line]:
    who = update.author.name if update.author else ""
    by = f", {_one_line(who)}" if who not in ("", owner) else ""
    yield _line(update.note or "–", label=f"{_day(update)}{by}:")
    yield _line(update.reading, "strong", "Reading:")
    link = update.evidence_link or ""
    is_web = link.startswith(("https://", "http://")) and len(link) < _LONGEST_LINK
    yield Line(printable(link), "small", "Evidence:", link=link if is_web else "")


def _in_short(update: UpdateEntry) -> str:
    return " ".join(filter(None, (_day(update), update.rag.value, update.reading)))


def _day(update: UpdateEntry) -> str:
    return day_in_words(update.at)


# --- behind the themes ----------------------------------------------------------------------


def _unanswered(document: PlanDocument, actions: Sequence[ActionEntry]) -> tuple[Line, ...]:
    return tuple(
        _item(item, _why_none(item))
        for item in _without_action(document, actions, SarKind.AREA_FOR_IMPROVEMENT)
    )


def _strengths(document: PlanDocument, actions: Sequence[ActionEntry]) -> tuple[Line, ...]:
    return tuple(_item(i, None) for i in _without_action(document, actions, SarKind.STRENGTH))


def _without_action(
    document: PlanDocument, actions: Iterable[ActionEntry], kind: SarKind
) -> list[SarItemEntry]:
    answered = {reference for action in actions for reference in action.sar_items}
    return [i for i in document.sar_items if i.kind is kind and i.reference not in answered]


def _why_none(item: SarItemEntry) -> str | None:
    if item.waiting_note:
        return f"Waits: {item.waiting_note}"
    return f"How we know: {item.evidence}" if item.evidence else None


def _item(item: SarItemEntry, more: str | None) -> Line:
    where = f" ({item.department})" if item.department else ""
    text = f"{item.judgement}{where}{f' · {more}' if more else ''}"
    return _line(_one_line(text), label=_one_line(item.reference or ""))


def _parked(actions: Iterable[ActionEntry]) -> tuple[Line, ...]:
    return tuple(
        _line(
            _one_line(
                f"{action.action or 'No action in words yet'} "
                f"(since {day_in_words(action.parked.at)}"
                f"{f': {action.parked.note}' if action.parked.note else ''})"
            ),
            label=action.reference or "",
        )
        for action in actions
        if action.parked
    )


def _line(text: str | None, look: Look = "plain", label: str = "") -> Line:
    return Line(printable(text or "").strip(), look, printable(label))


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())
