"""How long a person waits for the next question when the model's server behaves badly.

    python -m tests.benchmarks.bad_models [--first-words SECONDS] [--total SECONDS]

For every mode of the fake model server: one reply typed in Slack that the model is asked about,
the seconds until the bot's next message, and what the ledger says. Ends with 1 where a message came
later than a second after the time allowed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bot.coaches import coach_of
from bot.settings import Settings
from storage.database import Database
from storage.migrate import migrate
from tests.acceptance.test_openai_coach import ACTION, calls, good, talking
from tests.benchmarks.bench import Row, measured, parser_of, table
from tests.support.bots import NOW, slack
from tests.support.fake_model import MODES, FakeModel

LATE_SECONDS = 1.0


def wait_for_question(mode: str, folder: Path, seconds: tuple[float, float]) -> tuple[float, str]:
    """Seconds from a reply to the next question, and the outcomes in the ledger."""
    first_words, total = seconds
    with slack() as fake, FakeModel(good) as model:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            openai_base_url=model.base_url,
            openai_model="fake-model",
            openai_first_words_seconds=first_words,
            openai_total_seconds=total,
        )
        url = f"sqlite:///{folder / mode}.db"
        database = Database(url)
        migrate(database)
        database.close()
        with talking(fake, url, lambda db: coach_of(settings, db, lambda: NOW)) as (talk, bot):
            model.behave(mode)
            before, began = len(talk.messages), time.monotonic()
            talk.send(talk.message(ACTION))
            fake.wait_for_messages(talk.channel, before + 1, talk.root, timeout=2 * total)
            waited = time.monotonic() - began
            rows = calls(bot.database)
    tried: dict[str, int] = {}
    for row in rows:
        tried[row.outcome] = tried.get(row.outcome, 0) + 1
    return waited, ", ".join(f"{outcome} × {times}" for outcome, times in tried.items())


def run(options: argparse.Namespace, console: Console) -> Row:
    """Ask once in every mode, and return it as plain data."""
    seconds = (options.first_words, options.total)
    modes = []
    with tempfile.TemporaryDirectory(prefix="sowhat-benchmark-") as folder:
        for mode in track(MODES, "Asking", console=console, disable=not console.is_terminal):
            waited, ledger = wait_for_question(mode, Path(folder), seconds)
            late = waited > options.total + LATE_SECONDS
            modes.append({"server": mode, "seconds": waited, "ledger": ledger, "late": late})
    return {"first_words": options.first_words, "total": options.total, "modes": modes}


def show(result: Row, console: Console) -> None:
    """Print a line for each mode."""
    title = f"Allowed: {result['first_words']:g} s to first words, {result['total']:g} s in all"
    figures = table(console, title, "server", "ledger", "", "seconds", words=3)
    for row in result["modes"]:
        late = "late" if row["late"] else ""
        figures.add_row(row["server"], row["ledger"], late, f"{row['seconds']:.2f}")
    console.print(figures)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit code, 1 where a message came late."""
    parser = parser_of("bad_models")
    parser.add_argument("--first-words", type=float, default=2.0, help="seconds (2)")
    parser.add_argument("--total", type=float, default=4.0, help="seconds, in all (4)")
    result = measured(parser.parse_args(arguments), run, show)
    return int(any(row["late"] for row in result["modes"]))


if __name__ == "__main__":
    sys.exit(main())
