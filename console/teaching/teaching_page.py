"""The page of an instructor in their language and time zone: their classes with briefings, and the reviews due."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.viewers import Teacher
from reports.catalogue import page_words
from reports.moments import clock, listed, moment
from services.teaching import teaching

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/teaching")
async def teaching_page(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await teaching(db, who, shared.links, now)
    words = page_words("teaching", view.instructor.language)
    zone = view.instructor.time_zone
    return page(
        request,
        "teaching.html",
        view=view,
        words=words,
        listed=lambda names: listed(names, words.language),
        when=lambda at: moment(at, words.language, zone, now=now),
        until=lambda at: clock(at, words.language, zone),
        there=lambda at, other: clock(at, words.language, other),
        zone=zone,
    )
