"""Reads the imported calendars of a region again."""

from temporalio import activity

from activities.progress import utc_now
from services.calendar_imports import CalendarImports
from workflows.contracts.calendars import Calendars, CalendarsInput, CalendarsResult


class CalendarActivities(Calendars):
    def __init__(self, imports: CalendarImports) -> None:
        self._imports = imports

    @activity.defn(name="read_calendars")
    async def read(self, calendars: CalendarsInput) -> CalendarsResult:
        found = await self._imports.read_again(calendars.region, utc_now())
        return CalendarsResult(found.read, found.failed)
