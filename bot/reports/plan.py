"""The whole plan: its themes in order, how their actions stand, what the SAR asks for, and gaps."""

from bot.reports.counting import changes, counts, coverage, gap_counts, is_overdue
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


def figures(material: Material, subject: Subject | None) -> Figures:
    """Everything that is counted of the plan and of each theme."""
    entries = material.entries
    late = [e for e in entries if is_overdue(e, material)]
    return {
        "changes": changes(entries, material),
        "counts": counts(entries, material),
        "impact": impact_counts(entries, material),
        "coverage": coverage(material),
        "gaps": gap_counts(entries),
        "themes": themes(material),
        "overdue": [row(e, material) for e in sorted(late, key=_due)],
    }


def _due(entry: Entry) -> str:
    return str(entry.planned.draft.due)


def themes(material: Material) -> list[Figures]:
    """Each theme in its place, who sponsors it, and how its actions stand."""
    return [
        {
            "rank": place if theme.id is not None else None,
            "name": theme.name,
            "sponsor": theme.sponsor.name if theme.sponsor else None,
            "counts": counts(entries, material),
        }
        for place, (theme, entries) in enumerate(material.by_theme, start=1)
    ]


def words(figures: Figures) -> Words:
    """The plan in words."""
    news = changes_first(figures["changes"])
    named = [(theme["name"], theme["counts"]) for theme in figures["themes"]]
    gaps = tuple(Line(f"{number}", f"{gap}:") for gap, number in figures["gaps"].items())
    first = (
        counts_line(figures["counts"]),
        *attention_line(figures["counts"]),
        *coverage_line(figures["coverage"]),
        *impact_line(figures["impact"]),
    )
    sections = (
        *changes_section(figures["changes"]),
        Section("Themes, in order", theme_lines(figures["themes"])),
        *open_areas_section(figures["coverage"]),
        *rows_section("Overdue", figures["overdue"]),
        *((Section("Still open, in how many actions", gaps),) if gaps else ()),
    )
    return Words("The plan", news, first, counts_table("Theme", named), sections)


def theme_lines(themes: list[Figures]) -> tuple[Line, ...]:
    """A line for each theme: its place, its sponsor and its counts."""
    return counts_lines([(_numbered(t), _sponsor(t), t["counts"]) for t in themes])


def _numbered(theme: Figures) -> str:
    return f"{theme['rank']}. {theme['name']}" if theme["rank"] else str(theme["name"])


def _sponsor(theme: Figures) -> str:
    if theme["rank"] is None:
        return ""
    return f"sponsor {theme['sponsor']}" if theme["sponsor"] else "no sponsor yet"
