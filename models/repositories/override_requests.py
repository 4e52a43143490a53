"""Reasons for setting aside the rules about an instructor: kept for the command that needs them, which takes them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.session import OverrideRequest


async def keep(db: AsyncSession, organization_id: UUID, key: UUID, reason: str, now: datetime) -> None:
    """A command that is sent again keeps the reason that it was first sent with."""
    values = {"organization_id": organization_id, "id": key, "reason": reason, "created_at": now}
    await db.execute(insert(OverrideRequest).values(values).on_conflict_do_nothing())


async def take(db: AsyncSession, key: UUID) -> str | None:
    """Delete the request; returns its reason, None without one."""
    taken = await db.execute(
        sa.delete(OverrideRequest)
        .where(col(OverrideRequest.id) == key)
        .returning(col(OverrideRequest.reason))
    )
    return taken.scalar_one_or_none()
