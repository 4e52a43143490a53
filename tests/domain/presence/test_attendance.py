"""Attendance computed from each kind of evidence."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.people.roles import capture_identity
from domain.presence.attendance import Attendance, fold_attendance
from domain.presence.connections import Provenance
from domain.presence.events import EventKind, EventSource, SessionEvent
from tests.domain.session_events import aborted, absent, at, event, finished, joined, left, remade, seen

CASE = Path(__file__).parent / "cases" / "attendance_aborted.json"
pytestmark = pytest.mark.unit


def attendance(*events: SessionEvent, until: float | None = 3600, who: str = "ana") -> Attendance:
    return fold_attendance(events, until=None if until is None else at(until))[who]


def test_announced_join_and_leave() -> None:
    ana = attendance(joined("ana", "PA_1", 10), left("ana", "PA_1", 100))

    (connection,) = ana.connections
    assert (ana.seconds, ana.present, ana.reconnects) == (90, False, 0)
    assert (connection.joined_by, connection.left_by) == (Provenance.ANNOUNCED, Provenance.ANNOUNCED)
    assert connection.reason == "client_initiated"


def test_an_open_connection_counts_until_now() -> None:
    ana = attendance(joined("ana", "PA_1", 10), until=70)

    assert (ana.seconds, ana.present, ana.last_left_at) == (60, True, None)
    assert ana.connections[0].left_by == Provenance.NONE


def test_without_until_an_open_connection_counts_to_its_last_sighting() -> None:
    assert (
        attendance(joined("ana", "PA_1", 10), event(EventKind.CHAT, 40, "ana", "PA_1"), until=None).seconds
        == 30
    )


def test_overlapping_connections_are_not_counted_twice() -> None:
    ana = attendance(
        joined("ana", "PA_1", 0),
        joined("ana", "PA_2", 50),
        left("ana", "PA_1", 60, "duplicate_identity"),
        left("ana", "PA_2", 100),
    )

    assert (ana.seconds, len(ana.intervals), ana.reconnects) == (100, 1, 1)
    assert ana.first_joined_at == at(0)
    assert ana.last_left_at == at(100)


def test_time_between_connections_is_not_counted() -> None:
    ana = attendance(
        joined("ana", "PA_1", 0), left("ana", "PA_1", 10), joined("ana", "PA_2", 50), left("ana", "PA_2", 60)
    )

    assert (ana.seconds, len(ana.intervals)) == (20, 2)


def test_a_lost_join_is_recovered_from_the_leave() -> None:
    (connection,) = attendance(left("ana", "PA_1", 100, since=10)).connections

    assert (connection.joined_at, connection.joined_by) == (at(10), Provenance.ANNOUNCED)


def test_a_lost_join_is_recovered_from_the_watch() -> None:
    (connection,) = attendance(seen("ana", "PA_1", 20, since=10)).connections

    assert (connection.joined_at, connection.joined_by) == (at(10), Provenance.OBSERVED)


def test_a_leave_without_any_earlier_event_is_attendance() -> None:
    ana = attendance(left("ana", "PA_1", 100))

    assert ana.seconds == 0
    assert ana.connections[0].joined_by == Provenance.INFERRED


def test_a_timed_out_connection_ends_with_its_last_packet() -> None:
    ana = attendance(joined("ana", "PA_1", 0), left("ana", "PA_1", 620, "connection_timeout"))

    assert ana.seconds == 600
    assert ana.connections[0].left_by == Provenance.INFERRED
    assert ana.connections[0].reason == "connection_timeout"


def test_speech_extends_a_timed_out_connection() -> None:
    talk = event(EventKind.TALK, 590, "ana", "PA_1", seconds=8, until=at(603).isoformat())
    ana = attendance(joined("ana", "PA_1", 0), talk, left("ana", "PA_1", 620, "connection_timeout"))

    assert ana.seconds == 603


def test_server_side_events_do_not_extend_a_timed_out_connection() -> None:
    ana = attendance(
        joined("ana", "PA_1", 0),
        event(EventKind.QUALITY, 610, "ana", "PA_1", level="lost"),
        event(EventKind.TRACK_UNPUBLISHED, 620, "ana", "PA_1", source=EventSource.WEBHOOK, track="TR_1"),
        left("ana", "PA_1", 620, "connection_timeout"),
    )

    assert ana.seconds == 600


def test_a_timeout_right_after_joining_gives_no_negative_time() -> None:
    assert attendance(joined("ana", "PA_1", 0), left("ana", "PA_1", 12, "connection_timeout")).seconds == 0


def test_a_connection_ends_when_the_watch_misses_it() -> None:
    (connection,) = attendance(joined("ana", "PA_1", 0), absent("ana", "PA_1", 300)).connections

    assert (connection.left_at, connection.left_by) == (at(300), Provenance.OBSERVED)
    assert connection.reason == "absent"


def test_recorder_events_after_the_watch_missed_it_count() -> None:
    chat = event(EventKind.CHAT, 305, "ana", "PA_1")
    (connection,) = attendance(joined("ana", "PA_1", 0), absent("ana", "PA_1", 300), chat).connections

    assert (connection.left_at, connection.left_by) == (at(305), Provenance.INFERRED)


def test_a_connection_seen_again_is_open() -> None:
    ana = attendance(
        joined("ana", "PA_1", 0), absent("ana", "PA_1", 300), seen("ana", "PA_1", 330, since=0), until=400
    )

    assert (ana.present, ana.seconds) == (True, 400)


def test_an_announced_leave_outweighs_the_watch() -> None:
    ana = attendance(
        joined("ana", "PA_1", 0),
        absent("ana", "PA_1", 300),
        left("ana", "PA_1", 306),
        seen("ana", "PA_1", 310, since=0),
    )

    assert (ana.seconds, ana.connections[0].left_by) == (306, Provenance.ANNOUNCED)
    assert ana.connections[0].end_announced


def test_a_server_crash_ends_its_connections() -> None:
    """Ana said nothing for ten minutes; that Ben was heard shows that the server, and so she, was there."""
    events = [
        joined("ana", "PA_1", 0),
        joined("ben", "PA_2", 0),
        event(EventKind.CHAT, 590, "ben", "PA_2"),
        remade(640),
        joined("ana", "PA_3", 642),
    ]
    ana = attendance(*events, until=700)

    assert ana.connections[0].left_at == at(590)
    assert ana.connections[0].left_by == Provenance.INFERRED
    assert (ana.connections[0].reason, ana.connections[0].end_announced) == ("room_ended", False)
    assert (ana.seconds, ana.present) == (590 + 58, True)
    assert not attendance(*events, who="ben").present


def test_a_join_just_before_the_recreation_is_recorded_counts() -> None:
    assert attendance(joined("ana", "PA_3", 641.95), remade(642)).present


def test_a_finished_room_ends_its_connections() -> None:
    (connection,) = attendance(joined("ana", "PA_1", 0), finished(500)).connections

    assert (connection.left_at, connection.left_by) == (at(500), Provenance.INFERRED)


def test_slightly_late_recorder_events_do_not_outlive_a_finished_room() -> None:
    late = event(EventKind.AUDIO_CONCEALED, 500.8, "ana", "PA_1", total_samples=48000, concealed_samples=0)

    assert attendance(joined("ana", "PA_1", 0), late, finished(500)).seconds == 500.8


def test_a_finished_room_does_not_end_later_connections() -> None:
    assert attendance(joined("ana", "PA_1", 510), finished(500), remade(505)).present


def test_a_connection_only_the_recorder_observed_ends_with_its_last_sighting() -> None:
    ana = attendance(event(EventKind.CHAT, 10, "ana", "PA_1"), event(EventKind.CHAT, 14, "ana", "PA_1"))

    assert (ana.seconds, ana.present) == (4, False)
    assert ana.connections[0].joined_by == Provenance.INFERRED


def test_an_aborted_connection_is_no_attendance() -> None:
    assert fold_attendance([aborted("ana", "PA_1", 5)], until=at(60)) == {}
    assert fold_attendance([aborted("ana", "PA_1", 5), seen("ana", "PA_1", 4, since=1)], until=at(60)) == {}


def case_event(start: datetime, values: dict[str, Any]) -> SessionEvent:
    kinds = {
        "participant.seen": EventKind.PARTICIPANT_SEEN,
        "track_published": EventKind.TRACK_PUBLISHED,
        "participant_connection_aborted": EventKind.PARTICIPANT_ABORTED,
    }
    source, kind, second = EventSource(values["source"]), kinds[values["kind"]], values["at_s"]
    occurred_at = start + timedelta(seconds=second)
    return SessionEvent(
        source, f"{kind}:{second}", kind, occurred_at, values["identity"], values["sid"], data={}
    )


def test_a_listener_whom_livekit_calls_aborted_attends_for_as_long_as_the_watch_sees_them() -> None:
    case = json.loads(CASE.read_text())
    start = datetime.fromisoformat(case["start"])
    events = [case_event(start, values) for values in case["events"]]
    listener = fold_attendance(events, until=start + timedelta(hours=1))["student-1"]

    assert listener.seconds == 2990
    (connection,) = listener.connections
    assert (connection.joined_by, connection.left_by) == (Provenance.OBSERVED, Provenance.OBSERVED)
    assert (connection.disputed, connection.reason) == (True, "aborted")
    assert not listener.present


def test_sightings_count_an_aborted_connection_only_if_they_last_longer_than_connecting_takes() -> None:
    def sighted(until: float) -> dict[str, Attendance]:
        events = [seen("ana", "PA_1", 10, since=2), absent("ana", "PA_1", until), aborted("ana", "PA_1", 90)]
        return fold_attendance(events, until=at(100))

    assert sighted(30) == {}
    assert sighted(40)["ana"].seconds == 38


@pytest.mark.parametrize(
    "proof",
    [
        event(EventKind.TRACK_PUBLISHED, 12, "ana", "PA_1", source=EventSource.WEBHOOK, track="TR_1"),
        event(EventKind.CHAT, 12, "ana", "PA_1"),
        event(EventKind.SOUND, 6, "ana", "PA_1", track="TR_1", until=at(12).isoformat()),
        event(EventKind.QUALITY, 12, "ana", None, source=EventSource.CLIENT, level="good"),
    ],
    ids=["track", "act", "sound", "statistics"],
)
def test_other_evidence_counts_an_aborted_connection(proof: SessionEvent) -> None:
    ana = attendance(seen("ana", "PA_1", 3, since=2), proof, aborted("ana", "PA_1", 14))

    assert (ana.seconds, ana.present) == (10, False)
    assert ana.connections[0].disputed


def test_statistics_of_a_browser_on_another_connection_do_not_count_an_aborted_one() -> None:
    statistics = event(EventKind.QUALITY, 12, "ana", None, source=EventSource.CLIENT, level="good")
    ana = attendance(
        seen("ana", "PA_1", 3, since=2), aborted("ana", "PA_1", 14), joined("ana", "PA_2", 10), statistics
    )

    assert [connection.sid for connection in ana.connections] == ["PA_2"]


def test_a_connection_that_is_still_listed_after_its_abort_is_open() -> None:
    ana = attendance(aborted("ana", "PA_1", 14), seen("ana", "PA_1", 40, since=2), until=60)

    assert (ana.seconds, ana.present) == (58, True)
    assert ana.connections[0].disputed


def test_a_speakers_stored_sound_extends_everybodys_attendance_to_the_crash() -> None:
    """The last look was eight seconds before the server died; Ben's segments end with its last packet."""
    events = [
        joined("ana", "PA_1", 0),
        joined("ben", "PA_2", 0),
        event(EventKind.SOUND, 570, "ben", "PA_2", track="TR_1", until=at(598).isoformat()),
        absent("ana", "PA_1", 590, with_room=True),
        absent("ben", "PA_2", 590, with_room=True),
        joined("ana", "PA_3", 619.5),
        remade(620),
    ]

    assert attendance(*events, until=620, who="ben").seconds == 598
    assert attendance(*events, until=619.5, who="ana").seconds == 598


def test_a_speaker_whose_webhooks_were_lost_attends_as_long_as_they_are_heard() -> None:
    sound = [
        event(EventKind.SOUND, 30 * n, "ana", "PA_1", until=at(30 * n + 30).isoformat()) for n in range(4)
    ]

    assert attendance(*sound).seconds == 120


def test_silence_that_the_decoder_makes_up_does_not_prolong_a_connection() -> None:
    made_up = event(EventKind.AUDIO_CONCEALED, 600, "ana", "PA_1", packets=0)
    heard = event(EventKind.AUDIO_CONCEALED, 590, "ana", "PA_1", packets=500)
    ana = attendance(joined("ana", "PA_1", 0), heard, made_up, remade(640))

    assert ana.seconds == 590


def test_an_end_of_an_earlier_room_ends_no_connection_of_the_next_one() -> None:
    """LiveKit tells of the first room's end when people are in the second one already."""
    ana = attendance(
        joined("ana", "PA_1", 10, room_sid="RM_1"),
        joined("ana", "PA_2", 40, room_sid="RM_2"),
        finished(55, room_sid="RM_1"),
        until=100,
    )

    assert (ana.seconds, ana.present) == (90, True)
    assert ana.connections[0].left_at == at(55)


def test_a_room_that_is_made_again_ends_the_connections_of_the_others() -> None:
    ana = attendance(
        joined("ana", "PA_1", 10, room_sid="RM_1"),
        joined("ana", "PA_2", 57.5, room_sid="RM_2"),
        remade(60, room_sid="RM_2"),
        until=100,
    )

    assert [connection.left_at for connection in ana.connections] == [at(10), None]


def test_a_visit_of_no_length_is_attendance() -> None:
    ana = attendance(joined("ana", "PA_1", 10), left("ana", "PA_1", 10, since=10))

    assert (ana.seconds, ana.first_joined_at, len(ana.connections)) == (0, at(10), 1)


@pytest.mark.parametrize("since", [-60 * 60 * 24 * 365 * 57, 60 * 60], ids=["1969", "later"])
def test_an_implausible_join_time_is_left_out(since: float) -> None:
    ana = attendance(seen("ana", "PA_1", 20, since=since), left("ana", "PA_1", 50, since=since))

    assert ana.seconds == 30


def test_machines_are_not_counted() -> None:
    recorder = capture_identity("0198")
    events = [
        joined("robot", "PA_1", 0, hidden=True),
        event(EventKind.TRACK_PUBLISHED, 3, "robot", "PA_1", track="TR_1"),
        joined(recorder, "PA_2", 0),
    ]

    assert fold_attendance(events, until=at(60)) == {}


def test_events_without_a_connection_are_ignored() -> None:
    quality = event(EventKind.QUALITY, 5, "ana", None, source=EventSource.CLIENT, level="good")

    assert fold_attendance([quality], until=at(60)) == {}
