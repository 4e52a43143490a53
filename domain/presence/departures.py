"""Whether the instructor of a running class has left students alone, and of whom LiveKit has told nothing."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from domain.presence.arrivals import came_to_class
from domain.presence.attendance import Attendance
from domain.presence.connections import Provenance

GONE_FOR = timedelta(minutes=3)
"""How long an instructor has to be away: who reloads the page or changes the device is back by then."""
BEFORE_END = timedelta(minutes=5)
"""Who leaves this shortly before the planned end has said goodbye."""
UNANNOUNCED_FOR = timedelta(seconds=45)
"""How long LiveKit may take to report a connection that the watch sees; it sends each webhook several times."""


def left_alone_since(
    attendance: Mapping[str, Attendance],
    *,
    teachers: Collection[str],
    students: Collection[str],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> datetime | None:
    """When the instructor left who was in the class and whom students in the room miss; None: nobody misses them.

    Teachers and students are identities.
    """
    teaching = [attendance[who] for who in teachers if who in attendance]
    taught = [own for own in teaching if came_to_class(own, starts_at)]
    if not taught or any(own.present for own in teaching):
        return None
    left_at = max(own.intervals[-1].end for own in taught)
    if now - left_at < GONE_FOR or left_at >= ends_at - BEFORE_END:
        return None
    misses = any(who in attendance and attendance[who].present for who in students)
    return left_at if misses else None


def latest_unannounced(attendance: Iterable[Attendance], now: datetime) -> str | None:
    """The sid of the latest connection that the watch saw a while ago and LiveKit has never reported."""
    silent = [
        (connection.joined_at, connection.sid)
        for own in attendance
        for connection in own.connections
        if connection.joined_by == Provenance.OBSERVED and now - connection.joined_at >= UNANNOUNCED_FOR
    ]
    return max(silent)[1] if silent else None
