"""owners who have yet to accept, what is parked or waits, targets explained, feedback."""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PEOPLE = (
    ("action", "proposed_by_id"),
    ("action", "parked_by_id"),
    ("sar_item", "waiting_by_id"),
    ("sar_item", "changed_by_id"),
    ("theme", "changed_by_id"),
)
_PLAIN = (
    ("action", "parked_at", UTCDateTime),
    ("action", "parked_note", AutoString),
    ("action", "target_note", AutoString),
    ("sar_item", "waiting_note", AutoString),
)


def upgrade() -> None:
    for table, column, kind in _PLAIN:
        op.add_column(table, sa.Column(column, kind(), nullable=True))
    for table, column in _PEOPLE:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column(column, sa.Integer(), nullable=True))
            changed.create_foreign_key(
                op.f(f"fk_{table}_{column}_person"), "person", [column], ["id"]
            )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", AutoString(length=64), nullable=False),
        sa.Column("ts", AutoString(length=32), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_feedback_workspace_provider")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_feedback_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint(
            "workspace",
            "person_id",
            "channel",
            "ts",
            name=op.f("uq_feedback_workspace_person_id_channel_ts"),
        ),
    )
    op.create_index(op.f("ix_feedback_workspace"), "feedback", ["workspace"])


def downgrade() -> None:
    op.drop_index(op.f("ix_feedback_workspace"), table_name="feedback")
    op.drop_table("feedback")
    for table, column in reversed(_PEOPLE):
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"fk_{table}_{column}_person"), type_="foreignkey")
            changed.drop_column(column)
    for table, column, _ in reversed(_PLAIN):
        op.drop_column(table, column)
