"""A file is fetched from Slack and from nowhere else, whatever address stands in the message."""

import pytest
from slack_sdk import WebClient

from bot.importing.understood import FileRefused
from bot.slack.files import fetched
from bot.slack.workspaces import web_client
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import BOT_TOKEN

# As it is without settings of one's own.
SLACK = "https://slack.com/api/"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/files/F1",
        "https://slack.com.evil.example/F1",
        "https://evilslack.com/F1",
        "https://files.slack.com@evil.example/F1",
        "https://evil.example#@files.slack.com/F1",
        "https://evil.example/?files.slack.com",
        "https://evil.example%2f.slack.com.evil.example/F1",
        "http://files.slack.com/F1",
        "//files.slack.com/F1",
        "file:///etc/passwd",
        "ftp://files.slack.com/F1",
        "data:text/plain,secret",
        "https://127.0.0.1/F1",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:3000/metrics",
        "https://slack.com:port/F1",
        "https://[slack.com/F1",
        "https://slack.com\u2024evil.example/F1",
        "",
    ],
)
def test_no_other_address_is_asked(url: str) -> None:
    with pytest.raises(FileRefused) as said:
        fetched(web_client(SLACK, "xoxb-token"), url)

    assert str(said.value).startswith("That file is not in Slack.")


@pytest.mark.parametrize("where", ["the same server", "another"])
def test_no_redirect_is_followed(where: str) -> None:
    with FakeSlack() as slack, FakeSlack() as elsewhere:
        slack.add_workspace()
        file = slack.add_file("SAR.csv", b"a,b", bot_token="xoxb-of-others")
        if where == "another":
            # Slack's own server shows strangers the way to its page to log in.
            slack.base_url = elsewhere.base_url
        client: WebClient = web_client(slack.api_url, BOT_TOKEN)

        with pytest.raises(FileRefused) as said:
            fetched(client, file["url_private"])

        assert "Slack does not let me read files" in str(said.value)
        assert len(slack.calls) == 1 and elsewhere.calls == []
