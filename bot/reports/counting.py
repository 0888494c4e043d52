"""How actions stand, counted: each has one standing, and may be late or quiet beside it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from bot.coaching.due import STALE_DAYS
from bot.coaching.overview import Line as Told
from bot.coaching.overview import overview
from bot.coaching.viewing import natural
from bot.coaching.whole_plan import Planned
from bot.reports.material import Entry, Material
from bot.reports.report import Figures
from storage.vocabulary import Rag, SarKind, Status


class Standing(StrEnum):
    """How an action stands, in the order of telling."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    COMPLETE = "complete"
    NO_UPDATE = "no_update"
    DRAFT = "draft"
    PARKED = "parked"


STANDING_NAMES = {
    Standing.ON_TRACK: "on track",
    Standing.AT_RISK: "at risk",
    Standing.OFF_TRACK: "off track",
    Standing.COMPLETE: "complete",
    Standing.NO_UPDATE: "no update yet",
    Standing.DRAFT: "draft",
    Standing.PARKED: "parked",
}
_BY_RAG = {
    Rag.GREEN: Standing.ON_TRACK,
    Rag.AMBER: Standing.AT_RISK,
    Rag.RED: Standing.OFF_TRACK,
    Rag.BLUE: Standing.COMPLETE,
    None: Standing.NO_UPDATE,
}


def standing_of(planned: Planned) -> Standing:
    """The one standing of an action that is not withdrawn."""
    if planned.is_parked:
        return Standing.PARKED
    if planned.status is Status.COMPLETE:
        return Standing.COMPLETE
    return Standing.DRAFT if planned.status is Status.DRAFT else _BY_RAG[planned.rated]


def is_overdue(entry: Entry, material: Material) -> bool:
    return entry.line.is_overdue(material.today)


def is_quiet(planned: Planned, material: Material) -> bool:
    """Whether nobody has said anything of a promised action for four weeks."""
    if not planned.is_agreed or standing_of(planned) is Standing.COMPLETE:
        return False
    since = planned.last_update.on if planned.last_update else planned.agreed_on
    return since is not None and (material.today - since).days >= STALE_DAYS


def counts(entries: Sequence[Entry], material: Material) -> Figures:
    """How many actions there are, by standing, and of them overdue, quiet, and with gaps."""
    by_standing = Counter(standing_of(entry.planned) for entry in entries)
    return {
        "actions": len(entries),
        **{standing.value: by_standing[standing] for standing in Standing},
        "overdue": sum(is_overdue(entry, material) for entry in entries),
        "quiet": sum(is_quiet(entry.planned, material) for entry in entries),
        "with_gaps": sum(bool(e.line.gaps) and not e.planned.is_parked for e in entries),
    }


def gap_counts(entries: Iterable[Entry]) -> dict[str, int]:
    """How many actions lack each thing, what most of them lack first."""
    found = Counter(gap for e in entries if not e.planned.is_parked for gap in e.line.gaps)
    return dict(found.most_common())


def changes(entries: Iterable[Entry], material: Material) -> Figures:
    """What there is to tell of these actions since the viewer last looked."""
    planned = [entry.planned for entry in entries]
    told = overview(planned, material.since, material.today)
    actions = {each.reference: each.draft.action for each in planned}
    agreed = [p.reference for p in planned if p.agreed_on and p.agreed_on >= material.since]

    def data(lines: Iterable[Told]) -> list[Figures]:
        return [
            {"reference": one.reference, "action": actions[one.reference], "says": one.says}
            for one in lines
        ]

    return {
        "since": material.since.isoformat(),
        "gained": data(told.gained),
        "moved": data(told.moved),
        "stuck": data(told.stuck),
        "agreed": [
            {"reference": reference, "action": actions[reference]}
            for reference in sorted(agreed, key=natural)
        ],
    }


def coverage(material: Material) -> Figures:
    """The areas for improvement that are answered, that wait with a reason, and that are open."""
    areas = [i for i in material.plan.sar_items if i.kind is SarKind.AREA_FOR_IMPROVEMENT]
    answered = answered_items(material)
    waiting = [i for i in areas if i.reference not in answered and i.waiting_note]
    uncovered = material.plan.uncovered
    return {
        "areas": len(areas),
        "answered": len([i for i in areas if i.reference in answered]),
        "waiting": len(waiting),
        "open": len(uncovered),
        "open_areas": [
            {"reference": i.reference, "judgement": i.judgement}
            for i in areas
            if i.reference in uncovered
        ],
    }


def answered_items(material: Material) -> frozenset[str]:
    """The SAR items that an action answers which does not wait."""
    return frozenset(
        reference
        for entry in material.entries
        if not entry.planned.is_parked
        for reference in entry.planned.draft.sar_items
    )
