"""what people do with actions outside an interview, and their Home tabs."""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("home_opened_at", "profile_at", "left_at"):
        op.add_column("person", sa.Column(column, UTCDateTime(), nullable=True))
    op.add_column("action", sa.Column("closing_note", AutoString(), nullable=True))
    op.add_column("action", sa.Column("snoozed_until", sa.Date(), nullable=True))
    op.add_column("action", sa.Column("source_link", AutoString(length=300), nullable=True))
    with op.batch_alter_table("action") as action:
        action.add_column(sa.Column("created_by_id", sa.Integer(), nullable=True))
        action.create_foreign_key(
            op.f("fk_action_created_by_id_person"), "person", ["created_by_id"], ["id"]
        )
    op.add_column("outgoing_message", sa.Column("opens", sa.JSON(), nullable=True))
    op.add_column("audit", sa.Column("version", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("audit", "version")
    op.drop_column("outgoing_message", "opens")
    with op.batch_alter_table("action") as action:
        action.drop_constraint(op.f("fk_action_created_by_id_person"), type_="foreignkey")
        action.drop_column("created_by_id")
    for table, column in (
        ("action", "source_link"),
        ("action", "snoozed_until"),
        ("action", "closing_note"),
        ("person", "left_at"),
        ("person", "profile_at"),
        ("person", "home_opened_at"),
    ):
        op.drop_column(table, column)
