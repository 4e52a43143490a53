"""The comparison of LiveKit's rooms with the record finds what to remake, to close and to record."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.presence.events import EventKind
from media_bridge.liveness import (
    ABORT_GRACE,
    CONFIRM_EVERY,
    Poll,
    RecordedConnection,
    Sighting,
    compare,
    orphans,
)
from media_bridge.rooms import Room, RoomParticipant

pytestmark = pytest.mark.unit

A, B = UUID(int=1), UUID(int=2)
T0 = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def person(sid: str, *, hidden: bool = False, joined: float = 0) -> RoomParticipant:
    return RoomParticipant(f"identity-{sid}", sid, "agent" if hidden else "standard", hidden, at(joined), ())


def poll(
    seconds: float,
    participants: Mapping[UUID, Sequence[RoomParticipant]],
    *,
    rooms: Sequence[UUID] | None = None,
) -> Poll:
    existing = [Room(s, f"RM_{s.int}", at(-3600)) for s in (participants if rooms is None else rooms)]
    return Poll(at(seconds), existing, participants)


def on_record(sid: str, *, session: UUID = A, seen: float = 0, room: str | None = None) -> RecordedConnection:
    return RecordedConnection(session, sid, f"identity-{sid}", at(seen), room)


def test_room_that_agrees_with_the_record_gives_no_findings() -> None:
    found = compare(poll(10, {A: [person("PA_1")]}), running={A}, recorded=[on_record("PA_1")])

    assert (found.remake, found.events) == ((), ())
    assert found.sightings == {"PA_1": Sighting(at(10))}


def test_missing_room_of_a_running_session_is_made_again() -> None:
    assert compare(poll(10, {A: []}), running={A, B}, recorded=[]).remake == (B,)


def test_room_without_a_running_session_may_be_forgotten_unless_new() -> None:
    old, young = Room(A, "RM_1", at(-3600)), Room(B, "RM_2", at(-5))

    assert orphans([old, young], set(), at(0)) == (A,)


def test_unannounced_connection_is_recorded_with_its_join_time() -> None:
    found = compare(poll(10, {A: [person("PA_1", joined=4)]}), running={A}, recorded=[])

    (recorded,) = found.events
    assert recorded.session_id == A
    assert recorded.event.kind == EventKind.PARTICIPANT_SEEN
    assert recorded.event.participant_sid == "PA_1"
    assert recorded.event.occurred_at == at(10)
    assert recorded.event.data["joined_at"] == at(4).isoformat()


def test_connection_announced_as_left_is_not_recorded_again_while_listed() -> None:
    found = compare(poll(10, {A: [person("PA_1")]}), running={A}, recorded=[], left={"PA_1"})

    assert found.events == ()


def test_hidden_recorder_is_not_counted_as_attendance() -> None:
    found = compare(poll(10, {A: [person("PA_R", hidden=True)]}), running={A}, recorded=[])

    assert (found.events, found.sightings) == ((), {})


def test_connections_of_a_missing_room_are_absent_since_last_seen() -> None:
    present = compare(poll(10, {A: [person("PA_1")]}), running={A}, recorded=[on_record("PA_1")])
    gone = compare(poll(20, {}), running={A}, recorded=[on_record("PA_1")], sightings=present.sightings)

    (recorded,) = gone.events
    assert gone.remake == (A,)
    assert recorded.event.kind == EventKind.PARTICIPANT_ABSENT
    assert recorded.event.occurred_at == at(10)


def test_restarted_watch_does_not_date_absences_in_a_missing_room() -> None:
    assert compare(poll(20, {}), running={A}, recorded=[on_record("PA_1")]).events == ()


def test_connection_missing_from_two_polls_is_absent_since_last_seen() -> None:
    present = compare(poll(10, {A: [person("PA_1")]}), running={A}, recorded=[on_record("PA_1")])
    missed = compare(
        poll(20, {A: []}), running={A}, recorded=[on_record("PA_1")], sightings=present.sightings
    )
    gone = compare(poll(30, {A: []}), running={A}, recorded=[on_record("PA_1")], sightings=missed.sightings)
    after = compare(poll(40, {A: []}), running={A}, recorded=[on_record("PA_1")], sightings=gone.sightings)

    assert missed.events == ()
    (recorded,) = gone.events
    assert recorded.event.kind == EventKind.PARTICIPANT_ABSENT
    assert recorded.event.occurred_at == at(10)
    assert after.events == ()


def test_connection_missing_from_one_poll_is_not_absent() -> None:
    missed = compare(poll(20, {A: []}), running={A}, recorded=[on_record("PA_1")])
    back = compare(
        poll(30, {A: [person("PA_1")]}),
        running={A},
        recorded=[on_record("PA_1")],
        sightings=missed.sightings,
    )
    missed_again = compare(
        poll(40, {A: []}), running={A}, recorded=[on_record("PA_1")], sightings=back.sightings
    )

    assert back.events == missed_again.events == ()


def test_connections_of_a_remade_room_are_absent_since_their_last_sign_of_life() -> None:
    first = compare(poll(20, {}, rooms=[]), running={A}, recorded=[on_record("PA_1", seen=12)])
    second = compare(
        poll(30, {A: [person("PA_2")]}),
        running={A},
        recorded=[on_record("PA_1", seen=12)],
        sightings=first.sightings,
    )

    assert first.remake == (A,)
    absent = [r.event for r in second.events if r.event.kind == EventKind.PARTICIPANT_ABSENT]
    assert [(e.participant_sid, e.occurred_at) for e in absent] == [("PA_1", at(12))]


def test_room_whose_participants_cannot_be_listed_gives_no_events() -> None:
    sightings: Mapping[str, Sighting] = {}
    for seconds in (10, 20, 30):
        found = compare(
            poll(seconds, {}, rooms=[A]),
            running={A},
            recorded=[on_record("PA_1")],
            sightings=sightings,
        )
        sightings = found.sightings
        assert found.events == ()


def test_connection_seen_again_after_an_absence_gets_a_new_event_id() -> None:
    """It is no longer recorded as open, so it counts as unannounced."""
    first = compare(poll(10, {A: [person("PA_1")]}), running={A}, recorded=[]).events[0].event
    again = compare(poll(60, {A: [person("PA_1")]}), running={A}, recorded=[]).events[0].event

    assert first.source_id != again.source_id


def test_comparing_one_poll_twice_gives_the_same_event_ids() -> None:
    one, two = (compare(poll(10, {A: [person("PA_1")]}), running={A}, recorded=[]) for _ in range(2))

    assert one.events == two.events


def test_an_open_connection_is_recorded_as_seen_now_and_then() -> None:
    """So that attendance does not depend on the memory of a watch."""
    second = CONFIRM_EVERY.total_seconds()
    early = compare(poll(second - 1, {A: [person("PA_1")]}), running={A}, recorded=[on_record("PA_1")])
    due = compare(poll(second, {A: [person("PA_1")]}), running={A}, recorded=[on_record("PA_1")])

    assert early.events == ()
    (recorded,) = due.events
    assert (recorded.event.kind, recorded.event.occurred_at) == (EventKind.PARTICIPANT_SEEN, at(second))


def test_sightings_name_the_room() -> None:
    (recorded,) = compare(poll(10, {A: [person("PA_1")]}), running={A}, recorded=[]).events

    assert recorded.event.room_sid == "RM_1"


def test_an_aborted_connection_is_absent_since_it_was_last_seen() -> None:
    present = compare(poll(10, {A: [person("PA_1")]}), running={A}, recorded=[on_record("PA_1")])
    gone = compare(
        poll(20, {A: []}),
        running={A},
        recorded=[],
        aborted=[on_record("PA_1", seen=15)],
        sightings=present.sightings,
    )
    after = compare(
        poll(30, {A: []}),
        running={A},
        recorded=[],
        aborted=[on_record("PA_1", seen=15)],
        sightings=gone.sightings,
    )

    (recorded,) = gone.events
    assert (recorded.event.kind, recorded.event.occurred_at) == (EventKind.PARTICIPANT_ABSENT, at(10))
    assert after.events == ()


def test_an_aborted_connection_is_recorded_again_if_it_stays_listed() -> None:
    grace = ABORT_GRACE.total_seconds()
    aborted = [on_record("PA_1", seen=5)]
    for second, events in ((5 + grace, 0), (6 + grace, 1)):
        found = compare(poll(second, {A: [person("PA_1")]}), running={A}, recorded=[], aborted=aborted)
        assert len(found.events) == events


def test_connections_of_another_room_than_the_listed_one_are_absent_at_once() -> None:
    here, there = on_record("PA_1", room="RM_0"), on_record("PA_2", room="RM_1")
    people = [person("PA_1"), person("PA_2")]
    first = compare(poll(10, {A: people}), running={A}, recorded=[here, there])
    second = compare(poll(20, {A: []}), running={A}, recorded=[here, there], sightings=first.sightings)

    (recorded,) = second.events
    assert (recorded.event.participant_sid, recorded.event.data) == ("PA_1", {"with_room": True})


def test_a_room_that_livekit_has_finished_counts_as_missing_while_it_is_listed() -> None:
    assert compare(poll(10, {A: []}), running={A}, recorded=[], finished_rooms={"RM_1"}).remake == (A,)
    assert compare(poll(10, {A: []}), running={A}, recorded=[], finished_rooms={"RM_0"}).remake == ()
