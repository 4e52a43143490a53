"""Computes each person's attendance from recorded events, as the union of their connections (LiveKit participant sids).

Connections may overlap: a full reconnect is a new connection, and the `left` event of the old one may come after the
`joined` event of the new one. The union counts no time twice. A connection may be shorter than the clocks can measure:
it is a visit of no length, and the person came.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.intervals import Interval, merged, total_seconds
from domain.people.roles import capture_identity
from domain.presence.connections import Connection, RoomHistory, read_connection
from domain.presence.events import EventSource, SessionEvent

_CAPTURE = capture_identity("")


@dataclass(frozen=True)
class Attendance:
    """One person's attendance of one class."""

    identity: str
    connections: tuple[Connection, ...]
    intervals: tuple[Interval, ...]  # merged, without overlap; an open connection ends at `until`
    present: bool

    @property
    def seconds(self) -> float:
        return total_seconds(self.intervals)

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
    """Attendance by identity, people only. `until` ends open connections: now, or the end of the class.

    Without `until`, an open connection ends at its last sighting. The order and repetition of events do not matter.
    """
    all_events = list(events)
    room = RoomHistory(all_events)
    reports = _client_reports(all_events)
    by_person: dict[str, dict[str, list[SessionEvent]]] = defaultdict(dict)
    for sid, own in _by_connection(all_events).items():
        by_person[min(e.identity or "" for e in own)][sid] = own
    connections = {who: _connections(by_person[who], room, reports[who]) for who in sorted(by_person)}
    return {who: _attendance(who, found, until) for who, found in connections.items() if found}


def _client_reports(events: Iterable[SessionEvent]) -> dict[str, list[datetime]]:
    """When each person's browser sent statistics, which do not name the connection."""
    reports: dict[str, list[datetime]] = defaultdict(list)
    for event in events:
        if event.source == EventSource.CLIENT and event.identity:
            reports[event.identity].append(event.occurred_at)
    return reports


def _by_connection(events: Iterable[SessionEvent]) -> dict[str, list[SessionEvent]]:
    """Events by connection, without machines: one hidden event marks its whole connection as a machine's."""
    by_sid: dict[str, list[SessionEvent]] = defaultdict(list)
    for event in events:
        if event.participant_sid and event.identity and not event.identity.startswith(_CAPTURE):
            by_sid[event.participant_sid].append(event)
    return {sid: own for sid, own in by_sid.items() if not any(e.hidden for e in own)}


def _connections(
    by_sid: Mapping[str, Sequence[SessionEvent]], room: RoomHistory, reports: Sequence[datetime]
) -> list[Connection]:
    """A person's connections. Their browser's statistics stand for those that no connection explains without them."""
    found = {sid: read_connection(sid, own, room) for sid, own in by_sid.items()}
    if reports and not all(found.values()):
        known = [connection for connection in found.values() if connection]
        others = [at for at in reports if not any(_spans(connection, at) for connection in known)]
        found |= {
            sid: read_connection(sid, by_sid[sid], room, others) for sid, kept in found.items() if not kept
        }
    return [connection for connection in found.values() if connection]


def _spans(connection: Connection, at: datetime) -> bool:
    return connection.joined_at <= at and (connection.left_at is None or at <= connection.left_at)


def _attendance(identity: str, connections: Sequence[Connection], until: datetime | None) -> Attendance:
    ordered = tuple(sorted(connections, key=lambda c: (c.joined_at, c.sid)))
    spans = (Interval(c.joined_at, c.left_at or until or c.last_seen_at) for c in ordered)
    return Attendance(identity, ordered, merged(spans), any(c.left_at is None for c in ordered))
