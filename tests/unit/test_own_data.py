"""Telling a question about one's own data from everything else that people write."""

import pytest

from bot.coaching.own_data import asks_about_own_data

ASKS = (
    "What do you hold about me?",
    "what data do you have on me",
    "Hi, what information do you keep about me?",
    "what do you know about me",
    "what personal data does the bot store about me?",
    "tell me what you know about me",
    "What is kept about me?",
    "what have you got on me",
    "Show me my data",
    "a copy of my data please",
    "send me a copy of all my personal data",
    "forget me",
    "Forget me.",
    "please forget me",
    "Can you forget about me please?",
    "delete my data",
    "erase all my messages",
    "delete everything you have about me",
    "remove all my information",
    "I want to be forgotten",
    "I would like you to delete my personal data",
)
OTHERWISE = (
    "Delete my action",
    "forget it",
    "forget me not, we will plant flowers",
    "what do you hold?",
    "What do learners know about me as their teacher?",
    "my data says attendance is 81%",
    "Show me my actions",
    "what data do you need from me?",
    "remove all information posters and replace them",
    "delete A-12",
    "We keep data about each learner",
    "what do you think about me?",
    "",
    "my data " * 40,
)


@pytest.mark.parametrize("text", ASKS)
def test_it_is_understood(text: str) -> None:
    assert asks_about_own_data(text)


@pytest.mark.parametrize("text", OTHERWISE)
def test_other_words_are_left_to_others(text: str) -> None:
    assert not asks_about_own_data(text)
