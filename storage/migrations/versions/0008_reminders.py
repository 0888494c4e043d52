"""weekly reminders, when they are due, who sends them, and which processes run."""

from typing import Any

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What may be left out, and what may not, with what it is in rows that are there already.
_MAY_BE_NULL: tuple[tuple[str, str, Any], ...] = (
    ("person", "reminder_day", sa.Integer()),
    ("person", "reminder_time", sa.Time()),
    ("person", "remind_at", UTCDateTime()),
    ("person", "overview_at", UTCDateTime()),
    ("person", "reminded_week", AutoString(length=8)),
    ("person", "overview_week", AutoString(length=8)),
    ("person", "direct_channel", AutoString(length=64)),
    ("outgoing_message", "sender", AutoString(length=64)),
)
_MUST_BE_SET: tuple[tuple[str, str, Any, Any], ...] = (
    ("person", "only_overdue", sa.Boolean(), sa.false()),
    ("outgoing_message", "is_paced", sa.Boolean(), sa.false()),
    ("provider_settings", "nation", sa.String(length=24), "england"),
    ("provider_settings", "closures", sa.JSON(), "[]"),
    ("provider_settings", "overviews", sa.String(length=24), "week"),
    ("provider_settings", "is_paused", sa.Boolean(), sa.false()),
)
_INDEXES = (
    ("ix_person_remind_at", "person", ["remind_at", "id"]),
    ("ix_person_overview_at", "person", ["overview_at", "id"]),
    ("ix_outgoing_message_ts", "outgoing_message", ["workspace", "ts"]),
)


def upgrade() -> None:
    for table, column, kind in _MAY_BE_NULL:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    for table, column, kind, now in _MUST_BE_SET:
        op.add_column(table, sa.Column(column, kind, nullable=False, server_default=now))
    for table in dict.fromkeys(table for table, *_ in _MUST_BE_SET):
        with op.batch_alter_table(table) as changed:
            for _, column, kind, _ in (row for row in _MUST_BE_SET if row[0] == table):
                changed.alter_column(column, existing_type=kind, server_default=None)
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)
    # What waits may have been tried by a process that is not known any more.
    op.execute("UPDATE outgoing_message SET sender = '' WHERE delivery = 'waiting'")
    # Whoever is known already is looked at by the next sweep.
    op.execute("UPDATE person SET remind_at = created_at, overview_at = created_at")
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("week", AutoString(length=8), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_reminder_workspace_provider")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "workspace",
            "person_id",
            "kind",
            "week",
            name=op.f("uq_reminder_workspace_person_id_kind_week"),
        ),
    )
    op.create_index(op.f("ix_reminder_workspace"), "reminder", ["workspace"])
    op.create_index(op.f("ix_reminder_person_id"), "reminder", ["person_id"])
    op.create_table(
        "node",
        sa.Column("executor_id", AutoString(length=64), nullable=False),
        sa.Column("beat_at", UTCDateTime(), nullable=False),
        sa.Column("swept_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("pk_node")),
    )


def downgrade() -> None:
    op.drop_table("node")
    op.drop_index(op.f("ix_reminder_person_id"), table_name="reminder")
    op.drop_index(op.f("ix_reminder_workspace"), table_name="reminder")
    op.drop_table("reminder")
    for name, table, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
    for table, column, *_ in reversed((*_MAY_BE_NULL, *_MUST_BE_SET)):
        op.drop_column(table, column)
