"""booking imports: imports of bookings with their rows; versions of closures; whom messages about people are about

Revision ID: 0058
Revises: 0057
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
_TEXT = sqlmodel.sql.sqltypes.AutoString
IMPORT, ROW = "booking_import", "booking_import_row"


def upgrade() -> None:
    op.add_column("closure", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.alter_column("closure", "version", server_default=None)
    op.add_column("notice", sa.Column("student_ids", JSONB(), server_default="[]", nullable=False))
    op.create_table(
        IMPORT,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", _TEXT(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("created_by", _TEXT(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_import")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_booking_import_organization_id_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_booking_import_organization_id_organization")
        ),
    )
    op.create_index("ix_booking_import_listed_by_created_at", IMPORT, ["organization_id", "created_at", "id"])
    op.create_index(op.f("ix_booking_import_organization_id"), IMPORT, ["organization_id"])
    op.create_table(
        ROW,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("booking_import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), server_default="{}", nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("problem", JSONB(), server_default="{}", nullable=False),
        sa.Column("remark", _TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("booking_import_id", "number", name=op.f("pk_booking_import_row")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_booking_import_row_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "booking_import_id"],
            ["booking_import.organization_id", "booking_import.id"],
            name=op.f("fk_booking_import_row_organization_id_booking_import_id_booking_import"),
        ),
    )
    op.create_index(op.f("ix_booking_import_row_organization_id"), ROW, ["organization_id"])
    op.create_index(
        "ix_booking_import_row_waiting",
        ROW,
        ["booking_import_id", "number"],
        postgresql_where=sa.text("outcome = 'waiting'"),
    )
    for table in (IMPORT, ROW):
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy tenant on {table} using (organization_id = {SCOPE}) "
            f"with check (organization_id = {SCOPE})"
        )
        op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")
    op.execute(
        f"create trigger told after insert or update or delete on {IMPORT} for each row "
        f"execute function record_change('{IMPORT}', 'id', '')"
    )


def downgrade() -> None:
    op.drop_table(ROW)
    op.drop_table(IMPORT)
    op.drop_column("notice", "student_ids")
    op.drop_column("closure", "version")
