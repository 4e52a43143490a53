"""attendance by rule: the verdict on who was present, what the school sets instead, and check-ins in the record

Revision ID: 0036
Revises: 0035
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

RECORD = Path(__file__).parents[1] / "record"
VERDICT = {
    "status": sa.String(length=40),
    "class_share": sa.Float(),
    "late_seconds": sa.Float(),
    "left_early_seconds": sa.Float(),
}
SET_BY_HAND = {
    "attendance_status": sa.String(length=40),
    "attendance_reason": sa.String(),
    "attendance_set_by": sa.String(),
    "attendance_set_at": sa.DateTime(timezone=True),
}


def upgrade() -> None:
    for name, kind in VERDICT.items():
        op.add_column("attendance", sa.Column(name, kind, nullable=True))
    for name, kind in SET_BY_HAND.items():
        op.add_column("participant", sa.Column(name, kind, nullable=True))
    _recreate_views("0036.sql")


def downgrade() -> None:
    _recreate_views("0034.sql")
    for name in reversed(SET_BY_HAND):
        op.drop_column("participant", name)
    for name in reversed(VERDICT):
        op.drop_column("attendance", name)


def _recreate_views(script: str) -> None:
    """Run as the driver takes it, so that colons and percent signs have no special meaning."""
    op.get_bind().exec_driver_sql((RECORD / script).read_text().replace("%", "%%"))
