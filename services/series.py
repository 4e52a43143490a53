"""Series of classes: preview, create, change from a day on, end; move and cancel one class of a series.

A command writes what the series is to be. Its workflow then brings the classes there, one after the other
(`services/series_bookings.py`). Every preview is made by the same rules as the change itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import BookingInPast, InvalidInput, TransitionRefused
from domain.people.access import Principal
from domain.scheduling.closures import ClosedTime, closed_for, closing
from domain.scheduling.series import Occurrence
from domain.scheduling.series import Series as Expansion
from domain.scheduling.series_changes import CALLED_OFF, OccurrenceState, SeriesState
from domain.scheduling.wall_time import first_moment
from models.course import Course
from models.database import Database
from models.people import Instructor, Student
from models.repositories import entities, people
from models.repositories import series as repository
from models.series import Series, SeriesOccurrence
from services import command_outcomes, organizations
from services.class_commands import ClassCommands
from services.closed_times import closed_times
from services.inputs.series import (
    NewSeries,
    OccurrenceCancellation,
    OccurrenceMove,
    SeriesChange,
    SeriesEnd,
)
from services.series_conflicts import ClassPeople, conflicts, kept_apart
from services.series_expansion import (
    ChangePlan,
    OccurrenceRow,
    after,
    classes_of,
    ended_rule,
    expansion_of,
    holding,
    occurrence_row,
    plan_change,
)
from services.series_settling import keep_case, keep_closed_days
from workflows.client import SeriesClient
from workflows.contracts.series import SeriesRef


@dataclass(frozen=True)
class PlannedClass:
    """A class that is to be booked, and why it could not be, in sentences."""

    scheduled: datetime  # wall time
    starts_at: datetime
    ends_at: datetime
    conflicts: tuple[str, ...] = ()
    closed: str = ""  # the name of the closed day on which it is skipped


@dataclass(frozen=True)
class MovedClass:
    starts_at: datetime
    becomes: PlannedClass


@dataclass(frozen=True)
class SeriesDifference:
    """What a change does to the classes from its day on; `same` counts those that stay as they are."""

    moved: Sequence[MovedClass]
    added: Sequence[PlannedClass]
    removed: Sequence[datetime]  # starts
    other_instructor: Sequence[datetime]  # starts of the classes that keep their time
    same: int
    other_students: Sequence[
        PlannedClass
    ] = ()  # classes that keep their time; conflicts are of those who join


class SeriesCommands:
    def __init__(self, database: Database, client: SeriesClient, classes: ClassCommands) -> None:
        self._database = database
        self._client = client
        self._classes = classes

    async def preview(self, who: Principal, new: NewSeries, now: datetime) -> list[PlannedClass]:
        """The classes that a series would have, with what is in the way of each. Writes nothing.

        Raises InvalidInput, UnknownReference.
        """
        async with self._database.tenant(who.organization_id) as db:
            course = await entities.in_use(db, Course, new.course_id)
            found = classes_of(await _expansion(db, new), new.left_out)
            students = await _students(db, course.id, new.student_ids)
            class_people = ClassPeople(course.id, students, new.instructor_id)
            return await _planned(db, class_people, found, now, overrides=bool(new.override_reason))

    async def create(self, who: Principal, series_id: UUID, new: NewSeries, now: datetime) -> Series:
        """Create a series and start its workflow. Called again with the same id, it returns the series that exists.

        Raises BookingInPast, InvalidInput, UnknownReference, Unavailable.
        """
        # The workflow waits a while for its row: no row is ever without a workflow.
        await self._client.changed(SeriesRef(who.organization_id, series_id))
        async with self._database.tenant(who.organization_id) as db:
            row = await db.get(Series, series_id) or await _create(db, who, series_id, new, now)
        await self._tell(row)
        return row

    async def preview_change(
        self, who: Principal, series_id: UUID, change: SeriesChange, now: datetime
    ) -> SeriesDifference:
        """What a change would do. Writes nothing. Raises NotFound, InvalidInput."""
        async with self._database.tenant(who.organization_id) as db:
            row = await repository.get(db, series_id)
            await _check_people(db, change)
            plan = plan_change(row, change, await repository.occurrences(db, series_id), now)
            return await _difference(db, row, plan, now)

    async def change(
        self,
        who: Principal,
        series_id: UUID,
        change: SeriesChange,
        version: int | None,
        now: datetime,
        command_id: str = "",
    ) -> Series:
        """Change the classes from a day on; those that were moved or cancelled by themselves stay as they are.

        A repeat of the command changes nothing. Raises NotFound, InvalidInput, StaleVersion.
        """
        async with self._database.tenant(who.organization_id) as db:
            row = await repository.get(db, series_id, lock=True)
            if await command_outcomes.earlier(db, who, command_id, now) is None:
                entities.check_version(row.version, version)
                await _check_people(db, change)
                rows = await repository.occurrences(db, series_id)
                plan = plan_change(row, change, rows, now)
                await _apply(db, row, plan, {one.id: one for one, _ in rows}, who, now)
        await self._tell(row)
        return row

    async def preview_end(
        self, who: Principal, series_id: UUID, end: SeriesEnd, now: datetime
    ) -> list[datetime]:
        """The starts of the classes that ending the series after a day would cancel. Raises NotFound."""
        async with self._database.tenant(who.organization_id) as db:
            await repository.get(db, series_id)
            rows = await repository.occurrences(db, series_id)
            return [one.starts_at for one in after(rows, end.last_day, now)]

    async def end(
        self,
        who: Principal,
        series_id: UUID,
        end: SeriesEnd,
        version: int | None,
        now: datetime,
        command_id: str = "",
    ) -> Series:
        """Cancel the classes after a day, and plan no more. A repeat of the command changes nothing.

        Raises NotFound, StaleVersion.
        """
        async with self._database.tenant(who.organization_id) as db:
            row = await repository.get(db, series_id, lock=True)
            if await command_outcomes.earlier(db, who, command_id, now) is None:
                entities.check_version(row.version, version)
                for one in after(await repository.occurrences(db, series_id), end.last_day, now):
                    one.state, one.pending, one.cancel_reason = (
                        OccurrenceState.CANCELLED, True, str(end.reason),
                    )  # fmt: skip
                values = {"recurrence": ended_rule(row, end), "state": SeriesState.RUNNING}
                entities.touch(row, values | {"created_by": who.actor}, now)
                await keep_case(db, row, now)
        await self._tell(row)
        return row

    async def move_class(
        self,
        who: Principal,
        series_id: UUID,
        occurrence_id: UUID,
        move: OccurrenceMove,
        command_id: str,
        now: datetime,
    ) -> None:
        """Move one class; later changes of the series leave it where it is. A repeat of the command changes nothing.

        Raises NotFound, TransitionRefused, BookingInPast, InvalidInput, DoubleBooked, InstructorUnavailable,
        Unavailable.
        """
        async with self._database.tenant(who.organization_id) as db:
            series = await repository.get(db, series_id)
            row = await repository.occurrence(db, series_id, occurrence_id)
            starts_at = first_moment(move.starts_at, ZoneInfo(series.time_zone))
            given = "minutes" in move.model_fields_set
            length = timedelta(minutes=move.minutes) if given else row.ends_at - row.starts_at
            session_id = row.session_id
            is_done = await command_outcomes.is_done(db, who, command_id)
            if not is_done:
                _check_takes_place(row)
            course = await entities.get(db, Course, series.course_id)
            closed = await closed_times(db, starts_at, starts_at + length, course.required_region)
        if is_done:
            await self._tell(series)
            return
        if starts_at <= now:
            raise BookingInPast
        if closed and session_id is None:
            raise InvalidInput(
                f"the school is closed at that time: {closed[0].name}", next_step="Choose another day."
            )
        if session_id:
            await self._classes.reschedule(
                who,
                session_id,
                starts_at,
                starts_at + length,
                command_id,
                override_reason=series.override_reason,
            )
        async with self._database.tenant(who.organization_id) as db:
            series = await repository.get(db, series_id, lock=True)
            await command_outcomes.earlier(db, who, command_id, now)
            row = await repository.occurrence(db, series_id, occurrence_id)
            row.starts_at, row.ends_at, row.alone = starts_at, starts_at + length, True
            row.problem_code = row.problem = ""
            if row.state in (OccurrenceState.REFUSED, OccurrenceState.CLOSED):
                row.state = OccurrenceState.PLANNED
            await keep_closed_days(db, now, series_id=series_id)
            await keep_case(db, series, now)
        await self._tell(series)

    async def cancel_class(
        self,
        who: Principal,
        series_id: UUID,
        occurrence_id: UUID,
        cancellation: OccurrenceCancellation,
        command_id: str,
        now: datetime,
    ) -> None:
        """Cancel one class; later changes of the series bring none in its place. A repeat changes nothing.

        Raises NotFound, TransitionRefused, Unavailable.
        """
        async with self._database.tenant(who.organization_id) as db:
            series = await repository.get(db, series_id)
            row = await repository.occurrence(db, series_id, occurrence_id)
            session_id = row.session_id
            is_done = await command_outcomes.is_done(db, who, command_id)
            if not is_done:
                _check_takes_place(row)
        if is_done:
            await self._tell(series)
            return
        if session_id:
            await self._classes.cancel(who, session_id, cancellation.reason, command_id)
        async with self._database.tenant(who.organization_id) as db:
            await command_outcomes.earlier(db, who, command_id, now)
            row = await repository.occurrence(db, series_id, occurrence_id)
            row.state, row.alone, row.cancel_reason = (
                OccurrenceState.CANCELLED, True, str(cancellation.reason),
            )  # fmt: skip
            row.pending = row.session_id is None  # a booking may be on its way
            await keep_case(db, series, now)
        await self._tell(series)

    async def try_again(self, who: Principal, series_id: UUID, now: datetime) -> int:
        """Try now to book the classes that were refused; returns how many. Raises NotFound."""
        async with self._database.tenant(who.organization_id) as db:
            series = await repository.get(db, series_id, lock=True)
            rows = await repository.occurrences(db, series_id)
            refused = [one for one, _ in rows if one.state == OccurrenceState.REFUSED and one.starts_at > now]
            for one in refused:
                _try_again(one)
            if refused:
                series.state = SeriesState.RUNNING
                await keep_closed_days(db, now, series_id=series_id)
        await self._tell(series)
        return len(refused)

    async def _tell(self, row: Series) -> None:
        """Let the workflow look now; if that fails, it does so by itself later."""
        await self._client.changed_or_later(SeriesRef(row.organization_id, row.id))


async def fill_occurrence(
    db: AsyncSession, series: Series, occurrence_id: UUID, instructor_id: UUID, now: datetime
) -> None:
    """Give a class without instructor to one. Its workflow books it once it is told, after the commit.

    Whoever calls has locked the series and seen that nobody has the class.
    """
    row = await repository.occurrence(db, series.id, occurrence_id)
    row.instructor_id = instructor_id
    if row.state == OccurrenceState.REFUSED:
        _try_again(row)
    await keep_case(db, series, now)


async def _create(db: AsyncSession, who: Principal, series_id: UUID, new: NewSeries, now: datetime) -> Series:
    course = await entities.in_use(db, Course, new.course_id)
    await _check_instructor(db, new.instructor_id)
    await _students(db, course.id, new.student_ids)
    expansion = await _expansion(db, new)
    found = classes_of(expansion, new.left_out)
    if found[0].starts_at <= now:
        raise BookingInPast
    row = Series(
        id=series_id,
        organization_id=who.organization_id,
        course_id=course.id,
        title=new.title or course.title,
        time_zone=expansion.zone,
        first_start=expansion.start,
        minutes=new.minutes,
        recurrence=str(expansion.rule),
        instructor_id=new.instructor_id,
        student_ids=[str(key) for key in new.student_ids or []],
        whole_course=new.student_ids is None,
        override_reason=new.override_reason,
        created_by=who.actor,
        created_at=now,
    )
    db.add(row)
    await db.flush()
    kept = {one.scheduled for one in found}
    for one in expansion.occurrences():
        made = occurrence_row(row, one)
        made.state = OccurrenceState.PLANNED if one.scheduled in kept else OccurrenceState.LEFT_OUT
        db.add(made)
    await keep_closed_days(db, now, series_id=row.id)
    return row


async def _expansion(db: AsyncSession, new: NewSeries) -> Expansion:
    """In the organization's zone unless the series has its own. Raises InvalidInput."""
    return expansion_of(new, new.time_zone or (await organizations.organization(db)).time_zone)


async def _students(db: AsyncSession, course_id: UUID, chosen: Sequence[UUID] | None) -> Sequence[UUID]:
    if chosen is None:
        return await people.enrolled_students(db, course_id)
    if not chosen:
        raise InvalidInput("a class needs at least one student", next_step="Add a student.")
    await entities.all_in_use(db, Student, chosen)
    return chosen


async def _check_people(db: AsyncSession, change: SeriesChange) -> None:
    await _check_instructor(db, change.instructor_id)
    await entities.all_in_use(db, Student, change.add_student_ids)


async def _check_instructor(db: AsyncSession, instructor_id: UUID | None) -> None:
    if instructor_id:
        await entities.in_use(db, Instructor, instructor_id)


async def _planned(
    db: AsyncSession,
    class_people: ClassPeople,
    found: Sequence[Occurrence],
    now: datetime,
    *,
    overrides: bool,
    besides_series: UUID | None = None,
) -> list[PlannedClass]:
    if not found:
        return []
    spans = [(one.starts_at, one.ends_at) for one in found]
    problems = await conflicts(
        db, class_people, spans, now, besides_series=besides_series, overrides=overrides
    )
    course = await entities.get(db, Course, class_people.course_id)
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    times = await closed_times(db, start, end, course.required_region)
    return [
        _planned_class(one, problem, closing(times, one.starts_at, one.ends_at))
        for one, problem in zip(found, problems, strict=True)
    ]


def _refused_if_closed(one: PlannedClass) -> PlannedClass:
    """A class that is booked already is not skipped: it can't move there."""
    if not one.closed:
        return one
    return replace(one, conflicts=(*one.conflicts, closed_for(one.closed)), closed="")


def _planned_class(one: Occurrence, problems: tuple[str, ...], closed: ClosedTime | None) -> PlannedClass:
    """Nothing is in the way of a class that is skipped."""
    if closed:
        return PlannedClass(one.scheduled, one.starts_at, one.ends_at, closed=closed.name)
    return PlannedClass(one.scheduled, one.starts_at, one.ends_at, problems)


async def _difference(db: AsyncSession, row: Series, plan: ChangePlan, now: datetime) -> SeriesDifference:
    students = await named_students(db, row, plan.expansion.start.date())
    if students is None:
        students = await people.enrolled_students(db, row.course_id)
    elif plan.roster_change:
        kept = [key for key in students if key not in plan.roster_change.removed]
        students = list(dict.fromkeys([*kept, *plan.roster_change.added]))
    class_people = ClassPeople(row.course_id, students, plan.instructor_id)
    planned = await _planned(
        db, class_people, plan.touched, now, overrides=bool(row.override_reason), besides_series=row.id
    )
    moved = [
        MovedClass(held.starts_at, _refused_if_closed(becomes))
        for (held, _), becomes in zip(plan.difference.moved, planned, strict=False)
    ]
    same = {one.id: one for one in plan.difference.same}
    same |= {one.id: one for one, _ in plan.difference.renamed}
    other = [key for key in plan.instructor_changes if key in same]
    joined = [(one, session) for one, session in plan.roster_rows if one.id in same]
    return SeriesDifference(
        moved,
        planned[len(moved) :],
        [one.starts_at for one in plan.difference.removed],
        [same[key].starts_at for key in other],
        len(same.keys() - other - {one.id for one, _ in joined}),
        await _with_other_students(db, row, plan, joined, now),
    )


async def _with_other_students(
    db: AsyncSession, row: Series, plan: ChangePlan, rows: Sequence[OccurrenceRow], now: datetime
) -> list[PlannedClass]:
    added = plan.roster_change.added if plan.roster_change else ()
    times = [holding(*one) for one in rows]
    joining = ClassPeople(row.course_id, added, None)
    spans = [(one.starts_at, one.ends_at) for one in times]
    problems = await conflicts(
        db, joining, spans, now, besides_series=row.id, overrides=bool(row.override_reason)
    )
    taught_by = [time.instructor_id for time in times]
    apart = await kept_apart(db, added, {key for key in taught_by if key})
    return [
        PlannedClass(
            one.scheduled,
            time.starts_at,
            time.ends_at,
            (*problem, apart[key]) if key in apart else problem,
        )
        for (one, _), time, problem, key in zip(rows, times, problems, taught_by, strict=True)
    ]


async def _apply(
    db: AsyncSession,
    row: Series,
    plan: ChangePlan,
    rows: dict[UUID, SeriesOccurrence],
    who: Principal,
    now: datetime,
) -> None:
    values = {
        "first_start": plan.expansion.start,
        "minutes": plan.expansion.length // timedelta(minutes=1),
        "recurrence": str(plan.expansion.rule),
        "instructor_id": plan.instructor_id,
        "state": SeriesState.RUNNING,
        "created_by": who.actor,
    }
    entities.touch(row, values, now)
    for held, occurrence in plan.difference.moved:
        one = rows[held.id]
        one.scheduled, one.starts_at, one.ends_at = (
            occurrence.scheduled, occurrence.starts_at, occurrence.ends_at,
        )  # fmt: skip
        one.problem_code = one.problem = ""
        mark_due(one)
    for held, occurrence in plan.difference.renamed:
        rows[held.id].scheduled = occurrence.scheduled
    for held in plan.difference.removed:
        one = rows[held.id]
        one.state, one.pending = OccurrenceState.CANCELLED, True
    if change := plan.roster_change:
        stored = {
            "from_day": change.from_day.isoformat(),
            "added": [str(key) for key in change.added],
            "removed": [str(key) for key in change.removed],
        }
        row.roster_changes = [*row.roster_changes, stored]
        for one, _ in plan.roster_rows:
            mark_due(one)
    for key in plan.instructor_changes:
        if rows[key].state != OccurrenceState.CANCELLED:
            rows[key].instructor_id = plan.instructor_id
            mark_due(rows[key])
    db.add_all(occurrence_row(row, one) for one in plan.difference.added)
    await keep_closed_days(db, now, series_id=row.id)
    await keep_case(db, row, now)


def mark_due(one: SeriesOccurrence) -> None:
    """Let the workflow bring the class to what its row says."""
    if one.state == OccurrenceState.BOOKED:
        one.pending = True
    elif one.state == OccurrenceState.REFUSED:
        _try_again(one)


def _try_again(one: SeriesOccurrence) -> None:
    """The problem stands until the class is booked, so that its exception does not end and begin again."""
    one.state = OccurrenceState.PLANNED


def _check_takes_place(row: SeriesOccurrence) -> None:
    if row.state in CALLED_OFF:
        raise TransitionRefused("this class of the series does not take place")


async def named_students(db: AsyncSession, row: Series, day: date) -> list[UUID] | None:
    """Those of the students named for the class of a day who are not retired; None: it is for everybody enrolled."""
    return None if row.whole_course else await people.students_in_use(db, row.roster_on(day))


async def students_of(
    db: AsyncSession, classes: Iterable[tuple[SeriesOccurrence, Series]]
) -> dict[UUID, Sequence[UUID]]:
    """The students of each class of series, by its id: those the series names, or everybody enrolled in its course."""
    rows = list(classes)
    enrolled = await people.enrolled_by_course(db, {row.course_id for _, row in rows if row.whole_course})
    return {
        one.id: enrolled.get(row.course_id, ()) if row.whole_course else row.roster_on(one.scheduled.date())
        for one, row in rows
    }
