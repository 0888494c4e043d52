"""A few of the faults, in short; `make chaos` tries all of them at length."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chaos.disks import NotHere
from tests.chaos.scenarios import SCENARIOS
from tests.chaos.world import POSTGRESQL, SQLITE, run
from tests.support.postgres import NoPostgres, OwnPostgres, own_postgres


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgres]:
    """A PostgreSQL that may be stopped, which that of the other tests may not."""
    try:
        with own_postgres(keeps_commits=True) as own:
            yield own
    except NoPostgres as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("name", "database"),
    [
        ("killed at lines", SQLITE),
        ("disk full", SQLITE),
        ("Slack unheard", SQLITE),
        ("server crashes", POSTGRESQL),
    ],
)
def test_nothing_is_lost_doubled_or_stuck(
    name: str, database: str, request: pytest.FixtureRequest
) -> None:
    scenario = next(each for each in SCENARIOS if each.name == name).in_short()
    server = request.getfixturevalue("server") if database == POSTGRESQL else None
    seed = int(os.environ.get("CHAOS_SEED") or int.from_bytes(os.urandom(4), "big"))
    print(f"CHAOS_SEED={seed}")

    try:
        row = run(scenario, database, seed, server=server)
    except NotHere as why:
        pytest.skip(str(why))

    print(row)
    assert row.is_right
    assert row.counts.sent == row.counts.answered


def test_a_bot_that_loses_and_doubles_is_found_out() -> None:
    unheard = next(each for each in SCENARIOS if each.name == "Slack unheard").in_short()
    spoilt = replace(unheard, program=("-m", "tests.chaos.sabotaged"), settle=10)

    row = run(spoilt, SQLITE, 1, server=None)

    print(row)
    assert row.counts.lost > 0
    assert row.counts.doubled > 0
    assert row.stuck > 0
    assert not row.is_right
