"""Whether a class could be moved to a time, and who would be told: what a calendar asks before it moves one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import BookingInPast, DoubleBooked, HomeroomError, InstructorUnavailable, TransitionRefused
from domain.notices.kinds import NoticeKind
from domain.people.access import Principal
from domain.scheduling.candidates import ClassToTeach
from domain.sessions.states import Trigger, advance
from models.course import Course
from models.people import Instructor
from models.repositories import booked_times, entities, sessions
from models.session import Session
from services import instructor_rules
from services.clashes import named_clash
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
        return isinstance(self.refusal, InstructorUnavailable)


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
    return MoveCheck(session, starts_at, ends_at, await _refusal(db, who, session, starts_at, ends_at, now))


async def _refusal(
    db: AsyncSession, who: Principal, session: Session, starts_at: datetime, ends_at: datetime, now: datetime
) -> HomeroomError | None:
    try:
        advance(session.state, Trigger.RESCHEDULE)
        if starts_at <= now:
            return BookingInPast()
        people = await sessions.held_people(db, session.id)
        owner = booked_times.Owner(session.organization_id, session_id=session.id)
        await booked_times.require_free(db, owner, people, starts_at, ends_at)
        course = await entities.get(db, Course, session.course_id)
        wanted = ClassToTeach(course.subject, course.level, starts_at, ends_at, students=0)
        broken = await instructor_rules.broken_by(db, session.instructor_id, wanted, besides=session.id)
    except DoubleBooked as error:
        return await named_clash(db, error, who)
    except HomeroomError as error:
        return error
    return await instructor_rules.named(db, broken.refusal()) if broken.rules else None


async def told_of_move(db: AsyncSession, session: Session, now: datetime) -> Sequence[Recipient]:
    """Everybody who would get the message that the class was moved."""
    instructor = await entities.get(db, Instructor, session.instructor_id)
    present = await sessions.participants(db, session.id)
    return await recipients(db, NoticeKind.RESCHEDULED, session, instructor, present, now)
