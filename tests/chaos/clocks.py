"""A program's wall clock that jumps. Linux, and a C compiler."""

import functools
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from tests.chaos.disks import NotHere

_SOURCE = Path(__file__).with_name("clock.c")


@functools.cache
def _library() -> Path:
    """The library that is loaded before all others. Raises NotHere."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NotHere("there is no C compiler for a clock that jumps")
    made = Path(tempfile.mkdtemp(prefix="sowhat-clock-")) / "clock.so"
    done = subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", made, _SOURCE])
    if done.returncode:
        raise NotHere("the clock that jumps cannot be compiled here")
    return made


def clocked(folder: Path) -> dict[str, str]:
    """The environment of a program whose clock `jump` moves; it is right at first."""
    library = _library()
    jump(folder, 0)
    return {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(folder / "offset")}


def jump(folder: Path, seconds: float) -> None:
    """Have the clock be so many seconds ahead, from now on; behind where they are negative."""
    # In place, as the program has it mapped.
    with os.fdopen(os.open(folder / "offset", os.O_RDWR | os.O_CREAT), "r+b") as file:
        file.write(struct.pack("q", int(seconds)))
