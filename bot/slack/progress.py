"""While an answer is being thought about: Slack's status, its stop button, and what that ends.

All of it is courtesy: a workspace that does not offer it, or a Slack that fails, changes nothing
in the answer, and the answer waits for none of these calls.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.coach import Stop
from bot.slack.incoming import Incoming

_STATUS = "is reading your answer…"
_THREADS = 4
# Slack's words for what a workspace, a plan or an installation does not have.
_NOT_OFFERED = frozenset(
    "unknown_method not_allowed_token_type missing_scope feature_not_enabled not_supported "
    "method_not_supported_for_channel_type not_allowed restricted_action access_denied".split()
)
_log = logging.getLogger(__name__)


def is_not_offered(error: SlackApiError) -> bool:
    """Whether Slack says that a method is not there for this workspace, now or ever."""
    status = getattr(error.response, "status_code", 200)
    code = error.response.get("error") if error.response else None
    return status == 404 or code in _NOT_OFFERED


class Progress:
    """Shows that answers are coming. `client` gives the Web API client of a workspace."""

    def __init__(self, client: Callable[[str], WebClient]) -> None:
        self._client = client
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="progress")
        self._guard = threading.Lock()
        self._stops: dict[tuple[str, str, str], Stop] = {}
        self._not_offered: set[tuple[str, str]] = set()

    @contextmanager
    def __call__(self, incoming: Incoming, stop: Stop) -> Iterator[None]:
        """For the length of the block show that an answer is coming, and let it be stopped."""
        place = (incoming.workspace, incoming.channel, incoming.thread)
        with self._guard:
            self._stops[place] = stop
        shown = self._soon(self._show, *place)
        try:
            yield
        finally:
            with self._guard:
                self._stops.pop(place, None)
            self._soon(self._end, shown, *place)

    def stop(self, workspace: str, channel: str, thread: str) -> None:
        """The person pressed Slack's stop button."""
        with self._guard:
            pressed = self._stops.get((workspace, channel, thread))
        if pressed is not None:
            pressed.press()

    def close(self) -> None:
        """Show nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _show(self, workspace: str, channel: str, thread: str) -> None:
        client = self._client(workspace)
        self._try(
            workspace,
            "assistant.threads.setStatus",
            lambda: client.assistant_threads_setStatus(
                channel_id=channel, thread_ts=thread, status=_STATUS
            ),
        )
        self._session(workspace, channel, thread, "processing")

    def _end(self, shown: "Future[None] | None", workspace: str, channel: str, thread: str) -> None:
        if shown is not None:
            wait([shown])
        self._session(workspace, channel, thread, "active")

    def _session(self, workspace: str, channel: str, thread: str, status: str) -> None:
        # While a session is processing Slack shows its stop button.
        client = self._client(workspace)
        self._try(
            workspace,
            "agents.sessions.setStatus",
            lambda: client.agents_sessions_setStatus(
                channel_id=channel, thread_ts=thread, status=status
            ),
        )

    def _soon(self, job: Callable[..., None], *arguments: object) -> "Future[None] | None":
        try:
            return self._pool.submit(job, *arguments)
        except RuntimeError:  # closed: the last turns go on without
            return None

    def _try(self, workspace: str, method: str, call: Callable[[], object]) -> None:
        if (workspace, method) in self._not_offered:
            return
        try:
            call()
        except SlackApiError as error:
            if is_not_offered(error):
                self._not_offered.add((workspace, method))
                _log.info("This workspace does not offer %s.", method)
        except (SlackClientError, OSError, ValueError) as error:
            _log.info("Slack did not take %s: %s", method, type(error).__name__)
