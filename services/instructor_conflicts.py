"""Finds classes to come whose instructor cannot teach them any more, and keeps an exception for each.

A booking keeps the rules about its instructor. Afterwards the instructor takes leave, changes their hours, loses a
qualification, has something else in a calendar that was imported, is kept apart from a student, or a certificate of
theirs is not renewed: nobody is asked, and the class stays booked.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.scheduling.availability import Availability
from domain.scheduling.booking_rules import broken_rules
from domain.scheduling.candidates import Candidate, ClassToTeach, WhyNot
from domain.scheduling.credentials import unmet
from models.database import Database
from models.repositories import (
    class_troubles,
    coming_classes,
    imported_calendars,
    people,
    planning,
    substitutions,
)
from models.repositories.coming_classes import ComingClass
from services.found_cases import Finding, FoundCases
from services.instructor_rules import BOOKED_AROUND
from services.instructor_standing import InstructorStanding, class_of, standing
from services.student_rules import StudentRules

_AHEAD = timedelta(days=28)
_MOST = 20_000  # classes of one organization in one look


@dataclass(frozen=True)
class _Known:
    """An instructor without what they have booked, and what tells of each change of their rules."""

    candidate: Candidate
    changed: str


class InstructorConflicts:
    def __init__(self, database: Database, region: str) -> None:
        self._database = database
        self._region = region
        self._cases = FoundCases(database)

    async def look(self, now: datetime) -> int:
        """Open and resolve exceptions; returns how many classes have one. Raises Unavailable."""
        until = now + _AHEAD
        found = []
        async with self._database.unscoped() as db:
            unresolved = await class_troubles.unresolved(
                db, self._region, [ExceptionKind.INSTRUCTOR_UNAVAILABLE]
            )
            organizations = await coming_classes.organizations(db, self._region, until)
        for organization_id in organizations:
            async with self._database.tenant(organization_id) as db:
                own = await standing(db)
                classes = await coming_classes.between(db, now, until, _MOST)
                courses = await planning.courses(db, {one.course_id for one in classes})
                wanted = {
                    one.session_id: class_of(courses[one.course_id], one.starts_at, one.ends_at)
                    for one in classes
                }
                instructors = await _instructors(db, own, classes, wanted, now, until)
                apart = await _kept_apart(db, own, classes)
            broken = await asyncio.to_thread(_conflicts, own, classes, wanted, instructors, apart)
            found += [
                _finding(organization_id, one, wanted[one.session_id], rules, instructors[one.instructor_id])
                for one, rules in broken
            ]
        await self._cases.keep(found, unresolved, lambda _: "The instructor can teach the class again.", now)
        return len(found)


async def _instructors(
    db: AsyncSession,
    own: InstructorStanding,
    classes: Sequence[ComingClass],
    wanted: Mapping[UUID, ClassToTeach],
    since: datetime,
    until: datetime,
) -> dict[UUID, _Known]:
    """Those of the classes and more, by id."""
    ids = sorted({one.instructor_id for one in classes})
    held = await people.qualifications(db, ids)
    busy = await imported_calendars.busy_times(db, ids, since, until + BOOKED_AROUND)
    taught: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
    for one in classes:
        asked = wanted[one.session_id]
        taught[one.instructor_id].add((asked.subject, asked.level))
    return {
        person.id: _Known(
            own.candidate(
                person,
                times,
                held.get(person.id),
                taught[person.id],
                busy_elsewhere=busy.get(person.id, []),
            ),
            f"{times.updated_at.isoformat() if times else ''} {person.version}",
        )
        for person, times in await substitutions.instructors(db)
    }


async def _kept_apart(
    db: AsyncSession, own: InstructorStanding, classes: Sequence[ComingClass]
) -> Mapping[UUID, tuple[UUID, ...]]:
    """By class, the students whom its instructor must not teach."""
    students = await planning.students_of(db, [one.session_id for one in classes])
    rules = await StudentRules.read(db, {key for keys in students.values() for key in keys}, own)
    return {
        one.session_id: rules.kept_apart(one.instructor_id, students.get(one.session_id, ()))
        for one in classes
    }


def _conflicts(
    own: InstructorStanding,
    classes: Sequence[ComingClass],
    wanted: Mapping[UUID, ClassToTeach],
    instructors: Mapping[UUID, _Known],
    apart: Mapping[UUID, tuple[UUID, ...]],
) -> list[tuple[ComingClass, tuple[WhyNot, ...]]]:
    """The classes that break a rule which was not set aside for them. Of classes that only together are too many or
    too close, the later ones do.
    """
    found = []
    before: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)  # in the order of their starts
    for one in classes:
        instructor = instructors.get(one.instructor_id)
        if instructor is None:  # nobody with classes to come can be retired
            continue
        earlier = before[one.instructor_id]
        while earlier and earlier[0][0] < one.starts_at - BOOKED_AROUND:
            earlier.pop(0)
        rules = tuple(
            rule
            for rule in _broken(
                own,
                wanted[one.session_id],
                replace(instructor.candidate, kept_apart=apart[one.session_id]),
                earlier,
            )
            if rule not in one.overridden
        )
        if rules:
            found.append((one, rules))
        earlier.append((one.starts_at, one.ends_at))
    return found


def _broken(
    own: InstructorStanding,
    wanted: ClassToTeach,
    instructor: Candidate,
    earlier: Sequence[tuple[datetime, datetime]],
) -> tuple[WhyNot, ...]:
    times: Availability = replace(instructor.availability, booked=tuple(earlier))
    return broken_rules(own.wanted(wanted), replace(instructor, availability=times))


def _finding(
    organization_id: UUID,
    one: ComingClass,
    wanted: ClassToTeach,
    rules: Sequence[WhyNot],
    instructor: _Known,
) -> Finding:
    """Of requirements, the detail says what is lacking, such as a certificate and its last day."""
    lacking = unmet(wanted.requirements, instructor.candidate.credentials, one.ends_at)
    texts = [text for kind, text in lacking.items() if WhyNot(kind) in rules]
    detail = {"instructor_id": str(one.instructor_id), "rules": ",".join(rules), "lacking": "; ".join(texts)}
    return Finding(
        organization_id,
        one.session_id,
        ExceptionKind.INSTRUCTOR_UNAVAILABLE,
        str(one.instructor_id),
        f"{one.starts_at.isoformat()} {one.ends_at.isoformat()} {','.join(rules)} {instructor.changed}",
        detail,
        follows=True,
    )
