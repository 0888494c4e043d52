"""The review of a whole plan: each check at its limits, and what is said first."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.coaching.dates import terms_of
from bot.coaching.draft import Draft, SarItemView
from bot.coaching.plan import Check, Light, Mend, Planned, Told, WholePlan
from bot.coaching.review import first_to_fix, review
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Rag, SarKind, Status

TODAY, YEAR = date(2026, 11, 23), "2026/27"
GREEN, AMBER, RED, UNKNOWN = Light.GREEN, Light.AMBER, Light.RED, Light.UNKNOWN
GOOD = Draft(
    action="Text parents on the day of each absence",
    impact="Attendance in English rises from 79% to 88%",
    measure="attendance",
    unit="%",
    direction=Direction.HIGHER,
    baseline="79%",
    target="88%",
    evidence_source="the weekly register report",
    due=date(2027, 4, 9),
    sar_items=["AFI 1"],
    theme="Stay",
    milestones=[MilestoneFields(due=date(2026, 12, 11), text="82% in the register")],
    owner="Priya Shah",
)
# Actions that have nothing in common.
DEEDS = (
    "Text parents on the day of each absence",
    "Mark mock papers within a week",
    "Pair new apprentices with a mentor",
    "Ring employers before each progress review",
    "Move resit classes to mornings",
    "Teach note taking in tutorials",
    "Visit feeder schools in spring",
    "Rewrite the induction handbook",
    "Lend laptops over half-term",
    "Open the workshop on Fridays",
)


def action(number: int = 1, **changes: Any) -> Planned:
    """A good action under way, with other fields of its draft or of itself where given."""
    own = {
        k: changes.pop(k) for k in list(changes) if k not in Draft.model_fields or k == "owner_key"
    }
    given = {"action": DEEDS[(number - 1) % len(DEEDS)], **changes}
    planned = Planned(
        reference=f"A-{number}",
        draft=GOOD.model_copy(update=given),
        status=Status.AGREED,
        owner=f"U{number}",
        agreed_on=TODAY,
    )
    own = {("owner" if k == "owner_key" else k): v for k, v in own.items()}
    return replace(planned, **own)


def item(reference: str, judgement: str = "Attendance is low") -> SarItemView:
    return SarItemView(reference=reference, kind=SarKind.AREA_FOR_IMPROVEMENT, judgement=judgement)


def plan(*actions: Planned, **changes: Any) -> WholePlan:
    whole = WholePlan(
        today=TODAY,
        academic_year=YEAR,
        items=(item("AFI 1"),),
        themes=("Stay", "Achieve", "Belong"),
        actions=actions,
        terms=terms_of(YEAR),
    )
    return replace(whole, **changes)


def check(name: str, whole: WholePlan) -> Check:
    return next(c for c in review(whole) if c.name == name)


def many(count: int, **changes: Any) -> list[Planned]:
    return [action(n, **changes) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("name", "whole", "light", "about"),
    [
        # 7
        ("group_owner", plan(action()), GREEN, ()),
        ("group_owner", plan(action(owner_key=None, owner="Priya Shah")), GREEN, ()),
        ("group_owner", plan(action(owner_key=None, owner="the maths team")), RED, ("A-1",)),
        ("group_owner", plan(action(owner_key=None, owner="Priya and Tom")), RED, ("A-1",)),
        ("group_owner", plan(action(owner_key=None, owner=None)), RED, ("A-1",)),
        ("group_owner", plan(action(owner_left=True)), RED, ("A-1",)),
        # 17
        ("target_sense", plan(action()), GREEN, ()),
        ("target_sense", plan(action(target="70%")), RED, ("A-1",)),
        ("target_sense", plan(action(target="108%")), RED, ("A-1",)),
        ("target_sense", plan(action(due=date(2027, 8, 1))), RED, ("A-1",)),
        ("target_sense", plan(action(status=Status.DRAFT, due=date(2026, 11, 1))), RED, ("A-1",)),
        ("target_sense", plan(action(due=date(2026, 11, 1))), GREEN, ()),
        # 1
        ("coverage", plan(items=()), UNKNOWN, ()),
        ("coverage", plan(action()), GREEN, ()),
        ("coverage", plan(action(status=Status.COMPLETE)), GREEN, ()),
        ("coverage", plan(action(status=Status.WITHDRAWN)), RED, ("AFI 1",)),
        (
            "coverage",
            plan(
                action(sar_items=[f"AFI {n}" for n in range(1, 9)]),
                items=tuple(item(f"AFI {n}") for n in range(1, 11)),
            ),
            AMBER,
            ("AFI 9", "AFI 10"),
        ),
        (
            "coverage",
            plan(
                *many(1, sar_items=[f"AFI {n}" for n in range(1, 21)]),
                items=(*(item(f"AFI {n}") for n in range(1, 21)), item("AFI 21", "Safeguarding")),
            ),
            RED,
            ("AFI 21",),
        ),
        # 2
        ("unlinked", plan(action()), GREEN, ()),
        ("unlinked", plan(action(sar_items=[])), RED, ("A-1",)),
        ("unlinked", plan(*many(9), action(10, sar_items=[])), AMBER, ("A-10",)),
        # 9
        ("learner_impact", plan(), UNKNOWN, ()),
        ("learner_impact", plan(action()), GREEN, ()),
        ("learner_impact", plan(action(impact=None)), RED, ("A-1",)),
        ("learner_impact", plan(*many(3), action(4, impact="Staff are trained")), AMBER, ("A-4",)),
        # 10
        ("restated", plan(action()), GREEN, ()),
        (
            "restated",
            plan(*many(20), action(21, impact="Learning resources have been improved")),
            AMBER,
            ("A-21",),
        ),
        ("restated", plan(action(impact="Learning resources have been improved")), RED, ("A-1",)),
        # 8
        ("measurable", plan(action()), GREEN, ()),
        ("measurable", plan(action(evidence_source=None)), RED, ("A-1",)),
        ("measurable", plan(*many(4), action(5, target=None)), AMBER, ("A-5",)),
        # 3
        ("themes", plan(), GREEN, ()),
        ("themes", plan(themes=("One", "Two")), AMBER, ()),
        ("themes", plan(themes=tuple("ABCDEF")), AMBER, ()),
        ("themes", plan(themes=tuple("ABCDEFG")), RED, ()),
        ("themes", plan(themes=("One",)), RED, ()),
        # 4
        ("theme_size", plan(themes=()), UNKNOWN, ()),
        ("theme_size", plan(*many(2), themes=("Stay",)), GREEN, ()),
        ("theme_size", plan(*many(6), themes=("Stay",)), AMBER, ("Stay",)),
        ("theme_size", plan(*many(8), themes=("Stay",)), RED, ("Stay",)),
        ("theme_size", plan(*many(2), themes=("Stay", "Belong")), RED, ("Belong",)),
        # 5
        ("plan_size", plan(*many(25)), GREEN, ()),
        ("plan_size", plan(*many(26)), AMBER, ()),
        ("plan_size", plan(*many(41)), RED, ()),
        # 6
        ("owner_load", plan(*many(3, owner_key="U1")), GREEN, ()),
        ("owner_load", plan(*many(4, owner_key="U1")), AMBER, ("Priya Shah (4)",)),
        ("owner_load", plan(*many(6, owner_key="U1")), RED, ("Priya Shah (6)",)),
        # 12
        ("milestone_this_term", plan(today=date(2026, 7, 31)), UNKNOWN, ()),
        ("milestone_this_term", plan(action()), GREEN, ()),
        ("milestone_this_term", plan(action(milestones=[])), RED, ("A-1",)),
        ("milestone_this_term", plan(*many(4), action(5, milestones=[])), AMBER, ("A-5",)),
        # 13
        ("end_loaded", plan(*many(3, due=date(2027, 7, 1))), UNKNOWN, ()),
        ("end_loaded", plan(*many(4)), GREEN, ()),
        (
            "end_loaded",
            plan(*many(2), action(3, due=date(2027, 7, 1)), action(4, due=date(2027, 6, 1))),
            AMBER,
            ("A-3", "A-4"),
        ),
        ("end_loaded", plan(*many(4, due=date(2027, 7, 1))), RED, ("A-1", "A-2", "A-3", "A-4")),
        # 14
        ("stale", plan(action(agreed_on=TODAY - timedelta(14))), GREEN, ()),
        ("stale", plan(action(agreed_on=TODAY - timedelta(15))), AMBER, ("A-1",)),
        ("stale", plan(action(agreed_on=TODAY - timedelta(29))), RED, ("A-1",)),
        (
            "stale",
            plan(action(agreed_on=date(2026, 9, 1), updates=(Told(TODAY, Rag.GREEN),))),
            GREEN,
            (),
        ),
        # 21
        ("overdue", plan(action()), GREEN, ()),
        ("overdue", plan(action(due=date(2026, 11, 20))), RED, ("A-1",)),
        ("overdue", plan(*many(9), action(10, due=date(2026, 11, 20))), AMBER, ("A-10",)),
        ("overdue", plan(action(redated=2)), AMBER, ("A-1",)),
        # 11
        ("overlap", plan(*many(2, sar_items=[])), GREEN, ()),
        ("overlap", plan(*many(2)), AMBER, ("A-1", "A-2")),
        (
            "overlap",
            plan(*many(2, action="Text parents on the day of absence", sar_items=[])),
            AMBER,
            ("A-1", "A-2"),
        ),
        ("overlap", plan(*many(3)), RED, ("A-1", "A-2", "A-3")),
        (
            "overlap",
            plan(action(1, measure="a"), action(2, measure="b", owner_key="U1")),
            AMBER,
            ("A-1", "A-2"),
        ),
        # 15
        ("lag_pair", plan(action(measure="achievement rate")), GREEN, ()),
        ("lag_pair", plan(action(milestones=[])), GREEN, ()),
        ("lag_pair", plan(action(measure="achievement rate", milestones=[])), AMBER, ("A-1",)),
        # 16
        ("honesty", plan(action()), GREEN, ()),
        ("honesty", plan(action(rag=Rag.GREEN)), AMBER, ("A-1",)),
        (
            "honesty",
            plan(action(rag=Rag.GREEN, updates=(Told(TODAY, Rag.GREEN, "79%"),))),
            GREEN,
            (),
        ),
        (
            "honesty",
            plan(
                action(
                    rag=Rag.GREEN,
                    updates=(Told(date(2027, 3, 1), Rag.GREEN, "80%"),),
                    agreed_on=date(2026, 9, 1),
                )
            ),
            AMBER,
            ("A-1",),
        ),
        ("honesty", plan(action(status=Status.COMPLETE)), AMBER, ("A-1",)),
        ("honesty", plan(*many(3, rag=Rag.GREEN)), RED, ("A-1", "A-2", "A-3")),
        # 18
        ("ambition", plan(action()), GREEN, ()),
        ("ambition", plan(action(target="79.5%")), AMBER, ("A-1",)),
        ("ambition", plan(action(target="95%")), AMBER, ("A-1",)),
        # 19
        ("inclusion", plan(), UNKNOWN, ()),
        ("inclusion", plan(action()), RED, ()),
        ("inclusion", plan(action(evidence_source="the learner survey")), AMBER, ()),
        (
            "inclusion",
            plan(action(impact="The gap of learners with EHCPs closes", measure="learner survey")),
            GREEN,
            (),
        ),
        # 20
        ("length", plan(action(impact="word " * 40)), GREEN, ()),
        ("length", plan(action(impact="word " * 41)), AMBER, ("A-1",)),
        ("length", plan(action(impact="word " * 61)), RED, ("A-1",)),
        # Beside the 21.
        ("tactical", plan(themes=()), UNKNOWN, ()),
        ("tactical", plan(action()), GREEN, ()),
        ("tactical", plan(action(theme=None)), AMBER, ("A-1",)),
    ],
)
def test_each_check_at_its_limits(
    name: str, whole: WholePlan, light: Light, about: tuple[str, ...]
) -> None:
    found = check(name, whole)

    assert (found.light, found.about) == (light, about)


def test_what_to_mend_first_is_what_a_careful_lead_would() -> None:
    whole = plan(
        action(1, owner_key=None, owner="All tutors"),
        action(2, impact="Staff have been trained"),
        action(3, sar_items=[], theme=None),
        action(4),
        items=(item("AFI 1"), item("AFI 2"), item("AFI 3")),
    )

    first = first_to_fix(review(whole))

    assert [c.name for c in first] == ["group_owner", "coverage", "unlinked"]
    assert [c.says for c in first] == [
        "No one named person answers for: A-1.",
        "Have an action: 1 of 3 areas for improvement. None yet for AFI 2 and AFI 3.",
        "Nothing in the SAR is behind: A-3.",
    ]
    assert [c.mend for c in first] == [Mend.EDIT, Mend.INTERVIEW, Mend.EDIT]


TEXTS = (
    st.none()
    | st.text(max_size=40)
    | st.sampled_from(["79%", "88%", "3 in 10", "Good", "attendance"])
)
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1))
ACTIONS = st.builds(
    lambda n, fields, status, rag, owner, told, redated: replace(
        action(n, **fields), status=status, rag=rag, owner=owner, updates=told, redated=redated
    ),
    st.integers(1, 9),
    st.fixed_dictionaries(
        {
            name: TEXTS
            for name in (
                "action",
                "impact",
                "measure",
                "baseline",
                "target",
                "evidence_source",
                "owner",
            )
        }
        | {"due": DAYS, "theme": st.sampled_from([None, "Stay", "Gone"])}
    ),
    st.sampled_from(Status),
    st.none() | st.sampled_from(Rag),
    st.none() | st.sampled_from(["U1", "U2"]),
    st.lists(
        st.builds(Told, st.dates(date(2026, 8, 1), date(2027, 7, 31)), st.sampled_from(Rag), TEXTS),
        max_size=2,
    ).map(tuple),
    st.integers(0, 3),
)


@settings(max_examples=60, deadline=None)
@given(
    actions=st.lists(ACTIONS, max_size=8, unique_by=lambda a: a.reference),
    themes=st.lists(st.sampled_from(["Stay", "Achieve"]), unique=True),
)
def test_any_plan_can_be_reviewed(actions: list[Planned], themes: list[str]) -> None:
    whole = plan(*actions, themes=tuple(themes))

    found = review(whole)

    assert len(found) == 22
    assert len({c.name for c in found}) == 22
    assert len(first_to_fix(found)) <= 3
    known = {a.reference for a in actions} | {"AFI 1", *themes}
    for each in found:
        assert each.says.endswith(".") and "!" not in each.says
        assert each.name == "owner_load" or set(each.about) <= known
    turned = {c.name: c.light for c in review(replace(whole, actions=tuple(reversed(actions))))}
    assert {c.name: c.light for c in found} == turned
