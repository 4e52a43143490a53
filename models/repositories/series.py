"""Series of classes: their rows, and the bookings that stand in the way of new ones."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from domain.scheduling.series_changes import OccurrenceState
from models.course import Course
from models.series import Series, SeriesOccurrence
from models.session import Session


async def get(db: AsyncSession, series_id: UUID, *, lock: bool = False) -> Series:
    """Raises NotFound."""
    query = sa.select(Series).where(col(Series.id) == series_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await db.scalars(query)).one_or_none()
    if row is None:
        raise NotFound(f"there is no series {series_id}")
    return row


async def occurrences(db: AsyncSession, series_id: UUID) -> list[tuple[SeriesOccurrence, Session | None]]:
    """The classes of a series with their sessions, by their scheduled wall time."""
    query = (
        sa.select(SeriesOccurrence, Session)
        .outerjoin(Session, col(Session.id) == col(SeriesOccurrence.session_id))
        .where(col(SeriesOccurrence.series_id) == series_id)
        .order_by(col(SeriesOccurrence.scheduled))
    )
    return [(row[0], row[1]) for row in await db.execute(query)]


async def occurrence(db: AsyncSession, series_id: UUID, occurrence_id: UUID) -> SeriesOccurrence:
    """One class of a series, locked. Raises NotFound."""
    query = sa.select(SeriesOccurrence).where(
        col(SeriesOccurrence.series_id) == series_id, col(SeriesOccurrence.id) == occurrence_id
    )
    locked = query.with_for_update().execution_options(populate_existing=True)
    row = (await db.scalars(locked)).one_or_none()
    if row is None:
        raise NotFound(f"the series has no class {occurrence_id}")
    return row


async def last_scheduled(db: AsyncSession, series_id: UUID) -> datetime | None:
    """Of the classes that the series has by now; those that a change of it has ended are left out."""
    row = SeriesOccurrence
    held = sa.or_(col(row.state) != OccurrenceState.CANCELLED, col(row.alone))
    query = sa.select(sa.func.max(col(row.scheduled))).where(col(row.series_id) == series_id, held)
    found: datetime | None = await db.scalar(query)
    return found


async def due(
    db: AsyncSession, series_id: UUID, horizon: datetime, tried_before: datetime, now: datetime, most: int
) -> list[SeriesOccurrence]:
    """What is to be done now, the earliest class first: sessions to change, and bookings up to the horizon.

    A refused booking is due again when it was tried before `tried_before`, or has an instructor by now.
    """
    row = SeriesOccurrence
    bookable = sa.and_(
        col(row.instructor_id).is_not(None),
        col(row.starts_at) <= horizon,
        sa.or_(
            col(row.state) == OccurrenceState.PLANNED,
            sa.and_(
                col(row.state) == OccurrenceState.REFUSED,
                col(row.starts_at) > now,
                sa.or_(col(row.tried_at) < tried_before, col(row.problem_code) == NO_INSTRUCTOR),
            ),
        ),
    )
    query = (
        sa.select(row)
        .where(col(row.series_id) == series_id, sa.or_(col(row.pending), bookable))
        .order_by(col(row.starts_at), col(row.id))
        .limit(most)
    )
    return list(await db.scalars(query))


async def unbooked(
    db: AsyncSession,
    now: datetime,
    *,
    series_id: UUID | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[tuple[SeriesOccurrence, Series, str]]:
    """Classes to come that could be booked or stand on a closed day, locked, each with the region its course requires.

    Of one series, which the caller has locked, or of all between `start` and `end`, which are locked too.
    """
    row = SeriesOccurrence
    open_states = (OccurrenceState.PLANNED, OccurrenceState.REFUSED, OccurrenceState.CLOSED)
    query = (
        sa.select(row, Series, col(Course.required_region))
        .join(Series, col(Series.id) == col(row.series_id))
        .join(Course, col(Course.id) == col(Series.course_id))
        .where(col(row.state).in_(open_states), col(row.session_id).is_(None), col(row.starts_at) > now)
        .order_by(col(row.series_id), col(row.id))
        .with_for_update(of=[row] if series_id else [Series, row])
        .execution_options(populate_existing=True)
    )
    if series_id:
        query = query.where(col(row.series_id) == series_id)
    if start and end:
        query = query.where(col(row.starts_at) < end, col(row.ends_at) > start)
    return [(one, series, region) for one, series, region in await db.execute(query)]


async def unsettled(db: AsyncSession, series_id: UUID, now: datetime) -> list[SeriesOccurrence]:
    """Classes to come that could not be booked, or not be changed with the series, by start."""
    row = SeriesOccurrence
    query = sa.select(row).where(
        col(row.series_id) == series_id,
        col(row.state).in_((OccurrenceState.REFUSED, OccurrenceState.PLANNED, OccurrenceState.BOOKED)),
        col(row.problem_code) != "",
        col(row.starts_at) > now,
    )
    return list(await db.scalars(query.order_by(col(row.starts_at), col(row.id))))


NO_INSTRUCTOR = "no-instructor"


async def without_instructor(db: AsyncSession, series_id: UUID, until: datetime) -> list[SeriesOccurrence]:
    """Planned classes up to a moment for which no instructor was found, and that nobody was told of yet."""
    row = SeriesOccurrence
    query = sa.select(row).where(
        col(row.series_id) == series_id,
        col(row.state) == OccurrenceState.PLANNED,
        col(row.instructor_id).is_(None),
        col(row.starts_at) <= until,
    )
    return list(await db.scalars(query.order_by(col(row.starts_at))))


@dataclass(frozen=True)
class Progress:
    """How many classes of a series are in each state, left out ones and those cancelled in any way aside."""

    booked: int = 0
    planned: int = 0
    refused: int = 0
    closed: int = 0  # on closed days to come, in no other count
    pending: int = 0  # of all: still to be changed
    next_due: datetime | None = None  # start of the next class to book

    @property
    def total(self) -> int:
        return self.booked + self.planned + self.refused


async def progress(db: AsyncSession, series_ids: Collection[UUID], now: datetime) -> dict[UUID, Progress]:
    """By series, also of those without a class."""
    row = SeriesOccurrence
    is_open = col(row.state) == OccurrenceState.PLANNED
    takes_place = col(Session.outcome).is_distinct_from("cancelled")
    query = (
        sa.select(
            col(row.series_id),
            sa.func.count().filter(col(row.state) == OccurrenceState.BOOKED, takes_place),
            sa.func.count().filter(is_open),
            sa.func.count().filter(col(row.state) == OccurrenceState.REFUSED, col(row.starts_at) > now),
            sa.func.count().filter(col(row.state) == OccurrenceState.CLOSED, col(row.starts_at) > now),
            sa.func.count().filter(col(row.pending)),
            sa.func.min(col(row.starts_at)).filter(is_open, col(row.instructor_id).is_not(None)),
        )
        .outerjoin(Session, col(Session.id) == col(row.session_id))
        .where(col(row.series_id).in_(series_ids))
        .group_by(col(row.series_id))
    )
    counted = {found[0]: Progress(*found[1:]) for found in await db.execute(query)}
    return dict.fromkeys(series_ids, Progress()) | counted


async def of_course(db: AsyncSession, course_id: UUID) -> list[Series]:
    query = (
        sa.select(Series).where(col(Series.course_id) == course_id).order_by(col(Series.created_at).desc())
    )
    return list(await db.scalars(query))


async def id_of_session(db: AsyncSession, session_id: UUID) -> UUID | None:
    """The series that a session is a class of; None: it was booked by itself."""
    query = sa.select(col(SeriesOccurrence.series_id)).where(col(SeriesOccurrence.session_id) == session_id)
    return await db.scalar(query.limit(1))


async def count_unbooked(db: AsyncSession, course_id: UUID, now: datetime) -> int:
    """How many classes to come of series of this course are not booked yet."""
    row = SeriesOccurrence
    query = sa.select(sa.func.count()).where(
        col(row.series_id).in_(sa.select(col(Series.id)).where(col(Series.course_id) == course_id)),
        col(row.state).in_([OccurrenceState.PLANNED, OccurrenceState.REFUSED]),
        col(row.starts_at) > now,
    )
    return int(await db.scalar(query) or 0)


async def override_reason_of(db: AsyncSession, session_id: UUID) -> str | None:
    """Why the series of a booked class sets rules aside; None: it sets none aside, or the class is of no series."""
    query = (
        sa.select(col(Series.override_reason))
        .join(SeriesOccurrence, col(SeriesOccurrence.series_id) == col(Series.id))
        .where(col(SeriesOccurrence.session_id) == session_id)
    )
    return (await db.scalars(query.limit(1))).one_or_none()


async def take_instructor(db: AsyncSession, session_id: UUID, instructor_id: UUID) -> None:
    """Write who teaches a session on its row in a series, unless a change of the series is on its way to it."""
    row = SeriesOccurrence
    await db.execute(
        sa.update(row)
        .where(col(row.session_id) == session_id, col(row.pending).is_(False))
        .values(instructor_id=instructor_id)
    )
