"""The limit: prepared rows, inserted as the table's owner in batches of one statement and one durable commit."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
import psycopg

from domain.presence.events import RecordedEvent

BATCH = 500
_INSERT = """
    insert into session_event (organization_id, session_id, source_id, source, kind, occurred_at,
                               identity, participant_sid, track_sid, hidden, data)
    select organization_id, session_id, source_id, source, kind, occurred_at,
           identity, participant_sid, track_sid, hidden, data
    from json_to_recordset(%s::json) as e(organization_id uuid, session_id uuid, source_id text, source text,
         kind text, occurred_at timestamptz, identity text, participant_sid text, track_sid text, hidden bool,
         data jsonb)
    on conflict do nothing
"""


def as_rows(events: Sequence[RecordedEvent], tenants: Mapping[UUID, UUID]) -> list[dict[str, Any]]:
    return [
        {
            "organization_id": tenants[recorded.session_id],
            "session_id": recorded.session_id,
            **vars(recorded.event),
        }
        for recorded in events
    ]


def insert(owner_url: str, rows: Sequence[dict[str, Any]]) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for at in range(0, len(rows), BATCH):
            connection.execute(_INSERT, [orjson.dumps(rows[at : at + BATCH]).decode()])


def check_rows(owner_url: str, expected: int) -> None:
    """Check that no path has lost events, which would make it fast."""
    with psycopg.connect(owner_url) as connection:
        count = connection.execute("select count(*) from session_event").fetchone()
    assert count == (expected,), f"{count} rows of {expected} events"
