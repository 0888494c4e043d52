"""The thread from each area for improvement to its actions, and to where the measure is now."""

from bot.coaching.phrases import start_upper, trim
from bot.reports.counting import STANDING_NAMES, Standing, changes, coverage
from bot.reports.material import Entry, Material
from bot.reports.progress import impact_counts, row
from bot.reports.report import Figures, Line, Section, Subject, Words
from bot.reports.saying import (
    changes_first,
    changes_section,
    coverage_line,
    day,
    impact_line,
)
from storage.vocabulary import SarKind

_OPEN_FIRST = 3


def subjects(material: Material) -> list[Subject]:
    """The areas for improvement by reference, in the order of the SAR."""
    return [Subject(i.reference, i.reference) for i in material.whole.areas_for_improvement]


def figures(material: Material, subject: Subject | None) -> Figures:
    """Each area for improvement with its actions, or the one asked for."""
    by_item: dict[str, list[Entry]] = {}
    for entry in material.entries:
        for reference in dict.fromkeys(entry.planned.draft.sar_items):
            by_item.setdefault(reference, []).append(entry)
    areas: list[Figures] = []
    for item in material.whole.areas_for_improvement:
        if subject is not None and item.reference != subject.key:
            continue
        entries = by_item.get(item.reference, [])
        is_answered = any(not e.planned.is_parked for e in entries)
        waits = "waiting" if item.waiting_note else "open"
        areas.append(
            {
                "reference": item.reference,
                "judgement": item.judgement,
                "department": item.department,
                "evaluation_area": item.evaluation_area,
                "grade": item.grade,
                "measure": item.measure,
                "baseline": item.baseline,
                "baseline_date": item.baseline_date.isoformat() if item.baseline_date else None,
                "state": "answered" if is_answered else waits,
                "waiting_note": item.waiting_note,
                "actions": [row(entry, material) for entry in entries],
            }
        )
    # An action on several areas counts once.
    shown = {e.reference: e for area in areas for e in by_item.get(area["reference"], ())}
    answering = tuple(shown.values())
    return {
        "about": subject.name if subject else None,
        "changes": changes(answering, material),
        "coverage": coverage(material),
        "impact": impact_counts(answering, material),
        "strengths": sum(i.kind is SarKind.STRENGTH for i in material.plan.sar_items),
        "areas": areas,
    }


def words(figures: Figures) -> Words:
    """The SAR in words, what nobody answers first."""
    news = changes_first(figures["changes"])
    areas = figures["areas"]
    if figures["about"]:
        (area,) = areas
        first = (Line(area["judgement"]), *_thread(area))
        return Words(f"From {area['reference']} to impact", news, first)
    strengths = Line(f"{figures['strengths']}.", "Strengths:")
    open_areas = figures["coverage"]["open_areas"]
    named = [Line(trim(a["judgement"], 90), a["reference"]) for a in open_areas[:_OPEN_FIRST]]
    first = (
        *coverage_line(figures["coverage"]),
        *named,
        *impact_line(figures["impact"]),
        *((strengths,) if figures["strengths"] else ()),
    )
    if not areas:
        first = (*first, Line("The SAR has no area for improvement yet."))
    sections = [
        Section(f"{heading} ({len(those)})", tuple(_area_line(area) for area in those))
        for heading, state in (
            ("No action yet", "open"),
            ("From finding to impact", "answered"),
            ("Waiting, with a reason", "waiting"),
        )
        if (those := [area for area in areas if area["state"] == state])
    ]
    sections += changes_section(figures["changes"])
    return Words("From the SAR to impact", news, first, None, tuple(sections))


def _area_line(area: Figures) -> Line:
    parts = [area["judgement"], *(f"{line.lead} {line.text}".strip() for line in _thread(area))]
    return Line("\n".join(parts), area["reference"])


def _thread(area: Figures) -> tuple[Line, ...]:
    """Where an area was, and by each of its actions where it is and where it needs to be."""
    lines = []
    if area["baseline"]:
        measure = f"{area['measure']} " if area["measure"] else ""
        lines.append(Line(f"{measure}{area['baseline']}{_on(area['baseline_date'])}.", "The SAR:"))
    if area["waiting_note"] and area["state"] == "waiting":
        lines.append(Line(area["waiting_note"], "Waits:"))
    lines += [Line(was_is_needs(each), each["reference"]) for each in area["actions"]]
    if area["state"] == "open":
        lines.append(Line("Nothing but what is parked." if area["actions"] else "No action yet."))
    return tuple(lines)


def was_is_needs(row: Figures) -> str:
    """Where we were, where we are and where we need to be, each with its date."""
    stands = start_upper(STANDING_NAMES[Standing(row["standing"])])
    late = ", overdue" if row["overdue"] else ""
    if not (row["measure"] or row["baseline"] or row["target"] or row["latest"]):
        return f"No measure yet. {stands}{late}."
    parts = []
    if row["baseline"]:
        parts.append(f"was {row['baseline']}{_on(row['baseline_date'])}")
    if row["latest"]:
        parts.append(f"is {row['latest']}{_on(row['latest_on'])}")
    else:
        parts.append("no reading yet")
    if row["target"]:
        by = f" by {day(row['due'])}" if row["due"] else ""
        parts.append(f"needs to be {row['target']}{by}")
    measure = row["measure"] or "the measure"
    return f"{start_upper(measure)}: {', '.join(parts)}. {stands}{late}."


def _on(iso: str | None) -> str:
    return f" ({day(iso)})" if iso else ""
