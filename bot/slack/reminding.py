"""The sweep: who is due gets their message into the outbox, in the transaction that settles it."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from sqlmodel import Session

from bot import overviews
from bot.coaching.moments import zone_of
from bot.conversation import is_slack_id
from bot.reminders import Decision, Not, decide
from bot.slack.digest import (
    Message,
    overview_message,
    owners_message,
    quiet_message,
    unanswered_message,
)
from bot.slack.notices import Key
from bot.slack.refusals import why
from bot.slack.workspaces import NotInstalled
from storage import conversations, reminders
from storage.database import Database
from storage.models import OutgoingMessage, Person, Reminder
from storage.vocabulary import ReminderKind

# How many people are read at a time, and how many written about in one transaction: others wait
# for it on SQLite.
_PAGE, _AT_ONCE = 200, 20
# Slack tells of so many people at a time whether they are not to be disturbed.
_ASKED_AT_ONCE = 50
# After this hour a message that had to wait goes out all the same: Slack makes no noise about it.
_LAST_HOUR = 18
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reminding:
    """Looks for whoever is due. `client` gives the Web API client of a workspace."""

    database: Database
    client: Callable[[str], WebClient]
    # The only workspace to look at, None for all.
    workspace: str | None = None

    def sweep(self, now: datetime) -> Iterator[list[Key]]:
        """Settle everyone who is due; the messages put in the outbox, some at a time.

        Safe to be cut short, to be run again and by several processes at once: what is settled is
        no longer due, and each is settled in one transaction with the message. Raises
        DatabaseUnavailable.
        """
        for page in self._pages(now):
            decided = self._undisturbed(page, now)
            for start in range(0, len(decided), _AT_ONCE):
                with self.database.writing() as session:
                    queued = [
                        key
                        for decision in decided[start : start + _AT_ONCE]
                        for key in _settle(session, decision, now)
                    ]
                yield queued

    def tell(self, now: datetime) -> Iterator[list[Key]]:
        """Settle everyone who may be due to hear how the plan goes; what was put in the outbox.

        As safe as `sweep`. Raises DatabaseUnavailable.
        """
        after: reminders.Cursor | None = None
        while True:
            with self.database.reading() as session:
                people = reminders.due_for_overview(session, now, _PAGE, after, self.workspace)
                decided = overviews.decide(session, people, now)
            if not people:
                return
            last = people[-1]
            assert last.overview_at is not None and last.id is not None
            after = last.overview_at, last.id
            for start in range(0, len(decided), _AT_ONCE):
                with self.database.writing() as session:
                    queued = [
                        key
                        for told in decided[start : start + _AT_ONCE]
                        for key in _settle_overview(session, told, now)
                    ]
                yield queued

    def look(self, now: datetime) -> Iterator[Decision]:
        """What a sweep would decide of everyone who is due; nothing is written and Slack not asked.

        Raises DatabaseUnavailable.
        """
        for page in self._pages(now):
            yield from page

    def _pages(self, now: datetime) -> Iterator[list[Decision]]:
        after: reminders.Cursor | None = None
        while True:
            with self.database.reading() as session:
                people = reminders.due_people(session, now, _PAGE, after, self.workspace)
                decided = decide(session, people, now)
            if not people:
                return
            last = people[-1]
            assert last.remind_at is not None and last.id is not None
            after = last.remind_at, last.id
            yield decided

    def _undisturbed(self, decided: Sequence[Decision], now: datetime) -> list[Decision]:
        """The same, but for those who are to be left in peace for a while, and who are so later."""
        asked: dict[str, list[str]] = defaultdict(list)
        for decision in decided:
            if decision.sends in (ReminderKind.OWNER, ReminderKind.QUIET):
                asked[decision.person.workspace].append(decision.person.slack_user_id)
        until: dict[tuple[str, str], datetime] = {}
        gone: set[str] = set()
        for workspace, users in asked.items():
            try:
                client = self.client(workspace)
                for start in range(0, len(users), _ASKED_AT_ONCE):
                    found = _disturbed(client, users[start : start + _ASKED_AT_ONCE], now)
                    until |= {(workspace, user): end for user, end in found.items()}
            except NotInstalled:
                gone.add(workspace)
            except (SlackClientError, OSError, ValueError, KeyError, TypeError) as error:
                # Whoever cannot be asked after is written to: Slack itself keeps quiet for them.
                _log.info("Slack does not say who is not to be disturbed: %s", why(error))
        return [_later(decision, until, gone, now) for decision in decided]


def _disturbed(client: WebClient, users: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Until when each of these people wants to be left in peace, of those who do just now."""
    answer = client.dnd_teamInfo(users=list(users))
    found = {}
    for user, dnd in (answer.get("users") or {}).items():
        begins, ends = dnd.get("next_dnd_start_ts"), dnd.get("next_dnd_end_ts")
        if dnd.get("dnd_enabled") and begins and ends and begins <= now.timestamp() < ends:
            found[user] = datetime.fromtimestamp(ends, UTC)
    return found


def _later(
    decision: Decision,
    until: dict[tuple[str, str], datetime],
    gone: set[str],
    now: datetime,
) -> Decision:
    """The decision, put off where its person is not to be disturbed, or cannot be reached."""
    person = decision.person
    if person.workspace in gone:
        return Decision(person, now + timedelta(days=1), why_not=Not.GONE)
    ends = until.get((person.workspace, person.slack_user_id))
    if ends is None:
        return decision
    zone = zone_of(person.timezone)
    here = ends.astimezone(zone)
    is_today = here.date() == now.astimezone(zone).date()
    if not is_today or here.hour >= _LAST_HOUR:
        return decision
    return replace(decision, next_at=ends, settles=None, sends=None, why_not=Not.AWAY)


def _settle(session: Session, decision: Decision, now: datetime) -> list[Key]:
    """Note what was decided, and queue what is sent; nothing where another process was quicker."""
    person = decision.person
    if not reminders.settle_reminder(session, person, decision.next_at, decision.settles):
        return []
    if decision.sends is None or decision.settles is None or decision.week is None:
        return []
    to = list(decision.sponsors) if decision.sends is ReminderKind.UNANSWERED else [person]
    reachable = [each for each in to if is_slack_id(each.slack_user_id)]
    if not reachable:
        return []
    assert person.id is not None
    reminder = Reminder(
        workspace=person.workspace,
        person_id=person.id,
        kind=decision.sends,
        week=decision.settles,
        at=now,
        actions=[asked.id for asked in decision.week.asked],
    )
    reminders.keep(session, reminder)
    text, blocks = message_of(decision)
    key = reminders.key_of(reminder)
    if decision.sends is not ReminderKind.UNANSWERED:
        return [queue_paced(session, person, key, text, blocks, now)]
    return [queue_paced(session, each, f"{key}:{each.id}", text, blocks, now) for each in reachable]


def _settle_overview(session: Session, told: overviews.Told, now: datetime) -> list[Key]:
    person = told.person
    if not reminders.settle_overview(session, person, told.next_at, told.settles):
        return []
    if told.says is None or told.settles is None or not is_slack_id(person.slack_user_id):
        return []
    assert person.id is not None
    reminder = Reminder(
        workspace=person.workspace,
        person_id=person.id,
        kind=ReminderKind.OVERVIEW,
        week=told.settles,
        at=now,
    )
    reminders.keep(session, reminder)
    return [queue_paced(session, person, reminders.key_of(reminder), *overview_message(told), now)]


def message_of(decision: Decision) -> Message:
    """The words and blocks of what somebody is sent. ValueError where nothing is."""
    assert decision.week is not None
    if decision.sends is ReminderKind.OWNER:
        return owners_message(decision.week)
    if decision.sends is ReminderKind.QUIET:
        return quiet_message()
    if decision.sends is ReminderKind.UNANSWERED:
        return unanswered_message(decision.person, decision.owned)
    raise ValueError("nothing is sent")


def queue_paced(
    session: Session, to: Person, key: str, text: str, blocks: list[dict[str, Any]], now: datetime
) -> Key:
    """Put a message that nobody has asked for into the outbox, to go out when it is its turn."""
    conversation = f"{to.slack_user_id}:reminders"
    conversations.queue_message(
        session,
        OutgoingMessage(
            workspace=to.workspace,
            key=key,
            conversation=conversation,
            channel=to.slack_user_id,
            text=text,
            blocks=blocks,
            created_at=now,
            is_paced=True,
        ),
    )
    return to.workspace, conversation, key
