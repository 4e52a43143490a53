"""Housekeeping: deletes expired rows, starts deliveries that are not started yet.

Warns operators of a change feed that stands still, opens exceptions about on-call rotas that are empty, and resolves
exceptions that concern nobody any more.
"""

import logging
from datetime import UTC, datetime

from models.database import Database
from models.repositories import housekeeping, notices
from services import case_closing, rota_watch
from services.feed_delay import stands_still_since
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

_MAX_DELIVERIES = 1_000  # started per run; the next run starts more


logger = logging.getLogger(__name__)


class Housekeeper:
    def __init__(self, database: Database, deliveries: DeliveryClient, region: str) -> None:
        self._database = database
        self._deliveries = deliveries
        self._region = region

    async def forget_expired(self) -> int:
        """Delete expired idempotent responses, sign-in links, attempts and browser sessions; returns how many rows.

        Also warns of a change feed that stands still, looks at on-call rotas, and resolves exceptions that concern
        nobody any more. Raises Unavailable.
        """
        now = datetime.now(UTC)
        async with self._database.unscoped() as db:
            deleted = await housekeeping.forget_expired(db, now)
        async with self._database.unscoped() as db:
            since = await stands_still_since(db, now)
        if since:
            logger.error(
                "the change feed stands still", extra={"seconds": round((now - since).total_seconds())}
            )
        await rota_watch.check_all(self._database, now)
        await case_closing.close_unconcerning(self._database, self._region, now)
        return deleted

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
