"""Questions that are put again, when a conversation is taken up or goes round in circles."""

from dataclasses import replace

import pytest

from bot.coaching import wording
from bot.coaching.interview import LONGEST_SITTING, ask_again, step
from bot.coaching.state import Interview, Outcome, Say, Stage
from tests.unit.sar import SETTING
from tests.unit.test_interview import REVIEW, TEXTING, WHOLE, hold

DRAFTED = ("AFI 1", REVIEW, WHOLE, "60% on track in February")
OFFERED = (*TEXTING, "learners attend more")
STUCK_ON_A_CHECK = (
    *TEXTING,
    "attendance from 74% to 85% by July, registers",
    *["because parents complained"] * 3,
)
ALL_BUT_THE_START = (
    "learners attend more, 85% by 31 July 2027, in registers, I will check 80% by Easter"
)


def taken_up(interview: Interview, times: int) -> tuple[Interview, list[Say]]:
    """A conversation that was left and taken up so many times, and what was said each time."""
    said = []
    for _ in range(times):
        interview, say = ask_again(interview, SETTING)
        said.append(say)
    return interview, said


def replies(say: Say) -> list[str]:
    return [choice.reply for choice in say.choices]


@pytest.mark.parametrize(
    ("reply", "choices"),
    [
        ("attendance rises from 74% to 85%", ["85%", "84%"]),
        ("fewer withdrawals from 20 to 12", ["per cent", "learners"]),
    ],
)
def test_an_either_or_is_dropped_with_its_buttons_when_its_words_are_used_up(
    reply: str, choices: list[str]
) -> None:
    more = ["84% by July"] if "84%" in choices else []
    asked, said = hold(*TEXTING, reply, *more)
    assert replies(said[-1]) == choices

    interview, (again, dropped) = taken_up(asked, 2)

    assert replies(again) == choices
    assert replies(dropped) == []
    assert interview.pending is None
    assert dropped.text.endswith("?")


def test_the_sars_figure_is_offered_in_two_ways_and_then_asked_for() -> None:
    asked, said = hold(*TEXTING, ALL_BUT_THE_START)
    assert replies(said[-1]) == []

    _, (once, twice, plain) = taken_up(asked, 3)

    assert replies(once) == replies(twice) == ["yes", "no"]
    assert once.text != twice.text
    assert replies(plain) == []
    assert "latest figure for attendance" in plain.text


def test_an_offer_to_leave_a_gap_is_made_again_with_its_buttons() -> None:
    asked, said = hold(*TEXTING, *["tutors use it"] * 3)
    assert replies(said[-1]) == ["leave it open", "another go"]

    _, (again,) = taken_up(asked, 1)

    assert replies(again) == ["leave it open", "another go"]
    assert again.field == "impact"


def test_a_second_objection_is_met_in_other_words() -> None:
    _, said = hold(*TEXTING, "This is a waste of time", "That is not my job")

    assert said[-1].field == "impact"
    assert said[-1].text != said[-2].text
    assert said[-1].text.count("?") == 1


def test_the_same_weak_answer_taken_back_over_and_over_is_always_answered() -> None:
    _, said = hold(*TEXTING, *["tutors use the new booklet", "back"] * 6)

    assert all(say.text.strip() for say in said)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # A count in one's own words is the measure, beside an impact that names none.
        (
            [
                "AFI 3",
                "Redraft each piece so that learners know where they stand: how many of the 34 "
                "can name their next step, from 11 in October to 30 by July",
            ],
            {
                "baseline": "11",
                "target": "30",
                "measure": "how many of the 34 can name their next step",
            },
        ),
        # So is the measure whose levels follow.
        (
            [
                "AFI 3",
                "Redraft each piece so that learners know where they stand; attendance goes from "
                "74% to 85% by July",
            ],
            {"baseline": "74%", "target": "85%", "measure": "attendance"},
        ),
        # … and so is the figure that the reason names.
        (
            [
                "AFI 3",
                "Give feedback every week because attendance is low, so that learners improve, "
                "from 74% to 85% by July",
            ],
            {"baseline": "74%", "target": "85%"},
        ),
        # What stands between the start of the year and now is no change for learners.
        (
            ["AFI 3", "Give feedback every week, as attendance stands at 74%"],
            {"impact": None},
        ),
        # A new impact leaves the measure, its figures being known.
        (
            ["AFI 1", REVIEW, WHOLE, "change the impact to more learners attend and stay"],
            {"impact": "More learners attend and stay", "measure": "achievement rate"},
        ),
        # What the survey asks tells its figure from its others.
        (
            [
                "AFI 3",
                "Give feedback every week so learners improve",
                'learner survey "My feedback helps me" from 61% to 75%',
            ],
            {"measure": "learner satisfaction (“My feedback helps me”)", "baseline": "61%"},
        ),
        # A share of more than all, and a level that is not of learners, enter nothing.
        ([*TEXTING, "Attendance will be 850%"], {"target": None, "measure": "attendance"}),
        ([*TEXTING, "Data quality will be at 98%"], {"target": None, "impact": None}),
        # "All staff" says who does it.
        (
            [*TEXTING, "All staff will ring home so learners attend more"],
            {"target": None, "impact": "Learners attend more"},
        ),
        # What is wished for learners in the talk before the action is its impact.
        (
            ["AFI 3", "We want more learners to pass. We will redraft each piece in class."],
            {"action": "Redraft each piece in class", "impact": "More learners to pass"},
        ),
        (
            ["AFI 3", "Learners should act on feedback. We will mark in class every week."],
            {"action": "Mark in class every week", "impact": "Learners should act on feedback"},
        ),
        (
            ["AFI 3", "I'm Tom. Attendance will be 85%. Ring home daily."],
            {"action": "Ring home daily", "impact": "Attendance will be 85%", "target": "85%"},
        ),
        # How things stand, and what staff do, are no impact.
        (
            ["AFI 3", "Attendance is 74% now. Ring home daily so learners attend more."],
            {"impact": "Learners attend more", "baseline": "74%"},
        ),
        (
            ["AFI 3", "Tutors will be better trained. Mark work in class every week."],
            {"action": "Mark work in class every week", "impact": None, "so_what": []},
        ),
        # "All" in passing is no level to reach; asked for one it is.
        (
            [*TEXTING, "all staff ring home so attendance is better"],
            {"target": None, "measure": "attendance"},
        ),
        ([*TEXTING, "learners attend more", "yes", "all learners by July"], {"target": "all"}),
        (
            [*TEXTING, "learners attend more", "yes", "all tutors trained by July"],
            {"target": None, "due": "2027-07-31"},
        ),
        ([*OFFERED, "yes, no idea about the rest"], {"baseline": "74%"}),
        # A change in points keeps its word.
        (
            [*TEXTING, "attendance up 5 points from 74%"],
            {"baseline": "74%", "target": "5 points"},
        ),
        # Below nought less is worse.
        (
            [*TEXTING, "learners do better: Progress 8 from minus 0.48 to minus 0.1"],
            {"baseline": "minus 0.48", "target": "minus 0.1"},
        ),
        # Where the figure is read stays, unless it is put right.
        (
            [*TEXTING, "learners attend more, in the register", "74% now, in the survey"],
            {"evidence_source": "register"},
        ),
        # A second reason replaces nothing; another owner replaces the first.
        ([*DRAFTED, "because employers said so"], {"driver": "curriculum_change"}),
        ([*DRAFTED, "owner Tom Baker"], {"owner": "Tom Baker"}),
        ([*DRAFTED, "actually Tom Baker leads it"], {"owner": "Tom Baker", "due": "2027-07-31"}),
        # A draft that is shown takes a new date that is said to be one, a source and a level.
        ([*DRAFTED, "by 31 May 2027"], {"due": "2027-05-31"}),
        ([*DRAFTED, "31 May 2027"], {"due": "2027-07-31"}),
        ([*DRAFTED, "from the QAR"], {"evidence_source": "QAR"}),
        ([*DRAFTED, "actually attendance is 60%"], {"baseline": "60%", "target": "65%"}),
        ([*DRAFTED, "70%"], {"target": "70%", "baseline": "54%"}),
        # A date of the plan's end is kept where it is said again.
        (
            [*TEXTING, "learners attend more", "yes", "85% by July 2029"],
            {"target": "85%", "due": None},
        ),
        (
            [*TEXTING, "learners attend more", "yes", "85% by July 2029", "July 2029"],
            {"due": "2029-07-31"},
        ),
        # So is a level that could not be meant.
        ([*TEXTING, "learners attend more", "yes", "60% by July"], {"target": None}),
        ([*TEXTING, "learners attend more", "yes", "60% by July", "60%"], {"target": "60%"}),
        ([*TEXTING, "learners attend more", "yes", "100% by July"], {"target": None}),
        ([*TEXTING, "learners attend more", "yes", "100% by July", "100%"], {"target": "100%"}),
        (
            [*TEXTING, "early leavers fall from 30 to 12", "learners"],
            {"unit": "number", "baseline": "30", "target": "12"},
        ),
        # What cannot be reached is not meant, however often it is said; nor is it held against
        # what can.
        ([*TEXTING, "attendance will be 850%", "850%"], {"target": None}),
        ([*TEXTING, "attendance from 74 to 120 in registers", "100", "100"], {"target": "100"}),
        # A share of which the first is said with its sign, and a day that is today's.
        ([*TEXTING, "attendance from 74% to 85"], {"baseline": "74%", "target": "85"}),
        (
            [*TEXTING, "attendance from 74% to 85% by 23 November 2026"],
            {"due": "2026-11-23"},
        ),
        ([*TEXTING, "attendance from 74% to 85% by 22 November 2026"], {"due": None}),
        ([*TEXTING, "attendance from 74% to 85% by 31 July 2027"], {"due": "2027-07-31"}),
        ([*TEXTING, "attendance from 74% to 85% by 1 August 2027"], {"due": None}),
        # The speaker by any word for it, and who leads it in place of the first.
        ([*TEXTING, "owner: me"], {"owner": "You"}),
        ([*TEXTING, "I will own it"], {"owner": "You"}),
        ([*TEXTING, "owner: Mel Bright"], {"owner": "Mel Bright"}),
        ([*TEXTING, "owner: Ida Bright"], {"owner": "Ida Bright"}),
        ([*DRAFTED, "measure: redrafted essays"], {"measure": "redrafted essays"}),
        (
            ["ring home for afi 2 on day one"],
            {"sar_items": ["AFI 2"], "action": "Ring home on day one"},
        ),
        ([*DRAFTED, "change the sar item to AFI 3"], {"sar_items": ["AFI 3"]}),
        ([*DRAFTED, "change the date", "30 June 2027"], {"due": "2027-06-30"}),
        # Who has no figures names no measure; who has few does.
        (["AFI 3", REVIEW, "learners improve their work", "I have no figures"], {"measure": None}),
        (["AFI 3", REVIEW, "learners improve their work", "we don't count it"], {"measure": None}),
        (
            ["AFI 3", REVIEW, "learners improve their work", "learners with no next step"],
            {"measure": "learners with no next step"},
        ),
        # A correction in place of a last try.
        (
            [*STUCK_ON_A_CHECK, "change the evidence to the late report"],
            {"evidence_source": "the late report", "milestones": []},
        ),
        # A date that is past enters nothing, and the rest is kept.
        ([*TEXTING, "learners attend more, by 1 May 2024"], {"due": None, "measure": "attendance"}),
    ],
)
def test_what_of_a_reply_enters_the_draft(said: list[str], expected: dict[str, object]) -> None:
    interview, _ = hold(*said)

    draft = interview.draft.model_dump(mode="json")
    assert {name: draft[name] for name in expected} == expected


def test_two_levels_to_reach_are_asked_about_and_neither_enters() -> None:
    interview, said = hold(
        "AFI 1", REVIEW, WHOLE, "change the target", "raise it to 70%, or to 75%"
    )

    assert interview.draft.target == "65%"
    assert said[-1].text.startswith("You gave 70% and 75%.")


def test_the_same_check_said_twice_is_one() -> None:
    once = "60% on track in February"
    interview, _ = hold("AFI 1", REVIEW, WHOLE, once, f"milestone: {once}")

    assert [m.text for m in interview.draft.milestones] == [once]


def test_a_department_named_as_owner_is_asked_about_after_another_problem() -> None:
    interview, said = hold(
        "AFI 1", REVIEW, WHOLE, "by 1 March 2020; the owner is the Digital department"
    )

    assert interview.draft.owner is None
    assert interview.owed == ["owner"]
    assert "Digital" in said[-1].text or said[-1].field == "owner"


CONTRADICTED = (*TEXTING, "attendance rises from 74% to 85%", "84% by July")
BARE = (*TEXTING, "fewer withdrawals from 20 to 12")
STUCK = (*TEXTING, *["tutors use it"] * 3)


@pytest.mark.parametrize(
    ("said", "field", "says"),
    [
        # A level to reach that cannot be meant is asked about.
        (("AFI 1", REVIEW, WHOLE, "change the target", "70%, or to 75%"), "milestone", ""),
        ((*TEXTING, "English attendance is better"), "baseline", "The SAR has"),
        ((*TEXTING, "retention is better"), "baseline", "where is it now"),
        ((*DRAFTED, "change the date", "1 May 2024"), "due", "already gone"),
        ((*DRAFTED, "change the date", "1 May 2024", "June"), None, "30 June 2027"),
        ((*OFFERED, "yes", "74% by July"), "target", "nothing would have to change"),
        ((*OFFERED, "yes", "60% by July"), "target", "worse than the 74%"),
        ((*OFFERED, "yes", "100% by July"), "target", "no room"),
        ((*OFFERED, "yes", "85% by July 2029"), "evidence_source", "after this plan ends"),
        ((*OFFERED, "yes", "by 1 May 2024"), "target", "already gone"),
        (("AFI 1, by 1 May 2024 more learners pass",), "action", "already gone"),
        # A level that cannot be meant is asked about though it stands beside the finding.
        (("AFI 2: attendance will be 850%",), "target", "850%"),
        # A field's name alone is no answer, nor are words that say nothing.
        ((*TEXTING, "owner"), "impact", "“owner”"),
        (("the",), "linked", ""),
        # Asked for the action.
        (("AFI 2", "carry on"), "action", "put that differently"),
        (("AFI 2", "yes"), "action", "put that differently"),
        (("why?",), "linked", ""),
        (("dunno",), "action", "AFI 1"),
        (("I disagree with all of this",), "linked", ""),
        # The SAR's figure is offered.
        ((*OFFERED, "no"), "baseline", "latest figure for attendance"),
        ((*OFFERED, "yes"), "target", "what should it reach"),
        ((*OFFERED, "yes, and 85% by July"), "evidence_source", "85% to reach"),
        ((*OFFERED, "yes, no idea about the rest"), "target", "Think of what would be a stretch"),
        # The finding can be named later, and is confirmed by what it says.
        (("AFI 9", "AFI 8", "AFI 2"), "action", ""),
        # "show" keeps the question with its buttons where it was.
        ((*OFFERED, "show"), "baseline", "Is that your start"),
        ((*STUCK, "show"), "impact", "another go?"),
        ((*DRAFTED, "show"), None, ""),
        (("show",), "linked", "?"),
        # The whole conversation has an end.
        ((*DRAFTED, "agree", "and another thing"), None, ""),
        # The finding is asked for again, or taken by a few words.
        (("", "", "", ""), "action", "put that differently"),
        (("hmm",), "linked", ""),
        ((*DRAFTED, "change the sar item", "AFI 2"), None, "stands now"),
        ((*DRAFTED, "change the sar item", "the attendance one"), None, "stands now"),
        # What was left open can be put in after all.
        ((*TEXTING, "skip", "change the target to 85%"), "due", "85% to reach"),
        # A form that says nothing new.
        ((*DRAFTED, "Target: 65%\nBaseline: 54%\nSource: QAR dashboard"), None, "stands now"),
        # Words about a field that are no change of it.
        ((*DRAFTED, "target practice"), None, "plain yes"),
        ((*DRAFTED, "change the target to something bolder"), None, "stands now"),
        ((*DRAFTED, "Priya and Tom own it"), "owner", "Priya"),
        # One of two figures.
        ((*CONTRADICTED, "pardon?"), "evidence_source", ""),
        ((*STUCK, "attendance will be 850%"), "target", "850%"),
        ((*BARE, "whatever you think best"), "evidence_source", ""),
        ((*CONTRADICTED, "the first one"), "evidence_source", "where will you read it"),
        ((*CONTRADICTED, "84% is right"), "evidence_source", "where will you read it"),
        ((*CONTRADICTED, "skip"), "evidence_source", "where will you read it"),
        # What a bare figure counts.
        ((*BARE, "a percentage"), "evidence_source", "by when"),
        ((*BARE, "people"), "evidence_source", "by when"),
        ((*BARE, "dunno"), "evidence_source", "by when"),
        ((*BARE, ""), "baseline", "20"),
        ((*BARE, "", "", ""), "evidence_source", "where will you read it"),
        # An offer to leave a gap.
        ((*STUCK, "another go"), "impact", ""),
        ((*STUCK, "another go", "", "", ""), "due", "By when"),
        ((*STUCK, "leave it open"), "due", "impact stays open"),
        ((*STUCK, "learners attend more"), "baseline", "74%"),
        ((*STUCK, "tutors still use it"), "due", "impact stays open"),
        # The draft is shown.
        ((*DRAFTED, ""), None, "plain yes"),
        ((*DRAFTED, "change"), None, "Which part"),
        ((*DRAFTED, "change", "change", "change"), None, "agree"),
        ((*DRAFTED, "leave as draft"), None, "saved"),
        ((*DRAFTED, "change the measure"), "measure", "figure"),
        ((*DRAFTED, *["change the target", "back"] * 5, "change the target"), None, ""),
        ((*DRAFTED, "make it 66%"), None, "stands now"),
        ((*DRAFTED, "change the target to 50%"), "target", "50%"),
        ((*DRAFTED, "change the sar item to AFI 2"), None, ""),
        ((*DRAFTED, "change the source to ProMonitor"), None, ""),
        ((*DRAFTED, "change the milestone to 58% by 1 March 2027"), None, ""),
        ((*DRAFTED, "change the action to coach each apprentice weekly"), None, ""),
    ],
)
def test_where_a_reply_leads(said: tuple[str, ...], field: str | None, says: str) -> None:
    _, answers = hold(*said)

    assert answers[-1].field == field
    assert says in answers[-1].text
    assert answers[-1].text.strip()


def test_the_sars_figure_alone_is_confirmed_with_a_yes() -> None:
    everything_else = (
        "learners attend more, 85% by 31 July 2027, source registers. Milestone: 80% by Easter"
    )
    asked, said = hold(*TEXTING, everything_else)
    assert replies(said[-1]) == ["yes", "no"]

    interview, said = hold(*TEXTING, everything_else, "yes")

    assert interview.draft.baseline == "74%"
    assert said[-1].shows_draft


def test_where_the_sar_names_no_evidence_its_figure_is_the_sars() -> None:
    item = SETTING.sar_items[1].model_copy(update={"evidence": None})
    _, said = hold(*TEXTING, "learners attend more", setting=replace(SETTING, sar_items=(item,)))

    assert "The SAR has attendance at 74% (the SAR)." in said[-1].text


def test_without_a_sar_the_first_question_is_for_the_action_and_its_reason() -> None:
    setting = replace(SETTING, sar_items=())
    interview, said = hold(setting=setting)

    assert said[0].text.endswith("What do you plan to do, and why?")
    assert (said[0].field, said[0].choices) == ("action", ())
    assert interview.stage is Stage.ASKING

    interview, said = hold(
        TEXTING[1], "attendance from 74% to 85% by July, registers", setting=setting
    )

    assert interview.draft.action == TEXTING[1]
    assert interview.draft.sar_items == []
    assert said[-1].field == "driver"


def test_a_sitting_that_goes_round_in_circles_is_put_down_and_can_be_taken_up() -> None:
    interview, said = hold(*["show"] * (LONGEST_SITTING + 1))
    assert interview.stage is Stage.STOPPED
    assert said[-1].outcome is Outcome.SAVED

    interview, said = hold(*["show"] * (LONGEST_SITTING + 1), "carry on")
    assert interview.replies == 1
    assert said[-1].field == "linked"


def test_a_question_whose_words_are_used_up_is_left_open() -> None:
    """Taking a step back brings no words back, so that even this comes to an end."""
    round_again = ["tutors use it", "tutors use it", "tutors use it", "another go", "back", "back"]
    interview, said = hold(*TEXTING, *round_again * 4)

    assert all(say.text.strip() for say in said)
    assert interview.replies <= LONGEST_SITTING


def with_used(interview: Interview, families: dict[str, tuple[str, ...]]) -> Interview:
    """The conversation as it is when everything of these kinds has been said once."""
    said = [f"{family}.{n}" for family, variants in families.items() for n in range(len(variants))]
    return interview.model_copy(update={"used": [*interview.used, *said]})


@pytest.mark.parametrize(
    ("said", "used", "reply", "left"),
    [
        (OFFERED, {"ask-baseline": wording.QUESTIONS["baseline"]}, "no", "baseline"),
        (
            STUCK,
            {"ask-impact": wording.QUESTIONS["impact"], "another-go": wording.ANOTHER_GO},
            "another go",
            "impact",
        ),
        (STUCK[:-1], {"offer-to-leave": wording.OFFER_TO_LEAVE}, "tutors use it", "impact"),
        (TEXTING, {"help-impact": wording.HELP["impact"]}, "dunno", "impact"),
    ],
)
def test_what_can_be_asked_in_no_new_words_is_left_open(
    said: tuple[str, ...], used: dict[str, tuple[str, ...]], reply: str, left: str
) -> None:
    asked, _ = hold(*said)

    interview, say = step(with_used(asked, used), reply, SETTING)

    assert left in interview.left_open
    assert interview.focus != left
    assert say.text.strip()


def test_a_question_in_no_new_words_is_said_again_under_the_draft() -> None:
    asked, said = hold("AFI 2")

    _, say = step(with_used(asked, {"ask-action": wording.QUESTIONS["action"]}), "show", SETTING)

    assert say.text.endswith(said[-1].text.rpartition("\n")[2])
    assert say.field == "action"


def test_a_weak_answer_that_no_new_words_meet_leads_to_the_offer_to_leave_it() -> None:
    asked, _ = hold(*TEXTING)
    used = {f"so-what-{rung}": variants for rung, variants in wording.SO_WHAT.items()}

    interview, say = step(with_used(asked, used), "tutors use it", SETTING)

    assert replies(say) == ["leave it open", "another go"]
    assert interview.draft.so_what == ["tutors use it"]


def test_help_in_no_new_words_is_the_next_question_of_the_impact() -> None:
    asked, _ = hold(*TEXTING)

    _, say = step(with_used(asked, {"help-impact": wording.HELP["impact"]}), "help", SETTING)

    assert say.field == "impact"
    assert say.text.endswith("?")


def test_a_count_of_the_sar_taken_as_the_start_is_asked_what_it_counts() -> None:
    item = SETTING.sar_items[1].model_copy(
        update={"measure": "withdrawals", "baseline": "30", "evidence": "Withdrawals: 30."}
    )
    setting = replace(SETTING, sar_items=(item,))
    interview, said = hold(*TEXTING, "fewer withdrawals", "yes", setting=setting)

    assert interview.draft.baseline == "30"
    assert replies(said[-1]) == ["per cent", "learners"]
