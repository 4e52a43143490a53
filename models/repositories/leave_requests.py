"""Leave requests of instructors."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.scheduling.leave import LeaveState
from models.leave_request import LeaveRequest
from models.people import Instructor
from models.repositories import pages
from models.repositories.pages import PageRequest
from models.repositories.substitutions import NOT_OVER
from models.session import Session


async def page(db: AsyncSession, request: PageRequest) -> tuple[list[LeaveRequest], bool]:
    """The rows, and whether there are more."""
    return await pages.page(db, LeaveRequest, request)


async def waiting(db: AsyncSession, limit: int) -> list[tuple[LeaveRequest, Instructor]]:
    """Those that nobody has decided, by their start, each with its instructor."""
    query = (
        sa.select(LeaveRequest, Instructor)
        .join(Instructor, col(Instructor.id) == col(LeaveRequest.instructor_id))
        .where(col(LeaveRequest.state) == LeaveState.ASKED)
        .order_by(col(LeaveRequest.starts_at), col(LeaveRequest.id))
        .limit(limit)
    )
    return [(request, instructor) for request, instructor in await db.execute(query)]


async def of_instructor(
    db: AsyncSession, instructor_id: UUID, since: datetime, limit: int
) -> Sequence[LeaveRequest]:
    """An instructor's requests for leave that ends after `since`, the latest first."""
    query = (
        sa.select(LeaveRequest)
        .where(col(LeaveRequest.instructor_id) == instructor_id, col(LeaveRequest.ends_at) > since)
        .order_by(col(LeaveRequest.starts_at).desc(), col(LeaveRequest.id))
        .limit(limit)
    )
    return list(await db.scalars(query))


async def overlaps(db: AsyncSession, instructor_id: UUID, start: datetime, end: datetime) -> bool:
    """Whether the instructor has a request for leave in this span that waits or was approved."""
    query = sa.select(col(LeaveRequest.id)).where(
        col(LeaveRequest.instructor_id) == instructor_id,
        col(LeaveRequest.starts_at) < end,
        col(LeaveRequest.ends_at) > start,
        col(LeaveRequest.state).in_([LeaveState.ASKED, LeaveState.APPROVED]),
    )
    return (await db.execute(query.limit(1))).first() is not None


async def classes_in(
    db: AsyncSession, requests: Collection[LeaveRequest], now: datetime
) -> dict[UUID, list[Session]]:
    """By request, the instructor's classes that are not over and overlap what is left of the leave, by start."""
    query = (
        sa.select(col(LeaveRequest.id), Session)
        .join(Session, col(Session.instructor_id) == col(LeaveRequest.instructor_id))
        .where(
            col(LeaveRequest.id).in_([request.id for request in requests]),
            col(Session.starts_at) < col(LeaveRequest.ends_at),
            col(Session.ends_at) > sa.func.greatest(col(LeaveRequest.starts_at), now),
            NOT_OVER,
        )
        .order_by(col(Session.starts_at), col(Session.id))
    )
    found: dict[UUID, list[Session]] = defaultdict(list)
    for request_id, session in await db.execute(query):
        found[request_id].append(session)
    return found
