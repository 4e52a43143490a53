"""Commands of the session page. Each is asked for in a dialog that stays open when it is refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import Field
from uuid_utils.compat import uuid7

from api.console import titles
from api.console.desk import Desk, same_origin
from api.console.permits import permits, visible
from api.console.problem_page import PageRoute
from api.console.rendering import done, page
from api.dependencies import Now, Shared
from api.operations import cases
from api.operations.join_links import join_url
from api.schemas.common import Name, Schema, WallTime
from api.schemas.sessions import Reason
from domain.access import Permission
from domain.wall_time import moment_in
from models.people import Instructor
from models.repositories import people, sessions
from models.session import Session
from workflows.class_session import ClassSession
from workflows.commands import Cancel, EndClass, Extend, Reschedule, Substitute

router = APIRouter(
    prefix="/sessions/{session_id}",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[Depends(same_origin)],
)


_LONGER = timedelta(minutes=15)  # what is proposed to a class that needs more time


class MoveForm(Schema):
    starts_at: WallTime  # as clocks in the class's zone show it
    minutes: int = Field(ge=1, le=24 * 60)


class EndForm(Schema):
    ends_at: WallTime  # as clocks in the class's zone show it


class SubstituteForm(Schema):
    instructor_id: UUID | None = None  # none: whoever fits best


class GuestForm(Schema):
    name: Name


def dialogs(session: Session, instructors: Sequence[Instructor], now: datetime) -> dict[str, Any]:
    """What the dialogs of a session's page offer."""
    others = [(str(one.id), one.name) for one in instructors if one.id != session.instructor_id]
    return {
        "extended": max(session.ends_at, now) + _LONGER,
        "substitutes": [("", "Whoever fits best"), *others],
        "cancellations": list(titles.CANCELLATIONS.items()),
    }


@router.post("/reschedule", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def reschedule(
    request: Request, session_id: UUID, shared: Shared, link: Desk, form: Annotated[MoveForm, Form()]
) -> Response:
    session = await visible(shared, link, session_id)
    starts_at = moment_in(session.time_zone, form.starts_at)
    move = Reschedule(starts_at, starts_at + timedelta(minutes=form.minutes))
    await shared.commands.update(session_id, ClassSession.reschedule, move)
    return _done(request, session_id, "Moved. Everybody is told the new time.")


@router.post("/extend", dependencies=[permits(Permission.SESSIONS_RUN)])
async def extend(
    request: Request, session_id: UUID, shared: Shared, link: Desk, form: Annotated[EndForm, Form()]
) -> Response:
    session = await visible(shared, link, session_id)
    later = Extend(moment_in(session.time_zone, form.ends_at))
    await shared.commands.update(session_id, ClassSession.extend, later)
    return _done(request, session_id, "The class has its new end.")


@router.post("/end", dependencies=[permits(Permission.SESSIONS_RUN)])
async def end(request: Request, session_id: UUID, shared: Shared, link: Desk) -> Response:
    await visible(shared, link, session_id)
    await shared.commands.update(session_id, ClassSession.end, EndClass(link.actor))
    return _done(request, session_id, "The class is being ended.")


@router.post("/cancel", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def cancel(
    request: Request, session_id: UUID, shared: Shared, link: Desk, form: Annotated[Reason, Form()]
) -> Response:
    await visible(shared, link, session_id)
    await shared.commands.update(session_id, ClassSession.cancel, Cancel(form.reason, link.actor))
    return _done(request, session_id, "Cancelled. Everybody is told.")


@router.post("/substitute", dependencies=[permits(Permission.SESSIONS_WRITE)])
async def substitute(
    request: Request, session_id: UUID, shared: Shared, link: Desk, form: Annotated[SubstituteForm, Form()]
) -> Response:
    async with shared.database.tenant(link.organization_id) as db:
        await sessions.get_visible(db, session_id, link)
        if form.instructor_id:
            await people.in_use(db, Instructor, form.instructor_id)
    await shared.commands.substitute(session_id, Substitute(form.instructor_id, link.actor))
    return _done(request, session_id, "The request is in the queue of ops.")


@router.post("/guests", dependencies=[permits(Permission.SESSIONS_RUN)])
async def invite_guest(
    request: Request, session_id: UUID, shared: Shared, link: Desk, form: Annotated[GuestForm, Form()]
) -> Response:
    async with shared.database.tenant(link.organization_id) as db:
        session = await sessions.get_visible(db, session_id, link)
        guest = await sessions.add_observer(db, session, uuid7(), form.name)
        name, url = guest.name, join_url(shared.links, session, guest)
    shared.notifier.changed(session_id)
    return page(request, "parts/guest.html", name=name, url=url)


@router.post("/exceptions/{case_id}/resolve", dependencies=[permits(Permission.EXCEPTIONS_WRITE)])
async def resolve(
    request: Request, session_id: UUID, case_id: UUID, shared: Shared, link: Desk, now: Now
) -> Response:
    async with shared.database.tenant(link.organization_id) as db:
        await cases.resolve(db, link, case_id, "resolved on the session's page", now)
    shared.notifier.changed(session_id)
    return _done(request, session_id, "The case is resolved.")


def _done(request: Request, session_id: UUID, said: str) -> Response:
    return done(request, f"/sessions/{session_id}", said)
