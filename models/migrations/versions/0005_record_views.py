"""the record for readers: views by tenant in the schema `record`, and the table of who reads what

Revision ID: 0005
Revises: 0004
"""

from pathlib import Path

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCHEMA = Path(__file__).parents[1] / "record" / "0005.sql"


def upgrade() -> None:
    op.create_table(
        "sql_reader",
        sa.Column("role_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_sql_reader_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("role_name", name=op.f("pk_sql_reader")),
    )
    op.create_index(op.f("ix_sql_reader_organization_id"), "sql_reader", ["organization_id"])
    op.execute("revoke all on schema public from public")
    # As the driver takes it: colons and percent signs in it mean nothing.
    op.get_bind().exec_driver_sql(SCHEMA.read_text().replace("%", "%%"))


def downgrade() -> None:
    op.execute("drop schema record cascade")
    op.execute("grant usage on schema public to public")
    op.drop_table("sql_reader")
