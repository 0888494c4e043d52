"""How much one person may ask of the bot at once, so that it stays quick for everybody else.

Far more than anybody types or presses; a script, or a key that is stuck, gets there.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.slack import screens
from bot.slack.incoming import Incoming
from bot.slack.notices import Key
from storage import conversations, providers
from storage.database import Database
from storage.models import OutgoingMessage, Person

# What may wait to be answered of one person. Each takes one of the turns that are made at once.
MOST_WAITING = 20
# How many of a person's answers in so long a time may be put to the model.
MOST_ASKED, ASKED_WITHIN = 40, timedelta(minutes=5)
# How many buttons, commands and shortcuts are answered in a minute, and summaries in words in five.
MOST_PRESSES, MOST_WORDED = 60, 6
TOO_FAST = (
    f"I have {MOST_WAITING} things of yours still to answer, and do so in the order they came. "
    "What you write or press until then I do not keep: send it again once I have caught up."
)
TOO_OFTEN = "That is faster than I can follow. Wait a minute, and try again."


def is_too_much(session: Session, found: Incoming) -> bool:
    """Whether an event is one too many of its person. One that was kept before never is."""
    if conversations.waiting_of(session, found.workspace, found.user) < MOST_WAITING:
        return False
    return conversations.event(session, found.workspace, found.event_id) is None


def warning(session: Session, workspace: str, user: str, says: str, now: datetime) -> Key | None:
    """What tells somebody to go slower, put in the outbox; None within a minute of the last."""
    key = f"haste:{user}:{now:%Y%m%dT%H%M}"
    if conversations.is_queued(session, workspace, key):
        return None
    providers.ensure_provider(session, workspace, workspace)
    # A conversation of its own, so that it does not wait for what it tells of.
    place = f"{user}:haste"
    text, blocks = screens.plain(says)
    message = OutgoingMessage(
        workspace=workspace,
        key=key,
        conversation=place,
        channel=user,
        text=text,
        blocks=blocks,
        created_at=now,
    )
    conversations.queue_message(session, message)
    return workspace, place, key


def asks_too_often(database: Database, person: Person, now: datetime) -> bool:
    """Whether the model has been asked for a person so often of late that the rules answer now.

    What waits counts as asked: all of it may be at once. Raises DatabaseUnavailable.
    """
    assert person.id is not None
    with database.reading() as session:
        said = conversations.said_since(session, person.workspace, person.id, now - ASKED_WITHIN)
        waiting = conversations.waiting_of(session, person.workspace, person.slack_user_id)
    return said + waiting > MOST_ASKED


@dataclass
class Sparing:
    """Counts what each person asks for in this process, anew every so many seconds.

    For what is answered at once and leaves no row that could be counted. Several processes allow as
    many times as much, which each of them can bear.
    """

    most: int
    seconds: int
    clock: Callable[[], datetime]
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _since: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def allows(self, workspace: str, user: str) -> bool:
        """Whether somebody may have one more; it is counted."""
        now = int(self.clock().timestamp()) // self.seconds
        with self._guard:
            if now != self._since:
                self._since, self._counts = now, Counter()
            self._counts[workspace, user] += 1
            return self._counts[workspace, user] <= self.most
