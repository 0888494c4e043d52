"""What one person answers for, or everyone's briefly."""

from datetime import date, timedelta

from bot.coaching.due import STALE_DAYS
from bot.coaching.viewing import counted
from bot.reports.counting import Standing, changes, counts
from bot.reports.material import Entry, Material, name_of
from bot.reports.progress import impact_counts, row
from bot.reports.report import Figures, Line, Section, Subject, Words
from bot.reports.saying import (
    attention_line,
    changes_first,
    changes_section,
    counts_line,
    counts_lines,
    counts_table,
    day,
    impact_line,
    rows_section,
)


def subjects(material: Material) -> list[Subject]:
    """Everyone who owns an action, by name."""
    return [Subject(key, name_of(owned)) for key, owned in material.by_owner.items()]


def figures(material: Material, subject: Subject | None) -> Figures:
    """What is counted of a person's actions, or of all owners.

    Of all owners those are named whom the viewer may see; the counts are of everybody.
    """
    if subject is None:
        return _of_all(material)
    owned = sorted(material.by_owner.get(subject.key, ()), key=_pressing)
    return {
        "name": subject.name,
        "changes": changes(owned, material),
        "counts": counts(owned, material),
        "impact": impact_counts(owned, material),
        "actions": [row(entry, material) for entry in owned],
    }


def _pressing(entry: Entry) -> tuple[bool, date]:
    return not entry.line.is_live, entry.planned.draft.due or date.max


def _of_all(material: Material) -> Figures:
    everyone = material.by_owner.values()
    heard_since = material.today - timedelta(days=STALE_DAYS)
    live = [[e for e in owned if e.line.is_live] for owned in everyone]
    return {
        "changes": changes(material.entries, material),
        "owners": len(material.by_owner),
        "without_owner": sum(not e.owner for e in material.entries),
        "most_live": max((len(entries) for entries in live), default=0),
        "heard": sum(any(_is_heard(e, heard_since) for e in entries) for entries in live),
        "with_overdue": sum(
            any(e.line.is_overdue(material.today) for e in entries) for entries in live
        ),
        "people": [
            {"name": name_of(owned), "counts": counts(owned, material)}
            for key, owned in material.by_owner.items()
            if key in material.seen_owners
        ],
    }


def _is_heard(entry: Entry, since: date) -> bool:
    last = entry.planned.last_update
    return last is not None and last.on > since


def words(figures: Figures) -> Words:
    """A person's actions in words, or everybody's."""
    news = changes_first(figures["changes"])
    if "people" in figures:
        return _words_of_all(figures)
    rows = figures["actions"]
    first = (
        counts_line(figures["counts"]),
        *attention_line(figures["counts"]),
        *impact_line(figures["impact"]),
        *_next_check(rows),
    )
    # Whose they are is in the title.
    named = [{**r, "owner": None} for r in rows]
    sections = (*rows_section("Actions", named), *changes_section(figures["changes"]))
    return Words(f"Actions of {figures['name']}", news, first, None, sections)


_OVER = (Standing.COMPLETE, Standing.PARKED)


def _next_check(rows: list[Figures]) -> tuple[Line, ...]:
    """The check on the way that comes first, which may be late already."""
    waiting = [r for r in rows if r["standing"] not in _OVER]
    checks = [(r["next_check"]["due"], r) for r in waiting if (r["next_check"] or {}).get("due")]
    if not checks:
        return ()
    due, row = min(checks, key=lambda one: str(one[0]))
    lead = "A check that was due:" if row["next_check"]["is_late"] else "Next check:"
    text = row["next_check"]["text"].rstrip(".")
    return (Line(f"{text} ({row['reference']}, {day(due)}).", lead),)


def _words_of_all(figures: Figures) -> Words:
    news = changes_first(figures["changes"])
    people = figures["people"]
    owners, bare = figures["owners"], figures["without_owner"]
    first = (
        Line(
            f"{counted(owners, 'person')} with actions, {figures['most_live']} live ones at most.",
            "Owners:",
        ),
        Line(f"{figures['heard']} of {owners} in the last four weeks.", "Heard from:"),
        Line(f"{figures['with_overdue']} of {owners}.", "With something overdue:"),
        *((Line(f"{counted(bare, 'action')}.", "No owner yet:"),) if bare else ()),
    )
    named = [(one["name"], one["counts"]) for one in people]
    lines = counts_lines([(name, "", counts) for name, counts in named])
    sections = (Section("By name", lines),) if lines else ()
    return Words("The owners", news, first, counts_table("Owner", named), sections)
