"""Classes that look for an instructor: open to volunteers, with a search that goes on, or of series without anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.scheduling.offers import SubstitutionState
from domain.scheduling.series_changes import OccurrenceState
from domain.scheduling.volunteers import Audience
from domain.sessions.states import SessionState
from models.course import Course
from models.repositories import volunteer_calls
from models.series import Series, SeriesOccurrence
from models.session import Session
from models.substitution import Substitution
from models.volunteer_call import VolunteerCall


class OpenClassKind(StrEnum):
    CALL = "call"  # staff have opened it to volunteers
    SEARCH = "search"  # a substitute is sought
    SERIES = "series"  # nobody was found


@dataclass(frozen=True)
class OpenClassRow:
    kind: OpenClassKind
    key: UUID  # of the call or search, or of the class in the series
    class_id: UUID  # of the session, or of the class in the series
    parent_id: UUID  # the session, or the series
    course_id: UUID
    title: str
    course: str
    starts_at: datetime
    ends_at: datetime
    instructor_id: UUID | None  # who has it until somebody takes it
    student_ids: Sequence[UUID] | None = None  # of a series; None: everybody in the course
    audience: Audience = Audience.EVERYBODY  # of a call
    note: str = ""  # of a call, for those who are asked

    @property
    def is_booked(self) -> bool:
        return self.kind != OpenClassKind.SERIES

    @property
    def session_id(self) -> UUID:
        assert self.is_booked, "a class of a series is not booked yet"
        return self.parent_id

    @property
    def series_id(self) -> UUID:
        assert not self.is_booked, "this class is booked"
        return self.parent_id


async def coming(db: AsyncSession, now: datetime, until: datetime, limit: int) -> list[OpenClassRow]:
    """Those that start after `now` until `until`, by start; all that are open to volunteers, whenever they start.

    A search that asks one named person is left out, and one for a class that is open to volunteers too.
    """
    open_calls = await called(db, now, limit)
    searched = await _searched(db, now, col(Session.starts_at) < until, limit)
    of_series = await _of_series(db, now, col(SeriesOccurrence.starts_at) < until, limit)
    open_to_all = {row.class_id for row in open_calls}
    rows = [*open_calls, *(row for row in searched if row.class_id not in open_to_all), *of_series]
    return sorted(rows, key=lambda row: (row.starts_at, row.key))[:limit]


async def called(db: AsyncSession, now: datetime, limit: int) -> list[OpenClassRow]:
    """Those that are open to volunteers, by start."""
    return await _called(db, now, sa.true(), limit)


async def of_call(db: AsyncSession, call_id: UUID, now: datetime) -> OpenClassRow | None:
    """None: it looks for nobody any more."""
    return next(iter(await _called(db, now, col(VolunteerCall.id) == call_id, 1)), None)


async def of_search(db: AsyncSession, substitution_id: UUID, now: datetime) -> OpenClassRow | None:
    """None: it looks for nobody any more."""
    return next(iter(await _searched(db, now, col(Substitution.id) == substitution_id, 1)), None)


async def of_series(db: AsyncSession, occurrence_id: UUID, now: datetime) -> OpenClassRow | None:
    """None: it has an instructor, or does not take place."""
    return next(iter(await _of_series(db, now, col(SeriesOccurrence.id) == occurrence_id, 1)), None)


async def _called(
    db: AsyncSession, now: datetime, which: sa.ColumnElement[bool], limit: int
) -> list[OpenClassRow]:
    query = (
        sa.select(VolunteerCall, Session, Course)
        .join(Session, col(Session.id) == col(VolunteerCall.session_id))
        .join(Course, col(Course.id) == col(Session.course_id))
        .where(which, volunteer_calls.stands(), col(Session.starts_at) > now)
        .order_by(col(Session.starts_at), col(VolunteerCall.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [
        _booked(OpenClassKind.CALL, call.id, session, course, call.audience, call.note)
        for call, session, course in await db.execute(query)
    ]


async def _searched(
    db: AsyncSession, now: datetime, which: sa.ColumnElement[bool], limit: int
) -> list[OpenClassRow]:
    query = (
        sa.select(Substitution, Session, Course)
        .join(Session, col(Session.id) == col(Substitution.session_id))
        .join(Course, col(Course.id) == col(Session.course_id))
        .where(
            which,
            col(Substitution.state) == SubstitutionState.SEARCHING,
            col(Substitution.wanted_instructor_id).is_(None),
            col(Substitution.starts_at) == col(Session.starts_at),
            col(Session.state) == SessionState.SCHEDULED,
            col(Session.outcome).is_(None),
            col(Session.starts_at) > now,
        )
        .order_by(col(Session.starts_at), col(Substitution.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [
        _booked(OpenClassKind.SEARCH, search.id, session, course)
        for search, session, course in await db.execute(query)
    ]


def _booked(
    kind: OpenClassKind,
    key: UUID,
    session: Session,
    course: Course,
    audience: Audience = Audience.EVERYBODY,
    note: str = "",
) -> OpenClassRow:
    return OpenClassRow(
        kind,
        key,
        session.id,
        session.id,
        course.id,
        session.title,
        course.title,
        session.starts_at,
        session.ends_at,
        session.instructor_id,
        audience=audience,
        note=note,
    )


async def _of_series(
    db: AsyncSession, now: datetime, which: sa.ColumnElement[bool], limit: int
) -> list[OpenClassRow]:
    query = (
        sa.select(SeriesOccurrence, Series, Course)
        .join(Series, col(Series.id) == col(SeriesOccurrence.series_id))
        .join(Course, col(Course.id) == col(Series.course_id))
        .where(
            which,
            col(SeriesOccurrence.state).in_((OccurrenceState.PLANNED, OccurrenceState.REFUSED)),
            col(SeriesOccurrence.instructor_id).is_(None),
            col(SeriesOccurrence.session_id).is_(None),
            col(SeriesOccurrence.starts_at) > now,
            col(Course.retired_at).is_(None),
        )
        .order_by(col(SeriesOccurrence.starts_at), col(SeriesOccurrence.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [
        OpenClassRow(
            OpenClassKind.SERIES,
            one.id,
            one.id,
            series.id,
            course.id,
            series.title,
            course.title,
            one.starts_at,
            one.ends_at,
            None,
            None if series.whole_course else series.roster_on(one.scheduled.date()),
        )
        for one, series, course in await db.execute(query)
    ]
