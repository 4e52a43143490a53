"""digests: one message to a person about what one act does to several of their classes

Revision ID: 0056
Revises: 0055
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("act_id", sa.Uuid(), nullable=True))
    op.add_column("notice", sa.Column("gathers_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notice", sa.Column("digest_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_notice_digest_id", "notice", ["digest_id"], postgresql_where=sa.text("digest_id is not null")
    )
    op.create_index(
        "ix_notice_act_id",
        "notice",
        ["act_id", "recipient_id"],
        postgresql_where=sa.text("act_id is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_notice_act_id", "notice")
    op.drop_index("ix_notice_digest_id", "notice")
    op.drop_column("notice", "digest_id")
    op.drop_column("notice", "gathers_until")
    op.drop_column("notice", "act_id")
