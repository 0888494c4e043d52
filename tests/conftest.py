"""Fixtures that any test may ask for."""

import os

import pytest

pytest_plugins = ["tests.support.postgres"]


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
