"""People, courses, enrollments."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from domain.errors import UnknownReference
from models.course import Enrollment, Topic
from models.people import Guardian, Student, StudentGuardian

Row = TypeVar("Row", bound=SQLModel)


async def get(db: AsyncSession, table: type[Row], key: UUID) -> Row:
    """One row of this tenant. Raises UnknownReference."""
    row = await db.get(table, key)
    if row is None:
        raise UnknownReference(f"there is no {table.__name__.lower()} {key}", next_step="Check the id.")
    return row


async def get_all(db: AsyncSession, table: type[Row], keys: Sequence[UUID]) -> list[Row]:
    """The rows in the order of their keys. Raises UnknownReference naming the missing ones."""
    column = sa.inspect(table).primary_key[0]
    found = {getattr(row, "id"): row for row in (await db.scalars(sa.select(table).where(column.in_(keys))))}  # noqa: B009
    missing = [str(key) for key in keys if key not in found]
    if missing:
        raise UnknownReference(
            f"there is no {table.__name__.lower()} {', '.join(missing)}", next_step="Check the ids."
        )
    return [found[key] for key in keys]


async def guardians_of(db: AsyncSession, student_ids: Sequence[UUID]) -> list[tuple[Guardian, Student]]:
    """Each guardian with each of their students among these."""
    query = (
        sa.select(Guardian, Student)
        .join(StudentGuardian, col(StudentGuardian.guardian_id) == col(Guardian.id))
        .join(Student, col(Student.id) == col(StudentGuardian.student_id))
        .where(col(StudentGuardian.student_id).in_(student_ids))
        .order_by(col(Guardian.id))
    )
    return [(guardian, student) for guardian, student in await db.execute(query)]


async def enrolled_students(db: AsyncSession, course_id: UUID) -> list[UUID]:
    query = sa.select(col(Enrollment.student_id)).where(col(Enrollment.course_id) == course_id)
    return list(await db.scalars(query))


async def topics_of_course(db: AsyncSession, course_id: UUID) -> list[Topic]:
    query = sa.select(Topic).where(col(Topic.course_id) == course_id).order_by(col(Topic.position))
    return list(await db.scalars(query))
