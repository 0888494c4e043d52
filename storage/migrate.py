"""Bringing the schema to head, safely when several processes start at once."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.database import Database, DatabaseUnavailable

# Any number will do, so long as every version of So What takes the same.
_LOCK = 5_044_217


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def head_revision() -> str:
    """The newest revision this version of the program knows."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def schema_revision(database: Database) -> str | None:
    """The revision of the database's schema; None where nothing has been made yet.

    Raises DatabaseUnavailable.
    """
    with database.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def migrate(database: Database) -> str:
    """Bring the schema to head under a lock and return its revision.

    Raises DatabaseUnavailable when the database cannot be reached, or was made by a newer version.
    """
    config = _config()
    # Alembic changes a SQLite table by dropping it and putting a copy in its place: foreign keys
    # to it can be checked only when that is done.
    with database.writing(check_keys=False) as session:
        connection = session.connection()
        if not database.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = MigrationContext.configure(connection).get_current_revision()
        known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
        if found is not None and found not in known:
            raise DatabaseUnavailable(
                "The database was made by a newer version of So What: update the program."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if database.is_sqlite:
            astray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            assert astray is None, (
                f"a migration left a row of {astray[0]} without what it refers to"
            )
    return head_revision()


def draft_migration(database: Database, message: str) -> None:
    """Write a migration for what the models have and the database, at head, has not.

    For developers: python -c "from storage.migrate import *; draft_migration(Database(URL), 'why')"
    """
    with database.writing() as session:
        config = _config()
        config.attributes["connection"] = session.connection()
        command.revision(config, message, autogenerate=True)
