"""mails to families: a contact address for answers, calendar entries, and kinds that a guardian does without

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    op.drop_column("guardian", "unsubscribed")
    op.drop_column("notice", "unsubscribe_url")
    op.drop_column("notice", "calendar")
    op.drop_column("organization", "contact_email")
