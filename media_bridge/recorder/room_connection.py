"""One connection of the recorder to the room, from joining to the final disconnect."""

import asyncio
import os
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from livekit import rtc

from domain.errors import Unavailable
from domain.presence.events import EventKind
from media_bridge.recorder.clock import SteadyClock
from media_bridge.recorder.event_reporter import BlindSpan, EventReporter
from media_bridge.recorder.room_events import RoomEventListener, is_machine
from media_bridge.recorder.segment_writer import SegmentWriter, TrackLabel
from media_bridge.recorder.track_recorder import TrackRecorder

CONNECT_SECONDS = 15.0
EXIT_CONNECT_HUNG = 75
_CONNECT_ATTEMPT_SECONDS = 3.0  # for each of the several attempts that the SDK makes to connect
_LEAVE_SECONDS = 3.0
_DEAD_STREAM_SECONDS = 5.0
_MEDIA_SURVIVES = timedelta(seconds=5)  # if the signal connection resumes within this, media never stopped
_ANNOUNCED_WITHIN = timedelta(seconds=1)
_LATE_JOIN = timedelta(seconds=2)

Reason = rtc.DisconnectReason


class RoomConnection:
    """Subscribes to all audio tracks, records each, and reports what happens in the room."""

    def __init__(
        self,
        *,
        segment_seconds: float,
        clock: SteadyClock,
        reporter: EventReporter,
        room_events: RoomEventListener,
        segment_writer: SegmentWriter,
        blind: BlindSpan,
    ) -> None:
        self._segment_seconds, self._clock, self._reporter = segment_seconds, clock, reporter
        self._room_events, self._segment_writer, self._blind = room_events, segment_writer, blind
        self._room = rtc.Room()
        self._tracks: dict[str, TrackRecorder] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._disconnect_reason: asyncio.Future[Reason.ValueType] = asyncio.get_running_loop().create_future()
        self._reconnecting_since: datetime | None = None
        self._lost_track_at: datetime | None = None
        self._connected_at = clock.now()

    @property
    def connected(self) -> bool:
        """Whether the room is joined and not reconnecting."""
        return self._room.isconnected() and self._reconnecting_since is None

    @property
    def participants(self) -> int:
        """People in the room."""
        return sum(not is_machine(p) for p in self._room.remote_participants.values())

    @property
    def audio_tracks(self) -> int:
        """Published audio tracks."""
        return len(self._audio_publications())

    @property
    def recording_tracks(self) -> int:
        """Recorded tracks whose samples arrive."""
        return sum(track.silent_for < _DEAD_STREAM_SECONDS for track in self._tracks.values())

    @property
    def lag_seconds(self) -> float:
        """The largest lag of a track's samples behind the clock."""
        return max((track.lag for track in self._tracks.values()), default=0.0)

    @property
    def open_since(self) -> datetime | None:
        """Time of the earliest sample that is only in this process's memory."""
        opened = [t.open_since for t in self._tracks.values() if t.open_since is not None]
        return self._clock.at(min(opened)) if opened else None

    @property
    def reconnecting_since(self) -> datetime | None:
        """When the connection was lost that the SDK is restoring, None while connected."""
        return self._reconnecting_since

    async def join(self, url: str, token: str) -> None:
        """Connects to the room and subscribes to its audio. Raises rtc.ConnectError.

        Connecting cannot be cancelled: if it hangs for CONNECT_SECONDS, the process ends.
        """
        self._register_callbacks()
        watchdog = asyncio.get_running_loop().call_later(CONNECT_SECONDS, os._exit, EXIT_CONNECT_HUNG)
        options = rtc.RoomOptions(auto_subscribe=False, connect_timeout=_CONNECT_ATTEMPT_SECONDS)
        try:
            await self._room.connect(url, token, options)
        finally:
            watchdog.cancel()
        now = self._connected_at = self._clock.now()
        missed = self._earliest_join()
        if self._blind.since is None and missed and now - missed > _LATE_JOIN:
            self._blind.begin(missed, "late")
        self._reporter.report_capture_event(EventKind.CAPTURE_STARTED, at=now)
        for participant in self._room.remote_participants.values():
            for publication in participant.track_publications.values():
                self._published(publication, participant)

    async def stay(self, stop: asyncio.Event) -> Reason.ValueType | None:
        """Waits for the final disconnect and returns its reason; returns None when `stop` is set first."""
        stopping = asyncio.ensure_future(stop.wait())
        futures: set[asyncio.Future[Any]] = {stopping, self._disconnect_reason}
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        return self._disconnect_reason.result() if self._disconnect_reason.done() else None

    async def leave(self) -> None:
        """Stores the open segments of all tracks and leaves the room."""
        await asyncio.gather(*(self._finish(sid) for sid in list(self._tracks)), *self._tasks)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._room.disconnect(), _LEAVE_SECONDS)

    async def restore_subscriptions(self) -> None:
        """Subscribes again to published tracks that are not recorded, and reopens streams that went dead."""
        for sid, (publication, participant) in self._audio_publications().items():
            if sid not in self._tracks:
                publication.set_subscribed(True)
                if publication.track is not None:
                    self._subscribed(publication.track, publication, participant)
            elif self._tracks[sid].silent_for > _DEAD_STREAM_SECONDS and publication.track is not None:
                await self._finish(sid)
                self._subscribed(publication.track, publication, participant)
        self._end_blind_span()
        self._room_events.report_unpublished_tracks(self._track_sids())

    async def report_concealment(self) -> None:
        """Reports how much of each track was concealed since the last call."""
        for recorder in list(self._tracks.values()):
            with suppress(Unavailable):
                counters = await recorder.counters_since_last_call()
                if counters is not None and counters.packets:
                    self._room_events.report_concealment(recorder.label, counters)

    def _register_callbacks(self) -> None:
        room = self._room
        self._room_events.listen(room)
        room.on("track_published", self._subscribe_to_audio)
        room.on("track_subscribed", self._subscribed)
        room.on(
            "track_unsubscribed", lambda _track, publication, _participant: self._track_lost(publication.sid)
        )
        room.on("track_unpublished", lambda publication, _participant: self._track_lost(publication.sid))
        room.on("participant_disconnected", self._participant_left)
        room.on("reconnecting", self._reconnecting)
        room.on("reconnected", self._reconnected)
        room.on("disconnected", self._disconnected)

    def _audio_publications(self) -> dict[str, tuple[rtc.RemoteTrackPublication, rtc.RemoteParticipant]]:
        return {
            publication.sid: (publication, participant)
            for participant in self._room.remote_participants.values()
            for publication in participant.track_publications.values()
            if publication.kind == rtc.TrackKind.KIND_AUDIO
        }

    def _track_sids(self) -> set[str]:
        return {
            sid
            for participant in self._room.remote_participants.values()
            for sid in participant.track_publications
        }

    def _earliest_join(self) -> datetime | None:
        joined = [p.joined_at for p in self._room.remote_participants.values() if not is_machine(p)]
        return min((at for at in joined if at is not None), default=None)

    def _published(self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        self._room_events.published(publication, participant)
        self._subscribe_to_audio(publication, participant)

    def _subscribe_to_audio(
        self, publication: rtc.RemoteTrackPublication, _participant: rtc.RemoteParticipant
    ) -> None:
        if publication.kind == rtc.TrackKind.KIND_AUDIO:
            publication.set_subscribed(True)

    def _subscribed(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if track.kind != rtc.TrackKind.KIND_AUDIO or publication.sid in self._tracks:
            return
        label = TrackLabel(participant.identity, participant.sid, publication.sid)
        recorder = TrackRecorder(
            label, self._segment_writer, self._segment_seconds, self._room_events.report_speech
        )
        self._tracks[publication.sid] = recorder
        recorder.start(track)

    def _participant_left(self, participant: rtc.RemoteParticipant) -> None:
        for sid, track in list(self._tracks.items()):
            if track.label.participant_sid == participant.sid:
                self._track_lost(sid)

    def _track_lost(self, track_sid: str) -> None:
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
        # On a full restart the SDK removes the tracks a moment before it announces the reconnect.
        lost = since and self._lost_track_at and self._lost_track_at > since - _ANNOUNCED_WITHIN
        if since and (lost or now - since > _MEDIA_SURVIVES):
            self._blind.begin(since, "reconnecting")

    def _end_blind_span(self) -> None:
        """Ends the blind span at the first recorded sample; where no audio is published, at the time of joining."""
        if self.connected and self._blind.since is not None:
            first_sample = self.open_since if self._tracks else None
            if first_sample is not None or not self._audio_publications():
                self._blind.end(max(first_sample or self._connected_at, self._connected_at))

    def _disconnected(self, reason: Reason.ValueType) -> None:
        since = self._reconnecting_since or self._clock.now()
        if reason not in (Reason.CLIENT_INITIATED, Reason.ROOM_DELETED, Reason.DUPLICATE_IDENTITY):
            self._blind.begin(since, "disconnected")
        if not self._disconnect_reason.done():
            self._disconnect_reason.set_result(reason)
