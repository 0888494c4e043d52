"""What is read from a reply that tells how an action goes, and what is left alone."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.coaching.rag_words import is_small_talk, sounds_like_a_plan
from bot.coaching.update_reading import (
    MOST_NOTE,
    Candidate,
    opens_with_reference,
    read_update,
    references,
)
from storage.vocabulary import Rag

TODAY = date(2026, 11, 23)  # a Monday
ATTENDANCE = Candidate(
    "A-12", "Ring home on the first morning of an absence", "attendance", "%", "84%", "88%"
)
MOCKS = Candidate(
    "A-7", "Weekly mock papers in GCSE maths", "grade 4 or above in mocks", "%", "41%", "55%"
)
WITHDRAWALS = Candidate(
    "A-3", "Early calls to apprentices who fall quiet", "withdrawals", None, "14", "6"
)
MARKING = Candidate(
    "A-5", "Mark within a week", "days to return marked work", "days", "15 days", "7 days"
)
JUDGEMENT = Candidate("A-9", "Coach new tutors", "quality of teaching", None, "RI", "Good")
SURVEY = Candidate("A-8", "Act on learner voice", "score in the learner survey", None, "3.4", "4.0")
HIGH_GRADES = Candidate("A-6", "Stretch tasks", "high grades", "%", "10%", "20%")
APPLICATIONS = Candidate("A-14", "Open days", "applications", "applications", "140", "200")
BARE = Candidate("A-4", "Set up a reading group")
ALL = (ATTENDANCE, MOCKS, WITHDRAWALS)
GREEN, AMBER, RED = Rag.GREEN, Rag.AMBER, Rag.RED
DONE, SAME = "done", "same"

# A reply about attendance, up from 84% and to reach 88%: the figure, the RAG, done or no change.
REPLIES: list[tuple[str, str | None, Rag | str | None]] = [
    # What takes back, or is hoped, does so up to a "but" or the end of a sentence.
    ("not easy but on track", None, GREEN),
    ("hoping for more but slow", None, AMBER),
    ("no time. on track", None, GREEN),
    ("not easy but done", None, DONE),
    ("now blue.", None, DONE),
    ("blue", None, DONE),
    ("blue room", None, None),
    ("is it on track? not sure. it is slow", None, AMBER),
    ("not only on track but ahead", None, GREEN),
    ("not just going well", None, GREEN),
    ("we were behind", None, None),
    ("we were behind and still are", None, AMBER),
    ("was behind and remains so", None, AMBER),
    ("at risk but picked up since", None, None),
    ("at risk. But it is better now", None, AMBER),
    ("green and amber", None, None),
    ("well behind and at risk", None, None),
    ("way off track and red", None, RED),
    # "Not" turns some round and only takes back others.
    ("not at risk", None, GREEN),
    ("not behind", None, GREEN),
    ("never behind", None, GREEN),
    ("not slow", None, None),
    ("not amber", None, None),
    ("not red", None, None),
    ("if behind we ring", None, None),
    # Done is said of the whole action, by its reference too.
    ("12 done", None, DONE),
    ("a12 is done", None, DONE),
    ("the first half is done", None, None),
    ("done by most", None, None),
    ("learners are done", None, None),
    ("we have not met the target", None, None),
    ("not really unchanged", None, None),
    ("isn't the same as before", None, None),
    ("not quite there. no change", None, SAME),
    ("it's unchanged", None, SAME),
    ("a big change", None, None),
    # Where it is.
    ("got it to 86% last week", "86%", None),
    ("up from 84% to 86%", "86%", None),
    ("86%", "86%", None),
    ("86", "86", None),
    ("86% 👍", "86%", None),
    ("its 86 % now", "86 %", None),
    ("attendance now 86", "86", None),
    ("attendence at 86percent", "86percent", None),
    ("Attendance is at 86.4% as of Friday, on track.", "86.4%", GREEN),
    ("a-12 86% on track", "86%", GREEN),
    ("A12 - 86 per cent. Going well", "86 per cent", GREEN),
    ("action 12: 87%, no problems", "87%", GREEN),
    ("eighty six per cent this week", "eighty six per cent", None),
    ("86% up from 84%", "86%", None),
    ("we were at 84% and now we're at 86%", "86%", None),
    ("was 84%, 86% now", "86%", None),
    ("84% -> 86%", "86%", None),
    ("84 to 86", "86", None),
    ("it was 86% when I looked on Friday", "86%", None),
    ("86% this week, 85% last week", "86%", None),
    ("Last week 85%, this week 86%", "86%", None),
    ("85% in October, 86% now", "86%", None),
    ("86% and still aiming for 88%", "86%", None),
    ("86%. Target is 88%", "86%", None),
    ("86% against a target of 88%", "86%", None),
    ("86% (target 88%)", "86%", None),
    ("86%, should be 88% by Easter", "86%", None),
    ("86% so 2% to go", "86%", None),
    ("now 86%, national is 90%", "86%", None),
    ("86% attendance, 92% retention", "86%", None),
    ("retention 92%, attendance 86%", "86%", None),
    ("about 86% I think", "86%", None),
    ("c. 86%", "86%", None),
    ("87% on w/c 16 nov", "87%", None),
    ("Finally reached 88%!", "88%", None),
    ("we've hit the target of 88%", "88%", DONE),
    ("dropped to 79% after the strike, off track", "79%", RED),
    ("down to 80%. way behind", "80%", RED),
    ("3 workshops run, attendance 86%", "86%", None),
    ("52 of 60 in today so 86.7%", "86.7%", None),
    # No figure of now: a target, a start, a change, a bound, something else.
    ("still aiming for 88%", None, None),
    ("88% is still the plan, on course", None, GREEN),
    ("hoping to be at 88% by Christmas", None, None),
    ("88% by July", None, None),
    ("we need 88%", None, None),
    ("not at 88% yet", None, None),
    ("haven't hit 88% yet", None, None),
    ("started at 84%", None, None),
    ("it was 84% last year", None, None),
    ("up 2%", None, None),
    ("up by 2 points since half term", None, None),
    ("2% better than last week", None, None),
    ("another 1% on", None, None),
    ("2% off target", None, None),
    ("nearly 88%", None, None),
    ("over 85%", None, None),
    ("between 85% and 87%", None, None),
    ("85-87%", None, None),
    ("national average is 90%", None, None),
    ("retention is 92%", None, None),
    ("90% of tutors trained", None, None),
    ("50% done", None, None),
    ("met with 12 learners", None, None),
    ("3 meetings held in week 9", None, None),
    ("meeting on 23 November at 10.30", None, None),
    ("room 86 booked", None, None),
    ("spent £86 on texts", None, None),
    ("Level 2 is 84% and Level 3 is 90%", None, None),
    ("might be 86% but need to check", None, None),
    ("is it 86%?", None, None),
    ("100% committed to this", None, None),
    ("140%", None, None),
    ("86% - 88% is within reach", None, None),
    ("84% in Sept / 86% in Nov", None, None),
    ("getting better: 84, 85, 86", None, None),
    ("attendance 86 percent for 16-18, 79 for adults", None, None),
    # Longer, as people write them.
    ("Hi, attendance is 86.2% which is 2% up on last month, so on track I think", "86.2%", GREEN),
    ("Sorry for delay - 85.5% now. bit behind but getting there", "85.5%", AMBER),
    ("we r at 86 atm, mostly on track", "86", GREEN),
    ("87%!! Chuffed. Still lots to do to get to 88", "87%", None),
    ("Its gone up from 84 to 86 so happy with that", "86", None),
    ("attendance slipped to 83% this week cos of flu", "83%", None),
    ("Attendance has improved by 2% to 86%", "86%", None),
    ("86% compared to 84% this time last year", "86%", None),
    ("86 percent which is above national (85)", "86 percent", None),
    ("things are going well but not at 88% yet - 86%", "86%", GREEN),
    ("we did 12 calls a week for 6 weeks and attendance rose to 86.5%", "86.5%", None),
    ("Attendance was 86.4% last week compared with 85.1% the week before", "86.4%", None),
    ("meetings with 14 parents done, figure not in yet", None, None),
    ("waiting on data, will update friday", None, None),
    ("A-12: done, we hit 88%", "88%", DONE),
    ("86%  on track  no issues", "86%", GREEN),
    ("3 percentage points below where we want to be", None, None),
    ("behind where we should be: 83% now", None, AMBER),
    ("should hit 88% by easter", None, None),
    ("85/88", None, None),
    ("hit 88 last week first time ever!", "88", None),
    ("Register check this morning says 85.9", "85.9", None),
    ("Att up a touch 85 to 86.2", "86.2", None),
    ("wk 10 = 85.2%", "85.2%", None),
    ("we rang 42 homes, 38 answered", None, None),
    ("100% of calls made", None, None),
    ("calls done for wk 11", None, None),
    ("put it down as red", None, RED),
    # How it stands, in words.
    ("on track", None, GREEN),
    ("On course thanks", None, GREEN),
    ("all going well", None, GREEN),
    ("no issues", None, GREEN),
    ("progressing nicely, no concerns", None, GREEN),
    ("green", None, GREEN),
    ("back on track after a slow start", None, None),
    ("slow start but back on track now", None, GREEN),
    ("was at risk but now on track", None, GREEN),
    ("no longer at risk", None, GREEN),
    ("we're not behind any more", None, GREEN),
    ("at risk", None, AMBER),
    ("slipping a bit", None, AMBER),
    ("a bit behind because of the strike", None, AMBER),
    ("running slightly behind", None, AMBER),
    ("slow going", None, AMBER),
    ("mixed picture tbh", None, AMBER),
    ("I'd say amber", None, AMBER),
    ("off track", None, RED),
    ("well behind", None, RED),
    ("stuck, nobody has time", None, RED),
    ("it's just not happening", None, RED),
    ("hasn't started yet", None, RED),
    ("this is failing", None, RED),
    ("red I'm afraid", None, RED),
    ("not on track", None, None),
    ("isn't on track tbh", None, None),
    ("don't think we're on track", None, None),
    ("should be on track by Easter", None, None),
    ("if we get a new tutor we'd be on track", None, None),
    ("hope to be back on track soon", None, None),
    ("nearly on track", None, None),
    ("not going well", None, None),
    ("on track overall but a bit behind in construction", None, None),
    ("are we on track?", None, None),
    ("spoke to at-risk learners at risk of leaving", None, None),
    ("helped learners who are stuck with fractions", None, None),
    ("red team met", None, None),
    # Done, or as before.
    ("done", None, DONE),
    ("all done!", None, DONE),
    ("it's finished", None, DONE),
    ("A-12 complete", None, DONE),
    ("done it", None, DONE),
    ("we've achieved it, 89%", "89%", DONE),
    ("target met", None, DONE),
    ("not finished", None, None),
    ("nearly done", None, None),
    ("will be complete by Easter", None, None),
    ("done two of the three sessions", None, None),
    ("more learners achieved", None, None),
    ("the marking is done", None, None),
    ("no change", None, SAME),
    ("same as last week", None, SAME),
    ("nothing new", None, SAME),
    ("as before", None, SAME),
    ("hasn't moved", None, SAME),
    ("no change, 84%", "84%", SAME),
    ("not the same as last week", None, None),
    ("no change needed to the plan", None, None),
    # What is asked, hoped or was, beside what is.
    ("Is it on track? It is red.", None, RED),
    ("is it red? on track", None, GREEN),
    ("was red, now green", None, GREEN),
    ("it should be green by July", None, None),
    ("target not met yet", None, None),
    ("learners at risk", None, None),
    ("it is blue", None, DONE),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reading", "says"), REPLIES, ids=[r[0] for r in REPLIES])
def test_a_reply_about_one_action(text: str, reading: str | None, says: Rag | str | None) -> None:
    found = read_update(text, [ATTENDANCE], TODAY)

    assert found.about == ("A-12",)
    assert found.reading == reading
    assert found.rag == (says if isinstance(says, Rag) else None)
    assert found.is_done == (says == DONE)
    assert found.no_change == (says == SAME)
    assert found.note == text


@pytest.mark.parametrize(
    ("text", "candidate", "reading"),
    [
        ("down to five withdrawals", WITHDRAWALS, "five"),
        ("5 withdrawals so far", WITHDRAWALS, "5"),
        ("withdrawals now 9", WITHDRAWALS, "9"),
        ("we're at 9", WITHDRAWALS, "9"),
        ("2 more withdrawals this week", WITHDRAWALS, None),
        ("rang 9 employers", WITHDRAWALS, None),
        ("9%", WITHDRAWALS, None),
        ("120 withdrawals", WITHDRAWALS, None),
        ("12 days now", MARKING, "12 days"),
        ("down from 15 days to 11 days", MARKING, "11 days"),
        ("marking stuck for 3 weeks at 11 days", MARKING, None),
        ("9", MARKING, None),
        ("now Good", JUDGEMENT, "Good"),
        ("moved from RI to Good", JUDGEMENT, "Good"),
        ("still RI", JUDGEMENT, "RI"),
        ("aiming for Good", JUDGEMENT, None),
        ("good progress", JUDGEMENT, None),
        ("score is 3.7 out of 5", SURVEY, "3.7"),
        ("survey now 3.7", SURVEY, "3.7"),
        ("17 out of 20 are there", ATTENDANCE, "17 out of 20"),
        ("on 8/10 we met", ATTENDANCE, None),
        ("86%", BARE, "86%"),
        ("we have 8", BARE, None),
        ("48% got a 4 in the mock", MOCKS, "48%"),
        ("mocks 48 now, up from 41", MOCKS, "48"),
        # A bare number within 25 of the levels that are known, and up to 100.
        ("attendance now 59", ATTENDANCE, "59"),
        ("attendance now 58", ATTENDANCE, None),
        ("attendance now 100", ATTENDANCE, "100"),
        ("attendance now 101", ATTENDANCE, None),
        ("high grades now 45", HIGH_GRADES, "45"),
        ("high grades now 46", HIGH_GRADES, None),
        ("high grades now 0", HIGH_GRADES, "0"),
        ("100%", ATTENDANCE, "100%"),
        ("101%", ATTENDANCE, None),
        ("0%", ATTENDANCE, "0%"),
        # With its unit it may be a level that has moved, where it is too large for a move.
        ("26% up on last week", HIGH_GRADES, "26%"),
        ("25% up on last week", HIGH_GRADES, None),
        ("26 up on last week", HIGH_GRADES, None),
        ("70% up on last week", HIGH_GRADES, None),
        # Ten times the most that is known of a time, or a year; four times of a count.
        ("150 days now", MARKING, "150 days"),
        ("151 days now", MARKING, None),
        ("now at 11", MARKING, None),
        ("11% in days", MARKING, None),
        ("11 working days now", MARKING, "11 working days"),
        ("withdrawals now 61", WITHDRAWALS, "61"),
        ("withdrawals now 62", WITHDRAWALS, None),
        ("withdrawals now 0", WITHDRAWALS, "0"),
        ("applications now 805", APPLICATIONS, "805"),
        ("applications now 806", APPLICATIONS, None),
        ("150 applications", APPLICATIONS, "150"),
        ("we have 150", APPLICATIONS, "150"),
        # What is counted is named, or people are, and by nothing that makes it a change.
        ("9 learners so far", WITHDRAWALS, "9"),
        ("now 9 of them", WITHDRAWALS, "9"),
        ("now 9 tutors", WITHDRAWALS, None),
        ("we rang 9", WITHDRAWALS, None),
        ("withdrawals per 20 learners", WITHDRAWALS, None),
        ("86% by 23 November", ATTENDANCE, "86%"),
        ("9 for withdrawals", WITHDRAWALS, "9"),
        ("9 in withdrawals", WITHDRAWALS, "9"),
        ("9 fewer withdrawals", WITHDRAWALS, None),
        ("9 new withdrawals", WITHDRAWALS, None),
        ("9 extra withdrawals", WITHDRAWALS, None),
        ("withdrawals: 9", WITHDRAWALS, "9"),
        ("withdrawals = 9", WITHDRAWALS, "9"),
        ("dropouts 9", WITHDRAWALS, "9"),
        ("drop outs at 9", WITHDRAWALS, "9"),
        ("86 in attendance", ATTENDANCE, "86"),
        ("attendance 86 registers checked", ATTENDANCE, None),
        # So many of so many, where that is no day and names no target.
        ("20/24 in today", ATTENDANCE, "20/24"),
        ("12/13 in today", ATTENDANCE, "12/13"),
        ("0/12 in today", ATTENDANCE, "0/12"),
        ("1/12 we looked", ATTENDANCE, None),
        ("10/12 we looked", ATTENDANCE, None),
        ("31/1 we looked", ATTENDANCE, None),
        ("31/12 we looked", ATTENDANCE, None),
        ("80/95", ATTENDANCE, "80/95"),
        ("84/88", ATTENDANCE, None),
        ("85 out of 90 in", ATTENDANCE, "85 out of 90"),
        ("85 of 88 in", ATTENDANCE, None),
        ("9 out of 100", WITHDRAWALS, None),
        # What is still to come is the target's.
        ("88% by the end of next month", ATTENDANCE, None),
        ("88% we hope by 20 December", ATTENDANCE, None),
        ("88% before 20 December", ATTENDANCE, None),
        # … across a share, a factor or a grade that is said with it.
        ("aiming with all learners for 88%", ATTENDANCE, None),
        ("target for half of learners 88%", ATTENDANCE, None),
        ("aiming to double it to 88%", ATTENDANCE, None),
        ("aiming for grade 4 or above, so 88%", ATTENDANCE, None),
        ("86% of all learners", ATTENDANCE, "86%"),
        ("86% in half of groups", ATTENDANCE, "86%"),
        ("86% and the next check is done by 20 December", ATTENDANCE, "86%"),
        ("86% now and we will look at it again by 20 December", ATTENDANCE, "86%"),
        ("we met 88%", ATTENDANCE, "88%"),
        ("we have not met 88%", ATTENDANCE, None),
        ("when we hit 88%", ATTENDANCE, None),
        ("want to see more and it is 86%", ATTENDANCE, "86%"),
        ("we will aim high, but now 86%", ATTENDANCE, "86%"),
        # Each sentence by itself.
        ("It was 84%. Now it is 86%.", ATTENDANCE, "86%"),
        ("aiming for 88%\nnow 86%", ATTENDANCE, "86%"),
        ("target of 88%. 86%. The target is near", ATTENDANCE, "86%"),
        ("86%. Is that good?", ATTENDANCE, "86%"),
        ("86%? not sure", ATTENDANCE, None),
        ("was it 86%, really?", ATTENDANCE, None),
        # From one to another, or now beside then; said twice it is one.
        ("84% now at 86%", ATTENDANCE, "86%"),
        ("84% up to 86%", ATTENDANCE, "86%"),
        ("85% was before, 86% at the moment", ATTENDANCE, "86%"),
        ("85% two weeks ago, 86% this week", ATTENDANCE, "86%"),
        ("currently 86%, 85% for adults", ATTENDANCE, "86%"),
        ("now 86%, now 85%", ATTENDANCE, None),
        ("85%, 86%", ATTENDANCE, None),
        ("86%, 86%", ATTENDANCE, "86%"),
        # Of another measure, or of none.
        ("retention is 92%, 86% attendance", ATTENDANCE, "86%"),
        ("86% for attendance, retention 92%", ATTENDANCE, "86%"),
        ("achievement is 86%", ATTENDANCE, None),
        ("92% for retention", ATTENDANCE, None),
        ("we achieved 86%", ATTENDANCE, "86%"),
        ("all on track at 86%", ATTENDANCE, "86%"),
        # Names, money, shares of something else, changes.
        ("£86", ATTENDANCE, None),
        ("#86", ATTENDANCE, None),
        ("wk/86", ATTENDANCE, None),
        ("page 86", ATTENDANCE, None),
        ("first 86", ATTENDANCE, None),
        ("first 86%", ATTENDANCE, "86%"),
        ("100% in", ATTENDANCE, None),
        ("86% on it", ATTENDANCE, "86%"),
        ("99% on track", ATTENDANCE, "99%"),
        ("86%-88%", ATTENDANCE, None),
        ("-2%", ATTENDANCE, None),
        ("plus 2%", ATTENDANCE, None),
        ("minus 2%", ATTENDANCE, None),
        ("never 88%", ATTENDANCE, None),
        ("without 88%", ATTENDANCE, None),
        ("from 86%", ATTENDANCE, None),
        ("84% at the start", ATTENDANCE, None),
        ("90% is the national average", ATTENDANCE, None),
        ("sector 90%", ATTENDANCE, None),
        ("86% of learners", ATTENDANCE, "86%"),
        ("86% of those sessions", ATTENDANCE, None),
        # The reference of an action is no figure, and what follows it may be one.
        ("A-12: 86%", ATTENDANCE, "86%"),
        ("we got A-12 to 86%", ATTENDANCE, "86%"),
        ("on track for A-12, action 12 now at 86%, they say", ATTENDANCE, "86%"),
        ("A-12 86", ATTENDANCE, "86"),
        ("action 12 86", ATTENDANCE, "86"),
        ("İİİİİ attendance now 86", ATTENDANCE, "86"),
        # Grades.
        ("now Good or better", JUDGEMENT, None),
        ("Good but aiming for Outstanding", JUDGEMENT, "Good"),
        ("still RI, target is Good", JUDGEMENT, "RI"),
        ("Good is the target", JUDGEMENT, None),
        ("86%", JUDGEMENT, None),
        *(
            (said, Candidate("A-40", "Drop-ins", measure, unit, start), reading)
            for said, measure, unit, start, reading in (
                # The scale is known by the unit alone …
                ("86%", "sessions led well", "per cent", None, "86%"),
                ("86%", "sessions led well", "Percentage", None, "86%"),
                ("86%", "sessions led well", " percent ", None, "86%"),
                ("86%", "sessions led well", " % ", None, "86%"),
                ("now 86", "sessions led well", "%", None, None),
                ("86%", "sessions led well", "learners", None, None),
                ("now 86", "sessions led well", "learners", None, "86"),
                ("now 860", "sessions led well", "learners", None, "860"),
                ("now Good", "teaching", "Grades", None, "Good"),
                ("now Good", "teaching", " grade ", None, "Good"),
                ("11 days now", "turnaround", "working days", None, "11 days"),
                ("365 days now", "turnaround", "days", None, "365 days"),
                ("366 days now", "turnaround", "days", None, None),
                ("now 11", "turnaround", "days", None, None),
                # … by a level alone …
                ("86%", "sessions led well", None, "half", "86%"),
                ("86%", "sessions led well", None, "all learners", "86%"),
                ("86%", "sessions led well", None, "17 out of 20", "86%"),
                ("now 42", "sessions led well", None, "40%", "42"),
                ("now 42", "sessions led well", None, "40", "42"),
                ("86%", "sessions led well", None, "40", None),
                ("20 weeks now", "turnaround", None, "2 weeks", "20 weeks"),
                ("21 weeks now", "turnaround", None, "2 weeks", None),
                # … or by the measure alone.
                ("86%", "attendance", None, None, "86%"),
                ("now 9", "complaints", None, None, "9"),
                ("9%", "complaints", None, None, None),
                ("now 86", "attendance", None, None, None),
                ("86%", "sessions led well", None, None, "86%"),
                ("now 86", "sessions led well", None, None, None),
                # The measure by another name.
                ("withdrawals 9", "drop-outs", None, "14", "9"),
                ("withdrawals now 9", "learners who leave early", None, "14", "9"),
                ("attendance now 9", "drop-outs", None, "14", None),
            )
        ),
    ],
)
def test_a_reading_fits_the_measures_scale(
    text: str, candidate: Candidate, reading: str | None
) -> None:
    assert read_update(text, [candidate], TODAY).reading == reading


@pytest.mark.parametrize(
    ("text", "about", "reading"),
    [
        ("A-7 is at 48%", ["A-7"], "48%"),
        ("a7 48%", ["A-7"], "48%"),
        ("Action 7: 48%", ["A-7"], "48%"),
        ("action no 12 at 86%", ["A-12"], "86%"),
        ("attendance 86%", ["A-12"], "86%"),
        ("attendnace is 86%", ["A-12"], "86%"),
        ("mock papers going well", ["A-7"], None),
        ("the calls are helping, 9 withdrawals", ["A-3"], "9"),
        ("dropouts down to 9", ["A-3"], "9"),
        ("dropouts going well", ["A-3"], None),
        ("48%", ["A-12", "A-7"], None),
        ("on track", ["A-12", "A-7", "A-3"], None),
        ("attendance 86%, mocks stuck", ["A-12", "A-7"], None),
        ("A-12 86%, A-7 48%", ["A-12", "A-7"], None),
        ("A-99 done", [], None),
    ],
)
def test_which_action_a_reply_may_be_about(
    text: str, about: list[str], reading: str | None
) -> None:
    found = read_update(text, ALL, TODAY)

    assert list(found.about) == about
    assert (found.reading, found.note) == (reading, text)


def test_of_two_actions_in_one_reply_each_keeps_its_own_part() -> None:
    text = "A-12 86% on track, A-7 48% slipping"

    first, second = (read_update(text, [one], TODAY) for one in (ATTENDANCE, MOCKS))

    assert (first.reading, first.rag) == ("86%", GREEN)
    assert (second.reading, second.rag) == ("48%", AMBER)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A-12 is fine", ("A-12",)),
        ("a12 and A-13", ("A-12", "A-13")),
        ("action #4, action no. 5", ("A-4", "A-5")),
        ("A 12 on track", ("A-12",)),
        ("a 12% rise", ()),
        ("saw a 12 point rise", ()),
        ("AFI 12", ()),
        ("A4 paper", ()),
        ("GCSE-12", ()),
        (" A 12 on track", ("A-12",)),
        ("a 12 on track", ()),
        ("see A 12", ()),
        ("A-12 and a12, action 12", ("A-12",)),
    ],
)
def test_references(text: str, found: tuple[str, ...]) -> None:
    assert references(text) == found


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("86% on Friday", date(2026, 11, 20)),
        ("86% yesterday", date(2026, 11, 22)),
        ("86% today", TODAY),
        ("86% on Monday", TODAY),
        ("86% on Sunday", date(2026, 11, 22)),
        ("86% last Tuesday", date(2026, 11, 17)),
        ("86% Friday", date(2026, 11, 20)),
        ("on 12 June it was 86%", date(2026, 6, 12)),
        ("86% on 3 Oct", date(2026, 10, 3)),
        ("yesterday it was 84%, 86% today", TODAY),
        # Too long ago, still to come, or no day that is said to be one.
        ("86% on 1 March", None),
        ("86% on 30 November 2026", None),
        ("86%, and next Monday we look again", None),
        ("86%, Fri", None),
        ("86% as of 20 Nov", date(2026, 11, 20)),
        ("on 16/11 it was 86%", date(2026, 11, 16)),
        ("up from 84% on 1 September to 86% on 20 November", date(2026, 11, 20)),
        ("86%", None),
        ("86% last week", None),
        ("86%, next check by Friday", None),
        # Up to about half a year ago, and no day to come.
        ("86% on 17 May", date(2026, 5, 17)),
        ("86% on 16 May", None),
        ("86% on 23 November", TODAY),
        ("86% on 24 November", None),
        ("86% in October", None),
        # In short where it is said to be one.
        ("86% on thurs", date(2026, 11, 19)),
        ("86% last wed", date(2026, 11, 18)),
        ("On Sat we had 86%", date(2026, 11, 21)),
        ("86% sat here", None),
        ("86% of Monday", TODAY),
        ("86% next Friday", None),
        ("86% until Friday", None),
        ("86% in the Friday group", None),
        # The nearest, and one that is near at all; one before may be an earlier figure's.
        ("Friday: 86%", date(2026, 11, 20)),
        ("yesterday 86%", date(2026, 11, 22)),
        ("on Thursday 86%, we look again on Friday", date(2026, 11, 19)),
        ("86% on 20 November and 20 December comes next", date(2026, 11, 20)),
        (
            "86% which is a good deal better than what we all saw, on Friday",
            date(2026, 11, 20),
        ),
        ("86% which is a good deal better than what we had seen so far, on Friday", None),
        ("86% as of 20 Nov, 85% the week before", date(2026, 11, 20)),
        ("86% today, 85% yesterday", TODAY),
        ("86%, review due 14 December", None),
    ],
)
def test_the_day_of_a_reading(text: str, day: date | None) -> None:
    found = read_update(text, [ATTENDANCE], TODAY)

    assert (found.reading, found.day) == ("86%", day)


@pytest.mark.parametrize(
    ("text", "is_talk"),
    [
        ("thanks", True),
        ("Hi", True),
        ("ok thanks 👍", True),
        ("Good morning!", True),
        (":+1:", True),
        ("thanks for the reminder", True),
        ("yes", True),
        ("all good", False),
        ("thanks, 86%", False),
        ("will ask the team", False),
    ],
)
def test_small_talk(text: str, is_talk: bool) -> None:
    assert is_small_talk(text) is is_talk


@pytest.mark.parametrize(
    ("text", "is_plan"),
    [
        ("Improve attendance from 84% to 86%", True),
        ("we will text parents each day", True),
        ("I want to raise attendance to 90%", True),
        ("New action: weekly mock papers", True),
        ("got it to 86% last week", False),
        ("attendance at 86%, on track", False),
    ],
)
def test_a_plan_is_no_progress(text: str, is_plan: bool) -> None:
    assert sounds_like_a_plan(text) is is_plan


@given(
    st.lists(st.one_of(st.sampled_from(REPLIES).map(lambda r: r[0]), st.text(max_size=40))).map(
        " ".join
    )
)
@settings(deadline=None)
@example("İ 86%")
@example("a-12 " * 400)
@example("86% " * 400)
def test_nothing_is_invented(text: str) -> None:
    everyone = (*ALL, MARKING, JUDGEMENT, SURVEY, BARE)
    for candidates in ([], everyone, *([one] for one in everyone)):
        found = read_update(text, candidates, TODAY)

        assert found.reading is None or found.reading in text
        assert found.note == text.strip()[:MOST_NOTE]
        assert set(found.about) <= {c.reference for c in candidates}
        assert found.day is None or found.day <= TODAY
        assert found.reading is None or len(found.about) == 1


RING = Candidate("A-1", "Ring home on the first day of an absence", "attendance")
TEXT = Candidate("A-2", "Text on the day", "attendance")


FAIR = Candidate("A-20", "Book a careers fair for adults")
LETTERS = Candidate("A-21", "Write letters to parents")
SHELVES = Candidate("A-22", "Put up shelves", "library visits", None, "30", "60")
GRADES = Candidate("A-24", "Sit a mock paper", "4+")
HOURS = Candidate("A-23", "Keep longer hours", "library visits", None, "30", "60")


@pytest.mark.parametrize(
    ("said", "candidates", "about", "reading"),
    [
        # No level of the measure is known yet: only what says its unit is one.
        ("86%", (RING,), ("A-1",), "86%"),
        ("86", (RING,), ("A-1",), None),
        ("it took 3 weeks", (ATTENDANCE,), ("A-12",), None),
        ("12/11 86%", (ATTENDANCE,), ("A-12",), "86%"),
        ("on 3/10 it was 86%", (ATTENDANCE,), ("A-12",), "86%"),
        ("unit 12", (ATTENDANCE,), ("A-12",), None),
        ("withdrawals 9 weeks", (WITHDRAWALS,), ("A-3",), None),
        ("100% on track", (ATTENDANCE,), ("A-12",), None),
        # The same measure twice: the words of the action tell which.
        ("attendance is 86% after ringing home", (RING, TEXT), ("A-1",), "86%"),
        ("attendance is 86% since we text on the day", (RING, TEXT), ("A-2",), "86%"),
        ("A-12 and A-7 going well", (ATTENDANCE, MOCKS), ("A-12", "A-7"), None),
        # Two words that only one action has before one that only another has.
        ("the careers fair went well, letters are out", (FAIR, LETTERS), ("A-20",), None),
        ("the fair went well, letters are out", (FAIR, LETTERS), ("A-20", "A-21"), None),
        ("the fair went well", (FAIR, LETTERS), ("A-20",), None),
        # A measure that two of three have, in its own words.
        ("library visits at 40", (FAIR, SHELVES, HOURS), ("A-22", "A-23"), None),
        ("library visits at 40 with new shelves", (FAIR, SHELVES, HOURS), ("A-22",), "40"),
        # A measure without a word of its own is named by nothing.
        ("going well", (FAIR, GRADES), ("A-20", "A-24"), None),
        # Figures that fit only one of them.
        ("now 9 learners", (ATTENDANCE, WITHDRAWALS), ("A-3",), "9"),
        # One action twice, and two in one breath.
        ("A-12 is fine, A-12 at 86%", (ATTENDANCE,), ("A-12",), "86%"),
        ("A-7 at 48%. A-12 at 86%. A-3 at 9", (ATTENDANCE,), ("A-12",), "86%"),
        ("(A-7 at 48%, A-12 at 86%)", (ATTENDANCE,), ("A-12",), None),
    ],
)
def test_which_action_and_which_figure_are_meant(
    said: str, candidates: tuple[Candidate, ...], about: tuple[str, ...], reading: str | None
) -> None:
    read = read_update(said, candidates, TODAY)

    assert (read.about, read.reading) == (about, reading)


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("A-12 86%", True),
        (" a12: fine", True),
        ("86% for A-12", False),
        ("86%", False),
        ("", False),
    ],
)
def test_a_reply_may_open_with_the_action_that_it_is_about(text: str, opens: bool) -> None:
    assert opens_with_reference(text) is opens


@pytest.mark.parametrize(
    ("text", "says"),
    [("86%", True), ("going well", True), ("it is done", True), ("as before", True), ("hm", False)],
)
def test_whether_anything_was_understood_is_known(text: str, says: bool) -> None:
    assert read_update(text, (ATTENDANCE,), TODAY).says_anything is says


@pytest.mark.parametrize(
    "said",
    [
        "on 3/10 we looked",
        "nothing since 3/12",
        "checked w/c 5/30",
        "it is in room 86",
        "100% on it",
        "attendance is between 84% and 86%",
        "attendance in group 86",
        "is it 86%?",
        "attendance 84-86%",
        "attendance moved by 2%",
        "+2%",
        "2% up on last week",
    ],
)
def test_a_figure_that_is_no_level_is_left_alone(said: str) -> None:
    assert read_update(said, (ATTENDANCE,), TODAY).reading is None


def test_a_note_is_kept_up_to_its_longest() -> None:
    read = read_update(f"  {'86 ' * 400}", (ATTENDANCE,), TODAY)

    assert read.note == ("86 " * 200)[:MOST_NOTE] and len(read.note) == MOST_NOTE


def test_whether_an_action_is_named_is_known() -> None:
    said = {"A-12 fine": True, "A-99 fine": True, "attendance is fine": True, "fine": False}

    for text, is_named in said.items():
        assert read_update(text, ALL, TODAY).is_named is is_named
    assert not read_update("attendance is fine", (ATTENDANCE,), TODAY).is_named


def test_of_several_actions_named_the_part_of_each_is_its_own() -> None:
    said = "A-12 86%, A-7 48% in mocks"

    assert read_update(said, (ATTENDANCE,), TODAY).reading == "86%"
    assert read_update(said, (MOCKS,), TODAY).reading == "48%"


def test_a_target_met_in_one_place_only_after_another_not_yet_is_met() -> None:
    read = read_update("not met the target in English, but we hit the target", (BARE,), TODAY)

    assert read.is_done
