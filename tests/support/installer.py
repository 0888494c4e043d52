"""Somebody who adds the bot to their workspace in a browser."""

import html
import re
from http.client import HTTPConnection, HTTPResponse
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit


class Page(NamedTuple):
    """What the browser was given; header names are in lower case."""

    status: int
    headers: dict[str, str]
    text: str


class Installer:
    """A browser with its cookies, at the app's own address."""

    def __init__(self, base_url: str) -> None:
        self._address = urlsplit(base_url)
        self._cookie = ""

    def gets(self, path: str) -> Page:
        """Open a page."""
        connection = HTTPConnection(
            self._address.hostname or "127.0.0.1", self._address.port, timeout=10
        )
        connection.request("GET", path, headers={"Cookie": self._cookie} if self._cookie else {})
        response: HTTPResponse = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        text = response.read().decode()
        connection.close()
        if "set-cookie" in headers:
            self._cookie = headers["set-cookie"].partition(";")[0]
        return Page(response.status, headers, text)

    def begins(self) -> dict[str, list[str]]:
        """Open the page to install it; what its link asks Slack for."""
        link = re.search(
            r'href="(https://slack\.com/oauth/[^"]+)"', self.gets("/slack/install").text
        )
        assert link is not None
        return parse_qs(urlsplit(html.unescape(link.group(1))).query)

    def comes_back(self, **query: str) -> Page:
        """Be sent back by Slack."""
        return self.gets(f"/slack/oauth_redirect?{urlencode(query)}")

    def installs(self, code: str) -> Page:
        """Go all the way; Slack gives the code for it."""
        asked = self.begins()
        return self.comes_back(code=code, state=asked["state"][0])
