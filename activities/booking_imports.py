"""Books the rows of an import of bookings."""

from temporalio import activity

from activities.heartbeats import heartbeats
from activities.progress import utc_now
from services.bulk_import.booking_runs import BookingRuns
from workflows.contracts.booking_imports import BookingImportSteps, ImportLook, ImportRef


class BookingImportActivities(BookingImportSteps):
    def __init__(self, runs: BookingRuns) -> None:
        self._runs = runs

    @activity.defn(name="book_rows")
    async def book(self, ref: ImportRef) -> ImportLook:
        async with heartbeats():
            return await self._runs.book(ref, utc_now())
