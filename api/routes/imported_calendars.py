"""The imported calendar of an instructor: the times at which they are busy elsewhere."""

from uuid import UUID

from fastapi import APIRouter

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute
from api.schemas.imported_calendars import ImportedCalendarOut
from domain.people.access import Permission
from services import calendar_imports
from services.inputs.calendars import CalendarIn

router = APIRouter(prefix="/v1/instructors/{id}/busy-calendar", tags=["people"], route_class=ApiRoute)


@router.get("", dependencies=[needs(Permission.PEOPLE_READ)])
async def get_busy_calendar(id: UUID, db: Work) -> ImportedCalendarOut:
    """Read the state of an instructor's imported calendar."""
    return ImportedCalendarOut.of(await calendar_imports.get(db, id))


@router.put("", dependencies=[needs(Permission.PEOPLE_WRITE)])
async def import_busy_calendar(
    id: UUID, new: CalendarIn, who: TheCaller, shared: Shared, now: Now
) -> ImportedCalendarOut:
    """Import an instructor's calendar in place of the one before: a file once, a feed every half hour.

    Bookings and searches for substitutes keep its busy times, as they keep availability. Only times are stored, a year
    ahead; events that are cancelled or shown as free don't count.
    """
    return ImportedCalendarOut.of(await shared.calendar_imports.put(who.organization_id, id, new, now))


@router.delete("", status_code=204, dependencies=[needs(Permission.PEOPLE_WRITE)])
async def remove_busy_calendar(id: UUID, db: Work, now: Now) -> None:
    """Forget an instructor's imported calendar and its busy times."""
    await calendar_imports.remove(db, id, now)
