"""Builders of session events; times are given in seconds from T0."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from domain.presence.events import EventKind, EventSource, SessionEvent

T0 = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
_numbers = count()


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def event(
    kind: EventKind,
    when: float,
    who: str | None = None,
    sid: str | None = None,
    *,
    source: EventSource = EventSource.CAPTURE,
    track: str | None = None,
    hidden: bool = False,
    **data: Any,
) -> SessionEvent:
    source_id = f"{source}:{kind}:{sid}:{when}:{next(_numbers)}"
    return SessionEvent(source, source_id, kind, at(when), who, sid, track, hidden, data)


def joined(who: str, sid: str, seconds: float, **more: Any) -> SessionEvent:
    return event(EventKind.PARTICIPANT_JOINED, seconds, who, sid, source=EventSource.WEBHOOK, **more)


def left(
    who: str,
    sid: str,
    seconds: float,
    reason: str = "client_initiated",
    *,
    since: float | None = None,
    **more: Any,
) -> SessionEvent:
    """`since` is the time of joining, which LiveKit repeats in this event."""
    data: dict[str, Any] = {"reason": reason, **more} | (
        {"joined_at": at(since).isoformat()} if since is not None else {}
    )
    return event(EventKind.PARTICIPANT_LEFT, seconds, who, sid, source=EventSource.WEBHOOK, **data)


def seen(who: str, sid: str, seconds: float, *, since: float, **more: Any) -> SessionEvent:
    return event(
        EventKind.PARTICIPANT_SEEN,
        seconds,
        who,
        sid,
        source=EventSource.WATCH,
        joined_at=at(since).isoformat(),
        **more,
    )


def absent(who: str, sid: str, seconds: float, **more: Any) -> SessionEvent:
    return event(EventKind.PARTICIPANT_ABSENT, seconds, who, sid, source=EventSource.WATCH, **more)


def aborted(who: str, sid: str, seconds: float, **more: Any) -> SessionEvent:
    return event(EventKind.PARTICIPANT_ABORTED, seconds, who, sid, source=EventSource.WEBHOOK, **more)


def remade(seconds: float, **more: Any) -> SessionEvent:
    return event(EventKind.ROOM_REMADE, seconds, source=EventSource.WATCH, **more)


def finished(seconds: float, **more: Any) -> SessionEvent:
    return event(EventKind.ROOM_FINISHED, seconds, source=EventSource.WEBHOOK, **more)
