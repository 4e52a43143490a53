"""scheduling rules: versions of who teaches what, pairs of student and instructor, the version behind an assignment

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
ASSIGNMENTS = ("session", "substitution")


def upgrade() -> None:
    op.create_table(
        "scheduling_rules",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rules", JSONB(), server_default="{}", nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True)),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduling_rules")),
        _of_organization("scheduling_rules"),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_scheduling_rules_organization_id_number")),
    )
    _secure("scheduling_rules", "id")
    op.create_table(
        "pairing",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("instructor_id", sa.Uuid(), nullable=False),
        sa.Column("family_preference", sa.Float(), nullable=False),
        sa.Column("quality", sa.Float()),
        sa.Column("do_not_pair", sa.Boolean(), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("student_id", "instructor_id", name=op.f("pk_pairing")),
        _of_organization("pairing"),
        *(
            sa.ForeignKeyConstraint(
                ["organization_id", f"{other}_id"],
                [f"{other}.organization_id", f"{other}.id"],
                name=op.f(f"fk_pairing_organization_id_{other}_id_{other}"),
            )
            for other in ("student", "instructor")
        ),
        sa.CheckConstraint(
            "family_preference between -1 and 1", name=op.f("ck_pairing_family_preference_in_range")
        ),
        sa.CheckConstraint("quality between 0 and 1", name=op.f("ck_pairing_quality_in_range")),
    )
    op.create_index("ix_pairing_instructor_id", "pairing", ["instructor_id"])
    _secure("pairing", "student_id")
    for table in ASSIGNMENTS:
        op.add_column(table, sa.Column("rules_version", sa.Integer(), server_default="0", nullable=False))
        op.alter_column(table, "rules_version", server_default=None)


def downgrade() -> None:
    for table in ASSIGNMENTS:
        op.drop_column(table, "rules_version")
    op.drop_table("pairing")
    op.drop_table("scheduling_rules")


def _of_organization(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=op.f(f"fk_{table}_organization_id_organization")
    )


def _secure(table: str, key: str) -> None:
    op.create_index(op.f(f"ix_{table}_organization_id"), table, ["organization_id"])
    op.execute(f"alter table {table} enable row level security")
    op.execute(
        f"create policy tenant on {table} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
    )
    op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")
    op.execute(
        f"create trigger told after insert or update or delete on {table} for each row "
        f"execute function record_change('{table}', '{key}', '')"
    )
