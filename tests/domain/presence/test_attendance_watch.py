"""Attendance with lost webhooks and the room watch, which polls LiveKit and compares with the recorded events."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.presence.attendance import Attendance, fold_attendance
from domain.presence.connections import CONNECTS_WITHIN, Provenance
from domain.presence.events import EventKind, SessionEvent
from media_bridge.liveness import Poll, RecordedConnection, Sighting, compare
from media_bridge.rooms import Room, RoomParticipant
from tests.domain.presence.true_class import DETECTED, END, POLL, TrueClass, TrueConnection, classes, leave
from tests.domain.session_events import aborted, at, event, joined, remade

pytestmark = pytest.mark.unit

SESSION = UUID(int=7)
OLD_ROOM, NEW_ROOM = "RM_old", "RM_new"
DOWN = 15  # seconds until a crashed server is back
RECEIVER_DOWN = 60  # seconds, in which every webhook is lost
NOTICED = (
    3 * POLL
)  # seconds until an absence is recorded: two polls, of which the first may be just too early


class Watched:
    """Records a class as the product does: from webhooks, some of them lost, and a poll every ten seconds."""

    def __init__(self, truth: TrueClass, webhooks: list[tuple[float, SessionEvent]]) -> None:
        self._truth = truth
        self._webhooks = sorted(webhooks, key=lambda arrival: arrival[0])
        self._sightings: Mapping[str, Sighting] = {}
        self._room = OLD_ROOM
        self.events: list[SessionEvent] = []

    def run(self, *, restart_at: int | None) -> dict[str, Attendance]:
        """Run the class. At `restart_at` seconds the watch loses its memory."""
        for second in range(POLL, END + DETECTED + NOTICED + POLL, POLL):
            arrived = [event for when, event in self._webhooks if second - POLL <= when < second]
            self.events += arrived
            if restart_at is not None and second - POLL <= restart_at < second:
                self._sightings = {}
            self._poll(second)
        return fold_attendance(self.events, until=at(END + 200))

    def _poll(self, second: int) -> None:
        crash = self._truth.crash_at
        if crash is not None and crash <= second < crash + DOWN:
            return
        forgotten = crash is not None and crash + DOWN <= second < crash + DOWN + POLL
        listed = [
            RoomParticipant(c.who, c.sid, "standard", False, at(c.start), ())
            for c in self._truth.connections
            if c.start <= second < c.listed_until
        ] + [RoomParticipant("guest-of-ops", "PA_hidden", "standard", True, at(0), ())]
        open_connections, left = self._recorded_connections()
        rooms = [] if forgotten else [Room(SESSION, self._room, at(0))]
        poll = Poll(at(second), rooms, {} if forgotten else {SESSION: listed})
        comparison = compare(
            poll,
            running={SESSION},
            recorded=open_connections,
            left=left,
            aborted=self._aborted_connections(),
            sightings=self._sightings,
        )
        self._sightings = comparison.sightings
        for _ in comparison.remake:
            self._room = NEW_ROOM
            self.events.append(remade(second, room_sid=NEW_ROOM))
        self.events += [recorded.event for recorded in comparison.events]

    def _aborted_connections(self) -> list[RecordedConnection]:
        aborted = [event for event in self.events if event.kind == EventKind.PARTICIPANT_ABORTED]
        return [
            RecordedConnection(SESSION, event.participant_sid or "", event.identity or "", event.occurred_at)
            for event in aborted
        ]

    def _recorded_connections(self) -> tuple[list[RecordedConnection], set[str]]:
        folded = fold_attendance(self.events, until=None)
        connections = [(a.identity, c) for a in folded.values() for c in a.connections]
        still_open = [
            RecordedConnection(SESSION, c.sid, who, c.last_seen_at, c.room_sid)
            for who, c in connections
            if c.left_at is None
        ]
        return still_open, {c.sid for _, c in connections if c.end_announced}


def join(truth: TrueClass, c: TrueConnection) -> SessionEvent:
    is_new = truth.crash_at is not None and c.start >= truth.crash_at
    return joined(c.who, c.sid, c.start, room_sid=NEW_ROOM if is_new else OLD_ROOM)


@st.composite
def lossy(draw: st.DrawFn, truth: TrueClass) -> list[tuple[float, SessionEvent]]:
    """The webhooks that arrive, with the second of their arrival; retries delay some of them."""
    arrivals: list[tuple[float, SessionEvent]] = []
    for c in truth.connections:
        delay = draw(st.sampled_from([0, 0, 0, 8]))
        if draw(st.booleans()):
            arrivals.append((c.start + delay, join(truth, c)))
        if not c.crashed and draw(st.booleans()):
            arrivals.append((c.listed_until + delay, leave(c)))
    return arrivals


def error_of(c: TrueConnection) -> float:
    """The largest error in seconds: one poll, and for a dead client the time that LiveKit still lists it."""
    return POLL + (DETECTED if c.dies else 0)


@given(classes(), st.data())
@settings(max_examples=40)
def test_the_watch_limits_the_error_of_lost_webhooks(truth: TrueClass, data: st.DataObject) -> None:
    folded = Watched(truth, data.draw(lossy(truth))).run(restart_at=None)

    for who in {c.who for c in truth.connections}:
        own = [c for c in truth.connections if c.who == who]
        lost = DETECTED if any(c.crashed for c in own) else 0
        seconds = folded[who].seconds if who in folded else 0
        assert abs(seconds - truth.seconds_of(who)) <= sum(map(error_of, own)) + lost + 0.001
    assert not any(a.present for a in folded.values())


@given(classes(may_crash=False), st.integers(0, END - RECEIVER_DOWN), st.booleans())
@settings(max_examples=40)
def test_a_receiver_that_is_down_costs_only_what_ended_meanwhile(
    truth: TrueClass, down_at: int, twice: bool
) -> None:
    """A leave that comes through carries the join; of one that was lost, it says that the watch has observed it."""
    everything = [(c.start, join(truth, c)) for c in truth.connections]
    everything += [(c.listed_until, leave(c)) for c in truth.connections]
    hidden = replace(joined("guest-of-ops", "PA_hidden", 0), hidden=True)
    arrive = [(when, one) for when, one in everything if not down_at <= when < down_at + RECEIVER_DOWN]
    arrive += [(0.0, hidden), *(((when + 3, one) for when, one in arrive) if twice else ())]
    folded = Watched(truth, arrive).run(restart_at=None)

    lost = {c.sid for c in truth.connections if down_at <= c.listed_until < down_at + RECEIVER_DOWN}
    for who in {c.who for c in truth.connections}:
        error = sum(error_of(c) for c in truth.connections if c.who == who and c.sid in lost)
        seconds = folded[who].seconds if who in folded else 0
        assert abs(seconds - truth.seconds_of(who)) <= error + 0.001
    for connection in (one for attended in folded.values() for one in attended.connections):
        assert connection.end_announced == (connection.sid not in lost)
        assert connection.end_announced or connection.left_by in (Provenance.OBSERVED, Provenance.INFERRED)
    assert folded.keys() <= {c.who for c in truth.connections}


@given(classes(may_crash=False), st.data())
@settings(max_examples=40)
def test_people_of_whom_livekit_says_nothing_attend_while_the_watch_sees_them(
    truth: TrueClass, data: st.DataObject
) -> None:
    silent = {c.who for c in truth.connections if data.draw(st.booleans())}
    webhooks: list[tuple[float, SessionEvent]] = [
        (c.listed_until, leave(c)) for c in truth.connections if c.who not in silent
    ]
    folded = Watched(truth, webhooks).run(restart_at=None)

    for who in {c.who for c in truth.connections}:
        error = sum(error_of(c) for c in truth.connections if c.who == who) if who in silent else 0
        seconds = folded[who].seconds if who in folded else 0
        assert abs(seconds - truth.seconds_of(who)) <= error + 0.001
        if who in silent and who in folded:
            assert {c.joined_by for c in folded[who].connections} == {Provenance.OBSERVED}


@given(classes(may_crash=False), st.data(), st.integers(0, END))
@settings(max_examples=40)
def test_a_restarted_watch_leaves_no_connection_open(
    truth: TrueClass, data: st.DataObject, restart_at: int
) -> None:
    folded = Watched(truth, data.draw(lossy(truth))).run(restart_at=restart_at)

    for attendance in folded.values():
        assert not attendance.present
        assert all(c.left_by != Provenance.NONE for c in attendance.connections)
        assert attendance.seconds <= truth.seconds_of(attendance.identity) + sum(
            error_of(c) for c in truth.connections if c.who == attendance.identity
        )


@given(classes(may_crash=False), st.data())
@settings(max_examples=40)
def test_the_watch_limits_the_error_where_livekit_calls_connections_aborted(
    truth: TrueClass, data: st.DataObject
) -> None:
    """A connection that is shorter than connecting may take is not told from one that never became active."""
    webhooks: list[tuple[float, SessionEvent]] = [
        (c.listed_until, aborted(c.who, c.sid, c.listed_until))
        if data.draw(st.booleans())
        else (c.listed_until, leave(c))
        for c in truth.connections
    ]
    folded = Watched(truth, webhooks).run(restart_at=None)

    shortest = POLL + CONNECTS_WITHIN.total_seconds()
    for who in {c.who for c in truth.connections}:
        own = [c for c in truth.connections if c.who == who]
        error = sum(max(error_of(c), min(c.end - c.start, shortest)) for c in own)
        seconds = folded[who].seconds if who in folded else 0
        assert abs(seconds - truth.seconds_of(who)) <= error + 0.001
    assert not any(a.present for a in folded.values())


@given(classes(), st.data(), st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much])
def test_the_sound_of_one_speaker_makes_a_crash_cost_nobody_anything(
    truth: TrueClass, data: st.DataObject, restarts: bool
) -> None:
    speakers = [c for c in truth.connections if c.crashed and c.end == truth.crash_at]
    assume(speakers)
    webhooks = [(c.start, join(truth, c)) for c in truth.connections]
    webhooks += [(c.listed_until, leave(c)) for c in truth.connections if not c.crashed]
    watched = Watched(truth, webhooks)
    watched.run(restart_at=truth.crash_at if restarts else None)
    speaker = data.draw(st.sampled_from(speakers))
    until = at(speaker.end).isoformat()
    sound = event(EventKind.SOUND, speaker.start, speaker.who, speaker.sid, until=until)
    folded = fold_attendance([*watched.events, sound], until=at(END + 200))

    for who in {c.who for c in truth.connections}:
        gone_before = [c for c in truth.connections if c.who == who and c.crashed and c not in speakers]
        error = len(gone_before) * DETECTED
        assert abs(folded[who].seconds - truth.seconds_of(who)) <= error + 0.001
