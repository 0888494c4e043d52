"""One department, by the SAR items that actions answer, or all of them briefly."""

from bot.coaching.viewing import counted
from bot.reports.counting import answered_items, changes, counts
from bot.reports.material import Entry, Material
from bot.reports.progress import impact_counts, row
from bot.reports.report import Figures, Line, Section, Subject, Words
from bot.reports.saying import (
    attention_line,
    changes_first,
    changes_section,
    counts_line,
    counts_lines,
    counts_table,
    coverage_line,
    impact_line,
    open_areas_section,
    rows_section,
)
from storage.vocabulary import SarKind


def subjects(material: Material) -> list[Subject]:
    """The departments that the SAR speaks of, by name."""
    names = {item.department for item in material.plan.sar_items if item.department}
    return [Subject(name[:200], name) for name in sorted(names, key=str.casefold)]


def figures(material: Material, subject: Subject | None) -> Figures:
    """What is counted of a department, or of each; an action may answer items of several."""
    if subject is None:
        return {
            "changes": changes(material.entries, material),
            "departments": [_of(material, each.name) for each in subjects(material)],
            "elsewhere": sum(not _departments(e, material) for e in material.entries),
        }
    entries = _entries(material, subject.name)
    return {
        **_of(material, subject.name),
        "changes": changes(entries, material),
        "impact": impact_counts(entries, material),
        "actions": [row(entry, material) for entry in entries],
    }


def _of(material: Material, name: str) -> Figures:
    answered = answered_items(material)
    items = [item for item in material.plan.sar_items if item.department == name]
    areas = [item for item in items if item.kind is SarKind.AREA_FOR_IMPROVEMENT]
    left = [item for item in areas if item.reference not in answered]
    return {
        "name": name,
        "counts": counts(_entries(material, name), material),
        "strengths": len(items) - len(areas),
        "coverage": {
            "areas": len(areas),
            "answered": len(areas) - len(left),
            "waiting": sum(bool(item.waiting_note) for item in left),
            "open": sum(not item.waiting_note for item in left),
            "open_areas": [
                {"reference": i.reference, "judgement": i.judgement}
                for i in left
                if not i.waiting_note
            ],
        },
    }


def _entries(material: Material, name: str) -> list[Entry]:
    return [e for e in material.entries if name in _departments(e, material)]


def _departments(entry: Entry, material: Material) -> set[str]:
    of = material.department_of
    return {of[r] for r in entry.planned.draft.sar_items if r in of}


def words(figures: Figures) -> Words:
    """A department in words, or all."""
    news = changes_first(figures["changes"])
    if "departments" in figures:
        each = figures["departments"]
        elsewhere = Line(f"{figures['elsewhere']}.", "Actions of no department:")
        bare = Line("The SAR names no department yet.")
        told = (*(() if each else (bare,)), *((elsewhere,) if figures["elsewhere"] else ()))
        lines = counts_lines([(d["name"], _areas(d), d["counts"]) for d in each])
        named = [(d["name"], d["counts"]) for d in each]
        sections = (
            *((Section("Departments", lines),) if lines else ()),
            *changes_section(figures["changes"]),
        )
        return Words("The departments", news, told, counts_table("Department", named), sections)
    first = (
        counts_line(figures["counts"]),
        *attention_line(figures["counts"]),
        *coverage_line(figures["coverage"]),
        *impact_line(figures["impact"]),
    )
    sections = (
        *open_areas_section(figures["coverage"]),
        *rows_section("Actions", figures["actions"]),
        *changes_section(figures["changes"]),
    )
    return Words(figures["name"], news, first, None, sections)


def _areas(department: Figures) -> str:
    covered = department["coverage"]
    if not covered["areas"]:
        return ""
    left = f", {covered['open']} without" if covered["open"] else ""
    areas = counted(covered["areas"], "area for improvement")
    return f"{covered['answered']} of {areas} with an action{left}"
