"""How Alembic runs our migrations: on the connection that `storage.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

import storage.models  # noqa: F401  (registers the tables)

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    # slack_sdk has tables of its own, which are not among the models.
    include_name=lambda name, kind, _: kind != "table" or not str(name).startswith("slack_"),
    # The caller holds one transaction, with its lock, round all migrations.
    transaction_per_migration=False,
)
context.run_migrations()
