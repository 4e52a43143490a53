"""The page of an instructor in their language and time zone: their classes with briefings, and the reviews due."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.http.dependencies import Now, Shared
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, done, page
from console.frame.texts import gettext, page_language
from console.frame.viewers import Teacher, same_origin
from console.teaching.own_times import own_times
from domain.people.access import Permission
from domain.scheduling.offers import SubstitutionReason
from reports.moments import clock
from services.inputs.substitutions import NewSubstitution
from services.teaching import ComingClass, teaching

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.post("/teaching/{session_id}/cannot", dependencies=[permits(Permission.SESSIONS_RUN)])
async def cannot_teach(request: Request, session_id: UUID, shared: Shared, who: Teacher) -> Response:
    """The instructor cannot teach a class: others are asked at once."""
    await shared.classes.find_substitute(
        who, session_id, NewSubstitution(reason=SubstitutionReason.UNAVAILABLE)
    )
    return done(
        request,
        "/teaching",
        gettext("Others are asked to teach this class. Until one accepts, it stays yours."),
    )


@router.post("/teaching/check-in", dependencies=[Depends(same_origin)])
async def check_in(
    request: Request, shared: Shared, who: Teacher, now: Now, session_id: Annotated[UUID, Form()]
) -> Response:
    await shared.check_ins.check_in(who, session_id, now)
    return RedirectResponse(f"/teaching#class-{session_id}", status_code=303, headers=HEADERS)


@router.get("/teaching")
async def teaching_page(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        view = await teaching(db, who, shared.links, now)
    language = page_language()
    return page(
        request,
        "teaching.html",
        view=view,
        days=_by_day(view.later, ZoneInfo(view.instructor.time_zone)),
        there=lambda at, other: clock(at, language, other),
        **own_times(view.instructor.time_zone, now),
    )


def _by_day(classes: Sequence[ComingClass], zone: ZoneInfo) -> list[tuple[datetime, list[ComingClass]]]:
    """Classes by their day in the zone, each day with the moment at which its first class starts."""

    def day(coming: ComingClass) -> date:
        return coming.of.session.starts_at.astimezone(zone).date()

    days = [list(of_day) for _, of_day in groupby(classes, day)]
    return [(of_day[0].of.session.starts_at, of_day) for of_day in days]
