"""capture heartbeats: when a recorder was last known to record, and the rooms of a region whose recorder is silent

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# For the watch of a region, which works for all tenants.
FUNCTION = """
create function silent_captures(wanted_region text, wanted_states text[], silent_for interval)
    returns table (session_id uuid, organization_id uuid, seen_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id, coalesce(r.capture_seen_at, r.capture_started_at)
          from public.session s join public.live_room r on r.session_id = s.id
          where s.region = wanted_region and s.state = any(wanted_states)
            and r.capture_started_at > coalesce(r.capture_ended_at, '-infinity')
            and coalesce(r.capture_seen_at, r.capture_started_at) < now() - silent_for $$;
"""
SIGNATURE = "silent_captures(text, text[], interval)"


def upgrade() -> None:
    op.add_column("live_room", sa.Column("capture_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text(FUNCTION))
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
    op.drop_column("live_room", "capture_seen_at")
