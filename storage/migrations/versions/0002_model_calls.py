"""the calls to a language model, and messages that are streamed."""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("purpose", AutoString(length=24), nullable=False),
        sa.Column("model", AutoString(length=128), nullable=False),
        sa.Column("prompt", AutoString(length=48), nullable=False),
        sa.Column("form", AutoString(length=16), nullable=False),
        sa.Column("tokens_in", sa.Integer(), nullable=False),
        sa.Column("tokens_out", sa.Integer(), nullable=False),
        sa.Column("tokens_cached", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("outcome", AutoString(length=24), nullable=False),
        sa.Column("disagreed", AutoString(length=64), nullable=True),
        sa.Column("dropped", AutoString(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_model_call_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_call")),
    )
    op.create_index("ix_model_call_workspace_at", "model_call", ["workspace", "at"])
    op.add_column("outgoing_message", sa.Column("markdown", AutoString(), nullable=True))


def downgrade() -> None:
    # Without a batch, which would copy the table on SQLite for the sake of one column.
    op.drop_column("outgoing_message", "markdown")
    op.drop_index("ix_model_call_workspace_at", table_name="model_call")
    op.drop_table("model_call")
