"""Cleans up a region: starts pending deliveries, deletes expired rows, and finds what nothing works on any more.

It also finds people who are in two classes at one time, changes that touch what is planned, and what was asked and is
not answered.
"""

from temporalio import activity

from activities.progress import utc_now
from services.double_bookings import DoubleBookings
from services.housekeeping import Housekeeper
from services.planning.replanning import Replanning
from services.records_comparison import RecordsComparison
from services.sweeper import Sweeper
from services.unanswered_asks import UnansweredAsks
from workflows.contracts.housekeeping import Housekeeping, HousekeepingInput


class HousekeepingActivities(Housekeeping):
    def __init__(
        self,
        housekeeper: Housekeeper,
        comparison: RecordsComparison,
        bookings: DoubleBookings,
        sweeper: Sweeper,
        replanning: Replanning,
        asks: UnansweredAsks,
    ) -> None:
        self._housekeeper = housekeeper
        self._comparison = comparison
        self._bookings = bookings
        self._sweeper = sweeper
        self._replanning = replanning
        self._asks = asks

    @activity.defn(name="start_deliveries")
    async def start_deliveries(self, housekeeping: HousekeepingInput) -> int:
        return await self._housekeeper.start_deliveries()

    @activity.defn(name="forget_expired")
    async def forget_expired(self, housekeeping: HousekeepingInput) -> int:
        return await self._housekeeper.forget_expired()

    @activity.defn(name="compare_records")
    async def compare_records(self, housekeeping: HousekeepingInput) -> int:
        return await self._comparison.compare() + await self._bookings.look(utc_now())

    @activity.defn(name="sweep")
    async def sweep(self, housekeeping: HousekeepingInput) -> int:
        swept = await self._sweeper.sweep() + await self._asks.look(utc_now())
        return swept + await self._replanning.look(utc_now())
