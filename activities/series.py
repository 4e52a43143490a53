"""Books the classes of a series, and changes them with it."""

from temporalio import activity

from activities.heartbeats import heartbeats
from activities.progress import utc_now
from services.series_bookings import SeriesBookings
from workflows.contracts.series import SeriesLook, SeriesRef, SeriesSteps


class SeriesActivities(SeriesSteps):
    def __init__(self, bookings: SeriesBookings) -> None:
        self._bookings = bookings

    @activity.defn(name="advance_series")
    async def advance(self, ref: SeriesRef) -> SeriesLook:
        async with heartbeats():
            return await self._bookings.advance(ref, utc_now())
