"""calendars: secret addresses at which calendars read a person's classes; busy times from instructors' own calendars

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
FUNCTIONS = {
    "calendar_feed_of(text)": """
create function calendar_feed_of(wanted_hash text)
    returns table (organization_id uuid, person_kind text, person_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select f.organization_id, f.person_kind, f.person_id from public.calendar_feed f
          where f.token_hash = wanted_hash $$
""",
    # For the schedule of a region, which works for all tenants.
    "calendars_to_read(text, timestamptz, integer)": """
create function calendars_to_read(wanted_region text, tried_before timestamptz, most integer)
    returns table (organization_id uuid, instructor_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select c.organization_id, c.instructor_id from public.imported_calendar c
          join public.organization o on o.id = c.organization_id
          join public.instructor i on i.id = c.instructor_id
          where o.region = wanted_region and c.address <> '' and c.tried_at < tried_before and i.retired_at is null
          order by c.tried_at, c.instructor_id limit most $$
""",
}


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_kind", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feed")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_calendar_feed_organization_id_organization")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    _secure("calendar_feed", "person_id", "token_hash")
    op.create_table(
        "imported_calendar",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("instructor_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("busy", JSONB(), server_default="[]", nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("instructor_id", name=op.f("pk_imported_calendar")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_imported_calendar_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "instructor_id"],
            ["instructor.organization_id", "instructor.id"],
            name=op.f("fk_imported_calendar_organization_id_instructor"),
        ),
    )
    _secure("imported_calendar", "instructor_id", "address,busy,until,read_at,tried_at")
    op.create_index("ix_imported_calendar_tried_at", "imported_calendar", ["tried_at"])
    for signature, function in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(function)
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to homeroom_app")


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"drop function {signature}")
    op.drop_table("imported_calendar")
    op.drop_table("calendar_feed")


def _secure(table: str, key: str, untold: str) -> None:
    op.create_index(op.f(f"ix_{table}_organization_id"), table, ["organization_id"])
    op.execute(f"alter table {table} enable row level security")
    op.execute(
        f"create policy tenant on {table} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
    )
    op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")
    op.execute(
        f"create trigger told after insert or update or delete on {table} for each row "
        f"execute function record_change('{table}', '{key}', '{untold}')"
    )
