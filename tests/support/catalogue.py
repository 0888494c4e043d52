"""All that a database says of its tables."""

from typing import Any

import sqlalchemy as sa

from storage.database import Database


def catalogue(database: Database) -> dict[str, Any]:
    """Of each table by name, in an order of its own."""
    indexes = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table"
        if database.is_sqlite
        else "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :table"
    )
    with database.engine.connect() as connection:
        inspector = sa.inspect(connection)

        def described(table: str) -> dict[str, Any]:
            # A column that comes later stands last, wherever its field does.
            columns = sorted(inspector.get_columns(table), key=lambda column: column["name"])
            return {
                "columns": [{**column, "type": str(column["type"])} for column in columns],
                "primary key": inspector.get_pk_constraint(table),
                "foreign keys": sorted(map(str, inspector.get_foreign_keys(table))),
                "unique": sorted(map(str, inspector.get_unique_constraints(table))),
                "checks": sorted(map(str, inspector.get_check_constraints(table))),
                "indexes": sorted(map(str, connection.execute(sa.text(indexes), {"table": table}))),
            }

        return {table: described(table) for table in inspector.get_table_names()}
