"""The counts of the suite of faults tell what is lost and what is doubled."""

from dataclasses import replace

from tests.benchmarks.waiting import mark
from tests.chaos.counting import Stored, count
from tests.chaos.people import Line

FIRST = Line("T1", 1, "D1", "1.0", "1.0", "Ev1", "AFI 1")
SECOND = Line("T1", 1, "D1", "1.0", "2.0", "Ev2", "Ring the parents")
LINES = [FIRST, SECOND]
STANDING = {FIRST.reply: 1, SECOND.reply: 1, ("D1", "", "welcome"): 1}
HELD = Stored({("T1", "1.0"): 1, ("T1", "2.0"): 1}, {f"Ring the {mark(1, 1)} parents": 1}, 0)


def wrong(**counts: int) -> dict[str, int]:
    return {"lost": 0, "doubled": 0, "mixed": 0, **counts}


def found(standing: dict[tuple[str, str, str], int], held: Stored) -> dict[str, int]:
    counts = count(LINES, standing, held)
    assert counts.sent == 2
    return {"lost": counts.lost, "doubled": counts.doubled, "mixed": counts.mixed}


def test_one_reply_and_one_place_in_the_transcript_for_each_message_is_right() -> None:
    assert found(STANDING, HELD) == wrong()


def test_a_message_without_a_reply_is_lost() -> None:
    assert found({**STANDING, SECOND.reply: 0}, HELD) == wrong(lost=1)


def test_a_reply_in_another_thread_is_no_reply() -> None:
    elsewhere = {("D1", "9.0", "Ev2:reply"): 1, **STANDING, SECOND.reply: 0}

    assert found(elsewhere, HELD) == wrong(lost=1)


def test_a_message_that_is_answered_but_not_kept_is_lost() -> None:
    assert found(STANDING, replace(HELD, turns={("T1", "1.0"): 1})) == wrong(lost=1)


def test_a_reply_that_stands_twice_is_doubled() -> None:
    assert found({**STANDING, FIRST.reply: 2}, HELD) == wrong(doubled=1)


def test_whatever_else_stands_twice_is_doubled() -> None:
    assert found({**STANDING, ("D1", "", "welcome"): 3}, HELD) == wrong(doubled=2)


def test_what_is_left_of_a_message_that_was_begun_and_said_again_is_doubled() -> None:
    assert found({**STANDING, ("D1", "1.0", ""): 1}, HELD) == wrong(doubled=1)


def test_a_message_that_is_in_the_transcript_twice_is_doubled() -> None:
    twice = {("T1", "1.0"): 2, ("T1", "2.0"): 1}

    assert found(STANDING, replace(HELD, turns=twice)) == wrong(doubled=1)


def test_an_action_that_is_in_the_plan_twice_is_doubled() -> None:
    assert found(STANDING, replace(HELD, actions={"Ring them": 2})) == wrong(doubled=1)


def test_words_of_somebody_else_are_mixed() -> None:
    assert found(STANDING, replace(HELD, mixed=1)) == wrong(mixed=1)
