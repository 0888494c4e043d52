"""What the rules let through of a model's proposal."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import prompts
from bot.coaching.proposal import SPANS, Proposal
from bot.coaching.questions import unfit
from bot.coaching.reading import Reading, read
from bot.coaching.verifying import Verified

TODAY = date(2026, 11, 25)
GOOD = "attendance up to 88 from 79 by easter - its in the weekly register report"
WEAK = "Learning resources have been improved to support learners"


def proposal(*, agrees: bool = True, **said: Any) -> Proposal:
    """A proposal that calls the reply a good impact, or a weak one."""
    verdicts = {"restates_action": not agrees, "learner_outcome": agrees, "measurable": agrees}
    return Proposal(**{**verdicts, **said})


def verified(reply: str, asked: str | None = "impact", **said: Any) -> tuple[Reading, Verified]:
    held = Verified(proposal(**said), reply, TODAY)
    return held.read(reply, TODAY, action="Text parents", asked=asked), held


def test_the_stricter_verdict_stands() -> None:
    weak, _ = verified(WEAK, agrees=True)
    good, _ = verified(GOOD, agrees=True)
    doubted, held = verified(GOOD, agrees=False)

    assert (weak.restates_action, weak.learner_outcome, weak.measurable) == (True, False, False)
    assert (good.restates_action, good.learner_outcome, good.measurable) == (False, True, True)
    assert (doubted.restates_action, doubted.learner_outcome, doubted.measurable) == (
        True,
        False,
        False,
    )
    assert (good.target, doubted.target) == ("88", None)
    assert held.disagreed(read(GOOD, TODAY, asked="impact")) == [
        "restates_action",
        "learner_outcome",
        "measurable",
    ]


def test_one_verdict_of_the_model_is_stricter_by_itself() -> None:
    no_outcome, _ = verified(GOOD, learner_outcome=False)
    restated, _ = verified(GOOD, restates_action=True)
    unmeasured, _ = verified(GOOD, measurable=False, target="88")
    by_rule, _ = verified("Parents get a text", agrees=True)

    def verdicts(reading: Reading) -> tuple[bool, bool, bool]:
        return reading.restates_action, reading.learner_outcome, reading.measurable

    assert verdicts(no_outcome) == (False, False, True)
    assert verdicts(restated) == (True, False, True)
    assert verdicts(unmeasured) == (False, True, False)
    assert unmeasured.target is None
    assert verdicts(by_rule) == (True, False, False)


def test_a_model_that_may_not_refuse_leaves_the_rules_verdicts() -> None:
    held = Verified(proposal(agrees=False), GOOD, TODAY, may_refuse=False)

    assert held.read(GOOD, TODAY, asked="impact") == read(GOOD, TODAY, asked="impact")
    assert "measurable" in held.disagreed(read(GOOD, TODAY, asked="impact"))


def test_a_verdict_on_the_impact_takes_nothing_from_a_bare_figure() -> None:
    reading, _ = verified("65% would do", asked="target", agrees=False)

    assert reading.target == "65%"


@pytest.mark.parametrize(
    ("reply", "asked", "said", "field", "expected"),
    [
        # What the rules alone do not take, in the author's own words.
        ("Tate can have this one", "owner", {"owner": "Tate"}, "owners", ("Tate",)),
        ("Maybe Tate", "owner", {"owner": "Tate"}, "owners", ("Tate",)),
        (
            "attendance up, milestone 83% by February ahead of July",
            "impact",
            {"due": "July"},
            "due",
            date(2027, 7, 31),
        ),
        (
            "whatever Leanne's clipboard has",
            "impact",
            {"evidence": "Leanne's clipboard"},
            "evidence_source",
            "Leanne's clipboard",
        ),
        (
            "our lads stay to the end, I should think",
            "impact",
            {"impact": "our lads stay to the end"},
            "impact_words",
            "our lads stay to the end",
        ),
        (
            "We will ring home, that is the plan",
            "action",
            {"action": "ring home"},
            "action_words",
            "ring home",
        ),
        (
            "the share of learners with a place",
            "measure",
            {"measure": "share of learners with a place"},
            "measure_words",
            "share of learners with a place",
        ),
        ("pass rate 54%, attendance 79%", "impact", {"baseline": "79%"}, "baseline", "79%"),
        # The whole figure or date of which a part was copied, or a part beside other words.
        ("pass rate 54%, attendance 79%", "impact", {"baseline": "79"}, "baseline", "79%"),
        (
            "pass rate 54%, attendance 79%",
            "impact",
            {"baseline": "attendance 79%"},
            "baseline",
            "79%",
        ),
        (
            "attendance up, milestone 83% by February ahead of July 2027",
            "impact",
            {"due": "July"},
            "due",
            date(2027, 7, 31),
        ),
        (
            "attendance up, milestone 83% by February ahead of July",
            "impact",
            {"due": "ahead of July"},
            "due",
            date(2027, 7, 31),
        ),
        # What is denied is denied in its own clause or sentence alone.
        (
            "pass rate 54% in May. Not good, and attendance 79%",
            "impact",
            {"baseline": "79%"},
            "baseline",
            "79%",
        ),
        (
            "Nothing yet. Her clipboard has it",
            "impact",
            {"evidence": "Her clipboard"},
            "evidence_source",
            "Her clipboard",
        ),
        (
            "Learners attend more. No less than that",
            "impact",
            {"impact": "Learners attend more"},
            "impact_words",
            "Learners attend more",
        ),
        (
            "ring home daily. Why ring home daily? It works",
            "action",
            {"action": "ring home daily"},
            "action_words",
            "ring home daily",
        ),
        # A record that is read, by one of the three words before it or the two after it.
        (
            "in a big clipboard",
            "impact",
            {"evidence": "clipboard"},
            "evidence_source",
            "clipboard",
        ),
        (
            "Her clipboard usually has it",
            "impact",
            {"evidence": "Her clipboard"},
            "evidence_source",
            "Her clipboard",
        ),
        # A date in a name is no level.
        (
            "late marks in the mornings of May",
            "measure",
            {"measure": "late marks in the mornings of May"},
            "measure_words",
            "late marks in the mornings of May",
        ),
        (
            "whatever the clipboard of May 2026 has",
            "impact",
            {"evidence": "the clipboard of May 2026"},
            "evidence_source",
            "the clipboard of May 2026",
        ),
        # As long as a name, a measure or an action may be.
        (
            "whatever that old red clipboard by the door in the Baker building has",
            "impact",
            {"evidence": "that old red clipboard by the door in the Baker building"},
            "evidence_source",
            "that old red clipboard by the door in the Baker building",
        ),
        (
            "whatever the old red clipboard by the door in the big Baker hut has",
            "impact",
            {"evidence": "the old red clipboard by the door in the big Baker hut"},
            "evidence_source",
            "the old red clipboard by the door in the big Baker hut",
        ),
        (
            "how many of our learners can name their own next step when asked",
            "measure",
            {"measure": "many of our learners can name their own next step when asked"},
            "measure_words",
            "many of our learners can name their own next step when asked",
        ),
        (
            f"We will ring home{' again and again' * 9} at noon",
            "action",
            {"action": f"We will ring home{' again and again' * 9} at noon"},
            "action_words",
            f"We will ring home{' again and again' * 9} at noon",
        ),
        (
            f"ring home{' again and again' * 12} at noon",
            "action",
            {"action": f"ring home{' again and again' * 12} at noon"},
            "action_words",
            f"ring home{' again and again' * 12} at noon",
        ),
        # Where the name that stands with the owner's word is no person's.
        ("Science leads it for now, then Tate", "owner", {"owner": "Tate"}, "owners", ("Tate",)),
        # Straight or curly, in capitals or with more spaces: the words are the author's.
        (
            "We’ll ring  each learner’s home daily",
            "action",
            {"action": "Ring each learner's home"},
            "action_words",
            "ring  each learner’s home",
        ),
    ],
)
def test_words_of_the_author_are_taken_as_typed(
    reply: str, asked: str, said: dict[str, str], field: str, expected: object
) -> None:
    reading, held = verified(reply, asked, **said)

    assert getattr(reading, field) == expected
    assert held.dropped == []


@pytest.mark.parametrize(
    ("reply", "said", "dropped"),
    [
        (GOOD, {"target": "95%"}, "target: not said"),
        (GOOD, {"target": "8"}, "target: not said"),
        (GOOD, {"baseline": "the weekly register"}, "baseline: no figure"),
        (GOOD, {"due": "by July 2027"}, "due: not said"),
        (GOOD, {"due": "weekly"}, "due: no date"),
        (GOOD, {"evidence": "ProMonitor"}, "evidence: not said"),
        (GOOD, {"evidence": "88 from 79"}, "evidence: no source"),
        (GOOD, {"owner": "Priya Shah"}, "owner: not said"),
        (GOOD, {"owner": "attendance"}, "owner: no one person"),
        ("The maths team will own it", {"owner": "The maths team"}, "owner: no one person"),
        (GOOD, {"measure": "up to 88"}, "measure: no measure"),
        (WEAK, {"impact": "resources have been improved"}, "impact: cut"),
        (WEAK, {"impact": WEAK}, "impact: no outcome"),
        (WEAK, {"impact": "learners will achieve more"}, "impact: not said"),
        (WEAK, {"action": "Learning"}, "action: no action"),
        # One word too many, none that says anything, or a figure among them.
        (
            "how many of our learners can name their own next step when asked",
            {"measure": "how many of our learners can name their own next step when asked"},
            "measure: no measure",
        ),
        ("the figure for it is attendance", {"measure": "the"}, "measure: no measure"),
        (
            "whatever that old red clipboard by the door in the big Baker hut has",
            {"evidence": "whatever that old red clipboard by the door in the big Baker hut"},
            "evidence: no source",
        ),
        ("79% in the register", {"evidence": "79% in the register"}, "evidence: no source"),
        ("attendance would be up", {"evidence": "attendance"}, "evidence: no source"),
        (
            f"ring home{' again and again' * 12} at noon today",
            {"action": f"ring home{' again and again' * 12} at noon today"},
            "action: no action",
        ),
        # A grade is a level where the reply goes from one to another.
        ("teaching goes from Requires improvement to Good", {"target": "Good"}, None),
        ("Good news, learners attend more", {"target": "Good"}, "target: no figure"),
        ("Tom Baker and Priya Shah", {"owner": "Tom Baker and Priya Shah"}, "owner: no one person"),
        (GOOD, {"question": "So what?", "due": "  "}, None),
    ],
)
def test_what_was_not_said_or_is_not_what_it_claims_is_dropped(
    reply: str, said: dict[str, str], dropped: str | None
) -> None:
    reading, held = verified(reply, **said)

    assert held.dropped == ([dropped] if dropped else [])
    plain = read(reply, TODAY, action="Text parents", asked="impact")
    assert reading.target == plain.target
    assert reading.owners == plain.owners
    assert reading.due == plain.due
    assert reading.evidence_source == plain.evidence_source


@pytest.mark.parametrize(
    ("reply", "asked", "said", "field"),
    [
        # One figure is not both the start and the target.
        (
            "somewhere near 90, I should guess",
            "measure",
            {"baseline": "90", "target": "90"},
            "target",
        ),
        # How things have been since a day, or what is seen on the way, is not by when.
        ("attendance has been poor since May", "impact", {"due": "May"}, "due"),
        ("attendance up, milestone 83% by February", "impact", {"due": "February"}, "due"),
        # The other way round without the words that were left out.
        (
            "Stop using cover staff in maths lessons",
            "action",
            {"action": "using cover staff in maths lessons"},
            "action_words",
        ),
        (
            "We will not run mocks in May any more",
            "action",
            {"action": "run mocks in May"},
            "action_words",
        ),
        ("Run mocks in May no longer", "action", {"action": "Run mocks in May"}, "action_words"),
        (
            "No learners will leave before the end of it",
            "impact",
            {"impact": "learners will leave before the end of it"},
            "impact_words",
        ),
        (
            "Fewer learners will fail the resit",
            "impact",
            {"impact": "learners will fail the resit"},
            "impact_words",
        ),
        # Of something else, or denied.
        ("Not Priya, please, she has enough on", "owner", {"owner": "Priya"}, "owners"),
        (
            "because the inspector Mary Smith said it was poor",
            "driver",
            {"owner": "Mary Smith"},
            "owners",
        ),
        ("because Pearson told us to", "driver", {"owner": "Pearson"}, "owners"),
        ("We have no dashboard for it yet", "impact", {"evidence": "dashboard"}, "evidence_source"),
        (
            "parents complained a lot last year",
            "impact",
            {"evidence": "parents complained a lot"},
            "evidence_source",
        ),
        (
            "in the very big clipboard",
            "impact",
            {"evidence": "clipboard"},
            "evidence_source",
        ),
        (
            "Her clipboard most days has it",
            "impact",
            {"evidence": "Her clipboard"},
            "evidence_source",
        ),
        ("Leanne's clipboard", "impact", {"evidence": "Leanne's clipboard"}, "evidence_source"),
        ("70% by February half-term would do", "milestone", {"target": "70%"}, "target"),
        (
            "attendance up, milestone 83% by February",
            "figures",
            {"baseline": "83%"},
            "baseline",
        ),
        # What the rules find stands.
        ("attendance 88% by July; we look again in May", "impact", {"due": "May"}, "due"),
        ("Tom Baker will lead, with Priya helping", "owner", {"owner": "Priya"}, "owners"),
        (
            "By Christmas 80% of parents should have been phoned",
            "milestone",
            {"target": "80%"},
            "target",
        ),
        ("it will not be by July 2027", "impact", {"due": "July 2027"}, "due"),
        (
            "Stop: weekly mocks in maths",
            "action",
            {"action": "weekly mocks in maths"},
            "action_words",
        ),
        (
            "Unless the union agrees, we will ring home",
            "action",
            {"action": "we will ring home"},
            "action_words",
        ),
        ("Should we ring home on day one?", "action", {"action": "ring home"}, "action_words"),
        (
            "If we did nothing, more learners would leave",
            "impact",
            {"impact": "more learners would leave"},
            "impact_words",
        ),
        ("Learners pass more? Rubbish", "impact", {"impact": "Learners pass more"}, "impact_words"),
        # Numbers of anything but the measure, and levels that play another part.
        ("My phone extension is 4415", "figures", {"baseline": "4415"}, "baseline"),
        ("More than 40 staff have left", "figures", {"target": "40"}, "target"),
        ("It cost 500 pounds", "figures", {"baseline": "500"}, "baseline"),
        ("about 20 minutes a day", "figures", {"target": "20"}, "target"),
        ("one at a time", "figures", {"target": "one"}, "target"),
        ("the 12 tutors are all new", "figures", {"target": "all"}, "target"),
        ("they are all new to it", "figures", {"target": "all"}, "target"),
        ("In 2019 it was 85%", "figures", {"target": "85%"}, "target"),
        ("65 would do", "figures", {"baseline": "65"}, "baseline"),
        # People who are named, but not as the one whose it will be.
        ("Nobody owns it since Priya Shah went", "owner", {"owner": "Priya Shah"}, "owners"),
        ("Someone will, Tom Baker is on leave", "owner", {"owner": "Tom Baker"}, "owners"),
        # Records that are acted on, wished for or not to be had.
        (
            "Learners sign the register more often",
            "impact",
            {"evidence": "register"},
            "evidence_source",
        ),
        ("it would be in the log if we had one", "impact", {"evidence": "log"}, "evidence_source"),
        ("the log that is lost says 70", "baseline", {"evidence": "the log"}, "evidence_source"),
    ],
)
def test_words_in_another_sense_are_not_taken(
    reply: str, asked: str, said: dict[str, str], field: str
) -> None:
    reading, _ = verified(reply, asked, **said)
    plain = read(reply, TODAY, action="Text parents", asked=asked)

    assert getattr(reading, field) == getattr(plain, field)


def test_a_date_is_taken_whole_though_its_year_was_left_out() -> None:
    reading, _ = verified("some time in spring, say 12 February 2028", "due", due="12 February")

    assert reading.due in (None, date(2028, 2, 12))


def test_the_rules_own_findings_stand() -> None:
    reading, _ = verified(GOOD, baseline="88", target="79", evidence="register", due="easter")

    plain = read(GOOD, TODAY, asked="impact")
    for field in ("baseline", "target", "evidence_source", "due"):
        assert getattr(reading, field) == getattr(plain, field)


def test_a_figure_the_rules_do_not_find_measurable_becomes_no_target() -> None:
    reading, _ = verified("run 3 CPD workshops for all L3 tutors by May", target="3")

    assert reading.target is None


WORDS = st.text(max_size=60)


@given(
    reply=WORDS,
    said=st.fixed_dictionaries({name: st.none() | WORDS for name in SPANS}),
    verdicts=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    asked=st.sampled_from(["action", "impact", "measure", "target", "due", "owner", None]),
)
def test_whatever_is_proposed_only_the_authors_words_enter(
    reply: str, said: dict[str, str | None], verdicts: tuple[bool, ...], asked: str | None
) -> None:
    restates, outcome, measurable = verdicts
    held = Verified(
        Proposal(restates_action=restates, learner_outcome=outcome, measurable=measurable, **said),
        reply,
        TODAY,
    )

    reading = held.read(reply, TODAY, asked=asked)

    plain = read(reply, TODAY, asked=asked)
    for field in ("baseline", "target", "evidence_source"):
        value = getattr(reading, field)
        assert value is None or value == getattr(plain, field) or value in reply
    for words in (reading.action_words, reading.impact_words, reading.measure_words):
        assert words is None or words in reply
    for name in reading.owners:
        assert name in plain.owners or name in reply


# --- the question -----------------------------------------------------------------------------

KNOWN = f"{GOOD}\nText parents on the day of each absence\nPriya leads it"


def why(question: str, field: str = "impact", *, weak: bool = True, known: str = KNOWN) -> Any:
    prompt = prompts.load("turn").system
    return unfit(question, fields=(field,), known=known, today=TODAY, is_weak=weak, prompt=prompt)


@pytest.mark.parametrize(
    ("field", "question"),
    [
        (
            "impact",
            "Ringing home is what staff do; so what will learners do that they do not do now?",
        ),
        ("impact", "Suppose all parents get that text: what changes for the learners themselves?"),
        ("measure", "So that we can tell whether it worked, which figure would show it?"),
        ("baseline", "To see how far you get from 79 we need a start: what is the latest figure?"),
        ("target", "That is where you are; what level do you want to reach?"),
        ("evidence_source", "So that nobody has to argue later, where will you read the figure?"),
        ("due", "A date keeps it alive: when should the difference show?"),
        ("driver", "For the record, what made this necessary?"),
        ("milestone", "Easter is a good way off: what should you see on the way, and when?"),
        ("milestone", "Half-way to the end of March, what should you see?"),
        ("impact", "If marking can be trusted and parents hear of it, what do the learners gain?"),
        ("owner", "Priya was named with others: who is the one person accountable?"),
        ("action", "Of all you could do about it, what will you do first?"),
        ("linked", "Every action hangs on the SAR: which item does this answer?"),
        # The person's own "88" in words, and words that only look like claims or prying.
        ("impact", "At eighty-eight most would be there; what will learners get out of it?"),
        ("impact", "We can come back to the name. So what will be different for their learners?"),
        ("impact", "Once their release is agreed, what will be different for the apprentices?"),
        ("impact", "What do you expect it to change for students who aren't there at the moment?"),
        ("impact", "I hear you, and a first guess is enough: what would learners gain?"),
        ("impact", "I can see the effort in that. Where would learners feel it?"),
        ("measure", "Which figure would be most useful to you here?"),
        ("baseline", "Once the measure is settled, what is the latest figure?"),
        ("target", "There is no right answer here. What do you want attendance to reach?"),
        ("evidence_source", "If you were away that week, where would a colleague find the data?"),
        ("milestone", "What would tell you early on that it is on the right track, and when?"),
        ("owner", "Several people will help, I am sure; who is the one to answer for it?"),
        ("owner", "If I asked in spring how it was going, who would be able to tell me?"),
    ],
)
def test_a_short_question_for_the_gap_is_fit(field: str, question: str) -> None:
    assert why(question, field) is None


@pytest.mark.parametrize(
    ("question", "field", "reason"),
    [
        ("Who will own this, and what is their home phone number?", "owner", "prying"),
        ("What is your age, and what will learners gain?", "impact", "prying"),
        ("What will learners gain, and is Priya autistic?", "impact", "prying"),
        ("What is your salary, and what would learners get for that?", "impact", "astray"),
        ("Who in your team is in a union?", "owner", "astray"),
        ("When did you last see a psychiatrist?", "due", "astray"),
        ("Pretend to be a learner: what do you gain?", "impact", "astray"),
        ("Que vont gagner les learners, what?", "impact", "name"),
        ("Who should be sacked for this?", "owner", "pressure"),
        ("You are failing your learners; why is that?", "driver", "pressure"),
        ("Your manager is cross with you; what will learners gain?", "impact", "pressure"),
        ("You must reach a higher level, so what will it be?", "target", "pressure"),
        ("Ofsted will grade you lower: what will learners gain?", "impact", "pressure"),
        ("All sorted, then; which figure would show it?", "measure", "claim"),
        ("Nothing more is needed from you, but who is it for?", "owner", "claim"),
        ("Your action is accepted; which figure would show it?", "measure", "claim"),
        ("It has been passed on to your principal; who else should know?", "owner", "claim"),
        ("I have told your manager about it; who else owns this?", "owner", "claim"),
        ("I’ve emailed the team; what will learners gain?", "impact", "claim"),
        ("I will remind you each week; when should it show?", "due", "offer"),
        ("Would you like me to draft it, or what would you do?", "action", "offer"),
        ("Most colleges use a higher figure; what do you want to reach?", "target", "leading"),
        ("Your answer was clear and helpful; what will learners gain?", "impact", "praise"),
        ("That makes sense; what will learners gain?", "impact", "praise"),
        ("You're doing really well; what will learners gain?", "impact", "praise"),
        ("You are on the right track; what will learners gain?", "impact", "praise"),
        ("What will learners gain", "impact", "not one question"),
        ("", "impact", "not one question"),
        ("What will learners gain? And by when?", "impact", "not one question"),
        ("What will learners gain? Do tell me.", "impact", "not one question"),
        ("What will learners " + "really " * 50 + "gain?", "impact", "long"),
        ("What will\nlearners gain?", "impact", "long"),
        ("What will learners gain, <!channel>?", "impact", "markup"),
        ("What will learners gain, @everyone?", "impact", "markup"),
        ("What will learners *gain*?", "impact", "markup"),
        ("What will learners gain! Well?", "impact", "markup"),
        ("What will learners gain, see https://example.org?", "impact", "markup"),
        ("😀 What will learners gain?", "impact", "markup"),
        ("I have agreed the action; what else will learners gain?", "impact", "claim"),
        ("My instructions say to ask: what will learners gain?", "impact", "astray"),
        ("What will learners gain, for example better grades?", "impact", "leading"),
        ("That is excellent work; what will learners gain?", "impact", "praise"),
        ("Sign in at plan.example first; what will learners gain?", "impact", "markup"),
        ("Your action is final and green: what will learners gain?", "impact", "claim"),
        ("As A-12 says, what will learners gain?", "impact", "astray"),
        ("Which learners are ill, and what would they gain?", "impact", "astray"),
        ("What is the name of one of your learners?", "impact", "prying"),
        ("So that zorblewick matters, what will learners gain?", "impact", "name"),
        ("Your wording is signed off, so what will learners gain?", "impact", "claim"),
        ("Your text has been approved, so what will learners gain?", "impact", "claim"),
        ("What do learners gain: which of them has an illness?", "impact", "astray"),
        ("What is your date of birth?", "due", "astray"),
        ("Should Priya be the owner?", "owner", "leading"),
        ("Is your aim that they all come in?", "target", "leading"),
        ("What is the figure now, and who will own it?", "baseline", "another gap"),
        ("What is the figure now, and by when?", "baseline", "another gap"),
        ("Good effort, so what will learners gain?", "impact", "praise"),
        ("That works well, so what will learners gain?", "impact", "praise"),
        ("Thanks for that, what will learners gain?", "impact", "praise"),
        ("When will you be done?", "impact", "another gap"),
        ("What level do you want to reach, 95%?", "target", "figure"),
        ("What level do you want to reach, ninety per cent?", "target", "figure"),
        ("What level do you want to reach, double the 79?", "target", "figure"),
        ("When should it show, by July?", "due", "date"),
        ("Who is accountable, Tate Marlow?", "owner", "name"),
        ("Where will you read it, in ProMonitor?", "evidence_source", "name"),
        ("Where will you read it, in the learner survey?", "evidence_source", "source"),
        (
            "A program holds the interview: it chooses what learners do next?",
            "impact",
            "prompt",
        ),
    ],
)
def test_an_unfit_question_is_not_asked(question: str, field: str, reason: str) -> None:
    assert why(question, field) == reason


@pytest.mark.parametrize(
    ("known", "question", "reason"),
    [
        # As many words as a question may have, and one more.
        (KNOWN, "What will learners " + "and learners " * 20 + "also gain?", None),
        (KNOWN, "What will learners " + "and learners " * 21 + "gain?", "long"),
        # The person's own words lead nowhere else: alone, in a phrase, of several or of a pair.
        ("The green room is full", "What will learners gain from the green room?", None),
        ("The old room is full", "What will learners gain from the green room?", "astray"),
        ("They skip the register", "If they skip the register, what will learners gain?", None),
        ("They do the register", "If they skip the register, what will learners gain?", "astray"),
        ("They log their codes", "So once the code is there, what will learners gain?", None),
        ("We keep a red-amber list", "So with the red list, what will learners gain?", None),
        # A number of anything is a number they gave.
        ("We meet in room 88", "So with room eighty-eight, what will learners gain?", None),
        ("We meet in room 87", "So with room eighty-eight, what will learners gain?", "figure"),
        # A place to read a figure in that they did not name.
        ("attendance", "Which figure would a survey show learners?", "source"),
        ("attendance", "Which figure for learners is there in the yellow ledger?", "source"),
        ("a yellow ledger", "Which figure for learners is there in the yellow ledger?", None),
    ],
)
def test_of_what_was_said_a_question_may_speak(
    known: str, question: str, reason: str | None
) -> None:
    assert why(question, "impact", known=known) == reason


def test_a_model_alone_replaces_nothing_that_stands() -> None:
    reply = "somewhere near 90, I should guess"
    empty, full = (
        Verified(proposal(target="90"), reply, TODAY, filled=filled)
        for filled in (frozenset[str](), frozenset({"target"}))
    )

    assert empty.read(reply, TODAY, asked="measure").target == "90"
    assert full.read(reply, TODAY, asked="measure").target is None


def test_what_is_asked_about_is_replaced_by_its_answer() -> None:
    reply = "Science leads it for now, then Tate"
    held = Verified(proposal(owner="Tate"), reply, TODAY, filled=frozenset({"owners", "target"}))

    assert held.read(reply, TODAY, asked="owner").owners == ("Tate",)


def test_of_a_part_of_the_reply_only_what_stands_there_is_held() -> None:
    held = Verified(
        proposal(owner="Tate", impact="more learners attend"),
        "Science leads it for now, then Tate. So more learners attend",
        TODAY,
    )

    first = held.read("Science leads it for now, then Tate", TODAY, asked="owner")
    second = held.read("So more learners attend", TODAY, asked="impact")
    assert (first.owners, first.impact_words) == (("Tate",), None)
    assert (second.owners, second.impact_words) == ((), "more learners attend")


def test_praise_is_let_through_only_for_what_is_good() -> None:
    question = "That is a strong aim; who is the one person accountable?"

    assert why(question, "owner", weak=True) == "praise"
    assert why(question, "owner", weak=False) is None


@given(st.text(max_size=200), st.sampled_from(["impact", "due", "owner", "target"]))
def test_any_text_is_judged(question: str, field: str) -> None:
    assert why(question, field) is None or isinstance(why(question, field), str)
