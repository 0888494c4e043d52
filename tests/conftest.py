"""Fixtures that any test may ask for."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.tenancy import Watch

pytest_plugins = ["tests.support.postgres"]

# How fast a machine is decides no test: not how long an example takes, nor how long it is to make.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(autouse=True, scope="module")
def _what_is_set_aside_is_cleared_away() -> Iterator[None]:
    """Each bot that starts sets aside what is there by then, open sockets of others among it."""
    yield
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()


@pytest.fixture(autouse=True)
def _only_the_tests_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them, nor a proxy the fake Slack."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "OPENAI_")) or name.lower() in _OTHERS:
            monkeypatch.delenv(name)


_OTHERS = {
    "database_url", "executor_id", "port", "log_level", "token_encryption_key",
    "http_proxy", "https_proxy", "all_proxy",
}  # fmt: skip


@pytest.fixture(scope="session")
def _watch() -> Iterator[Watch]:
    watch = Watch()
    watch.start()
    yield watch
    watch.stop()


@pytest.fixture(autouse=True)
def _every_statement_names_its_workspace(_watch: Watch) -> Iterator[None]:
    """Whatever a test does, what the program asks of the database is asked for one workspace."""
    yield
    offences, _watch.offences = _watch.offences, []
    assert not offences, "\n\n".join(map(str, offences))
