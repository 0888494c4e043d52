"""Questions about the plan, told from everything else that people write."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coaching.asked_names import Kind, Known
from bot.coaching.plan_questions import Question, asked
from tests.support.pace import growth

# A Monday in the spring term.
TODAY = date(2027, 2, 1)
KNOWN = Known(
    TODAY,
    themes=(
        "Learners stay and achieve on time",
        "English and maths that open doors",
        "Teaching that stretches every learner",
        "Attendance and punctuality",
    ),
    departments=("Digital and engineering", "English and maths", "Health and care", "Construction"),
    owners=("Dominic Okoro", "Lucy Brandreth", "Tomasz Wilk", "Ruth Adeyemi", "Ruth Small"),
    sar_items=("AFI 1", "AFI 2", "AFI 3", "Maths 4"),
)


def says(question: Question | None) -> str:
    """A question in one line: the view, then what narrows it."""
    if question is None:
        return "none"
    parts = [question.view.value]
    parts += [f"{a.kind.value}={a.name}" for a in question.about]
    parts += [state.value for state in question.states]
    parts += [f"no {name}" for name in question.lacks]
    if question.span:
        first, last = question.span.first, question.span.last
        parts.append(f"{first or ''}..{last or ''}")
    parts += [name for name in ("mine", "counts", "by_owner") if getattr(question, name)]
    return ", ".join(parts)


DEPT = "department=English and maths"
QUESTIONS = [
    # One action.
    ("A-12?", "actions, action=A-12"),
    ("is A-12 overdue?", "actions, action=A-12"),
    ("how far along is A-12?", "actions, action=A-12"),
    ("which actions on A-12 are overdue?", "actions, action=A-12, overdue"),
    ("how are we doing on A-12?", "actions, action=A-12"),
    # A question mark, or what leads up to it, makes a question of what could be said.
    ("how maths is doing?", f"department, {DEPT}"),
    ("show me how maths is doing", f"department, {DEPT}"),
    ("tell me how we are doing on attendance", "actions, measure=attendance"),
    ("show me the maths overview", f"department, {DEPT}"),
    ("maths summary?", f"department, {DEPT}"),
    ("complete actions on attendance?", "actions, measure=attendance, complete"),
    ("all actions are on track?", "actions, on track"),
    ("show me complete actions", "actions, complete"),
    ("overdue actions", "actions, overdue"),
    ("what actions are there", "actions"),
    ("how many actions?", "actions, counts"),
    ("plan?", "plan"),
    ("the whole plan", "plan"),
    ("summary of the plan", "plan"),
    ("summary? .", "plan"),
    ("show me the sar summary", "sar"),
    ("how many findings are open?", "sar, counts"),
    ("which findings are open?", "sar"),
    ("show me the thread of AFI 1", "thread, sar item=AFI 1"),
    ("any news on AFI 3?", "thread, sar item=AFI 3"),
    ("quick question, what's red", "actions, off track"),
    # One's own.
    ("my progress?", "actions, mine"),
    ("update on me?", "actions, mine"),
    ("any news on mine?", "actions, mine"),
    # As many words as a question may have.
    ("which actions are red" + " or amber" * 9, "actions, off track, at risk"),
    # By any of their names: of a department before a theme, and of a measure before both.
    ("how is the construction department team doing?", "department, department=Construction"),
    ("how is mathematics doing?", f"department, {DEPT}"),
    ("how is English doing?", f"department, {DEPT}"),
    ("how is health doing?", "department, department=Health and care"),
    ("what's construction's progress?", "department, department=Construction"),
    ("which actions on health's care are red?", "actions, department=Health and care, off track"),
    ("how is attendance doing?", "actions, measure=attendance"),
    ("how is punctuality doing?", "actions, measure=punctuality"),
    ("how is teaching doing?", "theme, theme=Teaching that stretches every learner"),
    ("how is Ruth doing?", "owner, owner=ruth"),
    ("how is Ruth Small doing?", "owner, owner=Ruth Small"),
    ("how is Small doing?", "owner, owner=Ruth Small"),
    ("does Dominic have any actions?", "actions, owner=Dominic Okoro"),
    (
        "how many overdue actions does Dominic have?",
        "actions, owner=Dominic Okoro, overdue, counts",
    ),
    # A topic is words that are no name in the plan, and few of them.
    ("how is adult community learning doing?", "actions, topic=adult community learning"),
    ("what's the latest on hairdressing?", "actions, topic=hairdressing"),
    ("what is there about hairdressing?", "actions, topic=hairdressing"),
    ("what is being done about attendance?", "actions, measure=attendance"),
    (
        "which actions on apples pears plums figs limes kiwis are red?",
        "actions, topic=apples pears plums figs limes kiwis, off track",
    ),
    # Of people.
    ("who is late", "actions, overdue, by_owner"),
    ("who hasn't started?", "actions, without any update, by_owner"),
    ("who is overdue in maths?", f"actions, {DEPT}, overdue, by_owner"),
    # How something is doing.
    ("how is maths doing?", f"department, {DEPT}"),
    ("How's English and maths getting on", f"department, {DEPT}"),
    ("how is health and care looking?", "department, department=Health and care"),
    ("How are we doing in construction?", "department, department=Construction"),
    ("how is the engineering department doing?", "department, department=Digital and engineering"),
    ("how are we doing on attendance?", "actions, measure=attendance"),
    ("how's retention going?", "actions, measure=retention_rate"),
    (
        "How is the theme attendance and punctuality doing?",
        "theme, theme=Attendance and punctuality",
    ),
    (
        "how is teaching that stretches every learner coming along?",
        "theme, theme=Teaching that stretches every learner",
    ),
    ("how is Dominic doing?", "owner, owner=Dominic Okoro"),
    ("what is Dominic's progress?", "owner, owner=Dominic Okoro"),
    ("What’s Lucy Brandreth’s position?", "owner, owner=Lucy Brandreth"),
    ("what's the latest on construction?", "department, department=Construction"),
    ("where are we with attendance?", "actions, measure=attendance"),
    ("any news on maths?", f"department, {DEPT}"),
    ("how is hairdressing doing?", "actions, topic=hairdressing"),
    # The plan as a whole.
    ("how is the plan going?", "plan"),
    ("how are we doing overall?", "plan"),
    ("show me the plan", "plan"),
    ("Could you show me a summary of the plan please", "plan"),
    ("summary?", "plan"),
    ("summary for governors", "governors"),
    ("Can I have the governors' summary?", "governors"),
    ("what should I tell the governors?", "governors"),
    # The SAR.
    ("which AFIs have no action?", "sar"),
    ("Which areas for improvement don't have an action?", "sar"),
    ("how many AFIs are uncovered?", "sar, counts"),
    ("which findings are not covered", "sar"),
    ("what are we doing about AFI 3?", "thread, sar item=AFI 3"),
    ("how is AFI 2 doing?", "thread, sar item=AFI 2"),
    # Lists by how actions stand.
    ("what's red?", "actions, off track"),
    ("What is overdue", "actions, overdue"),
    ("anything overdue?", "actions, overdue"),
    ("is anything at risk in construction?", "actions, department=Construction, at risk"),
    ("which actions on attendance are overdue?", "actions, measure=attendance, overdue"),
    (
        "which actions are off track in engineering?",
        "actions, department=Digital and engineering, off track",
    ),
    (
        "how many actions are off track in engineering?",
        "actions, department=Digital and engineering, off track, counts",
    ),
    ("How many actions are there?", "actions, counts"),
    ("how many red actions do we have?", "actions, off track, counts"),
    ("which actions are red or amber?", "actions, off track, at risk"),
    ("overdue actions in maths", f"actions, {DEPT}, overdue"),
    ("list the amber actions please", "actions, at risk"),
    ("show me all the actions for health and care", "actions, department=Health and care"),
    ("Which actions are not on track?", "actions, off track, at risk"),
    ("which actions are complete?", "actions, complete"),
    ("what's been done?", "actions, complete"),
    ("Which actions haven't started?", "actions, without any update"),
    ("which actions are still drafts?", "actions, not agreed yet"),
    ("Are any actions parked?", "actions, parked"),
    (
        "Hi, which actions in construction are behind?",
        "actions, department=Construction, off track, at risk",
    ),
    # When.
    ("what changed since yesterday?", "actions, changed, 2027-01-31.."),
    ("which actions changed since Christmas?", "actions, changed, 2026-12-25.."),
    ("what changed since last week?", "actions, changed, 2027-01-25.."),
    ("what changed since last month?", "actions, changed, 2027-01-01.."),
    ("what changed since this month?", "actions, changed, 2027-02-01.."),
    ("what changed since last term?", "actions, changed, 2026-08-01.."),
    ("what changed since October?", "actions, changed, 2026-10-01.."),
    ("what changed since 3 October?", "actions, changed, 2026-10-03.."),
    ("which actions changed", "actions, changed, 2027-01-25.."),
    ("which actions moved recently?", "actions, changed, 2027-01-18.."),
    (
        "what has not been updated in the last two weeks?",
        "actions, without a recent update, 2027-01-18..",
    ),
    (
        "who has not updated this month?",
        "actions, without a recent update, 2027-02-01.., by_owner",
    ),
    ("which actions are due this week?", "actions, due, 2027-02-01..2027-02-07"),
    ("which actions are due next week?", "actions, due, 2027-02-08..2027-02-14"),
    ("which actions are due next month?", "actions, due, 2027-03-01..2027-03-31"),
    ("which actions are due this term?", "actions, due, 2027-02-01..2027-04-15"),
    ("which actions are due next term?", "actions, due, 2027-04-16..2027-07-31"),
    ("which actions are due this half term?", "actions, due, 2027-02-01..2027-02-12"),
    ("which actions are due next half-term?", "actions, due, 2027-02-13..2027-04-15"),
    ("which actions are due this year?", "actions, due, 2027-02-01..2027-07-31"),
    ("what is due next year?", "actions, due, 2027-08-01..2028-07-31"),
    ("which actions are due in the next three months?", "actions, due, 2027-02-01..2027-05-02"),
    ("what's due", "actions, due, 2027-02-01..2027-02-15"),
    ("what is due soon?", "actions, due, 2027-02-01..2027-02-15"),
    ("what is due today?", "actions, due, 2027-02-01..2027-02-01"),
    ("what is due in May?", "actions, due, 2027-05-01..2027-05-31"),
    ("which actions are due by Easter?", "actions, due, 2027-02-01..2027-03-31"),
    ("attendance summary?!", "actions, measure=attendance"),
    # What they lack.
    ("which actions have no owner?", "actions, no owner"),
    ("which actions don't have a baseline?", "actions, no baseline"),
    ("How many actions lack a target?", "actions, no target, counts"),
    ("actions without a milestone?", "actions, no milestone"),
    ("which maths actions have no baseline?", f"actions, {DEPT}, no baseline"),
    # By when.
    ("what's due this half-term?", "actions, due, 2027-02-01..2027-02-12"),
    ("What is due this week", "actions, due, 2027-02-01..2027-02-07"),
    ("which actions are due this term?", "actions, due, 2027-02-01..2027-04-15"),
    ("what's due soon?", "actions, due, 2027-02-01..2027-02-15"),
    ("what is due by Easter?", "actions, due, 2027-02-01..2027-03-31"),
    ("which actions are due by 12 March?", "actions, due, 2027-02-01..2027-03-12"),
    ("what's due in May?", "actions, due, 2027-05-01..2027-05-31"),
    (
        "which actions in construction are due next month",
        "actions, department=Construction, due, 2027-03-01..2027-03-31",
    ),
    ("what's due today?", "actions, due, 2027-02-01..2027-02-01"),
    ("how is maths doing today?", f"department, {DEPT}"),
    ("what is overdue today?", "actions, overdue"),
    ("what is due next week?", "actions, due, 2027-02-08..2027-02-14"),
    ("what is due the coming week?", "actions, due, 2027-02-01..2027-02-07"),
    ("what's due in the next three weeks?", "actions, due, 2027-02-01..2027-02-22"),
    ("what's due in the next two months?", "actions, due, 2027-02-01..2027-04-02"),
    ("what is due within the next month?", "actions, due, 2027-02-01..2027-03-03"),
    ("which actions are due in the next fortnight?", "actions, due, 2027-02-01..2027-02-15"),
    ("which actions are due this month?", "actions, due, 2027-02-01..2027-02-28"),
    ("what is due this year?", "actions, due, 2027-02-01..2027-07-31"),
    ("what's due this academic year?", "actions, due, 2027-02-01..2027-07-31"),
    ("what is due next year?", "actions, due, 2027-08-01..2028-07-31"),
    ("which actions are due next term?", "actions, due, 2027-04-16..2027-07-31"),
    ("what's due next half-term?", "actions, due, 2027-02-13..2027-04-15"),
    ("what's due in October?", "actions, due, 2026-10-01..2026-10-31"),
    ("what's due in July?", "actions, due, 2027-07-01..2027-07-31"),
    # Whose.
    ("show me what I own", "actions, mine"),
    ("what do I own?", "actions, mine"),
    ("my actions?", "actions, mine"),
    ("show my actions", "actions, mine"),
    ("which of my actions are overdue?", "actions, overdue, mine"),
    ("what have I got due this week?", "actions, due, 2027-02-01..2027-02-07, mine"),
    ("which actions does Tomasz own?", "actions, owner=Tomasz Wilk"),
    ("what does Lucy own?", "actions, owner=Lucy Brandreth"),
    ("which of Dominic's actions are red?", "actions, owner=Dominic Okoro, off track"),
    ("Dominic's overdue actions", "actions, owner=Dominic Okoro, overdue"),
    ("what does Ruth have?", "actions, owner=ruth"),
    # Updates.
    ("who hasn't updated?", "actions, without a recent update, by_owner"),
    (
        "Who has not updated in construction?",
        "actions, department=Construction, without a recent update, by_owner",
    ),
    ("which actions have no update?", "actions, without a recent update"),
    ("what has changed since last week?", "actions, changed, 2027-01-25.."),
    ("what's new since Christmas?", "actions, changed, 2026-12-25.."),
    ("What's changed?", "actions, changed, 2027-01-25.."),
    ("what has changed in maths since Friday?", f"actions, {DEPT}, changed, 2027-01-29.."),
    ("what has changed since yesterday?", "actions, changed, 2027-01-31.."),
    ("what has changed since Monday?", "actions, changed, 2027-01-25.."),
    ("what has changed since last term?", "actions, changed, 2026-08-01.."),
    ("what has changed since this term?", "actions, changed, 2027-01-01.."),
    ("what has changed since the start of term?", "actions, changed, 2027-01-01.."),
    ("what has changed since the start of the month?", "actions, changed, 2027-02-01.."),
    ("what has changed since last month?", "actions, changed, 2027-01-01.."),
    ("what has changed this week?", "actions, changed, 2027-02-01.."),
    ("what has changed this month?", "actions, changed, 2027-02-01.."),
    ("what has changed since March?", "actions, changed, 2026-03-01.."),
    ("what has changed since 3 October?", "actions, changed, 2026-10-03.."),
    ("what has changed since 12 January 2027?", "actions, changed, 2027-01-12.."),
    ("what has changed in the last two weeks?", "actions, changed, 2027-01-18.."),
    ("what has changed in the past month?", "actions, changed, 2027-01-02.."),
    ("what has changed recently?", "actions, changed, 2027-01-18.."),
    (
        "who hasn't updated this week?",
        "actions, without a recent update, 2027-02-01.., by_owner",
    ),
    # In other words.
    ("Could you tell me how maths is doing?", f"department, {DEPT}"),
    ("can you tell me how we are doing on attendance?", "actions, measure=attendance"),
    ("is Dominic on track?", "owner, owner=Dominic Okoro"),
    ("is maths behind?", f"department, {DEPT}"),
    ("are we on track with attendance?", "actions, measure=attendance"),
    ("are we on track?", "plan"),
    ("how are we doing against the plan?", "plan"),
    ("give me a list of overdue actions", "actions, overdue"),
    ("which actions are due before half-term?", "actions, due, 2027-02-01..2027-02-12"),
    ("how many actions are overdue in total?", "actions, overdue, counts"),
    ("which actions lack a target or a baseline?", "actions, no target, no baseline"),
    ("which actions have no owner and no milestone?", "actions, no owner, no milestone"),
    ("is every AFI covered?", "sar"),
    ("do any AFIs have no action?", "sar"),
    ("which actions relate to safeguarding?", "actions, topic=safeguarding"),
    ("which owners haven't updated?", "actions, without a recent update, by_owner"),
    ("what has changed since October?", "actions, changed, 2026-10-01.."),
    ("what's happening with A-12?", "actions, action=A-12"),
    ("how is everything doing?", "plan"),
    ("how is Maths 4 doing?", "thread, sar item=Maths 4"),
    ("what are we doing about AFI 9?", "actions, topic=afi 9"),
    ("who is overdue?", "actions, overdue, by_owner"),
    ("how is the achievement rate for maths doing?", "actions, measure=achievement_rate"),
    ("how is the retention for adults doing?", "actions, measure=retention_rate"),
    ("what do I have?", "actions, mine"),
    # One action.
    ("is A-12 on track?", "actions, action=A-12"),
    ("how is A-12 doing?", "actions, action=A-12"),
    ("who owns A-7?", "actions, action=A-7"),
    ("when is action 7 due?", "actions, action=A-7"),
    ("show me A-12", "actions, action=A-12"),
]

OTHERS = [
    # What could be said as well as asked, without a question mark.
    "how maths is doing",
    "how we are doing on attendance",
    "maths summary",
    "my progress",
    "is maths behind",
    "plan",
    "the plan",
    "plan summary",
    "sar summary",
    "thread of AFI 1",
    "A-12",
    "is A-12 overdue",
    "all actions are on track",
    # Names that nobody in the plan has, or too many words for one.
    "is hairdressing behind?",
    "any news on hairdressing?",
    "what is Zadie's progress?",
    "what does hairdressing own?",
    "what does construction own?",
    "which hairdressing actions are red?",
    "how is hairdressing and barbering at night doing?",
    "which actions on apples pears plums figs limes kiwis dates are red?",
    "which actions on what we do are red?",
    "which actions for the plan are red?",
    "how is A-12 and A-13 doing?",
    "which actions are all red" + " or amber" * 9,
    "what's red? or amber?",
    "what ones are there?",
    "what actions?",
    "who is red?",
    "who is due?",
    # Two at once, people who are no list, days that go with nothing.
    "how is A-3 and A-4 doing?",
    "who is at risk?",
    "which actions are red this week?",
    "which actions are overdue this week?",
    "what's changed since banana?",
    "how is it?",
    "how is the plan\nfor maths doing?",
    # New actions.
    "We will review attendance in maths and ring home on the day",
    "Undertake a review of maths resources",
    "Review attendance",
    "Complete actions on attendance",
    "Draft actions for maths",
    "Improve attendance in construction",
    "Actions on attendance in maths",
    "Introduce weekly progress checks in engineering",
    "What we will do is ring home on the day of each absence",
    "I want to add an action about attendance",
    "can we add an action on attendance?",
    "New action on punctuality please",
    "We need a new action for AFI 3",
    "Could we do something about retention in health and care?",
    "Shall I write an action for AFI 3?",
    "Dominic will ring home",
    "Lucy to lead on attendance",
    "A summary for governors will be written each term so that they can challenge",
    "Show learners what good looks like in maths",
    "List the learners at risk and meet them weekly",
    "Give learners feedback on time",
    "Track which learners are overdue with their coursework",
    "How learners get on in maths will be looked at weekly",
    # News.
    "A-12 is at 84%",
    "A-12 is on track",
    "A-12 done",
    "attendance is 86% now",
    "Attendance is going well",
    "maths is doing well",
    "on track",
    "red",
    "All my actions are on track",
    "My actions are overdue, sorry",
    "everything is on track",
    "no change",
    "it's overdue because of exams",
    "update on A-12: 84%, on track",
    "progress on attendance is slow",
    "Dominic's progress is good",
    "Nothing overdue from me",
    "maths is red",
    "Attendance off track in engineering",
    # Answers in an interview.
    "Attendance",
    "the maths one",
    "AFI 3",
    "Dominic",
    "Dominic Okoro",
    "by Easter",
    "Due this half-term",
    "attendance in maths from 74% to 82%",
    "registers, every half-term",
    "English and maths",
    "No baseline yet",
    "without a target it is hard to say",
    "learners at risk",
    "74%",
    "Fewer learners overdue with work",
    "Progress in maths",
    "More learners on track in engineering",
    # Questions to the coach, and talk.
    "what is a baseline?",
    "why do you ask?",
    "what do you mean?",
    "which one?",
    "how many?",
    "who?",
    "what is a good target?",
    "what's new?  I never know what to put",
    "where are we?",
    "show me",
    "what have you got so far?",
    "how are you doing?",
    "how is it going?",
    "how is your day going?",
    "how's things?",
    "what is attendance?",
    "what should the target be?",
    "what should I put for the baseline?",
    "is that ok?",
    "is attendance a good measure?",
    "who should own it?",
    "can you help me?",
    "do I need a baseline?",
    "what does on track mean?",
    "what does red mean?",
    "when is it due?",
    "which action?",
    "which actions?",
    "who is at risk?",
    "how many learners are at risk?",
    "what is at risk of happening?",
    "which actions will lift attendance?",
    "is maths a department?",
    "how do I complete an action?",
    "what happens if it is overdue?",
    "who are you?",
    "is 82% realistic?",
    "what is overdue work?",
    "how is attendance measured?",
    "what's the difference between a measure and a target?",
    "is attendance at risk of falling?",
    "is it on track?",
    "are they behind?",
    "is this one red?",
    "are learners on track?",
    "is my action ok?",
    "Send a summary email after each careers interview",
    "What's different?",
    "thanks",
    "hello",
    "",
    "?",
]


@pytest.mark.parametrize(("text", "means"), QUESTIONS)
def test_a_question_about_the_plan_is_read_but_in_the_midst_of_an_action(
    text: str, means: str
) -> None:
    assert says(asked(text, KNOWN)) == means
    assert asked(f"We will meet weekly to ask {text.rstrip('?')} and act on it", KNOWN) is None
    assert asked(f"{text} Because we want to ring home on the day", KNOWN) is None


@pytest.mark.parametrize("text", OTHERS)
def test_anything_else_is_none(text: str) -> None:
    assert asked(text, KNOWN) is None


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from([w for q, _ in QUESTIONS for w in q.split()]), max_size=9).map(
        " ".join
    )
)
def test_whatever_is_typed_is_read_without_harm(text: str) -> None:
    question = asked(text, KNOWN)

    assert question is None or says(question)


@pytest.mark.parametrize(
    ("begins", "again", "times"),
    [("what's ", "due ", 20), ("which actions ", "are red and ", 6), ("", "which of the ", 7)],
)
def test_a_muddle_is_read_at_once(begins: str, again: str, times: int) -> None:
    whole, half = begins + again * times, begins + again * (times // 2)

    # A pattern that tries each word in each way takes twice as long for each more.
    assert any(ratio < 50 for ratio in growth(lambda text: asked(text, KNOWN), half, whole))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("how is the sar covered", "sar"),
        ("afi coverage?", "sar"),
        ("afi coverage", "none"),
        ("how is mine going?", "actions, mine"),
        ("what happened with AFI 1?", "thread, sar item=AFI 1"),
        ("is AFI 2 on track?", "thread, sar item=AFI 2"),
        ("thread of AFI 9?", "none"),
    ],
)
def test_a_page_or_a_finding_is_asked_for(typed: str, expected: str) -> None:
    assert says(asked(typed, KNOWN)) == expected


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("how is the construction department doing?", "the construction department"),
        ("how is Dominic doing?", "dominic"),
        ("how is punctuality doing?", "punctuality"),
        ("how is the punctuality measure doing?", "punctuality"),
        ("how is the attendance of adults doing?", "attendance of adults"),
        ("how is hairdressing doing?", "hairdressing"),
        ("which actions on A-12 are overdue?", "a-12"),
        ("how is AFI 3 doing?", "afi 3"),
        ("is A-12 on track?", "A-12"),
    ],
)
def test_what_was_typed_is_told_back(text: str, typed: str) -> None:
    question = asked(text, KNOWN)

    assert question is not None
    assert [about.typed for about in question.about] == [typed]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("art school", "School of Art"),
        ("life skills", "Skills for Life"),
        ("the skills of life department", "Skills for Life"),
        ("hub", "The Hub"),
        ("hair & beauty", "Hair and Beauty"),
        ("school", None),
        ("art", "School of Art"),
        ("learner's voice", "Learner Voice"),
        ("maths 2", "Mathematics 2"),
        ("maths 3", None),
    ],
)
def test_a_name_is_known_in_any_order_without_its_little_words(
    typed: str, name: str | None
) -> None:
    names = ("School of Art", "School of Music", "Skills for Life", "The Hub", "Hair and Beauty")
    known = Known(TODAY, departments=(*names, "Learner Voice", "Mathematics 2"))

    question = asked(f"how is {typed} doing?", known)

    about = question.about[0] if question else None
    assert (about.name if about and about.kind is Kind.DEPARTMENT else None) == name


# As a provider may have set them.
OWN_TERMS = (
    (date(2026, 9, 7), date(2026, 12, 11)),
    (date(2027, 1, 11), date(2027, 3, 19)),
    (date(2027, 4, 5), date(2027, 7, 2)),
)


@pytest.mark.parametrize(
    ("day", "when", "terms", "days"),
    [
        # Weeks begin on Mondays and end on Sundays.
        ("2027-02-07", "due this week", (), "2027-02-07..2027-02-07"),
        ("2027-02-07", "due next week", (), "2027-02-08..2027-02-14"),
        ("2027-02-03", "due this week", (), "2027-02-03..2027-02-07"),
        ("2027-02-03", "changed since last week", (), "2027-01-25.."),
        ("2027-02-03", "changed since the start of the week", (), "2027-02-01.."),
        ("2027-02-03", "changed since Monday", (), "2027-02-01.."),
        ("2027-02-03", "changed since Tuesday", (), "2027-02-02.."),
        ("2027-02-03", "changed since Wednesday", (), "2027-01-27.."),
        ("2027-02-03", "changed since Thursday", (), "2027-01-28.."),
        ("2027-02-03", "changed since Sunday", (), "2027-01-31.."),
        ("2027-02-03", "due by Tuesday", (), "2027-02-03..2027-02-09"),
        ("2027-02-03", "due by Wednesday", (), "2027-02-03..2027-02-03"),
        ("2027-02-03", "due before Thursday", (), "2027-02-03..2027-02-04"),
        # Months, at their ends and the year's.
        ("2027-02-28", "due next month", (), "2027-03-01..2027-03-31"),
        ("2027-01-31", "due next month", (), "2027-02-01..2027-02-28"),
        ("2026-12-15", "due next month", (), "2027-01-01..2027-01-31"),
        ("2026-12-15", "due this month", (), "2026-12-15..2026-12-31"),
        ("2028-02-01", "due this month", (), "2028-02-01..2028-02-29"),
        ("2027-01-15", "changed since last month", (), "2026-12-01.."),
        ("2027-03-31", "changed since last month", (), "2027-02-01.."),
        ("2027-02-03", "changed since the start of last month", (), "2027-01-01.."),
        ("2026-10-01", "due in March", (), "2027-03-01..2027-03-31"),
        ("2026-10-01", "due in July", (), "2027-07-01..2027-07-31"),
        ("2026-10-01", "due in October", (), "2026-10-01..2026-10-31"),
        ("2027-02-01", "due in August", (), "2026-08-01..2026-08-31"),
        ("2027-02-01", "due in September", (), "2026-09-01..2026-09-30"),
        ("2027-02-01", "due in November", (), "2026-11-01..2026-11-30"),
        ("2027-02-01", "due in December", (), "2026-12-01..2026-12-31"),
        ("2027-02-01", "due in January", (), "2027-01-01..2027-01-31"),
        # A month, a feast or a day that is gone by.
        ("2027-02-01", "changed since February", (), "2027-02-01.."),
        ("2027-02-01", "changed since March", (), "2026-03-01.."),
        ("2026-12-24", "changed since Christmas", (), "2025-12-25.."),
        ("2026-12-25", "changed since Christmas", (), "2026-12-25.."),
        ("2026-12-26", "changed since Christmas", (), "2026-12-25.."),
        ("2027-02-03", "changed since 3 February", (), "2027-02-03.."),
        ("2027-02-03", "changed since 4 February", (), "2026-02-04.."),
        ("2027-02-03", "changed since 30 March", (), "2026-03-30.."),
        ("2027-02-03", "changed since 31 March", (), "2026-03-31.."),
        ("2028-02-28", "changed since 29 February", (), "2027-02-28.."),
        ("2028-03-01", "changed since 29 February", (), "2028-02-29.."),
        ("2027-02-03", "changed since 12 January in maths", (), "2027-01-12.."),
        # So many of them, back and ahead.
        ("2027-02-01", "changed in the last week", (), "2027-01-25.."),
        ("2027-02-01", "changed in the last fortnight", (), "2027-01-18.."),
        ("2027-02-01", "changed over the past three weeks", (), "2027-01-11.."),
        ("2027-02-01", "changed in the last four weeks", (), "2027-01-04.."),
        ("2027-02-01", "changed in the last few months", (), "2026-11-03.."),
        ("2027-02-01", "changed lately", (), "2027-01-18.."),
        ("2027-02-01", "due in the next couple of weeks", (), "2027-02-01..2027-02-15"),
        ("2027-02-01", "due in the next few weeks", (), "2027-02-01..2027-02-22"),
        ("2027-02-01", "due in the next four weeks", (), "2027-02-01..2027-03-01"),
        ("2027-02-01", "due in the next two fortnights", (), "2027-02-01..2027-03-01"),
        ("2027-02-01", "due until 12 March in maths", (), "2027-02-01..2027-03-12"),
        ("2027-02-01", "due by the end of March", (), "2027-02-01..2027-03-31"),
        # Years.
        ("2027-07-31", "due this year", (), "2027-07-31..2027-07-31"),
        ("2027-07-31", "due next year", (), "2027-08-01..2028-07-31"),
        ("2027-08-01", "due this academic year", (), "2027-08-01..2028-07-31"),
        ("2027-02-01", "changed this year", (), "2026-08-01.."),
        ("2027-02-01", "changed this academic year", (), "2026-08-01.."),
        ("2027-02-01", "changed since last year", (), "2025-08-01.."),
        # Terms and half-terms, as most of England keeps them.
        ("2027-04-15", "due this term", (), "2027-04-15..2027-04-15"),
        ("2027-04-16", "due this term", (), "2027-04-16..2027-07-31"),
        ("2027-05-15", "due next term", (), "2027-08-01..2027-12-31"),
        ("2026-09-15", "due this half-term", (), "2026-09-15..2026-10-23"),
        ("2026-09-15", "due next half-term", (), "2026-10-24..2026-12-31"),
        ("2026-10-23", "due this half-term", (), "2026-10-23..2026-10-23"),
        ("2026-10-24", "due this half-term", (), "2026-10-24..2026-12-31"),
        ("2026-12-31", "due this half-term", (), "2026-12-31..2026-12-31"),
        ("2027-05-28", "due this half-term", (), "2027-05-28..2027-05-28"),
        ("2027-05-29", "due this half-term", (), "2027-05-29..2027-07-31"),
        ("2027-05-29", "due next half-term", (), "2027-08-01..2027-10-22"),
        ("2027-05-15", "due by half-term", (), "2027-05-15..2027-05-28"),
        ("2026-08-15", "changed since last term", (), "2026-08-01.."),
        ("2027-05-15", "changed since last term", (), "2027-01-01.."),
        ("2027-05-15", "changed since this term", (), "2027-04-16.."),
        ("2027-02-14", "changed since this half-term", (), "2027-01-01.."),
        ("2027-02-15", "changed since this half-term", (), "2027-02-15.."),
        ("2027-02-14", "changed since last half-term", (), "2026-10-26.."),
        ("2027-05-15", "changed this half-term", (), "2027-04-16.."),
        # Terms as the provider keeps them, and days between and beside them.
        ("2027-02-01", "changed since last term", OWN_TERMS, "2026-09-07.."),
        ("2027-02-01", "changed since this term", OWN_TERMS, "2027-01-11.."),
        ("2027-02-01", "changed this term", OWN_TERMS, "2027-01-11.."),
        ("2026-08-15", "changed since this term", OWN_TERMS, "2026-08-01.."),
        ("2027-02-01", "due this term", OWN_TERMS, "2027-02-01..2027-03-19"),
        ("2027-02-01", "due next term", OWN_TERMS, "2027-03-20..2027-07-02"),
        ("2027-02-01", "due next half-term", OWN_TERMS, "2027-02-13..2027-03-19"),
        ("2027-06-05", "due next term", OWN_TERMS, "2027-07-03..2027-12-31"),
        ("2027-07-05", "due this term", OWN_TERMS, "2027-07-05..2027-07-31"),
        ("2027-07-05", "due next term", OWN_TERMS, "2027-08-01..2027-12-31"),
    ],
)
def test_days_are_counted_from_the_day_of_asking(
    day: str, when: str, terms: tuple[tuple[date, date], ...], days: str
) -> None:
    known = replace(KNOWN, today=date.fromisoformat(day), terms=terms)

    question = asked(f"which actions are {when}?", known)

    assert question is not None and question.span is not None
    assert f"{question.span.first or ''}..{question.span.last or ''}" == days


@pytest.mark.parametrize("when", ["31 March 2027", "29 February"])
def test_of_a_day_to_come_nothing_can_have_changed_since(when: str) -> None:
    assert asked(f"what has changed since {when}?", KNOWN) is None
