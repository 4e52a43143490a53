"""announced absences: who cannot come to a class, and to which start of it

Revision ID: 0019
Revises: 0018
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

RECORD = Path(__file__).parents[1] / "record"


def upgrade() -> None:
    for name in ("cannot_come_at", "cannot_come_for"):
        op.add_column("participant", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    _recreate_views("0019.sql")


def downgrade() -> None:
    _recreate_views("0018.sql")
    for name in ("cannot_come_for", "cannot_come_at"):
        op.drop_column("participant", name)


def _recreate_views(script: str) -> None:
    """Run as the driver takes it, so that colons and percent signs have no special meaning."""
    op.get_bind().exec_driver_sql((RECORD / script).read_text().replace("%", "%%"))
