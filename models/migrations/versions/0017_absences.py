"""absences: when a person who has not come counts as absent

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = """kind in ('participant.absent', 'participant.aborted', 'participant.joined', 'participant.left',
                    'participant.seen', 'room.finished', 'room.remade')"""
SIGNATURE = "running_presence(text, text[], uuid[])"


def running_presence(columns: str = "", values: str = "") -> str:
    """The function with further columns at its end."""
    return f"""
create function running_presence(wanted_region text, wanted_states text[], wanted_sessions uuid[])
    returns table (session_id uuid, organization_id uuid, roles jsonb, signalled jsonb, presence_events bigint,
                   starts_at timestamptz, moves integer, occurrence_since timestamptz{columns})
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id,
                 (select coalesce(jsonb_object_agg(p.id, p.role), '{{}}')
                  from public.participant p where p.session_id = s.id),
                 s.signalled,
                 (select count(*) from public.session_event e where e.session_id = s.id and e.{KINDS}),
                 s.starts_at, s.moves, s.occurrence_since{values}
          from public.session s
          where s.region = wanted_region and s.state = any(wanted_states)
            and (wanted_sessions is null or s.id = any(wanted_sessions)) $$;
"""


def upgrade() -> None:
    _replace_function(running_presence(", absent_after text", ", s.policy ->> 'absent_after'"))


def downgrade() -> None:
    _replace_function(running_presence())


def _replace_function(definition: str) -> None:
    """The application's role alone may call it."""
    op.execute(f"drop function {SIGNATURE}")
    op.execute(sa.text(definition))
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")
