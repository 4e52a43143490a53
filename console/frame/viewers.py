"""The signed-in person behind a page request, and the cookie that signs a browser in.

The operator of a deployment signs in with a link that `homeroom desk` prints.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import cookie_name, identify_browser, require_same_origin
from api.http.state import State
from console.frame.navigation import Viewer
from console.frame.texts import SOURCE, set_page_language
from domain.errors import NotAllowed, NotAuthenticated
from domain.people.access import STAFF, AccessRole, Principal
from models.people import Guardian, Instructor
from models.repositories import sign_ins
from services.sign_in import SIGN_IN_TTL


async def current_user(request: Request) -> Principal:
    """The signed-in person; pages also get the name for their header, and speak the person's language.

    Raises NotAuthenticated, NotAllowed, RateLimited.
    """
    try:
        who = await identify_browser(request)
    except NotAuthenticated as error:
        step = "Sign in. If you run this server, `homeroom desk` prints a sign-in link."
        raise NotAuthenticated("you need to sign in to see this page", next_step=step) from error
    if not hasattr(request.state, "viewer"):
        request.state.viewer = await _viewer(request.app.state.homeroom, who)
    set_page_language(request.state.viewer.language)
    return who


CurrentUser = Annotated[Principal, Depends(current_user)]


async def _viewer(shared: State, who: Principal) -> Viewer:
    kind = who.actor.partition(":")[0]
    if who.person_id is None or kind not in ("member", "instructor", "guardian"):
        return Viewer(kind.capitalize())
    async with shared.database.tenant(who.organization_id) as db:
        person = await sign_ins.person(db, kind, who.person_id)
    # The pages of staff are in English; a member's language is that of their mails.
    language = person.language if isinstance(person, Instructor | Guardian) else SOURCE
    return Viewer(person.name if person else "", language=language)


class OnlyFor:
    """A dependency of pages that only some roles may open."""

    def __init__(self, *roles: AccessRole) -> None:
        self.roles = roles

    async def __call__(self, who: CurrentUser) -> Principal:
        self.check(who)
        return who

    def check(self, principal: Principal) -> None:
        """Raises NotAllowed for any other role."""
        if principal.role not in self.roles:
            raise NotAllowed(
                "your role doesn't include this page",
                next_step="Select your name at the top to get to your own page.",
            )


ONLY_STAFF = OnlyFor(*STAFF)
Staff = Annotated[Principal, Depends(ONLY_STAFF)]
Teacher = Annotated[Principal, Depends(OnlyFor(AccessRole.INSTRUCTOR))]


def same_origin(request: Request) -> None:
    """Refuses forms that other sites post. Raises NotAllowed."""
    require_same_origin(request)


def signed_in(shared: State, token: str, path: str) -> Response:
    """A redirect to `path` that sets the sign-in cookie."""
    response = RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})
    set_cookie(shared, response, cookie_name(shared), token, int(SIGN_IN_TTL.total_seconds()))
    return response


def set_cookie(shared: State, response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie for this host only, HttpOnly and SameSite=Lax; 0 seconds deletes it."""
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="lax", secure=shared.settings.over_tls, path="/"
    )
