"""The database behind its two kinds of session, on SQLite and PostgreSQL alike."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import SQLModel

from storage import plans, providers
from storage.database import Database, DatabaseUnavailable
from storage.migrate import head_revision, migrate, schema_revision
from storage.models import Action, Department, Provider

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        # slack_sdk has tables of its own, which are not among the models.
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})

        assert compare_metadata(context, SQLModel.metadata) == []
        assert context.get_current_revision() == head_revision()


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not str(name).startswith("slack_")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_several_processes_may_migrate_at_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'app.db'}"
    if kind == "postgresql":
        url = request.getfixturevalue("empty_postgres_url")
    databases = [Database(url) for _ in range(4)]
    failures: list[BaseException] = []

    def bring_to_head(one: Database) -> None:
        try:
            migrate(one)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=bring_to_head, args=(one,)) for one in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert schema_revision(databases[0]) == head_revision()
    for one in databases:
        one.close()


def test_an_instant_comes_back_in_utc(database: Database) -> None:
    new_york = timezone(timedelta(hours=-5))
    with database.writing() as session:
        session.add(Provider(workspace="T1", name="One", created_at=NOON.astimezone(new_york)))

    with database.reading() as session:
        found = session.get_one(Provider, "T1")

    assert found.created_at == NOON
    assert found.created_at.utcoffset() == timedelta(0)


def test_what_is_written_is_rolled_back_when_the_block_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.add(Provider(workspace="T1", name="One"))
        session.flush()
        raise ZeroDivisionError

    with database.reading() as session:
        assert session.get(Provider, "T1") is None


def test_a_row_of_an_unknown_workspace_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), database.writing() as session:
        session.add(Department(workspace="nowhere", name="Maths"))


def test_two_who_change_the_same_action_are_told_apart(database: Database) -> None:
    with database.writing() as session:
        providers.ensure_provider(session, "T1", "One")
        plan = plans.ensure_plan(session, "T1", "2026/27")
        assert plan.id is not None
        session.add(Action(workspace="T1", plan_id=plan.id, number=1, action="Ring parents"))
    with database.reading() as session:
        mine = session.exec(sa.select(Action)).scalar_one()  # type: ignore[call-overload]
    with database.writing() as session:
        theirs = session.get_one(Action, mine.id)
        theirs.action = "Text parents"
        session.add(theirs)

    with pytest.raises(StaleDataError), database.writing() as session:
        merged = session.merge(mine)
        merged.action = "Write to parents"


def test_many_threads_read_and_then_write_without_a_locked_database(database: Database) -> None:
    with database.writing() as session:
        session.add(Provider(workspace="T1", name="0"))
    failures: list[BaseException] = []

    def count_up() -> None:
        try:
            for _ in range(10):
                with database.writing() as session:
                    found = session.get_one(Provider, "T1", with_for_update=True)
                    found.name = str(int(found.name) + 1)
                    session.add(found)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as session:
        assert (failures, session.get_one(Provider, "T1").name) == ([], "80")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://me:secret@localhost/x", "mysql"),
        ("not an address", "DATABASE_URL is not a database address"),
        ("postgresql://me:secret@127.0.0.1:1/x", "cannot be reached"),
        ("sqlite:////proc/none/app.db", "cannot be made"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_sentence(url: str, says: str) -> None:
    with pytest.raises(DatabaseUnavailable) as told:
        Database(url).ping()

    sentence = str(told.value)
    assert says in sentence
    assert sentence.endswith(".") and "\n" not in sentence
    assert "secret" not in sentence


def test_a_folder_that_is_a_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(DatabaseUnavailable, match="cannot be made"):
        Database(f"sqlite:///{tmp_path / 'file' / 'app.db'}")


def test_a_file_that_is_no_database_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "app.db").write_text("Dear diary, " * 1000)

    with pytest.raises(DatabaseUnavailable, match="not a database"):
        Database(f"sqlite:///{tmp_path / 'app.db'}").ping()


def test_a_missing_database_on_a_server_is_told_in_one_sentence(postgres_server: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not exist"):
        Database(f"{postgres_server}none").ping()
