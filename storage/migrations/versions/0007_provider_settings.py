"""what quality leads set for their provider."""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_settings",
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("reminder_day", sa.Integer(), nullable=False),
        sa.Column("reminder_time", sa.Time(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("learners", sa.Integer(), nullable=True),
        sa.Column("framework", AutoString(length=24), nullable=True),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace"],
            ["provider.workspace"],
            name=op.f("fk_provider_settings_workspace_provider"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["person.id"],
            name=op.f("fk_provider_settings_changed_by_id_person"),
        ),
        sa.PrimaryKeyConstraint("workspace", name=op.f("pk_provider_settings")),
    )


def downgrade() -> None:
    op.drop_table("provider_settings")
