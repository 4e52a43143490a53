"""The account page: the browsers that a person is signed in with, and signing out."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.texts import gettext, mark
from console.frame.viewers import CurrentUser
from domain.people.access import AccessRole
from models.repositories import organizations, sign_ins

router = APIRouter(include_in_schema=False, route_class=PageRoute)
ROLES: dict[AccessRole, str] = {
    AccessRole.ADMIN: "Admin",
    AccessRole.OPS: "Ops",
    AccessRole.INTEGRATOR: "Integrator",
    AccessRole.INSTRUCTOR: mark("Instructor"),
    AccessRole.GUARDIAN: mark("Guardian"),
}
METHODS = {
    "mail": mark("Email link"),
    "oidc": mark("Organization account"),
    "link": mark("Family link"),
    "desk": "Operator link",
}


@router.get("/account")
async def account(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    kind = who.actor.partition(":")[0]
    async with shared.database.tenant(who.organization_id) as db:
        organization = await organizations.get_organization(db)
        browsers = await sign_ins.browsers_of(db, kind, who.person_id, now)
    return page(
        request,
        "account.html",
        who=who,
        organization=organization,
        browsers=browsers,
        role=gettext(ROLES[who.role]),
        methods={method: gettext(name) for method, name in METHODS.items()},
    )
