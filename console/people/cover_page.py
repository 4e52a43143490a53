"""The page on which staff cover an instructor's days: who takes over which class is shown, then applied at once."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator, Field
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.problems import status_of
from api.http.state import State
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from domain.errors import HomeroomError
from domain.people.access import Permission, Principal
from domain.scheduling.offers import SubstitutionReason
from domain.scheduling.wall_time import start_of_day
from models.people import Instructor
from services.inputs.fields import Schema
from services.inputs.patterns import FINGERPRINT
from services.inputs.substitutions import AbsenceIn
from services.planning.cover import find_cover
from services.resources.catalogue import INSTRUCTORS

router = APIRouter(prefix="/people/instructors/{key}/cover", include_in_schema=False, route_class=PageRoute)
_DAY = timedelta(days=1)
_Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]
_Reason = Annotated[
    SubstitutionReason, BeforeValidator(lambda given: given or SubstitutionReason.UNAVAILABLE)
]
_REASONS = (
    (SubstitutionReason.ILLNESS, "Illness"),
    (SubstitutionReason.UNAVAILABLE, "Other reason"),
)


class CoverForm(Schema):
    first: _Day
    last: _Day
    reason: _Reason = SubstitutionReason.UNAVAILABLE
    fingerprint: str = Field(min_length=32, max_length=32, pattern=FINGERPRINT)
    form_key: UUID


@router.get("", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def show(
    request: Request,
    key: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    first: Annotated[_Day | None, Query()] = None,
    last: Annotated[_Day | None, Query()] = None,
    reason: Annotated[_Reason, Query()] = SubstitutionReason.ILLNESS,
) -> Response:
    """Who would take over from the first day until the last, both in the instructor's zone; by default today."""
    return await _page(request, shared, who, key, now, first, last, reason)


@router.post("", dependencies=[Depends(same_origin), permits(Permission.SESSIONS_WRITE)])
async def apply(
    request: Request,
    key: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    form: Annotated[CoverForm, Form()],
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        instructor = await INSTRUCTORS.get(db, key)
    start, end = _span(instructor, form.first, form.last)
    absence = AbsenceIn(starts_at=start, ends_at=end, reason=form.reason)
    try:
        command = f"form {form.form_key} {form.model_dump_json()}"
        await shared.covers.apply(who, key, absence, form.fingerprint, now, command)
    except HomeroomError as error:
        return await _page(request, shared, who, key, now, form.first, form.last, form.reason, error)
    return go_to(request, f"/people/instructors/{key}", "covered")


def _span(instructor: Instructor, first: date, last: date) -> tuple[datetime, datetime]:
    """From the start of the first until the end of the last day."""
    zone = ZoneInfo(instructor.time_zone)
    return start_of_day(first, zone), start_of_day(max(first, last) + _DAY, zone)


async def _page(
    request: Request,
    shared: State,
    who: Principal,
    key: UUID,
    now: datetime,
    first: date | None,
    last: date | None,
    reason: SubstitutionReason,
    problem: HomeroomError | None = None,
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        instructor = await INSTRUCTORS.get(db, key)
        first = first or now.astimezone(ZoneInfo(instructor.time_zone)).date()
        last = max(first, last or first)
        found = None
        try:
            found = await find_cover(db, key, *_span(instructor, first, last), now)
        except HomeroomError as error:
            problem = problem or error
    return page(
        request, "cover.html", status_of(problem) if problem else 200, instructor=instructor, first=first, last=last,
        reason=reason, reasons=_REASONS, found=found, problem=problem, form_key=uuid7(), path="/people/instructors",
    )  # fmt: skip
