"""Reports of recorders: written by the worker that runs the recorder, read by the watch of the region."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from domain.record.recording_watch import SILENT_AFTER, RecorderReport, RunningClass
from models.reading import Readable
from models.written_sessions import WRITES_SESSIONS

# A report changes nothing that a page shows: nobody is told of it. Its times are on the database's clock.
_REPORT = sa.text("""
    with before as (
        select capture_report as report,
               (capture_report ->> 'at')::timestamptz >= now() - cast(:silent_after as interval) as goes_on
        from live_room where session_id = :session_id
    )
    update live_room set
        capture_seen_at = case when cast(:recording as boolean) then now() else capture_seen_at end,
        capture_report = jsonb_build_object(
            'at', now(),
            'connected', cast(:connected as boolean),
            'receives', cast(:receives as boolean),
            'unheard_tracks', cast(:unheard_tracks as integer),
            'recorded_at', greatest((report ->> 'recorded_at')::timestamptz, now() - cast(:recorded_ago as interval)),
            'recording_since', case when cast(:records as boolean) then
                coalesce(case when goes_on then (report ->> 'recording_since')::timestamptz end, now()) end,
            'heard_at', greatest((report ->> 'heard_at')::timestamptz, now() - cast(:heard_ago as interval)),
            'hearing_since', case when cast(:hears as boolean) then
                coalesce(case when goes_on then (report ->> 'hearing_since')::timestamptz end, now()) end
        )
    from before where session_id = :session_id
    returning coalesce(capture_started_at, '-infinity') > coalesce(capture_ended_at, '-infinity')
""")
_SILENT = sa.text(
    "select session_id, organization_id, seen_at "
    "from silent_captures(:region, cast(:states as text[]), :silent_for)"
)
_RUNNING = sa.text("select * from running_recordings(:region, cast(:kinds as text[]))")
_STORED: TypeAdapter[RecorderReport] = TypeAdapter(RecorderReport)


@dataclass(frozen=True)
class RecorderNow:
    """What the worker of a recorder knows of it."""

    recording: bool  # it has lately heard everybody who is unmuted
    connected: bool
    receives: bool = True
    unheard_tracks: int = 0
    recorded_ago: timedelta | None = None  # since it last recorded anybody; None: this one has not
    heard_ago: timedelta | None = None  # since it last heard everybody


@dataclass(frozen=True)
class SilentCapture:
    session_id: UUID
    organization_id: UUID
    seen_at: datetime  # the last heartbeat


@dataclass(frozen=True)
class RunningRecording:
    """A live class, the cases that are open about its recording, and the time on the database's clock."""

    session_id: UUID
    organization_id: UUID
    running: RunningClass
    stretches: tuple[tuple[str, str], ...]  # kinds and occasions of the open cases
    now: datetime


async def report(db: AsyncSession, session_id: UUID, recorder: RecorderNow) -> bool | None:
    """Note what a recorder does now; returns whether the record says that it records, None without a room."""
    records = recorder.connected and recorder.receives
    values = {
        "session_id": session_id,
        "silent_after": SILENT_AFTER,
        "recording": recorder.recording,
        "connected": recorder.connected,
        "receives": recorder.receives,
        "unheard_tracks": recorder.unheard_tracks,
        "records": records,
        "hears": records and not recorder.unheard_tracks,
        "recorded_ago": recorder.recorded_ago,
        "heard_ago": recorder.heard_ago,
    }
    result = await db.execute(_REPORT, values, execution_options={WRITES_SESSIONS: set()})
    return result.scalar_one_or_none()


async def silent(
    db: Readable, region: str, states: Sequence[str], silent_for: timedelta
) -> list[SilentCapture]:
    """The sessions of a region that are recorded according to the record, and whose recorder is silent."""
    values = {"region": region, "states": list(states), "silent_for": silent_for}
    return [SilentCapture(*row) for row in await db.execute(_SILENT, values)]


async def running(db: Readable, region: str, kinds: Sequence[str]) -> list[RunningRecording]:
    """The live classes of a region, with the open cases of these kinds."""
    rows = await db.execute(_RUNNING, {"region": region, "kinds": list(kinds)})
    return [
        RunningRecording(
            row.session_id,
            row.organization_id,
            RunningClass(row.live_at, row.occupied, row.arrived_at, _latest_report(row)),
            tuple((kind, occasion) for kind, occasion in row.stretches),
            row.now,
        )
        for row in rows
    ]


def _latest_report(row: Any) -> RecorderReport | None:
    """The stored report. A worker of the release before writes the time of a heartbeat alone."""
    stored = _STORED.validate_python(row.report) if row.report else None
    if row.seen_at is None or (stored is not None and stored.at >= row.seen_at):
        return stored
    since = row.seen_at if row.recorded else None
    return RecorderReport(row.seen_at, row.recorded, True, 0, row.seen_at, since, row.seen_at, since)
