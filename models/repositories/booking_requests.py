"""External ids of classes that are being booked: kept for the booking, which takes them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.session import BookingRequest


async def keep(
    db: AsyncSession, organization_id: UUID, session_id: UUID, external_id: str, now: datetime
) -> None:
    """A booking that is asked for again keeps what it first asked for."""
    values = {
        "organization_id": organization_id,
        "session_id": session_id,
        "external_id": external_id,
        "created_at": now,
    }
    await db.execute(insert(BookingRequest).values(values).on_conflict_do_nothing())


async def take(db: AsyncSession, session_id: UUID) -> str | None:
    """Delete the request; returns its external id, None without one."""
    taken = await db.execute(
        sa.delete(BookingRequest)
        .where(col(BookingRequest.session_id) == session_id)
        .returning(col(BookingRequest.external_id))
    )
    return taken.scalar_one_or_none()
