"""Deletes expired rows of all tenants."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession


async def forget_expired(db: AsyncSession, now: datetime) -> int:
    """Delete them with a function of the schema, which may cross tenants. Returns the number of rows."""
    deleted = await db.execute(sa.text("select forget_expired(:now)"), {"now": now})
    return int(deleted.scalar_one())
