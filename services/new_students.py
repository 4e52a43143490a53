"""Adds a student together with a guardian and a place in a course, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict
from models.course import Enrollment
from models.people import Guardian
from models.repositories import pages
from services.inputs.courses import NewCourse, NewEnrollment
from services.inputs.people import NewGuardian, NewStudent
from services.resources.catalogue import COURSES, ENROLLMENTS, GUARDIANS, STUDENTS


@dataclass(frozen=True)
class NewStudentWithGuardian:
    student_name: str
    guardian: NewGuardian  # the student has the same time zone
    course: UUID | NewCourse | None = None  # one that exists, or one to add


async def add_student_with_guardian(
    db: AsyncSession, tenant: UUID, key: UUID, new: NewStudentWithGuardian, now: datetime
) -> Enrollment | None:
    """Add the student under the id `key`. A guardian who has this name and address already is linked.

    Returns the enrollment, which the course's coming classes are to follow (CourseMembers.joined).
    Raises Conflict if a guardian of another name has the address, UnknownReference.
    """
    guardian = await _guardian(db, tenant, uuid5(key, "guardian"), new.guardian, now)
    student = NewStudent(name=new.student_name, guardian_ids=[guardian], time_zone=new.guardian.time_zone)
    await STUDENTS.create(db, tenant, key, student, now)
    if new.course is None:
        return None
    if isinstance(new.course, NewCourse):
        course = (await COURSES.create(db, tenant, uuid5(key, "course"), new.course, now)).id
    else:
        course = new.course
    enrollment = NewEnrollment(course_id=course, student_id=key)
    return await ENROLLMENTS.create(db, tenant, uuid5(key, "enrollment"), enrollment, now)


async def _guardian(db: AsyncSession, tenant: UUID, key: UUID, new: NewGuardian, now: datetime) -> UUID:
    wanted = pages.PageRequest("name", 10, equal={"email": new.email})
    known, _ = await pages.page(db, Guardian, wanted)
    if not known:
        return (await GUARDIANS.create(db, tenant, key, new, now)).id
    for guardian in known:
        if guardian.name.casefold() == new.name.casefold():
            return guardian.id
    raise Conflict(
        f"the guardian {known[0].name} has this email address already",
        next_step="Enter that name to link the student to them, or another address.",
    )
