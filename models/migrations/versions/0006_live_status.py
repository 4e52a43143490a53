"""live status: who is in the rooms now, kept beside the record of events

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCOPE = "nullif(current_setting('app.organization_id', true), '')::uuid"
TABLES = ("live_connection", "live_room")
CONNECTION_TIMES = ("announced_at", "observed_at", "sighted_at", "seen_at", "absent_at", "left_at")
ROOM_TIMES = ("finished_at", "remade_at", "capture_started_at", "capture_ended_at")

# What is recorded already. The same rules as domain/live_status.py, for this one time.
FILL_CONNECTIONS = """
insert into live_connection (organization_id, session_id, identity, participant_sid, hidden, listed, announced_at,
                             observed_at, first_at, sighted_at, seen_at, absent_at, left_at, quality_word)
select organization_id, session_id, identity, coalesce(participant_sid, ''), bool_or(hidden),
       bool_or(kind in ('participant.joined', 'participant.left', 'participant.seen')),
       min(least(case when kind = 'participant.joined' then occurred_at end,
                 case when source = 'webhook' then (data->>'joined_at')::timestamptz end)),
       min((data->>'joined_at')::timestamptz), min(occurred_at),
       max(greatest(occurred_at, case when kind = 'talk' then (data->>'until')::timestamptz end))
           filter (where kind not in ('participant.aborted', 'participant.absent')
                     and not (kind = 'participant.left' and coalesce(data->>'reason', '') = 'connection_timeout')),
       max(occurred_at) filter (where kind = 'participant.seen'),
       max(occurred_at) filter (where kind = 'participant.absent'),
       max(occurred_at) filter (where kind in ('participant.left', 'participant.aborted')),
       max(trunc(extract(epoch from occurred_at) * 1000)::bigint * 4
           + case data->>'level' when 'lost' then 3 when 'poor' then 2 when 'good' then 1 else 0 end)
           filter (where kind = 'quality' and data->>'level' in ('lost', 'poor', 'good', 'excellent'))
from session_event
where coalesce(identity, '') <> '' and identity not like 'capture-%'
  and (coalesce(participant_sid, '') <> '' or kind = 'quality')
group by 1, 2, 3, 4
"""
FILL_ROOMS = """
insert into live_room
select organization_id, session_id,
       max(occurred_at) filter (where kind = 'room.finished'),
       max(occurred_at) filter (where kind = 'room.remade'),
       max(occurred_at) filter (where kind = 'capture.started'),
       max(occurred_at) filter (where kind = 'capture.ended')
from session_event
where kind in ('room.finished', 'room.remade', 'capture.started', 'capture.ended')
group by 1, 2
"""


def upgrade() -> None:
    op.create_table(
        "live_connection",
        *_tenant("live_connection"),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("participant_sid", sa.String(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True)) for name in CONNECTION_TIMES),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quality_word", sa.BigInteger()),
        sa.PrimaryKeyConstraint("session_id", "identity", "participant_sid", name=op.f("pk_live_connection")),
    )
    op.create_table(
        "live_room",
        *_tenant("live_room"),
        *(sa.Column(name, sa.DateTime(timezone=True)) for name in ROOM_TIMES),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_live_room")),
    )
    op.execute(sa.text(FILL_CONNECTIONS))
    op.execute(sa.text(FILL_ROOMS))
    for table in TABLES:
        op.execute(f"alter table {table} set (fillfactor = 60)")  # rows change often, on their own page
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy tenant on {table} using (organization_id = {SCOPE}) with check (organization_id = {SCOPE})")
        op.execute(f"grant select, insert, update, delete on {table} to homeroom_app")
    op.create_index(
        "ix_audio_segment_waiting", "audio_segment", ["session_id"], postgresql_where=sa.text("not transcribed")
    )


def _tenant(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "session_id"],
            ["session.organization_id", "session.id"],
            name=op.f(f"fk_{table}_organization_id_session_id_session"),
            ondelete="CASCADE",
        ),
    ]


def downgrade() -> None:
    op.drop_index("ix_audio_segment_waiting", "audio_segment")
    for table in TABLES:
        op.drop_table(table)
