"""Whom messages about a class do not reach."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.roles import Role
from models.repositories import people
from models.session import Participant


async def unreachable(db: AsyncSession, participants: Sequence[Participant]) -> list[Participant]:
    """The students of a class who have neither a guardian nor an address of their own: nobody hears of it for them."""
    students = {p.student_id: p for p in participants if p.role == Role.STUDENT and p.student_id}
    keys = list(students)
    reached = {student.id for _, student in await people.guardians_of(db, keys)}
    reached |= {student.id for student in await people.students_with_address(db, keys)}
    return [person for key, person in students.items() if key not in reached]
