"""What the review sees in one action: its levels, what it lacks, and whether it is behind."""

from datetime import date
from typing import Any

import pytest

from bot.coaching.looking import Level, OwnerFault, is_behind, level, look, owner_fault
from bot.coaching.whole_plan import Update
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Rag
from tests.unit.plans import sound

TODAY = date(2027, 2, 1)
PLAIN = {
    "action": "Meet each employer",
    "impact": "Learners gain from it",
    "measure": "count of meetings",
    "unit": None,
    "baseline": "12",
    "target": "20",
    "direction": None,
}


@pytest.mark.parametrize(
    ("changed", "has_unit"),
    [
        ({"measure": "attendance", "unit": "%"}, True),
        # The unit is said, or is the measure's, or stands beside a level.
        ({"unit": "number"}, True),
        ({"measure": "attendance"}, True),
        ({"baseline": "12%"}, True),
        ({"target": "20%"}, True),
        ({}, False),
        ({"measure": None}, False),
    ],
)
def test_a_unit_is_known_from_any_one_of_what_says_it(
    changed: dict[str, Any], has_unit: bool
) -> None:
    seen = look(sound(1, **PLAIN | changed), TODAY)

    assert seen.has_unit is has_unit
    assert ("a unit" in seen.lacks) is not has_unit


@pytest.mark.parametrize(
    ("changed", "watches"),
    [
        ({"measure": "attendance"}, True),
        ({"impact": "Learners attend more"}, True),
        ({"milestones": [MilestoneFields(due=None, text="attendance at 80%")]}, True),
        ({"measure": "achievement rate"}, False),
        ({"measure": None, "impact": None}, False),
    ],
)
def test_an_action_is_watched_where_something_in_it_is_known_each_half_term(
    changed: dict[str, Any], watches: bool
) -> None:
    fields = PLAIN | {"milestones": []} | changed

    assert look(sound(1, **fields), TODAY).watches is watches


@pytest.mark.parametrize(
    ("typed", "unit", "expected"),
    [
        ("74%", None, Level(74, "%")),
        ("74", "%", Level(74, "%")),
        ("74", None, Level(74, None)),
        ("3 in 4", None, Level(75, "%")),
        ("all learners", None, Level(100, "%")),
        ("8 percentage points", "%", Level(8, "points")),
        # What could be a year is a level where it stands alone.
        ("2025", None, Level(2025, None)),
        (" 1999.5 ", "%", Level(1999.5, "%")),
        # Nothing that can be compared.
        ("Good", None, None),
        ("halve it", None, None),
        ("better", "%", None),
        ("", "%", None),
        (None, "%", None),
    ],
)
def test_a_level_is_a_number_of_a_kind(
    typed: str | None, unit: str | None, expected: Level | None
) -> None:
    assert level(typed, unit) == expected


@pytest.mark.parametrize(
    ("changed", "reading", "behind"),
    [
        # From 70% on 1 December to 90% on 31 May: about a third of the way is gone.
        ({}, "71%", True),
        ({}, "77%", False),
        ({}, "95%", False),
        # Where lower is better.
        ({"baseline": "30%", "target": "10%", "direction": Direction.LOWER}, "29%", True),
        ({"baseline": "30%", "target": "10%", "direction": Direction.LOWER}, "23%", False),
        # Nothing to compare with, or nothing to gain.
        ({}, "12 learners", False),
        ({}, "about the same", False),
        ({}, None, False),
        ({"due": None}, "71%", False),
        ({"target": None}, "71%", False),
        ({"target": "70%"}, "60%", False),
        ({"target": "60%"}, "50%", False),
        # With no date of its own the line runs from the agreement, else from when the plan began.
        ({"baseline_date": None, "agreed_on": date(2027, 1, 31)}, "71%", False),
        ({"baseline_date": None, "agreed_on": None}, "71%", True),
        # A line of no length was to be gone at once.
        ({"baseline_date": date(2027, 5, 31)}, "80%", True),
    ],
)
def test_an_action_is_behind_where_its_level_lies_under_the_line(
    changed: dict[str, Any], reading: str | None, behind: bool
) -> None:
    fields: dict[str, Any] = {
        "impact": "Learners attend more",
        "measure": "attendance",
        "unit": None,
        "baseline": "70%",
        "target": "90%",
        "baseline_date": date(2026, 12, 1),
        "due": date(2027, 5, 31),
    }
    seen = look(sound(1, **fields | changed), TODAY)
    update = Update(TODAY, Rag.GREEN, reading)

    assert is_behind(seen, update, date(2026, 8, 1), 0.25) is behind


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Ruth Adeyemi", None),
        ("Ruth Adeyemi (Quality)", None),
        ("Adeyemi, Ruth", None),
        ("-", None),
        ("TBC", OwnerFault.NOBODY),
        ("Vacancy - maths", OwnerFault.NOBODY),
        ("health and care", OwnerFault.GROUP),
        ("The maths team", OwnerFault.GROUP),
        ("School of Design", OwnerFault.GROUP),
        ("Head of Maths", OwnerFault.GROUP),
        ("Ruth and Tom", OwnerFault.GROUP),
        ("Adeyemi, Wilk", None),
        ("Adeyemi, Wilk and Baker", OwnerFault.GROUP),
    ],
)
def test_one_known_person_owns_an_action(name: str, fault: OwnerFault | None) -> None:
    planned = sound(1, owner="U1", owner_name=name)

    assert owner_fault(planned, {"health and care"}) is fault
