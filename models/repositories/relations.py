"""Relations between people and courses: families and enrollments."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.course import Course, Enrollment
from models.people import Guardian, Student, StudentGuardian


async def guardians_of_student(db: AsyncSession, student_id: UUID) -> list[Guardian]:
    query = (
        sa.select(Guardian)
        .join(StudentGuardian, col(StudentGuardian.guardian_id) == col(Guardian.id))
        .where(col(StudentGuardian.student_id) == student_id)
    )
    return list(await db.scalars(query.order_by(col(Guardian.name), col(Guardian.id))))


async def students_of_guardian(db: AsyncSession, guardian_id: UUID) -> list[Student]:
    query = (
        sa.select(Student)
        .join(StudentGuardian, col(StudentGuardian.student_id) == col(Student.id))
        .where(col(StudentGuardian.guardian_id) == guardian_id)
    )
    return list(await db.scalars(query.order_by(col(Student.name), col(Student.id))))


async def enrolled_in(db: AsyncSession, course_id: UUID) -> list[tuple[Enrollment, Student]]:
    """The current enrollments of a course, each with its student, by the student's name."""
    query = (
        sa.select(Enrollment, Student)
        .join(Student, col(Student.id) == col(Enrollment.student_id))
        .where(col(Enrollment.course_id) == course_id, col(Enrollment.retired_at).is_(None))
    )
    rows = await db.execute(query.order_by(col(Student.name), col(Student.id)))
    return [(enrollment, student) for enrollment, student in rows]


async def courses_of_student(db: AsyncSession, student_id: UUID) -> list[tuple[Enrollment, Course]]:
    query = (
        sa.select(Enrollment, Course)
        .join(Course, col(Course.id) == col(Enrollment.course_id))
        .where(col(Enrollment.student_id) == student_id, col(Enrollment.retired_at).is_(None))
    )
    rows = await db.execute(query.order_by(col(Course.title), col(Course.id)))
    return [(enrollment, course) for enrollment, course in rows]
