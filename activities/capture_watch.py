"""Finds running classes whose recorder has died with its worker, and records it, so that pages show it at once."""

from datetime import datetime, timedelta

from activities.progress import utc_now
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.states import ROOM_STATES
from models.database import Database
from models.repositories import captures, events
from models.repositories.captures import SilentCapture

EVERY_SECONDS = 2.0
SILENT_AFTER = timedelta(seconds=7)  # recorders send a heartbeat every two seconds
_STATES = sorted(state.value for state in ROOM_STATES)


class CaptureWatch:
    """The watch over the recorders of one region."""

    def __init__(self, database: Database, region: str) -> None:
        self._database = database
        self._region = region

    async def look(self) -> int:
        """Record the recorders that have fallen silent since the last look; returns how many. Raises Unavailable."""
        async with self._database.lookup() as db:
            silent = await captures.silent(db, self._region, _STATES, SILENT_AFTER)
        for one in silent:
            async with self._database.tenant(one.organization_id) as db:
                await events.record(db, one.organization_id, [(one.session_id, _lost(one, utc_now()))])
        return len(silent)


def _lost(silent: SilentCapture, now: datetime) -> SessionEvent:
    return SessionEvent(
        source=EventSource.WATCH,
        source_id=f"watch:capture-lost:{silent.seen_at.isoformat()}",
        kind=EventKind.CAPTURE_LOST,
        occurred_at=now,
        hidden=True,
        data={"reason": "silent", "last_heartbeat": silent.seen_at.isoformat()},
    )
