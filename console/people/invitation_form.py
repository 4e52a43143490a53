"""The form on a staff member's page that sends the invitation again."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from api.http.dependencies import Now, Shared
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to
from console.frame.viewers import CurrentUser, same_origin
from domain.people.access import Permission

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.post(
    "/people/members/{key}/invite",
    dependencies=[Depends(same_origin), permits(Permission.MEMBERS_MANAGE)],
)
async def invite_again(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        delivery = await shared.invitations.write_again(db, who, key, now)
    response = go_to(request, f"/people/members/{key}", "invited")
    response.background = BackgroundTask(shared.invitations.deliver, delivery)
    return response
