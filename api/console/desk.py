"""Who may see the pages: the holder of a signed desk link, kept in a cookie."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from api.dependencies import Now, Shared
from domain.errors import NotAllowed, NotAuthenticated
from integrations.links import DeskLink

COOKIE = "homeroom_desk"
LASTS = timedelta(hours=12)


def holder(request: Request, shared: Shared, now: Now) -> DeskLink:
    """Raises NotAuthenticated without the cookie, LinkExpired or LinkInvalid with a bad one."""
    token = request.cookies.get(COOKIE)
    if not token:
        raise NotAuthenticated("these pages need a desk link", next_step="Run `homeroom desk` for one.")
    return shared.links.read_desk(token, now)


Desk = Annotated[DeskLink, Depends(holder)]


def same_origin(request: Request, shared: Shared) -> None:
    """Forms come from our own pages only."""
    origin = request.headers.get("origin")
    if origin is not None and origin.rstrip("/") not in (
        shared.settings.public_url.rstrip("/"),
        str(request.base_url).rstrip("/"),
    ):
        raise NotAllowed("this form was sent from another site")
