"""A circuit breaker for each workspace: a model that keeps failing is left alone for a while."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

FAILURES = 2
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 60.0, 900.0


@dataclass
class _State:
    failures: int = 0
    pause: float = 0.0
    closed_until: float = 0.0
    is_tried: bool = False  # by one caller, after a pause


class Breaker:
    """`clock` gives seconds that only go forward; the first pause doubles while failures go on."""

    def __init__(self, clock: Callable[[], float], pause_seconds: float = PAUSE_SECONDS) -> None:
        self._clock = clock
        self._first_pause = pause_seconds
        self._guard = threading.Lock()
        self._states: dict[str, _State] = {}

    def allows(self, workspace: str) -> bool:
        """Whether to try now. After a pause one caller tries; others wait for how it went.

        Who was allowed must say how it went, by one of the three below.
        """
        with self._guard:
            state = self._states.get(workspace)
            if state is None or not state.pause:
                return True
            if state.is_tried or self._clock() < state.closed_until:
                return False
            state.is_tried = True
            return True

    def succeeded(self, workspace: str) -> None:
        """All is well again."""
        with self._guard:
            self._states.pop(workspace, None)

    def left_open(self, workspace: str) -> None:
        """It was ended before it could tell: another may try."""
        with self._guard:
            state = self._states.get(workspace)
            if state is not None:
                state.is_tried = False

    def failed(self, workspace: str, *, for_sure: bool) -> None:
        """Count a failure; `for_sure` pauses at once, for what the next try could not change."""
        with self._guard:
            state = self._states.setdefault(workspace, _State())
            if state.pause and not state.is_tried:
                return  # begun before the pause, of which it tells nothing new
            state.failures += 1
            state.is_tried = False
            if not for_sure and state.failures < FAILURES:
                return
            longer = min(2 * state.pause, LONGEST_PAUSE_SECONDS)
            state.pause = longer or self._first_pause
            state.closed_until = self._clock() + state.pause
