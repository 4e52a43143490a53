"""Deletes expired rows of all tenants, and ends sessions of SQL readers that exceed their limits."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession


async def forget_expired(db: AsyncSession, now: datetime) -> int:
    """Delete them with a function of the schema, which may cross tenants. Returns the number of rows."""
    deleted = await db.execute(sa.text("select forget_expired(:now)"), {"now": now})
    return int(deleted.scalar_one())


async def end_overdue_readers(db: AsyncSession) -> int:
    """End the sessions of SQL readers that exceed their limits; returns how many.

    Those that hold a statement or a transaction for too long and, while the queue of notifications fills, those in a
    transaction and those whose clients do not read.
    """
    ended = await db.execute(sa.text("select end_overdue_readers()"))
    return int(ended.scalar_one())
