"""Holds of time, until they expire."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.repositories import pages
from models.repositories.pages import PageRequest
from models.session import BookedTime
from models.time_hold import TimeHold


async def take(db: AsyncSession, hold_id: UUID) -> TimeHold | None:
    """Delete a hold that has not expired by now, with the time it reserves; returns it."""
    taken = await db.scalars(
        sa.delete(TimeHold)
        .where(col(TimeHold.id) == hold_id, col(TimeHold.expires_at) > sa.func.clock_timestamp())
        .returning(TimeHold)
    )
    return taken.one_or_none()


async def of_plan(db: AsyncSession, plan_id: UUID) -> dict[UUID, TimeHold]:
    """What a plan holds, by class."""
    rows = await db.scalars(sa.select(TimeHold).where(col(TimeHold.plan_run_id) == plan_id))
    return {row.class_id: row for row in rows if row.class_id}


async def of_class(db: AsyncSession, class_id: UUID) -> list[TimeHold]:
    """What plans hold for a class, whatever plan it is."""
    return list(await db.scalars(sa.select(TimeHold).where(col(TimeHold.class_id) == class_id)))


async def release_plan(db: AsyncSession, plan_id: UUID, *, besides: Collection[UUID] = ()) -> None:
    """End the holds of a plan, but for those in `besides`."""
    query = sa.delete(TimeHold).where(col(TimeHold.plan_run_id) == plan_id, col(TimeHold.id).not_in(besides))
    await db.execute(query)


async def release_class(db: AsyncSession, class_id: UUID) -> None:
    """End what plans hold for a class."""
    await db.execute(sa.delete(TimeHold).where(col(TimeHold.class_id) == class_id))


async def release(db: AsyncSession, hold_ids: Collection[UUID]) -> None:
    await db.execute(sa.delete(TimeHold).where(col(TimeHold.id).in_(hold_ids)))


async def renew(db: AsyncSession, hold_ids: Collection[UUID], expires_at: datetime) -> None:
    """Let holds expire later, with the time that they reserve."""
    await db.execute(sa.update(TimeHold).where(col(TimeHold.id).in_(hold_ids)).values(expires_at=expires_at))
    await db.execute(
        sa.update(BookedTime).where(col(BookedTime.hold_id).in_(hold_ids)).values(expires_at=expires_at)
    )


async def page(db: AsyncSession, request: PageRequest, now: datetime) -> tuple[list[TimeHold], bool]:
    """Those that have not expired, and whether there are more."""
    return await pages.page(db, TimeHold, request, col(TimeHold.expires_at) > now)
