"""Folds events into live statuses in Python, as the SQL statement that records events does."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from domain.presence import live_status
from domain.presence.connections import moment
from domain.presence.events import EventKind, SessionEvent
from domain.presence.live_status import ConnectionStatus, RoomStatus, marks, quality_word
from domain.presence.plausible_times import reported_join
from domain.presence.room_ends import room_end


def connections(events: Iterable[SessionEvent]) -> tuple[ConnectionStatus, ...]:
    by_key: dict[tuple[str, str], list[SessionEvent]] = defaultdict(list)
    for event in events:
        if marks(event) & live_status.CONNECTION:
            by_key[event.identity or "", event.participant_sid or ""].append(event)
    return tuple(_connection(*key, own) for key, own in by_key.items())


def room(events: Iterable[SessionEvent]) -> RoomStatus:
    recorded = list(events)
    return RoomStatus(
        frozenset(end for e in recorded if (end := room_end(e))),
        _latest(recorded, live_status.CAPTURE_STARTED),
        _latest(recorded, live_status.CAPTURE_ENDED),
    )


def _connection(identity: str, sid: str, own: list[SessionEvent]) -> ConnectionStatus:
    join_times = {e.source_id: joined_at for e in own if (joined_at := reported_join(e))}
    announced = [e.occurred_at for e in own if marks(e) & live_status.JOINED]
    announced += [
        join_times[e.source_id]
        for e in own
        if e.source_id in join_times and marks(e) & live_status.FROM_LIVEKIT
    ]
    words = [quality_word(e) for e in own if e.kind == EventKind.QUALITY]
    return ConnectionStatus(
        identity=identity,
        participant_sid=sid,
        hidden=any(e.hidden for e in own),
        listed=any(marks(e) & live_status.LISTED for e in own),
        announced_at=min(announced, default=None),
        observed_at=min(join_times.values(), default=None),
        first_at=min(e.occurred_at for e in own),
        sighted_at=max((moment(e) for e in own if marks(e) & live_status.SIGHTED), default=None),
        seen_at=_latest(own, live_status.SEEN),
        absent_at=_latest(own, live_status.ABSENT),
        left_at=_latest(own, live_status.LEFT),
        quality_word=max((word for word in words if word is not None), default=None),
        room_sid=max((e.room_sid for e in own if e.room_sid), default=None),
    )


def _latest(events: Iterable[SessionEvent], mark: int) -> datetime | None:
    return max((e.occurred_at for e in events if marks(e) & mark), default=None)
