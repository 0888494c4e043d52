"""The limits that a provider sets for itself, and how they are kept: part of `Limits`, as JSON.

A lead says one number of each limit: the most that is still green. What is still amber lies as far
beyond it, in proportion, as in the standard, rounded up, and at least one more: five themes and a
sixth, three actions of one person and up to five, twenty-five in the plan and up to forty.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from bot.coaching.whole_plan import STANDARD, Limits


class Asked(NamedTuple):
    """A limit that a lead may set: the names of its two fields, and from where to where."""

    green: str
    amber: str
    lowest: int
    highest: int

    @property
    def standard(self) -> int:
        """What stands where nobody says otherwise."""
        return int(getattr(STANDARD, self.green))


# No lower than the fewest of the standard, so that the review never asks for "3 to 2 themes".
ASKED = {
    "themes": Asked("themes_green", "themes_amber", STANDARD.themes_fewest, 12),
    "theme": Asked("theme_green", "theme_amber", STANDARD.theme_fewest, 20),
    "size": Asked("size_green", "size_amber", 5, 150),
    "load": Asked("load_green", "load_amber", 1, 20),
}
# In learners, of the whole provider.
FEWEST_LEARNERS, MOST_LEARNERS = 1, 500_000


def with_limit(stored: object, name: str, most: int | None) -> dict[str, Any]:
    """What to keep once the limit of that name in `ASKED` is set; None goes back to the standard.

    Everything else that is `stored` stays.
    """
    asked = ASKED[name]
    kept = dict(stored) if isinstance(stored, Mapping) else {}
    for field in (asked.green, asked.amber):
        kept.pop(field, None)
    if most is not None:
        standard_amber = int(getattr(STANDARD, asked.amber))
        amber = -(-most * standard_amber // asked.standard)
        kept |= {asked.green: most, asked.amber: max(most + 1, amber)}
    return kept


def own_limit(stored: object, name: str) -> int | None:
    """The limit of that name in `ASKED` as the provider has set it; None for the standard."""
    return _sound(stored).get(ASKED[name].green)


def limits_of(stored: object) -> Limits:
    """The limits of a provider: the standard, with what is `stored` put over it.

    What is no field of `Limits`, or no value for its field, is left out, and so are values that
    contradict others, such as an amber that ends before its green.
    """
    return Limits(**_sound(stored))


def _sound(stored: object) -> dict[str, Any]:
    """What of the stored limits can stand, by field."""
    given = stored if isinstance(stored, Mapping) else {}
    sound = {}
    for field in Limits.model_fields.keys() & given.keys():
        try:
            alone = Limits.model_validate_json(json.dumps({field: given[field]}), strict=True)
        except (ValidationError, TypeError, ValueError):
            continue
        sound[field] = getattr(alone, field)
    # Without one of them a value may contradict another, until none is left.
    while wrong := {field for pair in _ORDERED if _is_wrong(sound, *pair) for field in pair} & (
        sound.keys()
    ):
        sound = {field: value for field, value in sound.items() if field not in wrong}
    return sound


def _is_wrong(sound: Mapping[str, Any], low: str, high: str) -> bool:
    held = STANDARD.model_dump() | dict(sound)
    return bool(held[low] > held[high])


def _ordered() -> tuple[tuple[str, str], ...]:
    """Pairs of fields of which the first is never the higher one."""
    pairs = [
        ("themes_fewest", "themes_green"),
        ("theme_fewest", "theme_green"),
        ("ambition_least", "ambition_most"),
    ]
    for green in Limits.model_fields:
        amber = green.removesuffix("_green") + "_amber"
        if green.endswith("_green") and amber in Limits.model_fields:
            rises = getattr(STANDARD, green) <= getattr(STANDARD, amber)
            pairs.append((green, amber) if rises else (amber, green))
    return tuple(pairs)


_ORDERED = _ordered()
