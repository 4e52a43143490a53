"""addresses of students: adults, and others by consent of a guardian, get their own mails

Revision ID: 0026
Revises: 0025
"""

from pathlib import Path

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

RECORD = Path(__file__).parents[1] / "record"


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString()
    op.add_column("student", sa.Column("email", text, nullable=True))
    op.add_column("student", sa.Column("email_basis", text, nullable=True))
    op.add_column("student", sa.Column("language", text, server_default="en", nullable=False))
    op.alter_column("student", "language", server_default=None)
    op.add_column("student", sa.Column("unsubscribed", JSONB(), server_default="[]", nullable=False))
    _recreate_views("0026.sql")


def downgrade() -> None:
    _recreate_views("0018.sql")
    for name in ("unsubscribed", "language", "email_basis", "email"):
        op.drop_column("student", name)


def _recreate_views(script: str) -> None:
    """Run as the driver takes it, so that colons and percent signs have no special meaning."""
    op.get_bind().exec_driver_sql((RECORD / script).read_text().replace("%", "%%"))
