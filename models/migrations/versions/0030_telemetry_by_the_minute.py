"""telemetry by the minute: what attendance is folded from does not grow with the number of reports

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
TABLE = "telemetry_minute"
KEY = ("session_id", "kind", "source", "identity", "participant_sid", "track_sid", "minute", "alive")

# What is recorded already. The same rules as models/repositories/events.py, for this one time.
FILL = """
insert into telemetry_minute
select organization_id, session_id, kind, source, coalesce(identity, ''), coalesce(participant_sid, ''),
       coalesce(track_sid, ''), date_trunc('minute', occurred_at, 'UTC'),
       not (kind = 'audio.concealed' and coalesce(data->>'packets', '') = '0') as alive,
       bool_or(hidden), min(occurred_at), max(occurred_at), min(score), coalesce(sum(score), 0), count(score),
       max(trunc(extract(epoch from occurred_at) * 1000)::bigint * 4 + 3 - score),
       coalesce(sum((data->>'concealed_samples')::float8) filter (where kind = 'audio.concealed'), 0),
       coalesce(sum((data->>'total_samples')::float8) filter (where kind = 'audio.concealed'), 0)
from session_event,
     lateral (select array_position(array['lost', 'poor', 'good', 'excellent'], data->>'level') - 1) as levels(score)
where kind in ('quality', 'audio.concealed') and not data ? 'implausible_time'
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
"""


def upgrade() -> None:
    texts = ("kind", "source", "identity", "participant_sid", "track_sid")
    op.create_table(
        TABLE,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worst_score", sa.Integer()),
        sa.Column("score_sum", sa.Integer(), nullable=False),
        sa.Column("scores", sa.Integer(), nullable=False),
        sa.Column("last_word", sa.BigInteger()),
        sa.Column("concealed_samples", sa.Float(), nullable=False),
        sa.Column("total_samples", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(*KEY, name=op.f(f"pk_{TABLE}")),
        sa.ForeignKeyConstraint(
            ["organization_id", "session_id"],
            ["session.organization_id", "session.id"],
            name=op.f(f"fk_{TABLE}_organization_id_session_id_session"),
            ondelete="CASCADE",
        ),
    )
    op.execute(sa.text(FILL))
    op.execute(f"alter table {TABLE} set (fillfactor = 60)")  # rows change often, on their own page
    op.execute(f"alter table {TABLE} enable row level security")
    op.execute(f"create policy tenant on {TABLE} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})")
    op.execute(f"grant select, insert, update, delete on {TABLE} to homeroom_app")


def downgrade() -> None:
    op.drop_table(TABLE)
