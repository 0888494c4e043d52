"""What may stand in the fields of a form, and how a draft's fields are shown."""

from datetime import date
from typing import Any

import pytest

from bot.coaching.checking import is_level, left_behind, problems
from bot.coaching.criteria import CRITERIA, compare, findings
from bot.coaching.draft import Draft
from bot.coaching.lines import draft_lines, from_to, milestone_text
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Driver, Verdict
from tests.unit.sar import SETTING

SOUND = Draft(
    action="Text parents on the day of each absence",
    impact="Attendance rises from 74% to 85%",
    measure="attendance",
    unit="%",
    direction=Direction.HIGHER,
    baseline="74%",
    baseline_date=date(2026, 10, 1),
    target="85%",
    due=date(2027, 7, 31),
)


WHICH = "Check the two figures, and whether higher or lower is better."


def said_of(before: Draft = SOUND, **changed: Any) -> dict[str, str]:
    return problems(before.model_copy(update=changed), before, SETTING)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"action": "word " * 61},
            {"action": "That is 61 words. Say it in 60 or fewer, so it is read."},
        ),
        (
            {"impact": "word " * 61},
            {"impact": "That is 61 words. Say it in 60 or fewer, so it is read."},
        ),
        ({"action": "word " * 60}, {}),
        ({"action": "  "}, {"action": "Say in one sentence what will be done."}),
        ({"action": None}, {"action": "Say in one sentence what will be done."}),
        ({"impact": None}, {}),
        (
            {"baseline": "low"},
            {"baseline": "Give a level that can be checked, such as 65%, 3 in 10 or Good."},
        ),
        (
            {"target": "better"},
            {"target": "Give a level that can be checked, such as 65%, 3 in 10 or Good."},
        ),
        ({"baseline": "3 in 10", "target": "6 in 10"}, {}),
        ({"baseline": "Good", "target": "Outstanding"}, {}),
        ({"baseline": None, "target": None}, {}),
        ({"target": "70%"}, {"target": f"That is worse than where you start (74%). {WHICH}"}),
        ({"baseline": "90%"}, {"target": f"That is worse than where you start (90%). {WHICH}"}),
        (
            {"direction": Direction.LOWER},
            {"target": f"That is worse than where you start (74%). {WHICH}"},
        ),
        ({"target": "74%"}, {"target": "That is where you start (74%). What should it reach?"}),
        (
            {"due": date(2027, 8, 1)},
            {"due": "This plan runs to 31 July 2027: choose a day up to then."},
        ),
        (
            {"due": date(2026, 7, 31)},
            {"due": "This plan runs to 31 July 2027: choose a day up to then."},
        ),
        ({"due": date(2026, 8, 1)}, {}),
        ({"due": None}, {}),
        (
            {"baseline_date": date(2026, 11, 24)},
            {"baseline_date": "A starting figure cannot be from a day to come."},
        ),
        ({"baseline_date": date(2026, 11, 23)}, {}),
        ({"baseline_date": None}, {}),
    ],
)
def test_what_cannot_stand_in_a_form_is_said_at_its_field(
    changed: dict[str, Any], says: dict[str, str]
) -> None:
    assert said_of(**changed) == says


def test_what_was_wrong_before_and_is_left_as_it_was_is_not_held_against_anyone() -> None:
    wrong = SOUND.model_copy(
        update={"action": "word " * 61, "target": "70%", "due": date(2030, 1, 1)}
    )

    assert said_of(wrong, theme="Attendance") == {}
    assert said_of(wrong, baseline="80%").keys() == {"target"}
    assert said_of(wrong, due=date(2031, 1, 1)).keys() == {"due"}


@pytest.mark.parametrize(
    ("typed", "level"),
    [("65%", True), ("12", True), ("Requires improvement", True), ("soon", False), ("", False)],
)
def test_a_level_is_a_figure_a_share_or_a_grade(typed: str, level: bool) -> None:
    assert is_level(typed, SETTING) is level


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ({"target": "88%"}, "85%"),
        ({"baseline": "72%"}, "74%"),
        ({"target": "88%", "impact": "Attendance rises to 88%"}, None),
        ({"target": "88%", "impact": "Attendance rises from 85% to 88%"}, None),
        ({"target": None}, "85%"),
        ({"impact": None, "target": "88%"}, None),
        ({"measure": "punctuality"}, None),
    ],
)
def test_an_old_figure_in_the_impact_is_noticed(changed: dict[str, Any], left: str | None) -> None:
    assert left_behind(SOUND, SOUND.model_copy(update=changed)) == left


@pytest.mark.parametrize(
    ("baseline", "target", "direction", "better"),
    [
        ("54%", "65%", None, 1),
        ("54%", "65%", Direction.HIGHER, 1),
        ("54%", "65%", Direction.LOWER, -1),
        ("65%", "54%", Direction.LOWER, 1),
        ("54%", "54%", Direction.LOWER, 0),
        ("54", "65%", None, 1),
        ("54%", "10 points", None, None),
        ("3 in 10", "65%", None, None),
        ("54%", "double", None, None),
        ("Good", "Outstanding", None, None),
        (None, "65%", None, None),
        ("54%", None, None, None),
    ],
)
def test_a_target_is_better_worse_or_not_to_be_compared(
    baseline: str | None, target: str | None, direction: Direction | None, better: int | None
) -> None:
    draft = Draft(baseline=baseline, target=target, direction=direction)

    assert compare(draft) == better


WHOLE = SOUND.model_copy(
    update={
        "driver": Driver.OUTCOMES,
        "reason": "too many stay away",
        "evidence_source": "register",
        "owner": "Ruth Small",
        "sar_items": ["AFI 1", "AFI 2"],
        "theme": "Attendance",
        "milestones": [MilestoneFields(due=date(2027, 2, 28), text="80%")],
    }
)


@pytest.mark.parametrize(
    ("changed", "criterion", "verdict", "why"),
    [
        ({}, "linked", Verdict.MET, "It answers AFI 1 and AFI 2."),
        ({"sar_items": []}, "linked", Verdict.MISSING, "not linked to anything in the SAR"),
        ({}, "driver", Verdict.MET, "The reason for it is given."),
        ({"driver": None}, "driver", Verdict.MISSING, "does not say what in the SAR drove it"),
        ({}, "impact", Verdict.MET, "It names a change for learners."),
        ({"impact": None}, "impact", Verdict.MISSING, "what will be different for learners"),
        ({"impact": None, "so_what": ["x"]}, "impact", Verdict.WEAK, "about staff, not learners"),
        ({"impact": "The folder is tidy"}, "impact", Verdict.WEAK, "does not name a change"),
        ({"baseline": None}, "baseline", Verdict.MISSING, "starting figure is not known"),
        ({}, "baseline", Verdict.MET, "The starting figure is given."),
        ({"target": None}, "target", Verdict.MISSING, "level to reach is not set"),
        ({"target": "70%"}, "target", Verdict.WEAK, "worse than where you start"),
        ({"target": "74%"}, "target", Verdict.WEAK, "same as where you start"),
        ({"target": "–"}, "target", Verdict.WEAK, "The target is not a level."),
        ({}, "target", Verdict.MET, "The level to reach is set."),
        ({"evidence_source": None}, "evidence", Verdict.MISSING, "where the figure will be read"),
        ({"action": "word " * 41}, "concise", Verdict.WEAK, "It runs to 41 words; 40 is plenty."),
        ({"impact": "word " * 41}, "concise", Verdict.WEAK, "It runs to 41 words; 40 is plenty."),
        ({"action": "word " * 40}, "concise", Verdict.MET, "short enough to read at a glance"),
        ({"action": None}, "concise", Verdict.MISSING, "does not say what will be done"),
    ],
)
def test_each_criterion_says_what_it_sees(
    changed: dict[str, Any], criterion: str, verdict: Verdict, why: str
) -> None:
    found = findings(WHOLE.model_copy(update=changed), SETTING)

    (finding,) = [each for each in found if each.criterion == criterion]
    assert finding.verdict is verdict
    assert why in finding.why


@pytest.mark.parametrize(
    ("draft", "seen"),
    [
        (
            WHOLE,
            {
                "linked": "It answers AFI 1 and AFI 2.",
                "driver": "The reason for it is given.",
                "impact": "It names a change for learners.",
                "not_restated": "The impact goes beyond the action.",
                "measurable": "Someone with the data can say yes or no on the day.",
                "baseline": "The starting figure is given.",
                "target": "The level to reach is set.",
                "evidence": "It says where the figure will be read.",
                "due": "It has a date within the plan.",
                "milestone": "There is a dated check on the way.",
                "owner": "One named person is accountable.",
                "concise": "It is short enough to read at a glance.",
            },
        ),
        (
            Draft(),
            {
                "linked": "It is not linked to anything in the SAR. Which SAR item does it answer?",
                "driver": "It does not say what in the SAR drove it. "
                "What in the SAR made this necessary?",
                "impact": "It does not say what will be different for learners. "
                "So what will be different for learners?",
                "not_restated": "There is no impact to compare with the action. "
                "What follows for learners once it is done?",
                "measurable": "No measure is named. Which figure would show it?",
                "baseline": "The starting figure is not known. What is the figure now?",
                "target": "The level to reach is not set. What level do you want to reach?",
                "evidence": "It does not say where the figure will be read. "
                "Where will you read the figure?",
                "due": "It has no date. By when?",
                "milestone": "There is no check on the way. "
                "What should be seen by when, on the way?",
                "owner": "Nobody is named as accountable. Which one person is accountable?",
                "concise": "It does not say what will be done. Can it be said in fewer words?",
            },
        ),
        (
            WHOLE.model_copy(
                update={
                    "impact": "Parents are texted on the day of each absence",
                    "target": None,
                    "due": date(2027, 8, 1),
                    "milestones": [MilestoneFields(text="80%")],
                }
            ),
            {
                "impact": "It does not name a change in what learners achieve, attend or can do. "
                "So what will be different for learners?",
                "not_restated": "The impact says the action again. "
                "What follows for learners once it is done?",
                "measurable": "Without a level to reach nobody can say yes or no on the day. "
                "Which figure would show it?",
                "target": "The level to reach is not set. What level do you want to reach?",
                "due": "The date is after this plan ends. By when?",
                "milestone": "The check on the way has no date. "
                "What should be seen by when, on the way?",
            },
        ),
    ],
    ids=["whole", "empty", "weak"],
)
def test_what_is_seen_in_an_action_is_said_to_the_letter(
    draft: Draft, seen: dict[str, str]
) -> None:
    told = {f.criterion: f"{f.why} {f.question}".strip() for f in findings(draft, SETTING)}

    assert {name: told[name] for name in seen} == seen
    assert list(told) == [*CRITERIA]


def test_a_draft_is_shown_line_by_line_with_what_is_open() -> None:
    assert dict(draft_lines(WHOLE, SETTING)) == {
        "SAR item": "AFI 1, AFI 2",
        "Theme": "Attendance",
        "Action": "Text parents on the day of each absence",
        "Why": "outcomes: too many stay away",
        "Impact on learners": "Attendance rises from 74% to 85%",
        "Measure": "attendance",
        "From → to": "74% → 85%",
        "By": "31 July 2027",
        "Read in": "register",
        "On the way": "80% (28 February 2027)",
        "Owner": "Ruth Small",
    }
    bare = dict(draft_lines(Draft(action="Text parents"), SETTING))
    assert bare["Impact on learners"] == bare["By"] == bare["Owner"] == bare["Why"]
    assert "Theme" not in bare and "SAR item" not in bare


@pytest.mark.parametrize(
    ("baseline", "target", "unit", "shown"),
    [
        ("74%", "85%", "%", "74% → 85%"),
        ("74", "85", "%", "74 → 85 (per cent)"),
        ("74 per cent", "85", "%", "74 per cent → 85"),
        ("12", "6", "number", "12 → 6 (learners)"),
        ("12", "6", None, "12 → 6"),
        (None, None, "%", None),
    ],
)
def test_from_where_to_where_is_shown_with_its_unit(
    baseline: str | None, target: str | None, unit: str | None, shown: str | None
) -> None:
    assert from_to(baseline, target, unit) == shown


def test_one_level_alone_shows_the_other_open() -> None:
    assert str(from_to("74%", None, "%")).startswith("74% → ")
    assert str(from_to(None, "85%", "%")).endswith(" → 85%")


def test_checks_on_the_way_stand_in_one_line() -> None:
    checks = [MilestoneFields(text="78%"), MilestoneFields(due=date(2027, 2, 28), text="80%")]

    assert milestone_text(Draft(milestones=checks)) == "78%; 80% (28 February 2027)"
    assert milestone_text(Draft()) is None


@pytest.mark.parametrize(
    ("changed", "criterion", "why"),
    [
        ({"due": date(2027, 8, 1)}, "due", "The date is after this plan ends."),
        (
            {"milestones": [MilestoneFields(text="80% in the register")]},
            "milestone",
            "The check on the way has no date.",
        ),
        ({"target": "…"}, "target", "The target is not a level."),
    ],
)
def test_what_is_there_and_yet_weak_is_said(
    changed: dict[str, Any], criterion: str, why: str
) -> None:
    found = {f.criterion: f for f in findings(SOUND.model_copy(update=changed), SETTING)}

    assert (found[criterion].verdict, found[criterion].why) == (Verdict.WEAK, why)
