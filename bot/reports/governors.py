"""One page for governors: judgements, impact, risks, and what needs a decision.

Sponsors are named, as they answer for themes; owners are not.
"""

from collections import Counter
from collections.abc import Iterable

from bot.coaching.carrying import carried
from bot.coaching.checks_shape import most_actions
from bot.coaching.looking import is_behind, look, owner_fault
from bot.coaching.phrases import listed, start_upper
from bot.coaching.viewing import counted, is_grave, some
from bot.coaching.whole_plan import Planned
from bot.reports.counting import Standing, changes, coverage, is_overdue, standing_of
from bot.reports.material import Entry, Material
from bot.reports.progress import PROGRESS_NAMES, Progress, impact_counts, progress_of, row
from bot.reports.report import Figures, Line, Section, Subject, Table, Words
from bot.reports.sar import was_is_needs
from bot.reports.saying import (
    changes_first,
    changes_section,
    impact_line,
)
from storage.vocabulary import Rag, SarKind

_IN_TABLE = 5
# What moved comes before what did not.
_TOLD = (Progress.MET, Progress.MOVING, Progress.NOT_MOVING, Progress.UNCLEAR)


def figures(material: Material, subject: Subject | None) -> Figures:
    """Everything on the page; no owner is in it."""
    return {
        "changes": changes(material.entries, material),
        "judgements": _judgements(material),
        "coverage": coverage(material),
        "impact": {
            **impact_counts(material.entries, material),
            "measures": _measures(material),
        },
        "risks": _risks(material),
        "asks": _asks(material),
        "themes": [
            {"name": theme.name, "sponsor": theme.sponsor.name if theme.sponsor else None}
            for theme in material.plan.themes
            if theme.id is not None
        ],
    }


def _judgements(material: Material) -> list[Figures]:
    """What the SAR says under each heading, which stands as whoever wrote it put it."""
    headings: dict[str | None, list[int]] = {}
    for number, item in enumerate(material.plan.sar_items):
        headings.setdefault(item.evaluation_area or None, []).append(number)
    found = []
    for heading, numbers in headings.items():
        items = [material.plan.sar_items[number] for number in numbers]
        areas = sum(item.kind is SarKind.AREA_FOR_IMPROVEMENT for item in items)
        grades = Counter(item.grade for item in items if item.grade)
        found.append(
            {
                "evaluation_area": heading,
                "carried_to": _carried(heading, material),
                "grades": dict(grades.most_common()),
                "strengths": len(items) - areas,
                "areas": areas,
            }
        )
    return found


def _carried(heading: str | None, material: Material) -> list[str]:
    """What a heading of an older framework comes to in the one that the plan answers to."""
    if heading is None or material.framework is None:
        return []
    found = carried(heading, material.framework)
    return [name for name in found.headings if name.casefold() != heading.casefold()]


def _measures(material: Material) -> list[Figures]:
    """The measures that have a reading, those that met their target first."""
    found = []
    for entry in material.entries:
        if entry.is_promised:
            progress = progress_of(entry.planned, material.today)
            if progress in _TOLD:
                found.append((_TOLD.index(progress), {**row(entry, material), "owner": None}))
    found.sort(key=lambda one: one[0])
    return [measure for _, measure in found]


def _risks(material: Material) -> Figures:
    standing = {e.reference: standing_of(e.planned) for e in material.entries}
    weak = [i for i in material.whole.areas_for_improvement if is_grave(i)]
    return {
        "off_track": [r for r, stands in standing.items() if stands is Standing.OFF_TRACK],
        "overdue": [e.reference for e in material.entries if is_overdue(e, material)],
        "contradicted": [e.reference for e in material.entries if _is_rosy(e.planned, material)],
        "weak_areas_open": [i.reference for i in weak if i.reference in material.plan.uncovered],
    }


def _is_rosy(planned: Planned, material: Material) -> bool:
    """Whether it is called on track while its reading is well behind the way to the target."""
    last = planned.last_reading
    if standing_of(planned) is not Standing.ON_TRACK or planned.rated is not Rag.GREEN:
        return False
    if last is None:
        return False
    seen = look(planned, material.today)
    return is_behind(seen, last, material.whole.begins, material.limits.behind)


def _asks(material: Material) -> Figures:
    departments = {i.department.lower() for i in material.plan.sar_items if i.department}
    live = [e for e in material.entries if e.planned.is_live]
    most = most_actions(material.whole, material.limits)
    return {
        "open_areas": list(material.plan.uncovered),
        "parked_without_reason": _references(
            e
            for e in material.entries
            if e.planned.is_parked and not e.line.stored.action.parked_note
        ),
        "without_owner": _references(e for e in live if owner_fault(e.planned, departments)),
        "themes_without_sponsor": [t.name for t in material.whole.themes if not t.sponsor],
        "live": len(live),
        "most": most,
    }


def _references(entries: Iterable[Entry]) -> list[str]:
    return [entry.reference for entry in entries]


def words(figures: Figures) -> Words:
    """The page in words."""
    news = changes_first(figures["changes"])
    judgements = figures["judgements"]
    strengths = sum(j["strengths"] for j in judgements)
    areas = sum(j["areas"] for j in judgements)
    risks, asks = _risk_lines(figures["risks"]), _ask_lines(figures["asks"])
    covered = figures["coverage"]
    told = f"{counted(strengths, 'strength')}, {counted(areas, 'area for improvement')}"
    if areas:
        answered, waiting = covered["answered"], covered["waiting"]
        told += f" ({answered} with an action, {waiting} waiting with a reason)"
    first = (
        Line(f"{told}.", "The SAR:"),
        *impact_line(figures["impact"]),
        Line(_briefly(risks, "nothing stands out"), "Risks:"),
        Line(_briefly(asks, "nothing"), "To decide:"),
    )
    measures = figures["impact"]["measures"]
    headings = tuple(_judgement(each) for each in judgements)
    themes = figures["themes"]
    sponsors = tuple(Line(t["sponsor"] or "no sponsor yet", f"{t['name']}:") for t in themes)
    sections = (
        *((Section("To decide", asks),) if asks else ()),
        *((Section("Risks", risks),) if risks else ()),
        *((Section("Impact on learners", _by_progress(measures)),) if measures else ()),
        *((Section("Judgements of the SAR", headings),) if headings else ()),
        *((Section("Themes and their sponsors", sponsors),) if sponsors else ()),
        *changes_section(figures["changes"]),
    )
    return Words("For governors", news, first, _table(measures), sections)


def _briefly(lines: tuple[Line, ...], none: str) -> str:
    return f"{listed([line.lead.rstrip(':') for line in lines]) if lines else none}."


# What is counted: its name among the figures, a noun, and what there is to say of it.
_RISKS = (
    ("off_track", "action", "off track"),
    ("overdue", "action", "overdue"),
    ("contradicted", "action", "called on track but well behind by its figures"),
    ("weak_areas_open", "weak area", "of the SAR without an action"),
)
_ASKS = (
    ("open_areas", "area for improvement", "without an action or a reason to wait"),
    ("without_owner", "action", "without one named owner"),
    ("themes_without_sponsor", "theme", "without a sponsor"),
    ("parked_without_reason", "action", "parked without a reason"),
)
_MOST_NAMED = 12


def _risk_lines(risks: Figures) -> tuple[Line, ...]:
    return tuple(_of(risks[name], noun, says) for name, noun, says in _RISKS if risks[name])


def _ask_lines(asks: Figures) -> tuple[Line, ...]:
    lines = [_of(asks[name], noun, says) for name, noun, says in _ASKS if asks[name]]
    if asks["live"] > asks["most"]:
        over = asks["live"] - asks["most"]
        says = f"{asks['live']} live ones, and a plan has room for {asks['most']}."
        lines.append(Line(says, f"{counted(over, 'action')} more than people keep up with:"))
    return tuple(lines)


def _of(references: list[str], noun: str, says: str) -> Line:
    return Line(f"{some(references, _MOST_NAMED)}.", f"{counted(len(references), noun)} {says}:")


def _judgement(judged: Figures) -> Line:
    grades = [
        f"{grade} ({times})" if times > 1 else grade for grade, times in judged["grades"].items()
    ]
    told = f"{counted(judged['strengths'], 'strength')}, "
    told += f"{counted(judged['areas'], 'area for improvement')}."
    parts = [f"{listed(grades)}.", told] if grades else [told]
    if judged["carried_to"]:
        now = listed([f"“{heading}”" for heading in judged["carried_to"]])
        parts.append(f"Now under {now}.")
    return Line(" ".join(parts), f"{judged['evaluation_area'] or 'No heading given'}:")


def _by_progress(measures: list[Figures]) -> tuple[Line, ...]:
    return tuple(
        Line(
            f"{start_upper(PROGRESS_NAMES[Progress(m['progress'])])}. {was_is_needs(m)}",
            m["reference"],
        )
        for m in measures
    )


def _table(measures: list[Figures]) -> Table | None:
    """The measures that have moved most plainly; None where none has a reading."""
    if not measures:
        return None
    rows = tuple(
        (
            start_upper(m["measure"] or m["reference"]),
            m["baseline"] or "",
            m["latest"] or "",
            m["target"] or "",
        )
        for m in measures[:_IN_TABLE]
    )
    return Table(("Measure", "Was", "Is", "Target"), rows)
