"""comparing records: the unfinished sessions of a region, to compare with what Temporal runs

Revision ID: 0040
Revises: 0039
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# For the housekeeping of a region, which works for all tenants.
FUNCTIONS = {
    "unfinished_sessions(text, text[], timestamptz, integer)": """
create function unfinished_sessions(
    wanted_region text, final_states text[], created_before timestamptz, most integer
)
    returns table (session_id uuid, organization_id uuid, state text, reported boolean)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id, s.state,
                 exists (select from public.exception_case e
                         where e.session_id = s.id and e.kind = 'records_differ' and e.resolved_at is null)
          from public.session s
          where s.region = wanted_region and s.state <> all(final_states) and s.created_at < created_before
          order by s.starts_at, s.id limit most $$
""",
    "unknown_sessions(uuid[])": """
create function unknown_sessions(wanted uuid[])
    returns table (session_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select wanted_session.id from unnest(wanted) as wanted_session(id)
          where not exists (select from public.session s where s.id = wanted_session.id) $$
""",
}


def upgrade() -> None:
    for signature, function in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(function)
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to homeroom_app")


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"drop function {signature}")
