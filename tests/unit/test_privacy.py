"""What is hidden before a text goes to an outside model, and which texts do not go at all."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.coaching.masking import Masking
from bot.coaching.privacy import Private, private
from tests.support.pace import growth

PEOPLE = ["Priya Shah", "Will Young", "Mark Head", "Sue Green"]

# As typed, and as the model reads it.
HIDDEN = [
    ("Priya will lead it", "[PERSON_1] will lead it"),
    ("Priya Shah will lead it", "[PERSON_1] will lead it"),
    ("Owner: Tate Marlow", "Owner: [PERSON_1]"),
    ("ask Chloe O'Brien-Jones on Friday", "ask [PERSON_1] on Friday"),
    ("Mohammed Al-Hassan has the list", "[PERSON_1] has the list"),
    ("Mr Ellis checks the registers", "[PERSON_1] checks the registers"),
    ("mrs okafor has it", "[PERSON_1] has it"),
    ("Dr. Okonjo and Ms T", "[PERSON_1] and [PERSON_2]"),
    ("Prof Ada Obi is leading on it", "[PERSON_1] is leading on it"),
    ("kayleigh said so", "[PERSON_1] said so"),
    ("rhys parry has the list", "[PERSON_1] has the list"),
    ("Priya's class", "[PERSON_1]'s class"),
    ("Priya’s class, and Tom'll help", "[PERSON_1]’s class, and [PERSON_2]'ll help"),
    ("<@U0ABC123> owns it", "[PERSON_1] owns it"),
    ("<@U0ABC123|priya> owns it", "[PERSON_1] owns it"),
    ("U0ABC12345 and W012A3BCD4 agreed", "[PERSON_1] and [PERSON_2] agreed"),
    ("write to p.shah@example.ac.uk", "write to [EMAIL_1]"),
    (
        "write to <mailto:p.shah@example.ac.uk|p.shah@example.ac.uk>",
        "write to <mailto:[EMAIL_1]|[EMAIL_1]>",
    ),
    ("p.shah at example dot ac dot uk", "[EMAIL_1]"),
    ("p.shah (at) example.ac.uk", "[EMAIL_1]"),
    ("ring 07700 900123", "ring [PHONE_1]"),
    ("ring +44 7700 900123", "ring [PHONE_1]"),
    ("ring (01632) 960 001", "ring [PHONE_1]"),
    ("ring 020 7946 0958.", "ring [PHONE_1]."),
    ("01632 960417, 07700900123", "[PHONE_1], [PHONE_2]"),
    ("+44 (0)1632 960001", "[PHONE_1]"),
    ("ask Grace or Mark", "ask [PERSON_1] or [PERSON_2]"),
    ("Rose leads it", "[PERSON_1] leads it"),
    ("May Jones and April Okafor", "[PERSON_1] and [PERSON_2]"),
    (
        "Tate Marlow and Ren Okoro will lead. Tate has the data",
        "[PERSON_1] and [PERSON_2] will lead. [PERSON_1_2] has the data",
    ),
    ("our tutor Zsolt and a lad called Tavi", "our tutor [PERSON_1] and a lad called [PERSON_2]"),
    ("we asked Jan Kowalski and Agnieszka", "we asked [PERSON_1] and [PERSON_2]"),
    ("both days at Rotherfield with Bev", "both days at Rotherfield with [PERSON_1]"),
    ("Sunita, Halima & Oyin by 4 Jan", "[PERSON_1], [PERSON_2] & [PERSON_3] by 4 Jan"),
    ("Head of Maths: Bronagh Keane", "Head of Maths: [PERSON_1]"),
    ("Dewi Pritchard-Evans, head of school", "[PERSON_1], head of school"),
    ("Kwame Mensah to own it, by July", "[PERSON_1] to own it, by July"),
    ("[PERSON_1] and Priya", "[PERSON_1] and [PERSON_2]"),
    ("[EMAIL_2] or [PHONE_1_2]", "[EMAIL_1] or [PHONE_1]"),
    ("ULN 1000000001 and 2026 in total", "ULN [ID_1] and 2026 in total"),
    ("Student number: 204412, candidate no. 3012", "Student number: [ID_1], candidate no. 3012"),
    ("[ID_1] is learner 20441234", "[ID_1] is learner [ID_2]"),
    ("Owner: Dr Amina Okoro", "Owner: [PERSON_1]"),
    ("owned by Ms Patel and Tom", "owned by [PERSON_1] and [PERSON_2]"),
    ("Miss Brown has it", "[PERSON_1] has it"),
    ("Dr X Okonjo runs it", "[PERSON_1] runs it"),
    ("Anna van der Berg was in, and Pieter de Vries", "[PERSON_1] was in, and [PERSON_2]"),
    ("ProMonitor and McKenzie", "ProMonitor and [PERSON_1]"),
    ("ask Willow Grange", "ask [PERSON_1]"),
    ("lewis okoro was in", "[PERSON_1] was in"),
    ("Christian leads it", "[PERSON_1] leads it"),
    ("Hope", "[PERSON_1]"),
    ("ask Mrs J Carter", "ask [PERSON_1]"),
    ("dr okonjo runs it", "[PERSON_1] runs it"),
    ("Mr smith and ms okonjo", "[PERSON_1] and [PERSON_2]"),
    ("Sir Alan runs it", "[PERSON_1] runs it"),
    ("We asked Will.", "We asked [PERSON_1]."),
    ("Will Smith", "[PERSON_1]"),
    ("June Brown leads", "[PERSON_1] leads"),
    ("Priya S", "[PERSON_1]"),
    ("Jan Okafor", "[PERSON_1]"),
    ("Sam English leads", "[PERSON_1] English leads"),
    ("tom Baker and priya Shah-Jones", "[PERSON_1] and [PERSON_2]"),
    ("tell priya English is up", "tell [PERSON_1] English is up"),
    ("priya okonjo will lead", "[PERSON_1] will lead"),
    ("priya will lead", "[PERSON_1] will lead"),
    ("Hope Lane Priya", "Hope Lane [PERSON_1]"),
    ("Grace House Priya", "Grace House [PERSON_1]"),
    ("led by Quibbly", "led by [PERSON_1]"),
    ("Bronagh Keane-Duffy and Bronagh", "[PERSON_1] and [PERSON_1_2]"),
]

# Systems, courses, figures, dates and places stay.
LEFT = [
    "from 79% to 88% by 2026/27, 63/116 or 1,030 of 12,000",
    "12 of 15 learners by 01/02/2027, 2027-02-01 or 01.02.2027",
    "learner numbers rose from 1200 to 1400, a budget of 250000",
    "ProMonitor, Power BI, the QAR dashboard, MIS, SIMS and Moodle",
    "Functional Skills English, T Level Health, Level 3 Business, GCSE Maths",
    "Key Stage 4, Year 11, Entry 3, Unit 7, Reception",
    "Ofsted in March, April or May, before Easter or Christmas, on a Monday",
    "Matrix, Gatsby, Prevent, Teams, Google Classroom, Smart Assessor",
    "Hope Lane, St Mary's School and Jo Cox House",
    "the lads in Willow class at Millbrook",
    "Walled Garden and Motor Vehicle",
    "the Russell Group",
    "RAG rating Amber",
    "will they mark it? may I hope to? rose from 4 to 9",
    "Mark the work. Will it pass? Hope to see 80%",
    "do not miss the deadline. Miss that and it is gone",
    "Rose Lane Centre, White Rose Centre and the Abbott Building",
    "St George and Saint Helen open at nine",
    "SAM results for the Grace class",
    "Zorble Attendance and Quibbly Retention are new systems",
    "ask Mr",
    "Mr, who",
    "Miss Maths",
    "Rose Okoro Centre",
    "Tate Marlow House is full",
    "Okafor Ltd",
    "May Attendance and April Week",
    "Grace Period and Grace Award",
    "Jan and Feb",
    "see Jan Feb",
    "the Joy of it",
    "Dean of Maths",
    "St Priya School opens, and saint Mark is shut",
]

# With the names of `PEOPLE` known.
HIDDEN_OF_THE_WORKSPACE = [
    ("priya shah will lead it", "[PERSON_1] will lead it"),
    ("SHAH has it; shah said so", "[PERSON_1] has it; [PERSON_1_2] said so"),
    ("Will will do it", "[PERSON_1] will do it"),
    ("will it be Young or Green?", "will it be [PERSON_1] or [PERSON_2]?"),
    ("the young learners in green will mark it", "the young learners in green will mark it"),
    ("Ask Head of Maths", "Ask Head of Maths"),
    ("Mark Head marks the Head start work", "[PERSON_1] marks the Head start work"),
    ("Sue and Priya", "[PERSON_1] and [PERSON_2]"),
    ("Priya Shah's list", "[PERSON_1]'s list"),
    ("Priya Okoro", "[PERSON_1]"),
    ("priya Shah", "[PERSON_1]"),
    ("Mark has it; mark it", "[PERSON_1] has it; mark it"),
    ("Young says so", "[PERSON_1] says so"),
    ("ask young people at Shah Lane", "ask young people at Shah Lane"),
]

LEARNERS = [
    "my student Kayleigh now comes in every day",
    "Jamie in 10B has turned it round",
    "Jamie in year 9 is back in lessons",
    "Jamie on Level 2 plumbing passed everything",
    "We had a lad called Tyrone who never came in",
    "Ellie's attendance is down since her mum lost her job",
    "apprentice Josh Dunn failed his EPA",
    "we lost Callum to a full-time job",
    "Priya's mum rang on Tuesday about the bus",
    "Kayden has dropped out of the construction course",
    "Mohammed resat maths and got a 5, so his parents are over the moon",
    "Chloe went from 62% to 88% once her placement was sorted",
    "One of my learners, Aaliyah, is now on track",
    "Take Oliwia: she withdrew in January",
    "Liam is a student on my joinery course and he is behind",
    "It worked for learners like Tia and Brandon",
    "the girl called Zofia was moved to another set",
    "Kyle (year 11) is still missing lessons",
    "Hamza's coursework is three weeks late",
    "Jayden's EHCP says he needs a reader",
    "our apprentice Bartek passed first time",
    "Shanice has stopped attending since half-term",
    "Reece was excluded twice before Christmas",
    "Connor's dad works nights so his attendance is 71%",
    "Grace in 8C reads every day now",
    "Take Danny. He has been late every day and his mum has given up.",
    "student Emeka Obi is at 60%",
    "pupils such as Maisie and Alfie now read at home",
    "a young man called Dwayne came back to us",
    "Finley, one of our level 2 students, now gets the bus on his own",
    "lewis in 9C is in every day now",
    "kayleigh's mum says she is happier",
    "the lad with the stammer, Kian",
    "our girl in the wheelchair, Mia, is in every day",
    "one of our lads, the one with the cap, Kian",
    "our student J.K. is often late",
    "learner A B dropped out in May",
    "ULN 1234567890 has been absent since October",
    "student ID 20441234 has cancer",
    "Learner A.B. was sectioned last week",
    "candidate number 0123456 did not turn up",
]

HEALTH = [
    "Karen was diagnosed with cancer in May so it slipped",
    "one of my learners has epilepsy and misses Fridays",
    "a student who self-harms needs a key worker",
    "she has been in hospital since October",
    "her mum is on medication",
    "he is autistic and cannot cope with the canteen",
    "his anxiety got worse after Christmas",
    "Tom's depression means he is off",
    "One of our apprentices was sectioned in March",
    "I've been diagnosed with ADHD myself",
    "my tutor is off sick with stress",
    "because of her eating disorder she can't come in",
    "the assessor is pregnant and she leaves in May",
    "Mr Ellis has had a heart attack",
    "one learner with dyslexia who is in my class told me",
    "he came out of rehab and is doing well",
    "her dyslexia was only found in year 11",
    "<@U0ABC123> is having chemo until June",
    "a lad who has diabetes keeps missing break",
    "Priya told us about her miscarriage",
    "my daughter has asthma",
    "she self-harmed over the summer",
    "A.B. was diagnosed with it last week",
    "she has a stutter so will not speak up",
]

NEITHER = [
    "learners with anxiety attend less",
    "we run mental health workshops",
    "SEND learners achieve 8pp below",
    "dyslexia screening for all",
    "students with ADHD get a quiet room",
    "one learner in five has an EHCP",
    "Priya, head of maths, will lead it",
    "Mr Ellis will check his learners' attendance each Friday",
    "Sam is the autism lead and runs training",
    "Owner: Tate Marlow. Attendance from 79% to 88%",
    "Ask Denise in MIS for the register",
    "Bev keeps the tally and her team rings home",
    "Priya will review attendance with her tutors",
    "Halima teaches year 11 and her group's attendance is 91%",
    "students with dyslexia get coloured paper by June",
    "she leads on mental health for the college",
    "he delivers the disability awareness training",
    "Karim's attendance tracker shows 84%",
    "the student support lead Priya checks the log",
    "Marcus is doing north, I'm doing south",
    "Sonia pulls it from SIMS on Fridays",
    "anxiety among learners down from 40% to 25%",
    "a quarter of apprentices declare a disability",
    "Functional Skills English pass rate from 52% to 60%",
    "Priya says attendance in Level 2 is up",
    "I have asked for autism training for all staff",
    "I've booked counselling sessions for learners who need them",
    "Helen and I will observe every tutor",
    "Tom passed the audit on to Sue",
    "our SENCo Ruth will write the plans for learners with EHCPs",
    "Access to counselling for all students",
    "we lost the maths tutor to a school",
    "Parents' evening moved to March; Jo books the hall",
    "my learners will pass maths",
    "Gemma's mock results sheet has the figures",
    "Zoe in Health and Social Care will lead and her students' placement hours go up",
    "Level 3 Health students in hospital placements rise from 12 to 20",
    "I am responsible for disability and inclusion",
    "Every learner with an EHCP has a review by May",
    "Priya will talk to parents about attendance",
    "tutors ring a parent the same day; Sam checks",
    "A.B. will lead it and report in June",
    "we use A.I. tools with every student, e.g. across the U.K.",
    "learners with a stammer get longer in presentations",
    "the tutor with the registers, Priya, will check",
    "Student A and B grades go from 40% to 55%",
    "Learner I.D. cards are checked at the gate",
    "ULN 1234567890 is missing in the tracker",
    "the student with the best attendance wins a prize, Tom pays",
]


@pytest.mark.parametrize(("typed", "read"), HIDDEN)
def test_people_addresses_and_numbers_are_hidden(typed: str, read: str) -> None:
    assert Masking().hide(typed) == read


@pytest.mark.parametrize("typed", LEFT)
def test_what_names_nobody_is_left(typed: str) -> None:
    assert Masking().hide(typed) == typed


@pytest.mark.parametrize(("typed", "read"), HIDDEN_OF_THE_WORKSPACE)
def test_people_of_the_workspace_are_hidden_by_any_part_of_their_name(
    typed: str, read: str
) -> None:
    assert Masking(PEOPLE).hide(typed) == read


def test_a_workspace_name_that_is_an_ordinary_word_hides_nothing() -> None:
    masking = Masking(["You", "Quality Office", "Priya Shah"])

    assert masking.hide("You will see it in the quality office") == (
        "You will see it in the quality office"
    )
    assert masking.hide("Ask shah") == "Ask [PERSON_1]"


def test_texts_of_one_turn_share_their_numbers() -> None:
    masking = Masking(PEOPLE)

    assert masking.hide("Priya Shah has it") == "[PERSON_1] has it"
    assert masking.hide("ask Bev, then Priya Shah") == "ask [PERSON_2], then [PERSON_1]"
    assert masking.hide("Shah agrees") == "[PERSON_1_2] agrees"
    assert masking.hide("ring 07700 900123 or 07700900123") == "ring [PHONE_1] or [PHONE_1_2]"


def test_what_the_model_answers_names_people_again() -> None:
    masking = Masking()
    masking.hide("Owner: Tate Marlow, tate@example.org")

    answer = "[PERSON_1] ([EMAIL_1]) owns it, not [PERSON_9]"

    assert masking.show(answer) == "Tate Marlow (tate@example.org) owns it, not [PERSON_9]"


def test_a_placeholder_somebody_typed_is_not_taken_for_ours() -> None:
    masking = Masking()

    hidden = masking.hide("Bev typed [PERSON_1]")

    assert hidden == "[PERSON_1] typed [PERSON_2]"
    assert masking.show(hidden) == "Bev typed [PERSON_1]"


def test_somebody_named_once_is_hidden_wherever_named_again() -> None:
    hidden = Masking().hide("Marlow agreed. Owner: Tate Marlow. Grace said so; we asked Grace")

    assert not re.search("Marlow|Tate|Grace", hidden)


@pytest.mark.parametrize("text", LEARNERS)
def test_a_text_that_names_a_learner_is_private(text: str) -> None:
    assert private(text) is Private.LEARNER


@pytest.mark.parametrize("text", HEALTH)
def test_a_text_that_tells_of_ones_health_is_private(text: str) -> None:
    assert private(text) is Private.HEALTH


@pytest.mark.parametrize("text", NEITHER)
def test_a_text_about_groups_staff_or_the_work_is_not_private(text: str) -> None:
    assert private(text) is None


def test_a_colleague_of_the_workspace_is_no_learner() -> None:
    text = "Priya's coursework is late"

    assert private(text) is Private.LEARNER
    assert private(text, PEOPLE) is None
    assert private("my student Priya is late", PEOPLE) is Private.LEARNER
    assert private("my student Priya Shah is late", PEOPLE) is None


PIECES = st.sampled_from(
    "Priya|priya|Shah|Will|will|Mr |Dr. |[PERSON_1]|[PERSON_|1]|[EMAIL_1_2]|a@b.uk|@| at | dot "
    "|07700 900123|ULN 204412|ID: |1234567"
    "|+44|(0)|<@U0ABC123>|>|<@|U0ABC12345| |. |\n|O'|’s|-|Al-|Tate Marlow|Owner: "
    "|owner is |May |İ|ß|王|79%|,|Hope Lane|St |lead | to own|a lad called |PRIYA".split("|")
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=14).map("".join)


@given(st.lists(TEXTS, max_size=3))
def test_every_text_comes_back_as_it_was_typed(texts: list[str]) -> None:
    masking = Masking(PEOPLE)
    hidden = [masking.hide(text) for text in texts]

    assert [masking.show(text) for text in hidden] == texts


@given(TEXTS)
def test_any_text_can_be_judged(text: str) -> None:
    assert private(text, PEOPLE) in (None, *Private)


NAMES = st.sampled_from(
    ["Priya Shah", "Chloe O'Brien-Jones", "Kwame", "Agnieszka", "Mr Ellis", "Bev"]
)
MAILS = st.sampled_from(["p.shah@example.ac.uk", "bev_1@example.org", "k+m@mail.example.com"])
PHONES = st.sampled_from(["07700 900123", "+44 7700 900 456", "(01632) 960 001", "020 7946 0958"])
SENTENCES = st.sampled_from(
    [
        "{name} will lead it; write to {mail} or ring {phone}.",
        "Ring {phone} and ask {name}, not {mail}!",
        "owner: {name} ({mail}), {phone}",
        "Attendance from 79% to 88%. {name}'s register, {phone}. {mail}",
    ]
)


@given(st.lists(st.tuples(SENTENCES, NAMES, MAILS, PHONES), min_size=1, max_size=4))
def test_nothing_that_was_hidden_can_be_read(rows: list[tuple[str, str, str, str]]) -> None:
    text = "\n".join(s.format(name=n, mail=m, phone=p) for s, n, m, p in rows)
    hidden = Masking().hide(text)

    assert not any(original in hidden for row in rows for original in row[1:])


@settings(deadline=None)
@given(
    st.lists(
        PIECES | st.sampled_from(["she ", "anxiety ", "student ", "a.", "A "]),
        min_size=1,
        max_size=4,
    )
)
def test_long_odd_texts_take_no_longer_than_their_length(pieces: list[str]) -> None:
    text = "".join(pieces) * 20_000

    # Four times the text in hardly more than four times the time; what goes back over the text for
    # each of its words would take sixteen times as long.
    assert any(ratio < 10 for ratio in growth(_hide_and_judge, text[:5_000], text[:20_000]))


def _hide_and_judge(text: str) -> None:
    Masking(PEOPLE).hide(text)
    private(text)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Anna van Dijk leads it", "[PERSON_1] leads it"),
        ("Anna van der Berg leads it", "[PERSON_1] leads it"),
        ("Anna de la Cruz Santos leads it", "[PERSON_1] leads it"),
        ("Anna de la mer leads it", "[PERSON_1] de la mer leads it"),
        ("Anna, van der Berg is away", "[PERSON_1], van der Berg is away"),
        ("It is led by Anna de la", "It is led by [PERSON_1] de la"),
    ],
)
def test_a_surname_is_hidden_with_the_small_words_before_it(typed: str, read: str) -> None:
    assert Masking().hide(typed) == read
