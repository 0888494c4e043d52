"""the first tables."""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "provider",
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name=op.f("pk_provider")),
    )
    op.create_table(
        "received_event",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("event_id", AutoString(length=128), nullable=False),
        sa.Column("conversation", AutoString(length=128), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_received_event")),
        sa.UniqueConstraint(
            "workspace", "event_id", name=op.f("uq_received_event_workspace_event_id")
        ),
    )
    with op.batch_alter_table("received_event", schema=None) as batch_op:
        batch_op.create_index(
            "ix_received_event_open",
            ["workspace", "conversation", "sequence"],
            unique=False,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_department_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("workspace", "name", name=op.f("uq_department_workspace_name")),
    )
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_department_workspace"), ["workspace"], unique=False)

    op.create_table(
        "outgoing_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("key", AutoString(length=128), nullable=False),
        sa.Column("conversation", AutoString(length=128), nullable=False),
        sa.Column("channel", AutoString(length=64), nullable=False),
        sa.Column("thread", AutoString(length=64), nullable=True),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column(
            "delivery",
            sa.Enum("waiting", "sent", "failed", name="delivery", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("ts", AutoString(length=32), nullable=True),
        sa.Column("error", AutoString(length=200), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace"],
            ["provider.workspace"],
            name=op.f("fk_outgoing_message_workspace_provider"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_message")),
        sa.UniqueConstraint("workspace", "key", name=op.f("uq_outgoing_message_workspace_key")),
    )
    with op.batch_alter_table("outgoing_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outgoing_message_waiting",
            ["workspace", "conversation", "id"],
            unique=False,
            sqlite_where=sa.text("delivery = 'waiting'"),
            postgresql_where=sa.text("delivery = 'waiting'"),
        )
        batch_op.create_index(
            batch_op.f("ix_outgoing_message_workspace"), ["workspace"], unique=False
        )

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("slack_user_id", AutoString(length=64), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead", "sponsor", "owner", "reader", name="role", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("timezone", AutoString(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_person_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint(
            "workspace", "slack_user_id", name=op.f("uq_person_workspace_slack_user_id")
        ),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_workspace"), ["workspace"], unique=False)

    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("academic_year", AutoString(length=7), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_plan_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint(
            "workspace", "academic_year", name=op.f("uq_plan_workspace_academic_year")
        ),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_workspace"), ["workspace"], unique=False)

    op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("sponsor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_theme_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["sponsor_id"], ["person.id"], name=op.f("fk_theme_sponsor_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_theme_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
        sa.UniqueConstraint("plan_id", "rank", name=op.f("uq_theme_plan_id_rank")),
    )
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_theme_workspace"), ["workspace"], unique=False)

    op.create_table(
        "action",
        sa.Column("action", AutoString(), nullable=True),
        sa.Column(
            "driver",
            sa.Enum(
                "outcomes",
                "learner_feedback",
                "inspection",
                "curriculum_change",
                "compliance",
                "employer_feedback",
                "safeguarding",
                "other",
                name="driver",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("so_what", sa.JSON(), nullable=False),
        sa.Column("impact", AutoString(), nullable=True),
        sa.Column("measure", AutoString(), nullable=True),
        sa.Column("unit", AutoString(), nullable=True),
        sa.Column(
            "direction",
            sa.Enum("higher", "lower", name="direction", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column("baseline", AutoString(), nullable=True),
        sa.Column("baseline_date", sa.Date(), nullable=True),
        sa.Column("target", AutoString(), nullable=True),
        sa.Column("evidence_source", AutoString(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_name", AutoString(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "agreed",
                "in_progress",
                "complete",
                "withdrawn",
                name="status",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "rag",
            sa.Enum("red", "amber", "green", "blue", name="rag", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column("agreed_at", UTCDateTime(), nullable=True),
        sa.Column("agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreed_by_id"], ["person.id"], name=op.f("fk_action_agreed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_action_owner_id_person")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_action_plan_id_plan")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_action_theme_id_theme")),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_action_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("workspace", "number", name=op.f("uq_action_workspace_number")),
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_action_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_action_workspace"), ["workspace"], unique=False)

    op.create_table(
        "sar_item",
        sa.Column("reference", AutoString(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "strength", "area_for_improvement", name="sarkind", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("judgement", AutoString(), nullable=False),
        sa.Column("evidence", AutoString(), nullable=True),
        sa.Column("evaluation_area", AutoString(), nullable=True),
        sa.Column("measure", AutoString(), nullable=True),
        sa.Column("baseline", AutoString(), nullable=True),
        sa.Column("baseline_date", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_sar_item_department_id_department")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_sar_item_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_sar_item_theme_id_theme")
        ),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_sar_item_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sar_item")),
        sa.UniqueConstraint("plan_id", "reference", name=op.f("uq_sar_item_plan_id_reference")),
    )
    with op.batch_alter_table("sar_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sar_item_workspace"), ["workspace"], unique=False)

    op.create_table(
        "action_sar_item",
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("sar_item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_action_sar_item_action_id_action")
        ),
        sa.ForeignKeyConstraint(
            ["sar_item_id"], ["sar_item.id"], name=op.f("fk_action_sar_item_sar_item_id_sar_item")
        ),
        sa.ForeignKeyConstraint(
            ["workspace"],
            ["provider.workspace"],
            name=op.f("fk_action_sar_item_workspace_provider"),
        ),
        sa.PrimaryKeyConstraint("action_id", "sar_item_id", name=op.f("pk_action_sar_item")),
    )
    with op.batch_alter_table("action_sar_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_action_sar_item_workspace"), ["workspace"], unique=False
        )

    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("field", AutoString(length=32), nullable=False),
        sa.Column("old", AutoString(), nullable=True),
        sa.Column("new", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_audit_action_id_action")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_audit_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_audit_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_action_id"), ["action_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_workspace"), ["workspace"], unique=False)

    op.create_table(
        "interview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", AutoString(length=64), nullable=False),
        sa.Column("thread", AutoString(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open", "stopped", "agreed", name="interviewstatus", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_interview_action_id_action")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_interview_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_interview_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
        sa.UniqueConstraint(
            "workspace", "channel", "thread", name=op.f("uq_interview_workspace_channel_thread")
        ),
    )
    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interview_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_workspace"), ["workspace"], unique=False)

    op.create_table(
        "milestone",
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_milestone_action_id_action")
        ),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_milestone_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_action_id"), ["action_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_milestone_workspace"), ["workspace"], unique=False)

    op.create_table(
        "progress_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column(
            "rag",
            sa.Enum("red", "amber", "green", "blue", name="rag", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("note", AutoString(), nullable=False),
        sa.Column("reading", AutoString(), nullable=True),
        sa.Column("evidence_link", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_progress_update_action_id_action")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_progress_update_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace"],
            ["provider.workspace"],
            name=op.f("fk_progress_update_workspace_provider"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_update")),
    )
    with op.batch_alter_table("progress_update", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_progress_update_action_id"), ["action_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_progress_update_workspace"), ["workspace"], unique=False
        )

    op.create_table(
        "turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", AutoString(length=64), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column(
            "speaker",
            sa.Enum("person", "coach", name="speaker", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("source", AutoString(length=128), nullable=False),
        sa.Column("ts", AutoString(length=32), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_turn_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(
            ["workspace"], ["provider.workspace"], name=op.f("fk_turn_workspace_provider")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
        sa.UniqueConstraint("workspace", "source", name=op.f("uq_turn_workspace_source")),
    )
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turn_interview_id"), ["interview_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_turn_workspace"), ["workspace"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_turn_workspace"))
        batch_op.drop_index(batch_op.f("ix_turn_interview_id"))

    op.drop_table("turn")
    with op.batch_alter_table("progress_update", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_progress_update_workspace"))
        batch_op.drop_index(batch_op.f("ix_progress_update_action_id"))

    op.drop_table("progress_update")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_workspace"))
        batch_op.drop_index(batch_op.f("ix_milestone_action_id"))

    op.drop_table("milestone")
    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interview_workspace"))
        batch_op.drop_index(batch_op.f("ix_interview_status"))
        batch_op.drop_index(batch_op.f("ix_interview_person_id"))

    op.drop_table("interview")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_workspace"))
        batch_op.drop_index(batch_op.f("ix_audit_action_id"))

    op.drop_table("audit")
    with op.batch_alter_table("action_sar_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_sar_item_workspace"))

    op.drop_table("action_sar_item")
    with op.batch_alter_table("sar_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sar_item_workspace"))

    op.drop_table("sar_item")
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_workspace"))
        batch_op.drop_index(batch_op.f("ix_action_plan_id"))
        batch_op.drop_index(batch_op.f("ix_action_owner_id"))

    op.drop_table("action")
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_theme_workspace"))

    op.drop_table("theme")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_workspace"))

    op.drop_table("plan")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_workspace"))

    op.drop_table("person")
    with op.batch_alter_table("outgoing_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outgoing_message_workspace"))
        batch_op.drop_index(
            "ix_outgoing_message_waiting",
            sqlite_where=sa.text("delivery = 'waiting'"),
            postgresql_where=sa.text("delivery = 'waiting'"),
        )

    op.drop_table("outgoing_message")
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_department_workspace"))

    op.drop_table("department")
    with op.batch_alter_table("received_event", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_received_event_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.drop_table("received_event")
    op.drop_table("provider")
