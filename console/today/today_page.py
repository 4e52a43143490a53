"""The live board of today's classes, for staff."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from api.http.stream_access import browser_access
from api.live.streams import LiveStream
from console.frame.labels import CASE_KINDS, ROLES
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.viewers import ONLY_STAFF, Staff
from console.today.first_steps import checklist
from models.repositories.first_steps import first_steps
from services.feed_delay import stands_still_since
from services.organizations import organization as organization_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/today")
async def today(request: Request, shared: Shared, who: Staff, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        organization = await organization_of(db)
        steps = checklist(await first_steps(db), organization, who)
        delayed = await stands_still_since(db, now)
    labels = {"cases": {**CASE_KINDS}, "roles": {**ROLES}}
    return page(
        request, "today.html", organization=organization, labels=labels, steps=steps,
        feed_stands_still_since=delayed,
    )  # fmt: skip


@router.get("/today/live")
async def today_live(
    request: Request,
    shared: Shared,
    who: Staff,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """The rows of the board as server-sent events, continued after the last one that the browser received.

    EventSource sends that id in a header when it reconnects; the page sends it in `after` when it opens a new stream.
    """
    messages = shared.boards.stream(who.organization_id, last_event_id or after)
    return LiveStream(messages, HEADERS, browser_access(request, ONLY_STAFF))
