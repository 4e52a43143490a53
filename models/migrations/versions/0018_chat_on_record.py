"""chat on record: the messages of a class are read by themselves, and are a view of the record

Revision ID: 0018
Revises: 0017
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

RECORD = Path(__file__).parents[1] / "record"


def upgrade() -> None:
    op.create_index(
        "ix_session_event_chat",
        "session_event",
        ["session_id", "occurred_at", "source_id"],
        postgresql_where=sa.text("kind = 'chat'"),
    )
    _recreate_views("0018.sql")


def downgrade() -> None:
    _recreate_views("0014.sql")
    op.drop_index("ix_session_event_chat", "session_event")


def _recreate_views(script: str) -> None:
    """Run as the driver takes it, so that colons and percent signs have no special meaning."""
    op.get_bind().exec_driver_sql((RECORD / script).read_text().replace("%", "%%"))
