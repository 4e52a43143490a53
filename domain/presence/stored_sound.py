"""Stored audio as evidence of presence: a segment shows that its speaker was in the room to its last packet.

Segments outlive what a killed recorder or a killed machine knew, and are stored when no webhook and no look of the
watch tells of the last seconds.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.intervals import Interval, difference
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.presence.plausible_times import AROUND_CLASS
from domain.record.capture_coverage import spans_without_packets
from domain.record.recording import AudioSegment


def sound_events(
    segments: Iterable[AudioSegment], recorded: Sequence[SessionEvent], starts_at: datetime, ends_at: datetime
) -> list[SessionEvent]:
    """The stored sound of a class that took place at these times; segments far from them have implausible times.

    `recorded` are the events of the class: they tell when no packets came, and silence was stored instead.
    """
    made_up = spans_without_packets(recorded)
    return [
        _event(segment, heard)
        for segment in segments
        if starts_at - AROUND_CLASS <= segment.started_at and segment.ended_at <= ends_at + AROUND_CLASS
        for heard in difference([Interval(segment.started_at, segment.ended_at)], made_up)
    ]


def _event(segment: AudioSegment, heard: Interval) -> SessionEvent:
    return SessionEvent(
        EventSource.CAPTURE,
        f"sound:{segment.key}:{heard.start.isoformat()}",
        EventKind.SOUND,
        heard.start,
        segment.identity,
        segment.participant_sid,
        segment.track_sid,
        data={"until": heard.end.isoformat()},
    )
