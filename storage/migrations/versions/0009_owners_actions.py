"""an index by which an owner's actions are found within their workspace."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every query names the workspace, and by one index for each SQLite took that of the workspace:
    # it read all actions of a college for each page of a sweep.
    op.create_index("ix_action_workspace_owner_id", "action", ["workspace", "owner_id"])
    op.drop_index("ix_action_owner_id", table_name="action")


def downgrade() -> None:
    op.create_index("ix_action_owner_id", "action", ["owner_id"])
    op.drop_index("ix_action_workspace_owner_id", table_name="action")
