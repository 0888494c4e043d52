"""Rules over kinds of words, and mending what was mistyped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coaching.tokens import SPELLING, Row, rule, tokenise


def row(text: str) -> Row:
    return Row(text, tokenise(text))


def test_a_rule_is_about_kinds_of_words_and_stays_within_the_clause() -> None:
    learners_act = rule("<learner> _{0,3}? <act>")

    assert learners_act.search(row("more apprentices will pass").marks)
    assert not learners_act.search(row("the apprentices. Tutors pass it on").marks)


def test_a_rule_can_bar_a_class() -> None:
    no_staff_between = rule("<learner> <!staff>{0,4}? <act>")

    assert not no_staff_between.search(row("learners whose tutors pass").marks)


def test_a_rule_with_a_class_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        rule("<lerner>")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("attndance", "attendance"),
        ("achivement", "achievement"),
        ("aprentices", "apprentices"),
        ("retntion", "retention"),
        ("attendant", "attendant"),
        ("house", "house"),
    ],
)
def test_only_mistyped_words_of_ours_are_mended(typed: str, meant: str) -> None:
    assert SPELLING.mend(typed) == meant


@given(st.text(max_size=200))
def test_tokens_stand_in_order_and_cover_words_whole(text: str) -> None:
    tokens = tokenise(text)

    assert all(first.end <= second.start for first, second in zip(tokens, tokens[1:], strict=False))
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
