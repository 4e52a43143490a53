"""Watches the sessions of SQL readers: ends those that exceed their limits or hold up notifications.

A reader may lift the time-outs of its own sessions, so limits hold only as often as somebody looks.
"""

import asyncio
import logging

from models.database import Database
from models.repositories import housekeeping

_EVERY_SECONDS = 15.0

logger = logging.getLogger(__name__)


class ReaderWatch:
    def __init__(self, database: Database, *, every: float = _EVERY_SECONDS) -> None:
        self._database = database
        self._every = every

    async def run(self) -> None:
        """Look until cancelled. Several processes may."""
        while True:
            try:
                await self.end_overdue()
            except Exception as error:  # whatever it is, readers without a watch have no limits
                logger.error(
                    "sessions of SQL readers can't be watched", extra={"error": type(error).__name__}
                )
            await asyncio.sleep(self._every)

    async def end_overdue(self) -> int:
        """End the sessions that exceed their limits; returns how many. Raises Unavailable."""
        async with self._database.unscoped() as db:
            ended = await housekeeping.end_overdue_readers(db)
        if ended:
            logger.warning("ended overdue sessions of SQL readers", extra={"sessions": ended})
        return ended
