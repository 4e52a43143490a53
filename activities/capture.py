"""Keeps the hidden recorder in the room of a class.

What must not stop when the database or Temporal does not answer is the recording: the object store with its
manifests is the source, rows and signals follow when they can.
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
BEATS_IN_DOUBT = 2  # a recorder that comes back within them, or ends with its class, is not told as lost
COMING_BACK_SECONDS = 1.0  # between two recorders of a class whose room was deleted under them
# Another attempt of this activity records: Temporal is about to say so to this one.
_PAUSE = {EndReason.SUPERSEDED: 10.0}


@dataclass(frozen=True)
class RecorderPlace:
    """Where recorders of this deployment record from and to."""

    livekit_url: str
    store_url: str
    store_options: dict[str, str]
    spool_dir: Path


class CaptureActivities(Capture):
    def __init__(
        self,
        database: Database,
        client: SessionClient,
        store: ObjectStore,
        place: RecorderPlace,
        mint: Callable[[UUID], str],
    ) -> None:
        self._database = database
        self._client = client
        self._store = store
        self._place = place
        self._mint = mint

    @activity.defn(name="capture_class")
    async def capture(self, capture: CaptureInput) -> CaptureResult:
        journal = CaptureJournal(self._database, self._client, capture.session)
        watch = _Watch(journal, self._heard_until())
        beating = asyncio.create_task(watch.beat())
        writing = asyncio.create_task(journal.keep_writing())
        try:
            journal.add_segments(await self._stored(capture.session))
            await self._record(capture, watch)
        except asyncio.CancelledError:
            details = activity.cancellation_details()
            if details is None or not details.cancel_requested:
                raise  # this worker goes away: the recording continues elsewhere
        finally:
            beating.cancel()
            writing.cancel()
            await asyncio.gather(beating, writing, return_exceptions=True)
        return await self._result(capture.session, journal)

    async def _record(self, capture: CaptureInput, watch: "_Watch") -> None:
        """One recorder after the other for as long as the class has a room."""
        config = self._config(capture, watch.heard_until)
        while True:
            process = RecorderProcess(config, lambda: self._mint(capture.session.session_id))
            ended = await process.run(watch.report)
            if not await self._room_wanted(capture.session):
                return
            await asyncio.sleep(_PAUSE.get(ended.reason, COMING_BACK_SECONDS))
            config = resumed_config(config, watch.heard_until or utc_now(), ended.reason)

    def _config(self, capture: CaptureInput, heard_until: datetime | None) -> RecorderConfig:
        return RecorderConfig(
            organization_id=capture.session.organization_id,
            session_id=capture.session.session_id,
            livekit_url=self._place.livekit_url,
            store_url=self._place.store_url,
            store_options=self._place.store_options,
            spool_dir=self._place.spool_dir,
            segment_seconds=capture.segment_seconds,
            blind_since=heard_until,
            blind_reason="worker_lost" if heard_until else "late",
        )

    def _heard_until(self) -> datetime | None:
        """Until when the recorder of an earlier, lost attempt is known to have heard."""
        details = activity.info().heartbeat_details
        return datetime.fromisoformat(details[0]) if details and details[0] else None

    async def _room_wanted(self, ref: SessionRef) -> bool:
        """Whether the class goes on; while the database does not say, it does."""
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


class _Watch:
    """Hands a recorder's reports on, and keeps Temporal and the workflow told that it records."""

    def __init__(self, journal: CaptureJournal, heard_until: datetime | None) -> None:
        self._journal = journal
        self.heard_until = heard_until
        self._told: bool | None = None
        self._recording = False
        self._beats_lost = 0

    async def report(self, report: Report) -> None:
        if isinstance(report, SegmentStored):
            self._journal.add_segments([report.segment])
        elif isinstance(report, EventObserved):
            self._journal.add_event(report.event)
        elif isinstance(report, Heartbeat):
            self.heard_until = report.safe_until
            self._recording = report.connected

    async def beat(self) -> None:
        while True:
            activity.heartbeat(self.heard_until.isoformat() if self.heard_until else None)
            self._beats_lost = 0 if self._recording else self._beats_lost + 1
            sure = self._recording or self._beats_lost > BEATS_IN_DOUBT
            if sure and self._recording != self._told:
                with suppress(Exception):  # told again with the next beat
                    await self._journal.tell_workflow(self._recording)
                    self._told = self._recording
            await asyncio.sleep(BEAT_SECONDS)
