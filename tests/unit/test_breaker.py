"""The circuit breaker: when a model is left alone, for how long, and who tries it again."""

from bot.breaker import LONGEST_PAUSE_SECONDS, PAUSE_SECONDS, Breaker


class Clock:
    """Seconds that go forward when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def paused() -> tuple[Breaker, Clock]:
    """A breaker that has just paused workspace W."""
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed("W", for_sure=True)
    return breaker, clock


def test_it_pauses_after_two_failures_in_a_row_and_only_that_workspace() -> None:
    breaker = Breaker(Clock())

    breaker.failed("W", for_sure=False)
    assert breaker.allows("W")
    breaker.succeeded("W")
    breaker.failed("W", for_sure=False)
    assert breaker.allows("W")
    breaker.failed("W", for_sure=False)

    assert not breaker.allows("W")
    assert breaker.allows("X")


def test_after_the_pause_one_tries_and_its_success_lets_everyone() -> None:
    breaker, clock = paused()
    clock.now = PAUSE_SECONDS

    assert [breaker.allows("W") for _ in range(3)] == [True, False, False]
    breaker.succeeded("W")

    assert breaker.allows("W") and breaker.allows("W")


def test_each_failed_try_doubles_the_pause_up_to_its_bound() -> None:
    breaker, clock = paused()
    pause = PAUSE_SECONDS
    for _ in range(6):
        clock.now += pause - 0.1
        assert not breaker.allows("W")
        clock.now += 0.1
        assert breaker.allows("W")
        breaker.failed("W", for_sure=False)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def test_calls_begun_before_the_pause_do_not_lengthen_it() -> None:
    breaker, clock = paused()
    for _ in range(30):
        breaker.failed("W", for_sure=False)
    clock.now = PAUSE_SECONDS

    assert breaker.allows("W")


def test_a_try_that_was_ended_leaves_it_to_another() -> None:
    breaker, clock = paused()
    clock.now = PAUSE_SECONDS
    assert breaker.allows("W")

    breaker.left_open("W")

    assert breaker.allows("W")
