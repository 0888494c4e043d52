"""A language model behind an OpenAI-compatible server; the only module that imports `openai`.

`chat.completions` is what OpenAI, Azure, vLLM, Ollama and llama.cpp servers share. How the form of
the answer is asked for differs between them: the strictest way is tried first, and what a server
took is remembered. Whatever a server does ends in an `Answer` within the time allowed, never in an
exception: the SDK raises half a dozen kinds of errors that are not its own for a server that talks
nonsense, and its timeouts are for each read, not for the whole.

The calls are coroutines on one thread of their own, because only they can be cut off at any moment:
while connecting, between two bytes of a header, in the middle of a word.
"""

import asyncio
import json
import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

import openai
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, ValidationError

from prompts import Rendered

Shape = TypeVar("Shape", bound=BaseModel)

_RETRIES = 2
_RETRY_SECONDS = 0.5
# Characters, where a good answer has a few hundred; some models never end.
_LONGEST_ANSWER = 20_000
_CHARACTERS_A_TOKEN = 4  # where a server does not count for us
_GRACE_SECONDS = 0.5
_log = logging.getLogger(__name__)
# Servers known to take `store`, which keeps an answer out of the provider's own records.
_KNOW_STORE = ("api.openai.com", ".openai.azure.com")


class Form(StrEnum):
    """How the form of an answer is asked for, the strictest first."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    PLAIN = "plain"


_FORMS = tuple(Form)


class Outcome(StrEnum):
    """How a call ended."""

    OK = "ok"
    TIMEOUT = "timeout"
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    DENIED = "denied"
    NOT_FOUND = "not_found"
    REJECTED = "rejected"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    FILTERED = "filtered"
    CUT_SHORT = "cut_short"
    EMPTY = "empty"
    UNREADABLE = "unreadable"


_NOT_BILLED = frozenset(
    {Outcome.UNREACHABLE, Outcome.RATE_LIMITED, Outcome.QUOTA, Outcome.DENIED}
    | {Outcome.NOT_FOUND, Outcome.REJECTED, Outcome.SERVER_ERROR}
)
# The next call would end in the same way.
LASTING = frozenset({Outcome.QUOTA, Outcome.DENIED, Outcome.NOT_FOUND, Outcome.REJECTED})
# A server that does not know a form may say so in any of these ways.
_FORM_UNKNOWN = frozenset(
    {Outcome.REJECTED, Outcome.SERVER_ERROR, Outcome.UNREADABLE, Outcome.EMPTY, Outcome.CUT_SHORT}
)
# Of a server that has answered before a slip, of another what it is like.
_NONSENSE = frozenset({Outcome.UNREADABLE, Outcome.EMPTY})
_WORTH_A_RETRY = _NONSENSE | {Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.UNREACHABLE}


@dataclass(frozen=True)
class Call:
    """One call as the ledger keeps it: no text. `tokens_in` includes those that were cached."""

    model: str
    prompt: str
    form: Form
    milliseconds: int
    outcome: Outcome
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0


@dataclass(frozen=True)
class Answer(Generic[Shape]):
    """What came of a question: a value of the wanted shape or None, and the calls it took."""

    value: Shape | None
    outcome: Outcome
    calls: tuple[Call, ...]


class Ends(Protocol):
    """What is told how a wait can be ended (`bot.coach.Stop`)."""

    def ends(self, how: Callable[[], None]) -> None: ...


class Model:
    """One model on one server.

    A question is given up `first_words_seconds` after it was put when nothing has come by then, and
    `total_seconds` after it in any case, retries and all.
    """

    def __init__(
        self,
        name: str,
        *,
        api_key: str | None,
        base_url: str | None,
        first_words_seconds: float,
        total_seconds: float,
    ) -> None:
        self.name = name
        self._key = api_key
        self._base_url = base_url
        self._first_words_seconds = first_words_seconds
        self._total_seconds = total_seconds
        self._proven: Form | None = None
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: openai.AsyncOpenAI | None = None
        self._closed = False
        for chatty in ("openai", "httpx2", "httpcore2"):
            # At DEBUG they log what people wrote.
            logging.getLogger(chatty).setLevel(logging.WARNING)

    def ask(self, prompt: Rendered, shape: type[Shape], stop: Ends | None = None) -> Answer[Shape]:
        """Put a question and wait for an answer of this shape. Raises nothing of the server's.

        For any thread. `stop` is told how to end the wait.
        """
        turn = _Turn(self, prompt, shape, time.monotonic())
        try:
            future = self._begin(turn)
        except Exception as error:
            # A proxy, a certificate or an address that the HTTP library will not take.
            _log.error("The model's server cannot be called: %s", type(error).__name__)
            return Answer(None, Outcome.UNREACHABLE, ())
        if future is None:
            return Answer(None, Outcome.STOPPED, ())
        if stop is not None:
            stop.ends(turn.end)
        try:
            return future.result(self._total_seconds + _GRACE_SECONDS)
        except TimeoutError:
            future.cancel()
            return Answer(None, Outcome.TIMEOUT, tuple(turn.calls))

    def close(self) -> None:
        """End all calls; what still asks is answered with nothing at once."""
        with self._guard:
            self._closed, loop, client = True, self._loop, self._client
        if loop is None or client is None:
            return

        async def end() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await client.close()
            await loop.shutdown_asyncgens()
            loop.stop()

        asyncio.run_coroutine_threadsafe(end(), loop)

    def _begin(self, turn: "_Turn[Shape]") -> Future[Answer[Shape]] | None:
        """Start a turn on the thread of the calls; None once this is closed."""
        with self._guard:
            if self._closed:
                return None
            if self._client is None:
                self._client = openai.AsyncOpenAI(
                    # A server of one's own may need none, but the SDK insists.
                    api_key=self._key or "none",
                    base_url=self._base_url,
                    max_retries=0,
                    timeout=self._total_seconds,
                )
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="language model", daemon=True
                ).start()
            return asyncio.run_coroutine_threadsafe(turn.run(), self._loop)

    async def _create(self, prompt: Rendered, form: Form, shape: type[BaseModel]) -> Any:
        assert self._client is not None
        asked: dict[str, Any] = {
            "model": self.name,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
            "stream": True,
        }
        if form is not Form.PLAIN:
            asked["stream_options"] = {"include_usage": True}
            asked["response_format"] = _response_format(form, shape)
        host = urlsplit(str(self._client.base_url)).hostname or ""
        if host.endswith(_KNOW_STORE):
            asked["store"] = False
        return await self._client.chat.completions.create(**asked)


class _Turn(Generic[Shape]):
    """One question with its retries."""

    def __init__(self, model: Model, prompt: Rendered, shape: type[Shape], began: float) -> None:
        self.calls: list[Call] = []
        self._model = model
        self._prompt = prompt
        self._shape = shape
        self._began = began
        self._task: asyncio.Task[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = False

    def end(self) -> None:
        """Give up at once; for any thread."""
        self._ended = True
        if self._loop is not None and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)

    async def run(self) -> Answer[Shape]:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        value: Shape | None = None
        try:
            if not self._ended:
                async with asyncio.timeout(self._left(self._model._total_seconds)):
                    value = await self._try()
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            self._ended = True
        outcome = self.calls[-1].outcome if self.calls else Outcome.TIMEOUT
        if self._ended and value is None:
            outcome = Outcome.STOPPED
        return Answer(value, outcome, tuple(self.calls))

    def _left(self, seconds: float) -> float:
        return self._began + seconds - time.monotonic()

    async def _try(self) -> Shape | None:
        model, retries = self._model, _RETRIES
        form = model._proven or _FORMS[0]
        while True:
            value, wait = await self._call(form)
            outcome = self.calls[-1].outcome
            if value is not None:
                model._proven = form
                return value
            weaker = _FORMS[_FORMS.index(form) + 1 :]
            unknown = outcome in _FORM_UNKNOWN and model._proven is None
            if weaker and (unknown or outcome is Outcome.REJECTED):
                form = weaker[0]
                continue
            nonsense = outcome in _NONSENSE and model._proven is None
            if not retries or nonsense or outcome not in _WORTH_A_RETRY:
                return None
            retries -= 1
            if wait >= self._left(model._first_words_seconds):
                return None
            await asyncio.sleep(wait)

    async def _call(self, form: Form) -> tuple[Shape | None, float]:
        """One call, recorded however it ends; the value, and how long to wait before another."""
        began = time.monotonic()
        heard = _Heard()
        outcome, value, wait = Outcome.TIMEOUT, None, _RETRY_SECONDS
        try:
            await self._listen(form, heard)
            value = heard.value(self._shape)
            outcome = Outcome.OK if value is not None else heard.failure()
        except asyncio.CancelledError:
            outcome = Outcome.STOPPED if self._ended else Outcome.TIMEOUT
            raise
        except Exception as error:
            # Not openai.OpenAIError alone: a server's nonsense surfaces as IndexError, TypeError,
            # AttributeError, JSONDecodeError or ValidationError.
            outcome, wait = _told(error), _retry_after(error)
        finally:
            sent = len(self._prompt.system) + len(self._prompt.user)
            # A server that says no bills nothing; one that was left in the middle may.
            billed = outcome not in _NOT_BILLED
            self.calls.append(
                Call(
                    model=self._model.name,
                    prompt=self._prompt.label,
                    form=form,
                    milliseconds=round(1000 * (time.monotonic() - began)),
                    outcome=outcome,
                    tokens_in=_count(heard.usage, "prompt_tokens", sent if billed else 0),
                    tokens_out=_count(heard.usage, "completion_tokens", heard.length),
                    tokens_cached=_cached(heard.usage),
                )
            )
        return value, wait

    async def _listen(self, form: Form, heard: "_Heard") -> None:
        """Take in an answer as it comes. TimeoutError when its first words are late."""
        async with asyncio.timeout(self._left(self._model._first_words_seconds)) as first:
            stream = await self._model._create(self._prompt, form, self._shape)
            try:
                if "json" in stream.response.headers.get("content-type", ""):
                    # A server that does not stream answers in one piece.
                    _no_longer(first)
                    heard.take_whole(await stream.response.aread())
                    return
                async for chunk in stream:
                    heard.take(chunk)
                    if heard.length:
                        _no_longer(first)
                    if heard.length > _LONGEST_ANSWER:
                        return
            finally:
                await stream.close()


def _no_longer(timeout: asyncio.Timeout) -> None:
    """Let a time limit run no more; one that has just run out will tell at the next wait."""
    if not timeout.expired():
        timeout.reschedule(None)


class _Heard:
    """What has come of an answer so far."""

    def __init__(self) -> None:
        self.usage: CompletionUsage | None = None
        self.length = 0
        self._parts: list[str] = []
        self._finish: str | None = None
        self._refused = False

    def take(self, chunk: Any) -> None:
        """One chunk of a stream."""
        self.usage = chunk.usage or self.usage
        for choice in (chunk.choices or [])[:1]:
            self._finish = choice.finish_reason or self._finish
            self._refused |= bool(choice.delta.refusal)
            if choice.delta.content:
                self._parts.append(choice.delta.content)
                self.length += len(choice.delta.content)

    def take_whole(self, body: bytes) -> None:
        """An answer that was not streamed. Raises ValueError for one that is none."""
        answer = ChatCompletion.model_validate_json(body)
        self.usage = answer.usage
        for choice in answer.choices[:1]:
            self._finish = choice.finish_reason
            self._refused = bool(choice.message.refusal)
            self._parts = [choice.message.content or ""]
            self.length = len(self._parts[0])

    def value(self, shape: type[Shape]) -> Shape | None:
        """The value of the answer's JSON, bare or among other words; None where there is none."""
        if self._refused or self._finish in ("length", "content_filter"):
            return None
        text = "".join(self._parts)[:_LONGEST_ANSWER]
        decoder, at = json.JSONDecoder(), text.find("{")
        while at >= 0:
            try:
                found, _ = decoder.raw_decode(text, at)
                return shape.model_validate(found)
            except (ValueError, RecursionError, ValidationError):
                at = text.find("{", at + 1)
        return None

    def failure(self) -> Outcome:
        """Why there is no value."""
        if self._refused:
            return Outcome.REFUSED
        if self._finish == "content_filter":
            return Outcome.FILTERED
        if self._finish == "length":
            return Outcome.CUT_SHORT
        return Outcome.UNREADABLE if self.length else Outcome.EMPTY


def _response_format(form: Form, shape: type[BaseModel]) -> dict[str, Any]:
    schema = _strict(shape)
    if form is Form.OBJECT:
        # The schema is for llama.cpp's servers; others read of it in the prompt.
        return {"type": form.value, "schema": schema}
    described = {"name": shape.__name__.lower(), "strict": True, "schema": schema}
    return {"type": form.value, "json_schema": described}


def _strict(shape: type[BaseModel]) -> dict[str, Any]:
    """A flat model's schema as OpenAI's strict mode wants it: everything required, nothing more.

    What may be left out is asked for as well, empty: not every server knows two types for one key.
    """
    properties = {
        name: {"type": next(each["type"] for each in told.get("anyOf", [told]))}
        for name, told in shape.model_json_schema()["properties"].items()
    }
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _told(error: Exception) -> Outcome:
    """What an exception of a call says of it."""
    code = error.code if isinstance(error, openai.APIError) else None
    if code in _CODES:
        return _CODES[code]
    return next(
        (outcome for kind, outcome in _ERRORS if isinstance(error, kind)), Outcome.UNREADABLE
    )


# Azure answers what its filter stopped with status 400.
_CODES = {"insufficient_quota": Outcome.QUOTA, "content_filter": Outcome.FILTERED}
_ERRORS: tuple[tuple[type[Exception], Outcome], ...] = (
    (TimeoutError, Outcome.TIMEOUT),
    (openai.APITimeoutError, Outcome.TIMEOUT),
    (openai.APIConnectionError, Outcome.UNREACHABLE),
    (openai.RateLimitError, Outcome.RATE_LIMITED),
    (openai.AuthenticationError, Outcome.DENIED),
    (openai.PermissionDeniedError, Outcome.DENIED),
    (openai.NotFoundError, Outcome.NOT_FOUND),
    (openai.InternalServerError, Outcome.SERVER_ERROR),
    (openai.APIResponseValidationError, Outcome.UNREADABLE),
    (openai.APIStatusError, Outcome.REJECTED),
    (openai.APIError, Outcome.SERVER_ERROR),
    (OSError, Outcome.UNREACHABLE),
)


def _retry_after(error: Exception) -> float:
    """Seconds to wait before another try, as the server asks."""
    if not isinstance(error, openai.APIStatusError):
        return _RETRY_SECONDS
    try:
        asked = float(error.response.headers.get("retry-after", _RETRY_SECONDS))
    except ValueError:
        return _RETRY_SECONDS
    return max(asked, 0.0) if math.isfinite(asked) else _RETRY_SECONDS


def _count(used: object, name: str, characters: int) -> int:
    """The tokens that a server counted; so many characters' worth where it does not say."""
    counted = getattr(used, name, None)
    if isinstance(counted, int) and counted >= 0:
        return counted
    return round(characters / _CHARACTERS_A_TOKEN)


def _cached(used: CompletionUsage | None) -> int:
    return _count(getattr(used, "prompt_tokens_details", None), "cached_tokens", 0)
