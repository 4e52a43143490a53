"""The page on which an instructor says when and how much they can teach, in their language and time zone."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.http.dependencies import Now, Shared
from console.frame import availability_form, forms
from console.frame.availability_form import AvailabilityForm
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.viewers import Teacher, same_origin

router = APIRouter(prefix="/teaching/availability", include_in_schema=False, route_class=PageRoute)
PATH = "/teaching/availability"


@router.get("")
async def availability(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    assert who.person_id is not None, "an instructor is a person"
    async with shared.database.tenant(who.organization_id) as db:
        form = await availability_form.load(db, who.person_id, now)
    return _page(request, form)


@router.post("", dependencies=[Depends(same_origin)])
async def save(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    assert who.person_id is not None, "an instructor is a person"
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        form = await availability_form.save(db, who.person_id, posted, now)
    if form is None:
        return RedirectResponse(f"{PATH}?saved=true", status_code=303, headers=HEADERS)
    return _page(request, form)


def _page(request: Request, form: AvailabilityForm) -> Response:
    saved = "saved" in request.query_params and form.ok
    return page(request, "own_availability.html", form.status, form=form, saved=saved)
