"""Durable work: each step is recorded as it ends, and a restart goes on where a crash stopped.

The only module that imports DBOS, so that another engine could take its place. A workflow is a
plain function of JSON values whose effects all lie in its steps: after a crash it runs again from
the top, and steps already recorded hand back their recorded result. A step that was cut short runs
a second time, so what it does to the outside world must bear repeating.
"""

import json
import logging
import math
import threading
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, ExitStack, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from dbos import (
    DBOS,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    SetEnqueueOptions,
    SetWorkflowID,
)
from dbos._serialization import DefaultSerializer
from dbos._utils import INTERNAL_QUEUE_NAME

from bot.engine_database import EngineBusy as EngineBusy
from bot.engine_database import EngineUnavailable as EngineUnavailable
from bot.engine_database import connect, hold, told_when_unreachable
from bot.engine_database import engine_url as engine_url
from bot.logs import bound
from storage.database import DatabaseUnavailable

Function = TypeVar("Function", bound=Callable[..., Any])

# Work recorded under one version is ignored by another: change this only when a workflow's body
# can no longer finish what an older one began, and then drain first.
_APPLICATION_VERSION = "1"
_LONGEST_BACKOFF_SECONDS = 300.0
_PAGE = 500  # records deleted in one transaction
_POLLERS_SECONDS = 5.0  # a look for queued work takes milliseconds
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
# Literals, by which both databases find their index of unfinished work.
_BACKLOG = """SELECT count(CASE WHEN status = 'ENQUEUED' THEN 1 END),
    count(CASE WHEN status = 'PENDING' THEN 1 END), min(created_at)
    FROM {table} WHERE status IN ('ENQUEUED', 'PENDING')"""
_log = logging.getLogger(__name__)
_one_in_process = threading.Lock()  # DBOS is a singleton


def _unread(_self: DefaultSerializer, _pickled: str) -> Any:
    raise ValueError("Nothing of ours is pickled.")


# Each record names how it is to be read, whatever serializer is given: without this, whoever can
# write the engine's database could have code of theirs run here.
DefaultSerializer.deserialize = _unread  # type: ignore[method-assign, assignment]


class StepFailed(Exception):
    """A step used up its attempts."""


class TryAgain(Exception):
    """Raised by a step's function: try again, but not before `after_seconds` have passed."""

    def __init__(self, after_seconds: float) -> None:
        super().__init__(f"Try again after {after_seconds:g} seconds.")
        self.after_seconds = after_seconds


class Backlog(NamedTuple):
    """Work that has not ended, of all processes."""

    queued: int  # waits for its turn
    running: int  # has begun; it may wait for a retry, or belong to a process that died
    oldest: datetime | None  # when the oldest of both was accepted, in UTC


class _Stop(BaseException):
    """Leaves a workflow for the next launch. DBOS would record an Exception as its outcome."""


class Engine:
    """Register workflows, launch once, start work from any thread, close.

    `url` is the engine's own database, see `engine_url`. `executor_id` must stay the same when
    this process restarts and differ between processes: unfinished work is found again by it.
    `workers` is how many workflows run at once, those waiting for a retry included; a queue gets
    half of them, so that what people wait for is not behind it.
    """

    def __init__(self, url: str, *, executor_id: str, workers: int = 32) -> None:
        if not executor_id:
            raise ValueError("The engine needs an executor id that is stable across restarts.")
        self._url = sa.make_url(url)
        self._executor_id = executor_id
        self._workers = workers
        self._workflows: dict[str, Callable[..., Any]] = {}
        self._launched: dict[str, Callable[..., Any]] = {}  # the same as DBOS knows them
        self._queues: dict[str, dict[str, Any]] = {}
        self._schedules: dict[str, tuple[str, Callable[..., Any]]] = {}
        self._database = connect(self._url)
        self._dbos: DBOS | None = None
        self._undo = ExitStack()
        self._closing = threading.Event()  # retries no longer wait, queued work stays queued
        self._stopped = False  # no further step begins

    @property
    def executor_id(self) -> str:
        """The name under which this process does its work."""
        return self._executor_id

    def workflow(self, name: str) -> Callable[[Function], Function]:
        """Decorator: register a function of JSON values, before `launch`.

        Its unfinished runs are found again by `name`, so keep that across releases. Raises
        ValueError when the name is taken, RuntimeError after launch.
        """
        self._must_be_new("workflow", name, self._workflows)

        def register(function: Function) -> Function:
            # Bare *args: by type hints DBOS would turn text into dates, only after a recovery.
            def run(*args: Any) -> Any:
                if self._closing.is_set():
                    raise _Stop
                try:
                    with bound(workflow=DBOS.workflow_id):
                        return function(*args)
                finally:
                    if self._stopped:  # whatever came of it can no longer be recorded
                        raise _Stop from None

            self._workflows[name] = run
            return function

        return register

    def queue(
        self, name: str, *, per_second: float, at_once: int, poll_seconds: float = 0.2
    ) -> None:
        """Declare, before `launch`, a queue in partitions, each paced by itself.

        Of one partition, over all processes, at most `per_second` workflows start in a second, in
        the order they came, and at most `at_once` are under way, those waiting for a retry
        included. Below one it is one start in so many seconds: 0.5 is one in two. Queued work is
        looked for every `poll_seconds`. Raises ValueError for a name that is taken or a number
        that is not positive, RuntimeError after launch.
        """
        self._must_be_new("queue", name, self._queues)
        if per_second <= 0 or at_once < 1 or poll_seconds <= 0:
            raise ValueError(f"Queue {name} would never start anything.")
        # Whole starts in a longer period, rather than one in a shorter: what a poll finds late
        # would otherwise be lost from the pace.
        starts = max(1, int(per_second))
        self._queues[name] = {
            "partition_limiter": {"limit": starts, "period": starts / per_second},
            "partition_concurrency": at_once,
            "worker_concurrency": max(1, self._workers // 2),
            "polling_interval_sec": poll_seconds,
        }

    def schedule(self, name: str, cron: str, workflow: str) -> None:
        """Have the registered workflow run at each tick of a cron line, in UTC, from `launch` on.

        Five fields, or six with seconds first. Each tick runs once over all processes, up to a
        tenth of the wait late but no more than ten seconds, with one argument: the instant at
        which it was due, in ISO 8601. Ticks missed while no process runs are not made up, and a
        tick does not wait for the one before. Raises KeyError for an unknown workflow, ValueError
        for a name that is taken, RuntimeError after launch; a cron line that cannot be read fails
        the launch.
        """
        self._must_be_new("schedule", name, self._schedules)
        run = self._workflows[workflow]

        def tick(*due_and_context: Any) -> Any:
            due = datetime.fromisoformat(str(due_and_context[0]))
            return run(due.astimezone(UTC).isoformat())

        self._schedules[name] = (cron, tick)

    def _must_be_new(self, kind: str, name: str, known: Collection[str]) -> None:
        if self._dbos:
            raise RuntimeError(f"The {kind} {name} must be registered before launch.")
        if name in known:
            raise ValueError(f"There is already a {kind} {name}.")

    def launch(self) -> None:
        """Start, and take up in the background what this executor left unfinished.

        Raises EngineBusy when another engine holds the SQLite file or this process, and
        EngineUnavailable when the database cannot be reached; both leave the engine as it was.
        RuntimeError after `close`: make a new Engine.
        """
        if self._closing.is_set():
            raise RuntimeError("A closed engine cannot be launched again.")
        if not _one_in_process.acquire(blocking=False):
            raise EngineBusy("This process already runs an engine.")
        with ExitStack() as undo:
            undo.callback(_one_in_process.release)
            if self._url.get_backend_name() == "sqlite":
                hold(Path(str(self._url.database)).resolve(), undo)
            undo.callback(self._database.dispose)
            logger = logging.getLogger("dbos")
            logger.addFilter(_one_line)
            logger.addHandler(_no_console)
            undo.callback(setattr, self, "_dbos", None)
            undo.callback(DBOS.destroy, destroy_registry=True)
            self._dbos = DBOS(
                config=DBOSConfig(
                    name="so-what",
                    executor_id=self._executor_id,
                    application_version=_APPLICATION_VERSION,
                    system_database_engine=self._database,
                    serializer=DBOSPortableJSONSerializer(),  # the default unpickles what it reads
                    max_executor_threads=self._workers,
                    # Nothing waits for notifications: no connection for them, a nap short enough
                    # for a quick close.
                    use_listen_notify=False,
                    notification_listener_polling_interval_sec=0.1,
                    log_level="WARNING",
                )
            )
            for name, function in self._workflows.items():
                self._launched[name] = DBOS.workflow(name=name)(function)
            schedules: list[Any] = [
                {
                    "schedule_name": name,
                    "schedule": cron,
                    "workflow_fn": DBOS.workflow(name=f"schedule {name}")(tick),
                }
                for name, (cron, tick) in self._schedules.items()
            ]
            with _told():
                DBOS.launch()
                # Queues and schedules are rows. A queue no longer named here is left: it costs a
                # look now and then, and deleting it would strand what still waits in it.
                for name, limits in self._queues.items():
                    DBOS.register_queue(name, **limits)
                for known in DBOS.list_schedules():
                    if known["schedule_name"] not in self._schedules:
                        DBOS.delete_schedule(known["schedule_name"])
                DBOS.apply_schedules(schedules)
            self._undo = undo.pop_all()

    def close(self, drain_seconds: float = 20.0) -> None:
        """Stop: begin nothing, let running workflows finish for up to `drain_seconds`.

        A workflow that has not begun or waits for a retry is left to whichever process comes
        first. One that is not done in time goes on at this executor's next launch, or when another
        takes over; the step it is in then runs again. Python waits at exit for a function still
        running, so give every call in a step a time limit of its own.
        """
        self._closing.set()
        deadline = time.monotonic() + drain_seconds
        if dbos := self._dbos:
            for event in dbos.background_thread_stop_events:  # queues, schedules, recovery
                event.set()
            # DBOS.destroy can drain too, but looks once a second and only after the first second.
            while dbos._active_workflows_set.activeList() and time.monotonic() < deadline:
                time.sleep(0.02)
            # What a queue still hands out would fall between the threads that are to run it.
            enough = time.monotonic() + _POLLERS_SECONDS
            for thread in threading.enumerate():
                if thread.name.startswith("queue-worker-"):
                    _wait_for_end(thread, enough)
        self._stopped = True
        if dbos:
            with suppress(EngineUnavailable), _told():
                # In this order: whatever ends between the two is no longer found unfinished.
                busy = dbos._active_workflows_set.activeList()
                _put_back(dbos, self._executor_id, but=busy)
        self._undo.close()

    def start_once(self, workflow_id: str, name: str, *args: Any) -> None:
        """Record a workflow as to be done and return; it begins at once on another thread.

        Does nothing when the id is known, whether that work waits, runs, failed or is done.
        `args` are JSON values. For any thread, also inside a workflow, but not inside a step.
        Raises EngineUnavailable when it may not have been recorded, KeyError for an unknown name,
        TypeError for arguments that are not JSON.
        """
        self._record(DBOS.start_workflow, workflow_id, name, args)

    def enqueue_once(
        self, workflow_id: str, queue: str, partition: str, name: str, *args: Any
    ) -> None:
        """Record a workflow as to be done when its turn comes in that partition of the queue.

        Otherwise as `start_once`, with KeyError for an unknown queue too and ValueError for an
        empty partition, from which nothing would ever be taken.
        """
        if not partition:
            raise ValueError(f"Workflow {workflow_id} needs a partition of queue {queue}.")
        if queue not in self._queues:
            raise KeyError(queue)
        with SetEnqueueOptions(queue_partition_key=partition):
            self._record(partial(DBOS.enqueue_workflow, queue), workflow_id, name, args)

    def _record(
        self, how: Callable[..., object], workflow_id: str, name: str, args: tuple[Any, ...]
    ) -> None:
        self._running()
        function, plain_args = self._launched[name], _plain(args)
        try:
            with _told(), SetWorkflowID(workflow_id):
                how(function, *plain_args)
        except Exception:
            # What DBOS raises once it is destroyed is no part of what it exports.
            if not self._closing.is_set():
                raise
            raise EngineUnavailable("The engine is closing.") from None

    def _running(self) -> DBOS:
        if self._dbos is None or self._stopped:
            raise EngineUnavailable("The engine is not running.")
        return self._dbos

    def step(
        self,
        name: str,
        function: Callable[..., Any],
        *args: Any,
        attempts: int = 5,
        first_wait_seconds: float = 1.0,
    ) -> Any:
        """Inside a workflow: call the function, record its JSON result, and return that.

        After an exception tries again in `first_wait_seconds`, doubling up to five minutes, or
        when TryAgain asks; the wait outlives a restart. Raises StepFailed after the last of
        `attempts`, TypeError for a result that is not JSON, RuntimeError outside a workflow.
        """
        if DBOS.workflow_id is None:
            raise RuntimeError(f"Step {name} was called outside a workflow.")
        error = ""
        for tried in range(attempts):
            if self._stopped:
                raise _Stop
            wait = min(first_wait_seconds * 2**tried, _LONGEST_BACKOFF_SECONDS)
            # DBOS's own retry logs tracebacks, has no Retry-After and forgets on a restart.
            outcome = DBOS.run_step({"name": name}, _try, name, function, args, wait)
            if "result" in outcome:
                return outcome["result"]
            error = outcome["error"]
            # No longer than was meant, where the clock has been put back since.
            left = min(outcome["again_at"] - time.time(), outcome.get("after", math.inf))
            if tried + 1 < attempts and self._closing.wait(left):
                raise _Stop
        raise StepFailed(f"Step {name} was tried {attempts} times; the last ended in {error}.")

    def take_over(self, executor_id: str) -> int:
        """Have what another executor left unfinished go on; returns how many workflows that are.

        Only for an executor that is dead: a live one would do the step it is in as well, though
        what it does after that is refused. Each goes to the queue it came from, with the pace of
        that, or is taken up by whichever process looks first. Finished steps are not repeated. A
        second call, also by another process at the same time, finds nothing left. For a step, or
        outside any workflow. Raises ValueError for this engine's own id, EngineUnavailable.
        """
        if executor_id == self._executor_id:
            raise ValueError(f"{executor_id} is this executor.")
        with _told():
            return _put_back(self._running(), executor_id)

    def tidy(self, before: datetime) -> int:
        """Delete the records of workflows that ended before that instant; returns how many.

        Scheduled ticks are workflows too. An id whose record is gone counts as unknown, so keep
        records for longer than anybody repeats a call. For a step, or outside any workflow. Raises
        ValueError for an instant without a time zone, EngineUnavailable.
        """
        if before.tzinfo is None:
            raise ValueError("The engine needs an instant with its time zone.")
        until = (before - timedelta(milliseconds=1)).isoformat()  # DBOS includes the bound
        deleted = 0
        self._running()
        with _told():
            while not self._closing.is_set():
                ended = DBOS.list_workflows(
                    status=_ENDED,
                    completed_before=until,
                    limit=_PAGE,
                    load_input=False,
                    load_output=False,
                )
                if not ended:
                    break
                DBOS.delete_workflows([workflow.workflow_id for workflow in ended])
                deleted += len(ended)
        return deleted

    def backlog(self) -> Backlog:
        """What waits and what runs. Raises EngineUnavailable."""
        queued, running, oldest = self._ask(_BACKLOG)
        return Backlog(
            queued, running, datetime.fromtimestamp(oldest / 1000, UTC) if oldest else None
        )

    def ping(self) -> None:
        """Return when the engine runs and its database answers; else raises EngineUnavailable."""
        if self._closing.is_set():
            raise EngineUnavailable("The engine is closing.")
        self._ask("SELECT count(*) FROM {table} WHERE false")

    def _ask(self, query: str) -> Any:
        self._running()
        schema = "" if self._url.get_backend_name() == "sqlite" else "dbos."
        with _told(), self._database.connect() as connection:
            return connection.execute(sa.text(query.format(table=f"{schema}workflow_status"))).one()


def _told() -> AbstractContextManager[None]:
    return told_when_unreachable(wants_to_know=DBOS.workflow_id is None)


def _put_back(dbos: DBOS, executor_id: str, but: Collection[str] = ()) -> int:
    # What DBOS does at a launch. Its public resume takes no executor: of two that take over, the
    # later would put back what the earlier already runs. It also forgets the queue.
    database = dbos._sys_db
    return sum(
        database.reenqueue_for_recovery(found.workflow_id, [executor_id], INTERNAL_QUEUE_NAME)
        for found in database.get_pending_workflows(executor_id, _APPLICATION_VERSION)
        if found.workflow_id not in but
    )


def _wait_for_end(thread: threading.Thread, until: float) -> None:
    while (left := until - time.monotonic()) > 0:
        try:
            thread.join(left)
            return
        except RuntimeError:  # it is about to begin
            time.sleep(0.01)


def _try(
    name: str, function: Callable[..., Any], args: tuple[Any, ...], wait: float
) -> dict[str, Any]:
    # A failure is told as a value, which DBOS records like any other and does not log.
    try:
        result = function(*args)
    except Exception as error:
        kind = type(error).__name__
        # What is wrong with the database is for whoever runs the bot to see to.
        why = str(error) if isinstance(error, DatabaseUnavailable) else kind
        _log.warning("Step %s of workflow %s failed: %s", name, DBOS.workflow_id, why)
        seconds = error.after_seconds if isinstance(error, TryAgain) else wait
        return {"error": kind, "again_at": time.time() + seconds, "after": seconds}
    return {"result": _plain(result)}


def _plain(value: Any) -> Any:
    # As it would come back after a recovery: what differs or fails then, does so at once.
    return json.loads(json.dumps(value))


class _OneLine(logging.Filter):
    """Makes one line of each record of DBOS: no traceback, no text of the exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        message = record.getMessage().partition("Traceback")[0].partition("\n")[0]
        message += f" {kind.__name__}" if kind else ""
        message += f" (workflow {DBOS.workflow_id})" if DBOS.workflow_id else ""
        record.msg, record.args, record.exc_info, record.exc_text = message, (), None, None
        return kind is not EngineUnavailable  # of which the caller is told


_one_line = _OneLine()
_no_console = logging.NullHandler()  # DBOS prints to the console unless it finds a handler
