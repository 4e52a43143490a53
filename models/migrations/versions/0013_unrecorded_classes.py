"""unrecorded classes: the running classes of a region that nobody records although somebody is in the room

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# For the watch of a region, which works for all tenants. `since` is when the recording ended, or the class began.
FUNCTION = """
create function unrecorded_classes(wanted_region text, unrecorded_for interval)
    returns table (session_id uuid, organization_id uuid, since timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id, greatest(s.live_at, r.capture_ended_at)
          from public.session s left join public.live_room r on r.session_id = s.id
          where s.region = wanted_region and s.state = 'live'
            and coalesce(r.capture_started_at, '-infinity') <= coalesce(r.capture_ended_at, '-infinity')
            and greatest(s.live_at, r.capture_ended_at) < now() - unrecorded_for
            and exists (select from public.live_connection c
                        where c.session_id = s.id and c.listed and not c.hidden and c.left_at is null
                          and (c.absent_at is null or c.seen_at > c.absent_at)) $$;
"""
SIGNATURE = "unrecorded_classes(text, interval)"


def upgrade() -> None:
    op.execute(sa.text(FUNCTION))
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
