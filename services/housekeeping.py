"""What has lived its time is forgotten: kept answers, used links, attempts, browsers that were signed in long ago."""

import asyncio
import logging
from datetime import UTC, datetime

from domain.errors import HomeroomError
from models.database import Database
from models.repositories import housekeeping

_EVERY = 3600.0  # seconds

logger = logging.getLogger(__name__)


async def tidy_for_ever(database: Database) -> None:
    """Every process of the API does it; doing it twice at once does no harm."""
    while True:
        try:
            async with database.unscoped() as db:
                forgotten = await housekeeping.forget_expired(db, datetime.now(UTC))
            logger.info("expired rows are forgotten", extra={"rows": forgotten})
        except HomeroomError:
            logger.warning("the database isn't responding; tidying waits for the next hour")
        await asyncio.sleep(_EVERY)
