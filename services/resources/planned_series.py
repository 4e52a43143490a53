"""Courses and instructors stay in use as long as a series is to book classes with them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InUse
from models.repositories import series


async def refuse_course_in_series(db: AsyncSession, course_id: UUID, now: datetime) -> None:
    """Raises InUse."""
    if planned := await series.count_unbooked(db, now, course_id=course_id):
        raise InUse(_detail("course", planned), next_step="End the series first.")


async def refuse_instructor_in_series(db: AsyncSession, instructor_id: UUID, now: datetime) -> None:
    """Raises InUse."""
    if planned := await series.count_unbooked(db, now, instructor_id=instructor_id):
        raise InUse(
            _detail("instructor", planned),
            next_step="End the series first, or give them to another instructor.",
        )


def _detail(noun: str, planned: int) -> str:
    return f"series will book {planned} more {'class' if planned == 1 else 'classes'} with this {noun}"
