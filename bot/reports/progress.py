"""How far the measure of an action has come: from where it was, to where it is, to the target."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from bot.coaching.looking import Level, comparable, level, sign_of
from bot.coaching.whole_plan import Planned
from bot.reports.counting import is_overdue, standing_of
from bot.reports.material import Entry, Material
from bot.reports.report import Figures
from storage.models import MilestoneFields


class Progress(StrEnum):
    """What the last reading says of the way from start to target, in the order of telling.

    UNCLEAR where there is one that cannot be set beside them.
    """

    MET = "met"
    MOVING = "moving"
    NOT_MOVING = "not_moving"
    NO_READING = "no_reading"
    UNCLEAR = "unclear"


PROGRESS_NAMES = {
    Progress.MET: "target met",
    Progress.MOVING: "moving the right way",
    Progress.NOT_MOVING: "not moving",
    Progress.NO_READING: "no reading yet",
    Progress.UNCLEAR: "a reading that cannot be compared",
}


def progress_of(planned: Planned, today: date) -> Progress:
    """What the newest reading of an action says."""
    last, draft = planned.last_reading, planned.draft
    if last is None:
        return Progress.NO_READING
    now = level(last.reading, draft.unit)
    sign = sign_of(draft, today)
    if now is None or sign is None:
        return Progress.UNCLEAR
    to_target = _way(level(draft.target, draft.unit), now, sign)
    if to_target is not None and to_target >= 0:
        return Progress.MET
    from_start = _way(level(draft.baseline, draft.unit), now, sign)
    if from_start is None:
        return Progress.UNCLEAR
    return Progress.MOVING if from_start > 0 else Progress.NOT_MOVING


def _way(from_: Level | None, to: Level, sign: int) -> float | None:
    """How much better one level is than another; None where they cannot be compared."""
    if from_ is None or not comparable(from_, to):
        return None
    return (to.value - from_.value) * sign


def impact_counts(entries: Iterable[Entry], material: Material) -> Figures:
    """How many promised actions stand where by their readings."""
    promised = [entry.planned for entry in entries if entry.is_promised]
    found = Counter(progress_of(planned, material.today) for planned in promised)
    return {"promised": len(promised), **{p.value: found[p] for p in Progress}}


def row(entry: Entry, material: Material) -> Figures:
    """One action as figures: where its measure was, is and should get to, and how it stands.

    The owner's name is in it only where the viewer may read it there.
    """
    planned, draft = entry.planned, entry.planned.draft
    last = planned.last_reading
    check = entry.line.next_milestone()
    return {
        "reference": entry.reference,
        "action": draft.action,
        "theme": draft.theme,
        "sar_items": list(draft.sar_items),
        "owner": material.name_beside(entry),
        "standing": standing_of(planned).value,
        "overdue": is_overdue(entry, material),
        "due": _iso(draft.due),
        "impact": draft.impact,
        "measure": draft.measure,
        "baseline": draft.baseline,
        "baseline_date": _iso(draft.baseline_date),
        "latest": last.reading if last else None,
        "latest_on": _iso(last.on if last else None),
        "target": draft.target,
        "progress": progress_of(planned, material.today).value,
        "next_check": _check(check, material.today) if check else None,
    }


def _check(check: MilestoneFields, today: date) -> Figures:
    is_late = check.due is not None and check.due < today
    return {"due": _iso(check.due), "text": check.text, "is_late": is_late}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
