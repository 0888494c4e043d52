"""What a provider sets for itself, kept as JSON, and read back whatever it has become there."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coaching.dates import terms_of
from bot.coaching.frameworks import (
    FRAMEWORKS,
    LONGEST_HEADING,
    NO_FRAMEWORK,
    OWN,
    headings_in,
    headings_of,
)
from bot.coaching.own_limits import ASKED, limits_of, own_limit, with_limit
from bot.coaching.own_terms import DAYS, own_days, own_terms, term_problems, with_terms
from bot.coaching.whole_plan import STANDARD, Limits

YEAR = "2026/27"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


# --- limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "differs"),
    [
        ({}, {}),
        ({"themes_green": 6, "themes_amber": 8}, {"themes_green": 6, "themes_amber": 8}),
        ({"coverage_green": 0.8, "stale_green": 21}, {"coverage_green": 0.8, "stale_green": 21}),
        ({"ambition_most": 15}, {"ambition_most": 15.0}),
        ({"late_months": [7, 8]}, {"late_months": (7, 8)}),
        # What is no field, or no value for it.
        ({"themes": 4, "load_green": 2}, {"load_green": 2}),
        ({"size_green": "many", "load_green": 2}, {"load_green": 2}),
        ({"size_green": "12"}, {}),
        ({"size_green": 12.5}, {}),
        ({"size_green": -1}, {}),
        ({"size_green": True}, {}),
        ({"size_green": None}, {}),
        ({"size_green": [12]}, {}),
        ({"coverage_green": 1.2}, {}),
        ({"late_months": [13]}, {}),
        ({"late_months": []}, {}),
        # What contradicts the standard, or itself.
        ({"themes_green": 7}, {}),
        ({"themes_green": 2}, {}),
        ({"load_green": 9, "load_amber": 4, "size_green": 20}, {"size_green": 20}),
        ({"coverage_green": 0.5}, {}),
        ({"coverage_green": 0.5, "coverage_amber": 0.4}, None),
        # One that contradicts what is left once another is gone.
        ({"themes_fewest": 7, "themes_green": 8, "themes_amber": 4}, {}),
        # No limits at all.
        (None, {}),
        ([], {}),
        ("themes_green", {}),
        ([["themes_green", 4]], {}),
    ],
)
def test_limits_are_the_standard_with_what_can_stand_of_the_stored(
    stored: Any, differs: dict[str, Any] | None
) -> None:
    found = limits_of(stored)

    expected = stored if differs is None else differs
    assert found == Limits(**{**STANDARD.model_dump(), **expected})


@given(st.dictionaries(st.sampled_from(sorted(Limits.model_fields)) | st.text(max_size=9), JSON))
def test_whatever_is_stored_the_limits_hold_together(stored: dict[str, Any]) -> None:
    found = limits_of(json.loads(json.dumps(stored)))

    assert found.themes_fewest <= found.themes_green <= found.themes_amber
    assert found.coverage_amber <= found.coverage_green
    assert all(1 <= month <= 12 for month in found.late_months)


@pytest.mark.parametrize(
    ("name", "most", "amber"),
    [
        ("themes", 5, 6),
        ("themes", 3, 4),
        ("themes", 12, 15),
        ("theme", 5, 7),
        ("theme", 2, 3),
        ("size", 25, 40),
        ("size", 10, 16),
        ("load", 3, 5),
        ("load", 1, 2),
        ("load", 4, 7),
    ],
)
def test_amber_keeps_its_distance_in_proportion(name: str, most: int, amber: int) -> None:
    asked = ASKED[name]

    kept = with_limit({}, name, most)

    assert kept == {asked.green: most, asked.amber: amber}
    assert own_limit(kept, name) == most


def test_every_number_that_may_be_asked_for_can_stand() -> None:
    for name, asked in ASKED.items():
        for most in range(asked.lowest, asked.highest + 1):
            found = limits_of(with_limit({}, name, most))
            assert getattr(found, asked.green) == most < getattr(found, asked.amber)


def test_a_limit_leaves_the_rest_that_is_kept() -> None:
    kept = {"stale_green": 21, "of a later version": 1, "load_green": 2, "load_amber": 9}

    assert with_limit(kept, "themes", 4) == {**kept, "themes_green": 4, "themes_amber": 5}
    assert with_limit(kept, "load", None) == {"stale_green": 21, "of a later version": 1}
    assert with_limit(None, "load", None) == {}
    assert own_limit(kept, "themes") is None
    assert own_limit({"load_green": "two"}, "load") is None


# --- terms --------------------------------------------------------------------------------------


def days(**chosen: str) -> dict[str, date | None]:
    typed = {name: date.fromisoformat(day) for name, day in chosen.items()}
    return {**dict.fromkeys(DAYS), **typed}


@pytest.mark.parametrize(
    ("chosen", "wrong"),
    [
        ({}, {}),
        ({"autumn_first": "2026-09-01", "autumn_last": "2026-12-18"}, {}),
        ({"autumn_first": "2026-08-01", "summer_last": "2027-07-31"}, {}),
        ({"autumn_first": "2026-09-01", "autumn_last": "2026-09-01"}, {}),
        (
            {"autumn_first": "2026-07-31"},
            {"autumn_first": "Choose a day of this year, 1 August 2026 to 31 July 2027."},
        ),
        (
            {"summer_last": "2027-08-01"},
            {"summer_last": "Choose a day of this year, 1 August 2026 to 31 July 2027."},
        ),
        (
            {"autumn_first": "2026-12-18", "autumn_last": "2026-09-01"},
            {"autumn_last": "The autumn term begins on 18 December 2026: choose a later day."},
        ),
        (
            {"autumn_last": "2027-01-05", "spring_first": "2027-01-05"},
            {"spring_first": "The autumn term ends on 5 January 2027: choose a later day."},
        ),
        # Against a standard day, which is not itself wrong.
        (
            {"autumn_last": "2027-01-05"},
            {"autumn_last": "The spring term begins on 1 January 2027: choose an earlier day."},
        ),
        (
            {"autumn_first": "2027-01-05"},
            {"autumn_first": "The autumn term ends on 31 December 2026: choose an earlier day."},
        ),
        (
            {"spring_first": "2026-12-20"},
            {"spring_first": "The autumn term ends on 31 December 2026: choose a later day."},
        ),
        (
            {"spring_first": "2027-05-01", "summer_first": "2026-09-01"},
            {
                "spring_first": "The spring term ends on 15 April 2027: choose an earlier day.",
                "summer_first": "The spring term ends on 15 April 2027: choose a later day.",
            },
        ),
    ],
)
def test_terms_come_one_after_another_within_the_year(
    chosen: dict[str, str], wrong: dict[str, str]
) -> None:
    assert term_problems(days(**chosen), YEAR) == wrong


@given(st.dictionaries(st.sampled_from(DAYS), st.dates(date(2026, 6, 1), date(2027, 9, 30))))
def test_terms_without_a_problem_are_in_order(chosen: dict[str, date]) -> None:
    typed = {**dict.fromkeys(DAYS), **chosen}
    if term_problems(typed, YEAR):
        return

    terms = own_terms(json.loads(json.dumps(with_terms({}, YEAR, typed))), YEAR)

    flat = [day for term in terms for day in term]
    assert flat == sorted(flat)
    assert all(date(2026, 8, 1) <= day <= date(2027, 7, 31) for day in flat)
    assert all(term[1] < later[0] for term, later in zip(terms, terms[1:], strict=False))


def test_terms_are_kept_by_year_and_empty_days_are_the_standard() -> None:
    kept = with_terms({"2025/26": "as it was"}, YEAR, days(autumn_last="2026-12-18"))

    assert kept == {
        "2025/26": "as it was",
        YEAR: [[None, "2026-12-18"], [None, None], [None, None]],
    }
    assert own_days(kept, YEAR) == days(autumn_last="2026-12-18")
    assert own_terms(kept, YEAR) == (
        (date(2026, 8, 1), date(2026, 12, 18)),
        *terms_of(YEAR)[1:],
    )
    assert with_terms(kept, YEAR, days()) == {"2025/26": "as it was"}


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "2026/27",
        {"2025/26": [["2025-09-01", None], [None, None], [None, None]]},
        {YEAR: None},
        {YEAR: 3},
        {YEAR: "autumn"},
        {YEAR: [["2026-09-01", None]]},
        {YEAR: [["2026-09-01"], [None, None], [None, None]]},
        {YEAR: [[20260901, None], [None, None], [None, None]]},
        {YEAR: [["soon", None], [None, None], [None, None]]},
        {YEAR: [["2020-09-01", None], [None, None], [None, None]]},
        {YEAR: [["2026-09-01", "2026-08-01"], [None, None], [None, None]]},
        {YEAR: [[None, None]] * 4},
    ],
)
def test_terms_that_cannot_be_read_are_the_standard(stored: Any) -> None:
    assert own_terms(stored, YEAR) == terms_of(YEAR)


# --- frameworks ---------------------------------------------------------------------------------


def test_each_framework_has_headings_that_fit_a_choice() -> None:
    assert [f.name for f in FRAMEWORKS.values()] == [
        "CIF 2015",
        "EIF 2019",
        "Renewed EIF, November 2025",
        "CIF 2015, schools",
        "EIF 2019, schools",
        "Renewed EIF, November 2025, schools",
    ]
    for framework in FRAMEWORKS.values():
        assert framework.key not in (OWN, NO_FRAMEWORK, "year") and len(framework.key) <= 24
        assert len(set(framework.headings)) == len(framework.headings)
        assert all(len(heading) <= LONGEST_HEADING for heading in framework.headings)
        # They are what the form would make of them.
        assert headings_in("\n".join(framework.headings)) == list(framework.headings)


@pytest.mark.parametrize(
    ("framework", "own", "headings"),
    [
        (None, ["Teaching"], ()),
        ("none", ["Teaching"], ()),
        ("of a later version", [], ()),
        (OWN, ["Teaching", "Results"], ("Teaching", "Results")),
        (OWN, None, ()),
        (OWN, {"Teaching": 1}, ()),
        (OWN, ["Teaching", 3, None, " ", "w" * 76], ("Teaching",)),
    ],
)
def test_headings_of_a_choice(framework: str | None, own: Any, headings: tuple[str, ...]) -> None:
    assert headings_of(framework, own) == headings


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("", []),
        (" \n-\n", []),
        ("Teaching\n\n  Results  of\tlearners ", ["Teaching", "Results of learners"]),
        ("- Teaching\n• Results\n* Safety\n– Care", ["Teaching", "Results", "Safety", "Care"]),
        ("1. Teaching\n2) Results", ["Teaching", "Results"]),
        ("16 to 19 programmes\n2.5 hours", ["16 to 19 programmes", "2.5 hours"]),
        ("Teaching\nTEACHING\nResults", ["Teaching", "Results"]),
        ("A&B <Wales>", ["A&B <Wales>"]),
    ],
)
def test_headings_are_read_a_line_each(text: str, headings: list[str]) -> None:
    assert headings_in(text) == headings
