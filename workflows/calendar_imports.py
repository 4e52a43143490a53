"""The workflow that reads the imported calendars of a region again. A schedule starts it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import options
    from workflows.contracts.calendars import Calendars, CalendarsInput, CalendarsResult


@workflow.defn(name="CalendarImports")
class CalendarImportsWorkflow:
    @workflow.run
    async def run(self, calendars: CalendarsInput) -> CalendarsResult:
        return await workflow.execute_activity_method(
            Calendars.read, calendars, summary="read calendars again", **options.CALENDARS
        )
