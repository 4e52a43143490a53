"""The dialog of an act on a class from its row on the board: its form, or why the class does not take it now."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.authentication import Needs
from api.http.dependencies import Now, Shared
from console.frame.class_dialogs import dialogs
from console.frame.problem_page import PageRoute, refusal
from console.frame.rendering import page
from console.frame.viewers import Staff
from domain.errors import HomeroomError
from domain.sessions.acts import Act, permission_for, require_possible
from models.people import Instructor
from models.repositories import entities, people, sessions

router = APIRouter(prefix="/today", include_in_schema=False, route_class=PageRoute)


@router.get("/classes/{session_id}/{act}")
async def act_form(
    request: Request, session_id: UUID, act: Act, shared: Shared, who: Staff, now: Now
) -> Response:
    try:
        Needs(permission_for(act)).check(who)
        async with shared.database.tenant(who.organization_id) as db:
            session = await sessions.get_visible(db, session_id, who)
            require_possible(act, session.state, session.ends_at, now)
            instructor = await entities.get(db, Instructor, session.instructor_id)
            context = dialogs(session, await _choices(db, act), now)
    except HomeroomError as error:
        return refusal(request, "parts/act_refused.html", error)
    return page(
        request, "parts/act_form.html", act=act, session=session, instructor=instructor, now=now, **context
    )


async def _choices(db: AsyncSession, act: Act) -> Any:
    return await people.instructors(db) if act == Act.SUBSTITUTE else []
