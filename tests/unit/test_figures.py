"""Which numbers are levels, and which part each one plays in its sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coaching.dates import find_dates
from bot.coaching.figures import Part, find_figures


def parts(text: str) -> dict[str, str]:
    dates = find_dates(text, date(2026, 11, 23))
    return {f.text: f.part.value for f in find_figures(text, dates)}


@pytest.mark.parametrize(
    ("typed", "baseline", "target"),
    [
        ("achievement to rise from 54% to 65%", "54%", "65%"),
        ("attendance up to 88 from 79", "79", "88"),
        ("54 to 65", "54", "65"),
        ("retention 84% → 88%", "84%", "88%"),
        ("retention 84% -> 88%", "84%", "88%"),
        ("currently 54%, we want 65%", "54%", "65%"),
        ("3 in 10 pass now and 6 in 10 should", "3 in 10", None),
        ("from RI to Good", "RI", "Good"),
        ("from needs attention to expected standard", "needs attention", "expected standard"),
        ("lates down from 17 a week to under 8", "17", "8"),
        ("at least 80% of L2 learners get a grade 4+", None, "80%"),
        ("16-18 attendance to 88%", None, "88%"),
        ("GCSE maths 9-4 from 21% to 30%", "21%", "30%"),
        ("no more than five leave", None, "five"),
        ("up to the national rate of 68%", None, "68%"),
        ("sixty per cent pass, up from forty per cent", "forty per cent", "sixty per cent"),
        ("95% of them back on time, up from 71%", "71%", "95%"),
        ("to no more than five from 13", "13", "five"),
        ("22% at the moment, 35% by October 2027", "22%", "35%"),
        ("a third now, two thirds by Easter", "a third", "two thirds"),
        ("5 times in 10 today, 9 times in 10 by July", "5 times in 10", "9 times in 10"),
        ("pupils below 90% attendance from 23% to 14%", "23%", "14%"),
        ("marking turnaround 15 days to 7", "15", "7"),
        ("Progress 8 to minus 0.1 from minus 0.48", "minus 0.48", "minus 0.1"),
        ("from grade 3 to grade 2", "3", "2"),
        ("employer satisfaction 3.6 to 4.3 out of 5", "3.6", "4.3"),
        ("88 by July, it's 79 as things stand", "79", "88"),
        ("was 74% on 1 October 2026 and we want 85% by July", "74%", "85%"),
        ("stood at 74% last October and needs to be 85%", "74%", "85%"),
        ("we were at 74% in 2025/26 and want 85%", "74%", "85%"),
        ("74% in 2025/26 aiming for 85%", "74%", "85%"),
        ("62% now, 82% min", "62%", "82%"),
    ],
)  # fmt: skip
def test_tells_the_start_from_the_target(
    typed: str, baseline: str | None, target: str | None
) -> None:
    seen = parts(typed)

    assert [t for t, part in seen.items() if part == Part.BASELINE] == (
        [baseline] if baseline else []
    )
    if target:
        assert [t for t, part in seen.items() if part == Part.TARGET] == [target]


@pytest.mark.parametrize(
    "typed",
    [
        "run 3 CPD workshops for all L3 tutors",
        "Level 3", "L2/3 groups", "Unit 12", "year 11", "room 12", "ring 01234 567890",
        "in 2026/27", "T Level", "GCSE 9-4", "16-18 provision", "AFI 3", "BTEC ENG301",
        "12 observations", "5 extra workshops", "604/1234/5", "EL3-2365", "50/50", "100% sure",
        "within ten working days", "heading for a 4", "one of the tutors", "half term",
        "half an hour", "room 3.07", "£12k", "the 7.42 train", "day 42", "6 weeks", "£4,000",
        "at 9:30 am",
        "10 new laptops", "week 6", "learners aged 16 attend more", "age 19 learners",
        "aged 16 to 18", "ages 16 and 17 attend", "the 47 runs late", "at the 9.30 register",
        "all of year 12, that's 143 of them", "all of year 12, that’s 143 of them", "(n = 43)",
        "grade 4 passes", "4 grades better", "a 4 in maths", "the bottom twenty per cent attend",
        "the top 10% of learners", "12-week course", "1.5 days", "20 hours", "20 min", "term 2",
        "Progress 8", "in 12 weeks",
    ],
)  # fmt: skip
def test_a_number_that_only_names_or_counts_work_is_no_level(typed: str) -> None:
    assert [f for f in find_figures(typed) if f.unit != "all"] == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("the 12 per class should be 15", ["12", "15"]),
        ("the 12 of them attend", ["12"]),
        ("the 12 who left", ["12"]),
        ("the 12 that left", ["12"]),
        ("the 12 we lost", ["12"]),
        ("at 9.30 attendance was 82", ["82"]),
        ("62% (n = 43)", ["62%"]),
        ("GCSE grade 4 or above at 62%", ["62%"]),
        ("level 3 learners at 71%", ["71%"]),
        ("the 30 learners", ["30"]),
        ("4.3 out of 5", ["4.3"]),
        ("a quarter of learners", ["a quarter"]),
        ("one in four", ["one in four"]),
        ("every learner passes", ["every"]),
        ("zero exclusions", ["zero"]),
        ("1,200 learners", ["1,200"]),
        ("12 L3s", ["12"]),
        ("P8 -0.2", ["-0.2"]),
        ("value added -0.3 to 0", ["-0.3", "0"]),
        ("about 85-ish per cent pass", ["85-ish per cent"]),
        ("30 odd per cent of learners", ["30 odd per cent"]),
        ("85+ per cent", ["85+ per cent"]),
        ("85 per-cent", ["85 per-cent"]),
        ("5 per cent points", ["5 per cent points"]),
        ("55pct -> 80pct", ["55", "80"]),
        ("62% - 75%", ["62%", "75%"]),
        ("86% - 88%", ["86% - 88%"]),
        ("80-85%", ["80-85%"]),
        ("79% over all students", ["79%"]),
        ("79% across all 143 learners", ["79%"]),
        ("79% now, over all groups of learners", ["79%"]),
    ],
)
def test_a_figure_is_told_from_the_numbers_beside_it(typed: str, found: list[str]) -> None:
    assert [figure.text for figure in find_figures(typed)] == found


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("national rate is 68%, we are at 54% and want 65%", "68%"),
        ("it was 61% in 2023/24, 54% last year, aim 65%", "61%"),
        ("from 54% to 65% (national 67%)", "67%"),
    ],
)
def test_another_rate_given_for_comparison_is_neither(typed: str, compared: str) -> None:
    assert parts(typed)[compared] == Part.COMPARISON


@pytest.mark.parametrize("typed", ["halve withdrawals", "up by 8pp", "improve 8 percentage points"])
def test_a_change_is_known_as_a_change(typed: str) -> None:
    assert [f.part for f in find_figures(typed)] == [Part.CHANGE]


@pytest.mark.parametrize(
    "typed", ["1/1,000", "from 1/1,000 to 3/1,000", "12.5/10", "1,000/2,000", "26/27", "1/2/3"]
)
def test_a_share_of_thousands_is_no_academic_year_and_stops_nothing(typed: str) -> None:
    for figure in find_figures(typed):
        assert figure.text in typed


@given(st.text())
def test_a_figure_stands_in_the_text_as_typed(text: str) -> None:
    for figure in find_figures(text):
        assert text[figure.start : figure.end] == figure.text
