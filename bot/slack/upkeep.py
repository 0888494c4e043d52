"""What the bot does of its own accord: looking for reminders, sending them at a measured pace,
saying that it runs, and going on with what a process that died has left.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from bot.engine import Engine, EngineUnavailable
from bot.slack.installing import Installing
from bot.slack.reminding import Reminding
from bot.slack.sending import Sending
from storage import conversations, nodes
from storage.database import Database, DatabaseUnavailable

# With doubling waits some thirty minutes: longer than most of Slack's bad spells.
ATTEMPTS = 14
# How long the engine's records of what is done are kept: an event comes again within an hour.
_KEPT = timedelta(days=7)
# What has waited so long has lost whoever was to work at it.
_LOST = timedelta(minutes=10)
_MOST_LOST = 1000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How often things are done. Cron lines are in UTC.

    Slack takes "several hundred" messages a minute in a workspace (its page on rate limits). Of
    `at_once` messages under way each waits out what Slack asks for, so that the others wait too.
    """

    per_second: float = 5
    at_once: int = 4
    sweep: str = "*/5 * * * *"
    reap: str = "* * * * *"
    tidy: str = "17 3 * * *"
    beat_seconds: float = 15
    # A process that has not said for so long that it runs is taken for dead. One that was only
    # asleep may then send a message twice, so it is long.
    dead_seconds: float = 120


@dataclass
class Upkeep:
    """Registered before the engine's launch; `begin` after it, `end` before its close."""

    database: Database
    engine: Engine
    sending: Sending
    reminding: Reminding
    clock: Callable[[], datetime]
    pace: Pace = field(default_factory=Pace)
    installing: Installing | None = None
    _over: threading.Event = field(default_factory=threading.Event)
    # Work started inside a workflow is recorded in it, in an order that a second run must keep.
    # Here it is started by whatever is due then, so that is done on a thread outside.
    _outside: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(3, thread_name_prefix="upkeep")
    )

    def register(self) -> None:
        """Tell the engine what is to be done and when."""
        engine, pace = self.engine, self.pace
        engine.queue("paced", per_second=pace.per_second, at_once=pace.at_once)

        @engine.workflow("send")
        def send(workspace: str, conversation: str) -> None:
            engine.step("send", self.sending.send, workspace, conversation, attempts=ATTEMPTS)

        for name, cron, work in (
            ("sweep", pace.sweep, self.sweep),
            ("reap", pace.reap, self.reap),
            ("tidy", pace.tidy, self.tidy),
        ):
            engine.workflow(name)(self._told(name, work))
            engine.schedule(name, cron, name)

    def begin(self) -> None:
        """Say from now on that this process runs."""
        self._beat()
        threading.Thread(target=self._beat_on, name="beat", daemon=True).start()

    def end(self) -> None:
        """Say no more that it runs."""
        self._over.set()
        self._outside.shutdown(wait=False, cancel_futures=True)

    def sweep(self) -> None:
        """Put reminders that are due into the outbox and have them sent when it is their turn."""
        now = self.clock()
        for queued in chain(self.reminding.sweep(now), self.reminding.tell(now)):
            for workspace, conversation, key in queued:
                self._send_in_turn(workspace, conversation, key)
        with self.database.writing() as session:
            nodes.swept(session, self.engine.executor_id, now)
        self._find_lost(now)

    def reap(self) -> None:
        """Go on with what processes have left that do not run any more."""
        me, now = self.engine.executor_id, self.clock()
        before = now - timedelta(seconds=self.pace.dead_seconds)
        with self.database.reading() as session:
            dead = set(nodes.silent(session, before)) - {me}
            left = set(conversations.senders(session)) - nodes.lively(session, before) - {me}
        for executor in sorted(dead):
            taken = self.engine.take_over(executor)
            _log.warning("Process %s does not run any more: %s works taken over.", executor, taken)
        found: set[tuple[str, str]] = set()
        with self.database.writing() as session:
            for executor in sorted(dead | left):
                found.update(conversations.take_over_messages(session, executor, me, before))
                nodes.forget(session, executor)
        for workspace, conversation in sorted(found):
            self._answer(workspace, conversation, now)

    def tidy(self) -> None:
        """Delete what nobody needs any more."""
        deleted = self.engine.tidy(self.clock() - _KEPT)
        _log.info("%s records of the engine deleted.", deleted)
        if self.installing is not None:
            self.installing.tidy()

    def _told(self, name: str, work: Callable[[], None]) -> Callable[[str], None]:
        """The work as the engine calls it; what fails is done at the next tick."""

        def run(_due: str) -> None:
            try:
                self._outside.submit(work).result()
            except (DatabaseUnavailable, EngineUnavailable) as error:
                _log.warning("The %s waits for its next time: %s", name, error)
            except Exception as error:
                # Its text may hold people's words.
                _log.error("The %s failed: %s", name, type(error).__name__)

        return run

    def _send_in_turn(self, workspace: str, conversation: str, key: str) -> None:
        # A fresh id each day: work that ended without success is begun again then.
        day = self.clock().date().isoformat()
        self.engine.enqueue_once(
            f"{workspace}:{key}:send:{day}", "paced", workspace, "send", workspace, conversation
        )

    def _answer(self, workspace: str, conversation: str, now: datetime) -> None:
        """Have a conversation taken up again: what waits in it is answered, and sent."""
        minute = now.replace(minute=now.minute // 10 * 10).strftime("%Y-%m-%dT%H:%M")
        work_id = f"{workspace}:{conversation}:again:{minute}"
        # In turn, since there may be many, and answers to people who write just now go before.
        self.engine.enqueue_once(work_id, "paced", workspace, "answer", workspace, conversation)

    def _find_lost(self, now: datetime) -> None:
        """Take up what has waited for long, as the work that was to do it may have ended."""
        before, me = now - _LOST, self.engine.executor_id
        with self.database.reading() as session:
            paced = conversations.unclaimed(session, before, _MOST_LOST)
            lost = {
                *conversations.open_conversations(session, before),
                *conversations.waiting_conversations(session, before, me),
            }
        for workspace, conversation, key in paced:
            self._send_in_turn(workspace, conversation, key)
        for workspace, conversation in sorted(lost)[:_MOST_LOST]:
            self._answer(workspace, conversation, now)

    def _beat(self) -> None:
        try:
            with self.database.writing() as session:
                nodes.beat(session, self.engine.executor_id, self.clock())
        except DatabaseUnavailable as error:
            _log.warning("Nobody can tell that this process runs: %s", error)

    def _beat_on(self) -> None:
        while not self._over.wait(self.pace.beat_seconds):
            self._beat()
