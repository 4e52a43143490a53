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

# Of the members there are, from the change log, which has every sign-in.
BACKFILL = """
update member m set first_signed_in_at = found.at
from (select organization_id, actor, min(occurred_at) as at from change_log
      where kind = 'sign_in.created' and actor like 'member:%' group by organization_id, actor) as found
where found.organization_id = m.organization_id and found.actor = 'member:' || m.id
"""


def upgrade() -> None:
    op.add_column("member", sa.Column("first_signed_in_at", sa.DateTime(timezone=True), nullable=True))
    _tell_without("first_signed_in_at")
    op.execute(BACKFILL)


def downgrade() -> None:
    _tell_without("")
    op.drop_column("member", "first_signed_in_at")


def _tell_without(columns: str) -> None:
    """The sign-in itself is in the change log."""
    op.execute("drop trigger told on member")
    op.execute(
        "create trigger told after insert or update or delete on member for each row "
        f"execute function record_change('member', 'id', '{columns}')"
    )
