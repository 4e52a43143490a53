"""The page on which an instructor asks for leave, and sees what was decided, in their language and time zone."""

from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.problems import status_of
from api.http.state import State
from console.frame import forms
from console.frame.problem_page import PageRoute
from console.frame.problem_texts import shown
from console.frame.rendering import HEADERS, page
from console.frame.texts import gettext
from console.frame.viewers import Teacher, same_origin
from console.teaching.own_times import own_times
from domain.errors import Conflict, InvalidInput
from domain.people.access import Principal
from domain.scheduling.offers import SubstitutionReason
from domain.scheduling.wall_time import first_moment, last_moment
from models.people import Instructor
from models.repositories import entities
from services import leave_requests
from services.inputs.leave import NewLeave

PATH = "/teaching/leave"
router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)


@router.get("")
async def leave(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    return await _page(request, shared, who, now)


@router.post("", dependencies=[Depends(same_origin)])
async def ask(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    assert who.person_id is not None, "an instructor is a person"
    posted = await forms.posted(request)
    typed = {name: forms.text(posted, name) for name in ("starts_at", "ends_at", "reason", "note")}
    try:
        async with shared.database.tenant(who.organization_id) as db:
            zone = ZoneInfo((await entities.get(db, Instructor, who.person_id)).time_zone)
            new = NewLeave(
                starts_at=first_moment(datetime.fromisoformat(typed["starts_at"]), zone),
                ends_at=last_moment(datetime.fromisoformat(typed["ends_at"]), zone),
                reason=SubstitutionReason(typed["reason"]),
                note=typed["note"],
            )
            # The form carries the id, so that sending it twice asks once.
            await leave_requests.ask(db, who.person_id, UUID(forms.text(posted, "key")), new, now)
    except (InvalidInput, Conflict) as error:
        refused = shown(error)
        return await _page(
            request, shared, who, now, typed, refused.detail, status_of(error), refused.next_step
        )
    except (ValueError, OverflowError):
        problem = gettext("Enter a start, and an end after it that is still to come.")
        return await _page(request, shared, who, now, typed, problem, 422)
    return RedirectResponse(PATH, status_code=303, headers=HEADERS)


@router.post("/withdraw", dependencies=[Depends(same_origin)])
async def withdraw(shared: Shared, who: Teacher, now: Now, request_id: Annotated[UUID, Form()]) -> Response:
    assert who.person_id is not None, "an instructor is a person"
    async with shared.database.tenant(who.organization_id) as db:
        await leave_requests.withdraw(db, who.person_id, request_id, now)
    return RedirectResponse(PATH, status_code=303, headers=HEADERS)


async def _page(
    request: Request,
    shared: State,
    who: Principal,
    now: datetime,
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
    next_step: str = "",
) -> Response:
    assert who.person_id is not None, "an instructor is a person"
    async with shared.database.tenant(who.organization_id) as db:
        requests = await leave_requests.own(db, who.person_id, now)
        zone = (await entities.get(db, Instructor, who.person_id)).time_zone
    states = {
        "asked": gettext("Waits for your school"),
        "approved": gettext("Approved"),
        "declined": gettext("Declined"),
        "withdrawn": gettext("Withdrawn"),
    }
    reasons = [("illness", gettext("Illness")), ("unspecified", gettext("No reason given"))]
    return page(
        request, "own_leave.html", status, requests=requests, typed=typed or {}, problem=problem, next_step=next_step,
        key=uuid7(), states=states, reasons=reasons, **own_times(zone, now),
    )  # fmt: skip
