"""Pictures of a plan: what they show in words, and that they are pictures."""

import re
import struct
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reports.drawing import Picture
from bot.reports.pictures import Covered, History, coverage_picture, rag_picture
from bot.reports.readings import Read, readings_picture
from storage.vocabulary import Rag

START, TARGET = Read(date(2026, 7, 31), "74%"), Read(date(2027, 5, 28), "82%")
OCTOBER, JANUARY = Read(date(2026, 10, 12), "75%"), Read(date(2027, 1, 12), "77%")
FIRST, LAST = date(2026, 8, 1), date(2027, 3, 10)


def size(picture: Picture) -> tuple[int, int]:
    """The width and height of a PNG, from its header."""
    assert picture.png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture.png[16:24])
    return width, height


def shown(*readings: Read, start: Read = START, target: Read = TARGET) -> Picture:
    picture = readings_picture("attendance", start, target, readings, "%")
    assert picture is not None
    return picture


# --- readings -----------------------------------------------------------------------------------


def test_readings_are_drawn_and_told() -> None:
    picture = shown(JANUARY, OCTOBER)

    assert size(picture)[0] == 1200 and 600 < size(picture)[1] < 900
    assert picture.alt == (
        "Attendance: 2 readings, from 75% on 12 Oct to 77% on 12 Jan. The straight line from 74% "
        "on 31 Jul to 82% on 28 May is at 78.4% on that day; the last reading is behind it."
    )


def test_a_single_reading_is_enough() -> None:
    assert "1 reading, 75% on 12 Oct." in shown(OCTOBER).alt


@pytest.mark.parametrize(
    ("reading", "place"), [("16%", "ahead of"), ("17.5%", "behind"), ("15%", "ahead of")]
)
def test_where_lower_is_better_ahead_is_below(reading: str, place: str) -> None:
    picture = shown(
        Read(date(2027, 1, 29), reading),
        start=Read(date(2026, 9, 1), "18%"),
        target=Read(date(2027, 6, 28), "15%"),
    )

    assert f"the last reading is {place} it" in picture.alt


def test_readings_may_be_in_words_after_the_target_and_before_the_start() -> None:
    picture = shown(Read(date(2026, 7, 1), "3 in 4"), Read(date(2027, 6, 30), "83% of learners"))

    assert "from 3 in 4 on 1 Jul to 83% of learners on 30 Jun" in picture.alt
    assert "82% on that day; the last reading is ahead of it" in picture.alt


def test_what_is_the_same_throughout_can_be_drawn() -> None:
    same = Read(TARGET.on, "74%")
    assert "the last reading is on it" in shown(Read(JANUARY.on, "74%"), target=same).alt


@pytest.mark.parametrize(
    ("start", "target", "readings"),
    [
        (START, TARGET, []),
        (START, TARGET, [Read(JANUARY.on, "better")]),
        (START, TARGET, [Read(JANUARY.on, "31 learners")]),
        (Read(START.on, "RI"), Read(TARGET.on, "Good"), [Read(JANUARY.on, "RI")]),
        (START, Read(START.on, "82%"), [JANUARY]),
        (Read(START.on, "not known"), TARGET, [JANUARY]),
    ],
)
def test_without_figures_to_compare_there_is_no_picture(
    start: Read, target: Read, readings: list[Read]
) -> None:
    assert readings_picture("attendance", start, target, readings, None) is None


def test_other_readings_make_another_picture() -> None:
    assert shown(OCTOBER).png != shown(JANUARY).png
    assert shown(OCTOBER).png == shown(OCTOBER).png


@settings(max_examples=12, deadline=None)
@given(
    st.floats(0, 5000).map(lambda n: round(n, 1)),
    st.floats(0, 5000).map(lambda n: round(n, 1)),
    st.floats(0, 5000).map(lambda n: round(n, 1)),
)
def test_any_figures_can_be_drawn(start: float, target: float, reading: float) -> None:
    picture = readings_picture(
        "complaints",
        Read(START.on, f"{start:g}"),
        Read(TARGET.on, f"{target:g}"),
        [Read(JANUARY.on, f"{reading:g}")],
        "number",
    )

    assert picture is not None and size(picture)[0] == 1200


# --- RAG over the year --------------------------------------------------------------------------

HISTORIES = (
    History(date(2026, 11, 20), ((date(2026, 12, 8), Rag.AMBER), (date(2027, 2, 1), Rag.RED))),
    History(date(2026, 12, 20), ((date(2027, 1, 15), Rag.GREEN),)),
    History(date(2026, 11, 20), ((date(2026, 12, 1), Rag.GREEN),), date(2027, 2, 10)),
)


def test_how_actions_stood_is_told_by_month() -> None:
    picture = rag_picture(HISTORIES, FIRST, LAST)

    assert picture is not None and size(picture)[0] == 1200
    assert picture.alt == (
        "How the actions stood. 30 Nov: 2 no update yet. "
        "31 Dec: 1 at risk, 1 on track, 1 no update yet. 31 Jan: 1 at risk, 2 on track. "
        "28 Feb: 1 off track, 1 on track, 1 complete. "
        "10 Mar: 1 off track, 1 on track, 1 complete."
    )


def test_a_few_weeks_are_told_by_week() -> None:
    picture = rag_picture(HISTORIES[:1], date(2026, 11, 30), date(2026, 12, 16))

    assert picture is not None
    assert picture.alt == (
        "How the actions stood. 6 Dec: 1 no update yet. 13 Dec: 1 at risk. 16 Dec: 1 at risk."
    )


@pytest.mark.parametrize("histories", [(), (History(date(2027, 4, 1)),)])
def test_without_actions_there_is_no_picture(histories: tuple[History, ...]) -> None:
    assert rag_picture(histories, FIRST, LAST) is None


def test_three_hundred_actions_are_drawn() -> None:
    days = [date(2026, 11, 1) + timedelta(days=n) for n in range(0, 240, 14)]
    many = [
        History(
            date(2026, 11, 1), tuple((day, list(Rag)[(n + k) % 3]) for k, day in enumerate(days))
        )
        for n in range(300)
    ]

    picture = rag_picture(many, FIRST, date(2027, 7, 31))

    assert picture is not None
    for month in picture.alt.removeprefix("How the actions stood. ").split(". "):
        assert sum(map(int, re.findall(r"(\d+) (?:o|at|no|c)", month.partition(": ")[2]))) == 300


def test_another_year_makes_another_picture() -> None:
    one, other = rag_picture(HISTORIES, FIRST, LAST), rag_picture(HISTORIES[1:], FIRST, LAST)
    assert one is not None and other is not None and one.png != other.png


@given(
    st.lists(
        st.tuples(
            st.integers(0, 300),
            st.lists(st.tuples(st.integers(0, 300), st.sampled_from(list(Rag)[:3])), max_size=4),
        ),
        max_size=8,
    ),
    st.integers(0, 300),
)
def test_how_an_action_stood_is_its_last_update(
    rows: list[tuple[int, list[tuple[int, Rag]]]], at: int
) -> None:
    day = FIRST + timedelta(days=at)
    for agreed, updates in rows:
        history = History(
            FIRST + timedelta(days=agreed),
            tuple((FIRST + timedelta(days=n), rag) for n, rag in updates),
        )
        stood = history.stood(day)
        said = [n for n, _ in updates if n <= at]
        if said:
            of_last_day = {rag for n, rag in updates if n == max(said)}
            words = {Rag.RED: "off track", Rag.AMBER: "at risk", Rag.GREEN: "on track"}
            assert stood in {words[rag] for rag in of_last_day}
        else:
            assert stood == ("no update yet" if agreed <= at else None)


# --- coverage -----------------------------------------------------------------------------------

ROWS = (
    Covered("Health and care", answered=4),
    Covered("English and maths", answered=2, waiting=1, open=2),
    Covered("Nothing found"),
)


def test_coverage_is_told_with_what_is_open_first() -> None:
    picture = coverage_picture(ROWS)

    assert picture is not None and size(picture)[0] == 1200
    assert picture.alt == (
        "Areas for improvement by department: 9, of which 2 without an action. English and maths: "
        "2 answered, 1 waiting and 2 open. Health and care: 4 answered."
    )


def test_coverage_by_evaluation_area_says_so() -> None:
    picture = coverage_picture(ROWS[:1], "evaluation area")

    assert picture is not None
    assert picture.alt == (
        "Areas for improvement by evaluation area: 4, of which none without an action. Health and "
        "care: 4 answered."
    )


def test_many_rows_stay_readable() -> None:
    rows = [
        Covered("A long heading of many words " * 4 + str(n), n, n % 2, n % 3) for n in range(40)
    ]

    picture = coverage_picture(rows)

    assert picture is not None and size(picture)[1] < 1800
    assert picture.alt.startswith(
        f"Areas for improvement by department: {sum(row.total for row in rows)}, of which "
        f"{sum(row.open for row in rows)} without an action. "
    )
    shown, _, rest = picture.alt.partition(" And 27 more, with ")
    told = sum(int(number) for number in re.findall(r"(\d+) open", shown))
    assert told + int(rest.split()[0].replace("none", "0")) == sum(row.open for row in rows)
    # As many as Slack takes.
    assert len(picture.alt) < 2000


@pytest.mark.parametrize("rows", [(), (Covered("Maths"),)])
def test_without_areas_there_is_no_picture(rows: tuple[Covered, ...]) -> None:
    assert coverage_picture(rows) is None


def test_what_anybody_wrote_is_shown_as_it_is() -> None:
    odd = coverage_picture([Covered('#panic("x") *bold* $y$ <a>', open=1)])
    plain = coverage_picture([Covered("Maths", open=1)])

    assert odd is not None and plain is not None and odd.png != plain.png
    assert '#panic("x") *bold* $y$ <a>: 1 open.' in odd.alt
