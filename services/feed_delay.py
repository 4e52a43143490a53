"""Since when the change feed stands still: changes wait for an earlier transaction that does not end."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from models.repositories import change_log

_STANDS_STILL = timedelta(minutes=2)  # a transaction of ours takes seconds


async def stands_still_since(db: AsyncSession, now: datetime) -> datetime | None:
    """When the oldest of the changes was made that the feed of any organization lacks; None: it goes on."""
    since = await change_log.held_back_since(db)
    return since if since and now - since > _STANDS_STILL else None
