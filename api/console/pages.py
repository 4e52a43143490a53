"""The pages: one session as it happens; what belongs to one part alone is beside this file."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.staticfiles import StaticFiles

from api.console import (
    account_page,
    audit_page,
    board,
    booking_page,
    case_pages,
    course_pages,
    family_page,
    key_pages,
    outbox_pages,
    people_pages,
    plan_pages,
    record_pages,
    review_page,
    session_commands,
    settings_pages,
    sign_in_page,
    teaching_page,
)
from api.console.desk import Desk, enter, same_origin
from api.console.permits import permits, require, visible
from api.console.problem_page import PageRoute
from api.console.rendering import HEADERS, done, page
from api.console.session_commands import dialogs
from api.console.session_view import session_view
from api.dependencies import Now, Shared
from api.live import LiveStream
from api.operations.audio import cut
from api.routes.records import desk as documentation_desk
from api.schemas.sessions import Revision
from api.state import State
from domain.access import Permission, Principal
from domain.sign_in import home_of
from models.repositories import people, recordings, sessions

HERE = Path(__file__).parent
router = APIRouter(include_in_schema=False, route_class=PageRoute)
PARTS = (
    session_commands,
    review_page,
    record_pages,
    people_pages,
    course_pages,
    plan_pages,
    booking_page,
    case_pages,
    outbox_pages,
    settings_pages,
    key_pages,
    audit_page,
)


@router.get("/")
async def home(who: Desk) -> Response:
    return RedirectResponse(home_of(who.role))


@router.get("/sessions/{session_id}")
async def session_page(
    request: Request, session_id: UUID, shared: Shared, now: Now, desk: str | None = None
) -> Response:
    if desk is not None:
        return await enter(shared, desk, now, f"/sessions/{session_id}")
    link = await require(request, Permission.SESSIONS_READ)
    async with shared.database.tenant(link.organization_id) as db:
        shown = await _session(db, shared, link, session_id, now)
        instructors = await people.instructors(db)
    return page(
        request,
        "session.html",
        path=home_of(link.role),
        **shown,
        **dialogs(shown["view"].session, instructors, now),
    )


@router.get("/sessions/{session_id}/fragment", dependencies=[permits(Permission.SESSIONS_READ)])
async def session_fragment(
    request: Request, session_id: UUID, shared: Shared, link: Desk, now: Now
) -> Response:
    async with shared.database.tenant(link.organization_id) as db:
        shown = await _session(db, shared, link, session_id, now)
    return page(request, "parts/session.html", **shown)


async def _session(
    db: AsyncSession, shared: State, who: Principal, session_id: UUID, now: datetime
) -> dict[str, Any]:
    view = await session_view(db, await sessions.get_visible(db, session_id, who), now)
    return {
        "who": who,
        "view": view,
        "now": now,
        "workflow_url": shared.workflow_url(session_id),
        "mailbox_url": shared.settings.mailbox_url,
    }


@router.get("/sessions/{session_id}/live", dependencies=[permits(Permission.SESSIONS_READ)])
async def session_live(session_id: UUID, shared: Shared, link: Desk) -> Response:
    await visible(shared, link, session_id)
    return LiveStream(shared.hub.stream(link.organization_id, session_id), HEADERS)


@router.get(
    "/sessions/{session_id}/utterances/{utterance_id}.wav",
    dependencies=[permits(Permission.TRANSCRIPT_READ)],
)
async def utterance_audio(
    session_id: UUID,
    utterance_id: UUID,
    shared: Shared,
    link: Desk,
    skip: Annotated[int, Query(alias="from", ge=0, le=3_600_000)] = 0,
) -> Response:
    """From so many milliseconds into the utterance to its end."""
    async with shared.database.tenant(link.organization_id) as db:
        await sessions.get_visible(db, session_id, link)
        utterance = await recordings.utterance(db, session_id, utterance_id)
        around = await recordings.segment_at(db, session_id, utterance.identity, utterance.starts_at)
    start = min(utterance.starts_at + timedelta(milliseconds=skip), utterance.ends_at)
    sound = await cut(shared.store, around, start, utterance.ends_at)
    return Response(sound, media_type="audio/wav", headers={"Cache-Control": "private, max-age=3600"})


@router.post(
    "/sessions/{session_id}/approve",
    dependencies=[Depends(same_origin), permits(Permission.DOCUMENTATION_REVIEW)],
)
async def approve(
    request: Request, session_id: UUID, shared: Shared, link: Desk, revision: Annotated[Revision, Form()]
) -> Response:
    await visible(shared, link, session_id)
    await documentation_desk(shared).approve(session_id, revision, link.actor)
    return done(request, f"/sessions/{session_id}", "Approved. The guardians are told.")


def install(app: FastAPI) -> None:
    app.mount("/static/console", StaticFiles(directory=HERE / "static"), name="console")
    for module in (board, sign_in_page, account_page, teaching_page, family_page, *PARTS):
        app.include_router(module.router)
    app.include_router(router)
