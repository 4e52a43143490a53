"""calendar feeds: secret addresses at which calendars read a person's classes

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
SIGNATURE = "calendar_feed_of(text)"
HOLDER = """
create function calendar_feed_of(wanted_hash text)
    returns table (organization_id uuid, person_kind text, person_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select f.organization_id, f.person_kind, f.person_id from public.calendar_feed f
          where f.token_hash = wanted_hash $$
"""


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_kind", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feed")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_calendar_feed_organization_id_organization")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_organization_id"), "calendar_feed", ["organization_id"])
    op.execute("alter table calendar_feed enable row level security")
    op.execute(
        f"create policy tenant on calendar_feed "
        f"using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})"
    )
    op.execute("grant select, insert, update, delete on calendar_feed to homeroom_app")
    op.execute(
        "create trigger told after insert or update or delete on calendar_feed for each row "
        "execute function record_change('calendar_feed', 'person_id', 'token_hash')"
    )
    op.execute(HOLDER)
    op.execute(f"revoke all on function {SIGNATURE} from public")
    op.execute(f"grant execute on function {SIGNATURE} to homeroom_app")


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
    op.drop_table("calendar_feed")
