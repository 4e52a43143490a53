"""What has lived its time is forgotten; what waits to be delivered, and nobody delivers, is started."""

from datetime import UTC, datetime

from models.database import Database
from models.repositories import housekeeping, notices
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

_MOST = 1_000  # deliveries started at once; the next run starts more


class Housekeeper:
    def __init__(self, database: Database, deliveries: DeliveryClient) -> None:
        self._database = database
        self._deliveries = deliveries

    async def forget_expired(self) -> int:
        """Kept answers, used links, attempts, browsers that were signed in long ago. Raises Unavailable."""
        async with self._database.unscoped() as db:
            return await housekeeping.forget_expired(db, datetime.now(UTC))

    async def start_deliveries(self) -> int:
        """Of notices whose delivery could not be started when they were written. Raises Unavailable.

        A delivery that runs goes on; one that comes too late gives its notice up.
        """
        async with self._database.unscoped() as db:
            waiting = await notices.undelivered(db, _MOST)
        for notice in waiting:
            delivery = DeliveryInput(notice.organization_id, notice.id, notice.deliver_by)
            await self._deliveries.start(delivery)
        return len(waiting)
