"""Heartbeats of recorders: written by the worker that runs the recorder, read by the watch of the region."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from models.reading import Readable
from models.written_sessions import WRITES_SESSIONS

# A heartbeat changes nothing that a page shows: nobody is told of it.
_BEAT = sa.text("""
    update live_room set capture_seen_at = now() where session_id = :session_id
    returning coalesce(capture_started_at, '-infinity') <= coalesce(capture_ended_at, '-infinity')
""")
_SILENT = sa.text(
    "select session_id, organization_id, seen_at "
    "from silent_captures(:region, cast(:states as text[]), :silent_for)"
)


_UNRECORDED = sa.text(
    "select session_id, organization_id, since from unrecorded_classes(:region, :unrecorded_for)"
)


@dataclass(frozen=True)
class SilentCapture:
    session_id: UUID
    organization_id: UUID
    seen_at: datetime  # the last heartbeat


@dataclass(frozen=True)
class UnrecordedClass:
    session_id: UUID
    organization_id: UUID
    since: datetime


async def beat(db: AsyncSession, session_id: UUID) -> bool:
    """Note that a recorder records now; returns whether the record says that it does not."""
    result = await db.execute(_BEAT, {"session_id": session_id}, execution_options={WRITES_SESSIONS: set()})
    return bool(result.scalar_one_or_none())


async def is_recorded(db: AsyncSession, session_id: UUID) -> bool:
    """Whether the record says that a recorder records the session."""
    query = sa.text("""
        select capture_started_at > coalesce(capture_ended_at, '-infinity') from live_room
        where session_id = :session_id
    """)
    return bool((await db.execute(query, {"session_id": session_id})).scalar_one_or_none())


async def silent(
    db: Readable, region: str, states: Sequence[str], silent_for: timedelta
) -> list[SilentCapture]:
    """The sessions of a region that are recorded according to the record, and whose recorder is silent."""
    values = {"region": region, "states": list(states), "silent_for": silent_for}
    return [SilentCapture(*row) for row in await db.execute(_SILENT, values)]


async def unrecorded(db: Readable, region: str, unrecorded_for: timedelta) -> list[UnrecordedClass]:
    """The live classes of a region with somebody in the room that have not been recorded for this long."""
    values = {"region": region, "unrecorded_for": unrecorded_for}
    return [UnrecordedClass(*row) for row in await db.execute(_UNRECORDED, values)]
