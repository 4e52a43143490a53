"""The page on which staff decide about instructors' leave, with the booked classes in it."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame import forms
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from domain.people.access import Permission
from services import leave_requests
from services.inputs.leave import LeaveAnswer

PATH = "/people/leave-requests"
router = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.PEOPLE_WRITE), permits(Permission.SESSIONS_WRITE)],
)


@router.get("")
async def waiting(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        requests = await leave_requests.waiting(db, now)
    return page(request, "leave_requests.html", requests=requests, path="/people/instructors")


@router.post("/{leave_id}/approve", dependencies=[Depends(same_origin)])
async def approve(request: Request, leave_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    answer = await _answer(request)
    await shared.leave_decisions.approve(who, leave_id, answer, now)
    return go_to(request, PATH, "leave_approved")


@router.post("/{leave_id}/decline", dependencies=[Depends(same_origin)])
async def decline(request: Request, leave_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    answer = await _answer(request)
    await shared.leave_decisions.decline(who, leave_id, answer, now)
    return go_to(request, PATH, "leave_declined")


async def _answer(request: Request) -> str:
    posted = await forms.posted(request)
    return LeaveAnswer(answer=forms.text(posted, "answer").strip()[:500]).answer
