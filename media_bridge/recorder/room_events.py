"""Reports what participants do in the room as session events: tracks, muting, speech, chat, raised hands."""

import asyncio
import json
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from livekit import rtc

from domain.people.roles import HAND_TOPIC
from domain.presence.chat import chat_data, chat_source_id
from domain.presence.events import EventKind
from media_bridge.recorder.allowance import Allowance
from media_bridge.recorder.clock import SteadyClock, steady_seconds
from media_bridge.recorder.event_reporter import EventReporter
from media_bridge.recorder.segment_writer import TrackLabel
from media_bridge.recorder.track_statistics import AudioCounters
from media_bridge.recorder.voice_activity import SpeechSpan

CHAT_TOPIC = "lk.chat"
_CHAT_SECONDS = 10.0
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
class _PublishedTrack:
    """A track that was reported as published."""

    identity: str
    participant_sid: str
    hidden: bool
    source: str
    muted: bool
    left_at: datetime | None = None


@dataclass(frozen=True)
class _Hand:
    participant: rtc.Participant  # who announced it last
    raised: bool


class RoomEventListener:
    """Turns the room's callbacks into session events.

    It outlives a Room object: it remembers tracks and raised hands, so that a reconnect does not report them again.
    """

    def __init__(self, reporter: EventReporter, clock: SteadyClock) -> None:
        self._reporter, self._clock = reporter, clock
        self._tracks: dict[str, _PublishedTrack] = {}
        self._quality: dict[str, str] = {}
        # By identity, since a page announces a hand that is still up on each new connection.
        self._hands: dict[str, _Hand] = {}
        self._reported_hands: dict[str, bool] = {}
        self._hand_allowance = Allowance(burst=20, seconds=10.0)
        self._chat_allowance = Allowance(burst=30, seconds=2.0)  # as of the API, per link
        self._tasks: set[asyncio.Task[None]] = set()

    def listen(self, room: rtc.Room) -> None:
        """Registers for the callbacks of a room; called before it connects."""
        room.on("track_published", self.published)
        room.on("track_unpublished", self._unpublished)
        room.on("track_muted", lambda participant, track: self._mute_changed(participant, track, True))
        room.on("track_unmuted", lambda participant, track: self._mute_changed(participant, track, False))
        room.on("connection_quality_changed", self._quality_changed)
        room.on("data_received", self._data_received)
        room.register_text_stream_handler(
            CHAT_TOPIC, lambda reader, who: self._chat_received(room, reader, who)
        )

    def published(self, track: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        """Reports a newly published track; for a known one, only a changed mute state."""
        if (track_state := self._tracks.get(track.sid)) is None:
            source, machine = source_name(track), is_machine(participant)
            self._tracks[track.sid] = _PublishedTrack(
                participant.identity, participant.sid, machine, source, track.muted
            )
            self._report_track_event(EventKind.TRACK_PUBLISHED, track.sid, muted=track.muted)
        else:
            track_state.left_at = None
            self._mute_changed(participant, track, track.muted)

    def report_unpublished_tracks(self, present: AbstractSet[str]) -> None:
        """Reports tracks as unpublished that have been missing for longer than the grace period.

        `present` holds the sids of the tracks in the room. Called only while connected.
        """
        now = self._clock.now()
        for sid, track in list(self._tracks.items()):
            if sid in present:
                track.left_at = None
            elif track.left_at is None:
                track.left_at = now
            elif now - track.left_at > _UNPUBLISH_GRACE:
                self._report_track_event(EventKind.TRACK_UNPUBLISHED, sid, at=track.left_at)
                del self._tracks[sid]

    def report_speech(self, label: TrackLabel, span: SpeechSpan) -> None:
        """Reports a span of speech. `seconds` counts voiced time; `until` is the end of the span with its pauses."""
        self._reporter.report(
            EventKind.TALK,
            identity=label.identity,
            at=self._clock.at(span.started),
            participant_sid=label.participant_sid,
            track_sid=label.track_sid,
            seconds=span.voiced_seconds,
            until=self._clock.at(span.ended).isoformat(),
        )

    def report_unheard(self, identity: str, track_sid: str, since: float, until: float) -> None:
        """Reports the clock seconds between which a published track was not heard, once it is heard again."""
        span = {"from": self._clock.at(since).isoformat(), "until": self._clock.at(until).isoformat()}
        self._reporter.report_capture_event(
            EventKind.CAPTURE_BLIND,
            at=self._clock.at(since),
            track_sid=track_sid,
            reason="unheard_track",
            speaker=identity,
            **span,
        )

    def report_concealment(self, label: TrackLabel, counters: AudioCounters) -> None:
        """Reports the counters in samples at 48 kHz. `total_samples` excludes `silent_samples`, never sent."""
        self._reporter.report(
            EventKind.AUDIO_CONCEALED,
            identity=label.identity,
            participant_sid=label.participant_sid,
            track_sid=label.track_sid,
            concealed_samples=counters.concealed,
            silent_samples=counters.silent,
            total_samples=max(0, counters.samples - counters.silent),
            packets=counters.packets,
        )

    def _unpublished(self, track: rtc.RemoteTrackPublication, _participant: rtc.RemoteParticipant) -> None:
        if (track_state := self._tracks.get(track.sid)) is not None:
            track_state.left_at = self._clock.now()

    def _mute_changed(self, _participant: rtc.Participant, track: rtc.TrackPublication, muted: bool) -> None:
        track_state = self._tracks.get(track.sid)
        if track_state is not None and track_state.muted != muted:
            track_state.muted = muted
            self._report_track_event(EventKind.TRACK_MUTED if muted else EventKind.TRACK_UNMUTED, track.sid)

    def _report_track_event(
        self, kind: EventKind, sid: str, *, at: datetime | None = None, **data: Any
    ) -> None:
        track = self._tracks[sid]
        self._reporter.report(
            kind,
            identity=track.identity,
            at=at,
            participant_sid=track.participant_sid,
            track_sid=sid,
            hidden=track.hidden,
            source=track.source,
            **data,
        )

    def _quality_changed(self, participant: rtc.Participant, quality: rtc.ConnectionQuality) -> None:
        level = _QUALITY.get(quality)
        if participant is None or isinstance(participant, rtc.LocalParticipant) or level is None:
            return
        if self._quality.get(participant.sid) != level:
            self._quality[participant.sid] = level
            self._report_participant_event(EventKind.QUALITY, participant, level=level)

    def _data_received(self, packet: rtc.DataPacket) -> None:
        if packet.topic != HAND_TOPIC or packet.participant is None:
            return
        try:
            raised = json.loads(packet.data)["raised"]
        except (ValueError, TypeError, KeyError):
            return
        participant = packet.participant
        if isinstance(raised, bool):
            self._hands[participant.identity] = _Hand(participant, raised)
            self._report_hand(participant.identity)

    def _report_hand(self, identity: str) -> None:
        """Reports a hand that is not as it was reported last; if it changes all the time, only now and then."""
        hand = self._hands[identity]
        if hand.raised == self._reported_hands.get(identity, False):
            return
        if self._hand_allowance.take(identity, steady_seconds()):
            self._reported_hands[identity] = hand.raised
            kind = EventKind.HAND_RAISED if hand.raised else EventKind.HAND_LOWERED
            self._report_participant_event(kind, hand.participant)

    def report_late_hands(self) -> None:
        """Reports hands whose last change came too soon after others. Called regularly."""
        for identity in self._hands:
            self._report_hand(identity)

    def _chat_received(self, room: rtc.Room, reader: rtc.TextStreamReader, identity: str) -> None:
        if not self._chat_allowance.take(identity, steady_seconds()):
            return
        participant = room.remote_participants.get(identity)
        task = asyncio.create_task(self._read_chat(reader, identity, participant))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read_chat(
        self, reader: rtc.TextStreamReader, identity: str, participant: rtc.RemoteParticipant | None
    ) -> None:
        at = self._clock.now()
        with suppress(TimeoutError, ConnectionError):
            data = chat_data(reader.info.stream_id, await asyncio.wait_for(reader.read_all(), _CHAT_SECONDS))
            self._reporter.report(
                EventKind.CHAT,
                identity=identity,
                at=at,
                participant_sid=participant.sid if participant else None,
                hidden=participant is not None and is_machine(participant),
                source_id=chat_source_id(identity, data["message_id"]),
                **data,
            )

    def _report_participant_event(self, kind: EventKind, participant: rtc.Participant, **data: Any) -> None:
        self._reporter.report(
            kind,
            identity=participant.identity,
            participant_sid=participant.sid,
            hidden=is_machine(participant),
            **data,
        )


def is_machine(participant: rtc.Participant) -> bool:
    """Whether the participant is an agent or an egress, not a person."""
    return participant.kind in _MACHINES


def source_name(track: rtc.TrackPublication) -> str:
    """The track's source as LiveKit's server names it: "microphone", "camera", "screen_share" and so on."""
    return (
        rtc.TrackSource.Name(track.source)
        .removeprefix("SOURCE_")
        .replace("SCREENSHARE", "SCREEN_SHARE")
        .lower()
    )
