"""What a family changes itself: moves a class to another time, or cancels it, by the school's policy.

Times at which its own instructor is free come first. Those of others are offered where the policy says so.

Only hours at which the students can have classes, or else those of the policy: nobody is offered three in the morning.

Only classes in which all students are the family's own: the others of a group would not be asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import Conflict, TimeTaken, TransitionRefused, TurnedLate
from domain.people.access import Principal
from domain.people.roles import Role
from domain.scheduling.self_service import SelfServicePolicy
from domain.scheduling.slots import Slot, SlotWindow
from domain.scheduling.wall_time import start_of_day
from domain.sessions.cancellations import CancelReason
from domain.sessions.states import SessionState
from matching.calendars import Calendars
from matching.prepared import PreparedProblem
from models.course import Course
from models.database import Database
from models.people import Guardian, Instructor
from models.repositories import entities, own_classes, sessions
from models.session import Participant, Session
from services import late_cancellations, slots
from services.class_commands import ClassCommands
from services.instructor_standing import class_of
from services.organizations import organization, self_service_policy_of
from services.planning.candidates import ranked_in
from services.planning.problems import ProposedClass, problem_of

_STEP = timedelta(minutes=30)
_MOST_TIMES = 51  # as many as a day of 25 hours has, and the present start of the class
_ASK_THE_SCHOOL = "Contact your school."


@dataclass(frozen=True)
class OtherTime:
    """A time at which somebody else could teach the class."""

    starts_at: datetime
    instructor_id: UUID
    instructor: str  # the best by the scheduling rules


@dataclass(frozen=True)
class FamilyClass:
    """A coming class with what its family may do."""

    session: Session
    guardian: Guardian
    instructor: str
    policy: SelfServicePolicy
    may_move: bool
    may_cancel: bool
    is_late: bool  # of a cancellation now
    late_so_far: int  # cancellations in the last 90 days
    student_ids: Sequence[UUID]
    days: Sequence[date] = ()  # to which it can be moved, in the guardian's zone
    day: date | None = None  # whose times are listed
    times: Sequence[datetime] = ()
    other_times: Sequence[OtherTime] = ()


class FamilyClasses:
    def __init__(self, database: Database, classes: ClassCommands) -> None:
        self._database = database
        self._classes = classes

    async def look(
        self, who: Principal, session_id: UUID, now: datetime, day: date | None = None
    ) -> FamilyClass:
        """What the family may do with a class, and the times of one day to which it can be moved.

        Raises NotFound for a class that is not the caller's.
        """
        async with self._database.tenant(who.organization_id) as db:
            found = await _of_family(db, who, session_id, now)
            return await _with_times(db, found, now, day) if found.may_move else found

    async def move(
        self,
        who: Principal,
        session_id: UUID,
        starts_at: datetime,
        now: datetime,
        instructor_id: UUID | None = None,
    ) -> None:
        """Move a class, which keeps its length, and its instructor unless another is chosen.

        Raises NotFound, TransitionRefused where the policy does not allow it, TimeTaken, Unavailable.
        """
        async with self._database.tenant(who.organization_id) as db:
            found = await _of_family(db, who, session_id, now)
            if found.session.starts_at == starts_at and instructor_id in (None, found.session.instructor_id):
                return
            if not found.may_move:
                raise TransitionRefused("this class can't be moved here", next_step=_ASK_THE_SCHOOL)
            if not await _is_free(db, found, starts_at, now, instructor_id):
                raise TimeTaken
        ends_at = starts_at + (found.session.ends_at - found.session.starts_at)
        command_id = f"family-move-{session_id}-{found.session.moves}-{starts_at.isoformat()}"
        try:
            await self._classes.reschedule(
                who,
                session_id,
                starts_at,
                ends_at,
                command_id,
                instructor_id=instructor_id,
                moves=found.session.moves,
            )
        except TransitionRefused:
            raise
        except Conflict as error:
            raise TimeTaken from error

    async def cancel(self, who: Principal, session_id: UUID, now: datetime, *, seen_as_late: bool) -> None:
        """Cancel a class. `seen_as_late`: the family was told that it counts as late.

        Raises NotFound, TransitionRefused where the policy does not allow it, TurnedLate, Unavailable.
        """
        async with self._database.tenant(who.organization_id) as db:
            found = await _of_family(db, who, session_id, now)
        if not found.may_cancel:
            raise TransitionRefused("this class can't be cancelled here", next_step=_ASK_THE_SCHOOL)
        if found.policy.counts_as_late(found.session.starts_at, now) and not seen_as_late:
            raise TurnedLate
        command_id = f"family-cancel-{session_id}-{found.session.moves}"
        await self._classes.cancel(who, session_id, CancelReason.STUDENT_UNAVAILABLE, command_id)


async def changeable(
    db: AsyncSession, who: Principal, classes: Sequence[own_classes.OwnClass], now: datetime
) -> frozenset[UUID]:
    """Those of a family's classes that it may move or cancel."""
    assert who.person_id is not None, "a guardian is a person"
    policy = self_service_policy_of(await organization(db))
    children = {child.id for child in await own_classes.children(db, who.person_id)}
    return frozenset(
        one.session.id
        for one in classes
        if _is_own(one.session, _students(one.people), children)
        and (
            policy.may_cancel(one.session.starts_at, now)
            or policy.may_move(one.session.starts_at, one.session.moves, now)
        )
    )


def _students(people: Iterable[Participant]) -> list[UUID]:
    return [p.student_id for p in people if p.role == Role.STUDENT and p.in_class and p.student_id]


def _is_own(session: Session, student_ids: Sequence[UUID], children: set[UUID]) -> bool:
    return session.state == SessionState.SCHEDULED and set(student_ids) <= children


async def _of_family(db: AsyncSession, who: Principal, session_id: UUID, now: datetime) -> FamilyClass:
    assert who.person_id is not None, "a guardian is a person"
    session = await sessions.get_visible(db, session_id, who)
    policy = self_service_policy_of(await organization(db))
    children = {child.id for child in await own_classes.children(db, who.person_id)}
    students = _students(await sessions.participants(db, session_id))
    own = _is_own(session, students, children)
    return FamilyClass(
        session,
        await entities.get(db, Guardian, who.person_id),
        (await entities.get(db, Instructor, session.instructor_id)).name,
        policy,
        own and policy.may_move(session.starts_at, session.moves, now),
        own and policy.may_cancel(session.starts_at, now),
        policy.is_late(session.starts_at, now),
        await late_cancellations.so_far(db, children, now),
        students,
    )


async def _with_times(db: AsyncSession, found: FamilyClass, now: datetime, day: date | None) -> FamilyClass:
    """The times of this day, or else of the first one that has any."""
    zone = ZoneInfo(found.guardian.time_zone)
    start, end = now + found.policy.move_until, now + found.policy.ahead
    first_day, last_day = (at.astimezone(zone).date() for at in (start, max(start, end)))
    days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]
    if day in days:
        start = max(start_of_day(day, zone), start)
        end = min(start_of_day(day + timedelta(days=1), zone), end)
    times = [at for at in await _free_times(db, found, start, end) if at != found.session.starts_at]
    asked_for = day in days
    if day not in days:
        day = times[0].astimezone(zone).date() if times else last_day
    times = [at for at in times if at.astimezone(zone).date() == day]
    others: Sequence[OtherTime] = ()
    if found.policy.other_instructors and day is not None:
        start = start if asked_for else max(start_of_day(day, zone), now + found.policy.move_until)
        end = min(start_of_day(day + timedelta(days=1), zone), end)
        others = [one for one in await _other_times(db, found, start, end, now) if one.starts_at not in times]
    return replace(found, days=days, day=day, times=times, other_times=others)


async def _is_free(
    db: AsyncSession, found: FamilyClass, starts_at: datetime, now: datetime, instructor_id: UUID | None
) -> bool:
    """Whether this is one of the times that the page offers."""
    policy = found.policy
    in_reach = now + policy.move_until <= starts_at <= now + policy.ahead
    if not in_reach or starts_at != _next_half_hour(starts_at):
        return False
    if instructor_id is not None:
        if not policy.other_instructors:
            return False
        others = await _other_times(db, found, starts_at, starts_at + _STEP, now)
        return any(one.instructor_id == instructor_id for one in others)
    return bool(await _free_times(db, found, starts_at, starts_at + _STEP))


async def _free_times(
    db: AsyncSession, found: FamilyClass, start: datetime, end: datetime
) -> Sequence[datetime]:
    """The starts from `start` until before `end` at which the class can be taught by its instructor."""
    free = await _slots(db, found, start, end, found.session.instructor_id)
    return [slot.start for slot in free]


async def _other_times(
    db: AsyncSession, found: FamilyClass, start: datetime, end: datetime, now: datetime
) -> Sequence[OtherTime]:
    """The starts from `start` until before `end` at which somebody else can teach the class, each with the best."""
    session = found.session
    length = session.ends_at - session.starts_at
    starts = [
        slot.start
        for slot in await _slots(db, found, start, end)
        if slot.start != session.starts_at and set(slot.instructor_ids) - {session.instructor_id}
    ]
    proposed = [
        ProposedClass(uuid7(), session.course_id, at, at + length, tuple(found.student_ids)) for at in starts
    ]
    return await _best_at(db, session, proposed, now)


async def _slots(
    db: AsyncSession, found: FamilyClass, start: datetime, end: datetime, instructor_id: UUID | None = None
) -> Sequence[Slot]:
    """Where the class can move to, with a start from `start` until before `end`; `instructor_id` alone teaches it."""
    session = found.session
    length = session.ends_at - session.starts_at
    first = _next_half_hour(start)
    if end <= first:
        return []
    course = await entities.in_use(db, Course, session.course_id)
    window = SlotWindow(first, end + length - timedelta(minutes=1), length, _STEP)
    wanted = class_of(course, first, first + length, len(found.student_ids))
    free = await slots.search(
        db,
        window,
        wanted,
        found.student_ids,
        _MOST_TIMES,
        instructor_id=instructor_id,
        besides=session.id,
        usual=found.policy.offered_hours,
    )
    return free.slots


async def _best_at(
    db: AsyncSession, session: Session, proposed: Sequence[ProposedClass], now: datetime
) -> list[OtherTime]:
    if not proposed:
        return []
    ends = max(one.ends_at for one in proposed)
    absent = [session.instructor_id]
    built = await problem_of(
        db, proposed[0].starts_at, ends, now, class_ids=(), proposed=proposed, absent=absent
    )
    calendars = Calendars(PreparedProblem(built.problem))
    found = []
    for one in proposed:
        if best := next(iter(ranked_in(calendars, built, one.id).candidates), None):
            found.append(OtherTime(one.starts_at, best.id, best.name))
    return found


def _next_half_hour(at: datetime) -> datetime:
    seconds = _STEP.total_seconds()
    return datetime.fromtimestamp(-(-at.timestamp() // seconds) * seconds, at.tzinfo)
