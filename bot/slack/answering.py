"""Answering one event: from the row it was kept in to the reply in the outbox, all at once."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import ActionsBlock
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from bot import conversation as talk
from bot import metrics
from bot.coach import EMBEDDED, Coach, Stop
from bot.coaching.interview import remark, undo
from bot.coaching.replies import Command, command
from bot.coaching.state import Outcome, Say
from bot.engine import TryAgain
from bot.logs import bound
from bot.rights import READERS, may_write
from bot.slack import notices, screens, update_words
from bot.slack.beginning import begin_interview
from bot.slack.haste import asks_too_often
from bot.slack.importing import Importing
from bot.slack.incoming import Incoming, Kind
from bot.slack.people import STRANGERS, People, Stranger
from bot.slack.pieces import as_dicts, open_button
from bot.slack.plan_answers import may_ask
from storage import actions, conversations, providers
from storage.actions import StoredAction
from storage.database import Database, DatabaseUnavailable
from storage.models import OutgoingMessage, Person
from storage.vocabulary import InterviewStatus

_log = logging.getLogger(__name__)
_TURNS_AT_WORK = 1
# Another turn of the same conversation came between: read again and answer from there.
_ATTEMPTS = 5
_OPENING_SECONDS = 1.0
_ANSWERED_ELSEWHERE = "I have answered you in a direct message, where nobody else reads along."
_BEGUN_ELSEWHERE = (
    "I have written to you in a direct message, where nobody else reads along. Answer me there, in "
    "its thread."
)


class Turns:
    """One conversation is handled one message at a time; others go on meanwhile."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(self, conversation: str) -> Iterator[None]:
        """Hold the conversation for the length of the block."""
        with self._guard:
            lock, waiting = self._held.get(conversation, (threading.Lock(), 0))
            self._held[conversation] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, waiting = self._held[conversation]
                if waiting == 1:
                    del self._held[conversation]
                else:
                    self._held[conversation] = (lock, waiting - 1)


@dataclass(frozen=True)
class _Due:
    """A conversation with what is to be said in it; without `say` the coach answers the event.

    `first` is then said before the coach's words. `shown` answers news of an action that is there
    already: no interview has any part in that.
    """

    conversation: talk.Conversation
    say: Say | None = None
    first: str = ""
    shown: update_words.Shown | None = None


@dataclass(frozen=True)
class Answering:
    """Answers kept events."""

    database: Database
    coach: Coach
    people: People
    turns: Turns
    clock: Callable[[], datetime]
    # Told of each message put in the outbox (workspace, key), after the commit.
    queued: Callable[[str, str], None]
    # Told of a workspace whose plan has changed, after the commit.
    changed: Callable[[str], None]
    # Shows, for the length of a block, that an answer is coming, and takes the person's stop.
    progress: Callable[[Incoming, Stop], AbstractContextManager[object]]
    # Looks at files that come with a message.
    importing: Importing
    # Answers a question about the plan; None for what is none.
    asked: Callable[[Person, str], update_words.Shown | None]
    # How many turns compute at once. They share one interpreter, so more would finish no sooner
    # and keep acknowledgements waiting; a turn that waits for Slack or a model is not counted.
    at_work: AbstractContextManager[object] = field(
        default_factory=lambda: threading.BoundedSemaphore(_TURNS_AT_WORK)
    )

    def answer(self, workspace: str, conversation: str) -> set[str]:
        """Answer every kept event of a conversation that is not answered yet, the oldest first.

        May be called again and from several threads: what is answered stays as it is. The other
        conversations in which somebody is to be told of what was done here.
        """
        told: set[str] = set()
        with self.turns.of(f"{workspace}:{conversation}"):
            with self.at_work, self.database.reading() as session:
                events = conversations.open_events(session, workspace, conversation)
            for event in events:
                with bound(workspace=workspace, event=event.event_id), metrics.turn():
                    told.update(self._answer_one(Incoming.from_json(event.payload)))
                    _log.info("The event is answered.")
        return told

    def _answer_one(self, incoming: Incoming) -> list[str]:
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._try_once(incoming)
            except Stranger:
                return self._turned_away(incoming)
            except (StaleDataError, IntegrityError):
                if attempt == _ATTEMPTS:
                    raise

    def _turned_away(self, incoming: Incoming) -> list[str]:
        """Nothing is kept of someone of another workspace, nor told to them of the plan."""
        now, workspace = self.clock(), incoming.workspace
        with self.at_work, self.database.writing() as session:
            if not conversations.mark_answered(session, workspace, incoming.event_id, now):
                return []
            providers.ensure_provider(session, workspace, workspace)
            self._post(session, incoming, now, *screens.plain(STRANGERS))
        self.queued(workspace, _key(incoming))
        return []

    def _mentioned(self, incoming: Incoming) -> list[str]:
        """A mention in a channel: the interview is private, since others read along there."""
        now, workspace = self.clock(), incoming.workspace
        person = self.people.person(workspace, incoming.user)
        words = None if _is_greeting(incoming.text) else incoming.text or None
        answer = None
        if may_ask(incoming.text, False):
            answer = self._plan_answer(incoming)
        with self.at_work, self.database.writing() as session:
            if not conversations.mark_answered(session, workspace, incoming.event_id, now):
                return []
            begun = None
            if answer is not None:
                begun = self._post_privately(session, incoming, now, answer)
            elif may_write(person):
                key = f"begin:{incoming.event_id}"
                begun = begin_interview(session, person, now, key, words=words)
            says = _BEGUN_ELSEWHERE if begun else READERS
            says = _ANSWERED_ELSEWHERE if answer else says
            self._post(session, incoming, now, *screens.plain(says))
        self.queued(workspace, _key(incoming))
        if begun is None:
            return []
        _, elsewhere, key = begun
        self.queued(workspace, key)
        return [elsewhere]

    def _try_once(self, incoming: Incoming) -> list[str]:
        if incoming.kind is Kind.MENTION:
            return self._mentioned(incoming)
        if incoming.files:
            giver = self.people.person(incoming.workspace, incoming.user)
            if self.importing.is_for(incoming, giver):
                return self._files(incoming, giver)
        now, workspace = self.clock(), incoming.workspace
        if incoming.kind is Kind.MESSAGE and may_ask(incoming.text, incoming.is_reply):
            shown = self._plan_answer(incoming)
            if shown is not None:
                return self._shown(incoming, shown, now)
        with self.at_work, self.database.reading() as session:
            person = providers.person(session, workspace, incoming.user)
            known = person is not None and self.people.is_fresh(person)
            due = self._loaded(session, incoming, person, now) if person and known else None
        if not known:
            person = self.people.person(workspace, incoming.user)
            with self.database.reading() as session:
                due = self._loaded(session, incoming, person, now)
        if due is not None and due.shown is not None:
            return self._shown(incoming, due.shown, now)
        # No session is open here: a coach with a model may take its time.
        reply = self._answered(due, incoming) if due is not None else None
        with self.at_work, self.database.writing() as session:
            if not conversations.mark_answered(session, workspace, incoming.event_id, now):
                return []
            if reply is None:
                return []
            after, say = reply
            said = incoming.text if incoming.kind is not Kind.DELETED else None
            action_id = talk.store(
                session, after, say, now, source=incoming.event_id, reply=said, ts=incoming.ts
            )
            written = actions.heading(session, workspace, action_id) if action_id else None
            self._queue(session, incoming, after, say, now, written)
            told: list[notices.Key] = []
            if written is not None and say.outcome is Outcome.AGREED:
                told = notices.after_agreement(session, written, after.person, now)
        self.queued(workspace, _key(incoming))
        if written is None:
            return []
        owner = written.owner
        if owner is not None and owner.name == owner.slack_user_id:
            # Named by a mention, of which the database has no more than the id.
            with suppress(Stranger):
                self.people.person(workspace, owner.slack_user_id)
        for _, _, key in told:
            self.queued(workspace, key)
        self.changed(workspace)
        return [conversation for _, conversation, _ in told]

    def _plan_answer(self, incoming: Incoming) -> update_words.Shown | None:
        person = self.people.person(incoming.workspace, incoming.user)
        try:
            with self.at_work:
                return self.asked(person, incoming.text)
        except (SQLAlchemyError, DatabaseUnavailable):
            raise
        except Exception as error:
            # What cannot be answered is taken for what people mostly write.
            _log.error("A question could not be answered: %s", type(error).__name__)
            metrics.stumbled()
            return None

    def _files(self, incoming: Incoming, person: Person) -> list[str]:
        """Say what the files of a message are understood to be."""
        now = self.clock()
        # No session is open here: Slack may take its time to hand them over.
        looked = self.importing.look(incoming, person, now)
        with self.at_work, self.database.writing() as session:
            if not conversations.mark_answered(session, incoming.workspace, incoming.event_id, now):
                return []
            shown = self.importing.keep(session, incoming, person, looked, now)
            for key, each in shown:
                self._post(session, incoming, now, each.text, each.blocks, key=key)
        for key, _ in shown:
            self.queued(incoming.workspace, key)
        return []

    def _shown(self, incoming: Incoming, shown: update_words.Shown, now: datetime) -> list[str]:
        """Answer with a message that is ready to be posted."""
        key = update_words.key_of(incoming) or _key(incoming)
        with self.at_work, self.database.writing() as session:
            if not conversations.mark_answered(session, incoming.workspace, incoming.event_id, now):
                return []
            if conversations.is_queued(session, incoming.workspace, key):
                # The same message came under another event's id too.
                return []
            self._post(session, incoming, now, shown.text, shown.blocks, key=key)
        self.queued(incoming.workspace, key)
        return []

    def _loaded(
        self, session: Session, incoming: Incoming, person: Person, now: datetime
    ) -> _Due | None:
        place = talk.Place(incoming.workspace, incoming.channel, incoming.thread)
        loaded = talk.load(session, place, person, now)
        try:
            shown = update_words.answer(session, loaded, incoming, now)
            if shown is not None:
                return _Due(loaded, shown=shown)
            return self._due(session, loaded, incoming)
        except (SQLAlchemyError, DatabaseUnavailable, TryAgain):
            raise
        except Exception as error:
            return _stumbled(loaded, incoming, error)

    def _answered(self, due: _Due, incoming: Incoming) -> tuple[talk.Conversation, Say] | None:
        if due.say is not None:
            return due.conversation, due.say
        heard = talk.heard(due.conversation, incoming.text)
        try:
            coach, waits = self.coach, self.coach.takes_time(heard)
            if waits and asks_too_often(self.database, due.conversation.person, self.clock()):
                coach, waits = EMBEDDED, False
            with self.progress(incoming, heard.stop) if waits else self.at_work:
                after, say = talk.answered(due.conversation, heard, coach)
        except Exception as error:
            stumbled = _stumbled(due.conversation, incoming, error)
            after, say = stumbled.conversation, stumbled.say or Say("")
        text = "\n".join(filter(None, (due.first, say.text)))
        return after, replace(say, text=text)

    def _due(self, session: Session, loaded: talk.Conversation, incoming: Incoming) -> _Due | None:
        """What this event asks for; None when there is nothing to say."""
        record = loaded.record
        if record is not None and record.person_id != loaded.person.id:
            return None
        if not may_write(loaded.person):
            there = loaded if loaded.interview is not None else talk.opened(loaded)[0]
            return _Due(there, Say(READERS))
        if loaded.over is not None:
            return _Due(
                loaded, Say(f"{loaded.over} Write to me outside this thread to begin another.")
            )
        if incoming.kind in (Kind.EDITED, Kind.DELETED):
            return self._second_thoughts(session, loaded, incoming)
        order = command(incoming.text)
        if loaded.interview is None or (
            order is Command.NEW and record and record.status is InterviewStatus.AGREED
        ):
            if incoming.is_reply or incoming.kind is Kind.PRESS:
                self._await_opening(session, loaded, incoming)
            if incoming.kind is Kind.PRESS:
                return None
            return self._first_words(session, loaded, incoming, order)
        if incoming.kind is Kind.PRESS and incoming.number != loaded.interview.said:
            interview, say = remark(loaded.interview, "stale", loaded.setting)
            # The newest buttons stay good, so the count of messages does not move on.
            interview.said, interview.choices = loaded.interview.said, loaded.interview.choices
            return _Due(replace(loaded, interview=interview), say) if say.text else None
        return _Due(loaded)

    def _await_opening(
        self, session: Session, loaded: talk.Conversation, incoming: Incoming
    ) -> None:
        """Raise TryAgain or StaleDataError where the thread may be that of an interview of ours.

        Its opening may be in Slack already while the interview under it is not in the database yet.
        """
        if conversations.waits_to_open(session, incoming.workspace, incoming.user):
            raise TryAgain(_OPENING_SECONDS)
        place = loaded.place
        now_there = conversations.interview_at(
            session, place.workspace, place.channel, place.thread
        )
        if loaded.interview is None and now_there is not None:
            raise StaleDataError("the interview has been opened since it was looked for")

    def _first_words(
        self,
        session: Session,
        loaded: talk.Conversation,
        incoming: Incoming,
        order: Command | None,
    ) -> _Due:
        assert loaded.person.id is not None
        if order is Command.CARRY_ON:
            left = conversations.unfinished_interviews(
                session, incoming.workspace, loaded.person.id
            )
            if left:
                elsewhere = talk.load(
                    session,
                    talk.Place(incoming.workspace, left[0].channel, left[0].thread),
                    loaded.person,
                    self.clock(),
                )
                # It goes on here: the thread it was left in no longer leads to it.
                moved, say = talk.resumed(elsewhere)
                return _Due(replace(moved, place=loaded.place), say)
        if order is not None or _is_greeting(incoming.text):
            return _Due(*talk.opened(loaded))
        begun = None
        if not incoming.is_reply:
            if conversations.waits_to_open(session, incoming.workspace, incoming.user):
                raise TryAgain(_OPENING_SECONDS)
            begun = conversations.begun_interview(session, incoming.workspace, loaded.person.id)
        if begun is None:
            after, _ = talk.opened(loaded)
            return _Due(after)
        # Meant for the question that we put to them elsewhere.
        there = talk.Place(incoming.workspace, begun.channel, begun.thread)
        moved = talk.load(session, there, loaded.person, self.clock())
        return _Due(replace(moved, place=loaded.place))

    def _second_thoughts(
        self, session: Session, loaded: talk.Conversation, incoming: Incoming
    ) -> _Due | None:
        """An edited or deleted message: the latest answer can be re-read, an older one stands."""
        turn = conversations.turn_by_ts(session, incoming.workspace, incoming.channel, incoming.ts)
        if loaded.interview is None or loaded.record is None or turn is None:
            return None
        if turn.interview_id != loaded.record.id:
            return None
        latest = conversations.last_words(session, incoming.workspace, turn.interview_id)
        may_reread = latest is not None and latest.ts == incoming.ts
        is_open = loaded.record.status is InterviewStatus.OPEN
        if incoming.kind is Kind.EDITED and may_reread and is_open:
            interview, first = remark(
                undo(loaded.interview, loaded.setting), "edited", loaded.setting
            )
            return _Due(replace(loaded, interview=interview), first=first.text)
        key = "deleted" if incoming.kind is Kind.DELETED else "edited_late"
        interview, say = remark(loaded.interview, key, loaded.setting)
        interview.said, interview.choices = loaded.interview.said, loaded.interview.choices
        return _Due(replace(loaded, interview=interview), say) if say.text else None

    def _queue(
        self,
        session: Session,
        incoming: Incoming,
        after: talk.Conversation,
        say: Say,
        now: datetime,
        written: StoredAction | None,
    ) -> None:
        assert after.interview is not None
        pressed = incoming.text if incoming.kind is Kind.PRESS else None
        shown = screens.message(
            say, after.interview.said, after.interview.draft, after.setting, pressed
        )
        if written is not None and say.outcome is not None:
            _, blocks = shown
            label = f"Open {written.action.reference}"
            blocks += as_dicts([ActionsBlock(elements=[open_button(written.action, label=label)])])
        markdown = screens.markdown(say.text) if say.worded else None
        self._post(session, incoming, now, *shown, markdown)

    def _post_privately(
        self, session: Session, incoming: Incoming, now: datetime, shown: update_words.Shown
    ) -> notices.Key:
        """Put an answer in the direct message of whoever asked elsewhere."""
        key = f"asked:{incoming.event_id}"
        conversation = f"{incoming.user}:{key}"
        message = OutgoingMessage(
            workspace=incoming.workspace,
            key=key,
            conversation=conversation,
            channel=incoming.user,
            text=shown.text,
            blocks=shown.blocks,
            created_at=now,
        )
        conversations.queue_message(session, message)
        return incoming.workspace, conversation, key

    def _post(
        self,
        session: Session,
        incoming: Incoming,
        now: datetime,
        text: str,
        blocks: list[dict[str, Any]],
        markdown: str | None = None,
        key: str | None = None,
    ) -> None:
        """Put the answer to an event in the outbox."""
        if incoming.kind is not Kind.MENTION:
            # By it is found later what was written to them.
            workspace, user = incoming.workspace, incoming.user
            providers.note_direct_channel(session, workspace, user, incoming.channel)
        conversations.queue_message(
            session,
            OutgoingMessage(
                workspace=incoming.workspace,
                key=key or _key(incoming),
                conversation=incoming.conversation,
                channel=incoming.channel,
                thread=incoming.thread,
                text=text,
                blocks=blocks,
                markdown=markdown,
                created_at=now,
            ),
        )


def _stumbled(loaded: talk.Conversation, incoming: Incoming, error: Exception) -> _Due:
    """After words that could not be read: they would fail the same way each time."""
    _log.error("Event %s could not be read: %s", incoming.event_id, type(error).__name__)
    metrics.stumbled()
    if loaded.interview is None:
        loaded, _ = talk.opened(loaded)
    assert loaded.interview is not None
    interview, say = remark(loaded.interview, "stumbled", loaded.setting)
    return _Due(replace(loaded, interview=interview), say)


def _key(incoming: Incoming) -> str:
    return f"{incoming.event_id}:reply"


def _is_greeting(text: str) -> bool:
    words = text.lower().strip(" .!?,")
    return words in _GREETINGS or words.rstrip("s") in _GREETINGS


_GREETINGS = frozenset("hi hello hey hiya morning afternoon evening start begin".split()) | {
    "hi there",
    "hello there",
    "good morning",
    "good afternoon",
    "let's start",
    "get started",
}
