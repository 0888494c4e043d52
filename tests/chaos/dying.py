"""`sowhat serve` that kills itself, as `kill -9` does, before some line of ours chosen at random.

    DYING_SEED=N DYING_FOLDER=PATH DYING_POWERS="2.5 4.5" python -m tests.chaos.dying

So many lines are gone through before it, as a power of ten between those two. It notes each line in
the file `lines` of the folder, and goes on living where there is a file `enough`. Only modules that
do something count: those that compute would be most of all lines.
"""

import os
import random
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import bot.server  # noqa: F401 - loaded before it is watched, which takes its time
from bot.cli import main
from tests.support.bots import ROOT

_WHERE = ("storage/", "bot/slack/", "bot/engine", "bot/conversation.py", "bot/server.py")


class Death:
    """Waits for its line. For threading.settrace."""

    def __init__(self, folder: Path, seed: str, powers: str) -> None:
        self._lines, self._enough = folder / "lines", folder / "enough"
        before = self._lines.read_text().count("\n") if self._lines.exists() else 0
        chance = random.Random(f"{seed}:{before}")
        self._left = int(10 ** chance.uniform(*map(float, powers.split())))
        self._known: dict[str, str | None] = {}

    def called(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        """Of every function that is called: whether its lines count."""
        if self._left <= 0:
            # No death is to come: this thread need not be watched.
            sys.settrace(None)
            return None
        return self._passed if self._place(frame.f_code.co_filename) else None

    def _passed(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if event == "line":
            self._left -= 1
            if self._left == 0 and not self._enough.exists():
                place = self._place(frame.f_code.co_filename)
                with self._lines.open("a") as file:
                    file.write(f"{place}:{frame.f_lineno}\n")
                os.kill(os.getpid(), signal.SIGKILL)
        return self._passed

    def _place(self, file: str) -> str | None:
        if file not in self._known:
            own = file.removeprefix(f"{ROOT}/")
            self._known[file] = own if own != file and own.startswith(_WHERE) else None
        return self._known[file]


if __name__ == "__main__":
    death = Death(
        Path(os.environ["DYING_FOLDER"]), os.environ["DYING_SEED"], os.environ["DYING_POWERS"]
    )
    threading.settrace(death.called)
    sys.settrace(death.called)
    sys.argv = ["sowhat", "serve"]
    main()
