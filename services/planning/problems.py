"""Builds the problem that the engine of `matching` plans, ranks and repairs from the rows of a school."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.intervals import Interval, intersection
from domain.scheduling.availability import Availability
from domain.scheduling.calendar_grid import span_of, week_of
from domain.scheduling.candidates import WhyNot
from domain.scheduling.credentials import Credentials, Requirements, folded
from domain.scheduling.scheduling_rules import Parameters, SchedulingRules
from matching.problem import ClassToStaff, Instructor, Problem, Relationship, RuleSettings, TakenTime
from matching.rules import HARD, SOFT
from models.course import Course
from models.people import Instructor as InstructorRow
from models.repositories import (
    booked_times,
    entities,
    imported_calendars,
    people,
    planning,
    substitutions,
)
from models.repositories.planning import BookedClasses, PlannedClass, PreviousClass
from models.substitution import InstructorAvailability
from services.instructor_standing import InstructorStanding, credentials_of, requirements_of
from services.organizations import organization
from services.scheduling_rules import published_rules
from services.stored_availability import availability_of, weekly_of
from services.student_hours import StudentHours, hours_of

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_NEAR = 2 * _DAY  # farther classes count for the hours of a week only: the longest rest is 24 hours
_EXPERIENCED = 50  # classes within a year, after which more of them say nothing


@dataclass(frozen=True)
class ProposedClass:
    """A class that is not booked yet. `id` is the caller's own."""

    id: UUID
    course_id: UUID
    starts_at: datetime
    ends_at: datetime
    student_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class PlanningProblem:
    problem: Problem
    rules_version: int  # of the published rules; 0: none are published, or others were given
    names: Mapping[UUID, str]  # of the instructors
    availability: Mapping[UUID, Availability]  # of the instructors, without their classes
    credentials: Mapping[UUID, Credentials]  # of the instructors
    requirements: Mapping[UUID, Requirements]  # of the classes that are asked for
    closed_to: Mapping[UUID, tuple[str, ...]]  # of these: the students who can't have a class then, by name
    titles: Mapping[UUID, str]  # of the booked classes
    planned: frozenset[UUID]  # the classes that are asked for; the time of all others is taken
    holds: frozenset[UUID]  # time that is held for another booking, as if it were classes


def settings_of(rules: SchedulingRules) -> RuleSettings:
    """Rules as the engine reads them. What they say of a kind of rule that there is no more counts for nothing."""
    soft, hard = {rule.key for rule in SOFT}, {rule.key for rule in HARD}
    by_course = {
        own.course_id: {key: weight for key, weight in own.weights.items() if key in soft}
        for own in rules.by_course
    }
    weights = {key: weight for key, weight in rules.weights.items() if key in soft}
    return RuleSettings(
        weights, by_course, frozenset(hard & set(rules.disabled)), rules.parameters.unassigned
    )


async def problem_of(
    db: AsyncSession,
    start: datetime,
    end: datetime,
    now: datetime,
    *,
    rules: SchedulingRules | None = None,
    class_ids: Collection[UUID] | None = None,
    proposed: Sequence[ProposedClass] = (),
    as_if_unbegun: bool = False,
    absent: Collection[UUID] = (),
    keeps_time: bool = False,
    read: Sequence[PlannedClass] | None = None,
) -> PlanningProblem:
    """The classes that start from `start` until `end`, the instructors in use, and what is known of both.

    Booked classes have their instructor as the published one. Those that began, are over or start within the frozen
    hours of the rules are pinned; `as_if_unbegun` plans them anew, to look back at a week. With `class_ids` these
    classes alone are free, whatever their time to the start, and all others are pinned. `proposed` classes, which must
    lie in the span, are free. `read` are the classes of `class_ids`, if the caller has them already. `absent`
    instructors are left out. `keeps_time`: booked classes change their instructor alone, so the hours of their
    students, which may have changed since they were booked, are not asked.

    The time of classes that are booked in the weeks around is taken, so that overlaps, buffers, rest and hours hold, at
    no cost. `rules` are by default the published ones. The number of statements does not grow with the rows. Raises
    UnknownReference for a proposed class of a course that there is not, or that is retired.
    """
    own = await organization(db)
    zone = ZoneInfo(own.time_zone)
    number = 0
    if rules is None:
        rules, number = await published_rules(db)
    span = _whole_weeks(start, end, zone)
    booked = await planning.booked_between(db, span.start - _DAY, span.end + _DAY)
    planned = [
        one
        for one in (await _planned(db, start, end, class_ids) if read is None else read)
        if span.start - _DAY <= one.starts_at < span.end + _DAY
    ]
    courses = await planning.courses(db, {one.course_id for one in planned}) | await _courses(db, proposed)
    staff = await _staff(db, start, end, now, rules, absent, _WEEK + (span.end - span.start))
    taught = await _taught(db, planned, proposed, start, now, rules.parameters)
    is_chosen = class_ids is not None or as_if_unbegun
    free = _Free(
        now, rules.parameters, zone, courses, staff, taught, is_chosen=is_chosen, keeps_time=keeps_time
    )
    classes = [free.booked(one) for one in planned]
    classes += [free.read(one) for one in proposed]
    free_ids = {one.id for one in classes}
    near = Interval(start - _NEAR, end + _NEAR)
    taken = _taken(staff, booked, free_ids, near)
    found = await booked_times.held(db, list(staff.rows), near.start, near.end)
    # What plans hold for these classes is theirs.
    held = [one for one in found if one.class_id not in free_ids]
    for hold in held:
        taken[hold.person_id].append(TakenTime(hold.hold_id, hold.starts_at, hold.ends_at))
    pairs = frozenset((one.subject, one.level) for one in classes)
    instructors = [staff.read(key, pairs) for key in staff.rows]
    return PlanningProblem(
        Problem(classes, instructors, taught.relationships, settings_of(rules), taken),
        number,
        {key: row.name for key, (row, _) in staff.rows.items()},
        staff.availability,
        staff.credentials,
        free.requirements,
        free.closed_to,
        {key: title for one in booked for key, title in zip(one.ids, one.titles, strict=True)},
        frozenset(free_ids),
        frozenset(one.hold_id for one in held),
    )


async def _planned(
    db: AsyncSession, start: datetime, end: datetime, class_ids: Collection[UUID] | None
) -> list[PlannedClass]:
    """The booked classes that are free: all of the span, or those of these ids."""
    if class_ids is None:
        return await planning.classes_between(db, start, end)
    return await planning.classes_of_ids(db, class_ids)


def _taken(
    staff: "_Staff", booked: Iterable[BookedClasses], free: Set[UUID], near: Interval
) -> dict[UUID, list[TakenTime]]:
    """By instructor, in order, their classes that are near or whose hours count, without the free ones."""
    times: dict[UUID, list[TakenTime]] = {key: [] for key in staff.rows}
    for instructor_id, ids, starts, ends, _ in booked:
        if instructor_id in times:
            is_counted = staff.counts(instructor_id)
            times[instructor_id] = [
                TakenTime(key, start, end)
                for key, start, end in zip(ids, starts, ends, strict=True)
                if (is_counted or near.start <= start < near.end) and key not in free
            ]
    return times


def _whole_weeks(start: datetime, end: datetime, zone: ZoneInfo) -> Interval:
    """From the Monday before until the Monday after, on which the week begins in the organization's zone."""
    first, last = (week_of(at.astimezone(zone).date()) for at in (start, end))
    return span_of([*first, *last], zone)


async def _courses(db: AsyncSession, proposed: Sequence[ProposedClass]) -> dict[UUID, Course]:
    found: dict[UUID, Course] = {}
    for key in sorted({one.course_id for one in proposed}):
        found[key] = await entities.in_use(db, Course, key)
    return found


@dataclass(frozen=True)
class _Staff:
    """The instructors in use."""

    rows: Mapping[UUID, tuple[InstructorRow, InstructorAvailability | None]]
    availability: Mapping[UUID, Availability]
    credentials: Mapping[UUID, Credentials]
    qualifications: Mapping[UUID, Sequence[tuple[str, str]]]
    classes_taught: Mapping[UUID, int]
    usual_cost: float  # stands for a cost that is not known
    standing: InstructorStanding
    parameters: Parameters
    span: Interval  # in which classes are planned
    counted: float  # the weeks whose classes count for target hours

    def target(self, key: UUID) -> timedelta | None:
        """What the instructor is to teach in the weeks that count: their own target, or that of the rules."""
        _, stored = self.rows[key]
        own = stored.target_hours_per_week if stored else None
        weekly = self.parameters.target_hours_per_week if own is None else own
        return None if weekly is None else timedelta(hours=weekly) * self.counted

    def counts(self, key: UUID) -> bool:
        """Whether it matters how much else the instructor teaches in the week."""
        times = self.availability.get(key)
        return times is not None and (self.target(key) is not None or times.most_per_week is not None)

    def read(self, key: UUID, pairs: Collection[tuple[str, str]]) -> Instructor:
        """The instructor as the engine reads them; `pairs` are the subjects and levels of all classes."""
        person, stored = self.rows[key]
        times = self.availability[key]
        credentials = self.credentials[key]
        # From a week before, so that there are hours where there is a preference.
        preferred = Availability(person.time_zone, weekly_of(stored.preferred)) if stored else None
        cost = stored.hourly_cost if stored else None
        return Instructor(
            key,
            person.time_zone,
            times.open_between(self.span.start, self.span.end),
            frozenset(self.standing.qualifications(self.qualifications.get(key), pairs)),
            frozenset(credentials.languages),
            {name: credentials.certificate_until(name) for name in credentials.certificates},
            credentials.background_check_until(),
            folded(credentials.regions),
            folded(credentials.consents),
            buffer=times.buffer,
            rest=timedelta(hours=self.parameters.rest_hours),
            most_per_day=times.most_per_day,
            most_per_week=times.most_per_week,
            target=self.target(key),
            hourly_cost=self.usual_cost if cost is None else cost,
            preferred=(preferred and preferred.hours_between(self.span.start - _WEEK, self.span.end)) or (),
            experience=min(1.0, self.classes_taught.get(key, 0) / _EXPERIENCED),
        )


async def _staff(
    db: AsyncSession,
    start: datetime,
    end: datetime,
    now: datetime,
    rules: SchedulingRules,
    absent: Collection[UUID],
    counted: timedelta,
) -> _Staff:
    """`counted`: the time whose classes are in the problem, for which target hours are set."""
    everybody = await substitutions.instructors(db)
    rows = {person.id: (person, times) for person, times in everybody if person.id not in absent}
    ids = list(rows)
    last = end + _DAY  # classes that start before the end may last beyond it
    busy = await imported_calendars.busy_times(db, ids, start, last)
    costs = [times.hourly_cost for _, times in rows.values() if times and times.hourly_cost is not None]
    return _Staff(
        rows,
        {key: availability_of(person, times, (), busy.get(key, ())) for key, (person, times) in rows.items()},
        {key: credentials_of(person) for key, (person, _) in rows.items()},
        await people.qualifications(db, ids),
        await planning.classes_taught(db, ids, now - _WEEK * 52, now, _EXPERIENCED),
        sum(costs) / len(costs) if costs else 0.0,
        InstructorStanding.under(rules),
        rules.parameters,
        Interval(start, last),
        counted / _WEEK,
    )


@dataclass(frozen=True)
class _Taught:
    """What is known of the students of the planned classes."""

    students: Mapping[UUID, Sequence[UUID]]  # by class
    hours: Mapping[UUID, StudentHours]  # of students who can't have classes at every hour
    known: frozenset[UUID]  # students who have had a class
    previous: Mapping[tuple[UUID, UUID], PreviousClass]  # by student and course
    relationships: Sequence[Relationship]

    def previous_instructor(self, students: Sequence[UUID], course_id: UUID) -> UUID | None:
        """Who taught the latest class of the course that one of these students was in."""
        before = [self.previous[key] for one in students if (key := (one, course_id)) in self.previous]
        latest = max(before, key=lambda one: (one.starts_at, one.instructor_id), default=None)
        return latest.instructor_id if latest else None


async def _taught(
    db: AsyncSession,
    planned: Sequence[PlannedClass],
    proposed: Sequence[ProposedClass],
    start: datetime,
    now: datetime,
    parameters: Parameters,
) -> _Taught:
    students: dict[UUID, Sequence[UUID]] = {one.id: one.student_ids for one in proposed}
    students |= await planning.students_of(db, [one.id for one in planned])
    everybody = sorted({student for own in students.values() for student in own})
    courses = {one.course_id for one in planned} | {one.course_id for one in proposed}
    until = min(start, now)
    since = until - timedelta(days=parameters.known_for_days)
    together = await planning.taught_together(db, everybody, since, until)
    pairs = {(one.student_id, one.instructor_id): one for one in await planning.pairings(db, everybody)}
    relationships = [
        Relationship(
            student,
            instructor,
            together.get((student, instructor), 0),
            stored.quality if stored else None,
            stored.family_preference if stored else 0.0,
            stored.do_not_pair if stored else False,
        )
        for student, instructor in sorted(together.keys() | pairs.keys())
        for stored in (pairs.get((student, instructor)),)
    ]
    return _Taught(
        students,
        await hours_of(db, everybody),
        frozenset(student for student, _ in together),
        await planning.previous_classes(db, everybody, courses, since, start),
        relationships,
    )


@dataclass(frozen=True)
class _Free:
    """Reads the classes that are planned."""

    now: datetime
    parameters: Parameters
    zone: ZoneInfo
    courses: Mapping[UUID, Course]
    staff: _Staff
    taught: _Taught
    is_chosen: bool  # planned anew, whatever the time until the start
    keeps_time: bool  # booked classes change their instructor alone
    requirements: dict[UUID, Requirements] = field(default_factory=dict)  # of the classes that were read
    closed_to: dict[UUID, tuple[str, ...]] = field(default_factory=dict)  # students who can't then, by class

    def booked(self, one: PlannedClass) -> ClassToStaff:
        frozen_until = self.now + timedelta(hours=self.parameters.frozen_hours)
        is_pinned = not self.is_chosen and (one.is_over or one.starts_at <= frozen_until)
        holder = one.instructor_id if one.instructor_id in self.staff.rows else None
        read = self.read(one, holder, holder if is_pinned else None)
        if not self.keeps_time and WhyNot.STUDENT_WINDOW not in one.overridden:
            return read
        self.closed_to.pop(one.id, None)
        return replace(read, student_windows=None)

    def read(
        self, one: PlannedClass | ProposedClass, published: UUID | None = None, pinned: UUID | None = None
    ) -> ClassToStaff:
        course = self.courses[one.course_id]
        asked = requirements_of(course)
        students = tuple(self.taught.students.get(one.id, ()))
        self.requirements[one.id] = asked
        return ClassToStaff(
            one.id,
            one.starts_at,
            one.ends_at,
            course.subject,
            course.level,
            asked.language,
            folded(asked.certificates),
            asked.background_check,
            asked.region.casefold(),
            folded(asked.consents),
            course_id=one.course_id,
            students=students,
            student_windows=self._windows(one, students),
            new_students=len(set(students) - self.taught.known),
            unpopular=float(self.parameters.is_unpopular(one.starts_at, self.zone)),
            previous_instructor_id=self.taught.previous_instructor(students, one.course_id),
            published_instructor_id=published,
            pinned_instructor_id=pinned,
        )

    def _windows(
        self, one: PlannedClass | ProposedClass, students: Collection[UUID]
    ) -> tuple[Interval, ...] | None:
        """The part of the class's time at which all its students can; None: they can at any time."""
        limited = [own for key in students if (own := self.taught.hours.get(key))]
        if not limited:
            return None
        windows: tuple[Interval, ...] = (Interval(one.starts_at, one.ends_at),)
        closed = []
        for student in limited:
            open_at = student.open_between(one.starts_at, one.ends_at)
            if open_at != (Interval(one.starts_at, one.ends_at),):
                closed.append(student.name)
            windows = intersection(windows, open_at)
        if closed:
            self.closed_to[one.id] = tuple(sorted(closed))
        return windows
