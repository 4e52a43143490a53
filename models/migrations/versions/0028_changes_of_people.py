"""changes of people: how often people were added to or removed from a class, which its calendar entries count

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

UNTOLD = "policy,signalled,state_changes"


def upgrade() -> None:
    op.add_column("session", sa.Column("people_changes", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("session", "people_changes", server_default=None)
    _tell_without(f"{UNTOLD},people_changes")


def downgrade() -> None:
    _tell_without(UNTOLD)
    op.drop_column("session", "people_changes")


def _tell_without(columns: str) -> None:
    """The participants' own rows are in the change log."""
    op.execute("drop trigger told on session")
    op.execute(
        "create trigger told after insert or update or delete on session for each row "
        f"execute function record_change('session', 'id', '{columns}')"
    )
