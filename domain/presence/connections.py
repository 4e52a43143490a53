"""Determines when a connection (LiveKit participant sid) began and ended, from incomplete evidence.

Events may be lost, repeated, out of order or contradict each other. Each end of a connection is taken from the best
evidence:

    joined   LiveKit's announcement, else the join time in LiveKit's participant list, else the first event
    left     LiveKit's announcement, else the room watch missing it or LiveKit calling it aborted, unless the watch
             sees it later, else the last sighting of a connection that only the recorder observed, else the end of the
             room; else it is still open

A sighting is any event that shows that the server listed the connection. An act is something that the client did
itself; only acts prove that the client was alive, since the server lists a dead client for a while.

LiveKit calls a connection aborted that never became active to it. Other evidence may show that it was in the room
nevertheless: acts, more sightings than connecting takes, or the client's own statistics. Then it counts to its last
sighting, and is marked as disputed.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.presence.plausible_times import reported_join
from domain.presence.room_ends import BACK_AT_ONCE, RoomEnd, room_end

K = EventKind


class Provenance(StrEnum):
    """The evidence for one end of a connection."""

    ANNOUNCED = "announced"  # by a LiveKit webhook
    OBSERVED = "observed"  # by the room watch, in LiveKit's participant list
    INFERRED = "inferred"  # from other events
    NONE = "none"  # still open


# LiveKit gives a silent client up 10 s (disconnected) + 5 s (failed) + 5 s (clean-up) after its last packet.
TIMEOUT_LAG = timedelta(seconds=20)
# LiveKit lists a client while it connects, and aborts it if it has not connected by then.
CONNECTS_WITHIN = timedelta(seconds=30)

_ACTS = frozenset({K.TRACK_MUTED, K.TRACK_UNMUTED, K.TALK, K.CHAT, K.HAND_RAISED, K.HAND_LOWERED})
_NOT_SIGHTINGS = frozenset({K.PARTICIPANT_ABORTED, K.PARTICIPANT_ABSENT})
_LISTED = frozenset({K.PARTICIPANT_JOINED, K.PARTICIPANT_LEFT, K.PARTICIPANT_SEEN})
_ANNOUNCED = frozenset({K.PARTICIPANT_JOINED, K.PARTICIPANT_LEFT})
_GONE = frozenset({K.PARTICIPANT_ABORTED, K.PARTICIPANT_ABSENT})


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
    # LiveKit says that the connection never became active, and other evidence that it was in the room.
    disputed: bool = False
    room_sid: str | None = None  # None: no event names the room


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
            (end for e in all_events if (end := room_end(e))), key=lambda end: (end.at, end.kind)
        )
        rooms = {e.participant_sid: e.room_sid for e in all_events if e.participant_sid and e.room_sid}
        self._sightings = sorted(
            (moment(e), rooms.get(e.participant_sid) or "")
            for e in all_events
            if e.participant_sid and is_sighting(e)
        )

    def end_of(self, room_sid: str | None, joined_at: datetime, last_seen: datetime) -> datetime | None:
        """When a connection ended with its room, or None if it outlived every end.

        A finished room had its people until then. A recreated room had lost them with its server, which lived at least
        until the last sighting of anyone in it.
        """
        for end in self._ends:
            if end.ends(room_sid, joined_at, last_seen):
                return max(last_seen, end.at if end.kind == K.ROOM_FINISHED else self._alive_before(end))
        return None

    def lost_after(self, last_look: datetime) -> datetime:
        """When the server was last alive that the watch found without this room after `last_look`."""
        remade = (end for end in self._ends if end.kind == K.ROOM_REMADE and end.at >= last_look)
        first = next(remade, None)
        return max(last_look, self._alive_before(first)) if first else last_look

    def _alive_before(self, remade: RoomEnd) -> datetime:
        """The last sighting in the room that was lost. Clients that wait for the new one are back a moment before."""
        before = bisect_right(self._sightings, remade.at - BACK_AT_ONCE, key=lambda sighting: sighting[0])
        lost = (at for at, room in reversed(self._sightings[:before]) if not room or room != remade.room_sid)
        return next(lost, datetime.min.replace(tzinfo=remade.at.tzinfo))


def moment(event: SessionEvent) -> datetime:
    """The last moment that an event is evidence for: the end of the speech or sound, else when it occurred."""
    if event.kind in (K.TALK, K.SOUND) and event.data.get("until"):
        return max(event.occurred_at, datetime.fromisoformat(event.data["until"]))
    return event.occurred_at


def is_sighting(event: SessionEvent) -> bool:
    """Whether the event shows that the server listed the connection when it occurred."""
    return event.kind not in _NOT_SIGHTINGS and not _is_late(event) and not is_without_packets(event)


def is_without_packets(event: SessionEvent) -> bool:
    """Whether the event reports that nothing came from the client; its decoder then goes on with silence."""
    return event.kind == K.AUDIO_CONCEALED and event.data.get("packets") == 0


def read_connection(
    sid: str, own: Sequence[SessionEvent], room: RoomHistory, client_reports: Sequence[datetime] = ()
) -> Connection | None:
    """The connection according to the events of one sid; None if it never became active.

    `client_reports` are the times at which the person's browser sent statistics.
    """
    kinds = {e.kind for e in own}
    joined_at, joined_by = _joined(own)
    disputed = K.PARTICIPANT_ABORTED in kinds and not kinds & _ANNOUNCED
    sightings = [moment(e) for e in own if is_sighting(e)]
    if disputed:
        reports = _while_connected(own, joined_at, client_reports)
        if not (reports or _is_back(own) or _was_in_room(own, joined_at, sightings)):
            return None
        sightings += reports
    last_seen = max([joined_at, *sightings])
    room_sid = max((e.room_sid for e in own if e.room_sid), default=None)
    end = _end(own, room_sid, joined_at, last_seen, room)
    return Connection(
        sid,
        joined_at,
        joined_by,
        max(end.at, joined_at) if end.at else None,
        end.by,
        end.reason,
        last_seen,
        end_announced=K.PARTICIPANT_LEFT in kinds,
        disputed=disputed,
        room_sid=room_sid,
    )


def _while_connected(
    own: Sequence[SessionEvent], joined_at: datetime, client_reports: Sequence[datetime]
) -> list[datetime]:
    """The statistics that the browser sent from the join to LiveKit's abort, which need media that flow."""
    aborted_at = max(e.occurred_at for e in own if e.kind == K.PARTICIPANT_ABORTED)
    return [at for at in client_reports if joined_at <= at <= aborted_at]


def _was_in_room(own: Sequence[SessionEvent], joined_at: datetime, sightings: Sequence[datetime]) -> bool:
    """Whether an aborted connection was heard, did something, or was listed for longer than connecting takes."""
    missed = [
        e.occurred_at for e in own if e.kind == K.PARTICIPANT_ABSENT
    ]  # dated at the last look that listed it
    listed_until = max([joined_at, *sightings, *missed])
    was_active = any(e.kind == K.SOUND or _is_act(e) for e in own)
    return was_active or listed_until - joined_at > CONNECTS_WITHIN


def _is_back(own: Sequence[SessionEvent]) -> bool:
    """Whether the watch saw the connection after it was missed or aborted."""
    gone = [e.occurred_at for e in own if e.kind in _GONE]
    seen = [e.occurred_at for e in own if e.kind == K.PARTICIPANT_SEEN]
    return bool(gone and seen) and max(seen) > max(gone)


def joined_at(own: Sequence[SessionEvent]) -> datetime:
    """When the connection with these events was made."""
    return _joined(own)[0]


def _joined(own: Sequence[SessionEvent]) -> tuple[datetime, Provenance]:
    announced = [e.occurred_at for e in own if e.kind == K.PARTICIPANT_JOINED]
    announced += [t for e in own if e.source == EventSource.WEBHOOK and (t := reported_join(e))]
    if announced:
        return min(announced), Provenance.ANNOUNCED
    observed = [t for e in own if (t := reported_join(e))]
    if observed:
        return min(observed), Provenance.OBSERVED
    first = min(own, key=lambda e: (e.occurred_at, e.kind != K.PARTICIPANT_SEEN))
    by_watch = first.kind == K.PARTICIPANT_SEEN
    return first.occurred_at, Provenance.OBSERVED if by_watch else Provenance.INFERRED


def _end(
    own: Sequence[SessionEvent],
    room_sid: str | None,
    joined_at: datetime,
    last_seen: datetime,
    room: RoomHistory,
) -> _End:
    """The end by the best evidence: LiveKit's announcement, the watch, being listed by neither, the end of the room."""
    return (
        _announced(own, joined_at)
        or _gone(own, last_seen, room)
        or _unlisted(own, last_seen)
        or _with_room(room_sid, joined_at, last_seen, room)
        or _End(None, Provenance.NONE)
    )


def _announced(own: Sequence[SessionEvent], joined_at: datetime) -> _End | None:
    left = [e for e in own if e.kind == K.PARTICIPANT_LEFT]
    if not left:
        return None
    first = min(left, key=lambda e: (e.occurred_at, e.source_id))
    reason = first.data.get("reason")
    if not _is_late(first):
        return _End(first.occurred_at, Provenance.ANNOUNCED, reason)
    acts = [moment(e) for e in own if _is_act(e)]
    last_packet = max([joined_at, first.occurred_at - TIMEOUT_LAG, *acts])
    return _End(min(last_packet, first.occurred_at), Provenance.INFERRED, reason)


def _gone(own: Sequence[SessionEvent], last_seen: datetime, room: RoomHistory) -> _End | None:
    """The end that the watch observed or LiveKit's abort implies, unless the watch saw the connection later."""
    gone = sorted((e for e in own if e.kind in _GONE), key=lambda e: (e.occurred_at, e.source_id))
    if not gone or _is_back(own):
        return None
    reason = "aborted" if any(e.kind == K.PARTICIPANT_ABORTED for e in gone) else "absent"
    listed = [e.occurred_at for e in own if e.kind == K.PARTICIPANT_SEEN]
    listed += [_missed_since(e, room) for e in gone if e.kind == K.PARTICIPANT_ABSENT][-1:]
    if not listed or last_seen > max(listed):
        return _End(last_seen, Provenance.INFERRED, reason)
    return _End(max(listed), Provenance.OBSERVED, reason)


def _missed_since(absent: SessionEvent, room: RoomHistory) -> datetime:
    """When the connection was last there: at the last look, or with its server if that was lost with all rooms."""
    return room.lost_after(absent.occurred_at) if absent.data.get("with_room") else absent.occurred_at


def _with_room(
    room_sid: str | None, joined_at: datetime, last_seen: datetime, room: RoomHistory
) -> _End | None:
    end = room.end_of(room_sid, joined_at, last_seen)
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
