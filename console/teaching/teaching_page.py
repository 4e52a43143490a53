"""The page of an instructor: their next classes with briefings, reviews due, and past classes."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.viewers import Teacher
from services.teaching import teaching

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/teaching")
async def teaching_page(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await teaching(db, who, shared.links, now)
    return page(request, "teaching.html", view=view, now=now)
