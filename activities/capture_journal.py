"""Writes a recorder's reports to the database, and keeps them in memory while it does not answer."""

import asyncio
import platform
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from temporalio import activity

from activities.progress import utc_now
from domain.errors import Unavailable
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.recording import AudioSegment
from media_bridge.recorder.clock import steady_seconds
from models.database import Database
from models.repositories import captures, events, recordings
from models.repositories.captures import RecorderNow
from services.recording_cases import (
    REPAIR_EVENTS,
    note_recorder_repairs,
    report_gaps,
    report_risk,
    resolve_risks,
)
from workflows.contracts.common import SessionRef

FLUSH_SECONDS = 0.5
WORKER = platform.node()  # the machine on whose disk audio waits
GAPS_SECONDS = 60.0  # between two looks for gaps, while there is reason to look


class CaptureJournal:
    def __init__(self, database: Database, ref: SessionRef) -> None:
        self._database = database
        self._ref = ref
        self._segments: list[AudioSegment] = []
        self._events: list[SessionEvent] = []
        self._look_for_gaps_at: float | None = None  # clock seconds; None while nothing was missed
        self._risks: set[str] = set()  # with an open case
        self.known: set[str] = set()  # keys of the segments that are or will be indexed
        self.blind_seconds = 0.0

    def add_segments(self, segments: list[AudioSegment]) -> None:
        self._segments += [segment for segment in segments if segment.key not in self.known]
        self.known |= {segment.key for segment in segments}

    def add_event(self, event: SessionEvent) -> None:
        self._events.append(event)
        if event.kind == EventKind.CAPTURE_BLIND:
            self.blind_seconds += _length(event).total_seconds()
            self._look_for_gaps_at = self._look_for_gaps_at or steady_seconds() + GAPS_SECONDS

    async def keep_writing(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.write()
                await self._look_for_gaps()
            except Unavailable:
                activity.logger.warning("recorder reports wait for the database")
            except Exception:  # a fault in the rows must not stop the recording
                activity.logger.exception("recorder reports could not be written")

    async def write(self) -> None:
        """Write the waiting segments and events; those that cannot be written stay. Raises Unavailable."""
        segments, observed = list(self._segments), list(self._events)
        if not segments and not observed:
            return
        async with self._database.tenant(self._ref.organization_id) as db:
            await recordings.register(db, segments)
            await events.record(
                db, self._ref.organization_id, [(self._ref.session_id, event) for event in observed]
            )
            if any(event.kind in REPAIR_EVENTS for event in observed):
                await note_recorder_repairs(db, self._ref.session_id)
        del self._segments[: len(segments)], self._events[: len(observed)]

    async def note_recording(self, recorder: RecorderNow) -> None:
        """Note what the recorder does now, and an event where the record says something else. Raises Unavailable."""
        async with self._database.tenant(self._ref.organization_id) as db:
            recorded = await captures.report(db, self._ref.session_id, recorder)
            if recorded is None or recorded == recorder.recording:
                return
            kind = EventKind.CAPTURE_RESUMED if recorder.recording else EventKind.CAPTURE_LOST
            event = SessionEvent(EventSource.CAPTURE, f"capture:{uuid4().hex}", kind, utc_now(), hidden=True)
            await events.record(db, self._ref.organization_id, [(self._ref.session_id, event)])

    async def open_gap_cases(self, now: datetime) -> None:
        """Open a case for each gap of the class so far, counted from what is stored. Raises Unavailable."""
        async with self._database.tenant(self._ref.organization_id) as db:
            await report_gaps(db, self._ref.organization_id, self._ref.session_id, now)

    async def note_risks(self, risks: Mapping[str, datetime], waiting: Collection[str]) -> None:
        """Open a case for each part ("store" or "disk") that has taken no audio since a time.

        The cases of parts for which nothing is `waiting` any more are resolved. Raises Unavailable.
        """
        ref, session_id = self._ref, self._ref.session_id
        for part in sorted(risks.keys() - self._risks):
            async with self._database.tenant(ref.organization_id) as db:
                await report_risk(db, ref.organization_id, session_id, part, WORKER, risks[part], utc_now())
            self._risks.add(part)
        if over := self._risks - set(waiting):
            await self._resolve_risks(over)
            self._risks -= over

    async def all_is_stored(self) -> None:
        """Resolve the cases of audio that waited on this machine, of earlier attempts too. Raises Unavailable."""
        await self._resolve_risks(("store", "disk"))

    async def _resolve_risks(self, parts: Collection[str]) -> None:
        async with self._database.tenant(self._ref.organization_id) as db:
            await resolve_risks(db, self._ref.session_id, parts, WORKER, utc_now())

    async def _look_for_gaps(self) -> None:
        if self._look_for_gaps_at is not None and steady_seconds() >= self._look_for_gaps_at:
            self._look_for_gaps_at = steady_seconds() + GAPS_SECONDS
            await self.open_gap_cases(utc_now())


def _length(event: SessionEvent) -> timedelta:
    return datetime.fromisoformat(event.data["until"]) - datetime.fromisoformat(event.data["from"])
