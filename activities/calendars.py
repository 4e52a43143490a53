"""Reads the imported calendars of a region again, and finds classes to come whose instructor is not free any more."""

from temporalio import activity

from activities.progress import utc_now
from services.calendar_imports import CalendarImports
from services.instructor_conflicts import InstructorConflicts
from workflows.contracts.calendars import Calendars, CalendarsInput, CalendarsResult


class CalendarActivities(Calendars):
    def __init__(self, imports: CalendarImports, conflicts: InstructorConflicts) -> None:
        self._imports = imports
        self._conflicts = conflicts

    @activity.defn(name="read_calendars")
    async def read(self, calendars: CalendarsInput) -> CalendarsResult:
        found = await self._imports.read_again(calendars.region, utc_now())
        await self._conflicts.look(utc_now())
        return CalendarsResult(found.read, found.failed)
