"""conflicts: which organizations of a region have classes to come, for the look at their instructors' times

Revision ID: 0047
Revises: 0046
"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

SIGNATURE = "organizations_with_classes(text, timestamptz)"
FUNCTION = """
create function organizations_with_classes(wanted_region text, starts_before timestamptz)
    returns table (organization_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select distinct s.organization_id from public.session s
          where s.region = wanted_region and s.state = 'scheduled'
            and s.starts_at > now() and s.starts_at < starts_before $$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(FUNCTION)
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
