"""What survives when the process does not."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest

from bot.engine import Engine, EngineBusy, engine_url
from tests.engine.conftest import EngineMaker, Recorded
from tests.engine.two_steps import register

ROOT = Path(__file__).parents[2]


@contextmanager
def program_in_second_step(database_url: str, diary: Path) -> Iterator[None]:
    """Runs tests.engine.two_steps up to its second step, and kills it at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.engine.two_steps", engine_url(database_url), str(diary)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            assert program.stdout and program.stdout.readline() == "in the second step\n"
            yield
        finally:
            program.kill()


def test_a_killed_workflow_goes_on_with_the_step_it_was_in(
    new_engine: EngineMaker, database_url: str, recorded: Recorded, tmp_path: Path
) -> None:
    diary = tmp_path / "diary"
    with program_in_second_step(database_url, diary):
        assert diary.read_text("utf-8") == "first of the errand\n"

    resumed: SimpleQueue[str] = SimpleQueue()
    engine = new_engine()
    register(engine, diary, lambda: resumed.put("second"))
    engine.launch()

    assert resumed.get(timeout=20) == "second"
    engine.close()
    assert diary.read_text("utf-8") == "first of the errand\nsecond of the errand\n"
    assert recorded("SELECT status FROM workflow_status") == [("SUCCESS",)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_second_process_on_one_sqlite_file_is_refused(database_url: str, tmp_path: Path) -> None:
    url = engine_url(database_url)
    second_engine = Engine(url, executor_id="node-2")

    with (
        program_in_second_step(database_url, tmp_path / "diary"),
        pytest.raises(EngineBusy, match=r"^Another process already uses .*app-engine\.db\.$"),
    ):
        second_engine.launch()

    second_engine.launch()  # the lock fell with its holder
    second_engine.close()
