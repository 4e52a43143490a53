"""Late cancellations of families: counted in the transaction that cancels the class."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.access import AccessRole
from models.repositories import late_cancellations
from models.session import Session
from services.organizations import organization, self_service_policy_of

COUNTED_FOR = timedelta(days=90)


async def count(db: AsyncSession, session: Session, by: str, now: datetime) -> None:
    """Count the cancellation of a class by a guardian, if it is late. A repeat counts once."""
    role, _, key = by.partition(":")
    if role != AccessRole.GUARDIAN:
        return
    policy = self_service_policy_of(await organization(db))
    if policy.counts_as_late(session.starts_at, now):
        await late_cancellations.add(db, session, UUID(key), now)


async def so_far(db: AsyncSession, student_ids: Collection[UUID], now: datetime) -> int:
    """How many classes of these students their family has cancelled late in the last `COUNTED_FOR`."""
    return await late_cancellations.number(db, student_ids, now - COUNTED_FOR)
