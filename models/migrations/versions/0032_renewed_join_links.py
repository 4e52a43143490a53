"""renewed join links: a version per participant that links carry, and who is kept out of running rooms

Links and connections from before have version 0. `join_code_holder` and `removed_participants` stay for processes of the
release before.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

NOT_TOLD = "credentialed_at,join_code_hash"
CODES_INDEX = "ix_participant_replaced_code_hashes"
FUNCTIONS = {
    "holder_of_join_code(text[])": """
create function holder_of_join_code(hashes text[])
    returns table (organization_id uuid, session_id uuid, participant_id uuid, replaced boolean)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select organization_id, session_id, id, false from public.participant where join_code_hash = any(hashes)
          union all
          select organization_id, session_id, id, true from public.participant
          where replaced_code_hashes <> '[]'::jsonb and replaced_code_hashes ?| hashes
          order by 4 limit 1 $$
""",
    # `before_version`: connections of an earlier version of the link are kept out; null: all are.
    "kept_out_of_rooms(uuid[])": """
create function kept_out_of_rooms(wanted_sessions uuid[])
    returns table (session_id uuid, participant_id uuid, before_version integer)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select k.session_id, k.id, case when k.wholly then null else k.room_version end
          from (select p.session_id, p.id, p.room_version,
                       p.removed_at is not null
                           or coalesce(p.sent_out_at >= coalesce(s.occurrence_since, '-infinity'), false) as wholly
                from public.participant p join public.session s on s.id = p.session_id
                where p.session_id = any(wanted_sessions)) k
          where k.wholly or k.room_version > 0 $$
""",
}


def upgrade() -> None:
    for name in ("link_version", "room_version"):
        op.add_column("participant", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        op.alter_column("participant", name, server_default=None)
    op.add_column(
        "participant", sa.Column("replaced_code_hashes", JSONB(), server_default="[]", nullable=False)
    )
    op.create_index(
        CODES_INDEX,
        "participant",
        ["replaced_code_hashes"],
        postgresql_using="gin",
        postgresql_where=sa.text("replaced_code_hashes <> '[]'::jsonb"),
    )
    for signature, function in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(function)
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to homeroom_app")
    _tell_without(f"{NOT_TOLD},replaced_code_hashes,room_version")


def downgrade() -> None:
    _tell_without(NOT_TOLD)
    for signature in FUNCTIONS:
        op.execute(f"drop function {signature}")
    op.drop_index(CODES_INDEX, "participant")
    for name in ("replaced_code_hashes", "room_version", "link_version"):
        op.drop_column("participant", name)


def _tell_without(columns: str) -> None:
    op.execute("drop trigger told on participant")
    op.execute(
        "create trigger told after insert or update or delete on participant for each row "
        f"execute function record_change('participant', 'id', '{columns}')"
    )
