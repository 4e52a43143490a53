"""The hard rules about students: the hours at which they can have classes, and who must not teach them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.scheduling.candidates import ClassToTeach, WhyNot
from models.repositories import planning
from services.instructor_standing import InstructorStanding
from services.student_hours import StudentHours, hours_of


@dataclass(frozen=True)
class StudentRules:
    """What counts of some students under an organization's rules."""

    hours: Mapping[UUID, StudentHours]
    apart: Mapping[UUID, frozenset[UUID]]  # by instructor, the students whom they must not teach

    @classmethod
    async def read(cls, db: AsyncSession, student_ids: Collection[UUID], own: InstructorStanding) -> Self:
        """Two statements at most, whatever the number of students."""
        hours = {} if WhyNot.STUDENT_WINDOW in own.set_aside else await hours_of(db, student_ids)
        pairings = () if WhyNot.DO_NOT_PAIR in own.set_aside else await planning.kept_apart(db, student_ids)
        apart: dict[UUID, set[UUID]] = {}
        for student_id, instructor_id in pairings:
            apart.setdefault(instructor_id, set()).add(student_id)
        return cls(hours, {key: frozenset(students) for key, students in apart.items()})

    def kept_apart(self, instructor_id: UUID, student_ids: Sequence[UUID]) -> tuple[UUID, ...]:
        """Those of these students whom the instructor must not teach."""
        apart = self.apart.get(instructor_id, frozenset())
        return tuple(key for key in student_ids if key in apart)

    def wanted(self, one: ClassToTeach, student_ids: Sequence[UUID]) -> ClassToTeach:
        """The class with those of its students who can't have classes at its time."""
        return replace(one, closed_to=self.closed_to(one.starts_at, one.ends_at, student_ids))

    def closed_to(self, start: datetime, end: datetime, student_ids: Sequence[UUID]) -> tuple[UUID, ...]:
        """Those of these students who can't have classes at this time."""
        return tuple(key for key in student_ids if not self._covers(key, start, end))

    def _covers(self, key: UUID, start: datetime, end: datetime) -> bool:
        student = self.hours.get(key)
        return student is None or student.hours.covers(start, end)
