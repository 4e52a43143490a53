"""Compares LiveKit's rooms and participants with the record: rooms to make again, rooms to close, and attendance that
the webhooks missed. Pure: the caller asks LiveKit every few seconds and applies the findings."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.presence.events import EventKind, EventSource, RecordedEvent, SessionEvent
from media_bridge.rooms import Room, RoomParticipant

ABSENT_AFTER_POLLS = 2
SPARE_YOUNG_ROOMS = timedelta(seconds=60)  # a room may be made a moment before its session counts as running


@dataclass(frozen=True)
class KnownConnection:
    """A person's connection that is on record as in the room. `seen_at` is its last proof of life."""

    session_id: UUID
    participant_sid: str
    identity: str
    seen_at: datetime


@dataclass(frozen=True)
class Sighting:
    """What the watch remembers of one connection between polls."""

    last_seen_at: datetime
    missed: int = 0  # polls in a row in which it was not there


@dataclass(frozen=True)
class Poll:
    """One look at LiveKit. A session whose participants could not be listed is not in `participants`."""

    at: datetime
    rooms: Sequence[Room]
    participants: Mapping[UUID, Sequence[RoomParticipant]]


@dataclass(frozen=True)
class Findings:
    remake: tuple[UUID, ...] = ()  # running sessions whose room the server does not know
    close: tuple[UUID, ...] = ()  # rooms without a running session
    events: tuple[RecordedEvent, ...] = ()
    memory: Mapping[str, Sighting] = field(default_factory=dict)  # by participant sid, for the next poll


def compare(
    poll: Poll,
    *,
    running: AbstractSet[UUID],
    known: Sequence[KnownConnection],
    left: AbstractSet[str] = frozenset(),
    memory: Mapping[str, Sighting] | None = None,
) -> Findings:
    """Compares one look at LiveKit with the record.

    `known` are the connections on record as open, `left` the sids that LiveKit itself said have left (a list
    made a moment earlier may still show them). `memory` is that of the last findings; a watch that starts
    afresh has none and takes one poll longer to call a connection absent. Those of a room that is gone went with
    it, so they are absent at once.
    """
    memory = memory or {}
    have = {room.session_id for room in poll.rooms}
    seen = _seen(poll)
    on_record = {connection.participant_sid for connection in known}
    events = [_seen_event(poll, s, p) for s, p in _unannounced(poll, running, on_record | left)]
    for connection in known:
        if connection.session_id in running and connection.participant_sid not in seen:
            sighting = _missed(connection, poll, have, memory)
            seen[connection.participant_sid] = sighting
            went_with_room = connection.session_id not in have and connection.participant_sid in memory
            if went_with_room or sighting.missed == ABSENT_AFTER_POLLS:
                events.append(_absent_event(connection, sighting))
    return Findings(
        remake=tuple(sorted(running - have)),
        close=orphans(poll.rooms, running, poll.at),
        events=tuple(events),
        memory=seen,
    )


def orphans(rooms: Sequence[Room], running: AbstractSet[UUID], now: datetime) -> tuple[UUID, ...]:
    """Rooms without a running session, but for those that were made a moment ago."""
    return tuple(
        sorted(
            room.session_id
            for room in rooms
            if room.session_id not in running and now - room.created_at > SPARE_YOUNG_ROOMS
        )
    )


def _seen(poll: Poll) -> dict[str, Sighting]:
    people = (p for listed in poll.participants.values() for p in listed if not p.hidden)
    return {p.sid: Sighting(poll.at) for p in people}


def _unannounced(
    poll: Poll, running: AbstractSet[UUID], explained: AbstractSet[str]
) -> list[tuple[UUID, RoomParticipant]]:
    """Connections nobody announced, and those called absent that are there after all."""
    return [
        (session_id, person)
        for session_id, listed in sorted(poll.participants.items())
        for person in listed
        if session_id in running and not person.hidden and person.sid not in explained
    ]


def _missed(
    connection: KnownConnection, poll: Poll, have: AbstractSet[UUID], memory: Mapping[str, Sighting]
) -> Sighting:
    before = memory.get(connection.participant_sid, Sighting(connection.seen_at))
    asked = connection.session_id in poll.participants or connection.session_id not in have
    return Sighting(
        last_seen_at=max(before.last_seen_at, connection.seen_at),
        missed=before.missed + 1 if asked else before.missed,
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


def _absent_event(connection: KnownConnection, sighting: Sighting) -> RecordedEvent:
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
