"""The page on which staff say when and how much an instructor can teach, and where offers go."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame import availability_form, forms
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from domain.people.access import Permission
from services.resources.catalogue import INSTRUCTORS

router = APIRouter(
    prefix="/people/instructors/{key}/availability",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.PEOPLE_WRITE)],
)


@router.get("")
async def availability(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        instructor = await INSTRUCTORS.get(db, key)
        form = await availability_form.load(db, key, now, by_staff=True)
    return page(request, "availability.html", form=form, instructor=instructor, path="/people/instructors")


@router.post("", dependencies=[Depends(same_origin)])
async def save(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        instructor = await INSTRUCTORS.get(db, key)
        form = await availability_form.save(db, key, posted, now, by_staff=True)
    if form is None:
        return go_to(request, f"/people/instructors/{key}", "saved")
    return page(
        request,
        "availability.html",
        form.status,
        form=form,
        instructor=instructor,
        path="/people/instructors",
    )
