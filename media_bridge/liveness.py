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
# An open connection is recorded as seen once in this time, so that its attendance outlives the watch that sees it.
CONFIRM_EVERY = timedelta(seconds=60)
# A list made around the time of an abort may still show the connection; one made later contradicts LiveKit.
ABORT_GRACE = timedelta(seconds=15)
KEEP_NEW_ROOMS = timedelta(seconds=60)  # a room may be made just before its session counts as running


@dataclass(frozen=True)
class RecordedConnection:
    """A person's connection in the record. `seen_at` is the time of its last sign of life."""

    session_id: UUID
    participant_sid: str
    identity: str
    seen_at: datetime
    room_sid: str | None = None  # None: the record does not name the room


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
    events: tuple[RecordedEvent, ...] = ()
    sightings: Mapping[str, Sighting] = field(default_factory=dict)  # by participant sid, for the next poll


def compare(
    poll: Poll,
    *,
    running: AbstractSet[UUID],
    recorded: Sequence[RecordedConnection],
    left: AbstractSet[str] = frozenset(),
    aborted: Sequence[RecordedConnection] = (),
    finished_rooms: AbstractSet[str] = frozenset(),
    sightings: Mapping[str, Sighting] | None = None,
) -> Findings:
    """Compares a poll of LiveKit with the record.

    `recorded` are the connections recorded as open, `left` the sids whose end LiveKit announced (a list made just
    before may still show them), `aborted` those that LiveKit aborted, seen last when it said so. `finished_rooms` are
    the sids of rooms that LiveKit is closing: they are listed for some seconds, but count as missing. `sightings` come
    from the findings on the previous poll; a watch that has just started has none and takes one poll longer to call a
    connection absent. The connections of a room that is gone ended with it, so they are absent at once.
    """
    sightings = sightings or {}
    rooms = {room.session_id: room.sid for room in poll.rooms if room.sid not in finished_rooms}
    seen = _seen(poll)
    events = [
        _seen_event(poll, session_id, person, rooms.get(session_id))
        for session_id, person in _people(poll, running)
        if _is_news(person.sid, poll.at, recorded, left, aborted)
    ]
    for connection in recorded:
        if connection.session_id in running and connection.participant_sid not in seen:
            sighting = _missed(connection, poll, rooms.keys(), sightings)
            seen[connection.participant_sid] = sighting
            is_lost = _is_room_lost(connection, rooms) and connection.participant_sid in sightings
            if is_lost or sighting.missed == ABSENT_AFTER_POLLS:
                events.append(_absent_event(connection, sighting, with_room=is_lost))
    for connection in aborted:
        sid = connection.participant_sid
        if connection.session_id in running and sid not in seen and sid in sightings:
            events.append(_absent_event(connection, sightings[sid], with_room=False))
    return Findings(
        remake=tuple(sorted(running - rooms.keys())),
        events=tuple(events),
        sightings=seen,
    )


def orphans(rooms: Sequence[Room], running: AbstractSet[UUID], now: datetime) -> tuple[UUID, ...]:
    """The sessions of rooms that may be forgotten: not running, and the room is not new."""
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


def _people(poll: Poll, running: AbstractSet[UUID]) -> list[tuple[UUID, RoomParticipant]]:
    """The listed connections of people in running sessions."""
    return [
        (session_id, person)
        for session_id, listed in sorted(poll.participants.items())
        for person in listed
        if session_id in running and not person.hidden
    ]


def _is_news(
    sid: str,
    now: datetime,
    recorded: Sequence[RecordedConnection],
    left: AbstractSet[str],
    aborted: Sequence[RecordedConnection],
) -> bool:
    """Whether the sighting is to be recorded: of a connection that is not open in the record, or not seen for long."""
    if sid in left:
        return False
    ended = next((connection for connection in aborted if connection.participant_sid == sid), None)
    if ended and now - ended.seen_at <= ABORT_GRACE:
        return False
    known = next((connection for connection in recorded if connection.participant_sid == sid), None)
    return known is None or now - known.seen_at >= CONFIRM_EVERY


def _is_room_lost(connection: RecordedConnection, rooms: Mapping[UUID, str]) -> bool:
    """Whether the session has no room, or another one than that of the connection."""
    current = rooms.get(connection.session_id)
    return current is None or (connection.room_sid is not None and connection.room_sid != current)


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


def _seen_event(poll: Poll, session_id: UUID, person: RoomParticipant, room_sid: str | None) -> RecordedEvent:
    data = {"joined_at": person.joined_at.isoformat(), "participant_kind": person.kind}
    return RecordedEvent(
        session_id,
        SessionEvent(
            source=EventSource.WATCH,
            source_id=f"watch:seen:{person.sid}:{int(poll.at.timestamp())}",
            kind=EventKind.PARTICIPANT_SEEN,
            occurred_at=poll.at,
            identity=person.identity,
            participant_sid=person.sid,
            data=data | ({"room_sid": room_sid} if room_sid else {}),
        ),
    )


def _absent_event(connection: RecordedConnection, sighting: Sighting, *, with_room: bool) -> RecordedEvent:
    """`with_room`: it was listed at the last look, and then the whole room was gone."""
    return RecordedEvent(
        connection.session_id,
        SessionEvent(
            source=EventSource.WATCH,
            source_id=f"watch:absent:{connection.participant_sid}:{int(sighting.last_seen_at.timestamp())}",
            kind=EventKind.PARTICIPANT_ABSENT,
            occurred_at=sighting.last_seen_at,
            identity=connection.identity,
            participant_sid=connection.participant_sid,
            data={"with_room": True} if with_room else {},
        ),
    )
