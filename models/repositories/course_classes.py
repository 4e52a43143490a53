"""The coming classes of a course that a student joins or leaves with it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.sessions.states import SessionState
from models.course import Enrollment
from models.session import Participant, Session

_BEFORE_CLASS = (SessionState.SCHEDULED, SessionState.OPEN)


async def to_join(db: AsyncSession, course_id: UUID, student_id: UUID, now: datetime) -> list[Session]:
    """Those that were booked for everybody in the course, and that the student is not in, by start."""
    return list(
        await db.scalars(
            _coming(course_id, now).where(col(Session.whole_course), ~_place_of(student_id).exists())
        )
    )


async def of_followed_courses(
    db: AsyncSession, enrollment_ids: Collection[UUID], now: datetime
) -> list[Enrollment]:
    """Those of the enrollments whose course has a coming class that was booked for everybody in it."""
    courses = (
        sa.select(col(Session.course_id))
        .where(
            col(Session.whole_course),
            col(Session.starts_at) > now,
            col(Session.state).in_(_BEFORE_CLASS),
        )
        .distinct()
    )
    query = sa.select(Enrollment).where(
        col(Enrollment.id).in_(enrollment_ids),
        col(Enrollment.retired_at).is_(None),
        col(Enrollment.course_id).in_(courses),
    )
    return list(await db.scalars(query.order_by(col(Enrollment.id))))


async def to_leave(
    db: AsyncSession, course_id: UUID, student_id: UUID, now: datetime
) -> dict[UUID, tuple[Session, UUID]]:
    """Those that the student is in, by id and start, each with the id of the participant."""
    place = sa.and_(
        col(Participant.session_id) == col(Session.id),
        col(Participant.student_id) == student_id,
        col(Participant.removed_at).is_(None),
    )
    query = _coming(course_id, now).join(Participant, place).add_columns(col(Participant.id))
    return {row[0].id: (row[0], row[1]) for row in await db.execute(query)}


def _coming(course_id: UUID, now: datetime) -> sa.Select[Session]:
    return (
        sa.select(Session)
        .where(
            col(Session.course_id) == course_id,
            col(Session.starts_at) > now,
            col(Session.state).in_(_BEFORE_CLASS),
        )
        .order_by(col(Session.starts_at), col(Session.id))
    )


def _place_of(student_id: UUID) -> sa.Select[int]:
    return (
        sa.select(sa.literal(1))
        .where(
            col(Participant.session_id) == col(Session.id),
            col(Participant.student_id) == student_id,
            col(Participant.removed_at).is_(None),
        )
        .correlate(Session)
    )
