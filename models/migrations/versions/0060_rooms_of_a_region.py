"""rooms of a region: which rooms belong to sessions of this database and region that have none

Revision ID: 0060
Revises: 0059
"""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

BEFORE = "sessions_without_room(uuid[], text[])"
SIGNATURE = "sessions_without_room(text, uuid[], text[])"
# For the watch and the sweeper of a region, which work for all tenants. A LiveKit server may have rooms of others.
FUNCTION = """
create function sessions_without_room(wanted_region text, wanted uuid[], room_states text[])
    returns table (session_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id from public.session s
          where s.id = any(wanted) and s.region = wanted_region and not s.state = any(room_states) $$
"""
FUNCTION_BEFORE = """
create function sessions_without_room(wanted uuid[], room_states text[])
    returns table (session_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select wanted_session.id from unnest(wanted) as wanted_session(id)
          where not exists (select from public.session s
                            where s.id = wanted_session.id and s.state = any(room_states)) $$
"""


def upgrade() -> None:
    op.execute(f"drop function {BEFORE}")
    _create(FUNCTION, SIGNATURE)


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
    _create(FUNCTION_BEFORE, BEFORE)


def _create(function: str, signature: str) -> None:
    op.get_bind().exec_driver_sql(function)
    op.execute(f"revoke all on function {signature} from public")
    op.execute(f"grant execute on function {signature} to homeroom_app")
