"""Answers to questions about the plan: which actions are meant, and what is said of them."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import MOST_NAMED, in_words, known_names, matching
from bot.coaching.plan_questions import asked
from bot.summaries import ActionLine, PlanView
from storage.vocabulary import Rag, Status
from tests.unit.lines import ITEMS, RATED, TODAY, line, noon, person, plan

PRIYA, TOM, RUTH = person(1, "Priya Shah"), person(2, "Tom Baker"), person(3, "Ruth Hall")
PAST, SOON, LATE = date(2027, 1, 15), date(2027, 2, 10), date(2027, 6, 30)

PLAN = plan(
    line(1, owner=PRIYA, rag=Rag.RED, due=PAST, updates=[(date(2027, 1, 28), Rag.RED, "75%")]),
    line(2, owner=TOM, rag=Rag.GREEN, due=SOON, sar_items=["AFI 2"], action="Settle timetables"),
    line(
        3,
        owner=PRIYA,
        rag=Rag.AMBER,
        measure="retention",
        action="Meet each new adult learner in week three",
        impact="Retention rises from 81% to 88%",
        baseline=None,
        sar_items=["AFI 4"],
        theme="Maths that opens doors",
        agreed_at=noon(date(2026, 11, 20)),
        updates=[(date(2026, 12, 1), Rag.AMBER, None)],
    ),
    line(4, status=Status.DRAFT, agreed_at=None, sar_items=[], due=None),
    line(
        5,
        owner=TOM,
        status=Status.COMPLETE,
        rag=Rag.BLUE,
        sar_items=["AFI 2"],
        agreed_at=noon(date(2026, 11, 20)),
    ),
    line(6, owner=RUTH, parked_at=noon(date(2027, 1, 29)), rag=Rag.RED, sar_items=["AFI 3"]),
)


def answer(text: str, of: PlanView = PLAN) -> tuple[list[str], str]:
    """The references that a question means for Priya, and what is said."""
    question = asked(text, known_names(of, TODAY))
    assert question is not None, text
    found = matching(question, of, TODAY, PRIYA)
    return [each.reference for each in found], in_words(question, found, of, TODAY)


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("what's red?", ["A-1"]),
        ("which actions are overdue?", ["A-1"]),
        ("which actions are not on track?", ["A-1", "A-3"]),
        ("what is due soon?", ["A-2"]),
        ("what's due in June?", []),
        ("which actions are complete?", ["A-5"]),
        ("which actions are still drafts?", ["A-4"]),
        ("are any actions parked?", ["A-6"]),
        ("which actions have no owner?", ["A-4"]),
        ("which actions have no baseline?", ["A-3"]),
        ("which actions haven't started?", ["A-2"]),
        ("who hasn't updated?", ["A-3"]),
        ("who hasn't updated this week?", ["A-1", "A-2", "A-3"]),
        ("what has changed since Thursday?", ["A-1", "A-2", "A-6"]),
        ("show me what I own", ["A-1", "A-3"]),
        ("which of my actions are overdue?", ["A-1"]),
        ("what does Tom own?", ["A-2", "A-5"]),
        ("how is Construction doing?", ["A-2", "A-5"]),
        ("which actions on attendance are overdue?", ["A-1"]),
        ("how are we doing on retention?", ["A-3"]),
        ("which actions in maths are red?", ["A-1"]),
        ("which actions in construction are red?", []),
        ("how is maths that opens doors doing?", ["A-3"]),
        ("what are we doing about AFI 2?", ["A-2", "A-5"]),
        ("how many actions are there?", ["A-1", "A-2", "A-4", "A-5", "A-6", "A-3"]),
        ("is A-3 on track?", ["A-3"]),
        ("which actions on timetables are on track?", ["A-2"]),
    ],
)
def test_a_question_means_these_actions(text: str, references: list[str]) -> None:
    assert sorted(answer(text)[0]) == sorted(references)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "which actions on attendance are overdue?",
            "Actions on attendance that are overdue: 1.\n"
            "A-1 Ring home on the day of each absence "
            "(Priya Shah, off track, overdue since 15 January 2027)",
        ),
        ("what's due in June?", "Actions that are due in June: none."),
        (
            "what does Tom own?",
            "Actions of Tom Baker: 2. 1 on track, 1 complete.\n"
            "A-2 Settle timetables (Tom Baker, on track, due 10 February 2027)\n"
            "A-5 Ring home on the day of each absence (Tom Baker, complete, due 28 May 2027)",
        ),
        (
            "who hasn't updated?",
            "Actions that are without an update for 28 days or more: 1. 1 person in all.\n"
            "Priya Shah: A-3",
        ),
        (
            "is A-1 on track?",
            "A-1 is off track: Ring home on the day of each absence (Priya Shah, overdue since "
            "15 January 2027, last update 28 January 2027). Attendance: from 74%, last at 75%, "
            "target 82%.",
        ),
        ("is A-99 on track?", "There is no A-99 in the plan of 2026/27."),
        (
            "how is hairdressing doing?",
            "There is no department, theme or person called hairdressing, and no action speaks of "
            "it. There is “English and maths”, “Construction”, “Digital and engineering”, “Stay "
            "and achieve” and “Maths that opens doors”.",
        ),
        (
            "how are we doing on punctuality?",
            "No action in the plan of 2026/27 is about punctuality.",
        ),
        (
            "which AFIs have no action?",
            "Areas for improvement without an action: 2 of 6: AFI 5 and AFI 6.",
        ),
        (
            "which of my actions have no baseline?",
            "Your actions still without the starting figure: 1.\n"
            "A-3 Meet each new adult learner in week three "
            "(Priya Shah, at risk, due 28 May 2027)",
        ),
        (
            "what has changed in construction since Friday?",
            "Actions in Construction that are updated, agreed or parked since 29 January: 1.\n"
            "A-2 Settle timetables (Tom Baker, on track, due 10 February 2027)",
        ),
    ],
)
def test_the_answer_says_what_it_took_the_question_to_be(text: str, says: str) -> None:
    assert answer(text)[1] == says


def test_no_more_than_eight_are_named() -> None:
    many = plan(*(line(n, owner=TOM, rag=Rag.RED) for n in range(1, 13)))

    references, says = answer("what's red?", many)

    assert len(references) == 12
    assert says.startswith("Actions that are off track: 12.\n")
    assert says.endswith("\nand 4 more")
    assert len(re.findall(r"^A-\d+", says, re.M)) == MOST_NAMED


def test_what_presses_most_is_named_first() -> None:
    says = answer("how is the plan going?")[1]

    assert re.findall(r"^A-\d+", says, re.M)[:3] == ["A-1", "A-3", "A-2"]


DAYS = st.integers(-120, 120).map(lambda n: TODAY + timedelta(days=n))
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "owner": st.sampled_from([None, PRIYA, TOM]),
            "rag": st.sampled_from(RATED),
            "status": st.sampled_from([Status.DRAFT, Status.AGREED, Status.COMPLETE]),
            "due": st.none() | DAYS,
            "baseline": st.sampled_from([None, "74%"]),
            "sar_items": st.sampled_from([[], ["AFI 1"], ["AFI 2"], ["AFI 1", "AFI 3"]]),
            "parked_at": st.sampled_from([None, None, noon(TODAY)]),
        }
    ),
    max_size=14,
)


@given(LINES)
def test_the_numbers_are_those_of_an_independent_count(rows: list[dict[str, object]]) -> None:
    lines = [line(number, **row) for number, row in enumerate(rows, start=1)]
    of = plan(*lines)
    departments = {item.reference: item.department for item in ITEMS}

    def live(each: ActionLine) -> bool:
        action = each.stored.action
        return action.status is Status.AGREED and action.parked_at is None

    def count(text: str) -> int:
        references, says = answer(text, of)
        if references:
            assert f": {len(references)}." in says.split("\n")[0]
        return len(references)

    def due(each: ActionLine) -> date:
        return each.draft.due or date.max

    assert count("what's overdue?") == sum(live(x) and due(x) < TODAY for x in lines)
    assert count("what's red?") == sum(live(x) and x.rag is Rag.RED for x in lines)
    assert count("what is due this week?") == sum(
        live(x) and TODAY <= due(x) <= TODAY + timedelta(days=6) for x in lines
    )
    assert count("what do I own?") == sum(x.owner == "Priya Shah" for x in lines)
    assert count("which actions have no baseline?") == sum(not x.draft.baseline for x in lines)
    if any(departments[r] == "Construction" for x in lines for r in x.draft.sar_items):
        assert count("how is construction doing?") == sum(
            "Construction" in [departments[r] for r in x.draft.sar_items] for x in lines
        )
    assert count("how many actions are complete?") == sum(
        x.status is Status.COMPLETE for x in lines
    )
