"""What kind of message a reply is: above all, when it is a plain yes."""

import pytest

from bot.coaching.replies import Command, command


@pytest.mark.parametrize(
    "reply",
    [
        "agree",
        "Yes.",
        "yes please!",
        "Lovely, yes, that reads fine, thank you",
        "yes 👍",
        "yes — lovely…",
        "“agree”",
    ],
)
def test_a_yes_with_nothing_but_approval_round_it_is_a_yes(reply: str) -> None:
    assert command(reply) is Command.YES


@pytest.mark.parametrize(
    "reply",
    [
        "не agree",
        "❌ agree",
        "𝐧𝐨𝐭 agree",
        "{{agree}} ${agree} %agree% $agree",
        "agree 2",
        "<agree>",
        "yes but not yet",
    ],
)
def test_what_stands_beside_a_yes_and_is_not_approval_makes_it_none(reply: str) -> None:
    assert command(reply) is not Command.YES


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        ("I don't understand", Command.HELP),
        ("sorry, I don’t really follow", Command.HELP),
        ("what do you mean?", Command.HELP),
        (
            "they don't understand why the resits matter so we will explain it to each of them",
            None,
        ),
        ("skip", Command.SKIP),
        ("no", Command.NO),
        ("not sure", Command.STUCK),
        ("not sure but about 60%", None),
    ],
)
def test_what_is_asked_of_the_coach_is_told_from_an_answer(
    reply: str, meant: Command | None
) -> None:
    assert command(reply) is meant


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        ("lovely, that reads fine, yes thank you", Command.YES),
        ("yes ❌", None),
        ("well I don't really understand", Command.HELP),
        ("not going to lie I don't follow", Command.HELP),
        ("I don't understand why attendance fell from 80 to 74 when nothing changed here", None),
    ],
)
def test_what_is_meant_is_heard_through_the_words_round_it(
    reply: str, meant: Command | None
) -> None:
    assert command(reply) is meant
