"""changed people: who was taken out of a class, and which classes follow the course's enrollments

Who was taken out counts as absent no more. Notices outside sessions that are held in quiet hours are not delivered before these end.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


UNDELIVERED = "deliver_by is not null and sent_at is null and failed_at is null"


def undelivered_notices(due: str) -> str:
    return f"""
create or replace function undelivered_notices(most integer)
    returns table (id uuid, organization_id uuid, deliver_by timestamptz)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select id, organization_id, deliver_by from public.notice
          where {UNDELIVERED}{due} order by deliver_by limit most $$
"""


KINDS = """kind in ('participant.absent', 'participant.aborted', 'participant.joined', 'participant.left',
                    'participant.seen', 'room.finished', 'room.remade')"""


def running_presence(present: str) -> str:
    """The function with a further condition on the participants."""
    return f"""
create or replace function running_presence(wanted_region text, wanted_states text[], wanted_sessions uuid[])
    returns table (session_id uuid, organization_id uuid, roles jsonb, signalled jsonb, presence_events bigint,
                   starts_at timestamptz, moves integer, occurrence_since timestamptz, absent_after text)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select s.id, s.organization_id,
                 (select coalesce(jsonb_object_agg(p.id, p.role), '{{}}')
                  from public.participant p where p.session_id = s.id{present}),
                 s.signalled,
                 (select count(*) from public.session_event e where e.session_id = s.id and e.{KINDS}),
                 s.starts_at, s.moves, s.occurrence_since, s.policy ->> 'absent_after'
          from public.session s
          where s.region = wanted_region and s.state = any(wanted_states)
            and (wanted_sessions is null or s.id = any(wanted_sessions)) $$;
"""


def removed_participants(also: str) -> str:
    """The function with a further condition under which a participant has no place in the room."""
    return f"""
create or replace function removed_participants(wanted_sessions uuid[])
    returns table (session_id uuid, participant_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select p.session_id, p.id
          from public.participant p join public.session s on s.id = p.session_id
          where p.session_id = any(wanted_sessions)
            and (p.sent_out_at >= coalesce(s.occurrence_since, '-infinity'){also}) $$;
"""


def upgrade() -> None:
    op.execute(undelivered_notices(" and send_after <= now()"))
    op.add_column("participant", sa.Column("removed_at", sa.DateTime(timezone=True)))
    op.add_column("session", sa.Column("whole_course", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("session", "whole_course", server_default=None)
    op.execute(sa.text(running_presence(" and p.removed_at is null")))
    op.execute(sa.text(removed_participants(" or p.removed_at is not null")))


def downgrade() -> None:
    op.execute(sa.text(removed_participants("")))
    op.execute(sa.text(running_presence("")))
    op.execute(undelivered_notices(""))
    op.drop_column("session", "whole_course")
    op.drop_column("participant", "removed_at")
