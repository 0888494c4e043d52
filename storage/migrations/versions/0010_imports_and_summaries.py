"""files to import, what was imported from where, and summaries that were looked at."""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("action", sa.Column("imported_as", AutoString(length=64), nullable=True))
    op.add_column("sar_item", sa.Column("grade", AutoString(), nullable=True))
    with op.batch_alter_table("sar_item") as changed:
        changed.add_column(sa.Column("previous_id", sa.Integer(), nullable=True))
        changed.create_foreign_key(
            op.f("fk_sar_item_previous_id_sar_item"), "sar_item", ["previous_id"], ["id"]
        )
    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("key", AutoString(length=128), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(length=255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("outcome", AutoString(length=24), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_import_file_workspace_provider")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_import_file_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
        sa.UniqueConstraint("workspace", "key", name=op.f("uq_import_file_workspace_key")),
    )
    op.create_index(op.f("ix_import_file_workspace"), "import_file", ["workspace"])
    op.create_index(op.f("ix_import_file_person_id"), "import_file", ["person_id"])
    op.create_table(
        "summary_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("view", AutoString(length=24), nullable=False),
        sa.Column("about", AutoString(length=200), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_summary_seen_workspace_provider")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_summary_seen_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_seen")),
        sa.UniqueConstraint(
            "workspace",
            "person_id",
            "view",
            "about",
            name=op.f("uq_summary_seen_workspace_person_id_view_about"),
        ),
    )
    op.create_index(op.f("ix_summary_seen_workspace"), "summary_seen", ["workspace"])


def downgrade() -> None:
    op.drop_table("summary_seen")
    op.drop_table("import_file")
    with op.batch_alter_table("sar_item") as changed:
        changed.drop_constraint(
            op.f("fk_sar_item_previous_id_sar_item"), type_="foreignkey"
        )
        changed.drop_column("previous_id")
        changed.drop_column("grade")
    op.drop_column("action", "imported_as")
