"""A run: so many inputs of each kind, what came of them, and the failures made small."""

import faulthandler
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.fuzz.door import Outcome, Request
from tests.fuzz.kinds import (
    FILES,
    READERS,
    SENT,
    SHARES,
    World,
    read_by,
    rng_of,
    some_text,
    understood,
    world,
)
from tests.fuzz.shrinking import smaller_request, smaller_text
from tests.fuzz.spoilt_files import odd_file

# After so many inputs everything is as it was at first.
CHUNK = 250
# Nothing that is sent or read takes so long; then all threads are shown and the run ends.
_HANGS_SECONDS = 120
# Of one kind of failure, so many are made small and written down.
_MOST_EXAMPLES = 3


@dataclass
class Tally:
    """What came of the inputs of one kind. `slowest` is in seconds."""

    inputs: int = 0
    ok: int = 0
    in_words: int = 0
    refused: int = 0
    failed: int = 0
    wrong: int = 0
    slowest: float = 0.0

    def add(self, outcome: Outcome) -> None:
        self.inputs += 1
        self.in_words += outcome.in_words and outcome.status < 400
        self.ok += outcome.status < 300 and not outcome.in_words and not outcome.wrong
        self.refused += 400 <= outcome.status < 500
        self.failed += outcome.status >= 500
        self.wrong += bool(outcome.wrong)
        self.slowest = max(self.slowest, outcome.seconds)

    def plus(self, other: "Tally") -> "Tally":
        return Tally(
            self.inputs + other.inputs,
            self.ok + other.ok,
            self.in_words + other.in_words,
            self.refused + other.refused,
            self.failed + other.failed,
            self.wrong + other.wrong,
            max(self.slowest, other.slowest),
        )


class Example(NamedTuple):
    """An input that went wrong: which it is, the input made small, and what went wrong."""

    kind: str
    seed: int
    number: int
    signature: str
    wrong: str
    input: dict[str, Any]


@dataclass
class Ran:
    """What came of a run, or of a part of one."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)

    def take(self, other: "Ran") -> None:
        for kind, tally in other.tallies.items():
            self.tallies[kind] = self.tallies.get(kind, Tally()).plus(tally)
        for example in other.examples:
            same = [e for e in self.examples if e.signature == example.signature]
            if len(same) < _MOST_EXAMPLES:
                self.examples.append(example)


class Part(NamedTuple):
    """Inputs `first` to `last` (without it) of a kind."""

    kind: str
    seed: int
    first: int
    last: int


def parts_of(inputs: int, seed: int, kinds: Sequence[str]) -> list[Part]:
    """A run of so many inputs in all, shared out over the kinds and cut into parts.

    The parts are in turn of all kinds, so that a run cut short has some of each.
    """
    whole = sum(SHARES[kind] for kind in kinds)
    made: list[Part] = []
    for kind in kinds:
        count = max(1, round(inputs * SHARES[kind] / whole))
        size = CHUNK if kind in SENT else 10 * CHUNK
        made += [
            Part(kind, seed, first, min(first + size, count)) for first in range(0, count, size)
        ]
    return sorted(made, key=lambda part: part.first)


def ran(parts: Sequence[Part], jobs: int, told: Callable[[Part, Ran], None], minutes: float) -> Ran:
    """Run the parts, several at a time, each in a process of its own that goes on to the next.

    After so many minutes no further part is begun.
    """
    whole, waiting = Ran(), [*reversed(parts)]
    until = time.monotonic() + 60 * minutes
    with ProcessPoolExecutor(jobs) as pool:
        running: dict[Future[Ran], Part] = {}
        while running or (waiting and time.monotonic() < until):
            while waiting and len(running) < jobs and time.monotonic() < until:
                part = waiting.pop()
                running[pool.submit(run_part, part)] = part
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                part, done = running.pop(ended), ended.result()
                told(part, done)
                whole.take(done)
    return whole


_afresh: list[Callable[[], World]] = []
# Kept open for as long as the process lives.
_open = ExitStack()


def fresh_world() -> World:
    """The world of this process as it was at first; made when it is asked for first."""
    if not _afresh:
        logging.getLogger().setLevel(logging.WARNING)
        # What is logged is looked at by the door, and printed nowhere.
        logging.getLogger().addHandler(logging.NullHandler())
        folder = Path(_open.enter_context(tempfile.TemporaryDirectory(prefix="sowhat-fuzz-")))
        _afresh.append(_open.enter_context(world(folder)))
    return _afresh[0]()


def run_part(part: Part) -> Ran:
    """Make and send or read the inputs of a part, one after the other."""
    tally, found = Tally(), Ran()
    found.tallies[part.kind] = tally
    seen: dict[str, int] = {}
    here = fresh_world() if part.kind in SENT else None
    for number in range(part.first, part.last):
        faulthandler.dump_traceback_later(_HANGS_SECONDS, exit=True, file=sys.__stderr__)
        made, tried = _input_of(part, number, here)
        outcome = tried(made)
        tally.add(outcome)
        if outcome.wrong:
            times = seen[outcome.signature] = seen.get(outcome.signature, 0) + 1
            if times == 1:
                found.examples.append(_example(part, number, made, outcome, tried))
    faulthandler.cancel_dump_traceback_later()
    return found


def _input_of(part: Part, number: int, here: World | None) -> tuple[Any, Callable[[Any], Outcome]]:
    """An input, and how it is tried."""
    rng = rng_of(part.kind, part.seed, number)
    if here is not None:
        return SENT[part.kind][0](rng, here), lambda request: here.door.send(request)[0]
    if part.kind in FILES:
        return odd_file(rng), lambda file: understood(*file)
    text, state = some_text(rng), rng.getstate()

    def read_again(text: str) -> Outcome:
        again = Random()
        again.setstate(state)
        return read_by(READERS[part.kind], again, text)

    return text, read_again


def _example(
    part: Part, number: int, made: Any, outcome: Outcome, tried: Callable[[Any], Outcome]
) -> Example:
    def fails_alike(smaller: Any) -> bool:
        return tried(smaller).signature == outcome.signature

    if isinstance(made, Request):
        shown = smaller_request(made, fails_alike).to_json()
    elif isinstance(made, str):
        shown = {"text": smaller_text(made, fails_alike)}
    else:
        name, content = made
        shown = {"name": name, "content": content.decode("latin-1")}
    wrong = "\n".join(outcome.wrong)[:6000]
    return Example(part.kind, part.seed, number, outcome.signature, wrong, shown)


def tried_again(example: dict[str, Any]) -> Outcome:
    """What comes of an input that was written down, in a world that is as at first."""
    given = example["input"]
    if "body" in given:
        with _open:
            here = fresh_world()
            if example["kind"] == "replies in interviews":
                # Its interview has to be there.
                SENT[example["kind"]][0](
                    rng_of(example["kind"], example["seed"], example["number"]), here
                )
            return here.door.send(Request.from_json(given))[0]
    if "content" in given:
        return understood(given["name"], given["content"].encode("latin-1"))
    rng = rng_of(example["kind"], example["seed"], example["number"])
    some_text(rng)
    return read_by(READERS[example["kind"]], rng, given["text"])


# --- as a table -----------------------------------------------------------------------------------

_HEAD = ("kind", "inputs", "done", "refused in words", "4xx", "5xx", "failures", "slowest")


def table(whole: Ran) -> Iterator[str]:
    """The lines of a table by kind."""
    rows: list[Sequence[str]] = [_HEAD]
    total = Tally()
    for kind in SHARES:
        if kind in whole.tallies:
            rows.append(_row(kind, whole.tallies[kind]))
            total = total.plus(whole.tallies[kind])
    rows.append(_row("all", total))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        first, *rest = (
            cell.ljust(widths[0]) if not n else cell.rjust(widths[n]) for n, cell in enumerate(row)
        )
        yield "  ".join((first, *rest)).rstrip()


def _row(kind: str, tally: Tally) -> Sequence[str]:
    counts = (tally.inputs, tally.ok, tally.in_words, tally.refused, tally.failed, tally.wrong)
    return (kind, *(f"{count:,}" for count in counts), f"{tally.slowest:.2f} s")


def written(example: Example, folder: Path) -> Path:
    """The file into which an example was written, to be tried again."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{example.kind.replace(' ', '-').replace(',', '')}-{example.seed}-{example.number}.json"
    file = folder / name
    file.write_text(json.dumps(example._asdict(), indent=2), "utf-8")
    return file
