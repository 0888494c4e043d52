"""Which coach the settings ask for. The model's library is loaded only where one is named."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.breaker import Breaker
from bot.coach import EMBEDDED, Coach
from bot.ledger import Ledger, prices_set
from bot.settings import DEFAULT_MODEL, Settings, for_model, uses_model
from storage import providers
from storage.database import Database

if TYPE_CHECKING:
    from bot.adviser import Books
    from bot.model import Model


def coach_of(settings: Settings, database: Database, clock: Callable[[], datetime]) -> Coach:
    """The coach for conversations kept in the database. Raises SettingsInvalid."""
    if not uses_model(settings):
        return EMBEDDED
    ledger = Ledger(database, clock, prices_set(settings), settings.openai_monthly_budget)

    def people(workspace: str) -> list[str]:
        with database.reading() as session:
            return providers.names(session, workspace)

    return openai_coach(settings, ledger, people)


def openai_coach(
    settings: Settings, books: "Books", people: Callable[[str], list[str]] = lambda _: []
) -> Coach:
    """A coach with the model that the settings name. Raises SettingsInvalid."""
    from bot.openai_coach import OpenAICoach

    return OpenAICoach(model_of(settings), books, people, Breaker(time.monotonic))


def model_of(settings: Settings) -> "Model":
    """The model that the settings name. Raises SettingsInvalid."""
    from bot.model import Model

    for_model(settings)
    key = settings.openai_api_key
    return Model(
        settings.openai_model or DEFAULT_MODEL,
        api_key=key.get_secret_value() if key else None,
        base_url=settings.openai_base_url,
        first_words_seconds=settings.openai_first_words_seconds,
        total_seconds=settings.openai_total_seconds,
    )
