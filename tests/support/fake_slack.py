"""A Slack on this machine: the Web API over HTTP and Socket Mode over a websocket.

    with FakeSlack() as slack:
        slack.add_workspace()
        client = WebClient(token=BOT_TOKEN, base_url=slack.api_url)

It answers as Slack does, remembers every call and message, and can fail on demand in the ways that
Slack and networks fail. Tests wait for what happened (`wait_for`), never for time to pass.
`SignedRequests` is the other direction: it sends payloads to the app's own HTTP endpoint.
"""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from tests.support.fake_socket import FakeSocket
from tests.support.loopback import LoopbackServer, read_request
from tests.support.signed_requests import Answer, SignedRequests
from tests.support.slack_faults import (
    Fault,
    Hold,
    accepted_then_500,
    accepted_then_dropped,
    drop,
    error,
    garbage,
    rate_limited,
    server_error,
    slow,
)
from tests.support.slack_methods import (
    Call,
    Json,
    SlackState,
    StoredFile,
    Workspace,
    read_args,
)
from tests.support.slack_payloads import BOT_ID, BOT_TOKEN, BOT_USER, TEAM, next_id, next_ts

__all__ = [
    "Answer",
    "Call",
    "FakeSlack",
    "FakeSocket",
    "Fault",
    "Hold",
    "SignedRequests",
    "Workspace",
    "accepted_then_500",
    "accepted_then_dropped",
    "drop",
    "error",
    "garbage",
    "rate_limited",
    "server_error",
    "slow",
]

T = TypeVar("T")
HttpAnswer = tuple[int, dict[str, str], bytes]  # status, headers, body

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "chat:write",
    "commands",
    "dnd:read",
    "files:read",
    "files:write",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
    "users:read.email",
)
_JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


class FakeSlack:
    """The server. It runs from construction to `close()`, best as a context manager.

    `check_blocks` makes it refuse invalid blocks and views with invalid_blocks, as Slack does;
    switch it off only where speed is measured. All records may be read from any thread.

    `base_url` and `api_url` are its addresses, `calls` the calls so far in order, `refused` those
    that it refused by itself with the error of each, `ephemerals`, `views_opened` (and updated or
    pushed) and `statuses` what the bot showed besides messages.
    """

    def __init__(self, *, check_blocks: bool = True) -> None:
        self.calls: list[Call] = []
        self.refused: list[tuple[Call, str]] = []
        self.changed = threading.Condition()  # guards all below; notified at every change
        self._calls_to: dict[str, list[Call]] = defaultdict(list)
        self._next_faults: dict[str, deque[Fault | Hold]] = defaultdict(deque)
        self._lasting_faults: dict[str, list[tuple[Fault, Callable[[Call], bool]]]] = {}
        self._holds: list[Hold] = []
        self._closing = threading.Event()
        self.socket = FakeSocket(self)
        self._state = SlackState(check_blocks, self.socket.url)
        self.ephemerals = self._state.ephemerals
        self.views_opened = self._state.views_opened
        self.statuses = self._state.statuses
        self._server = _Server(self)
        self.base_url = self._state.base_url = self._server.start()
        self.api_url = f"{self.base_url}/api/"

    def __enter__(self) -> FakeSlack:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving; calls that are held or slow end without an answer."""
        self._closing.set()
        for held in self._holds:
            held.abandon()
        self.socket.close()
        self._server.stop()

    # --- what exists ---

    def add_workspace(
        self,
        team_id: str = TEAM,
        bot_token: str = BOT_TOKEN,
        bot_user_id: str = BOT_USER,
        bot_id: str = BOT_ID,
        scopes: Sequence[str] = SCOPES,
        **more: Any,
    ) -> Workspace:
        """Install the bot in a workspace: calls with the token are now authorised there.

        `more` are other fields of a Workspace, such as its name.
        """
        workspace = Workspace(team_id, bot_token, bot_user_id, bot_id, tuple(scopes), **more)
        with self.changed:
            self._state.workspaces[bot_token] = workspace
        return workspace

    def workspace(self, bot_token: str = BOT_TOKEN) -> Workspace:
        """The workspace that a bot token gives access to."""
        with self.changed:
            return self._state.workspaces[bot_token]

    def revoke(self, bot_token: str = BOT_TOKEN) -> None:
        """From now on the token is answered by token_revoked."""
        with self.changed:
            self._state.workspaces[bot_token].revoked = True

    def add_install_code(self, code: str, workspace: Workspace) -> None:
        """Let `oauth.v2.access` exchange the code, once, for the workspace's bot token."""
        with self.changed:
            self._state.install_codes[code] = workspace

    def add_user(
        self,
        user_id: str,
        name: str,
        tz: str = "Europe/London",
        team_id: str = TEAM,
        **more: Any,
    ) -> None:
        """Let users.info know a person; `more` overrides fields, such as deleted=True."""
        offset = datetime.now(ZoneInfo(tz)).utcoffset()
        assert offset is not None
        user = {
            "id": user_id,
            "team_id": team_id,
            "name": name.lower().replace(" ", "."),
            "real_name": name,
            "deleted": False,
            "is_bot": False,
            "tz": tz,
            "tz_label": tz,
            "tz_offset": int(offset.total_seconds()),
            "profile": {"real_name": name, "display_name": name},
        }
        with self.changed:
            self._state.users[user_id] = {**user, **more}

    def add_file(self, name: str, content: bytes, bot_token: str = BOT_TOKEN) -> Json:
        """Keep a file, and return it as a message brings it; its workspace's bot may read it."""
        file_id = next_id("F")
        with self.changed:
            self._state.files[file_id] = StoredFile(name, content, bot_token)
        url = f"{self.base_url}/files/{file_id}/{quote(name)}"
        about = {"id": file_id, "name": name, "title": name, "size": len(content)}
        return {**about, "url_private": url, "url_private_download": url}

    def uploaded(self) -> list[StoredFile]:
        """The files that the bot has put into Slack, in order, with where they were shared."""
        with self.changed:
            return [file for file in self._state.files.values() if file.channel is not None]

    def disturb_not(self, user_id: str, begins: datetime, ends: datetime) -> None:
        """Have someone be left in peace between two instants."""
        with self.changed:
            self._state.peace[user_id] = {
                "dnd_enabled": True,
                "next_dnd_start_ts": int(begins.timestamp()),
                "next_dnd_end_ts": int(ends.timestamp()),
            }

    def person_writes(
        self,
        channel: str,
        user: str,
        text: str,
        ts: str | None = None,
        thread_ts: str | None = None,
        team_id: str = TEAM,
    ) -> str:
        """Put a person's message in the channel, without an event; returns its ts."""
        message = {"type": "message", "user": user, "text": text, "ts": ts or next_ts()}
        message |= {"team": team_id} | ({"thread_ts": thread_ts} if thread_ts else {})
        with self.changed:
            self._state.store(channel, message)
        return message["ts"]

    def hear(self, payload: Json) -> None:
        """Put a person's message of an event payload in its channel; else change nothing."""
        event = payload.get("event") or {}
        is_message = event.get("type") in ("message", "app_mention")
        if is_message and not {"subtype", "bot_id"} & event.keys():
            with self.changed:
                if event["ts"] not in self._state.channels[event["channel"]]:
                    self._state.store(event["channel"], {**event, "type": "message"})

    def response_url(self) -> str:
        """A fresh response_url for payloads; what the app posts there is a call `response_url`."""
        return f"{self.base_url}/response/{next_id('R')}"

    # --- what happened ---

    def calls_to(self, method: str) -> list[Call]:
        """The calls of a method, in the order in which they reached us."""
        with self.changed:
            return list(self._calls_to[method])

    def messages(
        self, channel: str, thread_ts: str | None = None, *, people: bool = False
    ) -> list[Json]:
        """What the bot has in a channel, oldest first, with `people` also what they wrote.

        A call that was refused or that failed before it took effect leaves nothing here. Edited
        messages stand as they are now. `thread_ts` limits it to a thread (and its first message).
        """
        with self.changed:
            return [
                message
                for message in self._state.channels[channel].values()
                if (people or "bot_id" in message)
                and thread_ts in (None, message["ts"], message.get("thread_ts"))
            ]

    def count_messages(self) -> int:
        """How many messages stand in all channels."""
        with self.changed:
            return sum(map(len, self._state.channels.values()))

    def texts(self, channel: str, thread_ts: str | None = None) -> list[str]:
        """The texts of `messages`."""
        return [message["text"] for message in self.messages(channel, thread_ts)]

    def home(self, user: str, bot_token: str = BOT_TOKEN) -> Json | None:
        """The Home tab last published to a person."""
        with self.changed:
            return self._state.workspaces[bot_token].homes.get(user)

    def wait_for(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:
        """Wait until the predicate is true and return its value.

        It is asked again after every call, message, ack and connection, under the lock: it may
        look at the records but not call the API. TimeoutError after `timeout` seconds, naming the
        calls there were.
        """
        with self.changed:
            value = self.changed.wait_for(predicate, timeout)
            if not value:
                seen = {method: len(calls) for method, calls in self._calls_to.items()}
                raise TimeoutError(f"not within {timeout} s; calls so far: {seen}")
            return value

    def wait_for_calls(self, method: str, count: int = 1, timeout: float = 10.0) -> list[Call]:
        """Wait until a method was called `count` times in all, and return those calls."""
        self.wait_for(lambda: len(self._calls_to[method]) >= count, timeout)
        return self.calls_to(method)

    def wait_for_messages(
        self, channel: str, count: int = 1, thread_ts: str | None = None, timeout: float = 10.0
    ) -> list[Json]:
        """Wait until the bot has `count` messages there in all, and return its messages."""
        self.wait_for(lambda: len(self.messages(channel, thread_ts)) >= count, timeout)
        return self.messages(channel, thread_ts)

    def forget_calls(self) -> None:
        """Start the records anew, so that a long run does not keep all it has ever heard."""
        with self.changed:
            for record in (self.calls, self.refused, self._calls_to):
                record.clear()
            for shown in (self.ephemerals, self.views_opened, self.statuses):
                shown.clear()
            self._state.channels.clear()

    # --- what goes wrong ---

    def fail_next(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of a method fail; faults and holds set earlier come first."""
        with self.changed:
            self._next_faults[method].extend([fault] * times)

    def always_fail(
        self, method: str, fault: Fault, when: Callable[[Call], bool] = lambda call: True
    ) -> None:
        """Let every call of a method, or those for which `when` is true, fail until `heal`."""
        with self.changed:
            self._lasting_faults.setdefault(method, []).append((fault, when))

    def heal(self) -> None:
        """End all faults set; calls already held stay held."""
        with self.changed:
            self._next_faults.clear()
            self._lasting_faults.clear()

    def hold(self, method: str, *, accepted: bool = False) -> Hold:
        """Stop the next call of a method until the returned Hold is released.

        It stops before it takes effect, or with `accepted` after it, before the caller learns so.
        """
        held = Hold(accepted)
        with self.changed:
            self._holds.append(held)
            self._next_faults[method].append(held)
        return held

    # --- answering ---

    def answer(self, target: str, headers: dict[str, str], body: bytes) -> HttpAnswer | None:
        """The answer to one HTTP request, or None to close the connection without one."""
        path, query = urlsplit(target).path, urlsplit(target).query
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if path.startswith("/files/"):
            return self._file(path, token)
        if path.startswith("/upload/"):
            return self._upload(path, headers, body)
        args = read_args(query, headers.get("content-type", ""), body)
        token = token or args.pop("token", "")
        method = "response_url" if path.startswith("/response/") else path.removeprefix("/api/")
        call = Call(method, args, token, time.monotonic())
        with self.changed:
            self.calls.append(call)
            self._calls_to[method].append(call)
            trouble = self._trouble(call)
            if trouble is None:
                return self._perform(call)
            self.changed.notify_all()
        if isinstance(trouble, Hold):
            return self._held(call, trouble)
        answer = self._perform(call) if trouble.accepted else None
        if trouble.seconds and self._closing.wait(trouble.seconds):
            return None
        if trouble.body is None:
            return answer
        if not trouble.status:
            return None
        return trouble.status, _JSON_HEADERS | dict(trouble.headers), trouble.body

    def _file(self, path: str, token: str) -> HttpAnswer:
        file_id = path.split("/")[2]
        with self.changed:
            self.calls.append(Call("files", {"id": file_id}, token, time.monotonic()))
            file = self._state.files.get(file_id)
            workspace = self._state.workspaces.get(token)
            is_allowed = workspace is not None and "files:read" in workspace.scopes
            self.changed.notify_all()
        if file is None:
            return 404, {"Content-Type": "text/plain"}, b""
        if not is_allowed or token != file.bot_token:
            # As Slack: whoever may not read it is shown where to log in.
            return 302, {"Location": f"{self.base_url}/login", "Content-Type": "text/html"}, b""
        return 200, {"Content-Type": "application/octet-stream"}, file.content

    def _upload(self, path: str, headers: dict[str, str], body: bytes) -> HttpAnswer:
        file_id = path.split("/")[2]
        with self.changed:
            self.calls.append(Call("upload", {"id": file_id}, "", time.monotonic()))
            file = self._state.files[file_id]
            self._state.files[file_id] = replace(file, content=body)
            self.changed.notify_all()
        return 200, {"Content-Type": "text/plain"}, b"OK"

    def _trouble(self, call: Call) -> Fault | Hold | None:
        if queue := self._next_faults.get(call.method):
            return queue.popleft()
        lasting = self._lasting_faults.get(call.method, ())
        return next((fault for fault, when in lasting if when(call)), None)

    def _held(self, call: Call, held: Hold) -> HttpAnswer | None:
        if not held.accepted:
            held.stop_here()
            return None if held.abandoned else self._perform(call)
        answer = self._perform(call)
        held.stop_here()
        return None if held.abandoned else answer

    def _perform(self, call: Call) -> HttpAnswer:
        headers = dict(_JSON_HEADERS)
        with self.changed:
            reply = self._state.perform(call)
            if not reply["ok"]:
                self.refused.append((call, reply["error"]))
            if workspace := self._state.workspaces.get(call.token):
                headers["X-OAuth-Scopes"] = ",".join(workspace.scopes)
            self.changed.notify_all()
        return 200, headers, json.dumps(reply).encode()


class _Connection(socketserver.StreamRequestHandler):
    """One HTTP/1.1 connection, kept alive, parsed by hand: http.server is slower."""

    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        self.server.open_sockets.add(self.connection)
        try:
            while self._answer_one():
                pass
        finally:
            self.server.open_sockets.discard(self.connection)

    def _answer_one(self) -> bool:
        """Read a request and answer it; False when the connection is to be closed."""
        if (request := read_request(self.rfile)) is None:
            return False
        answer = self.server.slack.answer(request.target, request.headers, request.body)
        if answer is None:
            return False
        status, more_headers, content = answer
        lines = [f"HTTP/1.1 {status} Fake", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in more_headers.items()]
        self.connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        return request.stays


class _Server(LoopbackServer):
    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        super().__init__(_Connection)
