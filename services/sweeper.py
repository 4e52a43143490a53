"""Finds what nothing works on any more in a region, and repairs it, or opens a case.

Each kind of loose end is looked for by itself: a server that does not answer keeps only its own from being found. A run
repairs a bounded number; the next one goes on. What is repaired is not found again.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.cases.repairs import Repair, RepairResult
from domain.errors import HomeroomError
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.scheduling.offers import SubstitutionState
from media_bridge.rooms import LiveKitRooms
from models.database import Database
from models.repositories import events, loose_ends, notices, sessions, substitutions
from models.repositories.loose_ends import LooseEnd, LooseEndKind
from services.case_repairs import INSTRUCTOR_CASES, tried_for_sessions
from services.cases import NewCase, open_case
from services.class_records import file_attendance
from services.outbox import end_unsent
from services.recording_cases import report_gaps
from workflows.client import CaseClient, LateAudioClient, RunningWorkflows, SubstitutionClient
from workflows.contracts.common import SessionRef
from workflows.contracts.substitutions import SubstitutionRef

SETTLED = timedelta(minutes=10)  # what changed later may be being worked on
_MOST = 100  # loose ends of a kind in one run
_MOST_CASES = 5_000  # unresolved cases that are compared with their workflows in one run

logger = logging.getLogger(__name__)


class Sweeper:
    def __init__(
        self,
        database: Database,
        rooms: LiveKitRooms,
        running: RunningWorkflows,
        cases: CaseClient,
        searches: SubstitutionClient,
        late_audio: LateAudioClient,
        region: str,
        settled: timedelta = SETTLED,
    ) -> None:
        self._database = database
        self._rooms = rooms
        self._running = running
        self._cases = cases
        self._searches = searches
        self._late_audio = late_audio
        self._region = region
        self._settled = settled

    async def sweep(self) -> int:
        """Returns how many loose ends were repaired or have a case now. Raises Unavailable without a database."""
        before = datetime.now(UTC) - self._settled
        async with self._database.unscoped() as db:
            found = await loose_ends.loose_ends(db, self._region, before, _MOST)
        swept = 0
        for loose_end in found:
            swept += await self._each(loose_end.kind, partial(self._tie_up, loose_end))
        swept += await self._each("room", partial(self._close_rooms, before))
        swept += await self._each("late audio", partial(self._transcribe_late_audio, before))
        return swept + await self._each("case", partial(self._start_cases, before))

    async def _each(self, kind: str, work: Callable[[], Awaitable[int]]) -> int:
        try:
            return await work()
        except HomeroomError as error:
            logger.warning("a loose end is left to the next run", extra={"kind": kind, "reason": error.code})
            return 0

    async def _tie_up(self, loose_end: LooseEnd) -> int:
        if loose_end.kind == LooseEndKind.SEARCH:
            return await self._start_search(loose_end)
        async with self._database.tenant(loose_end.organization_id) as db:
            await _WRITERS[loose_end.kind](db, loose_end, datetime.now(UTC))
        return 1

    async def _start_search(self, loose_end: LooseEnd) -> int:
        """Start the workflow of a search that goes on; where it runs, it looks once more."""
        async with self._database.tenant(loose_end.organization_id) as db:
            row = await substitutions.get(db, loose_end.subject_id)
        if row.state != SubstitutionState.SEARCHING:
            return 0
        if await self._running.is_search_running(row.session_id, row.number):
            return 0
        await self._searches.start(SubstitutionRef(row.organization_id, row.session_id, row.id), row.number)
        now = datetime.now(UTC)
        async with self._database.tenant(row.organization_id) as db:
            await tried_for_sessions(
                db,
                [row.session_id],
                INSTRUCTOR_CASES,
                Repair.SEARCH_STARTED,
                RepairResult.WORKED,
                now.isoformat(),
                now,
            )
        return 1

    async def _close_rooms(self, before: datetime) -> int:
        """The watch closes them within seconds; this closes those of a region whose watch is down."""
        rooms = [room.session_id for room in await self._rooms.list_rooms() if room.created_at < before]
        if not rooms:
            return 0
        async with self._database.unscoped() as db:
            forgotten = await loose_ends.without_room(db, self._region, rooms)
        for session_id in sorted(forgotten)[:_MOST]:
            await self._rooms.close_room(session_id)
            logger.warning("a room was closed whose class has none", extra={"session_id": str(session_id)})
        return min(len(forgotten), _MOST)

    async def _transcribe_late_audio(self, before: datetime) -> int:
        """Start the workflows of audio that came late, where it could not be started when the audio was stored."""
        async with self._database.unscoped() as db:
            found = await loose_ends.with_late_audio(db, self._region, before, _MOST)
        for organization_id, session_id in found:
            await self._late_audio.came(SessionRef(organization_id, session_id))
        return len(found)

    async def _start_cases(self, before: datetime) -> int:
        """Start the workflows of unresolved cases that do not run."""
        async with self._database.unscoped() as db:
            unresolved = await loose_ends.unresolved_cases(db, self._region, before, _MOST_CASES)
        if not unresolved:
            return 0
        running = await self._running.cases(2 * _MOST_CASES)
        stopped = [case for case in unresolved if case.id not in running][:_MOST]
        for case in stopped:
            await self._cases.changed(
                case.organization_id, case.id, f"Exception: {case.kind}, {case.severity}"
            )
        return len(stopped)


async def _end_capture(db: AsyncSession, loose_end: LooseEnd, now: datetime) -> None:
    """Write the end of a recording whose recorder is gone; what it did not store becomes a case."""
    session = await sessions.get_session(db, loose_end.subject_id)
    ended = SessionEvent(
        EventSource.WATCH,
        f"sweeper:capture-ended:{session.ended_at or session.ends_at}",
        EventKind.CAPTURE_ENDED,
        now,
        hidden=True,
        data={"reason": "recorder_gone"},
    )
    await events.record(db, session.organization_id, [(session.id, ended)])
    await report_gaps(db, session.organization_id, session.id, now)
    await tried_for_sessions(
        db,
        [session.id],
        [ExceptionKind.RECORDING_MISSING, ExceptionKind.RECORDING_GAP],
        Repair.CAPTURE_ENDED,
        RepairResult.WORKED,
        ended.source_id,
        now,
    )


async def _finish_record(db: AsyncSession, loose_end: LooseEnd, now: datetime) -> None:
    """File attendance that is missing; for what cannot be made again, open a case."""
    ref, part = SessionRef(loose_end.organization_id, loose_end.subject_id), loose_end.part
    if part == "attendance" and await file_attendance(db, ref, now):
        return
    kind = ExceptionKind.RECORD_UNFINISHED
    new = NewCase.about_session(ref.organization_id, ref.session_id, kind, part, {"part": part}, part)
    await open_case(db, new, now)


async def _give_up_notice(db: AsyncSession, loose_end: LooseEnd, now: datetime) -> None:
    message = await notices.get(db, loose_end.subject_id)
    if message.waits:
        db.expunge(message)  # it is ended by statements, which would make it stale
        await end_unsent(db, message, now)


_WRITERS = {
    LooseEndKind.CAPTURE: _end_capture,
    LooseEndKind.RECORD: _finish_record,
    LooseEndKind.NOTICE: _give_up_notice,
}
