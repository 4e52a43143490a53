"""What is known of students with instructors: who is wanted, how they get on, who must be kept apart."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound
from domain.people.access import Principal
from models.people import Instructor, Student
from models.repositories import planning
from models.scheduling import Pairing
from services.inputs.scheduling import PairingIn


async def of_student(db: AsyncSession, student_id: UUID) -> list[Pairing]:
    """By the ids of the instructors. Raises NotFound."""
    await _existing(db, Student, student_id)
    return await planning.pairings(db, [student_id])


async def write(
    db: AsyncSession, who: Principal, student_id: UUID, instructor_id: UUID, known: PairingIn, now: datetime
) -> Pairing:
    """Replace what is known of the two; what is known of nothing is forgotten. Raises NotFound."""
    await _existing(db, Student, student_id)
    await _existing(db, Instructor, instructor_id)
    row = Pairing(
        organization_id=who.organization_id,
        student_id=student_id,
        instructor_id=instructor_id,
        updated_by=who.actor,
        updated_at=now,
        **known.model_dump(),
    )
    stored = await db.merge(row)
    await db.flush()
    return stored


async def _existing(db: AsyncSession, table: type[Student] | type[Instructor], key: UUID) -> None:
    if await db.get(table, key) is None:
        raise NotFound(f"there is no {table.__name__.lower()} {key}")
