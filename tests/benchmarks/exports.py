"""How long a plan takes to write in each format, beside the least: the same plan as JSON.

    python -m tests.benchmarks.exports [--actions 300]

README.md tells how to read the figures.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice

import pypdfium2
from rich.console import Console

from bot.exporting.formats import FORMATS, exported
from bot.plan_document import PlanDocument
from tests.benchmarks.bench import Row, measured, parser_of, table
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


def run(options: argparse.Namespace, _console: Console) -> Row:
    """Write a short plan and a long one in each format; what it took, as plain data."""
    made = []
    for number in (25, options.actions):
        plan = grown(number)
        plain = plan.model_dump(mode="json")
        begun = time.perf_counter()
        for _ in range(ROUNDS):
            json.dumps(plain, indent=2)
        least = (time.perf_counter() - begun) / ROUNDS
        for ending in FORMATS:
            took, content = seconds(plan, ending)
            pages = len(pypdfium2.PdfDocument(content)) if ending == ".pdf" else None
            made.append(
                {
                    "format": ending,
                    "actions": number,
                    "seconds": took,
                    "least_ratio": took / least,
                    "kb": len(content) / 1024,
                    "pages": pages,
                }
            )
    return {"made": made}


def show(result: Row, console: Console) -> None:
    """Print seconds, their ratio to the least, size, and pages where there are."""
    columns = ("actions", "seconds", "× json.dumps", "kB", "pages")
    figures = table(console, f"Medians of {ROUNDS} rounds", "format", *columns)
    for row in result["made"]:
        figures.add_row(
            row["format"],
            str(row["actions"]),
            f"{row['seconds']:.3f}",
            f"{row['least_ratio']:.1f}",
            f"{row['kb']:,.0f}",
            str(row["pages"] or ""),
        )
    console.print(figures)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit code, 0 however fast or slow it was."""
    parser = parser_of("exports")
    parser.add_argument("--actions", type=int, default=300, help="in the longer plan (300)")
    measured(parser.parse_args(arguments), run, show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
