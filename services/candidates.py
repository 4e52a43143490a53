"""Who could teach a class in place of its instructor, and swaps that would free somebody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.roles import Role
from domain.scheduling.candidates import Ranked, RankingRules, RuleRanking, WhyNot
from domain.scheduling.scheduling_rules import SchedulingRules
from models.course import Course
from models.people import Instructor
from models.repositories import (
    booked_times,
    entities,
    imported_calendars,
    people,
    rule_versions,
    sessions,
    substitutions,
)
from models.scheduling import SchedulingRulesVersion
from models.session import Session
from models.substitution import InstructorAvailability
from services.instructor_standing import InstructorStanding, class_of
from services.planning.candidates import candidates_for
from services.scheduling_rules import rules_of
from services.student_rules import StudentRules

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
    rules: RankingRules | None = None,
    rules_version: int | None = None,
) -> list[Ranked]:
    """All instructors in the order of asking, the excluded ones last. `besides` are left out.

    The order is that of the scheduling rules of this version, by default of the published ones. Without any, or with 0,
    the weights of the substitution policy order, which `rules` are.
    """
    published = (
        await rule_versions.published(db, SchedulingRulesVersion, rules_version)
        if rules_version != 0
        else None
    )
    if published is not None:
        return await _ranked_by_rules(db, session, now, besides, rules_of(published))
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
    start = min(max(session.starts_at, now), session.ends_at)
    own = InstructorStanding.under(SchedulingRules())
    rules_of_students = await StudentRules.read(db, students, own)
    wanted = replace(
        class_of(course, start, session.ends_at, len(students)), replaced_id=session.instructor_id
    )
    pairs = [(course.subject, course.level)]
    candidates = [
        replace(
            own.candidate(
                person, times, held.get(person.id), pairs, booked.get(person.id, []), busy.get(person.id, [])
            ),
            kept_apart=rules_of_students.kept_apart(person.id, students),
            taught_students=taught[person.id].students,
            taught_course=taught[person.id].course,
            hourly_cost=times.hourly_cost if times else None,
            recent_substitutions=taught[person.id].substitutions,
        )
        for person, times in everybody
        if person.id not in besides
    ]
    return RuleRanking().rank(wanted, candidates, rules or RankingRules())


async def _ranked_by_rules(
    db: AsyncSession, session: Session, now: datetime, besides: Sequence[UUID], rules: SchedulingRules
) -> list[Ranked]:
    """A score is the cost below zero, so that here too the highest is asked first and terms sum up to it.

    The class keeps its time: the hours of its students, which it may have been booked outside of, are not asked again.
    """
    replaced = session.instructor_id
    found = await candidates_for(
        db, session.id, now, rules=rules, absent=[replaced, *besides], since=now, keeps_time=True
    )
    order = [
        Ranked(one.id, -one.score, {rule: -cost for rule, cost in one.terms.items()})
        for one in found.candidates
    ]
    order += [
        Ranked(one.id, why_not=tuple(dict.fromkeys(refusal.rule for refusal in one.refused_by)))
        for one in found.refused
    ]
    return [*order, Ranked(replaced, why_not=(WhyNot.IS_REPLACED,))]


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
