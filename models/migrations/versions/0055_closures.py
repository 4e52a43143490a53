"""closures: days without classes; changes of the students of a series, and which of them each class has

Revision ID: 0055
Revises: 0054
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
_TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "closure",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", _TEXT(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("region", _TEXT(), nullable=False),
        sa.Column("created_by", _TEXT(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_closure_last_day_after_first")),
        sa.UniqueConstraint(
            "organization_id",
            "first_day",
            "last_day",
            "name",
            "region",
            name=op.f("uq_closure_organization_id_first_day_last_day_name_region"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_closure_organization_id_organization")
        ),
    )
    op.create_index("ix_closure_listed_by_first_day", "closure", ["organization_id", "first_day", "id"])
    op.create_index(op.f("ix_closure_organization_id"), "closure", ["organization_id"])
    op.execute("alter table closure enable row level security")
    op.execute(
        f"create policy tenant on closure using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
    )
    op.execute("grant select, insert, update, delete on closure to homeroom_app")
    op.execute(
        "create trigger told after insert or update or delete on closure for each row "
        "execute function record_change('closure', 'id', '')"
    )
    op.add_column("series", sa.Column("roster_changes", JSONB(), server_default="[]", nullable=False))
    op.add_column(
        "series_occurrence",
        sa.Column("roster_changes_made", sa.Integer(), server_default="0", nullable=False),
    )
    op.alter_column("series_occurrence", "roster_changes_made", server_default=None)


def downgrade() -> None:
    op.drop_column("series_occurrence", "roster_changes_made")
    op.drop_column("series", "roster_changes")
    op.drop_table("closure")
