"""summaries that are posted in a channel."""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_EVERY = sa.Enum("week", "month", "half_term", native_enum=False, create_constraint=False, length=24)


def upgrade() -> None:
    op.create_table(
        "channel_summary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("channel", AutoString(length=64), nullable=False),
        sa.Column("view", AutoString(length=24), nullable=False),
        sa.Column("every", _EVERY, nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=True),
        sa.Column("week", AutoString(length=8), nullable=True),
        sa.Column("awaits", AutoString(length=128), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace"],
            ["provider.workspace"],
            name=op.f("fk_channel_summary_workspace_provider"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"],
            ["person.id"],
            name=op.f("fk_channel_summary_confirmed_by_id_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_summary")),
        sa.UniqueConstraint(
            "workspace", "channel", name=op.f("uq_channel_summary_workspace_channel")
        ),
    )
    op.create_index(op.f("ix_channel_summary_workspace"), "channel_summary", ["workspace"])
    op.create_index("ix_channel_summary_next_at", "channel_summary", ["next_at", "id"])


def downgrade() -> None:
    op.drop_table("channel_summary")
