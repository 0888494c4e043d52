"""Whoever can write the engine's database can have no code of theirs run by it."""

import base64
import pickle
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa

from bot.engine import Engine, engine_url
from tests.engine.conftest import EngineMaker
from tests.support.waiting import eventually

# What a workflow is given, and how that is to be read.
_POISON = (
    "UPDATE workflow_input SET inputs = :pickled",
    "UPDATE workflow_status SET serialization = 'py_pickle'",
)


class Poison:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def test_what_is_pickled_in_the_database_is_not_read(
    new_engine: EngineMaker, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begun: SimpleQueue[str] = SimpleQueue()
    go_on = Event()

    def ready(engine: Engine) -> Engine:
        @engine.workflow("wait")
        def wait(name: str) -> None:
            engine.step("wait", lambda: begun.put(name) or go_on.wait(30), attempts=1)

        engine.launch()
        return engine

    first = ready(new_engine())
    first.start_once("left", "wait", "left")
    begun.get(timeout=20)
    first.close(drain_seconds=0)
    file = tmp_path / "ran"
    pickled = base64.b64encode(pickle.dumps(Poison(file))).decode()
    database = sa.create_engine(engine_url(database_url))
    with database.begin() as connection:
        if database.dialect.name == "postgresql":
            connection.execute(sa.text("SET search_path TO dbos"))
        given = {"pickled": pickled}
        poisoned = [connection.execute(sa.text(each), given).rowcount for each in _POISON]
    database.dispose()

    # It goes on with everything else.
    second = ready(new_engine())
    eventually(lambda: file.exists() or bool(caplog.records))
    second.start_once("next", "wait", "next")
    while begun.get(timeout=20) != "next":
        pass
    go_on.set()
    second.close()

    assert poisoned == [1, 1]
    assert not file.exists()
