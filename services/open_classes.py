"""Classes that look for an instructor, on the pages of those who accept extra hours: the first who takes one has it.

These are classes for which a substitute is sought, and classes of series for which nobody was found. Who takes one
locks it, and the rules are checked again as they are then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import TransitionRefused
from domain.intervals import Interval, intersection, total_seconds
from domain.people.access import Principal
from domain.scheduling.calendar_grid import span_of, week_of
from matching.calendars import Calendars
from matching.prepared import PreparedProblem
from models.database import Database
from models.people import Instructor
from models.repositories import booked_times, entities, open_classes, people, sessions, substitutions
from models.repositories import series as series_repository
from models.repositories.open_classes import OpenClassKind, OpenClassRow
from models.substitution import InstructorAvailability
from services.clashes import named_refusals
from services.organizations import organization, self_service_policy_of
from services.planning.candidates import refusals_of
from services.planning.problems import ProposedClass, problem_of
from services.series import fill_occurrence
from services.substitution_notices import SubstitutionNotices
from services.substitutions import volunteer
from workflows.client import SeriesClient, SubstitutionClient
from workflows.contracts.series import SeriesRef

AHEAD = timedelta(days=14)
_MOST = 100
_HOUR = 3600.0
TAKEN = "somebody else has taken this class, or it needs nobody any more"
NOT_FOR_YOU = "the rules of your school don't let you take this class"
TOO_MANY_HOURS = "you would teach more hours in that week than you have said you accept"
SEE_OPEN = "See the open classes for what is left."


class Opening(StrEnum):
    """Whether open classes are listed for an instructor."""

    LISTED = "listed"
    FORBIDDEN = "forbidden"  # by the policy of the school
    NOT_WANTED = "not_wanted"  # the instructor accepts no extra hours


@dataclass(frozen=True)
class OpenClasses:
    opening: Opening
    classes: Sequence[OpenClassRow] = ()  # that the instructor may take, by start
    up_to: float = 0.0  # hours of teaching in a week up to which the instructor accepts more


async def listed(db: AsyncSession, instructor_id: UUID, now: datetime) -> OpenClasses:
    """The open classes of the next two weeks that the rules and the instructor's own limit allow."""
    if not self_service_policy_of(await organization(db)).instructors_take:
        return OpenClasses(Opening.FORBIDDEN)
    up_to = await _accepts_up_to(db, instructor_id)
    if up_to is None:
        return OpenClasses(Opening.NOT_WANTED)
    instructor = await entities.in_use(db, Instructor, instructor_id)
    found = await open_classes.coming(db, now, now + AHEAD, _MOST)
    allowed = await _allowed(db, instructor_id, found, now)
    hours = await _hours_with(db, instructor, allowed)
    return OpenClasses(Opening.LISTED, [row for row in allowed if hours[row.key] <= up_to], up_to)


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

    async def take(self, who: Principal, kind: OpenClassKind, key: UUID, now: datetime) -> None:
        """Let the instructor who calls teach an open class: of a search, or of a series.

        Raises TransitionRefused where it is taken, or the rules or the instructor's hours do not allow it;
        DoubleBooked.
        """
        assert who.person_id is not None, "an instructor is a person"
        if kind == OpenClassKind.SERIES:
            await self._take_of_series(who, who.person_id, key, now)
        else:
            await self._take_search(who, who.person_id, key, now)

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
        up_to = await _accepts_up_to(db, instructor_id)
        takes = self_service_policy_of(await organization(db)).instructors_take
        if not takes or up_to is None or not await _allowed(db, instructor_id, [row], now):
            raise TransitionRefused(NOT_FOR_YOU, next_step=SEE_OPEN)
        instructor = await entities.in_use(db, Instructor, instructor_id)
        if (await _hours_with(db, instructor, [row]))[row.key] > up_to:
            raise TransitionRefused(TOO_MANY_HOURS, next_step=SEE_OPEN)


def _still(row: OpenClassRow | None) -> OpenClassRow:
    if row is None:
        raise _taken()
    return row


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
        class_ids=[row.session_id for row in found if row.kind == OpenClassKind.SEARCH],
        proposed=proposed,
        absent=others,
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
