"""Opens a file of a class for everybody who may see the class: staff, its instructor, the families in it."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS
from console.frame.viewers import CurrentUser
from domain.subjects import Subject
from models.repositories import class_files, sessions
from signing.links import CONTENT_LINK_TTL, FileLink

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/class-files/{session_id}/{file_id}")
async def open_file(session_id: UUID, file_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Leads to a link of short life, so that a page may stay open for long."""
    async with shared.database.tenant(who.organization_id) as db:
        session = await sessions.get_visible(db, session_id, who)
        file = await class_files.in_use(db, Subject.session(session.id), file_id)
    link = FileLink(file.organization_id, session.id, file.id)
    return RedirectResponse(shared.links.file_url(link, now + CONTENT_LINK_TTL), 303, headers=HEADERS)
