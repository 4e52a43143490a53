"""Classes that look for an instructor, on the pages of those who can take them: the first who takes one has it.

These are classes that staff have opened to volunteers, classes for which a substitute is sought, and classes of series
for which nobody was found; the last two are for those who accept extra hours. Who takes one locks it, and the rules are
checked again as they are then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidInput, TransitionRefused
from domain.intervals import Interval, intersection, total_seconds
from domain.people.access import Principal, require_acts_for, sees_all_classes
from domain.scheduling.calendar_grid import span_of, week_of
from domain.scheduling.volunteers import REASON, CallState
from matching.calendars import Calendars
from matching.prepared import PreparedProblem
from models.database import Database
from models.people import Instructor
from models.repositories import (
    booked_times,
    entities,
    open_classes,
    people,
    sessions,
    substitutions,
    volunteer_calls,
)
from models.repositories import series as series_repository
from models.repositories.open_classes import OpenClassKind, OpenClassRow
from models.substitution import InstructorAvailability
from models.volunteer_call import VolunteerCall
from services.clashes import named_refusals
from services.instructor_rules import said_in_general
from services.organizations import organization, self_service_policy_of
from services.planning.candidates import refusals_of
from services.planning.problems import ProposedClass, problem_of
from services.scheduling_rules import published_version
from services.series import fill_occurrence
from services.substitution_notices import SubstitutionNotices
from services.substitutions import Assignment, assign_all, volunteer
from services.volunteer_calls import may_hear
from workflows.client import SeriesClient, SubstitutionClient
from workflows.contracts.series import SeriesRef
from workflows.contracts.substitutions import SubstitutionRef

AHEAD = timedelta(days=14)
_MOST = 100
_HOUR = 3600.0
TAKEN = "somebody else has taken this class, or it needs nobody any more"
NOT_FOR_YOU = "the rules of your school don't let you take this class"
TOO_MANY_HOURS = "you would teach more hours in that week than you have said you accept"
SEE_OPEN = "See the open classes for what is left."


class Opening(StrEnum):
    """Whether an instructor sees open classes besides those that are open to volunteers."""

    LISTED = "listed"
    FORBIDDEN = "forbidden"  # by the policy of the school
    NOT_WANTED = "not_wanted"  # the instructor accepts no extra hours


@dataclass(frozen=True)
class OpenClasses:
    opening: Opening
    classes: Sequence[OpenClassRow] = ()  # that the instructor may take, by start
    up_to: float = 0.0  # hours of teaching in a week up to which the instructor accepts more

    @property
    def calls(self) -> list[OpenClassRow]:
        """Those that are open to volunteers."""
        return [row for row in self.classes if row.kind == OpenClassKind.CALL]

    @property
    def others(self) -> list[OpenClassRow]:
        return [row for row in self.classes if row.kind != OpenClassKind.CALL]


async def listed(db: AsyncSession, instructor_id: UUID, now: datetime) -> OpenClasses:
    """The open classes that the rules let the instructor take, of the next two weeks within their own limit.

    The limit and the policy of the school do not count for classes that are open to volunteers.
    """
    up_to = await _accepts_up_to(db, instructor_id)
    if not self_service_policy_of(await organization(db)).instructors_take:
        opening = Opening.FORBIDDEN
    else:
        opening = Opening.NOT_WANTED if up_to is None else Opening.LISTED
    instructor = await entities.in_use(db, Instructor, instructor_id)
    found = await open_classes.coming(db, now, now + AHEAD, _MOST)
    if opening != Opening.LISTED:
        found = [row for row in found if row.kind == OpenClassKind.CALL]
    allowed = await _allowed(db, instructor_id, found, now)
    hours = await _hours_with(db, instructor, [row for row in allowed if row.kind != OpenClassKind.CALL])
    most = up_to or 0.0
    return OpenClasses(opening, [row for row in allowed if hours.get(row.key, 0.0) <= most], most)


async def count_of_calls(db: AsyncSession, instructor_id: UUID, now: datetime) -> int:
    """How many classes that are open to volunteers the instructor can take."""
    found = await open_classes.called(db, now, _MOST)
    return len(await _allowed(db, instructor_id, found, now))


async def all_coming(db: AsyncSession, now: datetime) -> list[OpenClassRow]:
    """All open classes of the next two weeks, and all that are open to volunteers, by start."""
    return await open_classes.coming(db, now, now + AHEAD, _MOST)


class OpenClassTaking:
    def __init__(
        self,
        database: Database,
        notices: SubstitutionNotices,
        searches: SubstitutionClient,
        series: SeriesClient,
    ) -> None:
        self._database = database
        self._notices = notices
        self._searches = searches
        self._series = series

    async def take(
        self,
        who: Principal,
        kind: OpenClassKind,
        key: UUID,
        now: datetime,
        instructor_id: UUID | None = None,
    ) -> None:
        """Let an instructor teach an open class: the one who calls, or whom staff or a key names.

        Raises TransitionRefused where it is taken, or the rules or the instructor's hours do not allow it;
        DoubleBooked, NotFound for another instructor, InvalidInput where nobody is named.
        """
        teacher = instructor_id if sees_all_classes(who) else (instructor_id or who.person_id)
        if teacher is None:
            raise InvalidInput("say who takes the class", next_step="Send instructor_id.")
        require_acts_for(who, teacher, f"there is no instructor {teacher}")
        match kind:
            case OpenClassKind.CALL:
                await self._take_call(who, teacher, key, now)
            case OpenClassKind.SEARCH:
                await self._take_search(who, teacher, key, now)
            case OpenClassKind.SERIES:
                await self._take_of_series(who, teacher, key, now)

    async def _take_call(self, who: Principal, instructor_id: UUID, key: UUID, now: datetime) -> None:
        """A repeat by who took it tells the workflow of the class again, and nobody else."""
        async with (
            named_refusals(self._database, who.organization_id, who),
            self._database.tenant(who.organization_id) as db,
        ):
            call = await db.get(VolunteerCall, key)
            if call is None:
                raise _taken()
            session = await sessions.lock(db, call.session_id)
            await db.refresh(call)
            if call.state != CallState.TAKEN or call.taken_by_id != instructor_id:
                row = _still(await open_classes.of_call(db, key, now))
                await self._check(db, instructor_id, row, now)
                given = Assignment(session.id, session.instructor_id, instructor_id)
                version = await published_version(db)
                with said_in_general(_not_for_you()):
                    await assign_all(db, who, [given], REASON, version, self._notices, now)
                call.state, call.taken_by_id, call.ended_at = CallState.TAKEN, instructor_id, now
                await db.flush()
            made = await substitutions.taken_over(db, session.id, instructor_id)
        if made is not None:
            ref = SubstitutionRef(made.organization_id, made.session_id, made.id)
            await self._searches.start(ref, made.number)

    async def _take_search(self, who: Principal, instructor_id: UUID, key: UUID, now: datetime) -> None:
        async with (
            named_refusals(self._database, who.organization_id, who),
            self._database.tenant(who.organization_id) as db,
        ):
            row = _still(await open_classes.of_search(db, key, now))
            session = await sessions.lock(db, row.session_id)
            await substitutions.lock(db, key)
            row = _still(await open_classes.of_search(db, key, now))
            await self._check(db, instructor_id, row, now)
            with said_in_general(_not_for_you()):
                answer = await volunteer(db, key, instructor_id, self._notices, now)
            if answer is None:
                raise _taken()
            number = answer.substitution.number
        await self._searches.answered(session.id, number)

    async def _take_of_series(self, who: Principal, instructor_id: UUID, key: UUID, now: datetime) -> None:
        async with self._database.tenant(who.organization_id) as db:
            row = _still(await open_classes.of_series(db, key, now))
            series = await series_repository.get(db, row.series_id, lock=True)
            row = _still(await open_classes.of_series(db, key, now))
            await self._check(db, instructor_id, row, now)
            await fill_occurrence(db, series, key, instructor_id, now)
        await self._series.changed_or_later(SeriesRef(series.organization_id, series.id))

    async def _check(self, db: AsyncSession, instructor_id: UUID, row: OpenClassRow, now: datetime) -> None:
        """Whoever books the same instructor waits until the transaction ends."""
        await booked_times.lock_people(db, [instructor_id])
        instructor = await entities.in_use(db, Instructor, instructor_id)
        is_allowed = bool(await _allowed(db, instructor_id, [row], now))
        if row.kind == OpenClassKind.CALL and is_allowed:
            return
        up_to = await _accepts_up_to(db, instructor_id)
        takes = self_service_policy_of(await organization(db)).instructors_take
        if not takes or up_to is None or not is_allowed:
            raise _not_for_you()
        if (await _hours_with(db, instructor, [row]))[row.key] > up_to:
            raise TransitionRefused(TOO_MANY_HOURS, next_step=SEE_OPEN)


def _still(row: OpenClassRow | None) -> OpenClassRow:
    if row is None:
        raise _taken()
    return row


def _not_for_you() -> TransitionRefused:
    return TransitionRefused(NOT_FOR_YOU, next_step=SEE_OPEN)


def _taken() -> TransitionRefused:
    return TransitionRefused(TAKEN, next_step=SEE_OPEN)


async def _accepts_up_to(db: AsyncSession, instructor_id: UUID) -> float | None:
    stored: InstructorAvailability | None = await substitutions.availability(db, instructor_id)
    return stored.extra_hours_up_to if stored else None


async def _allowed(
    db: AsyncSession, instructor_id: UUID, found: Sequence[OpenClassRow], now: datetime
) -> list[OpenClassRow]:
    """Those that the scheduling rules let the instructor take beside what they teach."""
    found = [row for row in found if row.instructor_id != instructor_id]
    of_calls = [row for row in found if row.kind == OpenClassKind.CALL]
    taught = await volunteer_calls.taught_in(db, {row.course_id for row in of_calls}) if of_calls else {}
    found = [row for row in found if may_hear(row.audience, taught, row.course_id, instructor_id)]
    if not found:
        return []
    others = [person.id for person, _ in await substitutions.instructors(db) if person.id != instructor_id]
    of_series = [row for row in found if row.kind == OpenClassKind.SERIES]
    enrolled = await people.enrolled_by_course(
        db, {row.course_id for row in of_series if row.student_ids is None}
    )
    proposed = [
        ProposedClass(
            row.key,
            row.course_id,
            row.starts_at,
            row.ends_at,
            tuple(enrolled.get(row.course_id, ()) if row.student_ids is None else row.student_ids),
        )
        for row in of_series
    ]
    built = await problem_of(
        db,
        min(row.starts_at for row in found),
        max(row.ends_at for row in found),
        now,
        class_ids=[row.session_id for row in found if row.is_booked],
        proposed=proposed,
        absent=others,
        keeps_time=True,
    )
    calendars = Calendars(PreparedProblem(built.problem))
    if instructor_id not in calendars.prepared.encoded.instructor_ids:
        return []
    return [row for row in found if not refusals_of(calendars, built, row.class_id, instructor_id)]


async def _hours_with(
    db: AsyncSession, instructor: Instructor, rows: Sequence[OpenClassRow]
) -> dict[UUID, float]:
    """By key, what the instructor would teach with a class in its week, which begins on Monday in their zone."""
    if not rows:
        return {}
    zone = ZoneInfo(instructor.time_zone)
    weeks = {row.key: span_of(week_of(row.starts_at.astimezone(zone).date()), zone) for row in rows}
    start, end = min(week.start for week in weeks.values()), max(week.end for week in weeks.values())
    taken = (await booked_times.overlapping(db, [instructor.id], start, end)).get(instructor.id, [])
    booked = [Interval(*span) for span in taken]
    return {
        row.key: (total_seconds(intersection(booked, [weeks[row.key]])) + _seconds(row)) / _HOUR
        for row in rows
    }


def _seconds(row: OpenClassRow) -> float:
    return (row.ends_at - row.starts_at).total_seconds()
