"""Determines when a connection (LiveKit participant sid) began and ended, from incomplete evidence.

Events may be lost, repeated or out of order. Each end of a connection is taken from the best evidence:

    joined   LiveKit's announcement, else the join time in LiveKit's participant list, else the first event
    left     LiveKit's announcement, else the room watch missing it, else the last sighting of a connection that only
             the recorder observed, else the end of the room; else it is still open

A sighting is any event that shows that the server listed the connection. An act is something that the client did
itself; only acts prove that the client was alive, since the server lists a dead client for a while.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.presence.events import EventKind, EventSource, SessionEvent

K = EventKind


class Provenance(StrEnum):
    """The evidence for one end of a connection."""

    ANNOUNCED = "announced"  # by a LiveKit webhook
    OBSERVED = "observed"  # by the room watch, in LiveKit's participant list
    INFERRED = "inferred"  # from other events
    NONE = "none"  # still open


# LiveKit gives a silent client up 10 s (disconnected) + 5 s (failed) + 5 s (clean-up) after its last packet.
TIMEOUT_LAG = timedelta(seconds=20)
# Late recorder events and differing clocks must not keep a connection alive beyond its room.
ROOM_END_GRACE = timedelta(seconds=5)
# Clients that wait for a room to be recreated join it a moment before the recreation is recorded.
BACK_AT_ONCE = timedelta(seconds=1)

_ACTS = frozenset({K.TRACK_MUTED, K.TRACK_UNMUTED, K.TALK, K.CHAT, K.HAND_RAISED, K.HAND_LOWERED})
_NOT_SIGHTINGS = frozenset({K.PARTICIPANT_ABORTED, K.PARTICIPANT_ABSENT})
_LISTED = frozenset({K.PARTICIPANT_JOINED, K.PARTICIPANT_LEFT, K.PARTICIPANT_SEEN})


@dataclass(frozen=True)
class Connection:
    sid: str
    joined_at: datetime
    joined_by: Provenance
    left_at: datetime | None  # None: still in the room
    left_by: Provenance
    reason: str | None  # LiveKit's reason in lower case, or aborted, absent, room_ended, unlisted
    last_seen_at: datetime
    # LiveKit announced the end, so an older participant list does not reopen the connection.
    end_announced: bool = False


@dataclass(frozen=True)
class _End:
    at: datetime | None
    by: Provenance
    reason: str | None = None


class RoomHistory:
    """The ends and restarts of a room, which also end its connections."""

    def __init__(self, events: Iterable[SessionEvent]) -> None:
        all_events = list(events)
        self._ends = sorted(
            (e.occurred_at, e.kind) for e in all_events if e.kind in (K.ROOM_FINISHED, K.ROOM_REMADE)
        )
        self._sightings = sorted(moment(e) for e in all_events if e.participant_sid and is_sighting(e))

    def end_of(self, joined_at: datetime, last_seen: datetime) -> datetime | None:
        """When a connection ended with its room, or None if it outlived every end.

        A finished room had its people until then. A recreated room had lost them with its server, which lived at least
        until the last sighting of anyone in it.
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
    """The last moment that an event is evidence for: the end of the speech for talk, else when it occurred."""
    if event.kind == K.TALK and event.data.get("until"):
        return max(event.occurred_at, datetime.fromisoformat(event.data["until"]))
    return event.occurred_at


def is_sighting(event: SessionEvent) -> bool:
    """Whether the event shows that the server listed the connection when it occurred."""
    return event.kind not in _NOT_SIGHTINGS and not _is_late(event)


def read_connection(sid: str, own: Sequence[SessionEvent], room: RoomHistory) -> Connection | None:
    """The connection according to the events of one sid; None if it never became active."""
    kinds = {e.kind for e in own}
    if K.PARTICIPANT_ABORTED in kinds and not kinds & (_ACTS | {K.PARTICIPANT_JOINED, K.PARTICIPANT_LEFT}):
        return None
    sightings = [moment(e) for e in own if is_sighting(e)]
    joined_at, joined_by = _joined(own)
    last_seen = max([joined_at, *sightings])
    end = _end(own, joined_at, last_seen, room)
    left_at = max(end.at, joined_at) if end.at else None
    end_announced = bool(kinds & {K.PARTICIPANT_LEFT, K.PARTICIPANT_ABORTED})
    return Connection(sid, joined_at, joined_by, left_at, end.by, end.reason, last_seen, end_announced)


def _joined(own: Sequence[SessionEvent]) -> tuple[datetime, Provenance]:
    announced = [e.occurred_at for e in own if e.kind == K.PARTICIPANT_JOINED]
    announced += [t for e in own if e.source == EventSource.WEBHOOK and (t := _reported_join(e))]
    if announced:
        return min(announced), Provenance.ANNOUNCED
    observed = [t for e in own if (t := _reported_join(e))]
    if observed:
        return min(observed), Provenance.OBSERVED
    return min(e.occurred_at for e in own), Provenance.INFERRED


def _reported_join(event: SessionEvent) -> datetime | None:
    """The join time that LiveKit reports with other events."""
    joined_at = event.data.get("joined_at")
    return datetime.fromisoformat(joined_at) if joined_at else None


def _end(own: Sequence[SessionEvent], joined_at: datetime, last_seen: datetime, room: RoomHistory) -> _End:
    """The end by the best evidence: LiveKit's announcement, the watch, being listed by neither, the end of the room."""
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
    """The end that the watch observed, unless it saw the connection again later."""
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
    """The end of a connection that only the recorder observed: if it were still open, the watch would list it."""
    if any(e.kind in _LISTED for e in own):
        return None
    return _End(last_seen, Provenance.INFERRED, "unlisted")


def _is_act(event: SessionEvent) -> bool:
    return event.kind in _ACTS or (event.kind == K.TRACK_PUBLISHED and event.source == EventSource.WEBHOOK)


def _is_late(event: SessionEvent) -> bool:
    return event.kind == K.PARTICIPANT_LEFT and event.data.get("reason") == "connection_timeout"
