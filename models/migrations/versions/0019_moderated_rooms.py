"""moderated rooms: an instructor locks a class, and removes people from it

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SIGNATURE = "removed_participants(uuid[])"
REMOVED = """
create function removed_participants(wanted_sessions uuid[]) returns table (session_id uuid, participant_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select p.session_id, p.id
          from public.participant p join public.session s on s.id = p.session_id
          where p.session_id = any(wanted_sessions)
            and p.sent_out_at >= coalesce(s.occurrence_since, '-infinity') $$;
"""


def upgrade() -> None:
    op.add_column("session", sa.Column("locked_at", sa.DateTime(timezone=True)))
    op.add_column("participant", sa.Column("sent_out_at", sa.DateTime(timezone=True)))
    op.execute(sa.text(REMOVED))
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
    op.drop_column("participant", "sent_out_at")
    op.drop_column("session", "locked_at")
