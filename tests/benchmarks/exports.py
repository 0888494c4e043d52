"""How long a plan takes to write in each format, beside the least: the same plan as JSON.

    python -m tests.benchmarks.exports [--actions 300]

README.md tells how to read the figures.
"""

import argparse
import json
import statistics
import time
from itertools import cycle, islice

import pypdfium2

from bot.exporting.formats import FORMATS, exported
from bot.plan_document import PlanDocument
from tests.support.sample_plan import sample_plan

ROUNDS = 5


def grown(actions: int) -> PlanDocument:
    """The sample plan with so many full actions, each with a reference of its own."""
    plan = sample_plan()
    several = tuple(
        action.model_copy(update={"id": number, "reference": f"A-{number}"})
        for number, action in enumerate(islice(cycle(plan.actions), actions), start=1)
    )
    return plan.model_copy(update={"actions": several})


def seconds(plan: PlanDocument, ending: str) -> tuple[float, bytes]:
    """Of one go, the median of several after a first that warms up; and what it made."""
    made = exported(plan, ending)
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        exported(plan, ending)
        times.append(time.perf_counter() - begun)
    return statistics.median(times), made


def main() -> None:
    """Print seconds, their ratio to the least, size, and pages where there are."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--actions", type=int, default=300)
    actions = parser.parse_args().actions
    for number in (25, actions):
        plan = grown(number)
        plain = plan.model_dump(mode="json")
        begun = time.perf_counter()
        for _ in range(ROUNDS):
            json.dumps(plain, indent=2)
        least = (time.perf_counter() - begun) / ROUNDS
        print(f"{number} actions, median of {ROUNDS} rounds; json.dumps takes {least:.3f} s")
        for ending in FORMATS:
            took, made = seconds(plan, ending)
            pages = f"{len(pypdfium2.PdfDocument(made)):>4} pages" if ending == ".pdf" else ""
            size = f"{len(made) / 1024:>7,.0f} kB"
            print(f"  {ending:<6} {took:>7.3f} s {took / least:>7.1f} x {size}{pages}")


if __name__ == "__main__":
    main()
