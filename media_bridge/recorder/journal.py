"""Session events as the recorder tells them: numbered, so that telling one twice records it once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from domain.people.roles import capture_identity
from domain.presence.events import EventKind, EventSource, SessionEvent
from media_bridge.recorder.clock import RoomClock
from media_bridge.recorder.orders import Orders
from media_bridge.recorder.reports import EventSeen, Report


class Journal:
    def __init__(self, orders: Orders, clock: RoomClock, send: Callable[[Report], None]) -> None:
        self._recorder_id, self._clock, self._send = orders.recorder_id, clock, send
        self._self_identity = capture_identity(orders.config.session_id)
        self._count = 0

    def tell(
        self,
        kind: EventKind,
        *,
        identity: str,
        at: datetime | None = None,
        participant_sid: str | None = None,
        track_sid: str | None = None,
        hidden: bool = False,
        **data: Any,
    ) -> None:
        """Reports an event of a participant, at `at` or now."""
        event = SessionEvent(
            source=EventSource.CAPTURE,
            source_id=f"capture:{self._recorder_id}:{self._count}",
            kind=kind,
            occurred_at=at or self._clock.now(),
            identity=identity,
            participant_sid=participant_sid,
            track_sid=track_sid,
            hidden=hidden,
            data=data,
        )
        self._count += 1
        self._send(EventSeen(event))

    def tell_own(self, kind: EventKind, *, at: datetime | None = None, **data: Any) -> None:
        """Reports an event of the capture itself."""
        data["recorder_id"] = self._recorder_id
        self.tell(kind, identity=self._self_identity, at=at, hidden=True, **data)


class BlindSpan:
    """The span in which the class goes unheard; on record as soon as it ends."""

    def __init__(self, journal: Journal, since: datetime | None, reason: str) -> None:
        self._journal, self._since, self._reason = journal, since, reason

    @property
    def since(self) -> datetime | None:
        return self._since

    def begin(self, since: datetime, reason: str) -> None:
        """The earliest beginning stands until the span ends."""
        if self._since is None or since < self._since:
            self._since, self._reason = since, reason

    def end(self, until: datetime) -> None:
        since, self._since = self._since, None
        if since is not None and until - since > timedelta(0):
            span = {"from": since.isoformat(), "until": until.isoformat(), "reason": self._reason}
            self._journal.tell_own(EventKind.CAPTURE_BLIND, at=since, **span)
