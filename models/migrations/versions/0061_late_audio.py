"""late audio: when a segment was transcribed after its class had been documented, and the classes that have such ones

Revision ID: 0061
Revises: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

# For the sweeper of a region, which works for all tenants.
SIGNATURE = "sessions_with_late_audio(text, text[], timestamptz, integer)"
FUNCTION = """
create function sessions_with_late_audio(
    wanted_region text, documented_states text[], settled_before timestamptz, most integer
)
    returns table (organization_id uuid, session_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.organization_id, s.id
          from public.session s
          where s.region = wanted_region and s.state = any(documented_states) and s.live_at is not null
            and coalesce(s.ended_at, s.ends_at) between settled_before - interval '7 days' and settled_before
            and exists (select from public.audio_segment g where g.session_id = s.id and not g.transcribed)
          order by s.id limit most $$
"""


def upgrade() -> None:
    op.add_column("audio_segment", sa.Column("late_at", sa.DateTime(timezone=True), nullable=True))
    op.get_bind().exec_driver_sql(FUNCTION)
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
    op.drop_column("audio_segment", "late_at")
