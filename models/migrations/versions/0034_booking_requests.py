"""booking requests: external ids of classes that are being booked, which workflow histories must not hold

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
TABLE = "booking_request"
FORGET = """
create or replace function forget_expired(at timestamptz) returns bigint
    language sql volatile security definer set search_path = pg_catalog, public
    as $$ with answers as (delete from public.idempotency where created_at < at - interval '48 hours' returning 1),
               links as (delete from public.sign_in_link where expires_at < at - interval '1 day' returning 1),
               attempts as (delete from public.sign_in_attempt where attempted_at < at - interval '1 day'
                            returning 1),{with_bookings}
               browsers as (delete from public.signed_in where expires_at < at - interval '30 days' returning 1)
          select (select count(*) from answers) + (select count(*) from links){count_bookings}
               + (select count(*) from attempts) + (select count(*) from browsers) $$;
"""
WITH_BOOKINGS = """
               bookings as (delete from public.booking_request where created_at < at - interval '30 days'
                            returning 1),"""
COUNT_BOOKINGS = " + (select count(*) from bookings)"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f(f"fk_{TABLE}_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_organization_id"), TABLE, ["organization_id"])
    op.execute(f"alter table {TABLE} enable row level security")
    op.execute(f"create policy tenant on {TABLE} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})")
    op.execute(f"grant select, insert, update, delete on {TABLE} to homeroom_app")
    op.execute(FORGET.format(with_bookings=WITH_BOOKINGS, count_bookings=COUNT_BOOKINGS))


def downgrade() -> None:
    op.execute(FORGET.format(with_bookings="", count_bookings=""))
    op.drop_table(TABLE)
