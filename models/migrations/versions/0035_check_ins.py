"""check-ins: which start of a class its instructor has confirmed, and what the room watch reads of those who teach

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KINDS = """kind in ('participant.absent', 'participant.aborted', 'participant.joined', 'participant.left',
                    'participant.seen', 'room.finished', 'room.remade')"""
SIGNATURE = "running_presence(text, text[], uuid[])"
COLUMNS = ", ends_at timestamptz, teachers jsonb, arrival_rules jsonb"
RULES = ("check_in_before", "instructor_late_after", "instructor_absent_after", "absent_after")
VALUES = f""",
                 s.ends_at,
                 (select coalesce(jsonb_object_agg(t.id, coalesce(t.checked_in_for = s.starts_at, false)), '{{}}')
                  from public.participant t
                  where t.session_id = s.id and t.role = 'instructor' and t.instructor_id = s.instructor_id
                    and t.removed_at is null),
                 jsonb_strip_nulls(jsonb_build_object(
                     {", ".join(f"'{rule}', s.policy -> '{rule}'" for rule in RULES)}))"""


def running_presence(columns: str = "", values: str = "") -> str:
    """The function with further columns at its end."""
    return f"""
create function running_presence(wanted_region text, wanted_states text[], wanted_sessions uuid[])
    returns table (session_id uuid, organization_id uuid, roles jsonb, signalled jsonb, presence_events bigint,
                   starts_at timestamptz, moves integer, occurrence_since timestamptz, absent_after text{columns})
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id,
                 (select coalesce(jsonb_object_agg(p.id, p.role), '{{}}')
                  from public.participant p where p.session_id = s.id and p.removed_at is null),
                 s.signalled,
                 (select count(*) from public.session_event e where e.session_id = s.id and e.{KINDS}),
                 s.starts_at, s.moves, s.occurrence_since, s.policy ->> 'absent_after'{values}
          from public.session s
          where s.region = wanted_region and s.state = any(wanted_states)
            and (wanted_sessions is null or s.id = any(wanted_sessions)) $$;
"""


def upgrade() -> None:
    for name in ("checked_in_at", "checked_in_for"):
        op.add_column("participant", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    _replace_function(running_presence(COLUMNS, VALUES))


def downgrade() -> None:
    _replace_function(running_presence())
    for name in ("checked_in_for", "checked_in_at"):
        op.drop_column("participant", name)


def _replace_function(definition: str) -> None:
    """The application's role alone may call it. `absent_after` stays for processes of the release before."""
    op.execute(f"drop function {SIGNATURE}")
    op.execute(sa.text(definition))
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")
