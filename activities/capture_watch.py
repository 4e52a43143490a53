"""Finds running classes that are not recorded, or not wholly, and opens a case for each until it is over.

A recorder that has fallen silent is recorded as well, so that pages show it at once.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from activities.isolation import WRITERS, for_each
from activities.progress import utc_now
from domain.cases.kinds import ExceptionKind
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.recording_watch import SILENT_AFTER, Closed, Opened, Problem, changes
from domain.sessions.states import ROOM_STATES
from models.database import Database
from models.repositories import captures, events
from models.repositories.captures import RunningRecording, SilentCapture
from services.cases import NewCase, open_case
from services.recording_cases import note_recorder_repairs, resolve_stretch

EVERY_SECONDS = 2.0
_STATES = sorted(state.value for state in ROOM_STATES)
_KINDS: Mapping[Problem, ExceptionKind] = {
    Problem.NOTHING_RECORDED: ExceptionKind.RECORDING_MISSING,
    Problem.TRACK_MISSING: ExceptionKind.TRACK_NOT_SUBSCRIBED,
}
_PROBLEMS: Mapping[str, Problem] = {kind.value: problem for problem, kind in _KINDS.items()}


class CaptureWatch:
    """The watch over the recorders of one region. It keeps nothing in memory."""

    def __init__(self, database: Database, region: str) -> None:
        self._database = database
        self._region = region

    async def look(self) -> None:
        """Record the recorders that have fallen silent; open and resolve the cases of what is not recorded.

        Raises Unavailable.
        """
        async with self._database.lookup() as db:
            silent = await captures.silent(db, self._region, _STATES, SILENT_AFTER)
            running = await captures.running(db, self._region, sorted(_PROBLEMS))
        for one in silent:
            async with self._database.tenant(one.organization_id) as db:
                await events.record(db, one.organization_id, [(one.session_id, _lost(one, utc_now()))])
        changed = {one.session_id: one for one in running if _changes(one)}
        await for_each(changed, self._report, what="report on its recording", at_once=WRITERS)

    async def _report(self, session_id: UUID, session: RunningRecording) -> None:
        for change in _changes(session):
            async with self._database.tenant(session.organization_id) as db:
                if isinstance(change, Opened):
                    await open_case(db, _case(session, change), utc_now())
                    await note_recorder_repairs(db, session_id)
                else:
                    await resolve_stretch(db, session_id, *_stretch(change), utc_now())


def _changes(session: RunningRecording) -> tuple[Opened | Closed, ...]:
    opened = [
        (_PROBLEMS[kind], since)
        for kind, occasion in session.stretches
        if (since := _time(occasion)) is not None
    ]
    return changes(session.running, opened, session.now)


def _case(session: RunningRecording, opened: Opened) -> NewCase:
    since = opened.since.isoformat()
    detail = {"since": since, "reason": opened.reason.value}
    return NewCase.about_session(
        session.organization_id, session.session_id, _KINDS[opened.problem], since, detail
    )


def _stretch(closed: Closed) -> tuple[ExceptionKind, datetime, datetime]:
    return _KINDS[closed.problem], closed.since, closed.until


def _time(occasion: str) -> datetime | None:
    """When a stretch began, from the occasion of its case."""
    try:
        return datetime.fromisoformat(occasion)
    except ValueError:
        return None


def _lost(silent: SilentCapture, now: datetime) -> SessionEvent:
    return SessionEvent(
        source=EventSource.WATCH,
        source_id=f"watch:capture-lost:{silent.seen_at.isoformat()}",
        kind=EventKind.CAPTURE_LOST,
        occurred_at=now,
        hidden=True,
        data={"reason": "silent", "last_heartbeat": silent.seen_at.isoformat()},
    )
