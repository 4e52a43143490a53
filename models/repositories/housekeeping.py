"""Rows that have lived their time, of all tenants."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession


async def forget_expired(db: AsyncSession, now: datetime) -> int:
    """By the schema's function for just that; returns how many rows are gone."""
    found = await db.execute(sa.text("select forget_expired(:now)"), {"now": now})
    return int(found.scalar_one())
