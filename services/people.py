"""Adds and removes a single guardian of a student, or a qualification, certificate or check of an instructor."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.people import Instructor, Student
from models.repositories import entities, people
from services.inputs.people import (
    BackgroundCheckIn,
    CertificateIn,
    InstructorChange,
    QualificationIn,
    StudentChange,
)
from services.resources.catalogue import INSTRUCTORS, STUDENTS


async def add_guardian(
    db: AsyncSession, student_id: UUID, guardian_id: UUID, version: int | None, now: datetime
) -> None:
    """Link a guardian to a student.

    Raises NotFound, StaleVersion, UnknownReference, TransitionRefused, and ValidationError for too many.
    """
    current = await _guardian_ids(db, student_id)
    if guardian_id not in current:
        change = StudentChange(guardian_ids=[*current, guardian_id])
        await STUDENTS.update(db, student_id, change, version, now)


async def remove_guardian(
    db: AsyncSession, student_id: UUID, guardian_id: UUID, version: int | None, now: datetime
) -> None:
    """Raises NotFound, StaleVersion, TransitionRefused."""
    current = await _guardian_ids(db, student_id)
    change = StudentChange(guardian_ids=[key for key in current if key != guardian_id])
    await STUDENTS.update(db, student_id, change, version, now)


async def add_qualification(
    db: AsyncSession, instructor_id: UUID, new: QualificationIn, version: int | None, now: datetime
) -> None:
    """Raises NotFound, StaleVersion, TransitionRefused; ValidationError for too many."""
    current = await _qualifications(db, instructor_id)
    if new not in current:
        change = InstructorChange(qualifications=[*current, new])
        await INSTRUCTORS.update(db, instructor_id, change, version, now)


async def remove_qualification(
    db: AsyncSession, instructor_id: UUID, subject: str, level: str, version: int | None, now: datetime
) -> None:
    """Raises NotFound, StaleVersion, TransitionRefused."""
    current = await _qualifications(db, instructor_id)
    kept = [held for held in current if (held.subject, held.level) != (subject, level)]
    await INSTRUCTORS.update(db, instructor_id, InstructorChange(qualifications=kept), version, now)


async def add_credential(
    db: AsyncSession,
    instructor_id: UUID,
    new: CertificateIn | BackgroundCheckIn,
    version: int | None,
    now: datetime,
) -> None:
    """Add a certificate or a background check; a renewed one is added beside the earlier one.

    Raises NotFound, StaleVersion, TransitionRefused; ValidationError for too many.
    """
    field = "certificates" if isinstance(new, CertificateIn) else "background_checks"
    current = await _credentials(db, instructor_id, field)
    if new not in current:
        change = InstructorChange.model_validate({field: [*current, new]})
        await INSTRUCTORS.update(db, instructor_id, change, version, now)


async def remove_credential(
    db: AsyncSession,
    instructor_id: UUID,
    gone: CertificateIn | BackgroundCheckIn,
    version: int | None,
    now: datetime,
) -> None:
    """Raises NotFound, StaleVersion, TransitionRefused."""
    field = "certificates" if isinstance(gone, CertificateIn) else "background_checks"
    kept = [one for one in await _credentials(db, instructor_id, field) if one != gone]
    change = InstructorChange.model_validate({field: kept})
    await INSTRUCTORS.update(db, instructor_id, change, version, now)


async def _credentials(
    db: AsyncSession, instructor_id: UUID, field: str
) -> list[CertificateIn | BackgroundCheckIn]:
    """Those of an instructor, who is locked, so that no concurrent change to them is lost."""
    await entities.lock(db, Instructor, instructor_id)
    stored = getattr(await INSTRUCTORS.get(db, instructor_id), field)
    kind = CertificateIn if field == "certificates" else BackgroundCheckIn
    return [kind.model_validate(one) for one in stored]


async def _guardian_ids(db: AsyncSession, student_id: UUID) -> list[UUID]:
    """Those of a student, who is locked, so that no concurrent change to them is lost."""
    await entities.lock(db, Student, student_id)
    return (await people.guardian_ids(db, [student_id])).get(student_id, [])


async def _qualifications(db: AsyncSession, instructor_id: UUID) -> list[QualificationIn]:
    """Those of an instructor, who is locked, so that no concurrent change to them is lost."""
    await entities.lock(db, Instructor, instructor_id)
    rows = (await people.qualifications(db, [instructor_id])).get(instructor_id, [])
    return [QualificationIn(subject=subject, level=level) for subject, level in rows]
