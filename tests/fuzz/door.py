"""The bot in this process behind its own WSGI application, one input at a time.

Signatures, Bolt, our listeners, the database and the calls to Slack are the real ones. Only what
runs on threads of its own runs here in turn, so that all that an input brings about is over, and
has been looked at, before the next one comes: listeners, Home tabs, and the engine's work, of which
a failure is told at once instead of being tried again.
"""

import hashlib
import hmac
import io
import json
import logging
import re
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bot.coach import EMBEDDED, Coach
from bot.engine import Backlog, TryAgain
from bot.server import application
from bot.settings import Settings
from bot.slack.app import SlackService, build
from storage.database import Database
from tests.support.block_kit import assert_valid_message, assert_valid_view
from tests.support.bots import BY_HAND, NOW, SECRET
from tests.support.fake_slack import FakeSlack
from tests.support.signed_requests import Answer
from tests.support.slack_payloads import BOT_TOKEN

Json = dict[str, Any]
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
# Slack waits three seconds for an answer.
SLACK_WAITS_SECONDS = 3.0
# What Slack says of a screen or message that is wrong in itself.
_MALFORMED = frozenset(
    "invalid_blocks invalid_blocks_format msg_too_long msg_blocks_too_long no_text "
    "invalid_arguments".split()
)
# The words of a program's error, which no person should read.
_OF_A_PROGRAM = re.compile(
    r"Traceback \(most|File \"[^\"]+\", line \d|\b(?:Key|Type|Value|Attribute|Index|Runtime|Unicode\w*|"
    r"Integrity|Operational|Data|JSONDecode|Recursion|Overflow|Assertion)Error\b|object has no attr"
)  # fmt: skip


class Request(NamedTuple):
    """One HTTP request as Slack would send it, signed when it is sent."""

    body: bytes
    content_type: str

    def to_json(self) -> Json:
        return {"body": self.body.decode("latin-1"), "content_type": self.content_type}

    @classmethod
    def from_json(cls, data: Json) -> "Request":
        return cls(data["body"].encode("latin-1"), data["content_type"])


@dataclass
class Outcome:
    """What came of one input."""

    status: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    in_words: bool = False

    @property
    def signature(self) -> str:
        """What tells this failure from others, without the input's own words."""
        return re.sub(r"\d+", "#", self.wrong[0].splitlines()[-1])[:200] if self.wrong else ""


class _Here(Executor):
    """Runs what it is given at once, on the thread that gives it."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed = failed

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            # On a thread of its own nobody would have heard of it.
            self._failed(error)
            future.set_exception(error)
        return future


class _AtOnce:
    """Stands in for the engine: work is done once the request that began it is answered."""

    executor_id = "fuzz"

    def __init__(self) -> None:
        self._workflows: dict[str, Callable[..., Any]] = {}
        self._known: set[str] = set()
        self._waiting: list[tuple[str, tuple[Any, ...]]] = []

    def workflow(self, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            self._workflows[name] = function
            return function

        return register

    def queue(self, name: str, **_: Any) -> None: ...

    def schedule(self, name: str, cron: str, workflow: str) -> None: ...

    def launch(self) -> None: ...

    def close(self, drain_seconds: float = 0) -> None: ...

    def ping(self) -> None: ...

    def backlog(self) -> Backlog:
        return Backlog(0, 0, None)

    def start_once(self, workflow_id: str, name: str, *args: Any) -> None:
        plain = json.loads(json.dumps(args))
        # The engine's database keeps both as text.
        f"{workflow_id} {plain}".encode()
        if workflow_id not in self._known:
            self._known.add(workflow_id)
            self._waiting.append((name, tuple(plain)))

    def enqueue_once(
        self, workflow_id: str, queue: str, partition: str, name: str, *args: Any
    ) -> None:
        assert partition
        self.start_once(workflow_id, name, *args)

    def step(self, name: str, function: Callable[..., Any], *args: Any, **_: Any) -> Any:
        return json.loads(json.dumps(function(*args)))

    def work(self, failed: Callable[[BaseException], None]) -> None:
        """Do all that waits, and what that begins."""
        while self._waiting:
            name, args = self._waiting.pop(0)
            try:
                self._workflows[name](*args)
            except TryAgain:
                pass  # it waits for something that is not there, and would look again
            except Exception as error:
                failed(error)


class _Heard(logging.Handler):
    """Keeps what is logged as an error, or with a traceback."""

    def __init__(self, outcome: Callable[[], Outcome]) -> None:
        super().__init__(logging.WARNING)
        self._outcome = outcome

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            told = "".join(traceback.format_exception(*record.exc_info))
            self._outcome().wrong.append(f"logged with a traceback: {record.getMessage()}\n{told}")
        elif record.levelno >= logging.ERROR:
            self._outcome().wrong.append(f"logged as an error: {record.getMessage()}")


class Door:
    """The bot's one address. Takes the place of `SignedRequests` too, for the helpers of tests."""

    def __init__(self, service: SlackService, engine: _AtOnce, fake: FakeSlack) -> None:
        self.service, self.fake = service, fake
        self._engine = engine
        self._answer = application(service)
        self._key = SECRET.encode()
        self._now = Outcome()
        self._refused = 0
        here = _Here(self._failed)
        service.app.listener_runner.listener_executor = here
        for part in (service.homes, service.digests, service.narrating):
            object.__setattr__(part, "_worker", here)
        self._heard = _Heard(lambda: self._now)
        logging.getLogger().addHandler(self._heard)

    def close(self) -> None:
        logging.getLogger().removeHandler(self._heard)

    def _failed(self, error: BaseException) -> None:
        told = "".join(traceback.format_exception(error))
        self._now.wrong.append(f"raised where nobody catches it:\n{told}")

    def send(self, request: Request) -> tuple[Outcome, Answer]:
        """Send one request, wait for all that comes of it, and look at that."""
        self._now = outcome = Outcome()
        self._refused, calls = len(self.fake.refused), len(self.fake.calls)
        # Of computing on this thread, so that a busy machine changes nothing.
        began = time.thread_time()
        answer = self._exchange(request)
        outcome.seconds = time.thread_time() - began
        outcome.status = answer.status
        self._engine.work(self._failed)
        if answer.status >= 500:
            outcome.wrong.append(f"answered {answer.status}")
        if outcome.seconds > SLACK_WAITS_SECONDS:
            outcome.wrong.append(f"answered after {outcome.seconds:.1f} seconds, which is too late")
        self._look_at_answer(answer)
        sent = request.body.decode("utf-8", "replace")
        self._look_at_calls(self.fake.calls[calls:], sent)
        return outcome, answer

    def _exchange(self, request: Request) -> Answer:
        stamp = str(int(time.time()))
        signed = hmac.new(self._key, f"v0:{stamp}:".encode() + request.body, hashlib.sha256)
        environ: Json = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/slack/events",
            "QUERY_STRING": "",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": request.content_type,
            "CONTENT_LENGTH": str(len(request.body)),
            "HTTP_X_SLACK_REQUEST_TIMESTAMP": stamp,
            "HTTP_X_SLACK_SIGNATURE": f"v0={signed.hexdigest()}",
            "wsgi.input": io.BytesIO(request.body),
        }
        told: list[Any] = []
        try:
            body = b"".join(self._answer(environ, lambda *given: told.extend(given)))
        except Exception as error:
            # As the server in front of it answers.
            self._failed(error)
            return Answer(500, {}, "")
        headers = {name.lower(): value for name, value in told[1]}
        return Answer(int(told[0].split()[0]), headers, body.decode())

    def _look_at_answer(self, answer: Answer) -> None:
        if not answer.body.startswith("{"):
            return
        said = json.loads(answer.body)
        if isinstance(said.get("view"), dict):
            self._check(assert_valid_view, said["view"], "the answer's view")
        elif isinstance(said.get("errors"), dict):
            self._now.in_words = True
            if not said["errors"]:
                self._now.wrong.append("the answer says that something is wrong, but not what")
        elif "text" in said or "blocks" in said:
            self._check(assert_valid_message, said, "the answer")
        if said.get("response_action") == "update":
            self._now.in_words = True

    def _check(self, check: Callable[..., None], shown: Json, what: str) -> None:
        try:
            check(shown)
        except AssertionError as wrong:
            self._now.wrong.append(f"Slack would refuse {what}: {wrong}")

    def _look_at_calls(self, calls: Sequence[Any], sent: str) -> None:
        for call, code in self.fake.refused[self._refused :]:
            if code in _MALFORMED:
                self._now.wrong.append(f"Slack refuses {call.method}: {code}: {self._why(call)}")
        for call in calls:
            if call.method in _SHOWS:
                shown = json.dumps(call.args, ensure_ascii=False)
                found = _OF_A_PROGRAM.search(shown)
                if found and found.group() not in sent:
                    self._now.wrong.append(f"shows a program's error: {found.group()}")

    @staticmethod
    def _why(call: Any) -> str:
        shown = call.args.get("view") or call.args
        check = assert_valid_view if "view" in call.args else assert_valid_message
        try:
            check(shown)
        except AssertionError as wrong:
            return str(wrong)[:1500]
        return f"with {sorted(call.args)}"

    # --- as SignedRequests ---

    def event(self, payload: Json, **_: Any) -> Answer:
        return self._sent(Request(json.dumps(payload).encode(), JSON))

    def interaction(self, payload: Json, **_: Any) -> Answer:
        return self._sent(interaction(json.dumps(payload)))

    def command(self, form: dict[str, str], **_: Any) -> Answer:
        return self._sent(Request(urlencode(form).encode(), FORM))

    def _sent(self, request: Request) -> Answer:
        outcome, answer = self.send(request)
        assert not outcome.wrong, outcome.wrong
        return answer


_SHOWS = frozenset(
    "chat.postMessage chat.update chat.postEphemeral views.open views.push views.update "
    "views.publish".split()
)


def interaction(payload: str) -> Request:
    """A button, form or shortcut, whose payload stands in a form."""
    body = urlencode({"payload": payload}, errors="surrogatepass").encode()
    return Request(body, FORM)


@contextmanager
def opened(
    fake: FakeSlack, url: str, coach: Callable[[Database], Coach] = lambda _: EMBEDDED
) -> Iterator[Door]:
    """The bot on this database, at the instant NOW."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=url,
        slack_bot_token=BOT_TOKEN,  # type: ignore[arg-type]
        slack_signing_secret=SECRET,  # type: ignore[arg-type]
        slack_api_url=fake.api_url,
    )
    database = Database(url, executor=_AtOnce.executor_id)
    engine = _AtOnce()
    coached = coach(database)
    service = build(settings, database, engine, coached, lambda: NOW, BY_HAND)  # type: ignore[arg-type]
    door = Door(service, engine, fake)
    try:
        yield door
    finally:
        door.close()
        service.progress.close()
        service.upkeep.end()
        coached.close()
        database.close()
