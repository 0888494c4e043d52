"""Broken input at every door, a little of each kind on every run; `make fuzz` sends far more.

Hypothesis draws every choice that the makers of inputs take, always the same ones here, and makes
what fails small.
"""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz.door import Outcome
from tests.fuzz.kinds import READERS, SENT, SHARES, World, read_by, some_text, understood, world
from tests.fuzz.running import Part, parts_of, run_part
from tests.fuzz.spoilt_files import odd_file

_SOURCES = st.randoms(use_true_random=False)
_ALL_PHASES = (Phase.explicit, Phase.generate, Phase.shrink)


def _quick(examples: int) -> settings:
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=_ALL_PHASES,
        suppress_health_check=list(HealthCheck),
    )


def _nothing_wrong(outcome: Outcome) -> None:
    assert not outcome.wrong, "\n".join(outcome.wrong)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("fuzz")) as afresh:
        yield afresh()


@pytest.mark.parametrize("kind", SENT)
def test_no_request_of_slack_ends_in_an_error(here: World, kind: str) -> None:
    make = SENT[kind][0]

    @_quick(60)
    @given(_SOURCES)
    def sends(rng: Random) -> None:
        _nothing_wrong(here.door.send(make(rng, here))[0])

    sends()


@pytest.mark.parametrize("reader", READERS)
def test_no_text_makes_a_reader_stumble(reader: str) -> None:
    @_quick(150)
    @given(_SOURCES)
    def reads(rng: Random) -> None:
        _nothing_wrong(read_by(READERS[reader], rng, some_text(rng)))

    reads()


@_quick(60)
@given(_SOURCES)
def test_every_file_is_understood_or_refused_in_words(rng: Random) -> None:
    _nothing_wrong(understood(*odd_file(rng)))


def test_a_run_shares_its_inputs_out_over_all_kinds() -> None:
    parts = parts_of(100_000, 1, list(SHARES))

    assert sum(part.last - part.first for part in parts) == pytest.approx(100_000, abs=20)
    assert {part.kind for part in parts} == SHARES.keys()


def test_a_failure_is_found_counted_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbles(rng: Random, text: str) -> None:
        if "%" in text:
            raise ZeroDivisionError("of the test")

    monkeypatch.setitem(READERS, "questions", stumbles)

    found = run_part(Part("questions", 1, 0, 200))

    assert found.tallies["questions"].wrong > 20
    assert found.examples[0].input == {"text": "%"}
    assert "ZeroDivisionError" in found.examples[0].wrong
