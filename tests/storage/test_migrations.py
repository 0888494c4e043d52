"""The migrations make what the models say, whoever runs them and however often."""

import logging

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlmodel import SQLModel, select

from storage.database import Database, DatabaseUnavailable
from storage.migrate import head_revision, migrate, schema_revision
from storage.models import Plan, Provider
from tests.support.catalogue import catalogue


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
    from_models = catalogue(empty_database)
    with empty_database.writing() as session:
        SQLModel.metadata.drop_all(session.connection())

    migrate(empty_database)
    migrated = catalogue(empty_database)

    for table, described in from_models.items():
        assert migrated[table] == described, table
    slacks = {"slack_bots", "slack_oauth_states"}
    assert migrated.keys() - from_models.keys() == {"alembic_version"} | slacks


def test_the_tables_of_slacks_stores_have_every_column_they_use(database: Database) -> None:
    metadata = sa.MetaData()
    theirs = [
        SQLAlchemyInstallationStore.build_bots_table(metadata, "slack_bots"),
        SQLAlchemyOAuthStateStore.build_oauth_states_table(metadata, "slack_oauth_states"),
    ]
    migrated = catalogue(database)

    for table in theirs:
        columns = {column["name"]: column for column in migrated[table.name]["columns"]}
        assert columns.keys() == set(table.columns.keys())
        for name, column in table.columns.items():
            assert columns[name]["nullable"] == column.nullable or name == "id"
        # Encrypted, a token is longer than the SDK's column takes.
        for name in {"bot_token", "bot_refresh_token"} & columns.keys():
            assert columns[name]["type"] == "TEXT"


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
