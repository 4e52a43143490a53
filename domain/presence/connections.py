"""One connection (LiveKit participant sid), read from whatever evidence of it there is.

Events may be lost, repeated or out of order. Each end of a connection is taken from the best evidence:

    joined   LiveKit's word, else the time the watch was told, else the first sighting
    left     LiveKit's word, else the watch's, else the last sighting of a connection that only the recorder knew,
             else the end of the room; else it is open

A sighting is anything that shows the server listed the connection. An act is something its client did itself: the
server lists a dead client for a while longer.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.presence.events import EventKind, EventSource, SessionEvent

K = EventKind


class Provenance(StrEnum):
    ANNOUNCED = "announced"  # LiveKit said so
    OBSERVED = "observed"  # the watch saw it in LiveKit's list
    INFERRED = "inferred"  # concluded from what else is known
    NONE = "none"  # still open


# LiveKit gives a silent client up 10 s (disconnected) + 5 s (failed) + 5 s (clean-up) after its last packet.
TIMEOUT_LAG = timedelta(seconds=20)
# A recorder that is a little late, and clocks that differ, must not keep a connection alive beyond its room.
ROOM_END_GRACE = timedelta(seconds=5)
# Those who wait for a room to be made again are in it a moment before that is written down.
BACK_AT_ONCE = timedelta(seconds=1)

_ACTS = frozenset({K.TRACK_MUTED, K.TRACK_UNMUTED, K.TALK, K.CHAT, K.HAND_RAISED, K.HAND_LOWERED})
_NO_SIGHTINGS = frozenset({K.PARTICIPANT_ABORTED, K.PARTICIPANT_ABSENT})
_LISTED = frozenset({K.PARTICIPANT_JOINED, K.PARTICIPANT_LEFT, K.PARTICIPANT_SEEN})


@dataclass(frozen=True)
class Connection:
    sid: str
    joined_at: datetime
    joined_by: Provenance
    left_at: datetime | None  # None: still in the room
    left_by: Provenance
    reason: str | None  # LiveKit's word in lower case, or absent, room_ended, unlisted
    last_seen_at: datetime
    said_left: bool = (
        False  # LiveKit itself said it is over: the list of a moment earlier does not bring it back
    )


@dataclass(frozen=True)
class _End:
    at: datetime | None
    by: Provenance
    reason: str | None = None


class RoomHistory:
    """What the room as a whole says of its connections."""

    def __init__(self, events: Iterable[SessionEvent]) -> None:
        known = list(events)
        self._ends = sorted(
            (e.occurred_at, e.kind) for e in known if e.kind in (K.ROOM_FINISHED, K.ROOM_REMADE)
        )
        self._sightings = sorted(moment(e) for e in known if e.participant_sid and is_sighting(e))

    def end_of(self, joined_at: datetime, last_seen: datetime) -> datetime | None:
        """When a connection ended with its room, or None.

        A room that finished had its people until then. One that had to be made again had lost them with its server,
        which lived at least as long as anybody was sighted in it.
        """
        for end, kind in self._ends:
            latest = end - BACK_AT_ONCE if kind == K.ROOM_REMADE else end
            if joined_at <= latest and last_seen <= end + ROOM_END_GRACE:
                return (
                    max(last_seen, end)
                    if kind == K.ROOM_FINISHED
                    else max(last_seen, self._alive_before(end))
                )
        return None

    def _alive_before(self, end: datetime) -> datetime:
        before = bisect_right(self._sightings, end)
        return self._sightings[before - 1] if before else datetime.min.replace(tzinfo=end.tzinfo)


def moment(event: SessionEvent) -> datetime:
    """The last moment an event speaks of: speech goes on until its end."""
    if event.kind == K.TALK and event.data.get("until"):
        return max(event.occurred_at, datetime.fromisoformat(event.data["until"]))
    return event.occurred_at


def is_sighting(event: SessionEvent) -> bool:
    return event.kind not in _NO_SIGHTINGS and not _is_late(event)


def read_connection(sid: str, own: Sequence[SessionEvent], room: RoomHistory) -> Connection | None:
    """The connection that the events of one sid tell of; None where it never became active."""
    kinds = {e.kind for e in own}
    if K.PARTICIPANT_ABORTED in kinds and not kinds & (_ACTS | {K.PARTICIPANT_JOINED, K.PARTICIPANT_LEFT}):
        return None
    sightings = [moment(e) for e in own if is_sighting(e)]
    joined_at, joined_by = _joined(own)
    last_seen = max([joined_at, *sightings])
    end = _end(own, joined_at, last_seen, room)
    left_at = max(end.at, joined_at) if end.at else None
    said_left = bool(kinds & {K.PARTICIPANT_LEFT, K.PARTICIPANT_ABORTED})
    return Connection(sid, joined_at, joined_by, left_at, end.by, end.reason, last_seen, said_left)


def _joined(own: Sequence[SessionEvent]) -> tuple[datetime, Provenance]:
    announced = [e.occurred_at for e in own if e.kind == K.PARTICIPANT_JOINED]
    announced += [t for e in own if e.source == EventSource.WEBHOOK and (t := _told_joined(e))]
    if announced:
        return min(announced), Provenance.ANNOUNCED
    observed = [t for e in own if (t := _told_joined(e))]
    if observed:
        return min(observed), Provenance.OBSERVED
    return min(e.occurred_at for e in own), Provenance.INFERRED


def _told_joined(event: SessionEvent) -> datetime | None:
    told = event.data.get("joined_at")
    return datetime.fromisoformat(told) if told else None


def _end(own: Sequence[SessionEvent], joined_at: datetime, last_seen: datetime, room: RoomHistory) -> _End:
    """The first of these that there is: LiveKit's word, the watch's, being known to neither, the end of the room."""
    return (
        _announced(own, joined_at, last_seen)
        or _absent(own, last_seen)
        or _unlisted(own, last_seen)
        or _with_room(joined_at, last_seen, room)
        or _End(None, Provenance.NONE)
    )


def _announced(own: Sequence[SessionEvent], joined_at: datetime, last_seen: datetime) -> _End | None:
    left = [e for e in own if e.kind == K.PARTICIPANT_LEFT]
    if left:
        first = min(left, key=lambda e: (e.occurred_at, e.source_id))
        reason = first.data.get("reason")
        if not _is_late(first):
            return _End(first.occurred_at, Provenance.ANNOUNCED, reason)
        acts = [moment(e) for e in own if _is_act(e)]
        last_packet = max([joined_at, first.occurred_at - TIMEOUT_LAG, *acts])
        return _End(min(last_packet, first.occurred_at), Provenance.INFERRED, reason)
    if any(e.kind == K.PARTICIPANT_ABORTED for e in own):
        return _End(last_seen, Provenance.INFERRED, "aborted")
    return None


def _absent(own: Sequence[SessionEvent], last_seen: datetime) -> _End | None:
    """The watch's last word counts: it tells of a connection that is there after all within one look."""
    absent = max((e.occurred_at for e in own if e.kind == K.PARTICIPANT_ABSENT), default=None)
    if absent is None or any(e.kind == K.PARTICIPANT_SEEN and e.occurred_at > absent for e in own):
        return None
    if last_seen > absent:
        return _End(last_seen, Provenance.INFERRED, "absent")
    return _End(absent, Provenance.OBSERVED, "absent")


def _with_room(joined_at: datetime, last_seen: datetime, room: RoomHistory) -> _End | None:
    end = room.end_of(joined_at, last_seen)
    return _End(end, Provenance.INFERRED, "room_ended") if end else None


def _unlisted(own: Sequence[SessionEvent], last_seen: datetime) -> _End | None:
    """The recorder alone knew it: the watch, which lists whoever is in the room, would tell if it were there."""
    if any(e.kind in _LISTED for e in own):
        return None
    return _End(last_seen, Provenance.INFERRED, "unlisted")


def _is_act(event: SessionEvent) -> bool:
    return event.kind in _ACTS or (event.kind == K.TRACK_PUBLISHED and event.source == EventSource.WEBHOOK)


def _is_late(event: SessionEvent) -> bool:
    return event.kind == K.PARTICIPANT_LEFT and event.data.get("reason") == "connection_timeout"
