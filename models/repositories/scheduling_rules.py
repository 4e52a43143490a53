"""Versions of the scheduling rules."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.scheduling import SchedulingRulesVersion


async def versions(db: AsyncSession) -> list[SchedulingRulesVersion]:
    """The latest first."""
    query = sa.select(SchedulingRulesVersion).order_by(col(SchedulingRulesVersion.number).desc())
    return list(await db.scalars(query))


async def latest(db: AsyncSession) -> SchedulingRulesVersion | None:
    """The draft, or the version that was published last."""
    query = sa.select(SchedulingRulesVersion).order_by(col(SchedulingRulesVersion.number).desc()).limit(1)
    return (await db.scalars(query)).one_or_none()


async def published(db: AsyncSession, number: int | None = None) -> SchedulingRulesVersion | None:
    """The published version of this number, by default the latest."""
    query = sa.select(SchedulingRulesVersion).where(col(SchedulingRulesVersion.published_at).is_not(None))
    if number is not None:
        query = query.where(col(SchedulingRulesVersion.number) == number)
    rows = await db.scalars(query.order_by(col(SchedulingRulesVersion.number).desc()).limit(1))
    return rows.one_or_none()
