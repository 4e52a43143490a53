"""sign-in bindings: an account at an identity provider belongs to one person, whatever its mail address

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
TABLE = "sign_in_binding"


def upgrade() -> None:
    op.add_column(
        "identity_provider",
        sa.Column("addresses_verified", sa.Boolean(), server_default="false", nullable=False),
    )
    op.alter_column("identity_provider", "addresses_verified", server_default=None)
    op.create_table(
        TABLE,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f(f"fk_{TABLE}_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "organization_id", "issuer", "subject", "person_kind",
            name=op.f(f"uq_{TABLE}_organization_id_issuer_subject_person_kind"),
        ),
        sa.UniqueConstraint(
            "organization_id", "person_id", "issuer", name=op.f(f"uq_{TABLE}_organization_id_person_id_issuer")
        ),
    )
    op.create_index(op.f(f"ix_{TABLE}_organization_id"), TABLE, ["organization_id"])
    op.execute(f"alter table {TABLE} enable row level security")
    op.execute(f"create policy tenant on {TABLE} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})")
    op.execute(f"grant select, insert, update, delete on {TABLE} to homeroom_app")
    op.execute(
        f"create trigger told after insert or update or delete on {TABLE} for each row "
        f"execute function record_change('{TABLE}', 'person_id', 'subject')"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_column("identity_provider", "addresses_verified")
