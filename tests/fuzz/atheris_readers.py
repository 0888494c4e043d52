"""Texts that atheris makes, guided by which lines of the readers they reach.

By hand: python -m tests.fuzz.atheris_readers -runs=20000 (needs the extra "fuzz").
"""

import sys
from random import Random

import atheris

with atheris.instrument_imports(include=["bot.coaching", "bot.slack.incoming"]):
    from tests.fuzz.kinds import READERS, read_by


def one(data: bytes) -> None:
    """Give a text to one of the readers; RuntimeError where it stumbles over it."""
    provider = atheris.FuzzedDataProvider(data)
    reader = [*READERS.values()][provider.ConsumeIntInRange(0, len(READERS) - 1)]
    rng = Random(provider.ConsumeInt(2))
    outcome = read_by(reader, rng, provider.ConsumeUnicode(4000))
    if outcome.wrong:
        raise RuntimeError("\n".join(outcome.wrong))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
