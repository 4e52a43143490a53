"""How much of a class was recorded, counted from what is stored."""

from uuid import UUID

import pytest

from domain.intervals import Interval
from domain.people.roles import capture_identity
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.capture_coverage import NO_PACKETS, Gap, capture_coverage
from domain.record.recording import AudioSegment
from tests.domain.session_events import at, event, joined

pytestmark = pytest.mark.unit

CLASS = Interval(at(0), at(600))
ID = UUID(int=1)
STARTED = event(EventKind.CAPTURE_STARTED, 0, capture_identity("0198"), hidden=True)


def microphone(
    identity: str,
    when: float,
    *,
    kind: EventKind = EventKind.TRACK_PUBLISHED,
    source: EventSource = EventSource.CAPTURE,
) -> SessionEvent:
    return SessionEvent(
        source=source,
        source_id=f"{kind}:{identity}:{when}",
        kind=kind,
        occurred_at=at(when),
        identity=identity,
        participant_sid=f"PA_{identity}",
        track_sid=f"TR_{identity}",
        data={"source": "microphone"},
    )


def blind_between(start: float, end: float, reason: str) -> SessionEvent:
    span = {"from": at(start).isoformat(), "until": at(end).isoformat()}
    return SessionEvent(
        EventSource.CAPTURE,
        f"blind:{start}",
        EventKind.CAPTURE_BLIND,
        at(start),
        capture_identity("0198"),
        hidden=True,
        data=span | {"reason": reason},
    )


def stored(identity: str, start: float, end: float) -> AudioSegment:
    samples = round((end - start) * 100)
    return AudioSegment(
        *(ID, ID, identity, f"PA_{identity}", f"TR_{identity}", "r", 0, at(start), samples, 100, "flac"),
        *(f"{identity}-{start}", "", 0),
    )


def test_a_class_of_which_everything_is_stored_has_no_gap() -> None:
    events = [STARTED, joined("ana", "PA_ana", 0), microphone("ana", 0)]
    coverage = capture_coverage(events, [stored("ana", 0.3, 300), stored("ana", 300, 600)], CLASS)

    assert coverage.share == 1
    assert coverage.gaps == ()


def test_what_is_not_stored_is_a_gap_whatever_the_recorder_says() -> None:
    """The recorder never reports that it missed something; its segments stay on a disk that nobody reads."""
    events = [STARTED, joined("ana", "PA_ana", 0), microphone("ana", 0)]
    coverage = capture_coverage(events, [stored("ana", 0, 120), stored("ana", 480, 600)], CLASS)

    assert coverage.gaps == (Gap(at(120), at(480), ("ana",)),)
    assert coverage.share == pytest.approx(0.4)
    assert coverage.unheard_seconds == 360


def test_what_the_recorder_believes_to_have_missed_and_is_stored_is_no_gap() -> None:
    """A frozen worker reports nothing, and its recorder goes on."""
    blind = blind_between(100, 128, "worker_lost")
    events = [STARTED, joined("ana", "PA_ana", 0), microphone("ana", 0), blind]

    assert capture_coverage(events, [stored("ana", 0, 600)], CLASS).share == 1


def test_silence_that_stands_for_packets_that_never_came_is_a_gap() -> None:
    blind = blind_between(100, 130, NO_PACKETS)
    events = [STARTED, joined("ana", "PA_ana", 0), microphone("ana", 0), blind]
    coverage = capture_coverage(events, [stored("ana", 0, 600)], CLASS)

    assert coverage.gaps == (Gap(at(100), at(130), ("ana",)),)


def test_one_voice_of_two_that_is_missing_is_a_gap() -> None:
    people = [joined("ana", "PA_ana", 0), joined("leo", "PA_leo", 0)]
    events = [STARTED, *people, microphone("ana", 0), microphone("leo", 0)]
    coverage = capture_coverage(events, [stored("ana", 0, 600), stored("leo", 0, 450)], CLASS)

    assert coverage.gaps == (Gap(at(450), at(600), ("leo",)),)
    assert coverage.share == pytest.approx(1050 / 1200)


def test_nothing_is_expected_of_those_who_are_muted_or_away() -> None:
    muted = microphone("leo", 60, kind=EventKind.TRACK_MUTED)
    events = [STARTED, joined("leo", "PA_leo", 0), microphone("leo", 0), muted]

    assert capture_coverage(events, [stored("leo", 0, 60)], CLASS).share == 1
    left = event(EventKind.PARTICIPANT_LEFT, 60, "leo", "PA_leo")
    events = [STARTED, joined("leo", "PA_leo", 0), microphone("leo", 0), left]
    assert capture_coverage(events, [stored("leo", 0, 60)], CLASS).share == 1


def test_a_class_without_a_recorder_is_not_recorded() -> None:
    """LiveKit's webhooks still say who was unmuted."""
    spoken = microphone("ana", 0, source=EventSource.WEBHOOK)
    coverage = capture_coverage([joined("ana", "PA_ana", 0), spoken], [], CLASS)

    assert coverage.share == 0
    assert coverage.gaps == (Gap(at(0), at(600), ("ana",)),)
    assert capture_coverage([joined("ana", "PA_ana", 0)], [], CLASS).share == 0


def test_a_class_in_which_nobody_was_unmuted_misses_nothing() -> None:
    assert capture_coverage([STARTED, joined("ana", "PA_ana", 0)], [], CLASS).share == 1


def test_gaps_of_several_people_at_once_are_one() -> None:
    people = [joined("ana", "PA_ana", 0), joined("leo", "PA_leo", 0)]
    events = [STARTED, *people, microphone("ana", 0), microphone("leo", 0)]
    segments = [
        stored("ana", 0, 100),
        stored("ana", 130, 600),
        stored("leo", 0, 110),
        stored("leo", 140, 600),
    ]

    (gap,) = capture_coverage(events, segments, CLASS).gaps
    assert gap == Gap(at(100), at(140), ("ana", "leo"))
