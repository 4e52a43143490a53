"""Who may see the pages: a signed-in browser. `homeroom desk` gives the operator of the deployment a link in."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.access import cookie_name, identify, require_same_origin
from api.operations.sign_in import LASTS, open_browser
from api.state import State
from domain.access import Principal
from domain.errors import NotAuthenticated


async def holder(request: Request) -> Principal:
    """Raises NotAuthenticated, NotAllowed, RateLimited."""
    try:
        return await identify(request)
    except NotAuthenticated as error:
        step = "Sign in. The operator of the deployment can run `homeroom desk` for a link."
        raise NotAuthenticated("these pages are for people who are signed in", next_step=step) from error


Desk = Annotated[Principal, Depends(holder)]


def same_origin(request: Request) -> None:
    """Forms come from our own pages only."""
    require_same_origin(request)


async def enter(shared: State, desk_link: str, now: datetime, path: str) -> Response:
    """Trade a desk link for a cookie, and keep it out of the address. Raises LinkExpired, LinkInvalid."""
    link = shared.links.read_desk(desk_link, now)
    async with shared.database.tenant(link.organization_id) as db:
        token = await open_browser(db, link.organization_id, "operator", None, "desk", now)
    return signed_in(shared, token, path)


def signed_in(shared: State, token: str, path: str) -> Response:
    response = RedirectResponse(path, status_code=303)
    secure = shared.settings.public_url.startswith("https:")
    response.set_cookie(
        cookie_name(shared),
        token,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
        path="/",
    )
    return response
