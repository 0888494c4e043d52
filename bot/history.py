"""The audit in sentences: who changed what in an action, when, from what and to what."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo

from sqlmodel import Session

from bot.coaching.phrases import in_words, start_upper
from bot.coaching.wording import DRIVER_NAMES, RAG_WORDS, STATUS_NAMES
from storage import plans, providers
from storage.audit import Entry

# How a field is called in a sentence on what somebody has changed.
FIELDS = {
    "action": "the action",
    "so_what": "the answers to “so what?”",
    "impact": "the impact on learners",
    "measure": "the measure",
    "unit": "the unit of the measure",
    "direction": "whether higher or lower is better",
    "baseline": "the starting figure",
    "baseline_date": "the date of the starting figure",
    "target": "the target",
    "target_note": "the reason for the target",
    "evidence_source": "where the figure is read",
    "due": "the date",
    "driver": "the reason",
    "sar_items": "the SAR items",
    "theme_id": "the theme",
    "owner_id": "the owner",
    "owner_name": "the owner",
    "proposed_by_id": "who named the owner",
    "milestones": "the checks on the way",
    "status": "the status",
    "rag": "the RAG",
    "update": "a progress update",
    "closing_note": "the reason why it ended",
    "snoozed_until": "the day from which reminders come",
    "parked_at": "since when it is parked",
    "parked_by_id": "who parked it",
    "parked_note": "the reason why it is parked",
    "source_link": "the message it came from",
    "imported_as": "what the imported file called it",
}
_PEOPLE = frozenset({"owner_id", "proposed_by_id", "parked_by_id"})
_WORDS: dict[str, Mapping[str, str]] = {
    "status": {str(status): name for status, name in STATUS_NAMES.items()},
    "rag": {str(rag): word for rag, word in RAG_WORDS.items()},
    "driver": {str(driver): name for driver, name in DRIVER_NAMES.items()},
}
_ISO = re.compile(r"\b(\d{4}-\d{2}-\d{2})(?:T[\d:.+]+)?\b")
_OPERATOR = "whoever runs the bot"


def in_sentences(
    session: Session, workspace: str, entries: Sequence[Entry], zone: tzinfo
) -> list[str]:
    """Each entry as a sentence, with its instant by the clock of a time zone."""
    if not entries:
        return []
    people = {str(key): each.name for key, each in providers.people(session, workspace).items()}
    themes = {str(key): name for key, name in plans.theme_names(session, workspace).items()}

    def shown(field: str, value: str | None) -> str | None:
        if value is None:
            return None
        names = people if field in _PEOPLE else themes if field == "theme_id" else None
        if names is not None:
            return names.get(value, "one that is no longer there")
        return _WORDS.get(field, {}).get(value) or with_days(value)

    return [
        _said(entry, shown(entry.field, entry.old), shown(entry.field, entry.new), zone)
        for entry in entries
    ]


def _said(entry: Entry, old: str | None, new: str | None, zone: tzinfo) -> str:
    when, by = by_the_clock(entry.at, zone), start_upper(entry.by or _OPERATOR)
    what = f"{FIELDS.get(entry.field, entry.field)} of A-{entry.number}"
    if entry.field == "status" and old is None:
        did = f"began A-{entry.number} as {new}"
    elif not old:
        did = f"set {what} to “{new}”"
    elif not new:
        did = f"took out {what}, which was “{old}”"
    else:
        did = f"changed {what} from “{old}” to “{new}”"
    return f"{when}: {by} {did}."


def by_the_clock(at: datetime, zone: tzinfo) -> str:
    """An instant by the clock of a time zone, as in "23 November 2026, 10:00"."""
    there = at.astimezone(zone)
    return f"{in_words(there.date())}, {there:%H:%M}"


def with_days(value: str) -> str:
    """A value of the audit with its days, which it holds in ISO form, in words."""
    return _ISO.sub(_day, value)


def _day(found: re.Match[str]) -> str:
    try:
        return in_words(date.fromisoformat(found[1]))
    except ValueError:
        return found[0]
