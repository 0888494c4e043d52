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

from rich import box
from rich.progress import track
from rich.table import Table

from bot.coaches import coach_of
from bot.settings import Settings
from storage.database import Database
from storage.migrate import migrate
from tests.acceptance.test_openai_coach import ACTION, calls, good, talking
from tests.benchmarks.turns import console_of_benchmarks
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each mode."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bad_models")
    parser.add_argument("--first-words", type=float, default=2.0, help="seconds (2)")
    parser.add_argument("--total", type=float, default=4.0, help="seconds, in all (4)")
    options = parser.parse_args(arguments)
    console = console_of_benchmarks()
    plain = not console.is_terminal
    table = Table(
        title=f"Allowed: {options.first_words:g} s to first words, {options.total:g} s in all",
        box=box.ASCII if plain else box.SIMPLE_HEAD,
    )
    for name in ("server", "seconds", "ledger", ""):
        table.add_column(name, justify="right" if name == "seconds" else "left")
    late = 0
    with tempfile.TemporaryDirectory(prefix="sowhat-benchmark-") as folder:
        for mode in track(MODES, "Asking", console=console, disable=plain):
            seconds = (options.first_words, options.total)
            waited, ledger = wait_for_question(mode, Path(folder), seconds)
            is_late = waited > options.total + LATE_SECONDS
            late += is_late
            table.add_row(mode, f"{waited:.2f}", ledger, "late" if is_late else "")
    console.print(table)
    return int(late > 0)


if __name__ == "__main__":
    sys.exit(main())
