"""operator links: which one a browser was signed in with, and sign-outs from all browsers

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("signed_in", sa.Column("link_id", sa.Uuid(), nullable=True))
    op.add_column(
        "signed_in", sa.Column("ended_everywhere", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("signed_in", "ended_everywhere", server_default=None)
    op.create_unique_constraint(op.f("uq_signed_in_link_id"), "signed_in", ["link_id"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_signed_in_link_id"), "signed_in", type_="unique")
    op.drop_column("signed_in", "ended_everywhere")
    op.drop_column("signed_in", "link_id")
