"""Compares the sessions on record with the workflows that Temporal runs, and opens a case for each difference.

Rooms without a session, recorders that have stopped, and cases and notices without a workflow are looked for elsewhere,
more often: by the watch over rooms and by the start of deliveries.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.cases.kinds import ExceptionKind
from domain.subjects import Subject, SubjectKind
from models.database import Database
from models.repositories import cases, records_comparison
from models.repositories.records_comparison import UnfinishedSession
from services.cases import NewCase, open_case, resolve_by_itself
from workflows.client import RunningSession, RunningSessions

SETTLED = timedelta(minutes=10)  # younger sessions and workflows may just be being booked
_MOST = 10_000  # sessions that are compared in one run
_MOST_CHECKED = 100  # differences that are looked into in one run
_NO_WORKFLOW, _NO_SESSION = "no_workflow", "no_session"


class RecordsComparison:
    def __init__(
        self, database: Database, running: RunningSessions, region: str, settled: timedelta = SETTLED
    ) -> None:
        self._database = database
        self._running = running
        self._region = region
        self._settled = settled

    async def compare(self) -> int:
        """Open and resolve cases; returns how many sessions differ. Raises Unavailable."""
        before = datetime.now(UTC) - self._settled
        async with self._database.unscoped() as db:
            unfinished = await records_comparison.unfinished(db, self._region, before, _MOST)
        running = await self._running.running(2 * _MOST)
        lost = await self._without_workflow(unfinished, running)
        for session in lost:
            await self._open_case(
                session.organization_id, Subject.session(session.session_id), _NO_WORKFLOW, session.session_id
            )
        await self._resolve([one for one in unfinished if one.reported and one.session_id in running])
        unknown = await self._without_session(unfinished, running, before)
        for workflow in unknown:
            if workflow.organization_id is not None:
                subject = Subject(SubjectKind.ORGANIZATION, workflow.organization_id)
                await self._open_case(workflow.organization_id, subject, _NO_SESSION, workflow.session_id)
        return len(lost) + len(unknown)

    async def _without_workflow(
        self, unfinished: list[UnfinishedSession], running: Mapping[UUID, RunningSession]
    ) -> list[UnfinishedSession]:
        """Temporal's list is late by seconds, so it is asked about each session that is not in it."""
        missing = [one for one in unfinished if one.session_id not in running and not one.reported]
        return [one for one in missing[:_MOST_CHECKED] if not await self._running.is_running(one.session_id)]

    async def _without_session(
        self,
        unfinished: list[UnfinishedSession],
        running: Mapping[UUID, RunningSession],
        started_before: datetime,
    ) -> list[RunningSession]:
        known = {one.session_id for one in unfinished}
        unlisted = [
            one for key, one in running.items() if key not in known and one.started_at < started_before
        ]
        if not unlisted:
            return []
        async with self._database.unscoped() as db:
            unknown = await records_comparison.unknown(db, [one.session_id for one in unlisted])
        return [one for one in unlisted if one.session_id in unknown][:_MOST_CHECKED]

    async def _open_case(
        self, organization_id: UUID, subject: Subject, difference: str, session_id: UUID
    ) -> None:
        detail = {"difference": difference, "session_id": str(session_id)}
        occasion = difference if difference == _NO_WORKFLOW else f"{difference} {session_id}"
        kind = ExceptionKind.RECORDS_DIFFER
        async with self._database.tenant(organization_id) as db:
            await open_case(db, NewCase(organization_id, subject, kind, occasion, detail), datetime.now(UTC))

    async def _resolve(self, sessions: list[UnfinishedSession]) -> None:
        for session in sessions:
            async with self._database.tenant(session.organization_id) as db:
                kinds = [ExceptionKind.RECORDS_DIFFER]
                for case in await cases.open_of_sessions(db, [session.session_id], kinds):
                    resolve_by_itself(case, "Its workflow runs.", datetime.now(UTC))
