"""Grades as levels, and the same words where they are plain English."""

import pytest

from bot.coaching.grades import find_grades


@pytest.mark.parametrize(
    ("text", "grades"),
    [
        # From one to another.
        ("from good to outstanding", ["good", "outstanding"]),
        ("Inadequate to RI", ["Inadequate", "RI"]),
        ("was RI now Good", ["RI", "Good"]),
        ("currently good, target outstanding", ["good", "outstanding"]),
        ("distinction* to merit", ["distinction*", "merit"]),
        ("from pass to merit", ["pass", "merit"]),
        # One alone, by its capital or by what leads to it.
        ("to a Good", ["Good"]),
        ("we move to Outstanding", ["Outstanding"]),
        ("Expected standard", ["Expected standard"]),
        ("now requires improvement", ["requires improvement"]),
        # Plain English.
        ("to be good", []),
        ("currently good", []),
        ("a good lesson", []),
        ("Good", []),
        ("to Pass", []),
        ("a merit and a pass", []),
        ("good progress", []),
        ("from RI to Good progress", ["RI"]),
        ("we move to Good practice", []),
        ("a place that requires improvement", []),
        # Two that are too far apart to be one step.
        (
            "the target is good enough for the parents, carers, employers and governors who "
            "all ask to be told, so outstanding",
            [],
        ),
    ],
)
def test_a_grade_is_a_level_only_where_it_is_meant_as_one(text: str, grades: list[str]) -> None:
    assert [text[start:end] for start, end in find_grades(text)] == grades
