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

from bot.conversation import is_slack_id
from bot.engine import Engine, EngineUnavailable
from bot.retention import drop_what_is_old
from bot.slack.installing import Installing
from bot.slack.people import People, Stranger
from bot.slack.posting import Posting
from bot.slack.reminding import Reminding
from bot.slack.sending import Sending
from storage import conversations, imports, nodes
from storage.database import Database, DatabaseUnavailable

# With doubling waits some thirty minutes: longer than most of Slack's bad spells.
ATTEMPTS = 14
# How long the engine's records of what is done are kept: an event comes again within an hour.
_KEPT = timedelta(days=7)
_MOST_LOST = 1000
# How long a file that somebody dropped waits for them to say whether it is to be taken in.
_UNDECIDED = timedelta(days=14)
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
    # What has waited so long has lost whoever was to work at it.
    lost_seconds: float = 600


@dataclass
class Upkeep:
    """Registered and begun before the engine's launch, ended before its close."""

    database: Database
    engine: Engine
    sending: Sending
    people: People
    reminding: Reminding
    posting: Posting
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
            engine.step("send", self._send, workspace, conversation, attempts=ATTEMPTS)

        for name, cron, work in (
            ("sweep", pace.sweep, self.sweep),
            ("reap", pace.reap, self.reap),
            ("tidy", pace.tidy, self.tidy),
        ):
            engine.workflow(name)(self._told(name, work))
            engine.schedule(name, cron, name)

    def begin(self) -> None:
        """Say from now on that this process runs. Raises DatabaseUnavailable.

        Before it takes up any work: else one that takes it for dead could do the same work, and
        nobody would know whose work to take over if it died at once.
        """
        self._beat()
        threading.Thread(target=self._beat_on, name="beat", daemon=True).start()

    def end(self) -> None:
        """Say no more that it runs."""
        self._over.set()
        self._outside.shutdown(wait=False, cancel_futures=True)

    def sweep(self) -> None:
        """Put what is due into the outbox and have it sent when it is its turn."""
        now = self.clock()
        reminded = chain(self.reminding.sweep(now), self.reminding.tell(now))
        for queued in chain(reminded, self.posting.sweep(now)):
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
            senders = set(conversations.senders(session))
            dead = {*nodes.silent(session, before), *(senders - nodes.lively(session, before))}
        for executor in sorted(dead - {me}):
            # In one transaction, during which it cannot start again and do the same work: if we
            # die in it, whoever comes next finds the process dead still.
            with self.database.writing() as session:
                if not nodes.keep_silent(session, executor, before):
                    continue
                taken = self.engine.take_over(executor)
                conversations.leave_messages(session, executor)
                nodes.forget(session, executor)
            _log.warning("Process %s does not run any more: %s works taken over.", executor, taken)
        with self.database.reading() as session:
            left = conversations.left_conversations(session)
        for workspace, conversation in sorted(left):
            self._answer(workspace, conversation, now)

    def tidy(self) -> None:
        """Delete what nobody needs any more."""
        deleted = self.engine.tidy(self.clock() - _KEPT)
        _log.info("%s records of the engine deleted.", deleted)
        with self.database.writing() as session:
            dropped = imports.drop_old_files(session, self.clock() - _UNDECIDED)
        _log.info("%s files given up that nobody has decided on.", dropped)
        gone = drop_what_is_old(self.database, self.clock())
        _log.info("%s conversations dropped that are too old to be kept.", gone)
        if self.installing is not None:
            self.installing.tidy()

    def _told(self, name: str, work: Callable[[], None]) -> Callable[[str], None]:
        """The work as the engine calls it; what fails is done at the next tick."""
        under_way = threading.Lock()

        def run(_due: str) -> None:
            # Ticks that wait for one that takes long would fill the threads that send and answer,
            # and it does all that they would.
            if self._over.is_set() or not under_way.acquire(blocking=False):
                return
            try:
                self._outside.submit(work).result()
            except (DatabaseUnavailable, EngineUnavailable) as error:
                _log.warning("The %s waits for its next time: %s", name, error)
            except Exception as error:
                # Told to end before it has begun, it is for the next process to do. The text of
                # anything else may hold people's words.
                if not self._over.is_set():
                    _log.error("The %s failed: %s", name, type(error).__name__)
            finally:
                under_way.release()

        return run

    def _send(self, workspace: str, conversation: str) -> None:
        """Send what waits for someone, unless they have left, which Slack is asked once a day.

        Or what waits for a channel, which nobody is.
        """
        to = conversation.partition(":")[0]
        if not is_slack_id(to) or self._is_there(workspace, to):
            self.sending.send(workspace, conversation)
        else:
            self.sending.give_up(workspace, conversation, "left")

    def _is_there(self, workspace: str, user: str) -> bool:
        try:
            return self.people.person(workspace, user).left_at is None
        except Stranger:
            return False

    def _send_in_turn(self, workspace: str, conversation: str, key: str) -> None:
        # A fresh id each day: work that ended without success is begun again then.
        day = self.clock().date().isoformat()
        self.engine.enqueue_once(
            f"{workspace}:{key}:send:{day}", "paced", workspace, "send", workspace, conversation
        )

    def _answer(self, workspace: str, conversation: str, now: datetime) -> None:
        """Have a conversation taken up again: what waits in it is answered, and sent."""
        turn = int(now.timestamp() // self.pace.lost_seconds)
        work_id = f"{workspace}:{conversation}:again:{turn}"
        # In turn, since there may be many, and answers to people who write just now go before.
        self.engine.enqueue_once(work_id, "paced", workspace, "answer", workspace, conversation)

    def _find_lost(self, now: datetime) -> None:
        """Take up what has waited for long, as the work that was to do it may have ended."""
        before = now - timedelta(seconds=self.pace.lost_seconds)
        with self.database.reading() as session:
            paced = conversations.unclaimed(session, before, _MOST_LOST)
            open_ = conversations.open_conversations(session, before)
            mine = conversations.waiting_conversations(session, before, self.engine.executor_id)
        for workspace, conversation, key in paced:
            self._send_in_turn(workspace, conversation, key)
        for workspace, conversation in mine[:_MOST_LOST]:
            # The work may come to any process, and this one alone could send it.
            self.sending.leave(workspace, conversation)
        for workspace, conversation in sorted({*open_, *mine})[:_MOST_LOST]:
            self._answer(workspace, conversation, now)

    def _beat(self) -> None:
        with self.database.writing() as session:
            nodes.beat(session, self.engine.executor_id, self.clock())

    def _beat_on(self) -> None:
        while not self._over.wait(self.pace.beat_seconds):
            try:
                self._beat()
            except DatabaseUnavailable as error:
                _log.warning("Nobody can tell that this process runs: %s", error)
            except Exception as error:
                # Whatever it was: one that beats no more is taken for dead and sent twice for.
                kind = type(error).__name__
                _log.error("Nobody can tell that this process runs: %s", kind)
