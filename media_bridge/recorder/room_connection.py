"""One connection of the recorder to the room, from joining to the final disconnect."""

import asyncio
import logging
import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from livekit import rtc

from domain.errors import Unavailable
from domain.presence.events import EventKind
from domain.record.capture_coverage import NO_PACKETS
from media_bridge.recorder.clock import SteadyClock, steady_seconds
from media_bridge.recorder.deaf_tracks import UNHEARD_SECONDS, DeafTracks, Remedy
from media_bridge.recorder.event_reporter import BlindSpan, EventReporter
from media_bridge.recorder.room_events import RoomEventListener, is_machine
from media_bridge.recorder.segment_writer import SegmentWriter, TrackLabel
from media_bridge.recorder.track_recorder import TrackRecorder

CONNECT_SECONDS = 15.0
EXIT_CONNECT_HUNG = 75
_CONNECT_ATTEMPT_SECONDS = 3.0  # for each of the several attempts that the SDK makes to connect
_LEAVE_SECONDS = 3.0
_DEAD_STREAM_SECONDS = 3.0
_UNSUBSCRIBED_SECONDS = 0.3
_STARVED_SECONDS = 4.0  # a silent participant still sends a packet several times a second
_MEDIA_SURVIVES = timedelta(seconds=5)  # if the signal connection resumes within this, media never stopped
_ANNOUNCED_WITHIN = timedelta(seconds=1)
_LATE_JOIN = timedelta(seconds=2)
# Audio tracks of one person that are recorded at a time: a microphone, the sound of a shared screen, and each once more
# from a connection that has just been lost.
_MOST_AUDIO_TRACKS = 4

Reason = rtc.DisconnectReason
_log = logging.getLogger(__name__)


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
        deaf_tracks: DeafTracks,
    ) -> None:
        self._deaf_tracks = deaf_tracks
        self._segment_seconds, self._clock, self._reporter = segment_seconds, clock, reporter
        self._room_events, self._segment_writer, self._blind = room_events, segment_writer, blind
        self._room = rtc.Room()
        self._tracks: dict[str, TrackRecorder] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._disconnect_reason: asyncio.Future[Reason.ValueType | None] = (
            asyncio.get_running_loop().create_future()
        )
        self._starved = False
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

    @property
    def receives(self) -> bool:
        """Whether packets come, if anybody is unmuted."""
        return not self._starved

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
        """Waits for the final disconnect and returns its reason.

        Returns None when `stop` is set first, and when the room has to be joined again to hear a track.
        """
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

    async def look_after_tracks(self) -> Remedy | None:
        """Sees to it that every published track is heard; returns what it has tried for one that is not.

        After RECONNECT, `stay` returns. NEW_RECORDER is left to the caller.
        """
        now, publications = steady_seconds(), self._audio_publications()
        unheard = {
            sid for sid, (publication, _) in publications.items() if self._is_unheard(sid, publication)
        }
        for sid, since in self._deaf_tracks.look(unheard, now).items():
            if sid in publications and now - since > UNHEARD_SECONDS:
                self._room_events.report_unheard(publications[sid][1].identity, sid, since, now)
        due = self._deaf_tracks.remedy(now)
        if due is not None:
            remedy, tracks = due
            _log.warning("tracks are not heard: %s", remedy.name)
            if remedy == Remedy.RECONNECT:
                self._reconnect()
            elif remedy == Remedy.SUBSCRIBE_AGAIN:
                await self._subscribe_again(tracks)
        self._end_blind_span()
        self._room_events.report_unpublished_tracks(self._track_sids())
        self._room_events.report_late()
        return due[0] if due else None

    async def look_for_packets(self) -> None:
        """Opens a blind span when no packet of anybody has come for some seconds, and ends it with the next one.

        Frames come all the same: they are silence, made up by the native library.
        """
        publications = self._audio_publications()
        unmuted = [
            recorder
            for sid, recorder in self._tracks.items()
            if sid in publications and not publications[sid][0].muted
        ]
        if any(await asyncio.gather(*(recorder.look_for_packets() for recorder in unmuted))):
            if self._starved:
                self._starved = False
                self._blind.end(self._clock.now())
        elif unmuted:
            last = max(recorder.last_packet_at for recorder in unmuted)
            if not self._starved and steady_seconds() - last > _STARVED_SECONDS:
                self._starved = True
                self._blind.begin(self._clock.at(last), NO_PACKETS)

    async def report_concealment(self) -> None:
        """Reports how much of each track was concealed since the last call."""
        for recorder in list(self._tracks.values()):
            with suppress(Unavailable):
                counters = await recorder.counters_since_last_call()
                if counters is not None and counters.packets:
                    self._room_events.report_concealment(recorder.label, counters)

    def _is_unheard(self, sid: str, publication: rtc.RemoteTrackPublication) -> bool:
        recorder = self._tracks.get(sid)
        if recorder is not None:
            return recorder.silent_for > _DEAD_STREAM_SECONDS  # muted tracks have frames too
        return not publication.muted

    def _reconnect(self) -> None:
        if not self._disconnect_reason.done():
            self._blind.begin(self._clock.now(), "unheard_track")
            self._disconnect_reason.set_result(None)

    async def _subscribe_again(self, sids: AbstractSet[str]) -> None:
        publications = self._audio_publications()
        found = {sid: publications[sid] for sid in sids if sid in publications}
        for sid, (publication, _) in found.items():
            await self._finish(sid)
            publication.set_subscribed(False)
        await asyncio.sleep(_UNSUBSCRIBED_SECONDS)
        for publication, _ in found.values():
            publication.set_subscribed(True)
        if found:
            self._room_events.report_subscribed_again(len(found))

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
        """The audio tracks to record: the first few of each person."""
        return {
            publication.sid: (publication, participant)
            for participant in self._room.remote_participants.values()
            for publication in islice(_audio(participant), _MOST_AUDIO_TRACKS)
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
        self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if publication.kind != rtc.TrackKind.KIND_AUDIO:
            return
        if publication.sid in self._audio_publications():
            publication.set_subscribed(True)
        else:  # it is recorded once one of the person's other tracks is gone
            self._room_events.report_cut(participant.identity, "audio tracks")

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
        if self.connected and not self._starved and self._blind.since is not None:
            first_sample = self.open_since if self._tracks else None
            if first_sample is not None or not self._audio_publications():
                self._blind.end(max(first_sample or self._connected_at, self._connected_at))

    def _disconnected(self, reason: Reason.ValueType) -> None:
        since = self._reconnecting_since or self._clock.now()
        if reason not in (Reason.CLIENT_INITIATED, Reason.ROOM_DELETED, Reason.DUPLICATE_IDENTITY):
            self._blind.begin(since, "disconnected")
        if not self._disconnect_reason.done():
            self._disconnect_reason.set_result(reason)


def _audio(participant: rtc.RemoteParticipant) -> Iterator[rtc.RemoteTrackPublication]:
    """The audio tracks of a person, in the order in which they were published."""
    for publication in participant.track_publications.values():
        if publication.kind == rtc.TrackKind.KIND_AUDIO:
            yield publication
