"""Findings of the comparison between LiveKit and the record."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.presence.events import EventKind
from media_bridge.liveness import KnownConnection, Poll, Sighting, compare
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
    have = [Room(s, f"RM_{s.int}", at(-3600)) for s in (participants if rooms is None else rooms)]
    return Poll(at(seconds), have, participants)


def known(sid: str, *, session: UUID = A, seen: float = 0) -> KnownConnection:
    return KnownConnection(session, sid, f"identity-{sid}", at(seen))


def test_nothing_to_do_when_room_and_record_agree() -> None:
    found = compare(poll(10, {A: [person("PA_1")]}), running={A}, known=[known("PA_1")])

    assert (found.remake, found.close, found.events) == ((), (), ())
    assert found.memory == {"PA_1": Sighting(at(10))}


def test_a_forgotten_room_is_made_again() -> None:
    assert compare(poll(10, {A: []}), running={A, B}, known=[]).remake == (B,)


def test_a_room_without_a_session_is_closed_unless_it_is_young() -> None:
    old, young = Room(A, "RM_1", at(-3600)), Room(B, "RM_2", at(-5))

    assert compare(Poll(at(0), [old, young], {}), running=set(), known=[]).close == (A,)


def test_a_connection_nobody_announced_is_recorded_with_the_time_it_joined() -> None:
    found = compare(poll(10, {A: [person("PA_1", joined=4)]}), running={A}, known=[])

    (recorded,) = found.events
    assert recorded.session_id == A
    assert recorded.event.kind == EventKind.PARTICIPANT_SEEN
    assert recorded.event.participant_sid == "PA_1"
    assert recorded.event.occurred_at == at(10)
    assert recorded.event.data["joined_at"] == at(4).isoformat()


def test_a_connection_that_livekit_said_has_left_is_not_recorded_again_while_it_is_listed() -> None:
    found = compare(poll(10, {A: [person("PA_1")]}), running={A}, known=[], left={"PA_1"})

    assert found.events == ()


def test_the_recorder_is_not_attendance() -> None:
    found = compare(poll(10, {A: [person("PA_R", hidden=True)]}), running={A}, known=[])

    assert (found.events, found.memory) == ((), {})


def test_connections_went_with_their_room_when_they_were_seen_last() -> None:
    there = compare(poll(10, {A: [person("PA_1")]}), running={A}, known=[known("PA_1")])
    gone = compare(poll(20, {}), running={A}, known=[known("PA_1")], memory=there.memory)

    (recorded,) = gone.events
    assert gone.remake == (A,)
    assert recorded.event.kind == EventKind.PARTICIPANT_ABSENT
    assert recorded.event.occurred_at == at(10)


def test_a_watch_that_starts_afresh_does_not_guess_when_a_lost_room_was_left() -> None:
    assert compare(poll(20, {}), running={A}, known=[known("PA_1")]).events == ()


def test_a_connection_is_absent_after_two_polls_and_as_of_when_it_was_last_seen() -> None:
    there = compare(poll(10, {A: [person("PA_1")]}), running={A}, known=[known("PA_1")])
    missed = compare(poll(20, {A: []}), running={A}, known=[known("PA_1")], memory=there.memory)
    gone = compare(poll(30, {A: []}), running={A}, known=[known("PA_1")], memory=missed.memory)
    after = compare(poll(40, {A: []}), running={A}, known=[known("PA_1")], memory=gone.memory)

    assert missed.events == ()
    (recorded,) = gone.events
    assert recorded.event.kind == EventKind.PARTICIPANT_ABSENT
    assert recorded.event.occurred_at == at(10)
    assert after.events == ()


def test_a_connection_missing_from_one_poll_is_not_absent() -> None:
    missed = compare(poll(20, {A: []}), running={A}, known=[known("PA_1")])
    back = compare(poll(30, {A: [person("PA_1")]}), running={A}, known=[known("PA_1")], memory=missed.memory)
    missed_again = compare(poll(40, {A: []}), running={A}, known=[known("PA_1")], memory=back.memory)

    assert back.events == missed_again.events == ()


def test_connections_of_a_forgotten_room_become_absent_at_the_last_proof_of_life() -> None:
    first = compare(poll(20, {}, rooms=[]), running={A}, known=[known("PA_1", seen=12)])
    second = compare(
        poll(30, {A: [person("PA_2")]}), running={A}, known=[known("PA_1", seen=12)], memory=first.memory
    )

    assert first.remake == (A,)
    absent = [r.event for r in second.events if r.event.kind == EventKind.PARTICIPANT_ABSENT]
    assert [(e.participant_sid, e.occurred_at) for e in absent] == [("PA_1", at(12))]


def test_a_room_whose_participants_could_not_be_listed_changes_nothing() -> None:
    memory: Mapping[str, Sighting] = {}
    for seconds in (10, 20, 30):
        found = compare(poll(seconds, {}, rooms=[A]), running={A}, known=[known("PA_1")], memory=memory)
        memory = found.memory
        assert found.events == ()


def test_an_absent_connection_that_is_there_after_all_is_recorded_as_seen_again() -> None:
    """It is no longer on record as open, so it counts as unannounced, under an id of its own."""
    first = compare(poll(10, {A: [person("PA_1")]}), running={A}, known=[]).events[0].event
    again = compare(poll(60, {A: [person("PA_1")]}), running={A}, known=[]).events[0].event

    assert first.source_id != again.source_id


def test_events_of_the_same_poll_have_the_same_source_ids() -> None:
    one, two = (compare(poll(10, {A: [person("PA_1")]}), running={A}, known=[]) for _ in range(2))

    assert one.events == two.events
