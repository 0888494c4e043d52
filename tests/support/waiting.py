"""Waiting for what only asking again can tell: the state of a database, or of a program."""

import threading
import time
from collections.abc import Callable

_PAUSE_SECONDS = 0.02


def eventually(holds: Callable[[], object], seconds: float = 20) -> None:
    """Return when it holds. AssertionError where it does not within so many seconds."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"it did not come about within {seconds} seconds"
        pause.wait(_PAUSE_SECONDS)
