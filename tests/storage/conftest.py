"""What tests of the schema ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of each kind with nothing in it."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite:///{tmp_path}/empty.db"


@pytest.fixture
def empty_database(empty_url: str) -> Iterator[Database]:
    """A database of each kind with nothing in it, open."""
    database = Database(empty_url)
    yield database
    database.close()
