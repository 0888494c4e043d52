"""Dates as people type them, on Monday 23 November 2026 unless a row says otherwise."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coaching.dates import a_year_before, academic_year, find_dates, is_academic_year, year_end

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("by July 2027", "2027-07-31"),
        ("by July", "2027-07-31"),
        ("by november", "2026-11-30"),
        ("by october", "2027-10-31"),
        ("31/7/27", "2027-07-31"),
        ("31.07.2027", "2027-07-31"),
        ("2027-07-31", "2027-07-31"),
        ("31st July", "2027-07-31"),
        ("30 of June 2027", "2027-06-30"),
        ("June 30th", "2027-06-30"),
        ("July 27", "2027-07-31"),
        ("by easter", "2027-03-31"),
        ("end of spring term", "2027-03-31"),
        ("by christmas", "2026-12-31"),
        ("end o spring trm", "2027-03-31"),
        ("end of yr", "2027-07-31"),
        ("by the end of the year 10 out of 12 will", "2027-07-31"),
        ("three months from today", "2027-02-23"),
        ("by the end of the year", "2027-07-31"),
        ("end of the academic year", "2027-07-31"),
        ("by the end of next year", "2028-07-31"),
        ("by the end of 2026/27", "2027-07-31"),
        ("mid March", "2027-03-15"),
        ("by feb half term", "2027-02-12"),
        ("by May half-term", "2027-05-28"),
        ("b4 oct half term", "2027-10-22"),
        ("5-Jan-27", "2027-01-05"),
        ("July 31, 2027", "2027-07-31"),
        ("on 3/12", "2026-12-03"),
        ("by 07/27", "2027-07-31"),
        ("come July", "2027-07-31"),
        ("in July", "2027-07-31"),
        ("in October", "2026-10-31"),
        ("14/2", "2027-02-14"),
        ("83%; 31/7; registers", "2027-07-31"),
        ("82 by feb ht", "2027-02-12"),
        ("may half term 83%", "2027-05-28"),
        ("on 1 October", "2026-10-01"),
        ("since the 1st of October", "2026-10-01"),
        ("on 1 October next", "2027-10-01"),
        ("by 1 October", "2027-10-01"),
        ("on 14 February", "2027-02-14"),
        ("in the third week of may", "2027-05-31"),
        ("by this time next year", "2027-11-23"),
        ("in ten weeks", "2027-02-01"),
        ("end of term", "2026-12-31"),
        ("by the end of next term", "2027-03-31"),
        ("in 6 months", "2027-05-23"),
        ("within 12 weeks", "2027-02-15"),
        ("by next September", "2027-09-30"),
        ("by the end of the month", "2026-11-30"),
        ("early March 2027", "2027-03-07"),
        ("beginning of June", "2027-06-07"),
        ("late March", "2027-03-31"),
        ("last day of May", "2027-05-31"),
        ("by the end of the spring term", "2027-03-31"),
        ("spring half term", "2027-02-12"),
        ("autumn half-term", "2027-10-22"),
        ("by whitsun half term", "2027-05-28"),
        ("by summer", "2027-07-31"),
        ("end of summer term 2027", "2027-07-31"),
        ("by the end of this term", "2026-12-31"),
        ("christmas 2027", "2027-12-31"),
        ("easter 2028", "2028-03-31"),
        ("by the end of next month", "2026-12-31"),
        ("in two years", "2028-11-23"),
        ("in a year", "2027-11-23"),
        ("within 3 months", "2027-02-23"),
        ("in the next 10 days", "2026-12-03"),
        ("by 31/7", "2027-07-31"),
        ("by 02/28", "2028-02-29"),
        ("3rd of Feb", "2027-02-03"),
        ("Feb 3rd", "2027-02-03"),
        ("3 Feb '28", "2028-02-03"),
        ("3 Feb ’28", "2028-02-03"),
        ("Feb 3 2028", "2028-02-03"),
        ("29 February 2028", "2028-02-29"),
        ("in 2026/27", "2027-07-31"),
        ("by 2027/28", "2028-07-31"),
        ("since September", "2026-09-30"),
        ("in August", "2026-08-31"),
        ("last October", "2026-10-31"),
        ("in May", "2027-05-31"),
        ("by may", "2027-05-31"),
        ("march 2027", "2027-03-31"),
        ("eoy", "2027-07-31"),
        ("by year end", "2027-07-31"),
        ("by mid-June", "2027-06-15"),
    ],
)
def test_reads_the_date_meant(typed: str, expected: str) -> None:
    found = find_dates(typed, TODAY)

    assert [f.day.isoformat() for f in found] == [expected]


@pytest.mark.parametrize(
    "typed",
    [
        "this may help",
        "Jan's office",
        "and Jan said so",
        "by year group",
        "page 12",
        "you may see",
        "march on",
        "24/7 support",
        "3/4 turn up",
        "20/24 passed",
        "31/31/27",
        "2027-02-30",
        "Level 3",
        "30 learners",
        "in 40 years",
        "in 400 months",
        "in 600 weeks",
        "in ten days",
        "95% of reviews within 12 weeks",
        "by 13/27",
        "by 2026/28",
        "may",
    ],
)
def test_sees_no_date_where_there_is_none(typed: str) -> None:
    assert find_dates(typed, TODAY) == []


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 7, 31), "2025/26"),
        (date(2026, 8, 1), "2026/27"),
        (date(2099, 12, 31), "2099/00"),
    ],
)
def test_the_academic_year_turns_on_1_august(day: date, year: str) -> None:
    assert academic_year(day) == year


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2026/27", True),
        ("2099/00", True),
        ("2026/28", False),
        ("2026/2027", False),
        ("26/27", False),
        ("2026-27", False),
        ("in 2026/27", False),
    ],
)
def test_an_academic_year_is_written_one_way(text: str, is_one: bool) -> None:
    assert is_academic_year(text) is is_one


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_a_day_lies_in_its_own_academic_year(day: date) -> None:
    end = year_end(academic_year(day))

    assert 0 <= (end - day).days < 366


@given(st.text(), st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 1, 1)))
def test_never_fails_whatever_is_typed(text: str, today: date) -> None:
    for found in find_dates(text, today):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2027, 3, 31), date(2026, 3, 31)),
        (date(2027, 5, 29), date(2026, 5, 29)),
        (date(2028, 2, 29), date(2027, 2, 28)),
        (date(2028, 2, 12), date(2027, 2, 12)),
    ],
)
def test_the_same_day_a_year_before_is_always_a_day(day: date, before: date) -> None:
    assert a_year_before(day) == before


@pytest.mark.parametrize(
    ("typed", "today", "day"),
    [
        ("by the end of term", date(2027, 3, 31), date(2027, 3, 31)),
        ("by the end of term", date(2027, 4, 1), date(2027, 7, 31)),
        ("by the end of this term", date(2027, 7, 31), date(2027, 7, 31)),
        ("by the end of this term", date(2027, 8, 10), date(2027, 12, 31)),
        ("by the end of next term", date(2027, 8, 10), date(2028, 3, 31)),
    ],
)
def test_a_term_ends_with_march_july_or_the_year(typed: str, today: date, day: date) -> None:
    assert [found.day for found in find_dates(typed, today)] == [day]
