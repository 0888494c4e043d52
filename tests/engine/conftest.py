"""Engines on a fresh database, and a look at what they recorded there."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.engine import Engine, engine_url

EngineMaker = Callable[[], Engine]
Recorded = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def new_engine(database_url: str) -> Iterator[EngineMaker]:
    """Makes engines of one node on the test's database, and closes them after the test."""
    made: list[Engine] = []

    def make() -> Engine:
        made.append(Engine(engine_url(database_url), executor_id="node-1"))
        return made[-1]

    yield make
    for engine in made:
        engine.close(drain_seconds=0)


@pytest.fixture
def recorded(database_url: str) -> Recorded:
    """Rows of a query on the engine's own tables, to be asked for when no engine runs."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        database = sa.create_engine(engine_url(database_url))
        with database.connect() as connection:
            if database.dialect.name == "postgresql":
                connection.execute(sa.text("SET search_path TO dbos"))
            found = [tuple(row) for row in connection.execute(sa.text(query))]
        database.dispose()
        return found

    return rows
