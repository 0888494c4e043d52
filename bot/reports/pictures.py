"""Pictures of a whole plan: how its actions stood over the year, how far the SAR is answered.

Each takes plain values and gives a PNG with its words, or None where there is nothing to draw. That
of one measure is in `readings`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.coaching.dates import last_of_month
from bot.coaching.phrases import listed, start_upper, trim
from bot.coaching.wording import RAG_WORDS
from bot.reports.drawing import (
    FAINT,
    INK,
    SMALL,
    WIDTH,
    Fill,
    Picture,
    Shape,
    bar,
    drawn,
    legend,
    line,
    short_day,
    text,
    title,
    width_of,
)
from storage.vocabulary import Rag

# --- RAG over the year --------------------------------------------------------------------------

_WAITS = "no update yet"
_STANDS: dict[str, Fill] = {
    RAG_WORDS[Rag.RED]: Fill("#d55e00", "stripes"),
    RAG_WORDS[Rag.AMBER]: Fill("#e69f00", "dots", INK),
    RAG_WORDS[Rag.GREEN]: Fill("#009e73", "solid"),
    RAG_WORDS[Rag.BLUE]: Fill("#0072b2", "bars"),
    _WAITS: Fill("#d9d9d9", "solid", INK),
}


@dataclass(frozen=True)
class History:
    """How one action stood: since when it counts, and its updates; `completed_on` where it is."""

    agreed_on: date
    updates: tuple[tuple[date, Rag], ...] = ()
    completed_on: date | None = None

    def stood(self, day: date) -> str | None:
        """How it stood at the end of a day, in words; None before it was agreed."""
        if self.completed_on is not None and self.completed_on <= day:
            return RAG_WORDS[Rag.BLUE]
        said = [update for update in self.updates if update[0] <= day]
        if said:
            # Of two on one day the later one counts.
            return RAG_WORDS[sorted(said, key=lambda update: update[0])[-1][1]]
        return _WAITS if self.agreed_on <= day else None


# A shorter stretch is shown by weeks, since it has few months.
_BY_WEEK_UNTIL = timedelta(days=56)


def rag_picture(histories: Sequence[History], first: date, last: date) -> Picture | None:
    """How many actions stood how, at the end of each month from the first day to the last.

    Of eight weeks or fewer it shows each week. None where there is no action in that time.
    """
    days = _period_ends(first, last)
    columns = [
        (day, Counter(stood for h in histories if (stood := h.stood(day)) is not None))
        for day in days
    ]
    columns = columns[next((n for n, (_, c) in enumerate(columns) if c), len(columns)) :]
    if not columns:
        return None
    by_week = last - first <= _BY_WEEK_UNTIL
    shown = [name for name in _STANDS if any(counts[name] for _, counts in columns)]
    keys, y = legend(60, [(start_upper(name), _STANDS[name]) for name in shown])
    top, bottom = y + 26, y + 286
    highest = max(sum(counts.values()) for _, counts in columns)
    room = (WIDTH - 40) / len(columns)
    wide = min(70.0, room * 0.78)
    shapes = [title("How the actions stood"), *keys]
    for number, (day, counts) in enumerate(columns):
        x = 20 + room * number + (room - wide) / 2
        y = float(bottom)
        for name in reversed(shown):
            if not counts[name]:
                continue
            tall = (bottom - top) * counts[name] / highest
            y -= tall
            shapes.append(bar(x, y, wide, tall, _STANDS[name]))
            if tall >= 18:
                shapes.append(_number(x + wide / 2, y + tall / 2, counts[name], _STANDS[name]))
        total = str(sum(counts.values()))
        shapes += [
            text(x + wide / 2, y - 12, total, size=SMALL, anchor="middle", weight="bold"),
            text(
                x + wide / 2, bottom + 18, short_day(day) if by_week else f"{day:%b}",
                size=SMALL, anchor="middle", fill=FAINT,
            ),
        ]  # fmt: skip
    shapes.append(line(20, bottom, WIDTH - 20, bottom, fill=FAINT))
    when = "each week" if by_week else "each month"
    foot = f"Actions at the end of {when}; the last on {short_day(columns[-1][0])}"
    shapes.append(text(20, bottom + 46, foot, size=SMALL, fill=FAINT))
    return drawn(shapes, bottom + 64, f"How the actions stood. {_rag_alt(columns, shown)}")


def _number(x: float, y: float, number: int, fill: Fill) -> Shape:
    ground = None if fill.pattern == "solid" else fill.colour
    return text(
        x, y, str(number), size=SMALL, anchor="middle", fill=fill.ink, weight="bold", ground=ground
    )


def _period_ends(first: date, last: date) -> list[date]:
    """The last day of each week or month, the last of them being the last day itself."""
    days, day = [], first
    while day <= last:
        if last - first <= _BY_WEEK_UNTIL:
            ends = day + timedelta(days=6 - day.weekday())
        else:
            ends = last_of_month(day.year, day.month)
        days.append(min(ends, last))
        day = ends + timedelta(days=1)
    return days


def _rag_alt(columns: Sequence[tuple[date, Counter[str]]], shown: Sequence[str]) -> str:
    says = []
    for day, counts in columns:
        parts = [f"{counts[name]} {name}" for name in shown if counts[name]]
        if parts:
            says.append(f"{short_day(day)}: {', '.join(parts)}.")
    return " ".join(says)


# --- coverage -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Covered:
    """The areas for improvement of a department or an evaluation area.

    `answered` by an action, `waiting` by decision, and `open`, which nothing answers.
    """

    name: str
    answered: int = 0
    waiting: int = 0
    open: int = 0

    @property
    def total(self) -> int:
        return self.answered + self.waiting + self.open


_COVER = {
    "answered": Fill("#0072b2", "solid"),
    "waiting": Fill("#e69f00", "dots", INK),
    "open": Fill("#ffffff", "solid", INK),
}
_COVER_WORDS = {
    "answered": "answered by an action",
    "waiting": "waiting by decision",
    "open": "open: no action",
}
_MOST_ROWS, _ROW, _NAMES, _ENDS = 12, 54, 236, 96
_LONGEST_NAME = 78  # characters


def coverage_picture(rows: Sequence[Covered], by: str = "department") -> Picture | None:
    """How far the areas for improvement of each department or evaluation area are answered.

    The rows with most that is open come first. None where there is no area for improvement.
    """
    filled = sorted(
        (row for row in rows if row.total), key=lambda r: (-r.open, -r.total, r.name.casefold())
    )
    if not filled:
        return None
    names = [name for name in _COVER if any(getattr(row, name) for row in filled)]
    keys, y = legend(60, [(start_upper(_COVER_WORDS[name]), _COVER[name]) for name in names])
    shapes = [title(f"Areas for improvement by {by}"), *keys]
    shown, rest = filled[:_MOST_ROWS], filled[_MOST_ROWS:]
    unit = (WIDTH - _NAMES - _ENDS) / max(row.total for row in shown)
    y += 8
    for row in shown:
        x = float(_NAMES)
        shapes.append(
            text(
                _NAMES - 10, y + _ROW / 2, trim(row.name, _LONGEST_NAME), size=SMALL, anchor="end",
                wrap=_NAMES - 16,
            )
        )  # fmt: skip
        for name in names:
            number = getattr(row, name)
            if not number:
                continue
            wide = unit * number
            shapes.append(bar(x, y + 8, wide, _ROW - 16, _COVER[name], INK))
            if wide >= width_of(str(number), SMALL) + 7:
                shapes.append(_number(x + wide / 2, y + _ROW / 2, number, _COVER[name]))
            x += wide
        says, weight = (f"{row.open} open", "bold") if row.open else ("none open", "regular")
        shapes.append(text(x + 10, y + _ROW / 2, says, size=SMALL, weight=weight))
        y += _ROW
    more = ""
    if rest:
        more = f"and {len(rest)} more, with {sum(row.open for row in rest) or 'none'} open"
        shapes.append(text(_NAMES, y + 14, more, size=SMALL, fill=FAINT))
        y += 28
    # Those shown are told, so that the words stay within what Slack takes.
    told = [*(_told(row, names) for row in shown), *([start_upper(f"{more}.")] if more else [])]
    total, is_open = (sum(getattr(row, n) for row in filled) for n in ("total", "open"))
    head = (
        f"Areas for improvement by {by}: {total}, of which {is_open or 'none'} without an action."
    )
    return drawn(shapes, y + 16, " ".join([head, *told]))


def _told(row: Covered, names: Sequence[str]) -> str:
    parts = [f"{getattr(row, name)} {name}" for name in names if getattr(row, name)]
    return f"{trim(row.name, _LONGEST_NAME)}: {listed(parts)}."
