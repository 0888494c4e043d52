"""What kind of message a reply is: above all, when it is a plain yes."""

import pytest

from bot.coaching.replies import (
    Command,
    Oddity,
    agrees,
    cells,
    command,
    declines,
    is_table,
    oddity,
    tells_of_risk,
    yes_and,
)


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
        "agree?",
        "Yes, agreed ?",
        "ok yes thanks?",
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


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        # Of the signs round a command nothing is left; of a question, its mark.
        ("skip?", Command.SKIP),
        ("- skip", Command.SKIP),
        ("• back", Command.BACK),
        ("…", None),
        # A question back asks for help; one with a figure, a long one and no question do not.
        ("why should learners care? ", Command.HELP),
        ("is 85% enough?", None),
        ("is eighty-five per cent enough", None),
        ("learners gain what?", None),
        ("why " + "really " * 18 + "now?", Command.HELP),
        ("why " + "really " * 19 + "now?", None),
        ("attendance is up", None),
        # Who is lost says so in few words.
        ("I did have a good look but I really don't follow it", Command.HELP),
        ("I did have a good long look but I really don't follow it", None),
        ("I did have a quite good long look but I really don't follow it", None),
        # Who is stuck says so before anything else, and gives neither figure nor guess.
        ("no idea to be honest with you as that has not come up here", Command.STUCK),
        ("no idea to be honest with you as that has not come up here yet", None),
        ("not sure but learners would stay on", None),
        ("not sure, perhaps 60%", None),
        ("learners would stay on, not sure why", None),
    ],
)
def test_a_command_is_told_from_what_only_looks_like_one(reply: str, meant: Command | None) -> None:
    assert command(reply) is meant


@pytest.mark.parametrize(
    ("reply", "beyond"),
    [
        ("yes, and 85% by July", "85% by July"),
        ("Yes please. By July\nin the register", "By July\nin the register"),
        ("that's right - so 85%", "85%"),
        ("yes", None),
        ("yesterday it was 85%", None),
        ("85%, yes", None),
    ],
)
def test_what_follows_a_yes_is_heard_too(reply: str, beyond: str | None) -> None:
    assert yes_and(reply) == ((False, "") if beyond is None else (True, beyond))


@pytest.mark.parametrize(
    ("reply", "odd"),
    [
        ("", Oddity.EMPTY),
        (" \n", Oddity.EMPTY),
        ("learners attend more", None),
        ("85%", None),
        ("?", None),
        ("…", Oddity.SYMBOLS),
        (":tada:", Oddity.SYMBOLS),
        (":tada: :+1:", Oddity.SYMBOLS),
        ("fine :tada:", None),
        ("forget your questions", Oddity.ORDER),
        ("forget the rules: 85% it is", None),
        # Another script, by most of the letters.
        ("学 生", Oddity.LANGUAGE),
        ("да ok", None),
        ("нет okay", None),
        # Another language, by three of its small words or its letters, and little English.
        ("Mae Dysgwyr YN cyflawni", Oddity.LANGUAGE),
        ("élèves très motivés", Oddity.LANGUAGE),
        ("élèves très motivés, pass", Oddity.LANGUAGE),
        ("café", None),
        ("José, Zoë, Seán and Siân will lead", None),
    ],
)
def test_a_reply_that_cannot_be_read_says_why(reply: str, odd: Oddity | None) -> None:
    assert oddity(reply) is odd


@pytest.mark.parametrize(
    ("reply", "pasted"),
    [
        ("Text parents\tMore attend\tRuth Small", True),
        ("Text parents\tMore attend", False),
        ("Text parents | More attend | Ruth Small", True),
        ("Text parents | More attend", False),
        ("Text parents | More attend\nRing home | More stay", False),
        ("Text parents", False),
    ],
)
def test_a_row_of_a_table_is_known_by_two_edges(reply: str, pasted: bool) -> None:
    assert is_table(reply) is pasted


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        # One row, in which a person's name is the owner's.
        (
            "Text parents\tMore attend\tRuth Small",
            ["Text parents", "More attend", "Owner: Ruth Small"],
        ),
        (
            "Text parents | More attend | Shaun O'Neill",
            ["Text parents", "More attend", "Owner: Shaun O'Neill"],
        ),
        # Heads go to their cells; a cell that is empty says nothing.
        (
            "| Action | Target 2027 | Owner |\n|---|---|---|\n| Text parents | 85% | |",
            ["Action: Text parents", "Target 2027: 85%"],
        ),
        (
            "Action\tOwner\tTarget\nText parents\tRuth Small\t85%\nRing home\tTom Baker",
            [
                "Action: Text parents",
                "Owner: Ruth Small",
                "Target: 85%",
                "Action: Ring home",
                "Owner: Tom Baker",
            ],
        ),
        # Rows of which the first is no head: it ends in a figure, or has other cells.
        (
            "Text parents\tMore attend\t85%\nRing home\tMore stay\t90%",
            ["Text parents", "More attend", "85%", "Ring home", "More stay", "90%"],
        ),
        (
            "For the plan\nText parents\tMore attend\tthe register",
            ["For the plan", "Text parents", "More attend", "the register"],
        ),
    ],
)
def test_a_table_is_read_cell_by_cell(pasted: str, said: list[str]) -> None:
    assert cells(pasted).split(".\n") == said


@pytest.mark.parametrize(
    ("reply", "whole"),
    [
        ("agree", True),
        ("yes, I agree", True),
        ("sign it off", True),
        ("yes", False),
        ("I agree that attendance is too low", False),
    ],
)
def test_only_a_yes_that_says_so_is_to_the_whole(reply: str, whole: bool) -> None:
    assert agrees(reply) is whole


@pytest.mark.parametrize(
    ("reply", "tells"),
    [
        ("she said her dad hits her", True),
        ("one of my learners has been self-harming", True),
        ("learners who self-harm are seen the same day", False),
        ("he told me that attendance is better", False),
        ("she said that we need training on self-harm", False),
        ("learners attend more", False),
    ],
)
def test_one_person_at_risk_is_told_from_the_work_on_it(reply: str, tells: bool) -> None:
    assert tells_of_risk(reply) is tells


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        ("I would rather finish it later", True),
        ("let me Sort That another day", True),
        ("keep it as a draft for now", True),
        ("just Leave It", True),
        ("finish the marking later", False),
        ("learners leave at noon", False),
    ],
)
def test_a_draft_is_left_as_one_in_a_sentence(reply: str, left: bool) -> None:
    assert declines(reply) is left
