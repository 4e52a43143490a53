"""unanswered asks: calls for volunteers and offers of swaps that end without an answer, in all tenants of a region

Revision ID: 0062
Revises: 0061
"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_SIGNATURE = "unanswered_asks(text, timestamptz, timestamptz, integer)"
_FUNCTION = """
create function unanswered_asks(
    wanted_region text, starts_before timestamptz, expires_before timestamptz, most integer
)
    returns table (organization_id uuid, kind text, id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ (select v.organization_id, 'call', v.id
           from public.volunteer_call v join public.session s on s.id = v.session_id
           where v.state = 'open' and s.region = wanted_region
             and (s.state <> 'scheduled' or s.starts_at < starts_before)
           order by s.starts_at, v.id limit most)
          union all
          (select w.organization_id, 'swap', w.id
           from public.class_swap w join public.session s on s.id = w.session_id
           where w.state = 'offered' and s.region = wanted_region and w.expires_at <= expires_before
           order by w.expires_at, w.id limit most) $$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(_FUNCTION)
    op.execute(f"revoke all on function {_SIGNATURE} from public")
    op.execute(f"grant execute on function {_SIGNATURE} to homeroom_app")


def downgrade() -> None:
    op.execute(f"drop function {_SIGNATURE}")
