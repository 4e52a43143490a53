"""What stands in the way of classes that are to be booked: other classes of their people, rules about the instructor.

Looked up for all classes of a series at once, so that a preview of hundreds of classes takes a few statements.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.scheduling.availability import Availability
from domain.scheduling.booking_rules import broken_rules, sentence
from domain.scheduling.candidates import Candidate, ClassToTeach
from models.course import Course
from models.people import Instructor, Student
from models.repositories import entities, imported_calendars, names, people, substitutions
from models.repositories.series import Reserved, reserved
from services.instructor_rules import BOOKED_AROUND
from services.stored_availability import availability_of

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class ClassPeople:
    """Who is to be in the classes; without instructor, one is still to be found."""

    course_id: UUID
    student_ids: Sequence[UUID]
    instructor_id: UUID | None


async def conflicts(
    db: AsyncSession,
    who: ClassPeople,
    spans: Sequence[Span],
    now: datetime,
    *,
    besides_series: UUID | None = None,
    overrides: bool = False,
) -> list[tuple[str, ...]]:
    """For each time in order, in sentences, why a class could not be booked; empty: nothing is in the way.

    Classes of the series `besides_series` are not in its own way. `overrides`: rules about the instructor are set
    aside. Raises UnknownReference.
    """
    if not spans:
        return []
    ids = [*who.student_ids, *([who.instructor_id] if who.instructor_id else [])]
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    found = await reserved(db, ids, start - BOOKED_AROUND, end + BOOKED_AROUND, besides_series)
    called = await names.of(db, Student, who.student_ids)
    instructor = await entities.get(db, Instructor, who.instructor_id) if who.instructor_id else None
    if instructor:
        called[instructor.id] = instructor.name
    busy = _Reservations(found)
    problems: list[list[str]] = []
    for starts_at, ends_at in spans:
        own = ["It would start in the past."] if starts_at <= now else []
        clashing = sorted({called.get(one.person_id, "") for one in busy.overlapping(starts_at, ends_at)})
        own += [f"{name} has another class at that time." for name in clashing]
        problems.append(own)
    if instructor and not overrides:
        for own, broken in zip(problems, await _rules(db, who, instructor, spans, found), strict=True):
            own += broken
    return [tuple(own) for own in problems]


class _Reservations:
    """Reserved times in the order of their starts."""

    def __init__(self, found: Sequence[Reserved]) -> None:
        self._found = sorted(found, key=lambda one: one.starts_at)
        self._starts = [one.starts_at for one in self._found]
        self._longest = max((one.ends_at - one.starts_at for one in found), default=timedelta())

    def overlapping(self, start: datetime, end: datetime) -> list[Reserved]:
        first, last = bisect_left(self._starts, start - self._longest), bisect_left(self._starts, end)
        return [one for one in self._found[first:last] if one.ends_at > start]


async def _rules(
    db: AsyncSession,
    who: ClassPeople,
    instructor: Instructor,
    spans: Sequence[Span],
    found: Sequence[Reserved],
) -> list[list[str]]:
    course = await entities.get(db, Course, who.course_id)
    held = (await people.qualifications(db, [instructor.id])).get(instructor.id)
    stored = await substitutions.availability(db, instructor.id)
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    elsewhere: Mapping[UUID, Sequence[Span]] = await imported_calendars.busy_times(
        db, [instructor.id], start, end
    )
    times = availability_of(instructor, stored, (), elsewhere.get(instructor.id, ()))
    taught = [(one.starts_at, one.ends_at) for one in found if one.person_id == instructor.id]
    qualifications = held or [(course.subject, course.level)]
    return [
        _sentences(course, instructor, qualifications, _around(times, span, [*taught, *spans]), span)
        for span in spans
    ]


def _around(times: Availability, span: Span, booked: Sequence[Span]) -> Availability:
    """With what else is taught in the days around a class, the class itself aside."""
    start, end = span[0] - BOOKED_AROUND, span[1] + BOOKED_AROUND
    near = tuple(one for one in booked if one != span and one[0] < end and one[1] > start)
    return replace(times, booked=near)


def _sentences(
    course: Course,
    instructor: Instructor,
    qualifications: Sequence[tuple[str, str]],
    times: Availability,
    span: Span,
) -> list[str]:
    wanted = ClassToTeach(course.subject, course.level, *span, students=0)
    candidate = Candidate(instructor.id, qualifications=qualifications, availability=times)
    return [sentence(rule, instructor.name, wanted, times) for rule in broken_rules(wanted, candidate)]
