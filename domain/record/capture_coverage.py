"""How much of a class was recorded: what is stored, against who was present and unmuted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.intervals import Interval, difference, intersection, merged, total_seconds
from domain.presence.attendance import fold_attendance
from domain.presence.engagement import unmuted_tracks
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.recording import AudioSegment

# A recording counts as complete from this share of what was to be heard on.
COMPLETE_SHARE = 0.95
# The reason of a blind span in which segments are stored, but hold silence in place of what was said.
NO_PACKETS = "no_packets"
# Shorter than this, a span is not counted as unheard: LiveKit's times are accurate to a second.
TOLERANCE = timedelta(seconds=2)


@dataclass(frozen=True)
class Gap:
    """A span of the class of which at least one unmuted participant is not in the record."""

    start: datetime
    end: datetime
    speakers: tuple[str, ...]  # identities of those who are missing in all or part of it

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True)
class TrackCoverage:
    """What is stored of one microphone track: seconds in which it was unmuted, and of these, those that are stored."""

    identity: str
    track_sid: str
    expected_seconds: float
    heard_seconds: float


@dataclass(frozen=True)
class Coverage:
    """What is stored of a class. Seconds are summed over the participants who were unmuted."""

    expected_seconds: float
    heard_seconds: float
    unheard: Mapping[str, tuple[Interval, ...]]  # by identity of the speaker
    recorder_came: bool
    tracks: tuple[TrackCoverage, ...]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The spans in which somebody is missing, in order of time."""
        spans = [(span, who) for who, unheard in self.unheard.items() for span in unheard]
        return tuple(
            Gap(
                whole.start,
                whole.end,
                tuple(sorted({who for span, who in spans if whole.start <= span.start <= whole.end})),
            )
            for whole in merged(span for span, _ in spans)
        )

    def unheard_within(self, span: Interval) -> Mapping[str, float]:
        """Seconds that are missing in a span, by identity of the speaker; speakers that miss nothing are left out."""
        missing = {who: total_seconds(intersection(unheard, [span])) for who, unheard in self.unheard.items()}
        return {who: seconds for who, seconds in missing.items() if seconds > 0}

    @property
    def share(self) -> float:
        """The share of what was to be heard that is stored, 0 to 1. Where nobody was unmuted, all of it."""
        if self.expected_seconds > 0:
            return self.heard_seconds / self.expected_seconds
        return 1.0 if self.recorder_came else 0.0

    @property
    def unheard_seconds(self) -> float:
        """Seconds of class of which somebody is missing."""
        return sum(gap.seconds for gap in self.gaps)


def capture_coverage(
    events: Sequence[SessionEvent], segments: Iterable[AudioSegment], live: Interval
) -> Coverage:
    """What the stored segments hold of the class, between its beginning and its end or now."""
    stored = _stored_intervals(segments, spans_without_packets(events))
    expected_seconds, heard_seconds = 0.0, 0.0
    unheard: dict[str, list[Interval]] = defaultdict(list)
    tracks = []
    for identity, track_sid, unmuted in _unmuted(events, live):
        missing = [
            span
            for span in difference(unmuted, stored.get(track_sid, ()))
            if span.end - span.start >= TOLERANCE
        ]
        expected = total_seconds(unmuted)
        expected_seconds += expected
        heard_seconds += (heard := expected - total_seconds(missing))
        tracks.append(TrackCoverage(identity, track_sid, expected, heard))
        if missing:
            unheard[identity] += missing
    recorder_came = any(event.kind == EventKind.CAPTURE_STARTED for event in events)
    by_speaker = {identity: merged(spans) for identity, spans in unheard.items()}
    return Coverage(expected_seconds, heard_seconds, by_speaker, recorder_came, tuple(tracks))


def _unmuted(
    events: Sequence[SessionEvent], live: Interval
) -> Iterable[tuple[str, str, tuple[Interval, ...]]]:
    """Identity, track and the time of the class in which the participant was present and the microphone unmuted."""
    by_identity: dict[str, list[SessionEvent]] = defaultdict(list)
    for event in sorted(events, key=lambda e: (e.occurred_at, e.source_id)):
        if event.identity and not event.hidden:
            by_identity[event.identity].append(event)
    for identity, attended in fold_attendance(events, until=live.end).items():
        present = intersection(attended.intervals, [live])
        tracks = unmuted_tracks(by_identity.get(identity, ()), "microphone", live.end)
        for track_sid, unmuted in tracks.items():
            yield identity, track_sid, intersection(unmuted, present)


def _stored_intervals(
    segments: Iterable[AudioSegment], without_packets: Sequence[Interval]
) -> Mapping[str, tuple[Interval, ...]]:
    by_track: dict[str, list[Interval]] = defaultdict(list)
    for segment in segments:
        by_track[segment.track_sid].append(Interval(segment.started_at, segment.ended_at))
    return {track: difference(stored, without_packets) for track, stored in by_track.items()}


def spans_without_packets(events: Iterable[SessionEvent]) -> list[Interval]:
    """The time in which no packet of anybody came, so that the stored segments hold made up silence."""
    return [
        Interval(datetime.fromisoformat(e.data["from"]), datetime.fromisoformat(e.data["until"]))
        for e in events
        if e.source == EventSource.CAPTURE
        and e.kind == EventKind.CAPTURE_BLIND
        and e.data.get("reason") == NO_PACKETS
    ]
