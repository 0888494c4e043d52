"""A clock that jumps while people are due to be reminded."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import select

from storage.database import Database
from storage.models import Person
from tests.chaos.clocks import clocked, jump
from tests.chaos.people import Town
from tests.chaos.world import World
from tests.support.kills import employ
from tests.support.slack_payloads import dm_channel

_OWNERS = 12
# Clocks there go back in the night to Sunday, 1 November 2026, and reminders come on Mondays at
# nine. Both weeks lie in term.
_ZONE = "America/New_York"
_FRIDAY = datetime(2026, 10, 30, 15, tzinfo=UTC)
_MONDAY = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)
_WEEK = timedelta(days=7)
_WEEKS = ("2026-W45", "2026-W46")
_SWEEPS_SECONDS = 9.0  # there is one every four
_SENT_SECONDS = 60.0


def employed(database: Database, town: Town) -> None:
    """Owners of overdue actions who are due on both Mondays."""
    users = employ(database, _OWNERS)
    for user in users:
        town.add_user(user, f"Owner {user}", tz=_ZONE)
    with database.writing() as session:
        for person in session.exec(select(Person)):
            person.timezone = _ZONE


def on_friday(folder: Path, _seed: str) -> dict[str, str]:
    """The settings of a program that starts then: what it sees first, it plans from."""
    given = clocked(folder)
    jump(folder, (_FRIDAY - datetime.now(UTC)).total_seconds())
    return {**given, "CLOCK_AHEAD": "0"}


def jumped_among_reminders(world: World) -> None:
    """From Friday to Monday and back, to Monday and the next one, back by a week, and forward."""
    due = 0
    for at, is_due in (
        (_FRIDAY, False),
        (_MONDAY, True),
        (_FRIDAY + timedelta(hours=1), False),
        (_MONDAY + timedelta(hours=1), False),
        (_MONDAY + _WEEK, True),
        (_MONDAY + timedelta(hours=2), False),
        (_MONDAY + _WEEK + timedelta(hours=1), False),
    ):
        jump(world.folder.parent, (at - datetime.now(UTC)).total_seconds())
        world.seen["jumps"] += 1
        due += _OWNERS if is_due else 0
        until = time.monotonic() + (_SENT_SECONDS if is_due else _SWEEPS_SECONDS)
        while time.monotonic() < until and not (is_due and len(_reminders(world)) >= due):
            time.sleep(0.1)
    sent = Counter(_reminders(world))
    expected = {(dm_channel(f"U0OWNER{n:04}"), week) for n in range(_OWNERS) for week in _WEEKS}
    world.seen["reminders"] = sent.total()
    if missed := expected - sent.keys():
        world.problems.append(f"{len(missed)} reminders missed")
    if more := sent - Counter(expected):
        world.problems.append(f"{more.total()} reminders too many")


def _reminders(world: World) -> list[tuple[str, str]]:
    """The channel and week of each reminder that stands in Slack."""
    found = []
    for (channel, _, key), number in world.town.standing().items():
        if key.startswith("remind:"):
            found += [(channel, key.split(":")[2])] * number
    return found
