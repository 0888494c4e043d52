"""How many small changes to `bot/coaching` the unit tests notice: `python -m tests.mutation`.

Changes one thing at a time in the body of one function (mutmut's operators: another number, word,
comparison, argument, branch …) and runs the unit tests that reach that line until one fails. There
are some 18,000 such changes, so a sample is drawn by chance, of each module in proportion.

Which test reaches which line is measured first, by running the unit tests once; `--data` keeps that
in a file, or reads it from one that is there. Tables and patterns at module level are not changed:
they are data, which the evals weigh. Exits 1 when fewer than the floor of mutants are killed.
"""

import argparse
import math
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.mutation import mutants, trying
from tests.mutation.mutants import Mutant
from tests.mutation.trying import Outcome, Tried

_FLOOR = 85  # of a hundred mutants


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--sample", type=int, default=600, metavar="N", help="mutants to try")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--data", type=Path, metavar="FILE", help="which test reaches which line")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = asked.data or Path(folder) / "reach"
        if not data.is_file():
            trying.measure(data)
        done = tried(list(mutants.sample(asked.sample, asked.seed)), trying.Reach(data))
    return report(done, asked.seed)


def tried(drawn: list[Mutant], reach: trying.Reach) -> list[Tried]:
    """What came of each mutant, printed as it comes."""
    files = sorted({test.split("::")[0] for each in drawn for test in reach.tests(each)[0]})
    done: list[Tried] = []

    def work(trial: trying.Trial) -> None:
        for mutant in drawn:
            done.append(came := trial.attempt(mutant))
            print(f"{came.outcome}: {mutant.name} {came.by}", flush=True)
            if came.outcome in (Outcome.SURVIVED, Outcome.UNREACHED):
                print(mutant.diff(), flush=True)

    trying.begin(files, reach, work)
    return done


def report(done: list[Tried], seed: int) -> int:
    """Prints what came of a sample; 1 when it falls short of the floor."""
    by_module: dict[str, Counter[Outcome]] = {}
    for tried in done:
        by_module.setdefault(tried.mutant.path.name, Counter())[tried.outcome] += 1
    print(
        f"\n{'module':24}{'mutants':>8}{'killed':>8}{'timed out':>11}{'survived':>10}{'score':>8}"
    )
    for module, count in sorted(by_module.items()):
        _row(module, count)
    overall = sum(by_module.values(), Counter())
    share = _row("all", overall)
    low, high = interval(_killed(overall), len(done))
    print(
        f"\nSeed {seed}: {share:.1%} killed, 95 % interval {low:.1%} to {high:.1%}; a mutant that "
        f"keeps a test running for ever counts as killed. Floor {_FLOOR} %."
    )
    return int(share * 100 < _FLOOR)


def _row(name: str, count: Counter[Outcome]) -> float:
    total, killed = sum(count.values()), _killed(count)
    print(
        f"{name:24}{total:8}{count[Outcome.KILLED]:8}{count[Outcome.TIMED_OUT]:11}"
        f"{total - killed:10}{killed / total:8.0%}"
    )
    return killed / total


def _killed(count: Counter[Outcome]) -> int:
    return count[Outcome.KILLED] + count[Outcome.TIMED_OUT]


def interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share that was counted in a sample."""
    z, share = 1.96, part / whole
    middle = share + z * z / (2 * whole)
    spread = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return (middle - spread) / (1 + z * z / whole), (middle + spread) / (1 + z * z / whole)


if __name__ == "__main__":
    sys.exit(main())
