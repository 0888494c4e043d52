"""A picture of one measure: its readings against the straight line from its start to its target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10

from bot.coaching.looking import comparable, level
from bot.coaching.phrases import start_upper, trim
from bot.reports.drawing import (
    BODY,
    FAINT,
    SMALL,
    WIDTH,
    Picture,
    Shape,
    dot,
    drawn,
    line,
    short_day,
    text,
    title,
    width_of,
)

_BLUE = "#0072b2"


@dataclass(frozen=True)
class Read:
    """A level of a measure as it was typed, and its day."""

    on: date
    typed: str


class _Scale:
    """Where days and values stand in the picture of readings."""

    left, right, top, bottom = 74, 560, 96, 330

    def __init__(self, first: date, last: date, ticks: Sequence[float]) -> None:
        self.first, self.days = first, max(1, (last - first).days)
        self.lowest, self.range = ticks[0], ticks[-1] - ticks[0]

    def x(self, day: date) -> float:
        return self.left + (self.right - self.left) * (day - self.first).days / self.days

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * (value - self.lowest) / self.range


def readings_picture(
    measure: str, start: Read, target: Read, readings: Sequence[Read], unit: str | None = None
) -> Picture | None:
    """The readings of a measure against the straight line from its start to its target.

    None without a reading that can be compared, or where start or target is no number.
    """
    begins, aim = level(start.typed, unit), level(target.typed, unit)
    if begins is None or aim is None or not comparable(begins, aim) or target.on <= start.on:
        return None
    read = [
        (each, found)
        for each in sorted(readings, key=lambda r: r.on)
        if (found := level(each.typed, unit)) is not None and comparable(found, begins)
    ]
    if not read:
        return None
    values = [begins.value, aim.value, *(found.value for _, found in read)]
    ticks = _ticks(min(values), max(values))
    first, last = min(start.on, read[0][0].on), max(target.on, read[-1][0].on)
    scale = _Scale(first, last, ticks)
    percent = begins.unit == "%"
    latest, found = read[-1]
    shapes = [
        title(start_upper(measure)),
        *_key(62, start, target),
        *_axes(scale, ticks, first, last, percent),
        line(
            scale.x(start.on), scale.y(begins.value), scale.x(target.on), scale.y(aim.value),
            fill=FAINT, width=2, dashed=True,
        ),
    ]  # fmt: skip
    points = [(scale.x(each.on), scale.y(at.value)) for each, at in read]
    shapes += [
        line(*one, *other, fill=_BLUE, width=3)
        for one, other in zip(points, points[1:], strict=False)
    ]
    shapes += [dot(x, y, 6, _BLUE) for x, y in points]
    shapes += [
        dot(scale.x(r.on), scale.y(at.value), 5, FAINT)
        for r, at in ((start, begins), (target, aim))
    ]
    line_at = _on_line(latest.on, (start.on, begins.value), (target.on, aim.value))
    ahead = (found.value - line_at) * (1 if aim.value >= begins.value else -1)
    # Away from the line that leads to it: that of the readings, else the straight one.
    came_from = values[-2] if len(read) > 1 else line_at
    says = f"{trim(latest.typed, 20)} on {short_day(latest.on)}"
    shapes.append(_last(*points[-1], says, found.value < came_from))
    line_says = _figure(line_at, percent)
    alt = _readings_alt(measure, start, target, [each for each, _ in read], line_says, ahead)
    return drawn(shapes, 380, alt)


def _key(y: float, start: Read, target: Read) -> list[Shape]:
    says = f"Straight line from {trim(start.typed, 14)} to the target of {trim(target.typed, 14)}"
    return [
        line(20, y, 50, y, fill=_BLUE, width=3), dot(35, y, 6, _BLUE),
        text(58, y, "Readings", size=SMALL),
        line(160, y, 200, y, fill=FAINT, width=2, dashed=True),
        text(208, y, says, size=SMALL),
    ]  # fmt: skip


def _ticks(lowest: float, highest: float) -> list[float]:
    """Round values, three to six of them, that hold all others between them."""
    spread = (highest - lowest) or max(1.0, abs(highest) * 0.1)
    rough = spread / 3
    power = 10.0 ** floor(log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
    # A little room, so that a label beside the highest or lowest point has its place.
    low, high = floor((lowest - spread * 0.1) / step), ceil((highest + spread * 0.1) / step)
    if lowest >= 0:
        low = max(low, 0)
    return [round(n * step, 6) for n in range(low, high + 1)]


def _figure(value: float, percent: bool) -> str:
    return f"{round(value, 1):g}{'%' if percent else ''}"


def _axes(
    scale: _Scale, ticks: Sequence[float], first: date, last: date, percent: bool
) -> list[Shape]:
    shapes = []
    for tick in ticks:
        y = scale.y(tick)
        says = _figure(tick, percent)
        shapes += [
            line(scale.left, y, scale.right, y),
            text(scale.left - 10, y, says, size=SMALL, anchor="end", fill=FAINT),
        ]
    for day in _days_shown(first, last):
        x = scale.x(day)
        anchor = "start" if day == first else "end" if day == last else "middle"
        shapes += [
            line(x, scale.bottom, x, scale.bottom + 6, fill=FAINT),
            text(x, scale.bottom + 20, short_day(day), size=SMALL, anchor=anchor, fill=FAINT),
        ]
    return shapes


def _days_shown(first: date, last: date) -> list[date]:
    """Both ends and some days between them, evenly."""
    days = (last - first).days
    parts = min(4, max(1, days // 14))
    return [first + timedelta(days=round(days * n / parts)) for n in range(parts + 1)]


def _last(x: float, y: float, says: str, below: bool) -> Shape:
    """The last reading in words, above or below its point and within the picture."""
    half = width_of(says, BODY) / 2 + 4
    x = min(max(x, _Scale.left + half), WIDTH - 10 - half)
    return text(
        x, y + (21 if below else -21), says, anchor="middle", fill=_BLUE, weight="bold",
        ground="#ffffff",
    )  # fmt: skip


def _on_line(day: date, start: tuple[date, float], target: tuple[date, float]) -> float:
    """Where the straight line is on a day; level before the start and after the target."""
    share = (day - start[0]).days / (target[0] - start[0]).days
    return start[1] + (target[1] - start[1]) * min(1.0, max(0.0, share))


def _readings_alt(
    measure: str, start: Read, target: Read, read: Sequence[Read], line_says: str, ahead: float
) -> str:
    latest = read[-1]
    if len(read) == 1:
        says = f"1 reading, {latest.typed} on {short_day(latest.on)}"
    else:
        first = read[0]
        says = (
            f"{len(read)} readings, from {first.typed} on {short_day(first.on)} to "
            f"{latest.typed} on {short_day(latest.on)}"
        )
    place = "on it" if abs(ahead) < 0.05 else "ahead of it" if ahead > 0 else "behind it"
    return (
        f"{start_upper(measure)}: {says}. The straight line from {start.typed} on "
        f"{short_day(start.on)} to {target.typed} on {short_day(target.on)} is at "
        f"{line_says} on that day; the last reading is {place}."
    )
