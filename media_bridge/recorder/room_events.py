"""Reports what participants do in the room as session events: tracks, muting, speech, chat, raised hands."""

import asyncio
import json
import logging
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from livekit import rtc

from domain.people.roles import HAND_TOPIC
from domain.presence.allowance import Allowance, LatestStates
from domain.presence.chat import chat_data, chat_source_id
from domain.presence.events import EventKind
from media_bridge.recorder.clock import SteadyClock, steady_seconds
from media_bridge.recorder.event_reporter import EventReporter
from media_bridge.recorder.segment_writer import TrackLabel
from media_bridge.recorder.track_statistics import AudioCounters
from media_bridge.recorder.voice_activity import SpeechSpan

CHAT_TOPIC = "lk.chat"
_log = logging.getLogger(__name__)
_CHAT_SECONDS = 10.0
_MOST_CHATS = 500  # of one person in a class
_MOST_TRACKS = 12  # of one person at a time
_MOST_SUBSCRIPTIONS = 20  # of a recorder to tracks that it does not hear
_LONGEST_HAND = 1000  # bytes of a packet that raises or lowers a hand
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
    left_at: datetime | None = None


class RoomEventListener:
    """Turns the room's callbacks into session events.

    It outlives a Room object: it remembers tracks and raised hands, so that a reconnect does not report them again.
    What one person causes is bounded. Of what changes all the time, the last state is reported.
    """

    def __init__(self, reporter: EventReporter, clock: SteadyClock) -> None:
        self._reporter, self._clock = reporter, clock
        self._tracks: dict[str, _PublishedTrack] = {}
        self._unreported: dict[str, tuple[rtc.RemoteTrackPublication, rtc.RemoteParticipant]] = {}
        # By identity, since a page announces a hand that is still up on each new connection.
        self._hands = LatestStates(self._report_hand)
        self._qualities = LatestStates(self._report_quality)  # by sid of the participant
        self._mutes = LatestStates(self._report_mute)  # by sid of the track
        self._participants: dict[str, rtc.Participant] = {}  # by identity and by sid, who reported last
        self._hand_allowance = Allowance(burst=20, seconds=10.0)
        self._quality_allowance = Allowance(burst=20, seconds=10.0)
        self._track_allowance = Allowance(burst=60, seconds=10.0)
        self._mute_allowance = Allowance(burst=40, seconds=3.0)
        self._chat_allowance = Allowance(burst=30, seconds=2.0, most=_MOST_CHATS)  # as of the API, per link
        self._cut: set[tuple[str, str]] = set()  # of whom which reports were left out
        self._subscribed_again = 0
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
        if (track_state := self._tracks.get(track.sid)) is not None:
            track_state.left_at = None
            self._mute_changed(participant, track, track.muted)
        elif self._may_publish(participant.identity):
            self._unreported.pop(track.sid, None)
            source, machine = source_name(track), is_machine(participant)
            self._tracks[track.sid] = _PublishedTrack(participant.identity, participant.sid, machine, source)
            self._report_track_event(EventKind.TRACK_PUBLISHED, track.sid, muted=track.muted)
            self._mutes.is_known(track.sid, track.muted)
        else:
            self._unreported[track.sid] = track, participant

    def report_unpublished_tracks(self, present: AbstractSet[str]) -> None:
        """Reports tracks as unpublished that have been missing for longer than the grace period.

        `present` holds the sids of the tracks in the room. Called only while connected.
        """
        now = self._clock.now()
        self._unreported = {sid: found for sid, found in self._unreported.items() if sid in present}
        for sid, track in list(self._tracks.items()):
            if sid in present:
                track.left_at = None
            elif track.left_at is None:
                track.left_at = now
            elif now - track.left_at > _UNPUBLISH_GRACE:
                self._report_track_event(EventKind.TRACK_UNPUBLISHED, sid, at=track.left_at)
                del self._tracks[sid]
                self._mutes.forget([sid])

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

    def report_subscribed_again(self, tracks: int) -> None:
        """Reports that it has subscribed again to so many tracks that it did not hear, the first times at least."""
        self._subscribed_again += 1
        if self._subscribed_again <= _MOST_SUBSCRIPTIONS:
            self._reporter.report_capture_event(EventKind.CAPTURE_SUBSCRIBED_AGAIN, tracks=tracks)

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
        if track.sid in self._tracks:
            self._mutes.change(track.sid, muted)

    def _report_mute(self, sid: str, muted: bool) -> bool:
        allowed = self._may(self._mute_allowance, self._tracks[sid].identity, "mutes")
        if allowed:
            self._report_track_event(EventKind.TRACK_MUTED if muted else EventKind.TRACK_UNMUTED, sid)
        return allowed

    def _may_publish(self, identity: str) -> bool:
        published = sum(track.identity == identity for track in self._tracks.values())
        if published >= _MOST_TRACKS:
            self.report_cut(identity, "tracks")
            return False
        return self._may(self._track_allowance, identity, "tracks")

    def _may(self, allowance: Allowance, identity: str, what: str) -> bool:
        allowed = allowance.take(identity, steady_seconds())
        if not allowed:
            self.report_cut(identity, what)
        return allowed

    def report_cut(self, identity: str, what: str) -> None:
        """Says once that not all events of a person are kept."""
        if (identity, what) not in self._cut:
            self._cut.add((identity, what))
            _log.warning("a participant causes more events than are kept: %s", what)
            self._reporter.report_capture_event(EventKind.REPORTS_CUT, speaker=identity, what=what)

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
        self._participants[participant.sid] = participant
        self._qualities.change(participant.sid, level)

    def _report_quality(self, sid: str, level: str) -> bool:
        participant = self._participants[sid]
        allowed = self._may(self._quality_allowance, participant.identity, "quality")
        if allowed:
            self._report_participant_event(EventKind.QUALITY, participant, level=level)
        return allowed

    def _data_received(self, packet: rtc.DataPacket) -> None:
        participant = packet.participant
        if packet.topic != HAND_TOPIC or participant is None or len(packet.data) > _LONGEST_HAND:
            return
        try:
            raised = json.loads(packet.data)["raised"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        if isinstance(raised, bool):
            self._participants[participant.identity] = participant
            self._hands.change(participant.identity, raised, unchanged=False)

    def _report_hand(self, identity: str, raised: bool) -> bool:
        allowed = self._may(self._hand_allowance, identity, "hands")
        if allowed:
            kind = EventKind.HAND_RAISED if raised else EventKind.HAND_LOWERED
            self._report_participant_event(kind, self._participants[identity])
        return allowed

    def report_late(self) -> None:
        """Reports the states whose last change came too soon after others. Called regularly."""
        self._hands.report_late()
        self._qualities.report_late()
        self._mutes.report_late()
        for track, participant in list(self._unreported.values()):
            self.published(track, participant)

    def _chat_received(self, room: rtc.Room, reader: rtc.TextStreamReader, identity: str) -> None:
        if not self._may(self._chat_allowance, identity, "chats"):
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
