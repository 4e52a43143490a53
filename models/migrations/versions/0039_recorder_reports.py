"""recorder reports: what the recorder of a class does, and what tells whether a region's classes are recorded

`unrecorded_classes` stays for processes of the release before.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# For the watch of a region, which works for all tenants. `arrived_at` is when the first of those came who were in the
# room since it was last recorded; `stretches` are the open cases, as pairs of kind and occasion.
FUNCTION = """
create function running_recordings(wanted_region text, wanted_kinds text[])
    returns table (session_id uuid, organization_id uuid, live_at timestamptz, recorded boolean,
                   seen_at timestamptz, report jsonb, occupied boolean, arrived_at timestamptz,
                   stretches jsonb, now timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id, s.live_at,
                 coalesce(r.capture_started_at > coalesce(r.capture_ended_at, '-infinity'), false),
                 r.capture_seen_at, r.capture_report,
                 coalesce(p.occupied, false), p.arrived_at, coalesce(e.stretches, '[]'), now()
          from public.session s
          left join public.live_room r on r.session_id = s.id
          left join lateral (
              select bool_or(c.left_at is null and (c.absent_at is null or c.seen_at > c.absent_at)) as occupied,
                     min(coalesce(c.announced_at, c.observed_at, c.first_at)) as arrived_at
              from public.live_connection c
              where c.session_id = s.id and c.listed and not c.hidden
                and coalesce(c.left_at, 'infinity')
                    > coalesce((r.capture_report ->> 'recorded_at')::timestamptz, s.live_at)
          ) p on true
          left join lateral (
              select jsonb_agg(jsonb_build_array(x.kind, x.occasion)) as stretches
              from public.exception_case x
              where x.session_id = s.id and x.resolved_at is null and x.kind = any(wanted_kinds)
          ) e on true
          where s.region = wanted_region and s.state = 'live' and s.live_at is not null $$;
"""
SIGNATURE = "running_recordings(text, text[])"


def upgrade() -> None:
    op.add_column(
        "live_room", sa.Column("capture_report", JSONB(), server_default="{}", nullable=False)
    )
    op.get_bind().exec_driver_sql(FUNCTION)
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
    op.drop_column("live_room", "capture_report")
