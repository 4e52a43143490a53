"""mails to families: a contact address for answers, calendar entries, and kinds that a guardian does without

Revision ID: 0018
Revises: 0017
"""

from pathlib import Path

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

RECORD = Path(__file__).parents[1] / "record"


def upgrade() -> None:
    op.add_column("organization", sa.Column("contact_email", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column(
        "notice", sa.Column("calendar", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False)
    )
    op.alter_column("notice", "calendar", server_default=None)
    op.add_column(
        "notice",
        sa.Column("unsubscribe_url", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False),
    )
    op.alter_column("notice", "unsubscribe_url", server_default=None)
    op.add_column("guardian", sa.Column("unsubscribed", JSONB(), server_default="[]", nullable=False))
    _recreate_views("0018.sql")


def downgrade() -> None:
    _recreate_views("0014.sql")
    op.drop_column("guardian", "unsubscribed")
    op.drop_column("notice", "unsubscribe_url")
    op.drop_column("notice", "calendar")
    op.drop_column("organization", "contact_email")


def _recreate_views(script: str) -> None:
    """Run as the driver takes it, so that colons and percent signs have no special meaning."""
    op.get_bind().exec_driver_sql((RECORD / script).read_text().replace("%", "%%"))
