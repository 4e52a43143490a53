"""One stay of the recorder in the room: from joining to the final disconnect."""

import asyncio
import os
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from livekit import rtc

from domain.errors import Unavailable
from domain.presence.events import EventKind
from media_bridge.recorder.archive import Archive, TrackLabel
from media_bridge.recorder.clock import RoomClock
from media_bridge.recorder.journal import BlindSpan, Journal
from media_bridge.recorder.signals import Signals, is_machine
from media_bridge.recorder.tracks import TrackRecorder

CONNECT_SECONDS = 15.0
EXIT_CONNECT_HUNG = 75
_ATTEMPT_SECONDS = 3.0  # of the SDK's own attempts, of which connect makes several
_LEAVE_SECONDS = 3.0
_BROKEN_STREAM_SECONDS = 5.0
_HARMLESS = timedelta(seconds=5)  # a signal connection that resumes within it has left the media running
_ANNOUNCED_WITHIN = timedelta(seconds=1)
_LATE = timedelta(seconds=2)

Reason = rtc.DisconnectReason


class RoomVisit:
    """Subscribes to all audio, records each track, and tells the journal what it sees."""

    def __init__(
        self,
        *,
        segment_seconds: float,
        clock: RoomClock,
        journal: Journal,
        signals: Signals,
        archive: Archive,
        blind: BlindSpan,
    ) -> None:
        self._segment_seconds, self._clock, self._journal = segment_seconds, clock, journal
        self._signals, self._archive, self._blind = signals, archive, blind
        self._room = rtc.Room()
        self._tracks: dict[str, TrackRecorder] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._over: asyncio.Future[Reason.ValueType] = asyncio.get_running_loop().create_future()
        self._reconnecting_since: datetime | None = None
        self._lost_track_at: datetime | None = None
        self._connected_at = clock.now()

    @property
    def connected(self) -> bool:
        return self._room.isconnected() and self._reconnecting_since is None

    @property
    def participants(self) -> int:
        return sum(not is_machine(p) for p in self._room.remote_participants.values())

    @property
    def audio_tracks(self) -> int:
        return len(self._audio())

    @property
    def recording_tracks(self) -> int:
        return sum(track.silent_for < _BROKEN_STREAM_SECONDS for track in self._tracks.values())

    @property
    def lag_seconds(self) -> float:
        return max((track.lag for track in self._tracks.values()), default=0.0)

    @property
    def open_since(self) -> datetime | None:
        """Start of the earliest sample that only this process's memory holds."""
        opened = [t.open_since for t in self._tracks.values() if t.open_since is not None]
        return self._clock.at(min(opened)) if opened else None

    @property
    def reconnecting_since(self) -> datetime | None:
        return self._reconnecting_since

    async def join(self, url: str, token: str) -> None:
        """Raises rtc.ConnectError. Connecting cannot be cancelled: a hanging one ends the process."""
        self._hook()
        watchdog = asyncio.get_running_loop().call_later(CONNECT_SECONDS, os._exit, EXIT_CONNECT_HUNG)
        options = rtc.RoomOptions(auto_subscribe=False, connect_timeout=_ATTEMPT_SECONDS)
        try:
            await self._room.connect(url, token, options)
        finally:
            watchdog.cancel()
        now = self._connected_at = self._clock.now()
        missed = self._present_since()
        if self._blind.since is None and missed and now - missed > _LATE:
            self._blind.begin(missed, "late")
        self._journal.tell_own(EventKind.CAPTURE_STARTED, at=now)
        for person in self._room.remote_participants.values():
            for publication in person.track_publications.values():
                self._published(publication, person)

    async def stay(self, stop: asyncio.Event) -> Reason.ValueType | None:
        """Until the final disconnect, whose reason it returns, or until told to stop (None)."""
        stopping = asyncio.ensure_future(stop.wait())
        futures: set[asyncio.Future[Any]] = {stopping, self._over}
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        return self._over.result() if self._over.done() else None

    async def leave(self) -> None:
        """Closes all tracks, handing over what they hold, and leaves the room."""
        await asyncio.gather(*(self._finish(sid) for sid in list(self._tracks)), *self._tasks)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._room.disconnect(), _LEAVE_SECONDS)

    async def look_after(self) -> None:
        """Subscribes again where a published track is not heard, and reopens streams that went dead."""
        for sid, (publication, person) in self._audio().items():
            if sid not in self._tracks:
                publication.set_subscribed(True)
                if publication.track is not None:
                    self._subscribed(publication.track, publication, person)
            elif self._tracks[sid].silent_for > _BROKEN_STREAM_SECONDS and publication.track is not None:
                await self._finish(sid)
                self._subscribed(publication.track, publication, person)
        self._end_blindness()
        self._signals.settle(self._sids())

    async def tell_clearness(self) -> None:
        """Puts on record how much of each track had to be made up since the last time."""
        for recorder in list(self._tracks.values()):
            with suppress(Unavailable):
                heard = await recorder.heard()
                if heard is not None and heard.packets:
                    self._signals.heard(recorder.label, heard)

    def _hook(self) -> None:
        room = self._room
        self._signals.listen(room)
        room.on("track_published", self._published_event)
        room.on("track_subscribed", self._subscribed)
        room.on("track_unsubscribed", lambda _track, publication, _person: self._lost(publication.sid))
        room.on("track_unpublished", lambda publication, _person: self._lost(publication.sid))
        room.on("participant_disconnected", self._gone)
        room.on("reconnecting", self._reconnecting)
        room.on("reconnected", self._reconnected)
        room.on("disconnected", self._disconnected)

    def _audio(self) -> dict[str, tuple[rtc.RemoteTrackPublication, rtc.RemoteParticipant]]:
        return {
            publication.sid: (publication, person)
            for person in self._room.remote_participants.values()
            for publication in person.track_publications.values()
            if publication.kind == rtc.TrackKind.KIND_AUDIO
        }

    def _sids(self) -> set[str]:
        return {
            sid for person in self._room.remote_participants.values() for sid in person.track_publications
        }

    def _present_since(self) -> datetime | None:
        joined = [p.joined_at for p in self._room.remote_participants.values() if not is_machine(p)]
        return min((at for at in joined if at is not None), default=None)

    def _published(self, publication: rtc.RemoteTrackPublication, person: rtc.RemoteParticipant) -> None:
        self._signals.published(publication, person)
        self._published_event(publication, person)

    def _published_event(
        self, publication: rtc.RemoteTrackPublication, _person: rtc.RemoteParticipant
    ) -> None:
        if publication.kind == rtc.TrackKind.KIND_AUDIO:
            publication.set_subscribed(True)

    def _subscribed(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, person: rtc.RemoteParticipant
    ) -> None:
        if track.kind != rtc.TrackKind.KIND_AUDIO or publication.sid in self._tracks:
            return
        label = TrackLabel(person.identity, person.sid, publication.sid)
        recorder = TrackRecorder(label, self._archive, self._segment_seconds, self._signals.talked)
        self._tracks[publication.sid] = recorder
        recorder.start(track)

    def _gone(self, person: rtc.RemoteParticipant) -> None:
        for sid, track in list(self._tracks.items()):
            if track.label.participant_sid == person.sid:
                self._lost(sid)

    def _lost(self, track_sid: str) -> None:
        if track_sid in self._tracks:
            self._lost_track_at = self._clock.now()
            task = asyncio.create_task(self._finish(track_sid))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _finish(self, track_sid: str) -> None:
        recorder = self._tracks.pop(track_sid, None)
        if recorder is not None:
            await recorder.finish()

    def _reconnecting(self) -> None:
        self._reconnecting_since = self._reconnecting_since or self._clock.now()

    def _reconnected(self) -> None:
        since, self._reconnecting_since = self._reconnecting_since, None
        now = self._clock.now()
        self._connected_at = now
        # A full restart takes the tracks away a moment before it is announced.
        lost = since and self._lost_track_at and self._lost_track_at > since - _ANNOUNCED_WITHIN
        if since and (lost or now - since > _HARMLESS):
            self._blind.begin(since, "reconnecting")

    def _end_blindness(self) -> None:
        """It hears again from the first sample on; where there is nothing to hear, from joining on."""
        if self.connected and self._blind.since is not None:
            heard = self.open_since if self._tracks else None
            if heard is not None or not self._audio():
                self._blind.end(max(heard or self._connected_at, self._connected_at))

    def _disconnected(self, reason: Reason.ValueType) -> None:
        since = self._reconnecting_since or self._clock.now()
        if reason not in (Reason.CLIENT_INITIATED, Reason.ROOM_DELETED, Reason.DUPLICATE_IDENTITY):
            self._blind.begin(since, "disconnected")
        if not self._over.done():
            self._over.set_result(reason)
