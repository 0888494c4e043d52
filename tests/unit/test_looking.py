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
        # Half of the way is gone: a quarter of the whole behind, and a little less.
        ({"due": date(2027, 4, 4)}, "75%", True),
        ({"due": date(2027, 4, 4)}, "75.5%", False),
        # Before its first day nothing is gone, and after its last all and no more.
        ({"baseline_date": date(2027, 3, 1)}, "69%", False),
        ({"baseline_date": date(2027, 3, 1)}, "65%", True),
        ({"due": date(2027, 1, 16)}, "90%", False),
        ({"due": date(2027, 1, 16)}, "86%", False),
        ({"due": date(2027, 1, 16)}, "85%", True),
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


@pytest.mark.parametrize(("reading", "behind"), [("79.9%", True), ("80%", False), ("81%", False)])
def test_on_the_line_itself_nothing_is_behind(reading: str, behind: bool) -> None:
    fields = {"baseline": "70%", "target": "90%", "due": date(2027, 4, 4)}
    seen = look(sound(1, **fields, baseline_date=date(2026, 12, 1)), TODAY)

    assert is_behind(seen, Update(TODAY, Rag.GREEN, reading), date(2026, 8, 1), 0) is behind


@pytest.mark.parametrize(
    ("direction", "baseline", "target", "gain"),
    [
        (Direction.HIGHER, "70%", "90%", 20),
        (Direction.LOWER, "70%", "90%", -20),
        (Direction.LOWER, "18%", "12%", 6),
        (Direction.HIGHER, "70%", "20 learners", None),
        (Direction.HIGHER, None, "90%", None),
        (Direction.HIGHER, "70%", None, None),
    ],
)
def test_a_gain_is_what_a_target_is_better_than_the_start(
    direction: Direction, baseline: str | None, target: str | None, gain: float | None
) -> None:
    fields = {"direction": direction, "baseline": baseline, "target": target, "unit": None}

    assert look(sound(1, **fields), TODAY).gain == gain


@pytest.mark.parametrize(
    ("changed", "lacks"),
    [
        ({"measure": None, "impact": "Learners gain"}, ("a measure",)),
        ({"baseline": None}, ("a starting figure",)),
        ({"target": None}, ("a target",)),
        ({"due": None}, ("a date",)),
        ({"evidence_source": None}, ("where the figure will be read",)),
        # The measure may be named in the impact alone.
        ({"measure": None}, ()),
        ({}, ()),
    ],
)
def test_what_an_action_lacks_is_said_in_words(
    changed: dict[str, Any], lacks: tuple[str, ...]
) -> None:
    assert look(sound(1, **changed), TODAY).lacks == lacks


@pytest.mark.parametrize(
    ("changed", "sign"),
    [
        ({"direction": Direction.HIGHER, "impact": "Withdrawals fall"}, 1),
        ({"direction": Direction.LOWER, "impact": "Attendance rises"}, -1),
        ({"direction": None, "impact": "Attendance rises"}, 1),
        ({"direction": None, "impact": "Fewer learners leave early"}, -1),
        # Else by the measure, and where that says nothing it is unsaid.
        ({"direction": None, "impact": None, "measure": "attendance"}, 1),
        ({"direction": None, "impact": None, "measure": "withdrawals"}, -1),
        ({"direction": None, "impact": None, "measure": None}, None),
        ({"direction": None, "impact": None, "measure": "visits to the library"}, None),
    ],
)
def test_which_way_is_better(changed: dict[str, Any], sign: int | None) -> None:
    assert look(sound(1, **changed), TODAY).sign == sign


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


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Ruth Adeyemi", OwnerFault.UNKNOWN),
        ("Adeyemi, Ruth", OwnerFault.GROUP),
        ("Ruth Adeyemi - maths", OwnerFault.UNKNOWN),
        ("The maths team", OwnerFault.GROUP),
        ("TBC", OwnerFault.NOBODY),
        (" - ", OwnerFault.NOBODY),
        ("", OwnerFault.NOBODY),
        (None, OwnerFault.NOBODY),
    ],
)
def test_a_name_without_an_account_is_nobody_known(name: str | None, fault: OwnerFault) -> None:
    assert owner_fault(sound(1, owner=None, owner_name=name), set()) is fault


@pytest.mark.parametrize("name", ["TBC", "Ruth and Tom", "Ruth Adeyemi", None])
def test_who_has_left_has_left_whatever_the_name(name: str | None) -> None:
    planned = sound(1, owner="U1", owner_name=name, owner_left=True)

    assert owner_fault(planned, set()) is OwnerFault.LEFT
