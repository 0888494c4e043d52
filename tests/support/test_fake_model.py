"""The fake model itself, asked by the real client: what other tests rely on."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest
from openai import OpenAI
from pydantic import BaseModel, ValidationError

from tests.support.fake_model import MODES, FakeModel, ModelRequest, tokens


class Label(BaseModel):
    intent: str
    spans: list[str]
    weak: bool


GOOD = {"intent": "answer", "spans": ["78 % – naïve", "£12,000"], "weak": False}
MESSAGES: list[Any] = [
    {"role": "system", "content": "Label the reply."},
    {"role": "developer", "content": "Copy, never invent."},
    {"role": "user", "content": [{"type": "text", "text": "It was 78 %."}]},
]
Ask = Callable[..., Any]


@cache
def shared_client() -> OpenAI:
    """One for all tests: it takes longer to make than most of them."""
    return OpenAI(base_url="http://127.0.0.1", api_key="key", max_retries=0)


def client_of(model: FakeModel, timeout: float = 10.0) -> OpenAI:
    return shared_client().with_options(base_url=model.base_url, timeout=timeout)


def parse(model: FakeModel, timeout: float = 10.0, **more: Any) -> Any:
    """A completion asked for in one piece."""
    asked = {"model": "small", "messages": MESSAGES, "response_format": Label} | more
    return client_of(model, timeout).chat.completions.parse(**asked)


def stream(model: FakeModel, timeout: float = 10.0, **more: Any) -> Any:
    """The same by a stream, read to its end."""
    asked = {"model": "small", "messages": MESSAGES, "response_format": Label}
    asked |= {"stream_options": {"include_usage": True}} | more
    with client_of(model, timeout).chat.completions.stream(**asked) as events:
        return events.get_final_completion()


def raw(model: FakeModel, path: str, body: Any = None) -> tuple[int, str, str]:
    """Status, content type and text of an answer, as sent."""
    connection = HTTPConnection(urlsplit(model.base_url).netloc, timeout=10)
    connection.request("POST" if body is not None else "GET", path, body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers["Content-Type"], text


both = pytest.mark.parametrize("ask", [parse, stream])


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel(lambda request: GOOD) as model:
        yield model


@both
def test_a_good_answer_is_parsed_and_its_usage_reported(model: FakeModel, ask: Ask) -> None:
    completion = ask(model)
    assert completion.choices[0].message.parsed == Label(**GOOD)
    assert completion.choices[0].finish_reason == "stop"
    usage = completion.usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (model.tokens_in, model.tokens_out)
    assert usage.completion_tokens == tokens(json.dumps(GOOD, ensure_ascii=False))
    assert usage.prompt_tokens == sum(
        (
            *map(tokens, ("Label the reply.", "Copy, never invent.", "It was 78 %.")),
            4 * 3,
            tokens(json.dumps(model.requests[0].body["response_format"]["json_schema"]["schema"])),
        )
    )
    assert usage.prompt_tokens_details.cached_tokens == 0


@both
def test_a_request_is_remembered(model: FakeModel, ask: Ask) -> None:
    before = time.monotonic()
    ask(model)
    (request,) = model.wait_for_requests(1)
    assert request.rung == "json_schema"
    assert request.system == "Label the reply.\nCopy, never invent."
    assert request.user == "It was 78 %."
    assert request.streamed is (ask is stream)
    assert request.headers["authorization"] == "Bearer key"
    assert before <= request.at <= time.monotonic()


def test_rungs_are_told_apart() -> None:
    formats: list[Any] = [{}, {"response_format": {"type": "text"}}]
    formats.append({"response_format": {"type": "json_object", "schema": {"type": "object"}}})
    requests = [ModelRequest(body, {}, 0.0) for body in formats]
    assert [request.rung for request in requests] == ["plain", "plain", "json_object"]
    assert [request.schema_text for request in requests] == ["", "", '{"type": "object"}']


def test_a_stream_comes_in_several_deltas_and_without_usage_unless_asked(model: FakeModel) -> None:
    chunks = list(
        client_of(model).chat.completions.create(model="s", messages=MESSAGES, stream=True)
    )
    pieces = [chunk.choices[0].delta.content for chunk in chunks]
    assert len(pieces) > 4
    assert json.loads("".join(piece or "" for piece in pieces)) == GOOD
    assert not any(chunk.usage for chunk in chunks)
    assert (model.tokens_in, model.tokens_out) == (0, 0)


GOOD_ANSWER, NOTHING = "the label", "no label"
# What the client makes of each mode: in one piece, and streamed. Where the stream helper of the
# client gives up on text that cannot begin JSON, it is with the bare ValueError of its own parser.
OUTCOMES: dict[str, tuple[Any, Any]] = {
    "fenced": (ValidationError, ValueError),
    "prose": (ValidationError, ValueError),
    "cut_json": (ValidationError, ValidationError),
    "wrong_types": (ValidationError, ValidationError),
    "empty": (NOTHING, NOTHING),
    "null": (NOTHING, NOTHING),
    "refusal": (NOTHING, NOTHING),
    "no_choices": (IndexError, IndexError),
    "choices_null": (TypeError, TypeError),
    "error_200": (TypeError, AssertionError),
    "html": (AttributeError, AssertionError),
    "json_list": (AttributeError, AssertionError),
    "length": (openai.LengthFinishReasonError, openai.LengthFinishReasonError),
    "content_filter": (openai.ContentFilterFinishReasonError,) * 2,
    "400": (openai.BadRequestError, openai.BadRequestError),
    "401": (openai.AuthenticationError, openai.AuthenticationError),
    "403": (openai.PermissionDeniedError, openai.PermissionDeniedError),
    "404": (openai.NotFoundError, openai.NotFoundError),
    "422": (openai.UnprocessableEntityError, openai.UnprocessableEntityError),
    "429": (openai.RateLimitError, openai.RateLimitError),
    "429_soon": (openai.RateLimitError, openai.RateLimitError),
    "429_late": (openai.RateLimitError, openai.RateLimitError),
    "quota": (openai.RateLimitError, openai.RateLimitError),
    "500": (openai.InternalServerError, openai.InternalServerError),
    "503": (openai.InternalServerError, openai.InternalServerError),
    "reset": (openai.APIConnectionError, openai.APIConnectionError),
    "hang": (openai.APITimeoutError, openai.APITimeoutError),
    "hang_headers": (openai.APITimeoutError, openai.APITimeoutError),
    "hang_midstream": (openai.APITimeoutError, openai.APITimeoutError),
    "slow_drip": (openai.APITimeoutError, openai.APITimeoutError),
    "slow_headers": (openai.APITimeoutError, openai.APITimeoutError),
    "stream_cut": (openai.APIConnectionError, openai.APIConnectionError),
    "stream_short": (json.JSONDecodeError, ValidationError),
    "stream_garbage": (json.JSONDecodeError, json.JSONDecodeError),
    "stream_error": (TypeError, openai.APIError),
    "ignores_stream": (GOOD_ANSWER, AssertionError),
    "odd_usage": (GOOD_ANSWER, GOOD_ANSWER),
}
WAITING = ("hang", "hang_headers", "hang_midstream", "slow_drip", "slow_headers")


@both
@pytest.mark.parametrize("mode", MODES)
def test_a_mode_has_its_outcome(model: FakeModel, mode: str, ask: Ask) -> None:
    outcome = OUTCOMES[mode][ask is stream]
    timeout = 0.1 if mode in WAITING else 10.0  # shorter than the pace of the slow modes
    model.behave(mode)
    if isinstance(outcome, str):
        parsed = ask(model, timeout).choices[0].message.parsed
        assert parsed == (Label(**GOOD) if outcome is GOOD_ANSWER else None)
    else:
        with pytest.raises(outcome) as caught:
            ask(model, timeout).choices[0]
        # A timeout is a kind of connection error to the client, and ValidationError a ValueError.
        assert caught.type is outcome


@both
def test_a_refusal_has_its_text(model: FakeModel, ask: Ask) -> None:
    model.behave("refusal")
    message = ask(model).choices[0].message
    assert message.refusal.startswith("I'm sorry") and message.content is None


def test_a_fence_holds_the_good_json(model: FakeModel) -> None:
    model.behave("fenced")
    completion = client_of(model).chat.completions.create(model="small", messages=MESSAGES)
    content = completion.choices[0].message.content or ""
    before, fenced, after = content.split("```")
    assert before and after and json.loads(fenced.removeprefix("json")) == GOOD


@pytest.mark.parametrize(
    ("mode", "header", "code"),
    [
        ("429", None, "rate_limit_exceeded"),
        ("429_soon", "1", "rate_limit_exceeded"),
        ("429_late", "300", "rate_limit_exceeded"),
        ("quota", None, "insufficient_quota"),
    ],
)
def test_a_429_says_when_and_why(
    model: FakeModel, mode: str, header: str | None, code: str
) -> None:
    model.behave(mode)
    with pytest.raises(openai.RateLimitError) as caught:
        parse(model)
    assert caught.value.response.headers.get("retry-after") == header
    assert caught.value.code == code


def test_a_stream_can_be_ignored(model: FakeModel) -> None:
    model.behave("ignores_stream")
    asked = json.dumps({"messages": MESSAGES, "stream": True})
    status, content_type, text = raw(model, "/v1/chat/completions", asked)
    assert (status, content_type) == (200, "application/json")
    assert json.loads(json.loads(text)["choices"][0]["message"]["content"]) == GOOD


def test_a_reset_is_a_reset(model: FakeModel) -> None:
    model.behave("reset")
    with pytest.raises(ConnectionResetError):
        raw(model, "/v1/chat/completions", json.dumps({"messages": []}))


@both
def test_a_drip_outlasts_the_timeout(ask: Ask) -> None:
    with FakeModel(lambda request: "dripping away") as model:
        model.behave("slow_drip")
        model.drip_seconds = 0.004 if ask is parse else 0.08
        started = time.monotonic()
        completion = ask(model, 0.8, response_format={"type": "text"})
        assert time.monotonic() - started > 0.8
        assert completion.choices[0].message.content == "dripping away"


def in_the_background(call: Callable[[], Any]) -> Any:
    pool = ThreadPoolExecutor(1)
    future = pool.submit(call)
    pool.shutdown(wait=False)
    return future


def test_slow_headers_never_end(model: FakeModel) -> None:
    model.behave("slow_headers")
    model.drip_seconds = 0.01
    future = in_the_background(lambda: parse(model, 0.8))
    with pytest.raises(TimeoutError):
        future.result(1.0)
    model.close()
    assert isinstance(future.exception(5), openai.APIConnectionError)


@both
@pytest.mark.parametrize("wait", [*WAITING, "slow", "hold"])
def test_closing_ends_every_wait(model: FakeModel, wait: str, ask: Ask) -> None:
    if wait == "slow":
        model.slow(60)
    elif wait == "hold":
        model.hold()
    else:
        model.behave(wait)
        model.drip_seconds = 60
    future = in_the_background(lambda: ask(model, 60))
    model.wait_for_requests(1)
    model.close()
    assert isinstance(future.exception(5), openai.APIConnectionError)


def test_a_slow_answer_waits_before_it_begins(model: FakeModel) -> None:
    model.slow(0.2)
    started = time.monotonic()
    assert parse(model).choices[0].message.parsed
    assert time.monotonic() - started > 0.2
    model.heal()
    model.slow(60)
    model.behave("empty", times=1)
    assert parse(model).choices[0].message.parsed is None  # only good answers wait


def test_a_held_request_stands_still_while_the_next_goes_on(model: FakeModel) -> None:
    held = model.hold()
    future = in_the_background(lambda: parse(model))
    held.wait_until_reached()
    assert parse(model).choices[0].message.parsed
    assert not future.done()
    held.release()
    assert future.result(10).choices[0].message.parsed
    assert len(model.requests) == 2


def test_modes_come_in_order_and_end(model: FakeModel) -> None:
    def outcome() -> Any:
        try:
            return parse(model).choices[0].message.parsed is not None
        except openai.APIStatusError as error:
            return error.status_code

    model.behave("403")
    model.behave("500", times=2)
    model.behave("empty", times=1)
    assert [outcome() for _ in range(5)] == [500, 500, False, 403, 403]
    model.heal()
    assert outcome() is True
    with pytest.raises(ValueError, match="no mode"):
        model.behave("grumpy")


@both
@pytest.mark.parametrize(("status", "kind"), [(400, "invalid_request_error"), (500, "internal")])
def test_a_rung_can_be_rejected(model: FakeModel, status: int, kind: str, ask: Ask) -> None:
    model.reject("json_schema", status)
    model.behave("empty", times=1)
    for _ in range(2):
        with pytest.raises(openai.APIStatusError) as caught:
            ask(model)
        assert caught.value.status_code == status
        assert str(caught.value.type).startswith(kind)
        assert "response_format" in caught.value.message and "json_schema" in caught.value.message
    plain = {"response_format": {"type": "json_object"}}
    contents = [ask(model, **plain).choices[0].message.content for _ in range(2)]
    assert not contents[0], "the mode waited for its turn"
    assert json.loads(contents[1]) == GOOD
    with pytest.raises(ValueError, match="no rung"):
        model.reject("yaml")


@both
def test_a_failing_answer_function_fails_the_test(ask: Ask) -> None:
    def answer(request: ModelRequest) -> str:
        pytest.fail("asked too much")

    model = FakeModel(answer)
    with pytest.raises(openai.APIConnectionError):
        ask(model)
    with pytest.raises(pytest.fail.Exception, match="asked too much"):
        model.close()
    model.close()  # again is harmless


def test_a_long_beginning_seen_before_is_cached(model: FakeModel) -> None:
    def cached(system: str, user: str) -> int:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        usage = parse(model, messages=messages).usage
        assert usage.prompt_tokens_details.cached_tokens < usage.prompt_tokens
        return int(usage.prompt_tokens_details.cached_tokens)

    long, short = "Copy only what was said. " * 300, "Copy only what was said. "
    assert cached(long, "First.") == 0
    assert cached(long, "Then another.") >= tokens(long) + tokens(model.requests[0].schema_text)
    assert cached(short, "First.") == 0
    assert cached(short, "First.") == 0, "too short to be cached"


# Texts and what o200k_base of gpt-tokenizer counts in them.
@pytest.mark.parametrize(("true", "text"), [
    (39, "Label what the reply contains. Copy spans out of the reply literally; never invent a "
         "figure, a date or a name. If it does not say who owns the action, leave it empty."),
    (48, "Attendance fell from 84.2% in 2023/24 to 79.6% by 15/01/2025, so it's £12,000 over – "
         "“far too much”, said the head of maths."),
    (37, '{"intent": "answer", "spans": [{"field": "owner", "text": "the head of maths"}], '
        '"weak": false, "next_question": null}'),
    (31, '{"type":"object","properties":{"intent":{"type":"string","enum":["answer","skip"]}},'
        '"required":["intent"],"additionalProperties":false}'),
])  # fmt: skip
def test_tokens_never_flatter(true: int, text: str) -> None:
    assert true <= tokens(text) <= 1.25 * true


def test_other_addresses_and_bodies(model: FakeModel) -> None:
    assert [entry.id for entry in client_of(model).models.list()] == ["fake-model"]
    assert raw(model, "/v1/nowhere")[0] == 404
    assert raw(model, "/v1/chat/completions")[0] == 404  # a GET
    assert raw(model, "/v1/chat/completions", "{not JSON")[0] == 400
    assert raw(model, "/v1/chat/completions", "[]")[0] == 400
    assert model.requests == []


def test_callers_that_go_away_leave_no_trace(
    model: FakeModel, capsys: pytest.CaptureFixture[str]
) -> None:
    before = set(threading.enumerate())
    model.behave("slow_drip")
    model.drip_seconds = 0.001
    with client_of(model).chat.completions.create(
        model="small", messages=MESSAGES, stream=True
    ) as chunks:
        next(chunks)
    address = urlsplit(model.base_url)
    for said in (b"", b"POST /v1/ch", b"POST / HTTP/1.1\r\nHost:", b"POST / HTTP/1.1\r\n\r\n"):
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(said)
    raw(model, "/v1/models")  # taken last, so the threads of all the others have begun
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()
    assert capsys.readouterr().err == ""
