"""What an owner is asked about in a week."""

from datetime import date, timedelta

import pytest

from bot.coaching.draft import Draft
from bot.coaching.due import MOST_ASKED, Owned, Why, figures_of, week_of
from bot.coaching.whole_plan import Planned, Update
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Rag, Status

TODAY = date(2026, 11, 30)  # a Monday
YEAR = "2026/27"


def owned(
    number: int = 1,
    *,
    due: date | None = None,
    updated: int | None = None,
    agreed: int = 7,
    snoozed: date | None = None,
    milestone: MilestoneFields | None = None,
    status: Status = Status.AGREED,
    parked: bool = False,
    rag: Rag | None = None,
    reading: str | None = None,
    **fields: object,
) -> Owned:
    """An action agreed `agreed` days ago, last updated `updated` days ago."""
    updates = ()
    if updated is not None:
        on = TODAY - timedelta(days=updated)
        updates = (Update(on, rag or Rag.GREEN, reading),)
    draft = Draft(
        action=f"Action {number}",
        due=due,
        milestones=[milestone] if milestone else [],
        **fields,
    )
    planned = Planned(
        f"A-{number}",
        draft,
        status,
        rag,
        updates=updates,
        is_parked=parked,
        agreed_on=TODAY - timedelta(days=agreed),
    )
    return Owned(number, planned, snoozed)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def check(due: date, done: bool = False) -> MilestoneFields:
    return MilestoneFields(due=due, text="70% in the mock", done=done)


@pytest.mark.parametrize(
    ("held", "whys", "says"),
    [
        (owned(due=days(-1)), [Why.OVERDUE], "Overdue since 29 November 2026."),
        (owned(due=days(0)), [Why.DUE_SOON], "Due today."),
        (owned(due=days(14)), [Why.DUE_SOON], "Due on 14 December 2026."),
        (owned(due=days(15)), [], ""),
        (owned(agreed=28), [Why.STALE], "No update yet; it was agreed on 2 November 2026."),
        (owned(agreed=27), [], ""),
        (owned(updated=28, agreed=90), [Why.STALE], "No update since 2 November 2026."),
        (owned(updated=27, agreed=90), [], ""),
        (
            owned(milestone=check(days(6))),
            [Why.MILESTONE],
            "Check on the way, to be seen by 6 December 2026: 70% in the mock.",
        ),
        (owned(milestone=check(days(7))), [], ""),
        (owned(milestone=check(days(-3), done=True)), [], ""),
        (
            owned(milestone=check(days(-3))),
            [Why.MILESTONE],
            "Check on the way, was to be seen by 27 November 2026: 70% in the mock.",
        ),
        # Said something six days ago, or seven.
        (owned(due=days(3), updated=6), [], ""),
        (owned(due=days(3), updated=7), [Why.DUE_SOON], "Due on 3 December 2026."),
        # Put off, parked, not promised yet, over.
        (owned(due=days(-1), snoozed=days(1)), [], ""),
        (owned(due=days(-1), snoozed=days(0)), [Why.OVERDUE], "Overdue since 29 November 2026."),
        (owned(due=days(-1), parked=True), [], ""),
        (owned(due=days(-1), status=Status.DRAFT), [], ""),
        (owned(due=days(-1), status=Status.COMPLETE), [], ""),
    ],
)
def test_an_action_is_asked_about_for_a_reason(held: Owned, whys: list[Why], says: str) -> None:
    week = week_of([held], TODAY, YEAR)

    assert [list(asked.whys) for asked in week.asked] == ([whys] if whys else [])
    assert [asked.reasons for asked in week.asked] == ([(says,)] if whys else [])


def test_every_reason_is_told_the_most_pressing_first() -> None:
    held = owned(due=days(-1), agreed=60, milestone=check(days(2)))

    (asked,) = week_of([held], TODAY, YEAR).asked

    assert asked.whys == (Why.OVERDUE, Why.MILESTONE, Why.STALE)


def test_what_is_overdue_comes_first_and_then_the_nearest_day() -> None:
    held = [
        owned(1, agreed=60),
        owned(2, due=days(9)),
        owned(3, due=days(-2)),
        owned(4, due=days(3)),
        owned(5, due=days(-20)),
        owned(6, milestone=check(days(1))),
    ]

    week = week_of(held, TODAY, YEAR)

    assert [asked.reference for asked in week.asked] == ["A-5", "A-3", "A-6", "A-4", "A-2", "A-1"]


def test_at_most_ten_are_asked_about_and_the_rest_counted() -> None:
    week = week_of([owned(n, due=days(-n)) for n in range(1, 15)], TODAY, YEAR)

    assert len(week.asked) == MOST_ASKED == 10
    assert week.more == 4


def test_who_has_updated_one_is_asked_only_about_others_that_are_overdue() -> None:
    held = [owned(1, due=days(3), updated=2), owned(2, due=days(3)), owned(3, due=days(-1))]

    week = week_of(held, TODAY, YEAR)

    assert [asked.reference for asked in week.asked] == ["A-3"]
    assert week.is_recent


def test_who_wants_to_hear_only_of_what_is_overdue_hears_only_of_that() -> None:
    held = [owned(1, due=days(3)), owned(2, due=days(-1), agreed=60), owned(3, agreed=60)]

    (asked,) = week_of(held, TODAY, YEAR, only_overdue=True).asked

    assert (asked.reference, asked.whys) == ("A-2", (Why.OVERDUE,))


def measured(**more: object) -> Owned:
    return owned(
        due=days(-1),
        measure="retention",
        unit="%",
        direction=Direction.HIGHER,
        baseline="84%",
        baseline_date=date(2026, 8, 1),
        target="88%",
        **more,
    )


def test_the_figures_say_where_it_was_is_to_be_and_is() -> None:
    (asked,) = week_of([measured(updated=40, agreed=90, reading="85%")], TODAY, YEAR).asked
    assert asked.figures == "Retention 84% → 88% by November, last 85% in October"

    (asked,) = week_of([measured()], TODAY, YEAR).asked
    assert asked.figures == "Retention 84% → 88% by November, no reading yet"

    (asked,) = week_of([owned(due=days(-1))], TODAY, YEAR).asked
    assert asked.figures is None


def test_a_green_that_the_readings_contradict_is_shown_as_such_and_stays_green() -> None:
    late = measured(updated=10, agreed=90, rag=Rag.GREEN, reading="84.5%")
    (asked,) = week_of([late], TODAY, YEAR).asked
    assert asked.rag is Rag.GREEN
    assert asked.doubt == ("It is called on track, but 84.5% is well behind the way to 88%.")

    for rag, reading in ((Rag.AMBER, "84.5%"), (Rag.GREEN, "88%"), (Rag.GREEN, None)):
        held = measured(updated=10, agreed=90, rag=rag, reading=reading)
        (asked,) = week_of([held], TODAY, YEAR).asked
        assert asked.doubt is None


def test_nothing_held_is_nothing_asked() -> None:
    week = week_of([], TODAY, YEAR)

    assert (week.asked, week.more, week.has_actions, week.is_recent) == ((), 0, False, False)


@pytest.mark.parametrize(
    ("target", "reading", "says"),
    [
        ("85%", None, "Attendance (open) → 85%"),
        (None, "80%", "Attendance, last 80% in November"),
        (None, None, None),
    ],
)
def test_figures_are_told_as_far_as_there_are_any(
    target: str | None, reading: str | None, says: str | None
) -> None:
    held = owned(measure="attendance", target=target, reading=reading, updated=0)

    assert figures_of(held.planned, TODAY) == says


WEDNESDAY = date(2026, 12, 2)


@pytest.mark.parametrize(
    ("due", "done", "says"),
    [
        # A week ends with its Sunday, whatever day it is.
        (date(2026, 12, 6), False, "to be seen by 6 December 2026: 70% in the mock."),
        (date(2026, 12, 7), False, None),
        (WEDNESDAY, False, "to be seen by 2 December 2026: 70% in the mock."),
        (date(2026, 12, 1), False, "was to be seen by 1 December 2026: 70% in the mock."),
        (date(2026, 12, 1), True, None),
        (None, False, None),
    ],
)
def test_a_check_is_asked_about_in_its_week_and_after(
    due: date | None, done: bool, says: str | None
) -> None:
    milestone = MilestoneFields(due=due, text=" 70% in the mock. ", done=done)

    week = week_of([owned(milestone=milestone)], WEDNESDAY, YEAR)

    told = [reason for asked in week.asked for reason in asked.reasons]
    assert told == ([f"Check on the way, {says}"] if says else [])


def test_several_checks_are_told_in_one_breath() -> None:
    held = owned()
    held.planned.draft.milestones += [check(days(-1)), check(days(3)), check(days(30))]

    (asked,) = week_of([held], TODAY, YEAR).asked

    assert asked.reasons == (
        "Check on the way, was to be seen by 29 November 2026: 70% in the mock. "
        "Check on the way, to be seen by 3 December 2026: 70% in the mock.",
    )


def test_of_two_as_pressing_the_older_action_comes_first() -> None:
    held = [owned(n, due=days(-1)) for n in (3, 1, 2)] + [owned(4, agreed=60), owned(5, agreed=60)]

    week = week_of(held, TODAY, YEAR)

    assert [asked.id for asked in week.asked] == [1, 2, 3, 4, 5]


def test_ten_are_asked_about_and_none_is_left_over() -> None:
    week = week_of([owned(n, due=days(-n)) for n in range(1, 11)], TODAY, YEAR)

    assert (len(week.asked), week.more, week.has_actions, week.is_recent) == (10, 0, True, False)


def test_what_is_asked_is_told_with_what_is_known_of_it() -> None:
    bare = Planned("A-7", Draft(due=days(-1)), Status.IN_PROGRESS, Rag.RED)

    (asked,) = week_of([Owned(7, bare)], TODAY, YEAR).asked

    assert (asked.id, asked.reference, asked.action) == (7, "A-7", "No action yet")
    assert (asked.rag, asked.figures, asked.doubt) == (Rag.RED, None, None)


@pytest.mark.parametrize(
    ("fields", "reading", "says"),
    [
        ({"baseline": "84%", "target": "88%"}, None, "The measure 84% → 88%, no reading yet"),
        ({"target": "88%"}, "85%", "The measure (open) → 88%, last 85% in November"),
        ({"target": "88%"}, None, "The measure (open) → 88%"),
        ({}, "85%", "The measure, last 85% in November"),
        # A month within three hundred days is plainly the nearest of its name.
        (
            {"target": "88%", "due": date(2027, 9, 25)},
            None,
            "The measure (open) → 88% by September",
        ),
        (
            {"target": "88%", "due": date(2027, 9, 26)},
            None,
            "The measure (open) → 88% by September 2027",
        ),
        (
            {"target": "88%", "due": date(2026, 2, 3)},
            None,
            "The measure (open) → 88% by February 2026",
        ),
        ({"target": "88%", "due": date(2026, 2, 4)}, None, "The measure (open) → 88% by February"),
        ({"due": date(2027, 7, 1)}, "85%", "The measure, last 85% in November"),
    ],
)
def test_figures_are_told_with_their_months(
    fields: dict[str, object], reading: str | None, says: str
) -> None:
    held = owned(reading=reading, updated=0, **fields)

    assert figures_of(held.planned, TODAY) == says
