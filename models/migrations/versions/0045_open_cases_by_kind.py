"""open cases by kind: which classes of the board have an open case of one kind

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None
INDEX = "ix_exception_case_unresolved_kind"


def upgrade() -> None:
    op.create_index(
        INDEX,
        "exception_case",
        ["organization_id", "kind", "session_id"],
        postgresql_where=sa.text("resolved_at is null"),
    )


def downgrade() -> None:
    op.drop_index(INDEX, "exception_case")
