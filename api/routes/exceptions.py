"""The exceptions of an organization: what went wrong, whose work it is, and what was done about it."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute
from api.http.list_queries import CasesQuery
from api.http.paging import Page, next_cursor
from api.schemas.exceptions import (
    BulkResult,
    CaseDetail,
    EntryOut,
    HandlingTimesOut,
    IncidentOut,
    QueuedCaseOut,
)
from domain.people.access import Permission
from models.repositories import cases
from services import cases as operations
from services.bulk_cases import act_on_cases
from services.inputs.cases import Assignment, BulkAction, Comment, Resolution, Snooze

router = APIRouter(prefix="/v1", tags=["queues"], route_class=ApiRoute)
READ = [needs(Permission.EXCEPTIONS_READ)]
WRITE = [needs(Permission.EXCEPTIONS_WRITE)]


@router.get("/exceptions", dependencies=READ)
async def list_exceptions(db: Work, now: Now, query: Annotated[CasesQuery, Query()]) -> Page[QueuedCaseOut]:
    """List exceptions. Defaults to those that are not resolved, soonest due first."""
    rows, more = await cases.page(
        db,
        query.wanted(),
        unresolved=query.unresolved,
        overdue_at=now if query.overdue else None,
        grouped=query.grouped,
    )
    cursor = next_cursor([row.case for row in rows], more, query.sort)
    return Page(items=[QueuedCaseOut.of_queued(row) for row in rows], next_cursor=cursor)


@router.post("/exception-actions", dependencies=WRITE)
async def act_on_exceptions(wanted: BulkAction, shared: Shared, who: TheCaller, now: Now) -> list[BulkResult]:
    """Acknowledge, assign or resolve up to 200 exceptions. Each succeeds or fails alone."""
    results = await act_on_cases(shared.database, who, wanted, now)
    return [BulkResult.of(result) for result in results]


@router.get("/exceptions/{case_id}", dependencies=READ)
async def get_exception(case_id: UUID, db: Work) -> CaseDetail:
    """Read an exception with its evidence and what its kind says of it."""
    return CaseDetail.of_queued(await cases.get(db, case_id))


@router.get("/exceptions/{case_id}/history", dependencies=READ)
async def get_exception_history(case_id: UUID, db: Work) -> list[EntryOut]:
    """List what happened to an exception, in order: who did what, what was tried, who was told."""
    await cases.get(db, case_id)
    return [EntryOut.of(entry) for entry in await cases.entries(db, case_id)]


@router.post("/exceptions/{case_id}/acknowledge", dependencies=WRITE)
async def acknowledge_exception(case_id: UUID, db: Work, who: TheCaller, now: Now) -> QueuedCaseOut:
    """Say that you have seen an exception, so that nobody else is told of it."""
    return QueuedCaseOut.of_queued(await operations.acknowledge(db, who, case_id, now))


@router.post("/exceptions/{case_id}/start", dependencies=WRITE)
async def start_exception(case_id: UUID, db: Work, who: TheCaller, now: Now) -> QueuedCaseOut:
    """Say that you work on an exception now."""
    return QueuedCaseOut.of_queued(await operations.start(db, who, case_id, now))


@router.post("/exceptions/{case_id}/assign", dependencies=WRITE)
async def assign_exception(
    case_id: UUID, assignment: Assignment, db: Work, who: TheCaller, now: Now
) -> QueuedCaseOut:
    """Assign an exception to a staff member, or to yourself if you leave out `member_id`."""
    return QueuedCaseOut.of_queued(await operations.assign(db, who, case_id, assignment.member_id, now))


@router.post("/exceptions/{case_id}/snooze", dependencies=WRITE)
async def snooze_exception(
    case_id: UUID, snooze: Snooze, db: Work, who: TheCaller, now: Now
) -> QueuedCaseOut:
    """Put an exception aside for a while, after which it comes back."""
    return QueuedCaseOut.of_queued(await operations.snooze(db, who, case_id, snooze.duration, now))


@router.post("/exceptions/{case_id}/comments", dependencies=WRITE)
async def comment_on_exception(
    case_id: UUID, comment: Comment, db: Work, who: TheCaller, now: Now
) -> QueuedCaseOut:
    return QueuedCaseOut.of_queued(await operations.comment(db, who, case_id, comment.text, now))


@router.post("/exceptions/{case_id}/resolve", dependencies=WRITE)
async def resolve_exception(
    case_id: UUID, resolution: Resolution, db: Work, who: TheCaller, now: Now
) -> QueuedCaseOut:
    return QueuedCaseOut.of_queued(await operations.resolve(db, who, case_id, resolution.resolution, now))


@router.post("/exceptions/{case_id}/reopen", dependencies=WRITE)
async def reopen_exception(case_id: UUID, db: Work, who: TheCaller, now: Now) -> QueuedCaseOut:
    return QueuedCaseOut.of_queued(await operations.reopen(db, who, case_id, now))


@router.get("/incidents/{incident_id}", dependencies=READ)
async def get_incident(incident_id: UUID, db: Work) -> IncidentOut:
    """Read an incident: exceptions at one time that have one cause."""
    incident = await cases.incident(db, incident_id)
    total = await cases.cases_of_incident(db, incident_id)
    return IncidentOut.of(incident, total, await cases.unresolved_of_incident(db, incident_id))


@router.get("/metrics/exceptions", dependencies=READ)
async def get_exception_times(
    db: Work, now: Now, days: Annotated[int, Query(ge=1, le=365)] = 30
) -> list[HandlingTimesOut]:
    """How long exceptions waited, by kind, of those that were opened in the last days. The most frequent kind first."""
    return [
        HandlingTimesOut.of(times) for times in await cases.handling_times(db, now - timedelta(days=days))
    ]
