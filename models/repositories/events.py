"""The append-only record of facts. Writing is idempotent by (session, source id)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.events import EventKind, EventSource, SessionEvent
from models.session_event import SessionEventRow

# One statement for any number of rows: a fifth of the cost of executemany.
_RECORD = """
    insert into session_event (organization_id, session_id, source_id, source, kind, occurred_at,
                               identity, participant_sid, track_sid, hidden, data)
    select {organization}, session_id, source_id, source, kind, occurred_at,
           identity, participant_sid, track_sid, hidden, data
    from json_to_recordset(cast({events} as json)) as e(session_id uuid, source_id text, source text, kind text,
         occurred_at timestamptz, identity text, participant_sid text, track_sid text, hidden bool, data jsonb)
    on conflict do nothing
"""
_RECORD_ONE = sa.text(_RECORD.format(organization=":organization_id", events=":events"))
_RECORD_MANY = _RECORD.format(organization="%s", events="%s")
_SCOPE = "select set_config('app.organization_id', %s, true)"

Events = Sequence[tuple[UUID, SessionEvent]]
"""With the session of each."""


async def record(db: AsyncSession, organization_id: UUID, events: Events) -> int:
    """Record events of one organization's sessions; returns how many were not recorded before."""
    if not events:
        return 0
    values = {"organization_id": organization_id, "events": _as_json(events)}
    result = await db.execute(_RECORD_ONE, values)
    return int(getattr(result, "rowcount", 0))


async def record_many(connection: AsyncConnection[Any], events: Mapping[UUID, Events]) -> None:
    """Record events by organization, each under its own scope, all sent at once.

    The path of every webhook, so on the driver itself: the layers above it cost as much as the rest together.
    """
    async with connection.pipeline():
        for organization_id, of_one in events.items():
            await connection.execute(_SCOPE, [str(organization_id)])
            await connection.execute(_RECORD_MANY, [organization_id, _as_json(of_one)])


def _as_json(events: Events) -> str:
    """What Postgres takes as JSON: it stores neither NUL nor half a surrogate pair, and people can send both."""
    rows = [_as_row(session_id, event) for session_id, event in events]
    with suppress(orjson.JSONEncodeError):
        text = orjson.dumps(rows).decode()
        if r"\u0000" not in text:
            return text
    return orjson.dumps(_storable(rows)).decode()


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    return value


def _as_row(session_id: UUID, event: SessionEvent) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "source_id": event.source_id,
        "source": event.source,
        "kind": event.kind,
        "occurred_at": event.occurred_at,
        "identity": event.identity,
        "participant_sid": event.participant_sid,
        "track_sid": event.track_sid,
        "hidden": event.hidden,
        "data": event.data,
    }


async def of_session(
    db: AsyncSession, session_id: UUID, kinds: Sequence[EventKind] | None = None
) -> list[SessionEvent]:
    query = sa.select(SessionEventRow).where(col(SessionEventRow.session_id) == session_id)
    if kinds is not None:
        query = query.where(col(SessionEventRow.kind).in_(list(kinds)))
    rows = await db.scalars(query.order_by(col(SessionEventRow.occurred_at), col(SessionEventRow.source_id)))
    return [_as_event(row) for row in rows]


def _as_event(row: SessionEventRow) -> SessionEvent:
    return SessionEvent(
        EventSource(row.source),
        row.source_id,
        EventKind(row.kind),
        row.occurred_at,
        row.identity,
        row.participant_sid,
        row.track_sid,
        row.hidden,
        row.data,
    )
