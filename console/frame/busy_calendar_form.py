"""The form of an instructor's own calendar, whose busy times are imported: on their own page, and on that for staff."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import FormData

from api.http.problems import status_of
from api.http.state import State
from console.frame.forms import text
from console.frame.texts import gettext
from domain.errors import HomeroomError, InvalidInput
from models.imported_calendar import ImportedCalendar
from models.repositories import imported_calendars
from services import calendar_imports
from services.inputs.calendars import CalendarIn


@dataclass(frozen=True)
class BusyCalendarForm:
    """`stored` is the calendar that is imported now; None: none is."""

    stored: ImportedCalendar | None
    url: str = ""
    error: str = ""
    status: int = 200


async def load(shared: State, organization_id: UUID, instructor_id: UUID) -> BusyCalendarForm:
    async with shared.database.tenant(organization_id) as db:
        return BusyCalendarForm(await imported_calendars.of(db, instructor_id))


async def save(
    shared: State, organization_id: UUID, instructor_id: UUID, posted: FormData, now: datetime
) -> BusyCalendarForm | None:
    """Import what was typed, or forget the calendar; returns the form where it has to be shown again."""
    if text(posted, "act") == "remove":
        async with shared.database.tenant(organization_id) as db:
            await calendar_imports.remove(db, instructor_id, now)
        return None
    url = text(posted, "url")
    try:
        new = CalendarIn(url=url or None)
        await shared.calendar_imports.put(organization_id, instructor_id, new, now)
    except ValidationError:
        problem: HomeroomError = InvalidInput("enter the address")
    except HomeroomError as error:
        problem = error
    else:
        return None
    stored = (await load(shared, organization_id, instructor_id)).stored
    refusal = gettext(
        "The calendar can't be read. Check that the address is right and that anybody may read it."
    )
    return BusyCalendarForm(stored, url, refusal, status_of(problem))
