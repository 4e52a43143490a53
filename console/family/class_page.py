"""The page on which a family moves a class to another time, or cancels it, by the school's policy."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from babel.dates import format_skeleton
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.family.family_page import TheGuardian
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.viewers import same_origin
from domain.errors import TimeTaken, TransitionRefused, TurnedLate
from domain.people.access import Principal
from reports.catalogue import page_words
from reports.moments import clock, moment

router = APIRouter(prefix="/family/classes/{session_id}", include_in_schema=False, route_class=PageRoute)
_PROBLEMS = {
    TimeTaken: "time_taken",
    TurnedLate: "turned_late",
    TransitionRefused: "cannot_change",
}


@router.get("")
async def family_class(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: TheGuardian,
    now: Now,
    day: Annotated[date | None, Query()] = None,
) -> Response:
    return await _page(request, shared, who, session_id, now, day)


@router.post("/move", dependencies=[Depends(same_origin)])
async def move(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: TheGuardian,
    now: Now,
    starts_at: Annotated[str, Form()] = "",
    day: Annotated[date | None, Form()] = None,
) -> Response:
    # With the id of an instructor who is not the class's own.
    moment_text, _, other = starts_at.partition(" ")
    chosen = _moment(moment_text)
    if chosen is None:
        return await _page(request, shared, who, session_id, now, day, "choose_time", 422)

    async def change() -> None:
        await shared.family_classes.move(who, session_id, chosen, now, _id(other))

    return await _changed(request, shared, who, session_id, now, change, "moved", day)


@router.post("/cancel", dependencies=[Depends(same_origin)])
async def cancel(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: TheGuardian,
    now: Now,
    late: Annotated[bool, Form()] = False,
) -> Response:
    async def change() -> None:
        await shared.family_classes.cancel(who, session_id, now, seen_as_late=late)

    return await _changed(request, shared, who, session_id, now, change, "cancelled")


async def _changed(
    request: Request,
    shared: State,
    who: Principal,
    session_id: UUID,
    now: datetime,
    change: Callable[[], Awaitable[None]],
    done: str,
    day: date | None = None,
) -> Response:
    """The family's page after a change, or the page of the class with what is in its way."""
    try:
        await change()
    except tuple(_PROBLEMS) as error:
        return await _page(request, shared, who, session_id, now, day, _PROBLEMS[type(error)], 409)
    return RedirectResponse(f"/family?changed={done}", status_code=303, headers=HEADERS)


async def _page(
    request: Request,
    shared: State,
    who: Principal,
    session_id: UUID,
    now: datetime,
    day: date | None,
    problem: str = "",
    status: int = 200,
) -> Response:
    view = await shared.family_classes.look(who, session_id, now, day)
    words = page_words("family", view.guardian.language)
    language, zone = words.language, view.guardian.time_zone
    return page(
        request,
        "family_class.html",
        status,
        navigation=(),  # guardians have no other page
        view=view,
        words=words,
        problem=problem,
        zone=zone,
        when=lambda at: moment(at, language, zone, now=now),
        until=lambda at: clock(at, language, zone),
        day_name=lambda one: format_skeleton("yMMMMEEEEd", one, locale=language),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """The moment that a radio button stands for; None for none, and for what no page sends."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
