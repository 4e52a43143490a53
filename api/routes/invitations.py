"""Sends the invitation of a member of staff again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Path

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute
from api.schemas.access import InvitationOut
from domain.people.access import Permission

router = APIRouter(prefix="/v1", tags=["access"], route_class=ApiRoute)


@router.post("/members/{id}/invite", status_code=202, dependencies=[needs(Permission.MEMBERS_MANAGE)])
async def invite_again(
    key: Annotated[UUID, Path(alias="id")],
    db: Work,
    who: TheCaller,
    shared: Shared,
    now: Now,
    later: BackgroundTasks,
) -> InvitationOut:
    """Send a member the invitation again. While the last one waits to be sent, there is no second one."""
    delivery = await shared.invitations.write_again(db, who, key, now)
    later.add_task(shared.invitations.deliver, delivery)
    return InvitationOut(notice_id=delivery.notice_id)
