"""While an answer is being thought about: Slack's status, its stop button, and what that ends.

All of it is courtesy: a workspace that does not offer it, or a Slack that fails, changes nothing
in the answer, and the answer waits for none of these calls.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.coach import Stop
from bot.slack.incoming import Incoming
from bot.slack.refusals import is_not_offered
from storage.database import DatabaseUnavailable

_STATUS = "is reading your answer…"
_THREADS = 16
_log = logging.getLogger(__name__)


@dataclass
class _Turn:
    """One answer that is being thought about."""

    workspace: str
    channel: str
    thread: str
    stop: Stop
    is_over: bool = False
    is_shown: bool = False

    @property
    def place(self) -> tuple[str, str, str]:
        return self.workspace, self.channel, self.thread


class Progress:
    """Shows that answers are coming. `client` gives the Web API client of a workspace."""

    def __init__(self, client: Callable[[str], WebClient]) -> None:
        self._client = client
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="progress")
        self._guard = threading.Lock()
        self._turns: dict[tuple[str, str, str], _Turn] = {}
        self._not_offered: set[tuple[str, str]] = set()

    @contextmanager
    def __call__(self, incoming: Incoming, stop: Stop) -> Iterator[None]:
        """For the length of the block show that an answer is coming, and let it be stopped."""
        turn = _Turn(incoming.workspace, incoming.channel, incoming.thread, stop)
        with self._guard:
            self._turns[turn.place] = turn
        shown = self._soon(self._show, turn)
        try:
            yield
        finally:
            with self._guard:
                self._turns.pop(turn.place, None)
                turn.is_over = True
            self._soon(self._end, turn, shown)

    def stop(self, workspace: str, channel: str, thread: str) -> None:
        """The person pressed Slack's stop button."""
        with self._guard:
            turn = self._turns.get((workspace, channel, thread))
        if turn is not None:
            turn.stop.press()

    def close(self) -> None:
        """Show nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _show(self, turn: _Turn) -> None:
        # Behind a slow Slack this may come after the answer, under which it would stand for ever.
        if turn.is_over:
            return
        turn.is_shown = True
        # While a session is processing Slack shows that, and its stop button.
        if self._set_session(turn, "processing"):
            return
        self._try(
            turn,
            "assistant.threads.setStatus",
            lambda: self._client(turn.workspace).assistant_threads_setStatus(
                channel_id=turn.channel, thread_ts=turn.thread, status=_STATUS
            ),
        )

    def _end(self, turn: _Turn, shown: "Future[None] | None") -> None:
        if shown is not None:
            wait([shown])
        if turn.is_shown:
            # The other kind of status goes by itself when the answer comes.
            self._set_session(turn, "active")

    def _set_session(self, turn: _Turn, status: str) -> bool:
        return self._try(
            turn,
            "agents.sessions.setStatus",
            lambda: self._client(turn.workspace).agents_sessions_setStatus(
                channel_id=turn.channel, thread_ts=turn.thread, status=status
            ),
        )

    def _soon(self, job: Callable[..., None], *arguments: object) -> "Future[None] | None":
        try:
            return self._pool.submit(job, *arguments)
        except RuntimeError:  # closed: the last turns go on without
            return None

    def _try(self, turn: _Turn, method: str, call: Callable[[], object]) -> bool:
        """Whether Slack took the call."""
        if (turn.workspace, method) in self._not_offered:
            return False
        try:
            call()
        except SlackApiError as error:
            if is_not_offered(error):
                self._not_offered.add((turn.workspace, method))
                _log.info("This workspace does not offer %s.", method)
            return False
        except (SlackClientError, OSError, ValueError, DatabaseUnavailable) as error:
            _log.info("Slack did not take %s: %s", method, type(error).__name__)
            return False
        return True
