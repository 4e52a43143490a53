"""Moving a class in the calendar: whether a time would be allowed, and the dialog that says who is told of it.

The dialog posts to the command of the class's own page.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from api.http.dependencies import Now, Shared
from console.frame import times
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.problem_texts import shown
from console.frame.rendering import HEADERS, page
from console.frame.viewers import CurrentUser
from domain.errors import HomeroomError
from domain.notices.kinds import NoticeKind
from domain.people.access import Permission
from domain.scheduling.wall_time import wall_time_to_utc
from models.people import Instructor
from models.repositories import entities
from services.class_moves import MoveCheck, check_move, told_of
from services.inputs.fields import Schema, TimeZone, WallTime

router = APIRouter(
    prefix="/calendar/classes/{session_id}",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.SESSIONS_WRITE)],
)


class Target(Schema):
    to: WallTime
    zone: TimeZone  # of the calendar
    offset: int | None = None  # from UTC in seconds; the chosen side of a time that occurs twice

    def start(self) -> datetime:
        """In UTC. Raises InvalidInput for a time that a clock change skips, RepeatedTime for one that occurs twice."""
        return wall_time_to_utc(self.to, ZoneInfo(self.zone), offset=times.from_utc(self.offset))


@router.get("/check")
async def check(
    session_id: UUID, shared: Shared, who: CurrentUser, now: Now, target: Annotated[Target, Query()]
) -> Response:
    """Whether the class could be moved to a time; if not, why, and whether a reason would set that aside."""
    try:
        starts_at = target.start()
    except HomeroomError as error:
        return _answer(error, can_override=False)
    async with shared.database.tenant(who.organization_id) as db:
        found = await check_move(db, who, session_id, starts_at, shared.settings.region, now)
    return _answer(found.refusal, can_override=found.can_override)


@router.get("/move")
async def move_form(
    request: Request,
    session_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    target: Annotated[Target, Query()],
) -> Response:
    """The content of the dialog; of a move that no reason makes possible, why."""
    starts_at = target.start()
    async with shared.database.tenant(who.organization_id) as db:
        found = await check_move(db, who, session_id, starts_at, shared.settings.region, now)
        if found.refusal and not found.can_override:
            return page(request, "parts/calendar_move_refused.html", error=shown(found.refusal))
        told = await told_of(db, NoticeKind.RESCHEDULED, found.session, now)
        instructor = await entities.get(db, Instructor, found.session.instructor_id)
    families = [reader for reader in told if reader.kind != "instructor"]
    return page(
        request,
        "parts/calendar_move.html",
        found=found,
        error=shown(found.refusal) if found.refusal else None,
        instructor=instructor,
        families=families,
        zone=target.zone,
        **_values(found),
    )


def _values(found: MoveCheck) -> dict[str, object]:
    """The fields of the command, which takes its time in the zone of the class."""
    zone = found.session.time_zone
    length = found.ends_at - found.starts_at
    return {
        "starts_at": times.input_value(found.starts_at, zone),
        "offset": times.offset(found.starts_at, zone),
        "minutes": round(length.total_seconds() / 60),
    }


def _answer(refused: HomeroomError | None, *, can_override: bool) -> Response:
    reason = shown(refused).detail if refused else ""
    body = {
        "allowed": refused is None,
        "reason": reason[:1].upper() + reason[1:],
        "can_override": can_override,
    }
    return JSONResponse(body, headers=HEADERS)
