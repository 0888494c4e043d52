"""The HTTP door, as anybody on the internet may knock at it."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from slack_sdk.signature import SignatureVerifier

from bot.server import MOST_BYTES, MOST_HEADER_BYTES
from storage import conversations
from tests.acceptance.test_installing import OAUTH, A, join
from tests.support import slack_payloads as payloads
from tests.support.bots import SECRET, InProcess, in_process
from tests.support.fake_slack import FakeSlack
from tests.support.installer import Installer
from tests.support.slack_payloads import TEAM, USER, dm_channel

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Json = dict[str, Any]
FIVE_MINUTES = int(timedelta(minutes=5).total_seconds())
# What a browser must be told on a page of ours.
ON_PAGES = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


def raw(bot: InProcess, *pieces: bytes) -> bytes:
    """What is answered, to its end, to these bytes on one connection."""
    where = urlsplit(bot.base_url)
    with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    return answer


def asks(bot: InProcess, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    where = urlsplit(bot.base_url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=20)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, {n.lower(): v for n, v in response.getheaders()}, text


def is_kept(bot: InProcess, event: Json) -> bool:
    with bot.database.reading() as session:
        return conversations.event(session, TEAM, event["event_id"]) is not None


# --- signatures -----------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [-FIVE_MINUTES - 60, FIVE_MINUTES + 60, -(10**9)])
def test_a_request_signed_too_long_ago_or_ahead_is_refused(bot: InProcess, seconds: int) -> None:
    event = payloads.direct_message("hello")

    answer = bot.http.event(event, timestamp=int(time.time()) + seconds)

    assert (answer.status, is_kept(bot, event)) == (401, False)


@pytest.mark.parametrize("seconds", [-FIVE_MINUTES + 60, FIVE_MINUTES - 60])
def test_a_request_signed_within_five_minutes_is_taken(bot: InProcess, seconds: int) -> None:
    event = payloads.direct_message("hello")

    answer = bot.http.event(event, timestamp=int(time.time()) + seconds)

    assert (answer.status, is_kept(bot, event)) == (200, True)


def signed(body: str, stamp: str) -> dict[str, str]:
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature or ""}


@pytest.mark.parametrize(
    "wrong", ["missing", "no stamp", "words", "another body", "empty", "v1", "accents", "long"]
)
def test_what_slack_has_not_signed_is_refused(bot: InProcess, wrong: str) -> None:
    event = payloads.direct_message("hello")
    body, stamp = json.dumps(event), str(int(time.time()))
    headers = signed(body, stamp)
    good = headers["X-Slack-Signature"]
    if wrong == "missing":
        headers = {}
    elif wrong == "no stamp":
        del headers["X-Slack-Request-Timestamp"]
    elif wrong == "words":
        headers["X-Slack-Request-Timestamp"] = "yesterday"
    elif wrong == "long":
        headers["X-Slack-Request-Timestamp"] = "1" * 10_000
    elif wrong == "accents":
        headers["X-Slack-Signature"] = "v0=é"
    elif wrong == "another body":
        headers = signed(body + " ", stamp)
    else:
        headers["X-Slack-Signature"] = {"empty": "", "v1": good.replace("v0", "v1")}[wrong]

    status, _, text = asks(
        bot, "POST", "/slack/events", body.encode(),
        **{"Content-Type": "application/json", **headers},
    )  # fmt: skip

    assert (status, is_kept(bot, event)) == (401, False)
    assert "Traceback" not in text and SECRET not in text


def test_a_body_that_is_no_text_is_refused(bot: InProcess) -> None:
    body, stamp = b"\xff\xfe", str(int(time.time()))

    status, _, _ = asks(bot, "POST", "/slack/events", body, **signed("", stamp))

    assert status == 400


def test_a_request_played_again_within_the_window_does_nothing_more(
    fake: FakeSlack, bot: InProcess
) -> None:
    event, stamp = payloads.direct_message("hello"), int(time.time())

    answers = [bot.http.event(event, timestamp=stamp).status for _ in range(3)]
    fake.wait_for_messages(dm_channel(USER), 1)
    # One more event through to its answer: by then a second answer to the first would be there.
    other = payloads.direct_message("hello")
    bot.http.event(other)
    fake.wait_for_messages(dm_channel(USER), 2)

    assert answers == [200, 200, 200]
    assert len(fake.messages(dm_channel(USER), event["event"]["ts"])) == 1


# --- sizes, methods, paths ------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/slack/events", "/slack/install", "/metrics", "/nothing"])
def test_a_body_of_50_megabytes_is_refused_before_a_byte_of_it_is_read(
    bot: InProcess, path: str
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n"

    # Only the head is sent: whoever waited for the body would wait for ever.
    assert raw(bot, head.encode()).startswith(b"HTTP/1.1 413 ")


def test_a_body_in_pieces_is_read_up_to_the_limit_and_no_further(bot: InProcess) -> None:
    size = MOST_BYTES // 10
    piece = f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"
    head = b"POST /slack/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    # It has no end: the answer comes without one.
    assert raw(bot, head, *[piece] * 10).startswith(b"HTTP/1.1 413 ")


def test_heads_that_are_too_large_are_refused(bot: InProcess) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-More: " + b"x" * MOST_HEADER_BYTES

    assert b" 431 " in raw(bot, head)[:14]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_slacks_address_answers_only_what_slack_sends(bot: InProcess, method: str) -> None:
    status, headers, text = asks(bot, method, "/slack/events")

    assert status in (401, 404, 405)
    assert "server" not in headers and "Traceback" not in text


@pytest.mark.parametrize(
    "path",
    ["/", "/slack", "/slack/events/", "/slack/../metrics", "/.env", "/slack/install",
     "/slack/oauth_redirect", "/healthz/..%2f..%2fetc/passwd", "/%00"],
)  # fmt: skip
def test_other_addresses_have_nothing(bot: InProcess, path: str) -> None:
    status, headers, text = asks(bot, "GET", path)

    assert (status, text) == (404, "nothing here")
    assert "server" not in headers and headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "head",
    [b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
     b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
     b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"],
)  # fmt: skip
def test_nonsense_is_answered_without_saying_who_answers(bot: InProcess, head: bytes) -> None:
    answer = raw(bot, head)

    assert answer.startswith(b"HTTP/1.") and b" 50" not in answer[:12] or b" 501 " in answer[:14]
    for told in (b"aitress", b"Server:", b"Traceback", b"Python"):
        assert told not in answer


# --- the pages on which it is installed -----------------------------------------------------


@contextmanager
def installable(url: str) -> Iterator[tuple[FakeSlack, InProcess]]:
    with FakeSlack() as fake:
        fake.add_user("U0ANNE", "Anne Hill", team_id=A)
        join(fake, A)
        with in_process(fake, url, **OAUTH) as bot:
            yield fake, bot


def test_pages_tell_the_browser_to_keep_them_to_themselves(database_url: str) -> None:
    with installable(database_url) as (_, bot):
        browser = Installer(bot.base_url)
        first = browser.gets("/slack/install")
        failed = browser.comes_back(code="x", state="x")
        done = browser.installs(f"code-{A}")

    assert (first.status, failed.status, done.status) == (200, 400, 200)
    for answer in (first, failed, done):
        assert answer.headers.items() >= ON_PAGES.items()
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "server" not in answer.headers
        assert "<script" not in answer.text


def test_the_cookie_of_the_browser_is_kept_from_scripts_and_plain_http(database_url: str) -> None:
    with installable(database_url) as (_, bot):
        given = Installer(bot.base_url).gets("/slack/install").headers["set-cookie"]

    assert {"Secure", "HttpOnly"} <= {part.strip() for part in given.split(";")}


def test_an_installation_begun_elsewhere_is_not_finished_in_this_browser(
    database_url: str,
) -> None:
    with installable(database_url) as (fake, bot):
        # Somebody sends their victim a link with a state and a code of their own.
        lured = Installer(bot.base_url).begins()["state"][0]
        bare = Installer(bot.base_url).comes_back(code=f"code-{A}", state=lured)
        victim = Installer(bot.base_url)
        victim.begins()
        other = victim.comes_back(code=f"code-{A}", state=lured)
        exchanged = fake.calls_to("oauth.v2.access")

    assert (bare.status, other.status, exchanged) == (400, 400, [])


@pytest.mark.parametrize("given", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_what_stands_in_an_address_is_never_a_part_of_the_page(
    database_url: str, given: str
) -> None:
    with installable(database_url) as (_, bot):
        answer = asks(bot, "GET", "/slack/oauth_redirect?" + urlencode({"error": given}))
        both = asks(
            bot, "GET", "/slack/oauth_redirect?" + urlencode({"code": given, "state": given})
        )

    for status, _, text in (answer, both):
        assert status == 400 or status == 200
        assert given not in text and "alert(1)" not in text
