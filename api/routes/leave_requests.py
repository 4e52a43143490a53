"""Leave requests: instructors ask not to teach for a while, and staff approve or decline."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import Needs, needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute
from api.http.paging import Listing, Page, next_cursor
from api.schemas.leave_requests import LeaveRequestOut, ShownLeaveOut
from api.schemas.substitutions import AbsenceOut
from domain.people.access import Permission
from domain.scheduling.leave import LeaveState
from models.repositories import leave_requests as rows_of
from services import leave_requests
from services.inputs.leave import LeaveAnswer

router = APIRouter(prefix="/v1/leave-requests", tags=["people"], route_class=ApiRoute)
READ, WRITE = [needs(Permission.PEOPLE_READ)], [needs(Permission.SESSIONS_WRITE)]


class LeaveRequestsQuery(Listing):
    filters = ("state", "instructor_id")

    state: LeaveState | None = None
    instructor_id: UUID | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


@router.get("", dependencies=READ)
async def list_leave_requests(
    db: Work, query: Annotated[LeaveRequestsQuery, Query()]
) -> Page[LeaveRequestOut]:
    """List what instructors have asked for on their own page, the latest first."""
    rows, more = await rows_of.page(db, query.wanted())
    items = [LeaveRequestOut.of(row) for row in rows]
    return Page(items=items, next_cursor=next_cursor(rows, more, query.sort))


@router.get("/{leave_id}", dependencies=READ)
async def get_leave_request(leave_id: UUID, db: Work, now: Now) -> ShownLeaveOut:
    """Read a leave request with the instructor's booked classes in this time."""
    return ShownLeaveOut.of_shown(await leave_requests.shown(db, leave_id, now))


@router.post("/{leave_id}/approve", dependencies=WRITE)
async def approve(leave_id: UUID, said: LeaveAnswer, who: TheCaller, shared: Shared, now: Now) -> AbsenceOut:
    """Approve leave: it is entered, and another instructor is looked for, for classes of the next seven days at once.

    Later classes are left to the plan that is proposed after the leave (`planned`).

    `people:write` is needed too.
    """
    Needs(Permission.PEOPLE_WRITE).check(who)
    replaced = await shared.leave_decisions.approve(who, leave_id, said.answer, now)
    return AbsenceOut.of(replaced)


@router.post("/{leave_id}/decline", status_code=204, dependencies=WRITE)
async def decline(leave_id: UUID, said: LeaveAnswer, who: TheCaller, shared: Shared, now: Now) -> None:
    """Decline leave: the classes stay as they are. `people:write` is needed too."""
    Needs(Permission.PEOPLE_WRITE).check(who)
    await shared.leave_decisions.decline(who, leave_id, said.answer, now)
