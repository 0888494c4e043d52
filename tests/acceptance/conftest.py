"""What several acceptance tests ask for."""

from collections.abc import Iterator

import pytest

from tests.support.block_kit import assert_valid_message
from tests.support.bots import InProcess, in_process, slack
from tests.support.college import College, found
from tests.support.fake_slack import FakeSlack


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    """A fake Slack in which, by the end, every message posted must be valid."""
    with slack() as server:
        yield server
        for call in server.calls_to("chat.postMessage"):
            assert_valid_message(call.args)


@pytest.fixture
def bot(fake: FakeSlack, database_url: str) -> Iterator[InProcess]:
    """The bot in this process, on an empty database."""
    with in_process(fake, database_url) as running:
        yield running


@pytest.fixture
def college(fake: FakeSlack, bot: InProcess) -> College:
    """A college with its people, themes and actions, known to the bot and to Slack."""
    return found(fake, bot.database)
