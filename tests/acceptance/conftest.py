"""What several acceptance tests ask for."""

from collections.abc import Iterator

import pytest

from tests.support.block_kit import assert_valid_message
from tests.support.bots import slack
from tests.support.fake_slack import FakeSlack


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    """A fake Slack in which, by the end, every message posted must be valid."""
    with slack() as server:
        yield server
        for call in server.calls_to("chat.postMessage"):
            assert_valid_message(call.args)
