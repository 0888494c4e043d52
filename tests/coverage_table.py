"""The share of lines and branches that the tests ran, by package: `make coverage`.

Exits 1 when fewer of the core's branches were run than the floor.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

_CORE = "bot/coaching"
_FLOOR = 98  # of a hundred branches of the core


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", told], check=True)
        files = json.loads(told.read_text("utf-8"))["files"]
    packages: dict[str, Counter[str]] = {"all": Counter()}
    for path, measured in files.items():
        for package in ("all", Path(path).parent.as_posix()):
            packages.setdefault(package, Counter()).update(
                {
                    key: measured["summary"][key]
                    for key in (
                        "num_statements", "covered_lines", "num_branches", "covered_branches",
                    )
                }
            )  # fmt: skip
    print(f"{'package':24}{'statements':>12}{'run':>8}{'branches':>12}{'run':>8}")
    for package, count in sorted(packages.items(), key=lambda each: (each[0] == "all", each[0])):
        lines = _share(count["covered_lines"], count["num_statements"])
        branches = _share(count["covered_branches"], count["num_branches"])
        print(
            f"{package:24}{count['num_statements']:12}{lines:8.1%}"
            f"{count['num_branches']:12}{branches:8.1%}"
        )
    core = packages.get(_CORE, Counter())
    reached = _share(core["covered_branches"], core["num_branches"]) * 100
    print(f"\n{_CORE}: {reached:.1f} % of branches; floor {_FLOOR} %.")
    return int(reached < _FLOOR)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


if __name__ == "__main__":
    sys.exit(main())
