"""On which days people may be written to: by terms, holidays, closures, and the usual breaks."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bank_holidays import bank_holidays, open_days_of
from bot.coaching.dates import academic_year, half_term_begins, year_end, year_start
from bot.coaching.open_days import (
    MOST_CLOSURES,
    OpenDays,
    closures_in,
    closures_text,
    easter,
    open_days,
    with_closures,
)
from bot.coaching.own_terms import DAYS, term_problems, with_terms
from storage.models import ProviderSettings
from storage.vocabulary import Nation
from tests.unit.test_own_settings import JSON

YEAR = "2026/27"
DAY = timedelta(days=1)


def none(year: int) -> frozenset[date]:
    return frozenset()


def england(year: int) -> frozenset[date]:
    return bank_holidays(Nation.ENGLAND, year)


def of(closures: Any = (), **days: str) -> OpenDays:
    """The open days of a provider without bank holidays that has set these, in any years."""
    terms: dict[str, Any] = {}
    for name, iso in days.items():
        day = date.fromisoformat(iso)
        year = academic_year(day)
        terms.setdefault(year, dict.fromkeys(DAYS))[name] = day
    stored: dict[str, Any] = {}
    for year, chosen in terms.items():
        assert not term_problems(chosen, year)
        stored = with_terms(stored, year, chosen)
    return open_days(stored, closures, none)


def closed(found: OpenDays, first: str, last: str) -> list[str]:
    """The closed stretches of weekdays between two days, as "2026-12-21 2027-01-01"."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    stretches: list[list[date]] = []
    while day <= end:
        if day.weekday() < 5 and not found.is_open(day):
            before = day - (3 if day.weekday() == 0 else 1) * DAY
            if stretches and stretches[-1][1] == before:
                stretches[-1][1] = day
            else:
                stretches.append([day, day])
        day += DAY
    return [f"{a} {b}" for a, b in stretches]


# --- what nobody has set ------------------------------------------------------------------------


def test_an_academic_year_of_most_of_england() -> None:
    assert closed(of(), "2026-08-01", "2027-07-31") == [
        "2026-08-03 2026-08-31",
        "2026-10-26 2026-10-30",
        "2026-12-21 2027-01-01",
        "2027-02-15 2027-02-19",
        "2027-03-22 2027-04-02",
        "2027-05-31 2027-06-04",
        "2027-07-26 2027-07-30",
    ]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        # Where the ends of the usual breaks fall on weekdays.
        ("2027-12-01", "2028-01-31", ["2027-12-20 2028-01-03"]),
        ("2028-07-01", "2028-09-30", ["2028-07-25 2028-08-31"]),
        ("2030-12-01", "2031-01-31", ["2030-12-20 2031-01-03"]),
        ("2041-10-01", "2041-10-31", ["2041-10-28 2041-10-31"]),
        ("2042-02-01", "2042-02-28", ["2042-02-17 2042-02-21"]),
        ("2042-05-01", "2042-06-30", ["2042-05-26 2042-05-30"]),
    ],
)
def test_the_usual_breaks_of_other_years(first: str, last: str, expected: list[str]) -> None:
    assert closed(of(), first, last) == expected


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        # The Book of Common Prayer's and, for the ends of its range, the US Naval Observatory's.
        (1961, "04-02"), (2000, "04-23"), (2008, "03-23"), (2011, "04-24"), (2024, "03-31"),
        (2025, "04-20"), (2026, "04-05"), (2027, "03-28"), (2038, "04-25"), (2285, "03-22"),
    ],
)  # fmt: skip
def test_easter(year: int, sunday: str) -> None:
    assert easter(year).isoformat() == f"{year}-{sunday}"


def test_easter_is_two_days_after_good_friday_of_the_library() -> None:
    for year in range(2000, 2100):
        assert easter(year) - 2 * DAY in england(year)
        assert easter(year) + DAY in england(year)
        assert easter(year) + DAY not in bank_holidays(Nation.SCOTLAND, year) or year == 2038


@pytest.mark.parametrize(
    ("year", "months"),
    [
        (2026, {2: "2026-02-16", 5: "2026-05-25", 10: "2026-10-26"}),
        (2027, {2: "2027-02-15", 5: "2027-05-31", 10: "2027-10-25"}),
    ],
)
def test_half_terms_begin_on_their_mondays(year: int, months: dict[int, str]) -> None:
    for month in range(1, 13):
        begins = half_term_begins(year, month)
        assert (begins.isoformat() if begins else None) == months.get(month)


# --- what a lead has set ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "within", "expected"),
    [
        # Both sides of a break.
        (
            {"autumn_last": "2026-12-11", "spring_first": "2027-01-12"},
            ("2026-12-01", "2027-01-31"),
            ["2026-12-14 2027-01-11"],
        ),
        # Shorter than the usual one.
        (
            {"autumn_last": "2026-12-23", "spring_first": "2027-01-04"},
            ("2026-12-01", "2027-01-31"),
            ["2026-12-24 2027-01-01"],
        ),
        (
            {"spring_last": "2027-04-02", "summer_first": "2027-04-19"},
            ("2027-03-01", "2027-04-30"),
            ["2027-04-05 2027-04-16"],
        ),
        # One side: the other is the usual one.
        ({"autumn_last": "2026-12-11"}, ("2026-12-01", "2027-01-31"), ["2026-12-14 2027-01-01"]),
        ({"autumn_last": "2026-12-23"}, ("2026-12-01", "2027-01-31"), ["2026-12-24 2027-01-01"]),
        ({"spring_first": "2027-01-11"}, ("2026-12-01", "2027-01-31"), ["2026-12-21 2027-01-08"]),
        ({"spring_last": "2027-03-12"}, ("2027-03-01", "2027-04-30"), ["2027-03-15 2027-04-02"]),
        ({"summer_first": "2027-04-20"}, ("2027-03-01", "2027-04-30"), ["2027-03-22 2027-04-19"]),
        # One side, beyond the usual other one: two weeks.
        ({"spring_last": "2027-04-09"}, ("2027-03-01", "2027-04-30"), ["2027-04-12 2027-04-23"]),
        ({"summer_first": "2038-04-19"}, ("2038-03-01", "2038-05-14"), ["2038-04-05 2038-04-16"]),
        ({"spring_last": "2027-04-06"}, ("2027-03-01", "2027-04-30"), ["2027-04-07 2027-04-20"]),
        ({"spring_last": "2027-04-02"}, ("2027-03-01", "2027-04-30"), ["2027-04-05 2027-04-16"]),
        ({"summer_first": "2038-04-16"}, ("2038-03-01", "2038-05-14"), ["2038-04-02 2038-04-15"]),
        # One side, the day before the usual other one.
        ({"spring_last": "2027-04-01"}, ("2027-03-01", "2027-04-30"), ["2027-04-02 2027-04-02"]),
        ({"summer_first": "2038-04-20"}, ("2038-03-01", "2038-05-14"), ["2038-04-19 2038-04-19"]),
        # The summer lies between two academic years.
        (
            {"summer_last": "2026-07-10", "autumn_first": "2026-08-24"},
            ("2026-07-01", "2026-09-30"),
            ["2026-07-13 2026-08-21"],
        ),
        ({"summer_last": "2026-07-10"}, ("2026-07-01", "2026-09-30"), ["2026-07-13 2026-08-31"]),
        ({"autumn_first": "2026-08-24"}, ("2026-07-01", "2026-09-30"), ["2026-07-27 2026-08-21"]),
        ({"autumn_first": "2026-09-14"}, ("2026-07-01", "2026-09-30"), ["2026-07-27 2026-09-11"]),
        ({"summer_last": "2026-07-10"}, ("2025-08-01", "2025-09-30"), ["2025-08-01 2025-08-29"]),
        ({"autumn_first": "2026-08-24"}, ("2027-07-01", "2027-09-30"), ["2027-07-26 2027-08-31"]),
        # Of another year.
        ({"autumn_last": "2025-12-05"}, ("2026-12-01", "2027-01-31"), ["2026-12-21 2027-01-01"]),
    ],
)
def test_breaks_are_what_lies_between_terms(
    days: dict[str, str], within: tuple[str, str], expected: list[str]
) -> None:
    assert closed(of(**days), *within) == expected


def test_whoever_lists_closures_of_a_year_says_when_its_half_terms_are() -> None:
    found = of([["2026-10-19", "2026-10-23"], ["2027-01-08", "2027-01-08"]])

    assert closed(found, "2026-09-01", "2027-02-28") == [
        "2026-10-19 2026-10-23",
        "2026-12-21 2027-01-01",
        "2027-01-08 2027-01-08",
    ]
    assert closed(found, "2025-10-01", "2025-10-31") == ["2025-10-27 2025-10-31"]
    assert closed(found, "2027-10-01", "2027-10-31") == ["2027-10-25 2027-10-29"]


@pytest.mark.parametrize(
    ("day", "is_listed"),
    [
        ("2026-07-31", False), ("2026-08-01", True), ("2027-07-31", True), ("2027-08-01", False),
    ],
)  # fmt: skip
def test_a_closure_at_the_edge_of_a_year_is_listed_for_it(day: str, is_listed: bool) -> None:
    found = closed(of([[day, day]]), "2026-10-01", "2026-10-31")

    assert found == ([] if is_listed else ["2026-10-26 2026-10-30"])


def test_a_closure_that_spans_the_year_is_closed_on_both_sides() -> None:
    found = of([["2027-07-19", "2027-09-10"]])

    assert closed(found, "2027-07-01", "2027-09-30") == ["2027-07-19 2027-09-10"]


@pytest.mark.parametrize(
    ("nation", "day", "is_open"),
    [
        (Nation.ENGLAND, "2026-11-30", True),
        (Nation.SCOTLAND, "2026-11-30", False),
        (Nation.NORTHERN_IRELAND, "2027-03-17", False),
        (Nation.WALES, "2027-03-17", True),
        (Nation.ENGLAND, "2027-05-03", False),
        # What stands in for a weekend.
        (Nation.ENGLAND, "2022-01-03", False),
        (Nation.WALES, "2026-11-23", True),
        (Nation.WALES, "2026-11-22", False),
        (Nation.WALES, "2026-11-21", False),
        (Nation.WALES, "2026-11-20", True),
    ],
)
def test_bank_holidays_are_the_nations(nation: Nation, day: str, is_open: bool) -> None:
    settings = ProviderSettings(workspace="T1", nation=nation)
    # As for a term that has no break there.
    settings.terms = {"2021/22": [[None, "2021-12-17"], ["2022-01-03", None], [None, None]]}

    assert open_days_of(settings).is_open(date.fromisoformat(day)) is is_open


def test_bank_holidays_are_worked_out_once_a_year() -> None:
    asked = []

    def counted(year: int) -> frozenset[date]:
        asked.append(year)
        return frozenset()

    found = open_days({}, [], counted)
    for n in range(365):
        found.is_open(year_start(YEAR) + n * DAY)

    assert asked == [2026, 2027]


@given(
    st.dictionaries(st.sampled_from((YEAR, "2025/26", "soon", "9999/00", "2026/28")), JSON) | JSON,
    st.lists(JSON | st.lists(st.dates().map(date.isoformat), min_size=2, max_size=2)) | JSON,
    st.dates(date(2000, 1, 1), date(2120, 1, 1)),
)
def test_whatever_is_stored_days_are_open_or_closed(terms: Any, closures: Any, day: date) -> None:
    found = open_days(terms, closures, england)

    if found.is_open(day):
        assert day.weekday() < 5 and day not in england(day.year)
        assert not any(first <= day <= last for first, last in found.closures)
    assert found.half_term(day)[:-1] == f"{academic_year(day)}-"
    for text in (closures_text(closures, YEAR), closures_text(terms, YEAR)):
        assert len(text.splitlines()) <= MOST_CLOSURES
        assert closures_in(text, YEAR)[1] == []


@given(
    st.sampled_from(
        [
            ("autumn_last", date(2026, 12, 1), "spring_first", date(2027, 1, 1)),
            ("spring_last", date(2027, 3, 1), "summer_first", date(2027, 4, 10)),
        ]
    ),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_a_break_set_on_both_sides_is_exactly_between(
    sides: tuple[str, date, str, date], earlier: int, later: int
) -> None:
    last, first = sides[1] + earlier * DAY, sides[3] + later * DAY
    days = {**dict.fromkeys(DAYS), sides[0]: last, sides[2]: first}
    # Listed, so that the usual half-terms are none.
    found = open_days(with_terms({}, YEAR, days), [["2026-08-01", "2026-08-01"]], none)

    for n in range(-7, (first - last).days + 7):
        day = last + n * DAY
        is_between = last < day < first
        is_christmas = sides[0] == "spring_last" and day < date(2027, 1, 4)
        assert is_christmas or found.is_open(day) == (not is_between and day.weekday() < 5)


# --- half-terms ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "half_term"),
    [
        ("2026-07-31", "2025/26-6"), ("2026-08-01", "2026/27-1"), ("2026-10-25", "2026/27-1"),
        ("2026-10-26", "2026/27-2"), ("2026-12-31", "2026/27-2"), ("2027-01-01", "2026/27-3"),
        ("2027-02-14", "2026/27-3"), ("2027-02-15", "2026/27-4"), ("2027-04-15", "2026/27-4"),
        ("2027-04-16", "2026/27-5"), ("2027-05-30", "2026/27-5"), ("2027-05-31", "2026/27-6"),
        ("2027-07-31", "2026/27-6"),
        ("2043-10-25", "2043/44-1"), ("2043-10-26", "2043/44-2"), ("2043-12-31", "2043/44-2"),
        ("2044-02-14", "2043/44-3"), ("2044-02-15", "2043/44-4"), ("2044-05-29", "2043/44-5"),
        ("2044-05-30", "2043/44-6"),
    ],
)  # fmt: skip
def test_six_half_terms_a_year(day: str, half_term: str) -> None:
    assert of().half_term(date.fromisoformat(day)) == half_term


def test_half_terms_go_by_own_terms() -> None:
    found = of(spring_first="2027-01-11", summer_first="2027-04-05", spring_last="2027-03-19")

    assert found.half_term(date(2027, 1, 10)) == "2026/27-2"
    assert found.half_term(date(2027, 1, 11)) == "2026/27-3"
    assert found.half_term(date(2027, 4, 4)) == "2026/27-4"
    assert found.half_term(date(2027, 4, 5)) == "2026/27-5"


@given(st.dictionaries(st.sampled_from(DAYS), st.dates(date(2026, 8, 1), date(2027, 7, 31))))
def test_half_terms_come_in_order(chosen: dict[str, date]) -> None:
    days = {**dict.fromkeys(DAYS), **chosen}
    found = open_days(with_terms({}, YEAR, days), [], none)

    year = [found.half_term(year_start(YEAR) + n * DAY) for n in range(0, 365, 4)]

    assert year == sorted(year)
    assert year[0] == "2026/27-1" and year[-1][:-1] == "2026/27-"


# --- closures as they are typed -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "span"),
    [
        ("23 October 2026", "2026-10-23"),
        ("15 February 2027 to 19 February 2027", "2027-02-15 2027-02-19"),
        ("15 to 19 February", "2027-02-15 2027-02-19"),
        ("15-19 Feb 2027", "2027-02-15 2027-02-19"),
        ("15/2/2027 - 19/2/2027", "2027-02-15 2027-02-19"),
        ("15/2-19/2", "2027-02-15 2027-02-19"),
        ("15.2.27–19.2.27", "2027-02-15 2027-02-19"),
        ("24-12-2026", "2026-12-24"),
        ("2027-02-15 to 2027-02-19", "2027-02-15 2027-02-19"),
        ("Mon 15 Feb – Fri 19 Feb 2027", "2027-02-15 2027-02-19"),
        ("Monday 15 to Friday 19 February", "2027-02-15 2027-02-19"),
        ("28 December to 4 January", "2026-12-28 2027-01-04"),
        ("28 December until 4 January 2027", "2026-12-28 2027-01-04"),
        ("1st to 3rd of June", "2027-06-01 2027-06-03"),
        ("October 23rd", "2026-10-23"),
        ("October 23, 2026", "2026-10-23"),
        ("4 Jan. '27", "2027-01-04"),
        ("1 August", "2026-08-01"),
        ("31 July", "2027-07-31"),
        # With a note.
        ("Inset day: 4 January 2027", "2027-01-04"),
        ("Inset day 1 - 4 January 2027", "2027-01-04"),
        ("Inset day 2: Fri 23/10/26 (staff)", "2026-10-23"),
        ("• 4 January 2027, staff only", "2027-01-04"),
        ("February half-term: 15 to 19 February", "2027-02-15 2027-02-19"),
        ("Easter Monday 29 March", "2027-03-29"),
        ("May half term 31 May to 4 June", "2027-05-31 2027-06-04"),
    ],
)
def test_a_line_is_a_day_or_a_stretch_of_days(line: str, span: str) -> None:
    first, _, last = span.partition(" ")
    assert closures_in(line, YEAR) == ([[first, last or first]], [])


UNREAD = "is not a day I can read. Write one day a line, or as in “15 to 19 February”."
OUTSIDE = "is not in this year, 1 August 2026 to 31 July 2027."


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("half-term", UNREAD),
        ("February", UNREAD),
        ("31 February", UNREAD),
        ("29 February", UNREAD),
        ("31 to 4 June", UNREAD),
        ("15", UNREAD),
        # What would be read by half.
        ("23 and 24 October", UNREAD),
        ("23, 24 October", UNREAD),
        ("23 October, 26 October", UNREAD),
        ("23 October and 26 October", UNREAD),
        ("15 February to 19", UNREAD),
        ("Feb 15 to 19", UNREAD),
        ("1/2/3 January", UNREAD),
        ("23 October to 26 October to 27 October", UNREAD),
        ("23 October 2025", OUTSIDE),
        ("1 August 2027", OUTSIDE),
        ("19 July to 6 August 2027", OUTSIDE),
        ("19 to 15 February", "ends before it begins."),
        ("19 February to 15 January 2027", "ends before it begins."),
    ],
)
def test_a_line_that_is_none_is_named(line: str, why: str) -> None:
    assert closures_in(f"23 October\n{line}\n", YEAR) == ([], [f"“{line}” {why}"])


def test_lines_are_kept_in_order_and_too_many_are_refused() -> None:
    assert closures_in("\n 4 January\n\n -\n23 October\n", YEAR) == (
        [["2026-10-23", "2026-10-23"], ["2027-01-04", "2027-01-04"]],
        [],
    )
    assert closures_in("", YEAR) == ([], [])
    text = "\n".join(["23 October"] * (MOST_CLOSURES + 1))
    assert closures_in(text, YEAR) == ([], ["Keep to 60 lines: there are 61."])
    text = "\n".join(["23 October"] * MOST_CLOSURES)
    assert closures_in(text, YEAR) == ([["2026-10-23", "2026-10-23"]] * MOST_CLOSURES, [])
    named = closures_in("w " * 400, YEAR)[1][0]
    assert len(named) < 150 and "…” is not a day" in named


def test_closures_of_other_years_stay() -> None:
    stored = [["2025-10-27", "2025-10-31"], ["2026-07-30", "2026-08-04"], "soon", ["2027-09-01"]]

    kept = with_closures(stored, YEAR, [["2026-10-23", "2026-10-23"]])

    assert kept == [
        ["2025-10-27", "2025-10-31"],
        ["2026-07-30", "2026-07-31"],
        ["2026-10-23", "2026-10-23"],
    ]
    assert closures_text(stored, YEAR) == "1 August 2026 to 4 August 2026"
    assert closures_text(kept, YEAR) == "23 October 2026"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("w" * 60, "w" * 60),
        ("w" * 61, "w" * 59 + "…"),
        ("w" * 58 + " ww", "w" * 58 + "…"),
    ],
)
def test_a_long_line_is_named_by_its_beginning(line: str, named: str) -> None:
    assert closures_in(line, YEAR) == ([], [f"“{named}” {UNREAD}"])


@pytest.mark.parametrize(
    ("stored", "shown", "kept"),
    [
        # On a year's edges, across them, and across all of it.
        (["2026-08-01", "2026-08-01"], "1 August 2026", []),
        (["2027-07-31", "2027-07-31"], "31 July 2027", []),
        (["2026-07-31", "2026-07-31"], "", [["2026-07-31", "2026-07-31"]]),
        (["2027-08-01", "2027-08-01"], "", [["2027-08-01", "2027-08-01"]]),
        (["2026-07-30", "2026-08-01"], "1 August 2026", [["2026-07-30", "2026-07-31"]]),
        (["2027-07-31", "2027-08-02"], "31 July 2027", [["2027-08-01", "2027-08-02"]]),
        (
            ["2026-07-01", "2027-09-01"],
            "1 August 2026 to 31 July 2027",
            [["2026-07-01", "2026-07-31"], ["2027-08-01", "2027-09-01"]],
        ),
        # Whoever ends before they begin closes nothing.
        (["2026-10-24", "2026-10-23"], "", []),
    ],
)
def test_a_year_is_emptied_up_to_its_edges(
    stored: list[str], shown: str, kept: list[list[str]]
) -> None:
    assert closures_text([stored], YEAR) == shown
    assert with_closures([stored], YEAR, []) == kept


def test_no_more_closures_are_shown_than_may_be_typed() -> None:
    days = [(date(2026, 9, 1) + n * DAY).isoformat() for n in range(MOST_CLOSURES + 1)]

    shown = closures_text([[day, day] for day in days], YEAR).splitlines()

    assert len(shown) == MOST_CLOSURES
    assert (shown[0], shown[-1]) == ("1 September 2026", "30 October 2026")


SPANS = st.lists(
    st.tuples(st.dates(date(2025, 8, 1), date(2028, 7, 31)), st.integers(0, 500)).map(
        lambda made: [made[0].isoformat(), (made[0] + made[1] * DAY).isoformat()]
    ),
    max_size=9,
)


@given(SPANS)
def test_what_is_shown_is_read_back(stored: list[list[str]]) -> None:
    typed, wrong = closures_in(closures_text(stored, YEAR), YEAR)
    kept = with_closures(stored, YEAR, typed)

    assert wrong == []
    before, after = open_days({}, stored, none), open_days({}, kept, none)
    for n in range(0, 3 * 365, 5):
        day = date(2025, 8, 1) + n * DAY
        assert before.is_open(day) == after.is_open(day)


@given(SPANS)
def test_emptying_a_year_leaves_the_others(stored: list[list[str]]) -> None:
    kept = with_closures(stored, YEAR, [])

    begins, ends = year_start(YEAR), year_end(YEAR)
    assert closures_text(kept, YEAR) == ""
    for each in (begins - DAY, ends + DAY, begins - 200 * DAY, ends + 200 * DAY):
        assert _within(each, stored) == _within(each, kept)


def _within(day: date, spans: list[list[str]]) -> bool:
    return any(first <= day.isoformat() <= last for first, last in spans)


@given(st.text(max_size=60))
def test_any_text_is_read_or_named(text: str) -> None:
    spans, wrong = closures_in(text, YEAR)

    assert not (spans and wrong)
    for first, last in spans:
        assert "2026-08-01" <= first <= last <= "2027-07-31"
