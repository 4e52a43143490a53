"""Compares LiveKit's rooms and participants with the recorded ones.

Finds rooms to make again, rooms to close, and attendance that the webhooks missed. Pure: the caller polls LiveKit every
few seconds and applies the findings.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.presence.events import EventKind, EventSource, RecordedEvent, SessionEvent
from media_bridge.rooms import Room, RoomParticipant

ABSENT_AFTER_POLLS = 2
KEEP_NEW_ROOMS = timedelta(seconds=60)  # a room may be made just before its session counts as running


@dataclass(frozen=True)
class RecordedConnection:
    """A person's connection that is recorded as open. `seen_at` is the time of its last sign of life."""

    session_id: UUID
    participant_sid: str
    identity: str
    seen_at: datetime


@dataclass(frozen=True)
class Sighting:
    """What the watch keeps in memory about one connection between polls."""

    last_seen_at: datetime
    missed: int = 0  # polls in a row that did not list it


@dataclass(frozen=True)
class Poll:
    """LiveKit's rooms at one time. A session whose participants could not be listed is not in `participants`."""

    at: datetime
    rooms: Sequence[Room]
    participants: Mapping[UUID, Sequence[RoomParticipant]]


@dataclass(frozen=True)
class Findings:
    remake: tuple[UUID, ...] = ()  # running sessions without a room
    close: tuple[UUID, ...] = ()  # rooms without a running session
    events: tuple[RecordedEvent, ...] = ()
    sightings: Mapping[str, Sighting] = field(default_factory=dict)  # by participant sid, for the next poll


def compare(
    poll: Poll,
    *,
    running: AbstractSet[UUID],
    recorded: Sequence[RecordedConnection],
    left: AbstractSet[str] = frozenset(),
    sightings: Mapping[str, Sighting] | None = None,
) -> Findings:
    """Compares a poll of LiveKit with the record.

    `recorded` are the connections recorded as open, `left` the sids whose end LiveKit announced (a list made just
    before may still show them). `sightings` come from the findings on the previous poll; a watch that has just started
    has none and takes one poll longer to call a connection absent. The connections of a room that is gone ended with
    it, so they are absent at once.
    """
    sightings = sightings or {}
    existing = {room.session_id for room in poll.rooms}
    seen = _seen(poll)
    recorded_sids = {connection.participant_sid for connection in recorded}
    events = [_seen_event(poll, s, p) for s, p in _unannounced(poll, running, recorded_sids | left)]
    for connection in recorded:
        if connection.session_id in running and connection.participant_sid not in seen:
            sighting = _missed(connection, poll, existing, sightings)
            seen[connection.participant_sid] = sighting
            went_with_room = connection.session_id not in existing and connection.participant_sid in sightings
            if went_with_room or sighting.missed == ABSENT_AFTER_POLLS:
                events.append(_absent_event(connection, sighting))
    return Findings(
        remake=tuple(sorted(running - existing)),
        close=orphans(poll.rooms, running, poll.at),
        events=tuple(events),
        sightings=seen,
    )


def orphans(rooms: Sequence[Room], running: AbstractSet[UUID], now: datetime) -> tuple[UUID, ...]:
    """The sessions of rooms that should be closed: not running, and the room is not new."""
    return tuple(
        sorted(
            room.session_id
            for room in rooms
            if room.session_id not in running and now - room.created_at > KEEP_NEW_ROOMS
        )
    )


def _seen(poll: Poll) -> dict[str, Sighting]:
    people = (p for listed in poll.participants.values() for p in listed if not p.hidden)
    return {p.sid: Sighting(poll.at) for p in people}


def _unannounced(
    poll: Poll, running: AbstractSet[UUID], accounted_for: AbstractSet[str]
) -> list[tuple[UUID, RoomParticipant]]:
    """Listed connections without an open record: unannounced ones, and ones that were wrongly recorded as absent."""
    return [
        (session_id, person)
        for session_id, listed in sorted(poll.participants.items())
        for person in listed
        if session_id in running and not person.hidden and person.sid not in accounted_for
    ]


def _missed(
    connection: RecordedConnection,
    poll: Poll,
    existing: AbstractSet[UUID],
    sightings: Mapping[str, Sighting],
) -> Sighting:
    before = sightings.get(connection.participant_sid, Sighting(connection.seen_at))
    is_certain = connection.session_id in poll.participants or connection.session_id not in existing
    return Sighting(
        last_seen_at=max(before.last_seen_at, connection.seen_at),
        missed=before.missed + 1 if is_certain else before.missed,
    )


def _seen_event(poll: Poll, session_id: UUID, person: RoomParticipant) -> RecordedEvent:
    return RecordedEvent(
        session_id,
        SessionEvent(
            source=EventSource.WATCH,
            source_id=f"watch:seen:{person.sid}:{int(poll.at.timestamp())}",
            kind=EventKind.PARTICIPANT_SEEN,
            occurred_at=poll.at,
            identity=person.identity,
            participant_sid=person.sid,
            data={"joined_at": person.joined_at.isoformat(), "participant_kind": person.kind},
        ),
    )


def _absent_event(connection: RecordedConnection, sighting: Sighting) -> RecordedEvent:
    return RecordedEvent(
        connection.session_id,
        SessionEvent(
            source=EventSource.WATCH,
            source_id=f"watch:absent:{connection.participant_sid}:{int(sighting.last_seen_at.timestamp())}",
            kind=EventKind.PARTICIPANT_ABSENT,
            occurred_at=sighting.last_seen_at,
            identity=connection.identity,
            participant_sid=connection.participant_sid,
        ),
    )
