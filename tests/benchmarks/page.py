"""Writes the figures of docs/performance.md anew: `python -m tests.benchmarks.page [--only NAME]`.

The page says itself what is run: each command stands in a comment, and what it prints goes between
that comment and the next `<!-- end -->`. Half an hour; leave the machine alone meanwhile.
"""

import argparse
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
# The command, and what stands there until now.
FIGURES = re.compile(r"<!-- python (?P<command>-m [^>]+) -->\n.*?(?=<!-- end -->)", re.DOTALL)


def main() -> int:
    """Run them all, or some; the exit code, 1 where one of them ended otherwise than with 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.page")
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="these; may be given again"
    )
    only = parser.parse_args().only
    codes: list[int] = []

    def filled(found: "re.Match[str]") -> str:
        command = shlex.split(found["command"])
        if only and command[1].rpartition(".")[2] not in only:
            return found[0]
        print(f"python {found['command']}", flush=True)
        ran = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, text=True)
        codes.append(ran.returncode)
        day = datetime.now(UTC).strftime("%-d %B %Y")
        return f"<!-- python {found['command']} -->\n\n{tidy(ran.stdout)} {day}.\n\n"

    page = FIGURES.sub(filled, PAGE.read_text("utf-8"))
    PAGE.write_text(page, encoding="utf-8")
    return int(any(codes))


def tidy(printed: str) -> str:
    """What a benchmark printed, without blanks that end lines or empty lines in a row."""
    lines = "\n".join(line.rstrip() for line in printed.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


if __name__ == "__main__":
    sys.exit(main())
