"""The migrations make what the models say, whoever runs them and however often."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlmodel import SQLModel, select

import storage
from storage.database import Database, DatabaseUnavailable
from storage.migrate import head_revision, migrate, schema_revision
from storage.models import ModelCall, OutgoingMessage, Plan, Provider


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of each kind with nothing in it."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite:///{tmp_path}/empty.db"


@pytest.fixture
def empty_database(empty_url: str) -> Iterator[Database]:
    """A database of each kind with nothing in it, open."""
    database = Database(empty_url)
    yield database
    database.close()


def test_an_empty_database_comes_to_head(empty_database: Database) -> None:
    assert schema_revision(empty_database) is None

    assert migrate(empty_database) == head_revision()

    assert schema_revision(empty_database) == head_revision()


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        session.add(Provider(workspace="T1", name="Northfield College"))

    assert migrate(database) == head_revision()

    with database.reading() as session:
        assert session.exec(select(Provider.name)).all() == ["Northfield College"]


def test_a_database_in_memory_can_be_migrated() -> None:
    database = Database("sqlite://")

    migrate(database)

    assert schema_revision(database) == head_revision()
    database.close()


def test_the_migrations_make_the_very_tables_of_the_models(empty_database: Database) -> None:
    """Names, lengths and the conditions of partial indexes, which Alembic does not compare."""
    with empty_database.writing() as session:
        SQLModel.metadata.create_all(session.connection())
    from_models = _catalogue(empty_database)
    with empty_database.writing() as session:
        SQLModel.metadata.drop_all(session.connection())

    migrate(empty_database)
    migrated = _catalogue(empty_database)

    for table, described in from_models.items():
        assert migrated[table] == described, table
    assert migrated.keys() - from_models.keys() == {"alembic_version"}


def _catalogue(database: Database) -> dict[str, Any]:
    """All that the database says of each table, in an order of its own."""
    indexes = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table"
        if database.is_sqlite
        else "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :table"
    )
    with database.engine.connect() as connection:
        inspector = sa.inspect(connection)

        def described(table: str) -> dict[str, Any]:
            columns = inspector.get_columns(table)
            return {
                "columns": [{**column, "type": str(column["type"])} for column in columns],
                "primary key": inspector.get_pk_constraint(table),
                "foreign keys": sorted(map(str, inspector.get_foreign_keys(table))),
                "unique": sorted(map(str, inspector.get_unique_constraints(table))),
                "checks": sorted(map(str, inspector.get_check_constraints(table))),
                "indexes": sorted(map(str, connection.execute(sa.text(indexes), {"table": table}))),
            }

        return {table: described(table) for table in inspector.get_table_names()}


def test_what_0002_adds_comes_and_goes_and_messages_stay(empty_database: Database) -> None:
    _go(empty_database, command.upgrade, "0001")
    older = _catalogue(empty_database)
    message = sa.text(
        "INSERT INTO outgoing_message "
        "(workspace, key, conversation, channel, text, blocks, delivery, created_at) "
        "VALUES ('T1', 'E1', 'D1', 'D1', 'Hello', '[]', 'waiting', '2026-11-23 12:00:00')"
    )
    with empty_database.writing() as session:
        session.add(Provider(workspace="T1", name="Northfield College"))
        session.flush()
        session.connection().execute(message)

    _go(empty_database, command.upgrade, "0002")
    with empty_database.writing() as session:
        found = session.exec(select(OutgoingMessage)).one()
        assert (found.text, found.markdown) == ("Hello", None)
        found.markdown = "*Hello*"
        session.add(
            ModelCall(
                workspace="T1",
                at=datetime(2026, 11, 23, 12, tzinfo=UTC),
                purpose="turn",
                model="gpt-6-luna",
                prompt="turn@1",
                form="json_schema",
                milliseconds=812,
                outcome="ok",
            )
        )

    _go(empty_database, command.downgrade, "0001")
    assert _catalogue(empty_database) == older

    _go(empty_database, command.upgrade, "0002")
    with empty_database.reading() as session:
        kept = session.exec(select(OutgoingMessage)).one()
        assert (kept.key, kept.text, kept.markdown) == ("E1", "Hello", None)
        assert session.exec(select(ModelCall)).all() == []


def _go(database: Database, way: Callable[[Config, str], None], revision: str) -> None:
    """Bring the schema up or down to a revision."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    with database.writing(check_keys=False) as session:
        config.attributes["connection"] = session.connection()
        way(config, revision)


def test_a_later_migration_can_rebuild_a_table_that_others_refer_to() -> None:
    """Alembic does so on SQLite by dropping the table; its rows, and those of others, stay."""
    database = Database("sqlite://")
    migrate(database)
    with database.writing() as session:
        session.add(Provider(workspace="T1", name="Northfield College"))
        session.flush()
        session.add(Plan(workspace="T1", academic_year="2026/27"))

    with database.writing(check_keys=False) as session:
        operations = Operations(MigrationContext.configure(session.connection()))
        with operations.batch_alter_table("provider", recreate="always") as table:
            table.alter_column("name", type_=sa.String(200))

    with database.reading() as session:
        assert session.exec(select(Plan.workspace)).all() == ["T1"]
    with pytest.raises(sa.exc.IntegrityError), database.writing() as session:
        session.add(Plan(workspace="nobody's", academic_year="2026/27"))
    database.close()


def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    with database.writing() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(DatabaseUnavailable, match="newer version of So What"):
        migrate(database)

    assert schema_revision(database) == "9999"


def test_migrating_leaves_logging_as_it_was() -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("sqlalchemy.engine").level)
    database = Database("sqlite://")

    migrate(database)

    assert (
        root.level,
        list(root.handlers),
        logging.getLogger("sqlalchemy.engine").level,
    ) == before
    database.close()
