"""What a heading of an older inspection framework comes to in a newer one.

The heading that somebody wrote is never changed: what is found here stands beside it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bot.coaching.frameworks import (
    FRAMEWORKS,
    PROVISIONS,
    Framework,
    Heading,
    Provision,
    Sector,
    Sure,
    plain,
    without_bullet,
)
from bot.coaching.words import straight


@dataclass(frozen=True)
class Carried:
    """A heading as it was written, and the headings of another framework that it comes to.

    A heading that is graded for each type of provision stands without a type where the original
    names none. `why` is a sentence or two.
    """

    original: str
    headings: tuple[str, ...]
    sure: Sure
    why: str


class _Place(NamedTuple):
    """A heading of a framework, and the type of provision it was written with."""

    heading: Heading
    provision: Provision | None

    @property
    def name(self) -> str:
        return self.heading.of(self.provision)


def carried(heading: str, to: Framework) -> Carried:
    """What a heading, as somebody typed it, comes to in a framework.

    It is looked for in that framework, then in those before it, the newest first. What is not known
    comes to nothing: it is never guessed.
    """
    for framework in _back_from(to):
        place = _in(heading, framework)
        if place is not None:
            return _along(heading, place, framework, to)
    later = recognised(heading, to.sector)
    if later is not None:
        return Carried(
            heading, (), Sure.NONE, f"It is a heading of {later[0].name}, which came later."
        )
    return Carried(heading, (), Sure.NONE, "It is no heading of a framework that is known here.")


def recognised(
    heading: str, sector: Sector = Sector.FURTHER_EDUCATION
) -> tuple[Framework, str] | None:
    """The framework and its heading that a text names; of several the newest, None for no heading."""
    newest_first = sorted(
        (f for f in FRAMEWORKS.values() if f.sector is sector), key=lambda f: f.begins, reverse=True
    )
    for framework in newest_first:
        place = _in(heading, framework)
        if place is not None:
            return framework, place.name
    return None


def _back_from(to: Framework) -> Iterator[Framework]:
    """A framework and those before it that lead to it, the newest first."""
    at: Framework | None = to
    while at is not None:
        yield at
        key = at.key
        at = next((f for f in FRAMEWORKS.values() if f.followed_by == key), None)


def _along(heading: str, place: _Place, framework: Framework, to: Framework) -> Carried:
    """Carry a heading from framework to framework, as far as there is anything to carry it to."""
    if framework is to:
        return Carried(heading, (place.name,), Sure.EXACT, f"It is a heading of {to.name}.")
    places, sure, whys = [place], Sure.EXACT, []
    while framework is not to:
        assert framework.followed_by is not None
        framework = FRAMEWORKS[framework.followed_by]
        whys += [p.heading.why for p in places]
        kept = [p for p in places if p.heading.to]
        if any(p.heading.sure is not Sure.EXACT for p in places):
            sure = Sure.NEAREST
        places = list(dict.fromkeys(_next(kept, framework)))
        if not places:
            return Carried(heading, (), Sure.NONE, whys[-1])
    names = tuple(dict.fromkeys(p.name for p in places))
    return Carried(heading, names, sure, " ".join(dict.fromkeys(whys)))


def _next(places: Iterable[_Place], framework: Framework) -> Iterator[_Place]:
    for place in places:
        for key in place.heading.to:
            heading = framework.area(key)
            own = PROVISIONS.get(place.heading.provision or "")
            yield _Place(heading, place.provision or own)


# --- reading a heading --------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _names(key: str) -> dict[str, Heading]:
    """The headings of a framework by their plain names; the first of two that share one."""
    found: dict[str, Heading] = {}
    areas = FRAMEWORKS[key].areas
    for area in areas:
        found.setdefault(plain(area.name), area)
    for area in areas:
        for name in area.also:
            found.setdefault(plain(name), area)
    return found


_PROVISIONS = {
    plain(name): provision
    for provision in PROVISIONS.values()
    for name in (provision.name, *provision.also)
}
# What may stand between a heading and a type of provision, in either order.
_BETWEEN = re.compile(r"\s[-–—]+\s|[:;,(/|–—]|\s(?:for|in|of|on|within)\s", re.IGNORECASE)


def _in(heading: str, framework: Framework) -> _Place | None:
    """The heading of a framework that a text names, perhaps with a type of provision."""
    names = _names(framework.key)
    typed = without_bullet(straight(heading))
    whole = names.get(plain(typed))
    if whole is not None:
        return _Place(whole, None)
    if framework.sector is not Sector.FURTHER_EDUCATION:
        return None
    for between in _BETWEEN.finditer(typed):
        parts = plain(typed[: between.start()]), plain(typed[between.end() :])
        for area, provision in (parts, parts[::-1]):
            if area in names and names[area].provision is None and provision in _PROVISIONS:
                return _Place(names[area], _PROVISIONS[provision])
    return None
