"""One theme, or all of them briefly."""

from bot.reports.counting import answered_items, changes, counts
from bot.reports.material import Material
from bot.reports.plan import theme_lines, themes
from bot.reports.progress import impact_counts, row
from bot.reports.report import Figures, Line, Section, Subject, Words
from bot.reports.saying import (
    attention_line,
    changes_first,
    changes_section,
    counts_line,
    counts_table,
    impact_line,
    rows_section,
)
from storage.vocabulary import SarKind


def subjects(material: Material) -> list[Subject]:
    """The themes by rank; also what stands under none, if anything does."""
    return [Subject(str(theme.id or "none"), theme.name) for theme in material.plan.themes]


def figures(material: Material, subject: Subject | None) -> Figures:
    """What is counted of a theme and each of its actions, or of every theme."""
    if subject is None:
        return {
            "changes": changes(material.entries, material),
            "themes": themes(material),
        }
    keys = [each.key for each in subjects(material)]
    place = keys.index(subject.key)
    entries = material.by_theme[place][1]
    answered = answered_items(material)
    areas = [
        item
        for item in material.plan.sar_items
        if item.theme == subject.name and item.kind is SarKind.AREA_FOR_IMPROVEMENT
    ]
    theme = themes(material)[place]
    return {
        "rank": theme["rank"],
        "name": theme["name"],
        "sponsor": theme["sponsor"],
        "changes": changes(entries, material),
        "counts": counts(entries, material),
        "impact": impact_counts(entries, material),
        "areas": [
            {
                "reference": item.reference,
                "judgement": item.judgement,
                "answered": item.reference in answered,
                "waiting_note": item.waiting_note,
            }
            for item in areas
        ],
        "actions": [row(entry, material) for entry in entries],
    }


def words(figures: Figures) -> Words:
    """A theme in words, or all."""
    news = changes_first(figures["changes"])
    if "themes" in figures:
        named = [(theme["name"], theme["counts"]) for theme in figures["themes"]]
        lines = theme_lines(figures["themes"])
        first = () if named else (Line("No theme has been set yet."),)
        sections = (Section("Themes, in order", lines), *changes_section(figures["changes"]))
        return Words("The themes", news, first, counts_table("Theme", named), sections)
    sponsor = Line(figures["sponsor"] or "nobody yet", "Sponsor:")
    open_areas = [a for a in figures["areas"] if not a["answered"] and not a["waiting_note"]]
    first = (
        *((sponsor,) if figures["rank"] else ()),
        counts_line(figures["counts"]),
        *attention_line(figures["counts"]),
        *impact_line(figures["impact"]),
        *((_open(open_areas),) if open_areas else ()),
    )
    areas = tuple(_area(area) for area in figures["areas"])
    sections = (
        *rows_section("Actions", figures["actions"]),
        *((Section(f"Areas for improvement ({len(areas)})", areas),) if areas else ()),
        *changes_section(figures["changes"]),
    )
    return Words(figures["name"], news, first, None, sections)


def _open(areas: list[Figures]) -> Line:
    return Line(f"{', '.join(a['reference'] for a in areas)}.", "No action yet for:")


def _area(area: Figures) -> Line:
    if area["answered"]:
        says = "Has an action."
    else:
        note = area["waiting_note"]
        says = f"Waits: {note}" if note else "No action yet."
    return Line(f"{area['judgement']}\n{says}", area["reference"])
