"""The sweep: who is due gets their message into the outbox, in the transaction that settles it."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

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

# How many people are read at a time, with all that hangs on them, and how many written about in one
# transaction: others wait for it on SQLite.
PAGE, _AT_ONCE = 500, 20
# Slack tells of so many people at a time whether they are not to be disturbed.
_ASKED_AT_ONCE = 50
# After this hour a message that had to wait goes out all the same: Slack makes no noise about it.
_LAST_HOUR = 18
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Outcome:
    """What is written of somebody who was looked at: when next, and what they are sent."""

    person: Person
    next_at: datetime | None
    settles: str | None
    sent: Reminder | None = None
    messages: Sequence[OutgoingMessage] = ()


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
            outcomes = (_outcome(each, now) for each in self._undisturbed(page, now))
            yield from self._settled(outcomes, reminders.settle_reminder)

    def tell(self, now: datetime) -> Iterator[list[Key]]:
        """Settle everyone who may be due to hear how the plan goes; what was put in the outbox.

        As safe as `sweep`. Raises DatabaseUnavailable.
        """
        for due in self._due(reminders.due_for_overview, now):
            with self.database.reading() as session:
                decided = overviews.decide(session, reminders.people(session, due), now)
            outcomes = (_outcome_overview(each, now) for each in decided)
            yield from self._settled(outcomes, reminders.settle_overview)

    def _settled(
        self, outcomes: Iterator[_Outcome], settle: Callable[..., bool]
    ) -> Iterator[list[Key]]:
        # Some are worded, then written: nobody waits for the words.
        while some := list(islice(outcomes, _AT_ONCE)):
            with self.database.writing() as session:
                # What another process has settled meanwhile is left to it.
                mine = [o for o in some if settle(session, o.person, o.next_at, o.settles)]
                messages = [message for o in mine for message in o.messages]
                reminders.keep(session, [o.sent for o in mine if o.sent is not None])
                conversations.queue_messages(session, messages)
            yield [(each.workspace, each.conversation, each.key) for each in messages]

    def look(self, now: datetime) -> Iterator[Decision]:
        """What a sweep would decide of everyone who is due; nothing is written and Slack not asked.

        Raises DatabaseUnavailable.
        """
        for page in self._pages(now):
            yield from page

    def _pages(self, now: datetime) -> Iterator[list[Decision]]:
        for due in self._due(reminders.due_to_remind, now):
            with self.database.reading() as session:
                decided = decide(session, reminders.people(session, due), now)
            yield decided

    def _due(
        self, find: Callable[..., list[reminders.Due]], now: datetime
    ) -> Iterator[list[reminders.Due]]:
        """Who is due, in pages."""
        after: reminders.Due | None = None
        while True:
            with self.database.reading() as session:
                due = find(session, now, PAGE, after, self.workspace)
            if not due:
                return
            after = due[-1]
            yield due

    def _undisturbed(self, decided: Sequence[Decision], now: datetime) -> list[Decision]:
        """The same, but for those who are to be left in peace for a while, and who are so later."""
        asked: dict[str, list[str]] = defaultdict(list)
        for decision in decided:
            user = decision.person.slack_user_id
            if decision.sends in (ReminderKind.OWNER, ReminderKind.QUIET) and is_slack_id(user):
                asked[decision.person.workspace].append(user)
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


def _outcome(decision: Decision, now: datetime) -> _Outcome:
    person, next_at, settles = decision.person, decision.next_at, decision.settles
    nothing = _Outcome(person, next_at, settles)
    if decision.sends is None or settles is None or decision.week is None:
        return nothing
    to = list(decision.sponsors) if decision.sends is ReminderKind.UNANSWERED else [person]
    reachable = [each for each in to if is_slack_id(each.slack_user_id)]
    if not reachable:
        return nothing
    assert person.id is not None
    reminder = Reminder(
        workspace=person.workspace,
        person_id=person.id,
        kind=decision.sends,
        week=settles,
        at=now,
        actions=[asked.id for asked in decision.week.asked],
    )
    message, key = message_of(decision), reminders.key_of(reminder)
    if decision.sends is not ReminderKind.UNANSWERED:
        messages = [_paced(person, key, message, now)]
    else:
        messages = [_paced(each, f"{key}:{each.id}", message, now) for each in reachable]
    return _Outcome(person, next_at, settles, reminder, messages)


def _outcome_overview(told: overviews.Told, now: datetime) -> _Outcome:
    person, next_at, settles = told.person, told.next_at, told.settles
    if told.says is None or settles is None or not is_slack_id(person.slack_user_id):
        return _Outcome(person, next_at, settles)
    assert person.id is not None
    reminder = Reminder(
        workspace=person.workspace,
        person_id=person.id,
        kind=ReminderKind.OVERVIEW,
        week=settles,
        at=now,
    )
    message = _paced(person, reminders.key_of(reminder), overview_message(told), now)
    return _Outcome(person, next_at, settles, reminder, [message])


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


def _paced(to: Person, key: str, message: Message, now: datetime) -> OutgoingMessage:
    """A message that nobody has asked for, to go out when it is its turn."""
    text, blocks = message
    return OutgoingMessage(
        workspace=to.workspace,
        key=key,
        conversation=f"{to.slack_user_id}:reminders",
        channel=to.slack_user_id,
        text=text,
        blocks=blocks,
        created_at=now,
        is_paced=True,
    )
