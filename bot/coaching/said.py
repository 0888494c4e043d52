"""What an impact says, as far as a plan asks it of each of its actions again and again."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bot.coaching.impact import Rung
from bot.coaching.measures import Measure
from bot.coaching.reading import read
from storage.vocabulary import Direction


class Said(NamedTuple):
    """The few things of a reading that are kept for long."""

    rung: Rung
    learner_outcome: bool
    restates_action: bool
    measure: Measure | None
    direction: Direction | None


# Every look at a plan asks this of all its actions, whose texts seldom change. A whole reading
# would be fifty times the size. Room for four thousand actions, each with and without its action.
@lru_cache(maxsize=8192)
def said(text: str, today: date, action: str = "") -> Said:
    """What a text says on the day `today`, read beside an action if one is given."""
    found = read(text, today, action=action)
    return Said(
        found.rung, found.learner_outcome, found.restates_action, found.measure, found.direction
    )
