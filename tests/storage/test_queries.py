"""What the queries keep, and that no workspace sees another's."""

import threading
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from storage import actions, conversations, plans, providers
from storage.database import Database
from storage.models import (
    ActionFields,
    Audit,
    InterviewRecord,
    MilestoneFields,
    OutgoingMessage,
    SarItem,
    Theme,
    Turn,
)
from storage.vocabulary import Delivery, Role, SarKind, Speaker, Status

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
YEAR = "2026/27"


def fill(database: Database, workspace: str) -> int:
    """A workspace with one of everything; the id of its action."""
    with database.writing() as session:
        providers.ensure_provider(session, workspace, f"College {workspace}")
        person = providers.ensure_person(session, workspace, "U1", f"Ann of {workspace}")
        plan = plans.ensure_plan(session, workspace, YEAR)
        assert plan.id is not None
        theme = Theme(workspace=workspace, plan_id=plan.id, rank=1, name="Stay and achieve")
        session.add(theme)
        session.flush()
        for number in (1, 2):
            session.add(
                SarItem(
                    workspace=workspace,
                    plan_id=plan.id,
                    theme_id=theme.id,
                    reference=f"AFI {number}",
                    kind=SarKind.AREA_FOR_IMPROVEMENT,
                    judgement=f"{workspace} finds it low.",
                )
            )
        session.flush()
        action = actions.save_action(
            session,
            workspace=workspace,
            plan_id=plan.id,
            fields=ActionFields(action="Ring parents", target="88%"),
            sar_references=["AFI 1"],
            milestones=[MilestoneFields(due=date(2027, 2, 28), text="83%")],
            status=Status.DRAFT,
            by=person,
            at=NOON,
            owner=person,
        )
        assert person.id is not None
        record = InterviewRecord(
            workspace=workspace, person_id=person.id, channel="D1", thread="1.1", state={}
        )
        session.add(record)
        session.flush()
        assert record.id is not None
        turn = Turn(
            workspace=workspace,
            interview_id=record.id,
            speaker=Speaker.PERSON,
            text="hello",
            source="E1",
            at=NOON,
            ts="1.1",
        )
        conversations.add_turns(session, [turn])
        conversations.receive(
            session,
            workspace=workspace,
            event_id="E1",
            conversation="D1:1.1",
            payload={"text": "hello"},
            at=NOON,
        )
        session.add(
            OutgoingMessage(
                workspace=workspace,
                key="E1:reply",
                conversation="D1:1.1",
                channel="D1",
                text="Hello back",
            )
        )
        assert action.id is not None
        return action.id


def test_whoever_comes_first_is_the_lead(database: Database) -> None:
    with database.writing() as session:
        providers.ensure_provider(session, "T1", "One")
        first = providers.ensure_person(session, "T1", "U1", "Ann")
        second = providers.ensure_person(session, "T1", "U2", "Ben")

    assert (first.role, second.role) == (Role.LEAD, Role.OWNER)


def test_numbers_of_actions_count_up_in_each_workspace(database: Database) -> None:
    fill(database, "T1")
    fill(database, "T2")

    with database.reading() as session:
        plan = plans.plan_of(session, "T2", YEAR)
        assert plan is not None and plan.id is not None
        (stored,) = actions.of_plan(session, "T2", plan.id)

    assert stored.action.reference == "A-1"
    assert stored.theme is not None and stored.theme.name == "Stay and achieve"
    assert stored.sar_references == ["AFI 1"]
    assert [m.text for m in stored.milestones] == ["83%"]


def test_every_change_of_an_action_leaves_an_audit_row(database: Database) -> None:
    action_id = fill(database, "T1")

    with database.writing() as session:
        plan = plans.plan_of(session, "T1", YEAR)
        person = providers.person(session, "T1", "U1")
        assert plan is not None and plan.id is not None and person is not None
        actions.save_action(
            session,
            workspace="T1",
            plan_id=plan.id,
            fields=ActionFields(action="Ring parents", target="90%"),
            sar_references=["AFI 2"],
            milestones=[],
            status=Status.AGREED,
            by=person,
            at=NOON,
            owner=person,
            action_id=action_id,
        )

    with database.reading() as session:
        rows = session.exec(select(Audit).order_by(Audit.id)).all()  # type: ignore[arg-type]
        (stored,) = actions.of_plan(session, "T1", plan.id)
    assert [(r.field, r.old, r.new) for r in rows] == [
        ("status", None, "draft"),
        ("target", "88%", "90%"),
        ("status", "draft", "agreed"),
        ("sar_items", "AFI 1", "AFI 2"),
        ("milestones", "83% (2027-02-28)", ""),
    ]
    assert {r.person_id for r in rows} == {person.id}
    assert stored.sar_references == ["AFI 2"] and stored.milestones == []
    assert stored.action.agreed_at == NOON


def test_an_event_is_kept_once_and_emptied_when_answered(database: Database) -> None:
    fill(database, "T1")
    again = {"workspace": "T1", "event_id": "E1", "conversation": "D1:1.1", "payload": {}}

    with database.writing() as session:
        kept = conversations.receive(session, at=NOON, **again)  # type: ignore[arg-type]
        (found,) = conversations.open_events(session, "T1", "D1:1.1")
        marked = [
            conversations.mark_answered(session, "T1", found.event_id, NOON) for _ in range(2)
        ]

    with database.reading() as session:
        assert (kept, marked) == (False, [True, False])
        assert conversations.open_events(session, "T1", "D1:1.1") == []
        assert conversations.open_conversations(session, NOON) == []
        answered = conversations.event(session, "T1", "E1")
        assert answered is not None and answered.payload == {}


def test_a_settled_message_waits_no_more(database: Database) -> None:
    fill(database, "T1")
    with database.reading() as session:
        (message,) = conversations.waiting_messages(session, "T1", "D1:1.1")
    assert message.id is not None

    with database.writing() as session:
        conversations.settle_message(session, "T1", message.id, Delivery.SENT, NOON, ts="2.2")

    with database.reading() as session:
        assert conversations.waiting_messages(session, "T1", "D1:1.1") == []
        assert conversations.waiting_conversations(session, NOON, "node-1") == []


def test_no_query_shows_one_workspace_the_rows_of_another(database: Database) -> None:
    action_id = fill(database, "T1")
    with database.writing() as session:
        providers.ensure_provider(session, "T2", "Two")
        stranger = providers.ensure_person(session, "T2", "U9", "Zoe")
        own_plan = plans.ensure_plan(session, "T2", "2025/26")
        assert own_plan.id is not None

    with database.reading() as session:
        theirs = plans.plan_of(session, "T1", YEAR)
        assert theirs is not None and theirs.id is not None
        record = conversations.interview_at(session, "T1", "D1", "1.1")
        assert record is not None and record.id is not None
        (message,) = conversations.waiting_messages(session, "T1", "D1:1.1")

        assert providers.person(session, "T2", "U1") is None
        assert providers.person_named(session, "T2", "Ann of T1") is None
        assert plans.plan_of(session, "T2", YEAR) is None
        assert plans.sar_items(session, "T2", YEAR) == []
        assert plans.themes(session, "T2", theirs.id) == []
        assert actions.of_plan(session, "T2", theirs.id) == []
        assert conversations.interview_at(session, "T2", "D1", "1.1") is None
        assert conversations.unfinished_interviews(session, "T2", record.person_id) == []
        assert conversations.turns(session, "T2", record.id) == []
        assert conversations.last_words(session, "T2", record.id) is None
        assert conversations.turn_by_ts(session, "T2", "D1", "1.1") is None
        assert conversations.event(session, "T2", "E1") is None
        assert conversations.open_events(session, "T2", "D1:1.1") == []
        assert conversations.waiting_messages(session, "T2", "D1:1.1") == []

    with database.writing() as session:
        assert message.id is not None
        conversations.settle_message(session, "T2", message.id, Delivery.SENT, NOON)
        with pytest.raises(LookupError):
            actions.save_action(
                session,
                workspace="T2",
                plan_id=own_plan.id,
                fields=ActionFields(action="Mine now"),
                sar_references=[],
                milestones=[],
                status=Status.AGREED,
                by=stranger,
                at=NOON,
                action_id=action_id,
            )
    with database.reading() as session:
        assert len(conversations.waiting_messages(session, "T1", "D1:1.1")) == 1


def test_settings_are_changed_by_one_at_a_time_even_where_there_are_none_yet(
    database: Database,
) -> None:
    fill(database, "T1")
    found: list[int] = []

    def look() -> None:
        with database.writing() as session:
            found.append(providers.settings_of(session, "T1", to_change=True).reminder_day)

    second = threading.Thread(target=look)
    with database.writing() as session:
        settings = providers.settings_of(session, "T1", to_change=True)
        second.start()
        # It waits for us, however long we take.
        second.join(0.3)
        settings.reminder_day = 3
        session.add(settings)
    second.join()

    assert found == [3]


def test_settings_are_of_one_workspace(database: Database) -> None:
    for workspace in ("T1", "T2"):
        fill(database, workspace)
    with database.writing() as session:
        settings = providers.settings_of(session, "T1", to_change=True)
        settings.framework, settings.headings = "own", ["Teaching"]
        session.add(settings)

    with database.reading() as session:
        assert providers.settings_of(session, "T1").headings == ["Teaching"]
        assert providers.settings_of(session, "T2").framework is None
