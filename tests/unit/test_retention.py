"""When conversations about the plan of an academic year are gone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coaching.dates import academic_year
from bot.retention import kept_until, last_year_gone


@pytest.mark.parametrize(
    ("year", "months", "until"),
    [
        ("2026/27", 12, date(2028, 8, 1)),
        ("2026/27", 3, date(2027, 11, 1)),
        ("2026/27", 6, date(2028, 2, 1)),
        ("2026/27", 36, date(2030, 8, 1)),
        ("2099/00", 12, date(2101, 8, 1)),
    ],
)
def test_so_many_months_after_the_end_of_the_year(year: str, months: int, until: date) -> None:
    assert kept_until(year, months) == until


@pytest.mark.parametrize(
    ("today", "months", "year"),
    [
        (date(2026, 11, 23), 12, "2024/25"),
        (date(2027, 7, 31), 12, "2024/25"),
        (date(2027, 8, 1), 12, "2025/26"),
        (date(2026, 10, 31), 3, "2024/25"),
        (date(2026, 11, 1), 3, "2025/26"),
    ],
)
def test_the_latest_year_that_is_gone(today: date, months: int, year: str) -> None:
    assert last_year_gone(today, months) == year


@given(st.dates(date(2000, 1, 1), date(2200, 1, 1)), st.integers(1, 120))
def test_a_year_is_gone_just_when_its_day_has_come(today: date, months: int) -> None:
    gone = last_year_gone(today, months)
    after = academic_year(date(int(gone[:4]) + 1, 8, 1))

    assert kept_until(gone, months) <= today < kept_until(after, months)
