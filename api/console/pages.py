"""The pages: one session as it happens; today's board is in board.py."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from api.console import board
from api.console.desk import Desk, enter, holder, same_origin
from api.console.problem_page import PageRoute
from api.console.rendering import HEADERS, page
from api.console.session_view import session_view
from api.dependencies import Now, Shared
from api.live import LiveStream
from api.operations.audio import cut
from api.operations.commands import SessionCommands, workflow_url
from api.routes.records import desk as documentation_desk
from api.schemas.sessions import Revision
from api.state import State
from domain.access import Principal
from models.repositories import recordings, sessions
from workflows.class_session import ClassSession
from workflows.commands import EndClass

HERE = Path(__file__).parent
router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def home() -> Response:
    return RedirectResponse("/today")


@router.get("/sessions/{session_id}")
async def session_page(
    request: Request, session_id: UUID, shared: Shared, now: Now, desk: str | None = None
) -> Response:
    if desk is not None:
        return await enter(shared, desk, now, f"/sessions/{session_id}")
    link = await holder(request)
    return page(request, "session.html", **await _session(shared, link.organization_id, session_id, now))


@router.get("/sessions/{session_id}/fragment")
async def session_fragment(
    request: Request, session_id: UUID, shared: Shared, link: Desk, now: Now
) -> Response:
    return page(
        request, "parts/session.html", **await _session(shared, link.organization_id, session_id, now)
    )


async def _session(shared: Shared, organization_id: UUID, session_id: UUID, now: datetime) -> dict[str, Any]:
    async with shared.database.tenant(organization_id) as db:
        view = await session_view(db, session_id, now)
    settings = shared.settings
    return {
        "view": view,
        "now": now,
        "workflow_url": workflow_url(settings.temporal_ui_url, settings.temporal_namespace, session_id),
        "mailbox_url": settings.mailbox_url,
    }


@router.get("/sessions/{session_id}/live")
async def session_live(session_id: UUID, shared: Shared, link: Desk) -> Response:
    await _own(shared, link, session_id)
    return LiveStream(shared.hub.stream(link.organization_id, session_id), HEADERS)


@router.get("/sessions/{session_id}/utterances/{utterance_id}.wav")
async def utterance_audio(session_id: UUID, utterance_id: UUID, shared: Shared, link: Desk) -> Response:
    async with shared.database.tenant(link.organization_id) as db:
        utterance = await recordings.utterance(db, session_id, utterance_id)
        around = await recordings.segment_at(db, session_id, utterance.identity, utterance.starts_at)
    sound = await cut(shared.store, around, utterance.starts_at, utterance.ends_at)
    return Response(sound, media_type="audio/wav", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/sessions/{session_id}/approve", dependencies=[Depends(same_origin)])
async def approve(
    session_id: UUID, shared: Shared, link: Desk, revision: Annotated[Revision, Form()]
) -> Response:
    await _own(shared, link, session_id)
    await documentation_desk(shared).approve(session_id, revision, link.actor)
    return RedirectResponse(f"/sessions/{session_id}", status_code=303)


@router.post("/sessions/{session_id}/end", dependencies=[Depends(same_origin)])
async def end(session_id: UUID, shared: Shared, link: Desk) -> Response:
    await _own(shared, link, session_id)
    await SessionCommands(shared.temporal, shared.settings.region).update(
        session_id, ClassSession.end, EndClass(link.actor)
    )
    return RedirectResponse(f"/sessions/{session_id}", status_code=303)


async def _own(shared: State, link: Principal, session_id: UUID) -> None:
    """Raises NotFound for a session of another organization."""
    async with shared.database.tenant(link.organization_id) as db:
        await sessions.get_session(db, session_id)


def install(app: FastAPI) -> None:
    app.mount("/static/console", StaticFiles(directory=HERE / "static"), name="console")
    app.include_router(board.router)
    app.include_router(router)
