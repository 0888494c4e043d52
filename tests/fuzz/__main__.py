"""Broken input in numbers: python -m tests.fuzz [--inputs N] [--seed S] [--kind K] [--jobs J].

Prints a table by kind. Exit 0 when nothing went wrong, 1 otherwise; each failure is then written,
made small, into a file that `--again FILE` tries once more. The same seed makes the same inputs.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.fuzz.kinds import SHARES
from tests.fuzz.running import Part, Ran, parts_of, ran, table, tried_again, written

HARNESSES = ("atheris_readers", "atheris_files")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, help="in all (default 20,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--kind", choices=SHARES, action="append", help="only this; may be repeated"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes at work (default 2)")
    parser.add_argument(
        "--minutes", type=float, default=600, help="begin nothing new after so long"
    )
    parser.add_argument("--out", type=Path, default=Path("fuzz-failures"))
    parser.add_argument("--again", type=Path, help="try one input again that was written down")
    parser.add_argument("--atheris", type=int, default=0, help="runs of each harness of atheris")
    given = parser.parse_args(arguments)
    if given.again is not None:
        return _again(given.again)
    parts = parts_of(given.inputs, given.seed, given.kind or list(SHARES))
    whole = ran(parts, given.jobs, partial(_told, given.out), given.minutes)
    print("\n".join(table(whole)))
    code = int(any(tally.wrong or tally.failed for tally in whole.tallies.values()))
    return _atheris(given.atheris) or code if given.atheris else code


def _told(folder: Path, part: Part, done: Ran) -> None:
    print(f"{part.kind}: {part.last:,} inputs", file=sys.stderr, flush=True)
    for example in done.examples:
        file = written(example, folder)
        print(f"{example.kind}: {example.signature}\n  python -m tests.fuzz --again {file}")


def _again(file: Path) -> int:
    outcome = tried_again(json.loads(file.read_text("utf-8")))
    print("\n".join(outcome.wrong) or f"Nothing goes wrong any more (status {outcome.status}).")
    return int(bool(outcome.wrong))


def _atheris(runs: int) -> int:
    """Run the harnesses that are guided by coverage, where atheris is installed."""
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed (pip install -e '.[fuzz]'): its harnesses are left out.")
        return 0
    codes = []
    for name in HARNESSES:
        print(f"{name}: {runs:,} runs", flush=True)
        command = [sys.executable, "-m", f"tests.fuzz.{name}", f"-runs={runs}", "-timeout=60"]
        codes.append(subprocess.run(command, check=False).returncode)
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
