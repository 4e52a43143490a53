"""Stored audio as evidence of presence."""

from typing import Any
from uuid import UUID

import pytest

from domain.presence.attendance import fold_attendance
from domain.presence.events import EventKind, SessionEvent
from domain.presence.stored_sound import sound_events
from domain.record.capture_coverage import NO_PACKETS
from domain.record.recording import AudioSegment
from tests.domain.session_events import at, event, joined, remade

pytestmark = pytest.mark.unit

HOUR = 3600


def segment(start: float, seconds: float) -> AudioSegment:
    return AudioSegment(
        organization_id=UUID(int=1),
        session_id=UUID(int=2),
        identity="ana",
        participant_sid="PA_1",
        track_sid="TR_1",
        recorder_id="r",
        seq=0,
        started_at=at(start),
        samples=round(seconds * 16_000),
        sample_rate=16_000,
        codec="flac",
        key=f"{start}.flac",
        sha256="",
        size=1,
    )


def sound(*segments: AudioSegment, recorded: tuple[SessionEvent, ...] = ()) -> list[SessionEvent]:
    return sound_events(segments, recorded, at(0), at(HOUR))


def test_a_segment_is_evidence_to_its_last_sample() -> None:
    ana = fold_attendance(sound(segment(0, 30), segment(30, 12.5)), until=at(HOUR))["ana"]

    assert ana.seconds == 42.5


def test_silence_that_was_stored_while_no_packets_came_is_no_evidence() -> None:
    """The media server died after 40 seconds; the recorder went on with silence until it noticed."""
    span: dict[str, Any] = {"from": at(40).isoformat(), "until": at(54).isoformat(), "reason": NO_PACKETS}
    recorded = (joined("ana", "PA_1", 0), event(EventKind.CAPTURE_BLIND, 40, **span), remade(60))
    heard = sound(segment(0, 30), segment(30, 24), recorded=recorded)

    assert fold_attendance([*recorded, *heard], until=at(HOUR))["ana"].seconds == 40


def test_segments_of_another_age_are_no_evidence() -> None:
    assert sound(segment(-5 * HOUR, 30), segment(57 * 365 * 24 * HOUR, 30)) == []
