"""`sowhat remind`: what the next sweep would send, or the sweep itself, without a running bot."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bot.coaching.moments import zone_of
from bot.engine import TryAgain
from bot.reminders import Decision, Not
from bot.settings import Settings, for_slack
from bot.slack.answering import Turns
from bot.slack.reminding import Reminding, message_of
from bot.slack.sending import NotSent, Sending
from bot.slack.upkeep import Pace
from bot.slack.workspaces import workspaces_of
from storage import conversations, nodes
from storage.database import Database

# Beyond this Slack is not just busy: what waits goes out when the bot runs.
_MOST_TRIES = 5
_MOST_WAIT_SECONDS = 60.0
_WAIT_SECONDS = 1.0
# Nobody need be told of those whose time has not come.
_PLAIN = frozenset({Not.NOT_YET})


class Sent(NamedTuple):
    """How many messages were queued, and how many of them stand in Slack."""

    queued: int
    sent: int


def would_send(database: Database, now: datetime, workspace: str | None) -> Iterator[Decision]:
    """What the next sweep would decide at an instant. Raises DatabaseUnavailable."""

    def nobody(_workspace: str) -> Any:
        raise NotImplementedError("a dry run asks Slack nothing")

    yield from Reminding(database, nobody, workspace).look(now)


def send_now(
    settings: Settings,
    now: datetime,
    workspace: str | None,
    told: Callable[[int, int], None],
) -> Sent:
    """Sweep at an instant and send what comes of it, at the pace that the bot keeps.

    `told` hears of each message: how many are done, of how many. Raises SettingsInvalid or
    DatabaseUnavailable.
    """
    for_slack(settings)
    executor = f"{settings.executor_id}-remind-{os.getpid()}"
    database = Database(settings.database_url, executor=executor)
    try:
        workspaces = workspaces_of(settings, database, lambda: now)
        reminding = Reminding(database, workspaces.client, workspace)
        sending = Sending(
            database, workspaces.client, Turns(), lambda: now, executor, workspaces.forget
        )
        keys = [key for queued in reminding.sweep(now) for key in queued]
        sent = 0
        for number, (place, conversation, key) in enumerate(keys, start=1):
            _send(sending, place, conversation)
            with database.reading() as session:
                sent += conversations.is_sent(session, place, key)
            told(number, len(keys))
            time.sleep(1 / Pace.per_second)
        return Sent(len(keys), sent)
    finally:
        # What is not sent is then for a bot that runs to send.
        with database.writing() as session:
            nodes.forget(session, executor)
        database.close()


def _send(sending: Sending, workspace: str, conversation: str) -> None:
    for _ in range(_MOST_TRIES):
        # A bot that runs meanwhile takes over from whoever does not say that they do.
        with sending.database.writing() as session:
            nodes.beat(session, sending.executor, datetime.now(UTC))
        try:
            sending.send(workspace, conversation)
            return
        except TryAgain as again:
            waits = min(again.after_seconds, _MOST_WAIT_SECONDS)
        except NotSent:
            waits = _WAIT_SECONDS
        time.sleep(waits)


def as_json(decision: Decision) -> dict[str, Any]:
    """What is sent to somebody, or why nothing is, for a program to read."""
    person = decision.person
    shown: dict[str, Any] = {
        "workspace": person.workspace,
        "owner": {"slack_user_id": person.slack_user_id, "name": person.name},
        "kind": decision.sends.value if decision.sends else None,
        "why_not": decision.why_not.value if decision.why_not else None,
        "week": decision.settles,
        "next": decision.next_at.astimezone(zone_of(person.timezone)).isoformat(),
    }
    if decision.sends is None or decision.week is None:
        return shown
    text, _ = message_of(decision)
    actions = [
        {
            "reference": asked.reference,
            "action": asked.action,
            "why": [why.value for why in asked.whys],
            "says": list(asked.reasons),
            "figures": asked.figures,
            "rag": asked.rag.value if asked.rag else None,
            "doubt": asked.doubt,
        }
        for asked in decision.week.asked
    ]
    to = [person.slack_user_id for person in decision.sponsors] or [person.slack_user_id]
    return {**shown, "to": to, "text": text, "actions": actions, "more": decision.week.more}


def in_words(decision: Decision) -> list[str]:
    """The same as lines to read; none for whoever's time has not come."""
    name = decision.person.name
    if decision.sends is None or decision.week is None:
        if decision.why_not is None or decision.why_not in _PLAIN:
            return []
        return [f"{name}: nothing, as {decision.why_not.value}."]
    text, _ = message_of(decision)
    lines = [f"{name}: {text}"]
    for asked in decision.week.asked:
        lines.append(f"  {asked.reference} {asked.action}")
        lines.append(f"    {' '.join(asked.reasons)}")
        lines += [f"    {said}" for said in (asked.figures, asked.doubt) if said]
    return lines
