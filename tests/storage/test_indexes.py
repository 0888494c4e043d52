"""That the queries of a sweep, which meet every owner there is, are answered from their indexes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from storage import actions, channel_summaries, conversations, reminders
from storage.database import Database
from storage.models import ChannelSummary, OutgoingMessage, Person, ReceivedEvent
from storage.reminders import Due
from storage.rows import table_of
from storage.vocabulary import Delivery, Every
from tests.support.crowd import DUE, NOW, fill, make_due, settle_statistics, workspace

OWNERS, ACTIONS, WORKSPACES = 3_000, 2, 3


@pytest.fixture
def crowded(database: Database) -> Database:
    """So many rows that no database reads them all if it need not."""
    fill(database, OWNERS, ACTIONS, WORKSPACES)
    make_due(database, 30)
    with database.writing() as session:
        rows: list[dict[str, Any]] = [
            {
                "workspace": workspace(number % WORKSPACES),
                "key": f"remind:{number}:2026-W47",
                "conversation": f"U{number:07d}:reminders",
                "channel": f"D{number:07d}",
                "text": "One action of yours needs a word from you.",
                "blocks": [],
                "delivery": Delivery.SENT,
                "ts": f"1795000000.{number:06d}",
                "created_at": NOW,
                "is_paced": True,
            }
            for number in range(1, OWNERS + 1)
        ]
        session.connection().execute(sa.insert(table_of(OutgoingMessage)), rows)
    settle_statistics(database)
    return database


@contextmanager
def explained(database: Database) -> Iterator[list[str]]:
    """The plans of the queries in the block, as the database tells them; of each the whole text."""
    plans: list[str] = []
    how = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"

    def explain(
        conn: Any, cursor: Any, statement: str, given: Any, context: Any, many: Any
    ) -> None:
        if statement.startswith("SELECT"):
            asked = cursor.connection.cursor()
            asked.execute(f"{how} {statement}", given)
            plans.append("\n".join(str(row[-1]) for row in asked.fetchall()))

    sa.event.listen(database.engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", explain)


def assert_from_index(plan: str, table: str, index: str) -> None:
    assert index in plan, plan
    assert not re.search(rf"Seq Scan on {table}\b|SCAN {table}(?! USING)", plan), plan


def assert_unsorted(plan: str) -> None:
    """The order is that of the index."""
    assert "Sort" not in plan and "TEMP B-TREE" not in plan, plan


def asked(database: Database, ask: Callable[[Session], object]) -> list[str]:
    with explained(database) as plans, database.reading() as session:
        assert ask(session)
    assert plans
    return plans


def test_whoever_is_due_is_found_by_when(crowded: Database) -> None:
    (plan,) = asked(crowded, lambda s: reminders.due_to_remind(s, NOW, 20))

    assert_from_index(plan, "person", "ix_person_remind_at")
    assert_unsorted(plan)


def test_a_page_begins_where_the_last_one_ended(crowded: Database) -> None:
    # Thirty are due at one instant, as all of a college are.
    plans = asked(crowded, lambda s: reminders.due_to_remind(s, NOW, 50, Due(DUE, 10, "T1")))

    assert len(plans) == 2
    for plan in plans:
        assert_from_index(plan, "person", "ix_person_remind_at")
    both = (
        r"remind_at=\? AND id>\?" if crowded.is_sqlite else r"Index Cond: .*remind_at = .*id > 10"
    )
    assert re.search(both, plans[0]), plans[0]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_pages_hold_everyone_who_is_due_once_the_oldest_first(
    database: Database, size: int
) -> None:
    fill(database, 30, 1, 2)
    make_due(database, 30)
    person = table_of(Person)
    with database.writing() as session:
        for number in (3, 4, 20):
            earlier = DUE - timedelta(minutes=20 - number)
            changed = sa.update(person).where(person.c.id == number)
            session.connection().execute(changed.values(remind_at=earlier))
        session.connection().execute(
            sa.update(person).where(person.c.id == 9).values(remind_at=NOW + timedelta(seconds=1))
        )

    found: list[Due] = []
    with database.reading() as session:
        while page := reminders.due_to_remind(session, NOW, size, found[-1] if found else None):
            assert len(page) <= size
            found += page
        people = reminders.people(session, found)

    others = [number for number in range(1, 31) if number not in (3, 4, 9, 20)]
    assert [each.person_id for each in found] == [3, 4, *sorted([*others, 20])]
    assert sorted(each.id or 0 for each in people) == sorted([3, 4, *others, 20])


def test_whoever_hears_how_it_goes_is_found_by_when(crowded: Database) -> None:
    later = NOW + timedelta(days=8)

    (plan,) = asked(crowded, lambda s: reminders.due_for_overview(s, later, 20))

    assert_from_index(plan, "person", "ix_person_overview_at")


def test_a_summary_that_is_due_in_a_channel_is_found_by_when(crowded: Database) -> None:
    with crowded.writing() as session:
        first = {
            each: session.execute(
                sa.select(sa.func.min(Person.id)).where(Person.workspace == workspace(each))
            ).scalar_one()
            for each in range(WORKSPACES)
        }
        rows: list[dict[str, Any]] = [
            {
                "workspace": workspace(number % WORKSPACES),
                "channel": f"C{number:07d}",
                "view": "plan",
                "every": Every.WEEK,
                "confirmed_by_id": first[number % WORKSPACES],
                "next_at": NOW + timedelta(hours=number - 3),
                "failures": 0,
            }
            for number in range(OWNERS)
        ]
        session.connection().execute(sa.insert(table_of(ChannelSummary)), rows)
    settle_statistics(crowded)

    (plan,) = asked(crowded, lambda session: channel_summaries.due(session, NOW, 100))

    assert_from_index(plan, "channel_summary", "ix_channel_summary_next_at")
    assert_unsorted(plan)
    with crowded.reading() as session:
        found = channel_summaries.due(session, NOW, 100)
    assert [row.channel for row in found] == [f"C{number:07d}" for number in range(4)]


def test_an_owners_actions_are_found_by_owner(crowded: Database) -> None:
    plans = asked(crowded, lambda s: actions.live_of(s, workspace(0), [1, 4, 7]))

    assert len(plans) == 4
    for plan in plans:
        assert_from_index(plan, "action", "ix_action_workspace_owner_id")
    for plan, table in zip(plans[2:], ("milestone", "progress_update"), strict=True):
        assert_from_index(plan, table, f"ix_{table}_action_id")


def test_a_message_is_found_by_its_timestamp(crowded: Database) -> None:
    person = Person(id=2, workspace=workspace(1), slack_user_id="U0000001", name="Person 1")

    with explained(crowded) as plans, crowded.reading() as session:
        reminders.at(session, person, "1795000000.000001")

    assert_from_index(plans[0], "outgoing_message", "ix_outgoing_message_ts")


def test_what_waits_of_a_person_is_found_among_what_waits(crowded: Database) -> None:
    with crowded.writing() as session:
        rows = [
            {
                "workspace": workspace(number % WORKSPACES),
                "event_id": f"Ev{number}",
                "conversation": f"D{number}:1.1",
                "payload": {"user": "U0000001"} if number % 100 == 0 else {},
                "received_at": NOW,
                "answered_at": None if number % 100 == 0 else NOW,
            }
            for number in range(OWNERS)
        ]
        session.connection().execute(sa.insert(table_of(ReceivedEvent)), rows)
    settle_statistics(crowded)

    with crowded.reading() as session, explained(crowded) as plans:
        waiting = conversations.waiting_of(session, workspace(0), "U0000001")

    assert waiting == OWNERS / 100 / WORKSPACES
    (plan,) = plans
    assert "ix_received_event_open" in plan
