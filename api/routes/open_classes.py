"""Open classes: those that look for an instructor. The first who takes one has it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, VisibleSession, Work
from api.http.idempotency import ApiRoute
from api.schemas.open_classes import OpenClassOut, OpenClassTaken, VolunteerCallOut
from domain.errors import NotFound
from domain.people.access import Permission, sees_all_classes
from models.repositories import volunteer_calls
from services import open_classes
from services.inputs.volunteers import NewVolunteerCall

router = APIRouter(prefix="/v1", tags=["open classes"], route_class=ApiRoute)
READ, WRITE = [needs(Permission.SESSIONS_READ)], [needs(Permission.SESSIONS_WRITE)]


@router.get("/open-classes", dependencies=READ)
async def list_open_classes(
    db: Work,
    who: TheCaller,
    now: Now,
    instructor_id: Annotated[
        UUID | None, Query(description="Only those that this instructor can take.")
    ] = None,
) -> list[OpenClassOut]:
    """List the classes of the next two weeks that look for an instructor, and all that are open to volunteers.

    By start, at most 100. Instructors see those that they can take.
    """
    taker = instructor_id if sees_all_classes(who) else who.person_id
    found = (
        (await open_classes.listed(db, taker, now)).classes
        if taker
        else await open_classes.all_coming(db, now)
    )
    return [OpenClassOut.of(row) for row in found]


@router.post(
    "/open-classes/{open_class_id}/take", status_code=204, dependencies=[needs(Permission.SESSIONS_RUN)]
)
async def take_open_class(
    open_class_id: UUID, taken: OpenClassTaken, who: TheCaller, shared: Shared, now: Now
) -> None:
    """Take an open class: the first has it, and 409 `transition-refused` says that somebody was faster.

    The rules are asked again. An instructor's own limit of extra hours counts, but for classes open to volunteers.
    """
    await shared.open_classes.take(who, taken.kind, open_class_id, now, taken.instructor_id)


@router.get("/sessions/{session_id}/volunteer-call", dependencies=[needs(Permission.PEOPLE_READ)])
async def get_volunteer_call(session: VisibleSession, db: Work, now: Now) -> VolunteerCallOut:
    """Read the latest call for volunteers of a class; 404 if there was none."""
    row = await volunteer_calls.latest(db, session.id)
    if row is None:
        raise NotFound("this class was never opened to volunteers")
    return VolunteerCallOut.of(row, now)


@router.put("/sessions/{session_id}/volunteer-call", dependencies=WRITE)
async def open_to_volunteers(
    session_id: UUID, wanted: NewVolunteerCall, who: TheCaller, shared: Shared, now: Now
) -> VolunteerCallOut:
    """Open a class to volunteers until its room opens: all who can take it are told once by mail, the first has it.

    Until then the class keeps its instructor. Sent again, it changes audience and note, and tells those who can take
    the class by now and were not told. `POST /v1/session-actions` opens many classes, with one mail for each reader.
    """
    await shared.volunteer_calls.open(who, session_id, wanted, now)
    async with shared.database.tenant(who.organization_id) as db:
        row = await volunteer_calls.latest(db, session_id)
        assert row is not None, "a call is never deleted"
        return VolunteerCallOut.of(row, now)


@router.delete("/sessions/{session_id}/volunteer-call", status_code=204, dependencies=WRITE)
async def close_to_volunteers(session_id: UUID, who: TheCaller, shared: Shared, now: Now) -> None:
    """Offer a class to volunteers no more: it keeps its instructor. Without an open call, nothing happens."""
    await shared.volunteer_calls.withdraw(who, session_id, now)
