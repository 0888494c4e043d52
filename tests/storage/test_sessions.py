"""What the two kinds of session keep and show, and how values survive them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from storage.database import Database
from storage.migrate import migrate
from storage.models import Action, Plan, Provider

WORKSPACE = "T1"


def _new_plan(session: Session) -> int:
    session.add(Provider(workspace=WORKSPACE, name="Northfield College"))
    session.flush()
    plan = Plan(workspace=WORKSPACE, academic_year="2026/27")
    session.add(plan)
    session.flush()
    assert plan.id is not None
    return plan.id


def test_nothing_is_kept_of_what_a_reading_session_writes(database: Database) -> None:
    with database.reading() as session:
        _new_plan(session)

    with database.reading() as session:
        assert session.exec(select(Provider)).all() == []


def test_a_reader_neither_waits_for_a_writer_nor_sees_its_half_done_work(
    database: Database,
) -> None:
    with database.writing() as writer:
        _new_plan(writer)

        with database.reading() as reader:
            assert reader.exec(select(Plan)).all() == []


def test_a_database_in_memory_is_one_for_all_its_sessions() -> None:
    database = Database("sqlite://")
    migrate(database)

    with database.writing() as session:
        _new_plan(session)

    with ThreadPoolExecutor(1) as other_thread, database.reading() as session:
        assert other_thread.submit(session.exec, select(Plan.academic_year)).result().all()
    database.close()


def test_a_sqlite_file_gets_its_folder_and_is_set_for_many_readers(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/folder/app.db")

    with database.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    database.close()

    normal = 1
    assert found == {
        "journal_mode": "wal",
        "synchronous": normal,
        "busy_timeout": 30_000,
        "foreign_keys": 1,
    }


def test_an_instant_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError), database.writing() as session:
        session.add(Provider(workspace=WORKSPACE, name="N", created_at=datetime(2027, 6, 30)))


def test_the_so_what_chain_is_kept_in_order_and_can_be_replaced(database: Database) -> None:
    chain = ["tutors see who is stuck", "learners get help in the same week – “at last”"]
    with database.writing() as session:
        plan_id = _new_plan(session)
        session.add(Action(workspace=WORKSPACE, plan_id=plan_id, number=1, so_what=chain))

    with database.writing() as session:
        action = session.exec(select(Action)).one()
        kept = action.so_what
        action.so_what = [*kept, "more of them pass"]
        session.add(action)

    assert kept == chain
    with database.reading() as session:
        assert session.exec(select(Action)).one().so_what == [*chain, "more of them pass"]
