"""Who may see the pages: a signed-in browser. `homeroom desk` gives the operator of the deployment a link in."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import cookie_name, identify, require_same_origin
from api.http.state import State
from console.frame.navigation import Viewer
from domain.errors import NotAllowed, NotAuthenticated
from domain.people.access import STAFF, AccessRole, Principal
from models.authorship import authorship
from models.repositories import sign_ins
from services.sign_in import SIGN_IN_TTL, start_browser_session

_OPERATOR = "operator"


async def holder(request: Request) -> Principal:
    """Raises NotAuthenticated, NotAllowed, RateLimited."""
    try:
        who = await identify(request)
    except NotAuthenticated as error:
        step = "Sign in. If you run this server, `homeroom desk` prints a sign-in link."
        raise NotAuthenticated("you need to sign in to see this page", next_step=step) from error
    shown = "text/html" in request.headers.get("accept", "")
    if shown and not hasattr(request.state, "viewer"):
        request.state.viewer = await _viewer(request.app.state.homeroom, who)
    return who


Desk = Annotated[Principal, Depends(holder)]


async def _viewer(shared: State, who: Principal) -> Viewer:
    """As the head of a page shows them."""
    kind = who.actor.partition(":")[0]
    if who.person_id is None or kind not in ("member", "instructor", "guardian"):
        return Viewer(kind.capitalize())
    async with shared.database.tenant(who.organization_id) as db:
        person = await sign_ins.person(db, kind, who.person_id)
    return Viewer(person.name if person else "")


class OnlyFor:
    """A dependency of pages that are for some roles."""

    def __init__(self, *roles: AccessRole) -> None:
        self.roles = roles

    async def __call__(self, who: Desk) -> Principal:
        if who.role not in self.roles:
            raise NotAllowed(
                "your role doesn't include this page",
                next_step="Select your name at the top to get to your own page.",
            )
        return who


Staff = Annotated[Principal, Depends(OnlyFor(*STAFF))]
Teacher = Annotated[Principal, Depends(OnlyFor(AccessRole.INSTRUCTOR))]


def same_origin(request: Request) -> None:
    """Forms come from our own pages only."""
    require_same_origin(request)


async def enter(shared: State, desk_link: str, now: datetime, path: str) -> Response:
    """Trade a desk link for a cookie, and keep it out of the address. Raises LinkExpired, LinkInvalid."""
    link = shared.links.read_desk(desk_link, now)
    authorship.get().actor = _OPERATOR
    async with shared.database.tenant(link.organization_id) as db:
        token = await start_browser_session(db, link.organization_id, _OPERATOR, None, "desk", now)
    return signed_in(shared, token, path)


def signed_in(shared: State, token: str, path: str) -> Response:
    response = RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})
    set_cookie(shared, response, cookie_name(shared), token, int(SIGN_IN_TTL.total_seconds()))
    return response


def set_cookie(shared: State, response: Response, name: str, value: str, seconds: int) -> None:
    """For this host alone, out of reach of scripts, not sent with what other sites make a browser do; 0 deletes it."""
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="lax", secure=shared.settings.over_tls, path="/"
    )
