"""The Bolt app: every event is kept and becomes work before it is acknowledged."""

import gc
import logging
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.authorize import Authorize
from sqlalchemy.exc import IntegrityError

from bot import metrics
from bot.coach import Coach
from bot.engine import Engine, EngineUnavailable
from bot.logs import BOLT, bound
from bot.settings import Settings
from bot.slack.answering import Answering, Turns
from bot.slack.desk import Desk
from bot.slack.digests import Digests
from bot.slack.door import CheckedApp
from bot.slack.exporting import Exporting
from bot.slack.haste import (
    ASKED_WITHIN,
    MOST_PRESSES,
    MOST_WORDED,
    TOO_FAST,
    TOO_OFTEN,
    Sparing,
    is_too_much,
    warning,
)
from bot.slack.homes import Homes
from bot.slack.importing import Importing
from bot.slack.incoming import ANSWER, Incoming, Kind, incoming, workspace_of
from bot.slack.installing import Installed, Installing, installing_of
from bot.slack.narrating import Narrating
from bot.slack.notices import Key
from bot.slack.office import Office, Work
from bot.slack.people import People
from bot.slack.plan_answers import plan_answer
from bot.slack.posting import Posting
from bot.slack.progress import Progress
from bot.slack.reminding import Reminding
from bot.slack.sending import Sending
from bot.slack.upkeep import ATTEMPTS, Pace, Upkeep
from bot.slack.workspaces import InstalledWorkspaces, Workspaces, web_client, workspaces_of
from storage import conversations
from storage.database import Database, DatabaseUnavailable

# Listeners only keep an event and hand it over; turns run in the engine's own pool.
LISTENER_THREADS = 16
# How long a thread may compute before another gets its go. Python's own 5 ms is long for an
# acknowledgement that waits its turn several times behind threads that read replies.
_SWITCH_SECONDS = 0.0005
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SlackService:
    """The parts of the running bot; `start` before the first event, `stop` after the last.

    `installing` is there where workspaces install the bot themselves.
    """

    app: App
    engine: Engine
    database: Database
    sending: Sending
    progress: Progress
    homes: Homes
    digests: Digests
    narrating: Narrating
    upkeep: Upkeep
    workspaces: Workspaces
    installing: Installing | None = None
    # Set from when it is told to end; what runs by then is still finished.
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self, clock: Callable[[], datetime]) -> None:
        """Launch the engine, and take up what an earlier process left unanswered or unsent.

        Raises EngineBusy, EngineUnavailable or DatabaseUnavailable.
        """
        sys.setswitchinterval(_SWITCH_SECONDS)
        # What is loaded by now stays for good: the collector need not look through it again.
        gc.collect()
        gc.freeze()
        self.upkeep.begin()
        now = clock()
        with self.database.reading() as session:
            unanswered = conversations.open_conversations(session, now)
            unsent = conversations.waiting_conversations(session, now, self.engine.executor_id)
            for place in unanswered:
                events = conversations.open_events(session, *place)
                self.sending.doubt({place[1], *(event.event_id for event in events)})
        self.engine.launch()
        # A fresh id: the work that was to do this may have ended without success.
        stamp = now.isoformat()
        for workspace, conversation in {*unanswered, *unsent}:
            work_id = f"{workspace}:{conversation}:start:{stamp}"
            self.engine.start_once(work_id, "answer", workspace, conversation)

    def stop(self, drain_seconds: float = 20.0) -> None:
        """Let running turns finish for so long; the rest goes on at the next start."""
        self.stopping.set()
        self.upkeep.end()
        self.engine.close(drain_seconds)
        self.progress.close()
        self.homes.close()
        self.digests.close()
        self.narrating.close()


def build(
    settings: Settings,
    database: Database,
    engine: Engine,
    coach: Coach,
    clock: Callable[[], datetime],
    pace: Pace | None = None,
) -> SlackService:
    """The bot for one workspace or for those that install it, put together but not started."""
    workspaces = workspaces_of(settings, database, clock)
    client = workspaces.client
    turns = Turns()
    sending = Sending(database, client, turns, clock, engine.executor_id, workspaces.forget)
    progress = Progress(client)
    people = People(database, client, clock)
    homes = Homes(database, client, clock)
    digests = Digests(database, client, clock)
    office = Office(database, people, clock)
    importing = Importing(database, client, clock)
    answering = Answering(
        database,
        coach,
        people,
        turns,
        clock,
        sending.fresh,
        homes.refresh,
        progress,
        importing,
        partial(plan_answer, office, coach.adviser is not None),
    )
    _register_work(engine, answering, sending)
    _register_files(engine, importing, Exporting(database, client, clock), sending, homes)

    def told(workspace: str, conversation: str, key: str) -> None:
        sending.fresh(workspace, key)
        try:
            engine.start_once(_work_id(workspace, key), "answer", workspace, conversation)
        except EngineUnavailable as error:
            # It stands in the outbox, and goes out with the next start.
            _log.warning("A message waits: %s", error)

    def begun(workspace: str, work: Work) -> None:
        engine.start_once(_work_id(workspace, work.key), work.name, workspace, *work.arguments)

    words = Sparing(MOST_WORDED, int(ASKED_WITHIN.total_seconds()), clock)
    narrating = Narrating(coach.adviser, client, words)
    desk = Desk(office, homes, digests, client, told, begun, narrating)
    secret = settings.slack_signing_secret
    logger = logging.getLogger(BOLT)
    # Bolt finds SLACK_BOT_TOKEN in the environment too, and warns that our client has it already.
    logger.addFilter(lambda record: "`token` will be unused" not in record.getMessage())
    app = CheckedApp(
        # Which workspace a request is from is known when something is said there; until then it is
        # enough that Slack has signed it.
        client=web_client(settings.slack_api_url),
        authorize=_Signed(),  # type: ignore[no-untyped-call]
        signing_secret=secret.get_secret_value() if secret else None,
        ignoring_self_events_enabled=False,
        request_verification_enabled=settings.slack_app_token is None,
        listener_executor=ThreadPoolExecutor(LISTENER_THREADS, thread_name_prefix="listener"),
        raise_error_for_unhandled_request=False,
        logger=logger,
    )

    def warned(workspace: str, user: str, says: str) -> None:
        try:
            with database.writing() as session:
                key = warning(session, workspace, user, says, clock())
        except IntegrityError:
            return  # another process has just told them
        if key is not None:
            told(*key)

    app.use(_keeper(database, engine, clock, warned))
    app.use(_calm(Sparing(MOST_PRESSES, 60, clock), warned))
    # Bolt asks each listener in turn, so what comes most often is named first.
    _listen(app, progress, desk, workspaces)
    desk.listen(app)
    installing = None
    if isinstance(workspaces, InstalledWorkspaces):
        installed = Installed(database, clock, told)
        installing = installing_of(settings, database, workspaces, installed)
    reminding = Reminding(database, client)
    posting = Posting(database, people)
    upkeep = Upkeep(
        database, engine, sending, people, reminding, posting, clock, pace or Pace(), installing
    )
    upkeep.register()
    return SlackService(
        app,
        engine,
        database,
        sending,
        progress,
        homes,
        digests,
        narrating,
        upkeep,
        workspaces,
        installing,
    )


class _Signed(Authorize):
    """Lets in whatever Slack has signed."""

    def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, **_: Any
    ) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


def _register_work(engine: Engine, answering: Answering, sending: Sending) -> None:
    @engine.workflow("answer")
    def answer(workspace: str, conversation: str) -> None:
        told: set[str] = set()

        def answer_and_send(workspace: str, conversation: str) -> None:
            told.update(answering.answer(workspace, conversation))
            for each in (conversation, *sorted(told)):
                sending.send(workspace, each)

        # Both may be repeated without harm, so the first go needs no record of its own beside the
        # workflow's; only one that fails becomes a step, with its waits and its tries counted.
        try:
            answer_and_send(workspace, conversation)
            return
        except Exception as error:
            failed: list[Exception] = [error]

        def again(workspace: str, conversation: str) -> None:
            if failed:
                raise failed.pop()
            answer_and_send(workspace, conversation)

        engine.step("answer and send", again, workspace, conversation, attempts=ATTEMPTS)


def _register_files(
    engine: Engine, importing: Importing, exporting: Exporting, sending: Sending, homes: Homes
) -> None:
    """Files are taken in and made by the engine: what a crash interrupts is done after it."""

    def say(key: Key | None) -> None:
        if key is not None:
            workspace, conversation, message = key
            sending.fresh(workspace, message)
            sending.send(workspace, conversation)

    def take_in(workspace: str, file_id: int, channel: str, thread: str) -> None:
        say(importing.take_in(workspace, file_id, channel, thread))
        # What an earlier try has queued.
        sending.send(workspace, f"{channel}:{thread}")
        homes.refresh(workspace)

    def show(workspace: str, file_id: int, channel: str, thread: str, key: str) -> None:
        say(importing.look_again(workspace, file_id, channel, thread, key))

    @engine.workflow("import")
    def import_(workspace: str, file_id: int, channel: str, thread: str) -> None:
        engine.step("take in", take_in, workspace, file_id, channel, thread, attempts=ATTEMPTS)

    @engine.workflow("look_again")
    def look_again(workspace: str, file_id: int, channel: str, thread: str, key: str) -> None:
        engine.step("look", show, workspace, file_id, channel, thread, key, attempts=ATTEMPTS)

    @engine.workflow("export")
    def export(workspace: str, user: str, what: str, key: str) -> None:
        made = engine.step("upload", exporting.upload, workspace, user, what, attempts=ATTEMPTS)
        if made is not None:
            engine.step("share", exporting.share, workspace, user, what, made, attempts=ATTEMPTS)
            return
        engine.step("refuse", refuse, workspace, user, what, key, attempts=ATTEMPTS)

    def refuse(workspace: str, user: str, what: str, key: str) -> None:
        say(exporting.refuse(workspace, user, what, f"no-file:{key}"))


def _keeper(
    database: Database,
    engine: Engine,
    clock: Callable[[], datetime],
    warned: Callable[[str, str, str], None],
) -> Callable[..., BoltResponse | None]:
    """Middleware that keeps an event and starts its answer, or asks Slack to send it again."""
    for kind in Kind:
        metrics.EVENTS.labels(kind)  # there from the start, so that the first is seen as a rise

    def keep(
        request: BoltRequest, body: dict[str, Any], next: Callable[[], BoltResponse]
    ) -> BoltResponse | None:
        found = incoming(body)
        if found is not None:
            with bound(workspace=found.workspace, event=found.event_id):
                try:
                    is_again = _RETRY in request.headers and _is_kept(database, found)
                    if not is_again and not _keep(database, found, clock()):
                        warned(found.workspace, found.user, TOO_FAST)
                        return BoltResponse(status=200, body="")
                    # Begun even when the event was there before: a crash may have come between.
                    engine.start_once(
                        _work_id(found.workspace, found.event_id),
                        "answer",
                        found.workspace,
                        found.conversation,
                    )
                except (DatabaseUnavailable, EngineUnavailable) as error:
                    _log.error("Event %s not taken: %s", found.event_id, error)
                    return BoltResponse(status=503, body="")
        return next()

    return keep


def _calm(
    sparing: Sparing, warned: Callable[[str, str, str], None]
) -> Callable[..., BoltResponse | None]:
    """Middleware that leaves undone what somebody presses faster than anybody can.

    Not a form that is sent: what was typed into it would be lost.
    """

    def calm(body: dict[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse | None:
        is_command = "command" in body
        if not is_command and body.get("type") not in (
            "block_actions",
            "shortcut",
            "message_action",
        ):
            return next()
        user = body["user_id"] if is_command else body["user"]["id"]
        workspace = body["team_id"] if is_command else workspace_of(body)
        if sparing.allows(workspace, user):
            return next()
        if is_command:
            return BoltResponse(status=200, body=TOO_OFTEN)
        try:
            warned(workspace, user, TOO_OFTEN)
        except DatabaseUnavailable as error:
            _log.warning("Somebody is not told that they are too fast: %s", error)
        return BoltResponse(status=200, body="")

    return calm


# With this header Slack delivers what was not acknowledged in time. Many of those come together
# after a bad moment: to look whether they are kept holds up nobody, as to write would.
_RETRY = "x-slack-retry-num"


def _is_kept(database: Database, found: Incoming) -> bool:
    with database.reading() as session:
        return conversations.event(session, found.workspace, found.event_id) is not None


def _keep(database: Database, found: Incoming, now: datetime) -> bool:
    """Keep an event; False where its person has too many waiting."""
    with database.writing() as session:
        if is_too_much(session, found):
            return False
        is_new = conversations.receive(
            session,
            workspace=found.workspace,
            event_id=found.event_id,
            conversation=found.conversation,
            payload=found.to_json(),
            at=now,
        )
    if is_new:
        metrics.EVENTS.labels(found.kind).inc()
        _log.info("The event is kept.")
    return True


def _work_id(workspace: str, event_id: str) -> str:
    return f"{workspace}:{event_id}"


def handlers(
    progress: Progress, desk: Desk, workspaces: Workspaces
) -> dict[str, Callable[[dict[str, Any], dict[str, Any]], None]]:
    """What is done at once about an event, by its type; messages and mentions are kept instead."""

    def stopped(body: dict[str, Any], event: dict[str, Any]) -> None:
        progress.stop(body.get("team_id", ""), event.get("channel", ""), event.get("thread_ts", ""))

    def taken_out(body: dict[str, Any], event: dict[str, Any]) -> None:
        # Slack withdraws people's tokens by the same event; we have only bots'.
        if event["type"] == "app_uninstalled" or (event.get("tokens") or {}).get("bot"):
            workspaces.forget(body.get("team_id", ""))

    return {
        "agent_session_stopped": stopped,
        "app_home_opened": desk.opened,
        "app_uninstalled": taken_out,
        "tokens_revoked": taken_out,
    }


def _listen(app: App, progress: Progress, desk: Desk, workspaces: Workspaces) -> None:
    """Name what is heard; the middleware has kept what is to be answered by the time these run."""

    handled = handlers(progress, desk, workspaces)

    @app.error
    def failed(error: Exception) -> BoltResponse:
        # Its text may hold people's words.
        _log.error("A request failed: %s", type(error).__name__)
        return BoltResponse(status=500, body="")

    # One listener for all events: Bolt takes its time over each that it asks in vain.
    @app.event(re.compile(""))
    def heard(body: dict[str, Any], event: dict[str, Any]) -> None:
        handle = handled.get(event.get("type", ""))
        if handle is not None:
            handle(body, event)

    @app.action(re.compile(rf"^{ANSWER}:"))
    def pressed(ack: Callable[[], None]) -> None:
        ack()
