"""What the language model costs: each call kept, and the month's budget watched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import metrics
from bot.settings import Settings
from storage import model_calls, providers
from storage.database import Database
from storage.model_calls import OVER_BUDGET, Used
from storage.models import ModelCall

_MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """Money per million tokens: given to the model, read from its cache, and written by it."""

    given: float
    cached: float
    written: float

    def of(self, used: Used) -> float:
        """What these tokens cost."""
        fresh = used.tokens_in - used.tokens_cached
        return (
            fresh * self.given + used.tokens_cached * self.cached + used.tokens_out * self.written
        ) / _MILLION


def prices_set(settings: Settings) -> Prices | None:
    """The prices in the settings, None without both in and out; cached costs as in if not given."""
    given, written = settings.openai_price_in, settings.openai_price_out
    if given is None or written is None:
        return None
    cached = settings.openai_price_cached
    return Prices(given, given if cached is None else cached, written)


def month_start(now: datetime) -> datetime:
    """The first instant, in UTC, of the calendar month of `now`."""
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Ledger:
    """Writes calls down and says whether there is money for more.

    `monthly_budget` is money per workspace and calendar month in UTC; None is no limit. `clock`
    gives the instant now, with a zone. Every method raises DatabaseUnavailable.
    """

    database: Database
    clock: Callable[[], datetime]
    prices: Prices | None
    monthly_budget: float | None

    def record(self, workspace: str, rows: Sequence[ModelCall]) -> None:
        """Keep the calls of a workspace, in a transaction of its own.

        Sets the workspace of each row, and `at` to now where it is not set.
        """
        if not rows:
            return
        now = self.clock()
        for row in rows:
            row.workspace = workspace
            row.at = row.at or now
            metrics.MODEL_CALLS.labels(row.outcome).inc()
        with self.database.writing() as session:
            model_calls.record(session, rows)

    def is_off(self, workspace: str) -> bool:
        """Whether the quality leads of a workspace let nothing be sent to a model."""
        with self.database.reading() as session:
            return not providers.settings_of(session, workspace).asks_model

    def is_spent(self, workspace: str) -> bool:
        """Whether this month's calls have cost the budget or more; False without a budget."""
        if self.monthly_budget is None or self.prices is None:
            return False
        with self.database.reading() as session:
            used = model_calls.used(session, workspace, month_start(self.clock()))
        return self.prices.of(used) >= self.monthly_budget

    def first_refusal(self, workspace: str, model: str) -> bool:
        """Note that the budget kept a turn from asking the model; True once a month and workspace.

        Of two turns that ask at once, one is told True.
        """
        now = self.clock()
        refusal = ModelCall(
            workspace=workspace,
            at=now,
            purpose="turn",
            model=model,
            prompt="",
            form="",
            milliseconds=0,
            outcome=OVER_BUDGET,
        )
        with self.database.writing() as session:
            return model_calls.record_once(session, refusal, month_start(now))
