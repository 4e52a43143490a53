"""Engagement as the room shows it: observable acts, told as session events."""

import asyncio
import json
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from livekit import rtc

from domain.presence.events import EventKind
from media_bridge.recorder.archive import TrackLabel
from media_bridge.recorder.clock import RoomClock
from media_bridge.recorder.journal import Journal
from media_bridge.recorder.statistics import Heard
from media_bridge.recorder.talk import Stretch

CHAT_TOPIC = "lk.chat"
HAND_TOPIC = "homeroom.hand"  # data message {"raised": bool} of the join page
_CHAT_SECONDS, _CHAT_CHARACTERS = 10.0, 4000
_UNPUBLISH_GRACE = timedelta(seconds=3)  # a reconnecting SDK takes all tracks away and brings them back

_QUALITY = {
    rtc.ConnectionQuality.QUALITY_POOR: "poor",
    rtc.ConnectionQuality.QUALITY_GOOD: "good",
    rtc.ConnectionQuality.QUALITY_EXCELLENT: "excellent",
    rtc.ConnectionQuality.QUALITY_LOST: "lost",
}
_MACHINES = frozenset(
    {rtc.ParticipantKind.PARTICIPANT_KIND_AGENT, rtc.ParticipantKind.PARTICIPANT_KIND_EGRESS}
)


@dataclass
class _Track:
    """A track told as published."""

    identity: str
    participant_sid: str
    hidden: bool
    source: str
    muted: bool
    left_at: datetime | None = None


class Signals:
    """Turns the room's callbacks into journal entries. It outlives a Room object: what it knows of tracks and hands
    keeps a reconnect from being told as news."""

    def __init__(self, journal: Journal, clock: RoomClock) -> None:
        self._journal, self._clock = journal, clock
        self._tracks: dict[str, _Track] = {}
        self._quality: dict[str, str] = {}
        self._hands: dict[str, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def listen(self, room: rtc.Room) -> None:
        """Hooks into a room that is about to connect."""
        room.on("track_published", self.published)
        room.on("track_unpublished", self._unpublished)
        room.on("track_muted", lambda person, track: self._mute(person, track, True))
        room.on("track_unmuted", lambda person, track: self._mute(person, track, False))
        room.on("connection_quality_changed", self._quality_changed)
        room.on("data_received", self._data)
        room.register_text_stream_handler(CHAT_TOPIC, lambda reader, who: self._chat(room, reader, who))

    def published(self, track: rtc.RemoteTrackPublication, person: rtc.RemoteParticipant) -> None:
        if (known := self._tracks.get(track.sid)) is None:
            source, machine = source_name(track), is_machine(person)
            self._tracks[track.sid] = _Track(person.identity, person.sid, machine, source, track.muted)
            self._track(EventKind.TRACK_PUBLISHED, track.sid, muted=track.muted)
        else:
            known.left_at = None
            self._mute(person, track, track.muted)

    def settle(self, present: AbstractSet[str]) -> None:
        """Tells which tracks are gone, given the sids of those in the room. Called while connected only."""
        now = self._clock.now()
        for sid, track in list(self._tracks.items()):
            if sid in present:
                track.left_at = None
            elif track.left_at is None:
                track.left_at = now
            elif now - track.left_at > _UNPUBLISH_GRACE:
                self._track(EventKind.TRACK_UNPUBLISHED, sid, at=track.left_at)
                del self._tracks[sid]

    def talked(self, label: TrackLabel, stretch: Stretch) -> None:
        """`seconds` are the voiced ones; the stretch with its pauses ends at `until`."""
        self._journal.tell(
            EventKind.TALK,
            identity=label.identity,
            at=self._clock.at(stretch.started),
            participant_sid=label.participant_sid,
            track_sid=label.track_sid,
            seconds=stretch.voiced_seconds,
            until=self._clock.at(stretch.ended).isoformat(),
        )

    def heard(self, label: TrackLabel, heard: Heard) -> None:
        """Counts are samples at 48 kHz. `silent_samples`, for which nothing was sent, are not in the total."""
        self._journal.tell(
            EventKind.AUDIO_CONCEALED,
            identity=label.identity,
            participant_sid=label.participant_sid,
            track_sid=label.track_sid,
            concealed_samples=heard.concealed,
            silent_samples=heard.silent,
            total_samples=max(0, heard.samples - heard.silent),
            packets=heard.packets,
        )

    def _unpublished(self, track: rtc.RemoteTrackPublication, _person: rtc.RemoteParticipant) -> None:
        if (known := self._tracks.get(track.sid)) is not None:
            known.left_at = self._clock.now()

    def _mute(self, _person: rtc.Participant, track: rtc.TrackPublication, muted: bool) -> None:
        known = self._tracks.get(track.sid)
        if known is not None and known.muted != muted:
            known.muted = muted
            self._track(EventKind.TRACK_MUTED if muted else EventKind.TRACK_UNMUTED, track.sid)

    def _track(self, kind: EventKind, sid: str, *, at: datetime | None = None, **data: Any) -> None:
        track = self._tracks[sid]
        self._journal.tell(
            kind,
            identity=track.identity,
            at=at,
            participant_sid=track.participant_sid,
            track_sid=sid,
            hidden=track.hidden,
            source=track.source,
            **data,
        )

    def _quality_changed(self, person: rtc.Participant, quality: rtc.ConnectionQuality) -> None:
        level = _QUALITY.get(quality)
        if person is None or isinstance(person, rtc.LocalParticipant) or level is None:
            return
        if self._quality.get(person.sid) != level:
            self._quality[person.sid] = level
            self._of(EventKind.QUALITY, person, level=level)

    def _data(self, packet: rtc.DataPacket) -> None:
        if packet.topic != HAND_TOPIC or packet.participant is None:
            return
        try:
            raised = json.loads(packet.data)["raised"]
        except (ValueError, TypeError, KeyError):
            return
        person = packet.participant
        if isinstance(raised, bool) and self._hands.get(person.sid, False) != raised:
            self._hands[person.sid] = raised
            self._of(EventKind.HAND_RAISED if raised else EventKind.HAND_LOWERED, person)

    def _chat(self, room: rtc.Room, reader: rtc.TextStreamReader, identity: str) -> None:
        person = room.remote_participants.get(identity)
        task = asyncio.create_task(self._read_chat(reader, identity, person))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read_chat(
        self, reader: rtc.TextStreamReader, identity: str, person: rtc.RemoteParticipant | None
    ) -> None:
        at = self._clock.now()
        with suppress(TimeoutError, ConnectionError):
            text = await asyncio.wait_for(reader.read_all(), _CHAT_SECONDS)
            self._journal.tell(
                EventKind.CHAT,
                identity=identity,
                at=at,
                participant_sid=person.sid if person else None,
                hidden=person is not None and is_machine(person),
                text=text[:_CHAT_CHARACTERS],
            )

    def _of(self, kind: EventKind, person: rtc.Participant, **data: Any) -> None:
        self._journal.tell(
            kind,
            identity=person.identity,
            participant_sid=person.sid,
            hidden=is_machine(person),
            **data,
        )


def is_machine(person: rtc.Participant) -> bool:
    return person.kind in _MACHINES


def source_name(track: rtc.TrackPublication) -> str:
    """As LiveKit's server names it: "microphone", "camera", "screen_share"…"""
    return (
        rtc.TrackSource.Name(track.source)
        .removeprefix("SOURCE_")
        .replace("SCREENSHARE", "SCREEN_SHARE")
        .lower()
    )
