"""Late cancellations of families."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from uuid_utils.compat import uuid7

from models.late_cancellation import LateCancellation
from models.repositories import pages
from models.repositories.pages import PageRequest
from models.session import Participant, Session


async def add(db: AsyncSession, session: Session, guardian_id: UUID, now: datetime) -> None:
    """A class is counted once."""
    values = {
        "id": uuid7(),
        "organization_id": session.organization_id,
        "session_id": session.id,
        "guardian_id": guardian_id,
        "starts_at": session.starts_at,
        "cancelled_at": now,
    }
    await db.execute(insert(LateCancellation).values(values).on_conflict_do_nothing())


async def number(db: AsyncSession, student_ids: Collection[UUID], since: datetime) -> int:
    """How many classes of these students were cancelled late since then."""
    query = (
        sa.select(sa.func.count(sa.distinct(col(LateCancellation.session_id))))
        .join(Participant, col(Participant.session_id) == col(LateCancellation.session_id))
        .where(col(Participant.student_id).in_(student_ids), col(LateCancellation.cancelled_at) >= since)
    )
    return int((await db.execute(query)).scalar_one())


async def page(db: AsyncSession, request: PageRequest) -> tuple[list[LateCancellation], bool]:
    """The rows, and whether there are more."""
    return await pages.page(db, LateCancellation, request)
