"""How fast replies are read: `assess` beside the least that any reader must do, in one run.

    python -m tests.benchmarks.reading

The least is cutting the same replies into words and stemming each. Also how long `sowhat assess`
takes to its first answer, beside a Python that does nothing.
"""

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

from Stemmer import Stemmer

from bot.coaching import measures, reading, words
from bot.coaching.assessment import assess
from tests.evals.run import cases

ROUNDS = 7


def main() -> None:
    """Print replies a second and start-up, each with its ratio to the least possible."""
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

    ours, least = _median(read_all), _median(stem_all)
    letters = statistics.mean(len(case["said"]) for case in chosen)
    print(f"{len(chosen)} replies of {letters:.0f} characters, median of {ROUNDS} rounds")
    print(f"words cut and stemmed  {len(chosen) / least:>9,.0f} replies/s")
    print(f"assess                 {len(chosen) / ours:>9,.0f} replies/s   {ours / least:.1f} x")
    line = json.dumps({"id": "1", "said": "attendance from 79 to 88 by Easter"}) + "\n"
    started = _median(lambda: _run([sys.executable, "-m", "bot", "assess"], line))
    bare = _median(lambda: _run([sys.executable, "-c", "input()"], line))
    print(f"python, nothing done   {bare:>9.2f} s to the end")
    print(f"sowhat assess          {started:>9.2f} s to the end   {started / bare:.1f} x")


def _median(work: Callable[[], None]) -> float:
    """Seconds of one go, the median of several after a first that warms up."""
    work()
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _run(command: list[str], line: str) -> None:
    subprocess.run(command, input=line, text=True, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
