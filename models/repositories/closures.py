"""Closures: days without classes, and what has its time on them."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from domain.sessions.cancellations import CancelReason
from models.closure import Closure
from models.course import Course
from models.repositories import pages
from models.repositories.pages import PageRequest
from models.repositories.substitutions import NOT_OVER
from models.session import Session


async def get(db: AsyncSession, closure_id: UUID, *, lock: bool = False) -> Closure:
    """Raises NotFound."""
    row = await db.get(Closure, closure_id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound(f"there is no closure {closure_id}")
    return row


async def page(db: AsyncSession, request: PageRequest, until: date) -> tuple[list[Closure], bool]:
    """Those that end on `until` or later, and whether there are more."""
    return await pages.page(db, Closure, request, col(Closure.last_day) >= until)


async def between(db: AsyncSession, first: date, last: date) -> list[Closure]:
    """Those that include one of these days, by their first day."""
    query = sa.select(Closure).where(col(Closure.first_day) <= last, col(Closure.last_day) >= first)
    return list(await db.scalars(query.order_by(col(Closure.first_day), col(Closure.name))))


async def like(db: AsyncSession, closure: Closure) -> Closure | None:
    """The closure of the same name, days and region, if there is one."""
    query = sa.select(Closure).where(
        col(Closure.name) == closure.name,
        col(Closure.first_day) == closure.first_day,
        col(Closure.last_day) == closure.last_day,
        col(Closure.region) == closure.region,
    )
    return (await db.scalars(query)).one_or_none()


async def booked_between(db: AsyncSession, start: datetime, end: datetime, region: str) -> list[Session]:
    """Classes that are not over and overlap this time, by start; of a region those of courses that require it."""
    return await _classes_between(db, start, end, region, NOT_OVER)


async def cancelled_for_holidays(
    db: AsyncSession, start: datetime, end: datetime, region: str
) -> list[Session]:
    """Classes of this time that were cancelled since the day is a holiday; of a region as `booked_between`."""
    for_holiday = col(Session.cancel_reason) == CancelReason.HOLIDAY.value
    return await _classes_between(db, start, end, region, for_holiday)


async def _classes_between(
    db: AsyncSession, start: datetime, end: datetime, region: str, which: sa.ColumnElement[bool]
) -> list[Session]:
    query = sa.select(Session).where(col(Session.starts_at) < end, col(Session.ends_at) > start, which)
    if region:
        query = query.join(Course, col(Course.id) == col(Session.course_id)).where(
            sa.func.lower(col(Course.required_region)) == region.lower()
        )
    return list(await db.scalars(query.order_by(col(Session.starts_at), col(Session.id))))
