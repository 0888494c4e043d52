"""How the time that something takes grows with its text, as a ratio in one run."""

from collections.abc import Callable, Iterator
from time import process_time

_TRIES = 3


def growth(work: Callable[[str], object], shorter: str, longer: str) -> Iterator[float]:
    """How many times as long the longer text takes, in time of the processor.

    Measured anew with each value, up to three, as something may have come between.
    """
    for _ in range(_TRIES):
        taken = _seconds(work, longer)
        yield taken / _seconds(work, shorter)


def _seconds(work: Callable[[str], object], text: str) -> float:
    started = process_time()
    work(text)
    return process_time() - started
