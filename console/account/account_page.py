"""The account page: the browsers that a person is signed in with, and signing out."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.viewers import CurrentUser
from models.repositories import organizations, sign_ins

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/account")
async def account(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    kind = who.actor.partition(":")[0]
    async with shared.database.tenant(who.organization_id) as db:
        organization = await organizations.get_organization(db)
        browsers = await sign_ins.browsers_of(db, kind, who.person_id, now)
    return page(request, "account.html", who=who, organization=organization, browsers=browsers)
