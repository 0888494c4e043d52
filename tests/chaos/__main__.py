"""Try every scenario, and print what came of it.

    python -m tests.chaos [--only NAME] [--database sqlite|postgresql] [--seed N] [--quick]
                          [--json FILE] [--logs FOLDER]

docs/chaos.md tells how to read the table. The exit code is 1 where anything was lost, doubled or
stuck, and the seed that is printed repeats it.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.table import Table

from tests.benchmarks.bench import console_of_benchmarks
from tests.chaos.disks import NotHere
from tests.chaos.scenarios import SCENARIOS
from tests.chaos.world import BOTH, SQLITE, Row, run
from tests.support.kills import Stuck
from tests.support.postgres import NoPostgres, own_postgres


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument(
        "--only",
        metavar="NAME",
        action="append",
        default=[],
        help="scenarios with this in their name; may be given again",
    )
    parser.add_argument("--database", choices=BOTH)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer people, shorter faults, and nothing that takes long",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    parser.add_argument("--logs", type=Path, metavar="FOLDER", help="keep the program's logs there")
    asked = parser.parse_args(arguments)
    if asked.logs:
        asked.logs.mkdir(parents=True, exist_ok=True)
    console = console_of_benchmarks()
    console.print(f"seed {asked.seed}")
    rows: list[Row] = []
    wrong = 0
    with ExitStack() as stack:
        server = None
        if asked.database != SQLITE:
            with suppress(NoPostgres):
                server = stack.enter_context(own_postgres(keeps_commits=True))
        for scenario in SCENARIOS:
            named = [name for name in asked.only if name.lower() in scenario.name.lower()]
            if asked.only and not named:
                continue
            if asked.quick:
                if scenario.takes_long and not asked.only:
                    continue
                scenario = scenario.in_short()
            for database in scenario.databases:
                if asked.database not in (None, database):
                    continue
                console.print(f"{scenario.name}, {database}: {scenario.tries}", markup=False)
                try:
                    row = run(scenario, database, asked.seed, server=server, logs=asked.logs)
                except NotHere as why:
                    console.print(f"  not run: {why}", markup=False)
                    continue
                except (Stuck, OSError) as why:
                    console.print(f"  did not get through: {why}", markup=False)
                    wrong += 1
                    continue
                rows.append(row)
                console.print(f"  {summed(row)}", markup=False)
                if asked.json:
                    found = {"seed": asked.seed, "rows": [asdict(each) for each in rows]}
                    asked.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
                for problem in row.problems:
                    console.print(f"  {problem}", markup=False)
    console.print(table(rows, console.is_terminal))
    return int(wrong > 0 or not all(row.is_right for row in rows))


def summed(row: Row) -> str:
    """A row in a sentence, told as soon as it is there."""
    counts = row.counts
    return (
        f"{counts.sent} sent, {counts.answered} answered, {counts.lost} lost, "
        f"{counts.doubled} doubled, {row.stuck} stuck, settled in {row.settled:.1f} s; "
        + ", ".join(f"{name} {number}" for name, number in row.seen.items())
    )


def table(rows: Sequence[Row], is_terminal: bool) -> Table:
    """The rows and their sum."""
    made = Table(box=box.SIMPLE_HEAD if is_terminal else box.ASCII)
    for name in ("fault", "database"):
        made.add_column(name, no_wrap=True)
    for name in ("sent", "answered", "lost", "doubled", "stuck", "settled in s"):
        made.add_column(name, justify="right")
    for name in ("injected", ""):
        made.add_column(name)
    for row in rows:
        counts = row.counts
        seen = row.seen | ({"restarts": row.restarts} if row.restarts else {})
        figures = (counts.sent, counts.answered, counts.lost, counts.doubled, row.stuck)
        made.add_row(
            row.scenario,
            row.database,
            *map(str, figures),
            f"{row.settled:.1f}",
            ", ".join(f"{name} {number}" for name, number in seen.items()),
            "" if row.is_right else "wrong",
        )
    sums = (
        sum(row.counts.sent for row in rows),
        sum(row.counts.answered for row in rows),
        sum(row.counts.lost for row in rows),
        sum(row.counts.doubled for row in rows),
        sum(row.stuck for row in rows),
    )
    made.add_section()
    made.add_row(f"{len(rows)} runs", "", *map(str, sums))
    return made


if __name__ == "__main__":
    sys.exit(main())
