"""Shapes of a picture as plain data, and a PNG of them with words for whoever cannot see it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from bot import typesetting
from bot.coaching.phrases import trim

WIDTH = 600  # points; two pixels each
INK, FAINT, GRID = "#1d1c1d", "#616061", "#dddddd"
TITLE, BODY, SMALL = 22, 17, 15
_TITLE_LENGTH, _LONGEST_TITLE = 44, 58  # characters that fit in a line of either size

Shape = dict[str, Any]


class Picture(NamedTuple):
    """A PNG, and what it shows in words."""

    png: bytes
    alt: str


class Fill(NamedTuple):
    """A colour with a pattern and the ink that can be read on it.

    The colours are those of M. Okabe and K. Ito, "Color Universal Design" (2008), which people with
    any kind of colour vision can tell apart.
    """

    colour: str
    pattern: str
    ink: str = "#ffffff"


def drawn(shapes: Sequence[Shape], height: float, alt: str) -> Picture:
    data = {"width": WIDTH, "height": round(height, 1), "shapes": list(shapes)}
    return Picture(typesetting.png("picture", data), alt)


def text(
    x: float,
    y: float,
    says: str,
    *,
    size: int = BODY,
    anchor: str = "start",
    weight: str = "regular",
    fill: str = INK,
    ground: str | None = None,
    wrap: float | None = None,
) -> Shape:
    """Words whose middle is at the height `y`; `wrap` is how wide they may be, set to the right."""
    return {
        "kind": "text", "x": x, "y": y, "says": says, "size": size, "anchor": anchor,
        "weight": weight, "fill": fill, "ground": ground, "wrap": wrap,
    }  # fmt: skip


def title(says: str) -> Shape:
    """The heading; a long one is set smaller before it is cut."""
    size = TITLE if len(says) <= _TITLE_LENGTH else BODY
    return text(20, 24, trim(says, _LONGEST_TITLE), size=size, weight="bold")


def short_day(day: date) -> str:
    """ "12 Jan" """
    return f"{day.day} {day:%b}"


def line(
    x: float,
    y: float,
    to_x: float,
    to_y: float,
    *,
    fill: str = GRID,
    width: float = 1,
    dashed: bool = False,
) -> Shape:
    return {
        "kind": "line", "x": x, "y": y, "to_x": to_x, "to_y": to_y, "fill": fill, "width": width,
        "dashed": dashed,
    }  # fmt: skip


def dot(x: float, y: float, radius: float, fill: str) -> Shape:
    return {"kind": "dot", "x": x, "y": y, "radius": radius, "fill": fill}


def bar(
    x: float, y: float, width: float, height: float, fill: Fill, edge: str | None = "#ffffff"
) -> Shape:
    return {
        "kind": "rect", "x": x, "y": y, "width": width, "height": height, "fill": fill.colour,
        "pattern": fill.pattern, "edge": edge,
    }  # fmt: skip


# About how wide a letter is, as a share of its size: enough to set words beside each other.
_LETTER = 0.51


def width_of(says: str, size: int) -> float:
    return len(says) * size * _LETTER


def legend(y: float, entries: Sequence[tuple[str, Fill]]) -> tuple[list[Shape], float]:
    """A swatch and its word for each fill, in as many rows as they need; and where they end."""
    shapes, x = [], 20.0
    for says, fill in entries:
        wide = 30 + width_of(says, SMALL)
        if x + wide > WIDTH - 10 and x > 20:
            x, y = 20.0, y + 26
        shapes += [bar(x, y - 9, 20, 18, fill, INK), text(x + 27, y, says, size=SMALL)]
        x += wide + 16
    return shapes, y + 20
