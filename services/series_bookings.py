"""Brings the classes of a series to what its row says: books, moves, cancels them, changes their instructor.

Each class is booked by the same command as a single one, under an id that follows from its row and the number of
refused attempts. A repeated look therefore finds what an interrupted one has booked, and books nothing twice.
"""

from collections.abc import Awaitable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import HomeroomError, InvalidInput, NotFound, TransitionRefused, Unavailable
from domain.people.access import AccessRole, Principal
from domain.scheduling.rosters import net_change
from domain.scheduling.series_changes import OccurrenceState, SeriesState
from domain.sessions.cancellations import CancelReason
from models.authorship import author
from models.database import Database
from models.repositories import people, sessions
from models.repositories import series as repository
from models.repositories.series import NO_INSTRUCTOR
from models.series import Series, SeriesOccurrence
from models.session import Session
from models.time_hold import TimeHold
from services import plan_holds
from services.class_commands import ClassCommands
from services.handovers import Handovers
from services.inputs.sessions import NewSession
from services.series import named_students
from services.series_expansion import extension, has_end, occurrence_row
from services.series_settling import keep_case, keep_closed_days
from workflows.contracts.series import SeriesLook, SeriesRef

HORIZON = timedelta(weeks=8)  # how far ahead classes are booked
BATCH = 10  # classes in one look
_BETWEEN_BATCHES = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(hours=6)  # a look that nobody asked for
_TRIED_AGAIN_AFTER = timedelta(hours=20)  # a refused booking
_INSTRUCTOR_NEEDED_BEFORE = timedelta(days=7)


class SeriesBookings:
    def __init__(self, database: Database, classes: ClassCommands, handovers: Handovers) -> None:
        self._database = database
        self._classes = classes
        self._handovers = handovers

    async def advance(self, ref: SeriesRef, now: datetime) -> SeriesLook:
        """Do what is due, a batch at most; returns how far the series is. Raises Unavailable."""
        async with self._database.tenant(ref.organization_id) as db:
            try:
                row = await repository.get(db, ref.series_id, lock=True)
            except NotFound:
                return SeriesLook(None)
            await _extend(db, row, now)
            await keep_closed_days(db, now, series_id=row.id)
            await _report_without_instructor(db, row, now)
            tried_before = now - _TRIED_AGAIN_AFTER
            due = await repository.due(db, row.id, now + HORIZON, tried_before, now, BATCH)
            due_ids = [one.id for one in due]
        with author(row.created_by):
            for key in due_ids:
                await _Class(self._database, self._classes, self._handovers, row, key, now).bring()
        return await self._look(ref, len(due_ids) == BATCH, now)

    async def _look(self, ref: SeriesRef, more: bool, now: datetime) -> SeriesLook:
        async with self._database.tenant(ref.organization_id) as db:
            row = await repository.get(db, ref.series_id, lock=True)
            await keep_case(db, row, now)
            found = (await repository.progress(db, [row.id], now))[row.id]
            left = found.planned or found.refused or found.closed or found.pending or not has_end(row)
            row.state = SeriesState.RUNNING if left else SeriesState.ENDED
            again = None
            if left:
                next_due = found.next_due - HORIZON if found.next_due else now + _LONGEST_PAUSE
                again = now + _BETWEEN_BATCHES if more else min(next_due, now + _LONGEST_PAUSE)
            return SeriesLook(row.state, found.booked, found.planned, found.refused, found.pending, again)


@dataclass(frozen=True)
class _Class:
    """One class of a series during a look."""

    database: Database
    classes: ClassCommands
    handovers: Handovers
    series: Series
    key: UUID
    now: datetime

    async def bring(self) -> None:
        """Raises Unavailable: then the look is made again."""
        async with self._tenant() as db:
            one = await repository.occurrence(db, self.series.id, self.key)
            session = await db.get(Session, one.session_id or _session_id(one))
        if one.state == OccurrenceState.CANCELLED:
            if session and session.outcome is None:
                await self._cancel(one, session)
            await self._done(one)
        elif session and one.session_id:
            await self._change(one, session)
        elif one.state == OccurrenceState.CLOSED:  # meanwhile
            return
        else:
            await self._book(one)

    async def _book(self, one: SeriesOccurrence) -> None:
        session_id = _session_id(one)
        async with self._tenant() as db:
            students = await self._students(db, one)
            hold_id = await plan_holds.for_booking(db, one, students, self.now)
        try:
            new = self._as_single(one, students, hold_id)
            act_id = await self._act(hold_id)
            await self.classes.book(
                self.series.organization_id, session_id, new, of_series=True, act_id=act_id
            )
        except Unavailable:
            raise
        except HomeroomError as error:
            if not await self._exists(session_id):
                await self._refused(one, error)
                return
            await self._booked(one, session_id, 0)  # it was booked as the series was before a change
            return
        await self._booked(one, session_id, len(self.series.roster_changes))

    async def _change(self, one: SeriesOccurrence, session: Session) -> None:
        """What is refused stops nothing else."""
        refused = await _refusal(self._bring_time(one, session))
        roster_refused = await _refusal(self._change_roster(one, session))
        if refused:
            await self._kept(one, refused)
        elif roster_refused:
            await self._roster_kept(one, roster_refused)
        else:
            await self._done(one)

    async def _bring_time(self, one: SeriesOccurrence, session: Session) -> None:
        if (session.starts_at, session.ends_at) != (one.starts_at, one.ends_at):
            await self._move(one, session)
        if one.instructor_id and session.instructor_id != one.instructor_id:
            await self._hand_over(one.instructor_id, one, session)

    async def _change_roster(self, one: SeriesOccurrence, session: Session) -> None:
        """Add and remove the students of changes that the class has not had; who is in or out already stays so.

        Raises DoubleBooked, InstructorUnavailable, Conflict, TransitionRefused.
        """
        changes = self.series.changes_of_roster[one.roster_changes_made :]
        added, removed = net_change(changes, one.scheduled.date())
        command = f"series-{one.id}-roster-{len(self.series.roster_changes)}"
        who = _principal(self.series)
        async with self._tenant() as db:
            joining = await people.students_in_use(db, added)
            leaving = [
                person.id
                for person in await sessions.participants(db, session.id)
                if person.in_class and person.student_id in removed
            ]
        if joining:
            await self.classes.add_students(
                who,
                session.id,
                joining,
                f"{command}-add",
                override_reason=self.series.override_reason,
                of_series=True,
                act_id=self._change_id,
            )
        for key in sorted(leaving):
            await self.classes.remove_participant(
                who, session.id, key, f"{command}-remove-{key}", act_id=self._change_id
            )

    async def _students(self, db: AsyncSession, one: SeriesOccurrence) -> Sequence[UUID]:
        """Without those who are retired."""
        named = await named_students(db, self.series, one.scheduled.date())
        return await people.enrolled_students(db, self.series.course_id) if named is None else named

    def _as_single(self, one: SeriesOccurrence, students: Sequence[UUID], hold_id: UUID | None) -> NewSession:
        """Raises InvalidInput where all students that the series names are retired."""
        if not (students or self.series.whole_course):
            raise InvalidInput(
                "all students of this series are retired", next_step="Restore one, or end the series."
            )
        return NewSession.model_validate(
            {
                "course_id": self.series.course_id,
                "instructor_id": one.instructor_id,
                "starts_at": one.starts_at,
                "ends_at": one.ends_at,
                "student_ids": None if self.series.whole_course else students,
                "time_zone": self.series.time_zone,
                "override_reason": self.series.override_reason,
                "hold_id": hold_id,
            }
        )

    async def _move(self, one: SeriesOccurrence, session: Session) -> None:
        await self.classes.reschedule(
            _principal(self.series),
            session.id,
            one.starts_at,
            one.ends_at,
            f"series-{one.id}-{self.series.version}",
            override_reason=self.series.override_reason,
            of_series=True,
            act_id=self._change_id,
        )

    @property
    def _change_id(self) -> UUID:
        """The last change of the series: of all its classes that follow it, each person is told in one message."""
        return uuid5(self.series.id, f"version {self.series.version}")

    async def _act(self, hold_id: UUID | None) -> UUID:
        """What a booking is a part of: the published plan that held its time, or the series."""
        if hold_id is None:
            return self._change_id
        async with self._tenant() as db:
            hold = await db.get(TimeHold, hold_id)
        return (hold.plan_run_id if hold else None) or self._change_id

    async def _cancel(self, one: SeriesOccurrence, session: Session) -> None:
        """A class that is over, or cancelled already, stays so."""
        reason = CancelReason(one.cancel_reason or CancelReason.UNSPECIFIED)
        with suppress(TransitionRefused):
            await self.classes.cancel(
                _principal(self.series),
                session.id,
                reason,
                f"series-{session.id}-cancel",
                act_id=self._change_id,
            )

    async def _hand_over(self, instructor_id: UUID, one: SeriesOccurrence, session: Session) -> None:
        """Raises DoubleBooked, InstructorUnavailable."""
        await self.handovers.hand_over(
            self.series.organization_id,
            session.id,
            instructor_id,
            f"{one.id}-{self.series.version}",
            self.now,
            overrides=bool(self.series.override_reason),
            act_id=self._change_id,
        )

    async def _booked(self, one: SeriesOccurrence, session_id: UUID, roster_changes_made: int) -> None:
        async with self._tenant() as db:
            series = await repository.get(db, self.series.id)
            row = await repository.occurrence(db, self.series.id, one.id)
            session = await sessions.get_session(db, session_id)
            row.session_id, row.problem_code, row.problem = session_id, "", ""
            row.tried_at = self.now
            if row.state == OccurrenceState.CANCELLED:  # meanwhile
                row.pending = True
                return
            row.state = OccurrenceState.BOOKED
            wanted = row.starts_at, row.ends_at, row.instructor_id
            is_other = (session.starts_at, session.ends_at, session.instructor_id) != wanted
            row.roster_changes_made = roster_changes_made
            row.pending = is_other or roster_changes_made < len(series.roster_changes)
            await keep_case(db, self.series, self.now)

    async def _refused(self, one: SeriesOccurrence, error: HomeroomError) -> None:
        async with self._tenant() as db:
            row = await repository.occurrence(db, self.series.id, one.id)
            row.attempts += 1
            if row.state in (OccurrenceState.PLANNED, OccurrenceState.REFUSED):
                await refuse(db, self.series, row, error.code, error.detail, self.now)

    async def _kept(self, one: SeriesOccurrence, error: HomeroomError) -> None:
        """The class stays as its session is, since it could not be changed with the series."""
        async with self._tenant() as db:
            row = await repository.occurrence(db, self.series.id, one.id)
            assert row.session_id is not None, "only a class that is booked is changed"
            session = await sessions.get_session(db, row.session_id)
            row.starts_at, row.ends_at = session.starts_at, session.ends_at
            row.instructor_id, row.alone = session.instructor_id, True
            await self._mark_roster_made(db, row)
            row.problem_code, row.problem, row.tried_at = error.code, error.detail, self.now
            await _report(db, self.series, row, self.now)

    async def _roster_kept(self, one: SeriesOccurrence, error: HomeroomError) -> None:
        """The class keeps its students, since they could not be changed with the series; staff are told."""
        async with self._tenant() as db:
            row = await repository.occurrence(db, self.series.id, one.id)
            row.problem_code, row.problem, row.tried_at = error.code, error.detail, self.now
            await self._mark_roster_made(db, row)
            await _report(db, self.series, row, self.now)

    async def _done(self, one: SeriesOccurrence) -> None:
        """Unless the row was changed meanwhile: then the next look goes on."""
        async with self._tenant() as db:
            row = await repository.occurrence(db, self.series.id, one.id)
            before = one.state, one.starts_at, one.ends_at, one.instructor_id
            await self._mark_roster_made(db, row)
            row.pending |= before != (row.state, row.starts_at, row.ends_at, row.instructor_id)
            if not row.pending and row.state == OccurrenceState.BOOKED:
                row.problem_code, row.problem = "", ""

    async def _mark_roster_made(self, db: AsyncSession, row: SeriesOccurrence) -> None:
        """The class has the changes that this look read; with a later one it is due again."""
        row.roster_changes_made = len(self.series.roster_changes)
        series = await repository.get(db, self.series.id)
        row.pending = row.roster_changes_made < len(series.roster_changes)

    async def _exists(self, session_id: UUID) -> bool:
        async with self._tenant() as db:
            return await db.get(Session, session_id) is not None

    def _tenant(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.tenant(self.series.organization_id)


async def _refusal(step: Awaitable[None]) -> HomeroomError | None:
    """Why a step was refused; None: it was made. Raises Unavailable."""
    try:
        await step
    except Unavailable:
        raise
    except HomeroomError as error:
        return error
    return None


async def refuse(
    db: AsyncSession, series: Series, one: SeriesOccurrence, code: str, problem: str, now: datetime
) -> None:
    """Write why a class could not be booked, and report it."""
    one.state, one.problem_code, one.problem, one.tried_at = OccurrenceState.REFUSED, code, problem, now
    await _report(db, series, one, now)


async def _report(db: AsyncSession, series: Series, one: SeriesOccurrence, now: datetime) -> None:
    await keep_case(db, series, now, f"{one.id}:{one.attempts}:{series.version}")


async def _extend(db: AsyncSession, row: Series, now: datetime) -> None:
    last = await repository.last_scheduled(db, row.id)
    if last is not None:
        db.add_all(occurrence_row(row, one) for one in extension(row, last, now))
        await db.flush()


async def _report_without_instructor(db: AsyncSession, row: Series, now: datetime) -> None:
    for one in await repository.without_instructor(db, row.id, now + _INSTRUCTOR_NEEDED_BEFORE):
        await refuse(db, row, one, NO_INSTRUCTOR, "No instructor was found for this class.", now)


def _session_id(one: SeriesOccurrence) -> UUID:
    return uuid5(one.id, str(one.attempts))


def _principal(series: Series) -> Principal:
    """Whoever made the series or changed it last."""
    return Principal(series.organization_id, AccessRole.OPS, series.created_by)
