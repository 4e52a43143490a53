"""join codes: short links that can be read out, found by the keyed hash of their code

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SIGNATURE = "join_code_holder(text[])"
HOLDER = """
create function join_code_holder(hashes text[])
    returns table (organization_id uuid, session_id uuid, participant_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select organization_id, session_id, id from public.participant where join_code_hash = any(hashes) $$
"""


def upgrade() -> None:
    op.add_column("participant", sa.Column("join_code_hash", sa.String()))
    op.create_index("uq_participant_join_code_hash", "participant", ["join_code_hash"], unique=True)
    op.execute(HOLDER)
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")
    _tell_without("credentialed_at,join_code_hash")


def downgrade() -> None:
    _tell_without("credentialed_at")
    op.execute(f"drop function {SIGNATURE}")
    op.drop_index("uq_participant_join_code_hash", "participant")
    op.drop_column("participant", "join_code_hash")


def _tell_without(columns: str) -> None:
    op.execute("drop trigger told on participant")
    op.execute(
        "create trigger told after insert or update or delete on participant for each row "
        f"execute function record_change('participant', 'id', '{columns}')"
    )
