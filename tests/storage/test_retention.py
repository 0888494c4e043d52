"""What is too old to be kept goes, workspace by workspace, and nothing else does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.retention import drop_what_is_old
from storage import conversations, plans, providers
from storage.database import Database
from storage.models import (
    Action,
    Feedback,
    ImportFile,
    InterviewRecord,
    OutgoingMessage,
    Provider,
    ReceivedEvent,
    Reminder,
    SummarySeen,
    Turn,
)
from storage.vocabulary import Delivery, InterviewStatus, ReminderKind, Speaker

# Conversations about the plan of 2024/25 are gone a year after its end, so since August 2026.
NOW = datetime(2026, 11, 29, 3, 17, tzinfo=UTC)
OLD, RECENT = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 9, 1, tzinfo=UTC)


def a_year_of(session: Session, workspace: str, year: str, at: datetime, name: str) -> None:
    """A conversation about an action of a plan, one about none, and what hangs on them."""
    person = providers.ensure_person(session, workspace, f"U{workspace}", "Priya Shah")
    plan = plans.ensure_plan(session, workspace, year)
    assert person.id is not None and plan.id is not None
    number = len(session.exec(select(Action)).all()) + 1
    action = Action(workspace=workspace, plan_id=plan.id, number=number, created_at=at)
    session.add(action)
    session.flush()
    mine: dict[str, Any] = {"workspace": workspace, "person_id": person.id}
    for thread, action_id in ((f"{name}1", action.id), (f"{name}2", None)):
        talk = InterviewRecord(
            **mine,
            channel="D1",
            thread=thread,
            status=InterviewStatus.AGREED,
            state={},
            action_id=action_id,
            updated_at=at,
        )
        session.add(talk)
        session.flush()
        said = {"workspace": workspace, "interview_id": talk.id, "at": at}
        session.add(Turn(**said, speaker=Speaker.PERSON, text=thread, source=thread))
    for delivery in Delivery:
        session.add(
            OutgoingMessage(
                workspace=workspace,
                key=f"{name} {delivery}",
                conversation="D1:1",
                channel="D1",
                text=name,
                delivery=delivery,
                created_at=at,
            )
        )
    session.add(Reminder(**mine, kind=ReminderKind.OWNER, week=f"{name}", at=at))
    session.add(Feedback(**mine, channel="D1", ts=name, is_helpful=True, at=at))
    session.add(SummarySeen(**mine, view=name, at=at))
    session.add(ImportFile(**mine, key=name, name=name, outcome="imported", at=at))
    session.add(ImportFile(**mine, key=f"{name} open", name=name, at=at))


@pytest.fixture
def two_years(database: Database) -> Database:
    with database.writing() as session:
        for workspace in ("T1", "T2"):
            session.add(Provider(workspace=workspace, name=f"College {workspace}"))
            session.flush()
            a_year_of(session, workspace, "2024/25", OLD, "old")
            a_year_of(session, workspace, "2025/26", RECENT, "recent")
        settings = providers.settings_of(session, "T2", to_change=True)
        settings.keep_months = 24
        session.add(settings)
    return database


def kept(database: Database, workspace: str) -> dict[str, list[Any]]:
    columns = {
        "talks": InterviewRecord.thread,
        "turns": Turn.text,
        "messages": OutgoingMessage.key,
        "reminders": Reminder.week,
        "ratings": Feedback.ts,
        "looks": SummarySeen.view,
        "files": ImportFile.key,
        "actions": Action.number,
    }
    with database.reading() as session:
        return {
            name: sorted(
                session.exec(select(column).where(column.class_.workspace == workspace))  # type: ignore[attr-defined]
            )
            for name, column in columns.items()
        }


def test_what_is_too_old_goes_and_the_plan_stays(two_years: Database) -> None:
    others = kept(two_years, "T2")

    assert drop_what_is_old(two_years, NOW) == 2

    assert kept(two_years, "T1") == {
        "talks": ["recent1", "recent2"],
        "turns": ["recent1", "recent2"],
        # What waits is still to be sent.
        "messages": ["old waiting", "recent failed", "recent sent", "recent waiting"],
        "reminders": ["recent"],
        "ratings": ["recent"],
        "looks": ["recent"],
        "files": ["old open", "recent", "recent open"],
        "actions": [1, 2],
    }
    # Where the leads want them kept for longer.
    assert kept(two_years, "T2") == others
    assert drop_what_is_old(two_years, NOW) == 0


def test_a_conversation_that_goes_on_stays_whatever_plan_it_is_about(two_years: Database) -> None:
    with two_years.writing() as session:
        talk = session.exec(select(InterviewRecord).where(InterviewRecord.thread == "old1")).first()
        assert talk is not None
        talk.updated_at = NOW - timedelta(days=3)
        session.add(talk)

    drop_what_is_old(two_years, NOW)

    assert "old1" in kept(two_years, "T1")["talks"] + kept(two_years, "T2")["talks"]


def test_the_ids_of_answered_events_go_after_a_month(database: Database) -> None:
    with database.writing() as session:
        for event_id, days in (("long ago", 31), ("lately", 29), ("open", 90)):
            conversations.receive(
                session,
                workspace="T1",
                event_id=event_id,
                conversation="D1:1",
                payload={"text": "hello"},
                at=NOW - timedelta(days=days),
            )
            if event_id != "open":
                conversations.mark_answered(session, "T1", event_id, NOW - timedelta(days=days))

    drop_what_is_old(database, NOW)

    with database.reading() as session:
        assert set(session.exec(select(ReceivedEvent.event_id))) == {"lately", "open"}
