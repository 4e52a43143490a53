"""Leads a member of the staff into the room of a class as an observer."""

from datetime import datetime
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.http.state import State
from domain.people.access import Principal


async def to_room(
    request: Request, shared: State, who: Principal, session_id: UUID, now: datetime
) -> Response:
    """Redirect to the room page with the reader's own link. Raises NotFound, TransitionRefused."""
    guest = await shared.classes.observe(who, session_id, request.state.viewer.name or "Staff", now)
    async with shared.database.tenant(who.organization_id) as db:
        urls = await shared.join_codes.urls(db, [guest])
    return RedirectResponse(urls[guest.id], status_code=303)
