"""A school with a week of classes: rows as bookings write them, without workflows and rooms."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel
from uuid_utils.compat import uuid7

from domain.people.access import AccessRole, Principal
from domain.people.roles import Role
from domain.sessions.states import SessionState
from models.access import Member
from models.course import Course
from models.database import Database
from models.people import Instructor, Qualification, Student
from models.session import BookedTime, Participant, Session
from models.written_sessions import WRITES_SESSIONS
from services.inputs.organizations import NewOrganization
from services.organizations import make_organization

LENGTH = timedelta(minutes=50)
DAYS, FIRST_HOUR, HOURS = 7, 8, 12  # classes start on the hour, in UTC
SESSIONS_PER_INSTRUCTOR = 25


@dataclass(frozen=True)
class Lesson:
    id: UUID
    starts_at: datetime
    instructor_id: UUID
    student_id: UUID
    student_place: UUID  # participant id


@dataclass(frozen=True)
class School:
    id: UUID
    ops: Principal
    lessons: Sequence[Lesson]  # in the order of their starts


async def open_school(database: Database, monday: datetime, count: int, chance: random.Random) -> School:
    """So many classes in the week from `monday`; each instructor has as many at every size."""
    new = NewOrganization(name=f"School of {count}")
    organization_id = (
        await make_organization(database, new, "local", uuid7(), uuid7(), monday)
    ).row.organization_id
    member = Member(
        id=uuid7(),
        organization_id=organization_id,
        name="Mia Olsen",
        email=f"{uuid4()}@school.example",
        role=AccessRole.OPS,
        created_at=monday,
    )
    course = Course(
        id=uuid7(), organization_id=organization_id, title="Algebra", subject="Mathematics", created_at=monday
    )
    instructors = [
        Instructor(
            id=uuid7(),
            organization_id=organization_id,
            name=f"Instructor {number}",
            email=f"{uuid4()}@school.example",
            created_at=monday,
        )
        for number in range(max(2, count // SESSIONS_PER_INSTRUCTOR))
    ]
    qualifications = [
        Qualification(
            id=uuid7(),
            organization_id=organization_id,
            instructor_id=person.id,
            subject=course.subject,
            created_at=monday,
        )
        for person in instructors
    ]
    slots = [
        monday + timedelta(days=day, hours=FIRST_HOUR + hour) for day in range(DAYS) for hour in range(HOURS)
    ]
    places = chance.sample([(slot, person) for slot in slots for person in instructors], count)
    students = [
        Student(id=uuid7(), organization_id=organization_id, name=f"Student {number}", created_at=monday)
        for number in range(count)
    ]
    lessons: list[Lesson] = []
    sessions: list[Session] = []
    people: list[Participant] = []
    times: list[BookedTime] = []
    for (starts_at, instructor), student in zip(
        sorted(places, key=lambda place: place[0]), students, strict=True
    ):
        session = _session(organization_id, course, instructor, starts_at, monday)
        teacher = _person(session, Role.INSTRUCTOR, instructor.name, instructor_id=instructor.id)
        learner = _person(session, Role.STUDENT, student.name, student_id=student.id)
        sessions.append(session)
        people += [teacher, learner]
        times.append(reserved(organization_id, session.id, instructor.id, starts_at))
        lessons.append(Lesson(session.id, starts_at, instructor.id, student.id, learner.id))
    async with database.tenant(organization_id) as db:
        for rows in ([member], [course], instructors, students, qualifications, sessions, people, times):
            await _insert(db, rows)
    ops = Principal(organization_id, AccessRole.OPS, f"member:{member.id}", person_id=member.id)
    return School(organization_id, ops, lessons)


async def _insert(db: AsyncSession, rows: Sequence[SQLModel]) -> None:
    """Insert rows of one table, many with each statement. Columns without a value keep their defaults."""
    values = [{name: value for name, value in row if value is not None} for row in rows]
    await db.execute(sa.insert(type(rows[0])), values, execution_options={WRITES_SESSIONS: set()})


def reserved(organization_id: UUID, session_id: UUID, person_id: UUID, starts_at: datetime) -> BookedTime:
    """The time that a class takes of an instructor."""
    during = Range(starts_at, starts_at + LENGTH)
    return BookedTime(
        organization_id=organization_id, session_id=session_id, person_id=person_id, during=during
    )


def _session(
    organization_id: UUID, course: Course, instructor: Instructor, starts_at: datetime, now: datetime
) -> Session:
    return Session(
        id=uuid7(),
        organization_id=organization_id,
        region="local",
        course_id=course.id,
        instructor_id=instructor.id,
        title=course.title,
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        state=SessionState.OPEN,
        created_at=now,
    )


def _person(
    session: Session,
    role: Role,
    name: str,
    *,
    student_id: UUID | None = None,
    instructor_id: UUID | None = None,
) -> Participant:
    return Participant(
        id=uuid7(),
        organization_id=session.organization_id,
        session_id=session.id,
        role=role,
        name=name,
        student_id=student_id,
        instructor_id=instructor_id,
    )
