"""The OpenAI coach on a server of the tests, without a database; its calls are kept in memory."""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.adviser import NoBooks
from bot.breaker import Breaker
from bot.model import Model
from bot.openai_coach import OpenAICoach
from storage.models import ModelCall

# Longer than any server here takes, however busy the machine.
_SECONDS = 120.0


class Noted(NoBooks):
    """Books that keep the calls of each workspace."""

    def __init__(self) -> None:
        self.calls: dict[str, list[ModelCall]] = defaultdict(list)

    @property
    def rows(self) -> list[ModelCall]:
        """All calls, workspace by workspace."""
        return [row for each in self.calls.values() for row in each]

    def record(self, workspace: str, rows: Sequence[ModelCall]) -> None:
        self.calls[workspace] += rows


@contextmanager
def model_coach(base_url: str) -> Iterator[tuple[OpenAICoach, Noted]]:
    """A coach whose model is on this server, and the books of its calls."""
    books = Noted()
    model = Model(
        "of-the-tests",
        api_key=None,
        base_url=base_url,
        first_words_seconds=_SECONDS,
        total_seconds=_SECONDS,
    )
    coach = OpenAICoach(model, books, lambda _: [], Breaker(time.monotonic))
    yield coach, books
    coach.close()
