"""Who could teach a class in place of its instructor, and swaps that would free somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.roles import Role
from domain.scheduling.availability import Availability, DayHours, Hours, WeeklyHours
from domain.scheduling.candidates import (
    Candidate,
    ClassToTeach,
    Ranked,
    Ranking,
    RankingRules,
    RuleRanking,
    WhyNot,
)
from models.course import Course
from models.people import Instructor
from models.repositories import booked_times, entities, imported_calendars, people, sessions, substitutions
from models.session import Session
from models.substitution import InstructorAvailability

Spans = Sequence[tuple[datetime, datetime]]
_WEEK = timedelta(days=8)  # on both sides of a class, for the limits of its day and week
_KNOWN_FOR = timedelta(days=365)  # who taught the students or the course since then knows them
_FAIR_SINCE = timedelta(days=30)
_MOST_SWAPS = 8  # busy colleagues whose classes are looked at


@dataclass(frozen=True)
class Swap:
    """A colleague could teach the class if another took over theirs."""

    instructor_id: UUID
    their_session_id: UUID
    taken_by_id: UUID


async def ranked(
    db: AsyncSession,
    session: Session,
    now: datetime,
    *,
    besides: Sequence[UUID] = (),
    ranking: Ranking | None = None,
    rules: RankingRules | None = None,
) -> list[Ranked]:
    """All instructors in the order of asking, the excluded ones last. `besides` are excluded like the instructor."""
    course = await entities.get(db, Course, session.course_id)
    everybody = await substitutions.instructors(db)
    students = [
        person.student_id
        for person in await sessions.participants(db, session.id)
        if person.role == Role.STUDENT and person.in_class and person.student_id
    ]
    ids = [person.id for person, _ in everybody]
    booked = await _booked_times(db, everybody, session)
    busy = await imported_calendars.busy_times(db, ids, session.starts_at, session.ends_at)
    held = await people.qualifications(db, ids)
    taught = await substitutions.teaching(
        db, ids, session.course_id, students, now - _KNOWN_FOR, now - _FAIR_SINCE
    )
    wanted = ClassToTeach(
        course.subject,
        course.level,
        min(max(session.starts_at, now), session.ends_at),
        session.ends_at,
        len(students),
        session.instructor_id,
    )
    candidates = [
        Candidate(
            person.id,
            qualifications=held.get(person.id, []),
            availability=availability_of(person, times, booked.get(person.id, []), busy.get(person.id, [])),
            taught_students=taught[person.id].students,
            taught_course=taught[person.id].course,
            hourly_cost=times.hourly_cost if times else None,
            recent_substitutions=taught[person.id].substitutions,
        )
        for person, times in everybody
        if person.id not in besides
    ]
    return (ranking or RuleRanking()).rank(wanted, candidates, rules or RankingRules())


async def _booked_times(
    db: AsyncSession, everybody: Sequence[tuple[Instructor, InstructorAvailability | None]], session: Session
) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """What these instructors teach around a class: of those whose hours are limited, also in the days of its week."""
    limited = {person.id for person, times in everybody if times and _has_limit(times)}
    others = [person.id for person, _ in everybody if person.id not in limited]
    buffer = timedelta(minutes=max((times.buffer_minutes for _, times in everybody if times), default=0))
    found: dict[UUID, list[tuple[datetime, datetime]]] = {}
    for ids, around in ((others, buffer), (limited, _WEEK)):
        if ids:
            found |= await booked_times.overlapping(
                db, ids, session.starts_at - around, session.ends_at + around, session.id
            )
    return found


def _has_limit(times: InstructorAvailability) -> bool:
    return times.most_hours_per_day is not None or times.most_hours_per_week is not None


async def swaps(
    db: AsyncSession, session: Session, order: Sequence[Ranked], now: datetime, most: int
) -> list[Swap]:
    """Ways to free a colleague who is only busy: another instructor could take over their class."""
    found: list[Swap] = []
    busy = [one for one in order if one.why_not == (WhyNot.BUSY,)]
    for candidate in busy[:_MOST_SWAPS]:
        classes = await substitutions.classes_of(db, candidate.id, session.starts_at, session.ends_at)
        if len(classes) != 1 or classes[0].starts_at <= now:
            continue
        others = await ranked(db, classes[0], now, besides=[session.instructor_id])
        taker = next((other for other in others if other.eligible), None)
        if taker:
            found.append(Swap(candidate.id, classes[0].id, taker.id))
        if len(found) == most:
            break
    return found


def availability_of(
    person: Instructor, times: InstructorAvailability | None, booked: Spans = (), busy_elsewhere: Spans = ()
) -> Availability:
    """The stored rules as the domain reads them."""
    if times is None:
        return Availability(person.time_zone, booked=tuple(booked), busy_elsewhere=tuple(busy_elsewhere))
    return Availability(
        person.time_zone,
        tuple(WeeklyHours(rule["weekday"], _hours(rule)) for rule in times.weekly),
        tuple(
            DayHours(date.fromisoformat(day["day"]), tuple(_hours(hours) for hours in day["hours"]))
            for day in times.days
        ),
        tuple(
            (datetime.fromisoformat(leave["starts_at"]), datetime.fromisoformat(leave["ends_at"]))
            for leave in times.leave
        ),
        timedelta(minutes=times.buffer_minutes),
        _limit(times.most_hours_per_day),
        _limit(times.most_hours_per_week),
        tuple(booked),
        tuple(busy_elsewhere),
    )


def _hours(stored: dict[str, Any]) -> Hours:
    return Hours(time.fromisoformat(stored["start"]), time.fromisoformat(stored["end"]))


def _limit(hours: float | None) -> timedelta | None:
    return None if hours is None else timedelta(hours=hours)
