"""how long conversations are kept, whether a model is asked, people forgotten, an audit that stays."""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import UTCDateTime
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MUST_BE_SET = (("asks_model", sa.Boolean(), sa.true()), ("keep_months", sa.Integer(), "12"))

# A later migration that has SQLite copy the table must make its two triggers anew.
_SAYS = "a row of the audit is neither changed nor deleted"
_SAME = ("id", "workspace", "action_id", "person_id", "at", "field", "version")


def _is_erasure(differs: str) -> str:
    """Whether an update of the audit changes nothing but old and new, and these to the mark."""
    same = " AND ".join(f"NOT (NEW.{name} {differs} OLD.{name})" for name in _SAME)
    masked = " AND ".join(
        f"(NOT (NEW.{name} {differs} OLD.{name}) OR NEW.{name} = '(erased)')"
        for name in ("old", "new")
    )
    return f"{same} AND {masked}"


_SQLITE = (
    f"""CREATE TRIGGER audit_stays_as_it_is BEFORE UPDATE ON audit
        WHEN NOT ({_is_erasure("IS NOT")})
        BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END""",
    f"""CREATE TRIGGER audit_stays BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END""",
)
_POSTGRESQL = (
    f"""CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{_SAYS}'; END $$""",
    f"""CREATE TRIGGER audit_stays_as_it_is BEFORE UPDATE ON audit FOR EACH ROW
        WHEN (NOT ({_is_erasure("IS DISTINCT FROM")})) EXECUTE FUNCTION audit_stays()""",
    """CREATE TRIGGER audit_stays BEFORE DELETE ON audit FOR EACH ROW
        EXECUTE FUNCTION audit_stays()""",
)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    op.add_column("person", sa.Column("forgotten_at", UTCDateTime(), nullable=True))
    for column, kind, now in _MUST_BE_SET:
        op.add_column(
            "provider_settings", sa.Column(column, kind, nullable=False, server_default=now)
        )
    with op.batch_alter_table("provider_settings") as changed:
        for column, kind, _ in _MUST_BE_SET:
            changed.alter_column(column, existing_type=kind, server_default=None)
    for statement in _SQLITE if _is_sqlite() else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    where = "" if _is_sqlite() else " ON audit"
    op.execute(f"DROP TRIGGER audit_stays{where}")
    op.execute(f"DROP TRIGGER audit_stays_as_it_is{where}")
    if not _is_sqlite():
        op.execute("DROP FUNCTION audit_stays()")
    with op.batch_alter_table("provider_settings") as changed:
        for column, *_ in _MUST_BE_SET:
            changed.drop_column(column)
    with op.batch_alter_table("person") as changed:
        changed.drop_column("forgotten_at")
