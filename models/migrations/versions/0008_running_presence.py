"""running presence: what the room watch reads of all running sessions of a region, in a fixed number of statements

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The kinds that change who is in a room: PRESENCE_KINDS of the domain.
KINDS = """kind in ('participant.absent', 'participant.aborted', 'participant.joined', 'participant.left',
                    'participant.seen', 'room.finished', 'room.remade')"""

# Both answer for the watch of a region, which works for all tenants. Of people they give ids and roles only.
FUNCTIONS = f"""
create function running_presence(wanted_region text, wanted_states text[], wanted_sessions uuid[])
    returns table (session_id uuid, organization_id uuid, roles jsonb, signalled jsonb, presence_events bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id,
                 (select coalesce(jsonb_object_agg(p.id, p.role), '{{}}')
                  from public.participant p where p.session_id = s.id),
                 s.signalled,
                 (select count(*) from public.session_event e where e.session_id = s.id and e.{KINDS})
          from public.session s
          where s.region = wanted_region and s.state = any(wanted_states)
            and (wanted_sessions is null or s.id = any(wanted_sessions)) $$;

create function presence_events(wanted_sessions uuid[])
    returns table (session_id uuid, source_id text, source text, kind text, occurred_at timestamptz, identity text,
                   participant_sid text, hidden boolean, joined_at text, reason text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select e.session_id, e.source_id, e.source, e.kind, e.occurred_at, e.identity,
                 e.participant_sid, e.hidden, e.data->>'joined_at', e.data->>'reason'
          from unnest(wanted_sessions) as wanted join public.session_event e on e.session_id = wanted
          where e.{KINDS} $$;
"""
SIGNATURES = ("running_presence(text, text[], uuid[])", "presence_events(uuid[])")

# What running_presence replaces.
REGION_SESSIONS = """
create function region_sessions(wanted_region text, wanted_states text[])
    returns table (session_id uuid, organization_id uuid, state text, opened_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id, state, opened_at from public.session
          where region = wanted_region and state = any(wanted_states) $$;
"""


def upgrade() -> None:
    op.create_index("ix_session_region_state", "session", ["region", "state"])
    op.create_index(
        "ix_session_event_presence", "session_event", ["session_id"], postgresql_where=sa.text(KINDS)
    )
    op.execute(sa.text(FUNCTIONS))
    _close(SIGNATURES)
    op.execute("drop function region_sessions(text, text[])")


def downgrade() -> None:
    op.execute(sa.text(REGION_SESSIONS))
    _close(["region_sessions(text, text[])"])
    for signature in SIGNATURES:
        op.execute(f"drop function {signature}")
    op.drop_index("ix_session_event_presence", "session_event")
    op.drop_index("ix_session_region_state", "session")


def _close(signatures) -> None:
    """The application's role alone may call them."""
    for signature in signatures:
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to homeroom_app")
