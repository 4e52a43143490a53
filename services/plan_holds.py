"""Holds of a plan: the time of its assignments is kept from the moment it is proposed until it is published.

The holds are those of a booking, in the same exclusion constraint, placed and renewed in batches. Each is for one
class: whatever books this class, or gives it to somebody, takes the hold over in its own transaction.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from domain.scheduling.series_changes import OccurrenceState
from domain.scheduling.term_plans import PlanState
from domain.sessions.states import SessionState
from models.course import Course
from models.database import Database
from models.people import Instructor, Student
from models.repositories import booked_times, names, planning, term_plans, time_holds
from models.repositories.booked_times import Owner, Reservation
from models.series import SeriesOccurrence
from models.term_plan import PlanAssignment, PlanRun
from models.time_hold import TimeHold
from services.series import students_of

HELD_FOR = timedelta(days=7)  # from the proposal; then its time can be booked again
DECIDED_BEFORE = timedelta(
    days=3
)  # the end of its time: then somebody is to be told of a plan without a decision
EXPIRES_AFTER = timedelta(hours=24)  # a hold that is not renewed, longer than an outage should last
_HOLDING = frozenset({PlanState.PLANNING, PlanState.PROPOSED, PlanState.ASKING})
BATCH = 100  # assignments in one transaction
_SPARE = timedelta(minutes=1)  # for the booking that takes a hold over
_HELD = "is held for another booking"
_CLASS = "has another class"


@dataclass(frozen=True)
class _Wanted:
    """The time of one assignment, and whose it is."""

    assignment: PlanAssignment
    hold_id: UUID
    course: Course
    student_ids: tuple[UUID, ...]  # whose time nothing else reserves yet
    whole_course: bool

    @property
    def people(self) -> list[UUID]:
        assert self.assignment.instructor_id is not None, "only classes with an instructor are held"
        return [self.assignment.instructor_id, *self.student_ids]


class PlanHolds:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def renew(
        self, organization_id: UUID, plan_id: UUID, now: datetime, beat: Callable[[], None]
    ) -> None:
        """Hold the time of the plan's assignments, or let its holds expire later; says why some can't be held.

        A plan that isn't proposed any more, or whose time to be published is over, holds nothing. Raises NotFound,
        Unavailable.
        """
        async with self._database.tenant(organization_id) as db:
            row = await term_plans.get(db, plan_id, lock=True)
            if row.state in (PlanState.PUBLISHING, PlanState.PUBLISHED):  # its classes take the holds over
                return
            if not holds_time(row, now):
                await time_holds.release_plan(db, plan_id)
                row.progress = row.progress | {"held": 0, "not_held": 0}
                return
            wanted = await _wanted(db, row)
            await time_holds.release_plan(db, plan_id, besides=[one.hold_id for one in wanted])
            own_classes = {one.assignment.session_id for one in wanted if one.assignment.session_id}
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]

            async def hold(db: AsyncSession, batch: Sequence[_Wanted] = batch) -> None:
                await _hold(db, plan_id, batch, own_classes, now)

            await self._database.retried(organization_id, hold)
            beat()
        async with self._database.tenant(organization_id) as db:
            row = await term_plans.get(db, plan_id, lock=True)
            not_held = await term_plans.count_not_held(db, plan_id)
            row.progress = row.progress | {"held": len(wanted) - not_held, "not_held": not_held}


def holds_time(row: PlanRun, now: datetime) -> bool:
    """Whether a plan keeps the time of its assignments."""
    return row.state in _HOLDING and row.held_until is not None and now < row.held_until


async def for_booking(
    db: AsyncSession, one: SeriesOccurrence, student_ids: Collection[UUID], now: datetime
) -> UUID | None:
    """The hold that the booking of a class of a series takes over; others for this class end, since it goes first."""
    found = None
    for hold in await time_holds.of_class(db, one.id):
        fits = (hold.instructor_id, hold.starts_at, hold.ends_at) == (
            one.instructor_id, one.starts_at, one.ends_at,
        )  # fmt: skip
        same_students = {UUID(key) for key in hold.student_ids} == set(student_ids)
        if found is None and fits and same_students and hold.expires_at > now + _SPARE:
            found = hold.id
        else:
            await db.delete(hold)
    await db.flush()
    return found


async def _wanted(db: AsyncSession, row: PlanRun) -> list[_Wanted]:
    """What is still to be held: classes that stand as they were planned, and are not booked as planned yet."""
    chosen = [one for one in await term_plans.assignments(db, row.id) if one.instructor_id]
    occurrences = await term_plans.occurrences_of(db, row.id)
    sessions = await term_plans.sessions_of(db, row.id)
    courses = await planning.courses(
        db,
        {series.course_id for _, series in occurrences.values()}
        | {session.course_id for session in sessions.values()},
    )
    students = await students_of(db, occurrences.values())
    found = []
    for one in chosen:
        hold_id = uuid5(row.id, f"{one.class_id}:{one.instructor_id}")
        if one.class_id in occurrences:
            occurrence, series = occurrences[one.class_id]
            if occurrence.state in (OccurrenceState.PLANNED, OccurrenceState.REFUSED) and _stands(
                one, occurrence.starts_at, occurrence.ends_at
            ):
                course, own = courses[series.course_id], tuple(students[occurrence.id])
                found.append(_Wanted(one, hold_id, course, own, series.whole_course))
        elif session := sessions.get(one.class_id):
            changes_hands = session.instructor_id != one.instructor_id
            scheduled = session.state == SessionState.SCHEDULED and session.outcome is None
            if changes_hands and scheduled and _stands(one, session.starts_at, session.ends_at):
                found.append(_Wanted(one, hold_id, courses[session.course_id], (), whole_course=False))
    return found


def _stands(one: PlanAssignment, starts_at: datetime, ends_at: datetime) -> bool:
    return (one.starts_at, one.ends_at) == (starts_at, ends_at)


async def _hold(
    db: AsyncSession, plan_id: UUID, batch: Sequence[_Wanted], own_classes: Collection[UUID], now: datetime
) -> None:
    """Hold a batch in one transaction. `own_classes` are booked classes that the plan gives to somebody else."""
    row = await term_plans.get(db, plan_id, lock=True)
    if not holds_time(row, now):
        return
    assert row.held_until is not None
    expires_at = min(now + EXPIRES_AFTER, row.held_until)
    everybody = {person for one in batch for person in one.people}
    await booked_times.lock_people(db, everybody)
    start = min(one.assignment.starts_at for one in batch)
    end = max(one.assignment.ends_at for one in batch)
    taken: dict[UUID, list[Reservation]] = defaultdict(list)
    for time in await booked_times.taken(db, list(everybody), start, end):
        taken[time.person_id].append(time)
    standing = {time.hold_id for times in taken.values() for time in times}
    await time_holds.renew(db, [one.hold_id for one in batch if one.hold_id in standing], expires_at)
    new = [one for one in batch if one.hold_id not in standing]
    await time_holds.release(db, [one.hold_id for one in new])
    problems: dict[UUID, Reservation] = {}
    made: list[tuple[Owner, Sequence[UUID], datetime, datetime]] = []
    for one in new:
        starts_at, ends_at = one.assignment.starts_at, one.assignment.ends_at
        clashes = {person: _clash(taken[person], starts_at, ends_at) for person in one.people}
        others = [clash for clash in clashes.values() if clash and clash.session_id not in own_classes]
        # Somebody whose class the plan gives to another is kept by that class until then.
        free = [person for person, clash in clashes.items() if clash is None]
        if others:
            problems[one.assignment.class_id] = others[0]
        elif free:
            db.add(_row(one, row, expires_at, now))
            made.append((Owner(row.organization_id, None, one.hold_id, expires_at), free, starts_at, ends_at))
            for person in free:
                taken[person].append(Reservation(person, starts_at, ends_at, None, one.hold_id))
    await db.flush()
    await booked_times.add_held(db, made)
    await _write_problems(db, plan_id, [one.assignment.class_id for one in batch], problems)


def _clash(times: Sequence[Reservation], starts_at: datetime, ends_at: datetime) -> Reservation | None:
    return next((one for one in times if one.starts_at < ends_at and starts_at < one.ends_at), None)


def _row(one: _Wanted, plan: PlanRun, expires_at: datetime, now: datetime) -> TimeHold:
    chosen = one.assignment
    assert chosen.instructor_id is not None, "only classes with an instructor are held"
    return TimeHold(
        id=one.hold_id,
        organization_id=plan.organization_id,
        plan_run_id=plan.id,
        class_id=chosen.class_id,
        course_id=one.course.id,
        subject=one.course.subject,
        level=one.course.level,
        instructor_id=chosen.instructor_id,
        student_ids=[str(key) for key in one.student_ids],
        whole_course=one.whole_course,
        starts_at=chosen.starts_at,
        ends_at=chosen.ends_at,
        expires_at=expires_at,
        created_by=plan.created_by,
        created_at=now,
    )


async def _write_problems(
    db: AsyncSession, plan_id: UUID, class_ids: Sequence[UUID], problems: Mapping[UUID, Reservation]
) -> None:
    who = {one.person_id for one in problems.values()}
    called = await names.of(db, Instructor, who) | await names.of(db, Student, who)
    texts = {
        key: f"{called.get(one.person_id, 'Somebody')} {_CLASS if one.session_id else _HELD} at that time."
        for key, one in problems.items()
    }
    await term_plans.note_held(db, plan_id, class_ids, texts)
