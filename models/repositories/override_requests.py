"""Reasons for setting aside the rules about an instructor: kept for the command that needs them, which takes them."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.scheduling.booking_rules import Override
from models.session import OverrideRequest


async def keep(db: AsyncSession, organization_id: UUID, key: UUID, override: Override, now: datetime) -> None:
    """A command that is sent again keeps the reason that it was first sent with."""
    values = {"organization_id": organization_id, "id": key, "created_at": now, **asdict(override)}
    await db.execute(insert(OverrideRequest).values(values).on_conflict_do_nothing())


async def take(db: AsyncSession, key: UUID) -> Override | None:
    """Delete the request and return it; None without one."""
    taken = await db.execute(
        sa.delete(OverrideRequest)
        .where(col(OverrideRequest.id) == key)
        .returning(col(OverrideRequest.reason), col(OverrideRequest.of_series))
    )
    row = taken.one_or_none()
    return Override(*row) if row else None
