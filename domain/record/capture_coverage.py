"""How much of a class was recorded, derived from the recorder's events."""

from collections.abc import Iterable
from datetime import datetime

from domain.intervals import Interval, difference, intersection, total_seconds
from domain.presence.events import EventKind, EventSource, SessionEvent

# A recording counts as complete from this share of the class on.
COMPLETE_SHARE = 0.95


def recorded_intervals(events: Iterable[SessionEvent]) -> tuple[Interval, ...]:
    """The time from the first recorder's start to the last capture event, without the reported blind spans.

    A recorder that takes over from another reports the gap between them as a blind span.
    """
    own = [e for e in events if e.source == EventSource.CAPTURE]
    started = [e.occurred_at for e in own if e.kind == EventKind.CAPTURE_STARTED]
    if not started:
        return ()
    blind = [
        Interval(datetime.fromisoformat(e.data["from"]), datetime.fromisoformat(e.data["until"]))
        for e in own
        if e.kind == EventKind.CAPTURE_BLIND
    ]
    return difference([Interval(min(started), max(e.occurred_at for e in own))], blind)


def recorded_share(events: Iterable[SessionEvent], live_at: datetime, ended_at: datetime) -> float:
    """The share of the class that was recorded, 0 to 1."""
    live = Interval(live_at, ended_at)
    length = total_seconds([live])
    return total_seconds(intersection(recorded_intervals(events), [live])) / length if length > 0 else 0.0
