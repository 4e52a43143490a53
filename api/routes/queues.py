"""The outbox of an organization: its messages and how their delivery goes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute, Ids
from api.http.list_queries import NoticesQuery
from api.http.paging import Page, next_cursor
from api.schemas.records import NoticeDetail, NoticeOut
from domain.errors import NotAllowed
from domain.people.access import Permission
from models.repositories import notices
from services.inputs.people import SendAgainIn

router = APIRouter(prefix="/v1", tags=["queues"], route_class=ApiRoute)


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
