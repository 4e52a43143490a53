"""The hours at which students can have classes, in wall time of their own zone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.intervals import Interval, difference, intersection
from domain.scheduling.availability import Availability, WeeklyHours
from models.repositories import people
from services.stored_availability import weekly_of


@dataclass(frozen=True)
class StudentHours:
    """Of a student who cannot at every hour."""

    name: str
    hours: Availability

    def open_between(self, start: datetime, end: datetime) -> tuple[Interval, ...]:
        return intersection(self.hours.hours_between(start, end) or (), [Interval(start, end)])


async def hours_of(db: AsyncSession, student_ids: Collection[UUID]) -> dict[UUID, StudentHours]:
    """Those of these students who have hours."""
    return {
        row.id: StudentHours(row.name, Availability(row.time_zone, weekly_of(row.class_hours)))
        for row in await people.students_with_hours(db, student_ids)
    }


async def with_usual(
    db: AsyncSession,
    student_ids: Collection[UUID],
    hours: Mapping[UUID, StudentHours],
    usual: tuple[WeeklyHours, ...],
) -> dict[UUID, StudentHours]:
    """These hours, and the usual ones of the students who have none, in their zone."""
    others = [key for key in student_ids if key not in hours]
    found = {
        row.id: StudentHours(row.name, Availability(row.time_zone, usual))
        for row in await people.students(db, others)
    }
    return {**hours, **found}


def closed(
    hours: Mapping[UUID, StudentHours], start: datetime, end: datetime
) -> Mapping[UUID, list[tuple[datetime, datetime]]]:
    """The times of this span at which students can't have classes; who always can is left out."""
    whole = [Interval(start, end)]
    found = {
        key: [(one.start, one.end) for one in difference(whole, student.open_between(start, end))]
        for key, student in hours.items()
    }
    return {key: spans for key, spans in found.items() if spans}
