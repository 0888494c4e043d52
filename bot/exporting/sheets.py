"""The sheets of a plan as data: each column with the field it holds, its value and its width.

Headings are the first names in `columns.toml`. What says more than once what a sheet of its own
says in full, or what follows from the rest, is `derived`: an import leaves it aside.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.coaching.wording import GAP_NAMES
from bot.exporting.values import (
    DIRECTIONS,
    DRIVERS,
    KINDS,
    RAGS,
    STATUSES,
    YES_NO,
    day_in_words,
    instant,
)
from bot.plan_document import ActionEntry, PersonNamed, PlanDocument, UpdateEntry
from storage.models import MilestoneFields

Value = str | int | date | None


@dataclass(frozen=True)
class Column:
    """A column of a sheet: how to get its value from what a row is made of, and how it looks.

    `words` are what may stand in it, where that is a closed list. What is not `printed` stands
    to the right of what is.
    """

    field: str
    width: float
    value: Callable[[Any], Value]
    words: Mapping[Any, str] | None = None
    printed: bool = True
    derived: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title, its section in `columns.toml`, its columns, and what its rows are of."""

    title: str
    section: str
    columns: tuple[Column, ...]
    rows: Callable[[PlanDocument], Iterable[Any]]


# --- values ---------------------------------------------------------------------------------


def check_in_words(check: MilestoneFields) -> str:
    """A check on the way in one line: "28 Feb 2027: 60% on track (done)"."""
    when = f"{day_in_words(check.due)}: " if check.due else ""
    return f"{when}{check.text}{' (done)' if check.done else ''}"


def update_in_words(update: UpdateEntry) -> str:
    """A progress update in one line: day, who, RAG, note, reading and link, as far as there are."""
    who = f", {update.author.name}" if update.author and update.author.name else ""
    reading = f" Reading: {update.reading}." if update.reading else ""
    link = f" Evidence: {update.evidence_link}" if update.evidence_link else ""
    return f"{day_in_words(update.at)}{who}: {RAGS[update.rag]}. {update.note}{reading}{link}"


def gaps_in_words(action: ActionEntry) -> str | None:
    """What is still open in an action: "the target, the date"; None where nothing is."""
    return ", ".join(GAP_NAMES.get(f.criterion, f.criterion) for f in action.gaps) or None


def _name(person: PersonNamed | None) -> str | None:
    return person.name if person else None


def _slack_id(person: PersonNamed | None) -> str | None:
    return person.slack_user_id if person else None


def _lines(texts: Iterable[str]) -> str | None:
    return "\n".join(texts) or None


# --- columns --------------------------------------------------------------------------------

# References may hold commas, so each has a line of its own.
PLAN = (
    Column("reference", 10, lambda a: a.reference),
    Column("theme", 14, lambda a: a.theme),
    Column("sar_items", 8.5, lambda a: _lines(a.sar_items)),
    Column("action", 29, lambda a: a.action),
    Column("impact", 29, lambda a: a.impact),
    Column("measure", 13, lambda a: a.measure),
    Column("baseline", 9.5, lambda a: a.baseline),
    Column("target", 9.5, lambda a: a.target),
    Column("evidence_source", 13, lambda a: a.evidence_source),
    Column("due", 11, lambda a: a.due),
    Column("milestones", 25, lambda a: _lines(map(check_in_words, a.milestones)), derived=True),
    Column("owner", 12, lambda a: _name(a.owner)),
    Column("status", 11, lambda a: STATUSES[a.status], STATUSES),
    Column("rag", 12, lambda a: RAGS.get(a.rag), RAGS),
    Column("update", 26, lambda a: _lines(map(update_in_words, a.updates[-1:])), derived=True),
    Column("gaps", 12, gaps_in_words, derived=True),
    Column("driver", 20, lambda a: DRIVERS.get(a.driver), DRIVERS, printed=False),
    Column("unit", 9, lambda a: a.unit, printed=False),
    Column("direction", 9, lambda a: DIRECTIONS.get(a.direction), DIRECTIONS, printed=False),
    Column("baseline_date", 11, lambda a: a.baseline_date, printed=False),
    Column("target_note", 26, lambda a: a.target_note, printed=False),
    Column("closing_note", 26, lambda a: a.closing_note, printed=False),
    Column("parked_at", 22, lambda a: a.parked and instant(a.parked.at), printed=False),
    Column("parked_note", 26, lambda a: a.parked and a.parked.note, printed=False),
    Column("agreed_at", 22, lambda a: a.agreed_at and instant(a.agreed_at), printed=False),
    Column("imported_as", 12, lambda a: a.imported_as, printed=False),
    Column("source_link", 22, lambda a: a.source_link, printed=False),
    Column("owner_id", 14, lambda a: _slack_id(a.owner), printed=False),
)
_SAR = (
    Column("reference", 12, lambda i: i.reference),
    Column("kind", 13, lambda i: KINDS[i.kind], KINDS),
    Column("judgement", 50, lambda i: i.judgement),
    Column("evidence", 40, lambda i: i.evidence),
    Column("department", 18, lambda i: i.department),
    Column("evaluation_area", 18, lambda i: i.evaluation_area),
    Column("grade", 12, lambda i: i.grade),
    Column("theme", 18, lambda i: i.theme),
    Column("measure", 16, lambda i: i.measure),
    Column("baseline", 10, lambda i: i.baseline),
    Column("baseline_date", 11, lambda i: i.baseline_date),
    Column("waiting_note", 24, lambda i: i.waiting_note),
    Column("previous", 12, lambda i: i.previous),
)
_THEMES = (
    Column("rank", 7, lambda t: t.rank),
    Column("name", 60, lambda t: t.name),
    Column("sponsor", 26, lambda t: _name(t.sponsor)),
    Column("sponsor_id", 18, lambda t: _slack_id(t.sponsor), printed=False),
)
# Of these a row is the reference of the action and what hangs on it.
_CHECKS = (
    Column("action", 10, lambda r: r[0]),
    Column("due", 12, lambda r: r[1].due),
    Column("text", 70, lambda r: r[1].text),
    Column("done", 8, lambda r: YES_NO[r[1].done], YES_NO),
)
_SO_WHAT = (
    Column("action", 10, lambda r: r[0]),
    Column("text", 100, lambda r: r[1]),
)
_UPDATES = (
    Column("action", 10, lambda r: r[0]),
    Column("at", 22, lambda r: instant(r[1].at)),
    Column("rag", 16, lambda r: RAGS[r[1].rag], RAGS),
    Column("note", 60, lambda r: r[1].note),
    Column("reading", 14, lambda r: r[1].reading),
    Column("evidence_link", 34, lambda r: r[1].evidence_link),
    Column("author", 20, lambda r: _name(r[1].author)),
    Column("author_id", 16, lambda r: _slack_id(r[1].author), printed=False),
)


def _hanging(field: str) -> Callable[[PlanDocument], Iterable[Any]]:
    return lambda document: (
        (action.reference, part) for action in document.actions for part in getattr(action, field)
    )


SHEETS = (
    Sheet("Plan", "plan", PLAN, lambda document: document.actions),
    Sheet("SAR", "sar", _SAR, lambda document: document.sar_items),
    Sheet("Themes", "themes", _THEMES, lambda document: document.themes),
    Sheet("Checks", "checks", _CHECKS, _hanging("milestones")),
    Sheet("So what", "so_what", _SO_WHAT, _hanging("so_what")),
    Sheet("Updates", "updates", _UPDATES, _hanging("updates")),
)
