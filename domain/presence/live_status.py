"""Who is in a room now, kept as a few values per connection that every event can only push one way.

Each value is an earliest or a latest of something, so events may be lost, repeated or out of order, and the status says
of presence exactly what `fold_attendance` says of all events. That makes it cheap to keep beside the record and to read
for thousands of classes at once. Every event that is recorded is looked at here, so it gives no more than a number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.people.roles import capture_identity
from domain.presence.connections import BACK_AT_ONCE, ROOM_END_GRACE
from domain.presence.engagement import QUALITY
from domain.presence.events import EventKind, EventSource, SessionEvent

K = EventKind

# What an event says, added up. Of a connection:
CONNECTION = 1  # anything at all
SIGHTED = 2  # a sign that the server lists it
LISTED = 4  # told by somebody who sees the server's list
JOINED = 8  # LiveKit announces it
TOLD_BY_LIVEKIT = 16  # so a time of joining that comes with it is announced as well
SEEN = 32  # the watch sees it
ABSENT = 64  # the watch misses it
LEFT = 128
# Of the room:
ROOM = 256  # anything at all
FINISHED = 512
REMADE = 1024
CAPTURE_STARTED = 2048
CAPTURE_ENDED = 4096

_ANY = CONNECTION | SIGHTED
_MARKS = {
    K.PARTICIPANT_JOINED: _ANY | LISTED | JOINED,
    K.PARTICIPANT_LEFT: _ANY | LISTED | LEFT,
    K.PARTICIPANT_ABORTED: CONNECTION | LEFT,
    K.PARTICIPANT_SEEN: _ANY | LISTED | SEEN,
    K.PARTICIPANT_ABSENT: CONNECTION | ABSENT,
}
_ROOM_MARKS = {
    K.ROOM_FINISHED: ROOM | FINISHED,
    K.ROOM_REMADE: ROOM | REMADE,
    K.CAPTURE_STARTED: ROOM | CAPTURE_STARTED,
    K.CAPTURE_ENDED: ROOM | CAPTURE_ENDED,
}
_CAPTURE = capture_identity("")
_LEVELS = tuple(reversed(QUALITY))  # by badness


@dataclass(frozen=True)
class ConnectionStatus:
    """One connection; or, with an empty sid, what a person's own browser told of itself."""

    identity: str
    participant_sid: str
    hidden: bool
    listed: bool  # somebody who sees LiveKit's list of participants told of it
    announced_at: datetime | None  # joined, as LiveKit said
    observed_at: datetime | None  # joined, as anybody was told
    first_at: datetime  # of any event
    sighted_at: datetime | None  # last sign of it
    seen_at: datetime | None  # last seen by the watch
    absent_at: datetime | None  # last missed by the watch
    left_at: datetime | None
    quality_word: int | None  # see quality_word()

    @property
    def joined_at(self) -> datetime:
        return self.announced_at or self.observed_at or self.first_at


@dataclass(frozen=True)
class RoomStatus:
    """What counts for the whole room; each the latest of its kind."""

    finished_at: datetime | None = None
    remade_at: datetime | None = None
    capture_started_at: datetime | None = None
    capture_ended_at: datetime | None = None

    @property
    def heard(self) -> bool:
        """A recorder is in the room."""
        started, ended = self.capture_started_at, self.capture_ended_at
        return started is not None and (ended is None or started > ended)


def marks(event: SessionEvent) -> int:
    """What an event says of a person's connection or of the room; 0 where it is about neither."""
    kind, identity = event.kind, event.identity
    if room := _ROOM_MARKS.get(kind):
        return room
    if not identity or identity.startswith(_CAPTURE) or not (event.participant_sid or kind == K.QUALITY):
        return 0
    found = _MARKS.get(kind, _ANY)
    if event.source == EventSource.WEBHOOK:
        found |= TOLD_BY_LIVEKIT
    if kind == K.PARTICIPANT_LEFT and event.data.get("reason") == "connection_timeout":
        found &= ~SIGHTED  # it comes long after the last sign
    return found


def quality_word(event: SessionEvent) -> int | None:
    """A word on a connection's quality as a number: the later the larger; of two at one moment the worse is larger."""
    level = event.data.get("level")
    if level not in QUALITY:
        return None
    return int(event.occurred_at.timestamp() * 1000) * len(_LEVELS) + _LEVELS.index(level)


def level_of(word: int) -> str:
    """excellent, good, poor or lost."""
    return _LEVELS[word % len(_LEVELS)]


def badness(level: str) -> int:
    return _LEVELS.index(level)


def in_room(connection: ConnectionStatus, room: RoomStatus) -> bool:
    """A person's connection that nothing has ended: not LiveKit, not the watch, not the end of the room."""
    if connection.hidden or not connection.listed or connection.left_at:
        return False
    absent, seen = connection.absent_at, connection.seen_at
    if absent and not (seen and seen > absent):
        return False
    return not _ended_with(connection, room)


def _ended_with(connection: ConnectionStatus, room: RoomStatus) -> bool:
    joined = connection.joined_at
    last_seen = max(joined, connection.sighted_at or joined)
    return _ended_at(room.finished_at, timedelta(0), joined, last_seen) or _ended_at(
        room.remade_at, BACK_AT_ONCE, joined, last_seen
    )


def _ended_at(end: datetime | None, before: timedelta, joined: datetime, last_seen: datetime) -> bool:
    return end is not None and joined <= end - before and last_seen <= end + ROOM_END_GRACE
