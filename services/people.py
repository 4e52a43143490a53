"""One guardian or one qualification more or less, by the same change that the API knows as a whole."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.repositories import people
from services.inputs.people import InstructorChange, QualificationIn, StudentChange
from services.resources.catalogue import INSTRUCTORS, STUDENTS


async def add_guardian(
    db: AsyncSession, student_id: UUID, guardian_id: UUID, version: int | None, now: datetime
) -> None:
    """Raises NotFound, StaleVersion, UnknownReference, TransitionRefused; ValidationError for too many."""
    present = (await people.guardian_ids(db, [student_id])).get(student_id, [])
    if guardian_id not in present:
        change = StudentChange(guardian_ids=[*present, guardian_id])
        await STUDENTS.update(db, student_id, change, version, now)


async def remove_guardian(
    db: AsyncSession, student_id: UUID, guardian_id: UUID, version: int | None, now: datetime
) -> None:
    """Raises NotFound, StaleVersion, TransitionRefused."""
    present = (await people.guardian_ids(db, [student_id])).get(student_id, [])
    change = StudentChange(guardian_ids=[key for key in present if key != guardian_id])
    await STUDENTS.update(db, student_id, change, version, now)


async def add_qualification(
    db: AsyncSession, instructor_id: UUID, new: QualificationIn, version: int | None, now: datetime
) -> None:
    """Raises NotFound, StaleVersion, TransitionRefused; ValidationError for too many."""
    present = await _qualifications(db, instructor_id)
    if new not in present:
        change = InstructorChange(qualifications=[*present, new])
        await INSTRUCTORS.update(db, instructor_id, change, version, now)


async def remove_qualification(
    db: AsyncSession, instructor_id: UUID, subject: str, level: str, version: int | None, now: datetime
) -> None:
    """Raises NotFound, StaleVersion, TransitionRefused."""
    present = await _qualifications(db, instructor_id)
    kept = [one for one in present if (one.subject, one.level) != (subject, level)]
    await INSTRUCTORS.update(db, instructor_id, InstructorChange(qualifications=kept), version, now)


async def _qualifications(db: AsyncSession, instructor_id: UUID) -> list[QualificationIn]:
    found = (await people.qualifications(db, [instructor_id])).get(instructor_id, [])
    return [QualificationIn(subject=subject, level=level) for subject, level in found]
