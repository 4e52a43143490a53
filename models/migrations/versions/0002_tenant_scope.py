"""tenant scope: row-level security, grants, and the few functions that look across tenants

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
READ_WRITE = (
    "api_key", "guardian", "student", "student_guardian", "instructor", "course", "topic", "enrollment",
    "session", "session_topic", "participant", "booked_time", "timeline", "audio_segment", "utterance",
    "documentation", "briefing", "notice", "exception_case", "attendance",
)
APPEND_ONLY = ("session_event", "documentation_revision")

# Each answers one narrow question that comes before a tenant is known. Nothing else crosses tenants.
FUNCTIONS = """
create function session_tenant(wanted uuid) returns uuid
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select organization_id from public.session where id = wanted $$;

create function region_sessions(wanted_region text, wanted_states text[])
    returns table (session_id uuid, organization_id uuid, state text, opened_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id, state, opened_at from public.session
          where region = wanted_region and state = any(wanted_states) $$;

create function api_key_by_prefix(wanted text)
    returns table (id uuid, organization_id uuid, secret_hash text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id, secret_hash from public.api_key
          where prefix = wanted and revoked_at is null $$;
"""
SIGNATURES = ("session_tenant(uuid)", "region_sessions(text, text[])", "api_key_by_prefix(text)")


def upgrade() -> None:
    op.execute("grant usage on schema public to homeroom_app")
    for table in READ_WRITE + APPEND_ONLY:
        _protect(table, "organization_id")
    _protect("organization", "id")
    for table in (*READ_WRITE, "organization"):
        op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")
    for table in APPEND_ONLY:
        op.execute(f"grant select, insert on {table} to homeroom_app")
    op.execute("grant select, insert on region to homeroom_app")
    op.execute(sa.text(FUNCTIONS))
    for signature in SIGNATURES:
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to homeroom_app")


def _protect(table: str, column: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy tenant on {table} using ({column} = {SCOPE}) with check ({column} = {SCOPE})")


def downgrade() -> None:
    for signature in SIGNATURES:
        op.execute(f"drop function {signature}")
    for table in (*READ_WRITE, *APPEND_ONLY, "organization"):
        op.execute(f"drop policy tenant on {table}")
        op.execute(f"alter table {table} disable row level security")
        op.execute(f"revoke all on {table} from homeroom_app")
    op.execute("revoke all on region from homeroom_app")
