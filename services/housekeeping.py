"""Housekeeping: deletes expired rows, and starts deliveries that could not be started when they were written."""

from datetime import UTC, datetime

from models.database import Database
from models.repositories import housekeeping, notices
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

_MAX_DELIVERIES = 1_000  # started per run; the next run starts more


class Housekeeper:
    def __init__(self, database: Database, deliveries: DeliveryClient) -> None:
        self._database = database
        self._deliveries = deliveries

    async def forget_expired(self) -> int:
        """Delete expired idempotent responses, sign-in links, attempts and browser sessions; returns how many rows.

        Raises Unavailable.
        """
        async with self._database.unscoped() as db:
            return await housekeeping.forget_expired(db, datetime.now(UTC))

    async def start_deliveries(self) -> int:
        """Start the deliveries of undelivered notices; returns how many. Raises Unavailable.

        A delivery that already runs is not affected; one that starts too late gives its notice up.
        """
        async with self._database.unscoped() as db:
            waiting = await notices.undelivered(db, _MAX_DELIVERIES)
        for notice in waiting:
            delivery = DeliveryInput(notice.organization_id, notice.id, notice.deliver_by)
            await self._deliveries.start(delivery)
        return len(waiting)
