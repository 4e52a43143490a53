"""When the recorder heard the class, from what it told of itself."""

from collections.abc import Iterable
from datetime import datetime

from domain.intervals import Interval, common, seconds, without
from domain.presence.events import EventKind, EventSource, SessionEvent

# A recording is whole when the recorder heard this much of the class.
HEARD_ENOUGH = 0.95


def heard(events: Iterable[SessionEvent]) -> tuple[Interval, ...]:
    """From the recorder's start to its last word, without the spans it calls blind.

    A recorder that starts again after another tells from when to when nobody heard.
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
    return without([Interval(min(started), max(e.occurred_at for e in own))], blind)


def heard_share(events: Iterable[SessionEvent], live_at: datetime, ended_at: datetime) -> float:
    """The share of the class, 0 to 1, in which it was heard."""
    live = Interval(live_at, ended_at)
    length = seconds([live])
    return seconds(common(heard(events), [live])) / length if length > 0 else 0.0
