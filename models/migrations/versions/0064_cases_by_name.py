"""cases by name: the indexes that find the cases of what a search has found, by what they are about

Revision ID: 0064
Revises: 0063
"""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

COLUMNS = ("subject_id", "occasion")


def upgrade() -> None:
    for column in COLUMNS:
        op.create_index(f"ix_exception_case_{column}", "exception_case", ["organization_id", column, "id"])


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_exception_case_{column}", "exception_case")
