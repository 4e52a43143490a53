"""The recorder process from its orders to its end."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from livekit import rtc

from domain.presence.events import EventKind
from media_bridge.recorder.archive import Archive
from media_bridge.recorder.clock import RoomClock
from media_bridge.recorder.journal import BlindSpan, Journal
from media_bridge.recorder.link import ParentLink
from media_bridge.recorder.orders import Orders
from media_bridge.recorder.reports import (
    HEARTBEAT_SECONDS,
    Ended,
    EndReason,
    Heartbeat,
    SegmentStored,
    Started,
)
from media_bridge.recorder.signals import Signals
from media_bridge.recorder.spool import Spool
from media_bridge.recorder.upload import Uploader
from media_bridge.recorder.visit import RoomVisit
from storage.object_store import open_store

_RETRY_SECONDS = (1.0, 2.0)
_STALL = timedelta(seconds=5)  # a process that stood still for so long has missed what was said
_LEAVE_SECONDS, _DRAIN_SECONDS, _FLUSH_SECONDS = 5.0, 5.0, 1.0

_FINAL = {
    rtc.DisconnectReason.ROOM_DELETED: EndReason.ROOM_DELETED,
    rtc.DisconnectReason.DUPLICATE_IDENTITY: EndReason.SUPERSEDED,
}
_log = logging.getLogger(__name__)


class Recorder:
    """Visits the room again and again until it is told to stop or the room is deleted."""

    def __init__(self, orders: Orders, link: ParentLink) -> None:
        config = orders.config
        self._orders, self._link, self._clock = orders, link, RoomClock()
        self._journal = Journal(orders, self._clock, link.send)
        self._signals = Signals(self._journal, self._clock)
        self._blind = BlindSpan(self._journal, config.blind_since, config.blind_reason)
        self._spool = Spool(config.spool_dir, config.session_id)
        store = open_store(config.store_url, config.store_options)
        uploader = Uploader(store, self._spool, lambda segment: link.send(SegmentStored(segment)))
        self._archive = Archive(orders, self._clock, self._spool, uploader)
        self._visit: RoomVisit | None = None

    async def run(self) -> None:
        """Returns when everything is stored, or as much as the time allows, and reported."""
        chores = [
            asyncio.create_task(chore) for chore in (self._link.listen(), self._beat(), self._measure())
        ]
        self._archive.resume(await asyncio.to_thread(self._spool.leftovers))
        reason = await self._record_until_stopped()
        for chore in chores[1:]:
            chore.cancel()
        self._blind.end(self._clock.now())
        self._journal.tell_own(EventKind.CAPTURE_ENDED, reason=str(reason))
        left = await self._archive.drain(_DRAIN_SECONDS)
        self._link.send(Ended(reason, left))
        await self._link.flush(_FLUSH_SECONDS)

    async def _record_until_stopped(self) -> EndReason:
        recording = asyncio.create_task(self._record())
        stopping = asyncio.create_task(self._link.stop.wait())
        await asyncio.wait({recording, stopping}, return_when=asyncio.FIRST_COMPLETED)
        # It may hang in connecting, which cannot be cancelled: then the end of the process ends it.
        await asyncio.wait({recording}, timeout=_LEAVE_SECONDS)
        return recording.result() if recording.done() else EndReason.STOPPED

    async def _record(self) -> EndReason:
        while not self._link.stop.is_set():
            ended = await self._visit_room()
            if ended in _FINAL:
                return _FINAL[ended]
            await self._pause()
        return EndReason.STOPPED

    async def _visit_room(self) -> "rtc.DisconnectReason.ValueType | None":
        """The reason of the final disconnect; None when it could not join or was told to stop."""
        visit = RoomVisit(
            segment_seconds=self._orders.config.segment_seconds,
            clock=self._clock,
            journal=self._journal,
            signals=self._signals,
            archive=self._archive,
            blind=self._blind,
        )
        try:
            await visit.join(self._orders.config.livekit_url, await self._link.token())
        except rtc.ConnectError:
            _log.warning("cannot join the room yet")
            return None
        self._visit = visit
        self._link.send(Started(self._orders.recorder_id, self._clock.now()))
        try:
            return await visit.stay(self._link.stop)
        finally:
            self._visit = None
            await visit.leave()

    async def _pause(self) -> None:
        seconds = random.uniform(*_RETRY_SECONDS)
        stopping = asyncio.create_task(self._link.stop.wait())
        await asyncio.wait({stopping}, timeout=seconds)
        stopping.cancel()

    async def _beat(self) -> None:
        while True:
            self._link.send(self._heartbeat())
            before = self._clock.now()
            await asyncio.sleep(HEARTBEAT_SECONDS)
            self._note_stall(before, self._clock.now())
            await self._while_connected(RoomVisit.look_after)

    def _note_stall(self, before: datetime, now: datetime) -> None:
        if now - before > _STALL:
            self._blind.begin(before, "stalled")
            if self._visit is not None and self._visit.connected:
                self._blind.end(now)

    async def _measure(self) -> None:
        while True:
            await asyncio.sleep(self._orders.config.clearness_seconds)
            await self._while_connected(RoomVisit.tell_clearness)

    async def _while_connected(self, chore: Callable[[RoomVisit], Awaitable[None]]) -> None:
        if self._visit is not None and self._visit.connected:
            try:
                await chore(self._visit)
            except Exception:  # of the SDK, about things that are going away: recording goes on
                _log.exception("a chore failed")

    def _heartbeat(self) -> Heartbeat:
        visit, now = self._visit, self._clock.now()
        unsafe = [self._archive.unsaved_since, self._blind.since]
        unsafe += [visit.open_since, visit.reconnecting_since] if visit else []
        return Heartbeat(
            recorder_id=self._orders.recorder_id,
            at=now,
            connected=visit is not None and visit.connected,
            participants=visit.participants if visit else 0,
            audio_tracks=visit.audio_tracks if visit else 0,
            recording_tracks=visit.recording_tracks if visit else 0,
            pending_uploads=self._archive.pending,
            lag_seconds=round(visit.lag_seconds, 3) if visit else 0.0,
            safe_until=min((at for at in unsafe if at is not None), default=now),
        )
