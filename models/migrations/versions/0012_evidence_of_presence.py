"""evidence of presence: rooms by their sid in the live status, and all data of presence events for the room watch

Revision ID: 0012
Revises: 0011
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

RECORD = Path(__file__).parents[1] / "record"
KINDS = """kind in ('participant.absent', 'participant.aborted', 'participant.joined', 'participant.left',
                    'participant.seen', 'room.finished', 'room.remade')"""
SIGNATURE = "presence_events(uuid[])"
# Nothing else of an event's data is given to a reader of all tenants.
DATA = """jsonb_strip_nulls(jsonb_build_object(
            'joined_at', e.data->'joined_at', 'reason', e.data->'reason', 'room_sid', e.data->'room_sid',
            'with_room', e.data->'with_room', 'implausible_time', e.data->'implausible_time'))"""

# Sessions whose room is open: of others nobody asks who is in the room.
FILL_CONNECTIONS = """
update live_connection c set room_sid = named.room_sid
from (select e.session_id, e.participant_sid, max(e.data->>'room_sid') as room_sid
      from session_event e join session s on s.id = e.session_id
      where s.state in ('open', 'live') and e.data->>'room_sid' <> ''
      group by 1, 2) as named
where c.session_id = named.session_id and c.participant_sid = named.participant_sid
"""
FILL_ROOMS = """
update live_room r set ends = ended.ends
from (select e.session_id,
             jsonb_agg(jsonb_build_array(e.kind, e.occurred_at, nullif(e.data->>'room_sid', ''))) as ends
      from session_event e join session s on s.id = e.session_id
      where s.state in ('open', 'live') and e.kind in ('room.finished', 'room.remade')
      group by 1) as ended
where r.session_id = ended.session_id
"""


def _presence_events(columns: str, values: str) -> str:
    return f"""
        create function {SIGNATURE.replace("uuid", "wanted_sessions uuid")}
            returns table (session_id uuid, source_id text, source text, kind text, occurred_at timestamptz,
                           identity text, participant_sid text, hidden boolean, joined_at text, reason text{columns})
            language sql stable security definer set search_path = pg_catalog, public
            as $$ select e.session_id, e.source_id, e.source, e.kind, e.occurred_at, e.identity,
                         e.participant_sid, e.hidden, e.data->>'joined_at', e.data->>'reason'{values}
                  from unnest(wanted_sessions) as wanted join public.session_event e on e.session_id = wanted
                  where e.{KINDS} $$;
    """


def upgrade() -> None:
    op.add_column("live_connection", sa.Column("room_sid", sa.String()))
    op.add_column(
        "live_room", sa.Column("ends", postgresql.JSONB(), server_default="[]", nullable=False)
    )
    op.execute(sa.text(FILL_CONNECTIONS))
    op.execute(sa.text(FILL_ROOMS))
    # The columns before `data` are for processes of the release before.
    _replace_function(", data jsonb", f", {DATA}")
    _recreate_views("0012.sql")


def downgrade() -> None:
    _recreate_views("0009.sql")
    _replace_function("", "")
    op.drop_column("live_room", "ends")
    op.drop_column("live_connection", "room_sid")


def _replace_function(columns: str, values: str) -> None:
    """The application's role alone may call it: it answers for all tenants."""
    op.execute(f"drop function {SIGNATURE}")
    op.execute(sa.text(_presence_events(columns, values)))
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")


def _recreate_views(script: str) -> None:
    """Run as the driver takes it, so that colons and percent signs have no special meaning."""
    op.get_bind().exec_driver_sql((RECORD / script).read_text().replace("%", "%%"))
