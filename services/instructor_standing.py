"""How strictly an organization looks at its instructors: one answer for booking, slots, quotes, plans and substitution.

The published scheduling rules say which hard rules are set aside, and whether somebody of whom no qualification is
known may teach every course. Whoever asks about an instructor takes the terms of the domain from here.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncSession

from domain.scheduling.availability import Availability
from domain.scheduling.candidates import Candidate, ClassToTeach
from domain.scheduling.credentials import Credentials, Requirement, Requirements, latest
from domain.scheduling.scheduling_rules import SchedulingRules
from models.course import Course
from models.people import Instructor
from models.substitution import InstructorAvailability
from services.scheduling_rules import published_rules, rules_of_version
from services.stored_availability import availability_of

Spans = Sequence[tuple[datetime, datetime]]
Pair = tuple[str, str]  # subject and level

_NOT_AVAILABLE, _NO_BUFFER, _REST = "not_available", "no_buffer", "rest"
_DAY, _WEEK = "hours_of_day", "hours_of_week"


@dataclass(frozen=True)
class InstructorStanding:
    """What counts of an instructor under an organization's rules."""

    assume_qualified: bool
    set_aside: frozenset[str] = frozenset()  # keys of hard rules
    rest: timedelta = timedelta()  # between the classes of two days
    rules_version: int = 0  # 0: none are published

    @classmethod
    def under(cls, rules: SchedulingRules, version: int = 0) -> Self:
        parameters = rules.parameters
        rest = timedelta(hours=parameters.rest_hours)
        return cls(parameters.assume_qualified, frozenset(rules.disabled), rest, version)

    def qualifications(self, held: Collection[Pair] | None, wanted: Iterable[Pair]) -> Collection[Pair]:
        """What an instructor counts as qualified for, of what is wanted."""
        if "not_qualified" in self.set_aside or (not held and self.assume_qualified):
            return frozenset(wanted)
        return held or ()

    def requirements(self, asked: Requirements) -> Requirements:
        """Those that count."""
        dropped: dict[str, Any] = {
            _FIELDS[kind]: getattr(_NOTHING, _FIELDS[kind]) for kind in Requirement if kind in self.set_aside
        }
        return replace(asked, **dropped)

    def wanted(self, one: ClassToTeach) -> ClassToTeach:
        """The class with the requirements that count."""
        return replace(one, requirements=self.requirements(one.requirements))

    def availability(self, times: Availability) -> Availability:
        """The limits that count; what is booked always does."""
        kept = replace(times, rest=self.rest)
        if _REST in self.set_aside:
            kept = replace(kept, rest=Availability.rest)
        if _NOT_AVAILABLE in self.set_aside:
            kept = replace(kept, weekly=(), days=(), leave=(), busy_elsewhere=())
        if _NO_BUFFER in self.set_aside:
            kept = replace(kept, buffer=Availability.buffer)
        if _DAY in self.set_aside:
            kept = replace(kept, most_per_day=None)
        if _WEEK in self.set_aside:
            kept = replace(kept, most_per_week=None)
        return kept

    def candidate(
        self,
        person: Instructor,
        times: InstructorAvailability | None,
        held: Collection[Pair] | None,
        wanted: Iterable[Pair],
        booked: Spans = (),
        busy_elsewhere: Spans = (),
    ) -> Candidate:
        """An instructor as booking reads them, for classes of the wanted subjects and levels."""
        return Candidate(
            person.id,
            qualifications=self.qualifications(held, wanted),
            credentials=credentials_of(person),
            availability=self.availability(availability_of(person, times, booked, busy_elsewhere)),
        )


_NOTHING = Requirements()
_FIELDS = {
    Requirement.LANGUAGE: "language",
    Requirement.REGION: "region",
    Requirement.CONSENT: "consents",
    Requirement.CERTIFICATE: "certificates",
    Requirement.BACKGROUND_CHECK: "background_check",
}


async def standing(db: AsyncSession) -> InstructorStanding:
    """By the published rules; by the rules as they are by themselves where none are published."""
    return InstructorStanding.under(*await published_rules(db))


async def standing_of(db: AsyncSession, rules_version: int) -> InstructorStanding:
    """By this version of the scheduling rules; 0: by the rules as they are by themselves."""
    return InstructorStanding.under(await rules_of_version(db, rules_version), rules_version)


def class_asked(
    course: Course | None,
    subject: str | None,
    level: str | None,
    starts_at: datetime,
    ends_at: datetime,
    students: int,
) -> ClassToTeach:
    """A class of a course, or where there is none of a subject and level, which asks for nothing else."""
    if course:
        return class_of(course, starts_at, ends_at, students)
    return ClassToTeach(subject or "", level or "", starts_at, ends_at, students)


def class_of(course: Course, starts_at: datetime, ends_at: datetime, students: int = 0) -> ClassToTeach:
    """A class of a course, with what the course asks of its instructor."""
    return ClassToTeach(
        course.subject, course.level, starts_at, ends_at, students, requirements=requirements_of(course)
    )


def requirements_of(course: Course) -> Requirements:
    """What a course asks of its instructor beside the qualification."""
    return Requirements(
        course.teaching_language,
        course.required_region,
        tuple(course.required_consents),
        tuple(course.required_certificates),
        course.requires_background_check,
    )


def credentials_of(person: Instructor) -> Credentials:
    """What is on record of an instructor."""
    checks = [date.fromisoformat(check["valid_until"]) for check in person.background_checks]
    return Credentials(
        person.time_zone,
        person.teaching_languages,
        person.regions,
        person.consents,
        latest((one["name"], _day(one["expires_on"])) for one in person.certificates),
        max(checks, default=None),
    )


def _day(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)
