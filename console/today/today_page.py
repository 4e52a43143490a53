"""Today: the live board."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from api.live.streams import LiveStream
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.viewers import OnlyFor, Staff, enter, holder
from domain.people.access import STAFF
from models.repositories import organizations

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/today")
async def today(request: Request, shared: Shared, now: Now, desk: str | None = None) -> Response:
    if desk is not None:
        return await enter(shared, desk, now, "/today")
    who = await OnlyFor(*STAFF)(await holder(request))
    async with shared.database.tenant(who.organization_id) as db:
        organization = await organizations.get_organization(db)
    return page(request, "today.html", organization=organization)


@router.get("/today/live")
async def today_live(
    shared: Shared,
    who: Staff,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """A browser that comes back by itself tells in a header what it had last; a page that asks again, in `after`."""
    return LiveStream(shared.boards.stream(who.organization_id, last_event_id or after), HEADERS)
