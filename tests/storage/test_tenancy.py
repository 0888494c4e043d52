"""No query of the storage says or changes anything of another workspace.

Every public function that is given a session is found and called for one workspace with the ids of
another, whose ids lie between its own. A function whose arguments nobody can guess fails until it
is told here.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, get_args

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

import storage
from storage import actions, channel_summaries, conversations, providers, reminders
from storage.database import Database
from storage.models import (
    Action,
    ActionFields,
    ChannelSummary,
    ImportFile,
    InterviewRecord,
    ModelCall,
    OutgoingMessage,
    Person,
    Plan,
    ProgressUpdate,
    Reminder,
    SarItem,
    Theme,
    Turn,
)
from storage.vocabulary import Delivery, Every, InterviewStatus, Rag, ReminderKind, Role, Speaker
from tests.storage.test_queries import NOON, YEAR, fill
from tests.support.tenancy import ACROSS, Watch

OURS, THEIRS = "T1", "T2"
# Stands in all that the other workspace's people wrote.
MARK = "kept by the others"
# Processes serve all workspaces; the others hold no queries.
_NOT_OF_TENANTS = (
    "storage.nodes", "storage.migrate", "storage.migrations", "storage.models", "storage.database",
)  # fmt: skip


def queries() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the storage that is given a session, by its full name."""
    for found in pkgutil.iter_modules(storage.__path__):
        name = f"storage.{found.name}"
        if name in _NOT_OF_TENANTS:
            continue
        module = importlib.import_module(name)
        for called, function in inspect.getmembers(module, inspect.isfunction):
            takes = inspect.signature(function).parameters
            is_own = function.__module__ == name and not called.startswith("_")
            if is_own and "session" in takes:
                yield f"{name}.{called}", function


QUERIES = dict(queries())
# Those that write what they are given, the ids in it too: whoever calls them has looked these up in
# the same workspace, which the forms and buttons of another in `test_permissions` try.
WRITERS = {
    "storage.actions.add_update",
    "storage.actions.change_update",
    "storage.actions.save_action",
    "storage.channel_summaries.put",
    "storage.conversations.add_turns",
    "storage.conversations.open_interview",
    "storage.conversations.queue_message",
    "storage.conversations.queue_messages",
    "storage.conversations.save_interview",
    "storage.imports.add_actions",
    "storage.imports.keep_file",
    "storage.model_calls.record",
    "storage.model_calls.record_once",
    "storage.plans.invite",
    "storage.plans.save_theme",
    "storage.reminders.keep",
    "storage.rows.insert",
}


class Both:
    """Two workspaces whose ids interleave, and how a parameter is filled with the other's."""

    def __init__(self, database: Database) -> None:
        fill(database, OURS)
        fill(database, THEIRS)
        with database.writing() as session:
            for workspace in (OURS, THEIRS):
                self._more(session, workspace)
        with database.reading() as session:
            self.theirs = {table: self._one(session, table, THEIRS) for table in _HELD}
            self.load(session)

    def load(self, session: Session) -> None:
        """Have our own rows be those of a session."""
        self.ours = {table: self._one(session, table, OURS) for table in _HELD}

    def _more(self, session: Session, workspace: str) -> None:
        said = MARK if workspace == THEIRS else "ours"
        person = providers.person(session, workspace, "U1")
        assert person is not None and person.id is not None
        person.name, person.direct_channel = f"Zoe of {workspace}", "D1"
        action = session.exec(select(Action).where(Action.workspace == workspace)).one()
        action.action = f"Ring parents, {said}"
        actions.add_update(session, action, person, NOON, rag=Rag.AMBER, note=said)
        for table, texts in ((Theme, ("name",)), (SarItem, ("judgement",))):
            for row in session.exec(select(table).where(table.workspace == workspace)):
                for text in texts:
                    setattr(row, text, f"{getattr(row, text)} {said}")
        channel_summaries.put(session, person, "C1", "plan", Every.WEEK, NOON)
        assert action.id is not None
        its = {"workspace": workspace, "person_id": person.id}
        session.add(ImportFile(**its, key="F1", name=said, content=b"file"))
        session.add(
            Reminder(**its, kind=ReminderKind.OWNER, week="2026-W48", at=NOON, actions=[action.id])
        )
        session.add(
            ModelCall(
                workspace=workspace, at=NOON, purpose="turn", model=said, prompt="turn@1",
                form="plain", milliseconds=1, outcome="ok",
            )
        )  # fmt: skip
        for row in session.exec(select(Turn).where(Turn.workspace == workspace)):
            row.text = said
        for message in session.exec(
            select(OutgoingMessage).where(OutgoingMessage.workspace == workspace)
        ):
            message.text = said

    def _one(self, session: Session, table: Any, workspace: str) -> Any:
        found = select(table).where(table.workspace == workspace).order_by(table.workspace)
        return session.exec(found).first()

    def argument(self, name: str, kind: Any) -> Any:
        """What to call a function of our workspace with, and wherever it can be, what is theirs."""
        if name in self._by_name():
            return self._by_name()[name]
        for table in _HELD:
            if table in (kind, *get_args(kind)):
                return self.ours[table]
        raise AssertionError(f"say in tests/storage/test_tenancy.py what to give for {name!r}")

    def _by_name(self) -> dict[str, Any]:
        ids = {table: row.id for table, row in self.theirs.items()}
        return {
            "workspace": OURS,
            "plan_id": ids[Plan],
            "action_id": ids[Action],
            "person_id": ids[Person],
            "author_id": ids[Person],
            "by_id": ids[Person],
            "sponsor_id": ids[Person],
            "owner_id": ids[Person],
            "owner_ids": [ids[Person]],
            "person_ids": [ids[Person]],
            "ids": [ids[Action]],
            # Each has its own A-1: a number is no id.
            "numbers": [999],
            "theme_id": ids[Theme],
            "item_id": ids[SarItem],
            "update_id": ids[ProgressUpdate],
            "interview_id": ids[InterviewRecord],
            "file_id": ids[ImportFile],
            "message_id": ids[OutgoingMessage],
            "summary_id": ids[ChannelSummary],
            "academic_year": YEAR,
            "name": f"Zoe of {THEIRS}",
            "slack_user_id": "U9",
            "user": "U9",
            "role": Role.LEAD,
            "channel": "D1",
            "thread": "9.9",
            "ts": "9.9",
            "conversation": "D1:9.9",
            "event_id": "E9",
            "key": "E9:reply",
            "view": "plan",
            "about": "",
            "week": None,
            "at": NOON,
            "now": NOON,
            "before": NOON + timedelta(days=1),
            "since": NOON - timedelta(days=1),
            "next_at": NOON,
            "idle": NOON + timedelta(days=1),
            "was": None,
            "version": 0,
            "limit": 10,
            "executor": "node-1",
            "executor_id": "node-1",
            "payload": {},
            "delivery": Delivery.SENT,
            "outcome": "ok",
            "is_helpful": True,
            "note": MARK,
            "reading": None,
            "values": {"failures": 1},
            "every": Every.WEEK,
            "rag": Rag.RED,
            "state": {},
            "status": InterviewStatus.OPEN,
            "place": (OURS, "D1", "9.9"),
            "fields": ActionFields(action="Mine now"),
            "sar_references": [],
            "milestones": [],
            "due": [reminders.Due(NOON, ids[Person], OURS)],
        }


_HELD = (
    Person, Plan, Theme, SarItem, Action, ProgressUpdate, InterviewRecord, Turn,
    OutgoingMessage, ImportFile, ChannelSummary, Reminder, ModelCall,
)  # fmt: skip


def call(both: Both, session: Session, function: Callable[..., Any]) -> Any:
    """Call a query of our workspace with whatever it needs; what it gives, None for a refusal."""
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "session" or parameter.kind is parameter.VAR_KEYWORD:
            continue
        if parameter.default is parameter.empty or name.endswith("_id"):
            given[name] = both.argument(name, parameter.annotation)
    try:
        found = function(session, **given)
    except (LookupError, actions.ActionChanged, sa.exc.NoResultFound):
        return None
    return list(found) if inspect.isgenerator(found) else found


def everything_of(session: Session, workspace: str) -> dict[str, list[str]]:
    """All that the database holds of a workspace, by table."""
    return {
        table.name: sorted(
            map(str, session.execute(sa.select(table).where(table.c.workspace == workspace)))
        )
        for table in SQLModel.metadata.sorted_tables
        if "workspace" in table.columns
    }


class _Undone(Exception):
    """Ends a transaction so that nothing of it is kept."""


# These only add to the session what it is to write.
WITHOUT_A_STATEMENT = {"storage.providers.home_opened"}


def test_a_query_of_one_workspace_with_the_ids_of_another_finds_and_changes_nothing_there(
    database: Database, _watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = Both(database)
    tells, changes = [], []
    monkeypatch.setattr(_watch, "notes_callers", True)
    tried = QUERIES.keys() - ACROSS.keys() - WRITERS

    for name in sorted(tried):
        with suppress(_Undone), database.writing() as session:
            both.load(session)
            before = everything_of(session, THEIRS)
            said = repr(call(both, session, QUERIES[name]))
            session.flush()
            if MARK in said or f"workspace='{THEIRS}'" in said:
                tells.append(name)
            if everything_of(session, THEIRS) != before:
                changes.append(name)
            raise _Undone

    assert (tells, changes) == ([], [])
    # Each was looked at by the watch that holds what its statements must name.
    assert tried - _watch.visited == WITHOUT_A_STATEMENT


def test_every_query_that_looks_across_workspaces_is_one_that_is_there() -> None:
    assert ACROSS.keys() <= QUERIES.keys()
    assert QUERIES.keys() >= WRITERS


def test_the_watch_sees_a_query_that_leaves_its_workspace_out(
    database: Database, _watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, OURS)

    def leaky(session: Session, name: str) -> list[Person]:
        """As a query of the program, with nothing in it that names a workspace."""
        return list(session.exec(select(Person).where(col(Person.name) == name)))

    # Taken for a function of the program, where it is looked up by its file.
    code = leaky.__code__.replace(co_filename=providers.__file__)
    leaky.__code__ = code
    with database.reading() as session:
        leaky(session, "Ann")
    seen, _watch.offences = _watch.offences, []

    assert [offence.tables for offence in seen] == [("person",)]


def test_every_interview_is_found_by_its_place_in_its_own_workspace(database: Database) -> None:
    Both(database)

    with database.reading() as session:
        ours = conversations.interview_at(session, OURS, "D1", "1.1")
        theirs = conversations.interview_at(session, THEIRS, "D1", "1.1")

    assert ours is not None and theirs is not None and ours.id != theirs.id


def test_a_message_of_the_transcript_is_whose_it_is(database: Database) -> None:
    both = Both(database)

    with database.reading() as session:
        found = conversations.turns(session, OURS, both.ours[InterviewRecord].id)

    assert [turn.text for turn in found if turn.speaker is Speaker.PERSON] == ["ours"]
