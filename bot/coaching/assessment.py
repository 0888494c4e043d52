"""What a careful reader sees in one reply, in the fields of the labelling guide."""

from datetime import date
from typing import Any

from bot.coaching.reading import Reading, read
from bot.coaching.replies import cells, is_table


def without_table(said: str) -> str:
    """A reply as it is read: of a pasted table the cells, one after the other."""
    return cells(said) if is_table(said) else said


def assess(*, said: str, action: str, sar_item: str, today: date) -> dict[str, Any]:
    """The contract's fields for one reply to "what will be different for learners?".

    Booleans `restates_action`, `learner_outcome`, `measurable`, `evidence`; `baseline` and
    `target` as typed or None; `due` as an ISO date or None.
    """
    return as_labels(read(without_table(said), today, action=action, asked="impact"))


def as_labels(reading: Reading) -> dict[str, Any]:
    """A reading reduced to the contract's fields."""
    return {
        "restates_action": reading.restates_action,
        "learner_outcome": reading.learner_outcome,
        "measurable": reading.measurable,
        "baseline": reading.baseline,
        "target": reading.target,
        "due": reading.due.isoformat() if reading.due else None,
        "evidence": reading.evidence_source is not None,
    }
