"""Finds running classes that are not recorded: whose recorder has died with its worker, or has never come.

The first is recorded, so that pages show it at once; of both somebody is told.
"""

from datetime import datetime, timedelta

from activities.progress import utc_now
from domain.cases.kinds import ExceptionKind
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.board import RECORDER_GRACE
from domain.sessions.states import ROOM_STATES
from models.database import Database
from models.repositories import captures, events
from models.repositories.captures import SilentCapture, UnrecordedClass
from services.cases import NewCase, open_case

EVERY_SECONDS = 2.0
SILENT_AFTER = timedelta(seconds=7)  # recorders send a heartbeat every two seconds
_STATES = sorted(state.value for state in ROOM_STATES)


class CaptureWatch:
    """The watch over the recorders of one region."""

    def __init__(self, database: Database, region: str) -> None:
        self._database = database
        self._region = region
        self._told: list[NewCase] = []  # the cases of the last look

    async def look(self) -> None:
        """Record the recorders that have fallen silent, and open a case for each class that is not recorded.

        Raises Unavailable.
        """
        async with self._database.lookup() as db:
            silent = await captures.silent(db, self._region, _STATES, SILENT_AFTER)
            unrecorded = await captures.unrecorded(db, self._region, RECORDER_GRACE)
        for one in silent:
            async with self._database.tenant(one.organization_id) as db:
                await events.record(db, one.organization_id, [(one.session_id, _lost(one, utc_now()))])
        for missing in unrecorded:
            if (case := _case(missing)) not in self._told:
                async with self._database.tenant(missing.organization_id) as db:
                    await open_case(db, case, utc_now())
        self._told = [_case(missing) for missing in unrecorded]


def _case(missing: UnrecordedClass) -> NewCase:
    since = missing.since.isoformat()
    kind = ExceptionKind.RECORDING_MISSING
    return NewCase.about_session(missing.organization_id, missing.session_id, kind, since, {"since": since})


def _lost(silent: SilentCapture, now: datetime) -> SessionEvent:
    return SessionEvent(
        source=EventSource.WATCH,
        source_id=f"watch:capture-lost:{silent.seen_at.isoformat()}",
        kind=EventKind.CAPTURE_LOST,
        occurred_at=now,
        hidden=True,
        data={"reason": "silent", "last_heartbeat": silent.seen_at.isoformat()},
    )
