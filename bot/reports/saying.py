"""The words for figures that several views share."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.coaching.phrases import in_words, listed, start_upper, trim
from bot.coaching.viewing import counted, some
from bot.reports.counting import STANDING_NAMES, Standing
from bot.reports.progress import PROGRESS_NAMES, Progress
from bot.reports.report import Figures, Line, Section, Table

# A line of a phone or of a terminal of 80 columns, or two.
_SHORT = 90
_CHANGES_FIRST = 2


def day(iso: str) -> str:
    """A date of the figures as people write it."""
    return in_words(date.fromisoformat(iso))


def changes_first(changes: Figures) -> tuple[Line, ...]:
    """What has changed since last time, in one line, and then the most telling of it."""
    since = f"Since {day(changes['since'])}"
    gained, moved, agreed = (len(changes[name]) for name in ("gained", "moved", "agreed"))
    parts = [
        f"{counted(gained, 'gain')} for learners" if gained else "",
        f"{moved} moved" if moved else "",
        f"{agreed} newly agreed" if agreed else "",
    ]
    news = [part for part in parts if part]
    says = f"{since}: {listed(news)}." if news else f"{since} nothing has changed."
    told = [Line(one["says"], one["reference"]) for one in changes["gained"]]
    # What was gained names its measure; what only moved does not say of what.
    told += [Line(f"{one['says']} {_briefly(one)}", one["reference"]) for one in changes["moved"]]
    return (Line(says), *told[:_CHANGES_FIRST])


def _briefly(one: Figures, most: int = 60) -> str:
    return trim(one["action"] or "No action yet", most)


def changes_section(changes: Figures) -> tuple[Section, ...]:
    """All that has changed and all that is stuck; nothing where there is neither."""
    found = []
    for name, heading in (
        ("gained", "Gained for learners"),
        ("moved", "Moved"),
        ("stuck", "Stuck"),
    ):
        lines = tuple(
            Line(f"{_briefly(one, _SHORT)}\n{one['says']}", one["reference"])
            for one in changes[name]
        )
        if lines:
            found.append(Section(f"{heading} ({len(lines)})", lines))
    agreed = tuple(Line(_briefly(one, _SHORT), one["reference"]) for one in changes["agreed"])
    if agreed:
        found.append(Section(f"Newly agreed ({len(agreed)})", agreed))
    return tuple(found)


def counts_line(counts: Figures) -> Line:
    """How many actions there are and how they stand: "12 actions: 5 on track, 3 at risk"."""
    if not counts["actions"]:
        return Line("There is no action here yet.")
    each = [f"{counts[s.value]} {STANDING_NAMES[s]}" for s in Standing if counts[s.value]]
    return Line(f"{', '.join(each)}.", f"{counted(counts['actions'], 'action')}:")


def attention_line(counts: Figures) -> tuple[Line, ...]:
    """What of these actions wants a look; nothing where none does."""
    parts = [
        f"{counts['overdue']} overdue" if counts["overdue"] else "",
        f"{counts['quiet']} without a word for four weeks" if counts["quiet"] else "",
        f"{counts['with_gaps']} with something still open" if counts["with_gaps"] else "",
    ]
    found = [part for part in parts if part]
    return (Line(f"{start_upper(listed(found))}.", "Look at:"),) if found else ()


def impact_line(impact: Figures) -> tuple[Line, ...]:
    """What the readings say, over all promised actions."""
    if not impact["promised"]:
        return ()
    each = [f"{impact[p.value]} {PROGRESS_NAMES[p]}" for p in Progress if impact[p.value]]
    return (Line(f"{', '.join(each)}.", "Impact:"),)


def coverage_line(coverage: Figures) -> tuple[Line, ...]:
    """How many areas for improvement are answered, wait and are open."""
    if not coverage["areas"]:
        return ()
    parts = [f"{coverage['answered']} of {coverage['areas']} have an action"]
    parts += [f"{waits} wait with a reason"] if (waits := coverage["waiting"]) > 1 else []
    parts += ["1 waits with a reason"] if waits == 1 else []
    parts += [f"{coverage['open']} open ({_references(coverage)})"] if coverage["open"] else []
    return (Line(f"{', '.join(parts)}.", "Areas for improvement:"),)


def _references(coverage: Figures) -> str:
    return some([area["reference"] for area in coverage["open_areas"]])


def open_areas_section(coverage: Figures) -> tuple[Section, ...]:
    """The areas for improvement without an action, each with its judgement."""
    lines = tuple(Line(a["judgement"], a["reference"]) for a in coverage["open_areas"])
    return (Section(f"No action yet ({len(lines)})", lines),) if lines else ()


def stands(row: Figures) -> str:
    """How an action stands, in a few words: "at risk, overdue since 31 May 2027"."""
    parts = [STANDING_NAMES[Standing(row["standing"])]]
    if row["due"] and row["standing"] not in (Standing.COMPLETE, Standing.PARKED):
        parts.append(f"{'overdue since' if row['overdue'] else 'due'} {day(row['due'])}")
    return ", ".join(parts)


def from_now_to(row: Figures) -> str:
    """The measure of an action in one breath: "attendance from 74%, now 79%, to 85%"."""
    levels = [f"from {row['baseline']}"] if row["baseline"] else []
    levels += [f"to {row['target']}"] if row["target"] else []
    if row["latest"]:
        levels.insert(1 if row["baseline"] else 0, f"now {row['latest']}")
        return f"{row['measure'] or 'the measure'} {', '.join(levels)}"
    if not levels:
        return row["measure"] or ""
    return f"{row['measure'] or 'the measure'} {' '.join(levels)}, no reading yet"


def row_line(row: Figures) -> Line:
    """An action in two or three short lines: what is done, how it stands, how its measure goes."""
    says = [trim(row["action"] or "No action yet", 2 * _SHORT)]
    who = f" · {row['owner']}" if row["owner"] else ""
    says.append(f"{start_upper(stands(row))}{who}")
    measured = from_now_to(row)
    says += [start_upper(measured)] if measured else []
    return Line("\n".join(says), row["reference"])


def rows_section(heading: str, rows: Sequence[Figures]) -> tuple[Section, ...]:
    """These actions under a heading that says how many; nothing where there is none."""
    if not rows:
        return ()
    return (Section(f"{heading} ({len(rows)})", tuple(row_line(row) for row in rows)),)


_COUNTED = (
    Standing.ON_TRACK,
    Standing.AT_RISK,
    Standing.OFF_TRACK,
)


def counts_table(first: str, named: Sequence[tuple[str, Mapping[str, int]]]) -> Table | None:
    """A row of counts for each of several things; None where there are none."""
    if not named:
        return None
    columns = (first, "Actions", *(start_upper(STANDING_NAMES[s]) for s in _COUNTED), "Overdue")
    rows = tuple(
        (
            name,
            str(counts["actions"]),
            *(str(counts[s.value]) for s in _COUNTED),
            str(counts["overdue"]),
        )
        for name, counts in named
    )
    return Table(columns, rows)


def counts_lines(named: Sequence[tuple[str, str, Figures]]) -> tuple[Line, ...]:
    """The same in a line each, with what is to be said beside the name."""
    found = []
    for name, beside, counts in named:
        stand = counts_line(counts)
        late = f" {counts['overdue']} overdue." if counts["overdue"] else ""
        says = f"{stand.lead} {stand.text}".strip() + late
        found.append(Line(f"{beside}\n{says}" if beside else says, f"{name}:"))
    return tuple(found)
