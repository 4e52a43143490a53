"""Leave of instructors: they ask for it, and staff who see the booked classes in it approve or decline.

A request is a case in the queue of those who decide; the instructor is told by mail what was decided. Approved leave is
entered like any other, and another instructor is found for each class in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.errors import Conflict, NotFound, TransitionRefused
from domain.people.access import Principal
from domain.scheduling.leave import LeaveState, added, require_near, require_possible
from domain.subjects import Subject, SubjectKind
from models.database import Database
from models.leave_request import LeaveRequest
from models.people import Instructor
from models.repositories import entities, leave_requests
from models.session import Session
from services.cases import NewCase, open_case, resolve_about
from services.inputs.leave import NewLeave
from services.inputs.substitutions import AbsenceIn
from services.instructor_absences import (
    InstructorAbsences,
    ReplacedIn,
    availability,
    enter_leave,
    span_of,
)
from services.instructor_mails import InstructorMails

_MOST = 100
ALREADY_ASKED = "you have asked for leave in this time already"
ALREADY_ON_LEAVE = "you are on leave in all of this time already"
ASK_FOR_THE_REST = "Choose other days, or take the earlier request back first."


@dataclass(frozen=True)
class ShownLeave:
    request: LeaveRequest
    instructor: Instructor
    classes: list[Session]  # that are booked in this time and not over


async def ask(
    db: AsyncSession, instructor_id: UUID, request_id: UUID, new: NewLeave, now: datetime
) -> LeaveRequest:
    """Ask for leave. Called again with the same id, it returns that request.

    Raises InvalidInput for leave that is over, too long or too far ahead, Conflict for leave that was asked for or is
    entered already, UnknownReference for a retired instructor.
    """
    if asked := await db.get(LeaveRequest, request_id):
        return asked
    span = span_of(new)
    require_possible(span, now)
    require_near(span, now)
    await entities.lock(db, Instructor, instructor_id)  # whoever asks at the same moment waits
    instructor = await entities.in_use(db, Instructor, instructor_id)
    if await leave_requests.overlaps(db, instructor_id, span.start, span.end):
        raise Conflict(ALREADY_ASKED, next_step=ASK_FOR_THE_REST)
    entered = (await availability(db, instructor_id)).leave
    if not added(span, (span_of(one) for one in entered)):
        raise Conflict(ALREADY_ON_LEAVE, next_step=ASK_FOR_THE_REST)
    row = LeaveRequest(
        id=request_id,
        organization_id=instructor.organization_id,
        instructor_id=instructor_id,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        reason=new.reason,
        note=new.note,
        created_at=now,
    )
    db.add(row)
    await db.flush()
    await _open_case(db, row, now)
    return row


async def withdraw(db: AsyncSession, instructor_id: UUID, request_id: UUID, now: datetime) -> None:
    """Take a request back. Raises NotFound, TransitionRefused once it is decided; a repeat changes nothing."""
    row = await _locked(db, request_id)
    if row.instructor_id != instructor_id:
        raise _missing(request_id)
    if row.state != LeaveState.WITHDRAWN:
        _check_waits(row)
        row.state = LeaveState.WITHDRAWN
        await _close_case(db, row, "The instructor has taken the request back.", now)


async def shown(db: AsyncSession, request_id: UUID, now: datetime) -> ShownLeave:
    """Raises NotFound."""
    row = await db.get(LeaveRequest, request_id)
    if row is None:
        raise _missing(request_id)
    instructor = await entities.get(db, Instructor, row.instructor_id)
    return (await _shown(db, [(row, instructor)], now))[0]


async def waiting(db: AsyncSession, now: datetime) -> list[ShownLeave]:
    """The requests that nobody has decided, by their start."""
    return await _shown(db, await leave_requests.waiting(db, _MOST), now)


async def own(db: AsyncSession, instructor_id: UUID, now: datetime) -> list[ShownLeave]:
    """An instructor's requests for leave that is not over, the latest first."""
    instructor = await entities.get(db, Instructor, instructor_id)
    rows = await leave_requests.of_instructor(db, instructor_id, now, _MOST)
    return await _shown(db, [(row, instructor) for row in rows], now)


class LeaveDecisions:
    def __init__(self, database: Database, absences: InstructorAbsences, mails: InstructorMails) -> None:
        self._database = database
        self._absences = absences
        self._mails = mails

    async def approve(self, who: Principal, request_id: UUID, answer: str, now: datetime) -> list[ReplacedIn]:
        """Enter the leave, tell the instructor by mail, and find another instructor for each class in it.

        A repeat enters nothing twice, and looks again for the classes that nobody was found for.

        Raises NotFound, TransitionRefused for a request that was declined or withdrawn.
        """
        async with self._database.tenant(who.organization_id) as db:
            row = await _locked(db, request_id)
            absence = AbsenceIn(starts_at=row.starts_at, ends_at=row.ends_at, reason=row.reason)
            if row.state != LeaveState.APPROVED:
                _check_waits(row)
                await enter_leave(db, row.instructor_id, absence, now)
                await self._decide(db, row, LeaveState.APPROVED, who, answer, now)
            instructor_id = row.instructor_id
        return await self._absences.replace_in(who, instructor_id, absence, now)

    async def decline(self, who: Principal, request_id: UUID, answer: str, now: datetime) -> None:
        """Decline the leave, and tell the instructor by mail; the classes stay as they are. A repeat changes nothing.

        Raises NotFound, TransitionRefused for a request that was approved or withdrawn.
        """
        async with self._database.tenant(who.organization_id) as db:
            row = await _locked(db, request_id)
            if row.state != LeaveState.DECLINED:
                _check_waits(row)
                await self._decide(db, row, LeaveState.DECLINED, who, answer, now)

    async def _decide(
        self,
        db: AsyncSession,
        row: LeaveRequest,
        state: LeaveState,
        who: Principal,
        answer: str,
        now: datetime,
    ) -> None:
        row.state, row.answer, row.decided_by, row.decided_at = state, answer, who.actor, now
        await _close_case(db, row, f"The request is {state}.", now)
        instructor = await entities.get(db, Instructor, row.instructor_id)
        classes = (await leave_requests.classes_in(db, [row], now)).get(row.id, [])
        await self._mails.leave_decided(db, row, instructor, len(classes), now)


async def _open_case(db: AsyncSession, row: LeaveRequest, now: datetime) -> None:
    """Tell those who decide, as the routing of exceptions says."""
    detail = {"starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()}
    subject = Subject(SubjectKind.INSTRUCTOR, row.instructor_id)
    new = NewCase(row.organization_id, subject, ExceptionKind.LEAVE_REQUESTED, str(row.id), detail)
    await open_case(db, new, now)


async def _close_case(db: AsyncSession, row: LeaveRequest, why: str, now: datetime) -> None:
    subject = Subject(SubjectKind.INSTRUCTOR, row.instructor_id)
    await resolve_about(db, subject, ExceptionKind.LEAVE_REQUESTED, why, now, str(row.id))


def _check_waits(row: LeaveRequest) -> None:
    if row.state != LeaveState.ASKED:
        raise TransitionRefused(f"this request was {row.state} already", next_step="Read it again.")


async def _shown(
    db: AsyncSession, requests: Sequence[tuple[LeaveRequest, Instructor]], now: datetime
) -> list[ShownLeave]:
    classes = await leave_requests.classes_in(db, [row for row, _ in requests], now)
    return [ShownLeave(row, instructor, classes.get(row.id, [])) for row, instructor in requests]


async def _locked(db: AsyncSession, request_id: UUID) -> LeaveRequest:
    row = await entities.lock(db, LeaveRequest, request_id)
    if row is None:
        raise _missing(request_id)
    return row


def _missing(request_id: UUID) -> NotFound:
    return NotFound(f"there is no leave request {request_id}")
