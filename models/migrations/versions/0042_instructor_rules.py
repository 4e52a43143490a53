"""instructor rules: why a class was booked against them, and how substitutes are found and told

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
TABLE = "override_request"
FORGET = """
create or replace function forget_expired(at timestamptz) returns bigint
    language sql volatile security definer set search_path = pg_catalog, public
    as $$ with answers as (delete from public.idempotency where created_at < at - interval '48 hours' returning 1),
               links as (delete from public.sign_in_link where expires_at < at - interval '1 day' returning 1),
               attempts as (delete from public.sign_in_attempt where attempted_at < at - interval '1 day'
                            returning 1),
               bookings as (delete from public.booking_request where created_at < at - interval '30 days'
                            returning 1),{with_overrides}
               browsers as (delete from public.signed_in where expires_at < at - interval '30 days' returning 1)
          select (select count(*) from answers) + (select count(*) from links) + (select count(*) from bookings)
               + (select count(*) from attempts) + (select count(*) from browsers){count_overrides} $$;
"""
WITH_OVERRIDES = """
               overrides as (delete from public.override_request where created_at < at - interval '30 days'
                             returning 1),"""
COUNT_OVERRIDES = " + (select count(*) from overrides)"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f(f"fk_{TABLE}_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_organization_id"), TABLE, ["organization_id"])
    op.execute(f"alter table {TABLE} enable row level security")
    op.execute(f"create policy tenant on {TABLE} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})")
    op.execute(f"grant select, insert, update, delete on {TABLE} to homeroom_app")
    op.execute(FORGET.format(with_overrides=WITH_OVERRIDES, count_overrides=COUNT_OVERRIDES))
    op.add_column("session", sa.Column("overridden_rules", JSONB(), server_default="[]", nullable=False))
    for name in ("override_reason", "overridden_by"):
        op.add_column("session", sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("organization", sa.Column("substitution_policy", JSONB(), server_default="{}", nullable=False))
    op.add_column("instructor_availability", sa.Column("alert_channel_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_instructor_availability_organization_id_alert_channel_id_alert_channel"),
        "instructor_availability",
        "alert_channel",
        ["organization_id", "alert_channel_id"],
        ["organization_id", "id"],
    )
    op.add_column("substitution", sa.Column("policy", JSONB(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("substitution", "policy")
    op.drop_column("instructor_availability", "alert_channel_id")
    op.drop_column("organization", "substitution_policy")
    for name in ("overridden_by", "override_reason", "overridden_rules"):
        op.drop_column("session", name)
    op.execute(FORGET.format(with_overrides="", count_overrides=""))
    op.drop_table(TABLE)
