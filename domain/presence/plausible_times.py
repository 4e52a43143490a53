"""Decides which times of events are plausible.

An event whose time is implausible is stored with the mark IMPLAUSIBLE_TIME in its data, and counts for nothing: a clock
that is wrong by years would otherwise give years of attendance, or make all later events look old. Its time is
plausible if it lies

- near the time at which it was received: LiveKit gives a webhook up after 30 seconds, while the product's own reports
  wait for a database that does not answer for up to a day, or
- in the class: from two hours before its start to two hours after its end.
"""

from datetime import datetime, timedelta

from domain.presence.events import EventSource, SessionEvent
from domain.sessions.schedule import MAX_CLASS_LENGTH

IMPLAUSIBLE_TIME = "implausible_time"

MOST_AHEAD = timedelta(minutes=5)  # of the receiver's clock
AROUND_CLASS = timedelta(hours=2)
_MOST_LATE = {EventSource.WEBHOOK: timedelta(minutes=15)}
_OWN_MOST_LATE = timedelta(days=1)

# A reported join is compared with the event that reports it: a connection is no longer than the longest class and the
# time that its room is open before and after.
LONGEST_CONNECTION = MAX_CLASS_LENGTH + 2 * AROUND_CLASS
_JOIN_AHEAD = timedelta(minutes=1)  # a webhook's own time has whole seconds


def most_late(source: EventSource) -> timedelta:
    """How late an event of this source may be received."""
    return _MOST_LATE.get(source, _OWN_MOST_LATE)


def is_plausible(event: SessionEvent, received_at: datetime, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether an event of a class with these planned times may have happened when it says."""
    at = event.occurred_at
    near = received_at - most_late(event.source) <= at <= received_at + MOST_AHEAD
    return near or starts_at - AROUND_CLASS <= at <= ends_at + AROUND_CLASS


def is_set_aside(event: SessionEvent) -> bool:
    """Whether the event was recorded with an implausible time."""
    return bool(event.data.get(IMPLAUSIBLE_TIME))


def reported_join(event: SessionEvent) -> datetime | None:
    """The join time that LiveKit reports with other events; None if there is none or it is implausible."""
    text = event.data.get("joined_at")
    if not text:
        return None
    joined_at = datetime.fromisoformat(text)
    earliest, latest = event.occurred_at - LONGEST_CONNECTION, event.occurred_at + _JOIN_AHEAD
    return joined_at if earliest <= joined_at <= latest else None
