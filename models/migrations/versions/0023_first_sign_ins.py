"""first sign-ins: when a member of staff signed in for the first time, so that a pending invitation shows

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# Of the members there are, from the change log, which has every sign-in. This is no change of theirs to be logged.
BACKFILL = """
update member m set first_signed_in_at = found.at
from (select organization_id, actor, min(occurred_at) as at from change_log
      where kind = 'sign_in.created' and actor like 'member:%' group by organization_id, actor) as found
where found.organization_id = m.organization_id and found.actor = 'member:' || m.id
"""


def upgrade() -> None:
    op.add_column("member", sa.Column("first_signed_in_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("alter table member disable trigger told")
    op.execute(BACKFILL)
    op.execute("alter table member enable trigger told")


def downgrade() -> None:
    op.drop_column("member", "first_signed_in_at")
