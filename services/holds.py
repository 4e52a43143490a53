"""Holds: time of an instructor and of students that is kept for a booking, until it expires.

Held time stands in the same exclusion constraint as the time of classes, so nobody else can book it meanwhile. A
booking takes it over in its own transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import BookingInPast, HoldEnded, InvalidInput, NotFound
from domain.sessions.schedule import check_length
from models.course import Course
from models.database import Database
from models.people import Instructor, Student
from models.repositories import booked_times, entities, people, sessions, time_holds
from models.session import Session
from models.time_hold import TimeHold
from services import instructor_rules
from services.clashes import named_refusals
from services.inputs.sessions import NewHold
from services.instructor_standing import class_asked


@dataclass(frozen=True)
class HeldStudents:
    student_ids: list[UUID]
    whole_course: bool  # held for everybody who was enrolled in the course


class Holds:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def place(
        self, organization_id: UUID, hold_id: UUID, new: NewHold, by: str, now: datetime
    ) -> TimeHold:
        """Hold the time of the instructor and the students. Called again with the same id, it returns that hold.

        Raises BookingInPast, InvalidInput, UnknownReference, DoubleBooked, InstructorUnavailable.
        """

        async def work(db: AsyncSession) -> TimeHold:
            return await _place(db, organization_id, hold_id, new, by, now)

        async with named_refusals(self._database, organization_id):
            return await self._database.retried(organization_id, work)


async def _place(
    db: AsyncSession, organization_id: UUID, hold_id: UUID, new: NewHold, by: str, now: datetime
) -> TimeHold:
    if placed := await db.get(TimeHold, hold_id):
        return placed
    if new.starts_at <= now:
        raise BookingInPast
    check_length(new.starts_at, new.ends_at)
    course = await entities.in_use(db, Course, new.course_id) if new.course_id else None
    student_ids = await _students(db, new)
    wanted = class_asked(course, new.subject, new.level, new.starts_at, new.ends_at, len(student_ids))
    hold = TimeHold(
        id=hold_id,
        organization_id=organization_id,
        course_id=new.course_id,
        subject=wanted.subject,
        level=wanted.level,
        instructor_id=new.instructor_id,
        student_ids=[str(key) for key in student_ids],
        whole_course=new.course_id is not None and new.student_ids is None,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        expires_at=now + new.ttl,
        created_by=by,
        created_at=now,
    )
    await entities.in_use(db, Instructor, new.instructor_id)
    await entities.all_in_use(db, Student, student_ids)
    held_people = [new.instructor_id, *student_ids]
    await booked_times.lock_people(db, held_people)
    asked = instructor_rules.AskedClass(new.instructor_id, wanted, student_ids)
    broken = await instructor_rules.broken_by(db, asked)
    db.add(hold)
    await db.flush()
    owner = booked_times.Owner(organization_id, hold_id=hold_id, expires_at=hold.expires_at)
    await booked_times.reserve(db, owner, held_people, new.starts_at, new.ends_at)
    if broken.rules:
        raise broken.refusal()
    return hold


async def _students(db: AsyncSession, new: NewHold) -> list[UUID]:
    if new.student_ids is not None:
        return new.student_ids
    return list(await people.enrolled_students(db, new.course_id)) if new.course_id else []


async def get(db: AsyncSession, hold_id: UUID, now: datetime) -> TimeHold:
    """A hold that has not expired. Raises NotFound."""
    hold = await db.get(TimeHold, hold_id)
    if hold is None or hold.expires_at <= now:
        raise NotFound(
            f"there is no hold {hold_id}", next_step="It may have expired, been released or been booked."
        )
    return hold


async def release(db: AsyncSession, hold_id: UUID, now: datetime) -> None:
    """End a hold before it expires. Raises NotFound."""
    await db.delete(await get(db, hold_id, now))


async def students_of(db: AsyncSession, hold_id: UUID, booked: Session | None) -> HeldStudents:
    """The students whose time is held, or those of the class that was booked from the hold. Raises HoldEnded."""
    if hold := await db.get(TimeHold, hold_id):
        return HeldStudents([UUID(key) for key in hold.student_ids], hold.whole_course)
    if booked is None:
        raise _ended(hold_id)
    everybody = await sessions.participants(db, booked.id)
    return HeldStudents([person.student_id for person in everybody if person.student_id], booked.whole_course)


async def take_over(
    db: AsyncSession, hold_id: UUID, session: Session, course: Course, student_ids: Sequence[UUID]
) -> None:
    """End the hold of what a class is about to reserve in the same transaction.

    Raises HoldEnded; InvalidInput for a class that differs from what was held.
    """
    await booked_times.lock_people(db, {session.instructor_id, *student_ids})
    hold = await time_holds.take(db, hold_id)
    if hold is None:
        raise _ended(hold_id)
    held_students = {UUID(key) for key in hold.student_ids}
    same = {
        "course_id": hold.course_id in (None, course.id),
        "subject": (hold.subject.casefold(), hold.level.casefold())
        == (course.subject.casefold(), course.level.casefold()),
        "instructor_id": hold.instructor_id == session.instructor_id,
        "student_ids": not held_students or held_students == set(student_ids),
        "starts_at": hold.starts_at == session.starts_at,
        "ends_at": hold.ends_at == session.ends_at,
    }
    if differing := [name for name, equal in same.items() if not equal]:
        raise InvalidInput(
            f"the booking differs from its hold in {', '.join(differing)}",
            next_step="Book what is held, or release the hold and book without it.",
        )


def _ended(hold_id: UUID) -> HoldEnded:
    return HoldEnded(f"the hold {hold_id} has expired, was released or is booked")
