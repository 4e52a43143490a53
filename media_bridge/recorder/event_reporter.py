"""Reports session events to the parent, with a numbered source id so that a repeated event is stored once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from domain.people.roles import capture_identity
from domain.presence.events import EventKind, EventSource, SessionEvent
from media_bridge.recorder.clock import SteadyClock
from media_bridge.recorder.config import StartMessage
from media_bridge.recorder.reports import EventObserved, Report


class EventReporter:
    """Builds session events and sends them to the parent process."""

    def __init__(
        self, start_message: StartMessage, clock: SteadyClock, send: Callable[[Report], None]
    ) -> None:
        self._recorder_id, self._clock, self._send = start_message.recorder_id, clock, send
        self._capture_identity = capture_identity(start_message.config.session_id)
        self._count = 0

    def report(
        self,
        kind: EventKind,
        *,
        identity: str,
        at: datetime | None = None,
        participant_sid: str | None = None,
        track_sid: str | None = None,
        hidden: bool = False,
        source_id: str | None = None,
        **data: Any,
    ) -> None:
        """Reports an event of a participant that happened at `at`, by default now.

        `source_id` is given if others report the same event; by default the event is numbered.
        """
        event = SessionEvent(
            source=EventSource.CAPTURE,
            source_id=source_id or f"capture:{self._recorder_id}:{self._count}",
            kind=kind,
            occurred_at=at or self._clock.now(),
            identity=identity,
            participant_sid=participant_sid,
            track_sid=track_sid,
            hidden=hidden,
            data=data,
        )
        self._count += 1
        self._send(EventObserved(event))

    def report_capture_event(self, kind: EventKind, *, at: datetime | None = None, **data: Any) -> None:
        """Reports an event of the recorder itself."""
        data["recorder_id"] = self._recorder_id
        self.report(kind, identity=self._capture_identity, at=at, hidden=True, **data)


class BlindSpan:
    """The span during which nothing is recorded; it is reported when it ends."""

    def __init__(self, reporter: EventReporter, since: datetime | None, reason: str) -> None:
        self._reporter, self._since, self._reason = reporter, since, reason

    @property
    def since(self) -> datetime | None:
        """Start of the open span, None while the class is recorded."""
        return self._since

    def begin(self, since: datetime, reason: str) -> None:
        """Opens a span; if one is open already, the earlier start counts."""
        if self._since is None or since < self._since:
            self._since, self._reason = since, reason

    def end(self, until: datetime) -> None:
        """Closes and reports the open span, if there is one."""
        since, self._since = self._since, None
        if since is not None and until - since > timedelta(0):
            span = {"from": since.isoformat(), "until": until.isoformat(), "reason": self._reason}
            self._reporter.report_capture_event(EventKind.CAPTURE_BLIND, at=since, **span)
