"""The work queues of an organization: exceptions to resolve, and the outbox of messages."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute, Ids
from api.http.list_queries import CasesQuery, NoticesQuery
from api.http.paging import Page, next_cursor
from api.schemas.records import NoticeDetail, NoticeOut, QueuedCaseOut
from domain.errors import NotAllowed
from domain.people.access import Permission
from models.repositories import cases, notices
from services import cases as operations
from services.inputs.cases import Assignment, Resolution
from services.inputs.people import SendAgainIn

router = APIRouter(prefix="/v1", tags=["queues"], route_class=ApiRoute)
WRITE = [needs(Permission.EXCEPTIONS_WRITE)]


@router.get("/exceptions", dependencies=[needs(Permission.EXCEPTIONS_READ)])
async def list_exceptions(db: Work, now: Now, query: Annotated[CasesQuery, Query()]) -> Page[QueuedCaseOut]:
    """List exceptions. Defaults to open ones, soonest due first."""
    rows, more = await cases.page(db, query.wanted(), overdue_at=now if query.overdue else None)
    cursor = next_cursor([row.case for row in rows], more, query.sort)
    return Page(items=[QueuedCaseOut.of_queued(row) for row in rows], next_cursor=cursor)


@router.get("/exceptions/{case_id}", dependencies=[needs(Permission.EXCEPTIONS_READ)])
async def get_exception(case_id: UUID, db: Work) -> QueuedCaseOut:
    return QueuedCaseOut.of_queued(await cases.get(db, case_id))


@router.post("/exceptions/{case_id}/assign", dependencies=WRITE)
async def assign_exception(case_id: UUID, assignment: Assignment, db: Work, who: TheCaller) -> QueuedCaseOut:
    """Assign an exception to a staff member, or to yourself if you leave out `member_id`."""
    return QueuedCaseOut.of_queued(await operations.assign(db, who, case_id, assignment.member_id))


@router.post("/exceptions/{case_id}/resolve", dependencies=WRITE)
async def resolve_exception(
    case_id: UUID, resolution: Resolution, db: Work, who: TheCaller, now: Now
) -> QueuedCaseOut:
    return QueuedCaseOut.of_queued(await operations.resolve(db, who, case_id, resolution.resolution, now))


@router.post("/exceptions/{case_id}/reopen", dependencies=WRITE)
async def reopen_exception(case_id: UUID, db: Work) -> QueuedCaseOut:
    return QueuedCaseOut.of_queued(await operations.reopen(db, case_id))


@router.get("/notices", dependencies=[needs(Permission.NOTICES_READ)])
async def list_all_notices(db: Work, now: Now, query: Annotated[NoticesQuery, Query()]) -> Page[NoticeOut]:
    """List messages with their delivery status."""
    rows, more = await notices.page(db, query.wanted(), query.state)
    return Page(items=[NoticeOut.of(row) for row in rows], next_cursor=next_cursor(rows, more, query.sort))


@router.get("/notices/{notice_id}", dependencies=[needs(Permission.NOTICES_READ)])
async def get_notice(notice_id: UUID, db: Work) -> NoticeDetail:
    """Read a message with its text, as it was sent."""
    return NoticeDetail.of(await notices.get(db, notice_id))


@router.post(
    "/notices/{notice_id}/send-again", status_code=201, dependencies=[needs(Permission.SESSIONS_WRITE)]
)
async def send_notice_again(
    notice_id: UUID, wanted: SendAgainIn, who: TheCaller, ids: Ids, shared: Shared, now: Now
) -> NoticeOut:
    """Send a message about a class again, as it reads now. It is a new message, whose delivery starts at once.

    With `address`, the person's address is changed first, which needs the permission `people:write`. A message that is
    no longer true is refused.
    """
    if wanted.address and not who.may(Permission.PEOPLE_WRITE):
        raise NotAllowed("changing an address needs the permission people:write")
    return NoticeOut.of(await shared.send_again.send(who, notice_id, ids.next(), wanted.address, now))
