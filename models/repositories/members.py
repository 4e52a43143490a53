"""The staff of an organization."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.access import Member


async def active(db: AsyncSession) -> list[Member]:
    """Those who are not retired, by name."""
    query = sa.select(Member).where(col(Member.retired_at).is_(None))
    return list(await db.scalars(query.order_by(col(Member.name), col(Member.id))))
