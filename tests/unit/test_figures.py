"""Which numbers are levels, and which part each one plays in its sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coaching.dates import find_dates
from bot.coaching.figures import Part, find_figures
from bot.coaching.numbers import number


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
        ("aim 82%, now 68%", "68%", "82%"),
        ("68% now 82% by June", "68%", "82%"),
        ("learners under 80% attendance: 12 now, 6 by July", "12", "6"),
        ("reading from 6 months behind to 3 months behind", "6", "3"),
        ("spelling ages from 9 to 10", "9", "10"),
        ("marking back within 7 days from 15 days", "15", "7"),
        ("15 days now, 7 by July", "15", "7"),
        ("narrow the gap from 12 points to 4 points", "12", "4"),
        ("gap of 8pp to 3pp", "8pp", "3pp"),
        ("from two fifths to three fifths of learners", "two fifths", "three fifths"),
        ("attendance is currently only 54%", "54%", None),
        ("54% at present", "54%", None),
        ("our start is 54%", "54%", None),
        ("starting from about 54%", "54%", None),
        ("it was 61% last year", "61%", None),
        ("54% did pass", "54%", None),
        ("target: 65%", None, "65%"),
        ("65% or better", None, "65%"),
        ("minimum 65%", None, "65%"),
        ("maximum 5%", None, "5%"),
        ("we hope for 65%", None, "65%"),
        ("65% will pass", None, "65%"),
        ("by July 88%", None, "88%"),
        ("88% in the register by July", None, "88%"),
        ("down by 8 to 79", None, "79"),
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
        ("62% – 72%", ["62%", "72%"]),
        ("62% - 71%", ["62% - 71%"]),
        ("65%-70%", ["65%-70%"]),
        ("65%–70% of learners", ["65%–70%"]),
        ("rooms 3 - 12 a week", ["12"]),
        ("unit 3-4 – 65%", ["65%"]),
        ("grade 12", ["12"]),
        ("gcse 4-7 at 62%", ["62%"]),
        ("5-7", ["5-7"]),
        ("the 12 in the group", ["12"]),
        ("the 12", ["12"]),
        ("that is 143 of them", ["143"]),
        ("all of year 12, that's 143 of them", []),
        ("age 16 and 62%", ["62%"]),
        ("from a 3 to a 4", ["3", "4"]),
        ("get a 4", []),
        ("12 school runs", ["12"]),
        ("6 months ahead in reading", ["6"]),
        ("five of the very keen learners", []),
        ("nine of the Y5s", []),
        ("ten of the Y5s", ["ten"]),
        ("to two of them", []),
        ("lose five", ["five"]),
        ("under half attend", ["half"]),
        ("half attending", ["half"]),
        ("half of it", []),
        ("half day", []),
        ("All registers are marked", ["All"]),
        ("all 12 learners and 9 staff", ["all 12"]),
        ("all of our local learners pass", ["all"]),
        ("all, learners too", []),
        ("that is all. Learners pass", []),
        ("all and learners pass", []),
        ("every tutor and learner", []),
        ("teach all learners", []),
        ("with all learners passing", []),
        ("that all plans are signed", ["all"]),
        ("all of the very keen new learners pass", []),
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
    ("typed", "text", "unit", "value"),
    [
        # Per cent, in digits and in words.
        ("62 % of learners", "62 %", "%", 62),
        ("twenty-one per cent of learners", "twenty-one per cent", "%", 21),
        ("thirty five percent pass", "thirty five percent", "%", 35),
        ("fourty per cent attend", "fourty per cent", "%", 40),
        ("one hundred per cent attend", "one hundred per cent", "%", 100),
        ("hundred per cent attend", "hundred per cent", "%", 100),
        ("62.5 pc of learners", "62.5 pc", "%", 62.5),
        # Points belong to the figure only where they are of per cent.
        ("attendance up 8 points", "8", "points", 8),
        ("attendance up by 8 pts", "8", "points", 8),
        ("up 8 percentage points", "8 percentage points", "points", 8),
        ("8 pp up", "8 pp", "points", 8),
        ("+8pp", "8pp", "points", 8),
        ("a 3-point rise", "3", "points", 3),
        # Shares.
        ("3/4 of learners pass", "3/4", "ratio", 75),
        ("3 of 4 learners", "3 of 4", "ratio", 75),
        ("1 in 10 now", "1 in 10", "ratio", 10),
        ("12 of the 40 pass", "12 of the 40", "ratio", 30),
        ("two in every five learners", "two in every five", "ratio", 40),
        ("4.3 out of 5", "4.3", None, 4.3),
        ("half of learners pass", "half", "share", 50),
        ("three quarters are on track", "three quarters", "share", 75),
        ("two fifths of apprentices", "two fifths", "share", 40),
        ("three fifths of apprentices", "three fifths", "share", 60),
        ("three tenths of learners", "three tenths", "share", 30),
        ("nine tenths attend", "nine tenths", "share", 90),
        ("one half of learners", "one half", "share", 50),
        ("a fifth of learners", "a fifth", "share", 20),
        # All and none.
        ("every learner", "every", "all", 100),
        ("no learner leaves early", "no", "all", 0),
        ("none of the learners leave", "none", "all", 0),
        ("All ILPs reviewed", "All", "all", 100),
        ("all 12 of the learners pass", "all 12", "all", 100),
        # Plain numbers.
        ("1,200 learners attend", "1,200", None, 1200),
        ("two hundred learners attend", "two hundred", None, 200),
        ("nil exclusions", "nil", None, 0),
        ("one learner leaves", "one", None, 1),
        ("twenty-two of the learners", "twenty-two", None, 22),
        ("20+ learners stay", "20", None, 20),
        ("10-12 lates a week", "10-12", None, 10),
        ("13-25 learners", "13-25", None, 13),
        ("reading age of 9", "9", None, 9),
        ("5 months' progress in reading", "5", None, 5),
        ("room 12 – 65 a week", "65", None, 65),
        ("Att 93.5", "93.5", None, 93.5),
        ("Attainment 8 at 46", "46", None, 46),
        ("Progress 8 at -0.2", "-0.2", None, -0.2),
        ("Progress 8 at −0.2", "−0.2", None, -0.2),
        ("Progress 8 at minus 0.2", "minus 0.2", None, -0.2),
        # Grades, and changes by a factor.
        ("the course is at RI", "RI", "grade", None),
        ("cut absences by half", "half", "factor", None),
        ("4x as many pass", "4x", "factor", None),
    ],
)  # fmt: skip
def test_a_figure_has_its_words_its_unit_and_its_value(
    typed: str, text: str, unit: str | None, value: float | None
) -> None:
    (figure,) = find_figures(typed)

    assert (figure.text, figure.unit) == (text, unit)
    assert figure.value == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    "typed",
    [
        # Ages, grades and double grades.
        "16+ learners", "19+ learners", "24+ learners", "4+ in maths", "4-4 or better",
        "16-25 learners", "ages 16 and 17", "get their 4", "grades 9 to 4", "aged 14 to 16",
        # Who is meant, whom it is counted among, and by what something is called.
        "the lowest ten per cent", "highest 5% of learners", "how many of our 34",
        "30-odd learners", "30 odd learners late", "rooms 12-14", "rooms 12, 14 and 16",
        "Unit 3 and 4", "Attainment 8", "step 2 of the plan",
        # How long something takes, and ways of speaking.
        "two school days", "3-day turnaround", "15 working days", "five fortnights",
        "zero hours contracts", "two of the learners", "100% behind this", "100% certain",
        "for all tutors",
        "all 9 heads of department",
        "half past nine", "quarter of an hour", "one more thing", "another two",
    ],
)  # fmt: skip
def test_a_number_that_says_who_when_or_which_is_no_level(typed: str) -> None:
    assert find_figures(typed) == []


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("national rate is 68%, we are at 54% and want 65%", "68%"),
        ("it was 61% in 2023/24, 54% last year, aim 65%", "61%"),
        ("from 54% to 65% (national 67%)", "67%"),
        ("national average 68%, ours 54%", "68%"),
        ("54% compared with 68% elsewhere", "68%"),
        ("61% three years ago, 54% now, 65% by July", "61%"),
        ("learners under 80% attendance: 12 now, 6 by July", "80%"),
        ("students below 90% will attend more", "90%"),
        ("learners below 90% attend", "90%"),
    ],
)
def test_another_rate_given_for_comparison_is_neither(typed: str, compared: str) -> None:
    assert parts(typed)[compared] == Part.COMPARISON


@pytest.mark.parametrize(
    "typed",
    ["halve withdrawals", "up by 8pp", "improve 8 percentage points", "up by 8", "fell by 8"],
)
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


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,200", 1200),
        ("+4", 4),
        ("-3", -3),
        ("−0.48", -0.48),
        ("minus 0.5", -0.5),
        ("Minus 12", -12),
        ("zero", 0),
        ("twenty-two", 22),
        ("hundred", 100),
        ("one hundred", 100),
        ("hundred and five", 105),
        ("one hundred and five", 105),
        ("five hundred and twenty two", 522),
        ("twelve hundred", 1200),
        ("thousand", None),
        ("nothing", None),
        ("", None),
    ],
)
def test_a_number_is_read_in_digits_and_in_words(typed: str, value: float | None) -> None:
    assert number(typed) == value
