"""What stands in the way of classes that are to be booked: other classes of their people, rules about the instructor.

Looked up for all classes of a series at once, so that a preview of hundreds of classes takes a few statements.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.scheduling.booking_rules import (
    broken_rules,
    can_be_set_aside,
    listed,
    must_not_teach,
    outside_hours_of,
    sentence,
)
from domain.scheduling.candidates import Candidate
from models.course import Course
from models.people import Instructor, Student
from models.repositories import booked_times, entities, imported_calendars, names, people, substitutions
from services.instructor_rules import BOOKED_AROUND
from services.instructor_standing import class_of, standing
from services.student_rules import StudentRules

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

    Classes of the series `besides_series` are not in its own way. `overrides`: rules that a reason sets aside are.
    Raises UnknownReference.
    """
    if not spans:
        return []
    ids = [*who.student_ids, *([who.instructor_id] if who.instructor_id else [])]
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    taken = await booked_times.overlapping(
        db, ids, start - BOOKED_AROUND, end + BOOKED_AROUND, besides_series=besides_series
    )
    called = await names.of(db, Student, who.student_ids)
    instructor = await entities.get(db, Instructor, who.instructor_id) if who.instructor_id else None
    if instructor:
        called[instructor.id] = instructor.name
    busy = _Reservations(taken)
    problems: list[list[str]] = []
    course = await entities.get(db, Course, who.course_id)
    retired = [f"{name} is retired." for name in _retired(course, instructor)]
    for starts_at, ends_at in spans:
        own = (["It would start in the past."] if starts_at <= now else []) + retired
        clashing = sorted({called.get(key, "") for *_, key in busy.overlapping(starts_at, ends_at)})
        own += [f"{name} has another class at that time." for name in clashing]
        problems.append(own)
    if instructor:
        taught = _Reservations({instructor.id: [*taken.get(instructor.id, ()), *spans]})
        rules = await _rules(db, who, instructor, spans, taught, called, overrides=overrides)
        for own, broken in zip(problems, rules, strict=True):
            own += broken
    elif not overrides:
        for own, outside in zip(problems, await _outside_hours(db, who, spans, called), strict=True):
            own += outside
    return [tuple(own) for own in problems]


async def kept_apart(
    db: AsyncSession, student_ids: Sequence[UUID], instructor_ids: Collection[UUID]
) -> dict[UUID, str]:
    """In a sentence for each of these instructors whom of the students they must not teach; the others are left out."""
    rules = await StudentRules.read(db, student_ids, await standing(db))
    apart = {key: found for key in instructor_ids if (found := rules.kept_apart(key, student_ids))}
    if not apart:
        return {}
    called = await names.of(db, Student, student_ids) | await names.of(db, Instructor, apart)
    return {
        key: must_not_teach(called.get(key, ""), listed(called[one] for one in found if one in called))
        for key, found in apart.items()
    }


async def _outside_hours(
    db: AsyncSession, who: ClassPeople, spans: Sequence[Span], called: Mapping[UUID, str]
) -> list[list[str]]:
    """For each time, the sentence about the students who can't have classes then, if there are any."""
    rules = await StudentRules.read(db, who.student_ids, await standing(db))
    found = [rules.closed_to(*span, who.student_ids) for span in spans]
    return [
        [outside_hours_of(listed(called[key] for key in keys if key in called))] if keys else []
        for keys in found
    ]


def _retired(course: Course, instructor: Instructor | None) -> list[str]:
    """The names of what no class can be booked with any more."""
    found = [course.title] if course.retired_at else []
    return [*found, instructor.name] if instructor and instructor.retired_at else found


class _Reservations:
    """Reserved times of people in the order of their starts."""

    def __init__(self, taken: Mapping[UUID, Sequence[Span]]) -> None:
        self._found = sorted((start, end, key) for key, spans in taken.items() for start, end in spans)
        self._starts = [start for start, *_ in self._found]
        self._longest = max((end - start for start, end, _ in self._found), default=timedelta())

    def overlapping(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime, UUID]]:
        """Start, end and person."""
        first, last = bisect_left(self._starts, start - self._longest), bisect_left(self._starts, end)
        return [one for one in self._found[first:last] if one[1] > start]


async def _rules(
    db: AsyncSession,
    who: ClassPeople,
    instructor: Instructor,
    spans: Sequence[Span],
    taught: _Reservations,
    called: Mapping[UUID, str],
    *,
    overrides: bool,
) -> list[list[str]]:
    """For each time, the sentences of the rules that it breaks; `overrides`: of those that no reason sets aside."""
    course = await entities.get(db, Course, who.course_id)
    held = (await people.qualifications(db, [instructor.id])).get(instructor.id)
    stored = await substitutions.availability(db, instructor.id)
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    elsewhere: Mapping[UUID, Sequence[Span]] = await imported_calendars.busy_times(
        db, [instructor.id], start, end
    )
    own = await standing(db)
    pairs = [(course.subject, course.level)]
    students = await StudentRules.read(db, who.student_ids, own)
    candidate = replace(
        own.candidate(instructor, stored, held, pairs, (), elsewhere.get(instructor.id, ())),
        kept_apart=students.kept_apart(instructor.id, who.student_ids),
    )
    found = []
    for span in spans:
        wanted = own.wanted(students.wanted(class_of(course, *span), who.student_ids))
        around = _around(candidate, span, taught)
        rules = broken_rules(wanted, around)
        kept = [rule for rule in rules if not (overrides and can_be_set_aside([rule], of_series=True))]
        found.append([sentence(rule, instructor.name, wanted, around, called) for rule in kept])
    return found


def _around(candidate: Candidate, span: Span, taught: _Reservations) -> Candidate:
    """With what else is taught in the days around a class, the class itself aside."""
    near = taught.overlapping(span[0] - BOOKED_AROUND, span[1] + BOOKED_AROUND)
    booked = tuple((start, end) for start, end, _ in near if (start, end) != span)
    return replace(candidate, availability=replace(candidate.availability, booked=booked))
