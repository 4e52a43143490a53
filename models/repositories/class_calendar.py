"""The classes of a span of time as a calendar shows them: one by one, counted by hour, or the first of each day.

Every read is bounded by its span, and by a number of rows.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.sessions.states import SessionState
from models.course import Course
from models.people import Instructor
from models.session import Participant, Session


@dataclass(frozen=True)
class CalendarFilter:
    """Whose classes; a value of None leaves its part out."""

    instructor_id: UUID | None = None
    course_id: UUID | None = None
    student_id: UUID | None = None


@dataclass(frozen=True)
class CalendarClass:
    id: UUID
    title: str
    course: str
    instructor_id: UUID
    instructor: str
    starts_at: datetime
    ends_at: datetime
    state: SessionState


@dataclass(frozen=True)
class DayOfClasses:
    count: int  # of classes that were not cancelled
    first: tuple[CalendarClass, ...]


async def count(db: AsyncSession, wanted: CalendarFilter, start: datetime, end: datetime) -> tuple[int, int]:
    """How many classes start in this span, and how many more were cancelled."""
    cancelled = col(Session.state) == SessionState.CANCELLED
    query = sa.select(sa.func.count().filter(~cancelled), sa.func.count().filter(cancelled))
    found = (await db.execute(query.select_from(Session).where(*_where(wanted, start, end)))).one()
    return found[0], found[1]


async def classes(
    db: AsyncSession, wanted: CalendarFilter, start: datetime, end: datetime, most: int
) -> list[CalendarClass]:
    """Those that start in this span, by start."""
    query = (
        _rows()
        .where(*_where(wanted, start, end))
        .order_by(col(Session.starts_at), col(Session.id))
        .limit(most)
    )
    return [CalendarClass(*row) for row in await db.execute(query)]


async def per_hour(
    db: AsyncSession, wanted: CalendarFilter, start: datetime, end: datetime, zone: str
) -> dict[tuple[date, int], int]:
    """How many classes start in each day and hour of a time zone. Cancelled ones do not count."""
    hour = sa.func.date_trunc("hour", sa.func.timezone(zone, col(Session.starts_at))).label("hour")
    query = (
        sa.select(hour, sa.func.count())
        .where(*_where(wanted, start, end), col(Session.state) != SessionState.CANCELLED)
        .group_by(sa.text("1"))
    )
    return {(at.date(), at.hour): number for at, number in await db.execute(query)}


async def per_day(
    db: AsyncSession, wanted: CalendarFilter, start: datetime, end: datetime, zone: str, first: int
) -> dict[date, DayOfClasses]:
    """The number of classes on each day of a time zone, and the `first` of them. Cancelled ones are left out."""
    day = sa.cast(sa.func.timezone(zone, col(Session.starts_at)), sa.Date)
    window: dict[str, Any] = {"partition_by": day}
    position = sa.func.row_number().over(**window, order_by=(col(Session.starts_at), col(Session.id)))
    held = (*_where(wanted, start, end), col(Session.state) != SessionState.CANCELLED)
    numbered = (
        sa.select(
            col(Session.id),
            day.label("day"),
            position.label("position"),
            sa.func.count().over(**window).label("number"),
        )
        .where(*held)
        .subquery()
    )
    query = (
        _rows()
        .add_columns(numbered.c.day, numbered.c.number)
        .join(numbered, numbered.c.id == col(Session.id))
        .where(numbered.c.position <= first)
        .order_by(numbered.c.day, numbered.c.position)
    )
    found: dict[date, list[CalendarClass]] = defaultdict(list)
    counts: dict[date, int] = {}
    for *values, on, number in await db.execute(query):
        found[on].append(CalendarClass(*values))
        counts[on] = number
    return {on: DayOfClasses(counts[on], tuple(rows)) for on, rows in found.items()}


_Rows = sa.Select[UUID, str, str, UUID, str, datetime, datetime, SessionState]


def _rows() -> _Rows:
    return (
        sa.select(
            col(Session.id),
            col(Session.title),
            col(Course.title),
            col(Session.instructor_id),
            col(Instructor.name),
            col(Session.starts_at),
            col(Session.ends_at),
            col(Session.state),
        )
        .join(Course, col(Course.id) == col(Session.course_id))
        .join(Instructor, col(Instructor.id) == col(Session.instructor_id))
    )


def _where(wanted: CalendarFilter, start: datetime, end: datetime) -> Sequence[sa.ColumnElement[bool]]:
    conditions = [col(Session.starts_at) >= start, col(Session.starts_at) < end]
    if wanted.instructor_id:
        conditions.append(col(Session.instructor_id) == wanted.instructor_id)
    if wanted.course_id:
        conditions.append(col(Session.course_id) == wanted.course_id)
    if wanted.student_id:
        places = sa.select(col(Participant.session_id)).where(
            col(Participant.student_id) == wanted.student_id, col(Participant.removed_at).is_(None)
        )
        conditions.append(col(Session.id).in_(places))
    return conditions
