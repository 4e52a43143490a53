"""The live status of rooms: who is in them now, kept as a few timestamps per connection instead of all events.

Each timestamp is the earliest or latest of its kind, so events may be repeated or come in any order, and presence is
the same as `fold_attendance` computes from all events. The status is cheap to update with each recorded event, and to
read for thousands of classes at once. `marks` runs for every event, so it returns a bit mask for the SQL statement.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.people.roles import capture_identity
from domain.presence.connections import is_without_packets
from domain.presence.engagement import QUALITY
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.presence.room_ends import RoomEnd

K = EventKind

# Bits for what an event shows. About a connection:
CONNECTION = 1  # it is about a connection at all
SIGHTED = 2  # the server lists the connection
LISTED = 4  # comes from LiveKit or the watch, which know the server's list
JOINED = 8  # LiveKit announces the join
FROM_LIVEKIT = 16  # a webhook, so a join time in its data counts as announced
SEEN = 32  # the watch sees it
ABSENT = 64  # the watch misses it, or LiveKit says that it never became active
LEFT = 128
# About the room:
ROOM = 256  # it is about the room at all
FINISHED = 512
REMADE = 1024
CAPTURE_STARTED = 2048
CAPTURE_ENDED = 4096

_ANY = CONNECTION | SIGHTED
_MARKS = {
    K.PARTICIPANT_JOINED: _ANY | LISTED | JOINED,
    K.PARTICIPANT_LEFT: _ANY | LISTED | LEFT,
    K.PARTICIPANT_ABORTED: CONNECTION | ABSENT,
    K.PARTICIPANT_SEEN: _ANY | LISTED | SEEN,
    K.PARTICIPANT_ABSENT: CONNECTION | ABSENT,
}
_ROOM_MARKS = {
    K.ROOM_FINISHED: ROOM | FINISHED,
    K.ROOM_REMADE: ROOM | REMADE,
    K.CAPTURE_STARTED: ROOM | CAPTURE_STARTED,
    K.CAPTURE_RESUMED: ROOM | CAPTURE_STARTED,
    K.CAPTURE_ENDED: ROOM | CAPTURE_ENDED,
    K.CAPTURE_LOST: ROOM | CAPTURE_ENDED,
}
_CAPTURE = capture_identity("")
_LEVELS = tuple(reversed(QUALITY))  # from best to worst


@dataclass(frozen=True)
class ConnectionStatus:
    """One connection; with an empty sid, what a person's browser reported without naming its connection."""

    identity: str
    participant_sid: str
    hidden: bool
    listed: bool  # LiveKit or the watch reported it, not only the recorder
    announced_at: datetime | None  # join time by LiveKit's webhooks
    observed_at: datetime | None  # join time in any event
    first_at: datetime  # of any event
    sighted_at: datetime | None  # last sighting
    seen_at: datetime | None  # last seen by the watch
    absent_at: datetime | None  # last missed by the watch, or aborted according to LiveKit
    left_at: datetime | None
    quality_word: int | None  # see quality_word()
    room_sid: str | None = None  # LiveKit's id of the room; None: no event names it

    @property
    def joined_at(self) -> datetime:
        return self.announced_at or self.observed_at or self.first_at


@dataclass(frozen=True)
class RoomStatus:
    """Events about the whole room; of the recorder, the latest of each kind."""

    ends: frozenset[RoomEnd] = frozenset()
    capture_started_at: datetime | None = None
    capture_ended_at: datetime | None = None

    @property
    def recorded(self) -> bool:
        """Whether a recorder is in the room."""
        started, ended = self.capture_started_at, self.capture_ended_at
        return started is not None and (ended is None or started > ended)


def marks(event: SessionEvent) -> int:
    """The bits for what an event shows about a person's connection or the room; 0 if it is about neither."""
    kind, identity = event.kind, event.identity
    if room := _ROOM_MARKS.get(kind):
        return room
    if not identity or identity.startswith(_CAPTURE) or not (event.participant_sid or kind == K.QUALITY):
        return 0
    bits = _MARKS.get(kind, _ANY)
    if event.source == EventSource.WEBHOOK:
        bits |= FROM_LIVEKIT
    is_late = kind == K.PARTICIPANT_LEFT and event.data.get("reason") == "connection_timeout"
    if is_late or is_without_packets(event):
        bits &= ~SIGHTED  # the connection may be long dead
    return bits


def quality_word(event: SessionEvent) -> int | None:
    """Time and level of a quality report as one sortable number: later is larger, at the same time worse is larger."""
    level = event.data.get("level")
    if level not in QUALITY:
        return None
    return int(event.occurred_at.timestamp() * 1000) * len(_LEVELS) + _LEVELS.index(level)


def level_of(quality_word: int) -> str:
    """The level in a quality word: excellent, good, poor or lost."""
    return _LEVELS[quality_word % len(_LEVELS)]


def badness(level: str) -> int:
    """The rank of a level: 0 for excellent, larger is worse."""
    return _LEVELS.index(level)


def in_room(connection: ConnectionStatus, room: RoomStatus) -> bool:
    """Whether a person's connection is open: ended neither by LiveKit, nor by the watch, nor with the room."""
    if connection.hidden or not connection.listed or connection.left_at:
        return False
    absent, seen = connection.absent_at, connection.seen_at
    if absent and not (seen and seen > absent):
        return False
    return not _ended_with(connection, room)


def _ended_with(connection: ConnectionStatus, room: RoomStatus) -> bool:
    joined = connection.joined_at
    last_seen = max(joined, connection.sighted_at or joined)
    return any(end.ends(connection.room_sid, joined, last_seen) for end in room.ends)
