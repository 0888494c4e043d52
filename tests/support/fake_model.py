"""A language model on this machine: OpenAI's chat.completions over HTTP, streamed or in one piece.

    with FakeModel(lambda request: {"intent": "answer"}) as model:
        client = OpenAI(base_url=model.base_url, api_key="any", max_retries=0)

It says what the test's own function says, remembers every request, counts tokens, and can fail on
demand in the ways that model servers and networks fail (`MODES`). Tests wait for what happened
(`wait_for_requests`, `Hold`), never for time to pass.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import socket
import socketserver
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.loopback import LoopbackServer, read_request
from tests.support.slack_faults import Hold

__all__ = ["MODES", "RUNGS", "FakeModel", "Hold", "ModelRequest", "tokens"]

Json = dict[str, Any]

RUNGS = ("json_schema", "json_object", "plain")  # the kinds of response_format, strictest first

MODES: dict[str, str] = {
    "fenced": "the good JSON in a ```json fence with prose around it: still readable",
    "prose": "plain prose without JSON",
    "cut_json": "the first half of the good JSON, as if it were all",
    "wrong_types": "the good JSON with lists and numbers where strings and booleans belong",
    "empty": 'content ""',
    "null": "content null",
    "refusal": "a refusal, with content null",
    "no_choices": "an empty list of choices",
    "choices_null": "choices null",
    "error_200": "status 200 with an error as the body, never a stream",
    "html": "status 200 with a page of HTML, as a captive portal gives",
    "json_list": "status 200 with an empty JSON list as the body",
    "length": "half of the JSON, finish_reason length",
    "content_filter": "half of the JSON, finish_reason content_filter",
    "400": "status 400, an invalid request",
    "401": "status 401, a wrong key",
    "403": "status 403, no access",
    "404": "status 404, an unknown model",
    "422": "status 422, an unprocessable request",
    "429": "status 429 without Retry-After",
    "429_soon": "status 429 with Retry-After: 1",
    "429_late": "status 429 with Retry-After: 300",
    "quota": "status 429 with the code insufficient_quota",
    "500": "status 500",
    "503": "status 503, overloaded",
    "reset": "the connection is reset without an answer",
    "hang": "no answer, the connection stays open",
    "hang_headers": "the status line and headers, then nothing",
    "hang_midstream": "half of the answer, then nothing",
    "slow_drip": "the good answer, a byte or a delta of one character every `drip_seconds`",
    "slow_headers": "one header line every `drip_seconds`, without end",
    "stream_cut": "half of the answer, then the connection closes before the body is complete",
    "stream_short": "half of the answer as a complete body: no finish_reason, no [DONE]",
    "stream_garbage": "data that is not JSON",
    "stream_error": "an error event in the middle of a stream; unstreamed the same as error_200",
    "ignores_stream": "the good answer as one JSON body even if a stream was asked for",
    "odd_usage": "the good answer, with null where the tokens should be counted",
}

_PIECE = re.compile(
    r"[A-Z]?[a-z]+|[A-Z]+"  # the words of prose, and those in an identifier
    r"|\d{1,3}| (?=\d)"  # o200k takes three digits at a time, and never with the space before
    r"|[!-/:-@\[-`{-~]+"
    r"|\n\s*| {2,}"
    r"|[^\s\x00-\x7f]"
)
_CACHED_FROM = 1024  # tokens: OpenAI caches no shorter prefix


def tokens(text: str) -> int:
    """About how many tokens a text is, always the same and on the dear side.

    It cuts the text roughly as o200k_base does and takes 1 for every started 6 letters of a word
    (3 in capitals), 3 digits, 3 symbols in a row and 3 bytes of a character beyond ASCII, and for
    every line end or indentation. On 28 texts (prompts, reports, replies, JSON compact, spaced and
    indented, source code) it counted 1.04 to 1.20 times as many as o200k_base of gpt-tokenizer, on
    all of their 39,000 tokens together 1.11 times; on a list of dates and figures 1.01. It is up
    to 1.4 times where all words are long, and 0.8 where all are misspelt or foreign names, which
    no count without a vocabulary can see.
    """
    return sum(map(_cost, _PIECE.findall(text)))


def _cost(piece: str) -> int:
    if not piece.isascii():
        return math.ceil(len(piece.encode()) / 3)
    if piece.isalpha():
        return math.ceil(len(piece) / (3 if piece.isupper() else 6))
    return 1 if piece.isdigit() or piece.isspace() else math.ceil(len(piece) / 3)


@dataclass(frozen=True)
class ModelRequest:
    """One request for a completion: its JSON body, headers (lower-case) and time of arrival."""

    body: Json
    headers: dict[str, str]
    at: float

    @property
    def rung(self) -> str:
        """How strictly it asks for JSON: json_schema, json_object or plain."""
        kind = (self.body.get("response_format") or {}).get("type", "text")
        return "plain" if kind == "text" else kind

    @property
    def system(self) -> str:
        """The text of all system and developer messages."""
        messages = self.body["messages"]
        return "\n".join(_text(m) for m in messages if m["role"] in ("system", "developer"))

    @property
    def user(self) -> str:
        """The text of the last user message."""
        return next((_text(m) for m in reversed(self.body["messages"]) if m["role"] == "user"), "")

    @property
    def streamed(self) -> bool:
        """Whether it asks for a stream."""
        return bool(self.body.get("stream"))

    @property
    def schema_text(self) -> str:
        """The JSON text of the schema it sends, if any."""
        wanted = self.body.get("response_format") or {}
        schema = (wanted.get("json_schema") or wanted).get("schema")
        return json.dumps(schema) if schema else ""

    @property
    def prompt(self) -> str:
        """All that the model reads, in its order: servers put the schema before the messages."""
        messages = (f"{m['role']}\n{_text(m)}" for m in self.body["messages"])
        return "\n".join((self.schema_text, *messages))

    @property
    def prompt_tokens(self) -> int:
        """The tokens of the texts and the schema, and 4 for every message."""
        texts = (self.schema_text, *map(_text, self.body["messages"]))
        return sum(map(tokens, texts)) + 4 * len(self.body["messages"])


def _text(message: Json) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


class FakeModel:
    """The server. It runs from construction to `close()`, best as a context manager.

    `answer` gives the content of a good reply; a dict is sent as JSON text. It runs in the
    server's threads. An exception in it ends the connection and is raised again by `close()`,
    so that an assertion in it fails the test.

    `requests` are the requests for completions so far, in order of arrival. `tokens_in` and
    `tokens_out` add up the usage that was reported, so streams without include_usage add nothing.
    `drip_seconds` is the pace of the slow modes. GET /v1/models is answered too, whatever the mode.
    """

    def __init__(self, answer: Callable[[ModelRequest], str | Json]) -> None:
        self.requests: list[ModelRequest] = []
        self.tokens_in = 0
        self.tokens_out = 0
        self.drip_seconds = 0.8
        self._answer = answer
        self._failures: list[BaseException] = []
        self._changed = threading.Condition()  # guards the records above and the troubles below
        self._prompts: list[str] = []
        self._next_modes: deque[str] = deque()
        self._lasting_mode: str | None = None
        self._rejected: dict[str, int] = {}
        self._slow_seconds = 0.0
        self._next_holds: deque[Hold] = deque()
        self._holds: list[Hold] = []
        self._ids = itertools.count(1)
        self.closing = threading.Event()
        self._server = _Server(self)
        self.base_url = f"{self._server.start()}/v1"

    def __enter__(self) -> FakeModel:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving; whatever is held, slow or hanging ends at once, without an answer."""
        self.closing.set()
        for held in self._holds:
            held.abandon()
        self._server.stop()
        if self._failures:
            failure = self._failures[0]
            self._failures.clear()  # told once; closing again is harmless
            raise failure

    # --- what happened ---

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> list[ModelRequest]:
        """Wait until there were `count` requests in all, and return all there are."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.requests) >= count, timeout):
                raise TimeoutError(f"{len(self.requests)} of {count} requests in {timeout} s")
            return list(self.requests)

    # --- what goes wrong ---

    def behave(self, mode: str, times: int | None = None) -> None:
        """Answer the next `times` requests in a bad mode, after those set earlier.

        Without `times` it is for all requests, once those are used up, until `heal`.
        """
        if mode not in MODES:
            raise ValueError(f"no mode {mode!r}")
        with self._changed:
            if times is None:
                self._lasting_mode = mode
            else:
                self._next_modes.extend([mode] * times)

    def reject(self, rung: str, status: int = 400) -> None:
        """Refuse all requests of a rung until `heal`, whatever the mode, which waits its turn."""
        if rung not in RUNGS:
            raise ValueError(f"no rung {rung!r}")
        with self._changed:
            self._rejected[rung] = status

    def slow(self, seconds: float) -> None:
        """Let every good answer wait so long before its first byte, until `heal`."""
        with self._changed:
            self._slow_seconds = seconds

    def hold(self) -> Hold:
        """Stop the next request until the returned Hold is released; it is recorded before.

        What goes wrong with it is settled when it arrives, what a good answer says when it goes on.
        """
        held = Hold(accepted=False)
        with self._changed:
            self._holds.append(held)
            self._next_holds.append(held)
        return held

    def heal(self) -> None:
        """End modes, rejections and slowness; holds stay."""
        with self._changed:
            self._next_modes.clear()
            self._lasting_mode = None
            self._rejected.clear()
            self._slow_seconds = 0.0

    # --- answering ---

    def reply(self, verb: str, path: str, headers: dict[str, str], body: bytes) -> Iterator[bytes]:
        """The bytes of the answer as they are sent; `_BrokenOff` where the connection ends."""
        if (verb, path) == ("GET", "/v1/models"):
            model = {"id": "fake-model", "object": "model", "created": 0, "owned_by": "tests"}
            return iter([_whole(200, {"object": "list", "data": [model]})])
        if (verb, path) != ("POST", "/v1/chat/completions"):
            return iter([_whole(404, _error(f"Invalid URL ({verb} {path})"))])
        try:
            asked = json.loads(body)
        except ValueError:
            asked = None
        if not isinstance(asked, dict) or not isinstance(asked.get("messages"), list):
            return iter([_whole(400, _error("We could not parse the JSON body of your request."))])
        return self._complete(ModelRequest(asked, headers, time.monotonic()))

    def _complete(self, request: ModelRequest) -> Iterator[bytes]:
        with self._changed:
            self.requests.append(request)
            held = self._next_holds.popleft() if self._next_holds else None
            status = self._rejected.get(request.rung)
            mode = None if status else self._next_mode()
            seconds = self._slow_seconds if mode is None else 0.0
            cached = self._cached_tokens(request.prompt)
            self._changed.notify_all()
        if held:
            held.stop_here()
            if held.abandoned:
                raise _BrokenOff
        if mode == "stream_error" and not request.streamed:
            mode = "error_200"
        if status:
            yield _whole(status, _rejection(request.rung, status))
        elif mode in _BODIES:
            yield _whole(*_BODIES[mode])
        elif mode == "reset":
            raise _BrokenOff(reset=True)
        elif mode == "hang":
            self._pause()
        elif mode == "slow_headers":
            yield b"HTTP/1.1 200 Fake\r\n"
            for number in itertools.count(1):
                self._pause(self.drip_seconds)
                yield f"X-Wait: {number}\r\n".encode()
        else:
            self._pause(seconds)
            yield from self._completion(request, mode, cached)

    def _next_mode(self) -> str | None:
        return self._next_modes.popleft() if self._next_modes else self._lasting_mode

    def _pause(self, seconds: float | None = None) -> None:
        """Wait, without `seconds` until the server closes, which ends every wait."""
        if self.closing.wait(seconds):
            raise _BrokenOff

    def _cached_tokens(self, prompt: str) -> int:
        """The tokens of the longest beginning that an earlier request had too."""
        longest = 0
        for earlier in self._prompts:
            if earlier.startswith(prompt[: longest + 1]):
                longest = _common(prompt, earlier)
        self._prompts.append(prompt)
        cached = tokens(prompt[:longest])
        return cached if cached >= _CACHED_FROM else 0

    def _completion(self, request: ModelRequest, mode: str | None, cached: int) -> Iterator[bytes]:
        """An answer by the model itself, whole or broken off."""
        said = _SAID.get(mode or "", _Said)(self._good(request))
        usage = _usage(request, said, cached)
        if mode == "odd_usage":
            usage = dict.fromkeys(usage)
        streamed = request.streamed and mode != "ignores_stream"
        halves = self._streamed if streamed else self._unstreamed
        head, first, rest = halves(request, said, usage, mode == "slow_drip")
        if mode == "stream_garbage":
            rubbish = b"data: {not JSON\n\n"
            yield head + _chunk(rubbish) + _LAST_CHUNK if streamed else _whole(200, rubbish)
            return
        if mode == "stream_short" and not streamed:
            yield _whole(200, b"".join(first))
            return
        yield head
        if mode == "hang_headers":
            self._pause()
        drip = self.drip_seconds if mode == "slow_drip" else 0.0
        for part in first:
            yield part
            self._pause(drip)
        if mode == "hang_midstream":
            self._pause()
        if mode == "stream_cut":
            raise _BrokenOff
        if mode == "stream_short":
            yield _LAST_CHUNK
        elif mode == "stream_error":
            event = b"event: error\ndata: %s\n\n" % _json_bytes(_SERVER_ERROR)
            yield _chunk(event) + _LAST_CHUNK
        else:
            for part in rest:
                yield part
                self._pause(drip)

    def _good(self, request: ModelRequest) -> str:
        try:
            content = self._answer(request)
            return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        except BaseException as failure:  # pytest.fail is no Exception
            self._failures.append(failure)
            raise _BrokenOff from failure

    def _unstreamed(
        self, request: ModelRequest, said: _Said, usage: Json, drip: bool
    ) -> tuple[bytes, list[bytes], Iterator[bytes]]:
        """The head of an answer in one piece, its first half, and the rest."""
        message = {"role": "assistant", "content": said.content, "refusal": said.refusal}
        choice = {"index": 0, "message": message, "logprobs": None}
        choice["finish_reason"] = said.finish_reason
        completion = self._envelope(request, "chat.completion")
        body = _json_bytes({**completion, "choices": said.choices(choice), "usage": usage})
        size = 1 if drip else len(body)

        def rest() -> Iterator[bytes]:
            self._report(usage)
            yield from _cut(body[len(body) // 2 :], size)

        head = _head(200, "application/json", f"Content-Length: {len(body)}")
        return head, _cut(body[: len(body) // 2], size), rest()

    def _streamed(
        self, request: ModelRequest, said: _Said, usage: Json, drip: bool
    ) -> tuple[bytes, list[bytes], Iterator[bytes]]:
        """The head of a stream, its events to the middle of the content, and the rest."""
        with_usage = bool((request.body.get("stream_options") or {}).get("include_usage"))
        envelope = self._envelope(request, "chat.completion.chunk")

        def event(delta: Json, finish_reason: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
            chunk = {**envelope, "choices": said.choices(choice)}
            return _event({**chunk, "usage": None} if with_usage else chunk)

        key, text = ("refusal", said.refusal) if said.refusal else ("content", said.content or "")
        size = 1 if drip else max(1, min(16, len(text) // 3))
        deltas = [event({key: piece}) for piece in _cut(text, size)]
        start = event({"role": "assistant", "content": None if said.content is None else ""})

        def rest() -> Iterator[bytes]:
            yield from deltas[len(deltas) // 2 :]
            yield event({}, said.finish_reason)
            if with_usage:
                self._report(usage)
                yield _event({**envelope, "choices": [], "usage": usage})
            yield _chunk(b"data: [DONE]\n\n") + _LAST_CHUNK

        head = _head(200, "text/event-stream; charset=utf-8", "Transfer-Encoding: chunked")
        return head, [start, *deltas[: len(deltas) // 2]], rest()

    def _envelope(self, request: ModelRequest, kind: str) -> Json:
        return {
            "id": f"chatcmpl-{next(self._ids)}",
            "object": kind,
            "created": int(time.time()),
            "model": request.body.get("model", "fake-model"),
        }

    def _report(self, usage: Json) -> None:
        """Add to the totals just before the usage is sent: who has read it finds it there."""
        with self._changed:
            self.tokens_in += usage["prompt_tokens"] or 0
            self.tokens_out += usage["completion_tokens"] or 0


# --- what the modes say ---


@dataclass(frozen=True)
class _Said:
    """The model's message, and how its choice becomes the list of choices."""

    content: str | None
    finish_reason: str = "stop"
    refusal: str | None = None
    choices: Callable[[Json], list[Json] | None] = lambda choice: [choice]


def _half(text: str) -> str:
    return text[: len(text) // 2]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _with_wrong_types(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_wrong_types(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_wrong_types(item) for item in value]
    return 7 if isinstance(value, bool) else [value, 7]


_SAID: dict[str, Callable[[str], _Said]] = {
    "fenced": lambda good: _Said(f"Here is the JSON:\n\n```json\n{good}\n```\n\nI hope it helps!"),
    "prose": lambda good: _Said("I think that this is a fine plan, and I would not change it."),
    "cut_json": lambda good: _Said(_half(good)),
    "wrong_types": lambda good: _Said(json.dumps(_with_wrong_types(_value(good)))),
    "empty": lambda good: _Said(""),
    "null": lambda good: _Said(None),
    "refusal": lambda good: _Said(None, refusal="I'm sorry, I can't help with that request."),
    "no_choices": lambda good: _Said("", choices=lambda choice: []),
    "choices_null": lambda good: _Said("", choices=lambda choice: None),
    "length": lambda good: _Said(_half(good), "length"),
    "content_filter": lambda good: _Said(_half(good), "content_filter"),
}


def _error(message: str, kind: str = "invalid_request_error", code: str | None = None) -> Json:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


_SERVER_ERROR = _error("The server had an error processing your request.", "server_error")
_TOO_FAST = _error("Rate limit reached.", "requests", "rate_limit_exceeded")

# Modes that are one fixed answer: status, body, further header lines.
_BODIES: dict[str, tuple[Any, ...]] = {
    "error_200": (200, _SERVER_ERROR),
    "html": (200, b"<html><body>Sign in</body></html>"),
    "json_list": (200, []),
    "400": (400, _error("Invalid value for 'messages'.")),
    "401": (401, _error("Incorrect API key provided.", code="invalid_api_key")),
    "403": (403, _error("You have no access to this model.", "permission_error")),
    "404": (404, _error("The model does not exist.", code="model_not_found")),
    "422": (422, _error("The request cannot be processed.")),
    "429": (429, _TOO_FAST),
    "429_soon": (429, _TOO_FAST, "Retry-After: 1"),
    "429_late": (429, _TOO_FAST, "Retry-After: 300"),
    "quota": (429, _error("You exceeded your quota.", "insufficient_quota", "insufficient_quota")),
    "500": (500, _SERVER_ERROR),
    "503": (503, _error("The engine is currently overloaded.", "service_unavailable")),
}


def _rejection(rung: str, status: int) -> Json:
    """A refusal of a response_format: with 500 and above as servers made with FastAPI word it."""
    if status < 500:
        body = _error(f"Invalid parameter: 'response_format' of type '{rung}' is not supported.")
        body["error"]["param"] = "response_format"
        return body
    found = {"type": "literal_error", "loc": ("body", "response_format", "type"), "input": rung}
    return _error(str([found]), "internal_server_error")


def _usage(request: ModelRequest, said: _Said, cached: int) -> Json:
    prompt, completion = request.prompt_tokens, tokens(said.refusal or said.content or "")
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def _common(one: str, other: str) -> int:
    """How many characters two texts share at the beginning, found by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


# --- HTTP ---

_LAST_CHUNK = b"0\r\n\r\n"


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _head(status: int, content_type: str, *lines: str) -> bytes:
    lines = (f"HTTP/1.1 {status} Fake", f"Content-Type: {content_type}", *lines)
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _whole(status: int, body: Any, *lines: str) -> bytes:
    """An answer with a body of JSON; bytes are sent as they are, those of a page as HTML."""
    content = body if isinstance(body, bytes) else _json_bytes(body)
    content_type = "text/html" if content.startswith(b"<") else "application/json"
    return _head(status, content_type, f"Content-Length: {len(content)}", *lines) + content


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _event(chunk: Json) -> bytes:
    return _chunk(b"data: %s\n\n" % _json_bytes(chunk))


def _cut(whole: Any, size: int) -> list[Any]:
    """A text, or bytes, in pieces of a size."""
    return [whole[at : at + size] for at in range(0, len(whole), size)]


class _BrokenOff(Exception):
    """The connection ends here, with `reset` by RST, whatever of the answer was sent."""

    def __init__(self, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset


class _Connection(socketserver.StreamRequestHandler):
    """One HTTP/1.1 connection, kept alive, parsed by hand so that it can also break the rules."""

    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        self.server.open_sockets.add(self.connection)
        try:
            # Asked after joining the open sockets: closing either sees this one or is seen by it.
            while not self.server.model.closing.is_set() and self._answer_one():
                pass
        except _BrokenOff as broken:
            if broken.reset:
                self._reset()
        finally:
            self.server.open_sockets.discard(self.connection)

    def _answer_one(self) -> bool:
        """Read a request and answer it; False when the connection is to be closed."""
        if (request := read_request(self.rfile)) is None:
            return False
        for piece in self.server.model.reply(*request):
            self.connection.sendall(piece)
        return request.stays

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Closed here and wholly: the server would say goodbye by FIN before it closes.
        self.rfile.close()
        self.connection.close()


class _Server(LoopbackServer):
    def __init__(self, model: FakeModel) -> None:
        self.model = model
        super().__init__(_Connection)
