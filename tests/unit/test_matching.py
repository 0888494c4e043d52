"""Which of what a file says is in the plan already, and who is meant by a name."""

import pytest

from bot.importing.matching import (
    Known,
    Stored,
    alike,
    items_meant,
    matched,
    people_meant,
    reference_key,
)
from bot.plan_document import PersonNamed, SarItemEntry
from storage.vocabulary import SarKind

AFI, S = SarKind.AREA_FOR_IMPROVEMENT, SarKind.STRENGTH


def item(
    judgement: str,
    reference: str | None = None,
    kind: SarKind = AFI,
    department: str | None = None,
) -> SarItemEntry:
    return SarItemEntry(kind=kind, judgement=judgement, reference=reference, department=department)


LATE = "Too few apprentices achieve on time"
ENGLISH = "Attendance in English is low"


@pytest.mark.parametrize(
    ("one", "two"), [("AFI 3", "afi-03"), ("AFI3", "AFI 3."), ("S 1.2", "s1_2"), ("3", "03")]
)
def test_a_reference_is_the_same_however_it_is_typed(one: str, two: str) -> None:
    assert reference_key(one) == reference_key(two)


@pytest.mark.parametrize(
    ("one", "two"), [("AFI 3", "AFI 30"), ("AFI 10", "AFI 1"), ("S 3", "AFI 3")]
)
def test_different_references_stay_different(one: str, two: str) -> None:
    assert reference_key(one) != reference_key(two)


def test_what_has_no_reference_gets_the_next_one_of_its_kind() -> None:
    found, _ = matched([item(LATE), item("Strong pastoral care", kind=S), item(ENGLISH)], [])

    assert [each.reference for each in found] == ["AFI 1", "S 1", "AFI 2"]


def test_a_bare_number_is_told_apart_by_its_kind() -> None:
    found, meant = matched([item(LATE, "1"), item("Strong pastoral care", "1", S)], [])

    assert [each.reference for each in found] == ["AFI 1", "S 1"]
    assert items_meant(["AFI 1"], meant) == ([0], [])
    # Which of the two "1" is cannot be told.
    assert items_meant(["1"], meant) == ([], ["1"])


def test_the_same_reference_of_two_departments_names_the_second() -> None:
    found, _ = matched(
        [item(LATE, "AFI 1", department="Digital"), item(ENGLISH, "AFI 1", department="English")],
        [],
    )

    assert [each.reference for each in found] == ["AFI 1", "AFI 1 English"]


def test_what_is_said_twice_is_one_item_by_either_reference() -> None:
    found, meant = matched([item(LATE, "AFI 1"), item(f"{LATE}.", "Summary 4")], [])

    assert [each.reference for each in found] == ["AFI 1"]
    assert items_meant(["summary 4", "AFI 1"], meant) == ([0], [])


def test_a_renumbered_item_is_known_by_its_words() -> None:
    stored = [Stored(7, "AFI 1", AFI, LATE), Stored(8, "AFI 2", AFI, ENGLISH)]

    found, _ = matched([item(ENGLISH, "AFI 1"), item(LATE, "AFI 2")], stored)

    assert [(each.id, each.reference) for each in found] == [(8, "AFI 1"), (7, "AFI 2")]


def test_a_reworded_item_is_known_by_its_reference() -> None:
    stored = [Stored(7, "AFI 1", AFI, LATE)]

    found, _ = matched([item("Timely achievement of apprentices must rise", "afi 01")], stored)

    assert found[0].id == 7


def test_a_slightly_reworded_item_without_reference_is_the_same() -> None:
    stored = [Stored(7, "AFI 1", AFI, LATE), Stored(8, "AFI 2", AFI, ENGLISH)]

    found, _ = matched([item("Too few of the apprentices achieve on time.")], stored)

    assert (found[0].id, found[0].reference) == (7, "AFI 1")


def test_a_reference_that_another_item_holds_is_not_given_again() -> None:
    stored = [Stored(7, "AFI 1", AFI, LATE)]

    found, _ = matched([item(ENGLISH), item("Maths results fell")], stored)

    assert [(each.id, each.reference) for each in found] == [(None, "AFI 2"), (None, "AFI 3")]


def test_of_two_texts_that_are_alike_none_is_taken() -> None:
    near = {1: "Review resources of level two", 2: "Review resources of level three"}

    assert alike("Review the resources", near) is None
    assert alike("review resources of level two!", near) == 1


PEOPLE = [
    Known("U1", "Priya Shah", "priya.shah@college.example"),
    Known("U2", "Tom Baker"),
    Known("U3", "Thomas Baker"),
    Known("U4", "Sian O'Neill"),
    Known("U5", "Ann Lee"),
    Known("U6", "Ann Lee"),
]


@pytest.mark.parametrize(
    ("name", "email", "user"),
    [
        ("Priya Shah", None, "U1"),
        ("shah, priya", None, "U1"),
        ("Ms Priya Shah", None, "U1"),
        ("P. S.", "Priya.Shah@college.example", "U1"),
        ("Sian O’Neill", None, "U4"),
        ("Sian O'Neill", None, "U4"),
        ("Tom Baker", None, "U2"),
    ],
)
def test_a_full_name_or_an_address_is_sure(name: str, email: str | None, user: str | None) -> None:
    sure, _ = people_meant(PersonNamed(name=name), email, PEOPLE)

    assert (sure.slack_user_id if sure else None) == user


@pytest.mark.parametrize(
    ("name", "may_be"),
    [
        ("T Baker", {"U2", "U3"}),
        ("Priya", {"U1"}),
        ("Ann Lee", {"U5", "U6"}),
        ("Karen Black", set()),
        ("", set()),
    ],
)
def test_less_than_that_is_a_question(name: str, may_be: set[str]) -> None:
    sure, found = people_meant(PersonNamed(name=name or "?"), None, PEOPLE)

    assert sure is None
    assert {known.slack_user_id for known in found} == may_be
