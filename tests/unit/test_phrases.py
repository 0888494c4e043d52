"""Picking phrases out of a reply, and putting phrases into a sentence."""

from datetime import date

import pytest

from bot.coaching.phrases import (
    action_words,
    after_action,
    change_asked,
    impact_words,
    labelled_lines,
    listed,
    no_talk,
    points_at_one,
    quoted,
    same_figure,
    talk_and_action,
    trim,
)
from bot.coaching.reading import read

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("reply", "field", "value", "in_so_many_words"),
    [
        ("change the target to 70%", "target", "70%", True),
        ("change target", "target", "", True),
        ("owner: Priya", "owner", "Priya", True),
        ("Target", "target", "", False),
        ("the target is 70%.", "target", "70%", True),
        ("make the date July", "due", "July", True),
        ("no, sorry, baseline was 54%", "baseline", "54%", True),
        ("update the check on the way to 80% by March", "milestone", "80% by March", True),
        ("lead should be Tom", "owner", "Tom", True),
        ("start -> 54%", "baseline", "54%", True),
        ("evidence needs to be\nthe ILR", "evidence_source", "the ILR", True),
        ("due  date 1 May", "due", "1 May", False),
        # A word that only begins as a small one does is whole.
        ("owner Tom Baker", "owner", "Tom Baker", False),
        ("owner Isabel Asante", "owner", "Isabel Asante", False),
        ("target attendance of 85%", "target", "attendance of 85%", False),
    ],
)
def test_a_change_names_the_field_and_the_new_words(
    reply: str, field: str, value: str, in_so_many_words: bool
) -> None:
    assert change_asked(reply) == (field, value, in_so_many_words)


@pytest.mark.parametrize("reply", ["attendance is 70%", "change it", "we aim for 70%", ""])
def test_what_names_no_field_asks_for_no_change(reply: str) -> None:
    assert change_asked(reply) is None


@pytest.mark.parametrize(
    ("reply", "action", "rest"),
    [
        (
            "We'll ring home on the day of each absence so that attendance rises",
            "Ring home on the day of each absence",
            " so that attendance rises",
        ),
        ("I think we should text parents, owner Tom", "Text parents", ", owner Tom"),
        (
            "ok so basically we will meet each apprentice monthly. Owner: Tom",
            "Meet each apprentice monthly",
            ". Owner: Tom",
        ),
        (
            "Meet each apprentice  monthly - led by Tom",
            "Meet each apprentice monthly",
            " - led by Tom",
        ),
        (
            "to review feedback - because it is weak",
            "Review feedback",
            " - because it is weak",
        ),
        ("um, right, text parents; then ring", "Text parents", "; then ring"),
        (
            "Introduce 1.5 hours of maths. More will pass",
            "Introduce 1.5 hours of maths",
            ". More will pass",
        ),
        ("set up a club, raising attendance", "Set up a club", ", raising attendance"),
        ("Ring home – so that they come", "Ring home", "so that they come"),
        ("* we'll ring home daily", "Ring home daily", ""),
        ("So we are going to ring home", "Ring home", ""),
        ("Review", None, ""),
        ("a b", None, ""),
        ("12 34", None, ""),
    ],
)
def test_an_action_is_what_will_be_done_without_what_follows(
    reply: str, action: str | None, rest: str
) -> None:
    assert action_words(reply) == action
    assert after_action(reply) == rest


def test_a_long_action_ends_with_a_whole_word() -> None:
    words = action_words("mark every piece of written work " * 10)

    assert words is not None and len(words) <= 240
    assert words.startswith("Mark every piece") and words.endswith(" mark…")


@pytest.mark.parametrize(
    ("reply", "points"),
    [
        ("the attendance one", True),
        ("it's the English one, I suppose", True),
        ("that one", False),
        ("the very long story of our one", False),
        ("ring the one at home", False),
    ],
)
def test_a_finding_may_be_picked_by_a_few_words(reply: str, points: bool) -> None:
    assert points_at_one(reply) is points


@pytest.mark.parametrize(
    ("reply", "talk", "action"),
    [
        (
            "Hello. I'm Tom from maths. We will ring home each day.",
            "Hello. I'm Tom from maths. ",
            "We will ring home each day.",
        ),
        ("So what we've been talking about is ringing home daily", "", "ringing home daily"),
        ("How: ring home. Why: absence", "", "How: ring home. Why: absence"),
        ("What time have you got?", "What time have you got?", ""),
        ("Owner is Tom. Ring home each day.", "Owner is Tom. ", "Ring home each day."),
        (
            "I've only got ten minutes. Review feedback weekly.",
            "I've only got ten minutes. ",
            "Review feedback weekly.",
        ),
        ("Happy to help. Good morning.", "Happy to help. Good morning.", ""),
        # What is wished for learners is no work, unless nothing else is put forward.
        (
            "We want more learners to pass. We will redraft each piece in class.",
            "We want more learners to pass. ",
            "We will redraft each piece in class.",
        ),
        (
            "We want all staff to ring home. We will start in March.",
            "",
            "We want all staff to ring home. We will start in March.",
        ),
        ("We want more learners to pass.", "", "We want more learners to pass."),
    ],
)
def test_talk_before_the_action_is_no_part_of_it(reply: str, talk: str, action: str) -> None:
    assert talk_and_action(reply) == (talk, action)


def test_sentences_of_mere_talk_are_left_out() -> None:
    assert no_talk("Hello. I'm Tom. Ring home each day. Is that fine?") == "Ring home each day."


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("65 %", "65%", True),
        ("63/116", "54.3%", True),
        ("63/116", "55%", False),
        ("65%", "65 per cent", True),
        ("65%", "65", True),
        ("Good", "good", True),
        ("54%", "54.4%", True),
        ("54%", "54.6%", False),
        ("65 per cent", "65%", True),
        ("Good", "good", True),
        ("Good", "Outstanding", False),
        ("12", "13", False),
        ("double", "54%", False),
    ],
)
def test_a_figure_typed_in_two_ways_is_one(old: str, new: str, same: bool) -> None:
    assert same_figure(old, new) is same


def test_a_form_is_two_lines_or_more_whose_labels_are_known() -> None:
    form = "- So what: more pass\n* Where: the ILR\n• By  when = July.\nHello: you"

    assert labelled_lines(form) == [
        ("impact", "more pass"),
        ("evidence_source", "the ILR"),
        ("due", "July"),
    ]
    assert labelled_lines("Action: ring home\nTarget: 82%") == [
        ("action", "ring home"),
        ("target", "82%"),
    ]
    assert labelled_lines("Target: 82%\nHello: you") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a or b"),
        (["a", "b", "c"], "a, b or c"),
    ],
)
def test_words_are_listed_as_in_a_sentence(words: list[str], said: str) -> None:
    assert listed(words, "or") == said


def test_a_text_is_cut_after_a_word_and_only_where_it_is_too_long() -> None:
    assert trim("ring home now", 13) == "ring home now"
    assert trim("ring home now", 12) == "ring home…"


def test_a_quotation_is_one_short_line_without_questions_of_its_own() -> None:
    assert quoted(' "Are we\nsure?" ') == "Are we sure"
    assert len(quoted("word " * 30)) <= 70


@pytest.mark.parametrize(
    ("reply", "action", "impact"),
    [
        ("learners attend more", None, "Learners attend more"),
        ("hopefully learners attend more, in the register", None, "Learners attend more"),
        ("the impact is: learners attend more", None, "Learners attend more"),
        ("we want learners to attend more", None, "Learners to attend more"),
        # The figures behind it have fields of their own, unless they are all that tells of it.
        ("more learners pass the course, 54% to 65%", None, "More learners pass the course"),
        ("learners attend, 74%", None, "Learners attend, 74%"),
        ("ring home each day", None, None),
        # After the action, the clause that is of learners.
        (
            "Ring home daily so learners attend more and they stay until July",
            "Ring home daily",
            "Learners attend more and they stay until July",
        ),
        (
            "Ring home; learners attend more, which means more of them pass",
            "Ring home",
            "Learners attend more, which means more of them pass",
        ),
        (
            "Ring home. Why: learners attend less. Learners attend more.",
            "Ring home",
            "Learners attend more",
        ),
        ("Ring home because attendance is low, learners attend more", "Ring home", None),
        ("Ring home, 68% is where we need to be", "Ring home", None),
    ],
)
def test_the_impact_is_the_clause_that_is_of_learners(
    reply: str, action: str | None, impact: str | None
) -> None:
    reading = read(reply, TODAY, action=action or "")

    assert impact_words(reply, reading, action, TODAY) == impact
