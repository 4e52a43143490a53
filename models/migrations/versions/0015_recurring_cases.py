"""recurring cases: a cause has at most one open exception, and a new one after that is resolved

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "exception_case",
        sa.Column("reports", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.drop_constraint("uq_exception_case_subject_kind_subject_id_kind_occasion", "exception_case")
    op.create_index(
        "uq_exception_case_open_cause",
        "exception_case",
        ["subject_kind", "subject_id", "kind", "occasion"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_index("uq_exception_case_open_cause", "exception_case")
    op.execute("""
        delete from exception_case e using exception_case newer
        where (e.subject_kind, e.subject_id, e.kind, e.occasion)
              = (newer.subject_kind, newer.subject_id, newer.kind, newer.occasion)
          and (e.opened_at, e.id) < (newer.opened_at, newer.id)
    """)
    op.create_unique_constraint(
        op.f("uq_exception_case_subject_kind_subject_id_kind_occasion"),
        "exception_case",
        ["subject_kind", "subject_id", "kind", "occasion"],
    )
    op.drop_column("exception_case", "reports")
