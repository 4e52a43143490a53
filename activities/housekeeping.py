"""Cleans up a region: starts pending deliveries and deletes expired rows."""

from temporalio import activity

from services.housekeeping import Housekeeper
from workflows.contracts.housekeeping import Housekeeping, HousekeepingInput


class HousekeepingActivities(Housekeeping):
    def __init__(self, housekeeper: Housekeeper) -> None:
        self._housekeeper = housekeeper

    @activity.defn(name="start_deliveries")
    async def start_deliveries(self, housekeeping: HousekeepingInput) -> int:
        return await self._housekeeper.start_deliveries()

    @activity.defn(name="forget_expired")
    async def forget_expired(self, housekeeping: HousekeepingInput) -> int:
        return await self._housekeeper.forget_expired()
