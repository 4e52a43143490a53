"""Holds of time, until they expire."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.repositories import pages
from models.repositories.pages import PageRequest
from models.time_hold import TimeHold


async def take(db: AsyncSession, hold_id: UUID) -> TimeHold | None:
    """Delete a hold that has not expired by now, with the time it reserves; returns it."""
    taken = await db.scalars(
        sa.delete(TimeHold)
        .where(col(TimeHold.id) == hold_id, col(TimeHold.expires_at) > sa.func.clock_timestamp())
        .returning(TimeHold)
    )
    return taken.one_or_none()


async def page(db: AsyncSession, request: PageRequest, now: datetime) -> tuple[list[TimeHold], bool]:
    """Those that have not expired, and whether there are more."""
    return await pages.page(db, TimeHold, request, col(TimeHold.expires_at) > now)
