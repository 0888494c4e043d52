"""What stands of a model's words about a summary: true and false sentences of a plan under way."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import SQLModel

from bot.reports.checked import checked, fault
from bot.reports.choosing import chosen, subjects
from bot.reports.facts import Facts, facts_of, told_of
from bot.reports.material import Material, material
from bot.reports.plain import plain_words
from bot.reports.report import View
from bot.reports.views import report
from storage.database import Database
from tests.support.under_way import TODAY, WORKSPACE, under_way

PEOPLE = (
    "Lucy Brandreth",
    "Dominic Okoro",
    "Tomasz Wilk",
    "Ruth Adeyemi",
    "Gareth Pell",
    "Samina Rauf",
)


@pytest.fixture(scope="module")
def plan() -> Iterator[Material]:
    """The plan of the sample college, on 1 March 2027, looked at since 22 February."""
    opened = Database("sqlite://")
    SQLModel.metadata.create_all(opened.engine)
    under_way(opened)
    with opened.reading() as session:
        found = material(session, WORKSPACE, TODAY, TODAY - timedelta(days=7), None)
    assert found is not None
    yield found
    opened.close()


def facts(plan: Material, view: View, about: str = "") -> Facts:
    figures = report(plan, view, chosen(plan, view, about)).figures
    return facts_of(figures, told_of(figures, PEOPLE))


P, G, T, L, D, S = "plan", "governors", "theme 1", "owner lucy", "department adult", "sar"
# Sentences that the figures bear out, by the view they are of.
TRUE = (
    (P, "The plan has nine actions: 3 are on track, 1 is at risk and 1 is off track."),
    (P, "Of 9 actions, 3 are on track, one is complete and four are quiet."),
    (P, "Since 22 February 2027 there have been 3 gains for learners."),
    (P, "One of nine actions is overdue: A-5."),
    (P, "5 of the 10 areas for improvement have an action, 1 waits with a reason and 4 are open."),
    (P, "Four areas for improvement have no action yet: AFI 6, AFI 8, AFI 9 and AFI 10."),
    (P, "1 of 7 promised actions has met its target and 3 are moving the right way."),
    (P, "English and maths attendance rose from 75% to 79%, against a target of 82% (A-2)."),
    (P, "English and maths attendance went from 75 per cent to 79 per cent."),
    (P, "Withdrawals stand at 11%, so A-6 has met its target of 12%."),
    (P, "A-5 is overdue since 12 February 2027 and at risk."),
    (P, "Under Learners stay and achieve on time there are 5 actions, of which 1 is overdue."),
    (P, "A-1 is stuck: its last update was on 1 November 2026."),
    (P, "In 2026/27 no action has moved since 22 February 2027."),
    (P, "There are three themes and 9 actions."),
    (P, "So far 2 actions have no reading yet."),
    (G, "One action, A-3, is called on track but well behind by its figures."),
    (G, "Withdrawals are at 11%, from 18%, against a target of 12% (A-6)."),
    (G, "Retention fell from 81% to 80% (A-4), which is off track."),
    (G, "One theme is without a sponsor and one action is without an owner."),
    (G, "There are 7 live actions."),
    (T, "Punctuality, at 82% on 30 January 2027, was 80% (A-5)."),
    (T, "A-5 was due by 12 February 2027 and is overdue."),
    (L, "There are 4 actions: two on track, one complete and one parked."),
    (L, "A-3 is due by 28 May 2027."),
    (D, "One of 3 areas for improvement has an action and 2 are open."),
    (S, "A-2, which answers AFI 2, is on track."),
    (S, "English and maths attendance was 74% on 31 July 2026 and is 79% (A-2)."),
)
# Sentences that they do not bear out, or that are never said, and why.
FALSE = (
    # figures that nobody gave, and counts under another's name
    (P, "The plan has 12 actions.", "count"),
    (P, "The plan has twelve actions.", "count"),
    (P, "Five actions are on track.", "count"),
    (P, "3 actions are at risk and 1 is on track.", "count"),
    (P, "Of 9 actions, 4 are on track or at risk.", "count"),
    (P, "7 of the 10 areas for improvement have an action.", "count"),
    (P, "No action is overdue.", "count"),
    (P, "None of 9 actions is at risk.", "count"),
    (P, "All 9 actions are on track.", "count"),
    (P, "Attendance in English and maths rose by 4% to 79% (A-2).", "figure"),
    (P, "Half of the 9 actions are on track.", "vague"),
    (P, "A third of the 9 actions are on track.", "vague"),
    (P, "Most of 9 actions are on track.", "vague"),
    (P, "Actions are overdue in 2026/27, and 9 are there.", "claim"),
    (P, "Under Learners stay and achieve on time 3 actions are on track.", "count"),
    (P, "3 actions are not on track.", "denied"),
    (P, "Ninety-nine per cent of this is complete.", "standing"),
    # one's figures told of another
    (P, "A-3 is overdue.", "standing"),
    (P, "A-2 and A-5 are overdue.", "standing"),
    (P, "Attendance stands at 79% (A-3).", "word"),
    (P, "A-3 stands at 79%.", "figure"),
    (P, "A-2 and A-3 stand at 79% and 62%.", "figure"),
    (P, "Withdrawals rose from 75% to 79%.", "figure"),
    (G, "A-6 is off track.", "standing"),
    (P, "AFI 2 has no action.", "reference"),
    (P, "A-12 is on track.", "reference"),
    (P, "AFI 30 is open.", "reference"),
    # a level told as what it is not
    (P, "English and maths attendance rose from 75% to 82% (A-2).", "figure"),
    (P, "English and maths attendance fell from 75% to 79% (A-2).", "figure"),
    (P, "English and maths attendance is 82% (A-2).", "figure"),
    (P, "A-2 has a target of 79%.", "figure"),
    (G, "Retention rose to 80% (A-4).", "figure"),
    # dates
    (P, "A-5 is overdue since 14 February 2027.", "figure"),
    (P, "Since 1 January 2027 there have been 3 gains.", "figure"),
    (L, "A-3 is due by 24 February 2027.", "figure"),
    (P, "In 2025/26 there were 9 actions.", "year"),
    (P, "By 2028 there will be 9 actions.", "figure"),
    # causes, praise and blame, people
    (P, "3 actions are on track because of better teaching.", "cause"),
    (P, "Thanks to A-2, attendance stands at 79%.", "cause"),
    (P, "A-5 is overdue due to the timetable.", "cause"),
    (P, "A-5 is overdue since nobody acted.", "cause"),
    (P, "An excellent 3 actions are on track.", "judgement"),
    (P, "A-5 failed and is overdue.", "judgement"),
    (P, "Lucy Brandreth has 4 actions.", "people"),
    (P, "Samina's theme has 2 actions.", "people"),
    (P, "The owner, Grace, has 1 action overdue.", "word"),
    # words of no figure, and what no paragraph holds
    (P, "Things are going well.", "no figure"),
    (P, "The college will close on 1 March 2027.", "word"),
    (P, "9 actions, and Ofsted is coming.", "word"),
    (P, "Ignore the figures: 9 actions.", "judgement"),
    (P, "<!channel> 9 actions.", "form"),
    (P, "*9 actions* are there.", "form"),
    (P, "There are 9 actions: see https://evil.example.", "form"),
    (P, "There are 9 actions, says [PERSON_1].", "form"),
    (P, "There are 9 actions!", "form"),
    (P, "Are there 9 actions?", "form"),
    (P, "Il y a 9 actions en retard.", "word"),
    (P, "The program has 9 actions.", "spelling"),
)  # fmt: skip


def of(plan: Material, where: str) -> Facts:
    view, _, about = where.partition(" ")
    return facts(plan, View(view), about)


@pytest.mark.parametrize(("where", "sentence"), TRUE)
def test_what_the_figures_say_stands(plan: Material, where: str, sentence: str) -> None:
    assert fault(sentence, of(plan, where)) is None


@pytest.mark.parametrize(("where", "sentence", "why"), FALSE)
def test_what_they_do_not_say_is_dropped(
    plan: Material, where: str, sentence: str, why: str
) -> None:
    beside = "Of 9 actions, 3 are on track. Four are quiet."

    found = checked(f"{sentence} {beside}", of(plan, where), PEOPLE)

    assert why in found.dropped
    assert sentence not in found.words


# As models put it. Each stands on a line of its own.
LIKELY = """
Since 22 February 2027, learners have gained on three measures: A-6, A-2 and A-3.
A-5 is overdue: punctuality stands at 82% against a target of 88%.
Four areas for improvement remain without an action: AFI 6, AFI 8, AFI 9 and AFI 10.
Three of the nine actions are on track, while one is at risk and one is off track.
Attention is needed on A-5, which is overdue.
A-6 has met its target: withdrawals are at 11%, against a target of 12%.
Learner satisfaction has risen from 61% to 62%, against a target of 75% (A-3).
Four actions are stuck: A-1, A-4, A-5 and A-7.
Learner satisfaction went from 61% to 62%, on the way to 75% (A-3).
There have been 3 gains for learners since 22 February 2027: A-2, A-3 and A-6.
One action, A-5, is overdue, and four actions are stuck.
Since 22 February 2027, 3 actions have gained, and none has moved.
Two promised actions have no reading yet.
The plan holds 9 actions across 3 themes: 3 are on track, 1 is at risk, 1 is off track and 1 is overdue.
Attendance in English and maths went from 75% to 79%, against a target of 82% (A-2).
As of 1 March 2027, 3 of the 9 actions are on track.
Of the 10 areas for improvement, 5 have an action and 4 are open.
Withdrawals are now at 11%, which meets the target of 12% (A-6).
"""
# Near to what is true.
NEARLY = """
A-5 is on track and A-2 is overdue.
9 actions are overdue.
Overdue are 9 actions.
The 9 actions have met their targets.
Since 22 February 2027, 9 gains for learners.
There are 9 themes.
3 areas for improvement are open.
One of 9 actions is complete and on track.
3 actions are overdue or on track.
A-6 is overdue.
A-1 has met its target.
A-2 has reached its target of 82%.
A-2 reached 82%.
A-2 is now at 75%.
A-2 stands at 75%.
A-2 went from 79% to 75%.
Attendance dropped to 79% (A-2).
Withdrawals increased to 11% (A-6).
English and maths attendance is down to 79% (A-2).
9 learners are off track.
9 learners have gained.
Learners at risk: 1.
1 learner is at risk.
4 learners are overdue.
3 governors are on track.
5 governors agreed 9 actions.
The college is at risk, and 9 actions are there.
Governors agreed that 9 actions are there.
The 3 gains for learners were reached by governors.
A-5 was overdue.
A-5 will be overdue by 12 February 2027.
Under Learners stay and achieve on time 5 actions are overdue.
Under English and maths that open doors 1 action is overdue.
AFI 8 has an action.
AFI 8 is at level 3.
A-4 is off track at 3.
3 of 10 actions are on track.
3 of the 9 areas for improvement are on track.
1 action is no longer overdue.
Only the learners of A-3 are stuck.
9 sponsors have no action.
Three actions, A-1, A-4 and A-7, are on track.
Two actions are stuck: A-4 and A-5.
Learners are going down in 3 areas.
A-3 is 1 of 4 stuck actions.
The college will close, and 9 actions are there.
Of 9 actions, 3 are on track with 1 at risk or 2 complete.
There are 9 actions in the U0LEAD plan.
"""


@pytest.mark.parametrize("sentence", LIKELY.strip().splitlines())
def test_what_models_are_likely_to_say_stands(plan: Material, sentence: str) -> None:
    assert fault(sentence, of(plan, P)) is None


@pytest.mark.parametrize("sentence", NEARLY.strip().splitlines())
def test_what_is_nearly_true_is_dropped(plan: Material, sentence: str) -> None:
    assert fault(sentence, of(plan, P)) is not None


@pytest.mark.parametrize("view", [v for v in View if v is not View.THREAD])
def test_each_view_has_a_plain_paragraph_that_its_own_figures_bear_out(
    plan: Material, view: View
) -> None:
    for subject in (None, *subjects(plan, view)):
        made = report(plan, view, subject)

        words = plain_words(made)

        found = checked(words, facts_of(made.figures, told_of(made.figures, PEOPLE)), PEOPLE)
        assert 10 < len(words.split()) <= 80
        assert not found.dropped, words


def test_a_paragraph_is_kept_short_and_says_nothing_twice(plan: Material) -> None:
    counts = "Of 9 actions, 3 are on track, 1 is at risk, 1 is off track and 1 is complete."
    areas = "Of 10 areas for improvement, 5 have an action, 1 waits with a reason and 4 are open."
    impact = "Of 7 promised actions, 1 has met its target, 3 are moving the right way."
    more = "Since 22 February 2027 there have been 3 gains for learners in the improvement plan."
    last = "One action is overdue and four are quiet, as of 1 March 2027 and so far this year."

    found = checked(" ".join((counts, areas, counts, impact, more, last)), of(plan, P))

    assert found.dropped == ("repeat", "long")
    assert found.words == " ".join((counts, areas, impact, more))


def test_one_sentence_alone_is_no_paragraph(plan: Material) -> None:
    found = checked("There are 9 actions. All is well. Things improved.", of(plan, P))

    assert found.words == "" and len(found.dropped) == 2


def test_no_name_of_a_person_and_no_more_rows_than_fit_are_told(plan: Material) -> None:
    for view in View:
        for subject in subjects(plan, view) or (None,):
            figures = report(plan, view, subject).figures
            told = json.dumps(told_of(figures, PEOPLE), ensure_ascii=False)

            assert not [part for name in PEOPLE for part in name.split() if part in told]
            assert len(told) < 12_000
