"""versions of closures; whom messages about people are about

Revision ID: 0058
Revises: 0057
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("closure", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.alter_column("closure", "version", server_default=None)
    op.add_column("notice", sa.Column("student_ids", JSONB(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("notice", "student_ids")
    op.drop_column("closure", "version")
