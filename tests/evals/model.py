"""What the evals share when a model is asked: several at once, a cap on the cost, the account."""

import argparse
import math
import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from bot.coach import Coach
from bot.coaches import openai_coach
from bot.ledger import Prices, prices_set
from bot.settings import DEFAULT_MODEL, load_settings
from storage.model_calls import Used
from storage.models import ModelCall

MOST_MONEY, MOST_TOKENS = 1.00, 400_000
AT_ONCE = 4
# In a table, the width of the names of its lines and of each column.
NAME, COLUMN = 32, 12
_WIDTH = 100

Item = TypeVar("Item")
Result = TypeVar("Result")


class Books:
    """The calls of one run and the cap on them, in money or, without prices, in tokens.

    For any thread. Who asks once the cap is reached is noted in `refused`.
    """

    def __init__(self, prices: Prices | None, most: float | None) -> None:
        self.rows: list[ModelCall] = []
        self.refused: set[str] = set()
        self.is_closed = False
        self._prices = prices
        default = MOST_MONEY if prices else MOST_TOKENS
        self._most = default if most is None else most
        self._spent = 0.0
        self._guard = threading.Lock()

    @property
    def cap(self) -> str:
        """The cap in words."""
        if self._prices:
            return f"at most {self._most:.2f} of money, by the prices in the settings"
        return (
            f"at most {self._most:,.0f} tokens, in and out "
            "(OPENAI_PRICE_IN and OPENAI_PRICE_OUT are not set)"
        )

    @property
    def is_full(self) -> bool:
        """Whether the cap is reached."""
        return self._spent >= self._most

    def record(self, workspace: str, rows: Sequence[ModelCall]) -> None:
        """Keep the calls of one question."""
        used = total(rows)
        cost = self._prices.of(used) if self._prices else used.tokens_in + used.tokens_out
        with self._guard:
            for row in rows:
                row.workspace = workspace
            self.rows += rows
            self._spent += cost

    def is_off(self, workspace: str) -> bool:
        return False

    def is_spent(self, workspace: str) -> bool:
        return self.is_closed or self.is_full

    def first_refusal(self, workspace: str, model: str) -> bool:
        """Nobody is told: what the rules say from here on is not counted."""
        self.refused.add(workspace)
        return False

    def close(self) -> None:
        """Let nothing more be asked."""
        self.is_closed = True

    def account(self, answered: str) -> str:
        """How the calls went and what they cost, a line each; `answered` says for what."""
        used = total(self.rows)
        outcomes = Counter(row.outcome for row in self.rows if row.outcome != "ok")
        disagreed = Counter(v for row in self.rows for v in (row.disagreed or "").split(",") if v)
        dropped = Counter(why for row in self.rows for why in (row.dropped or "").split(",") if why)
        money = f"{self._prices.of(used):,.4f}" if self._prices else "unknown: no prices are set"
        times = sorted(row.milliseconds for row in self.rows)
        lines = {
            "calls": f"{used.calls:,}; {answered}",
            "outcomes other than ok": _counts(outcomes),
            "verdicts the rules differ on": _counts(disagreed),
            "dropped by the rules": _counts(dropped),
            "tokens": f"in {used.tokens_in:,}, of them cached {used.tokens_cached:,}; "
            f"out {used.tokens_out:,}",
            "money": money,
            "milliseconds a call": f"p50 {_percentile(times, 0.5):,}, "
            f"p95 {_percentile(times, 0.95):,}",
        }
        return "\n".join(
            textwrap.fill(f"{name:<{NAME}}{told}", _WIDTH, subsequent_indent=" " * NAME)
            for name, told in lines.items()
        )


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that choose a coach and bound what a model may cost."""
    parser.add_argument("--coach", choices=("embedded", "openai"), default="embedded")
    parser.add_argument(
        "--most",
        type=_positive,
        metavar="MONEY",
        help=f"of a model: end when so much is spent ({MOST_MONEY:.2f}); in tokens where no prices "
        f"are set ({MOST_TOKENS:,})",
    )
    parser.add_argument(
        "--at-once", type=how_many, default=AT_ONCE, metavar="N", help=f"of a model ({AT_ONCE})"
    )


def how_many(typed: str) -> int:
    """A number of 1 or more, for argparse."""
    if not typed.isdecimal() or int(typed) < 1:
        raise argparse.ArgumentTypeError("it must be a whole number of 1 or more")
    return int(typed)


def _positive(typed: str) -> float:
    with suppress(ValueError):
        if 0 < (number := float(typed)) < math.inf:
            return number
    raise argparse.ArgumentTypeError("it must be a number above 0")


@contextmanager
def model_coach(most: float | None, count: str) -> Iterator[tuple[Coach, Books]]:
    """The coach with the model that the settings name, announced. Raises SettingsInvalid."""
    settings = load_settings()
    books = Books(prices_set(settings), most)
    coach = openai_coach(settings, books)
    print(f"{count}, embedded coach and {settings.openai_model or DEFAULT_MODEL}\n{books.cap}")
    try:
        yield coach, books
    finally:
        coach.close()


def each(
    work: Callable[[Item], Result | None], items: Sequence[Item], books: Books, at_once: int
) -> list[tuple[Item, Result]]:
    """What the work gives for each item, so many at once; without those that were left undone."""

    def one(item: Item) -> Result | None:
        return None if books.is_spent("") else work(item)

    console = Console()
    plain = not console.is_terminal
    with ThreadPoolExecutor(at_once) as pool:
        waiting = [pool.submit(one, item) for item in items]
        # After the cap, Ctrl-C or a fault of ours nothing more is begun; what is asked is awaited.
        with suppress(KeyboardInterrupt):
            try:
                done = as_completed(waiting)
                for future in track(done, "Asking", len(waiting), console=console, disable=plain):
                    future.result()
                    if books.is_full:
                        break
            finally:
                books.close()
    results = zip(items, (future.result() for future in waiting), strict=True)
    return [(item, result) for item, result in results if result is not None]


def is_cut_short(books: Books, done: int, of: int, what: str) -> bool:
    """Whether not everything was done; says so."""
    if done < of:
        why = "the cap is reached" if books.is_full else "it was interrupted"
        print(f"\nEnded early, {why}: {done} of {of} {what} done.")
    return done < of


def total(rows: Sequence[ModelCall]) -> Used:
    """The calls added up."""
    names = ("tokens_in", "tokens_out", "tokens_cached")
    return Used(len(rows), *(sum(getattr(row, name) for row in rows) for name in names))


def beside(name: str, embedded: str, openai: str) -> None:
    """Print one line of the table that has the two coaches side by side."""
    print(f"{name:<{NAME}}{embedded:>{COLUMN}}{openai:>{COLUMN}}")


def complain(error: Exception) -> int:
    """One sentence for a setting that is missing or wrong; the exit code."""
    print(error, file=sys.stderr)
    return 2


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common()) or "none"


def _percentile(ordered: Sequence[int], share: float) -> int:
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else 0
