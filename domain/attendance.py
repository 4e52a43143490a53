"""Attendance, folded from recorded events by connection (LiveKit participant sid), never by identity.

A full reconnect is a new connection, and the old one's `left` may come after the new one's `joined`. Events may be
lost, repeated or out of order: each end of a connection is taken from the best evidence there is, with provenance.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.events import EventKind, SessionEvent


class Provenance(StrEnum):
    ANNOUNCED = "announced"  # LiveKit said so
    OBSERVED = "observed"  # the watch saw it in LiveKit's list
    INFERRED = "inferred"  # concluded from the last or first proof of life
    NONE = "none"  # still open


# With these reasons LiveKit announces the end some time after the last packet.
_LATE_REASONS = frozenset({"connection_timeout", "signal_close"})
_ENDS_ROOM = frozenset({EventKind.ROOM_FINISHED, EventKind.ROOM_REMADE})
_NO_PROOF = frozenset({EventKind.PARTICIPANT_ABORTED, EventKind.PARTICIPANT_ABSENT})


@dataclass(frozen=True)
class Connection:
    sid: str
    joined_at: datetime
    joined_by: Provenance
    left_at: datetime | None  # None: still in the room
    left_by: Provenance
    reason: str | None
    last_seen_at: datetime  # the last proof of life


@dataclass(frozen=True)
class Interval:
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Attendance:
    identity: str
    connections: tuple[Connection, ...]
    intervals: tuple[Interval, ...]  # merged, without overlap; an open one ends at `until`
    present: bool

    @property
    def seconds(self) -> float:
        return sum((i.end - i.start for i in self.intervals), timedelta()).total_seconds()

    @property
    def first_joined_at(self) -> datetime | None:
        return self.intervals[0].start if self.intervals else None

    @property
    def last_left_at(self) -> datetime | None:
        return self.intervals[-1].end if self.intervals and not self.present else None

    @property
    def reconnects(self) -> int:
        return max(len(self.connections) - 1, 0)


def fold_attendance(events: Iterable[SessionEvent], *, until: datetime | None) -> dict[str, Attendance]:
    """Attendance by identity. `until` is the end of an open interval: now, or the end of the class.

    Without `until` an open interval ends at its last proof of life.
    """
    by_sid: dict[str, list[SessionEvent]] = defaultdict(list)
    room_ends: list[datetime] = []
    for event in events:
        if event.kind in _ENDS_ROOM:
            room_ends.append(event.occurred_at)
        elif event.participant_sid and event.identity and not event.hidden:
            by_sid[event.participant_sid].append(event)
    connections: dict[str, list[Connection]] = defaultdict(list)
    for sid, own in by_sid.items():
        connection = _connection(sid, own, sorted(room_ends))
        if connection:
            connections[own[0].identity or ""].append(connection)
    return {identity: _attendance(identity, found, until) for identity, found in connections.items()}


def _attendance(identity: str, connections: Sequence[Connection], until: datetime | None) -> Attendance:
    ordered = tuple(sorted(connections, key=lambda c: (c.joined_at, c.sid)))
    spans = [(c.joined_at, c.left_at or max(until or c.last_seen_at, c.joined_at)) for c in ordered]
    return Attendance(identity, ordered, _merged(spans), any(c.left_at is None for c in ordered))


def _merged(spans: Sequence[tuple[datetime, datetime]]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Interval(start, end))
    return tuple(merged)


def _connection(sid: str, own: Sequence[SessionEvent], room_ends: Sequence[datetime]) -> Connection | None:
    joined = _joined(own)
    if joined is None:
        return None
    joined_at, joined_by = joined
    proofs = [e.occurred_at for e in own if e.kind not in _NO_PROOF and not _is_late(e)]
    last_seen = max([joined_at, *proofs])
    left_at, left_by, reason = _left(own, last_seen, room_ends)
    if left_at is not None:
        left_at = max(left_at, joined_at)
    return Connection(sid, joined_at, joined_by, left_at, left_by, reason, last_seen)


def _joined(own: Sequence[SessionEvent]) -> tuple[datetime, Provenance] | None:
    """The announced moment; else the one that the server told the watch or a `left`; else the first proof of life."""
    announced = [e.occurred_at for e in own if e.kind == EventKind.PARTICIPANT_JOINED]
    if announced:
        return min(announced), Provenance.ANNOUNCED
    told = [datetime.fromisoformat(e.data["joined_at"]) for e in own if e.data.get("joined_at")]
    if told:
        return min(told), Provenance.OBSERVED
    if all(e.kind == EventKind.PARTICIPANT_ABORTED for e in own):
        return None
    return min(e.occurred_at for e in own), Provenance.INFERRED


def _left(
    own: Sequence[SessionEvent], last_seen: datetime, room_ends: Sequence[datetime]
) -> tuple[datetime | None, Provenance, str | None]:
    left = [e for e in own if e.kind == EventKind.PARTICIPANT_LEFT]
    if left:
        first = min(left, key=lambda e: e.occurred_at)
        reason = first.data.get("reason")
        if _is_late(first):
            return last_seen, Provenance.INFERRED, reason
        return first.occurred_at, Provenance.ANNOUNCED, reason
    if any(e.kind == EventKind.PARTICIPANT_ABORTED for e in own):
        return last_seen, Provenance.INFERRED, "aborted"
    ended = next((end for end in room_ends if end >= last_seen), None)
    if ended is not None:
        return last_seen, Provenance.INFERRED, "room_ended"
    absent = [e.occurred_at for e in own if e.kind == EventKind.PARTICIPANT_ABSENT]
    if absent and max(absent) >= last_seen:
        return max(absent), Provenance.OBSERVED, "absent"
    return None, Provenance.NONE, None


def _is_late(event: SessionEvent) -> bool:
    return event.kind == EventKind.PARTICIPANT_LEFT and event.data.get("reason") in _LATE_REASONS
