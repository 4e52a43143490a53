"""subjects: notices, cases and files are about a session, a person, a course…; notices with a delivery of their own

Revision ID: 0007
Revises: 0006
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("notice", "exception_case", "class_file")
SCHEMA = Path(__file__).parents[1] / "record" / "0007.sql"
EARLIER_SCHEMA = Path(__file__).parents[1] / "record" / "0005.sql"

# The session is computed from the subject: the table is rewritten once, no row is updated, and so no trigger writes
# of every row to the log of changes that it changed.
SESSION = """
alter table {table} add column session_id uuid
    generated always as (case when subject_kind = 'session' then subject_id end) stored
"""
UNDELIVERED = "deliver_by is not null and sent_at is null and failed_at is null"
FUNCTION = f"""
create function undelivered_notices(most integer)
    returns table (id uuid, organization_id uuid, deliver_by timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id, deliver_by from public.notice
          where {UNDELIVERED} order by deliver_by limit most $$
"""
SIGNATURE = "undelivered_notices(integer)"
UNTOLD = "html,text,key,address,subject,attempts"


def upgrade() -> None:
    op.execute("drop schema record cascade")
    for table in TABLES:
        _from_session_to_subject(table)
    op.drop_index("ix_notice_session_id", "notice")
    op.create_index("ix_notice_session_id", "notice", ["session_id"])
    op.create_index("ix_notice_subject_kind_subject_id", "notice", ["subject_kind", "subject_id"])
    op.drop_constraint("uq_exception_case_session_id_kind_occasion", "exception_case")
    op.create_unique_constraint(
        op.f("uq_exception_case_subject_kind_subject_id_kind_occasion"),
        "exception_case",
        ["subject_kind", "subject_id", "kind", "occasion"],
    )
    op.create_index("ix_exception_case_session_id", "exception_case", ["session_id"])
    op.drop_index("ix_class_file_session_id", "class_file")
    op.create_index("ix_class_file_subject_kind_subject_id", "class_file", ["subject_kind", "subject_id"])

    op.add_column("notice", sa.Column("sealed", sa.String(), nullable=False, server_default=""))
    op.alter_column("notice", "sealed", server_default=None)
    op.add_column("notice", sa.Column("deliver_by", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("notice", "class_starts_at", nullable=True)
    op.create_index("ix_notice_undelivered", "notice", ["deliver_by"], postgresql_where=sa.text(UNDELIVERED))
    op.execute(FUNCTION)
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")
    _tell_of_notices(f"{UNTOLD},sealed")
    _read_schema(SCHEMA)


def _from_session_to_subject(table: str) -> None:
    op.drop_constraint(f"fk_{table}_organization_id_session_id_session", table)
    op.alter_column(table, "session_id", new_column_name="subject_id")
    op.add_column(
        table, sa.Column("subject_kind", sa.String(length=40), nullable=False, server_default="session")
    )
    op.alter_column(table, "subject_kind", server_default=None)
    op.execute(SESSION.format(table=table))
    _refer_to_session(table)


def _refer_to_session(table: str) -> None:
    op.create_foreign_key(
        op.f(f"fk_{table}_organization_id_session_id_session"),
        table,
        "session",
        ["organization_id", "session_id"],
        ["organization_id", "id"],
    )


def _tell_of_notices(untold: str) -> None:
    op.execute("drop trigger told on notice")
    op.execute(
        "create trigger told after insert or update or delete on notice for each row "
        f"execute function record_change('notice', 'id', '{untold}')"
    )


def _read_schema(path: Path) -> None:
    """As the driver takes it: colons and percent signs in it mean nothing."""
    op.get_bind().exec_driver_sql(path.read_text().replace("%", "%%"))


def downgrade() -> None:
    """What is about no session has no place in the earlier tables."""
    op.execute("drop schema record cascade")
    for table in TABLES:
        op.execute(f"delete from {table} where subject_kind <> 'session'")
    op.execute(f"drop function {SIGNATURE}")
    op.drop_index("ix_notice_undelivered", "notice")
    op.alter_column("notice", "class_starts_at", nullable=False)
    op.drop_column("notice", "deliver_by")
    op.drop_column("notice", "sealed")
    _tell_of_notices(UNTOLD)

    op.drop_index("ix_class_file_subject_kind_subject_id", "class_file")
    op.drop_index("ix_exception_case_session_id", "exception_case")
    op.drop_constraint("uq_exception_case_subject_kind_subject_id_kind_occasion", "exception_case")
    op.drop_index("ix_notice_subject_kind_subject_id", "notice")
    op.drop_index("ix_notice_session_id", "notice")
    for table in TABLES:
        op.drop_constraint(f"fk_{table}_organization_id_session_id_session", table)
        op.drop_column(table, "session_id")
        op.drop_column(table, "subject_kind")
        op.alter_column(table, "subject_id", new_column_name="session_id")
        _refer_to_session(table)
    op.create_index("ix_notice_session_id", "notice", ["session_id"])
    op.create_unique_constraint(
        op.f("uq_exception_case_session_id_kind_occasion"),
        "exception_case",
        ["session_id", "kind", "occasion"],
    )
    op.create_index("ix_class_file_session_id", "class_file", ["session_id"])
    _read_schema(EARLIER_SCHEMA)
