"""The recorder process: joins the session's room, records it, and reports to its parent until it ends."""

import asyncio
import logging
import os
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from livekit import rtc
from obstore.exceptions import BaseError

from domain.presence.events import EventKind
from domain.record.recording import AudioSegment
from media_bridge.recorder.clock import SteadyClock, steady_seconds
from media_bridge.recorder.config import StartMessage
from media_bridge.recorder.deaf_tracks import EXIT_DEAF, DeafTracks, Remedy
from media_bridge.recorder.event_reporter import BlindSpan, EventReporter
from media_bridge.recorder.parent_pipe import ParentPipe
from media_bridge.recorder.recovery import store_abandoned
from media_bridge.recorder.reports import (
    HEARTBEAT_SECONDS,
    Ended,
    EndReason,
    Heartbeat,
    SegmentStored,
    Started,
)
from media_bridge.recorder.room_connection import RoomConnection
from media_bridge.recorder.room_events import RoomEventListener
from media_bridge.recorder.segment_writer import SegmentWriter
from media_bridge.recorder.spool import Spool
from media_bridge.recorder.upload import Uploader
from storage.object_store import open_store

_RETRY_SECONDS = (1.0, 2.0)
_PACKET_SECONDS = 2.0  # between two looks for packets
_ABANDONED_SECONDS = 10.0
_STALL = timedelta(seconds=5)  # a process that was suspended for this long has lost audio
_LEAVE_SECONDS, _DRAIN_SECONDS, _FLUSH_SECONDS = 5.0, 5.0, 1.0

_FINAL_DISCONNECTS = {
    rtc.DisconnectReason.ROOM_DELETED: EndReason.ROOM_DELETED,
    rtc.DisconnectReason.DUPLICATE_IDENTITY: EndReason.SUPERSEDED,
}
_log = logging.getLogger(__name__)


class Recorder:
    """Records one session, joining the room again after each disconnect, until stopped or the room is deleted."""

    def __init__(self, start_message: StartMessage, parent: ParentPipe) -> None:
        config = start_message.config
        self._start_message, self._parent, self._clock = start_message, parent, SteadyClock()
        self._reporter = EventReporter(start_message, self._clock, parent.send)
        self._room_events = RoomEventListener(self._reporter, self._clock)
        self._blind = BlindSpan(self._reporter, config.blind_since, config.blind_reason)
        self._spool = Spool(config.spool_dir, config.session_id)
        self._store = open_store(config.store_url, config.store_options)
        uploader = Uploader(self._store, self._spool, self._stored)
        self._segment_writer = SegmentWriter(start_message, self._clock, self._spool, uploader)
        self._deaf_tracks = DeafTracks()
        self._connection: RoomConnection | None = None

    async def run(self) -> None:
        """Records until the end, stores what it can within the time limit, reports, and returns."""
        background_tasks = [
            asyncio.create_task(action)
            for action in (
                self._parent.listen(),
                self._send_heartbeats(),
                self._report_concealment(),
                self._segment_writer.write_ahead(),
                self._look_for_packets(),
                self._store_abandoned(),
            )
        ]
        reason = await self._record_until_stopped()
        self._blind.end(self._clock.now())
        self._reporter.report_capture_event(EventKind.CAPTURE_ENDED, reason=str(reason))
        left = await self._segment_writer.drain(_DRAIN_SECONDS)
        for action in background_tasks[1:]:
            action.cancel()
        await asyncio.gather(*background_tasks[1:], return_exceptions=True)
        self._segment_writer.release()
        self._parent.send(Ended(reason, left))
        await self._parent.flush(_FLUSH_SECONDS)

    def _stored(self, segment: AudioSegment) -> None:
        self._parent.send(SegmentStored(segment))

    async def _recovered(self, segment: AudioSegment) -> None:
        self._stored(segment)

    async def _store_abandoned(self) -> None:
        """Stores what earlier recorders of this session left in the spool, trying again until the store takes it."""
        while True:
            try:
                await store_abandoned(self._spool, self._store, self._recovered)
            except (BaseError, OSError):
                _log.warning("the store does not take what earlier recorders left")
            await asyncio.sleep(_ABANDONED_SECONDS)

    async def _record_until_stopped(self) -> EndReason:
        recording = asyncio.create_task(self._record())
        stopping = asyncio.create_task(self._parent.stop.wait())
        await asyncio.wait({recording, stopping}, return_when=asyncio.FIRST_COMPLETED)
        # Connecting cannot be cancelled and may hang: then only the end of the process ends it.
        await asyncio.wait({recording}, timeout=_LEAVE_SECONDS)
        return recording.result() if recording.done() else EndReason.STOPPED

    async def _record(self) -> EndReason:
        while not self._parent.stop.is_set():
            ended = await self._record_one_connection()
            if ended in _FINAL_DISCONNECTS:
                return _FINAL_DISCONNECTS[ended]
            await self._pause()
        return EndReason.STOPPED

    async def _record_one_connection(self) -> "rtc.DisconnectReason.ValueType | None":
        """Returns the reason of the final disconnect; None when it could not join or was asked to stop."""
        connection = RoomConnection(
            segment_seconds=self._start_message.config.segment_seconds,
            clock=self._clock,
            reporter=self._reporter,
            room_events=self._room_events,
            segment_writer=self._segment_writer,
            blind=self._blind,
            deaf_tracks=self._deaf_tracks,
        )
        if (token := await self._parent.token()) is None:
            self._parent.stop.set()
            return None
        try:
            await connection.join(self._start_message.config.livekit_url, token)
        except rtc.ConnectError:
            _log.warning("cannot join the room yet")
            return None
        self._connection = connection
        self._parent.send(Started(self._start_message.recorder_id, self._clock.now()))
        try:
            return await connection.stay(self._parent.stop)
        finally:
            self._connection = None
            await connection.leave()

    async def _pause(self) -> None:
        seconds = random.uniform(*_RETRY_SECONDS)
        stopping = asyncio.create_task(self._parent.stop.wait())
        await asyncio.wait({stopping}, timeout=seconds)
        stopping.cancel()

    async def _send_heartbeats(self) -> None:
        while True:
            self._parent.send(self._heartbeat())
            before = self._clock.now()
            await asyncio.sleep(HEARTBEAT_SECONDS)
            self._report_stall(before, self._clock.now())
            await self._run_while_connected(self._look_after_tracks)

    async def _look_after_tracks(self, connection: RoomConnection) -> None:
        remedy = await connection.look_after_tracks()
        if remedy == Remedy.NEW_RECORDER and self._start_message.config.restart_when_deaf:
            _log.error("tracks stay unheard: another recorder takes over")
            await self._parent.flush(_FLUSH_SECONDS)
            os._exit(EXIT_DEAF)

    async def _look_for_packets(self) -> None:
        while True:
            await asyncio.sleep(_PACKET_SECONDS)
            if self._connection is not None:
                await self._run_chore(RoomConnection.look_for_packets, self._connection)

    def _report_stall(self, before: datetime, now: datetime) -> None:
        if now - before > _STALL:
            self._blind.begin(before, "stalled")
            if self._connection is not None and self._connection.connected:
                self._blind.end(now)

    async def _report_concealment(self) -> None:
        while True:
            await asyncio.sleep(self._start_message.config.clearness_seconds)
            await self._run_while_connected(RoomConnection.report_concealment)

    async def _run_while_connected(self, action: Callable[[RoomConnection], Awaitable[None]]) -> None:
        if self._connection is not None and self._connection.connected:
            await self._run_chore(action, self._connection)

    async def _run_chore(
        self, action: Callable[[RoomConnection], Awaitable[None]], connection: RoomConnection
    ) -> None:
        try:
            await action(connection)
        except Exception:  # the SDK fails on tracks that are just going away: recording goes on
            _log.exception("a chore failed")

    def _heartbeat(self) -> Heartbeat:
        connection, now = self._connection, self._clock.now()
        unsafe_since = [self._segment_writer.unsaved_since, self._blind.since]
        unsafe_since += [connection.reconnecting_since] if connection else []
        return Heartbeat(
            recorder_id=self._start_message.recorder_id,
            at=now,
            connected=connection is not None and connection.connected,
            participants=connection.participants if connection else 0,
            audio_tracks=connection.audio_tracks if connection else 0,
            recording_tracks=connection.recording_tracks if connection else 0,
            pending_uploads=self._segment_writer.pending,
            lag_seconds=round(connection.lag_seconds, 3) if connection else 0.0,
            safe_until=min((at for at in unsafe_since if at is not None), default=now),
            unheard_tracks=self._deaf_tracks.unheard(steady_seconds()),
            receives=connection is None or connection.receives,
            disk_refuses=self._segment_writer.disk_refuses,
            waiting_since=self._segment_writer.waiting_since,
        )
