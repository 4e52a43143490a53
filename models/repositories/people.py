"""Guardians of students, qualifications of instructors, topics and students of courses, coming classes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from uuid_utils.compat import uuid7

from domain.sessions.states import OVER_STATES
from models.course import Enrollment, Topic
from models.people import Guardian, Instructor, Qualification, Student, StudentGuardian
from models.reading import Readable
from models.session import BookedTime, Session

Value = TypeVar("Value")

_KEYS: sa.BindParameter[Any] = sa.bindparam("keys", type_=sa.ARRAY(sa.Uuid))
_GUARDIAN_IDS = (
    sa.select(col(StudentGuardian.student_id), col(StudentGuardian.guardian_id))
    .where(col(StudentGuardian.student_id) == sa.any_(_KEYS))
    .order_by(col(StudentGuardian.guardian_id))
)
_QUALIFICATIONS = (
    sa.select(col(Qualification.instructor_id), col(Qualification.subject), col(Qualification.level))
    .where(col(Qualification.instructor_id) == sa.any_(_KEYS))
    .order_by(col(Qualification.subject), col(Qualification.level))
)
_TOPIC_IDS = (
    sa.select(col(Topic.course_id), col(Topic.id))
    .where(col(Topic.course_id) == sa.any_(_KEYS), col(Topic.retired_at).is_(None))
    .order_by(col(Topic.position), col(Topic.id))
)


async def set_guardians(
    db: AsyncSession, tenant: UUID, student_id: UUID, guardian_ids: Sequence[UUID]
) -> None:
    """Replace the student's guardians by these."""
    own = col(StudentGuardian.student_id) == student_id
    await db.execute(
        sa.delete(StudentGuardian).where(own, col(StudentGuardian.guardian_id).not_in(guardian_ids))
    )
    rows = [{"organization_id": tenant, "student_id": student_id, "guardian_id": key} for key in guardian_ids]
    if rows:
        await db.execute(insert(StudentGuardian).values(rows).on_conflict_do_nothing())


async def guardian_ids(db: Readable, student_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    rows = await db.execute(_GUARDIAN_IDS, {"keys": list(student_ids)})
    return _grouped((student, guardian) for student, guardian in rows)


async def students_with_address(db: AsyncSession, student_ids: Sequence[UUID]) -> list[Student]:
    """Those of these students, in use, who have an address of their own."""
    query = sa.select(Student).where(
        col(Student.id).in_(student_ids), col(Student.email).is_not(None), col(Student.retired_at).is_(None)
    )
    return list(await db.scalars(query.order_by(col(Student.id))))


async def students(db: AsyncSession, student_ids: Collection[UUID]) -> list[Student]:
    """Those of these students that there are."""
    query = sa.select(Student).where(col(Student.id) == sa.any_(_KEYS))
    return list(await db.scalars(query, {"keys": list(student_ids)}))


async def students_with_hours(db: AsyncSession, student_ids: Collection[UUID]) -> list[Student]:
    """Those of these students who cannot have classes at every hour."""
    query = sa.select(Student).where(
        col(Student.id) == sa.any_(_KEYS), sa.func.jsonb_array_length(col(Student.class_hours)) > 0
    )
    return list(await db.scalars(query, {"keys": list(student_ids)}))


async def set_qualifications(
    db: AsyncSession, tenant: UUID, instructor_id: UUID, pairs: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Replace the instructor's qualifications by these pairs of subject and level."""
    both = sa.tuple_(col(Qualification.subject), col(Qualification.level))
    own = col(Qualification.instructor_id) == instructor_id
    await db.execute(sa.delete(Qualification).where(own, both.not_in(pairs) if pairs else sa.true()))
    rows = [
        {
            "id": uuid7(),
            "organization_id": tenant,
            "instructor_id": instructor_id,
            "subject": subject,
            "level": level,
            "created_at": now,
        }
        for subject, level in dict.fromkeys(pairs)
    ]
    if rows:
        await db.execute(insert(Qualification).values(rows).on_conflict_do_nothing())


async def qualifications(db: Readable, instructor_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    rows = await db.execute(_QUALIFICATIONS, {"keys": list(instructor_ids)})
    return _grouped((instructor, (subject, level)) for instructor, subject, level in rows)


async def topic_ids(db: Readable, course_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    rows = await db.execute(_TOPIC_IDS, {"keys": list(course_ids)})
    return _grouped((course, topic) for course, topic in rows)


def _grouped(pairs: Iterable[tuple[UUID, Value]]) -> dict[UUID, list[Value]]:
    grouped: dict[UUID, list[Value]] = {}
    for key, value in pairs:
        grouped.setdefault(key, []).append(value)
    return grouped


async def next_positions(db: AsyncSession, course_ids: Collection[UUID]) -> dict[UUID, int]:
    """The position for a new topic of each course, after its last one; courses without topics are left out."""
    query = sa.select(col(Topic.course_id), sa.func.max(col(Topic.position)) + 1)
    rows = await db.execute(query.where(col(Topic.course_id).in_(course_ids)).group_by(col(Topic.course_id)))
    return {row[0]: row[1] for row in rows}


async def courses_of_topics(db: AsyncSession, topic_ids: Collection[UUID]) -> dict[UUID, UUID]:
    query = sa.select(col(Topic.id), col(Topic.course_id)).where(col(Topic.id).in_(topic_ids))
    return {row[0]: row[1] for row in await db.execute(query)}


async def coming_classes(db: AsyncSession, person_id: UUID, now: datetime) -> int:
    """The number of classes of an instructor or a student that are not over."""
    query = (
        sa.select(sa.func.count())
        .select_from(BookedTime)
        .join(Session, col(Session.id) == col(BookedTime.session_id))
        .where(col(BookedTime.person_id) == person_id, *_not_over(now))
    )
    return int((await db.execute(query)).scalar_one())


async def coming_classes_of_course(db: AsyncSession, course_id: UUID, now: datetime) -> int:
    query = sa.select(sa.func.count()).select_from(Session)
    count = await db.execute(query.where(col(Session.course_id) == course_id, *_not_over(now)))
    return int(count.scalar_one())


def _not_over(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return col(Session.ends_at) > now, col(Session.state).not_in(OVER_STATES)


async def guardians_of(db: AsyncSession, student_ids: Sequence[UUID]) -> list[tuple[Guardian, Student]]:
    """Pairs of a guardian and one of their students among these."""
    query = (
        sa.select(Guardian, Student)
        .join(StudentGuardian, col(StudentGuardian.guardian_id) == col(Guardian.id))
        .join(Student, col(Student.id) == col(StudentGuardian.student_id))
        .where(col(StudentGuardian.student_id).in_(student_ids), col(Guardian.retired_at).is_(None))
        .order_by(col(Guardian.id))
    )
    return [(guardian, student) for guardian, student in await db.execute(query)]


async def children_of(db: AsyncSession, guardian_id: UUID) -> list[UUID]:
    """The ids of a guardian's students."""
    query = sa.select(col(StudentGuardian.student_id)).where(col(StudentGuardian.guardian_id) == guardian_id)
    return list(await db.scalars(query))


async def students_in_use(db: AsyncSession, keys: Sequence[UUID]) -> list[UUID]:
    """Those of the students who are not retired, in the order of `keys`."""
    query = sa.select(col(Student.id)).where(col(Student.id).in_(keys), col(Student.retired_at).is_(None))
    found = set(await db.scalars(query))
    return [key for key in keys if key in found]


async def enrolled_students(db: AsyncSession, course_id: UUID) -> list[UUID]:
    return (await enrolled_by_course(db, [course_id])).get(course_id, [])


async def enrolled_by_course(db: AsyncSession, course_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The students of each course that has some."""
    query = (
        sa.select(col(Enrollment.course_id), col(Enrollment.student_id))
        .join(Student, col(Student.id) == col(Enrollment.student_id))
        .where(
            col(Enrollment.course_id).in_(course_ids),
            col(Enrollment.retired_at).is_(None),
            col(Student.retired_at).is_(None),
        )
    )
    found: dict[UUID, list[UUID]] = {}
    for course_id, student_id in await db.execute(query):
        found.setdefault(course_id, []).append(student_id)
    return found


async def instructors_by_id(db: AsyncSession, instructor_ids: Collection[UUID]) -> dict[UUID, Instructor]:
    """Those of these instructors who are not retired."""
    query = sa.select(Instructor).where(
        col(Instructor.id).in_(instructor_ids), col(Instructor.retired_at).is_(None)
    )
    return {instructor.id: instructor for instructor in await db.scalars(query)}


class InstructorName(NamedTuple):
    id: UUID
    name: str


async def instructors(db: AsyncSession) -> list[InstructorName]:
    """To choose from: all who are not retired, by name."""
    query = sa.select(col(Instructor.id), col(Instructor.name)).where(col(Instructor.retired_at).is_(None))
    rows = await db.execute(query.order_by(col(Instructor.name), col(Instructor.id)))
    return [InstructorName(*row) for row in rows]
