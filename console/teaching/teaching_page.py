"""The page of an instructor in their language and time zone: their classes with briefings, and the reviews due."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.texts import page_language
from console.frame.viewers import Teacher
from reports.moments import clock, moment
from services.teaching import teaching

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/teaching")
async def teaching_page(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await teaching(db, who, shared.links, now)
    language = page_language()
    zone = view.instructor.time_zone
    return page(
        request,
        "teaching.html",
        view=view,
        when=lambda at: moment(at, language, zone, now=now),
        until=lambda at: clock(at, language, zone),
        there=lambda at, other: clock(at, language, other),
        zone=zone,
    )
