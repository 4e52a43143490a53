"""Whether classes could be moved to a time, and who would be told: what a calendar asks before it moves one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import BookingInPast, HomeroomError, InstructorUnavailable, TransitionRefused
from domain.notices.kinds import NoticeKind
from domain.people.access import Principal
from domain.scheduling.booking_rules import can_be_set_aside
from domain.sessions.states import Trigger, advance
from models.people import Instructor
from models.repositories import entities, planning, sessions
from models.session import Session
from services.booking_preview import BookingPreview
from services.clashes import with_names
from services.instructor_rules import AskedClass
from services.instructor_standing import class_of
from services.recipients import Recipient, recipients


@dataclass(frozen=True)
class MoveCheck:
    session: Session
    starts_at: datetime
    ends_at: datetime
    refusal: HomeroomError | None = None  # None: the class can be moved to this time

    @property
    def can_override(self) -> bool:
        """Whether a reason would set aside what refuses the move."""
        return is_overridable(self.refusal)


def is_overridable(refusal: HomeroomError | None) -> bool:
    """Whether a reason would set aside what refuses a booking."""
    return isinstance(refusal, InstructorUnavailable) and can_be_set_aside(refusal.extra["rules"].split(","))


@dataclass(frozen=True)
class PlannedMove:
    session: Session
    starts_at: datetime
    ends_at: datetime


async def check_move(
    db: AsyncSession, who: Principal, session_id: UUID, starts_at: datetime, region: str, now: datetime
) -> MoveCheck:
    """What a move of the class to this start would answer, its length kept. Nothing is reserved. Raises NotFound.

    `region` is that of this process, which can only move its own classes.
    """
    session = await sessions.get_visible(db, session_id, who)
    ends_at = starts_at + (session.ends_at - session.starts_at)
    if session.region != region:
        text = f"nothing works on the classes of the region {session.region} here"
        refusal = TransitionRefused(text, next_step="Move it where its region runs.")
        return MoveCheck(session, starts_at, ends_at, refusal)
    (refused,) = await refusals(db, who, [PlannedMove(session, starts_at, ends_at)], now)
    return MoveCheck(session, starts_at, ends_at, refused)


async def refusals(
    db: AsyncSession,
    who: Principal,
    moves: Sequence[PlannedMove],
    now: datetime,
    *,
    override: bool = False,
) -> list[HomeroomError | None]:
    """The error with which each move would be refused, as far as it can be seen before, with names.

    The moves are made one after the other, in this order. `override`: rules that a reason can set aside are.
    """
    students = await planning.students_of(db, [one.session.id for one in moves])
    courses = await planning.courses(db, {one.session.course_id for one in moves})
    asked = [
        AskedClass(
            one.session.instructor_id,
            class_of(courses[one.session.course_id], one.starts_at, one.ends_at),
            students.get(one.session.id, []),
            one.session.id,
        )
        for one in moves
    ]
    preview = await BookingPreview.read(db, asked)
    in_order = ((one, _not_now(move, now), override) for move, one in zip(moves, asked, strict=True))
    return await with_names(db, preview.take_in_order(in_order), who)


def _not_now(move: PlannedMove, now: datetime) -> HomeroomError | None:
    try:
        advance(move.session.state, Trigger.RESCHEDULE)
    except HomeroomError as error:
        return error
    return BookingInPast() if move.starts_at <= now else None


async def told_of(db: AsyncSession, kind: NoticeKind, session: Session, now: datetime) -> list[Recipient]:
    """Everybody who would get this message about the class."""
    instructor = await entities.get(db, Instructor, session.instructor_id)
    people = await sessions.participants(db, session.id)
    return await recipients(db, kind, session, instructor, people, now)
