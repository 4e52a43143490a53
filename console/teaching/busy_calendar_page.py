"""The page on which an instructor imports their own calendar, so that they are not asked while they are busy."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.http.dependencies import Now, Shared
from console.frame import busy_calendar_form, forms
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.viewers import Teacher, same_origin

router = APIRouter(prefix="/teaching/busy-calendar", include_in_schema=False, route_class=PageRoute)
PATH = "/teaching/busy-calendar"


@router.get("")
async def busy_calendar(request: Request, shared: Shared, who: Teacher) -> Response:
    assert who.person_id is not None, "an instructor is a person"
    form = await busy_calendar_form.load(shared, who.organization_id, who.person_id)
    return page(request, "own_busy_calendar.html", form=form)


@router.post("", dependencies=[Depends(same_origin)])
async def save(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    assert who.person_id is not None, "an instructor is a person"
    posted = await forms.posted(request)
    form = await busy_calendar_form.save(shared, who.organization_id, who.person_id, posted, now)
    if form is None:
        return RedirectResponse(PATH, status_code=303, headers=HEADERS)
    return page(request, "own_busy_calendar.html", form.status, form=form)
