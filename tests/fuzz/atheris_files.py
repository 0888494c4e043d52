"""Files that atheris makes, guided by which lines of the readers of files they reach.

By hand: python -m tests.fuzz.atheris_files -runs=20000 (needs the extra "fuzz"). It begins from a
whole file of every sort.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["bot.importing"]):
    from tests.fuzz.kinds import understood

from tests.fuzz.spoilt_files import whole_files


def one(data: bytes) -> None:
    """Have a file understood; RuntimeError where that ends in anything but words."""
    outcome = understood("plan.csv", data)
    if outcome.wrong:
        raise RuntimeError("\n".join(outcome.wrong))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="sowhat-fuzz-") as folder:
        for number, content in enumerate(whole_files()):
            (Path(folder) / f"{number}").write_bytes(content)
        atheris.Setup([*sys.argv, folder], one)
        atheris.Fuzz()
