"""Holds: time of an instructor and of students that is kept for a booking, until it expires."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute, Ids
from api.http.paging import Listing, Page, next_cursor
from api.schemas.holds import HoldOut
from domain.people.access import Permission
from models.repositories import time_holds
from services import holds
from services.inputs.sessions import NewHold

router = APIRouter(
    prefix="/v1/holds",
    tags=["sessions"],
    route_class=ApiRoute,
    dependencies=[needs(Permission.SESSIONS_WRITE)],
)


class HoldsQuery(Listing):
    filters = ("course_id", "instructor_id")

    course_id: UUID | None = None
    instructor_id: UUID | None = None
    sort: Literal["starts_at", "-starts_at"] = "starts_at"


@router.post("", status_code=201)
async def hold(new: NewHold, who: TheCaller, ids: Ids, shared: Shared, now: Now) -> HoldOut:
    """Hold the time of an instructor and of students for a booking, which names it as `hold_id`.

    Nobody else can book or hold it until it expires. It is refused like a booking: `double-booked`,
    `instructor-unavailable`.
    """
    return HoldOut.of(await shared.holds.place(who.organization_id, ids.next(), new, who.actor, now))


@router.get("")
async def list_holds(db: Work, now: Now, query: Annotated[HoldsQuery, Query()]) -> Page[HoldOut]:
    """List the holds that have not expired, by start."""
    rows, more = await time_holds.page(db, query.wanted(), now)
    return Page(items=[HoldOut.of(row) for row in rows], next_cursor=next_cursor(rows, more, query.sort))


@router.get("/{hold_id}")
async def get_hold(hold_id: UUID, db: Work, now: Now) -> HoldOut:
    """Read a hold. One that has expired, was released or is booked is not found."""
    return HoldOut.of(await holds.get(db, hold_id, now))


@router.delete("/{hold_id}", status_code=204)
async def release_hold(hold_id: UUID, db: Work, now: Now) -> None:
    """Release held time before it expires."""
    await holds.release(db, hold_id, now)
