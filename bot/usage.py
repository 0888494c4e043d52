"""What the language model was used for and cost, provider by provider, for who runs the bot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.coaching.phrases import in_words
from bot.ledger import Prices, month_start, prices_set
from bot.settings import Settings, missing_prices
from storage import actions, conversations, model_calls, providers
from storage.model_calls import OVER_BUDGET, Used

_MONTHS = 12

# How a call ended, by its outcome in the ledger.
FAILURES = {
    "timeout": "not answered in time",
    "stopped": "stopped before the end",
    "unreachable": "server not reached",
    "rate_limited": "too many requests",
    "quota": "no credit left",
    "denied": "key refused",
    "not_found": "model not found",
    "rejected": "request refused",
    "server_error": "server failed",
    "refused": "model would not answer",
    "filtered": "answer filtered out",
    "cut_short": "answer cut short",
    "empty": "answer empty",
    "unreadable": "answer not in the form asked for",
}


@dataclass(frozen=True)
class Period:
    """What a provider used in some calendar months, by UTC, up to now.

    `failures` are the calls that did not end well, by outcome; `agreed` counts actions, and `good`
    and `rated` what people said of the coach's questions.
    """

    used: Used
    failures: dict[str, int]
    agreed: int
    # How many questions were rated good, and how many were rated.
    good: int = 0
    rated: int = 0


@dataclass(frozen=True)
class Usage:
    """What one provider used this month, and in twelve months of which this is the last."""

    workspace: str
    name: str
    month: Period
    year: Period


def usage_of_all(session: Session, now: datetime) -> list[Usage]:
    """The usage of every provider in the database, by name, at the instant `now` (with a zone)."""
    month = month_start(now)
    year = _year_start(month)
    return [
        Usage(
            provider.workspace,
            provider.name,
            _period(session, provider.workspace, month),
            _period(session, provider.workspace, year),
        )
        for provider in providers.providers(session)
    ]


def _period(session: Session, workspace: str, since: datetime) -> Period:
    outcomes = model_calls.outcomes(session, workspace, since)
    return Period(
        model_calls.used(session, workspace, since),
        {name: n for name, n in outcomes.items() if name not in ("ok", OVER_BUDGET)},
        actions.count_agreed(session, workspace, since),
        *conversations.rated(session, workspace, since),
    )


def _year_start(month: datetime) -> datetime:
    """The first month of the twelve that end with this one."""
    years, months = divmod(month.year * 12 + month.month - _MONTHS, 12)
    return month.replace(year=years, month=months + 1)


# --- the report -------------------------------------------------------------------------------


def report(usages: Sequence[Usage], settings: Settings, now: datetime) -> Iterator[str]:
    """The usage as lines of plain text, none wider than 80 columns but for a long name."""
    if not usages:
        yield "No provider is in the database yet, so no language model has been used."
        return
    month, prices = month_start(now), prices_set(settings)
    yield f"Use of the language model up to {in_words(now)}. Months are those of UTC;"
    yield f"the last {_MONTHS} began on {in_words(_year_start(month))}."
    for usage in usages:
        yield ""
        yield f"{usage.name} ({usage.workspace})"
        if usage.year.used.calls:
            yield _row("", f"{month:%B %Y}", f"last {_MONTHS} months")
            yield from _table(usage.month, usage.year, prices)
        else:
            yield f"  No calls in the last {_MONTHS} months. Actions agreed: {usage.year.agreed:,}."
        if usage.year.rated:
            good, rated = usage.year.good, usage.year.rated
            yield f"  Questions rated good in the last {_MONTHS} months: {good:,} of {rated:,}."
        if prices and settings.openai_monthly_budget is not None:
            yield from _budget(prices.of(usage.month.used), settings.openai_monthly_budget, month)
    yield ""
    yield from _about_money(settings, prices)


def _table(month: Period, year: Period, prices: Prices | None) -> Iterator[str]:
    def counted(label: str, this_month: int, this_year: int) -> str:
        return _row(label, f"{this_month:,}", f"{this_year:,}")

    yield counted("Calls", month.used.calls, year.used.calls)
    if year.failures:
        failed = (sum(period.failures.values()) for period in (month, year))
        yield counted("  of which failed", *failed)
    for outcome, number in year.failures.items():
        words = FAILURES.get(outcome, outcome)
        yield counted(f"    {words}", month.failures.get(outcome, 0), number)
    yield counted("Tokens in", month.used.tokens_in, year.used.tokens_in)
    yield counted("  of which cached", month.used.tokens_cached, year.used.tokens_cached)
    yield counted("Tokens out", month.used.tokens_out, year.used.tokens_out)
    yield counted("Actions agreed", month.agreed, year.agreed)
    if prices is not None:
        costs = [(prices.of(period.used), period.agreed) for period in (month, year)]
        yield _row("Cost", *(_money(cost, 2) for cost, _ in costs))
        each = (_money(cost / agreed, 4) if agreed else "–" for cost, agreed in costs)
        yield _row("  per action agreed", *each)


def _row(label: str, this_month: str, this_year: str) -> str:
    return f"  {label:<40}{this_month:>16}{this_year:>18}"


def _budget(cost: float, budget: float, month: datetime) -> Iterator[str]:
    of_it = f"  Budget of {month:%B}: {_money(cost, 2)} of {budget:,.2f} spent"
    if cost < budget:
        yield f"{of_it}."
        return
    yield f"{of_it}, which is all of it:"
    yield "  the embedded coach reads replies until next month."


def _about_money(settings: Settings, prices: Prices | None) -> Iterator[str]:
    if prices is None:
        missing = " and ".join(missing_prices(settings))
        yield f"For costs, set {missing}: money per million tokens."
        return
    yield "Costs are reckoned at the prices that are set now, in their currency."
    if settings.openai_monthly_budget is None:
        yield "There is no budget: OPENAI_MONTHLY_BUDGET sets one for each provider and month."


def _money(amount: float, places: int) -> str:
    least = 10**-places
    return f"under {least}" if 0 < amount < least else f"{amount:,.{places}f}"
