"""The page of a session: live while the class runs, its record afterwards."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.dependencies import Now, Shared
from api.http.state import State
from api.http.stream_access import browser_access
from api.live.streams import LiveStream
from console.frame.class_dialogs import dialogs
from console.frame.labels import CHECK_OUTCOMES
from console.frame.permits import Permits, permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, done, page
from console.frame.subjects import recipient_links
from console.frame.texts import gettext
from console.frame.viewers import CurrentUser, same_origin
from console.sessions.session_view import session_view
from domain.people.access import Permission, Principal
from domain.people.sign_in import home_path
from models.repositories import people, sessions
from services.inputs.documentation import Revision
from services.visibility import visible_session

router = APIRouter(include_in_schema=False, route_class=PageRoute)


# The page shows what these permissions are for.
_SHOWN = [
    permits(Permission.SESSIONS_READ),
    permits(Permission.RECORD_READ),
    permits(Permission.TRANSCRIPT_READ),
    permits(Permission.DOCUMENTATION_READ),
]


@router.get("/sessions/{session_id}", dependencies=_SHOWN)
async def session_page(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        context = await _context(db, shared, who, session_id, now)
        instructors = await people.instructors(db)
    return page(
        request,
        "session.html",
        path=home_path(who.role),
        **context,
        **dialogs(context["view"].session, instructors, now),
    )


@router.get("/sessions/{session_id}/fragment", dependencies=_SHOWN)
async def session_fragment(
    request: Request, session_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        context = await _context(db, shared, who, session_id, now)
    return page(request, "parts/session.html", **context)


async def _context(
    db: AsyncSession, shared: State, who: Principal, session_id: UUID, now: datetime
) -> dict[str, Any]:
    view = await session_view(db, await sessions.get_visible(db, session_id, who), now)
    links: dict[UUID, str] = {}
    if who.may(Permission.LINKS_READ) and not view.over:
        in_class = [line.person for line in view.people if line.person.in_class]
        links = await shared.join_codes.urls(db, in_class)
    return {
        "who": who,
        "view": view,
        "links": links,
        "readers": await recipient_links(db, who, view.notices),
        "now": now,
        "workflow_url": shared.workflow_url(session_id),
        "mailbox_url": shared.settings.mailbox_url,
        "check_outcomes": CHECK_OUTCOMES,
    }


@router.get("/sessions/{session_id}/live", dependencies=[permits(Permission.SESSIONS_READ)])
async def session_live(request: Request, session_id: UUID, shared: Shared, who: CurrentUser) -> Response:
    async def visible(who: Principal) -> None:
        await visible_session(shared.database, who, session_id)

    await visible(who)
    access = browser_access(request, Permits(Permission.SESSIONS_READ), visible)
    return LiveStream(shared.hub.stream(who.organization_id, session_id), HEADERS, access)


@router.post(
    "/sessions/{session_id}/approve",
    dependencies=[Depends(same_origin), permits(Permission.DOCUMENTATION_REVIEW)],
)
async def approve(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: CurrentUser,
    revision: Annotated[Revision, Form()],
) -> Response:
    await shared.documentation.approve(who, session_id, revision)
    return done(
        request, f"/sessions/{session_id}", gettext("Approved. Guardians will get the summary by email.")
    )
