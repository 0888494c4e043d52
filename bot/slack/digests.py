"""Keeping the weekly message true: what was said of an action stands in place of its buttons."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from slack_sdk import WebClient
from sqlmodel import Session

from bot.coaching.phrases import in_words
from bot.coaching.wording import RAG_WORDS, STATUS_NAMES
from bot.conversation import local_day
from bot.slack.digest import answered_message
from bot.slack.refusals import why
from storage import actions, reminders
from storage.actions import StoredAction
from storage.database import Database
from storage.models import Person, Reminder
from storage.vocabulary import Status

# An older message is no longer the one they look at.
_LATELY = timedelta(days=8)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Digests:
    """Messages are made anew from what is stored: one that is lost comes with the next press."""

    database: Database
    client: Callable[[str], WebClient]
    clock: Callable[[], datetime]
    # One at a time: of two presses the later must be shown last.
    _worker: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="digest")
    )

    def refresh(self, person: Person) -> None:
        """Show someone's weekly message as it is now, in the background."""
        self._worker.submit(self._refresh, person)

    def close(self) -> None:
        """Let what is under way finish, and drop the rest."""
        self._worker.shutdown(cancel_futures=True)

    def _refresh(self, person: Person) -> None:
        try:
            with self.database.reading() as session:
                found = reminders.last_sent(session, person, self.clock() - _LATELY)
                if found is None:
                    return
                reminder, message = found
                answers = self._answers(session, person, reminder)
            if answers:
                self.client(person.workspace).chat_update(
                    channel=message.channel,
                    ts=message.ts or "",
                    text=message.text,
                    blocks=answered_message(message.blocks, answers),
                )
        except Exception as error:
            # A courtesy: what was said is kept, whatever the message shows.
            _log.warning("A weekly message was not shown anew: %s", why(error))

    def _answers(
        self, session: Session, person: Person, reminder: Reminder
    ) -> dict[int, tuple[str, int | None]]:
        """What has come of the actions asked about, by id, and the update that can be changed."""
        answers = {}
        for action_id in reminder.actions:
            stored = actions.one(session, person.workspace, action_id)
            said = None if stored is None else self._said(person, stored, reminder)
            if said is not None:
                answers[action_id] = said
        return answers

    def _said(
        self, person: Person, stored: StoredAction, reminder: Reminder
    ) -> tuple[str, int | None] | None:
        action, today = stored.action, local_day(self.clock(), person)
        if action.owner_id != person.id:
            return "Passed on: it is not yours any more.", None
        if action.status in (Status.COMPLETE, Status.WITHDRAWN):
            return f"It is {STATUS_NAMES[action.status]}.", None
        if action.parked_at is not None:
            return "It is parked, and asks for nothing.", None
        last = stored.updates[-1] if stored.updates else None
        if last is not None and last.at >= reminder.at:
            parts = [RAG_WORDS[last.rag], last.reading or ""]
            return f"Noted: {', '.join(filter(None, parts))}.", last.id
        if action.snoozed_until is not None and action.snoozed_until > today:
            return f"You are asked again from {in_words(action.snoozed_until)}.", None
        return None
