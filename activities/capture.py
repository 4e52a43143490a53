"""Runs the hidden recorder of a class, and starts it again while the class has a room.

The recording must not stop when the database or Temporal does not answer: the object store with its manifests is the
source, rows and signals follow when they can.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from obstore.store import ObjectStore
from temporalio import activity

from activities.capture_journal import CaptureJournal
from activities.progress import utc_now
from domain.errors import Unavailable
from domain.record.recording import AudioSegment
from domain.sessions.states import ROOM_STATES
from media_bridge.recorder.config import RecorderConfig, resumed_config
from media_bridge.recorder.manifest import list_segments
from media_bridge.recorder.process import RecorderProcess
from media_bridge.recorder.reports import EndReason, EventObserved, Heartbeat, Report, SegmentStored
from models.database import Database
from models.repositories import sessions
from workflows.client import SessionClient
from workflows.contracts.common import SessionRef
from workflows.contracts.record import Capture, CaptureInput, CaptureResult

BEAT_SECONDS = 2.0
LOST_AFTER_BEATS = (
    2  # a recorder that reconnects within them, or ends with its class, is not reported as lost
)
RESTART_SECONDS = 1.0  # pause before the next recorder, where the room was deleted during the class
# Another attempt of this activity records, and Temporal is about to cancel this one.
_PAUSE = {EndReason.SUPERSEDED: 10.0}


@dataclass(frozen=True)
class RecorderTargets:
    """The servers and the directory that the recorders of this deployment use."""

    livekit_url: str
    store_url: str
    store_options: dict[str, str]
    spool_dir: Path  # for segments that are not stored yet


class CaptureActivities(Capture):
    def __init__(
        self,
        database: Database,
        client: SessionClient,
        store: ObjectStore,
        targets: RecorderTargets,
        mint: Callable[[UUID], str],
    ) -> None:
        self._database = database
        self._client = client
        self._store = store
        self._targets = targets
        self._mint = mint

    @activity.defn(name="capture_class")
    async def capture(self, capture: CaptureInput) -> CaptureResult:
        journal = CaptureJournal(self._database, self._client, capture.session)
        monitor = _RecorderMonitor(journal, self._recorded_until())
        beating = asyncio.create_task(monitor.beat())
        writing = asyncio.create_task(journal.keep_writing())
        try:
            journal.add_segments(await self._stored(capture.session))
            await self._record(capture, monitor)
        except asyncio.CancelledError:
            details = activity.cancellation_details()
            if details is None or not details.cancel_requested:
                raise  # this worker is stopping: another one continues the recording
        finally:
            beating.cancel()
            writing.cancel()
            await asyncio.gather(beating, writing, return_exceptions=True)
        return await self._result(capture.session, journal)

    async def _record(self, capture: CaptureInput, monitor: "_RecorderMonitor") -> None:
        """Run one recorder after the other, for as long as the class has a room."""
        config = self._config(capture, monitor.recorded_until)
        while True:
            process = RecorderProcess(config, lambda: self._mint(capture.session.session_id))
            ended = await process.run(monitor.report)
            if not await self._has_room(capture.session):
                return
            await asyncio.sleep(_PAUSE.get(ended.reason, RESTART_SECONDS))
            config = resumed_config(config, monitor.recorded_until or utc_now(), ended.reason)

    def _config(self, capture: CaptureInput, recorded_until: datetime | None) -> RecorderConfig:
        return RecorderConfig(
            organization_id=capture.session.organization_id,
            session_id=capture.session.session_id,
            livekit_url=self._targets.livekit_url,
            store_url=self._targets.store_url,
            store_options=self._targets.store_options,
            spool_dir=self._targets.spool_dir,
            segment_seconds=capture.segment_seconds,
            blind_since=recorded_until,
            blind_reason="worker_lost" if recorded_until else "late",
        )

    def _recorded_until(self) -> datetime | None:
        """The time until which an earlier, lost attempt has recorded, from its last heartbeat; None: first attempt."""
        details = activity.info().heartbeat_details
        return datetime.fromisoformat(details[0]) if details and details[0] else None

    async def _has_room(self, ref: SessionRef) -> bool:
        """Whether the class should still have a room. True while the database does not answer."""
        try:
            async with self._database.tenant(ref.organization_id) as db:
                return (await sessions.get_session(db, ref.session_id)).state in ROOM_STATES
        except Unavailable:
            return True

    async def _stored(self, ref: SessionRef) -> list[AudioSegment]:
        return await list_segments(self._store, ref.organization_id, ref.session_id)

    async def _result(self, ref: SessionRef, journal: CaptureJournal) -> CaptureResult:
        stored = await self._stored(ref)
        journal.add_segments(stored)
        await journal.write()
        seconds = sum((segment.duration for segment in stored), timedelta()).total_seconds()
        return CaptureResult(len(stored), round(seconds, 1), round(journal.blind_seconds, 1))


class _RecorderMonitor:
    """Passes a recorder's reports to the journal, heartbeats, and signals the workflow whether it is recording."""

    def __init__(self, journal: CaptureJournal, recorded_until: datetime | None) -> None:
        self._journal = journal
        self.recorded_until = recorded_until
        self._signalled: bool | None = None
        self._recording = False
        self._beats_lost = 0

    async def report(self, report: Report) -> None:
        if isinstance(report, SegmentStored):
            self._journal.add_segments([report.segment])
        elif isinstance(report, EventObserved):
            self._journal.add_event(report.event)
        elif isinstance(report, Heartbeat):
            self.recorded_until = report.safe_until
            self._recording = report.connected

    async def beat(self) -> None:
        while True:
            activity.heartbeat(self.recorded_until.isoformat() if self.recorded_until else None)
            self._beats_lost = 0 if self._recording else self._beats_lost + 1
            is_certain = self._recording or self._beats_lost > LOST_AFTER_BEATS
            if is_certain and self._recording != self._signalled:
                with suppress(Exception):  # signalled again with the next beat
                    await self._journal.signal_recording(self._recording)
                    self._signalled = self._recording
            await asyncio.sleep(BEAT_SECONDS)
