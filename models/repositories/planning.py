"""What a plan is made from, read with one statement for each kind of row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.roles import Role
from models.course import Course
from models.scheduling import Pairing
from models.session import Participant, Session

_CANCELLED = "cancelled"
_TOGETHER = sa.text(
    """
    select b.person_id, s.instructor_id, count(*)
    from booked_time b join session s on s.id = b.session_id
    where b.person_id = any(cast(:students as uuid[])) and b.during && tstzrange(:since, :until)
      and s.live_at is not null
    group by b.person_id, s.instructor_id
    """
)
# The limit, which changes no result, makes Postgres look up the classes of the students alone, never all of a course.
_PREVIOUS = sa.text(
    """
    select distinct on (b.person_id, s.course_id) b.person_id, s.course_id, s.instructor_id, s.starts_at
    from booked_time b cross join lateral (
        select course_id, instructor_id, starts_at, outcome from session where id = b.session_id limit 1) s
    where b.person_id = any(cast(:students as uuid[])) and b.during && tstzrange(:since, :until)
      and s.course_id = any(cast(:courses as uuid[])) and s.starts_at < :until
      and s.outcome is distinct from 'cancelled'
    order by b.person_id, s.course_id, s.starts_at desc
    """
)
# Of thousands of classes: a row of arrays for each instructor is read faster than a row for each class.
_BOOKED = sa.text(
    """
    select instructor_id, array_agg(id order by starts_at, id), array_agg(starts_at order by starts_at, id),
           array_agg(ends_at order by starts_at, id), array_agg(title order by starts_at, id)
    from session
    where starts_at >= :since and starts_at < :until and outcome is distinct from 'cancelled'
    group by instructor_id
    """
)
_TAUGHT = sa.text(
    """
    select i.id, (
        select count(*) from (
            select 1 from booked_time b where b.person_id = i.id and b.during && tstzrange(:since, :until) limit :most
        ) as own)
    from unnest(cast(:instructors as uuid[])) as i(id)
    """
)


class BookedClasses(NamedTuple):
    """When an instructor has classes; each list has one entry for each of them, by start."""

    instructor_id: UUID
    ids: list[UUID]  # of the classes
    starts: list[datetime]  # in any zone
    ends: list[datetime]
    titles: list[str]


class PlannedClass(NamedTuple):
    """A class with what a plan needs of it."""

    id: UUID
    course_id: UUID
    instructor_id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    overridden: list[str]  # rules that were set aside for it


@dataclass(frozen=True)
class PreviousClass:
    """The latest class of a student in a course."""

    instructor_id: UUID
    starts_at: datetime


async def classes_between(db: AsyncSession, start: datetime, end: datetime) -> list[PlannedClass]:
    """All classes that start in this span and were not cancelled, by start."""
    return await _classes(db, sa.and_(col(Session.starts_at) >= start, col(Session.starts_at) < end))


async def classes_of_ids(db: AsyncSession, ids: Collection[UUID]) -> list[PlannedClass]:
    """Those of these classes that were not cancelled, by start."""
    return await _classes(db, col(Session.id).in_(ids))


async def booked_between(db: AsyncSession, start: datetime, end: datetime) -> list[BookedClasses]:
    """The times of all classes that start in this span and were not cancelled, of each instructor."""
    rows = await db.execute(_BOOKED, {"since": start, "until": end})
    return [BookedClasses._make(row) for row in rows]


async def _classes(db: AsyncSession, which: sa.ColumnElement[bool]) -> list[PlannedClass]:
    query = (
        sa.select(
            col(Session.id),
            col(Session.course_id),
            col(Session.instructor_id),
            col(Session.title),
            col(Session.starts_at),
            col(Session.ends_at),
            sa.or_(col(Session.outcome).is_not(None), col(Session.ended_at).is_not(None)),
            col(Session.overridden_rules),
        )
        .where(which, col(Session.outcome).is_distinct_from(_CANCELLED))
        .order_by(col(Session.starts_at), col(Session.id))
    )
    return [PlannedClass._make(row) for row in await db.execute(query)]


async def courses(db: AsyncSession, course_ids: Collection[UUID]) -> dict[UUID, Course]:
    """Courses by their ids, retired ones too."""
    query = sa.select(Course).where(col(Course.id) == sa.any_(sa.bindparam("keys", type_=sa.ARRAY(sa.Uuid))))
    return {one.id: one for one in await db.scalars(query, {"keys": list(course_ids)})}


async def students_of(db: AsyncSession, session_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The students of each class, in the order of their ids."""
    query = (
        sa.select(col(Participant.session_id), col(Participant.student_id))
        .where(
            col(Participant.session_id) == sa.any_(sa.bindparam("keys", type_=sa.ARRAY(sa.Uuid))),
            col(Participant.role) == Role.STUDENT,
            col(Participant.removed_at).is_(None),
        )
        .order_by(col(Participant.student_id))
    )
    found: dict[UUID, list[UUID]] = {}
    for session_id, student_id in await db.execute(query, {"keys": list(session_ids)}):
        if student_id is not None:
            found.setdefault(session_id, []).append(student_id)
    return found


async def taught_together(
    db: AsyncSession, student_ids: Collection[UUID], since: datetime, until: datetime
) -> dict[tuple[UUID, UUID], int]:
    """By student and instructor, the number of classes in this span that were held with both."""
    rows = await _of_students(db, _TOGETHER, student_ids, since, until)
    return {(student, instructor): count for student, instructor, count in rows}


async def previous_classes(
    db: AsyncSession,
    student_ids: Collection[UUID],
    course_ids: Collection[UUID],
    since: datetime,
    until: datetime,
) -> dict[tuple[UUID, UUID], PreviousClass]:
    """By student and course, the latest class that starts in this span."""
    rows = await _of_students(db, _PREVIOUS, student_ids, since, until, courses=list(course_ids))
    return {
        (student, course): PreviousClass(instructor, starts) for student, course, instructor, starts in rows
    }


async def _of_students(
    db: AsyncSession,
    query: sa.TextClause,
    student_ids: Collection[UUID],
    since: datetime,
    until: datetime,
    **values: Any,
) -> Sequence[Any]:
    if not student_ids:
        return []
    given = {"students": list(student_ids), "since": since, "until": until, **values}
    return (await db.execute(query, given)).all()


async def classes_taught(
    db: AsyncSession, instructor_ids: Collection[UUID], since: datetime, until: datetime, most: int
) -> dict[UUID, int]:
    """The number of classes that each instructor had in this span; counting stops at `most`."""
    values = {"instructors": list(instructor_ids), "since": since, "until": until, "most": most}
    return {row[0]: row[1] for row in await db.execute(_TAUGHT, values)}


async def pairings(db: AsyncSession, student_ids: Collection[UUID]) -> list[Pairing]:
    """What is known of these students with instructors."""
    if not student_ids:
        return []
    keys: sa.BindParameter[Any] = sa.bindparam("keys", type_=sa.ARRAY(sa.Uuid))
    query = sa.select(Pairing).where(col(Pairing.student_id) == sa.any_(keys))
    rows = await db.scalars(query.order_by(col(Pairing.instructor_id)), {"keys": list(student_ids)})
    return list(rows)


async def kept_apart(db: AsyncSession, student_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Of these students each with an instructor who must not teach them."""
    if not student_ids:
        return []
    keys: sa.BindParameter[Any] = sa.bindparam("keys", type_=sa.ARRAY(sa.Uuid))
    query = sa.select(col(Pairing.student_id), col(Pairing.instructor_id)).where(
        col(Pairing.student_id) == sa.any_(keys), col(Pairing.do_not_pair)
    )
    return [
        (student, instructor) for student, instructor in await db.execute(query, {"keys": list(student_ids)})
    ]
