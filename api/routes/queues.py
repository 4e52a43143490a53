"""What waits for somebody, whatever it is about: exceptions and the outbox."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import needs
from api.http.dependencies import Now, TheCaller, Work
from api.http.idempotency import ApiRoute
from api.http.list_queries import CasesQuery, NoticesQuery
from api.http.paging import Page, next_cursor
from api.schemas.records import NoticeDetail, NoticeOut, QueuedCaseOut
from domain.people.access import Permission
from models.repositories import cases, notices
from services import cases as operations
from services.inputs.cases import Assignment, Resolution

router = APIRouter(prefix="/v1", tags=["queues"], route_class=ApiRoute)
WRITE = [needs(Permission.EXCEPTIONS_WRITE)]


@router.get("/exceptions", dependencies=[needs(Permission.EXCEPTIONS_READ)])
async def list_exceptions(db: Work, now: Now, asked: Annotated[CasesQuery, Query()]) -> Page[QueuedCaseOut]:
    """The queue: what is due first, first."""
    rows, more = await cases.page(db, asked.wanted(), overdue_at=now if asked.overdue else None)
    cursor = next_cursor([row.case for row in rows], more, asked.sort)
    return Page(items=[QueuedCaseOut.of_queued(row) for row in rows], next_cursor=cursor)


@router.get("/exceptions/{case_id}", dependencies=[needs(Permission.EXCEPTIONS_READ)])
async def get_exception(case_id: UUID, db: Work) -> QueuedCaseOut:
    return QueuedCaseOut.of_queued(await cases.get(db, case_id))


@router.post("/exceptions/{case_id}/assign", dependencies=WRITE)
async def assign_exception(case_id: UUID, to: Assignment, db: Work, who: TheCaller) -> QueuedCaseOut:
    """Take it, or give it to a member of staff."""
    return QueuedCaseOut.of_queued(await operations.assign(db, who, case_id, to.member_id))


@router.post("/exceptions/{case_id}/resolve", dependencies=WRITE)
async def resolve_exception(
    case_id: UUID, how: Resolution, db: Work, who: TheCaller, now: Now
) -> QueuedCaseOut:
    return QueuedCaseOut.of_queued(await operations.resolve(db, who, case_id, how.resolution, now))


@router.post("/exceptions/{case_id}/reopen", dependencies=WRITE)
async def reopen_exception(case_id: UUID, db: Work) -> QueuedCaseOut:
    return QueuedCaseOut.of_queued(await operations.reopen(db, case_id))


@router.get("/notices", dependencies=[needs(Permission.NOTICES_READ)])
async def list_all_notices(db: Work, now: Now, asked: Annotated[NoticesQuery, Query()]) -> Page[NoticeOut]:
    """The outbox: every message with its delivery."""
    rows, more = await notices.page(db, asked.wanted(), asked.state)
    return Page(items=[NoticeOut.of(row) for row in rows], next_cursor=next_cursor(rows, more, asked.sort))


@router.get("/notices/{notice_id}", dependencies=[needs(Permission.NOTICES_READ)])
async def get_notice(notice_id: UUID, db: Work) -> NoticeDetail:
    """With its words, as they were sent."""
    return NoticeDetail.of(await notices.get(db, notice_id))
