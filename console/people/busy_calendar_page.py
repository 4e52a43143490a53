"""The page on which staff import the calendar of an instructor as busy times."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame import busy_calendar_form, forms
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from domain.people.access import Permission
from services.resources.catalogue import INSTRUCTORS

router = APIRouter(
    prefix="/people/instructors/{key}/busy-calendar",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.PEOPLE_WRITE)],
)


@router.get("")
async def busy_calendar(request: Request, key: UUID, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        instructor = await INSTRUCTORS.get(db, key)
    form = await busy_calendar_form.load(shared, who.organization_id, key)
    return page(request, "busy_calendar.html", form=form, instructor=instructor, path="/people/instructors")


@router.post("", dependencies=[Depends(same_origin)])
async def save(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        instructor = await INSTRUCTORS.get(db, key)
    form = await busy_calendar_form.save(shared, who.organization_id, key, posted, now)
    if form is None:
        return go_to(request, f"/people/instructors/{key}/busy-calendar", "saved")
    return page(
        request,
        "busy_calendar.html",
        form.status,
        form=form,
        instructor=instructor,
        path="/people/instructors",
    )
