"""Files that people give the bot, fetched from Slack and from nowhere else."""

import logging
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient

from bot.importing.opening import MOST_BYTES
from bot.importing.understood import FileRefused

_SECONDS = 20
_NOT_ALLOWED = (
    "Slack does not let me read files here yet. Ask whoever installed me to install me anew, which "
    "gives me the right to."
)
_AWAY = "Slack does not hand me the file just now. Give it to me again in a minute."
_log = logging.getLogger(__name__)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Slack redirects whoever may not read a file; our token goes to no other address."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def fetched(client: WebClient, url: str) -> bytes:
    """The content of a file, and of one that is too big a little more than is taken.

    Raises FileRefused where Slack does not give it.
    """
    if not _is_slacks(url, client.base_url):
        raise FileRefused("That file is not in Slack. Download it, and drop it here.")
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {client.token}"})
    try:
        with _OPENER.open(request, timeout=_SECONDS) as answer:
            if answer.headers.get_content_type() == "text/html":
                # The page on which to log in.
                raise FileRefused(_NOT_ALLOWED)
            return bytes(answer.read(MOST_BYTES + 1))
    except urllib.error.HTTPError as error:
        _log.warning("A file was not handed over: %s", error.code)
        raise FileRefused(_NOT_ALLOWED if error.code in (302, 401, 403) else _AWAY) from None
    except (HTTPException, OSError, ValueError) as error:
        _log.warning("A file was not handed over: %s", type(error).__name__)
        raise FileRefused(_AWAY) from None


def _is_slacks(url: str, api_url: str) -> bool:
    """Whether an address is one of Slack's own, or of what stands in for Slack."""
    try:
        there, api = urlsplit(url), urlsplit(api_url)
        host, port = there.hostname or "", there.port
    except ValueError:
        return False
    if (there.scheme, host, port) == (api.scheme, api.hostname, api.port):
        return True
    is_slack = host == "slack.com" or host.endswith((".slack.com", ".slack-files.com"))
    return there.scheme == "https" and is_slack
