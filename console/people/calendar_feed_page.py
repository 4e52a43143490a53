"""Staff make, replace and end the address at which a person's calendar reads their classes."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from domain.people.access import Permission
from services import calendar_feeds

router = APIRouter(
    prefix="/people/calendar-feeds/{person_id}",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[Depends(same_origin), permits(Permission.PEOPLE_WRITE)],
)


@router.post("", dependencies=[permits(Permission.LINKS_READ)])
async def make(request: Request, person_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Make an address, which only this page shows; an earlier one ends."""
    async with shared.database.tenant(who.organization_id) as db:
        made = await calendar_feeds.make(db, shared.links, person_id, now)
    return page(request, "calendar_feed_made.html", made=made, back=_page_of(made.row.person_kind, person_id))


@router.post("/end")
async def end(request: Request, person_id: UUID, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        row = await calendar_feeds.end(db, person_id)
    return go_to(request, _page_of(row.person_kind, person_id), "removed")


def _page_of(kind: str, person_id: UUID) -> str:
    return f"/people/{kind}s/{person_id}"
