"""record view descriptions: the views of the record are the same, their comments are clearer

Revision ID: 0009
Revises: 0008
"""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

RECORD = Path(__file__).parents[1] / "record"


def upgrade() -> None:
    _recreate_views("0009.sql")


def downgrade() -> None:
    _recreate_views("0007.sql")


def _recreate_views(script: str) -> None:
    """Run as the driver takes it, so that colons and percent signs have no special meaning."""
    op.get_bind().exec_driver_sql((RECORD / script).read_text().replace("%", "%%"))
