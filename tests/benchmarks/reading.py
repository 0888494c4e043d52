"""How fast replies are read: `assess` beside the least that any reader must do, in one run.

    python -m tests.benchmarks.reading

The least is cutting the same replies into words and stemming each. Also how long `sowhat assess`
takes to its first answer, beside a Python that does nothing.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date

from rich.console import Console
from Stemmer import Stemmer

from bot.coaching import measures, reading, words
from bot.coaching.assessment import assess
from tests.benchmarks.bench import Row, measured, parser_of, table
from tests.evals.run import cases

ROUNDS = 7


def run(_options: argparse.Namespace, _console: Console) -> Row:
    """Read every reply, and start the command; what it took, as plain data."""
    chosen = cases(held=False)
    stem = Stemmer("english").stemWord

    def read_all() -> None:
        # Each round reads every reply anew, as a stream of new replies would.
        reading.read.cache_clear()
        measures.find_measures.cache_clear()
        words.content_stems.cache_clear()
        for case in chosen:
            today = date.fromisoformat(case["today"])
            assess(said=case["said"], action=case["action"], sar_item="", today=today)

    def stem_all() -> None:
        for case in chosen:
            for word in re.findall(r"[^\W\d_]+", case["said"].lower()):
                stem(word)

    line = json.dumps({"id": "1", "said": "attendance from 79 to 88 by Easter"}) + "\n"
    return {
        "replies": len(chosen),
        "letters": statistics.mean(len(case["said"]) for case in chosen),
        "assess": _median(read_all),
        "least": _median(stem_all),
        "started": _median(lambda: _start([sys.executable, "-m", "bot", "assess"], line)),
        "bare": _median(lambda: _start([sys.executable, "-c", "input()"], line)),
    }


def show(result: Row, console: Console) -> None:
    """Print replies a second and start-up, each with its ratio to the least possible."""
    replies, ours, least = result["replies"], result["assess"], result["least"]
    title = f"{replies} replies of {result['letters']:.0f} characters, median of {ROUNDS} rounds"
    figures = table(console, title, "", "", "× the least")
    figures.add_row("words cut and stemmed", f"{replies / least:,.0f} replies/s", "1.0")
    figures.add_row("assess", f"{replies / ours:,.0f} replies/s", f"{ours / least:.1f}")
    started, bare = result["started"], result["bare"]
    figures.add_row("python, nothing done", f"{bare:.2f} s to the end", "1.0")
    figures.add_row("`sowhat assess`", f"{started:.2f} s to the end", f"{started / bare:.1f}")
    console.print(figures)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit code, 0 however fast or slow it was."""
    measured(parser_of("reading").parse_args(arguments), run, show)
    return 0


def _median(work: Callable[[], None]) -> float:
    """Seconds of one go, the median of several after a first that warms up."""
    work()
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _start(command: list[str], line: str) -> None:
    subprocess.run(command, input=line, text=True, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
