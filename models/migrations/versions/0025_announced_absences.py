"""announced absences: who cannot come to a class, and to which start of it

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("cannot_come_at", "cannot_come_for"):
        op.add_column("participant", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("cannot_come_for", "cannot_come_at"):
        op.drop_column("participant", name)
