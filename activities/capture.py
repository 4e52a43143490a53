"""Runs the hidden recorder of a class, and starts it again while the class has a room.

The recording must not stop when the database or Temporal does not answer: the object store with its manifests is the
source, rows and signals follow when they can.
"""

import asyncio
import math
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from obstore.exceptions import BaseError
from obstore.store import ObjectStore
from temporalio import activity

from activities.capture_journal import CaptureJournal
from activities.progress import utc_now
from domain.errors import HomeroomError, Unavailable
from domain.record.recording import AudioSegment
from domain.sessions.states import ROOM_STATES
from media_bridge.recorder.clock import steady_seconds
from media_bridge.recorder.config import RecorderConfig, resumed_config
from media_bridge.recorder.manifest import list_segments
from media_bridge.recorder.process import RecorderProcess, SpareRecorder
from media_bridge.recorder.recovery import store_abandoned
from media_bridge.recorder.reports import EndReason, EventObserved, Heartbeat, Report, SegmentStored
from media_bridge.recorder.spool import Spool
from models.database import Database
from models.repositories import sessions
from models.repositories.captures import RecorderNow
from workflows.client import SessionClient
from workflows.contracts.common import SessionRef
from workflows.contracts.record import Capture, CaptureInput, CaptureResult
from workflows.session.messages import RecordingSignal

BEAT_SECONDS = 2.0
LOST_AFTER_SECONDS = 6.0  # without a heartbeat of a recorder that hears everybody
START_SECONDS = 10.0  # from the start of the activity until a class without a recorder counts as not recorded
ROOM_SECONDS = 10.0  # between two looks whether the class still has a room
RESTART_SECONDS = 1.0  # pause before the next recorder, where the room was deleted during the class
FIND_SECONDS = 15.0  # between two looks for segments that others have stored …
HANDOVER_SECONDS, FIND_SOON_SECONDS = 60.0, 2.0  # … and while the recorder of a dead worker hands over
STORE_AGAIN_SECONDS = 2.0  # between two attempts to store what recorders have left
FRESH_SECONDS = 4.0  # after which a recorder's heartbeat says nothing any more of what it does now
# For which audio waits for the store or the disk until somebody is told.
STORE_RISK, DISK_RISK = timedelta(seconds=10), timedelta(seconds=5)
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
        spare: SpareRecorder,
    ) -> None:
        self._database = database
        self._client = client
        self._store = store
        self._targets = targets
        self._mint = mint
        self._spare = spare

    @activity.defn(name="capture_class")
    async def capture(self, capture: CaptureInput) -> CaptureResult:
        journal = CaptureJournal(self._database, capture.session)
        monitor = _RecorderMonitor(journal, self._client, capture.session, self._recorded_until())
        loops = [
            asyncio.create_task(loop)
            for loop in (
                monitor.beat(),
                monitor.tell(),
                journal.keep_writing(),
                self._find_stored(capture.session, journal),
            )
        ]
        try:
            await self._record(capture, monitor)
            await self._store_rest(capture.session, monitor)
        except asyncio.CancelledError:
            details = activity.cancellation_details()
            if details is None or not details.cancel_requested:
                raise  # this worker is stopping: another one continues the recording
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
        return await self._result(capture.session, journal)

    async def _record(self, capture: CaptureInput, monitor: "_RecorderMonitor") -> None:
        """Run one recorder after the other, for as long as the class has a room."""
        config, pause = self._config(capture, monitor.recorded_until), 0.0
        while await self._has_room(capture.session):
            await asyncio.sleep(pause)
            process = RecorderProcess(
                config, lambda: self._mint(capture.session.session_id), spare=self._spare
            )
            stopping = asyncio.create_task(self._stop_when_over(capture.session, process))
            try:
                ended = await process.run(monitor.report)
            finally:
                stopping.cancel()
                monitor.recorder_ended()
            pause = _PAUSE.get(ended.reason, RESTART_SECONDS)
            config = resumed_config(config, monitor.recorded_until or utc_now(), ended.reason)

    async def _stop_when_over(self, ref: SessionRef, process: RecorderProcess) -> None:
        """Stop a recorder that outlasts its class: it could not join the room, and nothing tells it of the end."""
        has_room = True
        while has_room:
            await asyncio.sleep(ROOM_SECONDS)
            has_room = await self._has_room(ref)
        await asyncio.sleep(ROOM_SECONDS)  # one in the room ends with it, and has stored more by then
        await process.stop()

    async def _store_rest(self, ref: SessionRef, monitor: "_RecorderMonitor") -> None:
        """Store what the recorders of the class have left on this machine, for as long as the store takes it."""
        spool = Spool(self._targets.spool_dir, ref.session_id)
        since = utc_now()
        while True:
            with suppress(BaseError, OSError):
                await store_abandoned(spool, self._store, monitor.recovered)
            if not await asyncio.to_thread(spool.recorders):
                return
            monitor.waiting_since = since
            await asyncio.sleep(STORE_AGAIN_SECONDS)

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

    async def _find_stored(self, ref: SessionRef, journal: CaptureJournal) -> None:
        """Index what others store: the recorder of a dead worker goes on for a while, and tells nobody.

        Its last segments should be indexed before those that follow: they are transcribed in that order.
        """
        hands_over_until = steady_seconds() + HANDOVER_SECONDS if self._recorded_until() else 0.0
        while True:
            with suppress(BaseError, OSError, HomeroomError):
                journal.add_segments(await self._stored(ref, journal.known))
            await asyncio.sleep(FIND_SOON_SECONDS if steady_seconds() < hands_over_until else FIND_SECONDS)

    async def _stored(self, ref: SessionRef, known: Collection[str] = ()) -> list[AudioSegment]:
        return await list_segments(self._store, ref.organization_id, ref.session_id, known=known)

    async def _result(self, ref: SessionRef, journal: CaptureJournal) -> CaptureResult:
        stored = await self._stored(ref)
        journal.add_segments(stored)
        await journal.write()
        await journal.all_is_stored()
        await journal.open_gap_cases(utc_now())
        seconds = sum((segment.duration for segment in stored), timedelta()).total_seconds()
        return CaptureResult(len(stored), round(seconds, 1), round(journal.blind_seconds, 1))


class _RecorderMonitor:
    """Passes a recorder's reports to the journal, heartbeats, and tells workflow and pages whether it records."""

    def __init__(
        self,
        journal: CaptureJournal,
        client: SessionClient,
        ref: SessionRef,
        recorded_until: datetime | None,
    ) -> None:
        self._journal = journal
        self._client = client
        self._ref = ref
        self.recorded_until = recorded_until
        self.waiting_since: datetime | None = None  # end of the earliest finished audio that is not stored
        self._refused_since: datetime | None = None  # by the disk of the spool
        self._started_at = steady_seconds()
        self._heard_at: float | None = None
        self._recorded_at: float | None = None  # of the last heartbeat of a recorder that recorded anybody
        self._latest: tuple[float, Heartbeat] | None = None  # with the second at which it came
        self._signalled: bool | None = None

    @property
    def recording(self) -> bool:
        """Whether a recorder has lately reported that it hears everybody who is unmuted."""
        return self._heard_at is not None and steady_seconds() - self._heard_at < LOST_AFTER_SECONDS

    async def report(self, report: Report) -> None:
        if isinstance(report, SegmentStored):
            self._journal.add_segments([report.segment])
        elif isinstance(report, EventObserved):
            self._journal.add_event(report.event)
        elif isinstance(report, Heartbeat):
            self.recorded_until = report.safe_until
            self.waiting_since = report.waiting_since
            self._refused_since = (self._refused_since or report.at) if report.disk_refuses else None
            self._latest = (steady_seconds(), report)
            if report.records:
                self._recorded_at = steady_seconds()
            if report.hears:
                self._heard_at = steady_seconds()

    def recorder_ended(self) -> None:
        self._heard_at = self._latest = None

    async def recovered(self, segment: AudioSegment) -> None:
        self._journal.add_segments([segment])

    async def beat(self) -> None:
        while True:
            activity.heartbeat(self.recorded_until.isoformat() if self.recorded_until else None)
            await asyncio.sleep(BEAT_SECONDS)

    async def tell(self) -> None:
        """Tell the workflow and the record; what cannot be told is told with the next beat."""
        while True:
            recording = self.recording
            if recording or steady_seconds() - self._started_at > START_SECONDS:
                with suppress(Exception):
                    await self._signal(recording)
                with suppress(HomeroomError):
                    await self._journal.note_recording(self._now(recording))
            with suppress(HomeroomError):
                waiting = self._waiting()
                await self._journal.note_risks(_lasting(waiting, utc_now()), waiting)
            await asyncio.sleep(BEAT_SECONDS)

    async def _signal(self, recording: bool) -> None:
        if recording != self._signalled:
            await self._client.report_recording(self._ref.session_id, RecordingSignal(recording))
            self._signalled = recording

    def _now(self, recording: bool) -> RecorderNow:
        second = steady_seconds()
        came_at, latest = self._latest or (-math.inf, None)
        fresh = second - came_at < FRESH_SECONDS
        return RecorderNow(
            recording,
            connected=fresh and latest is not None and latest.connected,
            receives=latest is None or latest.receives,
            unheard_tracks=latest.unheard_tracks if latest else 0,
            recorded_ago=_ago(self._recorded_at, second),
            heard_ago=_ago(self._heard_at, second),
        )

    def _waiting(self) -> dict[str, datetime]:
        """Since when audio waits for the store, and since when the disk has taken none."""
        since = {"store": self.waiting_since, "disk": self._refused_since}
        return {part: at for part, at in since.items() if at is not None}


def _lasting(waiting: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    patience = {"store": STORE_RISK, "disk": DISK_RISK}
    return {part: at for part, at in waiting.items() if now - at > patience[part]}


def _ago(at: float | None, now: float) -> timedelta | None:
    return timedelta(seconds=now - at) if at is not None else None
